"""Sites, settings, verbs and clocks by the control API, and what a device sees of them."""
import email.utils
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

CAPS = "?operation=GetCACaps"


def sites(server):
    status, headers, site = server.call("POST", "/v1/sites", {"name": "one", "profile": "app-pool-stopped"})
    mock.ok("a site is made", status == 201 and headers["Location"] == "/v1/sites/one", (status, site))
    mock.ok("with a URL of its own", site["scep"].endswith("/site/one/certsrv/mscep/mscep.dll"), site)
    mock.equal("and its profile", mock.get(site["scep"] + CAPS)[0], 503)
    mock.equal("which is told as settings", site["settings"].get("app_pool"), "stopped")
    mock.equal("the default one has none of it", mock.get(server.scep + CAPS)[0], 200)
    mock.ok("its logs are in its folder", os.path.isdir(site["log_directory"]), site)
    mock.equal("and as what breaks it", [(f["id"], f["kind"]) for f in site["faults"]],
               [("app-pool-stopped", "profile")])
    status, _, answer = server.call("POST", "/v1/sites", {"name": "one"})
    mock.ok("a second one of this name: 409", status == 409 and "one" in answer["detail"], answer)
    mock.equal("nor a second default one", server.call("POST", "/v1/sites", {"name": "default"})[0], 409)
    names = [s["name"] for s in server.made("GET", "/v1/sites")["sites"]]
    mock.equal("both are listed", names, ["default", "one"])
    unnamed = server.made("POST", "/v1/sites", {})
    mock.ok("a name is found", unnamed["name"].startswith("site-"), unnamed)
    status, _, answer = server.call("GET", "/v1/sites/on")
    mock.ok("an unknown one: 404 with the nearest", status == 404 and
            "did you mean one?" in answer["detail"], answer)
    status, _, again = server.call("PUT", "/v1/sites/one", {"settings": {"policy_module": "none"}})
    mock.ok("PUT takes its place", status == 200 and again["number"] != site["number"], again)
    mock.equal("and it is another one", mock.get(site["scep"] + CAPS)[0], 200)
    mock.equal("PUT makes one", server.call("PUT", "/v1/sites/two", {})[0], 201)
    mock.equal("but not under another name", server.call("PUT", "/v1/sites/two", {"name": "x"})[0], 422)
    mock.equal("nor the default one", server.call("PUT", "/v1/sites/default", {})[0], 409)
    mock.equal("it is removed", server.call("DELETE", "/v1/sites/one")[0], 204)
    mock.equal("and gone for devices", mock.get(site["scep"] + CAPS)[0], 404)
    mock.equal("and for the suite", server.call("DELETE", "/v1/sites/one")[0], 404)
    mock.equal("the default one stays", server.call("DELETE", "/v1/sites/default")[0], 409)
    server.made("POST", "/v1/sites", {"name": "short", "ttl": "1h"})
    server.made("POST", "/v1/clock/advance", {"by": "59m"})
    mock.equal("before its time is over it is there", server.call("GET", "/v1/sites/short")[0], 200)
    server.made("POST", "/v1/clock/advance", {"by": "2m"})
    mock.equal("then it has no certificates", server.call("GET", "/v1/certificates?site=short")[0], 404)
    mock.equal("and is gone", server.call("GET", "/v1/sites/short")[0], 404)
    server.made("POST", "/v1/clock/reset")


