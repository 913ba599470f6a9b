#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""stream.py: paced traffic between two namespaces, and a clock for the faults.

Two UDP flows ("up" from the client, "down" from the gateway, 3 ms later) of
numbered packets leave at fixed instants of the boot clock. The arrival is the kernel's
own time stamp, so a machine that computes slowly measures no worse. A TCP
connection carries small chunks there and back meanwhile.

At each --mark MS:NAME the line NAME is printed: whoever started this program
reads it and makes the fault, at the same phase of the stream each time. With
--runs N everything is done N times; each time the line `run` asks for a fresh
tunnel, and a line on standard input says that it is there; after `done` another
line is waited for. The first inner packet, which begins the session, leaves at
a multiple of --align, the stream begins --settle later. Each run adds a line to
--out FILE:

  start, period_ms   boot clock of the first packet, seconds; distance of packets
  marks              name -> boot clock in seconds
  late_ms            how much later than it should a packet left, at worst
  wall               wall clock less boot clock, seconds
  up, down           sent, received, lost, reordered, duplicated, refused,
                     delay_ms (median), gap_ms and gap_at (longest distance of
                     two arrivals, and the arrival before it), lost_at (when the
                     lost ones were sent), arrivals
  tcp                sent, received (bytes that came back), intact, broken
"""

import argparse
import ctypes
import json
import os
import socket
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
SO_TIMESTAMPNS = 35
PORT = 9000
CHUNK = 64
# The ends do not send at the same instant: round trips are multiples of the
# packets' distance, and a hair would decide which of two packets a move still meets.
DOWN_LATER = 3 * 10**6
LATE_CHUNKS = 10 * 10**9

libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace):
    """By its name, or by a file that is open."""
    named = isinstance(namespace, str)
    fd = os.open("/run/netns/" + namespace, os.O_RDONLY) if named else namespace
    if libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns", namespace)
    if named:
        os.close(fd)


def now():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def sleep_until(at):
    """Absolute on the boot clock; a signal does not shorten it."""
    while (rest := at - now()) > 0:
        time.sleep(rest / 1e9)


class Flow:
    """Numbered packets from one namespace to the other."""

    def __init__(self, source, target, port):
        family = socket.AF_INET6 if ":" in target[1] else socket.AF_INET
        enter(target[0])
        self.rx = socket.socket(family, socket.SOCK_DGRAM)
        self.rx.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.rx.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.rx.bind((target[1], port))
        self.rx.setblocking(False)
        enter(source[0])
        self.tx = socket.socket(family, socket.SOCK_DGRAM)
        self.tx.bind((source[1], 0))
        self.tx.setblocking(False)
        self.to = (target[1], port)
        self.sent = []
        self.arrivals = []
        self.refused = 0
        # Time stamps are wall clock; what the two differ by does not change.
        self.wall = time.clock_gettime_ns(time.CLOCK_REALTIME) - now()

    def close(self):
        self.rx.close()
        self.tx.close()

    def knock(self):
        """Begins the session, and is no part of the stream."""
        try:
            self.tx.sendto(bytes(16), self.to)
        except OSError:
            pass

    def send(self, size):
        number = len(self.sent)
        self.sent.append(now())
        packet = struct.pack("!QQ", number, 0x6a76706e) + bytes(size - 16)
        for _ in range(2):
            # The first call may only hand out an ICMP error of before.
            try:
                self.tx.sendto(packet, self.to)
                return
            except OSError:
                self.refused += 1

    def drain(self):
        while True:
            try:
                data, control, _, _ = self.rx.recvmsg(2048, 256)
            except OSError:
                return
            number, magic = struct.unpack("!QQ", data[:16])
            if magic != 0x6a76706e:
                continue
            seconds, nanos = struct.unpack("qq", control[0][2][:16])
            self.arrivals.append((seconds * 10**9 + nanos - self.wall, number))

    def report(self, since):
        seen = set()
        highest = -1
        reordered = duplicated = 0
        gap, gap_at = 0, None
        before = None
        for at, number in self.arrivals:
            if number in seen:
                duplicated += 1
                continue
            seen.add(number)
            reordered += number < highest
            highest = max(highest, number)
            if before is not None and before >= since and at - before > gap:
                gap, gap_at = at - before, before
            before = at
        delays = sorted(at - self.sent[n] for at, n in self.arrivals)
        return {
            "sent": len(self.sent),
            "received": len(seen),
            "lost": len(self.sent) - len(seen),
            "reordered": reordered,
            "duplicated": duplicated,
            "refused": self.refused,
            "delay_ms": delays[len(delays) // 2] / 1e6 if delays else None,
            "gap_ms": gap / 1e6,
            "gap_at": gap_at / 1e9 if gap_at else None,
            "lost_at": [s / 1e9 for n, s in enumerate(self.sent)
                        if n not in seen],
            "arrivals": [[at / 1e9, n] for at, n in self.arrivals],
        }


class Echo:
    """A TCP connection whose chunks come back."""

    def __init__(self, client, gateway):
        family = socket.AF_INET6 if ":" in gateway[1] else socket.AF_INET
        enter(gateway[0])
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((gateway[1], PORT))
        listener.listen(1)
        enter(client[0])
        self.near = socket.create_connection((gateway[1], PORT), timeout=30)
        self.far, _ = listener.accept()
        listener.close()
        for end in self.near, self.far:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.setblocking(False)
        self.expected = b""
        self.back = b""
        self.number = 0
        self.broken = None

    def close(self):
        """Nothing of it is left: a FIN that nobody acknowledges is repeated for
        minutes, and would be traffic of the next run."""
        for end in self.near, self.far:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           struct.pack("ii", 1, 0))
            end.close()

    def step(self, send):
        try:
            if send:
                chunk = struct.pack("!Q", self.number) * (CHUNK // 8)
                self.number += 1
                self.expected += chunk[:self.near.send(chunk)]
        except BlockingIOError:
            pass
        except OSError as error:
            self.broken = self.broken or str(error)
        for source, sink in (self.far, self.far), (self.near, None):
            try:
                while data := source.recv(65536):
                    if sink:
                        sink.send(data)
                    else:
                        self.back += data
            except BlockingIOError:
                pass
            except OSError as error:
                self.broken = self.broken or str(error)

    def complete(self):
        return self.broken or len(self.back) >= len(self.expected)

    def report(self):
        return {
            "sent": len(self.expected),
            "received": len(self.back),
            "intact": self.expected == self.back,
            "broken": self.broken,
        }


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("client", help="namespace,address")
    parser.add_argument("gateway", help="namespace,address")
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--flows", choices=("both", "up", "down"), default="both")
    parser.add_argument("--tcp", action="store_true")
    parser.add_argument("--time", type=int, default=2000, help="ms")
    parser.add_argument("--after", type=int, default=200,
                        help="ms to wait for late packets")
    parser.add_argument("--since", help="longest gap: only from this mark on")
    parser.add_argument("--align", type=int, default=10, help="ms, boot clock")
    parser.add_argument("--settle", type=int, default=1000, help="ms")
    parser.add_argument("--mark", action="append", default=[])
    parser.add_argument("--skip", help="FROM:TO, ms in which nothing is sent")
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    args.client = args.client.split(",")
    args.gateway = args.gateway.split(",")
    args.mark = sorted((int(ms) * 10**6, name) for ms, name in
                       (mark.split(":", 1) for mark in args.mark))
    if args.skip:
        args.skip = [int(ms) * 10**6 for ms in args.skip.split(":")]
    return args


def say(line):
    print(line, flush=True)


def stream(args, flows, echo, start):
    """Send and receive until the end; the marks that were passed, and how late
    a packet left at worst."""
    marks = list(args.mark)
    period = 10**9 // args.rate
    end = args.time * 10**6
    passed, late = {}, 0
    for offset in range(0, end + args.after * 10**6, period):
        while marks and marks[0][0] <= offset:
            at, name = marks.pop(0)
            sleep_until(start + at)
            passed[name] = now()
            say(name)
        if args.skip and args.skip[0] <= offset < args.skip[1]:
            continue
        for name, flow in flows.items():
            planned = start + offset + (DOWN_LATER if name == "down" else 0)
            sleep_until(planned)
            if offset < end:
                late = max(late, now() - planned)
                flow.send(args.size)
            flow.drain()
        if echo:
            echo.step(offset < end and offset % (5 * period) == 0)
    # A slow machine may still have chunks under way that left in time.
    limit = now() + LATE_CHUNKS
    while echo and not echo.complete() and now() < limit:
        time.sleep(0.02)
        echo.step(False)
    return passed, late


def run(args):
    step = args.align * 10**6
    sleep_until((now() // step + 1) * step)
    begun = now()
    flows = {}
    flows["up"] = Flow(args.client, args.gateway, PORT)
    flows["down"] = Flow(args.gateway, args.client, PORT + 1)
    if args.tcp:
        echo = Echo(args.client, args.gateway)
    else:
        echo = None
        flows["up"].knock()
    for name, flow in list(flows.items()):
        if args.flows not in (name, "both"):
            flow.close()
            del flows[name]
    start = ((begun + args.settle * 10**6) // step + 1) * step
    passed, late = stream(args, flows, echo, start)
    since = passed[args.since] if args.since else 0
    result = {
        "start": start / 1e9,
        "period_ms": 1e3 / args.rate,
        "marks": {name: at / 1e9 for name, at in passed.items()},
        "late_ms": late / 1e6,
        "wall": next(iter(flows.values())).wall / 1e9,
        "tcp": echo.report() if echo else None,
    }
    for name, flow in flows.items():
        result[name] = flow.report(since - 3 * 10**9 // args.rate)
        flow.close()
    if echo:
        echo.close()
    with open(args.out, "a", encoding="utf-8") as out:
        out.write(json.dumps(result) + "\n")


def main():
    args = arguments()
    for _ in range(args.runs):
        say("run")
        sys.stdin.readline()
        run(args)
        say("done")
        sys.stdin.readline()
    if not args.runs:
        run(args)


if __name__ == "__main__":
    sys.exit(main())
