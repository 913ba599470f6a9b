# SPDX-License-Identifier: GPL-2.0
"""jvpn between the client and the gateway of the world: a device at each end,
the client's paths, and what `jvpn-tool monitor` writes of both."""

import hashlib
import json
import os
import subprocess
import time

import helpers  # noqa: F401
from netlink_lib import Family, NlError, Spec
from world import GW4

PORT = 5180
INNER = {"client": ("10.9.0.2", "fd09::2"), "gw": ("10.9.0.1", "fd09::1")}
DEVICE = "jvpn0"


def wait_for(what, condition, seconds=10.0, step=0.02):
    """Virtual time: what is waited for costs nothing but the look."""
    end = time.clock_gettime(time.CLOCK_BOOTTIME) + seconds
    while not condition():
        if time.clock_gettime(time.CLOCK_BOOTTIME) > end:
            raise TimeoutError(what)
        time.sleep(step)


def endpoint(address, port):
    packed = {"ipv6" if ":" in address else "ipv4": address}
    return dict(packed, port=port)


class End:
    """One device, and its log."""

    def __init__(self, box, name, spec, folder):
        self.box, self.name = box, name
        box.add(DEVICE, "jvpn")
        for address, length in zip(INNER[name], (24, 64)):
            box.address(DEVICE, f"{address}/{length}")
        with box:
            self.family = Family(spec)
        private = hashlib.sha256(f"matrix {name}".encode()).digest()
        self.set("device", **{"private-key": private, "node-name": name})
        self.public = bytes.fromhex(self.device()["public-key"])
        self.log = os.path.join(folder, name)
        with open(self.log, "wb") as log, box:
            self.monitor = subprocess.Popen(
                ["jvpn-tool", "--json", "monitor", DEVICE, "--since", "1", "--policy"],
                stdout=log)
        self.read = 0
        self.events = []

    def set(self, what, command=None, **values):
        return self.family.do(command or f"{what}-set", ifname=DEVICE, **{what: values})

    def device(self):
        return self.family.do("device-get", ifname=DEVICE)["device"]

    def session(self):
        found = self.family.dump("session-get", ifname=DEVICE)
        return found[0]["session"] if found else {}

    def state(self):
        return self.session().get("state")

    def follow(self):
        """Events up to now."""
        newest = self.device()["event-seq"]

        def complete():
            with open(self.log, "rb") as log:
                log.seek(self.read)
                data = log.read()
            data = data[:data.rfind(b"\n") + 1]
            self.read += len(data)
            self.events += [event for event in map(json.loads, data.splitlines())
                            if "seq" in event]
            return not newest or (self.events and self.events[-1]["seq"] >= newest)

        wait_for(f"the log of {self.name}", complete)
        return self.events

    def close(self):
        self.follow()
        self.monitor.terminate()
        self.monitor.wait()
        self.family.sock.close()
        self.box.delete(DEVICE)


class Tunnel:
    """Both ends; @paths are (uplink, address of the gateway, priority)."""

    spec = None

    def __init__(self, world, folder, paths=((0, GW4, 0), (1, GW4, 0)), **policy):
        Tunnel.spec = Tunnel.spec or Spec()
        self.states = {number: name.upper() for name, number in
                       self.spec.enums["state"].items()}
        self.client = End(world.client, "client", self.spec, folder)
        self.gw = End(world.gw, "gw", self.spec, folder)
        self.ends = {"client": self.client, "gw": self.gw}
        self.gw.set("device", **{"listen-port": PORT})
        self.paths = paths
        self.policy = policy
        for end, peer in (self.client, self.gw), (self.gw, self.client):
            if policy:
                end.set("policy", **{name.replace("_", "-"): value
                                     for name, value in policy.items()})
            end.set("peer", **{"public-key": peer.public, "allowed-ip": [
                {"ipv4": INNER[peer.name][0], "cidr": 32},
                {"ipv6": INNER[peer.name][1], "cidr": 128}]})
        for number, (uplink, address, priority) in enumerate(paths):
            self.client.set("path", "path-add", peer=self.gw.public, id=number,
                            ifname=f"up{uplink}", remote=endpoint(address, PORT),
                            priority=priority)

    def max_switches(self):
        found = self.client.family.do("policy-get", ifname=DEVICE)["policy"]
        return found["max-switches-per-min"]

    def names(self):
        return [self.states.get(end.state(), "none") for end in self.ends.values()]

    def warm(self):
        path = self.client.session().get("path", [])
        return len(path) == len(self.paths) and \
            all(p["status"] & 6 == 6 for p in path)

    def connect(self):
        self.client.set("peer", **{"public-key": self.gw.public, "connect": True})
        wait_for("both ends ATTACHED", lambda: self.names() == ["ATTACHED"] * 2)
        wait_for("all paths warm", self.warm, 20)

    def terminate(self):
        """The session is over at both ends; the client asks, if it still can."""
        for end, peer in (self.client, self.gw), (self.gw, self.client):
            try:
                end.set("session", "session-terminate", peer=peer.public)
            except NlError:
                pass
            time.sleep(0.1)
        wait_for("no session left", lambda: not self.client.session() and
                 not self.gw.session())

    def switch(self, path):
        self.client.set("session", "session-switch",
                        **{"peer": self.gw.public, "target-path": path})

    def freeze(self, frozen):
        """The client's timers stand still, as in a suspend."""
        name = f"/sys/kernel/debug/jvpn/{self.client.box.inode}-{DEVICE}/freeze"
        with open(name, "w", encoding="ascii") as knob:
            knob.write(str(int(frozen)))

    def follow(self):
        return {name: end.follow() for name, end in self.ends.items()}

    def close(self):
        for end in self.ends.values():
            end.close()

    def audit(self):
        """What the auditor says of the two logs; None if it has no complaint."""
        found = subprocess.run(["jvpn-tool", "audit", "verify", self.client.log,
                                self.gw.log], capture_output=True, text=True, check=False)
        return None if found.returncode == 0 else found.stdout + found.stderr
