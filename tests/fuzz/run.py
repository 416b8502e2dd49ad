#!/usr/bin/env python3
"""
Runs fuzz targets for a time that they share, as many at once as there are cores:

    run.py BUILD MINUTES TARGET ...

A target ends with its first finding: a crash, a leak, something that does not hold, a run over
1 s or over 256 MiB. The input is kept in BUILD/findings, and what is told last says how to replay
it. Exits with 1 when there is one. What a target has learnt stays in BUILD/corpus.
"""
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

RUN_SECONDS = 1
RUN_MIB = 256
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=16",
               "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
SEEDS = pathlib.Path("tests/fuzz/corpus")
COLUMNS = "{:<16} {:>8} {:>12} {:>8} {:>8} {:>8} {:>6} {:>9}"


class Run:
    """One target: what it did so far, in all its processes."""

    def __init__(self, build, name):
        self.name = name
        self.program = build / "tests/fuzz" / f"fuzz_{name}"
        self.corpus = build / "corpus" / name
        self.findings_directory = build / "findings"
        self.log = build / "logs" / f"{name}.log"
        self.seconds = self.executions = self.inputs = self.edges = self.mib = 0
        self.findings = []  # (path, words)
        self.failure = None

    def command(self, *arguments):
        dictionary = pathlib.Path(f"tests/fuzz/{self.name}.dict")
        words = [f"-dict={dictionary}"] if dictionary.exists() else []
        return [self.program, f"-timeout={RUN_SECONDS}", f"-rss_limit_mb={RUN_MIB}",
                f"-artifact_prefix={self.findings_directory}/{self.name}-", *words, *arguments]

    def kept(self):
        return set(self.findings_directory.glob(f"{self.name}-*"))

    def fuzz(self, seconds):
        """Runs until the time is over or something is found."""
        end = time.monotonic() + seconds
        for directory in (self.corpus, self.findings_directory, self.log.parent):
            directory.mkdir(parents=True, exist_ok=True)
        self.log.write_text("")
        while (left := round(end - time.monotonic())) > 0 and not self.findings and not self.failure:
            self.go(left)

    def go(self, seconds):
        before = self.kept()
        begun = time.monotonic()
        with self.log.open("a", encoding="utf-8") as log:
            status = subprocess.run(
                self.command(f"-max_total_time={seconds}", self.corpus, SEEDS / self.name),
                stdout=log, stderr=log, check=False, env=os.environ | ENVIRONMENT).returncode
        self.seconds += time.monotonic() - begun
        self.count(self.log.read_text(encoding="utf-8", errors="replace"))
        if status == 0:
            return
        new = sorted(self.kept() - before)
        for path in new:
            self.look_at(path)
        if not new:
            self.failure = f"ended with {status} and kept no input; see {self.log}"

    def look_at(self, path):
        """A run that took too long once may have had to wait for a busy machine."""
        replay = subprocess.run(self.command(path), capture_output=True, check=False,
                                env=os.environ | ENVIRONMENT)
        if replay.returncode == 0 and path.name.startswith(f"{self.name}-timeout-"):
            path.unlink()
            return
        text = self.log.read_text(encoding="utf-8", errors="replace")
        words = re.findall(r"^.*(?:does not hold: |ERROR: |runtime error: ).*$", text, re.M)
        once = "" if replay.returncode else " (not when replayed alone)"
        self.findings.append((path, (words[0] if words else "see " + str(self.log)) + once))

    def count(self, text):
        """Reads libFuzzer's lines: "#4711 NEW cov: 99 ft: 200 corp: 30/1Kb exec/s: 9 rss: 40Mb"."""
        self.executions = 0
        last = 0
        for line in re.finditer(r"^#(\d+)\s.*?(?:cov: (\d+).*?corp: (\d+)/.*?)?(?:rss: (\d+)Mb|$)", text, re.M):
            number = int(line[1])
            if number < last:
                self.executions += last
            last = number
            self.edges = max(self.edges, int(line[2] or 0))
            self.inputs = int(line[3] or self.inputs)
            self.mib = max(self.mib, int(line[4] or 0))
        self.executions += last


def work(runs, seconds, lock):
    while True:
        with lock:
            if not runs:
                return
            run = runs.pop(0)
            print(f"fuzz {run.name}: {seconds} s", file=sys.stderr)
        run.fuzz(seconds)
        for path, words in run.findings:
            print(f"fuzz {run.name}: found {path}: {words}", file=sys.stderr)


def tell(runs):
    print(COLUMNS.format("target", "seconds", "executions", "exec/s", "corpus", "edges", "MiB", "findings"))
    for run in runs:
        rate = run.executions / run.seconds if run.seconds else 0
        print(COLUMNS.format(run.name, f"{run.seconds:.0f}", run.executions, f"{rate:.0f}", run.inputs,
                             run.edges, run.mib, len(run.findings) + bool(run.failure)))
    for run in runs:
        if run.failure:
            print(f"\n{run.name} {run.failure}")
        for path, words in run.findings:
            print(f"\n{run.name}: {words}\n"
                  f"  replay: {run.program} {path}\n"
                  f"  keep:   cp {path} {SEEDS}/{run.name}/   (a name that says what it is)")


def main():
    build = pathlib.Path(sys.argv[1])
    minutes, names = int(sys.argv[2]), sys.argv[3:]
    jobs = min(os.cpu_count() or 1, len(names))
    runs = [Run(build, name) for name in names]
    seconds = max(1, minutes * 60 * jobs // len(names))
    waiting, lock = list(runs), threading.Lock()
    workers = [threading.Thread(target=work, args=(waiting, seconds, lock)) for _ in range(jobs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    tell(runs)
    return any(run.findings or run.failure for run in runs)


if __name__ == "__main__":
    sys.exit(main())
