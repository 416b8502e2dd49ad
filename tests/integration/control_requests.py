"""The journal by the control API: asked, waited for, verified, followed."""
import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.parse
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

CAPS = "?operation=GetCACaps"
CERT = "?operation=GetCACert"


def enroll(server, name, url=None, *options):
    return mock.program("enroll", url or server.scep, "--subject", f"CN={name}", "--challenge", "secret", "--out",
                        os.path.join(server.directory, name), *options)


def requests(server):
    for _ in range(3):
        mock.get(server.scep + CAPS, {"User-Agent": "probe/1"})
    mock.equal("it enrols", enroll(server, "dev-1").returncode, 0)
    found = server.made("GET", "/v1/requests")
    newest = found["requests"][0]
    mock.equal("the newest first", (newest["message_type"], newest["subject"], newest["outcome"], newest["ended"]),
               ("PKCSReq", "CN=dev-1", "SUCCESS", True))
    mock.equal("all are counted", (found["total"], len(found["requests"]), found["next"]),
               (found["total"], found["total"], None))
    for query, count in (("user_agent=probe*", 3), ("operation=GetCACaps&user_agent=probe*", 3),
                         ("message_type=PKCSReq", 1), ("subject=CN%3Ddev-*", 1), ("outcome=FAILURE", 0),
                         ("fault=none&user_agent=probe*", 3), ("fault=any", 0), ("site=nobody", 0),
                         ("status=200&user_agent=probe*&method=GET", 3), ("since=2099-01-01T00:00:00Z", 0)):
        mock.equal(f"filtered by {query}", server.made("GET", "/v1/requests?" + query)["total"], count)
    page = server.made("GET", "/v1/requests?user_agent=probe*&limit=2")
    rest = server.made("GET", f"/v1/requests?user_agent=probe*&limit=2&before={page['next']}")
    numbers = [r["number"] for r in page["requests"] + rest["requests"]]
    mock.ok("in pages", len(numbers) == 3 and numbers == sorted(numbers, reverse=True) and not rest["next"],
            numbers)
    mock.equal("behind a number",
               server.made("GET", f"/v1/requests?user_agent=probe*&after={numbers[-1]}")["total"], 2)
    for query, words in (("operatoin=x", "did you mean operation?"), ("message_type=PKCSRec", "PKCSReq"),
                         ("since=now", "2027-01-31T23:59:59Z"), ("limit=0", "1 to 1000"), ("subject=[", "[")):
        status, _, answer = server.call("GET", "/v1/requests?" + query)
        mock.ok(f"refused: {query}", status == 422 and words in str(answer) and
                answer["errors"][0]["pointer"] == query.split("=")[0], answer)
    return newest["number"]


def one(server, number):
    found = server.made("GET", f"/v1/requests/{number}")
    mock.equal("an exchange whole", (found["exchange"], found["csr"]["subject"], found["challenge"]["verdict"],
                                     found["disposition"]["status"]), (number, "CN=dev-1", "fixed", "SUCCESS"))
    csr = subprocess.run(["openssl", "req", "-inform", "DER", "-noout", "-subject", "-verify"],
                               input=base64.b64decode(found["csr"]["base64"]), capture_output=True)
    mock.ok("whose PKCS#10 OpenSSL verifies", b"CN = dev-1" in csr.stdout and b"OK" in csr.stderr,
            csr)
    mock.ok("with its way through the stages", "mscep" in found["stages"], found["stages"])
    request = server.call("GET", f"/v1/requests/{number}/request")[2]
    mock.equal("with its bytes", base64.b64decode(found["raw"]["request"]["base64"]), request)
    head, _, body = request.partition(b"\r\n\r\n")
    mock.ok("from the request line on", head.startswith(b"POST /certsrv/mscep/mscep.dll"), head)
    der = os.path.join(server.directory, "message.der")
    with open(der, "wb") as file:
        file.write(body)
    text = subprocess.run(["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", der],
                          capture_output=True, text=True).stdout
    mock.ok("OpenSSL reads the message in it", "pkcs7-signedData" in text, text[:300])
    reply = server.call("GET", f"/v1/requests/{number}/reply")[2]
    mock.ok("and those of the reply", reply.startswith(b"HTTP/1.1 200 OK\r\n") and
            b"application/x-pki-message" in reply, reply[:300])
    mock.equal("an unknown one", server.call("GET", "/v1/requests/999999")[0], 404)
    mock.equal("no number", server.call("GET", "/v1/requests/x")[0], 404)