def refusals(server):
    for name, body, pointer, words in (
            ("an unknown member", {"nmae": "x"}, "/nmae", "did you mean name?"),
            ("a wrong type", {"name": 7}, "/name", "a text"),
            ("a bad name", {"name": "A B"}, "/name", "no name for a site"),
            ("an unknown setting", {"settings": {"pasword_max": 7}}, "/settings/pasword_max",
             "did you mean password_max?"),
            ("a setting out of range", {"settings": {"password_max": -1}}, "/settings/password_max", "to"),
            ("an unknown profile", {"profile": "app-pool-stoped"}, "/profile", "did you mean app-pool-stopped?"),
            ("two that exclude each other", {"profile": "app-pool-stopped+app-pool-queue-full"}, "/profile",
             "app-pool-queue-full"),
            ("no duration", {"ttl": "soon"}, "/ttl", "soon"),
            ("a negative one", {"ttl": "-1h"}, "/ttl", "-1h"),
            ("no choice", {"ca": "onw"}, "/ca", "did you mean own?"),
            ("a clock without a time", {"clock": {"ofset": "1d"}}, "/clock/ofset", "did you mean offset?"),
            ("a time without certificates", {"clock": {"frozen_at": "1970-01-01T00:00:00Z"}}, "/clock", "1971"),
            ("years that will never be", {"clock": {"offset": "9999999d"}}, "/clock/offset", "9999999d"),
            ("a rule of no action", {"faults": [{"do": {"statsu": 503}}]}, "/faults/0/do",
             "did you mean status?")):
        status, _, answer = server.call("POST", "/v1/sites", body)
        found = [error["pointer"] for error in answer.get("errors", [])]
        mock.ok(f"{name}: 422 with its place", status == 422 and words in str(answer) and
                (pointer is None or found == [pointer]), (status, answer))
    status, _, answer = server.call("POST", "/v1/sites", {"nmae": 1, "tl": 2, "settings": {"x": 1}})
    mock.equal("all faults at once", len(answer["errors"]), 3)
    for name, raw in (("half a body", '{"name": "x"'), ("a key twice", '{"name": "a", "name": "b"}'),
                      ("a number that is none", '{"ttl": 1e999}'),
                      ("one without end", '{"ttl": ' + "9" * 400 + "}"),
                      ("no UTF-8", b'{"name": "\xff"}'), ("trailing bytes", "{} {}"),
                      ("a NUL", '{"name": "a\\u0000b"}'),
                      ("half a surrogate", '{"name": "\\ud800"}'),
                      ("deep nesting", '{"settings": ' + "[" * 100000 + "]" * 100000 + "}")):
        status, _, answer = server.call("POST", "/v1/sites", raw=raw)
        mock.ok(f"{name} is refused", status in (400, 422) and answer["detail"], (status, answer))
    mock.equal("a list is no object", server.call("POST", "/v1/sites", raw="[]")[0], 422)
    yaml = {"Content-Type": "application/yaml; charset=utf-8"}
    status, _, answer = server.call("POST", "/v1/sites", raw="settings:\n  app_pol: stopped\n", headers=yaml)
    mock.ok("YAML is read as well", status == 422 and
            answer["errors"][0]["pointer"] == "/settings/app_pol", answer)
    status, _, answer = server.call("POST", "/v1/sites", raw="settings:\n  a: &x 1\n", headers=yaml)
    mock.ok("as strictly as a file", status == 400 and "body:2:6" in answer["detail"], answer)
    mock.equal("nothing was made", len(server.made("GET", "/v1/sites")["sites"]), 3)


def settings(server):
    path = "/v1/sites/default/settings"
    found = server.made("GET", path)
    mock.equal("a setting is told", found["settings"]["password_max"], 5)
    found = server.made("PATCH", path, {"settings": {"password_max": 7, "app_pool": "stopped"}})
    mock.equal("and changed", found["settings"]["password_max"], 7)
    mock.equal("at once", mock.get(server.scep + CAPS)[0], 503)
    status, _, answer = server.call("PATCH", path, {"settings": {"password_max": 8, "app_pool": "of"}})
    mock.ok("half a change is none", status == 422 and
            server.made("GET", path)["settings"]["password_max"] == 7, answer)
    found = server.made("PATCH", path, {"settings": {"app_pool": None}})
    mock.equal("null is the default", found["settings"]["app_pool"], "started")
    found = server.made("PUT", path, {"settings": {"password_length": 16}})
    mock.equal("PUT sets the others to theirs", (found["settings"]["password_max"],
                                                 found["settings"]["password_length"]), (5, 16))
    found = server.made("PATCH", path, {"settings": {"apply": "as_real"}})
    found = server.made("PATCH", path, {"settings": {"password_max": 9}})
    mock.equal("as on the real thing a change waits", (found["settings"]["password_max"],
                                                       found["waiting"]), (5, {"password_max": 9}))
    found = server.made("POST", "/v1/sites/default/app-pool/recycle")
    mock.equal("until its verb", found["took_effect"], {"password_max": 9})
    mock.equal("then nothing waits", server.made("GET", path)["waiting"], {})
    server.made("PUT", path, {"settings": {}})


