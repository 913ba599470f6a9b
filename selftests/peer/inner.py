# SPDX-License-Identifier: GPL-2.0
"""inner.py: the packets inside the tunnel, as far as a test needs any: ICMP echo
and UDP over IPv4."""

import ipaddress
import struct

ICMP, UDP = 1, 17
ECHO_REPLY, ECHO_REQUEST = 0, 8


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip(protocol, source, target, payload):
    def head(check):
        return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol,
                           check, ipaddress.ip_address(source).packed,
                           ipaddress.ip_address(target).packed)
    return head(checksum(head(0))) + payload


def echo(source, target, number, kind=ECHO_REQUEST, ident=7, data=b"example!"):
    def icmp(check):
        return struct.pack("!BBHHH", kind, 0, check, ident, number) + data
    return ip(ICMP, source, target, icmp(checksum(icmp(0))))


def udp(source, target, sport, dport, data):
    """Without a checksum, which IPv4 allows: the tag covers it."""
    return ip(UDP, source, target,
              struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data)


class Packet:
    """What came out of the tunnel; `protocol` is None if it is nothing known here."""

    def __init__(self, data):
        self.protocol = self.kind = None
        if len(data) < 28 or data[0] >> 4 != 4:
            return
        head = (data[0] & 15) * 4
        length, = struct.unpack("!H", data[2:4])
        self.source, self.target = (str(ipaddress.ip_address(data[n:n + 4])) for n in (12, 16))
        self.protocol, rest = data[9], data[head:length]
        self.head, self.data = rest[:8], rest[8:]
        if self.protocol == ICMP:
            self.kind, self.number = rest[0], struct.unpack("!H", rest[6:8])[0]
        elif self.protocol == UDP:
            self.sport, self.dport = struct.unpack("!HH", rest[:4])

    def answer(self):
        """To an echo request, or to UDP port 7; else nothing."""
        if self.protocol == ICMP and self.kind == ECHO_REQUEST:
            ident, = struct.unpack("!H", self.head[4:6])
            return echo(self.target, self.source, self.number, ECHO_REPLY, ident, self.data)
        if self.protocol == UDP and self.dport == 7:
            return udp(self.target, self.source, 7, self.sport, self.data)
        return None
