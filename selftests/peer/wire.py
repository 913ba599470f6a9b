# SPDX-License-Identifier: GPL-2.0
"""wire.py: the layouts of docs/protocol.md, encoded and decoded.

A layout is a row of fields; `encode` takes what they hold as keywords (what is
left out is zero) and `decode` returns it as a dictionary. `fields` of a layout
names them in their order, for who wants to show a message.
"""

import ipaddress
import struct

from noise import Invalid

INIT, RESPONSE, COOKIE_REPLY, DATA, CONTROL, NOTICE = range(1, 7)
CREATE, REKEY = 1, 2
PATHS = 8
NO_PATH = 0xff
HEADER, TAG = 16, 16
OVERHEAD = HEADER + TAG
BIRTH, ATTACHED, VOLATILE, DEGRADED, RECOVERING = range(1, 6)

(HEARTBEAT, HEARTBEAT_ACK, REATTACH_REQUEST, REATTACH_CHALLENGE, REATTACH_PROOF,
 REATTACH_ACK, REATTACH_REJECT, REATTACH_WANTED, REKEY_WANTED, PATH_CHALLENGE,
 PATH_CONFIRM, ENDPOINTS, ENDPOINTS_ACK, TERMINATE) = range(1, 15)

NAMES = dict(enumerate(
    "HEARTBEAT HEARTBEAT_ACK REATTACH_REQUEST REATTACH_CHALLENGE REATTACH_PROOF "
    "REATTACH_ACK REATTACH_REJECT REATTACH_WANTED REKEY_WANTED PATH_CHALLENGE "
    "PATH_CONFIRM ENDPOINTS ENDPOINTS_ACK TERMINATE".split(), 1))

# Reasons that a peer has to know by number (docs/events.md).
NAT_REBIND, OPERATOR_REQUEST, PEER_REQUEST = 68, 70, 71
LINK_DOWN = 65
FRESHNESS_INVALID, REPLAY_DETECTED, STALE_EPOCH = 160, 161, 162
POLICY_DENY, RATE_LIMITED, INVALID_CANDIDATE = 164, 165, 166
SESSION_NOT_FOUND, AUTH_FAIL = 167, 169
OPERATOR_TERMINATED = 197


class Int:
    def __init__(self, code):
        self.code, self.size = "<" + code, struct.calcsize("<" + code)

    def encode(self, value):
        return struct.pack(self.code, value or 0)

    def decode(self, data):
        return struct.unpack(self.code, data)[0]


class Bytes:
    def __init__(self, size):
        self.size = size

    def encode(self, value):
        value = bytes(self.size) if value is None else value
        if len(value) != self.size:
            raise ValueError(f"{len(value)} bytes for {self.size}")
        return value

    def decode(self, data):
        return data


class Zero(Bytes):
    """Zero when sent, and when read too; otherwise the message is not valid."""

    def decode(self, data):
        if any(data):
            raise Invalid("reserved")


class Ignored(Bytes):
    """Zero when sent, ignored when read."""


class Endpoint:
    """("192.0.2.1", 5180), or None for "unknown"."""
    size = 20

    def encode(self, value):
        if value is None:
            return bytes(20)
        address = ipaddress.ip_address(value[0])
        return struct.pack("<BBH16s", address.version, 0, value[1], address.packed)

    def decode(self, data):
        family, zero, port, address = struct.unpack("<BBH16s", data)
        if zero or family not in (0, 4, 6):
            raise Invalid("endpoint")
        used = {0: 0, 4: 4, 6: 16}[family]
        if any(address[used:]) or (not family and port):
            raise Invalid("endpoint")
        return (str(ipaddress.ip_address(address[:used])), port) if family else None


class Layout:
    def __init__(self, *fields):
        self.fields = fields
        self.size = sum(kind.size for _, kind in fields)

    def encode(self, **values):
        unknown = set(values) - {name for name, _ in self.fields}
        if unknown:
            raise ValueError(f"no such field: {unknown}")
        return b"".join(kind.encode(values.get(name)) for name, kind in self.fields)

    def decode(self, data):
        """The beginning of `data`."""
        if len(data) < self.size:
            raise Invalid("too short")
        values, at = {}, 0
        for name, kind in self.fields:
            values[name] = kind.decode(data[at:at + kind.size])
            at += kind.size
        return values


U8, LE16, LE32, LE64 = Int("B"), Int("H"), Int("I"), Int("Q")

INIT_MESSAGE = Layout(
    ("type", U8), ("zero", Zero(3)), ("sender_index", LE32), ("noise", Bytes(192)),
    ("mac1", Bytes(16)), ("mac2", Bytes(16)))

INIT_PAYLOAD = Layout(
    ("kind", U8), ("ciphers", U8), ("path_id", U8), ("zero", Ignored(1)),
    ("timestamp", Bytes(12)), ("session_id", Bytes(16)), ("clock", LE32),
    ("session_max_lifetime", LE32), ("transport_loss_ttl", LE32), ("features", LE32),
    ("notice_token", Bytes(16)), ("reserved", Ignored(32)))