def nul(server):
    """Escapes in a query can stand for anything."""
    mock.get(server.scep + "?operation=a%00b")
    newest = server.made("GET", "/v1/requests?limit=1")["requests"][0]
    found = server.made("GET", f"/v1/requests/{newest['number']}")
    mock.equal("an operation with a NUL is told", (newest["operation"], found["operation"]), ("a\0b", "a\0b"))
    told = mock.program("ctl", "requests", "--last", "1", "--explain", "--control", server.control)
    mock.ok("and explained", told.returncode == 0 and "answered   HTTP 403" in told.stdout, told)


def netloc_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def in_thread(function, *arguments):
    seen = []
    thread = threading.Thread(target=lambda: seen.append(function(*arguments)))
    thread.start()
    return thread, seen


def waits(server):
    site = server.made("POST", "/v1/sites", {"name": "w"})
    url = site["scep"]
    wish = {"match": {"site": "w", "operation": "GetCACaps"}, "count": 2, "timeout": "30s"}
    thread, seen = in_thread(server.call, "POST", "/v1/wait", wish)
    mock.get(url + CERT)
    mock.get(url + CAPS)
    mock.until(lambda: server.held() > 0, "it waits")
    mock.ok("one of two is not enough", thread.is_alive(), seen)
    mock.get(url + CAPS)
    thread.join(mock.DEADLINE)
    status, _, answer = seen[0]
    mock.equal("both have come", (status, answer["matched"], [r["operation"] for r in answer["requests"]]),
               (200, 2, ["GetCACaps"] * 2))
    mock.equal("those that were there count", server.made("POST", "/v1/wait", wish)["matched"], 2)
    wish["after"] = answer["requests"][0]["number"]
    status, _, answer = server.call("POST", "/v1/wait", {**wish, "timeout": "50ms"})
    mock.ok("but not those before a number", status == 408 and answer["matched"] == 0, answer)
    status, _, answer = server.call("POST", "/v1/wait", {
        "match": {"site": "w", "operation": "GetCACaps", "method": "POST"}, "timeout": "0s"})
    mock.ok("a miss is told", status == 408 and answer["misses"][0]["field"] == "method" and
            answer["misses"][0]["found"] == "GET", answer)
    server.made("POST", "/v1/sites/w/faults", {"do": {"delay": "1h"}})
    device = http.client.HTTPConnection(*netloc_of(url), timeout=mock.DEADLINE)
    device.request("GET", urllib.parse.urlsplit(url).path + CERT)
    match = {"match": {"site": "w", "operation": "GetCACert", "fault": "any"}, "timeout": "30s"}
    found = server.made("POST", "/v1/wait", {**match, "on": "arrival"})
    mock.ok("on arrival: before the answer has left", not found["requests"][0]["ended"], found)
    status, _, found = server.call("POST", "/v1/wait", {**match, "timeout": "0s"})
    mock.equal("on completion: not yet", (status, found["matched"], found["requests"]), (408, 0, []))
    device.close()
    found = server.made("POST", "/v1/wait", {**match, "on": "completion"})
    mock.ok("on completion: when it has", found["requests"][0]["ended"], found)
    server.call("DELETE", "/v1/sites/w/faults")
    for body, pointer in (({"count": 0}, "/count"), ({"on": "arival"}, "/on"), ({"timeout": "2h"}, "/timeout"),
                          ({"match": {"operatoin": "x"}}, "/match/operatoin"),
                          ({"match": {"message_type": "PKCSRec"}}, "/match/message_type"),
                          ({"match": {"operation": 7}}, "/match/operation")):
        status, _, answer = server.call("POST", "/v1/wait", body)
        mock.ok(f"refused: {body}", status == 422 and answer["errors"][0]["pointer"] == pointer, answer)
    forgets(server, url)
    leaves(server)


