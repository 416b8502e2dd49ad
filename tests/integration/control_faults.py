"""Faults by the control API: rules and profiles come and go under a device, and count."""
import http.client
import os
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

CAPS = "?operation=GetCACaps"
FAULTS = "/v1/sites/default/faults"
TWICE = {"id": "twice", "match": {"operation": "GetCACaps"}, "when": {"times": 2}, "do": {"status": 503}}


def rules(server):
    url = server.scep + CAPS
    status, headers, fault = server.call("POST", FAULTS, TWICE)
    mock.ok("a rule is added", status == 201 and headers["Location"] == FAULTS + "/twice" and
            fault["rule"] == TWICE, (status, fault))
    answers = [mock.get(url) for _ in range(3)]
    mock.equal("it strikes twice", [answer[0] for answer in answers], [503, 503, 200])
    mock.equal("by its name", answers[0][1]["X-Mock-Fault"], "twice")
    fault = server.made("GET", FAULTS + "/twice")
    mock.equal("and counts", (fault["matches"], fault["strikes"], fault["remaining"], fault["spent"]),
               (3, 2, 0, True))
    fault = server.made("POST", FAULTS + "/twice/rearm")
    mock.equal("armed again it counts anew", (fault["strikes"], fault["spent"]), (0, False))
    mock.equal("and strikes", mock.get(url)[0], 503)
    status, _, answer = server.call("POST", FAULTS, TWICE)
    mock.ok("the same id again: 409", status == 409 and "twice" in answer["detail"], answer)
    status, _, made = server.call("POST", FAULTS, {"match": {"path": "*"}, "do": {"status": 418}})
    mock.equal("an id is found", (status, made["id"]), (201, "status-1"))
    mock.equal("both are listed", [f["id"] for f in server.made("GET", FAULTS)["faults"]],
               ["twice", "status-1"])
    status, _, fault = server.call("PUT", FAULTS + "/twice", {**TWICE, "do": {"status": 500}})
    mock.ok("PUT takes the place of one", status == 200 and fault["rule"]["do"] == {"status": 500}, fault)
    status, _, fault = server.call("PUT", FAULTS + "/new", {"do": {"status": 403}, "priority": 5})
    mock.equal("or makes it", status, 201)
    mock.equal("the first in priority strikes", mock.get(url)[0], 403)
    mock.equal("one is removed", server.call("DELETE", FAULTS + "/new")[0], 204)
    status, _, answer = server.call("GET", FAULTS + "/twic")
    mock.ok("an unknown one: 404 with the nearest", status == 404 and
            "did you mean twice?" in answer["detail"], answer)
    mock.equal("all are disarmed", server.call("DELETE", FAULTS)[0], 204)
    mock.equal("and the deployment is healthy", mock.get(url)[0], 200)


def profiles(server):
    url = server.scep + CAPS
    status, _, fault = server.call("POST", FAULTS, {"profile": "app-pool-stopped"})
    mock.equal("a profile is added", (status, fault["kind"]), (201, "profile"))
    mock.equal("and seen at once", mock.get(url)[0], 503)
    status, _, answer = server.call("POST", FAULTS, {"profile": "app-pool-queue-full"})
    mock.ok("two that exclude each other: 409", status == 409 and "app-pool-stopped" in answer["detail"],
            answer)
    status, _, answer = server.call("POST", FAULTS, {"profile": "app-pool-stoped"})
    mock.ok("an unknown one: 422 with the nearest", status == 422 and
            "app-pool-stopped" in answer["detail"], answer)
    mock.equal("a rule beside it", server.call("POST", FAULTS, {"profile": "x", "do": {}})[0], 422)
    mock.equal("it is removed", server.call("DELETE", FAULTS + "/app-pool-stopped")[0], 204)
    mock.equal("and healed", mock.get(url)[0], 200)
    wanted = {"faults": [{"profile": "fail-twice-then-succeed"}, TWICE]}
    found = server.made("PUT", FAULTS, wanted)
    mock.ok("PUT takes the place of all", len(found["faults"]) >= 3, found)
    mock.get(url)
    before = server.made("GET", FAULTS)
    mock.equal("twice is once: who stays counts on", server.made("PUT", FAULTS, wanted), before)
    mock.equal("all counters", {f.get("matches", 0) for f in server.made("POST", FAULTS + "/rearm")["faults"]},
               {0})
    server.call("DELETE", FAULTS)


