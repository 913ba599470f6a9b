# SPDX-License-Identifier: GPL-2.0
"""What workers of stress.py do, each in a process of its own, until it is told
that the round is over."""

import errno
import os
import socket
import time

from netlink_lib import Family, key
from stress_rtnl import BLACKHOLE, CLONE_NEWNET, call, enter
from stress_world import GW4, GW6, Place, client, gw, net, r0, r1, spec, tunnels, write

SOL_UDP, UDP_SEGMENT = 17, 103
SEGMENT = 1200
TYPES = {number: name for name, number in spec.enums["event-type"].items()}


# ---- Traffic ---------------------------------------------------------------


def traffic(worker, namespace, side, cpu):
    """Datagrams of all sizes, and some that are many at once."""
    os.sched_setaffinity(0, {cpu})
    enter(namespace)
    other = "client" if side == "gw" else "gw"
    receiver = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    receiver.bind(("::", 9000 + cpu))
    many = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    many.setsockopt(SOL_UDP, UDP_SEGMENT, SEGMENT)
    for sock in receiver, many:
        sock.setblocking(False)
    while worker.going(0.004):
        for _ in range(worker.rng.randrange(1, 12)):
            to = worker.rng.choice(tunnels)
            address = (to.inner(other, 6) if worker.chance(50) else "::ffff:" + to.inner(other),
                       9000 + worker.rng.randrange(2))
            if worker.chance(10):
                worker.attempt("send many", many.sendto,
                               bytes(worker.rng.randrange(1, 10 * SEGMENT)), address)
            else:
                worker.attempt("send", receiver.sendto,
                               bytes(worker.rng.randrange(1, 1400)), address)
        try:
            while receiver.recv(2048):
                worker.done["received by " + side] += 1
        except OSError:
            pass


def tcp(worker):
    """Connections that carry as much as they can, there and back."""
    while worker.going(0.1):
        to = worker.tunnel()
        try:
            enter(gw)
            listener = socket.create_server((to.inner("gw"), 9100 + to.number))
            listener.settimeout(1)
            enter(client)
            near = socket.create_connection((to.inner("gw"), 9100 + to.number), timeout=1)
            far = listener.accept()[0]
        except OSError:
            worker.done["tcp not connected"] += 1
            continue
        listener.close()
        worker.done["tcp connected"] += 1
        until = min(worker.until, time.monotonic() + worker.rng.random() * 4)
        while time.monotonic() < until:
            for source, sink in (near, far), (far, near):
                source.setblocking(False)
                try:
                    source.send(bytes(30000))
                except OSError:
                    pass
                sink.setblocking(False)
                try:
                    worker.done["tcp bytes"] += len(sink.recv(1 << 17))
                except OSError:
                    pass
            time.sleep(0.002)
        near.close()
        far.close()


# ---- What goes wrong on the way ----------------------------------------------


def link_flaps(worker):
    """Interfaces, addresses and routes of the client come and go."""
    here = Place(client).rtnl
    while worker.going(0.4):
        n = worker.rng.randrange(2)
        name, v4, v6 = f"up{n}", f"10.{n + 1}.0.2/24", f"2001:db8:{n + 1}::2/64"
        what = worker.rng.choice(("link", "address", "address6", "route"))
        if what == "link":
            worker.attempt("link down", here.down, name)
        elif what == "address":
            worker.attempt("address removed", here.delete_address, name, v4)
        elif what == "address6":
            worker.attempt("address removed", here.delete_address, name, v6)
        else:
            worker.attempt("route removed", here.delete_route, "0.0.0.0/0", name=name,
                           metric=100 * (n + 1))
        time.sleep(worker.rng.random() * 0.3)
        # All of it again: the one takes the others along.
        worker.attempt("link up", here.up, name)
        worker.attempt("address added", here.add_address, name, v4)
        worker.attempt("address added", here.add_address, name, v6)
        worker.attempt("route added", here.add_route, "0.0.0.0/0", f"10.{n + 1}.0.1", name,
                       100 * (n + 1))
        worker.attempt("route added", here.add_route, "::/0", f"2001:db8:{n + 1}::1", name,
                       100 * (n + 1))


