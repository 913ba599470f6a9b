#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""faults.py CLIENT GATEWAY: memory runs out, at one place after the other; called
by faults.sh in the topology of lib.sh.

The kernel can be told to fail an allocation, and of which code: here, whatever has
the module on its stack. Two ways are used:

  requests   /proc/self/fail-nth fails the n-th allocation that a request of this
             process makes, for n = 1, 2, ... until there is no n-th. The request
             is refused for want of memory, or does not need it; asked again, it is
             obeyed.
  phases     what runs in softirqs and workers: failslab's count goes on from where
             it was, so an interval of that plus n fails the n-th. Requests do not
             count. Whatever it was, the phase has to come to its good end, as no
             second allocation fails. fail_page_alloc fails the first n in turn.

With JVPN_FAULTS=all each n has its turn; without, the first few, and then ever
fewer. Nothing may leak, which the machine's last check says (guest-tests.sh).
"""

import ctypes
import errno
import os
import select
import socket
import struct
import subprocess
import sys
import time

import netlink_lib as nl
from netlink_lib import NlError, attr

ALL = os.environ.get("JVPN_FAULTS") == "all"
DEBUG = "/sys/kernel/debug/"
MODULE = os.path.join(os.environ["JVPN_MODULE_DIR"], "jvpn.ko")
SYS_FINIT_MODULE, SYS_DELETE_MODULE = 313, 176
CLONE_NEWNET = 0x40000000
PORT, GATEWAY = 5180, "192.0.2.1"
PRIVATE = {"client": bytes(range(8, 39)) + b"\x41", "gateway": bytes(range(16, 47)) + b"\x42"}
INNER = {"client": "10.9.0.2", "gateway": "10.9.0.1"}
FAR_S = 60                              # for what may have to wait for a repetition
libc = ctypes.CDLL(None, use_errno=True)


def write(name, value):
    with open(name, "w", encoding="ascii") as file:
        file.write(str(value))


def read(name):
    with open(name, encoding="ascii") as file:
        return file.read()


def positions():
    """The numbers of the allocations that fail in turn."""
    n = step = 1
    while True:
        yield n
        if not ALL and n > 4:
            step = max(step + 1, n // 2)
        n += step


# --- Faults -------------------------------------------------------------------

class Text:
    """Where code of the kernel is."""

    def __init__(self):
        self.symbol = sorted((int(line.split()[0], 16), line.split()[2])
                             for line in open("/proc/kallsyms", encoding="ascii")
                             if line.split()[1] in "tT" and "[" not in line)
        self.at = {name: i for i, (_, name) in enumerate(self.symbol)}

    def around(self, *names):
        """From the first of these functions to the end of the last."""
        found = sorted(self.at[name] for name in names)
        return self.symbol[found[0]][0], self.symbol[found[-1] + 1][0]

    @staticmethod
    def module():
        begin = int(read("/sys/module/jvpn/sections/.text"), 16)
        size = next(line.split()[1] for line in open("/proc/modules", encoding="ascii")
                    if line.startswith("jvpn "))
        return begin, begin + int(size)


class Faults:
    """Of one kind, failslab or fail_page_alloc."""

    def __init__(self, kind):
        self.dir = DEBUG + kind + "/"
        self.count = 0                  # the kernel's, which it shows to nobody
        for name, value in (("probability", 0), ("interval", 1), ("times", 1), ("space", 0),
                            ("verbose", 0), ("task-filter", "N"), ("ignore-gfp-wait", "N"),
                            ("min-order", 0), ("ignore-gfp-highmem", "N"),
                            ("stacktrace-depth", 32)):
            if os.path.exists(self.dir + name):
                write(self.dir + name, value)

    def only(self, require, reject=(0, 0)):
        for name, (begin, end) in (("require", require), ("reject", reject)):
            write(f"{self.dir}{name}-start", hex(begin))
            write(f"{self.dir}{name}-end", hex(end))

    def arm(self, interval, times):
        write(self.dir + "interval", interval)
        write(self.dir + "times", times)
        write(self.dir + "probability", 100)
        Patience.armed = self

    def disarm(self):
        """How often it could still have failed."""
        write(self.dir + "probability", 0)
        Patience.armed = None
        return self.left

    @property
    def left(self):
        """How many are still to fail."""
        return int(read(self.dir + "times"))


class Patience:
    """FAR_S seconds since the last allocation failed: a machine without memory
    takes as long as it has none."""
    armed = None                        # the Faults that are

    def __init__(self):
        self.left = self.until = None

    def is_over(self):
        left = self.armed.left if self.armed else 0
        if left != self.left:
            self.left, self.until = left, time.monotonic() + FAR_S
        return time.monotonic() > self.until


class NthOfTask:
    """The n-th allocation of what this process asks for fails."""

    def __init__(self, n):
        self.n, self.left = n, 0

    def __enter__(self):
        self.file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        os.write(self.file, str(self.n).encode())
        return self

    def __exit__(self, *_):
        self.left = int(os.pread(self.file, 16, 0))
        os.pwrite(self.file, b"0", 0)
        os.close(self.file)


# --- Two ends -----------------------------------------------------------------

def in_namespace(name, make):
    """What `make` returns, made in that network namespace."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + name, os.O_RDONLY)
    libc.setns(there, CLONE_NEWNET)
    try:
        return make()
    finally:
        libc.setns(here, CLONE_NEWNET)
        os.close(here)
        os.close(there)


