# SPDX-License-Identifier: GPL-2.0
"""rtnetlink by hand: links, addresses, routes and netem of one namespace. What
`ip` and `tc` do, without a process for each: those are what costs time in a
debug kernel. And netem gets a seed, which the tc of Debian 12 cannot give it."""

import ctypes
import ipaddress
import os
import socket
import struct

CLONE_NEWNET = 0x40000000
NLM_F_REQUEST, NLM_F_ACK, NLM_F_REPLACE, NLM_F_CREATE = 1, 4, 0x100, 0x400
NLMSG_ERROR = 2
RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR = 20, 21
RTM_NEWROUTE, RTM_DELROUTE = 24, 25
RTM_NEWQDISC = 36
IFF_UP = 1
IFLA_IFNAME, IFLA_MTU, IFLA_LINKINFO, IFLA_NET_NS_FD = 3, 4, 18, 28
IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFA_ADDRESS, IFA_LOCAL, IFA_F_NODAD = 1, 2, 2
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY = 1, 4, 5, 6
RT_TABLE_MAIN, RTPROT_STATIC, RTN_UNICAST, RTNH_F_ONLINK = 254, 4, 1, 4
TC_H_ROOT, TCA_KIND, TCA_OPTIONS = 0xffffffff, 1, 2
TCA_NETEM_LATENCY64, TCA_NETEM_JITTER64, TCA_NETEM_PRNG_SEED = 10, 11, 14

libc = ctypes.CDLL(None, use_errno=True)


def attr(kind, data):
    if isinstance(data, str):
        data = data.encode() + b"\0"
    elif isinstance(data, int):
        data = struct.pack("I", data)
    return struct.pack("HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


class Namespace:
    """A network namespace without a name, and a socket to configure it by."""

    def __init__(self):
        here = os.open("/proc/self/ns/net", os.O_RDONLY)
        if libc.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "unshare")
        self.fd = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.sock.bind((0, 0))
        self.seq = 0
        self.outside = []
        self.index = {}
        libc.setns(here, CLONE_NEWNET)
        os.close(here)
        self.link("lo", up=True)

    def __enter__(self):
        self.outside.append(os.open("/proc/self/ns/net", os.O_RDONLY))
        libc.setns(self.fd, CLONE_NEWNET)
        return self

    def __exit__(self, *_):
        back = self.outside.pop()
        libc.setns(back, CLONE_NEWNET)
        os.close(back)

    @property
    def inode(self):
        return os.fstat(self.fd).st_ino

    def sysctl(self, **values):
        """net.* of this namespace; dots are double underscores."""
        with self:
            for name, value in values.items():
                with open("/proc/sys/net/" + name.replace("__", "/"), "w",
                          encoding="ascii") as file:
                    file.write(str(value))

    def request(self, kind, body, flags=0):
        self.seq += 1
        self.sock.send(struct.pack("IHHII", len(body) + 16, kind,
                                   NLM_F_REQUEST | NLM_F_ACK | flags, self.seq, 0) + body)
        answer = None
        while True:
            data = self.sock.recv(1 << 16)
            while data:
                length, got, _, seq, _ = struct.unpack_from("IHHII", data)
                if seq == self.seq and got == NLMSG_ERROR:
                    code = -struct.unpack_from("i", data, 16)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                    return answer
                if seq == self.seq:
                    answer = data[16:length]
                data = data[(length + 3) & ~3:]

    # --- links ---

    @staticmethod
    def link_head(index=0, flags=0, change=0):
        return struct.pack("BxHiII", 0, 0, index, flags, change)

    def number(self, name):
        if name not in self.index:
            found = self.request(RTM_GETLINK, self.link_head() + attr(IFLA_IFNAME, name))
            self.index[name] = struct.unpack_from("i", found, 4)[0]
        return self.index[name]

    def add(self, name, kind, data=b""):
        self.request(RTM_NEWLINK, self.link_head(flags=IFF_UP, change=IFF_UP) +
                     attr(IFLA_IFNAME, name) +
                     attr(IFLA_LINKINFO, attr(IFLA_INFO_KIND, kind) +
                          (attr(IFLA_INFO_DATA, data) if data else b"")), NLM_F_CREATE)

    def veth(self, name, other, other_name):
        """A pair of devices, one here and one in @other, both up."""
        self.add(name, "veth", attr(VETH_INFO_PEER, self.link_head() +
                                    attr(IFLA_IFNAME, other_name) +
                                    attr(IFLA_NET_NS_FD, other.fd)))
        other.link(other_name, up=True)

    def link(self, name, up=None, mtu=None):
        head = self.link_head(self.number(name), IFF_UP * bool(up),
                              IFF_UP * (up is not None))
        self.request(RTM_NEWLINK, head + (attr(IFLA_MTU, mtu) if mtu else b""))

    def delete(self, name):
        self.request(RTM_DELLINK, self.link_head(self.number(name)))
        del self.index[name]

    # --- addresses and routes ---

    def address(self, name, address, add=True):
        interface = ipaddress.ip_interface(address)
        packed = interface.ip.packed
        v6 = interface.version == 6
        body = struct.pack("BBBBi", socket.AF_INET6 if v6 else socket.AF_INET,
                           interface.network.prefixlen, IFA_F_NODAD * v6, 0,
                           self.number(name))
        body += attr(IFA_LOCAL, packed) + attr(IFA_ADDRESS, packed)
        self.request(RTM_NEWADDR if add else RTM_DELADDR, body,
                     (NLM_F_CREATE | NLM_F_REPLACE) * add)

    def route(self, to, via, dev, metric=None, add=True):
        """@to is a prefix, or "4" or "6" for the default route."""
        v6 = to == "6" or ":" in to
        prefix = None if to in ("4", "6") else ipaddress.ip_network(to)
        body = struct.pack("BBBBBBBBI", socket.AF_INET6 if v6 else socket.AF_INET,
                           prefix.prefixlen if prefix else 0, 0, 0, RT_TABLE_MAIN,
                           RTPROT_STATIC, 0, RTN_UNICAST, RTNH_F_ONLINK * add)
        if prefix:
            body += attr(RTA_DST, prefix.network_address.packed)
        body += attr(RTA_GATEWAY, ipaddress.ip_address(via).packed)
        body += attr(RTA_OIF, self.number(dev))
        if metric:
            body += attr(RTA_PRIORITY, metric)
        self.request(RTM_NEWROUTE if add else RTM_DELROUTE, body,
                     (NLM_F_CREATE | NLM_F_REPLACE) * add)

    # --- what a link does to packets ---

    def netem(self, dev, delay_ms=0.0, jitter_ms=0.0, loss=0.0, seed=1):
        """Parameters of a qdisc that is there change at once; what waits in it
        keeps its time. Loss is a share, the same seed loses the same packets."""
        options = struct.pack("IIIIII", 0, 10000, min(int(loss * 2**32), 2**32 - 1),
                              0, 0, 0)
        options += attr(TCA_NETEM_LATENCY64, struct.pack("q", int(delay_ms * 1e6)))
        options += attr(TCA_NETEM_JITTER64, struct.pack("q", int(jitter_ms * 1e6)))
        options += attr(TCA_NETEM_PRNG_SEED, struct.pack("Q", seed))
        body = struct.pack("BxxxiIII", 0, self.number(dev), 0, TC_H_ROOT, 0)
        self.request(RTM_NEWQDISC, body + attr(TCA_KIND, "netem") +
                     attr(TCA_OPTIONS, options), NLM_F_CREATE | NLM_F_REPLACE)
