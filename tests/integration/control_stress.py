"""Suites and devices that mind nobody: random calls of the control API and requests of devices from many threads,
clients that leave in the middle, and SIGTERM in the middle of it all.

Until then each call has an answer that is none of a broken server; the server then ends with status 0, and a
sanitizer has nothing to report (mock.py). What was called when is drawn from SEED, for whoever wants it again.
"""
import http.client
import json
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

SEED = int(os.environ.get("SEED", "8894"))
THREADS = 16
CALLS = 120          # of a thread, at most
STOP_BEHIND = 1200   # calls of all threads
ENROLMENTS = 12      # of a thread
NAMES = [f"s{number}" for number in range(6)]
PROFILES = ["app-pool-stopped", "ra-certificates-expired", "connection-reset-at-once", "approval-pending-for-ever"]
SETTINGS = [{"approval": "manual"}, {"approval": "automatic"}, {"password_max": 7}, {"ca_hierarchy": "issuing"},
            {"ca_hierarchy": None}, {"log_fields": None}, {"apply": "as_real"}, {"apply": None}]
RULES = [{"do": {"status": 503}, "when": {"times": 2}}, {"do": {"delay": "40ms"}}, {"do": {"delay": "1h"}},
         {"match": {"operation": "GetCACaps"}, "do": {"reset": "before_head"}}]
VERBS = ["app-pool/start", "app-pool/stop", "app-pool/recycle", "iisreset", "restart", "reset", "faults/rearm",
         "clock/freeze", "clock/run", "clock/reset", "ca/crl"]
READ = ["", "/settings", "/app-pool", "/services", "/challenges", "/certificates", "/transactions", "/faults",
        "/requests", "/ca", "/ca/crl", "/ca/chain.pem", "/clock"]
READ_OF_ALL = ["/v1/sites", "/v1/version", "/metrics", "/v1/requests", "/v1/requests?site=s*&operation=GetCACaps",
               "/v1/requests/1", "/v1/profiles/app-pool-stopped", "/v1/clock", "/v1/openapi.json",
               "/v1/certificates?site=s1", "/v1/events?oparation=x"]
DEVICE = ["?operation=GetCACaps", "?operation=GetCACert", "?operation=GetNextCACert", "?operation=PKIOperation&message=MAA",
          "", "../mscep_admin/"]


class Round:
    """What the threads share."""

    def __init__(self, server):
        self.server = server
        self.lock = threading.Lock()
        self.enough = threading.Event()
        self.stopping = False
        self.calls = 0
        self.wrong = []

    def count(self):
        with self.lock:
            self.calls += 1
            if self.calls >= STOP_BEHIND:
                self.enough.set()

    def complain(self, words):
        """What happens to who calls a server that stops is nobody's fault."""
        with self.lock:
            if not self.stopping:
                self.wrong.append(words)


# --- calls ------------------------------------------------------------------------------------------

def change_of_site(draw, site):
    return draw.choice([
        ("PUT", site, {}),
        ("PUT", site, {"profile": draw.choice(PROFILES)}),
        ("PUT", site, {"ttl": "1h", "faults": [draw.choice(RULES)]}),
        ("DELETE", site, None),
        ("PATCH", site + "/settings", {"settings": draw.choice(SETTINGS)}),
        ("PATCH", site + "/services/CertSvc", {"state": draw.choice(["running", "stopped"])}),
        ("POST", site + "/challenges", {"kind": draw.choice(["ndes", "intune"]), "force": True}),
        ("DELETE", site + "/challenges", None),
        ("POST", site + "/faults", draw.choice(RULES)),
        ("PUT", site + "/faults", {"faults": draw.sample(RULES, 2)}),
        ("DELETE", site + "/faults", None),
        ("DELETE", site + "/requests", None),
        ("POST", site + "/ca/rollover", {"step": draw.choice(["offer", "switch"])}),
        ("POST", site + "/ca/ra-certificates", {"state": draw.choice(["expired", "renewed"])}),
        ("POST", site + "/clock/advance", {"by": draw.choice(["1h", "-1h", "40d"])}),
        ("POST", site + "/" + draw.choice(VERBS), None)])


def change_of_all(draw):
    return draw.choice([
        ("POST", "/v1/sites", {"name": draw.choice(NAMES)}),
        ("POST", "/v1/sites", {"ttl": "1h"}),
        ("POST", "/v1/clock/advance", {"by": draw.choice(["1s", "61m"])}),
        ("POST", draw.choice(["/v1/clock/reset"] * 4 + ["/v1/reset"]), None),
        ("DELETE", draw.choice(["/v1/requests", "/v1/sites/default/requests"]), None),
        ("POST", "/v1/verify", {"expectations": [{"match": {"site": draw.choice(NAMES)}, "at_least": 3}]}),
        ("POST", "/v1/wait", {"match": {"site": draw.choice(NAMES)}, "count": draw.randint(1, 5),
                              "on": draw.choice(["arrival", "completion"]),
                              "timeout": f"{draw.randint(0, 200)}ms"})])


def draw_call(draw):
    """(method, path, body) of the control API."""
    site = "/v1/sites/" + draw.choice(NAMES + ["default"])
    kind = draw.random()
    if kind < 0.4:
        return change_of_site(draw, site)
    if kind < 0.7:
        return change_of_all(draw)
    return "GET", site + draw.choice(READ) if kind < 0.85 else draw.choice(READ_OF_ALL), None