def pool(server):
    path = "/v1/sites/default/app-pool"
    mock.equal("the pool runs", server.made("GET", path)["state"], "started")
    mock.equal("stopped by hand", server.made("POST", path + "/stop")["state"], "stopped")
    mock.equal("a device sees it", mock.get(server.scep + CAPS)[0], 503)
    mock.equal("started", server.made("POST", path + "/start")["state"], "started")
    mock.equal("a device sees it too", mock.get(server.scep + CAPS)[0], 200)
    server.made("POST", "/v1/sites", {"name": "crash", "profile": "crash-crl-unreachable"})
    path = "/v1/sites/crash/app-pool"
    for verb in ("iisreset", "restart"):
        mock.ok(f"{verb} says what it did", server.made("POST", f"/v1/sites/crash/{verb}")["did"], verb)
    server.call("DELETE", "/v1/sites/crash")


def date(answer):
    return email.utils.parsedate_to_datetime(answer[1]["Date"]).timestamp()


def clocks(server):
    real = server.made("POST", "/v1/clock/advance", {"by": "40d"})
    mock.equal("the clock moves on", real["offset"], "40d")
    seen = date(mock.get(server.scep + CAPS))
    mock.ok("Date follows", abs(seen - time.time() - 40 * 86400) < 60, seen)
    server.made("POST", "/v1/clock/freeze", {"at": "2030-01-01T00:00:00Z"})
    mock.equal("it stands", server.made("GET", "/v1/clock")["now"], "2030-01-01T00:00:00.000Z")
    mock.equal("for devices too", mock.get(server.scep + CAPS)[1]["Date"], "Tue, 01 Jan 2030 00:00:00 GMT")
    site = server.made("POST", "/v1/sites", {"name": "late"})
    found = server.made("POST", "/v1/sites/late/clock/advance", {"by": "1h"})
    mock.equal("a site has an offset of its own", found["now"], "2030-01-01T01:00:00.000Z")
    mock.equal("which its devices see", mock.get(site["scep"] + CAPS)[1]["Date"],
               "Tue, 01 Jan 2030 01:00:00 GMT")
    mock.equal("and no other site", mock.get(server.scep + CAPS)[1]["Date"],
               "Tue, 01 Jan 2030 00:00:00 GMT")
    site = server.made("POST", "/v1/sites", {"name": "ahead", "clock": {"offset": "2h"}})
    mock.equal("or is made with one", site["clock"]["now"], "2030-01-01T02:00:00.000Z")
    server.made("POST", "/v1/sites/ahead/clock/advance", {"by": "1d"})
    mock.equal("which a reset of the site goes back to",
               server.made("POST", "/v1/sites/ahead/reset")["clock"]["offset"], "2h")
    site = server.made("PUT", "/v1/sites/ahead", {"clock": {"frozen_at": "2028-02-29T12:00:00Z"}})
    mock.equal("or stands", (site["clock"]["now"], site["clock"]["frozen"]), ("2028-02-29T12:00:00.000Z", True))
    mock.equal("for its devices", mock.get(site["scep"] + CAPS)[1]["Date"], "Tue, 29 Feb 2028 12:00:00 GMT")
    server.call("DELETE", "/v1/sites/ahead")
    found = server.made("POST", "/v1/clock/advance", {"by": "4000d"})
    mock.equal("years go by", found["now"], "2040-12-14T00:00:00.000Z")
    server.made("POST", "/v1/clock/advance", {"by": "-4000d"})
    found = server.made("POST", "/v1/clock/advance", {"by": "-1h"})
    mock.equal("it steps back", found["now"], "2029-12-31T23:00:00.000Z")
    mock.equal("and is set", server.made("POST", "/v1/clock/set", {"at": "2031-05-06T07:08:09.5Z"})["now"],
               "2031-05-06T07:08:09.500Z")
    found = server.made("POST", "/v1/clock/run")
    mock.ok("it runs on without a jump", found["now"].startswith("2031-05-06T07:08:") and
            not found["frozen"], found)
    found = server.made("POST", "/v1/clock/reset")
    mock.equal("and is real again", found["offset"], "0ms")
    for body in ({}, {"by": "x"}, {"by": 7}, {"at": "2030-01-01T00:00:00Z"}, {"by": "9999999d"}):
        mock.equal(f"no move: {body}", server.call("POST", "/v1/clock/advance", body)[0], 422)
    server.call("DELETE", "/v1/sites/late")


