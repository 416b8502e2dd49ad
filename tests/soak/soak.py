"""The soak: devices at the machine's capacity, faults that come and go under them, control calls, resets; for so many
seconds, or so many exchanges. Then memory, descriptors, threads and counts are as they must be.

    soak.py BUILD_DIR [--seconds N | --exchanges N] [--round N] [--connections N] [--seed N] [--patience SECONDS]
            [--state] [--wrapper "COMMAND"]

It goes in rounds of the same size. In each the devices (devices.c) enrol, renew, ask, poll, are refused, and meet
faults, while callers (soak_callers.py) use the control API. When all is quiet again, what the devices saw is held
against the journal, the logs and the store (soak_records.py), memory is measured with the journal at its bound, and
the server is reset: it must have forgotten all of it, and the devices begin anew.
"""
import argparse
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock
import soak_callers
import soak_records

SITES = {"manual": {"approval": "manual"}, "faulty": {}, "broken": {}, "gone": {}, "held": {}}
HELD = [{"match": {"operation": "GetCACert"}, "do": {"drip": 1, "every": "1h"}}, {"do": {"delay": "1h"}}]
HELD_AT_THE_END = 20
# What memory may have grown between the second quarter of the rounds and the last one. There must be quarters.
# AddressSanitizer's allocator keeps the most that each of its classes of sizes ever held, which grows ever more
# slowly; what ThreadSanitizer notes of a program grows as long as it does something new.
GROWTH_KIB = {"none": 4096, "address,undefined": 10240, "thread": None}
ROUNDS_MIN = 8
# Freed memory that a sanitizer keeps back would look like growth for long.
SANITIZER = "quarantine_size_mb=8:thread_local_quarantine_size_kb=256"


def sanitizer_of(build):
    with open(os.path.join(build, "meson-info", "intro-buildoptions.json"), encoding="utf-8") as file:
        return next(option["value"] for option in json.load(file) if option["name"] == "b_sanitize")


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--exchanges", type=int, help="in place of --seconds")
    parser.add_argument("--round", type=int, default=800, help="exchanges in a round")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seed", type=int, default=8894)
    parser.add_argument("--patience", type=int, default=60, help="seconds for whatever should not take long")
    parser.add_argument("--state", action="store_true", help="keep the state in a file")
    parser.add_argument("--wrapper", default="", help="a command in front of the server's")
    return parser.parse_args()


class Process:
    """What /proc says of the server."""

    def __init__(self, pid):
        self.path = f"/proc/{pid}"

    def resident_kib(self):
        with open(f"{self.path}/status", encoding="utf-8") as file:
            return int(next(line for line in file if line.startswith("VmRSS:")).split()[1])

    def descriptors(self):
        names = [os.readlink(f"{self.path}/fd/{name}") for name in os.listdir(f"{self.path}/fd")]
        return sorted("socket" if name.startswith("socket:") else os.path.basename(name) for name in names)

    def threads(self):
        return len(os.listdir(f"{self.path}/task"))


