"""For tests of the faults of our own host: a server without privileges, one with limits, and load on it."""
import http.client
import os
import re
import threading
import urllib.parse

import mock

CAPS = "?operation=GetCACaps"
NOBODY = 65534


class Unprivileged(mock.Server):
    """A server for which what is read-only is read-only: root's may write everywhere."""

    def start(self):
        if os.geteuid() == 0:
            self.options.update(user=NOBODY, group=NOBODY, extra_groups=[])
            os.chown(self.directory, NOBODY, NOBODY)
        super().start()


def unprivileged():
    """The same for mock.program."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def metric(server, name):
    text = server.call("GET", "/metrics")[2].decode()
    return int(re.search(rf"^{re.escape(name)} (\d+)", text, re.MULTILINE).group(1))


def cpu_seconds(server):
    """CPU time of a server so far, of all its threads, as the kernel has counted it."""
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def threads(server):
    return os.listdir(f"/proc/{server.process.pid}/task")


def wakes(server):
    """How often its threads have gone to sleep by themselves: once for each time that the loop waits."""
    count = 0
    for thread in threads(server):
        with open(f"/proc/{server.process.pid}/task/{thread}/status", encoding="ascii") as file:
            count += int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", file.read(), re.MULTILINE).group(1))
    return count


class Client:
    """A device that keeps its connection."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.path = parts.path
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=mock.DEADLINE)

    def ask(self, query=CAPS):
        """Returns the status of an answer that has come as a whole."""
        self.connection.request("GET", self.path + query)
        response = self.connection.getresponse()
        response.read()
        return response.status

    def close(self):
        self.connection.close()


class Load:
    """Devices that ask without a pause until they are stopped. `counts` has each status that came."""

    def __init__(self, url, clients=4):
        self.url = url
        self.ending = threading.Event()
        self.lock = threading.Lock()
        self.counts = {}
        self.failures = []
        self.threads = [threading.Thread(target=self.run) for _ in range(clients)]

    def run(self):
        client = Client(self.url)
        try:
            while not self.ending.is_set():
                status = client.ask()
                with self.lock:
                    self.counts[status] = self.counts.get(status, 0) + 1
        except (OSError, http.client.HTTPException) as failure:
            self.failures.append(repr(failure))
        finally:
            client.close()

    def total(self):
        with self.lock:
            return sum(self.counts.values())

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self.ending.set()
        for thread in self.threads:
            thread.join(mock.DEADLINE)