def blackholes(worker):
    """Everything to the gateway, or to the client, vanishes in a router; or its
    link loses the carrier."""
    places = [Place(r0).rtnl, Place(r1).rtnl]
    while worker.going(0.6):
        n = worker.rng.randrange(2)
        there = places[n]
        if worker.chance(30):
            worker.attempt("carrier lost", there.down, "lan")
            time.sleep(worker.rng.random() * 0.2)
            worker.attempt("carrier back", there.up, "lan")
            continue
        gone = worker.rng.choice(((f"{GW4}/32", f"{GW6}/128"),
                                  (f"10.{n + 1}.0.2/32", f"2001:db8:{n + 1}::2/128")))
        for prefix in gone:
            worker.attempt("blackhole", there.add_route, prefix, what=BLACKHOLE)
        time.sleep(worker.rng.random() * 0.8)
        for prefix in gone:
            worker.attempt("blackhole ends", there.delete_route, prefix, what=BLACKHOLE)


def nat_rebinds(worker):
    """The address that r1 translates to is another one; its mappings go with it."""
    there = Place(r1).rtnl
    # A secondary address survives its primary.
    write("/proc/sys/net/ipv4/conf/wan/promote_secondaries", "1")
    old, new = "203.0.113.2/24", "203.0.113.3/24"
    while worker.going(0.8):
        worker.attempt("rebind", there.add_address, "wan", new)
        worker.attempt("rebind, old address", there.delete_address, "wan", old)
        worker.attempt("rebind, route", there.add_route, "0.0.0.0/0", "203.0.113.1",
                       metric=100)
        old, new = new, old


# ---- What operators do --------------------------------------------------------


def moves(worker):
    """Planned moves, as often as the policy allows."""
    here = Place(client)
    while worker.going(0.02):
        to = worker.tunnel()
        public = to.keys.public["gw"]
        moved = worker.attempt("switch", here.jvpn.do, "session-switch", ifname=to.name,
                               session={"peer": public, "target-path": worker.rng.randrange(4)})
        if not moved and worker.chance(20):
            # There may be no session: what an operator ended only he begins again.
            worker.attempt("connect", here.jvpn.do, "peer-set", ifname=to.name,
                           peer={"public-key": public, "update-only": True, "connect": True})


RANGES = {
    "heartbeat-interval": (50, 500), "idle-heartbeat-interval": (500, 2000),
    "standby-interval": (100, 1000), "heartbeat-volatile": (1000, 2000),
    "max-consecutive-drops": (1, 6), "loss-window": (200, 2000), "loss-volatile": (10, 900),
    "latency-volatile": (0, 50), "jitter-volatile": (0, 50),
    "volatile-to-degraded": (3000, 6000), "stability-window": (100, 1000),
    "transport-loss-ttl": (2000, 60000), "recovery-window": (500, 2500),
    "on-recovery-exceeded": (0, 1), "failback": (0, 1), "failback-hold": (0, 500),
    "switch-improvement": (1000, 1500), "recovery-queue": (0, 600), "strict-binding": (0, 1),
    "persist": (0, 1), "allowed-transports": (2, 6), "max-candidates": (1, 8),
    "session-max-lifetime": (60000, 90000), "reattach-rate": (1, 1000),
}


def policies(worker, namespace, side):
    """Of devices and of peers, by grace and at once; most of the time all fits."""
    here = Place(namespace)
    other = "client" if side == "gw" else "gw"
    while worker.going(0.1):
        to = worker.tunnel()
        policy = {name: worker.rng.randint(*RANGES[name])
                  for name in worker.rng.sample(sorted(RANGES), worker.rng.randrange(1, 6))}
        if worker.chance(20):
            policy = {"preset": worker.rng.choice(("balanced", "mobile", "fast-failover",
                                                   "fintech"))}
        policy.update({"max-switches-per-min": 600, "switch-cooldown": 0})
        if worker.chance(30):
            policy["peer"] = to.keys.public[other]
        apply = worker.rng.choice(("grace", "strict"))
        policy["apply"] = spec.enums["policy-apply"][apply]
        worker.attempt("policy by " + apply, here.jvpn.do, "policy-set", ifname=to.name,
                       policy=policy)


