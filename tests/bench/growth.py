"""What thousands of certificates cost those that come after them."""
import os
import tempfile

from outcome import at_most, none, table
from program import SERVER, Program, in_turn, load, wait_until

# Its bound is reached soon, so that what grows behind it are certificates.
COMMAND = SERVER + ["--journal-bytes", str(8 << 20)]
MARKS = (20000, 50000)
PART = 5000


class Grown:
    """A server that issues certificates."""

    def __init__(self, server, one_subject):
        self.server, self.one_subject, self.issued, self.bad = server, one_subject, 0, 0
        wait_until("the journal is full", lambda: self.issue(500) or server.figure(
            "mock_ndes_journal_dropped_total") > 500)

    def options(self, count):
        """What the load generator is to ask for next."""
        first, self.issued = self.issued, self.issued + count
        return {"first": first, "connections": 8, "one_subject": self.one_subject}

    def issue(self, count):
        result = load(self.server.pid, self.server.port, count=count, **self.options(count))
        self.bad += result["bad"]

    def issue_until(self, total):
        while self.issued < total:
            self.issue(min(PART, total - self.issued))


def beside_fresh(grown, command):
    """CPU time of an enrolment, and its ratio to that of a server that has issued few, in turn."""
    with Program(command) as server:
        both = {"fresh": Grown(server, grown.one_subject), "grown": grown}
        return in_turn({name: one.server for name, one in both.items()}, 14, 200,
                       each=lambda name, _: both[name].options(200))


def file_bytes(directory):
    return sum(os.path.getsize(os.path.join(directory, name)) for name in os.listdir(directory))


def grow(title, one_subject, directory):
    def command(name):
        return COMMAND + (["--state", os.path.join(directory, name)] if directory else [])
    rows, in_file = [], 0
    with Program(command("grown")) as server:
        grown = Grown(server, one_subject)
        base, based = server.resident_kib(), grown.issued
        for mark in MARKS:
            in_file_before, issued_before = in_file, grown.issued
            grown.issue_until(mark)
            in_file = file_bytes(os.path.join(directory, "grown")) if directory else 0
            in_file_each = (in_file - in_file_before) / (grown.issued - issued_before)
            kept = (server.resident_kib() - base) * 1024 / (grown.issued - based)
            medians = beside_fresh(grown, command(f"fresh-{mark}"))
            cost, ratio = medians["grown"]
            rows.append([title, mark, grown.bad, f"{cost:.0f}", f"{medians['fresh'][0]:.0f}", f"{ratio:.3f}",
                         f"{kept:.0f}", f"{in_file_each:.0f}" if directory else "-"])
            at_most(f"enrolment at {mark} certificates, {title}", ratio, 1.05, "x fresh",
                    f"{cost:.0f} us of CPU, a fresh server {medians['fresh'][0]:.0f} us, in turn")
    at_most(f"kept in memory per certificate, {title}", kept, 3000, "bytes",
            f"{MARKS[-1]} issued, journal at its bound since {based}")
    if directory:
        at_most(f"kept in the file per certificate, {title}", in_file_each, 3000, "bytes",
                f"from {MARKS[-2]} to {MARKS[-1]}, its journal at 10000 exchanges since before")
    none(f"bad enrolments, {title}", grown.bad)
    return rows


def growth():
    rows = grow("subjects differ", False, None) + grow("one subject", True, None)
    with tempfile.TemporaryDirectory() as directory:
        rows += grow("with --state", False, directory)
    table("Growth; a fresh server is measured in turn at each mark, and the journal is at its bound of 8 MiB",
          ["", "issued", "bad", "CPU us each", "fresh: CPU us", "ratio", "resident bytes each",
           "file bytes each, since the mark before"], rows)
