"""The control API of a server with --state whose disk is full: 5xx with a sentence, counted, and nothing lost."""
import os
import resource
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

CHALLENGES = "/v1/sites/default/challenges"
ERRORS = "mock_ndes_store_errors_total"


def errors(server):
    text = server.call("GET", "/metrics")[2].decode()
    return next(int(line.split()[1]) for line in text.split("\n") if line.startswith(ERRORS + " "))


def limit(server, size):
    """No file of the server's grows beyond so many bytes, as on a disk that is full."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def fill(server):
    """Mints until that fails: what was minted, and the failure."""
    minted = []
    for _ in range(20000):
        status, headers, answer = server.call("POST", CHALLENGES, {"force": True})
        if status != 201:
            return minted, (status, headers, answer)
        minted.append(answer["challenge"])
    return minted, (201, {}, {})


def fails(name, answer):
    status, headers, problem = answer
    mock.ok(f"{name}: 5xx with a sentence", 500 <= status < 600 and
            headers["Content-Type"] == "application/problem+json" and "cannot be written" in problem["detail"] and
            "make room" in problem["detail"], (status, problem))


def full(server, first):
    mock.equal("nothing has failed yet", errors(server), 0)
    limit(server, os.path.getsize(os.path.join(state, "mock-ndes.sqlite-wal")) + 100000)
    minted, failure = fill(server)
    fails("a challenge is minted", failure)
    counted = errors(server)
    mock.ok("that is counted", counted > 0, counted)
    fails("one is revoked", server.call("DELETE", f"{CHALLENGES}/{first}"))
    fails("all are forgotten", server.call("DELETE", CHALLENGES))
    mock.ok("each time", errors(server) >= counted + 2, errors(server))
    mock.equal("what was minted is listed", server.made("GET", CHALLENGES)["total"], len(minted) + 1)
    mock.equal("a fault is switched all the same",
               server.call("POST", "/v1/sites/default/faults", {"do": {"status": 503}})[0], 201)
    mock.equal("and seen", mock.get(server.scep + "?operation=GetCACaps")[0], 503)
    mock.equal("the server lives", server.call("GET", "/livez")[0], 200)
    limit(server, resource.RLIM_INFINITY)
    mock.equal("with room again it is revoked", server.call("DELETE", f"{CHALLENGES}/{first}")[0], 204)
    mock.equal("and minted", server.call("POST", CHALLENGES, {"force": True})[0], 201)
    return len(minted) + 2


def enroll(server, number):
    return mock.program("enroll", server.scep, "--challenge", "secret", "--subject", "CN=full", "--quiet",
                        *(("--key", os.path.join(server.directory, "out-0", "key.pem"), "--transaction-id", str(number))
                          if number else ()),
                        "--out", os.path.join(server.directory, f"out-{number}"))


def bounded_server(server, place):
    """By SQLite's own limit of pages (--state-bytes), until nothing fits in; then what was there makes room."""
    mock.equal(f"{place}: a device enrols", enroll(server, 0).returncode, 0)
    minted, failure = fill(server)
    fails(f"{place}: a challenge is minted", failure)
    mock.ok(f"{place}: many were", len(minted) > 100, len(minted))
    mock.ok(f"{place}: that is counted", errors(server) > 0, errors(server))
    found = next((found for found in (enroll(server, number) for number in range(1, 40)) if found.returncode), None)
    mock.ok(f"{place}: a device is refused as by a CA whose disk is full", found and found.returncode == 1 and
            "0xC8000710" in found.stderr, found)
    told = [line for line in server.stderr().splitlines() if "it cannot be written" in line]
    mock.equal(f"{place}: it is said once", len(told), 1)
    mock.equal(f"{place}: all else goes on", mock.get(server.scep + "?operation=GetCACaps")[0], 200)
    mock.equal(f"{place}: what was minted is listed", server.made("GET", CHALLENGES)["total"], len(minted))
    mock.equal(f"{place}: a reset", server.call("POST", "/v1/reset")[0], 200)
    mock.equal(f"{place}: makes room", enroll(server, 40).returncode, 0)


def bounded():
    with tempfile.TemporaryDirectory(prefix="mock-ndes-") as state:
        for place, options in (("in memory", ()), ("in a file", ("--state", state))):
            with mock.Server("--quiet", "--challenge", "secret", "--state-bytes", "256KiB", *options) as server:
                bounded_server(server, place)
        mock.ok("the file has no more", os.path.getsize(os.path.join(state, "mock-ndes.sqlite")) <= 256 * 1024, state)


with tempfile.TemporaryDirectory(prefix="mock-ndes-") as state:
    with mock.Server("--quiet", "--state", state) as server:
        first = server.made("POST", CHALLENGES, {})["challenge"]
        count = full(server, first)
        mock.equal("it ends well", server.stop(), 0)
        server.start()
        listed = server.made("GET", CHALLENGES)
        mock.equal("after a restart all are there", listed["total"], count)
        mock.equal("the first one revoked", server.made("GET", f"{CHALLENGES}/{first}")["state"], "revoked")
bounded()
mock.finish()
