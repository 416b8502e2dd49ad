"""The bench's load generator: it counts as good what is good, and nothing else."""
import json
import os
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

LOAD = os.path.join(mock.BUILD, "tests/bench/load")
CAPS = "operation=GetCACaps&message=load"
PATH = "/certsrv/mscep/mscep.dll"
POLLS = ("--seed", "1", "--pending")


def load(server, *arguments):
    """Returns how many were good and bad, and all that it tells."""
    port = urllib.parse.urlsplit(server.scep).port
    done = subprocess.run([LOAD, "--port", str(port), "--pid", str(server.process.pid), *arguments],
                          capture_output=True, text=True, timeout=mock.DEADLINE)
    mock.assert_unreported(done.stderr)
    if done.returncode != 0:
        raise AssertionError(f"{arguments}: {done.stderr}")
    told = json.loads(done.stdout)
    return (told["good"], told["bad"]), told


def counts(name, server, wanted, *arguments):
    found, told = load(server, *arguments)
    mock.ok(name, found == wanted, told)


def total(server, what, query=""):
    return server.made("GET", f"/v1/sites/default/{what}?limit=1{query}")["total"]


def enrols(server):
    counts("enrolments", server, (12, 0), "--count", "12", "--connections", "3")
    mock.equal("each has a transaction and a certificate of its own",
               (total(server, "transactions"), total(server, "certificates")), (12, 12))
    subjects = {one["subject"] for one in server.made("GET", "/v1/sites/default/certificates")["certificates"]}
    mock.equal("and a subject", len(subjects), 12)
    mock.equal("no message repeats another", total(server, "requests", "&operation=PKIOperation&repeats=?*"), 0)
    counts("a connection for each", server, (5, 0), "--count", "5", "--connections", "2", "--fresh")
    counts("a wrong challenge is bad", server, (0, 4), "--count", "4", "--challenge", "wrong")
    counts("so is SUCCESS where PENDING is wanted", server, (0, 3), "--count", "3", "--pending")
    made = [server.made("POST", "/v1/sites/default/challenges", {"force": True})["text"] for _ in range(3)]
    path = os.path.join(server.directory, "challenges")
    with open(path, "w") as file:
        file.write("\n".join(made) + "\n")
    counts("a challenge for each", server, (3, 0), "--count", "3", "--challenges", path)
    counts("which are good once", server, (0, 3), "--count", "3", "--challenges", path)


def plays_devices(server):
    before = {operation: total(server, "requests", f"&operation={operation}")
              for operation in ("GetCACaps", "GetCACert", "PKIOperation")}
    counts("devices", server, (12, 0), "--device", "--fresh", "--count", "4", "--connections", "2")
    more = {operation: total(server, "requests", f"&operation={operation}") - count
            for operation, count in before.items()}
    # One GetCACert is the load generator's own.
    mock.equal("each asks for three things", more, {"GetCACaps": 4, "GetCACert": 5, "PKIOperation": 4})


def gets(server):
    counts("GET", server, (6, 0), "--get", CAPS, "--count", "6", "--connections", "2")
    counts("another status is bad", server, (0, 6), "--get", CAPS, "--count", "6", "--path", "/nothing")
    counts("unless it is wanted", server, (6, 0), "--get", CAPS, "--count", "6", "--path", "/nothing",
           "--status", "404")
    _, told = load(server, "--get", CAPS, "--count", "20", "--rate", "100", "--connections", "4")
    mock.ok("an open loop keeps to its rate", told["good"] == 20 and told["elapsed_s"] >= 0.19, told)
    server.made("POST", "/v1/sites/default/faults", {"id": "late", "do": {"delay": "1h"}})
    _, told = load(server, "--get", CAPS, "--count", "5", "--connections", "5", "--leave", "50")
    mock.ok("clients that hang up wait no longer", told["good"] == 0 and told["elapsed_s"] < 3600, told)
    server.made("DELETE", "/v1/sites/default/faults/late")


def polls(server):
    counts("pending requests", server, (10, 0), *POLLS, "--count", "10")
    counts("are polled", server, (10, 0), *POLLS, "--poll", "--count", "10")
    counts("from the middle on", server, (4, 0), *POLLS, "--poll", "--count", "4", "--first", "6")
    counts("beyond the last there is none", server, (4, 6), *POLLS, "--poll", "--count", "10", "--first", "6")
    counts("some again and again", server, (20, 0), *POLLS, "--poll", "--count", "20", "--among", "3")
    polled = [one["polls"] for one in server.made("GET", "/v1/sites/default/transactions")["transactions"]]
    mock.equal("which the server counts", sum(polled), 10 + 4 + 4 + 20)


with mock.Server("--challenge", "secret") as server:
    enrols(server)
    plays_devices(server)
    gets(server)
with mock.Server("--challenge", "secret", "--set", "approval=manual") as server:
    polls(server)
mock.finish()
