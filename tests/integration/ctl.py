"""The control API from a shell: mock-ndes ctl and mock-ndes healthcheck.

Each verb that `ctl --help` lists is run here against a server, for a program and, where it prints JSON, for
a person; one that is not fails the test.
"""
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

CAPS = "?operation=GetCACaps"
PKI = "?operation=PKIOperation"
RUN = []  # the command lines of ctl() that ended with 0


def ctl(server, *words, status=0, binary=False, **options):
    """Runs a verb that must end so; returns its JSON, or its text where that is none."""
    found = mock.program("ctl", *words, env={**os.environ, "MOCK_NDES_CONTROL_URL": server.control},
                         **{"text": not binary, **options})
    mock.equal("ctl " + " ".join(words)[:60], (found.returncode, found.stderr or "" if status == 0 else ""),
               (status, ""))
    if found.returncode == 0:
        RUN.append(words)
    if binary:
        return found.stdout
    try:
        return json.loads(found.stdout)
    except ValueError:
        return found.stdout + found.stderr


def on_terminal(server, *words):
    """What a person sees on a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([os.path.join(mock.BUILD, "mock-ndes"), "ctl", *words], stdout=follower,
                               env={**os.environ, "MOCK_NDES_CONTROL_URL": server.control})
    os.close(follower)
    text = b""
    try:
        while part := os.read(leader, 65536):
            text += part
    except OSError:
        pass
    process.wait(mock.DEADLINE)
    os.close(leader)
    return text.decode().replace("\r\n", "\n")


def faults(server):
    path = os.path.join(server.directory, "503-twice.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("# as in the README\nid: twice\nmatch: {operation: GetCACaps}\n"
                   "when: {times: 2}\ndo: {status: 503}\n")
    fault = ctl(server, "fault", "add", path)
    mock.equal("a rule from a file", fault["id"], "twice")
    mock.equal("strikes", mock.get(server.scep + CAPS)[0], 503)
    mock.equal("and is told", ctl(server, "fault", "show", "twice")["strikes"], 1)
    ctl(server, "fault", "rearm", "twice")
    ctl(server, "fault", "rm", "twice")
    ctl(server, "fault", "add", "-", input="{do: {status: 418}}")
    ctl(server, "fault", "add", "app-pool-stopped", "--site", "default")
    mock.equal("three ways to add one", len(ctl(server, "fault", "ls")["faults"]), 2)
    text = on_terminal(server, "fault", "ls")
    mock.ok("on a terminal there are columns", text.startswith("id ") and "app-pool-stopped" in text, text)
    ctl(server, "fault", "put", "{faults: [{id: a, do: {status: 500}}]}")
    ctl(server, "fault", "clear")
    text = ctl(server, "fault", "add", path.replace("twice", "thrice"), status=2)
    mock.ok("a file that is not there", "503-thrice.yaml" in text, text)
    found = ctl(server, "fault", "add", "{do: {statsu: 503}}", status=2)
    mock.equal("what the server refuses is told", found["status"], 422)


def sites(server):
    site = ctl(server, "site", "add", "one", "--profile", "app-pool-stopped", "--set", "password_max=7",
               "--set", "log_fields=null", "--ttl", "1h")
    mock.equal("a site with settings", (site["name"], site["settings"]["password_max"]), ("one", 7))
    ctl(server, "settings", "set", "app_pool=started", "x_powered_by=true", "-s", "one")
    mock.equal("changed", mock.get(site["scep"] + CAPS)[0], 200)
    mock.equal("of that site alone", ctl(server, "settings", "ls")["settings"]["x_powered_by"], False)
    ctl(server, "pool", "stop", "--site", "one")
    mock.equal("its pool is stopped", mock.get(site["scep"] + CAPS)[0], 503)
    ctl(server, "pool", "start", "--site", "one")
    ctl(server, "iisreset", "--site", "one")
    found = ctl(server, "clock", "advance", "40d", "--site", "one")
    mock.equal("its clock moves", found["offset"], "40d")
    mock.equal("the server's does not", ctl(server, "clock")["offset"], "0ms")
    ctl(server, "clock", "freeze", "2030-01-01T00:00:00Z")
    ctl(server, "clock", "reset")
    ctl(server, "site", "rm", "one")
    ctl(server, "site", "show", "--site", "one", status=2)


def told(server, *words, lines):
    """What is told to a person, which must have these words in it."""
    text = ctl(server, *words, "--human")
    text = text if isinstance(text, str) else json.dumps(text)
    for line in lines:
        mock.ok(f"{' '.join(words)[:50]} tells a person: {line}", line in text, text)


def more_sites(server):
    site = ctl(server, "site", "put", "two", "--clock", "40d", "--set", "challenge=secret")
    mock.equal("a site with a clock", site["clock"]["offset"], "40d")
    ctl(server, "clock", "advance", "1d", "-s", "two")
    mock.equal("is as it was made", ctl(server, "site", "reset", "two")["clock"]["offset"], "40d")
    mock.ok("or stays a while", ctl(server, "site", "change", "two", "--ttl", "2h")["expires_at"], site)
    mock.equal("it is shown", ctl(server, "site", "show", "-s", "two")["name"], "two")
    told(server, "site", "ls", lines=("name ", "two "))
    ctl(server, "pool", "show", "-s", "two")
    mock.equal("recycled", ctl(server, "pool", "recycle", "-s", "two")["did"], "recycle")
    mock.equal("rebooted", ctl(server, "restart", "-s", "two")["did"], "reboot")
    told(server, "service", "ls", "-s", "two", lines=("CertSvc ", "running"))
    ctl(server, "service", "set", "CertSvc", "stopped", "-s", "two")
    mock.equal("a service is stopped", ctl(server, "service", "set", "CertSvc", "running", "-s", "two")["state"],
               "running")
    told(server, "profile", "ls", lines=("app-pool-stopped",))
    mock.equal("a profile is told", ctl(server, "profile", "show", "app-pool-stopped")["settings"],
               {"app_pool": "stopped"})
    ctl(server, "fault", "add", "{id: t, when: {times: 1}, do: {status: 503}}", "-s", "two")
    mock.get(site["scep"] + CAPS)
    mock.equal("all counters begin anew", ctl(server, "fault", "rearm-all", "-s", "two")["faults"][0]["strikes"], 0)
    ctl(server, "fault", "clear", "-s", "two")
    return site


def enroll(server, site, name, *options, wait=True):
    command = [os.path.join(mock.BUILD, "mock-ndes"), "enroll", site["scep"], "--subject", f"CN={name}", "--out",
               os.path.join(server.directory, name), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process.wait(mock.DEADLINE) if wait else process


def issuing(server, site):
    """Challenges, transactions, certificates and the CA, with a device that is answered accordingly."""
    s, fast = ("-s", "two"), ("--clock-offset", "40d", "--poll-interval", "1s", "--poll-max", "30")
    new = ctl(server, "challenge", "new", "--kind", "plain", "--text", "0123456789ABCDEF", *s)["text"]
    mock.equal("a challenge", ctl(server, "challenge", "show", new, *s)["state"], "valid")
    mock.equal("is good", enroll(server, site, "a", "--challenge", new, *fast), 0)
    mock.equal("and used", ctl(server, "challenge", "ls", "--state", "used", *s)["total"], 1)
    token = ctl(server, "challenge", "new", "--kind", "intune", "--subject-of", "CN=t", "--san", "DNS:t",
                "--key-usage", "both", "--ttl", "5m", *s)
    mock.ok("Intune's form", token["kind"] == "intune" and len(token["text"]) > 100, token)
    mock.equal("is bound to names", enroll(server, site, "u", "--challenge", token["text"], *fast), 1)
    told(server, "requests", "--last", "1", "--explain", *s, lines=("challenge-other-subject", "advice "))
    ctl(server, "challenge", "rm", ctl(server, "challenge", "new", *s)["challenge"], *s)
    ctl(server, "challenge", "clear", *s)
    waiting = ctl(server, "challenge", "ls", "--state", "valid", *s)["challenges"]
    mock.equal("no password waits; Intune's do not stand in NDES's cache", [c["kind"] for c in waiting], ["intune"])
    ctl(server, "settings", "set", "approval=manual", *s)
    for name, verb, status in (("p", "approve", 0), ("q", "deny", 1)):
        device = enroll(server, site, name, "--challenge", "secret", "--transaction-id", name, *fast, wait=False)
        ctl(server, "wait", "--transaction", name, "--message-type", "CertPoll", "--timeout", "30s", *s)
        mock.equal("a request waits", ctl(server, "transaction", "show", name, *s)["status"], "PENDING")
        told(server, "transaction", "ls", "--state", "PENDING", *s, lines=(name + " ", "PENDING"))
        ctl(server, "transaction", verb, name, *s)
        mock.equal(f"{verb}: the device that polls hears it", device.wait(mock.DEADLINE), status)
    ctl(server, "settings", "set", "approval=null", *s)
    told(server, "certificate", "ls", *s, lines=("CN=p", "CN=a", "valid"))
    serial = ctl(server, "certificate", "ls", "--subject", "CN=p", *s)["certificates"][0]["serial"]
    mock.ok("a certificate", "BEGIN CERTIFICATE" in ctl(server, "certificate", "pem", serial, *s), serial)
    ctl(server, "certificate", "revoke", serial, "--reason", "certificateHold", *s)
    mock.equal("is revoked", ctl(server, "certificate", "show", serial, *s)["state"], "revoked")
    mock.equal("and is not", ctl(server, "certificate", "unrevoke", serial, *s)["state"], "valid")
    mock.equal("the chain", ctl(server, "ca", "chain", *s).count("BEGIN CERTIFICATE"), 3)
    ctl(server, "ca", "show", *s)
    mock.ok("a CRL", ctl(server, "ca", "crl", *s)["crl"]["pem"], "crl")
    ctl(server, "ca", "rollover", "offer", *s)
    mock.ok("the next CA is offered", "GetNextCACert" in mock.get(site["scep"] + CAPS)[2].decode(), "caps")
    mock.equal("and switched to", ctl(server, "ca", "rollover", "switch", *s)["generation"], "next")
    ctl(server, "ca", "ra", "expired", *s)
    mock.equal("RA certificates expire", mock.get(site["scep"] + CAPS)[0], 500)
    ctl(server, "ca", "ra", "renewed", *s)
    mock.equal("and are renewed", mock.get(site["scep"] + CAPS)[0], 200)


def explained(server, site):
    """What each kind of client's error is told as."""
    s, fast = ("-s", "two"), ("--clock-offset", "40d")
    new = ctl(server, "challenge", "new", *s)["text"]
    enroll(server, site, "x1", "--challenge", new, *fast)
    newest = ctl(server, "requests", "--last", "1", *s)["requests"][0]["number"]
    for name, options, lines in (
            ("used", ("--challenge", new), ("challenge-used", f"was used at exchange {newest}", "A challenge is good for one")),
            ("none", (), ("no challengePassword",)),
            ("unknown", ("--challenge", "0" * 16), ("NDES has never given this password out",)),
            ("malformed", ("--challenge", "a b"), ("without blanks, line ends",)),
            ("digest", ("--challenge", "secret", "--digest", "MD5"), ("digest-not-supported", "never MD5"))):
        enroll(server, site, "e-" + name, *options, *fast)
        told(server, "requests", "--last", "1", "--explain", *s, lines=lines + ("answered   HTTP 200 by mscep",))
    other = ctl(server, "site", "add", "other", "--ca", "own")
    message = ctl(server, "raw", "request", str(newest), binary=True).split(b"\r\n\r\n", 1)[1]
    mock.call(other["scep"].rsplit("/", 3)[0], "POST", urllib.parse.urlsplit(other["scep"]).path + PKI, raw=message)
    told(server, "requests", "--last", "1", "--explain", "-s", "other",
         lines=("encrypted  to issuer", "expected ra_encryption", "Take the RA certificate"))
    mock.get(other["scep"] + "?operation=GetCACapz")
    told(server, "requests", "--last", "1", "--explain", "-s", "other", lines=("sent       GET GetCACapz",))
    server.made("POST", "/v1/sites/other/faults", {"id": "oops", "do": {"status": 503}})
    mock.get(other["scep"] + CAPS)
    told(server, "requests", "--last", "1", "--explain", "-s", "other", lines=("on purpose rule oops",))
    text = ctl(server, "requests", "--last", "1", "--explain", "-s", "other", "--json")
    mock.ok("as JSON it is the list", text["requests"][0]["fault"] == "oops", text)
    ctl(server, "site", "rm", "other")


