"""Carries out a Containerfile without an engine: each stage is a directory tree, RUN is chroot.

The tree of FROM debian:RELEASE-slim is made by debootstrap and kept in the build directory. What a Containerfile
says that is not known here is an error, so that nothing is passed over. Needs root.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import time

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Processes that are left over end with the one that was asked for, and mounts with them.
ALONE = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
# As in Debian's images: nobody misses files that a crash loses.
DPKG_OPTIONS = "force-unsafe-io\n"


def instructions(text):
    """(word, the rest), lines that end in a backslash joined to the next."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        yield word, rest.strip()


def words(rest):
    """The JSON form of a command; a bare line is one for the shell."""
    return json.loads(rest) if rest.startswith("[") else ["/bin/sh", "-c", rest]


class Stage:
    """One tree, and what the instructions say of how to run programs in it."""

    def __init__(self, tree):
        self.tree = tree
        self.environment = {"PATH": PATH}
        self.directory = "/"
        self.user = "0:0"
        self.entrypoint, self.command, self.health = [], [], []

    def alone(self):
        """What begins a command line that has processes, mounts and a /proc of its own."""
        return [*ALONE, f"--mount-proc={self.tree}/proc"]

    def inside(self, command):
        """The command line that runs a command in the tree."""
        return ["chroot", f"--userspec={self.user}", self.tree, "/bin/sh", "-c", 'cd "$0" && exec "$@"',
                self.directory, *command]

    def path(self, name):
        return os.path.join(self.tree, os.path.join(self.directory, name).lstrip("/"))


class Image:
    """Builds the stages below `folder`; the last one is the image."""

    def __init__(self, containerfile, context, folder, log):
        self.context, self.folder, self.log = context, folder, log
        self.work = os.path.join(folder, "work")
        self.stages, self.stage = {}, None
        self.remove()
        os.makedirs(self.work)
        with open(containerfile, encoding="utf-8") as file:
            for word, rest in instructions(file.read()):
                getattr(self, "do_" + word.lower())(rest)

    def remove(self):
        shutil.rmtree(self.work, ignore_errors=True)

    def _run(self, command, **options):
        begun = time.monotonic()
        print("$", *command, file=self.log, flush=True)
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, check=True, **options)
        print(f"took {time.monotonic() - begun:.1f} s", file=self.log, flush=True)

    def _base(self, release):
        base = os.path.join(self.folder, release)
        if not os.path.isdir(base):
            part = base + ".part"
            shutil.rmtree(part, ignore_errors=True)
            self._run([*ALONE, "debootstrap", "--variant=minbase", release, part])
            shutil.rmtree(part + "/var/cache/apt/archives")
            with open(part + "/etc/dpkg/dpkg.cfg.d/unsafe-io", "w", encoding="ascii") as file:
                file.write(DPKG_OPTIONS)
            os.rename(part, base)
        return base

    def do_from(self, rest):
        found = re.fullmatch(r"debian:([a-z]+)-slim(?: AS ([a-z]+))?", rest)
        if not found:
            raise ValueError(f"FROM {rest}: only debian:RELEASE-slim is known")
        tree = os.path.join(self.work, str(len(self.stages)))
        self._run(["cp", "-a", self._base(found[1]), tree])
        shutil.copy("/etc/resolv.conf", tree + "/etc/resolv.conf")
        self.stage = self.stages[found[2] or "last"] = Stage(tree)

    def do_run(self, rest):
        self._run([*self.stage.alone(), *self.stage.inside(words(rest))], env=self.stage.environment)

    def do_workdir(self, rest):
        self.stage.directory = rest
        os.makedirs(self.stage.path("."), exist_ok=True)

    def do_copy(self, rest):
        *sources, target = rest.split()
        root = self.context
        if sources[0].startswith("--from="):
            root = self.stages[sources.pop(0).removeprefix("--from=")].tree
        for source in sources:
            found = glob.glob(os.path.join(root, source.lstrip("/")))
            if not found:
                raise FileNotFoundError(f"COPY {rest}: there is no {source}")
            for name in found:
                self._copy(name, target)

    def _copy(self, name, target):
        """A folder's contents go into the target, a file into it when that ends in a slash."""
        path = self.stage.path(target)
        if os.path.isdir(name):
            shutil.copytree(name, path, dirs_exist_ok=True)
            return
        os.makedirs(path if target.endswith("/") else os.path.dirname(path), exist_ok=True)
        shutil.copy2(name, path)

    def do_env(self, rest):
        name, _, value = rest.partition("=")
        self.stage.environment[name] = value

    def do_expose(self, rest):
        self.exposed = rest.split()

    def do_user(self, rest):
        self.stage.user = rest

    def do_entrypoint(self, rest):
        self.stage.entrypoint = words(rest)

    def do_cmd(self, rest):
        self.stage.command = words(rest)

    def do_healthcheck(self, rest):
        self.stage.health = words(rest.partition("CMD ")[2])
