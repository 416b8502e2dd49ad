"""The control API's door: who may come in, which paths there are, what a body may be."""
import json
import os
import socket
import sys
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

GOOD = "/v1/version"


def raw(server, text):
    """Sends bytes as they are and returns the status line and all that follows."""
    url = urllib.parse.urlsplit(server.control)
    with socket.create_connection((url.hostname, url.port), mock.DEADLINE) as connection:
        connection.sendall(text)
        found = b""
        while True:
            part = connection.recv(65536)
            if not part:
                return found
            found += part


def admits(server):
    for host in ("127.0.0.1", "127.0.0.1:1", "localhost", "LOCALHOST:80", "a.localhost", "[::1]:80"):
        mock.equal(f"Host {host} may", server.call("GET", GOOD, headers={"Host": host})[0], 200)
    for host in ("evil.example", "localhost.evil.example:8081", "127.0.0.1.evil.example", ""):
        mock.equal(f"Host {host!r} may not", server.call("GET", GOOD, headers={"Host": host})[0], 403)
    own = server.control.removeprefix("http://")
    for name, headers, status in (
            ("another page's Origin", {"Origin": "https://evil.example"}, 403),
            ("the Origin of a file", {"Origin": "null"}, 403),
            ("an Origin with another port", {"Origin": "http://127.0.0.1:1"}, 403),
            ("its own Origin", {"Origin": "http://" + own}, 200),
            ("a page of another site", {"Sec-Fetch-Site": "cross-site"}, 403),
            ("a typed address", {"Sec-Fetch-Site": "none"}, 200)):
        mock.equal(name, server.call("GET", GOOD, headers=headers)[0], status)
    status, headers, _ = server.call("OPTIONS", GOOD, headers={
        "Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"})
    mock.ok("a preflight is refused without CORS headers",
            status == 403 and not [h for h in headers if h.lower().startswith("access-control")],
            (status, headers))


def routes(server):
    status, headers, answer = server.call("GET", GOOD)
    mock.ok("the version is told", status == 200 and answer["name"] == "mock-ndes", answer)
    mock.equal("as JSON", headers["Content-Type"], "application/json")
    status, headers, answer = server.call("GET", "/v1/versoin")
    mock.ok("an unknown path gets the nearest one",
            status == 404 and "did you mean /v1/version?" in answer["detail"], answer)
    mock.equal("in a problem's type", headers["Content-Type"], "application/problem+json")
    status, headers, answer = server.call("DELETE", GOOD)
    mock.ok("another method gets those that are", status == 405 and headers["Allow"] == "GET", headers)
    for path in ("/livez", "/readyz", "/v1/livez", "/v1/readyz"):
        mock.equal(f"{path} answers", server.call("GET", path)[0], 200)
    with urllib.request.urlopen(urllib.request.Request(server.control + "/readyz", method="HEAD")) as answer:
        mock.equal("a health check may ask by HEAD", (answer.status, answer.read()), (200, b""))
    status, _, answer = server.call("GET", GOOD + "?verbose=1")
    mock.ok("an unknown parameter is refused by its name",
            status == 422 and answer["errors"][0]["pointer"] == "verbose", answer)
    status, _, answer = server.call("GET", "/v1/%zz")
    mock.equal("an escape that is none", status, 404)


def bodies(server):
    status, _, answer = server.call("GET", GOOD, raw="{}")
    mock.ok("a body where none is taken", status == 400 and "takes no body" in answer["detail"], answer)
    status, _, answer = server.call("GET", GOOD, raw="x" * 300000)
    mock.ok("a body of 300,000 bytes", status == 413 and "262144" in answer["detail"], answer)


def token(server):
    status, headers, answer = server.call("GET", GOOD)
    mock.ok("no token: 401", status == 401 and headers["WWW-Authenticate"] == "Bearer", headers)
    mock.equal("another token", server.call("GET", GOOD, headers={"Authorization": "Bearer secre"})[0],
               401)
    good = {"Authorization": "Bearer secret"}
    mock.equal("the token", server.call("GET", GOOD, headers=good)[0], 200)
    mock.equal("with it any Host", server.call("GET", GOOD, headers={**good, "Host": "mock:1"})[0], 200)
    mock.equal("but no page", server.call("GET", GOOD, headers={**good, "Origin": "http://x"})[0], 403)


def command_line():
    found = mock.program("serve", "--control", "0.0.0.0:0", "--listen", "127.0.0.1:0")
    mock.ok("a strangers' address needs a token", found.returncode == 2 and
            "control_token" in found.stderr, found)
    found = mock.program("serve", "--control", "of", "--check")
    mock.ok("what is no address is refused", found.returncode == 2 and "control" in found.stderr, found)
    found = mock.program("serve", "--check")
    mock.ok("the standard address", "control: \"127.0.0.1:8081\"" in found.stdout,
            found.stdout[:400])
    found = mock.program("serve", "--check", "--listen", "127.0.0.1:0")
    mock.ok("a free port beside a free port", "control: \"127.0.0.1:0\"" in found.stdout,
            found.stdout[:400])
    with mock.Server("--control", "off") as server:
        mock.equal("off: there is none", server.ready["control"], None)
    with mock.Server() as one:
        port = urllib.parse.urlsplit(one.control).port
        found = mock.program("serve", "--listen", "127.0.0.1:0", "--control", f"127.0.0.1:{port}")
        mock.ok("a port in use is named", found.returncode == 2 and str(port) in found.stderr, found)


with mock.Server() as server:
    mock.ok("the ready line has its URL", server.control.startswith("http://127.0.0.1:"), server.ready)
    admits(server)
    routes(server)
    bodies(server)
    line = raw(server, b"GET /v1/version HTTP/1.0\r\n\r\n").split(b"\r\n")[0]
    mock.equal("HTTP/1.0 without a Host", line, b"HTTP/1.1 200 OK")
    log = os.path.join(server.directory, "logs", "journal.jsonl")
    mock.ok("nothing of it is in the journal", not os.path.exists(log) or os.path.getsize(log) == 0, log)
with mock.Server("--control-token", "secret") as server:
    token(server)
command_line()
mock.finish()
