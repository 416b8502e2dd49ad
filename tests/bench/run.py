"""Measures the server and prints one table a question, each figure beside its bound or its peer.

    python3 tests/bench/run.py BUILD_DIR [startup|enrol|logs|plain|peer|connections|growth|held|control|
                                          sites|calls|journal|waits ...]

Everything runs on loopback, is bounded, and is ended by its process id.
"""
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import control
import journal
import sites
from program import (BARE, EMPTY, SERVER, Program, cpu_each, descriptors, in_turn, load, rsa_bound_us,
                     status_of, table)


def startup():
    """Server and empty program in turn, so that the machine's moods fall on both."""
    figures = {"server": [], "empty": []}
    for _ in range(30):
        for name, command in (("server", SERVER), ("empty", EMPTY)):
            program = Program(command)
            resident = program.resident_kib()
            figures[name].append((program.start_ms, resident, program.stop()))
    medians = {name: [statistics.median(column) for column in zip(*rows)]
               for name, rows in figures.items()}
    server, empty = medians["server"], medians["empty"]
    table("Start and stop, median of 30 (server and empty program in turn)",
          ["", "server", "empty program", "difference", "must be"],
          [["start to ready line, ms", f"{server[0]:.1f}", f"{empty[0]:.1f}",
            f"{server[0] - empty[0]:.1f}", "at most 12, and 5 above"],
           ["resident when idle, MiB", f"{server[1] / 1024:.1f}", f"{empty[1] / 1024:.1f}",
            f"{(server[1] - empty[1]) / 1024:.1f}", "at most 12"],
           ["SIGTERM to exit, ms", f"{server[2]:.1f}", f"{empty[2]:.1f}",
            f"{server[2] - empty[2]:.1f}", "at most 20"]])


def enrol():
    """The bound is measured anew before each part, so that the machine's moods fall on both."""
    rows = []
    for cipher in ("AES-128-CBC", "DES-EDE3-CBC"):
        parts = []
        with Program(SERVER) as server:
            for _ in range(6):
                bound = rsa_bound_us()
                cost, result = cpu_each(server, 800, connections=8, cipher=cipher)
                parts.append((cost / bound, cost, bound, result["per_s"], result["p50_ms"],
                              result["p99_ms"]))
        ratio, cost, bound, *rest = (statistics.median(column) for column in zip(*parts))
        rows.append([cipher, f"{cost:.0f}", f"{bound:.0f}", f"{ratio:.2f}", *rest])
    table("PKCSReq to SUCCESS by POST, RSA-2048, 8 connections, medians of 6 parts; the bound is 3 "
          "private + 3 public operations by openssl speed (at most 1.4)",
          ["cipher", "CPU us each", "bound us", "ratio", "enrolments/s", "p50 ms", "p99 ms"], rows)


def logs():
    with tempfile.TemporaryDirectory() as directory, Program(SERVER) as off, \
            Program(SERVER + ["--log-dir", directory]) as on:
        medians = in_turn({"off": off, "on": on}, 30, 150, connections=8)
    table("Journal and logs, an enrolment with them off and on in turn (at most 1.03)",
          ["", "CPU us each", "ratio"],
          [[name, f"{cost:.0f}", f"{ratio:.3f}"] for name, (cost, ratio) in medians.items()])


def plain():
    rows = []
    with tempfile.TemporaryDirectory() as directory, Program(BARE) as bare, \
            Program(SERVER) as off, Program(SERVER + ["--log-dir", directory]) as on:
        programs = {"bare libmicrohttpd": bare, "journal and logs off": off,
                    "journal and logs on": on}
        for operation in ("GetCACaps", "GetCACert"):
            for connections in (1, 8):
                medians = in_turn(programs, 12, 4000, connections=connections,
                                  get=f"operation={operation}&message=load")
                rows += [[operation, connections, name, f"{cost:.1f}", f"{ratio:.2f}"]
                         for name, (cost, ratio) in medians.items()]
    table("Plain requests beside a bare libmicrohttpd that answers 56 bytes, in turn (at most 1.5)",
          ["operation", "connections", "", "CPU us each", "ratio"], rows)


def wait_for_port(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)
    sys.exit("the peer does not listen")