class Route:
    """The little of rtnetlink that a device needs."""
    NEWLINK, DELLINK, NEWADDR, DELADDR = 16, 17, 20, 21
    IFNAME, LINKINFO, KIND, IFF_UP = 3, 18, 1, 1

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.sock.setsockopt(nl.SOL_NETLINK, nl.CAP_ACK, 1)

    def ask(self, kind, flags, payload):
        self.sock.send(struct.pack("IHHII", 16 + len(payload), kind,
                                   nl.NLM_F_REQUEST | nl.NLM_F_ACK | flags, 1, 0) + payload)
        _, _, _, _, _, code = struct.unpack_from("IHHIIi", self.sock.recv(1 << 16))
        if code:
            raise NlError(-code, None, None)

    @staticmethod
    def name(name):
        return attr(Route.IFNAME, name.encode() + b"\0")

    @staticmethod
    def info(flags=0):
        return struct.pack("BxHiII", 0, 0, 0, flags, Route.IFF_UP)

    def add(self, name):
        kind = attr(self.KIND, b"jvpn\0")
        self.ask(self.NEWLINK, 0x600,
                 self.info() + self.name(name) + attr(self.LINKINFO | nl.NLA_F_NESTED, kind))

    def delete(self, name):
        self.ask(self.DELLINK, 0, self.info() + self.name(name))

    def up(self, name, up=True):
        self.ask(self.NEWLINK, 0, self.info(self.IFF_UP if up else 0) + self.name(name))

    def address(self, index, address, prefix=24, add=True):
        packed = socket.inet_aton(address)
        self.ask(self.NEWADDR if add else self.DELADDR, 0x600 if add else 0,
                 struct.pack("BBBBI", socket.AF_INET, prefix, 0, 0, index) +
                 attr(2, packed) + attr(1, packed))


