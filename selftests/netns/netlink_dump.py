# SPDX-License-Identifier: GPL-2.0
"""Dumps of peers, paths and addresses; see netlink_dump.sh."""

import os
import struct
import sys
import time

from netlink_lib import (Family, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE,
                         Spec, Tap, key)

spec = Spec()
family = Family(spec)
reader = Family(spec)
tap = Tap()
device, elsewhere = sys.argv[1:3]


def empty():
    family.do("device-set", ifname=device, device={"replace-peers": True})


def add_peers(numbers, **more):
    for number in numbers:
        family.do("peer-set", ifname=device, peer=dict(more, **{"public-key": key(number)}))


def remove(*numbers):
    for number in numbers:
        family.do("peer-del", ifname=device, peer={"public-key": key(number)})


class Dump:
    """A dump that is read one datagram at a time."""

    def __init__(self, command, nest):
        self.nest = nest
        self.interrupted = self.done = False
        self.messages = self.error = 0
        self.objects = []
        reader.post(reader.id, spec.commands[command], spec.encode("jvpn", {"ifname": device}),
                    flags=NLM_F_REQUEST | NLM_F_DUMP)

    def read(self):
        """One datagram; False when it was the last."""
        for kind, flags, _, body in reader.receive():
            self.interrupted |= bool(flags & NLM_F_DUMP_INTR)
            if kind == NLMSG_DONE:
                self.done = True
                self.error = -struct.unpack_from("i", body)[0]
            else:
                self.messages += 1
                self.objects.append(spec.decode("jvpn", body[4:])[self.nest])
        return not self.done

    def rest(self):
        while self.read():
            pass
        return self

    def keys(self, name="public-key"):
        return [o[name] for o in self.objects]


def hexkeys(numbers):
    return [key(n).hex() for n in numbers]


def check_sizes():
    for count in (0, 1, 23, 91, 10000):
        empty()
        add_peers(range(count))
        dump = Dump("peer-get", "peer").rest()
        tap.line(dump.keys() == hexkeys(range(count)) and not dump.interrupted and not dump.error,
                 f"{count} peers, each once, in order of creation",
                 f"{len(dump.objects)} objects, interrupted {dump.interrupted}")


