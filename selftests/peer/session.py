# SPDX-License-Identifier: GPL-2.0
"""session.py: a session of docs/protocol.md, either end of it.

Nothing here waits or owns a socket. What a session sends goes to `send(route,
datagram)`, where a route is (something the caller knows, (address, port)); what
came is given to `received`; `tick` is called now and then, at the latest at the
time that it returned before. Inner packets go to `deliver`.

`log` has everything that was received and done, in order, for tests to look at.
"""

import collections
import os
import time

import keys
import noise
import wire

PROLOGUE = b"jvpn v1"
WINDOW = 8192
FULL = 1420 + wire.OVERHEAD
SMALL = 1232
SLOT_S = 60
INIT_REPEAT_S = (1, 2, 4, 5)
LIFETIME_MS, LOSS_TTL_MS = 28800000, 900000
MAX_AGE_MS = 5000
CIPHERS = 1 << keys.AES_256_GCM | 1 << keys.CHACHA20_POLY1305


def now():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def newer(a, b):
    """Epochs are compared as RFC 1982 does."""
    return 0 < (a - b) % 2 ** 32 < 2 ** 31


class Window:
    """The counters that came, one bit each, the highest last."""

    def __init__(self):
        self.top, self.bits = -1, 0

    def accept(self, counter):
        """Was it not seen before? And is it the highest?"""
        if counter > self.top:
            self.bits = (self.bits << min(counter - self.top, WINDOW) | 1) % (1 << WINDOW)
            self.top = counter
            return True, True
        bit = 1 << self.top - counter
        if self.top - counter >= WINDOW or self.bits & bit:
            return False, False
        self.bits |= bit
        return True, False


class Keys:
    """Both directions of one handshake."""

    def __init__(self, chaining_key, cipher, initiator, index, remote_index):
        secrets = keys.split(chaining_key)
        ways = (keys.TO_RESPONDER, keys.TO_INITIATOR)
        both = [keys.Traffic(s, cipher, way) for s, way in zip(secrets, ways)]
        self.sealing, self.opening = both if initiator else reversed(both)
        self.index, self.remote_index = index, remote_index
        self.cipher, self.counter, self.window = cipher, 0, Window()
        self.notice_token = None

    def seal(self, kind, path_id, plain):
        header = wire.header(kind, path_id, self.remote_index, self.counter)
        sealed = self.sealing.seal(header, self.counter, plain)
        self.counter += 1
        return header + sealed


class Path:
    """One way to the other end, and what is known of it."""

    def __init__(self, number, route):
        self.number, self.route = number, route
        self.sent = self.received = self.sequence = 0
        self.token = None               # last received here
        self.observed = None            # where the other end sees us
        self.validated = False
        self.probes, self.rtt, self.rttvar = {}, None, None

    def measured(self, rtt):
        """RFC 6298."""
        if self.rtt is None:
            self.rtt, self.rttvar = rtt, rtt / 2
        else:
            self.rttvar = 0.75 * self.rttvar + 0.25 * abs(self.rtt - rtt)
            self.rtt = 0.875 * self.rtt + 0.125 * rtt

    @property
    def pto(self):
        return self.rtt + max(4 * self.rttvar, 0.01) if self.rtt is not None else 1.0


Move = collections.namedtuple("Move", "path nonce reason")


