"""Logs on a host that fails: rotated by SIGHUP and at midnight, removed, full, not to be written; and the terminal that
goes. The server answers all the same, says each trouble once, and loses no line that it could write.
"""
import glob
import json
import os
import pty
import re
import resource
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock
import host

STOPPED = "/fault/app-pool-stopped/certsrv/mscep/mscep.dll"
ERRORS = "mock_ndes_log_errors_total"


def logs(server, name=""):
    return os.path.join(server.directory, "logs", name)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def lines(*patterns):
    """The lines of all files of these patterns; headers are left out. Half a line fails."""
    found = []
    for path in sorted(path for pattern in patterns for path in glob.glob(pattern)):
        text = read(path)
        if text and not text.endswith("\n"):
            raise AssertionError(f"{path} ends in half a line: {text[-80:]!r}")
        found += [line for line in text.splitlines() if not line.startswith("#")]
    return found


def come(count, *patterns):
    """Waits until there are so many lines, as they are written when the last byte of an answer is out."""
    return len(mock.until(lambda: len(lines(*patterns)) >= count and lines(*patterns), f"{count} lines in {patterns}"))


def told(server, words):
    return [line for line in server.stderr().splitlines() if words in line]


def only(pattern):
    found = glob.glob(pattern)
    if len(found) != 1:
        raise AssertionError(f"{pattern}: {found}")
    return found[0]


# --- SIGHUP ----------------------------------------------------------------------------

def rename_and_signal(server):
    """As logrotate does: renamed first, then the signal; the new journal is there when all are."""
    number = len(glob.glob(logs(server, "journal.jsonl*")))
    for path in ([logs(server, "journal.jsonl")] + glob.glob(logs(server, "W3SVC*/u_ex*.log")) +
                 glob.glob(logs(server, "W3SVC*/HTTPERR/httperr1.log")) +
                 glob.glob(logs(server, "W3SVC*/eventlog.*"))):
        if not re.search(r"\.\d+$", path):
            os.rename(path, f"{path}.{number}")
    server.process.send_signal(signal.SIGHUP)
    mock.until(lambda: os.path.exists(logs(server, "journal.jsonl")), "a new journal.jsonl")


def rotated(server):
    stopped = server.ready["scep"].replace("/certsrv/mscep/mscep.dll", STOPPED)
    with host.Load(server.scep) as good, host.Load(stopped, 1) as bad:
        for turn in range(5):
            before = good.total(), bad.total()
            mock.until(lambda: good.total() > before[0] + 50 and bad.total() > before[1] + 5, "some load")
            rename_and_signal(server)
        before = good.total(), bad.total()
        mock.until(lambda: good.total() > before[0] + 50 and bad.total() > before[1] + 5, "load behind it")
    mock.equal("under load, each was answered while logs were rotated", (good.failures, bad.failures), ([], []))
    mock.equal("as ever", (set(good.counts), set(bad.counts)), ({200}, {503}))
    # The line of an answer is written when its last byte is out, and that may be behind its arrival.
    mock.until(lambda: len(lines(logs(server, "journal.jsonl*"))) >= good.total() + bad.total(),
               "the line of the last answer, the journal's behind the others")
    mock.equal("no line of the W3C log is lost", len(lines(logs(server, "W3SVC*/u_ex*"))), good.total())
    mock.equal("of HTTPERR", len(lines(logs(server, "W3SVC*/HTTPERR/*"))), bad.total())
    entries = [json.loads(line) for line in lines(logs(server, "journal.jsonl*"))]
    mock.equal("of the journal", sorted(entry["exchange"] for entry in entries),
               list(range(1, good.total() + bad.total() + 1)))
    files = glob.glob(logs(server, "W3SVC1/u_ex*")) + glob.glob(logs(server, "W3SVC*/HTTPERR/*"))
    mock.ok("each new file begins with its header", len(files) >= 10 and all(
        read(path).startswith("#Software: Microsoft ") for path in files), files)
    mock.ok("and has one alone", all(read(path).count("#Fields:") == 1 for path in files), files)
    mock.equal("it is told each time", len(told(server, "the logs are opened anew")), 5)
    descriptors = [os.readlink(path) for path in glob.glob(f"/proc/{server.process.pid}/fd/*") if os.path.islink(path)]
    mock.equal("the old ones are closed", [path for path in descriptors if re.search(r"\.\d+$", path)], [])


