#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""attacker.py: what somebody on the way can do without any key.

  attacker.py capture NAMESPACE DEVICE PORT FILE
        record datagrams from and to this UDP port, until SIGTERM
  attacker.py replay NAMESPACE FILE [--to ADDRESS] [--type N] [--own]
        send the recorded ones to ADDRESS again, from the address they came
        from, or with --own from this namespace's own; prints how many
  attacker.py relay NAMESPACE CLIENT-ROUTER DEVICE GATEWAY PORT
        send every datagram of the client, as seen on the router's device, to
        the gateway from the attacker's own address, ahead of the original;
        send what comes back on to the client; until SIGTERM

IPv4 only. FILE has one datagram in a line: direction is by its addresses.
"""

import ctypes
import os
import select
import signal
import socket
import struct
import sys

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
PACKET_OUTGOING = 4

libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace):
    fd = os.open("/run/netns/" + namespace, os.O_RDONLY)
    if libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns", namespace)
    os.close(fd)


def sniffer(namespace, device):
    enter(namespace)
    sniff = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sniff.bind((device, ETH_P_ALL))
    return sniff


class Datagram:
    """An IPv4 UDP datagram as it was on the wire, or None."""

    def __init__(self, source, sport, target, dport, payload):
        self.source, self.sport = source, sport
        self.target, self.dport = target, dport
        self.payload = payload

    @staticmethod
    def parse(frame):
        if len(frame) < 42 or frame[12:14] != b"\x08\x00" or frame[23] != 17:
            return None
        ihl = (frame[14] & 15) * 4
        udp = 14 + ihl
        sport, dport, length = struct.unpack("!HHH", frame[udp:udp + 6])
        return Datagram(socket.inet_ntoa(frame[26:30]), sport,
                        socket.inet_ntoa(frame[30:34]), dport,
                        frame[udp + 8:udp + length])

    def line(self):
        return (f"{self.source} {self.sport} {self.target} {self.dport} "
                f"{self.payload.hex()}\n")

    @staticmethod
    def from_line(line):
        source, sport, target, dport, payload = line.split()
        return Datagram(source, int(sport), target, int(dport), bytes.fromhex(payload))

    def packet(self):
        """For a raw socket, which adds length, id and checksum of IP."""
        udp = struct.pack("!HHHH", self.sport, self.dport, 8 + len(self.payload), 0)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 17, 0,
                         socket.inet_aton(self.source), socket.inet_aton(self.target))
        return ip + udp + self.payload


def raw_socket():
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)


def capture(namespace, device, port, name):
    sniff = sniffer(namespace, device)
    with open(name, "w", encoding="ascii", buffering=1) as out:
        print("ready", flush=True)
        while True:
            frame, _ = sniff.recvfrom(65536)
            datagram = Datagram.parse(frame)
            if datagram and int(port) in (datagram.sport, datagram.dport):
                out.write(datagram.line())


def option(words, name, default=None):
    return words[words.index(name) + 1] if name in words else default


def replay(namespace, name, *words):
    target, kind = option(words, "--to"), option(words, "--type")
    enter(namespace)
    raw = raw_socket()
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    count = 0
    with open(name, encoding="ascii") as lines:
        for datagram in map(Datagram.from_line, lines):
            if target and datagram.target != target:
                continue
            if kind and datagram.payload[0] != int(kind):
                continue
            if "--own" in words:
                own.sendto(datagram.payload, (datagram.target, datagram.dport))
            else:
                raw.sendto(datagram.packet(), (datagram.target, 0))
            count += 1
    print(count)


def relay(namespace, router, device, gateway, port):
    port = int(port)
    sniff = sniffer(router, device)
    raw = raw_socket()
    enter(namespace)
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.connect((gateway, port))
    client = None
    print("ready", flush=True)
    while True:
        for ready in select.select([sniff, own], [], [])[0]:
            if ready is own:
                payload = own.recv(65536)
                if client:
                    raw.sendto(Datagram(gateway, port, *client, payload).packet(),
                               (client[0], 0))
                continue
            frame, address = sniff.recvfrom(65536)
            datagram = Datagram.parse(frame)
            if address[2] != PACKET_OUTGOING and datagram and \
                    (datagram.target, datagram.dport) == (gateway, port):
                client = datagram.source, datagram.sport
                own.send(datagram.payload)


def main(words):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    commands = {"capture": capture, "replay": replay, "relay": relay}
    commands[words[0]](*words[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