def peers(worker, namespace):
    """Peers nobody answers for come, are asked to connect, and go; addresses move
    from one to the other."""
    here = Place(namespace)
    while worker.going(0.1):
        to = worker.tunnel()
        public = key(worker.rng.randrange(8))
        worker.attempt("peer added", here.jvpn.do, "peer-set", ifname=to.name, peer={
            "public-key": public, "replace-allowed-ips": worker.chance(50),
            "allowed-ip": [{"ipv4": f"10.77.{worker.rng.randrange(4)}.0", "cidr": 24},
                           {"ipv6": "fd77::", "cidr": worker.rng.randrange(16, 64)}]})
        if worker.chance(50):
            worker.attempt("path added", here.jvpn.do, "path-add", ifname=to.name, path={
                "peer": public, "remote": {"ipv4": "192.0.3.2", "port": 9}})
            worker.attempt("peer connects", here.jvpn.do, "peer-set", ifname=to.name,
                           peer={"public-key": public, "connect": True})
        if worker.chance(70):
            worker.attempt("peer removed", here.jvpn.do, "peer-del", ifname=to.name,
                           peer={"public-key": key(worker.rng.randrange(8))})


def settings(worker):
    """Keys of both ends, and what else a device and its peers have."""
    near, far = Place(client), Place(gw)
    while worker.going(0.3):
        to = worker.tunnel()
        at, other = worker.rng.choice(((near, "gw"), (far, "client")))
        peer = {"public-key": to.keys.public[other], "update-only": True}
        what = worker.rng.randrange(7)
        if what == 0:
            secret = worker.rng.randbytes(32)
            for place, name in (near, "gw"), (far, "client"):
                worker.attempt("preshared key", place.jvpn.do, "peer-set", ifname=to.name, peer={
                    "public-key": to.keys.public[name], "update-only": True,
                    "preshared-key": secret})
        elif what == 1 and to.number == 1:
            for side in "other", "gw":
                worker.attempt("private key", far.jvpn.do, "device-set", ifname=to.name,
                               device={"private-key": to.keys.private[side]})
        elif what == 2:
            for port in to.port + 100, to.port:
                worker.attempt("port", far.jvpn.do, "device-set", ifname=to.name,
                               device={"listen-port": port})
        elif what == 3:
            worker.attempt("session ended", at.jvpn.do, "session-terminate", ifname=to.name,
                           session={"peer": to.keys.public[other]})
        elif what == 4:
            worker.attempt("path removed", near.jvpn.do, "path-del", ifname=to.name, path={
                "peer": to.keys.public["gw"], "id": 3})
            worker.attempt("path again", to.add_path, near, 3)
        elif what == 5:
            worker.attempt("mtu", at.rtnl.mtu, to.name, worker.rng.randrange(1280, 1421))
        else:
            worker.attempt("names and marks", at.jvpn.do, "device-set", ifname=to.name, device={
                "fwmark": worker.rng.randrange(3), "notice": worker.rng.randrange(2),
                "node-name": f"n{worker.rng.randrange(1000)}",
                "ciphers": worker.rng.choice((2, 4, 6, 6, 6))})
        if worker.chance(20):
            worker.attempt("allowed addresses", at.jvpn.do, "peer-set", ifname=to.name, peer={
                **peer, "replace-allowed-ips": True,
                "allowed-ip": [{"ipv4": to.inner(other), "cidr": 32},
                               {"ipv6": to.inner(other, 6), "cidr": 128}]})


def suspensions(worker):
    """Devices freeze, and find all their timers late."""
    while worker.going(1.0):
        try:
            files = sorted(os.listdir("/sys/kernel/debug/jvpn"))
        except OSError:
            continue
        if not files:
            continue
        file = f"/sys/kernel/debug/jvpn/{worker.rng.choice(files)}/freeze"
        for value in "1", "0":
            worker.attempt("freeze " + value, write, file, value)
            time.sleep(worker.rng.random() * 0.2)


# ---- Who looks at all that -----------------------------------------------------