class Session:
    heartbeat_s = 1.0

    def __init__(self, node, initiator):
        self.node, self.initiator = node, initiator
        self.born = now()
        self.state, self.ended = wire.BIRTH, None
        self.init_status = None
        self.id = self.root = None
        self.epoch, self.version, self.nonce = 0, 0, 0
        self.paths, self.active = {}, None
        self.current = self.previous = self.next = None
        self.next_heartbeat = 0
        self.secret = os.urandom(32)    # path tokens are made with it
        self.rekeys = 0
        self.log = []

    # What both ends do alike.

    def clock(self):
        return int((now() - self.born) * 1000)

    def keys(self, index):
        for some in (self.current, self.previous, self.next):
            if some and some.index == index:
                return some
        return None

    def established(self, chaining_key):
        self.id, self.root = keys.session_id(chaining_key), keys.session_root(chaining_key)
        self.lineage_key = keys.lineage_key(self.root)
        self.lineage = keys.lineage_first(self.lineage_key, self.id)

    def rotate(self, new):
        self.previous, self.current, self.next = self.current, new, None

    def transmit(self, path, kind, plain, route=None, under=None):
        path.sent += 1
        self.node.send(route or path.route,
                       (under or self.current).seal(kind, path.number, plain))

    def control(self, path, kind, /, *, route=None, pad=0, **values):
        self.log.append(("sent", wire.NAMES[kind], path.number))
        plain = wire.body(kind, self.clock(), **values)
        self.transmit(path, wire.CONTROL, plain.ljust(pad - wire.OVERHEAD, b"\0"), route)

    def data(self, packet):
        self.transmit(self.active, wire.DATA, packet)

    def token(self, route, slot=None):
        """What proves that the other end receives at this route."""
        slot = int(now() / SLOT_S) if slot is None else slot
        return keys.path_token(self.secret, self.id, wire.Endpoint().encode(route[1]), slot)

    def proves(self, token, route):
        slot = int(now() / SLOT_S)
        return token in (self.token(route, slot), self.token(route, max(slot - 1, 0)))

    def health(self, path, route):
        return dict(sent=path.sent + 1, received=path.received, generation=1,
                    epoch=self.epoch, state=self.state, token=self.token(route),
                    bound_path=self.active.number if self.active else wire.NO_PATH,
                    echo=path.token)

    def heartbeat(self, path):
        path.sequence += 1
        path.probes[path.sequence] = now()
        pad = 0
        if self.initiator and not path.validated:
            pad = FULL if path.sequence % 2 else SMALL
        self.control(path, wire.HEARTBEAT, pad=pad, sequence=path.sequence,
                     **self.health(path, path.route))

    def on_heartbeat(self, path, body, route, newest):
        self.control(path, wire.HEARTBEAT_ACK, sequence=body["sequence"],
                     echo_clock=body["clock"], observed=path.route[1],
                     **self.health(path, path.route))
        self.learned(path, body, newest)

    def on_heartbeat_ack(self, path, body, route, newest):
        if body["sequence"] in path.probes:
            path.measured(now() - path.probes.pop(body["sequence"]))
        self.learned(path, body, newest)

    def on_path_challenge(self, path, body, route, newest):
        self.control(path, wire.PATH_CONFIRM, token=body["token"])

    def on_terminate(self, path, body, route, newest):
        self.ended = body["reason"]

    def terminate(self):
        self.control(self.active, wire.TERMINATE, reason=wire.OPERATOR_TERMINATED)
        self.ended = wire.OPERATOR_TERMINATED

    def received(self, datagram, route):
        """DATA or CONTROL under one of our indexes."""
        header = wire.PACKET_HEADER.decode(datagram)
        if header["flags"] or header["path_id"] >= wire.PATHS:
            raise noise.Invalid("header")
        under = self.keys(header["receiver_index"])
        plain = under.opening.open(datagram[:wire.HEADER], header["counter"],
                                   datagram[wire.HEADER:])
        fresh, newest = under.window.accept(header["counter"])
        if not fresh:
            raise noise.Invalid("replay")
        if under is self.next:
            self.confirmed(route)
        path = self.path_of(header["path_id"], route)
        if not path:
            return
        path.received += 1
        if header["type"] == wire.DATA:
            self.log.append(("received", "DATA", path.number))
            if plain:
                self.node.deliver(self, plain)
            return
        body = wire.read_body(plain)
        if body:
            name = wire.NAMES[body["kind"]]
            self.log.append(("received", name, path.number))
            handler = getattr(self, "on_" + name.lower(), None)
            if handler:
                handler(path, body, route, newest)

    def tick(self):
        """When it wants to be called next."""
        if self.state != wire.BIRTH and now() >= self.next_heartbeat:
            self.next_heartbeat = now() + self.heartbeat_s
            for path in self.watched():
                self.heartbeat(path)
        return self.next_heartbeat if self.state != wire.BIRTH else now() + 1

    def show(self):
        return dict(id=self.id and self.id.hex(), epoch=self.epoch, state=self.state,
                    active=self.active and self.active.number, rekeys=self.rekeys,
                    cipher=self.current and self.current.cipher, ended=self.ended,
                    lineage=self.id and self.lineage.hex(),
                    observed={n: p.observed for n, p in self.paths.items()})