def peer():
    """Debian's scepserver on the same kind of requests, one connection."""
    with tempfile.TemporaryDirectory() as depot, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        subprocess.run(["scepserver", "ca", "-init", "-depot", depot], check=True,
                       capture_output=True)
        other = subprocess.Popen(["scepserver", "-depot", depot, "-port", str(port), "-challenge",
                                  "secret", "-allowrenew", "0"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port)
            theirs = load(other.pid, port, count=500, connections=1, path="/scep",
                          cipher="AES-128-CBC")
        finally:
            other.terminate()
            other.wait()
    with Program(SERVER) as server:
        ours = load(server.process.pid, server.port, count=500, connections=1)
    table("Beside scepserver, 500 enrolments over one connection (at most a quarter of its CPU)",
          ["", "bad", "enrolments/s", "CPU us each"],
          [["mock-ndes", ours["bad"], ours["per_s"], ours["cpu_us_each"]],
           ["scepserver", theirs["bad"], theirs["per_s"], theirs["cpu_us_each"]],
           ["ratio of CPU", "", "", f"{ours['cpu_us_each'] / theirs['cpu_us_each']:.2f}"]])


def connections():
    rows = []
    for count in (1, 8, 64, 128, 256, 512):
        with Program(SERVER) as server:
            result = load(server.process.pid, server.port, count=3000, connections=count)
        rows.append([count, result["bad"], result["per_s"], result["cores"], result["cpu_us_each"],
                     result["p50_ms"], result["p99_ms"], result["max_ms"]])
    table("Connections (no error, both cores from 8 on)",
          ["connections", "bad", "enrolments/s", "cores", "CPU us each", "p50 ms", "p99 ms",
           "max ms"], rows)


def growth():
    rows, costs, part = [], [], 2000
    with Program(SERVER) as server:
        load(server.process.pid, server.port, count=500, connections=8)
        first = server.resident_kib()
        for number in range(10):
            result = load(server.process.pid, server.port, count=part, connections=8)
            costs.append(result["cpu_us_each"])
            rows.append([(number + 1) * part, result["bad"], result["cpu_us_each"],
                         result["resident_after_kib"]])
        kept = (server.resident_kib() - first) * 1024 / (10 * part)
    table(f"Growth to {10 * part} certificates", ["issued", "bad", "CPU us each", "resident KiB"],
          rows)
    last, first_cost = statistics.median(costs[-3:]), statistics.median(costs[:3])
    print(f"  median of the last three over that of the first three: {last / first_cost:.3f} "
          f"(at most 1.05); kept per certificate: {kept:.0f} bytes (at most 6144)")


HELD_CLIENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "held_clients.py")
HELD_PATH = "/fault/proxy-connector-stopped/certsrv/mscep/mscep.dll?operation=PKIOperation"


def hold(count, hold_ms, body, leave, gap_ms):
    """Holds clients in a gateway timeout while another asks GetCACaps."""
    command = SERVER + ["--set", f"gateway_timeout={hold_ms}"]
    with Program(command) as server:
        pid = server.process.pid
        path = "/certsrv/mscep/mscep.dll?operation=GetCACaps"
        load(pid, server.port, count=200, connections=1, get=path)
        before, threads, open_before = server.resident_kib(), status_of(pid, "Threads"), descriptors(pid)
        clients = subprocess.Popen([sys.executable, HELD_CLIENTS, str(server.port), HELD_PATH,
                                    str(count), str(hold_ms), str(body), str(int(leave)), str(gap_ms)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        clients.stdout.readline()
        kib_each = (server.resident_kib() - before) / count
        threads_more = status_of(pid, "Threads") - threads
        healthy = load(pid, server.port, count=3000, connections=1, get=path)
        if leave:
            clients.stdin.write("leave\n")
            clients.stdin.flush()
        late = json.loads(clients.stdout.readline())
        clients.wait(60)
        deadline = time.monotonic() + 10
        while descriptors(pid) > open_before and time.monotonic() < deadline:
            time.sleep(0.01)
        left = descriptors(pid) - open_before
    return [f"{'POST, 2.6 kB' if body else 'GET'}{', clients leave' if leave else ''}"
            f"{'' if gap_ms else ', in one burst'}",
            late.get("bad", "-"), threads_more, f"{kib_each:.1f}",
            f"{late['p99_ms']:.0f}" if late else "-", healthy["p99_ms"], left]


def held():
    rows = [hold(5000, 15000, body, leave, gap_ms)
            for body in (0, 2600) for leave, gap_ms in ((False, 1), (False, 0), (True, 1))]
    table("5,000 clients, one more each ms but in bursts, held in a gateway timeout of 15 s while one asks "
          "GetCACaps (at most 0 threads more, 20 kB each, 100 ms late at p99, 10 ms for GetCACaps "
          "at p99)",
          ["", "bad", "threads more", "KiB each", "p99 late, ms", "GetCACaps p99, ms",
           "descriptors left"], rows)


BENCHES = {"startup": startup, "enrol": enrol, "logs": logs, "plain": plain, "peer": peer,
           "connections": connections, "growth": growth, "held": held,
           "control": control.switching, "sites": sites.sites, "calls": control.calls,
           "journal": journal.journal, "waits": journal.waits}

if __name__ == "__main__":
    for name in sys.argv[2:] or BENCHES:
        BENCHES[name]()
