"""Whoever uses the control API while devices are busy: each a thread of its own, which draws what it does from a
seed and waits in between until some more exchanges have come. What they find wrong they say in `wrong`.
"""
import http.client
import random
import re
import socket
import threading
import urllib.parse

import mock

# Those that the rule breaker knows by what they do to the reply of a CA that has issued: it gets through, it does
# not, or the CA is never asked.
ARRIVES, DESTROYED, PREVENTED = "arrives", "destroyed", "prevented"
RULES = [
    (ARRIVES, {"delay": "100ms"}),
    (ARRIVES, {"drip": 700, "every": "5ms"}),
    (ARRIVES, {"recipient_nonce": "wrong"}),
    (ARRIVES, {"transaction_id": "missing"}),
    (ARRIVES, {"pki_status": 2}),
    (ARRIVES, {"signature": "corrupt"}),
    (ARRIVES, {"signer": "stranger"}),
    (ARRIVES, {"encoding": "truncated"}),
    (ARRIVES, {"cipher": "DES-EDE3-CBC"}),
    (ARRIVES, {"recipient": "stranger"}),
    (ARRIVES, {"chain": "other_ca"}),
    (ARRIVES, {"content_type": None}),
    (ARRIVES, {"body": None}),
    (ARRIVES, {"status_line": "NDES/1.0 is here"}),
    (DESTROYED, {"reset": "before_head"}),
    (DESTROYED, {"reset": "in_head"}),
    (DESTROYED, {"reset": "behind_head"}),
    (DESTROYED, {"reset": "in_body"}),
    (DESTROYED, {"close": "before_head"}),
    (DESTROYED, {"close": "in_head"}),
    (DESTROYED, {"close": "in_body"}),
    (DESTROYED, {"truncate": 20}),
    (PREVENTED, {"status": 503, "from": "http_sys"}),
    (PREVENTED, {"status": 500}),
    (PREVENTED, {"status": 502, "from": "proxy"}),
    (PREVENTED, {"refuse": True}),
    (PREVENTED, {"stall": "50ms"}),
]
CAPABILITY_RULES = [{"capabilities": "SHA-1"}, {"status": 404}, {"reset": "in_body"}, {"delay": "50ms"}]
PROFILES = ["ra-certificates-expired", "app-pool-stopped", "challenge-unknown", "impersonation-right-missing",
            "request-filtering-query-2048", "ca-service-stopped", "html-with-status-200",
            "crash-policy-certificate-expired", "proxy-backend-unreachable", "fail-twice-then-succeed"]
SETTINGS = [{"approval": "manual"}, {"approval": None}, {"password_max": 7}, {"ca_hierarchy": "issuing"},
            {"ca_hierarchy": None}, {"log_fields": None}, {"apply": "as_real"}, {"apply": None}]
VERBS = ["app-pool/start", "app-pool/stop", "app-pool/recycle", "iisreset", "restart", "faults/rearm", "clock/freeze",
         "clock/run", "clock/reset", "ca/crl", "reset"]
READ = ["", "/settings", "/app-pool", "/services", "/challenges", "/certificates?limit=20", "/faults", "/requests?limit=20",
        "/transactions?limit=20", "/ca", "/ca/crl", "/ca/chain.pem", "/clock"]
READ_OF_ALL = ["/v1/sites", "/v1/version", "/metrics", "/v1/requests?limit=20&site=man*&operation=GetCACaps",
               "/v1/profiles/app-pool-stopped", "/v1/clock", "/v1/config",
               "/v1/certificates?site=manual&limit=5", "/livez", "/readyz"]
FAULT_SITES = ["chaos-30-percent", "every-third-request", "reset-in-body", "close-without-answer",
               "proxy-connector-stopped"]


class Caller(threading.Thread):
    """Does something again and again until the round is over."""

    def __init__(self, server, seed):
        super().__init__(daemon=True)
        self.server = server
        self.draw = random.Random(f"{seed} {type(self).__name__}")
        self.over = threading.Event()
        self.calls = 0
        self.wrong = []
        self.start()

    def run(self):
        try:
            while not self.over.is_set():
                self.step()
        except Exception as error:  # whatever it is, the soak says it
            self.wrong.append(f"{type(self).__name__}: {type(error).__name__}: {error}")

    def call(self, method, path, body=None, allowed=()):
        """A call that succeeds, or is answered with an allowed status: (status, answer)."""
        status, _, answer = self.server.call(method, path, body)
        self.calls += 1
        if status >= 400 and status not in allowed:
            self.wrong.append(f"{method} {path} {body}: {status} {str(answer)[:200]}")
        return status, answer

    def pace(self, site, count):
        """Waits for so many further exchanges of the site, but not for long."""
        _, seen = self.call("GET", "/v1/requests?limit=1")
        after = seen["requests"][0]["number"] if seen["requests"] else 0
        self.call("POST", "/v1/wait", {"match": {"site": site}, "count": count, "after": after, "timeout": "300ms"},
                  allowed=(408,))

    def finish(self):
        self.over.set()
        self.join(mock.DEADLINE)
        if self.is_alive():
            self.wrong.append(f"{type(self).__name__}: does not come back")


class Manager(Caller):
    """The CA's manager: approves or denies what waits at the site `manual`."""

    def __init__(self, server, seed):
        self.decided = {}
        super().__init__(server, seed)

    def step(self):
        _, answer = self.call("GET", "/v1/sites/manual/transactions?state=PENDING&limit=100")
        for entry in answer["transactions"]:
            name = entry["transaction_id"]
            if name in self.decided:
                continue
            self.decided[name] = self.draw.choice(["approve", "approve", "approve", "deny"])
            self.call("POST", f"/v1/sites/manual/transactions/{name}/{self.decided[name]}")
        self.pace("manual", 40)

    @property
    def denied(self):
        return list(self.decided.values()).count("deny")


