"""GET /metrics, read by Prometheus's own Python parser: what was counted is what has happened."""
import http.client
import json
import os
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

PARSE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families as families
print(json.dumps([[family.type, family.documentation, sample.name, sample.labels, sample.value]
                  for family in families(sys.stdin.read()) for sample in family.samples]))
"""


def parse(text):
    """Debian's module is not for every interpreter."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import prometheus_client"], capture_output=True, check=False).returncode == 0:
            done = subprocess.run([python, "-c", PARSE], input=text, capture_output=True, text=True, check=True)
            return json.loads(done.stdout)
    raise SystemExit("Bail out! the package python3-prometheus-client is missing; ./dev test installs it")


def metrics(server):
    """The samples: {(name, label values in the order of their names): value}."""
    status, headers, text = server.call("GET", "/metrics")
    if status != 200 or headers["Content-Type"] != "text/plain; version=0.0.4; charset=utf-8":
        raise AssertionError((status, headers))
    samples = parse(text.decode())
    found = {(name, *(labels[key] for key in sorted(labels))): value for _, _, name, labels, value in samples}
    mock.equal("no series stands twice", len(found), len(samples))
    untold = [name for kind, help_text, name, _, _ in samples if kind == "unknown" or not help_text]
    mock.equal("each has a type and a help", untold, [])
    return found


def url(server, site, query):
    return server.scep.replace("/certsrv", f"/site/{site}/certsrv", 1) + query


def enroll(server, site, challenge):
    """Whether a client gets a certificate."""
    out = os.path.join(server.directory, challenge)
    done = mock.program("enroll", url(server, site, ""), "--challenge", challenge, "--subject", "CN=a",
                        "--out", out)
    return done.returncode == 0 or done.stderr


ODD = "a\"b\\c"
FAULTS = [{"id": "twice", "match": {"operation": "GetCACert"}, "when": {"times": 2}, "do": {"status": 503}},
          {"id": ODD, "match": {"operation": "GetNextCACert"}, "do": {"status": 404}}]
WANTED = {
    ("mock_ndes_exchanges_total", "GetCACert", "one", "503"): 2,
    ("mock_ndes_exchanges_total", "GetCACaps", "two", "503"): 1,
    ("mock_ndes_exchanges_total", "PKIOperation", "one", "200"): 2,
    ("mock_ndes_exchanges_total", "GetNextCACert", "one", "404"): 1,
    ("mock_ndes_cert_reps_total", "", "SUCCESS", "one"): 1,
    ("mock_ndes_cert_reps_total", "badRequest", "FAILURE", "one"): 1,
    ("mock_ndes_faults_total", "twice", "one"): 2,
    ("mock_ndes_faults_total", ODD, "one"): 1,
    ("mock_ndes_faults_total", "app_pool", "two"): 1,
    ("mock_ndes_certificates_issued_total", "one"): 1,
    ("mock_ndes_certificates_issued_total", "two"): 0,
    ("mock_ndes_broken_exchanges_total", "one"): 0,
    ("mock_ndes_sites",): 3,
    ("mock_ndes_store_errors_total",): 0,
    ("mock_ndes_journal_dropped_total",): 0,
}


def counts(server):
    first = metrics(server)
    mock.ok("a fresh server has its process's figures",
            first[("process_resident_memory_bytes",)] > 1e6 and first[("mock_ndes_sites",)] == 1
            and first[("mock_ndes_connections_open",)] == 1, first)
    server.made("POST", "/v1/sites", {"name": "one", "faults": FAULTS})
    server.made("POST", "/v1/sites", {"name": "two", "settings": {"app_pool": "stopped"}})
    for _ in range(2):
        mock.get(url(server, "one", "?operation=GetCACert"))
    mock.get(url(server, "one", "?operation=GetNextCACert"))
    mock.get(url(server, "two", "?operation=GetCACaps"))
    mock.equal("an enrolment", enroll(server, "one", "secret"), True)
    mock.ok("one with a wrong challenge", enroll(server, "one", "wrong") is not True)
    found = metrics(server)
    mock.ok("the journal has what was counted", found[("mock_ndes_journal_exchanges",)]
            == found[("mock_ndes_exchanges_begun_total",)] > 5
            and found[("mock_ndes_journal_bytes",)] > 1000, found)
    for series, value in WANTED.items():
        mock.equal(f"{series}", found.get(series), value)


def is_bounded(server):
    """A hundred statuses and two hundred rules do not make as many series."""
    for status in range(500, 600):
        server.made("PUT", "/v1/sites/two/faults", {"faults": [
            {"id": f"a-{status}", "do": {"status": status}, "continue": True},
            {"id": f"b-{status}", "do": {"delay": "1ms"}}]})
        mock.get(url(server, "two", "?operation=GetCACaps"))
    found = metrics(server)
    answers = {key: value for key, value in found.items()
               if key[0] == "mock_ndes_exchanges_total" and key[2] == "two"}
    faults = {key: value for key, value in found.items() if key[0] == "mock_ndes_faults_total" and key[2] == "two"}
    mock.ok("65 answers at most, and none is lost", len(answers) == 65 and sum(answers.values()) == 101
            and answers[("mock_ndes_exchanges_total", "other", "two", "other")] == 36, answers)
    mock.ok("129 faults at most, and none is lost", len(faults) == 129 and sum(faults.values()) > 200
            and faults[("mock_ndes_faults_total", "other", "two")] > 70, faults)
    server.made("DELETE", "/v1/sites/two")
    gone = metrics(server)
    mock.ok("a removed site's are gone", not [key for key in gone if "two" in key], gone)


def holds(server):
    """An answer that is delayed is held until it is out."""
    server.made("PUT", "/v1/sites/one/faults", {"faults": [{"do": {"delay": "1h"}}]})
    parts = urllib.parse.urlsplit(url(server, "one", "?operation=GetCACaps"))
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=mock.DEADLINE)
    connection.request("GET", parts.path + "?" + parts.query)

    def held():
        return [line for line in server.call("GET", "/metrics")[2].decode().splitlines()
                if line == "mock_ndes_answers_held 1"]

    mock.ok("it is counted", mock.until(held, "a held answer"))
    connection.close()


with mock.Server("--challenge", "secret") as server:
    counts(server)
    is_bounded(server)
    holds(server)
with mock.Server("--journal-exchanges", "2") as server:
    for _ in range(5):
        mock.get(server.scep)
    found = metrics(server)
    mock.equal("what the journal drops is counted", (found[("mock_ndes_journal_exchanges",)],
                                                     found[("mock_ndes_journal_dropped_total",)]), (2, 3))
mock.finish()
