"""Sites with a CA of their own, whose keys take a while to make: nobody waits for them but who has asked."""
import os
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

SITES = 4


def exchanges(server):
    metrics = server.call("GET", "/metrics")[2].decode()
    return next(int(line.split()[1]) for line in metrics.splitlines()
                if line.startswith("mock_ndes_exchanges_open "))


class Making(threading.Thread):
    """Has a site made; `answer` is there when it is."""

    def __init__(self, server, name):
        super().__init__()
        self.server, self.name, self.answer = server, name, None
        self.start()

    def run(self):
        self.answer = self.server.call("PUT", f"/v1/sites/{self.name}", {"ca": "own"})


def devices_do_not_wait(server):
    """With one worker thread, whatever it does keeps all others waiting."""
    makings = [Making(server, f"own-{number}") for number in range(SITES)]
    mock.until(lambda: exchanges(server) == SITES + 1 or any(making.answer for making in makings), "sites under way")
    caps = mock.get(server.scep + "?operation=GetCACaps")[0]
    message = mock.get(server.scep + "?operation=PKIOperation&message=MIIB")[0]
    shared = server.call("PUT", "/v1/sites/shared", {})[0]
    under_way = [making for making in makings if not making.answer]
    mock.ok("sites with their own CA are still being made when a device has its capabilities, another one the answer "
            "to its message, and a site with the shared CA is there", under_way, "all were made before")
    mock.equal("these went well", (caps, message, shared), (200, 200, 201))
    for making in makings:
        making.join(mock.DEADLINE)
    mock.equal("as did those, in their time", [making.answer and making.answer[0] for making in makings], SITES * [201])
    return [making.answer[2] for making in makings]


def authority(scep):
    """What GetCACert gives, the RA certificates of this start included."""
    return mock.get(scep + "?operation=GetCACert")[2]


def reset_has_it_again():
    """A reset is at the I/O thread: no keys are made there."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write("sites:\n  lab:\n    ca: own\n")
        file.flush()
        with mock.Server("--config", file.name) as server:
            site = server.made("GET", "/v1/sites/lab")
            before = authority(site["scep"])
            server.call("DELETE", "/v1/sites/lab")
            mock.equal("a configured site is removed", server.call("GET", "/v1/sites/lab")[0], 404)
            server.made("POST", "/v1/reset")
            mock.equal("a reset has it again", server.made("GET", "/v1/sites/lab")["ca"], "own")
            mock.ok("with the CA that it had", authority(site["scep"]) == before, authority(site["scep"]))
            server.call("DELETE", "/v1/sites/lab")
            server.made("POST", "/v1/reset")
            mock.ok("and once more", authority(site["scep"]) == before, authority(site["scep"]))


def main():
    cores = os.sched_getaffinity(0)
    with mock.Server(preexec_fn=lambda: os.sched_setaffinity(0, {min(cores)})) as server:
        made = devices_do_not_wait(server)
        mock.equal("each has keys of its own", len({authority(site["scep"]) for site in made}), SITES)
    reset_has_it_again()
    mock.finish()


main()