def advice():
    """Each reason for which something is refused has its sentence."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

    def source(path):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            return file.read()
    told_of = set(re.findall(r'\{"([a-z-]+)"', source("client/ctl_advice.c")))
    reasons = set(re.findall(r'\{"([a-z-]+)", SCEP_FAIL', source("server/refusal.c")))
    verdicts = set(re.findall(r'REFUSES\("([a-z-]+)"', source("server/challenge.c")))
    mock.ok("the sources have reasons", len(reasons) > 20 and len(verdicts) > 9, (reasons, verdicts))
    mock.equal("each is advised on", sorted((reasons | verdicts) - told_of), [])


def journal(server, site):
    """The journal, as the README and issue trackers quote it."""
    newest = ctl(server, "version")["exchanges"]
    mock.get(server.scep + CAPS)
    mock.get(server.scep + CAPS)
    mock.equal("those behind a number", ctl(server, "requests", "--after", str(newest))["total"], 2)
    mock.equal("of a site", ctl(server, "requests", "-s", "default", "--after", str(newest))["total"], 2)
    mock.equal("of another", ctl(server, "requests", "-s", "two", "--after", str(newest))["total"], 0)
    mock.equal("by any field", ctl(server, "requests", "--where", "connection=0")["total"], 0)
    told(server, "requests", "--last", "1", lines=("number ", "GetCACaps"))
    told(server, "requests", "--last", "1", "--explain", lines=("sent       GET GetCACaps", "answered   HTTP 200"))
    told(server, "explain", str(newest + 1), lines=(f"exchange {newest + 1} of site default", "HTTP 200"))
    mock.equal("all of one", ctl(server, "explain", str(newest + 1))["operation"], "GetCACaps")
    mock.ok("its bytes", ctl(server, "raw", "request", str(newest + 1)).startswith("GET /certsrv/"), "raw")
    mock.ok("and its answer's", ctl(server, "raw", "reply", str(newest + 1)).startswith("HTTP/1.1 200"), "raw")
    found = ctl(server, "wait", "--operation", "PKIOperation", "--timeout", "30s")
    mock.ok("what has come is not waited for", found["matched"] > 1, found)
    words = ("wait", "--operation", "GetCACaps", "--method", "POST", "--timeout", "0s")
    mock.equal("nothing came: 1", ctl(server, *words, status=1)["matched"], 0)
    text = ctl(server, *words, "--human", status=1)
    mock.ok("the nearest are told", "whose method is GET; wanted POST" in text, text)
    path = os.path.join(server.directory, "verify.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"after: {newest}\nexpectations:\n- {{name: twice, match: {{operation: GetCACaps}}, count: 2}}\n")
    told(server, "verify", path, lines=("yes     twice",))
    mock.ok("as TAP", ctl(server, "verify", path, "--format", "tap").startswith("TAP version 13"), "tap")
    mock.ok("as JUnit XML", "<testsuite" in ctl(server, "verify", path, "--format", "junit"), "junit")
    wrong = f"{{after: {newest}, expectations: [{{name: once, match: {{operation: GetCACert}}, count: 1}}]}}"
    for words in (["verify", wrong], ["verify", wrong, "--format", "tap"], ["verify", wrong, "--human"]):
        text = str(ctl(server, *words, status=1))
        mock.ok("what is not met is told", "once" in text and "GetCACaps" in text or "tap" in words, text)
    events(server)
    mock.equal("emptied, of a site", ctl(server, "requests", "clear", "-s", "two"), "")
    mock.equal("it has none", ctl(server, "requests", "-s", "two")["total"], 0)
    ctl(server, "requests", "clear")
    mock.equal("and none is left", ctl(server, "requests")["total"], 0)


def events(server):
    process = subprocess.Popen([os.path.join(mock.BUILD, "mock-ndes"), "ctl", "events", "--operation", "GetCACert"],
                               stdout=subprocess.PIPE,
                               env={**os.environ, "MOCK_NDES_CONTROL_URL": server.control})
    end = time.monotonic() + mock.DEADLINE
    text = b""
    while b"completed" not in text and time.monotonic() < end:
        mock.get(server.scep + "?operation=GetCACert")
        if select.select([process.stdout], [], [], 0.05)[0]:
            text += os.read(process.stdout.fileno(), 65536)
    mock.ok("events are told as they happen", b"GetCACert" in text, text)
    process.send_signal(signal.SIGTERM)
    process.wait(mock.DEADLINE)
    process.stdout.close()
    RUN.append(("events",))


def clocks(server):
    mock.equal("it stands", ctl(server, "clock", "freeze")["frozen"], True)
    mock.equal("runs", ctl(server, "clock", "run")["frozen"], False)
    mock.ok("is set", ctl(server, "clock", "set", "2030-01-01T00:00:00Z")["now"].startswith("2030-01-01"), "set")
    mock.ok("and moved", ctl(server, "clock", "advance", "360d")["now"].startswith("2030-12-27"), "moved")
    told(server, "clock", lines=("now: 2030-12-27",))
    ctl(server, "clock", "reset")


def whole(server):
    config = os.path.join(server.directory, "config.yaml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(ctl(server, "config"))
    found = mock.program("serve", "--check", "--config", config)
    mock.ok("serve takes what config prints", found.returncode == 0 and "two" in found.stdout, found)
    mock.ok("counters", "mock_ndes_exchanges" in ctl(server, "metrics"), "metrics")
    mock.equal("which server it is", ctl(server, "version")["pid"], server.process.pid)
    mock.ok("what the API is", ctl(server, "openapi")["openapi"].startswith("3."), "openapi")
    mock.equal("all is as at the start", ctl(server, "reset")["did"], "reset")
    mock.equal("sites too", len(ctl(server, "site", "ls")["sites"]), 1)


def every_verb(server):
    """A verb is written in small letters; what follows it is its words."""
    lines = [line for line in ctl(server, "--help").splitlines() if line.startswith("  ")]
    verbs = [re.match(r"  ((?:[a-z-]+ )*?[a-z-]+)(?= {2}| [A-Z\[]| [a-z]+\|)", line).group(1) for line in lines]
    mock.ok("ctl --help lists verbs", len(verbs) > 50, verbs)
    missing = [verb for verb in verbs if not any(
        list(run[:len(verb.split())]) == verb.split() for run in RUN)]
    mock.equal("each verb was run", missing, [])


def usage(server):
    for words in (["sitee", "ls"], ["site"], ["site", "rm"], ["site", "rm", "a", "b"], ["fault", "ls", "--ttl"],
                  ["site", "add", "--nope"], ["settings", "set", "x"], ["version", "--control", "127.0.0.1"]):
        text = ctl(server, *words, status=2)
        mock.ok("is told why", text.startswith("mock-ndes ctl: "), text)
    mock.ok("help", "fault add" in ctl(server, "--help"), "help")
    mock.ok("help of a verb", "--profile" in ctl(server, "site", "add", "--help"), "help")
    text = ctl(server, "version", "--control", "http://127.0.0.1:1", status=1)
    mock.ok("no server: 1", "127.0.0.1:1" in text, text)


def health(server):
    env = {**os.environ, "MOCK_NDES_CONTROL_URL": server.control}
    mock.equal("healthy", mock.program("healthcheck", env=env).returncode, 0)
    control = server.control
    server.stop()
    found = mock.program("healthcheck", "--control", control)
    mock.equal("not any more", found.returncode, 1)


with mock.Server("--quiet") as server:
    faults(server)
    sites(server)
    made = more_sites(server)
    issuing(server, made)
    explained(server, made)
    advice()
    journal(server, made)
    clocks(server)
    whole(server)
    every_verb(server)
    usage(server)
    health(server)
with mock.Server("--control-token", "secret") as server:
    ctl(server, "version", "--token", "secret")
    ctl(server, "version", "--token", "other", status=2)
mock.finish()