RESPONSE_MESSAGE = Layout(
    ("type", U8), ("zero", Zero(3)), ("sender_index", LE32), ("receiver_index", LE32),
    ("noise", Bytes(168)), ("mac1", Bytes(16)), ("mac2", Bytes(16)))

RESPONSE_PAYLOAD = Layout(
    ("status", LE16), ("cipher", U8), ("zero", Ignored(1)), ("session_id", Bytes(16)),
    ("clock", LE32), ("session_max_lifetime", LE32), ("transport_loss_ttl", LE32),
    ("observed", Endpoint()), ("features", LE32), ("owner_term", LE32),
    ("notice_token", Bytes(16)), ("timestamp", Bytes(12)), ("reserved", Ignored(32)))

COOKIE_MESSAGE = Layout(
    ("type", U8), ("zero", Zero(3)), ("receiver_index", LE32), ("nonce", Bytes(24)),
    ("sealed_cookie", Bytes(32)))

PACKET_HEADER = Layout(
    ("type", U8), ("path_id", U8), ("flags", LE16), ("receiver_index", LE32),
    ("counter", LE64))

NOTICE_MESSAGE = Layout(
    ("type", U8), ("zero", Zero(3)), ("receiver_index", LE32), ("token", Bytes(16)))

BODY_HEAD = Layout(("kind", U8), ("zero", Zero(1)), ("length", LE16), ("clock", LE32))

_HEARTBEAT = (
    ("sequence", LE32), ("echo_clock", LE32), ("sent", LE32), ("received", LE32),
    ("generation", LE32), ("epoch", LE32), ("bound_path", U8), ("state", U8),
    ("zero", Zero(2)), ("token", Bytes(16)), ("echo", Bytes(16)))

BODIES = {
    HEARTBEAT: Layout(*_HEARTBEAT),
    HEARTBEAT_ACK: Layout(*_HEARTBEAT, ("observed", Endpoint())),
    REATTACH_REQUEST: Layout(
        ("nonce", LE64), ("epoch", LE32), ("path_id", U8), ("zero", Zero(1)),
        ("reason", LE16), ("observed", Endpoint()), ("token", Bytes(16))),
    REATTACH_CHALLENGE: Layout(("nonce", LE64), ("token", Bytes(16))),
    REATTACH_PROOF: Layout(("nonce", LE64), ("epoch", LE32), ("token", Bytes(16))),
    REATTACH_ACK: Layout(
        ("nonce", LE64), ("epoch", LE32), ("version", LE64), ("initiator", Endpoint()),
        ("responder", Endpoint()), ("reason", LE16), ("zero", Zero(2)),
        ("accept_time", LE64), ("lineage_before", Bytes(16)), ("lineage", Bytes(16)),
        ("owner_term", LE32)),
    REATTACH_REJECT: Layout(
        ("nonce", LE64), ("reason", LE16), ("zero", Zero(2)), ("epoch", LE32),
        ("retry_after", LE32)),
    REATTACH_WANTED: Layout(("epoch", LE32), ("reason", LE16), ("zero", Zero(2))),
    REKEY_WANTED: Layout(),
    PATH_CHALLENGE: Layout(("token", Bytes(16)), ("observed", Endpoint())),
    PATH_CONFIRM: Layout(("token", Bytes(16))),
    # With one entry; more follow alike.
    ENDPOINTS: Layout(
        ("serial", LE32), ("count", U8), ("zero", Zero(3)), ("endpoint", Endpoint()),
        ("priority", U8), ("zero2", Zero(3))),
    ENDPOINTS_ACK: Layout(("serial", LE32)),
    TERMINATE: Layout(("reason", LE16), ("zero", Zero(2))),
}


def timestamp(ns):
    """TAI64N of nanoseconds since 1970."""
    return struct.pack(">QI", 2 ** 62 + 10 + ns // 10 ** 9, ns % 10 ** 9)


def timestamp_ns(stamp):
    seconds, ns = struct.unpack(">QI", stamp)
    return (seconds - 2 ** 62 - 10) * 10 ** 9 + ns


def body(kind, clock, /, **values):
    """A CONTROL body, with its head and without padding."""
    rest = BODIES[kind].encode(**values)
    return BODY_HEAD.encode(kind=kind, length=BODY_HEAD.size + len(rest),
                            clock=clock) + rest


def read_body(plain):
    """What a body holds, with its head; None for a kind that is not known."""
    head = BODY_HEAD.decode(plain)
    if not BODY_HEAD.size <= head["length"] <= len(plain):
        raise Invalid("length")
    if head["kind"] not in BODIES:
        return None
    rest = plain[BODY_HEAD.size:head["length"]]
    if head["kind"] == ENDPOINTS:
        return head
    return {**BODIES[head["kind"]].decode(rest), **head}


def header(kind, path_id, index, counter):
    return PACKET_HEADER.encode(type=kind, path_id=path_id, receiver_index=index,
                                counter=counter)
