"""The control API from a shell: mock-ndes ctl and mock-ndes healthcheck."""
import json
import os
import pty
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

CAPS = "?operation=GetCACaps"


def ctl(server, *words, status=0, **options):
    """Runs a verb that must end so; returns its JSON, or its text where that is none."""
    found = mock.program("ctl", *words, env={**os.environ, "MOCK_NDES_CONTROL_URL": server.control},
                         **options)
    mock.equal("ctl " + " ".join(words)[:60], (found.returncode, found.stderr if status == 0 else ""),
               (status, ""))
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
    usage(server)
    health(server)
with mock.Server("--control-token", "secret") as server:
    ctl(server, "version", "--token", "secret")
    ctl(server, "version", "--token", "other", status=2)
mock.finish()
