"""Calls of the control API: how soon a fault is there, and how long a call keeps devices waiting."""
import contextlib
import sys
import time

from client import Client, quantile
from outcome import at_most, none, table
from program import SERVER, Load, Program, load

SWITCHES = 1000
FAULTS = "/v1/sites/default/faults"
RULE = {"id": "bench", "match": {"operation": "GetCACaps"}, "do": {"status": 503}}
SETTING = "get_ca_caps_content_type"
# What is called, and what the next GetCACaps must be like: its status and type.
CYCLE = (
    ("POST", FAULTS, RULE, (503, None)),
    ("PUT", FAULTS + "/bench", {**RULE, "do": {"status": 500}}, (500, None)),
    ("DELETE", FAULTS + "/bench", None, (200, "text/plain")),
    ("PATCH", "/v1/sites/default/settings", {"settings": {SETTING: "html"}}, (200, "text/html")),
    ("PATCH", "/v1/sites/default/settings", {"settings": {SETTING: None}}, (200, "text/plain")),
)


class Crowd:
    """64 connections that enrol until the block ends; `bad` counts what was not answered well."""

    def __init__(self, server, connections=64, count=6000):
        self.server, self.count, self.bad, self.enrolled = server, count, 0, 0
        self.connections, self.load = connections, None

    def __enter__(self):
        self.ensure()
        return self

    def __exit__(self, *_):
        self._take()

    def _take(self):
        self.bad += self.load.result()["bad"]
        self.enrolled += self.count

    def is_there(self):
        return self.load is not None and self.load.is_running()

    def ensure(self):
        """Returns when they enrol: where all have, others follow."""
        if self.is_there():
            return
        if self.load:
            self._take()
        with Client(self.server.ready["control"]) as suite:
            before = suite.made("GET", "/v1/version")["exchanges"]
            self.load = Load(self.server.pid, self.server.port, count=self.count,
                             connections=self.connections)
            while suite.made("GET", "/v1/version")["exchanges"] < before + 64:
                time.sleep(0.02)


def is_as(wanted, found):
    status, headers, _ = found
    return status == wanted[0] and (not wanted[1] or headers["content-type"].startswith(wanted[1]))


def switch(server, crowd):
    """Returns the milliseconds of each kind of call, of one that does nothing as their peer, and how many
    answers were stale."""
    times, stale, number = {"GET livez": []}, 0, 0
    with Client(server.ready["control"]) as suite, Client(server.ready["scep"]) as device:
        device.caps()
        while number < SWITCHES:
            for method, path, body, wanted in CYCLE:
                crowd.ensure()
                ms, status, _, answer = suite.timed(method, path, body)
                if status >= 300:
                    sys.exit(f"{method} {path}: {status} {answer[:500]}")
                times.setdefault(f"{method} {path.split('/')[4]}", []).append(ms)
                stale += not is_as(wanted, device.caps())
                number += 1
            times["GET livez"].append(suite.timed("GET", "/livez")[0])
    return times, stale


class Nobody:
    """A crowd that is not there."""
    bad = enrolled = 0

    def ensure(self):
        pass


def switching():
    rows = []
    for title, crowded, bound in (("idle", False, 3), ("64 connections enrolling", True, 20)):
        with Program(SERVER) as server, \
                Crowd(server) if crowded else contextlib.nullcontext(Nobody()) as crowd:
            times, stale = switch(server, crowd)
        every = [ms for kind, values in times.items() if kind != "GET livez" for ms in values]
        rows += [[title, kind, len(values), f"{quantile(values, .5):.2f}", f"{quantile(values, .99):.2f}",
                  f"{max(values):.2f}", bound, "", ""] for kind, values in [*times.items(), ("all", every)]]
        rows[-1][-2:] = [f"{stale} of {len(every)}", f"{crowd.bad} of {crowd.enrolled}"]
        at_most(f"a fault switched by the control API, {title}: p99", quantile(every, .99), bound, "ms",
                f"GET /livez p99 {quantile(times['GET livez'], .99):.2f} ms")
        none(f"stale answers of {len(every)} behind a switch, {title}", stale)
        none(f"bad enrolments meanwhile, {title}", crowd.bad)
    table("A fault switched by the control API, seen by the next GetCACaps on a connection that is kept "
          "alive (0 stale, no enrolment disturbed)",
          ["", "call", "n", "p50 ms", "p99 ms", "max ms", "p99 at most", "stale", "bad enrolments"], rows)


