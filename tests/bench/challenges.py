"""One-time challenge passwords by the thousand."""
import os
import tempfile

from client import Client
from outcome import at_most, table
from program import SERVER, Program, in_turn

OUTSTANDING = 10000
ROUNDS, PART = 14, 200


def mint(server, count):
    """Makes challenges one by one over one connection; returns them, and the CPU us of one."""
    with Client(server.ready["control"]) as suite:
        before = server.cpu_us()
        made = [suite.made("POST", "/v1/sites/default/challenges", {"force": True})["text"]
                for _ in range(count)]
        return made, (server.cpu_us() - before) / count


def challenges():
    with tempfile.TemporaryDirectory() as directory, Program(SERVER) as none, Program(SERVER) as many:
        mint(many, 100)
        made, _ = mint(many, OUTSTANDING - 1000)
        last, mint_us = mint(many, 1000)
        spare, _ = mint(many, (ROUNDS + 1) * PART)  # as many as are used, so that it stays so many
        ready = made + last + spare

        def options(name, number):
            if name != "one-time challenges":
                return {}
            path = os.path.join(directory, str(number))
            with open(path, "w") as file:
                file.write("\n".join(ready.pop() for _ in range(PART)) + "\n")
            return {"challenges": path}
        medians = in_turn({"fixed challenge, none outstanding": none, "fixed challenge": many,
                           "one-time challenges": many}, ROUNDS, PART, each=options, connections=8)
    table(f"Enrolments while {OUTSTANDING} one-time challenges are outstanding, in turn",
          ["", "CPU us each", "ratio"],
          [[name, f"{cost:.0f}", f"{ratio:.3f}"] for name, (cost, ratio) in medians.items()])
    at_most(f"minting a challenge while {OUTSTANDING} are outstanding", mint_us, 100, "us of CPU",
            "POST /v1/sites/default/challenges, HTTP and JSON included")
    cost, ratio = medians["one-time challenges"]
    at_most(f"enrolment with a one-time challenge of {OUTSTANDING}", ratio, 1.05, "x fixed challenge",
            f"{cost:.0f} us of CPU, fixed and none outstanding "
            f"{medians['fixed challenge, none outstanding'][0]:.0f} us, in turn")
