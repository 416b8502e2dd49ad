"""What the server leaves where somebody else may look: modes of files, cores, passwords and keys in memory; and
that it runs as anybody, and writes to no other place than it was told."""
import contextlib
import ctypes
import os
import re
import resource
import stat
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import host
import landlock
import mock

BOMBS = os.path.join(mock.BUILD, "tests/bombs/bombs")
# The last half of the content-encryption key of the ordinary message (bomb_parts.c): of what is freed, malloc
# overwrites the first 16 bytes itself.
SESSION_KEY = b"one of 32 octets, of which nobody"[16:32]


def skip(name, why):
    mock.ok(f"{name} # SKIP {why}", True)


def enrol(server, directory, *arguments, challenge="secret", **options):
    os.makedirs(directory, exist_ok=True)
    return mock.program("enroll", server.scep, "--challenge", challenge, "--subject", "CN=safe", "--key-bits", "1024",
                        "--out", os.path.join(directory, "device"), *arguments, **options)


# --- modes ---------------------------------------------------------------------------

def modes(folder):
    """{path below the folder: mode} of everything in it, itself included."""
    found = {".": os.stat(folder).st_mode}
    for path, directories, files in os.walk(folder):
        for name in directories + files:
            whole = os.path.join(path, name)
            found[os.path.relpath(whole, folder)] = os.lstat(whole).st_mode
    return found


def wrong(folder, directory_mode, file_mode, others=None):
    """Those of another mode than wanted; `others` names files with a mode of their own."""
    return {path: oct(mode) for path, mode in modes(folder).items()
            if stat.S_IMODE(mode) != (directory_mode if stat.S_ISDIR(mode) else (others or {}).get(path, file_mode))}


def files_are_for_their_owner(folder, redact):
    name = "with --redact" if redact else "without --redact"
    keys, state, logs = (os.path.join(folder, part + str(redact)) for part in ("keys", "state", "logs"))
    arguments = ["--redact"] if redact else []
    made = mock.program("pki", "new", keys, umask=0)
    mock.equal(f"{name}: keys are made", (made.returncode, made.stderr), (0, ""))
    with mock.Server("--quiet", "--challenge", "secret", "--state", state, "--log-dir", logs, "--pki", keys, *arguments,
                     umask=0) as server:
        done = enrol(server, folder + f"/client{redact}", umask=0)
        mock.equal(f"{name}: enrolled", done.returncode, 0)
        mock.equal(f"{name}: --state is its owner's alone", wrong(state, 0o700, 0o600), {})
        mock.ok(f"{name}: and has a write-ahead log", any(path.endswith("-wal") for path in modes(state)), modes(state))
        mock.equal(f"{name}: logs are everybody's to read, a journal with passwords is not",
                   wrong(logs, 0o755, 0o644, {} if redact else {"journal.jsonl": 0o600}), {})
        mock.ok(f"{name}: there are logs", len(modes(logs)) > 2, modes(logs))
    private = {path: 0o600 for path in modes(keys) if path.endswith(".key")}
    mock.ok(f"{name}: there are keys", len(private) > 3, modes(keys))
    found = {path: mode for path, mode in modes(keys).items() if path in private or path == "."}
    mock.ok(f"{name}: keys are their owner's alone", all(not stat.S_IMODE(mode) & 0o077 for mode in found.values()), found)
    device = {path: mode for path, mode in modes(folder + f"/client{redact}").items() if "key" in path}
    mock.ok(f"{name}: so is the device's", device and all(stat.S_IMODE(mode) == 0o600 for mode in device.values()), device)


# --- cores ---------------------------------------------------------------------------

def core_limit(server):
    with open(f"/proc/{server.process.pid}/limits") as limits:
        return re.search(r"Max core file size +(\S+)", limits.read()).group(1)