# --- how long a call keeps the loop ------------------------------------------------------------

RECORDS = 10000
SITES = 200
EXPECTATIONS = [{"match": {"operation": "GetCACaps", "path": "*x*"}, "at_most": 0} for _ in range(100)]
CALLS = (
    ("requests, newest 100", "GET", "/v1/requests", None),
    ("requests, newest 1,000", "GET", "/v1/requests?limit=1000", None),
    ("requests, a filter that fits none", "GET", "/v1/requests?path=*nothing*&user_agent=*x*", None),
    ("one request", "GET", "/v1/requests/{last}", None),
    ("verify, 1 expectation", "POST", "/v1/verify", {"expectations": EXPECTATIONS[:1]}),
    ("verify, 100 expectations", "POST", "/v1/verify", {"expectations": EXPECTATIONS}),
    ("wait, all have come", "POST", "/v1/wait", {"count": RECORDS, "match": {"path": "*mscep*"}}),
    ("wait, in vain for 1 ms", "POST", "/v1/wait", {"match": {"path": "*nothing*"}, "timeout": "1ms"}),
    ("metrics, 200 sites", "GET", "/metrics", None),
    ("sites, 200", "GET", "/v1/sites", None),
    ("config, 200 sites", "GET", "/v1/config", None),
    ("openapi.json", "GET", "/v1/openapi.json", None),
    ("profiles", "GET", "/v1/profiles", None),
    ("journal of a site emptied", "DELETE", "/v1/sites/site-1/requests", None),
    ("journal emptied", "DELETE", "/v1/requests", None),
)


def measure_call(server, suite, method, path, body):
    """Returns the milliseconds of the answer, and of the loop's CPU that it took: medians. What empties is
    called once."""
    elapsed, loop = [], []
    for _ in range(1 if method == "DELETE" else 9):
        before = server.loop_cpu_us()
        ms, status, _, answer = suite.timed(method, path, body)
        loop.append((server.loop_cpu_us() - before) / 1000)
        elapsed.append(ms)
        if status >= 500 or status in (404, 405, 422):
            sys.exit(f"{method} {path}: {status} {answer[:500]}")
    return quantile(elapsed, .5), quantile(loop, .5), len(answer)


def calls():
    rows = []
    with Program(SERVER) as server, Client(server.ready["control"]) as suite:
        for _ in range(SITES):
            suite.made("POST", "/v1/sites", {})
        load(server.pid, server.port, count=RECORDS, connections=8,
             get="operation=GetCACaps&message=load")
        last = suite.made("GET", "/v1/requests?limit=1")["requests"][0]["number"]
        for title, method, path, body in CALLS:
            path = path.replace("{last}", str(last))
            ms, loop_ms, size = measure_call(server, suite, method, path, body)
            rows.append([title, f"{ms:.2f}", f"{loop_ms:.2f}", size])
    longest = max(rows, key=lambda row: float(row[2]))
    at_most(f"a call of the control API keeps the loop: longest, {longest[0]}", float(longest[2]), 5, "ms of CPU",
            f"{RECORDS} exchanges in the journal")
    table(f"Calls while the journal has {RECORDS} exchanges: what each takes, and for how long it keeps "
          "the loop that serves devices (at most 5 ms of CPU there)",
          ["call", "ms", "CPU of the loop, ms", "bytes"], rows)
