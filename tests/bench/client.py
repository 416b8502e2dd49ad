"""A client with one connection that is kept alive: what a device and a suite are to the bench."""
import json
import socket
import time
import urllib.parse


class Client:
    """Asks the server behind a URL; `path` is that of the URL."""

    def __init__(self, url, timeout=60):
        parts = urllib.parse.urlsplit(url)
        self.host, self.path = parts.netloc, parts.path
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, method, path, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n"
        if data:
            head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        self.socket.sendall(head.encode() + b"\r\n" + data)

    def receive(self):
        """Returns status, headers (lower case) and body of an answer with a Content-Length."""
        found = b""
        while b"\r\n\r\n" not in found:
            found += self._more()
        head, body = found.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        while len(body) < int(headers.get("content-length", 0)):
            body += self._more()
        return int(lines[0].split()[1]), headers, body

    def _more(self):
        part = self.socket.recv(1 << 20)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part

    def ask(self, method, path, body=None):
        self.send(method, path, body)
        return self.receive()

    def timed(self, method, path, body=None):
        """Returns milliseconds, status, headers and body."""
        begun = time.perf_counter()
        answer = self.ask(method, path, body)
        return ((time.perf_counter() - begun) * 1000,) + answer

    def made(self, method, path, body=None):
        """A call of the control API that must succeed; returns its JSON."""
        status, _, answer = self.ask(method, path, body)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {answer[:500]}")
        return json.loads(answer) if answer else None

    def caps(self):
        return self.ask("GET", self.path + "?operation=GetCACaps")


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
