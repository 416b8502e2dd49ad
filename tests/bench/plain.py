"""Requests that need no private key."""
import tempfile

from control import Crowd
from outcome import at_most, none, table
from program import BARE, CAPS, SERVER, Program, in_turn, load


def plain():
    rows = []
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryDirectory() as lines, \
            Program(BARE) as bare, Program(BARE + [lines]) as writing, \
            Program(SERVER) as off, Program(SERVER + ["--log-dir", directory]) as on:
        programs = {"bare libmicrohttpd": bare, "bare, two lines": writing, "journal on, logs off": off,
                    "journal and logs on": on}
        for operation in ("GetCACaps", "GetCACert"):
            for connections in (1, 8):
                medians = in_turn(programs, 12, 4000, connections=connections,
                                  get=f"operation={operation}&message=load")
                rows += [[operation, connections, name, f"{cost:.1f}", f"{ratio:.2f}"]
                         for name, (cost, ratio) in medians.items()]
                cost, ratio = medians["journal and logs on"]
                at_most(f"{operation} with journal and W3C log on, {connections} connections", ratio, 1.5,
                        "x bare libmicrohttpd",
                        f"{cost:.1f} us of CPU, bare {medians['bare libmicrohttpd'][0]:.1f} us, and one that "
                        f"appends two lines {medians['bare, two lines'][1]:.2f} x")
    table("Plain requests beside a bare libmicrohttpd that answers 56 bytes, in turn",
          ["operation", "connections", "", "CPU us each", "ratio"], rows)


def beside():
    """GetCACaps at a steady rate; its latency counts from when each request was due."""
    rows = []
    with Program(SERVER) as server:
        alone = load(server.pid, server.port, count=800, connections=4, rate=150, get=CAPS)
        with Crowd(server, count=10000) as crowd:
            busy = load(server.pid, server.port, count=800, connections=4, rate=150, get=CAPS)
            still = crowd.is_there()
    for name, result in (("nobody else", alone), ("64 clients enrolling", busy)):
        rows.append([name, result["bad"], result["p50_ms"], result["p99_ms"], result["max_ms"]])
    table("GetCACaps, 150 a second", ["beside", "bad", "p50 ms", "p99 ms", "max ms"], rows)
    at_most("GetCACaps while 64 clients enrol: p99", busy["p99_ms"], 10, "ms",
            f"alone {alone['p99_ms']:.2f} ms" + ("" if still else "; the crowd ended before"))
    none("GetCACaps or enrolments that failed meanwhile", busy["bad"] + crowd.bad)
