#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""adversary.py: the Python peer, with keys and without manners. Options and other
lines as those of peer.py; these do what no honest peer does:

  replay N              the last N sealed packets once more
  late MS               a request that is so old
  epoch N               a request for an epoch N away from the current one
  nonce N               a request whose nonce is N away from the last accepted
  other                 a request for another path than the header names
  forge                 a proof with a token that nobody gave us
  body CASE             a CONTROL body that is wrong: short, long, length, reserved,
                        endpoint, role, unknown
  packet CASE           a datagram that is wrong: short, flags, path, tag, index,
                        init-short, init-long, init-reserved, init-mac1
  astray                inner packets from the path that is not bound; says how many
                        of three were answered
  relay                 a packet from another address ahead of the true one
  usurp SECONDS N       all we send from another address ahead of the true one, to which
                        it is only lost but for each Nth packet (0: all are); that
                        address proves itself and asks for the path; says how often
  blind                 a moved client: guesses what it has to answer, but sees nothing
                        that is sent to it; until a move is to be proven, says after
                        how many seconds
  see                   not blind any more
  flood N [RATE]        N requests with ever new nonces, at once or so many a second
  strangers N [RATE] [KIND]
                        N packets from random sources with random contents, 5,000 a
                        second; of KIND known they name the index of our session,
                        of KIND init they are INITs that only lack a key
  masses SECONDS ADDRESS
                        1,000 such INITs a second, in the name of ADDRESS, and twice
                        a second 600 at once
  spoof ADDRESS N       N each of heartbeats and requests in the name of ADDRESS
  hop SECONDS           moves to and fro between paths 0 and 1 without a pause; says how
                        many were accepted
  wanted SECONDS        as the responder, asks for a move a hundred times a second; says
                        how often the other end moved
  lie on|off            as the responder, half of what comes on the active path did not
  steal ID              an INIT to rekey a session that is not ours
  fixation on|off       as the responder, choose the session id

What was refused says "ok" and the number of the reason.
"""

import os
import random
import socket
import struct
import sys

import inner
import keys
import noise
import peer
import session
import wire


class Adversary(session.Initiator):
    polite = True

    def __init__(self, node, routes):
        super().__init__(node, routes)
        self.rejected, self.challenges, self.rejects = None, 0, 0

    def on_reattach_reject(self, path, body, route, newest):
        self.rejects += 1
        self.rejected = body["reason"]
        if self.polite:
            super().on_reattach_reject(path, body, route, newest)

    def on_reattach_challenge(self, path, body, route, newest):
        self.challenges += 1
        if self.polite and not self.node.blind:
            super().on_reattach_challenge(path, body, route, newest)

    def on_path_challenge(self, path, body, route, newest):
        """Only that the true address is alive; or only what came by another one."""
        if self.node.ahead:
            if route[0] is self.node.ahead:
                super().on_path_challenge(path, body, route, newest)
        elif self.polite or body["observed"] == path.observed:
            if not self.node.blind:
                self.control(path, wire.PATH_CONFIRM, token=body["token"])

    def learned(self, path, body, newest):
        """All of a body can be guessed but its token."""
        super().learned(path, dict(body, token=path.token) if self.node.blind else body, newest)


class Liar(session.Responder):
    """Counts only half of what arrives where the session is, when told so."""

    def received(self, datagram, route):
        super().received(datagram, route)
        path = self.paths.get(datagram[1])
        if self.node.lies and path and path is self.active:
            self.node.seen += 1
            path.received -= self.node.seen % 2


class Node(peer.Node):
    """Keeps what it sent; may lie about session ids, and be in two places."""

    def __init__(self, *args):
        super().__init__(*args)
        self.sent = []
        self.ahead, self.arrives = None, 0      # the other place's socket; see usurp
        self.blind = False
        self.lies, self.seen = False, 0

    def send(self, route, datagram):
        self.sent.append((route, datagram))
        if self.ahead:
            super().send((self.ahead, route[1]), datagram)
            if not self.arrives or len(self.sent) % self.arrives:
                return
        super().send(route, datagram)

    def deliver(self, one, data):
        if not self.blind:
            super().deliver(one, data)


class Response(peer.Response):
    def accept(self, one, psk):
        one.id, one.root = bytes(16), bytes(32)     # so that it is not derived
        super().accept(one, psk)


def ip_udp(source, sport, target, dport, payload):
    """For a raw socket, which fills in the rest."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_UDP, 0,
                       socket.inet_aton(source), socket.inet_aton(target))
    return head + struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


