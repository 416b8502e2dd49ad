"""What the parts of the bench share: programs that are started and ended, load, tables."""
import glob
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

BUILD = os.path.abspath(sys.argv[1])
SERVER = [os.path.join(BUILD, "mock-ndes"), "serve", "--listen", "127.0.0.1:0",
          "--challenge", "secret", "--quiet"]
EMPTY = [os.path.join(BUILD, "tests/bench/empty")]
BARE = [os.path.join(BUILD, "tests/bench/bare")]
LOAD = os.path.join(BUILD, "tests/bench/load")


class Program:
    """A program that prints a JSON line when it is ready."""

    def __init__(self, command):
        begun = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.ready = json.loads(self.process.stdout.readline())
        self.start_ms = (time.perf_counter() - begun) * 1000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def port(self):
        return int(re.search(r":(\d+)/", self.ready["scep"]).group(1))

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def cpu_us(self):
        """What its threads have used, to the nanosecond; /proc/PID/stat counts in steps of 10 ms."""
        used = 0
        for path in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat"):
            with open(path) as file:
                used += int(file.read().split()[0])
        return used / 1000

    def loop_cpu_us(self):
        """What its first thread has used, which is the one that serves connections."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1000

    def made(self, path):
        """What the control API says there."""
        with urllib.request.urlopen(self.ready["control"] + path, timeout=60) as answer:
            return json.load(answer)

    def stop(self):
        """Ends it and returns how long that took, in milliseconds."""
        if self.process.poll() is not None:
            return 0.0
        begun = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()
        return (time.perf_counter() - begun) * 1000


def load(program_pid, port, **options):
    command = [LOAD, "--port", str(port), "--pid", str(program_pid)]
    for name, value in options.items():
        command.append("--" + name.replace("_", "-"))
        if value is not True:
            command.append(str(value))
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def rsa_bound_us():
    """CPU time of 3 private and 3 public RSA-2048 operations, by `openssl speed`."""
    text = subprocess.run(["openssl", "speed", "-seconds", "1", "-mr", "rsa2048"],
                          capture_output=True, text=True).stdout
    private, public = re.search(r"\+F2:\d+:2048:([0-9.]+):([0-9.]+)", text).groups()
    return 3e6 * (1 / float(private) + 1 / float(public))


def table(title, header, rows):
    print(f"\n{title}")
    widths = [max(len(str(row[i])) for row in [header] + rows) for i in range(len(header))]
    for row in [header] + rows:
        print("  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())


def cpu_each(program, count, **options):
    """CPU time of a request, in microseconds; all must be answered well."""
    before = program.cpu_us()
    result = load(program.process.pid, program.port, count=count, **options)
    if result["bad"]:
        sys.exit(f"{result['bad']} of {count} requests failed")
    return (program.cpu_us() - before) / count, result


def in_turn(programs, rounds, count, **options):
    """Measures programs in turn, each time beginning with another one, after a round that does not
    count. Returns the medians of their CPU times, and of their ratios to the first in a round."""
    costs = {name: [] for name in programs}
    for number in range(rounds + 1):
        order = list(programs)
        order = order[number % len(order):] + order[:number % len(order)]
        for name in order:
            cost, _ = cpu_each(programs[name], count, **options)
            if number > 0:
                costs[name].append(cost)
    first = next(iter(costs.values()))
    return {name: (statistics.median(row),
                   statistics.median(cost / base for cost, base in zip(row, first)))
            for name, row in costs.items()}


def status_of(pid, name):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(name + r":\s+(\d+)", status.read()).group(1))


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
