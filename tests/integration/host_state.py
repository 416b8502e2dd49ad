"""A state file that is damaged, or that somebody else has: a sentence and exit status 2 at start, the files as they were;
while the server runs, failures that are said once, and all else goes on.
"""
import glob
import hmac
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock
import host

FILE = "mock-ndes.sqlite"
PAGE = 4096
CHALLENGES = "/v1/sites/default/challenges"


def content(directory):
    """Each file of a state directory but the lock, with its bytes."""
    found = {}
    for path in glob.glob(os.path.join(directory, "*")):
        if os.path.basename(path) != "lock":
            found[os.path.basename(path)] = open(path, "rb").read() if os.path.isfile(path) else None
    return found


def copy(original, path):
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(original, path)
    return path


def overwrite(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def query(path, sql):
    connection = sqlite3.connect(path)
    found = connection.execute(sql).fetchall()
    connection.commit()
    connection.close()
    return found


def serve(state, **options):
    return mock.program("serve", "--listen", "127.0.0.1:0", "--state", state, **options)


def refused(name, state, *words, **options):
    before = content(state)
    found = serve(state, **options)
    mock.ok(f"{name}: 2 and a sentence", found.returncode == 2 and found.stdout == "" and found.stderr.count("\n") == 1 and
            all(word in found.stderr for word in words), found)
    mock.ok(f"{name}: the files are as they were", content(state) == before,
            {name: len(data or "") for name, data in content(state).items()})


def filled(directory, count):
    """A state directory with so many challenges, and what a server leaves when it is told to end."""
    state = os.path.join(directory, "original")
    with mock.Server("--quiet", "--state", state) as server:
        for _ in range(count):
            server.made("POST", CHALLENGES, {"force": True})
    return state


# --- at start --------------------------------------------------------------------------

def turned_into_folder(path):
    os.remove(path)
    os.mkdir(path)


def page_of_challenges(file):
    return (query(file, "SELECT rootpage FROM sqlite_master WHERE name = 'challenges'")[0][0] - 1) * PAGE


def damaged(directory, original):
    path = os.path.join(directory, "damaged")
    size = os.path.getsize(os.path.join(original, FILE))
    garbage = bytes(range(7, 207)) * 30
    for name, harm, words in (
            ("nonsense in the header", lambda file: overwrite(file, 0, garbage[:100]), "not a database"),
            ("a wrong page size", lambda file: overwrite(file, 16, b"\x12\x34"), "not a database"),
            ("zeros in the header", lambda file: overwrite(file, 0, bytes(100)), "not a database"),
            ("half a file", lambda file: os.truncate(file, size // 2), "malformed"),
            ("a third of a page", lambda file: os.truncate(file, PAGE // 3), "malformed"),
            ("a page of nonsense", lambda file: overwrite(file, page_of_challenges(file), garbage[:PAGE]), "is damaged"),
            ("another kind of file", lambda file: overwrite(file, 0, b"Dear reader,\n" * 100), "not a database"),
            ("a newer format", lambda file: query(file, "PRAGMA user_version = 99"), "has format 99"),
            ("a database of others", lambda file: query(file, "PRAGMA application_id = 1"), "of another program"),
            ("a folder", turned_into_folder, "Is a directory")):
        file = os.path.join(copy(original, path), FILE)
        harm(file)
        refused(name, path, file, words)


def held(directory, original):
    path = copy(original, os.path.join(directory, "held"))
    file = os.path.join(path, FILE)
    with mock.Server("--quiet", "--state", path) as server:
        found = serve(path)
        mock.ok("another server has it: 2, and which one", found.returncode == 2 and
                f"{path} is in use by another mock-ndes, process {server.process.pid}" in found.stderr, found)
        mock.equal("which does not mind", server.call("POST", CHALLENGES, {"force": True})[0], 201)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    found = serve(path)
    mock.ok("another program has it: 2 and a sentence", found.returncode == 2 and
            f"{file} is locked by another program" in found.stderr, found)
    connection.execute("ROLLBACK")
    connection.close()


def not_ours(directory, original):
    """What this user may not read or write."""
    path = copy(original, os.path.join(directory, "private"))
    file = os.path.join(path, FILE)
    os.chmod(directory, 0o755)
    os.chmod(path, 0o777)
    os.remove(os.path.join(path, "lock"))
    os.chmod(file, 0o400 if os.geteuid() == 0 else 0)
    found = serve(path, **host.unprivileged())
    mock.ok("a file of somebody else: 2 and a sentence", found.returncode == 2 and
            f"{file} cannot be opened: Permission denied" in found.stderr, found)
    os.chmod(path, 0o555)
    found = serve(path, **host.unprivileged())
    mock.ok("a read-only folder: 2 and a sentence", found.returncode == 2 and "Permission denied" in found.stderr, found)
    for name, state, words in (("a file as folder", file, "is no directory"),
                               ("a folder in one that is missing", path + "/a/b", "No such file or directory")):
        found = serve(state)
        mock.ok(f"{name}: 2 and a sentence", found.returncode == 2 and words in found.stderr, found)


def no_room_at_start(directory):
    """SIGXFSZ must not end it, nor leave half of a file that the next start refuses."""
    path = os.path.join(directory, "small")
    found = serve(path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)))
    mock.ok("no room at start: a sentence", found.returncode == 1 and "cannot be written" in found.stderr and
            found.stderr.count("\n") == 1, found)
    with mock.Server("--quiet", "--state", path) as server:
        mock.equal("with room it starts", server.call("POST", CHALLENGES, {})[0], 201)


# --- behind a crash --------------------------------------------------------------------

def crashed(directory, count):
    """What a server leaves that was killed behind so many challenges, and those."""
    state = os.path.join(directory, "crashed")
    with mock.Server("--quiet", "--state", state) as server:
        minted = [server.made("POST", CHALLENGES, {"force": True})["challenge"] for _ in range(count)]
        mock.equal("killed", server.stop(signal.SIGKILL), -signal.SIGKILL)
    return state, minted


def listed(state):
    with mock.Server("--quiet", "--state", state) as server:
        found = set()
        after = ""
        while True:
            page = server.made("GET", f"{CHALLENGES}?limit=1000{after}")
            found |= {row["challenge"] for row in page["challenges"]}
            if not page.get("next"):
                return found
            after = "&after=" + page["next"]


def logs_of_a_crash(directory):
    original, minted = crashed(directory, 100)
    wal = FILE + "-wal"
    path = os.path.join(directory, "log")
    frames = os.path.getsize(os.path.join(original, wal)) // (PAGE + 24)
    frame = 32 + frames // 2 * (PAGE + 24)
    mock.ok("a crash leaves a log with many commits", frames > 100, frames)
    for name, harm, words in (
            ("a log without a header", lambda file: overwrite(file, 0, b"\0" * 32), "has no header of a log"),
            ("a header that is not whole", lambda file: overwrite(file, 16, b"salt"), "has no header of a log"),
            ("a log with nonsense in a page", lambda file: overwrite(file, frame + 1000, b"nonsense"),
             f"damaged at frame {frames // 2 + 1}"),
            ("a log with nonsense before a page", lambda file: overwrite(file, frame, b"nonsense" * 3),
             f"damaged at frame {frames // 2 + 1}")):
        file = os.path.join(copy(original, path), wal)
        os.remove(os.path.join(path, FILE + "-shm"))
        harm(file)
        refused(name, path, file, words)
    os.remove(os.path.join(path, wal))
    mock.ok("moved away, the server starts with what the file has", listed(path) <= set(minted), "others")
    file = os.path.join(copy(original, path), wal)
    os.truncate(file, os.path.getsize(file) - PAGE // 2)
    mock.ok("of a commit that was being written, all before it is there", listed(path) >= set(minted[:-1]), "some")
    copy(original, path)
    mock.equal("of a whole log, all", listed(path), set(minted))
    mock.equal("and behind a good end there is none", sorted(os.listdir(path)), ["lock", FILE])


# --- while it runs ---------------------------------------------------------------------

def large(directory, original):
    """One of which SQLite keeps a part alone in memory; returns challenges that are in it."""
    path = copy(original, os.path.join(directory, "large"))
    now = query(os.path.join(path, FILE), "SELECT made_at, expires_at FROM challenges LIMIT 1")[0]
    connection = sqlite3.connect(os.path.join(path, FILE))
    minted = [f"{number * 7919 % 0xffffffff:016X}" for number in range(60000)]
    key = connection.execute("SELECT key FROM challenge_key").fetchone()[0]
    connection.executemany("INSERT INTO challenges VALUES ('default', ?, ?, ?, ?)",
                           [(hmac.digest(key, text.encode(), "sha256"), text, *now) for text in minted])
    connection.commit()
    connection.close()
    return path, minted


def used(server, challenge, name):
    out = os.path.join(server.directory, name)
    return mock.program("enroll", server.scep, "--challenge", challenge, "--subject", "CN=a", "--out", out)


def damaged_meanwhile(directory, original):
    """Somebody writes into the file of a server that runs."""
    path, minted = large(directory, original)
    file = os.path.join(path, FILE)
    with mock.Server("--state", path) as server:
        mock.equal("a large one is good", used(server, minted[0], "good").returncode, 0)
        size = os.path.getsize(file)
        overwrite(file, 60 * PAGE, os.urandom(size - 60 * PAGE))
        for number in range(3):
            found = used(server, minted[6000 * number + 5000], f"bad-{number}")
            mock.ok("what needs the damaged part gets 500", found.returncode == 1 and "HTTP 500" in found.stderr, found)
        status, _, answer = server.call("GET", CHALLENGES + "?limit=1000")
        mock.ok("so does the control API, with a sentence", status == 500 and
                "state file: it is damaged: " in answer["detail"], answer)
        mock.equal("what needs nothing of it is answered", mock.get(server.scep + host.CAPS)[0], 200)
        mock.equal("and the server lives", server.call("GET", "/livez")[0], 200)
        told = [line for line in server.stderr().splitlines() if "what needs the damaged part fails" in line]
        mock.ok("it is said once, and what to do", len(told) == 1 and "end the server, and put a copy" in told[0], told)
        mock.equal("each exchange has its line", server.stderr().count("(our failure: state file: it is damaged"), 3)
        mock.equal("and is counted", host.metric(server, 'mock_ndes_broken_exchanges_total{site="default"}'), 3)
    refused("at its next start", path, file)


with tempfile.TemporaryDirectory(prefix="mock-ndes-") as directory:
    original = filled(directory, 400)
    damaged(directory, original)
    held(directory, original)
    not_ours(directory, original)
    no_room_at_start(directory)
    logs_of_a_crash(directory)
    damaged_meanwhile(directory, original)
mock.finish()
