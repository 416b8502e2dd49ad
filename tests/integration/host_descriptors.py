"""A server that may have few descriptors: clients wait until some leave, those that are connected go on, the control API,
logs and the state have some left, and nothing spins meanwhile.
"""
import os
import resource
import socket
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock
import host

LIMIT = 64
WORDS = "new clients have to wait"
# Of CPU time, while it sleeps so many times: what spins does not sleep at all.
SLEEPS = 10
CPU_SECONDS = 0.15


def told(server):
    return [line for line in server.stderr().splitlines() if WORDS in line]


def connect(url):
    parts = urllib.parse.urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), mock.DEADLINE)


def crowd(url, count=2 * LIMIT):
    """So many that connect and say nothing; most of them wait in the kernel's queue."""
    return [connect(url) for _ in range(count)]


def leave(clients):
    for client in clients:
        client.close()


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def set_limit(server, count):
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (count, LIMIT))


def rests(server, name):
    sleeps, seconds = host.wakes(server), host.cpu_seconds(server)
    mock.until(lambda: host.wakes(server) >= sleeps + SLEEPS, f"{name}: {SLEEPS} sleeps")
    spent = host.cpu_seconds(server) - seconds
    mock.ok(f"{name}: it does not spin", spent <= CPU_SECONDS, f"{spent} s of CPU for {SLEEPS} sleeps")


def ask(client, server):
    client.sendall(b"GET %s%s HTTP/1.1\r\nHost: test\r\n\r\n" %
                   (urllib.parse.urlsplit(server.scep).path.encode(), host.CAPS.encode()))


def is_answered(client):
    return client.recv(65536).startswith(b"HTTP/1.1 200 ")


def is_waiting(client):
    client.setblocking(False)
    try:
        return not client.recv(1)
    except BlockingIOError:
        return True
    finally:
        client.settimeout(mock.DEADLINE)


def at_the_limit(server, healthy):
    """All that goes on while devices have used up theirs."""
    mock.equal("a client that was there is answered", [healthy.ask() for _ in range(50)], [200] * 50)
    mock.equal("the control API takes new ones", server.call("GET", "/livez")[0], 200)
    site = server.made("POST", "/v1/sites", {"name": "late", "profile": "app-pool-stopped"})
    mock.ok("a site can be made, with its logs", os.path.isdir(site["log_directory"]), site)
    mock.equal("and the state be written", server.call("POST", "/v1/sites/default/challenges", {})[0], 201)
    rests(server, "at the limit")
    mock.ok("some descriptors are left", descriptors(server) <= LIMIT - 8, descriptors(server))


def next_comes(server, crowd):
    """At the limit a new one waits, until all that wait before it have gone, and one that was accepted."""
    last = connect(server.scep)
    ask(last, server)
    mock.equal("the control API answers behind it", server.call("GET", "/livez")[0], 200)
    mock.ok("a new one waits", is_waiting(last), "an answer")
    accepted = host.metric(server, "mock_ndes_connections_open") - 2  # the healthy one, and this call's
    leave(crowd[accepted:])
    mock.ok("as long as none leaves that was accepted", 8 < accepted < LIMIT and is_waiting(last), accepted)
    crowd[0].close()
    mock.ok("one that leaves makes room", is_answered(last), accepted)
    last.close()


def device_crowd(server):
    healthy = host.Client(server.scep)
    healthy.ask()
    clients = crowd(server.scep)
    mock.until(lambda: told(server), "a sentence")
    at_the_limit(server, healthy)
    next_comes(server, clients)
    for _ in range(5):
        more = crowd(server.scep, 10)
        mock.equal("under a changing crowd it goes on", healthy.ask(), 200)
        leave(more)
    mock.equal("all that is one trouble, said once", len(told(server)), 1)
    mock.ok("with figures, and what to do", f"may have {LIMIT} descriptors; expected" in told(server)[0] and
            "ulimit -n" in told(server)[0], told(server))
    leave(clients)
    mock.until(lambda: mock.get(server.scep + host.CAPS)[0] == 200 and
               host.metric(server, "mock_ndes_connections_open") <= 3, "room")
    mock.equal("behind it a new one is answered", mock.get(server.scep + host.CAPS)[0], 200)
    again = crowd(server.scep)
    mock.until(lambda: len(told(server)) == 2, "a second sentence")
    mock.equal("the next trouble is said again", healthy.ask(), 200)
    leave(again)
    healthy.close()


def control_crowd(server):
    """Suites can use up theirs too: devices that are connected, and logs, do not mind."""
    healthy = host.Client(server.scep)
    healthy.ask()
    devices, suites = crowd(server.scep), crowd(server.control)
    mock.until(lambda: descriptors(server) >= LIMIT - 5, "a crowd")
    rests(server, "at both limits")
    mock.equal("a client that was there is answered", [healthy.ask() for _ in range(20)], [200] * 20)
    mock.equal("no log minds", "log file" in server.stderr(), False)
    leave(suites)
    mock.equal("the control API is there again", server.call("GET", "/livez")[0], 200)
    leave(devices)
    mock.equal("and devices are answered", mock.get(server.scep + host.CAPS)[0], 200)
    healthy.close()


def lowered(server):
    """A limit that is reached otherwise, and descriptors that come from elsewhere than a connection that ends."""
    healthy = host.Client(server.scep)
    healthy.ask()
    before = len(told(server))
    set_limit(server, 8)
    late = connect(server.scep)
    ask(late, server)
    mock.until(lambda: len(told(server)) > before, "a sentence")
    mock.ok("the cause is said", "Too many open files" in told(server)[-1], told(server))
    rests(server, "with none left")
    mock.equal("a client that was there is answered", healthy.ask(), 200)
    mock.ok("the new one waits", is_waiting(late), "an answer")
    set_limit(server, LIMIT)
    mock.ok("with some again it is answered, though nobody left", is_answered(late), "none")
    late.close()
    healthy.close()


with tempfile.TemporaryDirectory(prefix="mock-ndes-") as state:
    with mock.Server("--quiet", "--state", os.path.join(state, "state"),
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, LIMIT))) as server:
        device_crowd(server)
        control_crowd(server)
        lowered(server)
mock.finish()
