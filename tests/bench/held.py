"""Thousands of requests that wait, and hundreds of clients that are slow."""
import socket
import threading
import time

from outcome import at_most, none, table
from program import BARE, CAPS, SERVER, Load, Program, load, wait_until

HELD = 5000
PATH = "/certsrv/mscep/mscep.dll"
HELD_PATH = "/fault/proxy-connector-stopped" + PATH
HEALTHY_RATE = 200
WATCH_S = 6
HOLD_S = 0  # as short as the healthy client's measurement lasts; ./dev bench --hold


def hold(server, post, hold_ms, **options):
    """Clients that wait for the gateway's timeout; returns when all do."""
    if not post:
        options["get"] = "operation=PKIOperation"
    clients = Load(server.pid, server.port, path=HELD_PATH, ca_path=PATH, count=HELD, connections=HELD,
                   status=504, **options)
    wait_until("all are held", lambda: server.figure("mock_ndes_exchanges_open") >= HELD, hold_ms / 1000 + 60)
    return clients


def begin(hold_ms):
    server = Program(SERVER + ["--set", f"gateway_timeout={hold_ms}"])
    load(server.pid, server.port, count=200, connections=8, get=CAPS)
    return server


def healthy(server, seconds):
    """GetCACaps at a steady rate; latency counts from when each was due."""
    return load(server.pid, server.port, count=int(seconds * HEALTHY_RATE), connections=1, rate=HEALTHY_RATE,
                get=CAPS)


def burst_of_bare():
    """What a bare libmicrohttpd takes for as many that come at one moment and stay connected: kB each, and the
    latency that 99 of 100 have."""
    with Program(BARE) as bare:
        load(bare.pid, bare.port, count=200, connections=8, get=CAPS)
        before = bare.resident_kib()
        clients = Load(bare.pid, bare.port, count=HELD, connections=HELD, get=CAPS, rest=True)
        clients.wait_for_rest()
        each = (bare.resident_kib() - before) * 1.024 / HELD
        return each, clients.result()["p99_ms"]


def measure(name, post, hold_ms, bare, **options):
    """Returns a row of the table, and adds the bounds. `bare` is what burst_of_bare gave."""
    with begin(hold_ms) as server:
        before, threads, open_before = server.resident_kib(), server.threads(), server.descriptors()
        server.forget_peak()
        clients = hold(server, post, hold_ms, **options)
        threads_more = server.threads() - threads
        waiting = (server.resident_kib() - before) * 1.024 / HELD
        beside = healthy(server, WATCH_S)
        peak = (server.peak_kib() - before) * 1.024 / HELD
        result = clients.result()
        answered = (server.peak_kib() - before) * 1.024 / HELD
        wait_until("descriptors are back", lambda: server.descriptors() <= open_before)
    late, leave = result["p99_ms"] - hold_ms, "leave" in options
    bare_kb, bare_ms = bare
    none(f"threads more for 5,000 held, {name}", threads_more)
    at_most(f"memory of one held at the peak, {name}", answered if leave else peak, 16, "kB",
            f"{waiting:.1f} kB while all wait; held {hold_ms / 1000:g} s")
    if not leave:
        none(f"wrong or early answers, {name}", result["bad"] + (result["min_ms"] < hold_ms))
        at_most(f"memory of one answered and still connected, {name}", answered, 16, "kB",
                f"a bare libmicrohttpd's {bare_kb:.1f} kB")
        at_most(f"lateness of 5,000 held, {name}: p99", late, 50, "ms",
                f"held {hold_ms / 1000:g} s" if "rate" in options else
                f"a bare libmicrohttpd answers 99 of 100 of a burst within {bare_ms:.0f} ms")
    at_most(f"GetCACaps beside 5,000 held, {name}: p99", beside["p99_ms"], 5, "ms",
            f"{HEALTHY_RATE}/s, {beside['bad']} bad")
    return [name, "-" if leave else result["bad"], threads_more, f"{waiting:.1f}", f"{peak:.1f}",
            f"{answered:.1f}", "-" if leave else f"{late:.1f}",
            beside["p99_ms"], beside["max_ms"], "yes"]


def stop_while_held(post):
    with begin(60000) as server:
        clients = hold(server, post, 60000)
        took = server.stop()
        clients.result()
    return took


def held():
    rows, hold_s, bare = [], HOLD_S, burst_of_bare()
    for kind, post in (("GET", False), ("POST", True)):
        rows.append(measure(f"{kind}, 1,000 a second", post, (hold_s or 14) * 1000, bare, rate=1000))
        rows.append(measure(f"{kind}, in one burst", post, (hold_s or 10) * 1000, bare))
        rows.append(measure(f"{kind}, hang up", post, (hold_s or 30) * 1000, bare,
                            leave=hold_s * 900 if hold_s else 8000))
    table("5,000 requests held in a gateway timeout (--hold sets for how long, 120 s is the full time) while "
          "one asks GetCACaps",
          ["", "bad", "threads more", "kB each", "at the peak", "at the end", "p99 late, ms", "GetCACaps p99, ms", "max, ms",
           "descriptors back"], rows)
    took = {kind: stop_while_held(post) for kind, post in (("GET", False), ("POST", True))}
    for kind, ms in took.items():
        at_most(f"SIGTERM to exit while 5,000 {kind} are held", ms, 200, "ms")


# --- clients that dribble --------------------------------------------------------------------

DRIBBLERS = 500
SECONDS = 12


class Dribblers:
    """Clients that send a byte every half second: half of them their head, the others their body."""

    def __init__(self, server):
        head = f"POST {PATH}?operation=PKIOperation HTTP/1.1\r\nHost: bench\r\nContent-Length: 2600\r\n\r\n"
        self.heads = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(DRIBBLERS // 2)]
        self.bodies = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(DRIBBLERS // 2)]
        for client in self.bodies:
            client.sendall(head.encode())
        self.text = head.encode()
        self.ending = threading.Event()
        self.sent = self.broken = 0
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        for client in self.heads + self.bodies:
            client.close()

    def _send(self, client, byte):
        try:
            client.sendall(byte)
            self.sent += 1
        except OSError:
            self.broken += 1

    def _run(self):
        clients = [client for pair in zip(self.heads, self.bodies) for client in pair]
        begun, number = time.perf_counter(), 0
        while not self.ending.is_set():
            which, turn = number % DRIBBLERS, number // DRIBBLERS
            time.sleep(max(0, begun + number * 0.5 / DRIBBLERS - time.perf_counter()))
            self._send(clients[which], self.text[turn:turn + 1] if which % 2 == 0 else b"x")
            number += 1


def dribble():
    with Program(SERVER) as server:
        alone = healthy(server, 3)
        with Dribblers(server) as dribblers:
            beside = healthy(server, SECONDS)
    table(f"GetCACaps, {HEALTHY_RATE} a second, beside {DRIBBLERS} clients that send a byte every half second",
          ["beside", "bad", "p50 ms", "p99 ms", "max ms"],
          [[name, result["bad"], result["p50_ms"], result["p99_ms"], result["max_ms"]]
           for name, result in (("nobody", alone), (f"{dribblers.sent} bytes", beside))])
    at_most("GetCACaps beside 500 that dribble: p99", beside["p99_ms"], 5, "ms",
            f"alone {alone['p99_ms']:.2f} ms")
    none("GetCACaps that failed, or dribblers turned away", beside["bad"] + dribblers.broken)
