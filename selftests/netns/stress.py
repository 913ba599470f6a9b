#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""stress.py SECONDS SEED CLIENT R0 R1 NET GW: everything at once, between the
namespaces of lib.sh's topology, until the time is over; see stress.sh.

In rounds: the module is loaded and three tunnels are made; then workers, each a
process with random numbers of its own, do what STORIES names, all at the same
time; in the midst of it the module is unloaded. What the workers did is counted:
a test that does nothing would pass too.

Tunnel 0 stays during a round, 1 is removed and made again all the time, 2 has a
client in a namespace that goes while packets flow."""

import collections
import json
import os
import signal
import subprocess
import time
import traceback

import stress_deeds as deeds
from netlink_lib import Tap
from stress_world import Place, Worker, client, gw, seconds, seed, spec, tunnels, write

ROUND_S = 15        # of which the module is gone for the last
LONG_ROUND_S = 40
GONE_S = 2
HANG_S = 60
PATIENCE = 5        # times the seconds, until everything was done at least once

tap = Tap()

STORIES = {
    "traffic client 0": (deeds.traffic, client, "client", 0),
    "traffic client 1": (deeds.traffic, client, "client", 1),
    "traffic gw 0": (deeds.traffic, gw, "gw", 0),
    "traffic gw 1": (deeds.traffic, gw, "gw", 1),
    "tcp": (deeds.tcp,),
    "link flaps": (deeds.link_flaps,),
    "blackholes": (deeds.blackholes,),
    "nat rebinds": (deeds.nat_rebinds,),
    "moves": (deeds.moves,),
    "policies client": (deeds.policies, client, "client"),
    "policies gw": (deeds.policies, gw, "gw"),
    "peers client": (deeds.peers, client),
    "peers gw": (deeds.peers, gw),
    "settings": (deeds.settings,),
    "suspensions": (deeds.suspensions,),
    "dumps client": (deeds.dumps, client),
    "dumps gw": (deeds.dumps, gw),
    "listeners client": (deeds.listeners, client),
    "listeners gw": (deeds.listeners, gw),
    "devices": (deeds.devices,),
    "namespaces": (deeds.namespaces,),
}

# What has to have happened, besides the first word of each attempt.
PROOF = (
    "send", "send many", "received by client", "received by gw", "tcp bytes", "link down",
    "address removed", "route removed", "carrier lost", "blackhole", "rebind", "switch",
    "policy by grace", "policy by strict", "peer added", "peer connects", "peer removed",
    "preshared key", "private key", "port", "session ended", "path removed", "freeze 1",
    "devices dumped", "peers seen", "paths seen", "sessions seen", "events seen", "policy shown",
    "statistics read", "event state-change", "event switch", "event path", "event policy",
    "device removed", "device made", "device down", "namespace removed",
    "device removed after its namespace",
)


# ---- Rounds -----------------------------------------------------------------------


def start(name, number, gate, length):
    """A worker of a round of @length seconds, which begins when @gate is closed for
    good; returns its process and where it will say what it did."""
    read, send = os.pipe()
    pid = os.fork()
    if pid:
        os.close(send)
        return pid, read
    rc = 1
    try:
        os.close(gate[1])
        os.read(gate[0], 1)
        worker = Worker(name, number, time.monotonic() + length)
        function, *args = STORIES[name]
        function(worker, *args)
        os.write(send, json.dumps(worker.done).encode())
        rc = 0
    except BaseException:
        print(f"# {name}:", traceback.format_exc().replace("\n", "\n# "), flush=True)
    finally:
        os._exit(rc)


def attached(place, to):
    try:
        found = place.jvpn.dump("session-get", ifname=to.name)
    except OSError:
        return False
    return any(s["session"]["state"] == spec.enums["state"]["attached"] for s in found)


def make_tunnels(places):
    for place, side in places:
        for to in tunnels[:2] if side == "client" else tunnels:
            to.make(place, side)
    near = places[0][0]
    for to in tunnels[:2]:
        near.jvpn.do("peer-set", ifname=to.name,
                     peer={"public-key": to.keys.public["gw"], "connect": True})
    until = time.monotonic() + HANG_S
    while not all(attached(near, to) for to in tunnels[:2]):
        if time.monotonic() > until:
            raise TimeoutError("no session is attached")
        time.sleep(0.1)


def unload(until):
    """Refused while somebody is just asking; the number of tries, 0 if it stays."""
    tries = 0
    while time.monotonic() < until:
        tries += 1
        if subprocess.run(["rmmod", "jvpn"], capture_output=True, check=False).returncode == 0:
            return tries
        time.sleep(0.05)
    return 0


def collect(workers, done):
    """Waits for the workers; those that hang are a finding."""
    bad = []
    until = time.monotonic() + HANG_S
    for name, (pid, read) in workers.items():
        while not (ended := os.waitpid(pid, os.WNOHANG))[0] and time.monotonic() < until:
            time.sleep(0.05)
        if not ended[0]:
            write("/proc/sysrq-trigger", "w")
            os.kill(pid, signal.SIGKILL)
            bad.append(f"{name} hangs")
        elif ended[1]:
            bad.append(f"{name} failed")
        else:
            with os.fdopen(read, "rb") as file:
                done.update(json.loads(file.read()))
            continue
        os.close(read)
    return bad


def run_round(number, done, length):
    begun = time.monotonic()
    load = ["insmod", os.environ["JVPN_MODULE_DIR"] + "/jvpn.ko"]
    if not os.path.exists("/sys/module/jvpn"):
        subprocess.run(load, check=True)
    places = [(Place(client), "client"), (Place(gw), "gw")]
    if not tunnels[0].keys.public:
        for to in tunnels:
            to.keys.derive(places[0][0])
    make_tunnels(places)
    # They begin together: on a slow machine making them takes its time, too.
    gate = os.pipe()
    workers = {name: start(name, number, gate, length) for name in STORIES}
    os.close(gate[0])
    os.close(gate[1])
    del places
    ready = time.monotonic()
    time.sleep(length - GONE_S)
    unloading = time.monotonic()
    tries = unload(unloading + HANG_S)
    unloaded = time.monotonic()
    bad = collect(workers, done)
    if not tries:
        bad.append("the module does not go")
    if os.path.exists("/sys/module/jvpn"):
        bad.append("the module is there again")
    tap.line(not bad, f"round {number}: all at once, and the module goes in the midst of it",
             ", ".join(bad))
    print(f"# round {number}: made in {ready - begun:.1f} s, unloaded in "
          f"{unloaded - unloading:.1f} s ({tries} tries), "
          f"ended {time.monotonic() - unloaded:.1f} s later", flush=True)
    return not bad


def main():
    done = collections.Counter()
    # Nothing loads the module but we.
    write("/proc/sys/kernel/modprobe", "\n")
    print(f"# seed {seed}, {os.cpu_count()} processors, {seconds:.0f} s", flush=True)
    begun, number, lasted = time.monotonic(), 0, 0
    # A slow machine gets more time, for what it has not done yet, and longer rounds:
    # what takes most of one is hardly ever done before the module goes.
    while lasted < seconds or lasted < PATIENCE * seconds and not all(done[n] for n in PROOF):
        number += 1
        if not run_round(number, done, ROUND_S if lasted < seconds else LONG_ROUND_S):
            break
        lasted = time.monotonic() - begun
    for name in sorted(done):
        print(f"# {done[name]:8} {name}")
    for name in PROOF:
        tap.line(done[name] > 0, f"done: {name} ({done[name]})")
    tap.exit()


if __name__ == "__main__":
    main()
