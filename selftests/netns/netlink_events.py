# SPDX-License-Identifier: GPL-2.0
"""The ring of events and its listeners; see netlink_events.sh. Changes of
policy make the events: one each, and every one is different."""

import errno
import os
import select
import sys
import time

from netlink_lib import Family, Spec, Tap

RING = 1024

spec = Spec()
family = Family(spec)
tap = Tap()
device, other = sys.argv[1:]
POLICY = spec.enums["event-type"]["policy"]


def change(times, name=device):
    """So many events; returns the version of the last one."""
    for _ in range(times):
        policy = family.do("policy-set", ifname=name, policy={"persist": 1})["policy"]
    return policy["version"]


def get(seq=None, name=device):
    event = {} if seq is None else {"seq": seq}
    return [m["event"] for m in family.dump("event-get", ifname=name, event=event)]


def numbers(events):
    return [e["seq"] for e in events]


def read_all(listener, wait=0.5):
    """What a listener gets until it is quiet; (events, overruns)."""
    events, overruns = [], 0
    while select.select([listener.sock], [], [], wait)[0]:
        try:
            events += listener.events()
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            overruns += 1
    return events, overruns


def settle():
    """Virtual time stands still while programs run: let the kernel's workers run."""
    time.sleep(0.1)


def check_ring():
    tap.equal("no events yet", [], get())
    tap.equal("nor from the first on", [], get(1))
    change(3)
    tap.equal("three events", [1, 2, 3], numbers(get()))
    tap.equal("from the second on", [2, 3], numbers(get(2)))
    tap.equal("0 is from the first on", [1, 2, 3], numbers(get(0)))
    tap.equal("from beyond the last", [], get(4))
    tap.equal("nothing is said to be lost", [None] * 3, [e.get("lost") for e in get(1)])
    tap.equal("the other device has its own numbers", [], get(name=other))
    shown = family.do("device-get", ifname=device)["device"]
    tap.equal("the device says which there are", (3, 1),
              (shown["event-seq"], shown["event-oldest"]))
    stamps = [(e["boot-ns"], e["wall-ns"]) for e in get()]
    tap.line(stamps == sorted(stamps), "time does not go back")

    change(RING + 100 - 3)
    events = get(1)
    tap.equal("a full ring: the newest are there", list(range(101, RING + 101)), numbers(events))
    tap.equal("and how many are not", 100, events[0].get("lost"))
    tap.line(not any("lost" in e for e in events[1:]), "said once")
    tap.line("lost" not in get()[0], "not said to who did not ask for them")
    shown = family.do("device-get", ifname=device)["device"]
    tap.equal("the device says which there are", (RING + 100, 101),
              (shown["event-seq"], shown["event-oldest"]))


def check_listener():
    settle()
    listener = Family(spec)
    security = Family(spec)
    listener.join("state")
    security.join("security")
    first = get()[-1]["seq"] + 1
    change(50)
    change(5, other)
    events, overruns = read_all(listener)
    tap.equal("a listener gets all, of both devices", (list(range(first, first + 50)), 0),
              (numbers(events)[:50], overruns))
    tap.equal("and the other's", [1, 2, 3, 4, 5], numbers(events)[50:])
    tap.equal("what is sent is what the ring has", get(first), events[:50])
    tap.equal("the group of security has none of these", ([], 0), read_all(security, 0.1))


def check_overrun():
    """A listener that sleeps: its merged log has every event exactly once."""
    settle()
    slow = Family(spec, receive_buffer=4096)
    slow.join("state")
    last = get()[-1]["seq"]
    log, overruns = [], 0
    for _ in range(5):
        change(150)
        settle()
        events, lost = read_all(slow, 0.2)
        overruns += lost
        for event in events:
            if event["seq"] <= last:
                continue
            if event["seq"] != last + 1:
                log += [e for e in get(last + 1) if e["seq"] < event["seq"]]
            log.append(event)
            last = event["seq"]
        log += get(last + 1)
        last = log[-1]["seq"]
    tap.line(overruns > 0, "the slow listener has overruns", "none happened")
    tap.equal("its merged log has each event exactly once",
              list(range(log[0]["seq"], log[0]["seq"] + 750)), numbers(log))
    tap.line(not any("lost" in e for e in log), "and none was lost")


def check_late():
    """A listener that sleeps too long is told how many it missed."""
    last = get()[-1]["seq"]
    change(RING + 77)
    events = get(last + 1)
    tap.equal("too late: so many are missing", 77, events[0].get("lost"))
    tap.equal("and the rest has no gap",
              list(range(last + 78, last + 78 + RING)), numbers(events))


def check_removal():
    """Changes that are queued when the device goes still reach the listener."""
    settle()
    listener = Family(spec, receive_buffer=1 << 22)
    listener.join("state")
    count = len(get(name=other))
    change(200, other)
    os.system(f"ip link del {other}")
    events, overruns = read_all(listener)
    tap.equal("events of a device that goes are delivered",
              (list(range(count + 1, count + 201)), 0), (numbers(events), overruns))


def check_namespace():
    """Listeners of the namespace that the device moved to hear of it."""
    settle()
    here = Family(spec)
    here.join("state")
    change(1)
    events, _ = read_all(here)
    tap.equal("heard here", 1, len(events))
    os.system("ip netns add moved")
    os.system(f"ip link set {device} netns moved")
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        fd = os.open("/run/netns/moved", os.O_RDONLY)
        import ctypes
        ctypes.CDLL(None).setns(fd, 0)
        there = Family(spec)
        there.join("state")
        there.do("policy-set", ifname=device, policy={"persist": 1})
        os.write(writer, str(len(read_all(there)[0])).encode())
        os._exit(0)
    os.waitpid(child, 0)
    tap.equal("heard where it moved to", b"1", os.read(reader, 10))
    tap.equal("and no longer here", ([], 0), read_all(here, 0.1))
    os.system("ip netns del moved")


def main():
    check_ring()
    check_listener()
    check_overrun()
    check_late()
    check_removal()
    check_namespace()
    tap.exit()


main()
