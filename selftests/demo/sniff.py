#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""sniff.py INTERFACE PORT [--full TYPE...]: what passes an interface, a line for
each datagram to or from the UDP port:

    TIME in|out SOURCE DESTINATION TYPE PATH LENGTH plain|sealed [PAYLOAD]

TIME is the boot clock in ns, as in events. A datagram in whose bytes the text
of the inner packets can be read is "plain", also one to or from another port.
--full adds the payload in hex, of messages of these types.
"""
import socket
import struct
import sys

import clock

MARKER = b"jvpn demo inner packet"
ETH_P_ALL = 3
PACKET_OUTGOING = 4


def parse(frame):
    """(source, destination, payload) of an IPv4 UDP datagram, or None."""
    if len(frame) < 28 or frame[0] >> 4 != 4 or frame[9] != socket.IPPROTO_UDP:
        return None
    head = (frame[0] & 15) * 4
    if struct.unpack_from("!H", frame, 6)[0] & 0x1FFF:
        return None
    sport, dport = struct.unpack_from("!HH", frame, head)
    return ((socket.inet_ntoa(frame[12:16]), sport),
            (socket.inet_ntoa(frame[16:20]), dport),
            frame[head + 8:])


def text(address):
    return "%s:%d" % address


def line(when, outgoing, frame, port, full):
    parsed = parse(frame)
    plain = MARKER in frame
    ours = parsed and port in (parsed[0][1], parsed[1][1])
    if not ours and not plain:
        return None
    source, destination, payload = parsed or (("-", 0), ("-", 0), b"")
    words = [str(when), "out" if outgoing else "in", text(source),
             text(destination), str(payload[0] if payload else 0),
             str(payload[1] if len(payload) > 1 else 0), str(len(payload)),
             "plain" if plain else "sealed"]
    if words[4] in full:
        words.append(payload.hex())
    return " ".join(words) + "\n"


def main():
    interface, port, full = sys.argv[1], int(sys.argv[2]), sys.argv[4:]
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                        socket.htons(ETH_P_ALL))
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    tap.setsockopt(socket.SOL_SOCKET, clock.SO_TIMESTAMPNS, 1)
    tap.bind((interface, ETH_P_ALL))
    out = sys.stdout
    out.write("# listening\n")
    out.flush()
    while True:
        try:
            frame, ancillary, _, where = tap.recvmsg(1 << 16, 128)
        except OSError:
            # The interface is down for a while.
            continue
        record = line(clock.arrival(ancillary), where[2] == PACKET_OUTGOING,
                      frame, port, full)
        if record:
            out.write(record)
            out.flush()


if __name__ == "__main__":
    main()