def dumps(worker, namespace):
    here = Place(namespace)
    while worker.going(0.05):
        what = worker.rng.choice(("device", "peer", "path", "session", "event", "policy"))
        if what == "policy":
            worker.attempt("policy shown", here.jvpn.do, "policy-get",
                           ifname=worker.tunnel().name)
        elif what == "device":
            worker.attempt("devices dumped", here.jvpn.dump, "device-get")
        elif worker.attempt(what + "s dumped", here.jvpn.dump, what + "-get",
                            ifname=worker.tunnel().name):
            worker.done[what + "s seen"] += 1
        if worker.chance(10):
            with open("/proc/net/dev", encoding="ascii") as file:
                worker.done["statistics read"] += len(file.readlines()) > 2


def listeners(worker, namespace):
    """They come, some with little room, and go without reading all."""
    enter(namespace)
    while worker.going(0.1):
        listener = worker.attempt("listener", Family, spec,
                                  worker.rng.choice((None, 4096)))
        if not listener:
            continue
        for group in worker.rng.sample(("state", "security"), worker.rng.randrange(1, 3)):
            listener.join(group)
        listener.sock.settimeout(0.2)
        until = time.monotonic() + worker.rng.random()
        while time.monotonic() < until:
            try:
                for event in listener.events():
                    worker.done["event " + TYPES[event["type"]]] += 1
            except OSError as error:
                worker.done["overrun"] += error.errno == errno.ENOBUFS
        listener.sock.close()


# ---- What goes, and comes again ---------------------------------------------------


def devices(worker):
    """The second tunnel: one of its ends or both go, down or at once."""
    ends = [(Place(client), "client"), (Place(gw), "gw")]
    to = tunnels[1]
    while worker.going(0.5):
        for place, side in worker.rng.sample(ends, worker.rng.randrange(1, 3)):
            if worker.chance(30):
                worker.attempt("device down", place.rtnl.down, to.name)
                worker.attempt("device up", place.rtnl.up, to.name)
                continue
            worker.attempt("device removed", place.rtnl.delete, to.name)
            time.sleep(worker.rng.random() * 0.1)
            worker.attempt("device made", to.make, place, side)


def guest(worker, cpus, moves):
    """In a namespace without a name, which goes when its last process does."""
    to = tunnels[2]
    outside = Place(net).rtnl
    call("unshare", CLONE_NEWNET)
    here = Place()
    here.rtnl.add_veth("eth0", "guest", net)
    outside.up("guest")
    outside.add_address("guest", "192.0.4.1/24")
    here.rtnl.up("lo")
    here.rtnl.up("eth0")
    here.rtnl.add_address("eth0", "192.0.4.2/24")
    here.rtnl.add_route("0.0.0.0/0", "192.0.4.1")
    to.make(here, "client")
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    os.sched_setaffinity(0, {cpus[0] if os.fork() else cpus[1]})
    until = time.monotonic() + worker.rng.random()
    while time.monotonic() < until:
        try:
            sock.sendto(bytes(1000), (to.inner("gw"), 9000))
        except OSError:
            pass
        time.sleep(0.001)
    if os.sched_getaffinity(0) == {cpus[0]} and moves:
        # Its device outlives it elsewhere, without a way to send.
        here.rtnl.move(to.name, client)
    os._exit(0)


def namespaces(worker):
    """Namespaces go under traffic, with the device or without."""
    there, here = Place(net).rtnl, Place(client).rtnl
    # A slow machine makes one in a round at most.
    moves = True
    while worker.going(0.3):
        worker.rng.random()
        pid = os.fork()
        if not pid:
            try:
                guest(worker, worker.rng.sample((0, 1), 2), moves)
            except OSError:
                pass
            os._exit(1)
        if os.waitpid(pid, 0)[1]:
            worker.done["namespace not made"] += 1
        else:
            worker.done["namespace removed"] += 1
        time.sleep(worker.rng.random() * 0.3)
        worker.attempt("device removed after its namespace", here.delete, tunnels[2].name)
        # The other end of its cable goes with it, or is about to.
        worker.attempt("cable", there.delete, "guest")
        moves = worker.chance(80)
