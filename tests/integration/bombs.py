"""Every bomb (tests/bombs) thrown at a real server, which has limits set: it answers as to any message that
cannot be decoded, says in words what was met, and serves the next one. And the client before such servers."""
import http.client
import http.server
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

PROGRAM = os.path.join(mock.BUILD, "tests/bombs/bombs")
KEY_8192 = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bombs", "rsa-8192.key")
MEMORY = 32 << 20
# For all bombs together; limits count whole seconds. The bench has the 50 ms for each.
CPU_SECONDS = 8


def maps_sanitizer(pid):
    with open(f"/proc/{pid}/maps") as maps:
        return any(word in maps.read() for word in ("libasan", "libtsan"))


def address_space(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def post(server, body):
    url = urllib.parse.urlsplit(server.scep)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=mock.DEADLINE)
    connection.request("POST", url.path + "?operation=PKIOperation", body,
                       {"Content-Type": "application/x-pki-message"})
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    return response.status, answer


def written(directory, *arguments):
    """The bombs as files in a directory, and what the program says of each."""
    done = subprocess.run([PROGRAM, *arguments, directory], capture_output=True, text=True, timeout=mock.DEADLINE)
    mock.assert_unreported(done.stderr)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def content(directory, bomb):
    with open(os.path.join(directory, bomb["bomb"]), "rb") as file:
        return file.read()


def throw(server, directory, bomb):
    """One bomb, with a limit of what the server may take for it."""
    pid = server.process.pid
    body = content(directory, bomb)
    if not maps_sanitizer(pid):
        resource.prlimit(pid, resource.RLIMIT_AS, (address_space(pid) + MEMORY, resource.RLIM_INFINITY))
    try:
        status, answer = post(server, body)
    except (OSError, http.client.HTTPException) as failure:
        mock.ok(bomb["bomb"], False, f"{failure!r}\n{server.stderr()[-2000:]}")
        return
    line = mock.until(lambda: next((line for line in server.stderr().splitlines()[throw.lines:]
                                    if "PKIOperation" in line), None), "a line of the human log")
    throw.lines = len(server.stderr().splitlines())
    if bomb["outcome"] == "answered":
        good = status == 200 and answer and "SUCCESS" in line
    else:
        good = status == 200 and bomb["expected"] in line and ("FAILURE" in line) == bool(answer)
    mock.ok(f"{bomb['bomb']}: {bomb['outcome']}", good, f"{status}, {len(answer)} bytes\n{line}")


throw.lines = 0


def server_side(directory):
    with mock.Server("--challenge", "secret", "--set", "ec_keys=accept",
                     "--journal-bytes", "1MiB") as server:
        pid = server.process.pid
        with open(os.path.join(directory, "ca"), "wb") as file:
            file.write(mock.get(server.scep + "?operation=GetCACert")[2])
        bombs = written(directory, "write", os.path.join(directory, "ca"))
        ordinary = next(bomb for bomb in bombs if bomb["bomb"] == "ordinary")
        # Threads have taken their arenas once each has worked.
        for _ in range(8):
            post(server, content(directory, ordinary))
        mock.until(lambda: server.stderr().count("PKIOperation") == 8, "eight lines")
        throw.lines = len(server.stderr().splitlines())
        if not maps_sanitizer(pid):
            limit = math.ceil(cpu_seconds(pid)) + CPU_SECONDS
            resource.prlimit(pid, resource.RLIMIT_CPU, (limit, limit))
        for bomb in bombs:
            throw(server, directory, bomb)
            if server.process.poll() is not None:
                mock.ok("the server lives", False, server.stderr()[-2000:])
                return
        mock.ok("many bombs were thrown", len(bombs) > 50, len(bombs))
        status, answer = post(server, content(directory, ordinary))
        mock.ok("the next ordinary message is answered", status == 200 and len(answer) > 1000, (status, len(answer)))
        done = mock.program("enroll", server.scep, "--challenge", "secret", "--subject", "CN=large", "--key", KEY_8192,
                            "--out", os.path.join(directory, "large"), timeout=300)
        mock.equal("a key of 8,192 bits is certified", (done.returncode, done.stderr if done.returncode else ""), (0, ""))


class Canned(http.server.BaseHTTPRequestHandler):
    """Answers GetCACert, or GetCACaps and PKIOperation too, with a bomb."""
    bomb = b""

    def do_GET(self):
        self.answer(b"POSTPKIOperation\nSHA-256\nAES" if "GetCACaps" in self.path else self.bomb)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(self.bomb)

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/x-x509-ca-ra-cert")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # the client has seen enough

    def log_message(self, *_):
        pass


def limited():
    """In the client's process before it begins: libraries and threads take the most of it."""
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))


def client_side(directory):
    bombs = written(directory, "write-lists")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canned)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/certsrv/mscep/mscep.dll"
    for bomb in bombs:
        Canned.bomb = content(directory, bomb)
        done = mock.program("enroll", url, "--challenge", "secret", "--subject", "CN=victim",
                            "--out", os.path.join(directory, "victim"), preexec_fn=limited)
        # A certificate whose key is no good counts as none of a CA.
        mock.ok(f"client: {bomb['bomb']}: refused", done.returncode in range(1, 10) and
                (bomb["expected"] in done.stderr or "expected a CA certificate" in done.stderr),
                (done.returncode, done.stderr))
    mock.ok("the client saw some", len(bombs) > 2, len(bombs))
    server.shutdown()
    thread.join()
    server.server_close()


with tempfile.TemporaryDirectory(prefix="mock-ndes-") as folder:
    server_side(folder)
    client_side(folder)
mock.finish()
