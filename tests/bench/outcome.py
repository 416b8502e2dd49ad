"""What was measured beside what must be reached: a table for each question, and all bounds in one at the end."""

ROWS = []


def table(title, header, rows):
    print(f"\n{title}")
    widths = [max(len(str(row[i])) for row in [header] + rows) for i in range(len(header))]
    for row in [header] + rows:
        print("  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip(), flush=True)


def number(value):
    """A figure with three decimals at most, fewer where it is large."""
    digits = 3 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def at_most(what, value, bound, unit="", beside=""):
    """A figure that must not be above `bound`; `beside` says what it was measured against in this run."""
    ROWS.append((what, value, bound, "at most", unit, beside, value <= bound))


def at_least(what, value, bound, unit="", beside=""):
    ROWS.append((what, value, bound, "at least", unit, beside, value >= bound))


def none(what, value, beside=""):
    """A count of what must not happen."""
    ROWS.append((what, value, 0, "", "", beside, value == 0))


def finish():
    """Prints the table of all bounds and returns how many were not reached."""
    rows = [[what, f"{number(value)} {unit}".strip(), f"{word} {number(bound)} {unit}".strip(), beside,
             "ok" if good else "NOT REACHED"]
            for what, value, bound, word, unit, beside, good in ROWS]
    if rows:
        table("All bounds of this run", ["what", "measured", "must be", "bound or peer, in this run", ""], rows)
    missed = sum(not row[-1] for row in ROWS)
    print(f"\n{len(ROWS) - missed} reached, {missed} not")
    return missed