def forgets(server, url):
    """What is cleared while somebody waits has not come."""
    wish = {"match": {"site": "w", "operation": "GetCACaps"}, "count": 1000, "timeout": "1s"}
    waited = True
    while waited:
        mock.get(url + CAPS)
        thread, seen = in_thread(server.call, "POST", "/v1/wait", wish)
        mock.until(lambda: seen or server.held() > 0, "it waits")
        server.call("DELETE", "/v1/requests")
        waited = not thread.is_alive()  # on a busy machine the second may be over
        thread.join(mock.DEADLINE)
    status, _, answer = seen[0]
    mock.equal("what was cleared is not told", (status, answer["matched"], answer["requests"]), (408, 0, []))


def leaves(server):
    """A suite that goes away while it waits leaves nothing behind."""
    url = urllib.parse.urlsplit(server.control)
    body = json.dumps({"match": {"site": "nobody"}, "timeout": "1h"})
    message = f"POST /v1/wait HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    mock.until(lambda: server.held() == 0, "nobody waits")
    waiting = [socket.create_connection(netloc_of(server.control), mock.DEADLINE) for _ in range(20)]
    for connection in waiting:
        connection.sendall(message)
    mock.until(lambda: server.held() == 20, "they wait")
    for connection in waiting:
        connection.close()
    mock.until(lambda: server.held() == 0, "nobody waits any more")
    mock.equal("the server goes on", server.call("GET", "/livez")[0], 200)


def crowd(server):
    """Many tests wait at once, each for its own site."""
    names = [f"c{number}" for number in range(40)]
    for name in names:
        server.made("POST", "/v1/sites", {"name": name})
    waiting = [in_thread(server.call, "POST", "/v1/wait",
                         {"match": {"site": name}, "count": 3, "timeout": "60s"}) for name in names]
    for _ in range(3):
        for name in names:
            mock.get(server.scep.replace("/certsrv", f"/site/{name}/certsrv") + CAPS)
    for thread, _ in waiting:
        thread.join(mock.DEADLINE)
    answers = [seen[0] for _, seen in waiting if seen]
    mock.equal("each has seen its own", [(a[0], a[2]["matched"], {r["site"] for r in a[2]["requests"]})
                                         for a in answers], [(200, 3, {name}) for name in names])
    for name in names:
        server.call("DELETE", f"/v1/sites/{name}")


def verifies(server):
    server.made("POST", "/v1/sites", {"name": "v"})
    url = server.scep.replace("/certsrv", "/site/v/certsrv")
    for query in (CAPS, CERT, CAPS):
        mock.get(url + query)
    site = {"site": "v"}
    good = [{"name": "asks twice", "match": {**site, "operation": "GetCACaps"}, "count": 2},
            {"match": {**site, "operation": "GetCACert"}, "at_least": 1},
            {"match": {**site}, "at_most": 3},
            {"match": {**site, "method": "POST"}, "none": True},
            {"order": [{**site, "operation": "GetCACert"}, {**site, "operation": "GetCACaps"}]}]
    status, headers, answer = server.call("POST", "/v1/verify", {"expectations": good})
    mock.ok("all expectations are met", status == 200 and answer["passed"] and
            headers["X-Mock-Verdict"] == "passed", answer)
    bad = [{"name": "no <GET>", "match": {**site, "method": "GET"}, "none": True},
           {"match": {**site, "operation": "GetCACert"}, "count": 2},
           {"order": [{**site, "operation": "GetCACert"}, {**site, "operation": "GetCACert"}]}]
    status, headers, answer = server.call("POST", "/v1/verify", {"expectations": good + bad})
    mock.ok("those that are not are told", status == 200 and answer["failed"] == 3 and
            headers["X-Mock-Verdict"] == "failed" and answer["expectations"][5]["words"], answer)
    text = server.call("POST", "/v1/verify?format=junit", {"expectations": good + bad})[2]
    suite = xml.etree.ElementTree.fromstring(text)
    mock.equal("as JUnit XML", len(list(suite.iter("failure"))), 3)
    text = server.call("POST", "/v1/verify?format=tap", {"expectations": good + bad})[2]
    found = subprocess.run(["perl", "-MTAP::Parser", "-e",
                            'my $p = TAP::Parser->new({tap => do { local $/; <STDIN> }}); $p->run; '
                            'print scalar($p->failed), " ", $p->tests_run, " ", scalar($p->parse_errors)'],
                           input=text, capture_output=True)
    mock.equal("as TAP", found.stdout, b"3 8 0")
    for body, pointer in (({"expectations": []}, "/expectations"),
                          ({"expectations": [{"match": site}]}, "/expectations/0"),
                          ({"expectations": [{"count": 1, "at_most": 2}]}, "/expectations/0"),
                          ({"expectations": [{"match": {"outcme": "x"}, "count": 1}]},
                           "/expectations/0/match/outcme"),
                          ({"expectations": [{"order": [{}, {"status": "abc"}]}]},
                           "/expectations/0/order/1/status"), ({}, "")):
        status, _, answer = server.call("POST", "/v1/verify", body)
        mock.ok(f"refused: {str(body)[:60]}", status == 422 and
                pointer in [error["pointer"] for error in answer.get("errors", [])] or
                (pointer == "" and status == 422), answer)


