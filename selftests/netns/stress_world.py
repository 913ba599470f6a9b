# SPDX-License-Identifier: GPL-2.0
"""The world of stress.py: namespaces, tunnels, and who does something in it."""

import collections
import errno
import random
import sys
import time

from netlink_lib import Family, Spec
from stress_rtnl import Rtnl, enter

GW4, GW6 = "192.0.2.1", "2001:db8:99::1"
PORT = 5180

spec = Spec()
seconds, seed = float(sys.argv[1]), sys.argv[2]
client, r0, r1, net, gw = sys.argv[3:]


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


class Place:
    """A namespace, seen from there; this process goes to it, unless it is there."""

    def __init__(self, namespace=None):
        if namespace:
            enter(namespace)
        self.rtnl = Rtnl()
        self.jvpn = Family(spec)


class Keys:
    """The private keys of one tunnel; public ones as the kernel derives them."""

    def __init__(self, number):
        rng = random.Random(f"{seed} keys {number}")
        self.private = {side: rng.randbytes(32) for side in ("client", "gw", "other")}
        self.public = {}

    def derive(self, place):
        place.rtnl.add("derive", "jvpn")
        for side, private in self.private.items():
            place.jvpn.do("device-set", ifname="derive", device={"private-key": private})
            shown = place.jvpn.do("device-get", ifname="derive")["device"]
            self.public[side] = bytes.fromhex(shown["public-key"])
        place.rtnl.delete("derive")


class Tunnel:
    """One of the three: its devices have the same name at both ends."""

    def __init__(self, number):
        self.number = number
        self.name = f"jvs{number}"
        self.port = PORT + number
        self.keys = Keys(number)

    def inner(self, side, version=4):
        last = 1 if side == "gw" else 2
        return f"10.9.{self.number}.{last}" if version == 4 else f"fd09:{self.number}::{last}"

    def make(self, place, side):
        place.rtnl.add(self.name, "jvpn")
        self.configure(place, side)
        place.rtnl.add_address(self.name, self.inner(side) + "/24")
        place.rtnl.add_address(self.name, self.inner(side, 6) + "/64")
        place.rtnl.up(self.name)

    def configure(self, place, side):
        other = "client" if side == "gw" else "gw"
        device = {"private-key": self.keys.private[side], "node-name": side}
        if side == "gw":
            device["listen-port"] = self.port
        place.jvpn.do("device-set", ifname=self.name, device=device)
        place.jvpn.do("policy-set", ifname=self.name, policy={
            "preset": "fast-failover", "max-switches-per-min": 600, "switch-cooldown": 0})
        place.jvpn.do("peer-set", ifname=self.name, peer={
            "public-key": self.keys.public[other],
            "allowed-ip": [{"ipv4": self.inner(other), "cidr": 32},
                           {"ipv6": self.inner(other, 6), "cidr": 128}]})
        if side == "client":
            for path in range(4):
                self.add_path(place, path)

    def add_path(self, place, path):
        """0 and 1: IPv4 over up0 and up1; 2 and 3: IPv6. In a namespace that has no
        such interfaces, wherever the route leads."""
        remote = {"ipv6" if path & 2 else "ipv4": GW6 if path & 2 else GW4, "port": self.port}
        where = {"ifname": f"up{path & 1}"} if self.number < 2 else {}
        place.jvpn.do("path-add", ifname=self.name, path={
            "peer": self.keys.public["gw"], "id": path, "remote": remote, **where})


tunnels = [Tunnel(number) for number in range(3)]


class Worker:
    """A process with a name, random numbers that follow from it, and a list of
    what it did."""

    def __init__(self, name, number, until):
        self.name = name
        self.rng = random.Random(f"{seed} {number} {name}")
        self.until = until
        self.done = collections.Counter()

    def going(self, pause=0.0):
        """To be asked between two deeds."""
        time.sleep(self.rng.random() * pause)
        return time.monotonic() < self.until

    def attempt(self, what, deed, /, *args, **more):
        """Refusals are counted by their error: nobody knows what is there now.
        Returns None then, else what the deed returned, or True."""
        try:
            result = deed(*args, **more)
        except OSError as error:
            code = errno.errorcode.get(error.errno, str(error))
            self.done[f"{what} {code}"] += 1
            return None
        self.done[what] += 1
        return True if result is None else result

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    def tunnel(self):
        return tunnels[self.rng.randrange(2)]
