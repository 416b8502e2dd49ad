"""The control API under hostile bodies, paths and framing. TAP.

    python3 tests/integration/control_hostile.py BUILD_DIR

Whatever comes, it is answered with 4xx, and with a pointer where a member is at fault; never with 500. Memory
and descriptors stay bounded, and a device beside it is served all the while.
"""
import contextlib
import json
import os
import re
import socket
import struct
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

SITE = "scrap"
MEMORY_MAX_KIB = 96 * 1024
BODY_MAX = 256 * 1024
JSON = "application/json"
YAML = "application/yaml"


class Connection:
    """A connection that is kept alive, and opened anew when the server has closed it."""

    def __init__(self, server):
        url = urllib.parse.urlsplit(server.control)
        self.host, self.address, self.socket = url.netloc, (url.hostname, url.port), None

    def head(self, method, path, *headers):
        lines = (f"{method} {path} HTTP/1.1", f"Host: {self.host}") + headers
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def open(self):
        self.close()
        self.socket = socket.create_connection(self.address, mock.DEADLINE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.found = b""
        return self

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    __enter__ = open

    def __exit__(self, *_):
        self.close()

    def _more(self):
        part = self.socket.recv(1 << 20)
        if not part:
            raise ConnectionError("closed")
        self.found += part

    def answer(self):
        """The next answer: status, headers (lower case) and body."""
        while b"\r\n\r\n" not in self.found:
            self._more()
        head, self.found = self.found.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        size = int(headers.get("content-length", 0))
        while len(self.found) < size:
            self._more()
        body, self.found = self.found[:size], self.found[size:]
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(lines[0].split()[1]), headers, body

    def ask(self, method, path, body=None, kind=JSON):
        if not self.socket:
            self.open()
        data = b"" if body is None else body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
        about = (f"Content-Type: {kind}", f"Content-Length: {len(data)}") if body is not None else ()
        self.socket.sendall(self.head(method, path, *about) + data)
        return self.answer()

    def reset(self):
        """Ends it at once, so that what waits for more is told."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def until_closed(self, seconds=mock.DEADLINE):
        """All that comes until the server closes the connection, or until it has said nothing for so long."""
        self.socket.settimeout(seconds)
        with contextlib.suppress(ConnectionError, TimeoutError):
            while True:
                self._more()
        return self.found


class Device(threading.Thread):
    """Asks GetCACaps again and again, and notes what was not 200."""

    def __init__(self, server):
        super().__init__()
        self.pause = threading.Event()
        self.url, self.stop, self.served, self.refused = server.scep + "?operation=GetCACaps", False, 0, []

    def run(self):
        while not self.stop:
            try:
                status = mock.get(self.url)[0]
            except OSError as failure:
                status = failure
            self.served += status == 200
            if status != 200:
                self.refused.append(status)
            self.pause.wait(0.02)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop = True
        self.pause.set()
        self.join()


# --- what the process holds ------------------------------------------------------------------------

def resident_kib(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


def is_sanitized(server):
    """Sanitizers keep what was freed, so that its use shows."""
    with open(f"/proc/{server.process.pid}/maps", encoding="utf-8") as file:
        return re.search(r"lib[at]san\.", file.read()) is not None


def descriptors(server):
    """What it has open, but for logs, which are opened when there is something to write."""
    folder, names = f"/proc/{server.process.pid}/fd", []
    for number in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink(os.path.join(folder, number)))
    return [name for name in names if not name.startswith(server.directory)]


# --- bodies that are none --------------------------------------------------------------------------

TEXTS = {
    "nothing but a blank": " ",
    "a text": '"text"', "a number": "7", "null": "null", "true": "true", "a list": "[]",
    "100,000 brackets": "[" * 100000,
    "100,000 braces": '{"a":' * 50000,
    "33 levels": '{"settings":' * 33 + "1" + "}" * 33,
    "brackets in a text, then deep": '{"a":"\\"[[[","b":' + "[" * 40 + "]" * 40 + "}",
    "a member twice": '{"a":1,"a":2}',
    "an inner member twice": '{"settings":{"challenge":"x","challenge":"y"}}',
    "10^400 as an integer": '{"a":1' + "0" * 400 + "}",
    "a real beyond all": '{"a":1e999999}',
    "2^63": '{"a":9223372036854775808}',
    "100,000 digits": '{"a":' + "9" * 100000 + "}",
    "NaN": '{"a":NaN}', "hexadecimal": '{"a":0x10}', "a plus": '{"a":+1}',
    "a lone surrogate": '{"a":"\\ud800"}',
    "a NUL escaped": '{"a":"\\u0000"}', "a NUL in a name": '{"a\\u0000b":1}',
    "a byte order mark": "\ufeff{}",
    "invalid UTF-8": b'{"a":"\xff\xfe"}', "overlong UTF-8": b'{"a":"\xc0\xaf"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a raw NUL": b'{"a":"\0"}', "a raw line feed in a text": '{"a":"\n"}',
    "cut in a name": '{"a', "cut in a value": '{"a":', "cut in a text": '{"a":"x', "cut in an escape": '{"a":"\\u00',
    "two objects": "{}{}", "a comma too many": '{"a":1,}', "single quotes": "{'a':1}", "a comment": "{}//x",
    "20,000 unknown members": "{" + ",".join(f'"m{i}":1' for i in range(20000)) + "}",
    "a name of 200,000 bytes": '{"' + "n" * 200000 + '":1}',
    "a text of 200,000 bytes": '{"name":"' + "n" * 200000 + '"}',
    "a list of 100,000": '{"expectations":[' + "1," * 99999 + "1]}",
    "1,000 bytes of noise": bytes(i * 7 % 256 for i in range(1000)),
    "one byte too many": " " * (BODY_MAX + 1),
}
YAMLS = {
    "a text": "text", "a list": "- 1\n",
    "a bomb of aliases": "a0: &a0 [x, x]\n" + "".join(
        f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n" for i in range(1, 40)),
    "an alias of itself": "a: &a [*a]\n", "an alias of nothing": "a: *b\n",
    "a merge": "a: &a {b: 1}\nc:\n  <<: *a\n",
    "100,000 brackets": "[" * 100000, "10,000 braces": "{a: " * 10000,
    "deep by indentation": "".join(" " * i + "a:\n" for i in range(600)),
    "deep lists": "- " * 5000 + "x\n",
    "a member twice": "a: 1\na: 2\n", "a tab": "a:\n\t- b\n", "cut in a text": 'a: "x', "cut in a list": "a: [1, 2",
    "two documents": "a: 1\n---\nb: 2\n", "a tag": "a: !!python/object/apply:os.system [id]\n",
    "a directive": "%YAML 9.9\n---\na: 1\n", "a mapping as a name": "{a: 1}: 2\n",
    "a NUL escaped": 'name: "a\\0b"\n', "a raw NUL": b"a: \0\n", "invalid UTF-8": b"a: \xff\xfe\n",
    "a lone surrogate": 'a: "\\uD800"\n',
    "a number beyond all": "a: " + "9" * 100000 + "\n", "an anchor of 100,000 bytes": "a: &" + "b" * 100000 + " 1\n",
    "20,000 unknown members": "".join(f"m{i}: 1\n" for i in range(20000)),
    "1,000 bytes of noise": bytes(i * 7 % 256 for i in range(1000)),
}


def is_problem(answer):
    status, headers, body = answer
    if not 400 <= status < 500 or headers.get("content-type") != "application/problem+json":
        return False
    problem = json.loads(body)
    return problem["status"] == status and (problem.get("detail") or problem.get("errors"))


def texts(server):
    """Each of them to routes of each kind: none is a body for any."""
    routes = (("POST", "/v1/sites"), ("PUT", f"/v1/sites/{SITE}/faults/x"), ("PATCH", f"/v1/sites/{SITE}"),
              ("POST", "/v1/verify"), ("POST", "/v1/wait"), ("POST", "/v1/reset"), ("POST", "/v1/clock/set"))
    for kind, bodies in ((JSON, TEXTS), (YAML, YAMLS)):
        for name, body in bodies.items():
            with Connection(server) as connection:
                answers = [connection.ask(method, path, body, kind) for method, path in routes]
            mock.ok(f"{kind}: {name}", all(map(is_problem, answers)),
                    "\n".join(f"{route}: {answer[0]} {answer[2][:300]}" for route, answer in zip(routes, answers)))
            mock.ok(f"{kind}: {name}: a short answer", all(len(answer[2]) < 64 * 1024 for answer in answers),
                    [len(answer[2]) for answer in answers])


# --- wrong members ---------------------------------------------------------------------------------

OF_TYPES = {"null": [None], "boolean": [True], "integer": [7, -1, 2 ** 63 - 1, -2 ** 63], "number": [1.5, 1e300],
            "string": ["", "x", "a\r\nX-Injected: 1", "\x7f\x01", "%s%n%99999d", "../../x", "\u00e9" * 3000,
                       "n" * 70000, "-1s", "9" * 400],
            "array": [[], [[]], [None], [{"x": 1}]], "object": [{}, {"x": {"y": [1]}}]}


class Schemas:
    """The document's schemas: what types a place may have, and what is in it."""

    def __init__(self, document):
        self.components = document["components"]["schemas"]
        self.walked = []  # the components whose members were looked at

    def enter(self, schema):
        """Whether to look into a schema: the same component not more than twice."""
        name = schema.get("$ref")
        self.walked.append(name)
        return name is None or self.walked.count(name) <= 2

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.components[schema["$ref"].rsplit("/", 1)[1]] if schema["$ref"].count("/") == 3 else \
                self._inner(schema["$ref"])
        return schema

    def _inner(self, reference):
        at = {"components": {"schemas": self.components}}
        for part in reference.split("/")[1:]:
            at = at[part]
        return at

    def types(self, schema):
        schema = self.resolve(schema)
        if "anyOf" in schema:
            return set().union(*(self.types(inner) for inner in schema["anyOf"]))
        if "type" in schema:
            return set(schema["type"]) if isinstance(schema["type"], list) else {schema["type"]}
        words = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if words is None:
            return set(OF_TYPES)
        return {"boolean" if isinstance(word, bool) else "string" if isinstance(word, str) else
                "integer" if isinstance(word, int) else "null" for word in words}

    def minimal(self, schema):
        """The smallest thing that a schema takes, nearly: patterns are not looked at."""
        schema = self.resolve(schema)
        if "anyOf" in schema:
            return self.minimal(schema["anyOf"][0])
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        kind = next(iter(sorted(self.types(schema))))
        if kind == "object":
            return {name: self.minimal(schema["properties"][name]) for name in schema.get("required", [])}
        if kind == "array":
            return [self.minimal(schema["items"])] * schema.get("minItems", 0)
        return {"integer": schema.get("minimum", 0), "number": 0, "boolean": True, "null": None}.get(kind, "1s")

    def places(self, schema, path=(), around=None, depth=0):
        """Every member: (path, schema, function that puts a value there into a body)."""
        if not self.enter(schema):
            return
        schema = self.resolve(schema)
        around = around or (lambda inner: inner)
        for inner in schema.get("anyOf", []):
            yield from self.places(inner, path, around, depth)
        for name, member in schema.get("properties", {}).items():
            def put(value, name=name, schema=schema):
                return around({**self.minimal(schema), name: value})
            yield path + (name,), member, put
            if depth < 4:
                yield from self.places(member, path + (name,), put, depth + 1)
        if "items" in schema and depth < 4:
            yield from self.places(schema["items"], path + ("0",), lambda inner: around([inner]), depth + 1)


def bodies(document):
    """Every operation that takes a body: (method, path, schema)."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if "requestBody" in operation:
                found = path.replace("{site}", SITE).replace("{service}", "W3SVC")
                yield (method.upper(), re.sub(r"{\w+}", "x", found),
                       operation["requestBody"]["content"][JSON]["schema"])


def concerns(pointers, path):
    """One of the pointers is at the member, within it or around it."""
    place = "/" + "/".join(path)
    return any(place.startswith(pointer) or pointer.startswith(place) for pointer in pointers)


def wrong_members(server, document):
    """No value of any type, in the place of any member, gets more than a refusal with its place."""
    schemas = Schemas(document)
    refused = accepted = 0
    wrong = []
    with Connection(server) as connection:
        for method, route, schema in bodies(document):
            short = {"timeout": "1ms"} if route == "/v1/wait" else {}
            status, _, body = connection.ask(method, route, json.dumps({**short, "unknown~/": 1}))
            if status != 422 or json.loads(body)["errors"][-1]["pointer"] != "/unknown~0~1":
                wrong.append(f"{method} {route} unknown~/: {status} {body[:300]}")
            for path, member, put in schemas.places(schema):
                allowed = schemas.types(member)
                for kind, values in OF_TYPES.items():
                    for value in values if len(path) < 3 else values[-1:]:
                        sent = json.dumps({**short, **put(value)})
                        status, headers, body = connection.ask(method, route, sent)
                        told = f"{method} {route} {'/'.join(path)}={str(value)[:60]}: {status} {body[:300]}"
                        fits = kind in allowed or kind == "integer" and "number" in allowed
                        if status >= 500 or "x-injected" in headers:
                            wrong.append(told)
                        elif status < 300:
                            accepted += 1
                            if not fits and kind != "null":
                                wrong.append(told)
                            if "/faults" in route:
                                connection.ask("DELETE", f"/v1/sites/{SITE}/faults")
                            if method == "POST" and route == "/v1/sites":
                                connection.ask("DELETE", headers["location"])
                        elif status == 422:
                            refused += 1
                            problem = json.loads(body)
                            if not fits and kind != "null" and not concerns(
                                    [error["pointer"] for error in problem.get("errors", [])], path):
                                wrong.append(told)
    mock.ok(f"{refused} wrong members were refused with their places, {accepted} were right", not wrong and
            refused > 5000, f"{len(wrong)} otherwise\n" + "\n".join(wrong[:20]))


def stray_yaml(server):
    """What JSON cannot say, YAML can: a NUL in a text."""
    for method, path, body in (
            ("POST", "/v1/sites", 'name: "a\\0b"\n'),
            ("POST", f"/v1/sites/{SITE}/faults", 'id: "a\\0b"\ndo: {status: 503}\n'),
            ("POST", f"/v1/sites/{SITE}/faults", 'do: {header: {name: "a\\0b", value: x}}\n'),
            ("PATCH", f"/v1/sites/{SITE}", 'settings: {challenge: "a\\0b"}\n'),
            ("POST", "/v1/verify", 'expectations: [{match: {path: "a\\0b"}, none: true}]\n'),
            ("POST", f"/v1/sites/{SITE}/challenges", 'kind: plain\ntext: "a\\0b"\n')):
        with Connection(server) as connection:
            answer = connection.ask(method, path, body, YAML)
        mock.ok(f"a NUL in YAML: {method} {path} {body.strip()!r}", is_problem(answer), answer)


def rule_ids(server):
    """The id of a rule goes into a header, and into paths: it is one printable word or several."""
    for name, rule_id in (("line feeds", "a\r\nX-Injected: 1"), ("a tab", "a\tb"), ("a control", "a\x01"),
                          ("DEL", "a\x7f"), ("an escape", "\x1b[31m")):
        status, _, answer = server.call("POST", f"/v1/sites/{SITE}/faults", {"id": rule_id, "do": {"status": 503}})
        mock.ok(f"an id with {name} is refused at its place", status == 422 and
                answer["errors"][0]["pointer"] == "/id" and "control" in answer["errors"][0]["message"],
                (status, answer))
        status, _, answer = server.call("PUT", f"/v1/sites/{SITE}/faults/{urllib.parse.quote(rule_id)}",
                                        {"do": {"status": 503}})
        mock.ok(f"in the path too: {name}", status == 422, (status, answer))
    status, _, answer = server.call("PUT", f"/v1/sites/{SITE}/faults/%ff", {"do": {"status": 503}})
    mock.ok("what is no UTF-8 is no id", status == 400 and "UTF-8" in answer["detail"], (status, answer))
    mock.equal("a NUL ends no name", server.call("GET", f"/v1/sites/{SITE}%00")[0], 400)
    url = server.made("GET", f"/v1/sites/{SITE}")["scep"]
    made = server.made("POST", f"/v1/sites/{SITE}/faults", {"id": "\u00e9 b/c", "do": {"status": 503}})
    answer = mock.get(url + "?operation=GetCACaps")
    mock.equal("another text strikes by its name", (answer[0], answer[1]["X-Mock-Fault"].encode("latin-1")),
               (503, made["id"].encode()))
    mock.equal("and is removed by it", server.call("DELETE", f"/v1/sites/{SITE}/faults/%C3%A9%20b%2Fc")[0], 204)


# --- paths and queries -----------------------------------------------------------------------------

NAMES = ("%00", "a%00b", "%2e%2e", "..", ".", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%ff%fe", "%0d%0aX-Injected:%201",
         "n" * 5000, "%F0%9F%92%A9", "%zz", "%", "-1", "0", "9" * 400, "{site}", "x%3Cscript%3E", "%25s%25n", "*", "~0")
QUERIES = ("x", "=", "&&&", "%zz=%", "limit=", "limit=-1", "limit=0", "limit=" + "9" * 400, "limit=NaN", "limit=1e3",
           "before=0", "before=-1", "limit=1&limit=2", "site=%00", "path=%ff", "since=now", "since=%0d%0a", "[]=1",
           "path=" + "*" * 1000 + "x", "path=" + "%2a%3f" * 400, "path=[", "state=%00",
           "&".join(f"{i:x}=" for i in range(10000)), "path=" + "p" * 60000, "&" * 50000)


def paths(server, document):
    wrong, count = [], 0
    with Connection(server) as connection:
        for path, item in document["paths"].items():
            for method in item:
                if "{" not in path:
                    continue
                for name in NAMES:
                    for places in ({"site": SITE}, {}):
                        asked = re.sub(r"{(\w+)}", lambda found, n=name, p=places: p.get(found[1], n), path)
                        status, headers, body = connection.ask(method.upper(), asked,
                                                               "{}" if method in ("post", "put", "patch") else None)
                        count += 1
                        if status >= 500 or "x-injected" in headers:
                            wrong.append(f"{method} {asked[:100]}: {status} {body[:300]}")
        mock.ok(f"{count} paths with names of all kinds", not wrong and count > 1000, "\n".join(wrong[:20]))
        for site in server.made("GET", "/v1/sites")["sites"]:
            if site["name"] not in ("default", SITE):
                server.call("DELETE", "/v1/sites/" + urllib.parse.quote(site["name"], safe=""))
        server.call("PUT", f"/v1/sites/{SITE}", {})
        wrong = []
        for path, item in document["paths"].items():
            if "get" in item and path != "/v1/events":
                for query in QUERIES:
                    status, _, body = connection.ask("GET", path.replace("{site}", SITE) + "?" + query)
                    if status >= 500 or query[0] in "x[" and status not in (404, 422):
                        wrong.append(f"{path}?{query[:100]}: {status} {body[:300]}")
        mock.ok("queries of all kinds", not wrong, "\n".join(wrong[:20]))
    with Connection(server) as connection:
        connection.socket.sendall(connection.head("GET", "/v1/" + "x" * 200000))
        mock.ok("a path of 200,000 bytes is refused", re.match(rb"HTTP/1.1 4\d\d ", connection.until_closed()))


# --- framing ---------------------------------------------------------------------------------------

BODY = b'{"expectations": [{"at_least": 0}]}'
CHUNKED = ("Content-Type: " + JSON, "Transfer-Encoding: chunked")
SIZED = ("Content-Type: " + JSON, f"Content-Length: {len(BODY)}")


def send_chunk(connection, data):
    connection.socket.sendall(b"%x\r\n%s\r\n" % (len(data), data))


def framing(server):
    with Connection(server) as connection:
        connection.socket.sendall(connection.head("POST", "/v1/verify", *CHUNKED))
        for i in range(len(BODY)):
            send_chunk(connection, BODY[i:i + 1])
        connection.socket.sendall(b"0\r\n\r\n")
        mock.equal("a body in chunks of one byte", connection.answer()[0], 200)
        connection.socket.sendall(connection.head("POST", "/v1/verify", *CHUNKED))
        for _ in range(40):
            send_chunk(connection, b" " * 65536)
        connection.socket.sendall(b"0\r\n\r\n")
        mock.equal("2.5 MiB in chunks", connection.answer()[0], 413)
    with Connection(server) as connection:
        connection.socket.sendall(connection.head("POST", "/v1/verify", *CHUNKED) + b"zz\r\n{}\r\n0\r\n\r\n")
        mock.ok("a chunk size that is none", re.match(rb"(HTTP/1.1 4\d\d )?", connection.until_closed()))
    with Connection(server) as connection:
        connection.socket.sendall(connection.head("POST", "/v1/verify", *SIZED, "Expect: 100-continue"))
        mock.equal("who expects 100 gets it", connection.answer()[0], 100)
        connection.socket.sendall(BODY)
        mock.equal("and the answer", connection.answer()[0], 200)
        for i, byte in enumerate(connection.head("POST", "/v1/verify", *SIZED) + BODY):
            connection.socket.sendall(bytes([byte]))
        mock.equal("a request byte by byte", connection.answer()[0], 200)
        connection.socket.sendall((connection.head("POST", "/v1/verify", *SIZED) + BODY) * 50)
        mock.equal("50 requests in one piece", {connection.answer()[0] for _ in range(50)}, {200})
        connection.socket.sendall(connection.head("GET", "/v1/nothing") + connection.head("GET", "/v1/version"))
        mock.equal("a bad one before a good one", [connection.answer()[0] for _ in range(2)], [404, 200])
    with Connection(server) as connection:
        connection.socket.sendall(connection.head("POST", "/v1/sites", "Content-Length: 10737418240",
                                                  "Expect: 100-continue"))
        mock.ok("10 GiB announced", connection.answer()[0] in (100, 413))
    for size in ("-1", "x", "99999999999999999999999", "1, 2"):
        with Connection(server) as connection:
            connection.socket.sendall(connection.head("POST", "/v1/sites", f"Content-Length: {size}"))
            connection.socket.shutdown(socket.SHUT_WR)
            mock.ok(f"Content-Length {size}", re.match(rb"(HTTP/1.1 4\d\d )?", connection.until_closed()))


def strangers(server):
    """What is no HTTP/1.1 at all."""
    with Connection(server) as connection:
        connection.socket.sendall(b"POST /v1/verify HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY))
        mock.ok("HTTP/1.0", connection.until_closed().startswith(b"HTTP/1.1 200 "))
    for name, data in (("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2),
                       ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 100), ("nothing", b""),
                       ("NULs", b"\0" * 10000), ("a line without end", b"G" * 300000),
                       ("a header without end", b"GET / HTTP/1.1\r\nX: " + b"x" * 300000),
                       ("10,000 headers", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10000 + b"\r\n")):
        with Connection(server) as connection:
            with contextlib.suppress(OSError):
                connection.socket.sendall(data)
                connection.socket.shutdown(socket.SHUT_WR)
            connection.until_closed(0.5)  # it may wait for more
            connection.reset()
            mock.ok(f"{name}: no 5xx", not re.match(rb"HTTP/1.1 5(?!05)", connection.found), connection.found[:200])
        mock.equal(f"{name}: the server lives", server.call("GET", "/livez")[0], 200)


def dropped(server):
    """Connections that end anywhere: in the head, in the body, before the answer."""
    request = Connection(server).head("POST", "/v1/verify", *SIZED) + BODY
    for end in range(0, len(request) + 1):
        with Connection(server) as connection:
            connection.socket.sendall(request[:end])
            connection.reset()
    for path, body in (("/v1/wait", b'{"match": {"path": "nothing"}, "timeout": "1h"}'), ("/v1/sites", b'{"ttl": "1m"}')):
        for _ in range(50):
            with Connection(server) as connection:
                about = (SIZED[0], f"Content-Length: {len(body)}")
                connection.socket.sendall(connection.head("POST", path, *about) + body)
    for _ in range(50):
        with Connection(server) as connection:
            connection.socket.sendall(connection.head("GET", "/v1/events"))
    mock.equal("connections dropped at every byte", server.call("GET", "/livez")[0], 200)


with mock.Server("--quiet") as server:
    server.made("PUT", f"/v1/sites/{SITE}", {})
    document = server.made("GET", "/v1/openapi.json")
    before, resident = descriptors(server), resident_kib(server)
    with Device(server) as device:
        for part in (texts, stray_yaml, rule_ids, framing, strangers, dropped):
            part(server)
        wrong_members(server, document)
        paths(server, document)
    mock.ok(f"a device beside it was served {device.served} times", device.served > 10 and not device.refused,
            device.refused[:10])
    mock.until(lambda: len(descriptors(server)) <= len(before), f"{before} again, not {descriptors(server)}")
    mock.ok("no descriptor is left", len(descriptors(server)) <= len(before), descriptors(server))
    grown = resident_kib(server) - resident
    mock.ok(f"memory is bounded: {grown} KiB more", grown < MEMORY_MAX_KIB or is_sanitized(server))
    mock.equal("and it ends well", server.stop(), 0)
mock.finish()