class Commands(peer.Commands):
    # Requests that are refused.

    def request(self, path_id=2, *, clock=0, epoch=0, nonce=1, named=None, token=None):
        """One REQUEST, off by as much, for a path that was never validated."""
        one = self.session
        values = dict(nonce=one.nonce + nonce, epoch=(one.epoch + epoch) % 2 ** 32,
                      path_id=path_id if named is None else named,
                      reason=wire.OPERATOR_REQUEST, token=token)
        return one.paths[path_id], wire.body(wire.REATTACH_REQUEST, one.clock() - clock,
                                             **values)

    def refused(self, path, plain):
        one = self.session
        one.polite, one.rejected = False, None
        one.transmit(path, wire.CONTROL, plain)
        self.wait(lambda: one.rejected is not None, "not refused", 3)
        one.polite = True
        return one.rejected

    def do_late(self, ms):
        return self.refused(*self.request(clock=int(ms)))

    def do_epoch(self, n):
        return self.refused(*self.request(epoch=int(n)))

    def do_nonce(self, n):
        return self.refused(*self.request(nonce=int(n)))

    def do_other(self):
        return self.refused(*self.request(named=3))

    def do_forge(self):
        one = self.session
        one.polite, before = False, one.challenges
        path, plain = self.request(token=os.urandom(16))
        one.transmit(path, wire.CONTROL, plain)
        self.wait(lambda: one.challenges > before, "not challenged", 3)
        return self.refused(path, wire.body(
            wire.REATTACH_PROOF, one.clock(), nonce=one.nonce + 1, epoch=one.epoch,
            token=os.urandom(16)))

    # What is wrong in itself.

    def do_replay(self, n):
        old = [s for s in self.node.sent if s[1][0] in (wire.DATA, wire.CONTROL)][-int(n):]
        for route, datagram in old:
            peer.Node.send(self.node, route, datagram)
        self.node.serve(seconds=0.2)
        return len(old)

    def do_body(self, case):
        one = self.session
        good = wire.body(wire.TERMINATE, one.clock(), reason=wire.OPERATOR_TERMINATED)
        beat = wire.body(wire.HEARTBEAT, one.clock(), sequence=9999,
                         **one.health(one.active, one.active.route))
        ask = self.request()[1]
        plain = {
            "short": lambda: good[:2] + struct.pack("<H", len(good) - 1) + good[4:-1],
            "long": lambda: beat[:2] + struct.pack("<H", len(beat) + 400) + beat[4:] +
            bytes(400),
            "length": lambda: good[:2] + struct.pack("<H", len(good) + 1) + good[4:],
            "reserved": lambda: good[:1] + b"\1" + good[2:],
            "endpoint": lambda: ask[:24] + b"\5" + ask[25:],
            "role": lambda: wire.body(wire.REATTACH_ACK, one.clock(), nonce=1, epoch=9),
            "unknown": lambda: b"\x63" + good[1:],
        }[case]()
        path = one.active
        one.transmit(path, wire.CONTROL, plain)
        self.node.serve(seconds=0.2)

    def do_packet(self, case):
        one = self.session
        good = one.current.seal(wire.DATA, one.active.number, b"")
        init = wire.INIT_MESSAGE.encode(type=wire.INIT, sender_index=1,
                                        noise=os.urandom(192))[:-32]
        init = keys.add_macs(init, self.node.peer_public)
        self.node.send(one.active.route, {
            "short": good[:-1],
            "flags": good[:2] + b"\1" + good[3:],
            "path": good[:1] + b"\x08" + good[2:],
            "tag": good[:-1] + bytes([good[-1] ^ 1]),
            "index": good[:4] + os.urandom(4) + good[8:],
            "init-short": init[:-1],
            "init-long": init + b"\0",
            "init-reserved": init[:2] + b"\1" + init[3:],
            "init-mac1": init[:-32] + bytes(32),
        }[case])
        self.node.serve(seconds=0.2)

    # Others' addresses, others' sessions, too much.

    def do_astray(self):
        one = self.session
        other = next(p for p in one.paths.values() if p is not one.active)
        before = len(self.node.inner)
        for _ in range(3):
            self.number += 1
            one.transmit(other, wire.DATA, inner.echo(self.here, self.there, self.number))
        self.node.serve(seconds=1)
        return len(self.node.inner) - before

    def do_relay(self):
        one = self.session
        one.polite = False
        datagram = one.current.seal(wire.DATA, one.active.number, b"")
        other = next(p for p in one.paths.values() if p is not one.active)
        self.node.send((other.route[0], one.active.route[1]), datagram)
        self.node.serve(seconds=0.02)
        self.node.send(one.active.route, datagram)
        self.node.serve(seconds=3)
        one.polite = True

    def do_usurp(self, seconds, arrives):
        one, start = self.session, len(self.session.log)
        other = next(p for p in one.paths.values() if p is not one.active)
        self.node.ahead, self.node.arrives = other.route[0], int(arrives)
        for _ in self.paced(100 * int(seconds), 100):
            one.transmit(one.active, wire.DATA, b"")
        self.node.ahead = one.move = None
        said = [s[1] for s in one.log[start:] if s[0] == "sent"]
        self.node.serve(seconds=1)
        return min(said.count("PATH_CONFIRM"), said.count("REATTACH_REQUEST"))

    def do_blind(self):
        one, before, began = self.session, self.session.challenges, session.now()
        self.node.blind = True
        self.wait(lambda: one.challenges > before, "believed for ever", 400)
        return round(session.now() - began)

    def do_see(self):
        self.node.blind = False

    def paced(self, n, rate):
        """Counts to n, so many a second."""
        for number in range(int(n)):
            if number % max(int(rate) // 100, 1) == 0:
                self.node.serve(seconds=0.01)
            yield number

    def do_flood(self, n, rate=10 ** 9):
        one = self.session
        one.polite, before = False, one.challenges + one.rejects
        for number in self.paced(n, rate):
            path, plain = self.request(nonce=number + 1)
            one.transmit(path, wire.CONTROL, plain)
        self.node.serve(seconds=0.5)
        one.polite = True
        return one.challenges + one.rejects - before

    def raw(self):
        return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def stranger(self, kind, draw):
        if kind == "init":
            init = wire.INIT_MESSAGE.encode(
                type=wire.INIT, sender_index=draw.randrange(2 ** 32),
                noise=draw.randbytes(192))[:-32]
            return keys.add_macs(init, self.node.peer_public)
        index = self.session.current.remote_index if kind == "known" else \
            draw.randrange(2 ** 32)
        return wire.header(draw.choice((wire.DATA, wire.CONTROL)), 0, index,
                           2 ** 20 if kind == "known" else 0) + draw.randbytes(76)

    def send_as(self, raw, address, port, datagram):
        target, dport = self.session.active.route[1]
        raw.sendto(ip_udp(address, port, target, dport, datagram), (target, 0))

    def do_masses(self, seconds, address):
        """So many at once that the gateway is under load for the next second."""
        raw, draw = self.raw(), random.Random(1)
        for tick in range(1000 * int(seconds)):
            init = self.stranger("init", draw)
            for _ in range(1 if tick % 500 else 600):
                self.send_as(raw, address, 1024 + draw.randrange(60000), init)
            self.node.serve(seconds=0.001)

    def do_strangers(self, n, rate=5000, kind=None):
        """No queue on the way holds more than a hundredth of a second of it."""
        raw, draw = self.raw(), random.Random(1)
        for _ in self.paced(n, rate):
            source = socket.inet_ntoa(struct.pack("!I", draw.randrange(0x0b000000, 0x7e000000)))
            self.send_as(raw, source, 1024 + draw.randrange(60000), self.stranger(kind, draw))
        self.node.serve(seconds=0.5)

    def do_spoof(self, address, n):
        raw, one = self.raw(), self.session
        for _ in range(int(n)):
            for path_id in (one.active.number, 5):
                beat = wire.body(wire.HEARTBEAT, one.clock(), sequence=1, sent=1, generation=9,
                                 epoch=one.epoch, state=wire.ATTACHED,
                                 bound_path=one.active.number)
                ask = wire.body(wire.REATTACH_REQUEST, one.clock(), nonce=one.nonce + 1,
                                epoch=one.epoch, path_id=path_id,
                                reason=wire.OPERATOR_REQUEST)
                for plain in (beat, ask):
                    self.send_as(raw, address, 4000,
                                 one.current.seal(wire.CONTROL, path_id, plain))
            self.node.serve(seconds=0.3)
        self.node.serve(seconds=5)

    # Moves that nobody needs.

    def do_hop(self, seconds):
        one, end, accepted = self.session, session.now() + float(seconds), 0
        while session.now() < end:
            epoch = one.epoch
            one.reattach(1 - one.active.number)
            self.wait(lambda: not one.move, "no verdict")
            accepted += one.epoch != epoch
        return accepted

    def do_wanted(self, seconds):
        one, before = self.session, self.session.epoch
        for _ in self.paced(100 * int(seconds), 100):
            one.control(one.active, wire.REATTACH_WANTED, epoch=one.epoch,
                        reason=wire.OPERATOR_REQUEST)
        return one.epoch - before

    def do_lie(self, word):
        self.node.lies = word == "on"

    def do_steal(self, session_id):
        one = Adversary(self.node, self.routes)
        one.id, one.root = bytes.fromhex(session_id), bytes(32)
        self.node.session, self.node.sessions = one, [one]
        one.begin(0, wire.REKEY)
        self.wait(lambda: one.init_status, "no answer")
        return one.init_status

    def do_fixation(self, word):
        peer.Response = Response if word == "on" else Response.__mro__[1]


if __name__ == "__main__":
    peer.Node, peer.Commands = Node, Commands
    session.Initiator, session.Responder = Adversary, Liar
    peer.main()
    sys.exit()