def check_removal(total=10000):
    """Of the peers that are there: the last one shown, earlier and later ones go."""
    dump = Dump("peer-get", "peer")
    dump.read()
    # The next datagram is prepared already: where the dump stands is in here.
    gone = set(range(len(dump.objects) // 2, 3 * len(dump.objects))) | {0, total - 1} | \
        set(range(total // 2, total // 2 + 200))
    remove(*gone)
    add_peers([total])
    dump.rest()
    kept = [n for n in range(total) if n not in gone]
    keys = dump.keys()
    tap.line(len(set(keys)) == len(keys), "removal meanwhile: none is shown twice")
    missing = set(hexkeys(kept)) - set(keys)
    tap.line(not missing, "removal meanwhile: all that stay are shown", f"{len(missing)} missing")
    tap.line(dump.interrupted, "removal meanwhile: the dump says that it was interrupted")
    tap.line(dump.done and not dump.error, "removal meanwhile: it ends well")

    dump = Dump("peer-get", "peer")
    dump.read()
    empty()
    dump.rest()
    tap.line(dump.done and not dump.error and len(dump.objects) < 1000,
             "all removed meanwhile: the dump ends", f"{len(dump.objects)} objects")


def check_paths():
    empty()
    family.do("policy-set", ifname=device, policy={"max-candidates": 8})
    add_peers(range(100))
    for number in range(100):
        for port in range(1, 1 + number % 9):
            family.do("path-add", ifname=device, path={
                "peer": key(number), "remote": {"ipv4": "192.0.2.1", "port": port}})
    expected = [(key(n).hex(), i) for n in range(100) for i in range(n % 9)]
    dump = Dump("path-get", "path").rest()
    tap.equal("paths of 100 peers", expected, [(p["peer"], p["id"]) for p in dump.objects])
    dump = Dump("path-get", "path")
    dump.read()
    last = dump.objects[-1]["peer"]
    gone = [n for n in range(100) if key(n).hex() == last] + [99]
    remove(*gone)
    dump.rest()
    shown = [(p["peer"], p["id"]) for p in dump.objects]
    kept = [e for e in expected if e[0] not in hexkeys(gone)]
    tap.line(set(kept) <= set(shown) and len(set(shown)) == len(shown),
             "paths: all of the peers that stay, once")


def check_sessions():
    """Sessions that wait for an answer: the world that they ask is not there."""
    for count in (1, 23, 91, 10000):
        empty()
        time.sleep(1)   # until those that have ended are gone
        add_peers(range(count))
        for number in range(count):
            family.do("path-add", ifname=device, path={
                "peer": key(number), "remote": {"ipv4": "192.0.2.1", "port": 1}})
            family.do("peer-set", ifname=device,
                      peer={"public-key": key(number), "connect": True})
        dump = Dump("session-get", "session").rest()
        states = {s["state"] for s in dump.objects}
        tap.line(dump.keys("peer") == hexkeys(range(count)) and not dump.error,
                 f"{count} sessions, each once", f"{len(dump.objects)} shown")
        tap.equal(f"{count} sessions: all wait", {spec.enums["state"]["birth"]}, states)
    shown = family.do("device-get", ifname=device)["device"]
    tap.equal("the device counts them", (count, count), (shown["peers"], shown["sessions"]))
    dump = Dump("session-get", "session")
    dump.read()
    gone = set(range(len(dump.objects) // 2, 3 * len(dump.objects)))
    remove(*gone)
    dump.rest()
    kept = hexkeys(n for n in range(count) if n not in gone)
    keys = dump.keys("peer")
    tap.line(set(keys) >= set(kept) and len(set(keys)) == len(keys) and dump.interrupted,
             "sessions: all that stay are shown, once, and an interruption is said",
             f"{len(set(kept) - set(keys))} missing")


def address(number):
    return {"ipv4": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", "cidr": 32}


def add_addresses(number, first, count):
    for begin in range(first, first + count, 1000):
        end = min(begin + 1000, first + count)
        add_peers([number], **{"allowed-ip": [address(n) for n in range(begin, end)]})


def merged(dump):
    """{key: addresses} of a dump whose peers come in several messages."""
    out = {}
    for peer in dump.objects:
        out.setdefault(peer["public-key"], []).extend(
            a["ipv4"] for a in peer.get("allowed-ip", []))
    return out


def check_addresses():
    empty()
    add_peers([1, 2, 3])
    # Those of the last peer came before those of the one that goes: how far the dump
    # was with one says nothing about the other.
    add_addresses(3, 12000, 10)
    add_addresses(2, 0, 12000)
    dump = Dump("peer-get", "peer").rest()
    found = merged(dump)
    expected = [address(n)["ipv4"] for n in range(12000)]
    tap.line(found[key(2).hex()] == expected, "a peer with 12,000 addresses: all, once, in order",
             f"{len(found[key(2).hex()])} shown")
    tap.line(dump.messages > 4, "and in several messages", f"{dump.messages}")
    tap.equal("its state stands in the first only", 3,
              sum("rx-bytes" in peer for peer in dump.objects))
    tap.equal("the peers around it are complete", (0, 10),
              (len(found[key(1).hex()]), len(found[key(3).hex()])))

    dump = Dump("peer-get", "peer")
    dump.read()
    # An address moves away, among those that are still to come.
    add_peers([1], **{"allowed-ip": [address(11000)]})
    found = merged(dump.rest())[key(2).hex()]
    tap.line(len(set(found)) == len(found) and
             set(found) >= set(expected) - {address(11000)["ipv4"]},
             "an address moves meanwhile: the others are shown once")
    tap.line(dump.interrupted, "and the dump says so")

    dump = Dump("peer-get", "peer")
    dump.read()
    remove(2)
    found = merged(dump.rest())
    tap.equal("the peer goes meanwhile: the next one is complete", 10,
              len(found.get(key(3).hex(), [])))


def check_device_removal():
    empty()
    add_peers(range(2000))
    dump = Dump("peer-get", "peer")
    dump.read()
    tap.line(os.system(f"timeout 20 ip link del {device}") == 0,
             "an unfinished dump does not hold up the removal of the device")
    dump.rest()
    tap.line(dump.done and len(dump.objects) < 1000, "and ends",
             f"{len(dump.objects)} objects, error {dump.error}")


def check_device_swap():
    """The device moves away, and another one takes its index."""
    empty()
    add_peers(range(2000))
    before = Dump("peer-get", "peer")
    before.read()
    index = family.do("device-get", ifname=device)["ifindex"]
    tap.line(os.system(f"ip link set {device} netns {elsewhere} && "
                       f"ip link add {device} index {index} type jvpn") == 0,
             "a dump under way: the device moves, another takes its place")
    add_peers(range(5000, 5010))
    before.rest()
    shown = before.keys()
    tap.line(len(set(shown) & set(hexkeys(range(2000)))) < 1000,
             "nothing more of the first is shown", f"{len(shown)} shown")
    tap.line(before.done and not before.error and set(hexkeys(range(5000, 5010))) <= set(shown) and
             set(shown) <= set(hexkeys(range(2000))) | set(hexkeys(range(5000, 5010))),
             "but what the second has, and the dump ends")


def main():
    family.do("device-set", ifname=device, device={"private-key": bytes(range(32))})
    check_sizes()
    check_removal()
    check_paths()
    check_addresses()
    check_sessions()
    check_device_swap()
    check_device_removal()
    tap.exit()


main()
