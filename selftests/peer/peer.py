#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""peer.py: a peer of docs/protocol.md that shares no code with the module.

  peer.py --key FILE --peer PUBLIC-KEY [--psk FILE] [--inner ADDRESS,PEER'S]
          --path ID,LOCAL,DEVICE,REMOTE,PORT ...     the initiator
        | --listen LOCAL,PORT                        the responder

Keys as jvpn-tool has them, in base64. It obeys lines on standard input and says
for each "ok" or "failed", with what there is to say; in between and until the
end it answers whoever speaks to it. It says "ready" first.

  connect ID            begin a session over that path
  accept                wait until somebody has a session with us
  ping [N]              inner ICMP echo requests, all answered
  udp PORT TEXT         an inner datagram that is answered by itself
  warm ID               probe this path too; wait until it is validated
  switch ID             move the session there
  rekey                 new keys; the responder asks for them
  heard KIND            wait until such a message or body comes
  show                  the session as JSON
  said                  kinds of bodies and messages since last asked, in order
  cookies on|off        answer INITs with a COOKIE_REPLY first (responder)
  owner TERM            the owner term that we name from now on (responder)
  wait SECONDS          only serve
  terminate             end the session
"""

import argparse
import base64
import json
import os
import selectors
import socket
import sys
import time

import inner
import keys
import noise
import session
import wire

PATIENCE_S = 10
NOTICE_INTERVAL_S = 0.1


def key_file(name):
    with open(name, encoding="ascii") as file:
        return base64.b64decode(file.read())


class Node:
    """Sockets, keys, and the sessions that go by an index."""

    def __init__(self, private, peer_public, psk=keys.NO_PSK):
        self.private, self.peer_public, self.psk = private, peer_public, psk
        self.public = noise.public(private)
        self.ciphers = session.CIPHERS
        self.selector = selectors.DefaultSelector()
        self.sessions = []
        self.session = self.unconfirmed = None
        self.last_stamp_ns = 0
        self.last_seen_stamp = bytes(12)
        self.cookies, self.cookie_secret = False, os.urandom(32)
        self.noticed = 0
        self.owner_term = 0
        self.inner = []                 # packets that came out and were not answered
        self.invalid = []               # why what came was dropped

    # Sockets.

    def open(self, local, port=0, device=None):
        family = socket.AF_INET6 if ":" in local else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        if device:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        sock.bind((local, port))
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ, self.readable)
        return sock

    def send(self, route, datagram):
        sock, remote = route
        try:
            sock.sendto(datagram, remote)
        except OSError as error:        # as good as lost on the way
            self.invalid.append(error.strerror)

    def address(self, route):
        return route[0].getsockname()[:2]

    def readable(self, sock):
        while True:
            try:
                datagram, remote = sock.recvfrom(65536)
            except BlockingIOError:
                return
            except OSError:             # somebody's ICMP error
                continue
            try:
                self.received(datagram, (sock, remote[:2]))
            except noise.Invalid as error:
                self.invalid.append(str(error))

    # Messages.

    def new_index(self):
        return int.from_bytes(os.urandom(4), "little") | 1

    def timestamp(self):
        self.last_stamp_ns = max(time.time_ns(), self.last_stamp_ns + 1)
        return wire.timestamp(self.last_stamp_ns)

    def by_index(self, index):
        for one in self.sessions:
            if one.keys(index):
                return one
        return None

    def mac1_good(self, datagram):
        return keys.mac(keys.mac1_key(self.public), datagram[:-32]) == datagram[-32:-16]

    def received(self, datagram, route):
        kind = datagram[0] if datagram else 0
        size = {wire.INIT: 232, wire.RESPONSE: 212, wire.COOKIE_REPLY: 64,
                wire.NOTICE: 24}.get(kind)
        if size:
            if len(datagram) != size or any(datagram[1:4]):
                raise noise.Invalid("size or reserved")
            {wire.INIT: self.on_init, wire.RESPONSE: self.on_response,
             wire.COOKIE_REPLY: self.on_cookie, wire.NOTICE: self.on_notice}[kind](
                 datagram, route)
            return
        if kind not in (wire.DATA, wire.CONTROL) or len(datagram) < wire.OVERHEAD:
            raise noise.Invalid("type or size")
        index = wire.PACKET_HEADER.decode(datagram)["receiver_index"]
        one = self.by_index(index)
        if one:
            one.received(datagram, route)
        elif session.now() - self.noticed > NOTICE_INTERVAL_S:
            self.noticed = session.now()
            self.send(route, wire.NOTICE_MESSAGE.encode(
                type=wire.NOTICE, receiver_index=index,
                token=keys.notice_token(self.private, index)))

    def pending(self, index):
        handshake = getattr(self.session, "handshake", None)
        if not handshake or handshake["index"] != index:
            raise noise.Invalid("no such handshake")
        return self.session

    def on_response(self, datagram, _):
        if not self.mac1_good(datagram):
            raise noise.Invalid("mac1")
        self.pending(wire.RESPONSE_MESSAGE.decode(datagram)["receiver_index"]).on_response(
            datagram)

    def on_cookie(self, datagram, _):
        self.pending(wire.COOKIE_MESSAGE.decode(datagram)["receiver_index"]).on_cookie_reply(
            datagram)

    def on_notice(self, datagram, _):
        if isinstance(self.session, session.Initiator):
            self.session.on_notice(datagram)

    # The responder's part of handshakes.

    def on_init(self, datagram, route):
        if not self.mac1_good(datagram):
            raise noise.Invalid("mac1")
        message = wire.INIT_MESSAGE.decode(datagram)
        cookie = keys.mac(self.cookie_secret, repr(route[1]).encode())
        if self.cookies and keys.mac(cookie, datagram[:-16]) != message["mac2"]:
            nonce = os.urandom(24)
            self.send(route, wire.COOKIE_MESSAGE.encode(
                type=wire.COOKIE_REPLY, receiver_index=message["sender_index"], nonce=nonce,
                sealed_cookie=keys.seal_cookie(self.public, nonce, cookie, message["mac1"])))
            return
        hs = noise.Responder(session.PROLOGUE, self.private)
        payload = wire.INIT_PAYLOAD.decode(hs.read(message["noise"]))
        if hs.initiator_public != self.peer_public:
            raise noise.Invalid("not a peer")
        respond = Response(self, hs, payload, message["sender_index"], route)
        if payload["timestamp"] <= self.last_seen_stamp:
            respond.refuse(wire.FRESHNESS_INVALID, timestamp=self.last_seen_stamp)
            return
        self.last_seen_stamp = payload["timestamp"]
        if not self.ciphers & payload["ciphers"] & 0x7f:
            respond.refuse(wire.POLICY_DENY)
        elif payload["kind"] == wire.CREATE:
            self.unconfirmed = session.Responder(self, route, payload)
            respond.accept(self.unconfirmed, self.psk)
        elif payload["kind"] == wire.REKEY:
            one = next((s for s in self.sessions if s.id == payload["session_id"] and
                        s.current and not s.initiator), None)
            if one:
                respond.accept(one, keys.rekey_psk(one.root, self.psk))
            else:
                respond.refuse(wire.SESSION_NOT_FOUND)

    def attached(self, one):
        """A session of ours as the responder is confirmed: it is the one now."""
        self.sessions = [one]
        self.session = one

    def deliver(self, one, data):
        packet = inner.Packet(data)
        answer = packet.answer()
        if answer:
            one.data(answer)
        else:
            self.inner.append(packet)

    # Time.

    def serve(self, until=lambda: False, seconds=PATIENCE_S):
        """Until the condition holds; whether it did in time."""
        end = session.now() + seconds
        while not until():
            due = min([end] + [one.tick() for one in self.sessions])
            left = end - session.now()
            if left <= 0:
                return until()
            # A little late rather than not at all: time passes only in sleep.
            wait = min(left, max(due - session.now(), 0.001))
            for key, _ in self.selector.select(wait):
                key.data(key.fileobj)
        return True


class Response:
    """What is said to one INIT."""

    def __init__(self, node, hs, payload, index, route):
        self.node, self.hs, self.payload = node, hs, payload
        self.index, self.route = index, route
        self.values = dict(observed=route[1], cipher=self.cipher())

    def cipher(self):
        common = self.node.ciphers & self.payload["ciphers"]
        if common & 1 << keys.AES_256_GCM and \
                (common & 0x80 or not common & 1 << keys.CHACHA20_POLY1305):
            return keys.AES_256_GCM
        return keys.CHACHA20_POLY1305 if common & 0x7f else 0

    def send(self, make_payload, psk, sender_index):
        sealed, final = self.hs.write(make_payload, psk, os.urandom(32))
        message = wire.RESPONSE_MESSAGE.encode(
            type=wire.RESPONSE, sender_index=sender_index, receiver_index=self.index,
            noise=sealed)
        self.node.send(self.route, keys.add_macs(message[:-32], self.hs.initiator_public))
        return final.chaining_key

    def refuse(self, status, **values):
        self.send(lambda _: wire.RESPONSE_PAYLOAD.encode(status=status, **self.values,
                                                         **values), self.node.psk, 0)

    def accept(self, one, psk):
        index = self.node.new_index()
        self.values.update(
            clock=one.clock(), notice_token=keys.notice_token(self.node.private, index),
            owner_term=self.node.owner_term,
            session_max_lifetime=min(self.payload["session_max_lifetime"],
                                     session.LIFETIME_MS),
            transport_loss_ttl=min(self.payload["transport_loss_ttl"], session.LOSS_TTL_MS))

        def payload(chaining_key):
            if not one.id:
                one.established(chaining_key)
            return wire.RESPONSE_PAYLOAD.encode(session_id=one.id, **self.values)

        chaining_key = self.send(payload, psk, index)
        one.next = session.Keys(chaining_key, self.values["cipher"], False, index, self.index)
        one.next.notice_token = self.payload["notice_token"]
        if one not in self.node.sessions:
            self.node.sessions.append(one)


class Failed(Exception):
    pass


class Commands:
    def __init__(self, node, routes, addresses):
        self.node, self.routes = node, routes
        self.here, self.there = addresses
        self.said = 0
        self.number = 0

    def wait(self, until, what, seconds=PATIENCE_S):
        if not self.node.serve(until, seconds):
            raise Failed(f"{what}; dropped: {self.node.invalid[-3:]}")

    @property
    def session(self):
        if not self.node.session:
            raise Failed("no session")
        return self.node.session

    def do_connect(self, path):
        one = session.Initiator(self.node, self.routes)
        self.node.session, self.node.sessions = one, [one]
        self.said = 0
        one.begin(int(path))
        self.wait(lambda: one.init_status or any(
            s[:2] == ("received", "HEARTBEAT_ACK") for s in one.log), "no answer")
        if one.init_status:
            raise Failed(f"status {one.init_status}")
        return one.id.hex()

    def do_accept(self):
        self.wait(lambda: self.node.session, "nobody came")
        return self.session.id.hex()

    def do_ping(self, count="1"):
        for _ in range(int(count)):
            self.number += 1
            self.session.data(inner.echo(self.here, self.there, self.number))
            self.wait(lambda: any(p.kind == inner.ECHO_REPLY and p.number == self.number
                                  for p in self.node.inner), "no echo", 3)

    def do_udp(self, port, *words):
        text = " ".join(words).encode()
        self.session.data(inner.udp(self.here, self.there, 40000, int(port), text))
        self.wait(lambda: any(p.protocol == inner.UDP and p.data == text and
                              p.sport == int(port) for p in self.node.inner), "no answer", 3)

    def do_warm(self, path):
        one, path = self.session, int(path)
        one.warm.add(path)
        one.heartbeat(one.paths[path])
        self.wait(lambda: one.paths[path].validated, "not validated")

    def do_switch(self, path, reason=wire.OPERATOR_REQUEST):
        one, path = self.session, int(path)
        epoch = one.epoch
        one.reattach(path, int(reason))
        self.wait(lambda: not one.move, "no verdict")
        if one.refused or one.epoch == epoch:
            raise Failed(f"refused {one.refused}")
        return one.epoch

    def do_rekey(self):
        one, old = self.session, self.session.current
        one.rekey()
        self.wait(lambda: one.current is not old or one.init_status, "no answer")
        if one.init_status:
            raise Failed(f"status {one.init_status}")

    def do_heard(self, kind):
        one, start = self.session, self.said
        self.wait(lambda: any(s[:2] == ("received", kind) for s in one.log[start:]),
                  "did not come")

    def do_show(self):
        return json.dumps(self.session.show())

    def do_said(self):
        log, start = self.session.log, self.said
        self.said = len(log)
        return " ".join(f"{'>' if how == 'sent' else '<' if how == 'received' else '!'}{what}"
                        for how, what, _ in log[start:] if "HEARTBEAT" not in what)

    def do_cookies(self, word):
        self.node.cookies = word == "on"

    def do_owner(self, term):
        self.node.owner_term = int(term)

    def do_wait(self, seconds):
        self.node.serve(seconds=float(seconds))

    def do_terminate(self):
        self.session.terminate()
        self.node.session, self.node.sessions = None, []

    def obey(self, line):
        words = line.split()
        try:
            said = getattr(self, "do_" + words[0])(*words[1:])
            return "ok" if said is None else f"ok {said}"
        except Failed as failed:
            return f"failed {failed}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--key", type=key_file, required=True)
    parser.add_argument("--peer", type=base64.b64decode, required=True)
    parser.add_argument("--psk", type=key_file, default=keys.NO_PSK)
    parser.add_argument("--inner", default="10.9.0.2,10.9.0.1")
    parser.add_argument("--path", action="append", default=[])
    parser.add_argument("--listen")
    args = parser.parse_args()

    node = Node(args.key, args.peer, args.psk)
    routes = {}
    for text in args.path:
        number, local, device, remote, port = text.split(",")
        routes[int(number)] = node.open(local, device=device), (remote, int(port))
    if args.listen:
        local, port = args.listen.split(",")
        node.open(local, int(port))
    commands = Commands(node, routes, args.inner.split(","))
    lines, ended = [], []

    def readable(_):
        data = os.read(0, 4096).decode()
        lines.extend(data.splitlines())
        if not data:
            node.selector.unregister(sys.stdin)
            ended.append(True)

    node.selector.register(sys.stdin, selectors.EVENT_READ, readable)
    print("ready", flush=True)
    while not ended or lines:
        node.serve(lambda: lines or ended, 3600)
        if lines:
            print(commands.obey(lines.pop(0)), flush=True)


if __name__ == "__main__":
    main()