def send(server, text):
    """Sends bytes on a connection of their own, and returns the answer; empty: it was reset."""
    url = urllib.parse.urlsplit(server.scep)
    with socket.create_connection((url.hostname, url.port), mock.DEADLINE) as connection:
        connection.sendall(text)
        try:
            return connection.recv(65536)
        except ConnectionResetError:
            return b""


def repeats(server):
    """A client whose library sends again after a reset, behind the agent's back."""
    site = server.made("POST", "/v1/sites", {"name": "again"})
    path = urllib.parse.urlsplit(site["scep"]).path
    message = b"x" * 2000
    head = f"POST {path}?operation=PKIOperation HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n".encode()
    short = f"GET {path}{CAPS} HTTP/1.1\r\nHost: a\r\n\r\n".encode()

    def newest():
        found = server.made("POST", "/v1/wait", {"match": {"site": "again"}, "after": newest.seen, "timeout": "30s"})
        newest.seen = found["requests"][0]["number"]
        return newest.seen, server.made("GET", f"/v1/requests/{newest.seen}")
    newest.seen = server.made("GET", "/v1/version")["exchanges"]
    for where in ("before_head", "in_body"):
        server.made("PUT", "/v1/sites/again/faults", {"faults": [
            {"id": "cut", "when": {"times": 1}, "do": {"reset": where}}]})
        send(server, head + message)
        first, whole = newest()
        mock.ok(f"reset {where}: the first is no repetition", "repeats" not in whole, whole)
        send(server, head + message)
        number, whole = newest()
        mock.ok("the second is one, and says of what", whole["repeats"]["exchange"] == first and
                whole["repeats"]["end"] == "reset-by-plan" and 0 <= whole["repeats"]["gap_ms"] < 5000 and
                whole["repeats"]["same"] == "request", whole)
        listed = server.made("GET", f"/v1/requests?site=again&repeats={first}")["requests"]
        mock.equal("it is found by that", [(r["number"], r["repeats"]) for r in listed], [(number, str(first))])
        send(server, head + message[:-1] + b"y")
        mock.ok("another message is none", "repeats" not in newest()[1], first)
        head = head.replace(b"Host: a", b"Host: b")
    send(server, short)
    newest()
    send(server, short)
    mock.ok("to ask for GetCACaps twice is no repetition", "repeats" not in newest()[1], short)
    server.made("POST", "/v1/sites/again/faults", {"when": {"times": 1}, "do": {"reset": "before_head"}})
    short = short.replace(b"Host: a", b"Host: c")
    send(server, short)
    first, _ = newest()
    send(server, short)
    mock.equal("but behind a reset it is", newest()[1]["repeats"]["exchange"], first)
    mock.equal("all of them by a pattern", server.made("GET", "/v1/requests?site=again&repeats=%3F*")["total"], 3)
    server.made("PUT", "/v1/sites/again/faults", {"faults": [{"when": {"times": 1}, "do": {"refuse": True}}]})
    head = head.replace(b"Host: b", b"Host: d")
    send(server, head + message)
    first, _ = newest()
    send(server, head + message)
    found = newest()[1]["repeats"]
    mock.equal("of a body that was not read the head alone is compared", (found["exchange"], found["same"]),
               (first, "head"))
    server.call("DELETE", "/v1/sites/again")


