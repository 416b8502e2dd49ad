"""What an enrolment costs, beside the mathematics, a schedule, its journal and somebody else's server."""
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from outcome import at_most, table
from program import NO_JOURNAL, RESTED, SERVER, Program, cipher_us, cpu_each, in_turn, load, rsa_bound_us


CIPHERS = ("AES-128-CBC", "DES-EDE3-CBC")


def enrol():
    """The bound is measured anew before each part, and the ciphers in turn, so that the machine's moods fall
    on all of them."""
    parts = {cipher: [] for cipher in CIPHERS}
    with Program(SERVER) as server:
        cpu_each(server, 400)
        for number in range(8):
            bound = rsa_bound_us()
            for cipher in CIPHERS if number % 2 == 0 else reversed(CIPHERS):
                cost, result = cpu_each(server, 800, connections=8, cipher=cipher)
                parts[cipher].append((cost / bound, cost, bound, result["per_s"], result["p50_ms"],
                                      result["p99_ms"]))
    rows = []
    for cipher in CIPHERS:
        ratio, cost, bound, *rest = (statistics.median(column) for column in zip(*parts[cipher]))
        rows.append([cipher, f"{cost:.0f}", f"{bound:.0f}", f"{ratio:.2f}", *rest])
        at_most(f"PKCSReq to SUCCESS, RSA-2048, {cipher}", ratio, 1.4, "x bound",
                f"{cost:.0f} us of CPU, openssl speed {bound:.0f} us, and {cipher_us(cipher):.1f} us for each kB of "
                "the envelopes")
    table("PKCSReq to SUCCESS by POST, RSA-2048, 8 connections, medians of 8 parts; the bound is 3 "
          "private + 3 public operations by openssl speed",
          ["cipher", "CPU us each", "bound us", "ratio", "enrolments/s", "p50 ms", "p99 ms"], rows)


def rested():
    """What 3 private and 3 public operations take 40 times a second, over what they take in a row."""
    took = json.loads(subprocess.run(RESTED, check=True, capture_output=True).stdout)
    return took["rested_us"] / took["row_us"]


def schedule():
    """40 a second come whatever became of those before; latency counts from when each was due."""
    parts, alone = [], []
    with Program(SERVER) as server:
        cpu_each(server, 400)
        for _ in range(5):
            alone.append(rested())
            cost, _ = cpu_each(server, 400)
            result = load(server.pid, server.port, count=240, connections=16, rate=40)
            parts.append((cost / 1000, result["p50_ms"], result["p99_ms"], result["max_ms"],
                          result["p50_ms"] * 1000 / cost, result["p99_ms"] * 1000 / cost))
    cost, p50, p99, longest, p50_ratio, p99_ratio = (statistics.median(column) for column in zip(*parts))
    table("Open loop, 40 enrolments a second, medians of 5 parts of 6 s; the CPU cost is that with 8 "
          "connections right before",
          ["CPU ms each", "p50 ms", "p99 ms", "max ms", "p50 over cost", "p99 over cost"],
          [[f"{value:.2f}" for value in (cost, p50, p99, longest, p50_ratio, p99_ratio)]])
    at_most("open loop, 40 enrolments/s: p50", p50_ratio, 1.6, "x cost",
            f"{p50:.2f} ms, cost {cost:.2f} ms; the RSA operations alone, as often: {statistics.median(alone):.2f} x theirs")
    at_most("open loop, 40 enrolments/s: p99", p99_ratio, 4, "x cost", f"{p99:.2f} ms, cost {cost:.2f} ms")


def logs():
    with tempfile.TemporaryDirectory() as directory, Program(NO_JOURNAL) as off, Program(SERVER) as journal, \
            Program(SERVER + ["--log-dir", directory]) as on:
        medians = in_turn({"off": off, "journal on": journal, "journal and logs on": on}, 30, 150,
                          connections=8)
    table("Journal and logs, an enrolment with them off and on in turn",
          ["", "CPU us each", "ratio"],
          [[name, f"{cost:.0f}", f"{ratio:.3f}"] for name, (cost, ratio) in medians.items()])
    at_most("enrolment with journal and logs on", medians["journal and logs on"][1], 1.03, "x off",
            f"{medians['off'][0]:.0f} us off, in turn")


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
        ours = load(server.pid, server.port, count=500, connections=1)
    ratio = ours["cpu_us_each"] / theirs["cpu_us_each"]
    table("Beside scepserver, 500 enrolments over one connection",
          ["", "bad", "enrolments/s", "CPU us each"],
          [["mock-ndes", ours["bad"], ours["per_s"], ours["cpu_us_each"]],
           ["scepserver", theirs["bad"], theirs["per_s"], theirs["cpu_us_each"]],
           ["ratio of CPU", "", "", f"{ratio:.2f}"]])
    at_most("CPU of an enrolment beside scepserver", ratio, 0.25, "x theirs",
            f"{theirs['cpu_us_each']:.0f} us, {theirs['bad']} bad")
