"""What a device does when NDES fails, as a pytest suite holds it."""
import subprocess
import threading
import urllib.error
import urllib.request

import pytest


def enrol(site, directory, *options, tries=3):
    """The device under test: yours would stand here."""
    for _ in range(tries):
        done = subprocess.run(["mock-ndes", "enroll", site["scep"], "--challenge", "secret", "--subject", "CN=device",
                               "--out", directory, *options], capture_output=True, text=True, timeout=60)
        if done.returncode == 0:
            break
    return done


def test_comes_back_after_503(server, site, tmp_path):
    name = site["name"]
    server.call("POST", f"/v1/sites/{name}/faults",
                {"match": {"operation": "PKIOperation"}, "when": {"times": 2}, "do": {"status": 503}})
    device = threading.Thread(target=enrol, args=(site, tmp_path))
    device.start()
    found = server.call("POST", "/v1/wait", {"match": {"site": name, "outcome": "SUCCESS"}, "timeout": "30s"})
    device.join()
    assert found["requests"][0]["subject"] == "CN=device"
    assert (tmp_path / "certificate.pem").exists()
    server.verify({"order": [{"site": name, "status": "503"}, {"site": name, "status": "503"},
                             {"site": name, "outcome": "SUCCESS"}]},
                  {"match": {"site": name, "operation": "PKIOperation"}, "count": 3})


@pytest.mark.parametrize("profile, status", [("app-pool-stopped", 503), ("impersonation-right-missing", 500)])
def test_reports_a_broken_server(server, tmp_path, profile, status):
    site = server.call("POST", "/v1/sites", {"profile": profile})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(site["scep"] + "?operation=GetCACaps")
    assert refused.value.code == status
    assert f"HTTP {status}" in enrol(site, tmp_path).stderr
    server.verify({"match": {"site": site["name"], "status": "200"}, "none": True},
                  {"match": {"site": site["name"], "operation": "GetCACaps"}, "count": 4})


def test_renews_before_the_end(server, site, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert enrol(site, first).returncode == 0
    server.call("POST", f"/v1/sites/{site['name']}/clock/advance", {"by": "360d"})
    assert enrol(site, second, "--renew", first, "--clock-offset", "360d").returncode == 0
    server.verify({"match": {"site": site["name"], "outcome": "SUCCESS", "challenge": "fixed"}, "count": 1},
                  {"match": {"site": site["name"], "outcome": "SUCCESS", "challenge": "not-needed"}, "count": 1})