class Events:
    """A stream of events, as a browser or a tool reads it."""

    def __init__(self, server, query="", headers=None):
        url = urllib.parse.urlsplit(server.control)
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=mock.DEADLINE)
        self.connection.request("GET", "/v1/events" + query, headers=headers or {})
        self.response = self.connection.getresponse()
        self.response.readline()

    def next(self):
        event = {}
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event:
                return {**event, "data": json.loads(event["data"])}

    def close(self):
        self.connection.close()


def events(server):
    stream = Events(server, "?site=e*")
    mock.equal("events are a stream", stream.response.getheader("Content-Type"), "text/event-stream")
    server.made("POST", "/v1/sites", {"name": "e"})
    mock.get(server.scep + CAPS)
    url = server.scep.replace("/certsrv", "/site/e/certsrv")
    mock.get(url + CAPS)
    seen = [stream.next(), stream.next()]
    mock.equal("of what is asked for", [(e["event"], e["data"]["site"], e["data"]["ended"]) for e in seen][-1],
               ("completed", "e", True))
    mock.equal("arrived comes first", (seen[0]["event"], seen[0]["data"]["event"], seen[0]["data"]["ended"]),
               ("arrived", "arrived", False))
    for _ in range(100):
        mock.get(url + CAPS)
    more = [stream.next() for _ in range(200)]
    mock.equal("none is lost", len({e["data"]["number"] for e in more}), 100)
    stream.close()
    stream = Events(server, "?site=e", {"Last-Event-ID": seen[1]["id"]})
    again = [stream.next() for _ in range(200)]
    mock.equal("who comes back goes on", [e["id"] for e in again], [e["id"] for e in more])
    stream.close()
    status, _, answer = server.call("GET", "/v1/events?oparation=x")
    mock.ok("a bad condition is refused", status == 422, answer)
    for _ in range(10):
        Events(server).close()
    mock.equal("streams that end leave nothing", mock.get(server.scep + CAPS)[0], 200)


def clears(server):
    server.made("POST", "/v1/sites", {"name": "x"})
    mock.get(server.scep.replace("/certsrv", "/site/x/certsrv") + CAPS)
    mock.equal("of one site", server.made("GET", "/v1/sites/x/requests")["total"], 1)
    mock.equal("emptied", server.call("DELETE", "/v1/sites/x/requests")[0], 204)
    mock.equal("it has none", server.made("GET", "/v1/sites/x/requests")["total"], 0)
    mock.ok("others have", server.made("GET", "/v1/requests")["total"] > 0, "others")
    mock.equal("all", server.call("DELETE", "/v1/requests")[0], 204)
    mock.equal("none is left", server.made("GET", "/v1/requests")["total"], 0)


def bounds():
    with mock.Server("--journal-exchanges", "10") as server:
        for _ in range(25):
            mock.get(server.scep + CAPS)
        found = server.made("GET", "/v1/requests")
        mock.equal("so many are kept, and what was dropped is said",
                   (found["total"], found["dropped"]["exchanges"]), (10, 15))
    with mock.Server("--journal-exchanges", "0") as server:
        mock.get(server.scep + CAPS)
        mock.equal("none kept: none told", server.made("GET", "/v1/requests")["total"], 0)
        mock.equal("and none waited for", server.call("POST", "/v1/wait", {})[0], 409)
    with mock.Server("--redact", "--challenge", "secret") as server:
        enroll(server, "dev")
        text = json.dumps([server.made("GET", f"/v1/requests/{r['number']}")
                           for r in server.made("GET", "/v1/requests")["requests"]])
        mock.ok("redacted: no password, and no PKCS#10 that has it", "secret" not in text and
                base64.b64encode(b"secret").decode().rstrip("=") not in text and '"csr"' in text and
                "PKCSReq" in text, text[:500])


with mock.Server("--quiet", "--challenge", "secret") as server:
    one(server, requests(server))
    nul(server)
    waits(server)
    crowd(server)
    verifies(server)
    repeats(server)
    events(server)
    clears(server)
    stream = Events(server)
    mock.equal("it ends well, with a stream open", server.stop(), 0)
bounds()
mock.finish()
