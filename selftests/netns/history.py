# SPDX-License-Identifier: GPL-2.0
"""Histories of sessions, and listeners that stop; see history.sh. Switches by an
operator make the transitions: each is three events at either end."""

import collections
import ctypes
import errno
import hashlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time

from netlink_lib import Family, Spec, Tap

CLIENT, GW = sys.argv[1:3]
CLIENTS, GWS = (int(n) for n in sys.argv[3].split("x"))
TMP = sys.argv[4]
PORT = 5000
UP = 6          # validated, and heartbeats are answered
SO_RCVBUFFORCE = 33
SLOTS = 64      # of the gateway whose ring is to overflow
NOISY = 8       # switches that fill a session's history
SWITCHES_PER_S = 500    # two transitions each

spec = Spec()
tap = Tap()
TYPE, STATE, REASON = spec.enums["event-type"], spec.enums["state"], spec.enums["reason"]
CHANGE, SWITCH = TYPE["state-change"], TYPE["switch"]


class End:
    """The devices of one namespace, jvpn0 and on."""

    def __init__(self, name, count):
        self.name = name
        self.count = count
        self.family = self.open()
        self.ip("".join(f"link add jvpn{n} type jvpn\nlink set jvpn{n} up\n"
                        for n in range(count)))
        self.keys = []
        for n in range(count):
            private = hashlib.sha256(f"{name} {n}".encode()).digest()
            self.set(n, **{"private-key": private, "listen-port": PORT + n})
            self.keys.append(bytes.fromhex(self.get(n)["public-key"]))
            # Idle sessions are to cost little; nothing but this test moves them.
            self.family.do("policy-set", ifname=f"jvpn{n}", policy={
                "idle-heartbeat-interval": 120000, "standby-interval": 120000,
                "max-switches-per-min": 600, "failback": 0})

    def open(self):
        """A socket in this namespace."""
        back = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        libc = ctypes.CDLL(None)
        libc.setns(there, 0)
        family = Family(spec)
        libc.setns(back, 0)
        os.close(back)
        os.close(there)
        return family

    def ip(self, batch):
        subprocess.run(["ip", "-n", self.name, "-batch", "-"], input=batch, text=True,
                       check=True)

    def set(self, n, **values):
        self.family.do("device-set", ifname=f"jvpn{n}", device=values)

    def get(self, n):
        return self.family.do("device-get", ifname=f"jvpn{n}")["device"]

    def peer(self, n, key, **more):
        self.family.do("peer-set", ifname=f"jvpn{n}", peer=dict({"public-key": key}, **more))

    def events(self, n, **which):
        return [m["event"] for m in self.family.dump("event-get", ifname=f"jvpn{n}",
                                                     event=which)]

    def sessions(self, n):
        return [m["session"] for m in self.family.dump("session-get", ifname=f"jvpn{n}")]

    def session(self, n, key):
        """That with this peer, or None."""
        return next((s for s in self.sessions(n) if s["peer"] == key.hex()), None)


class Listener:
    """Hears all events of a namespace; its socket is large enough."""

    def __init__(self, end):
        self.socket = end.open()
        self.socket.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 28)
        for group in "state", "security":
            self.socket.join(group)
        self.heard = []

    def read(self):
        """All that was said up to now; an overrun here would be the test's fault."""
        while select.select([self.socket.sock], [], [], 0.01)[0]:
            self.heard += self.socket.events()
        return self.heard


