"""Fleets: many connections at once, many devices one after the other, many that wait for approval."""
import statistics

from outcome import at_least, at_most, none, table
from program import SERVER, Program, in_turn, load

CROWDS = (4, 8, 64, 128, 256, 512, 1000)
FLEET = 10000


def connections():
    """Up and down again, so that a machine that slows down meanwhile does so for all alike."""
    runs = {count: [] for count in CROWDS}
    for count in CROWDS + CROWDS[::-1]:
        with Program(SERVER) as server:
            runs[count].append(load(server.pid, server.port, count=3000, connections=count))
    rows, rates = [], {}
    for count, results in runs.items():
        def mean(name):
            return statistics.mean(result[name] for result in results)
        bad = sum(result["bad"] for result in results)
        rates[count] = mean("per_s")
        cores = mean("cores") + mean("load_cores")
        rows.append([count, bad, f"{rates[count]:.0f}", f"{mean('cores'):.2f}", f"{mean('load_cores'):.2f}",
                     f"{mean('cpu_us_each'):.0f}", f"{mean('p50_ms'):.1f}", f"{mean('p99_ms'):.1f}",
                     f"{max(result['max_ms'] for result in results):.0f}"])
        none(f"errors and time-outs at {count} connections", bad)
        if count >= 8:
            at_least(f"cores used at {count} connections, server and load", cores, 1.7, "",
                     f"server {mean('cores'):.2f}, load generator {mean('load_cores'):.2f}, of 2")
    table("Connections, 3,000 enrolments, twice each; the load generator shares the processors",
          ["connections", "bad", "enrolments/s", "cores of the server", "of the load", "CPU us each", "p50 ms",
           "p99 ms", "max ms"], rows)
    at_least("throughput at 1,000 connections", rates[1000] / rates[8], 0.9, "x that at 8",
             f"{rates[1000]:.0f}/s and {rates[8]:.0f}/s")
    slowest = min(CROWDS[1:], key=rates.get)
    at_least("throughput at the slowest from 8 to 1,000 connections", rates[slowest] / rates[8], 0.9,
             "x that at 8", f"{slowest} connections: {rates[slowest]:.0f}/s")


def devices():
    with Program(SERVER) as server:
        result = load(server.pid, server.port, count=FLEET, connections=64, device=True, fresh=True)
    table(f"{FLEET} devices, 64 at once, each GetCACaps, GetCACert and PKCSReq, a connection for each request",
          ["requests", "bad", "devices/s", "CPU us a device", "p50 ms", "p99 ms", "max ms"],
          [[3 * FLEET, result["bad"], f"{result['per_s'] / 3:.0f}", f"{result['cpu_us_each'] * 3:.0f}",
            result["p50_ms"], result["p99_ms"], result["max_ms"]]])
    none(f"errors among {FLEET} devices with a connection for each request", result["bad"])


def poll():
    """Both journals hold as much, so that the one difference is how many are pending."""
    few, seed, part = 100, 1, 500
    pending = {"seed": seed, "pending": True, "connections": 8}
    with Program(SERVER + ["--set", "approval=manual"]) as little, \
            Program(SERVER + ["--set", "approval=manual"]) as much:
        bad = load(little.pid, little.port, count=few, **pending)["bad"]
        bad += load(little.pid, little.port, count=FLEET - few, poll=True, among=few, **pending)["bad"]
        bad += load(much.pid, much.port, count=FLEET, **pending)["bad"]
        result = load(much.pid, much.port, count=FLEET, poll=True, **pending)

        def options(name, number):
            return {"among": few} if name == str(few) else {"first": number * part * 7 % (FLEET - part)}
        medians = in_turn({str(few): little, str(FLEET): much}, 14, part, each=options, poll=True, **pending)
    table(f"A poll (CertPoll to PENDING), with {few} and with {FLEET} requests pending, in turn",
          ["pending", "CPU us each", "ratio"],
          [[name, f"{cost:.0f}", f"{ratio:.3f}"] for name, (cost, ratio) in medians.items()])
    none(f"errors while {FLEET} pending requests are made and polled", bad + result["bad"])
    at_most(f"poll with {FLEET} pending", medians[str(FLEET)][1], 1.1, f"x with {few}",
            f"{medians[str(FLEET)][0]:.0f} us and {medians[str(few)][0]:.0f} us of CPU, in turn")