def in_a_terminal(ignoring):
    """Starts a server in a terminal of its own; returns its process, the terminal and its directory."""
    directory = tempfile.mkdtemp(prefix="mock-ndes-")
    ready = os.path.join(directory, "ready.json")
    process, terminal = pty.fork()
    if process == 0:
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignoring else signal.SIG_DFL)
        os.execv(os.path.join(mock.BUILD, "mock-ndes"), [
            "mock-ndes", "serve", "--listen", "127.0.0.1:0", "--ready-file", ready, "--quiet",
            "--log-dir", os.path.join(directory, "logs")])
    mock.until(lambda: os.path.exists(ready), "a ready file")
    return process, terminal, directory


def terminals():
    process, terminal, directory = in_a_terminal(False)
    os.close(terminal)
    mock.equal("with its terminal it ends, well", os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0)
    mock.ok("and its ready file is gone", not os.path.exists(os.path.join(directory, "ready.json")), directory)
    shutil.rmtree(directory)
    process, terminal, directory = in_a_terminal(True)
    scep = json.loads(read(os.path.join(directory, "ready.json")))["scep"]
    os.close(terminal)
    journal = os.path.join(directory, "logs", "journal.jsonl")
    os.rename(journal, journal + ".1")
    os.kill(process, signal.SIGHUP)
    mock.until(lambda: os.path.exists(journal), "a new journal.jsonl")
    mock.equal("started by nohup it goes on, and rotates", mock.get(scep + host.CAPS)[0], 200)
    os.kill(process, signal.SIGTERM)
    mock.equal("until it is told to end", os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0)
    shutil.rmtree(directory)


# --- midnight --------------------------------------------------------------------------

def header_and_lines(server, date, count):
    """The W3C log of a day has so many lines, all of that day, behind a header of that day."""
    path = logs(server, f"W3SVC1/u_ex{date[2:].replace('-', '')}.log")
    come(count, path)
    text = read(path)
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    mock.ok(f"{os.path.basename(path)} has what came on that day",
            text.startswith("#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
                            f"#Date: {date} ") and
            len(rows) == count and all(row.startswith(date) for row in rows), text)


def midnight(server):
    clock = "/v1/clock/"
    client = host.Client(server.scep)
    server.made("POST", clock + "freeze", {"at": "2030-12-31T23:59:59.999Z"})
    client.ask()
    server.made("POST", clock + "advance", {"by": "1ms"})
    client.ask()
    client.ask()
    server.made("POST", clock + "advance", {"by": "3d"})
    client.ask()
    header_and_lines(server, "2030-12-31", 1)
    header_and_lines(server, "2031-01-01", 2)
    header_and_lines(server, "2031-01-04", 1)
    mock.ok("a day without requests has no file", not glob.glob(logs(server, "W3SVC1/u_ex3101[0][23].log")), "a file")
    server.made("POST", clock + "advance", {"by": "-3d"})
    client.ask()
    server.made("POST", clock + "advance", {"by": "-1ms"})
    client.ask()
    header_and_lines(server, "2030-12-31", 2)
    header_and_lines(server, "2031-01-01", 3)
    mock.equal("back there, a file goes on behind a header", read(logs(server, "W3SVC1/u_ex301231.log")).count("#Date"), 2)
    site = server.made("POST", "/v1/sites", {"name": "late", "clock": {"offset": "40d"}})
    mock.get(site["scep"] + host.CAPS)
    come(1, os.path.join(site["log_directory"], "u_ex*.log"))
    path = only(os.path.join(site["log_directory"], "u_ex*.log"))
    mock.equal("and the clock of a site turns that one's", os.path.basename(path), "u_ex310209.log")
    client.close()


