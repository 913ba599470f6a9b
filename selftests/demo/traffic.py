#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""traffic.py: what runs inside the tunnel all the time.

    traffic.py udp-send ADDRESS PORT FILE    100 packets a second, or one
                                             after SIGUSR2, until the next;
                                             FILE gets (number, sent) of each
    traffic.py udp-take ADDRESS PORT FILE    FILE gets (number, arrived)
    traffic.py tcp-send ADDRESS PORT FILE    one connection, about 1 Mbit/s,
                                             until SIGTERM; FILE gets a report
    traffic.py tcp-take ADDRESS PORT FILE    FILE gets (bytes so far, when)

Pairs are two 64-bit numbers; times are those of the boot clock in ns.
"""
import hashlib
import json
import os
import signal
import socket
import struct
import sys

import clock
from sniff import MARKER

PAIR = struct.Struct("<QQ")
UDP_INTERVAL_NS = 10_000_000
UDP_SLOW_NS = 1_000_000_000
UDP_BYTES = 160
TCP_INTERVAL_NS = 20_000_000
TCP_BYTES = 2500
# So often must the connection be possible to open anew before it is given up.
TCP_RECONNECTS = 3

stopped = False
slow = False


def change_pace(*_):
    global slow
    slow = not slow


def stop(*_):
    global stopped
    stopped = True


class Planted(OSError):
    """SIGUSR1: the connection breaks on purpose."""


def break_off(*_):
    raise Planted("broken on purpose")


def record(path):
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)


def udp_send(address, port, path):
    log = record(path)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    due, number = clock.now(), 0
    while not stopped:
        due = clock.pace(due, UDP_SLOW_NS if slow else UDP_INTERVAL_NS)
        sent = clock.now()
        packet = PAIR.pack(number, sent) + MARKER
        os.write(log, PAIR.pack(number, sent))
        try:
            sender.sendto(packet.ljust(UDP_BYTES, b"."), (address, port))
        except OSError:
            pass  # no way right now: it counts as sent, and as lost
        number += 1


def udp_take(address, port, path):
    log = record(path)
    taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taker.setsockopt(socket.SOL_SOCKET, clock.SO_TIMESTAMPNS, 1)
    taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    taker.bind((address, port))
    while not stopped:
        data, ancillary, _, _ = taker.recvmsg(2048, 128)
        if len(data) == UDP_BYTES and data[16:16 + len(MARKER)] == MARKER:
            number, _ = PAIR.unpack_from(data)
            os.write(log, PAIR.pack(number, clock.arrival(ancillary)))


def block(number):
    """Content that shows where in the stream it belongs."""
    return (b"%s %016d " % (MARKER, number) * TCP_BYTES)[:TCP_BYTES]


def connection(address, port, digest):
    """Sends until told to stop, then compares what the other end has read."""
    with socket.create_connection((address, port)) as link:
        due, number = clock.now(), 0
        while not stopped:
            due = clock.pace(due, TCP_INTERVAL_NS)
            data = block(number)
            link.sendall(data)
            digest.update(data)
            number += 1
        link.shutdown(socket.SHUT_WR)
        answer = b""
        while len(answer) < digest.digest_size:
            part = link.recv(64)
            if not part:
                break
            answer += part
        return number * TCP_BYTES, answer == digest.digest()


def tcp_send(address, port, path):
    report = {"connections": 0, "errors": [], "bytes": 0, "intact": False}
    while not stopped and report["connections"] < TCP_RECONNECTS:
        report["connections"] += 1
        try:
            report["bytes"], report["intact"] = connection(
                address, port, hashlib.sha256())
        except OSError as error:
            report["errors"].append(str(error))
    with open(path, "w", encoding="utf-8") as out:
        json.dump(report, out)


def tcp_take(address, port, path):
    log = record(path)
    listener = socket.create_server((address, port))
    total = 0
    while not stopped:
        link, _ = listener.accept()
        digest = hashlib.sha256()
        try:
            while data := link.recv(1 << 16):
                digest.update(data)
                total += len(data)
                os.write(log, PAIR.pack(total, clock.now()))
            link.sendall(digest.digest())
        except OSError:
            pass  # the sender counts it
        link.close()


def main():
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGUSR1, break_off)
    signal.signal(signal.SIGUSR2, change_pace)
    what, address, port, path = sys.argv[1:5]
    {"udp-send": udp_send, "udp-take": udp_take, "tcp-send": tcp_send,
     "tcp-take": tcp_take}[what](address, int(port), path)


if __name__ == "__main__":
    main()
