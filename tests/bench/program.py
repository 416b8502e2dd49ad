"""What the parts of the bench share: programs that are started and ended, and load."""
import atexit
import functools
import glob
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

BUILD = os.path.abspath(sys.argv[1])
MOCK_NDES = os.path.join(BUILD, "mock-ndes")
SERVER = [MOCK_NDES, "serve", "--listen", "127.0.0.1:0", "--challenge", "secret", "--quiet"]
NO_JOURNAL = SERVER + ["--journal-exchanges", "0"]
EMPTY = [os.path.join(BUILD, "tests/bench/empty")]
BARE = [os.path.join(BUILD, "tests/bench/bare")]
RESTED = [os.path.join(BUILD, "tests/bench/rested")]
LOAD = os.path.join(BUILD, "tests/bench/load")
CAPS = "operation=GetCACaps&message=load"


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
    def pid(self):
        return self.process.pid

    @property
    def port(self):
        return int(re.search(r":(\d+)/", self.ready["scep"]).group(1))

    def status(self, name):
        """A number of /proc/PID/status."""
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(name + r":\s+(\d+)", status.read()).group(1))

    def resident_kib(self):
        return self.status("VmRSS")

    def peak_kib(self):
        """The most that was resident since forget_peak."""
        return self.status("VmHWM")

    def forget_peak(self):
        with open(f"/proc/{self.pid}/clear_refs", "w") as file:
            file.write("5")

    def proportional_kib(self):
        """Its share of memory (PSS): what several programs map counts for each in part."""
        with open(f"/proc/{self.pid}/smaps_rollup") as rollup:
            return int(re.search(r"^Pss:\s+(\d+)", rollup.read(), re.MULTILINE).group(1))

    def threads(self):
        return self.status("Threads")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu_us(self):
        """What its threads have used, to the nanosecond; /proc/PID/stat counts in steps of 10 ms."""
        used = 0
        for path in glob.glob(f"/proc/{self.pid}/task/*/schedstat"):
            with open(path) as file:
                used += int(file.read().split()[0])
        return used / 1000

    def loop_cpu_us(self):
        """What its first thread has used, which is the one that serves connections."""
        with open(f"/proc/{self.pid}/task/{self.pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1000

    def made(self, path):
        """What the control API says there."""
        with urllib.request.urlopen(self.ready["control"] + path, timeout=60) as answer:
            return json.load(answer)

    def figure(self, name):
        """A figure of /metrics without labels."""
        with urllib.request.urlopen(self.ready["control"] + "/metrics", timeout=60) as answer:
            text = answer.read().decode()
        return next(int(line.split()[1]) for line in text.split("\n") if line.startswith(name + " "))

    def stop(self):
        """Ends it and returns how long that took, in milliseconds."""
        if self.process.poll() is not None:
            return 0.0
        begun = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()
        return (time.perf_counter() - begun) * 1000


@functools.cache
def client_key():
    """The file of the private key that all clients have: a new one each time would take longer than what is
    measured."""
    directory = tempfile.TemporaryDirectory()
    atexit.register(directory.cleanup)
    path = os.path.join(directory.name, "client.key")
    subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True, stderr=subprocess.DEVNULL)
    return path


class Load:
    """A load generator that runs beside others; see tests/bench/load_options.c."""

    def __init__(self, pid, port, **options):
        self.command = [LOAD, "--port", str(port), "--pid", str(pid), "--key", client_key()]
        for name, value in options.items():
            if value is not None and value is not False:
                self.command.append("--" + name.replace("_", "-"))
                if value is not True:
                    self.command.append(str(value))
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def is_running(self):
        return self.process.poll() is None

    def wait_for_rest(self):
        """With `rest`: returns when all is answered and the connections are still there."""
        self.process.stdout.readline()

    def result(self):
        output, error = self.process.communicate(timeout=900)
        if self.process.returncode != 0:
            sys.exit(f"{' '.join(self.command)}: {error.strip()}")
        return json.loads(output)


def load(pid, port, **options):
    return Load(pid, port, **options).result()


def wait_until(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"not within {seconds} s: {what}")
        time.sleep(0.01)


def rsa_bound_us():
    """CPU time of 3 private and 3 public RSA-2048 operations, by `openssl speed`."""
    text = subprocess.run(["openssl", "speed", "-seconds", "1", "-mr", "rsa2048"],
                          capture_output=True, text=True).stdout
    private, public = re.search(r"\+F2:\d+:2048:([0-9.]+):([0-9.]+)", text).groups()
    return 3e6 * (1 / float(private) + 1 / float(public))


def cipher_us(cipher):
    """CPU time of enciphering a kB, by `openssl speed`."""
    text = subprocess.run(["openssl", "speed", "-seconds", "1", "-mr", "-bytes", "1024", "-evp", cipher],
                          capture_output=True, text=True).stdout
    return 1e9 / float(re.search(r"\+F:\d+:[^:]+:([0-9.]+)", text).group(1))


def cpu_each(program, count, **options):
    """CPU time of a request, in microseconds; all must be answered well."""
    before = program.cpu_us()
    result = load(program.pid, program.port, count=count, **options)
    if result["bad"]:
        sys.exit(f"{result['bad']} of {count} requests failed")
    return (program.cpu_us() - before) / count, result


def in_turn(programs, rounds, count, each=None, **options):
    """Measures programs in turn, each time beginning with another one, after a round that does not
    count; `each` gives what is special for one by its name and the round. Returns the medians of their
    CPU times, and of their ratios to the first in a round."""
    costs = {name: [] for name in programs}
    for number in range(rounds + 1):
        order = list(programs)
        order = order[number % len(order):] + order[:number % len(order)]
        for name in order:
            special = each(name, number) if each else {}
            cost, _ = cpu_each(programs[name], count, **{**options, **special})
            if number > 0:
                costs[name].append(cost)
    first = next(iter(costs.values()))
    return {name: (statistics.median(row),
                   statistics.median(cost / base for cost, base in zip(row, first)))
            for name, row in costs.items()}