def cores():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard == 0:
        skip("no core is left unless --core-dumps", "cores are forbidden here, and cannot be allowed")
        return

    # The sanitizers would forbid them by themselves.
    for name in ("ASAN_OPTIONS", "TSAN_OPTIONS"):
        os.environ[name] = ":".join(filter(None, [os.environ.get(name), "disable_coredump=0"]))

    def allowed():
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    with mock.Server("--quiet", preexec_fn=allowed) as server:
        mock.equal("no core is left", core_limit(server), "0")
    with mock.Server("--quiet", "--core-dumps", preexec_fn=allowed) as server:
        mock.ok("unless --core-dumps", core_limit(server) != "0", core_limit(server))


# --- memory --------------------------------------------------------------------------

def is_in_memory(pid, text):
    """Whether what a process can write to holds these bytes."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            begin, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if not rights.startswith("rw"):
                continue
            with contextlib.suppress(OSError, ValueError, OverflowError):  # [vvar] and its like
                memory.seek(int(begin, 16))
                if text in memory.read(int(end, 16) - int(begin, 16)):
                    return True
    return False


def post_ordinary(server, folder):
    """A message whose content-encryption key we know."""
    certificates = os.path.join(folder, "ca")
    with open(certificates, "wb") as file:
        file.write(mock.get(server.scep + "?operation=GetCACert")[2])
    subprocess.run([BOMBS, "write", certificates, folder], check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, "ordinary"), "rb") as file:
        body = file.read()
    path = "/" + server.scep.split("/", 3)[3] + "?operation=PKIOperation"
    status, _, answer = mock.call(server.scep, "POST", path, raw=body)
    mock.ok("a message with a known session key is answered", status == 200 and len(answer) > 1000, (status, len(answer)))


def memory(folder):
    guess = "Never-Given-Out-0123456789-Passphrase"
    with mock.Server("--quiet", "--challenge", "secret", "--redact") as server:
        pid = server.process.pid
        with open(f"/proc/{pid}/maps") as maps:
            if re.search(r"lib[at]san", maps.read()):
                skip("passwords and session keys do not stay in memory", "a sanitizer keeps what was freed")
                return
        try:
            is_in_memory(pid, b"x")
        except PermissionError as failure:
            skip("passwords and session keys do not stay in memory", f"nobody may look: {failure.strerror}")
            return
        for _ in range(3):
            mock.ok("a wrong password is refused", enrol(server, folder, challenge=guess).returncode != 0)
        post_ordinary(server, folder)
        mock.ok("it stays nowhere in memory with --redact", not is_in_memory(pid, guess.encode()))
        mock.ok("nor does the session key", not is_in_memory(pid, SESSION_KEY))
    with mock.Server("--quiet", "--challenge", "secret") as server:
        enrol(server, folder, challenge=guess)
        mock.ok("without --redact the journal has it: the search finds what is there",
                is_in_memory(server.process.pid, guess.encode()))


# --- as anybody, and nowhere else -------------------------------------------------------

class Watch:
    """What is made, written or removed in some directories, by inotify(7)."""
    EVENTS = 0x2 | 0x4 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200  # of all but reading

    def __init__(self, *directories):
        libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        for directory in directories:
            if libc.inotify_add_watch(self.descriptor, directory.encode(), self.EVENTS) < 0:
                raise OSError(ctypes.get_errno(), "inotify_add_watch")

    def seen(self):
        names = []
        with contextlib.suppress(BlockingIOError):
            while True:
                data = os.read(self.descriptor, 65536)
                while data:
                    size = struct.unpack_from("iIII", data)[3]
                    names.append(data[16:16 + size].rstrip(b"\0").decode())
                    data = data[16 + size:]
        # ThreadSanitizer maps its table from a file, which is gone at once.
        return [name for name in names if not name.startswith("tsan.rodata.")]


@contextlib.contextmanager
def elsewhere(folder):
    """An environment in which every place that programs like to write to is watched."""
    places = {name: os.path.join(folder, name) for name in ("cwd", "home", "tmp")}
    for place in places.values():
        os.mkdir(place)
        os.chmod(place, 0o777)
    environment = {"PATH": os.environ["PATH"], "HOME": places["home"], "TMPDIR": places["tmp"],
                   "SQLITE_TMPDIR": places["tmp"], "XDG_CACHE_HOME": places["home"]}
    environment.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
    watch = Watch(*places.values())
    yield places["cwd"], environment, watch


def use(server, folder):
    """What makes it write: enrolments, a site, a fault, a reset."""
    done = enrol(server, folder)
    mock.equal("it enrols", (done.returncode, done.stderr if done.returncode else ""), (0, ""))
    mock.equal("a site is made", server.call("POST", "/v1/sites", {"name": "other"})[0], 201)
    mock.equal("a password is minted", server.call("POST", "/v1/sites/default/challenges", {})[0], 201)
    mock.equal("a CRL is signed", mock.get(server.scep + "?operation=GetCACaps")[0], 200)
    mock.equal("it ends well", server.stop(), 0)


def writes_nowhere_else(folder):
    state, logs = os.path.join(folder, "state"), os.path.join(folder, "logs")
    os.mkdir(state, 0o700)
    os.mkdir(logs)
    no_landlock = landlock.why_not()
    with elsewhere(folder) as (cwd, environment, watch):
        options = {"cwd": cwd, "env": environment}
        if no_landlock:
            skip("it runs where nothing else can be written", no_landlock)
        else:
            options["preexec_fn"] = lambda: landlock.allow_writes(state, logs)
        with mock.Server("--quiet", "--challenge", "secret", "--state", state, "--log-dir", logs, **options) as server:
            use(server, folder)
            mock.equal("nothing was written elsewhere", watch.seen(), [])
            mock.equal("nor was anything said", server.stderr(), "")
            server.start()
            mock.equal("and it starts again", server.stop(), 0)
        mock.ok("both were written to", len(os.listdir(state)) > 0 and len(os.listdir(logs)) > 1)
        if not no_landlock:
            done = mock.program("serve", "--listen", "127.0.0.1:0", "--control", "off", "--log-dir",
                                os.path.join(folder, "cwd", "logs"), **options)
            mock.ok("what it may not write it says", done.returncode == 2 and "cwd/logs" in done.stderr,
                    (done.returncode, done.stderr))
        with open(os.path.join(cwd, "mark"), "w"):
            pass
        mock.ok("what is written would have been seen", "mark" in watch.seen())


def runs_as_nobody(folder):
    if os.geteuid() != 0:
        skip("it runs as an unprivileged user", "only root becomes another, and this run is one already")
        return

    os.chmod(folder, 0o755)
    own = os.path.join(folder, "own")
    os.mkdir(own, 0o755)
    os.chown(own, host.NOBODY, host.NOBODY)
    with elsewhere(folder) as (cwd, environment, watch):
        os.chmod(cwd, 0o555)
        watch.seen()
        with mock.Server("--quiet", "--challenge", "secret", "--state", os.path.join(own, "state"), "--log-dir",
                         os.path.join(own, "logs"), cwd=cwd, env=environment, **host.unprivileged()) as server:
            mock.equal("it runs as nobody", os.stat(f"/proc/{server.process.pid}").st_uid, host.NOBODY)
            use(server, folder)
        mock.equal("what it made is nobody's", {os.lstat(os.path.join(own, path)).st_uid for path in modes(own)}, {host.NOBODY})
        mock.equal("nothing was written elsewhere", watch.seen(), [])


for part in (lambda folder: files_are_for_their_owner(folder, False),
             lambda folder: files_are_for_their_owner(folder, True),
             lambda folder: cores(), memory, writes_nowhere_else, runs_as_nobody):
    with tempfile.TemporaryDirectory(prefix="mock-ndes-") as own_folder:
        part(own_folder)
mock.finish()