class Initiator(Session):
    def __init__(self, node, routes):
        super().__init__(node, True)
        self.paths = {number: Path(number, route) for number, route in routes.items()}
        self.handshake = self.move = None
        self.cookie, self.cookie_at = None, 0
        self.refused = None
        self.warm = set()               # paths to probe besides the active one

    def watched(self):
        return [p for n, p in self.paths.items() if p is self.active or n in self.warm]

    def path_of(self, number, route):
        return self.paths.get(number)

    # Handshakes.

    def begin(self, path_id, kind=wire.CREATE):
        self.handshake = dict(kind=kind, path=self.paths[path_id], tries=0,
                              index=self.node.new_index(), due=0)
        self.init_status = None
        self.send_init()

    def rekey(self):
        self.begin(self.active.number, wire.REKEY)

    def send_init(self):
        h = self.handshake
        h["noise"] = noise.Initiator(PROLOGUE, self.node.private, self.node.peer_public,
                                     os.urandom(32))
        payload = wire.INIT_PAYLOAD.encode(
            kind=h["kind"], ciphers=self.node.ciphers, path_id=h["path"].number,
            timestamp=self.node.timestamp(), clock=self.clock(),
            session_id=self.id if h["kind"] == wire.REKEY else None,
            session_max_lifetime=LIFETIME_MS, transport_loss_ttl=LOSS_TTL_MS,
            notice_token=keys.notice_token(self.node.private, h["index"]))
        message = wire.INIT_MESSAGE.encode(type=wire.INIT, sender_index=h["index"],
                                           noise=h["noise"].write(payload))
        cookie = self.cookie if now() - self.cookie_at < 115 else None
        h["message"] = keys.add_macs(message[:-32], self.node.peer_public, cookie)
        h["due"] = now() + INIT_REPEAT_S[min(h["tries"], 3)]
        h["tries"] += 1
        self.log.append(("sent", "INIT", h["path"].number))
        self.node.send(h["path"].route, h["message"])

    def on_cookie_reply(self, message):
        read = wire.COOKIE_MESSAGE.decode(message)
        self.cookie = keys.open_cookie(self.node.peer_public, read["nonce"],
                                       read["sealed_cookie"],
                                       self.handshake["message"][-32:-16])
        self.cookie_at = now()
        self.log.append(("received", "COOKIE_REPLY", None))

    def on_response(self, message):
        h = self.handshake
        read = wire.RESPONSE_MESSAGE.decode(message)
        rekey = h["kind"] == wire.REKEY
        refusing = False
        try:
            psk = keys.rekey_psk(self.root, self.node.psk) if rekey else self.node.psk
            plain, final = h["noise"].read(read["noise"], psk)
        except noise.Invalid:
            if not rekey:
                raise
            # Who has lost the session can only refuse, under the configured PSK.
            plain, final = h["noise"].read(read["noise"], self.node.psk)
            refusing = True
        payload = wire.RESPONSE_PAYLOAD.decode(plain)
        self.log.append(("received", "RESPONSE", payload["status"]))
        self.init_status = payload["status"]
        if payload["status"]:
            self.handshake = None
            return
        if refusing:
            raise noise.Invalid("acceptance under the configured PSK")
        if payload["session_id"] != (self.id if rekey
                                     else keys.session_id(final.chaining_key)):
            raise noise.Invalid("session id")
        new = Keys(final.chaining_key, payload["cipher"], True, h["index"],
                   read["sender_index"])
        new.notice_token = payload["notice_token"]
        self.handshake = None
        self.rotate(new)
        if rekey:
            self.rekeys += 1
        else:
            self.established(final.chaining_key)
            self.active, self.state = h["path"], wire.ATTACHED
            h["path"].observed = payload["observed"]
        self.heartbeat(h["path"])       # confirms the keys

    def on_notice(self, message):
        read = wire.NOTICE_MESSAGE.decode(message)
        for some in (self.current, self.previous):
            if some and some.remote_index == read["receiver_index"] and \
                    some.notice_token == read["token"]:
                self.log.append(("received", "NOTICE", None))
                if not self.handshake:
                    self.begin(self.active.number, wire.REKEY)
                return
        raise noise.Invalid("NOTICE")

    def on_rekey_wanted(self, path, body, route, newest):
        if not self.handshake:
            self.begin(path.number, wire.REKEY)

    # Paths.

    def learned(self, path, body, newest):
        if any(body["token"]) and body["token"] != path.token:
            path.token = body["token"]
            self.control(path, wire.PATH_CONFIRM, token=path.token)
        if body["kind"] == wire.HEARTBEAT_ACK:
            path.validated = True
            path.observed = body["observed"] or path.observed
        bound = self.active.number if self.active else wire.NO_PATH
        if newest and not self.move and not newer(self.epoch, body["epoch"]) and \
                (body["epoch"], body["bound_path"]) != (self.epoch, bound):
            self.reattach(path.number, wire.PEER_REQUEST)

    def reattach(self, path_id, reason=wire.OPERATOR_REQUEST):
        self.nonce += 1
        self.refused = None
        self.move = Move(self.paths[path_id], self.nonce, reason)
        self.request()

    def request(self):
        path = self.move.path
        self.move_due = now() + path.pto
        self.control(path, wire.REATTACH_REQUEST, nonce=self.move.nonce, epoch=self.epoch,
                     path_id=path.number, reason=self.move.reason, observed=path.observed,
                     token=path.token, pad=0 if path.validated else FULL)

    def on_reattach_challenge(self, path, body, route, newest):
        if self.move and body["nonce"] == self.move.nonce:
            path.token = body["token"]
            self.control(path, wire.REATTACH_PROOF, nonce=body["nonce"], epoch=self.epoch,
                         token=body["token"])

    def on_reattach_ack(self, path, body, route, newest):
        if not self.move or body["nonce"] != self.move.nonce or \
                not newer(body["epoch"], self.epoch):
            return
        encode = wire.Endpoint().encode
        lineage = keys.lineage_next(
            self.lineage_key, body["lineage_before"], body["epoch"],
            encode(body["initiator"]), encode(body["responder"]), body["reason"],
            body["accept_time"])
        if lineage != body["lineage"]:
            self.log.append(("anomaly", "lineage", path.number))
        elif body["lineage_before"] != self.lineage:
            self.log.append(("anomaly", "lineage gap", path.number))
        self.lineage, self.epoch = body["lineage"], body["epoch"]
        self.active, self.move = path, None
        path.observed, path.validated = body["initiator"], True
        self.heartbeat(path)

    def on_reattach_reject(self, path, body, route, newest):
        if not self.move or body["nonce"] != self.move.nonce:
            return
        if body["reason"] == wire.STALE_EPOCH and newer(body["epoch"], self.epoch):
            self.epoch = body["epoch"]
            self.reattach(path.number, self.move.reason)
            return
        self.refused, self.move = body["reason"], None

    def on_reattach_wanted(self, path, body, route, newest):
        if not self.move and not newer(self.epoch, body["epoch"]):
            self.reattach(path.number, wire.PEER_REQUEST)

    def on_path_challenge(self, path, body, route, newest):
        super().on_path_challenge(path, body, route, newest)
        if path is self.active and not self.move and body["observed"] != path.observed:
            path.token = body["token"]
            self.reattach(path.number, wire.NAT_REBIND)

    def tick(self):
        due = super().tick()
        if self.handshake:
            if now() >= self.handshake["due"]:
                self.send_init()
            due = min(due, self.handshake["due"])
        if self.move:
            if now() >= self.move_due:
                self.request()
            due = min(due, self.move_due)
        return due