class End:
    """One end: device jvpn0 in a namespace, with one peer."""

    def __init__(self, name, namespace):
        self.name, self.namespace = name, namespace
        self.spec = nl.Spec()
        self.family = in_namespace(namespace, lambda: nl.Family(self.spec))
        self.route, self.uplinks = (in_namespace(namespace, Route) for _ in range(2))
        self.index_of = lambda dev: in_namespace(namespace, lambda: socket.if_nametoindex(dev))
        self.sock = self.public = self.other = None

    def do(self, command, **values):
        return self.family.do(command, ifname="jvpn0", **values)

    def dump(self, command, **values):
        return self.family.dump(command, ifname="jvpn0", **values)

    # What one needs, each by itself, and how it is undone.

    def add(self):
        self.route.add("jvpn0")

    def remove(self):
        self.route.delete("jvpn0")

    def up(self):
        self.route.up("jvpn0")

    def down(self):
        self.route.up("jvpn0", False)

    def set_device(self):
        self.do("device-set", device={"private-key": PRIVATE[self.name], "node-name": self.name,
                                      "listen-port": PORT if self.name == "gateway" else 0})

    def unset_device(self):
        self.do("device-set", device={"private-key": bytes(32), "listen-port": 0})

    def set_peer(self):
        inner = INNER[self.other.name]
        self.do("peer-set", peer={
            "public-key": self.other.public, "preshared-key": bytes(range(32)),
            "allowed-ip": [{"ipv4": inner, "cidr": 32}, {"ipv4": "10.77.0.0", "cidr": 16},
                           {"ipv4": "10.78.1.0", "cidr": 24}, {"ipv6": "fd09::", "cidr": 64},
                           {"ipv6": "fd09:1::7", "cidr": 128}]})

    def unset_peer(self):
        self.do("peer-del", peer={"public-key": self.other.public})

    def default_route(self, uplink):
        """It goes with the address and the link."""
        subprocess.run(["ip", "-n", self.namespace, "route", "replace", "default", "via",
                        f"10.{uplink + 1}.0.1", "dev", f"up{uplink}", "metric",
                        str(uplink * 100 + 100)], check=True)

    def uplink(self, up):
        self.uplinks.up("up0", up)
        if up:
            self.default_route(0)

    def add_paths(self):
        for uplink in (0, 1):
            self.do("path-add", path={"peer": self.other.public, "id": uplink,
                                      "remote": {"ipv4": GATEWAY, "port": PORT},
                                      "ifname": f"up{uplink}"})

    def connect(self):
        self.do("peer-set", peer={"public-key": self.other.public, "connect": True})

    def terminate(self):
        self.do("session-terminate", session={"peer": self.other.public})

    def switch(self, path):
        self.do("session-switch", session={"peer": self.other.public, "target-path": path})

    def make(self):
        self.add()
        self.up()
        self.route.address(self.index_of("jvpn0"), INNER[self.name])
        self.set_device()
        self.public = bytes.fromhex(self.do("device-get")["device"]["public-key"])

    def meet(self):
        self.set_peer()
        if self.name == "client":
            self.add_paths()

    def open(self):
        """An inner socket; what comes to the gateway's is echoed by `exchange`."""
        self.sock = in_namespace(self.namespace,
                                 lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.sock.bind(("0.0.0.0", 7))

    def session(self):
        found = self.dump("session-get")
        return found[0]["session"] if found else {}


class Failed(Exception):
    pass


class Tunnel:
    def __init__(self, client, gateway):
        self.client, self.gateway = End("client", client), End("gateway", gateway)
        self.client.other, self.gateway.other = self.gateway, self.client
        self.ends = self.client, self.gateway
        self.number = 0
        for end in self.ends:
            end.open()

    def make(self):
        for end in self.ends:
            end.make()
        for end in self.ends:
            end.meet()

    def remove(self):
        for end in self.ends:
            end.remove()

    # What has to come true, in virtual time.

    @staticmethod
    def wait(what, until):
        patience = Patience()
        while not until():
            if patience.is_over():
                raise Failed(what)
            time.sleep(0.2)

    def exchange(self, one, other):
        """An inner packet there, and one back. What is lost is sent again."""
        self.number += 1
        for sender, receiver in ((one, other), (other, one)):
            text = b"%d" % self.number
            patience = Patience()
            while True:
                try:
                    sender.sock.sendto(text, (INNER[receiver.name], 7))
                except OSError as error:
                    if error.errno not in (errno.ENOBUFS, errno.ENOMEM, errno.EHOSTUNREACH,
                                           errno.ENETUNREACH, errno.EPERM, errno.ECONNREFUSED):
                        raise
                if self.arrived(receiver, text):
                    break
                if patience.is_over():
                    raise Failed(f"nothing arrives at the {receiver.name}")

    @staticmethod
    def arrived(receiver, text):
        while select.select([receiver.sock], [], [], 0.2)[0]:
            try:
                if receiver.sock.recv(64) == text:
                    return True
            except OSError:             # somebody's ICMP error
                pass
        return False

    def traffic(self):
        self.exchange(self.client, self.gateway)
        self.exchange(self.gateway, self.client)

    def attached(self):
        return all(end.session().get("state") == 2 for end in self.ends)

    def warm(self):
        paths = self.client.session().get("path", [])
        return len(paths) == 2 and all(p.get("status", 0) & 6 == 6 for p in paths)

    def good(self):
        self.wait("not attached", self.attached)
        self.traffic()


# --- Sweeps -------------------------------------------------------------------

# ENFILE is what the kernel says when there is none for a socket.
MEMORY = (errno.ENOMEM, errno.ENOBUFS, errno.ENFILE)


class Sweeps:
    def __init__(self, client, gateway):
        self.tap = nl.Tap()
        self.text = Text()
        self.slab, self.pages = Faults("failslab"), Faults("fail_page_alloc")
        self.total = 0
        self.module()
        self.tunnel = Tunnel(client, gateway)

    def only(self, *args):
        for faults in (self.slab, self.pages):
            faults.only(*args)

    # Requests.

    def requests(self, what, do, undo=lambda: None):
        """Each allocation of `do` fails once; undone, all is as before."""
        odd, failed, refused = [], 0, 0
        for n in positions():
            problem = None
            with NthOfTask(n) as nth:
                try:
                    do()
                except OSError as error:
                    problem = error
            if problem and (nth.left or problem.errno not in MEMORY):
                odd.append(f"{n}: {problem}")
            refused += bool(problem)
            try:
                if problem:
                    do()
                undo()
            except (Failed, OSError) as error:
                odd.append(f"after {n}: {error}")
            if nth.left:
                break
            failed += 1
        self.total += failed
        self.tap.line(failed and not odd, f"{what}: {failed} failures, {refused} refusals",
                      f"{odd or 'nothing was allocated'}")

    def module(self):
        """Loading, with whatever the module's own beginning allocates."""
        call(SYS_DELETE_MODULE, b"jvpn", os.O_NONBLOCK)
        self.only(self.text.around("do_one_initcall"))
        with open(MODULE, "rb") as file:
            self.requests("loading the module",
                          lambda: call(SYS_FINIT_MODULE, file.fileno(), b"", 0),
                          lambda: call(SYS_DELETE_MODULE, b"jvpn", os.O_NONBLOCK))
            call(SYS_FINIT_MODULE, file.fileno(), b"", 0)
        self.only(self.text.module())

    def configuration(self):
        one, other = self.tunnel.ends
        self.requests("adding a device", one.add, one.remove)
        one.make()
        other.make()
        one.down()
        self.requests("device up", one.up, one.down)
        one.up()
        one.unset_device()
        self.requests("keys and port of a device", one.set_device, one.unset_device)
        one.set_device()
        self.requests("adding a peer", one.set_peer, one.unset_peer)
        one.set_peer()
        other.set_peer()
        one.add_paths()
        self.requests("policy of a device", lambda: one.do(
            "policy-set", policy={"preset": "fast-failover"}))
        self.requests("policy of a peer", lambda: one.do(
            "policy-set", policy={"peer": other.public, "preset": "balanced"}))
        for end in self.tunnel.ends:
            self.requests(f"showing the {end.name}'s device", lambda e=end: e.do("device-get"))
        self.requests("showing policies", lambda: one.do("policy-get"))
        for what in ("device", "peer", "path", "session", "event"):
            self.requests(f"dump of {what}s", lambda w=what: one.dump(w + "-get"))
        self.requests("beginning a session", one.connect,
                      self.again(one.terminate, errno.ENOENT))
        self.tunnel.remove()

    @staticmethod
    def again(do, but):
        """What may have been done already."""
        def tolerant():
            try:
                do()
            except OSError as error:
                if error.errno != but:
                    raise
        return tolerant

    def operation(self):
        """Requests about a session that lives."""
        tunnel, one = self.tunnel, self.tunnel.client
        tunnel.make()
        one.connect()
        tunnel.good()
        tunnel.wait("not warm", tunnel.warm)
        self.requests("dump of a session", lambda: one.dump("session-get"))
        self.requests("dump of its events", lambda: one.dump("event-get"))
        self.requests("dump of its paths", lambda: one.dump("path-get"))
        # It is asked for as often as it allocates.
        one.do("policy-set", policy={"max-switches-per-min": 600, "switch-cooldown": 0,
                                     "apply": "strict"})
        self.requests("a switch", lambda: one.switch(1), lambda: self.back(one))
        tunnel.good()
        self.requests("ending a session", self.again(one.terminate, errno.ENOENT), self.restart)
        self.requests("removing a device", one.remove, self.anew)
        tunnel.remove()

    def back(self, one):
        """On path 1 by now or soon; and back."""
        for path in (1, 0):
            self.tunnel.wait("no switch", lambda p=path: self.on(p, one))

    @staticmethod
    def on(path, one):
        session = one.session()
        if session.get("active-path") == path and session.get("state") == 2:
            return True
        try:
            one.switch(path)
        except NlError:                 # it is on its way there, or not warm yet
            pass
        return False

    def restart(self):
        tunnel = self.tunnel
        tunnel.wait("a session is left", lambda: not tunnel.client.session())
        tunnel.client.connect()
        tunnel.good()

    def anew(self):
        self.tunnel.client.make()
        self.tunnel.client.meet()
        self.tunnel.client.connect()
        self.tunnel.good()

    # Phases.

    def phase(self, what, before, phase, after=lambda: None):
        for faults, kind in ((self.slab, "objects"), (self.pages, "pages")):
            odd, failed = [], 0
            for n in positions():
                before()
                if faults is self.slab:
                    faults.arm(faults.count + n, 1)
                else:
                    faults.arm(1, n)
                try:
                    phase()
                except (Failed, OSError) as problem:
                    odd.append(f"{n}: {problem}")
                left = faults.disarm()
                try:
                    after()
                    self.tunnel.traffic()
                except (Failed, OSError) as problem:
                    odd.append(f"after {n}: {problem}")
                if left:
                    break
                failed += 1
                faults.count += n
            if faults is self.slab:
                self.count_again(faults.count + n)
            self.total += failed
            self.tap.line(not odd, f"{what}: {failed} failures of {kind}", str(odd[:3]))

    def count_again(self, to):
        """The last one did not come: have the count where it is known."""
        self.slab.arm(to, 1)
        for _ in range(1000):
            if not self.slab.left:
                break
            self.tunnel.exchange(*self.tunnel.ends)
        self.slab.disarm()
        self.slab.count = to

    def life(self):
        tunnel, (client, gateway) = self.tunnel, self.tunnel.ends
        self.only(self.text.module(), self.text.around(
            "netlink_sendmsg", "netlink_recvmsg", "netlink_rcv_skb", "netlink_unicast"))

        def begin():
            tunnel.make()
            client.connect()

        def settle():
            tunnel.good()
            tunnel.wait("not warm", tunnel.warm)

        def end():
            tunnel.remove()
            begin()
            settle()

        begin()
        settle()
        self.phase("packets", lambda: None, tunnel.traffic)
        self.phase("a move", lambda: None, lambda: self.back(client))
        self.phase("a link that goes", settle, lambda: (client.uplink(False), tunnel.traffic()),
                   lambda: (client.uplink(True), settle()))
        self.phase("new keys", lambda: (time.sleep(118), settle()),
                   lambda: (time.sleep(4), tunnel.traffic(), time.sleep(2)))
        self.phase("a gateway that forgot", settle,
                   lambda: (gateway.remove(), gateway.make(), gateway.meet(), tunnel.traffic()),
                   settle)
        self.phase("a birth", tunnel.remove, lambda: (begin(), tunnel.traffic(), settle()))
        self.phase("an end", settle,
                   lambda: (client.terminate(), time.sleep(2)), end)


def call(number, *args):
    if libc.syscall(number, *args):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main():
    sweeps = Sweeps(*sys.argv[1:])
    sweeps.configuration()
    sweeps.operation()
    sweeps.life()
    print(f"# {sweeps.total} allocations failed")
    sweeps.tap.exit()


if __name__ == "__main__":
    main()