def refusals(server):
    for name, rule, pointer, words in (
            ("no action", {"match": {}}, "", "action"),
            ("an unknown one", {"do": {"statsu": 503}}, "/do", "did you mean status?"),
            ("an unknown argument", {"do": {"status": 503, "form": "iis"}}, "/do/form", "from"),
            ("a value out of range", {"do": {"status": 5030}}, "/do/status", "5030"),
            ("an unknown match", {"match": {"operatoin": "x"}, "do": {"status": 503}}, "/match/operatoin",
             "did you mean operation?"),
            ("an unknown operation", {"match": {"operation": "GetCACap"}, "do": {"status": 503}},
             "/match/operation", "GetCACaps"),
            ("a bad number of times", {"when": {"times": 0}, "do": {"status": 503}}, "/when/times", "1"),
            ("per cent", {"when": {"probability": 30}, "do": {"status": 503}}, "/when/probability", "0.3"),
            ("an unknown key", {"wen": {}, "do": {"status": 503}}, "/wen", "did you mean when?"),
            ("a second of two actions", {"do": [{"status": 503}, {"resett": "in_head"}]}, "/do/1", "action"),
            ("a setting", {"do": {"settings": {"app_pol": "stopped"}}}, "/do/settings/app_pol", "app_pool")):
        status, _, answer = server.call("POST", FAULTS, rule)
        found = answer["errors"][0]["pointer"] if "errors" in answer else None
        mock.ok(f"{name}: its place is told", status == 422 and found == pointer and words in str(answer),
                (status, answer))
    status, _, answer = server.call("PUT", FAULTS, {"faults": [
        {"profile": "nothing-broken"}, TWICE, {"do": {"statsu": 1}}]})
    mock.ok("in a list too", answer["errors"][0]["pointer"] == "/faults/2/do", answer)
    status, _, answer = server.call("POST", "/v1/sites", {"faults": [TWICE, {"do": {"statsu": 1}}]})
    mock.ok("and in a new site's", answer["errors"][0]["pointer"] == "/faults/1/do", answer)
    mock.equal("nothing is half applied", server.made("GET", FAULTS)["faults"], [])


def at_once(server):
    """What the control API has answered, the next exchange of a kept-alive connection shows."""
    url = urllib.parse.urlsplit(server.scep)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=mock.DEADLINE)
    stale = 0
    for turn in range(100):
        server.made("PUT", FAULTS, {"faults": [{"do": {"status": 503}}] if turn % 2 == 0 else []})
        connection.request("GET", url.path + CAPS)
        response = connection.getresponse()
        response.read()
        stale += response.status != (503 if turn % 2 == 0 else 200)
    connection.close()
    mock.equal("none of 100 answers is stale", stale, 0)
    server.call("DELETE", FAULTS)


def in_flight(server):
    """An exchange that is held goes on under the rules with which it began."""
    server.made("POST", FAULTS, {"id": "slow", "do": {"delay": "700ms"}})
    seen = []
    thread = threading.Thread(target=lambda: seen.append(mock.get(server.scep + CAPS)))
    thread.start()
    mock.until(lambda: server.made("GET", FAULTS + "/slow")["strikes"] == 1, "the exchange is held")
    server.call("DELETE", FAULTS)
    server.made("POST", FAULTS, {"do": {"status": 500}})
    mock.equal("the next one sees the change", mock.get(server.scep + CAPS)[0], 500)
    thread.join()
    mock.equal("the one in flight does not", (seen[0][0], seen[0][1]["X-Mock-Fault"]), (200, "slow"))
    server.call("DELETE", FAULTS)


def heals(server):
    server.made("POST", "/v1/clock/freeze")
    server.made("POST", FAULTS, {"id": "short", "when": {"for": "10m"}, "do": {"status": 503}})
    mock.equal("a fault with a time to live", mock.get(server.scep + CAPS)[0], 503)
    server.made("POST", "/v1/clock/advance", {"by": "11m"})
    mock.equal("heals by the clock", mock.get(server.scep + CAPS)[0], 200)
    mock.ok("and says so", server.made("GET", FAULTS + "/short")["spent"], "spent")
    server.made("POST", "/v1/clock/reset")
    server.call("DELETE", FAULTS)


with mock.Server("--quiet") as server:
    rules(server)
    profiles(server)
    refusals(server)
    at_once(server)
    in_flight(server)
    heals(server)
mock.finish()