def own_ca(server):
    site = server.made("POST", "/v1/sites", {"name": "own", "ca": "own"})
    mock.equal("a CA of its own", site["ca"], "own")
    ours, theirs = (mock.get(url + "?operation=GetCACert")[2] for url in (server.scep, site["scep"]))

    def roots(p7):
        text = subprocess.run(["openssl", "pkcs7", "-inform", "DER", "-print_certs"], input=p7,
                              capture_output=True, check=True).stdout
        return text.split(b"-----BEGIN")[-1]
    mock.ok("has another root certificate", roots(ours) != roots(theirs), theirs)
    out = os.path.join(server.directory, "own")
    server.made("PATCH", "/v1/sites/own/settings", {"settings": {"challenge": "secret"}})
    found = mock.program("enroll", site["scep"], "--challenge", "secret", "--subject", "CN=a", "--out", out)
    mock.equal("which issues", found.returncode, 0)
    found = subprocess.run(["openssl", "verify", "-CAfile", out + "/ca.pem", "-untrusted",
                            out + "/chain.pem", out + "/certificate.pem"], capture_output=True, text=True)
    mock.ok("what OpenSSL verifies", found.returncode == 0, found)
    server.call("DELETE", "/v1/sites/own")


def services(server):
    path = "/v1/sites/default/services"
    found = {service["name"]: service for service in server.made("GET", path)["services"]}
    mock.equal("CertSvc runs", found["CertSvc"]["state"], "running")
    found = server.made("PATCH", path + "/certsvc", {"state": "stopped"})
    mock.equal("and is stopped", found["state"], "stopped")
    mock.equal("by the setting behind it",
               server.made("GET", "/v1/sites/default/settings")["settings"]["ca_service"], "stopped")
    server.made("PATCH", path + "/CertSvc", {"state": "running"})
    mock.equal("what cannot be stopped: 409", server.call("PATCH", path + "/W3SVC", {"state": "stopped"})[0],
               409)
    status, _, answer = server.call("GET", path + "/CertSvk")
    mock.ok("an unknown one", status == 404 and "CertSvc" in answer["detail"], answer)


def resets(server):
    site = server.made("POST", "/v1/sites", {"name": "r", "settings": {"password_max": 9}})
    server.made("PATCH", "/v1/sites/r/settings", {"settings": {"password_max": 3, "app_pool": "stopped"}})
    found = server.made("POST", "/v1/sites/r/reset")
    mock.equal("a site is as it was made", found["settings"].get("password_max"), 9)
    mock.equal("for devices too", mock.get(site["scep"] + CAPS)[0], 200)
    server.made("PATCH", "/v1/sites/default/settings", {"settings": {"password_max": 3}})
    server.made("POST", "/v1/sites/default/faults", {"do": {"status": 503}})
    server.made("POST", "/v1/clock/advance", {"by": "360d"})
    server.made("POST", "/v1/reset")
    names = [s["name"] for s in server.made("GET", "/v1/sites")["sites"]]
    mock.equal("the server is as at its start: sites", names, ["default"])
    mock.equal("settings", server.made("GET", "/v1/sites/default/settings")["settings"]["password_max"], 5)
    mock.equal("faults", server.made("GET", "/v1/sites/default/faults")["faults"], [])
    mock.equal("and time", server.made("GET", "/v1/clock")["offset"], "0ms")
    mock.equal("it serves", mock.get(server.scep + CAPS)[0], 200)


def limits():
    with mock.Server("--max-sites", "3") as server:
        made = [server.call("POST", "/v1/sites", {})[0] for _ in range(4)]
        mock.equal("no more sites than may be", made, [201, 201, 503, 503])


def many(server):
    """Sites come and go under devices, from several threads."""
    errors = []

    def work(number):
        for turn in range(10):
            site = server.made("POST", "/v1/sites", {"name": f"t{number}-{turn}"})
            if mock.get(site["scep"] + CAPS)[0] != 200:
                errors.append("no answer")
            if server.call("DELETE", f"/v1/sites/{site['name']}")[0] != 204:
                errors.append("not removed")
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mock.equal("eight suites at once", errors, [])


with mock.Server("--quiet") as server:
    sites(server)
    refusals(server)
    settings(server)
    pool(server)
    clocks(server)
    own_ca(server)
    services(server)
    many(server)
    resets(server)
    mock.equal("it ends well", server.stop(), 0)
limits()
mock.finish()
