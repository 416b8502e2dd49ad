"""Clients that wait: connects many, sends each one request, and tells how late the answers came.

    python3 tests/bench/held_clients.py PORT PATH COUNT HOLD_MS BODY_SIZE LEAVE GAP_MS

Prints a line when all have sent, and a JSON line when all are answered; with LEAVE 1 they hang up
instead when a line comes in.
"""
import json
import resource
import select
import socket
import sys
import time

PORT, PATH = int(sys.argv[1]), sys.argv[2]
COUNT, HOLD_MS, BODY, LEAVE, GAP_MS = (int(value) for value in sys.argv[3:8])


def request():
    head = f"{'POST' if BODY else 'GET'} {PATH} HTTP/1.1\r\nHost: bench\r\n"
    if BODY:
        head += f"Content-Length: {BODY}\r\n"
    return (head + "\r\n").encode() + b"x" * BODY


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    due, poll, message = {}, select.epoll(), request()
    sockets = {}
    begun = time.perf_counter()
    for number in range(COUNT):
        # Without a gap it is measured as well how fast clients are accepted.
        while time.perf_counter() < begun + number * GAP_MS / 1000:
            time.sleep(0.0005)
        client = socket.create_connection(("127.0.0.1", PORT))
        client.sendall(message)
        due[client.fileno()] = time.perf_counter() + HOLD_MS / 1000
        sockets[client.fileno()] = client
        client.setblocking(False)
        poll.register(client.fileno(), select.EPOLLIN)
    print("sent", flush=True)
    if LEAVE:
        sys.stdin.readline()
        for client in sockets.values():
            client.close()
        print("{}", flush=True)
        return
    late, bad = [], 0
    while sockets:
        for descriptor, _ in poll.poll():
            late.append((time.perf_counter() - due[descriptor]) * 1000)
            bad += b" 504 " not in sockets[descriptor].recv(65536)[:20]
            poll.unregister(descriptor)
            sockets.pop(descriptor).close()
    late.sort()
    print(json.dumps({"p50_ms": late[len(late) // 2], "p99_ms": late[len(late) * 99 // 100],
                      "max_ms": late[-1], "early_ms": -late[0], "bad": bad}), flush=True)


main()
