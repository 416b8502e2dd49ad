"""What every Python test begins with: a directory of its own, a server of its own, TAP.

    import mock
    with mock.Server("--challenge", "secret") as server:
        status, headers, answer = server.call("GET", "/v1/version")
        mock.ok("it has a version", answer["name"] == "mock-ndes", answer)
    mock.finish()

The first argument of the test is the build directory. Every server that was started is ended by its
process id; one that ends otherwise than with status 0, or with a sanitizer's report, fails the test.
"""
import atexit
import functools
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

BUILD = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "build"
DEADLINE = 60
# How the sanitizers begin what they report.
REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer",
           "FATAL: ThreadSanitizer", "runtime error:")
# A file that each call of the control API is written to, for control_contract.py.
RECORD = os.environ.get("MOCK_NDES_TEST_RECORD")

_points = 0
_failures = 0


def ok(name, good, seen=None):
    """One TAP point; what was seen is shown when it fails."""
    global _points, _failures
    _points += 1
    print(f"{'ok' if good else 'not ok'} {_points} - {name}", flush=True)
    if not good:
        _failures += 1
        for line in str(seen).splitlines():
            print("#", line)
    return bool(good)


def equal(name, found, wanted):
    return ok(name, found == wanted, f"found {found!r}\nwanted {wanted!r}")


def skip(name, why):
    """A TAP point that could not be looked at."""
    global _points
    _points += 1
    print(f"ok {_points} - {name} # SKIP {why}", flush=True)


def finish():
    print(f"1..{_points}")
    sys.exit(1 if _failures or _points == 0 else 0)


def until(condition, what):
    """Waits until a function returns something true, and returns that; fails after a deadline."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    raise TimeoutError(what)


def assert_unreported(errors):
    """Fails on a sanitizer's report in what a program wrote to stderr."""
    if any(report in errors for report in REPORTS):
        raise AssertionError("a sanitizer reports:\n" + errors)


@functools.cache
def copied():
    folder = tempfile.mkdtemp(prefix="mock-ndes-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.chmod(folder, 0o755)
    return shutil.copy2(os.path.join(BUILD, "mock-ndes"), folder)


def path_for(options):
    """The program; for another user a copy that all can reach, since the build may lie in root's own folder."""
    return copied() if "user" in options else os.path.join(BUILD, "mock-ndes")


def program(*arguments, **options):
    """Runs mock-ndes with these arguments and returns what subprocess.run does."""
    options = {"timeout": DEADLINE, "text": True, **options}
    done = subprocess.run([path_for(options), *arguments], capture_output=True, **options)
    assert_unreported(done.stderr if options["text"] else done.stderr.decode())
    return done


class Server:
    """A server on free ports. `ready` is its ready line, `directory` its own folder. A `wrapper` is a command in
    front of its own: valgrind with its options."""

    def __init__(self, *arguments, wrapper=(), **options):
        self.arguments = arguments
        self.wrapper = wrapper
        self.options = options
        self.process = None

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="mock-ndes-")
        self.start()
        return self

    def start(self):
        self.errors = open(os.path.join(self.directory, "stderr"), "ab")
        self.process = subprocess.Popen(
            [*self.wrapper, path_for(self.options), "serve", "--listen", "127.0.0.1:0",
             "--log-dir", os.path.join(self.directory, "logs"), *self.arguments],
            stdout=subprocess.PIPE, stderr=self.errors, text=True, **self.options)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the server did not get ready: " + self.stderr())
        self.ready = json.loads(line)
        self.scep = self.ready["scep"]
        self.control = self.ready["control"]

    def stop(self, with_signal=signal.SIGTERM):
        """Ends it and returns its exit status."""
        self.process.send_signal(with_signal)
        status = self.process.wait(DEADLINE)
        self.process.stdout.close()
        self.errors.close()
        self.process = None
        assert_unreported(self.stderr())
        return status

    def __exit__(self, *failure):
        try:
            status = self.stop() if self.process else 0
            if status != 0:
                raise AssertionError(f"the server ended with status {status}:\n{self.stderr()}")
        finally:
            shutil.rmtree(self.directory)

    def stderr(self):
        with open(os.path.join(self.directory, "stderr"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def call(self, method, path, body=None, headers=None, raw=None):
        """One call of the control API: (status, headers, JSON or bytes)."""
        return call(self.control, method, path, body, headers, raw)

    def made(self, method, path, body=None):
        """A call that must succeed; returns its JSON."""
        status, _, answer = self.call(method, path, body)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer

    def held(self):
        """How many answers wait now: those of rules that delay, calls that wait, streams."""
        return int(re.search(r"^mock_ndes_answers_held (\d+)", self.call("GET", "/metrics")[2].decode(),
                             re.MULTILINE).group(1))


def call(base, method, path, body=None, headers=None, raw=None):
    url = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=DEADLINE)
    data = raw if raw is not None else None if body is None else json.dumps(body)
    connection.request(method, path, data, headers or {})
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    if "json" in (response.getheader("Content-Type") or ""):
        answer = json.loads(answer)
    if RECORD and not path.startswith("/certsrv/"):  # what a device says is not of the API
        _record({"method": method, "path": path, "body": body, "status": response.status,
                 "type": response.getheader("Content-Type"), "answer": answer})
    return response.status, response.headers, answer


def _record(made):
    if isinstance(made["answer"], bytes):
        made["answer"] = made["answer"].decode("utf-8", "replace")
    with open(RECORD, "a", encoding="utf-8") as file:
        file.write(json.dumps(made) + "\n")


def get(url, headers=None):
    """A plain GET of a device: (status, headers, bytes)."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=DEADLINE)
    connection.request("GET", parts.path + ("?" + parts.query if parts.query else ""),
                       headers=headers or {})
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    return response.status, response.headers, answer
