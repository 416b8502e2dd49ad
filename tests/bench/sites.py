"""A site for each test: what it costs to make one, and whether 200 at once are strangers to each other."""
import datetime
import email.utils
import threading
import time

from client import Client, quantile
from outcome import at_most, none, table
from program import SERVER, Program

SITES = 200
REQUESTS = 5
DAY = datetime.timedelta(days=1)


def expect(errors, what, found, wanted):
    if found != wanted:
        errors.append(f"{what}: {found!r}, not {wanted!r}")


def date_of(headers):
    return email.utils.parsedate_to_datetime(headers["date"])


def live(server, number, errors):
    """A test with a site of its own, broken twice, in a time of its own."""
    name = f"test-{number}"
    base = f"/v1/sites/{name}"
    rule = {"id": "twice", "when": {"times": 2}, "do": {"status": 503}}
    with Client(server.ready["control"]) as suite:
        made = suite.made("POST", "/v1/sites", {"name": name, "faults": [rule]})
        suite.made("POST", f"{base}/clock/advance", {"by": f"{number + 1}d"})
        today = datetime.datetime.now(datetime.timezone.utc)
        with Client(made["scep"]) as device:
            answers = [device.caps() for _ in range(REQUESTS)]
        expect(errors, f"{name} statuses", [answer[0] for answer in answers], [503, 503, 200, 200, 200])
        drift = abs(date_of(answers[-1][1]) - today - (number + 1) * DAY)
        expect(errors, f"{name} has its own time", drift < DAY / 24, True)
        wish = {"match": {"site": name}, "count": REQUESTS, "timeout": "30s"}
        expect(errors, f"{name} waits for", suite.made("POST", "/v1/wait", wish)["matched"], REQUESTS)
        expectations = [{"match": {"site": name}, "count": REQUESTS},
                        {"match": {"site": name, "status": "503"}, "count": 2},
                        {"match": {"site": name, "operation": "PKIOperation"}, "none": True}]
        verdict = suite.made("POST", "/v1/verify", {"expectations": expectations})
        expect(errors, f"{name} verdict", verdict["failed"], 0)
        fault = suite.made("GET", f"{base}/faults/twice")
        expect(errors, f"{name} counters", (fault["matches"], fault["strikes"]), (REQUESTS, 2))
        listed = suite.made("GET", f"{base}/requests")
        expect(errors, f"{name} journal", (listed["total"], {one["site"] for one in listed["requests"]}),
               (REQUESTS, {name}))
        suite.made("DELETE", base)


def live_guarded(server, number, errors):
    try:
        live(server, number, errors)
    except (AssertionError, OSError, KeyError, ValueError) as failure:
        errors.append(f"test-{number}: {failure!r}")


def parallel(server):
    """Returns the seconds that all took, the server's CPU seconds, and what went wrong."""
    errors = []
    tests = [threading.Thread(target=live_guarded, args=(server, number, errors))
             for number in range(SITES)]
    begun, before = time.perf_counter(), server.cpu_us()
    for test in tests:
        test.start()
    for test in tests:
        test.join()
    return time.perf_counter() - begun, (server.cpu_us() - before) / 1e6, errors


def create(server):
    """Makes sites one by one: milliseconds of each, CPU us and KiB of one."""
    with Client(server.ready["control"]) as suite:
        suite.made("POST", "/v1/sites", {"name": "first"})
        suite.made("DELETE", "/v1/sites/first")
        resident, cpu, times = server.resident_kib(), server.cpu_us(), []
        for _ in range(SITES):
            ms, status, _, answer = suite.timed("POST", "/v1/sites", {})
            if status != 201:
                raise SystemExit(f"POST /v1/sites: {status} {answer[:500]}")
            times.append(ms)
        return times, (server.cpu_us() - cpu) / SITES, (server.resident_kib() - resident) / SITES


def sites():
    with Program(SERVER) as server:
        wall, cpu, errors = parallel(server)
        left = server.made("/v1/sites")["sites"]
    expect(errors, "sites that are left", [site["name"] for site in left], ["default"])
    with Program(SERVER) as server:
        times, cpu_us, kib = create(server)
    bounds = (("all done", wall, 5, "s"),
              ("CPU of the server for each", cpu / SITES * 1000, 5, "ms"),
              ("making a site, p50", quantile(times, .5), 3, "ms"),
              ("making a site, p99", quantile(times, .99), 10, "ms"),
              ("making a site, CPU", cpu_us, 2000, "us"),
              ("memory of a site", kib, 64, "KiB"))
    none(f"errors of {SITES} tests at once, each with a site of its own", len(errors))
    for what, measured, bound, unit in bounds:
        at_most(f"{SITES} sites: {what}", measured, bound, unit)
    table(f"{SITES} tests at once, each with a site of its own: broken twice, {REQUESTS} requests, another "
          "time, wait, verify, counters, removed",
          ["", "measured", ""], [[what, f"{measured:.2f}", unit] for what, measured, _, unit in bounds])
    for error in errors[:10]:
        print("  " + error)