def call(draw, shared):
    method, path, body = draw_call(draw)
    status = shared.server.call(method, path, body)[0]
    if status >= 500 and (status, method) not in ((503, "POST"), (503, "PUT")):
        shared.complain(f"{method} {path} {body}: {status}")


# --- clients that leave --------------------------------------------------------------------------------

def leave(draw, connection):
    """By FIN, by RST, or after a little of the answer."""
    if draw.random() < 0.4:
        connection.recv(draw.choice([1, 100, 20000]))
    if draw.random() < 0.5:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def begin_and_leave(draw, shared):
    """Somebody who sends a call, or part of one, and does not stay for the answer."""
    url = urllib.parse.urlsplit(shared.server.control)
    method, path, body = draw.choice([draw_call(draw), ("GET", "/v1/events?site=s*", None),
                                      ("POST", "/v1/wait", {"count": 1000000, "timeout": "1h"}),
                                      ("PUT", "/v1/sites/" + draw.choice(NAMES), {})])
    text = json.dumps(body) if body is not None else ""
    message = (f"{method} {path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {len(text)}\r\n\r\n{text}").encode()
    with socket.create_connection((url.hostname, url.port), mock.DEADLINE) as connection:
        connection.settimeout(draw.choice([0.01, 0.05, 0.2]))
        connection.sendall(message[:draw.choice([len(message)] * 3 + [draw.randint(1, len(message))])])
        try:
            leave(draw, connection)
        except TimeoutError:
            pass


def follow(draw, shared):
    """Somebody who follows the events for a while."""
    url = urllib.parse.urlsplit(shared.server.control)
    with socket.create_connection((url.hostname, url.port), mock.DEADLINE) as connection:
        connection.settimeout(0.05)
        connection.sendall(f"GET /v1/events HTTP/1.1\r\nHost: {url.netloc}\r\nLast-Event-ID: 1\r\n\r\n".encode())
        try:
            for _ in range(draw.randint(1, 20)):
                if not connection.recv(4096):
                    break
        except TimeoutError:
            pass


# --- devices ----------------------------------------------------------------------------------------------

def ask_as_device(draw, shared):
    """What it is answered is the business of faults; some do not wait for it."""
    base = urllib.parse.urlsplit(shared.server.scep)
    path = draw.choice(["", f"/site/{draw.choice(NAMES)}", f"/fault/{draw.choice(PROFILES)}"]) + base.path
    connection = http.client.HTTPConnection(base.hostname, base.port, timeout=draw.choice([0.02, 0.2]))
    try:
        if draw.random() < 0.3:
            connection.request("POST", path + "?operation=PKIOperation", draw.randbytes(draw.choice([0, 40, 4000])))
        else:
            connection.request("GET", path + draw.choice(DEVICE))
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass
    finally:
        connection.close()


def enrol(draw, shared, number):
    """Enrolments that are whole, for work with private keys; they may well be refused."""
    for turn in range(ENROLMENTS):
        if shared.stopping:
            return
        url = shared.server.scep.replace("/certsrv", draw.choice(["", f"/site/{draw.choice(NAMES)}"]) + "/certsrv")
        out = os.path.join(shared.server.directory, f"device-{number}-{turn}")
        try:
            mock.program("enroll", url, "--subject", f"CN=dev-{number}-{turn}", "--challenge", "secret", "--out", out,
                         "--timeout", "2s", "--poll-max", "1", "--quiet")
        except subprocess.TimeoutExpired:
            shared.complain("an enrolment did not end")


# --- the course ---------------------------------------------------------------------------------------------

def act(draw, shared):
    what = draw.random()
    if what < 0.55:
        call(draw, shared)
    elif what < 0.75:
        ask_as_device(draw, shared)
    elif what < 0.95:
        begin_and_leave(draw, shared)
    else:
        follow(draw, shared)


def work(number, seed, shared):
    draw = random.Random(f"{seed} {number}")
    if number < 2:
        enrol(draw, shared, number)
        return
    for _ in range(CALLS):
        try:
            act(draw, shared)
        except (OSError, http.client.HTTPException) as error:
            if shared.stopping:
                return
            shared.complain(f"{type(error).__name__}: {error}")
        shared.count()


def play(name, seed, *arguments):
    with mock.Server("--quiet", "--challenge", "secret", "--max-sites", "12", "--journal-exchanges", "60",
                     *arguments) as server:
        shared = Round(server)
        threads = [threading.Thread(target=work, args=(number, seed, shared)) for number in range(THREADS)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        reached = shared.enough.wait(4 * mock.DEADLINE)
        with shared.lock:
            shared.stopping = True
        status = server.stop()
        for thread in threads:
            thread.join(mock.DEADLINE)
        mock.ok(f"{name}: {STOP_BEHIND} calls", reached, f"{shared.calls} in {time.monotonic() - begun} s")
        mock.equal(f"{name}: none is answered by a broken server", shared.wrong[:10], [])
        mock.equal(f"{name}: it ends well in the middle of them", status, 0)
        mock.ok(f"{name}: all clients have ended", not any(thread.is_alive() for thread in threads))
        print(f"# {shared.calls} calls in {time.monotonic() - begun:.1f} s, seed {seed}")


play("in memory", SEED)
with tempfile.TemporaryDirectory(prefix="mock-ndes-") as state:
    play("with a state file", SEED + 1, "--state", os.path.join(state, "state"))
mock.finish()