class Responder(Session):
    """Made from an INIT that was read and found new."""

    def __init__(self, node, route, payload):
        super().__init__(node, False)
        self.born_route, self.born_path = route, payload["path_id"]
        self.offset = now() * 1000 - payload["clock"]
        self.stored_ack = None
        self.challenged = self.contest = None

    def watched(self):
        return [self.active] if self.active else []

    def path_of(self, number, route):
        if number not in self.paths:
            self.paths[number] = Path(number, route)
        return self.paths[number]

    def confirmed(self, route):
        """Valid packets come under the new keys."""
        first = not self.current
        self.rotate(self.next)
        if first:
            self.active = self.path_of(self.born_path, self.born_route)
            self.active.validated = True
            self.state = wire.ATTACHED
            self.node.attached(self)
        else:
            self.rekeys += 1

    def rekey(self):
        self.control(self.active, wire.REKEY_WANTED)

    def received(self, datagram, route):
        super().received(datagram, route)
        # A packet of the tuple that a contest is about: it is not gone.
        if self.contest and route[1] == self.contest["old"][1]:
            self.contest["alive"] = True

    def on_heartbeat(self, path, body, route, newest):
        if newest and path is not self.active and not path.validated:
            path.route = route
        self.contested_by_packet(path, route, newest)
        super().on_heartbeat(path, body, route, newest)

    def learned(self, path, body, newest):
        self.heard(body["clock"])
        if self.proves(body["echo"], path.route):
            path.validated = True

    def on_path_confirm(self, path, body, route, newest):
        if self.contest and self.proves(body["token"], self.contest["new"]):
            self.contest["proven"] = True
        if self.proves(body["token"], path.route):
            path.validated = True

    def heard(self, clock):
        """The initiator's clock never runs ahead of what it said before."""
        self.offset = min(self.offset, now() * 1000 - clock)

    # Moves.

    def judge(self, body):
        if now() * 1000 - self.offset - body["clock"] > MAX_AGE_MS:
            return wire.FRESHNESS_INVALID
        if body["nonce"] <= self.nonce:
            return wire.REPLAY_DETECTED
        if body["epoch"] != self.epoch:
            return wire.STALE_EPOCH
        return 0

    def refuse(self, path, body, reason, route):
        self.control(path, wire.REATTACH_REJECT, route=route, nonce=body["nonce"],
                     reason=reason, epoch=self.epoch)

    def again(self, body):
        if not self.stored_ack or body["nonce"] != self.nonce:
            return False
        self.control(self.active, wire.REATTACH_ACK, **self.stored_ack)
        return True

    def on_reattach_request(self, path, body, route, newest):
        if self.again(body):
            return
        reason = self.judge(body) or \
            (wire.INVALID_CANDIDATE if body["path_id"] != path.number else 0)
        if reason:
            self.refuse(path, body, reason, route)
            return
        proven = self.proves(body["token"], route)
        rival = self.rival(path, body, route)
        if (path.validated and path.route[1] == route[1]) or proven and not rival:
            self.accept(path, route, body["nonce"], body["reason"])
        elif rival:
            self.open_contest(path, route, rival)
            self.contest.update(nonce=body["nonce"], reason=body["reason"])
            self.contest["proven"] |= proven
        else:
            self.challenged = body["nonce"], route[1], body["reason"]
            self.control(path, wire.REATTACH_CHALLENGE, route=route, nonce=body["nonce"],
                         token=self.token(route))

    def rival(self, path, body, route):
        """The route that contests the move."""
        if path is self.active and path.route[1] != route[1]:
            return path.route
        if body["observed"] and body["observed"] != route[1]:
            return route[0], body["observed"]
        return None

    def on_reattach_proof(self, path, body, route, newest):
        if self.again(body):
            return
        reason = self.judge(body)
        if not reason and not self.proves(body["token"], route):
            reason = wire.AUTH_FAIL
        if reason:
            self.refuse(path, body, reason, route)
        elif self.challenged and self.challenged[:2] == (body["nonce"], route[1]):
            self.accept(path, route, body["nonce"], self.challenged[2])

    def accept(self, path, route, nonce, reason):
        self.nonce, self.epoch, self.version = nonce, self.epoch + 1, self.version + 1
        self.active, path.route, path.validated = path, route, True
        self.challenged = self.contest = None
        encode, accept_time = wire.Endpoint().encode, time.time_ns()
        here = self.node.address(route)
        before = self.lineage
        self.lineage = keys.lineage_next(self.lineage_key, before, self.epoch,
                                         encode(route[1]), encode(here), reason, accept_time)
        self.stored_ack = dict(
            nonce=nonce, epoch=self.epoch, version=self.version, initiator=route[1],
            responder=here, reason=reason, accept_time=accept_time,
            lineage_before=before, lineage=self.lineage,
            owner_term=self.node.owner_term)
        self.control(path, wire.REATTACH_ACK, **self.stored_ack)

    # Two tuples, one path.

    def contested_by_packet(self, path, route, newest):
        if newest and path is self.active and path.route[1] != route[1]:
            self.open_contest(path, route, path.route)

    def open_contest(self, path, new, old):
        if self.contest and self.contest["new"][1] == new[1]:
            return
        self.contest = dict(path=path, new=new, old=old, proven=False, alive=False,
                            nonce=None, reason=0, began=now(), rounds=0, due=0)
        self.ask_both()

    def ask_both(self):
        c = self.contest
        for route in (c["new"], c["old"]):
            self.control(c["path"], wire.PATH_CHALLENGE, route=route,
                         token=self.token(route), observed=route[1])
        c["rounds"] += 1
        c["due"] = c["began"] + c["rounds"] * c["path"].pto / 2

    def tick(self):
        due = super().tick()
        c = self.contest
        if not c:
            return due
        if now() >= c["due"]:
            if c["rounds"] < 2:
                self.ask_both()
            elif c["alive"] or now() - c["began"] > 4 * c["path"].pto:
                self.log.append(("kept", "unbound source", c["path"].number))
                self.contest = None
            elif c["proven"] and c["nonce"]:
                self.accept(c["path"], c["new"], c["nonce"], c["reason"])
            else:
                c["due"] = now() + c["path"].pto / 2
        return min(due, self.contest["due"]) if self.contest else due
