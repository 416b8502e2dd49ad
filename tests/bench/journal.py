"""What the journal in memory costs an exchange, and what those who wait on it do."""
import contextlib

from client import Client
from outcome import at_most, table
from program import CAPS, NO_JOURNAL, SERVER, Program, in_turn, load

BOUND = 8 << 20
WAITS = 200


def fill(server):
    """Enrols three times as many as fit; returns KiB more, bytes that the journal counts, and exchanges."""
    load(server.pid, server.port, count=500, connections=8)
    before, part, sent = server.resident_kib(), 500, 500
    while server.figure("mock_ndes_journal_dropped_total") < 2 * server.figure(
            "mock_ndes_journal_exchanges"):
        load(server.pid, server.port, count=part, connections=8)
        sent += part
    return server.resident_kib() - before, server.figure("mock_ndes_journal_bytes"), sent


def journal():
    with Program(NO_JOURNAL) as off, Program(SERVER) as on:
        medians = in_turn({"off": off, "on": on}, 30, 150, connections=8)
    table("The journal in memory, an enrolment with it off and on in turn (at most 1.05)",
          ["", "CPU us each", "ratio"],
          [[name, f"{cost:.0f}", f"{ratio:.3f}"] for name, (cost, ratio) in medians.items()])
    at_most("enrolment with the journal on", medians["on"][1], 1.05, "x off",
            f"{medians['off'][0]:.0f} us of CPU off, in turn")
    with Program(SERVER + ["--journal-bytes", str(BOUND), "--journal-exchanges", "100000"]) as server:
        _, counted, sent = fill(server)
        journal_kib = server.resident_kib()
    with Program(NO_JOURNAL) as server:
        load(server.pid, server.port, count=500, connections=8)
        for _ in range(sent // 500 - 1):
            load(server.pid, server.port, count=500, connections=8)
        plain_kib = server.resident_kib()
    at_most("resident for a full journal of 8 MiB", (journal_kib - plain_kib) / 1024, 10, "MiB",
            f"it counts {counted / (1 << 20):.2f} MiB")
    table(f"Memory behind {sent} enrolments, three times as many as fit into --journal-bytes 8MiB",
          ["", "measured", "must be"],
          [["bytes that it counts, MiB", f"{counted / (1 << 20):.2f}", "at most 8"],
           ["resident, more than without a journal, MiB", f"{(journal_kib - plain_kib) / 1024:.1f}",
            "at most 10"]])


@contextlib.contextmanager
def waiting(server, count):
    """So many wait for what never comes."""
    with contextlib.ExitStack() as stack:
        suites = [stack.enter_context(Client(server.ready["control"])) for _ in range(count)]
        for suite in suites:
            suite.send("POST", "/v1/wait", {"match": {"path": "*nothing*", "operation": "GetCACaps"},
                                            "timeout": "1h"})
        suite = stack.enter_context(Client(server.ready["control"]))
        while server.figure("mock_ndes_exchanges_open") < count:
            suite.made("GET", "/v1/version")
        yield


def waits():
    rows = []
    for title, options in (("GetCACaps", {"get": CAPS}), ("enrolment", {})):
        count = 4000 if options else 150
        with Program(SERVER) as none, Program(SERVER) as some, waiting(some, WAITS):
            medians = in_turn({"nobody waits": none, f"{WAITS} wait": some}, 12, count, connections=8,
                              **options)
        rows += [[title, name, f"{cost:.1f}", f"{ratio:.3f}"] for name, (cost, ratio) in medians.items()]
    table(f"An exchange while {WAITS} calls wait for others (at most 100 us more)",
          ["", "", "CPU us each", "ratio"], rows)