class Monitor:
    """jvpn-tool as a listener with little room, which can be stopped."""

    def __init__(self, end, name, *words):
        self.path = os.path.join(TMP, name)
        self.end = end
        with open(self.path, "w", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", end.name, "jvpn-tool", "--json", "monitor", *words],
                stdout=out, env=dict(os.environ, JVPN_EVENT_BUFFER="16384"))
        wait(lambda: self.socket() is not None, f"{name}: listens")
        settle()    # it has looked around

    def socket(self):
        """(groups, drops) of its listening socket."""
        with open(f"/proc/{self.process.pid}/net/netlink", encoding="utf-8") as table:
            rows = [row.split() for row in table][1:]
        for row in rows:
            if int(row[2]) == self.process.pid and int(row[3], 16):
                return int(row[3], 16), int(row[8])
        return None

    def stop(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def lines(self):
        with open(self.path, encoding="utf-8") as log:
            return [json.loads(line) for line in log if line.endswith("\n")]

    def finish(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()

    def audit(self):
        done = subprocess.run(["jvpn-tool", "audit", "verify", self.path],
                              capture_output=True, text=True, check=False)
        tap.line(done.returncode == 0, f"audit of {os.path.basename(self.path)}",
                 done.stdout + done.stderr)


def wait(ready, what, seconds=60):
    """Virtual time stands still while programs run: this is when they have their turn."""
    pause = 0.05
    for _ in range(200):
        if ready():
            return
        time.sleep(pause)
        pause = min(2 * pause, seconds / 100)
    tap.line(False, what, "waited in vain")
    tap.exit()


def settle():
    time.sleep(0.1)


def connect(client, gw, i, j):
    """The session of client i with gateway j."""
    gw.peer(j, client.keys[i])
    client.peer(i, gw.keys[j])
    for link in 0, 1:
        client.family.do("path-add", ifname=f"jvpn{i}", path={
            "peer": gw.keys[j], "id": link,
            "remote": {"ipv4": f"10.{link + 1}.0.2", "port": PORT + j}})
    client.peer(i, gw.keys[j], connect=True)


def is_ready(session):
    return session is not None and session["state"] == STATE["attached"] and \
        sum(path["status"] & UP == UP for path in session.get("path", ())) == 2


def ready(client, gw):
    return all(sum(map(is_ready, client.sessions(i))) == gw.count
               for i in range(client.count))


class Sessions:
    """All pairs, and where each of them is."""

    def __init__(self, client, gw):
        self.client, self.gw = client, gw
        for i in range(client.count):
            for j in range(gw.count):
                connect(client, gw, i, j)
        wait(lambda: ready(client, gw), "all sessions come up", 200)
        # Among so many births a heartbeat gets lost, and a session moves by itself.
        number = {key.hex(): j for j, key in enumerate(gw.keys)}
        self.path = {(i, number[s["peer"]]): s["active-path"]
                     for i in range(client.count) for s in client.sessions(i)}

    def switch(self, i, j):
        """Moves one to its other path."""
        self.path[i, j] ^= 1
        self.client.family.do("session-switch", ifname=f"jvpn{i}", session={
            "peer": self.gw.keys[j], "target-path": self.path[i, j]})


def transitions(events):
    return [e for e in events if e["type"] in (CHANGE, SWITCH)]


def of(session_id, events):
    return [e for e in events if e.get("session-id") == session_id]


def plain(events):
    """Without what only the answer to a question has."""
    return [{k: v for k, v in e.items() if not k.startswith("lost")} for e in events]


def noise(sessions, clients, rounds):
    """Neighbours of the quiet session move, and move."""
    for _ in range(rounds):
        for i in clients:
            sessions.switch(i, 0)
        settle()


def check_quiet(client, gw, sessions, listener):
    """Neighbours fill the ring of their gateway: the quiet session's history is whole."""
    quiet = client.session(0, gw.keys[0])["id"]
    sessions.switch(0, 0)
    settle()
    noise(sessions, range(1, client.count), max(NOISY, 1 + SLOTS // (client.count - 1)))
    heard = listener.read()
    tap.equal("neighbours have driven it out of the ring", ([], SLOTS),
              (of(quiet, gw.events(0)), len(gw.events(0))))
    expected = of(quiet, heard)
    history = gw.events(0, **{"session-id": bytes.fromhex(quiet)})
    tap.equal("the history of a quiet session is all that was heard of it", expected, history)
    tap.equal("from its first attach on", [(1, "birth"), (2, "attached"), (3, "recovering")],
              [(e["version"], name) for e in history for name, number in STATE.items()
               if e["type"] == CHANGE and number == e["state-before"]])
    tap.equal("it can be asked for by peer", expected, gw.events(0, peer=client.keys[0]))
    tap.equal("and from a number on", expected[2:],
              gw.events(0, peer=client.keys[0], seq=expected[2]["seq"]))
    tap.equal("at the other end too",
              [e["version"] for e in transitions(expected)],
              [e["version"] for e in transitions(client.events(0, peer=gw.keys[0]))])


def check_noisy(client, gw, listener):
    """A session with more events than fit: the newest, and what is missing."""
    noisy = gw.events(0)[-1]["session-id"]
    by_id = {"session-id": bytes.fromhex(noisy)}
    expected = of(noisy, listener.read())
    history = gw.events(0, **by_id)
    first = history[0]
    tap.equal("a noisy session has its newest events", expected[-len(history):],
              plain(history))
    gone = transitions(expected)[:len(transitions(expected)) - len(transitions(history))]
    tap.line(gone and len(history) >= 8, "but not all of them", f"{len(history)} are there")
    tap.equal("how many had to go is said, and up to which", (len(gone), gone[-1]["seq"]),
              (first.get("lost"), first.get("lost-seq")))
    tap.equal("once", [], [e for e in history[1:] if plain([e]) != [e]])
    later = gw.events(0, seq=gone[-1]["seq"] + 1, **by_id)
    tap.equal("nothing is missing from there on", (None, expected[-len(later):]),
              (later[0].get("lost"), plain(later)))
    earlier = gw.events(0, seq=gone[-1]["seq"], **by_id)
    tap.equal("but before", len(gone), earlier[0].get("lost"))


def check_refusals(client, gw):
    session = bytes.fromhex(client.session(0, gw.keys[0])["id"])
    tap.refused("a session or a peer, not both", errno.EINVAL, "takes one of",
                client.events, 0, peer=gw.keys[0], **{"session-id": session})
    tap.refused("no such session", errno.ENOENT, "no session has this id",
                client.events, 0, **{"session-id": bytes(16)})
    tap.refused("no such peer", errno.ENOENT, "no peer has this key",
                client.events, 0, peer=client.keys[0])


def terminate(end, n, key):
    end.family.do("session-terminate", ifname=f"jvpn{n}", session={"peer": key})
    settle()


def last_state(events):
    return events[-1]["state-after"]


def check_ended(client, gw):
    """The history outlives its session, until another one has ended."""
    first = client.session(0, gw.keys[0])["id"]
    by_id = {"session-id": bytes.fromhex(first)}
    before = client.events(0, **by_id)
    terminate(client, 0, gw.keys[0])
    after = client.events(0, **by_id)
    tap.equal("the history stays when the session ends", before, after[:-1])
    tap.equal("with its end", STATE["terminated"], last_state(after))
    tap.equal("at the other end too", STATE["terminated"], last_state(gw.events(0, **by_id)))
    tap.equal("and with its peer", after, client.events(0, peer=gw.keys[0]))

    gw.family.do("peer-del", ifname="jvpn0", peer={"public-key": client.keys[0]})
    tap.refused("it goes with the peer", errno.ENOENT, "no session has this id",
                gw.events, 0, **by_id)
    client.peer(0, gw.keys[0], connect=True)
    client.family.do("policy-set", ifname="jvpn0", policy={"persist": 0})
    time.sleep(100)     # longer than handshake_timeout
    tap.equal("an attempt that fails does not replace it", after, client.events(0, **by_id))

    gw.peer(0, client.keys[0])
    client.peer(0, gw.keys[0], connect=True)
    wait(lambda: is_ready(client.session(0, gw.keys[0])), "the next session comes up")
    both = client.events(0, peer=gw.keys[0])
    second = client.session(0, gw.keys[0])["id"]
    tap.equal("a peer's history has the last session and the live one", [first, second],
              list(dict.fromkeys(e.get("session-id") for e in both)))
    tap.equal("in order", sorted(e["seq"] for e in both), [e["seq"] for e in both])
    terminate(client, 0, gw.keys[0])
    tap.refused("the next one that ends takes the place", errno.ENOENT,
                "no session has this id", client.events, 0, **by_id)
    tap.equal("and has its own", STATE["terminated"],
              last_state(client.events(0, **{"session-id": bytes.fromhex(second)})))
    client.peer(0, gw.keys[0], connect=True)
    wait(lambda: is_ready(client.session(0, gw.keys[0])), "one more comes up")


def check_slots(gw, listener):
    """The ring can be made larger while it is used; what it has stays."""
    before = gw.events(0)
    gw.set(0, **{"event-slots": 2 * SLOTS - 1})
    shown = gw.get(0)
    tap.equal("a ring of another size", (2 * SLOTS, before[0]["seq"], before),
              (shown["event-slots"], shown["event-oldest"], gw.events(0)))
    gw.set(0, **{"event-slots": SLOTS})
    tap.equal("and back", before, gw.events(0))
    for bad in SLOTS - 1, 65537:
        tap.refused(f"not of {bad}", errno.ERANGE, "from 64 to 65536", gw.set, 0,
                    **{"event-slots": bad})
    listener.read()


def check_monitor(client, gw, sessions, listener):
    """A listener to one session sleeps while others fill the ring: it misses nothing."""
    session = client.session(1, gw.keys[0])["id"]
    since = len(listener.read())
    monitor = Monitor(gw, "one-session", "jvpn0", "--session", session)
    sessions.switch(1, 0)
    settle()
    monitor.stop()
    rounds = 1 + SLOTS // (2 * (client.count - 2))
    noise(sessions, range(2, client.count), rounds)
    sessions.switch(1, 0)
    noise(sessions, range(2, client.count), rounds)
    expected = [e["seq"] for e in of(session, listener.read()[since:])]
    tap.line(gw.get(0)["event-oldest"] > expected[-1], "the ring has nothing of it any more")
    monitor.go_on()
    wait(lambda: monitor.lines()[-1].get("seq") == expected[-1], "the monitor catches up")
    tap.equal("a monitor of one session misses nothing",
              [{"session_id": session}] + expected,
              [line.get("seq") or line.get("only") or line for line in monitor.lines()])
    tap.line(monitor.socket()[1], "though its socket had no room")
    tap.equal("it ends well", 0, monitor.finish())
    monitor.audit()


def expand(lines):
    """{device: [numbers and, as texts, gaps]} of a log, in order."""
    log = collections.defaultdict(list)
    for line in lines:
        gap = line.get("gap")
        log[line["ifname"]].append(line["seq"] if not gap else f"{gap['from']}-{gap['to']}")
    return log


def missing(numbers, first, last):
    """What a log does not account for: each number once, in order, or in a gap."""
    expected, wrong, gaps = first, [], 0
    for number in numbers:
        begin = end = number
        if isinstance(number, str):
            begin, end = map(int, number.split("-"))
            gaps += end - begin + 1
        if begin != expected:
            wrong.append((expected, number))
        expected = end + 1
    if expected != last + 1:
        wrong.append((expected, "the end"))
    return wrong, gaps


def stress(client, gw, sessions, name, devices, seconds, stopped):
    """Transitions at a rate, and a listener that stops reading in the middle."""
    first = {n: client.get(n)["event-seq"] + 1 for n in range(client.count)}
    monitor = Monitor(client, name)
    pairs = [(i, j) for j in range(gw.count) for i in range(devices)]
    total = int(seconds * SWITCHES_PER_S)
    pause = int((seconds - stopped) / 2 * SWITCHES_PER_S)
    began = time.clock_gettime(time.CLOCK_BOOTTIME)
    for n in range(total):
        if n == pause:
            monitor.stop()
        if n == total - pause:
            monitor.go_on()
        sessions.switch(*pairs[n % len(pairs)])
        time.sleep(max(0, began + (n + 1) / SWITCHES_PER_S -
                       time.clock_gettime(time.CLOCK_BOOTTIME)))
    took = time.clock_gettime(time.CLOCK_BOOTTIME) - began
    settle()
    last = {n: client.get(n)["event-seq"] for n in range(client.count)}
    newest = {f"jvpn{n}": last[n] for n in last if last[n] >= first[n]}
    wait(lambda: ends(monitor) == newest, f"{name}: the monitor catches up")
    drops = monitor.socket()[1]
    tap.equal(f"{name}: it ends well", 0, monitor.finish())
    lines = monitor.lines()
    log = expand(lines)
    wrong, lost = {}, 0
    for n in last:
        bad, gaps = missing(log[f"jvpn{n}"], first[n], last[n])
        lost += gaps
        if bad:
            wrong[n] = bad
    made = sum(last[n] - first[n] + 1 for n in last)
    seen = [line for line in lines if line.get("type") == "STATE_CHANGE"]
    print(f"# {name}: {client.count * gw.count} sessions, {2 * total / took:.0f} transitions per second, "
          f"stopped for {stopped} s; {made} events, {drops} overran, {lost} lost and said",
          flush=True)
    tap.line(drops, f"{name}: the socket had no room")
    tap.equal(f"{name}: each event once, in order, or said to be missing", {}, wrong)
    monitor.audit()
    return total, seen, lost


def ends(monitor):
    """The last number of each device in the monitor's log."""
    last = {}
    with open(monitor.path, encoding="utf-8") as log:
        for line in log:
            found = re.search(r'"ifname":"(\w+)".*?"seq":(\d+)', line)
            if found:
                last[found[1]] = int(found[2])
    return last


def check_stress(client, gw, sessions):
    total, seen, lost = stress(client, gw, sessions, "stress", client.count, 3, 2)
    tap.equal("stress: every transition is there, none is lost", (2 * total, 0),
              (len(seen), lost))
    few = min(client.count, 5)
    for n in range(few):
        client.set(n, **{"event-slots": SLOTS})
    stopped = SLOTS * few / SWITCHES_PER_S
    total, seen, lost = stress(client, gw, sessions, "short-of-room", few, 2 * stopped, stopped)
    tap.line(lost and len(seen) < 2 * total, "short-of-room: some are lost, and said",
             f"{lost} lost, {len(seen)} of {2 * total} transitions seen")


def main():
    client, gw = End(CLIENT, CLIENTS), End(GW, GWS)
    gw.set(0, **{"event-slots": SLOTS})
    listener = Listener(gw)
    began = time.monotonic()
    sessions = Sessions(client, gw)
    print(f"# {CLIENTS * GWS} sessions after {time.monotonic() - began:.1f} s", flush=True)
    listener.read()
    check_quiet(client, gw, sessions, listener)
    check_noisy(client, gw, listener)
    check_slots(gw, listener)
    check_monitor(client, gw, sessions, listener)
    check_refusals(client, gw)
    check_ended(client, gw)
    sessions.path[0, 0] = 0
    check_stress(client, gw, sessions)
    tap.exit()


main()
