# SPDX-License-Identifier: GPL-2.0
"""Generic netlink by hand, driven by netlink/jvpn.yaml: what the tests need to
say to the kernel what no proper client would say. Used by netlink_*.py."""

import errno
import ipaddress
import os
import socket
import struct
import sys

import yaml

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP_INTR, NLM_F_DUMP = 1, 2, 4, 0x10, 0x300
NLM_F_ACK_TLVS = 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLA_F_NESTED = 0x8000
SOL_NETLINK, ADD_MEMBERSHIP, CAP_ACK, EXT_ACK = 270, 1, 10, 11
INTEGER = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}


class NlError(OSError):
    """The kernel's refusal: errno, its words, and where it points to."""

    def __init__(self, code, text, offset):
        super().__init__(code, f"{errno.errorcode.get(code, code)}: {text!r}")
        self.text = text or ""
        self.offset = offset


def attr(kind, data):
    """An attribute as it is sent."""
    return struct.pack("HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


def attrs(data):
    """(type, payload) of all attributes."""
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        yield kind & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


class Spec:
    """netlink/jvpn.yaml: names to numbers and back."""

    def __init__(self, path=os.path.join(TOP, "netlink", "jvpn.yaml")):
        with open(path, encoding="utf-8") as file:
            self.yaml = yaml.safe_load(file)
        self.sets = {}
        for attr_set in self.yaml["attribute-sets"]:
            number = {}
            for value, entry in enumerate(attr_set["attributes"], 1):
                number[entry["name"]] = dict(entry, number=entry.get("value", value))
            self.sets[attr_set["name"]] = number
        self.commands = {op["name"]: value for value, op in
                         enumerate(self.yaml["operations"]["list"], 1)}
        self.enums = {}
        for definition in self.yaml["definitions"]:
            value, names = -1, {}
            for entry in definition.get("entries", ()):
                value = entry.get("value", value + 1)
                names[entry["name"]] = value
            self.enums[definition["name"]] = names

    def encode(self, set_name, values):
        """Attributes from {name: value}; bytes go as they are, lists repeat."""
        out = b""
        for name, value in values.items():
            for one in value if isinstance(value, list) else [value]:
                out += self.encode_one(set_name, name, one)
        return out

    def encode_one(self, set_name, name, value):
        entry = self.sets[set_name][name]
        kind = entry["type"]
        if kind == "nest" and not isinstance(value, bytes):
            return attr(entry["number"] | NLA_F_NESTED,
                        self.encode(entry["nested-attributes"], value))
        if isinstance(value, bytes):
            return attr(entry["number"] | (NLA_F_NESTED if kind == "nest" else 0), value)
        if kind in INTEGER:
            if isinstance(value, str):
                value = self.enums[entry["enum"]][value]
            return attr(entry["number"], struct.pack(INTEGER[kind], value))
        if kind == "string":
            return attr(entry["number"], value.encode() + b"\0")
        if kind == "flag":
            return attr(entry["number"], b"") if value else b""
        return attr(entry["number"], ipaddress.ip_address(value).packed)

    def decode(self, set_name, data):
        by_number = {e["number"]: e for e in self.sets[set_name].values()}
        out = {}
        for number, payload in attrs(data):
            entry = by_number[number]
            name, kind = entry["name"], entry["type"]
            if kind == "pad":
                continue
            if kind == "nest":
                value = self.decode(entry["nested-attributes"], payload)
            elif kind in INTEGER:
                value = struct.unpack(INTEGER[kind], payload)[0]
            elif kind == "string":
                value = payload.rstrip(b"\0").decode()
            elif kind == "flag":
                value = True
            elif entry.get("display-hint") in ("ipv4", "ipv6"):
                value = str(ipaddress.ip_address(payload))
            else:
                value = payload.hex()
            if entry.get("multi-attr"):
                out.setdefault(name, []).append(value)
            else:
                out[name] = value
        return out


class Family:
    """A socket, and the family's number on this kernel."""

    def __init__(self, spec, receive_buffer=None):
        self.spec = spec
        self.seq = 0
        self.interrupted = False
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)
        self.sock.bind((0, 0))
        self.groups = {}
        reply = self.send(0x10, 3, attr(2, b"jvpn\0"))[0]
        for kind, payload in attrs(reply[4:]):
            if kind == 1:
                self.id = struct.unpack("H", payload)[0]
            elif kind == 7:
                for _, group in attrs(payload):
                    found = dict(attrs(group))
                    self.groups[found[1].rstrip(b"\0").decode()] = \
                        struct.unpack("I", found[2])[0]

    def send(self, kind, command, payload, flags=NLM_F_REQUEST | NLM_F_ACK, reserved=0):
        """One request; returns the bodies of all answers, or raises NlError."""
        self.post(kind, command, payload, flags, reserved)
        out = []
        while True:
            messages = list(self.receive())
            for msg_type, msg_flags, seq, body in messages:
                if seq != self.seq:
                    continue
                self.interrupted |= bool(msg_flags & NLM_F_DUMP_INTR)
                if msg_type in (NLMSG_ERROR, NLMSG_DONE):
                    self.raise_error(msg_type, msg_flags, body)
                    return out
                out.append(body)

    def post(self, kind, command, payload, flags=NLM_F_REQUEST | NLM_F_ACK, reserved=0):
        self.seq += 1
        body = struct.pack("BBH", command, 1, reserved) + payload
        self.sock.send(struct.pack("IHHII", len(body) + 16, kind, flags, self.seq, 0) + body)

    def receive(self):
        """(type, flags, sequence, body) of the messages of one datagram."""
        data = self.sock.recv(1 << 17)
        while data:
            length, kind, flags, seq, _ = struct.unpack_from("IHHII", data)
            yield kind, flags, seq, data[16:length]
            data = data[(length + 3) & ~3:]

    @staticmethod
    def raise_error(msg_type, flags, body):
        code = -struct.unpack_from("i", body)[0]
        if not code:
            return
        text = offset = None
        if flags & NLM_F_ACK_TLVS:
            found = dict(attrs(body[20 if msg_type == NLMSG_ERROR else 4:]))
            text = found.get(1, b"").rstrip(b"\0").decode()
            offset = struct.unpack("I", found[2])[0] if 2 in found else None
        raise NlError(code, text, offset)

    def raw(self, command, payload, **more):
        return self.send(self.id, self.spec.commands[command], payload, **more)

    def do(self, command, **values):
        """A request from {attribute: value}; the answer decoded, or None."""
        values = {k.replace("_", "-"): v for k, v in values.items()}
        found = self.raw(command, self.spec.encode("jvpn", values))
        return self.spec.decode("jvpn", found[0][4:]) if found else None

    def dump(self, command, **values):
        self.interrupted = False
        values = {k.replace("_", "-"): v for k, v in values.items()}
        found = self.raw(command, self.spec.encode("jvpn", values),
                         flags=NLM_F_REQUEST | NLM_F_DUMP)
        return [self.spec.decode("jvpn", body[4:]) for body in found]

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, self.groups[group])

    def events(self):
        """Decoded events of one datagram; OSError ENOBUFS after an overrun."""
        return [self.spec.decode("jvpn", body[4:])["event"]
                for _, _, _, body in self.receive()]


class Tap:
    """Test lines; the program's exit status says whether one failed."""

    def __init__(self):
        self.failed = 0

    def line(self, ok, what, detail=""):
        if not ok:
            self.failed += 1
            print(f"# {detail}")
        print(f"{'ok' if ok else 'not ok'} - {what}", flush=True)

    def equal(self, what, expected, actual):
        self.line(expected == actual, what,
                  f"expected {shorten(expected)}, got {shorten(actual)}")

    def refused(self, what, code, words, call, *args, **kwargs):
        """The call fails with this errno, and all the words are in its text."""
        words = [words] if isinstance(words, str) else words
        try:
            result = call(*args, **kwargs)
        except NlError as error:
            ok = error.errno == code and all(word in error.text for word in words)
            self.line(ok, what, f"wanted {errno.errorcode[code]} with {words}, got {error}")
        else:
            self.line(False, what, f"was accepted, answer {result!r}")

    def exit(self):
        sys.exit(1 if self.failed else 0)


def shorten(value):
    text = repr(value)
    return text if len(text) < 1000 else text[:500] + " ... " + text[-500:]


def key(number):
    """A public key like any other: no point of low order has such bytes."""
    return struct.pack(">I", number + 0x01020304) + bytes(range(27)) + b"\x11"
