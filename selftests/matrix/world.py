# SPDX-License-Identifier: GPL-2.0
"""The topology of lib.sh, made once and within one process, and its faults.

                up0 10.1.0.2          wan 198.51.100.2
           .-----------------[ r0 ]--------------------.
           |  2001:db8:1::2           2001:db8:10::2   |       gw 192.0.2.1
     [ client ]                                     [ net ]-------------[ gw ]
           |    up1 10.2.0.2          wan 203.0.113.2  |   2001:db8:99::1
           '-----------------[ r1 ]--------------------'
              2001:db8:2::2    NAT    2001:db8:20::2

A fault is made between two instants of virtual time: it takes none itself."""

import subprocess

from rtnl import Namespace

GW4, GW4_OTHER, GW6 = "192.0.2.1", "192.0.2.2", "2001:db8:99::1"
NAT_ADDRESSES = ("203.0.113.2", "203.0.113.3")
NAT_RULES = """
table ip nat {
	chain postrouting {
		type nat hook postrouting priority srcnat;
		oifname wan meta l4proto { tcp, udp } masquerade to :20000-49999
		oifname wan masquerade
	}
}
"""
DEFAULT_METRIC = (100, 200)
OUT, IN = "out", "in"


def neighbours_stay():
    """When a neighbour is asked for again is random, and takes a while."""
    for family in "ipv4", "ipv6":
        for name, value in (("gc_stale_time", 86400),
                            ("base_reachable_time_ms", 86400000)):
            with open(f"/proc/sys/net/{family}/neigh/default/{name}", "w",
                      encoding="ascii") as file:
                file.write(str(value))


def box(forwards=False):
    namespace = Namespace()
    # An address that is removed leaves those beside it.
    namespace.sysctl(ipv4__conf__all__promote_secondaries=1)
    namespace.sysctl(**{f"ipv6__conf__{scope}__{name}": 0
                        for scope in ("all", "default")
                        for name in ("accept_dad", "router_solicitations")})
    if forwards:
        namespace.sysctl(ipv4__ip_forward=1, ipv6__conf__all__forwarding=1)
    return namespace


class World:
    """Boxes and links; what the uplinks do to packets is kept here."""

    def __init__(self, rtt_ms=20):
        neighbours_stay()
        self.client, self.gw = box(), box()
        self.net = box(forwards=True)
        self.routers = (box(forwards=True), box(forwards=True))
        self.metrics = DEFAULT_METRIC
        self.uplinks()
        self.backbone()
        self.rtt_ms = rtt_ms
        # Of each uplink and direction: parameters of netem.
        self.quality = {(uplink, way): {} for uplink in (0, 1) for way in (OUT, IN)}
        self.nat_address = 0
        self.nat()
        self.calm()

    def uplinks(self):
        for uplink, router in enumerate(self.routers):
            number = uplink + 1
            self.client.veth(f"up{uplink}", router, "lan")
            router.address("lan", f"10.{number}.0.1/24")
            router.address("lan", f"2001:db8:{number}::1/64")
            self.client.address(f"up{uplink}", f"10.{number}.0.2/24")
            self.client.address(f"up{uplink}", f"2001:db8:{number}::2/64")
            self.default_routes(uplink)

    def default_routes(self, uplink, add=True):
        number = uplink + 1
        for family, via in ("4", f"10.{number}.0.1"), ("6", f"2001:db8:{number}::1"):
            self.client.route(family, via, f"up{uplink}", self.metrics[uplink], add)

    def prefer(self, uplink):
        """The default routes over this uplink are those in use."""
        for one in (0, 1):
            try:
                self.default_routes(one, add=False)
            except ProcessLookupError:
                pass
        self.metrics = DEFAULT_METRIC[::-1] if uplink else DEFAULT_METRIC
        for one in (0, 1):
            self.default_routes(one)

    def backbone(self):
        for uplink, router in enumerate(self.routers):
            via4 = ("198.51.100.", "203.0.113.")[uplink]
            via6 = f"2001:db8:{uplink + 1}0::"
            self.net.veth(f"to_r{uplink}", router, "wan")
            self.net.address(f"to_r{uplink}", via4 + "1/24")
            self.net.address(f"to_r{uplink}", via6 + "1/64")
            router.address("wan", via4 + "2/24")
            router.address("wan", via6 + "2/64")
            router.route("4", via4 + "1", "wan")
            router.route("6", via6 + "1", "wan")
            self.net.route(f"2001:db8:{uplink + 1}::/64", via6 + "2", f"to_r{uplink}")
        self.net.route("10.1.0.0/24", "198.51.100.2", "to_r0")
        self.net.veth("to_gw", self.gw, "gw0")
        self.net.address("to_gw", "192.0.2.254/24")
        self.net.address("to_gw", "2001:db8:99::254/64")
        self.gw.address("gw0", GW4 + "/24")
        self.gw.address("gw0", GW6 + "/64")
        self.gw.route("4", "192.0.2.254", "gw0")
        self.gw.route("6", "2001:db8:99::254", "gw0")

    def nat(self):
        with self.routers[1]:
            subprocess.run(["nft", "-f", "-"], input=NAT_RULES, text=True, check=True)

    # --- what goes wrong ---

    def quality_is(self, uplink, ways=(OUT, IN), **parameters):
        """Of an uplink, in these directions: delay_ms, jitter_ms, loss, seed."""
        for way in ways:
            known = self.quality[uplink, way]
            known.update(parameters)
            box_, dev = (self.routers[uplink], "wan") if way == OUT else \
                (self.net, f"to_r{uplink}")
            # Losses there and back have nothing to do with each other.
            box_.netem(dev, **dict(known, seed=known["seed"] + (way == IN)))

    def calm(self, seed=1):
        for uplink in (0, 1):
            self.quality_is(uplink, delay_ms=self.rtt_ms / 2, jitter_ms=0, loss=0,
                            seed=seed + 1000 * uplink)

    def dead(self, *uplinks, ways=(OUT, IN)):
        """Everything is dropped silently behind the router."""
        for uplink in uplinks:
            self.quality_is(uplink, ways, loss=1)

    def alive(self, *uplinks, ways=(OUT, IN)):
        for uplink in uplinks:
            self.quality_is(uplink, ways, loss=0)

    def link_down(self, uplink):
        self.client.link(f"up{uplink}", up=False)

    def link_up(self, uplink):
        self.client.link(f"up{uplink}", up=True)
        self.client.address(f"up{uplink}", f"2001:db8:{uplink + 1}::2/64")
        self.default_routes(uplink)

    def carrier(self, uplink, there):
        self.routers[uplink].link("lan", up=there)

    def nat_rebind(self):
        """r1 has another address, and forgets what the old one translated."""
        router = self.routers[1]
        old, new = (NAT_ADDRESSES[(self.nat_address + i) % 2] for i in (0, 1))
        self.nat_address ^= 1
        router.address("wan", new + "/24")
        router.address("wan", old + "/24", add=False)
        router.route("4", "203.0.113.1", "wan")

    def mappings_last(self, seconds):
        """Of r1, as those of a carrier-grade NAT do."""
        self.routers[1].sysctl(netfilter__nf_conntrack_udp_timeout=seconds,
                               netfilter__nf_conntrack_udp_timeout_stream=seconds)
