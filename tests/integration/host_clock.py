"""The clock steps back an hour: the server's own, by the control API, and that of the machine (clock_shim.c, the second
argument). What has a date follows it; what waits does not: answers that are held, suites that wait, connections.
"""
import email.utils
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock
import host

SHIM = sys.argv[2]
HOUR = 3600
CHALLENGES = "/v1/sites/default/challenges"


class OwnClock:
    """The one that the control API moves."""
    name = "the server's clock"
    environment = {}

    def step(self, server, seconds):
        server.made("POST", "/v1/clock/advance", {"by": f"{seconds}s"})


class MachineClock:
    """The machine's, as this server sees it."""
    name = "the machine's clock"

    def __init__(self, directory):
        self.path = os.path.join(directory, "seconds")
        self.seconds = 0
        self.put(0)
        # A sanitizer minds what is loaded before it.
        asan = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.environment = {"LD_PRELOAD": SHIM, "CLOCK_SHIM": self.path, "ASAN_OPTIONS": asan.lstrip(":")}

    def put(self, seconds):
        self.seconds += seconds
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(str(self.seconds))
        os.replace(self.path + ".new", self.path)

    def step(self, server, seconds):
        self.put(seconds)


class Thread(threading.Thread):
    def __init__(self, function, *arguments):
        super().__init__()
        self.function, self.arguments, self.found = function, arguments, None
        self.start()

    def run(self):
        self.found = self.function(*self.arguments)


class Case:
    def __init__(self, server, clock):
        self.server = server
        self.clock = clock
        self.offset = 0
        self.number = 0

    def step(self, seconds):
        self.clock.step(self.server, seconds)
        self.offset += seconds

    def now(self):
        return time.time() + self.offset

    def ok(self, name, good, seen=None):
        mock.ok(f"{self.clock.name}: {name}", good, seen)

    def equal(self, name, found, wanted):
        mock.equal(f"{self.clock.name}: {name}", found, wanted)

    def enroll(self, *options):
        self.number += 1
        self.out = os.path.join(self.server.directory, f"out-{self.number}")
        return mock.program("enroll", self.server.scep, "--subject", f"CN=device-{self.number}", "--quiet", "--out", self.out,
                            "--clock-offset", f"{self.offset}s", *options)

    def certificate(self):
        return self.server.made("GET", f"/v1/sites/default/certificates?subject=CN=device-{self.number}")["certificates"][0]

    def mint(self):
        return self.server.made("POST", CHALLENGES, {"force": True})["text"]


def seconds(text):
    """Of a date as the API and the client write it."""
    return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


def is_near(found, wanted):
    return abs(found - wanted) < 60


def dates(case):
    """What is made after the step is of that time."""
    before = case.mint()
    case.equal("a device enrols", case.enroll("--challenge", case.mint()).returncode, 0)
    key, old = os.path.join(case.out, "key.pem"), case.out
    case.step(-HOUR)
    headers = mock.get(case.server.scep + host.CAPS)[1]
    case.ok("Date is an hour earlier",
            is_near(email.utils.parsedate_to_datetime(headers["Date"]).timestamp(), case.now()), headers["Date"])
    case.equal("a password of before is good", case.enroll("--challenge", before, "--key", key).returncode, 0)
    row = case.certificate()
    case.ok("a certificate is of now", is_near(seconds(row["issued_at"]), case.now()) and
            is_near(seconds(row["not_before"]), case.now() - 600), row)
    found = mock.program("enroll", case.server.scep, "--renew", old, "--out", old + "-new", "--quiet", "--clock-offset",
                         f"{case.offset}s")
    case.ok("a renewal by a certificate that is not valid yet is decided on", found.returncode in (0, 1) and
            "HTTP" not in found.stderr, found)
    crl = os.path.join(case.server.directory, "crl")
    with open(crl, "wb") as file:
        file.write(case.server.call("GET", "/v1/sites/default/ca/crl")[2])
    text = subprocess.run(["openssl", "crl", "-in", crl, "-inform", "DER" if b"BEGIN" not in open(crl, "rb").read() else "PEM",
                           "-noout", "-lastupdate", "-nextupdate"], capture_output=True, text=True, check=True).stdout
    last, following = (email.utils.mktime_tz(email.utils.parsedate_tz(" ".join((
        line.split("=")[1].split()[i] for i in (1, 0, 3, 2, 4))))) for line in text.splitlines())
    case.ok("a CRL is valid now", last <= case.now() < following, text)
    return key


