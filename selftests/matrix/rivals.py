# SPDX-License-Identifier: GPL-2.0
"""jvpn beside its rivals: the same machine, links, faults and traffic, through
jvpn, through WireGuard with two default routes (keepalive 1 s), and over MPTCP
with the second uplink as backup. What is measured is the outage: the longest
distance of two arrivals in either direction, less the distance of two packets.
Over MPTCP an arrival is when a whole chunk can be read."""

import os
import socket
import subprocess
import time
from dataclasses import dataclass

import helpers  # noqa: F401
import figures
import stream
from stream import DOWN_LATER, Flow, now, sleep_until
from tunnel import INNER, Tunnel
from world import GW4, OUT

IPPROTO_MPTCP = 262
FULL_RUNS = 5
MS = 10**6
PERIOD_MS, SIZE = 10, 100
WARM_MS, LEAST_MS, WATCH_MS = 1500, 2500, 30000
LOOK_MS = 5
# So long everything has to come again for a run to be over before WATCH_MS.
CALM_MS = 500


class Chunks:
    """One direction of a byte stream, as a Flow: numbered chunks."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.sent, self.arrivals, self.came = [], [], 0
        self.broken = False

    def send(self, size):
        try:
            if self.source.send(bytes(size)) == size:
                self.sent.append(now())
        except OSError as error:
            self.broken |= not isinstance(error, BlockingIOError)

    def drain(self):
        try:
            while data := self.sink.recv(65536):
                before, self.came = self.came // SIZE, self.came + len(data)
                moment = now()
                self.arrivals += [(moment, number) for number in
                                  range(before, self.came // SIZE)]
        except OSError:
            pass


class Jvpn:
    name = "jvpn"

    def __init__(self, world, folder, uplinks, flows):
        self.tunnel = Tunnel(world, folder,
                             [(uplink, GW4, rank) for rank, uplink in enumerate(uplinks)])
        self.tunnel.connect()
        self.flows = datagrams(world, INNER["client"][0], INNER["gw"][0], flows)

    def close(self):
        for flow in self.flows:
            flow.close()
        self.tunnel.close()


class WireGuard:
    name = "WireGuard"

    def __init__(self, world, folder, _uplinks, flows):
        del folder
        self.world = world
        keys = [subprocess.run(["wg", "genkey"], capture_output=True, check=True).stdout
                for _ in range(2)]
        public = [subprocess.run(["wg", "pubkey"], input=key, capture_output=True,
                                 check=True).stdout.decode().strip() for key in keys]
        self.end(world.gw, keys[0], "10.8.0.1", "listen-port", "51820",
                 "peer", public[1], "allowed-ips", "10.8.0.2/32")
        self.end(world.client, keys[1], "10.8.0.2", "peer", public[0], "allowed-ips",
                 "10.8.0.1/32", "endpoint", GW4 + ":51820", "persistent-keepalive", "1")
        self.flows = datagrams(world, "10.8.0.2", "10.8.0.1", flows)

    @staticmethod
    def end(box, key, address, *words):
        box.add("wg0", "wireguard")
        box.address("wg0", address + "/24")
        with box:
            subprocess.run(["wg", "set", "wg0", "private-key", "/proc/self/fd/0", *words],
                           input=key, check=True)

    def close(self):
        for flow in self.flows:
            flow.close()
        self.world.client.delete("wg0")
        self.world.gw.delete("wg0")


class Mptcp:
    name = "MPTCP"

    def __init__(self, world, folder, uplinks, flows):
        del folder
        self.world, backup = world, uplinks[1]
        self.mptcp(world.gw, "limits", "set", "subflow", "2")
        self.mptcp(world.client, "limits", "set", "subflow", "2")
        self.mptcp(world.client, "endpoint", "add", f"10.{backup + 1}.0.2", "dev",
                   f"up{backup}", "id", "9", "subflow", "backup")
        # Other subflows join by the port that listens: it stays.
        with world.gw:
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((GW4, stream.PORT))
            listener.listen()
        with world.client:
            near = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
            near.settimeout(10)
            near.connect((GW4, stream.PORT))
        far, _ = listener.accept()
        for end in near, far:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.setblocking(False)
        self.sockets = near, far, listener
        self.flows = [Chunks(near, far)] * (flows != "down") + [Chunks(far, near)]

    @staticmethod
    def mptcp(box, *words):
        with box:
            subprocess.run(["ip", "mptcp", *words], check=True)

    def close(self):
        for one in self.sockets:
            one.close()
        self.mptcp(self.world.client, "endpoint", "flush")


def datagrams(world, client, gw, flows):
    here, there = (world.client.fd, client), (world.gw.fd, gw)
    up, down = Flow(here, there, stream.PORT), Flow(there, here, stream.PORT + 1)
    if flows == "both":
        return [up, down]
    up.close()
    return [down]


@dataclass
class Fault:
    """@uplink is the one in use. @level: rivals that recover at least as soon."""

    name: str
    title: str
    begin: object
    uplink: int = 0
    flows: str = "both"
    level: tuple = ()
    check: int = 0			# runs in `make check`


FAULTS = [
    Fault("blackhole", "silent blackhole", lambda world: world.dead(0),
          check=1),
    Fault("one-way", "only the way out dies, silently",
          lambda world: world.dead(0, ways=(OUT,))),
    Fault("link-down", "link down", lambda world: world.link_down(0), check=1,
          level=("WireGuard",)),
    Fault("carrier", "carrier lost, address and routes stay",
          lambda world: world.carrier(0, False)),
    Fault("address", "address removed",
          lambda world: world.client.address("up0", "10.1.0.2/24", add=False),
          level=("WireGuard",)),
    Fault("route", "default route deleted",
          lambda world: world.client.route("4", "10.1.0.1", "up0", 100, add=False),
          level=("WireGuard",)),
    Fault("nat", "NAT rebinding, traffic both ways", lambda world: world.nat_rebind(), 1,
          level=("WireGuard",)),
    Fault("nat-down", "NAT rebinding, traffic to the client only",
          lambda world: world.nat_rebind(), 1, "down"),
]
PRODUCTS = (Jvpn, WireGuard, Mptcp)


def restore(world):
    """The world as it was, whatever the fault did."""
    world.carrier(0, True)
    world.client.address("up0", "10.1.0.2/24")
    world.link_up(0)
    world.calm()
    world.prefer(0)


def gone_for(flow, at):
    return at - (flow.arrivals[-1][0] if flow.arrivals else 0)


def outage_ms(flows, since, end):
    """In the worse direction; NEVER if one of them is silent to the end."""
    worst = 0
    for flow in flows:
        times = [at for at, _ in flow.arrivals if at >= since - 3 * PERIOD_MS * MS]
        if gone_for(flow, end) > CALM_MS * MS or not times:
            return figures.NEVER
        worst = max([worst] + [b - a for a, b in zip(times, times[1:])])
    return max(worst / MS - PERIOD_MS, 0)


def measure(product, world, fault, number, folder):
    """The outage of one run, in ms."""
    uplinks = (fault.uplink, 1 - fault.uplink)
    folder = os.path.join(folder, f"{fault.name}.{number}")
    os.makedirs(folder, exist_ok=True)
    user = product(world, folder, uplinks, fault.flows)
    start = (now() // (10 * MS) + 2) * 10 * MS
    # Between two packets, at another place each time, and between two heartbeats.
    begin = start + (WARM_MS + 97 * number) * MS + (5 + number % 5) * MS
    at, faulty = start, False
    while True:
        for later, flow in enumerate(user.flows):
            sleep_until(at + later * DOWN_LATER)
            flow.send(SIZE)
        if not faulty and at + PERIOD_MS * MS > begin:
            sleep_until(begin)
            fault.begin(world)
            faulty = True
        sleep_until(at + LOOK_MS * MS + 3 * MS)
        for flow in user.flows:
            flow.drain()
        at += PERIOD_MS * MS
        if at > begin + WATCH_MS * MS:
            break
        if at > begin + LEAST_MS * MS and all(
                flow.arrivals and flow.arrivals[-1][0] > at - 100 * MS and
                steady(flow, at) for flow in user.flows):
            break
    found = outage_ms(user.flows, begin, at)
    user.close()
    restore(world)
    time.sleep(1)
    return found


def steady(flow, at):
    """Has it come without a pause for a while?"""
    recent = [moment for moment, _ in flow.arrivals[-60:] if moment > at - CALM_MS * MS]
    return len(recent) > CALM_MS / PERIOD_MS * 0.8


def perform(tap, world, fault, runs, folder, results):
    outages = {}
    for product in PRODUCTS:
        found = []
        for number in range(runs):
            world.prefer(fault.uplink)
            found.append(measure(product, world, fault, number, folder))
        outages[product.name] = figures.summary(found)
        print(f"# against {fault.name}: {product.name} {found}", flush=True)
    entry = {"scenario": "against-" + fault.name, "title": fault.title, "runs": runs,
             "watched_ms": WATCH_MS, "outages_ms": outages}
    figures.store(results, entry)
    ours = outages["jvpn"]["p50"]
    for name, theirs in outages.items():
        if name == "jvpn" or name in fault.level:
            continue
        behind = ours is None or (theirs["p50"] is not None and theirs["p50"] <= ours)
        tap.line(f"against {name}: {fault.title}: jvpn is ahead",
                 [f"{ours} ms, {name} {theirs['p50']} ms"] if behind else [])