class RuleBreaker(Caller):
    """Arms rules at the site `faulty`, each for some strikes, and disarms them when they are spent."""

    def __init__(self, server, seed):
        self.strikes = {ARRIVES: 0, DESTROYED: 0, PREVENTED: 0}
        self.armed = None
        super().__init__(server, seed)

    def step(self):
        kind, action = self.draw.choice(RULES)
        times = self.draw.randint(1, 12)
        rule = {"id": "of-the-hour", "match": {"operation": "PKIOperation"}, "when": {"times": times}, "do": action}
        caps = {"match": {"operation": "GetCACaps"}, "when": {"probability": 0.5},
                "do": self.draw.choice(CAPABILITY_RULES)}
        self.call("PUT", "/v1/sites/faulty/faults", {"faults": [rule, caps]})
        self.armed = kind
        while not self.over.is_set():
            if self.call("GET", "/v1/sites/faulty/faults/of-the-hour")[1]["spent"]:
                self._disarm()
                return
            self.pace("faulty", 10)

    def _disarm(self):
        _, rule = self.call("GET", "/v1/sites/faulty/faults/of-the-hour")
        self.strikes[self.armed] += rule["strikes"]
        self.armed = None
        self.call("DELETE", "/v1/sites/faulty/faults")

    def count_last(self):
        """After the round: the rule that was still armed."""
        if self.armed:
            self._disarm()


class Administrator(Caller):
    """Breaks and mends the site `broken` in all the ways that there are names for."""

    def step(self):
        site = "/v1/sites/broken"
        self.call(*self.draw.choice([
            ("PATCH", site + "/settings", {"settings": self.draw.choice(SETTINGS)}),
            ("PUT", site + "/faults", {"faults": [{"profile": self.draw.choice(PROFILES)}]}),
            ("DELETE", site + "/faults", None),
            ("PATCH", site + "/services/CertSvc", {"state": self.draw.choice(["running", "stopped"])}),
            ("POST", site + "/challenges", {"kind": self.draw.choice(["ndes", "intune"]), "force": True}),
            ("DELETE", site + "/challenges", None),
            ("POST", site + "/ca/rollover", {"step": self.draw.choice(["offer", "switch"])}),
            ("POST", site + "/ca/ra-certificates", {"state": self.draw.choice(["expired", "renewed"])}),
            ("POST", site + "/clock/advance", {"by": self.draw.choice(["1h", "-1h", "40d"])}),
            ("POST", site + "/" + self.draw.choice(VERBS), None)]), allowed=(409, 422))
        self.pace("broken", 8)


class Builder(Caller):
    """Has sites come and go under their devices, in every other round; with a site goes what the journal in memory
    knows of it."""

    rests = False
    own_keys = True  # sites with a CA of their own; under valgrind the making of keys takes minutes

    def step(self):
        if self.rests:
            self.over.wait()
            return
        own = {"ca": "own"} if self.own_keys and self.draw.random() < 0.2 else {}
        self.call(*self.draw.choice([
            ("DELETE", "/v1/sites/gone", None),
            ("PUT", "/v1/sites/gone", {"settings": {"challenge": "secret"}, "ttl": "1h", **own}),
            ("PUT", "/v1/sites/gone", {"settings": {"challenge": "secret"}, "profile": "every-third-request"}),
            ("PUT", "/v1/sites/gone", {"settings": {"challenge": "secret"}}),
            ("DELETE", f"/v1/sites/fault%2F{self.draw.choice(FAULT_SITES)}@soak", None)]), allowed=(404,))
        if self.draw.random() < 0.2:
            self.call("DELETE", "/v1/sites/gone/requests", allowed=(404,))
        self.pace("*", 60)


class Reader(Caller):
    """Asks for everything."""

    def step(self):
        site = "/v1/sites/" + self.draw.choice(["default", "manual", "faulty", "broken", "held", "gone"])
        path = self.draw.choice([site + self.draw.choice(READ), self.draw.choice(READ_OF_ALL)])
        self.call("GET", path, allowed=(404,))
        self.call("POST", "/v1/verify", {"expectations": [
            {"match": {"site": "manual", "message_type": "PKCSReq"}, "at_least": 1},
            {"match": {"site": "held", "outcome": "FAILURE"}, "none": True}]})
        self.pace("default", 30)


class Follower(threading.Thread):
    """Follows the events of GetCACert at the default site, and counts how many are completed."""

    def __init__(self, server):
        super().__init__(daemon=True)
        url = urllib.parse.urlsplit(server.control)
        self.completed = 0
        self.lost = False
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=mock.DEADLINE)
        self.connection.request("GET", "/v1/events?site=default&operation=GetCACert&status=200")
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.answer.readline()  # a comment: from here on nothing is missed
        self.start()

    def run(self):
        try:
            for line in iter(self.answer.readline, b""):
                self.completed += line.startswith(b"event: completed")
                self.lost = self.lost or line.startswith(b"event: lost")
        except (OSError, http.client.HTTPException, ValueError):
            pass  # it was told to go

    def finish(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.join(mock.DEADLINE)
        self.answer.close()
        self.connection.close()


def metrics(text):
    """{(name, label values in their order): value} of what GET /metrics says."""
    found = {}
    for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\d+)$", text, re.MULTILINE):
        found[(name, *re.findall(r'="([^"]*)"', labels))] = int(value)
    return found
