#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""demo.py RESULTS: a session that outlives its transports, live.

Runs as root in a machine of its own (see run.sh). Builds a client with two
uplinks, a gateway and an attacker (see world.sh), sends traffic through the
tunnel, breaks things one after the other, and shows what both ends report.
Every step waits for what must happen; nothing is assumed to have happened.

RESULTS gets demo.jsonl, all events of both ends as `jvpn-tool monitor --json`
prints them, and demo/ with what was measured. verdict.py judges by these files
only. Exit status: that of the verdict.

JVPN_DEMO_COLOUR=1 for colours; JVPN_DEMO_PLANT=NAME breaks one promise on
purpose, to show that the verdict notices.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import clock
import verdict
from recorder import Monitors, Stream, Watcher
from timeline import Timeline
from world import World

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = 51900
GATEWAY, SPOOFED = "192.0.2.1", "10.1.0.2"
INNER = {"client": "10.99.0.1", "gateway": "10.99.0.2"}
POLL_S = 0.02
# An emulated machine in real time may be slow; limits are there to end a wait
# for what never comes.
PATIENCE = 1 if os.environ.get("JVPN_MACHINE") == "uml" else 6
# A step is over when so many packets each way were sent, and have arrived,
# after what it waited for.
SETTLED_PACKETS = 50
SETTLED_BYTES = 100_000
# Long after keys have expired, which is 180 s.
ASLEEP_S = 200
LOG_MARK = "demo: begins"


class NotSeen(Exception):
    """What a step waits for did not happen."""


