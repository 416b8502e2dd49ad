"""How soon a server is there and gone, and what it keeps while nobody asks."""
import concurrent.futures
import os
import statistics
import subprocess
import tempfile
import time

from outcome import at_most, none, table
from program import EMPTY, MOCK_NDES, SERVER, Load, Program, load, wait_until

ROUNDS = 30
FRESH_ROUNDS = 15
KEYS = 30


def startup():
    """Server and empty program in turn, so that the machine's moods fall on both."""
    figures = {"server": [], "empty": []}
    for number in range(ROUNDS + 1):
        for name, command in (("server", SERVER), ("empty", EMPTY)):
            program = Program(command)
            used, kept = program.cpu_us() / 1000, program.resident_kib() / 1024
            if number > 0:
                figures[name].append((program.start_ms, used, kept, program.stop()))
            program.stop()
    server, empty = ([statistics.median(column) for column in zip(*rows)] for rows in figures.values())
    table(f"Start and stop, median of {ROUNDS} in turn with an empty program: the same libraries, loaded and "
          "relocated, of which nothing is called",
          ["", "server", "empty program", "difference"],
          [[what, f"{server[i]:.1f}", f"{empty[i]:.1f}", f"{server[i] - empty[i]:.1f}"] for i, what in
           enumerate(("start to ready line, ms", "CPU until then, ms", "resident when idle, MiB",
                      "SIGTERM to exit, ms"))])
    at_most("start to ready, built-in PKI, above the empty program", server[0] - empty[0], 3, "ms",
            f"empty program {empty[0]:.1f} ms; {server[1] - empty[1]:.1f} ms of CPU more")
    at_most("SIGTERM to exit", server[3], 10, "ms", f"empty program {empty[3]:.1f} ms")
    at_most("resident when idle, above the empty program", server[2] - empty[2], 2, "MiB",
            f"empty program {empty[2]:.1f} MiB")


def key_cpu_ms():
    """CPU time of making one RSA-2048 key, which differs from key to key: the mean of many."""
    before = os.times()
    for _ in range(KEYS):
        subprocess.run(["openssl", "genrsa", "-out", "/dev/null", "2048"], check=True, stderr=subprocess.DEVNULL)
    after = os.times()
    return (after.children_user + after.children_system - before.children_user - before.children_system) \
        * 1000 / KEYS


def fresh():
    """Keys of one's own, made and used at once."""
    rows, key_ms = [], key_cpu_ms()
    with tempfile.TemporaryDirectory() as directory:
        for number in range(FRESH_ROUNDS):
            pki = os.path.join(directory, str(number))
            begun, used = time.perf_counter(), os.times()
            subprocess.run([MOCK_NDES, "pki", "new", pki], check=True, stdout=subprocess.DEVNULL)
            made, now = time.perf_counter(), os.times()
            with Program(SERVER + ["--pki", pki]) as server:
                rows.append(((made - begun) * 1000, server.start_ms,
                             (time.perf_counter() - begun) * 1000,
                             (now.children_user + now.children_system
                              - used.children_user - used.children_system) * 1000))
        count = sum(name.endswith(".key") for name in os.listdir(pki))
    made, start, both, cpu = (statistics.median(column) for column in zip(*rows))
    table(f"Start with a fresh PKI, median of {FRESH_ROUNDS}: mock-ndes pki new, then serve --pki",
          ["", "ms"], [["making the keys", f"{made:.0f}"], ["CPU of that", f"{cpu:.0f}"],
                       ["start to ready line", f"{start:.1f}"], ["both", f"{both:.0f}"]])
    at_most("start to ready with a fresh PKI, its making included, median", both, 400, "ms",
            f"{count} keys on {os.cpu_count()} processors; openssl genrsa {key_ms:.0f} ms of CPU for one")


def resident():
    with Program(SERVER) as server:
        idle, descriptors = server.resident_kib(), server.descriptors()
        clients = Load(server.pid, server.port, count=512, connections=256, rest=True)
        clients.wait_for_rest()
        there = server.resident_kib()
        bad = clients.result()["bad"]
        wait_until("connections closed", lambda: server.descriptors() <= descriptors)
        time.sleep(0.5)  # what is given back after a while
        gone = server.resident_kib()
    table("Resident memory around 256 connections that are kept alive, after two enrolments on each",
          ["", "MiB"], [["idle before", f"{idle / 1024:.1f}"], ["with them", f"{there / 1024:.1f}"],
                        ["after they closed", f"{gone / 1024:.1f}"]])
    none("bad enrolments on 256 connections", bad)
    at_most("resident with 256 kept-alive connections", there / 1024, 40, "MiB", f"idle {idle / 1024:.1f} MiB")
    at_most("resident after they closed", gone / 1024, 24, "MiB", f"idle {idle / 1024:.1f} MiB")


def use_once(_):
    """A server for one enrolment; returns whether that went well."""
    with Program(SERVER) as server:
        return load(server.pid, server.port, count=1, connections=1)["bad"] == 0


def several():
    begun = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        servers = list(pool.map(Program, [SERVER] * 16))
    ready = time.perf_counter() - begun
    shares = [server.proportional_kib() / 1024 for server in servers]
    for server in servers:
        load(server.pid, server.port, count=1, connections=1)
    used = [server.proportional_kib() / 1024 for server in servers]
    for server in servers:
        server.stop()
    begun = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        good = sum(pool.map(use_once, range(50)))
    done = time.perf_counter() - begun
    table("16 servers started at once; then 50, 16 at a time, each used for one enrolment and stopped",
          ["", "measured"], [["all 16 ready, ms", f"{ready * 1000:.0f}"],
                             ["PSS of one, idle, MiB", f"{statistics.median(shares):.2f}"],
                             ["PSS of one after one enrolment, MiB", f"{statistics.median(used):.2f}"],
                             ["50 used, s", f"{done:.2f}"],
                             ["enrolled", good]])
    at_most("16 servers at once: PSS of each", max(shares) * 1.048576, 4, "MB", "smaps_rollup, the largest")
    at_most("50 servers used for one enrolment and stopped: all done", done, 10, "s", "16 at a time")
    none("of those, not enrolled", 50 - good)
