"""What a bomb (tests/bombs) costs whoever decodes it, and a server that it is sent to."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

from outcome import at_most, none, table
from program import BUILD, SERVER, Program

BOMBS = os.path.join(BUILD, "tests/bombs/bombs")
CPU_MS, MEMORY_MIB = 50, 32
BOUND = f"{CPU_MS} / {MEMORY_MIB}"


def lines(*arguments):
    done = subprocess.run([BOMBS, *arguments], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"bombs {' '.join(arguments)}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def settled_cpu_us(server):
    """What it has used when nothing more is done: the journal is written behind the answer."""
    used = server.cpu_us()
    while True:
        time.sleep(0.03)
        now = server.cpu_us()
        if now == used:
            return used
        used = now


def throw(server, url, body):
    """CPU in ms and growth of the peak in MiB for one message."""
    server.forget_peak()
    resident, before = server.resident_kib(), settled_cpu_us(server)
    request = urllib.request.Request(url + "?operation=PKIOperation", body,
                                     {"Content-Type": "application/x-pki-message"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()
    return (settled_cpu_us(server) - before) / 1000, (server.peak_kib() - resident) / 1024


def at_a_server(directory):
    """The cheapest of three: the machine's moods only add."""
    costs = {}
    with Program(SERVER + ["--set", "ec_keys=accept"]) as server:
        url = re.sub(r"\?.*", "", server.ready["scep"])
        certificates = os.path.join(directory, "ca")
        with urllib.request.urlopen(url + "?operation=GetCACert", timeout=60) as answer, \
                open(certificates, "wb") as file:
            file.write(answer.read())
        bombs = [bomb["bomb"] for bomb in lines("write", certificates, directory)]
        for name in sorted(bombs, key=lambda name: name != "ordinary"):
            with open(os.path.join(directory, name), "rb") as file:
                body = file.read()
            costs[name] = tuple(min(column) for column in zip(*(throw(server, url, body) for _ in range(3))))
    return costs


def bombs():
    runs = [lines("measure") for _ in range(3)]
    with tempfile.TemporaryDirectory(prefix="mock-ndes-") as directory:
        servers = at_a_server(directory)
    rows, dearest, largest, unlike = [], 0, 0, 0
    for one in zip(*runs):
        cpu, memory = (min(run[key] for run in one) for key in ("cpu_us", "memory_kib"))
        figures = [(cpu / 1000, memory / 1024)]
        if one[0]["bomb"] in servers:
            figures.append(servers[one[0]["bomb"]])
        good = all(run["good"] for run in one)
        unlike += not good
        bad = not good or any(ms > CPU_MS or mib > MEMORY_MIB for ms, mib in figures)
        dearest, largest = max(dearest, *(ms for ms, _ in figures)), max(largest, *(mib for _, mib in figures))
        cells = [f"{figure:.1f}" for pair in figures for figure in pair] + ["-"] * (4 - 2 * len(figures))
        rows.append([one[0]["bomb"], one[0]["size"], one[0]["outcome"], *cells, BOUND, "over" if bad else ""])
    table("Bombs: what each costs who decodes it, and a server with its answer, logs and journal "
          "(the cheapest of three)",
          ["", "bytes", "", "CPU, ms", "MiB more", "server: CPU, ms", "MiB more", "at most", ""], rows)
    none(f"of {len(rows)} bombs, not answered as they must be", unlike)
    at_most(f"{len(rows)} bombs, the dearest", dearest, CPU_MS, "ms of CPU")
    at_most(f"{len(rows)} bombs, the largest", largest, MEMORY_MIB, "MiB more")