def passwords(case, key):
    """A password's hour is one of the clock: it ends when the clock is there."""
    old = case.mint()
    case.step(-HOUR)
    case.step(HOUR + 3500)
    case.equal("a password is good for its hour, though the clock has been back", case.enroll(
        "--challenge", old, "--key", key).returncode, 0)
    late = case.mint()
    case.step(HOUR + 60)
    found = case.enroll("--challenge", late, "--key", key)
    case.ok("and not longer", found.returncode == 1 and "FAILURE" in found.stderr, found)


def lifetimes(case):
    server = case.server
    server.made("POST", "/v1/sites", {"name": "short", "ttl": "1h"})
    url = server.made("POST", "/v1/sites", {"name": "ruled"})["scep"]
    server.made("POST", "/v1/sites/ruled/faults", {"do": {"status": 503}, "when": {"for": "10m"}})
    case.step(-HOUR)
    case.equal("a rule for ten minutes strikes on", mock.get(url + host.CAPS)[0], 503)
    case.step(HOUR + 1200)
    case.equal("and no longer when they are over", mock.get(url + host.CAPS)[0], 200)
    case.equal("a site with an hour is there", server.call("GET", "/v1/sites/short")[0], 200)
    case.step(HOUR)
    case.equal("and gone when it is over", server.call("GET", "/v1/sites/short")[0], 404)


def timers(case):
    """What waits, waits for real time; a step is no reason to answer earlier, nor an hour later."""
    server = case.server
    url = server.made("POST", "/v1/sites", {"name": "held"})["scep"]
    for operation, delay in (("GetCACaps", "400ms"), ("GetCACert", "1h")):
        server.made("POST", "/v1/sites/held/faults", {"match": {"operation": operation}, "do": {"delay": delay}})
    held = Thread(mock.get, url + host.CAPS)
    long = host.Client(url)
    long.connection.request("GET", urllib.parse.urlsplit(url).path + "?operation=GetCACert")
    suite = Thread(server.call, "POST", "/v1/wait", {"match": {"site": "held", "operation": "none"}, "timeout": "400ms"})
    mock.until(lambda: server.held() == 3, "three that wait")
    case.step(-HOUR)
    for thread, status in ((held, 200), (suite, 408)):
        thread.join(mock.DEADLINE)
        case.equal("what waits is answered in its time", thread.found and thread.found[0], status)
    case.step(3 * HOUR)
    kept = host.Client(server.scep)
    kept.ask()
    case.step(-HOUR)
    case.equal("a connection lives on", kept.ask(), 200)
    case.equal("what is to be held for an hour is held, whatever the clock says", server.held(), 1)
    long.close()
    mock.until(lambda: server.held() == 0, "nobody waits")
    kept.close()


def records(case):
    """The records of it all: in the order in which it happened, and durations that are none of the clock's."""
    with open(os.path.join(case.server.directory, "logs", "journal.jsonl"), encoding="utf-8") as file:
        entries = [json.loads(line) for line in file]
    times = [entry["time"] for entry in sorted(entries, key=lambda entry: entry["exchange"])]
    case.ok("the journal has times that step back", times != sorted(times), times)
    case.ok("and durations that are real", all(0 <= entry["duration_ms"] < 1000 * mock.DEADLINE for entry in entries),
            [entry["duration_ms"] for entry in entries])
    case.equal("no exchange broke", [entry for entry in entries if entry.get("broke")], [])
    newest = case.server.made("GET", "/v1/requests?limit=5")["requests"]
    case.ok("the API lists the newest", {row["number"] for row in newest} >= {max(entry["exchange"] for entry in entries)},
            newest)


def run(clock):
    with mock.Server("--quiet", "--set", "password_max=1000", env={**os.environ, **clock.environment}) as server:
        case = Case(server, clock)
        key = dates(case)
        passwords(case, key)
        lifetimes(case)
        timers(case)
        records(case)
        mock.equal(f"{clock.name}: it ends well", server.stop(), 0)


run(OwnClock())
with tempfile.TemporaryDirectory(prefix="mock-ndes-") as directory:
    run(MachineClock(directory))
mock.finish()
