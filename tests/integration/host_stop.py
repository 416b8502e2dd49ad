"""SIGSTOP and SIGCONT in the middle of enrolments, held answers, waiting suites and half requests: as on a laptop that sleeps.
All are answered, timers fire, and nobody is dropped for the time in which the server could not listen.
"""
import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock
import host

DEVICES = 6
DELAY = 0.5          # seconds that a rule holds answers
TIMEOUT = 1          # seconds that a client may be silent


class Thread(threading.Thread):
    """Does something meanwhile; `found` is what that has returned."""

    def __init__(self, function, *arguments):
        super().__init__()
        self.function = function
        self.arguments = arguments
        self.found = None
        self.start()

    def run(self):
        self.found = self.function(*self.arguments)

    def result(self):
        self.join(mock.DEADLINE)
        return self.found


def stop(server):
    server.process.send_signal(signal.SIGSTOP)

    def is_stopped():
        with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] == "T"
    mock.until(is_stopped, "a stopped server")


def go_on(server, behind):
    """Once so many seconds have passed."""
    end = time.monotonic() + behind
    mock.until(lambda: time.monotonic() > end, "time passes")
    server.process.send_signal(signal.SIGCONT)


def connect(url):
    parts = urllib.parse.urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), mock.DEADLINE)


def head(url):
    return f"GET {urllib.parse.urlsplit(url).path}{host.CAPS} HTTP/1.1\r\nHost: test\r\n\r\n".encode()


def enroll(server, url, number, *options):
    return mock.program("enroll", url, "--challenge", "secret", "--subject", f"CN=device-{number}", "--key", KEY,
                        "--transaction-id", f"device-{number}",
                        "--poll-interval", "100ms", "--poll-max", "100", "--quiet",
                        "--out", os.path.join(server.directory, f"out-{number}"), *options)


def enrolments(server):
    slow = server.made("POST", "/v1/sites", {"name": "slow", "settings": {"challenge": "secret"}})
    server.made("POST", "/v1/sites/slow/faults", {"match": {"operation": "PKIOperation"}, "do": {"delay": f"{int(DELAY * 1000)}ms"}})
    later = server.made("POST", "/v1/sites", {"name": "later", "settings": {"challenge": "secret", "approval": "after_polls",
                                                                          "approval_polls": 3}})
    urls = [server.scep, slow["scep"], later["scep"]]
    devices = [Thread(enroll, server, urls[number % 3], number) for number in range(3 * DEVICES)]
    wish = {"match": {"site": "slow", "outcome": "SUCCESS"}, "count": DEVICES, "timeout": "60s"}
    suite = Thread(server.call, "POST", "/v1/wait", wish)
    patient = Thread(server.call, "POST", "/v1/wait", {"match": {"site": "slow", "operation": "none"}, "timeout": "300ms"})
    mock.until(lambda: server.held() > 2, "held answers")
    for _ in range(3):
        stop(server)
        newcomer = connect(server.scep)
        newcomer.sendall(head(server.scep))
        go_on(server, DELAY)
        mock.ok("who came while it was stopped is answered", newcomer.recv(4096).startswith(b"HTTP/1.1 200 "), "none")
        newcomer.close()
    results = [device.result() for device in devices]
    mock.ok("all devices have their certificates", all(found and found.returncode == 0 for found in results),
            [found for found in results if not found or found.returncode])
    status, _, answer = suite.result()
    mock.equal("a suite that waited for them is told", (status, answer["matched"]), (200, DEVICES))
    mock.equal("one whose time was over too", patient.result()[0], 408)
    mock.equal("nothing is held any more", server.held(), 0)
    with open(os.path.join(server.directory, "logs", "journal.jsonl"), encoding="utf-8") as file:
        slow = [json.loads(line) for line in file if '"site":"slow"' in line and "PKIOperation" in line]
    mock.ok("none was answered before its time", len(slow) == DEVICES and
            all(entry["duration_ms"] >= DELAY * 1000 for entry in slow), slow)


def silence(server):
    """Stopped for longer than a client may be silent."""
    kept, half, idle = (connect(server.scep) for _ in range(3))
    for client in (kept, half, idle):
        client.sendall(head(server.scep))
        client.recv(4096)
    half.sendall(head(server.scep)[:40])
    mock.until(lambda: host.metric(server, "mock_ndes_connections_open") >= 4, "they are known")
    stop(server)
    kept.sendall(head(server.scep))
    half.sendall(head(server.scep)[40:])
    go_on(server, TIMEOUT + 0.5)
    mock.ok("a request that came meanwhile is answered", kept.recv(4096).startswith(b"HTTP/1.1 200 "), "none")
    mock.ok("and the second half of one", half.recv(4096).startswith(b"HTTP/1.1 200 "), "none")
    mock.equal("who said nothing for too long is dropped", idle.recv(4096), b"")
    for client in (kept, half, idle):
        client.close()


with mock.Server("--quiet", "--challenge", "secret") as server:
    KEY = os.path.join(server.directory, "first", "key.pem")
    mock.equal("a first device", mock.program("enroll", server.scep, "--challenge", "secret", "--subject", "CN=first",
                                              "--out", os.path.dirname(KEY)).returncode, 0)
    enrolments(server)
with mock.Server("--quiet", "--set", f"connection_timeout={TIMEOUT}") as server:
    silence(server)
mock.finish()