def across_midnight(server):
    """A clock that runs over midnight, under load."""
    with host.Load(server.scep) as load:
        server.made("POST", "/v1/clock/set", {"at": "2040-02-28T23:59:59.900Z"})
        server.made("POST", "/v1/clock/run")
        mock.until(lambda: os.path.exists(logs(server, "W3SVC1/u_ex400229.log")), "the leap day")
    count = {date: len(lines(logs(server, f"W3SVC1/u_ex{date}.log"))) for date in ("400228", "400229")}
    mock.ok("under load a day is not lost at midnight", load.failures == [] and all(count.values()), count)
    all_lines = lines(logs(server, "W3SVC1/u_ex*.log"))
    journal = [json.loads(line) for line in lines(logs(server, "journal.jsonl"))]
    mock.equal("each exchange has its line", len(all_lines),
               len([entry for entry in journal if entry["site"] == "default"]))
    wrong = [line for date in count for line in lines(logs(server, f"W3SVC1/u_ex{date}.log"))
             if line[2:10].replace("-", "") != date]
    mock.equal("in the file of its day", wrong, [])


def of_one_name(server):
    """http.sys turns HTTPERR by size and the policy module never does: neither knows days."""
    site = server.made("POST", "/v1/sites", {"name": "down", "settings": {"app_pool": "stopped"}})
    url = server.made("POST", "/v1/sites", {"name": "plugin"})
    for day in range(3):
        mock.get(site["scep"] + host.CAPS)
        mock.program("enroll", url["scep"], "--challenge", "none", "--subject", "CN=a", "--quiet",
                     "--clock-offset", f"{day}d", "--out", os.path.join(server.directory, f"out-{day}"))
        server.made("POST", "/v1/clock/advance", {"by": "1d"})
    mock.equal("HTTPERR has one file", os.listdir(os.path.join(site["log_directory"], "HTTPERR")), ["httperr1.log"])
    text = read(os.path.join(site["log_directory"], "HTTPERR", "httperr1.log"))
    mock.equal("of three days", len({line[:10] for line in text.splitlines() if not line.startswith("#")}), 3)
    text = read(os.path.join(url["log_directory"], "NDESPlugin.log"))
    dates = {re.search(r"\t(\d\d/\d\d/\d{4}) ", line).group(1) for line in text.splitlines()}
    mock.equal("and so has NDESPlugin.log", len(dates), 3)


# --- what cannot be written ------------------------------------------------------------

def removed(server):
    client = host.Client(server.scep)
    client.ask()
    come(1, logs(server, "W3SVC1/u_ex*.log"))
    shutil.rmtree(logs(server))
    mock.equal("without its folder it answers", client.ask(), 200)
    mock.equal("the journal is made again", come(1, logs(server, "journal.jsonl")), 1)
    mock.equal("for its owner alone", os.stat(logs(server, "journal.jsonl")).st_mode & 0o777, 0o600)
    mock.equal("so is the log", come(1, logs(server, "W3SVC1/u_ex*.log")), 1)
    mock.ok("with a header", read(only(logs(server, "W3SVC1/u_ex*.log"))).startswith("#Software"), "none")
    mock.equal("nothing was lost", (host.metric(server, ERRORS), told(server, "log file")), (0, []))
    client.close()


