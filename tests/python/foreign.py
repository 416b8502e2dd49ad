"""Validators that we did not write, from the npm registry, as tests/node/package-lock.json names them.

    for verdict in foreign.judge("schema", schema_file, lines=values): ...

They are installed into the build directory by whoever comes first. Without node, npm or the registry
the test fails and says so.
"""
import fcntl
import json
import os
import shutil
import subprocess

import mock

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "node")
DIRECTORY = os.path.join(mock.BUILD, "tests", "node")
FILES = ("package.json", "package-lock.json", "check.mjs")
INSTALL_DEADLINE = 240


def _same(name):
    try:
        with open(os.path.join(SOURCE, name), "rb") as ours, open(os.path.join(DIRECTORY, name), "rb") as theirs:
            return ours.read() == theirs.read()
    except FileNotFoundError:
        return False


def _npm_ci():
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            raise SystemExit(f"Bail out! {tool} is missing; ./dev test installs what the tests need")
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=DIRECTORY,
                          capture_output=True, text=True, timeout=INSTALL_DEADLINE)
    if done.returncode:
        raise SystemExit("Bail out! the validators cannot be had from the npm registry: "
                         + done.stderr.strip().replace("\n", " "))


def _install():
    """A finished installation has the mark; a changed lock file makes it anew."""
    os.makedirs(DIRECTORY, exist_ok=True)
    mark = os.path.join(DIRECTORY, "installed")
    with open(os.path.join(DIRECTORY, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh = os.path.exists(mark) and all(_same(name) for name in FILES[:2])
        for name in FILES:
            if not _same(name):
                shutil.copy(os.path.join(SOURCE, name), os.path.join(DIRECTORY, name))
        if not fresh:
            if os.path.exists(mark):
                os.remove(mark)
            _npm_ci()
            open(mark, "w").close()


def judge(verb, *files, lines=()):
    """Runs check.mjs and returns its verdicts, one a line."""
    _install()
    done = subprocess.run(["node", os.path.join(DIRECTORY, "check.mjs"), verb, *files],
                          input="".join(json.dumps(line) + "\n" for line in lines), capture_output=True,
                          text=True, timeout=mock.DEADLINE)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [json.loads(line) for line in done.stdout.split("\n") if line]