class Devices:
    """The load generator."""

    def __init__(self, server, options):
        port = urllib.parse.urlsplit(server.scep).port
        self.process = subprocess.Popen(
            [os.path.join(mock.BUILD, "tests/soak/devices"), "--port", str(port), "--exchanges", str(options.round),
             "--connections", str(options.connections), "--seed", str(options.seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def go(self):
        """Plays a round (the first time: prepares them all) and returns the tally."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the devices have ended")
        return json.loads(line)

    def finish(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(mock.DEADLINE)


class Soak:
    def __init__(self, server, options):
        self.server = server
        self.options = options
        self.process = Process(server.process.pid)
        self.devices = Devices(server, options)
        self.rounds = 0
        self.exchanges = 0      # of devices, ever
        self.counts = {}        # of all rounds, by kind
        self.calls = 0
        self.checked = 0
        self.memory = []        # KiB, a figure for each round
        self.wrong = {}         # {check: [what was wrong]}
        self.begun = time.monotonic()

    # --- rounds -------------------------------------------------------------------------------

    def note(self, check, words):
        """Adds what was wrong, a list that should be empty."""
        self.wrong.setdefault(check, []).extend(f"round {self.rounds}: {word}" for word in words)

    def make_sites(self):
        for name, settings in SITES.items():
            self.server.made("POST", "/v1/sites", {"name": name, "settings": {"challenge": "secret", **settings}})

    def metrics(self):
        return soak_callers.metrics(self.server.call("GET", "/metrics")[2].decode())

    def wait_until_quiet(self):
        """All connections but our own are gone, and all exchanges with them."""
        def quiet():
            found = self.metrics()
            return found[("mock_ndes_exchanges_open",)] == 1 and found[("mock_ndes_connections_open",)] == 1
        try:
            mock.until(quiet, "an exchange or a connection stays")
        except TimeoutError as error:
            self.note("no exchange and no connection is left", [str(error)])

    def play(self):
        """One round, when the sites are there. The largest answer of all is asked for in each, at the same time, so that
        it makes no difference between the rounds' memory."""
        self.server.made("GET", "/v1/openapi.json")
        before = self.metrics()
        follower = soak_callers.Follower(self.server)
        seed = f"{self.options.seed} {self.rounds}"
        kinds = [soak_callers.Manager, soak_callers.RuleBreaker, soak_callers.Administrator, soak_callers.Builder,
                 soak_callers.Reader]
        soak_callers.Builder.rests = self.rounds % 2 == 1
        callers = {kind.__name__: kind(self.server, seed) for kind in kinds}
        tally = self.devices.go()
        for caller in callers.values():
            caller.over.set()
        for caller in callers.values():
            caller.finish()
        callers["RuleBreaker"].count_last()
        self.check_events(follower, tally)
        self.wait_until_quiet()
        self.memory.append(self.process.resident_kib())
        for caller in callers.values():
            self.calls += caller.calls
            self.note("control calls are answered as they must be", caller.wrong)
        self.check(tally, callers, before)

    def check_events(self, follower, tally):
        wanted = sum(row["count"] for row in tally["rows"] if (row["site"], row["asks"]) == ("default", "GetCACert"))
        try:
            mock.until(lambda: follower.completed >= wanted or follower.lost or not follower.is_alive(), "events")
        except TimeoutError:
            pass
        follower.finish()
        if not follower.lost:
            self.note("who follows the events is told each exchange once",
                      [] if follower.completed == wanted else [f"found {follower.completed}, wanted {wanted}"])

    # --- checks ----------------------------------------------------------------------------------

    def equal(self, check, found, wanted, name):
        self.note(check, [] if found == wanted else [f"{name}: found {found}, wanted {wanted}"])

    def check(self, tally, callers, before):
        """All records of a round agree."""
        directory = os.path.join(self.server.directory, "logs")
        devices, journal = soak_records.of_devices(tally), soak_records.Journal(directory)
        self.check_journal(tally, devices, journal)
        logs = soak_records.Logs(directory)
        w3c, httperr = soak_records.expected_logs(devices)
        self.note("counts in the W3C logs are those of the devices",
                  soak_records.differences(logs.w3c, w3c, "W3C"))
        self.note("counts in the HTTPERR logs are those of the devices",
                  soak_records.differences(logs.httperr, httperr, "HTTPERR"))
        if callers:
            self.check_store(devices, callers, journal)
            self.check_metrics(devices, before)
            self.check_ring(tally, before)
        self.check_health(tally, devices)
        self.exchanges += tally["exchanges"]
        self.checked += tally["checked"]
        for kind, count in devices.items():
            self.counts[kind] = self.counts.get(kind, 0) + count

    def check_journal(self, tally, devices, journal):
        self.note("counts in the journal are those of the devices",
                  soak_records.differences(journal.counts, devices, "journal"))
        first = self.exchanges + 1
        self.equal("each exchange is in the journal once, by its number", journal.numbers,
                   list(range(first, first + tally["exchanges"])), "numbers")
        self.equal("each is with the site of its URL", journal.strangers, 0, "with others")
        self.equal("at none mock-ndes itself failed", journal.broke, 0, "failures")

    def total(self, path):
        return self.server.made("GET", path + ("&" if "?" in path else "?") + "limit=1")["total"]

    def check_store(self, devices, callers, journal):
        """What was issued is what devices were given, and what a fault or they themselves kept them from taking."""
        def count(site, *ends):
            return sum(number for kind, number in devices.items() if kind[0] == site and kind[1] not in
                       ("GetCACaps", "GetCACert") and any(end(kind) for end in ends))

        check = "the store has the certificates that were given away or lost on the way, and no other"
        rules = callers["RuleBreaker"].strikes
        for site, wanted in (
                ("default", count("default", lambda kind: kind[6] == "SUCCESS")),
                ("manual", count("manual", lambda kind: kind[6] == "SUCCESS")),
                ("faulty", count("faulty", lambda kind: kind[2] == "answered" and kind[4] in (200, 0)) +
                 rules[soak_callers.DESTROYED]),
                ("held", count("held", lambda kind: kind[2] == "left"))):
            self.equal(check, self.total(f"/v1/sites/{site}/certificates"), wanted, site)
        states = [self.total(f"/v1/sites/manual/transactions?state={state}")
                  for state in ("SUCCESS", "FAILURE", "PENDING")]
        enrolled = sum(number for kind, number in devices.items() if kind[:2] == ("manual", "PKCSReq"))
        self.equal("requests that waited are issued as they were approved, and refused as they were denied",
                   (states[1], sum(states)), (callers["Manager"].denied, enrolled), "denied, all")

    def check_metrics(self, devices, before):
        after, wanted, found = self.metrics(), {}, {}
        for (site, asks, *_), count in devices.items():
            if site in ("default", "manual", "faulty", "held"):
                operation = asks if asks in ("GetCACaps", "GetCACert") else "PKIOperation"
                wanted[site, operation] = wanted.get((site, operation), 0) + count
        for name, count in after.items():
            if name[0] == "mock_ndes_exchanges_total" and name[1:3] in wanted:
                found[name[1:3]] = found.get(name[1:3], 0) + count - before.get(name, 0)
        self.equal("metrics count what devices did", found, wanted, "exchanges")

    def check_ring(self, tally, before):
        """It has all exchanges but those that it says it dropped, and those of sites that were removed."""
        after = self.metrics()
        dropped = ("mock_ndes_journal_dropped_total",)
        found = after[("mock_ndes_journal_exchanges",)] + after[dropped] - before[dropped]
        if soak_callers.Builder.rests:
            self.equal("the journal in memory has what it did not drop", found, tally["exchanges"], "exchanges")

    def check_health(self, tally, devices):
        """Sites that nobody breaks answer as they must, whatever happens beside them."""
        allowed = {"GetCACaps": {""}, "GetCACert": {""}, "RenewalReq": {"SUCCESS"}}
        allowed_at = {"default": {"PKCSReq": {"SUCCESS", "FAILURE"}},
                      "manual": {"PKCSReq": {"PENDING"}, "CertPoll": {"SUCCESS", "FAILURE", "PENDING"}}}
        self.note("healthy sites answer all, whatever happens beside them", [
            f"{kind}: {count}" for kind, count in devices.items() if kind[0] in soak_records.HEALTHY and not (
                kind[2:6] == ("answered", True, 200, "iis") and
                kind[6] in {**allowed, **allowed_at[kind[0]]}.get(kind[1], ()))])
        self.equal("none had to give up waiting", sum(count for kind, count in devices.items() if kind[2] == "late"),
                   0, "late")
        self.note("answers that were looked at closely are right: signed, decrypted, of this key and this CA",
                  tally["words"])

    # --- between rounds ---------------------------------------------------------------------------

    def reset(self):
        """Back to the start: what is left then has leaked."""
        self.server.made("POST", "/v1/reset")
        mock.until(lambda: self.metrics()[("mock_ndes_connections_open",)] == 1, "connections")
        soak_records.empty(os.path.join(self.server.directory, "logs"), {"W3SVC1"})
        descriptors, threads = self.process.descriptors(), self.process.threads()
        if self.rounds == 0:  # the logs of the default site are open now
            self.descriptors, self.threads = descriptors, threads
        self.equal("no descriptor is left", descriptors, self.descriptors, "descriptors")
        self.equal("no thread is left", threads, self.threads, "threads")
        self.equal("a reset forgets what was issued", self.total("/v1/sites/default/certificates"), 0, "certificates")

    def go_on(self):
        if self.options.exchanges:
            return self.exchanges < self.options.exchanges
        return time.monotonic() - self.begun < self.options.seconds

    def run(self):
        self.make_sites()
        self.check(self.devices.go(), None, None)  # they fetch the certificates of their CAs
        self.server.made("PUT", "/v1/sites/held/faults", {"faults": HELD})
        soak_records.empty(os.path.join(self.server.directory, "logs"), set(os.listdir(
            os.path.join(self.server.directory, "logs"))))
        while True:
            self.play()
            self.reset()
            self.rounds += 1
            print(f"# round {self.rounds}: {self.exchanges} exchanges in {time.monotonic() - self.begun:.0f} s, "
                  f"{self.memory[-1]} KiB", flush=True)
            if not self.go_on():
                return
            self.make_sites()
            self.server.made("PUT", "/v1/sites/held/faults", {"faults": HELD})

    # --- the end ------------------------------------------------------------------------------------

    def stop(self):
        """SIGTERM while some answers are held."""
        self.make_sites()
        self.server.made("PUT", "/v1/sites/held/faults", {"faults": HELD})
        url = urllib.parse.urlsplit(self.server.scep)
        request = f"GET /site/held{url.path}?operation=GetCACaps HTTP/1.1\r\nHost: soak\r\n\r\n".encode()
        held = [socket.create_connection((url.hostname, url.port)) for _ in range(HELD_AT_THE_END)]
        for connection in held:
            connection.sendall(request)
        mock.until(lambda: self.server.held() == HELD_AT_THE_END, "answers that are held")
        status = self.server.stop()
        for connection in held:
            connection.close()
        mock.equal("SIGTERM ends it with status 0 while answers are held", status, 0)
        with open(os.path.join(self.server.directory, "logs", "journal.jsonl"), encoding="utf-8") as file:
            ends = [json.loads(line)["connection"]["end"] for line in file]
        mock.equal("and they are in the journal", ends, HELD_AT_THE_END * ["shutdown"])
        errors = self.server.stderr()
        mock.ok("it had nothing to complain about, nor has a sanitizer", not errors, errors[-4000:])

    def quarters(self):
        size = len(self.memory)
        return [max(self.memory[size * part // 4:size * (part + 1) // 4]) for part in range(4)]

    def report(self):
        for check, words in self.wrong.items():
            mock.ok(check, not words, "\n".join(words[:20]))
        name = "resident memory is flat once the journal is at its bound"
        growth = GROWTH_KIB[sanitizer_of(self.options.build)]
        quarters = self.quarters()
        if self.rounds < ROUNDS_MIN:
            mock.skip(name, f"{self.rounds} rounds are too few to tell")
        elif growth is None:
            mock.skip(name, "ThreadSanitizer's memory is not the server's")
        else:
            mock.ok(name, quarters[3] <= quarters[1] + growth, f"KiB, maxima of the quarters: {quarters}")
            print("# resident, KiB, maxima of the quarters:", *quarters)
        seconds = time.monotonic() - self.begun
        print(f"# {self.exchanges} exchanges in {seconds:.0f} s, {self.rounds} rounds, {self.calls} control calls, "
              f"{self.checked} answers looked at closely, {self.threads} threads, {len(self.descriptors)} descriptors, "
              f"seed {self.options.seed}")
        for kind, count in sorted(self.counts.items(), key=str):
            print("#", count, *kind)


def main():
    options = read_arguments()
    mock.DEADLINE = options.patience
    soak_callers.Builder.own_keys = not options.wrapper
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and the server is ended too
    os.environ["ASAN_OPTIONS"] = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), SANITIZER]))
    arguments = ["--quiet", "--challenge", "secret", "--set", "ec_keys=accept", "--journal-exchanges",
                 str(options.round // 2), "--seed", str(options.seed)]
    with tempfile.TemporaryDirectory(prefix="soak-") as state, \
            mock.Server(*arguments, *(["--state", state] if options.state else []),
                        wrapper=shlex.split(options.wrapper)) as server:
        soak = Soak(server, options)
        soak.run()
        mock.equal("the devices end well", soak.devices.finish(), 0)
        soak.report()
        soak.stop()
    mock.finish()


main()