def read_only(server):
    client = host.Client(server.scep)
    client.ask()
    come(1, logs(server, "W3SVC1/u_ex*.log"))
    shutil.rmtree(logs(server, "W3SVC1"))
    os.chmod(logs(server), 0o500)
    mock.equal("where nothing can be written it answers", [client.ask() for _ in range(20)], [200] * 20)
    come(21, logs(server, "journal.jsonl"))
    mock.equal("and says so once", len(told(server, ".log cannot be written, lines are lost: Permission denied")), 1)
    mock.equal("counts it each time", mock.until(lambda: host.metric(server, ERRORS) >= 20 and host.metric(server, ERRORS), "20 errors"), 20)
    mock.equal("the journal, which is open, goes on", come(21, logs(server, "journal.jsonl")), 21)
    os.chmod(logs(server), 0o700)
    client.ask()
    mock.equal("then it goes on by itself", come(1, logs(server, "W3SVC1/u_ex*.log")), 1)
    mock.equal("and says so", len(told(server, "is written again; lines of it were lost 20 times")), 1)
    os.rename(logs(server)[:-1], logs(server)[:-1] + ".away")
    with open(logs(server)[:-1], "w", encoding="ascii"):
        pass
    server.process.send_signal(signal.SIGHUP)
    mock.until(lambda: told(server, "journal.jsonl cannot be written, lines are lost: Not a directory"), "a sentence on the journal")
    mock.equal("told to open what cannot be opened, it goes on", [client.ask() for _ in range(5)], [200] * 5)
    mock.until(lambda: told(server, ".log cannot be written, lines are lost: Not a directory"), "a sentence on the W3C log")
    mock.equal("says it once of each", (len(told(server, "journal.jsonl cannot be written, lines are lost: Not a directory")),
                                        len(told(server, ".log cannot be written, lines are lost: Not a directory"))), (1, 1))
    os.remove(logs(server)[:-1])
    server.process.send_signal(signal.SIGHUP)
    mock.until(lambda: os.path.exists(logs(server, "journal.jsonl")), "the journal again")
    client.ask()
    mock.equal("and recovers by SIGHUP", (come(1, logs(server, "journal.jsonl")),
                                          come(1, logs(server, "W3SVC1/u_ex*.log"))), (1, 1))
    client.close()


def full(server):
    """No file may grow: as on a disk without room. What stands in the files and what was lost is what there was."""
    with host.Load(server.scep) as load:
        mock.until(lambda: load.total() > 20, "some load")
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE,
                         (os.path.getsize(logs(server, "journal.jsonl")) + 20000, resource.RLIM_INFINITY))
        mock.until(lambda: host.metric(server, ERRORS) > 20, "a full disk")
        before = load.total()
        mock.until(lambda: load.total() > before + 200, "more load")
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        mock.until(lambda: told(server, "journal.jsonl is written again"), "the journal again")
    mock.equal("with a full disk each is answered", (load.failures, set(load.counts)), ([], {200}))
    for name in ("journal.jsonl", "W3SVC1/u_ex*.log"):
        path = only(logs(server, name))
        failed = told(server, f"{path} cannot be written, lines are lost: File too large")
        again = [int(re.search(r"lost (\d+) times", line).group(1)) for line in told(server, f"{path} is written again")]
        mock.ok(f"{name} says so when it begins and when it is over", len(failed) == len(again) <= 3, (failed, again))
        mock.equal("has whole lines, and all others are counted", len(lines(path)) + sum(again), load.total())
    mock.equal("the metric has them too", host.metric(server, ERRORS), sum(
        int(found) for found in re.findall(r"lost (\d+) times", server.stderr())))


def at_start():
    """What cannot be written at start is said before anything is served."""
    with tempfile.TemporaryDirectory(prefix="mock-ndes-") as directory:
        os.chmod(directory, 0o755)
        closed, file, half = (os.path.join(directory, name) for name in ("closed", "file", "half"))
        os.mkdir(closed, 0o555)
        os.mkdir(half, 0o777)
        for path in (file, os.path.join(half, "W3SVC1")):
            with open(path, "w", encoding="ascii"):
                pass
        os.chmod(half, 0o777)
        for name, path, words in (
                ("a read-only folder", closed, f"{closed}: Permission denied; expected a directory that this process may write to"),
                ("a folder in one", closed + "/logs", f"{closed}: Permission denied"),
                ("a file", file, f"{file} is no directory"),
                ("a folder in which a site's is a file", half, f"{half}/W3SVC1: Not a directory")):
            found = mock.program("serve", "--listen", "127.0.0.1:0", "--log-dir", path, **host.unprivileged())
            mock.ok(f"{name}: 2 and a sentence", found.returncode == 2 and words in found.stderr and
                    found.stderr.count("\n") == 1 and found.stdout == "", found)


with mock.Server("--control", "127.0.0.1:0") as server:
    rotated(server)
with mock.Server("--quiet") as server:
    of_one_name(server)
    midnight(server)
    across_midnight(server)
with mock.Server("--quiet") as server:
    removed(server)
with host.Unprivileged("--quiet") as server:
    read_only(server)
with mock.Server("--quiet") as server:
    full(server)
at_start()
terminals()
mock.finish()