class Demo:
    def __init__(self, results):
        # RESULTS may be slow to write to.
        self.kept = os.path.join(results, "demo")
        self.dir = tempfile.mkdtemp()
        self.events_file = os.path.join(results, "demo.jsonl")
        self.plant = os.environ.get("JVPN_DEMO_PLANT", "")
        if self.plant not in ("", *verdict.PLANTS):
            sys.exit("no such plant: %s; there are %s" %
                     (self.plant, " ".join(verdict.PLANTS)))
        self.show = Timeline(bool(os.environ.get("JVPN_DEMO_COLOUR")))
        self.processes = []
        self.steps = []
        self.facts = {"steps": self.steps}

    # --- Processes in namespaces -------------------------------------------

    def path(self, name):
        return os.path.join(self.dir, name)

    def start(self, namespace, *argv, **how):
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.world.ns[namespace], *argv], **how)
        self.processes.append(process)
        return process

    def python(self, namespace, script, *argv, **how):
        return self.start(namespace, sys.executable, os.path.join(HERE, script),
                          *argv, **how)

    def sniff(self, namespace, interface, *options):
        name = self.path("wire-%s-%s" % (namespace, interface))
        with open(name, "wb") as out:
            self.python(namespace, "sniff.py", interface, str(PORT), *options,
                        stdout=out)
        self.wait(5, "a tap on " + interface, lambda: os.path.getsize(name))
        return name

    def tool(self, namespace, *argv):
        return subprocess.run(
            ["ip", "netns", "exec", self.world.ns[namespace], "jvpn-tool",
             *argv], check=True, capture_output=True, text=True).stdout

    # --- Waiting -----------------------------------------------------------

    def pump(self):
        for event in self.monitors.read(POLL_S):
            self.show.event(event)

    def wait(self, seconds, what, condition):
        """Until CONDITION holds; its value."""
        seconds *= PATIENCE
        end = clock.now() + seconds * 1_000_000_000
        while not (value := condition()):
            if clock.now() > end:
                raise NotSeen("%s: not seen in %d s" % (what, seconds))
            if self.monitors:
                self.pump()
            else:
                time.sleep(POLL_S)
        return value

    def seen(self, node, since=None, **fields):
        """The first event of this step that has these fields, or None."""
        since = self.began if since is None else since
        for event in self.monitors.events:
            if event["boot_ns"] >= since and event.get("node") == node and \
               all(event.get(k) == v for k, v in fields.items()):
                return event
        return None

    def moved(self, node, path, reason=None):
        fields = {"type": "SWITCH", "path_to": path}
        if reason:
            fields["reason"] = reason
        return self.seen(node, **fields)

    def state(self, node):
        for event in reversed(self.monitors.events):
            if event.get("node") == node and event["type"] == "STATE_CHANGE":
                return event["state_after"]
        return None

    def attached(self):
        return all(self.state(node) == "ATTACHED" for node in INNER)

    def wait_moved(self, path, reason, seconds=20):
        for node in INNER:
            self.wait(seconds, "%s on path %d" % (node, path),
                      lambda: self.moved(node, path, reason))
        self.wait(seconds, "both ends attached", self.attached)

    def settle(self, seconds=20):
        """Until everything flows again, and has done so for a moment."""
        after = clock.now()
        for stream in self.streams.values():
            self.wait(seconds, "packets from the " + stream.source,
                      lambda: stream.arrived_since(after) >= SETTLED_PACKETS)
        before = self.tcp.bytes()
        self.wait(seconds, "bytes of the TCP connection",
                  lambda: self.tcp.bytes() >= before + SETTLED_BYTES)

    # --- The machinery -----------------------------------------------------

    def set_up(self):
        self.monitors = None
        with open("/dev/kmsg", "w", encoding="ascii") as log:
            log.write(LOG_MARK + "\n")
        self.world = World()
        self.tap = self.sniff("r0", "lan", "--full", "5")
        self.sniff("gw", "gw0")
        self.sniff("attacker", "at0")
        self.monitors = Monitors(self.events_file, {
            "client": self.start("client", "jvpn-tool", "monitor", "jvpn0",
                                 "--since", "1", "--json",
                                 stdout=subprocess.PIPE),
            "gateway": self.start("gw", "jvpn-tool", "monitor", "jvpn0",
                                  "--since", "1", "--json",
                                  stdout=subprocess.PIPE)})
        self.streams = {}
        for source, target, space in (("client", "gateway", "gw"),
                                      ("gateway", "client", "client")):
            self.streams[source] = Stream(self.dir, source)
            self.python(space, "traffic.py", "udp-take", INNER[target], "5000",
                        self.streams[source].took)
        self.tcp = Watcher(self.path("tcp.took"))
        self.python("gw", "traffic.py", "tcp-take", INNER["gateway"], "5001",
                    self.tcp.path)
        self.world("wait_listening $gw tcp 5001")
        self.world("wait_listening $gw udp 5000")
        self.world("wait_listening $client udp 5000")

    def begin_traffic(self):
        self.senders = [
            self.python("client", "traffic.py", "udp-send", INNER["gateway"],
                        "5000", self.streams["client"].sent),
            self.python("client", "traffic.py", "tcp-send", INNER["gateway"],
                        "5001", self.path("tcp.json"))]
        self.gateway_sender = self.python(
            "gw", "traffic.py", "udp-send", INNER["client"], "5000",
            self.streams["gateway"].sent)

    def tear_down(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.kill()
            process.wait()
        self.world.close()
        log = subprocess.run(["dmesg"], check=True, capture_output=True,
                             text=True, errors="replace").stdout
        with open(self.path("kernel.log"), "w", encoding="utf-8") as out:
            out.write(log.rpartition(LOG_MARK + "\n")[2])

    # --- The story ---------------------------------------------------------

    def step(self, number, title, action):
        self.show.heading(number, title)
        self.began = clock.now()
        record = {"number": number, "title": title, "began": self.began,
                  "done": False}
        self.steps.append(record)
        try:
            record["notes"] = action() or []
            record["done"] = True
        finally:
            self.pump()
            record["ended"] = clock.now()
            record["measured"] = {
                source: stream.measure(record["began"], record.get("awake"))
                for source, stream in self.streams.items()}
            self.show.summary(record)

    def birth(self):
        self.world("connect")
        for node in INNER:
            self.wait(10, node + " attached",
                      lambda: self.state(node) == "ATTACHED")
        for path in (0, 1):
            self.wait(20, "path %d answers" % path,
                      lambda: self.path_status(path, "validated", "up"))
        self.begin_traffic()
        self.settle()

    def path_status(self, path, *wanted):
        """Whether the session has that path, with all of these bits."""
        for session in self.sessions("client"):
            for entry in session["path"]:
                if entry["id"] == path:
                    return set(wanted) <= set(entry["status"])
        return False

    def sessions(self, namespace):
        return verdict.json_of(self.tool(namespace, "session", "list", "jvpn0",
                                         "--json"))

    def uplink_down(self):
        self.world("uplink_down 0")
        self.wait_moved(1, "LINK_DOWN")
        self.settle()

    def uplink_up(self):
        self.world("uplink_up 0")
        self.wait(30, "path 0 answers again",
                  lambda: self.path_status(0, "validated", "up"))
        if self.plant == "session":
            self.world("plant_session")
            self.wait(30, "another session", lambda: self.seen(
                "client", fsm_event="HANDSHAKE_DONE"))
            self.wait(30, "path 1 answers",
                      lambda: self.path_status(1, "validated", "up"))
            self.tool("client", "session", "switch", "jvpn0",
                      self.sessions("client")[0]["id"], "1")
            self.wait_moved(1, None)
        self.settle()
        return ["the session stays where it is: no reason to move"]

    def nat_rebinds(self):
        self.world("nat_rebind")
        self.wait_moved(1, "NAT_REBIND")
        self.settle()

    def blackhole(self):
        self.world("blackhole 1")
        self.wait_moved(0, None)
        self.facts["requests"] = [self.began, clock.now()]
        self.settle()
        if self.plant == "tcp":
            self.senders[1].send_signal(signal.SIGUSR1)
        self.world("blackhole_end 1")
        self.wait(60, "path 1 answers again",
                  lambda: self.path_status(1, "validated", "up"))

    def attack(self):
        facts = self.facts["attack"] = {"began": clock.now()}
        self.world("counters " + self.path("counters-before.json"))
        facts["epochs_before"] = self.epochs()
        first, last = self.facts["requests"]
        replayed = self.python(
            "attacker", "attack.py", "replay", self.tap, str(first),
            str(last), GATEWAY, str(PORT), stdout=subprocess.PIPE, text=True)
        facts["replayed"], facts["requests"] = map(
            int, replayed.communicate()[0].split())
        self.settle()
        self.world("counters " + self.path("counters-replayed.json"))
        facts["epochs_replayed"] = self.epochs()
        facts["replay_ended"] = clock.now()
        facts["relayed"], facts["returned"] = self.relay()
        self.settle()
        self.world("counters " + self.path("counters-after.json"))
        facts["ended"] = clock.now()
        if self.plant == "attacker":
            self.world("plant_attacker")
        return ["replayed %d copies, %d of them requests" %
                (facts["replayed"], facts["requests"]),
                "relayed %d packets to the gateway, and back %d" %
                (facts["relayed"], facts["returned"])]

    def relay_seen(self, began):
        """The gateway reports it; or, on an emulated machine, it was too slow
        to be first, and what it sent were replays.
        """
        return self.seen("gateway", type="SECURITY",
                         reason="SEC_UNBOUND_SOURCE") or (
            PATIENCE > 1 and clock.now() > began + 20_000_000_000)

    def relay(self):
        began = clock.now()
        tap = self.python("r0", "sniff.py", "lan", str(PORT), "--full", "4",
                          "5", stdout=subprocess.PIPE)
        relay = self.python("attacker", "attack.py", "relay", GATEWAY,
                            str(PORT), stdin=tap.stdout,
                            stdout=subprocess.PIPE, text=True)
        try:
            self.wait(20, "the gateway reports the relay",
                      lambda: self.relay_seen(began))
            self.settle()
        finally:
            relay.terminate()
            sent = relay.communicate()[0]
            tap.terminate()
        return map(int, sent.split())

    def epochs(self):
        return {node: self.sessions(space)[0]["epoch"]
                for node, space in (("client", "client"), ("gateway", "gw"))}

    def operator_switches(self):
        self.world("switch_path 1")
        self.wait_moved(1, "OPERATOR_REQUEST")
        self.settle()
        if self.plant == "binding":
            self.world("plant_binding")
        self.monitors.lose_next = self.plant == "reason"

    def sleep_and_wake(self):
        # As a machine that suspends does it: programs first, then devices.
        for sender in self.senders:
            sender.send_signal(signal.SIGSTOP)
        self.wait(5, "nothing of the client in flight", lambda: self.world.true(
            "! in_ns $client ss -Htni dport = :5001 | grep -q unacked"))
        self.world("freeze 1")
        # There is nobody to hear it: that saves time.
        self.gateway_sender.send_signal(signal.SIGUSR2)
        asleep = clock.now()
        self.show.mark("the client falls asleep")
        # Nobody speaks for so long: its NAT gives the address to others.
        self.world("nat_rebind")
        while clock.now() < asleep + ASLEEP_S * 1_000_000_000:
            self.pump()
            time.sleep(1)
        self.steps[-1]["asleep"] = asleep
        self.steps[-1]["awake"] = clock.now()
        self.show.mark("the client wakes up, behind another address")
        self.gateway_sender.send_signal(signal.SIGUSR2)
        self.world("freeze 0")
        for sender in self.senders:
            sender.send_signal(signal.SIGCONT)
        awake = self.steps[-1]["awake"]
        keys = self.wait(60, "fresh keys", lambda: self.seen(
            "client", since=awake, type="KEYS", reason="KEY_ROTATED"))
        self.wait(60, "the client attached again, with them", lambda: self.seen(
            "client", since=keys["boot_ns"], type="SWITCH"))
        self.wait(60, "both ends attached", self.attached)
        self.settle(60)

    def terminate(self):
        # The connection has done its work: what was read is compared first.
        self.senders[1].terminate()
        self.wait(30, "the end of the TCP connection",
                  lambda: self.senders[1].poll() is not None)
        self.world("terminate")
        for node, reason in (("client", "OPERATOR_TERMINATED"),
                             ("gateway", "PEER_TERMINATED")):
            self.wait(20, node + " terminated", lambda: self.seen(
                node, state_after="TERMINATED", reason=reason))

    STORY = (
        (0, "A session is born", birth),
        (1, "The active uplink goes down", uplink_down),
        (2, "It comes back", uplink_up),
        (3, "The NAT changes the client's address and port", nat_rebinds),
        (4, "The active path silently drops everything", blackhole),
        (5, "An attacker replays a captured request, then relays", attack),
        (6, "The operator moves the session to another path",
         operator_switches),
        (7, "The client sleeps for %d s, longer than its keys live" % ASLEEP_S,
         sleep_and_wake),
        (8, "The operator terminates the session", terminate),
    )

    def run(self):
        self.set_up()
        self.show.legend()
        try:
            for number, title, action in self.STORY:
                self.step(number, title, lambda: action(self))
        except NotSeen as error:
            self.facts["stopped"] = str(error)
            self.show.trouble(str(error))
        if self.plant == "klog":
            self.world("plant_klog")
        self.facts["planted"] = self.plant
        verdict.save(self.path("facts.json"), self.facts)
        self.monitors.close()
        self.tear_down()
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.dir, self.kept, copy_function=shutil.copyfile)
        shutil.rmtree(self.dir)


def main():
    results = sys.argv[1]
    Demo(results).run()
    return verdict.judge(results, sys.stdout,
                         bool(os.environ.get("JVPN_DEMO_COLOUR")))


if __name__ == "__main__":
    sys.exit(main())
