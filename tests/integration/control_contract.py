"""The OpenAPI document against foreign validators, and real answers against the document.

Every GET route whose path has no parameter, or {site} alone, is called by itself; then the calls in CALLS, in
their order. All that the other tests of the control API call is held against the document too: the bodies
that were taken and every answer. An operation that nobody calls is a failure.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import foreign
import mock

STREAMS = ("text/event-stream",)
CALLS = [
    # method, path, body, status
    ("GET", "/v1/profiles/app-pool-stopped", None, 200),
    ("GET", "/v1/profiles/app-pool-stoped", None, 404),
    ("GET", "/v1/version?verbose", None, 422),
    ("POST", "/v1/sites", {"name": "one", "profile": "app-pool-stopped+chaos-30-percent", "ttl": "1h"}, 201),
    ("POST", "/v1/sites", {"name": "one"}, 409),
    ("POST", "/v1/sites", {"nmae": 1, "ttl": "-1h"}, 422),
    ("GET", "/v1/sites/one", None, 200),
    ("PUT", "/v1/sites/two", {}, 201),
    ("PUT", "/v1/sites/two", {"settings": {"challenge": "x"}}, 200),
    ("PATCH", "/v1/sites/one", {"settings": {"max_url": 100, "challenge": None}}, 200),
    ("PATCH", "/v1/sites/one/settings", {"settings": {"approval": "manual"}}, 200),
    ("PUT", "/v1/sites/one/settings", {"settings": {"server_version": 2008}}, 200),
    ("POST", "/v1/sites/one/app-pool/start", None, 200),
    ("POST", "/v1/sites/one/app-pool/stop", None, 200),
    ("POST", "/v1/sites/one/app-pool/recycle", None, 200),
    ("POST", "/v1/sites/one/iisreset", None, 200),
    ("POST", "/v1/sites/one/restart", None, 200),
    ("POST", "/v1/sites/one/clock/freeze", None, 200),
    ("POST", "/v1/sites/one/clock/set", {"at": "2027-01-31T23:59:59.5Z"}, 200),
    ("POST", "/v1/sites/one/clock/run", None, 200),
    ("POST", "/v1/sites/one/clock/reset", None, 200),
    ("POST", "/v1/clock/advance", {"by": "-1h"}, 200),
    ("POST", "/v1/clock/reset", None, 200),
    ("POST", "/v1/sites", {"name": "late", "clock": {"offset": "40d"}, "faults": [{"do": {"status": 503}}]}, 201),
    ("POST", "/v1/sites", {"clock": {"offset": 40}}, 422),
    ("DELETE", "/v1/sites/one", None, 204),
    ("DELETE", "/v1/sites/default", None, 409),
]


def get_routes(document):
    """Paths of GET routes that need nothing to be set up."""
    for path, item in document["paths"].items():
        found = path.replace("{site}", "default")
        answers = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "get" in item and "{" not in found and not set(answers) & set(STREAMS):
            yield found


def record(server, method, path, body):
    status, headers, answer = server.call(method, path, body)
    if isinstance(answer, bytes):
        answer = answer.decode("utf-8", "replace")
    return {"method": method, "path": path, "body": body, "status": status,
            "type": headers.get("Content-Type"), "answer": answer}


def others(directory):
    """What the other tests call: (name, calls)."""
    here = os.path.dirname(os.path.abspath(__file__))
    for script in sorted(glob.glob(os.path.join(here, "control*.py"))):
        name = os.path.basename(script).removesuffix(".py")
        if name in ("control_contract", "control_configuration", "control_hostile", "control_metrics",
                    "control_stress"):
            continue
        path = os.path.join(directory, name)
        done = subprocess.run([sys.executable, script, mock.BUILD], capture_output=True, text=True, check=False,
                              env={**os.environ, "MOCK_NDES_TEST_RECORD": path})
        mock.ok(f"{name} passes", done.returncode == 0, done.stdout[-2000:] + done.stderr)
        with open(path, encoding="utf-8") as file:
            yield name, [json.loads(line) for line in file]


def hold_all(document_file, name, calls):
    """One point for all calls of a test; returns the operations that were called."""
    verdicts = foreign.judge("contract", document_file, lines=calls)
    wrong = [f"{call['method']} {call['path']} -> {call['status']}: {verdict['errors'][:4]}\n"
             + json.dumps(call["body"])[:300] + "\n" + json.dumps(call["answer"])[:600]
             for call, verdict in zip(calls, verdicts) if not verdict["valid"]]
    mock.ok(f"{len(calls)} calls of {name} are as the document says", calls and not wrong,
            f"{len(wrong)} are not\n" + "\n".join(wrong[:12]))
    return {verdict.get("operation") for verdict in verdicts}


def hold(document_file, calls):
    verdicts = foreign.judge("contract", document_file, lines=calls)
    for call, verdict in zip(calls, verdicts):
        mock.ok(f"{call['method']} {call['path']} -> {call['status']} is as the document says", verdict["valid"],
                "\n".join(verdict["errors"]) + "\n" + json.dumps(call["answer"])[:2000])
    mock.equal("each call was judged", len(verdicts), len(calls))
    return {verdict.get("operation") for verdict in verdicts}


def document_of(server, directory, headers=None):
    document = server.call("GET", "/v1/openapi.json", headers=headers)[2]
    path = os.path.join(directory, "openapi.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    return document, path


def is_refused(document, directory, name, change):
    """The validator is one that can say no."""
    path = os.path.join(directory, "bad.json")
    broken = json.loads(json.dumps(document))
    change(broken)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(broken, file)
    mock.ok(f"a document with {name} is refused", not foreign.judge("openapi", path)[0]["valid"])


def operations(document):
    return [operation["operationId"] for item in document["paths"].values() for operation in item.values()]


def is_endless(operation):
    return any(set(answer.get("content", {})) & set(STREAMS) for answer in operation["responses"].values())


def callable_operations(document):
    return {operation["operationId"] for item in document["paths"].values() for operation in item.values()
            if not is_endless(operation)}


with tempfile.TemporaryDirectory(prefix="mock-ndes-") as directory:
    with mock.Server() as server:
        document, path = document_of(server, directory)
        verdict = foreign.judge("openapi", path)[0]
        mock.ok("an OpenAPI validator takes the document", verdict["valid"], verdict["errors"])
        is_refused(document, directory, "a stray member", lambda d: d["paths"]["/livez"].update(got={}))
        is_refused(document, directory, "no title", lambda d: d["info"].pop("title"))
        mock.equal("each operation has a name of its own", len(set(operations(document))),
                   len(operations(document)))
        mock.ok("without a token nothing is said of one", "security" not in document)
        made = [record(server, "GET", route, None) for route in get_routes(document)]
        mock.equal("all of them answer 200", [call["path"] for call in made if call["status"] != 200], [])
        for method, route, body, status in CALLS:
            made.append(record(server, method, route, body))
            mock.equal(f"{method} {route}", made[-1]["status"], status)
        called = hold(path, made)
        for name, calls in others(directory):
            called |= hold_all(path, name, calls)
        mock.equal("each operation is called", sorted(callable_operations(document) - called), [])
        wrong = {**made[0], "answer": {"alive": "yes", "and": 1}}
        mock.ok("an answer that is otherwise is seen", not foreign.judge("contract", path, lines=[wrong])[0]["valid"])
        for name in ("profile", "rule", "settings"):
            schema = server.made("GET", f"/v1/schemas/{name}.json")
            file_name = os.path.join(directory, name)
            with open(file_name, "w", encoding="utf-8") as file:
                json.dump(schema, file)
            mock.ok(f"{name}.json is a schema that stands alone",
                    len(foreign.judge("schema", file_name, lines=[{}, 1])) == 2, schema)
        listed = server.made("GET", "/v1/profiles")["profiles"]
        mock.equal("the profiles are those of the command", listed,
                   json.loads(mock.program("faults", "--json").stdout))
    with mock.Server("--control-token", "secret") as server:
        document, path = document_of(server, directory, {"Authorization": "Bearer secret"})
        mock.ok("with a token a bearer is asked for", document["security"] == [{"token": []}]
                and foreign.judge("openapi", path)[0]["valid"], document.get("security"))
        refused = record(server, "GET", "/v1/version", None)
        mock.ok("without it the problem is as the document says",
                refused["status"] == 401 and foreign.judge("contract", path, lines=[refused])[0]["valid"], refused)
mock.finish()
