"""GET /v1/config: everything, as a file that another server starts from and is the same.

For every shipped profile a site is made with it; then sites with settings, rules, clocks, a CA and a time of
their own. What the second server says of itself must be what the first one said.
"""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import foreign
import mock

PROFILES = sorted(os.path.basename(path).removesuffix(".yaml") for path in glob.glob(
    os.path.join(os.path.dirname(__file__), "..", "..", "fault-profiles", "*.yaml")))
# Where a server keeps its files is told anew to each one.
OWN = ("log_dir", "listen", "control")
RULES = [{"id": "twice", "match": {"operation": "GetCACaps"}, "when": {"times": 2}, "do": {"status": 503}},
         {"do": [{"delay": "1ms"}, {"status": 404, "from": "mscep"}], "priority": 7, "continue": True,
          "note": "a: \"b\" #c\n"}]


def configuration(server, name):
    """The file, kept, and as a foreign YAML reader has it."""
    status, headers, text = server.call("GET", "/v1/config")
    path = os.path.join(server.directory, name)
    with open(path, "wb") as file:
        file.write(text)
    mock.ok(f"{name} is YAML", status == 200 and headers["Content-Type"] == "application/yaml", headers)
    return path, foreign.judge("yaml", path)[0]


def told(server):
    """What a server says of its sites, without what is another's: URLs, times, numbers of exchanges."""
    found = {}
    for site in server.made("GET", "/v1/sites")["sites"]:
        path = "/v1/sites/" + site["name"]
        faults = server.made("GET", path + "/faults")["faults"]
        found[site["name"]] = {
            "ca": site["ca"], "expires": site["expires_at"] is not None,
            "settings": server.made("GET", path + "/settings"),
            "faults": [{key: fault.get(key) for key in ("id", "kind", "source", "rule", "remaining")}
                       for fault in faults],
            "clock": {key: site["clock"][key] for key in ("frozen", "offset") if not site["clock"]["frozen"]
                      or key == "frozen"},
        }
        if site["clock"]["frozen"]:
            found[site["name"]]["clock"]["now"] = site["clock"]["now"]
    return found


def with_ids(faults):
    """A rule that was given without an id has one in the file."""
    for fault in faults:
        if fault.get("rule"):
            fault["rule"] = {**fault["rule"], "id": fault["id"]}
    return faults


def compare(what, one, other):
    different = [f"{key}: {one.get(key)!r} and {other.get(key)!r}" for key in sorted({*one, *other})
                 if one.get(key) != other.get(key)]
    mock.ok(what, not different, "\n".join(different[:5]))


def differ_in(server):
    """Changes of every kind, by the API."""
    server.made("POST", "/v1/clock/advance", {"by": "40d"})
    server.made("PATCH", "/v1/sites/default/settings", {"settings": {"challenge": "a: \"b\" #c", "max_url": 9000}})
    server.made("POST", "/v1/sites/default/clock/advance", {"by": "-1h"})
    server.made("POST", "/v1/sites/default/faults", {"profile": PROFILES[0]})
    server.made("POST", "/v1/sites/default/faults", RULES[0])
    server.made("POST", "/v1/sites", {"name": "own", "ca": "own", "ttl": "40d", "settings": {"challenge": None}})
    server.made("POST", "/v1/sites/own/clock/freeze", {"at": "2027-01-31T23:59:59.5Z"})
    server.made("POST", "/v1/sites", {"name": "ruled", "profile": "chaos-30-percent+slow-drip", "faults": RULES,
                                      "settings": {"server_version": "2008", "admin_password": "\u00e9\u2713"}})
    for _ in range(400):
        server.made("POST", "/v1/sites/ruled/clock/advance", {"by": "366d"})


def strikes(server):
    """What ten devices see at the site with rules; both servers draw from one seed."""
    url = server.scep.replace("/certsrv", "/site/ruled/certsrv", 1) + "?operation=GetCACaps"
    return [mock.get(url)[0] for _ in range(10)]


with mock.Server("--max-sites", "400", "--seed", "7") as first:
    for name in PROFILES:
        first.made("POST", "/v1/sites", {"name": name, "profile": name})
    differ_in(first)
    path, one = configuration(first, "first.yaml")
    for site in one["sites"].values():
        site.pop("ttl", None)
    mock.ok("each site is in it", len(one["sites"]) == len(PROFILES) + 2, len(one["sites"]))
    mock.equal("a site has its profiles", one["sites"]["ruled"]["fault"], "chaos-30-percent+slow-drip")
    mock.equal("and the settings in which it differs alone",
               {key: one["sites"]["ruled"][key] for key in ("server_version", "admin_password")},
               {"server_version": "2008", "admin_password": "\u00e9\u2713"})
    was = told(first)
    with mock.Server("--config", path) as second:
        again, other = configuration(second, "second.yaml")
        for site in other["sites"].values():
            site.pop("ttl", None)
        other_file = other
        compare("the second file says what the first says",
                {key: value for key, value in one.items() if key not in OWN},
                {key: value for key, value in other.items() if key not in OWN})
        now = told(second)
        for site in (*was.values(), *now.values()):
            with_ids(site["faults"])
        mock.equal("the same sites, in the same order", list(now), list(was))
        compare("with the same settings, faults, clocks and CAs", was, now)
        one, other = strikes(first), strikes(second)
        mock.ok(f"and the rules strike alike: {one}", one == other and {404, 503} <= set(one), other)
        second.made("POST", "/v1/clock/advance", {"by": "7d"})
        second.made("DELETE", "/v1/sites/ruled")
        second.made("POST", "/v1/sites/own/clock/reset")
        second.made("POST", "/v1/sites", {"name": "later"})
        second.made("POST", "/v1/reset")
        third = configuration(second, "third.yaml")[1]
        mock.ok("a reset begins what has an end anew", "ttl" in third["sites"]["own"], third["sites"]["own"])
        for site in third["sites"].values():
            site.pop("ttl", None)
        compare("and goes back to what the file says", other_file, third)
    found = mock.program("serve", "--check", "--config", path)
    mock.ok("--check takes it", found.returncode == 0, found.stderr)
mock.finish()
