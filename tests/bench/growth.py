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
    """A server, and how many certificates it has issued."""

    def __init__(self, server, one_subject):
        self.server, self.one_subject, self.issued, self.bad = server, one_subject, 0, 0

    def issue(self, count):
        result = load(self.server.pid, self.server.port, count=count, connections=8, first=self.issued,
                      one_subject=self.one_subject)
        self.issued += count
        self.bad += result["bad"]

    def issue_until(self, total):
        while self.issued < total:
            self.issue(min(PART, total - self.issued))

    def beside_fresh(self, command):
        """CPU time of an enrolment, and its ratio to that of a server that has issued few, in turn."""
        def options(name, number):
            first = self.issued if name == "grown" else number * 200
            if name == "grown":
                self.issued += 200
            return {"first": first}
        with Program(command) as fresh:
            return in_turn({"fresh": fresh, "grown": self.server}, 12, 200, each=options, connections=8,
                           one_subject=self.one_subject)


def file_bytes(directory):
    return sum(os.path.getsize(os.path.join(directory, name)) for name in os.listdir(directory))


def grow(title, one_subject, directory):
    rows, state = [], ["--state", os.path.join(directory, "grown")] if directory else []
    fresh_number = 0
    with Program(COMMAND + state) as server:
        grown = Grown(server, one_subject)
        wait_until("the journal is full", lambda: grown.issue(500) or server.figure(
            "mock_ndes_journal_dropped_total") > 500)
        base, based = server.resident_kib(), grown.issued
        for mark in MARKS:
            grown.issue_until(mark)
            fresh_number += 1
            fresh_state = ["--state", os.path.join(directory, f"fresh-{fresh_number}")] if directory else []
            medians = grown.beside_fresh(COMMAND + fresh_state)
            cost, ratio = medians["grown"]
            kept = (server.resident_kib() - base) * 1024 / (grown.issued - based)
            rows.append([title, mark, grown.bad, f"{cost:.0f}", f"{medians['fresh'][0]:.0f}", f"{ratio:.3f}",
                         f"{kept:.0f}",
                         f"{file_bytes(state[1]) / grown.issued:.0f}" if directory else "-"])
            at_most(f"enrolment at {mark} certificates, {title}", ratio, 1.05, "x fresh",
                    f"{cost:.0f} us of CPU, a fresh server {medians['fresh'][0]:.0f} us, in turn")
    at_most(f"kept per certificate, {title}", kept, 3000, "bytes",
            f"{grown.issued} issued, journal at its bound since {based}")
    none(f"bad enrolments, {title}", grown.bad)
    return rows


def growth():
    rows = grow("subjects differ", False, None) + grow("one subject", True, None)
    with tempfile.TemporaryDirectory() as directory:
        rows += grow("with --state", False, directory)
    table("Growth; a fresh server is measured in turn at each mark, and the journal is at its bound of 8 MiB",
          ["", "issued", "bad", "CPU us each", "fresh: CPU us", "ratio", "resident bytes each",
           "file bytes each"], rows)
