"""examples/container: the image is built, run, asked for its health and stopped, in a tree of debootstrap.

A network of its own lets it have the ports that the files name, and reaches nobody. Needs root.
"""
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import image
import mock

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(ROOT, "examples", "container")
TOKEN = "a-token"


class Container:
    """A process of the image, the first of its process space as in a container, in a network of its own."""

    def __init__(self, stage, environment, command=None):
        self.stage = stage
        self.environment = {**stage.environment, **environment}
        run = stage.inside([*stage.entrypoint, *(command or stage.command)])
        self.process = subprocess.Popen(
            [*stage.alone(), "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *run],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=self.environment)
        self.line = self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def first(self):
        """The process id, as seen from here, of the program inside."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return int(file.read())

    def run(self, command, environment=None):
        """Runs a command of the image beside it, as "podman exec"."""
        return subprocess.run(
            ["nsenter", f"--target={self.first()}", "--mount", "--net", "--pid", *self.stage.inside(command)], capture_output=True,
            text=True, timeout=mock.DEADLINE, env=self.environment if environment is None else environment)

    def stop(self):
        os.kill(self.first(), signal.SIGTERM)
        return self.process.wait(mock.DEADLINE)


def compose():
    """The compose file as JSON, its variables filled in."""
    with open(os.path.join(FOLDER, "compose.yaml"), encoding="utf-8") as file:
        text = re.sub(r"\$\{MOCK_NDES_CONTROL_TOKEN:\?[^}]*\}", TOKEN, file.read())
    for python in (sys.executable, "/usr/bin/python3"):
        found = subprocess.run([python, "-c", "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"],
                               input=text, capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return json.loads(found.stdout)
    raise SystemExit("Bail out! " + found.stderr)


def built(log_name):
    begun = time.monotonic()
    with open(log_name, "w", encoding="utf-8") as log:
        made = image.Image(os.path.join(FOLDER, "Containerfile"), ROOT, os.path.dirname(log_name), log)
    print(f"# built in {time.monotonic() - begun:.0f} s", flush=True)
    return made


def alone(made):
    """As "podman run IMAGE"."""
    stage = made.stages["last"]
    with Container(stage, {}) as container:
        mock.ok("it gets ready", container.line.startswith('{"ready":true'), container.line)
        ready = json.loads(container.line)
        mock.equal("as the first process", ready["pid"], 1)
        mock.equal("on the port that it exposes", made.exposed, [ready["listeners"][0].rpartition(":")[2]])
        mock.equal("the control API stays inside", ready["control"], "http://127.0.0.1:8081")
        found = container.run(stage.health)
        mock.ok("it is healthy", found.returncode == 0, found)
        user = os.stat(f"/proc/{container.first()}").st_uid
        mock.equal("it is not root", user, int(stage.user.partition(":")[0]))
        found = container.run(stage.health, {**stage.environment, "MOCK_NDES_CONTROL_URL": "http://127.0.0.1:1"})
        mock.equal("the health check can fail", found.returncode, 1)
        mock.equal("SIGTERM ends it", container.stop(), 0)


def composed(made, services):
    """As "docker compose up --wait", and then a device."""
    stage, service = made.stages["last"], services["ndes"]
    build = service["build"]
    mock.equal("compose builds this Containerfile",
               os.path.normpath(os.path.join(FOLDER, build["context"], build["dockerfile"])),
               os.path.join(FOLDER, "Containerfile"))
    with open(stage.path("/etc/hosts"), "a", encoding="ascii") as file:
        file.write("127.0.0.1 localhost ndes\n")
    with Container(stage, service["environment"], service.get("command")) as container:
        ready = json.loads(container.line)
        inside = [ready["listeners"][0].rpartition(":")[2], ready["control"].rpartition(":")[2]]
        mock.equal("its ports are published", [port.rpartition(":")[2] for port in service["ports"]], inside)
        mock.ok("on loopback alone", all(port.startswith("127.0.0.1:") for port in service["ports"]),
                service["ports"])
        kind, *check = service["healthcheck"]["test"]
        found = container.run(check)
        mock.ok("it is healthy by compose's check", kind == "CMD" and found.returncode == 0, found)
        found = container.run(["mock-ndes", "ctl", "site", "ls", "--control", "http://ndes:8081"])
        mock.ok("the token opens the control API", found.returncode == 0, found)
        found = container.run(["mock-ndes", "ctl", "site", "ls"], stage.environment)
        mock.ok("without it nobody comes in", found.returncode == 2 and "401" in found.stdout + found.stderr, found)
        device = services["device"]
        mock.equal("the device waits for a healthy one",
                   device["depends_on"], {"ndes": {"condition": "service_healthy"}})
        found = container.run([*stage.entrypoint, *device["command"]], stage.environment)
        mock.ok("it enrols", found.returncode == 0 and os.path.exists(stage.path("/tmp/device/certificate.pem")),
                found)
        mock.equal("SIGTERM ends it too", container.stop(), 0)


def refuses(made, services):
    """A container API that strangers could reach is refused, whoever forgets the token."""
    environment = {name: value for name, value in services["ndes"]["environment"].items()
                   if name != "MOCK_NDES_CONTROL_TOKEN"}
    with Container(made.stages["last"], environment) as container:
        mock.equal("without a token there is no API for outside", (container.line, container.process.wait(mock.DEADLINE)),
                   ("", 2))


if os.geteuid() != 0:
    print("1..0 # SKIP needs root, for debootstrap, chroot and a network of its own")
    sys.exit(0)
folder = os.path.join(mock.BUILD, "container")
os.makedirs(folder, exist_ok=True)
log_name = os.path.join(folder, "build.log")
try:
    made = built(log_name)
except Exception as failure:
    with open(log_name, encoding="utf-8") as file:
        mock.ok("the Containerfile's steps succeed", False, f"{failure}\n{file.read()[-6000:]}")
    mock.finish()
try:
    mock.ok("the Containerfile's steps succeed", True)
    services = compose()["services"]
    alone(made)
    composed(made, services)
    refuses(made, services)
finally:
    made.remove()
mock.finish()
