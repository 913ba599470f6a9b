# SPDX-License-Identifier: GPL-2.0
"""Network namespaces, and rtnetlink by hand in them: devices, addresses and
routes without a process for each. Used by stress.py."""

import ctypes
import ipaddress
import os
import socket
import struct

from netlink_lib import NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR, NlError, attr

CLONE_NEWNET = 0x40000000
NEWLINK, DELLINK, GETLINK, NEWADDR, DELADDR, NEWROUTE, DELROUTE = 16, 17, 18, 20, 21, 24, 25
REPLACE, EXCL, CREATE = 0x100, 0x200, 0x400
IFNAME, MTU, LINKINFO, NS_FD = 3, 4, 18, 28
INFO_KIND, INFO_DATA, VETH_PEER = 1, 2, 1
IFF_UP, NODAD = 1, 2
IFA_ADDRESS, IFA_LOCAL = 1, 2
DST, OIF, GATEWAY, PRIORITY = 1, 4, 5, 6
UNICAST, BLACKHOLE = 1, 6

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *args):
    """A call of libc that fails as Python's do."""
    if getattr(libc, name)(*args) < 0:
        raise OSError(ctypes.get_errno(), name)


def enter(namespace):
    """This process goes there; sockets stay where they were made."""
    fd = os.open("/run/netns/" + namespace, os.O_RDONLY)
    try:
        call("setns", fd, CLONE_NEWNET)
    finally:
        os.close(fd)


class Rtnl:
    """rtnetlink in the namespace where this process is now."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.sock.bind((0, 0))
        self.seq = 0

    def request(self, kind, body, flags=0):
        """Returns the first message that is an answer, and waits for its end."""
        self.seq += 1
        flags |= NLM_F_REQUEST | NLM_F_ACK
        self.sock.send(struct.pack("IHHII", len(body) + 16, kind, flags, self.seq, 0) + body)
        answer = None
        while True:
            data = self.sock.recv(1 << 16)
            while data:
                length, kind, _, seq, _ = struct.unpack_from("IHHII", data)
                body, data = data[16:length], data[(length + 3) & ~3:]
                if seq != self.seq:
                    continue
                if kind == NLMSG_ERROR:
                    code = -struct.unpack_from("i", body)[0]
                    if code:
                        raise NlError(code, "", None)
                    return answer
                answer = answer or body

    @staticmethod
    def link(name, more=b"", flags=0, change=0):
        return struct.pack("BxHiII", 0, 0, 0, flags, change) + \
            attr(IFNAME, name.encode() + b"\0") + more

    def add(self, name, kind, data=b""):
        info = attr(INFO_KIND, kind.encode()) + (attr(INFO_DATA, data) if data else b"")
        self.request(NEWLINK, self.link(name, attr(LINKINFO, info)), CREATE | EXCL)

    def add_veth(self, name, peer, namespace):
        """A pair of devices, the other one in a namespace with a name."""
        fd = os.open("/run/netns/" + namespace, os.O_RDONLY)
        try:
            self.add(name, "veth", attr(VETH_PEER, self.link(
                peer, attr(NS_FD, struct.pack("I", fd)))))
        finally:
            os.close(fd)

    def delete(self, name):
        self.request(DELLINK, self.link(name))

    def up(self, name):
        self.request(NEWLINK, self.link(name, flags=IFF_UP, change=IFF_UP))

    def down(self, name):
        self.request(NEWLINK, self.link(name, change=IFF_UP))

    def mtu(self, name, mtu):
        self.request(NEWLINK, self.link(name, attr(MTU, struct.pack("I", mtu))))

    def move(self, name, namespace):
        fd = os.open("/run/netns/" + namespace, os.O_RDONLY)
        try:
            self.request(NEWLINK, self.link(name, attr(NS_FD, struct.pack("I", fd))))
        finally:
            os.close(fd)

    def index(self, name):
        return struct.unpack_from("BxHi", self.request(GETLINK, self.link(name)))[2]

    def address(self, kind, name, address):
        interface = ipaddress.ip_interface(address)
        family = socket.AF_INET if interface.version == 4 else socket.AF_INET6
        packed = interface.ip.packed
        self.request(kind, struct.pack("BBBBI", family, interface.network.prefixlen, NODAD, 0,
                                       self.index(name)) +
                     attr(IFA_LOCAL, packed) + attr(IFA_ADDRESS, packed),
                     CREATE | REPLACE if kind == NEWADDR else 0)

    def add_address(self, name, address):
        self.address(NEWADDR, name, address)

    def delete_address(self, name, address):
        self.address(DELADDR, name, address)

    def route(self, kind, to, via=None, name=None, metric=None, what=UNICAST):
        network = ipaddress.ip_network(to)
        family = socket.AF_INET if network.version == 4 else socket.AF_INET6
        body = struct.pack("BBBBBBBBI", family, network.prefixlen, 0, 0, 254, 4, 0, what, 0)
        body += attr(DST, network.network_address.packed)
        if via:
            body += attr(GATEWAY, ipaddress.ip_address(via).packed)
        if name:
            body += attr(OIF, struct.pack("I", self.index(name)))
        if metric:
            body += attr(PRIORITY, struct.pack("I", metric))
        self.request(kind, body, CREATE | REPLACE if kind == NEWROUTE else 0)

    def add_route(self, *args, **more):
        self.route(NEWROUTE, *args, **more)

    def delete_route(self, *args, **more):
        self.route(DELROUTE, *args, **more)
