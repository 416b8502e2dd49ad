"""An NDES for a pytest suite: one server, and a site of its own for each test."""
import json
import signal
import subprocess
import urllib.error
import urllib.request

import pytest


class Server:
    def __init__(self):
        self.process = subprocess.Popen(["mock-ndes", "serve", "--listen", "127.0.0.1:0", "--quiet"],
                                        stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())

    def call(self, method, path, body=None):
        """A call of the control API; what is refused fails with the server's own words."""
        request = urllib.request.Request(self.ready["control"] + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{method} {path}: {refused.read().decode()}") from None

    def verify(self, *expectations):
        """Fails with what came nearest to an expectation that is not met."""
        verdict = self.call("POST", "/v1/verify", {"expectations": expectations})
        assert verdict["passed"], json.dumps(verdict["expectations"], indent=2)


@pytest.fixture(scope="session")
def server():
    server = Server()
    yield server
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0


@pytest.fixture
def site(server):
    site = server.call("POST", "/v1/sites", {"settings": {"challenge": "secret"}})
    yield site
    server.call("DELETE", f"/v1/sites/{site['name']}")
