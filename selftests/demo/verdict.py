#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""verdict.py RESULTS: what was promised, and whether it was kept.

Judges only by what was recorded: the events of both ends (demo.jsonl), the
datagrams that taps saw, the streams, the devices' counters, the kernel log
(all in demo/). Each promise is a function that returns what speaks against it,
and a few words that say what was looked at. Exit status 0 when all were kept.

Every promise is checked for being able to break: DEMO_PLANT=NAME breaks that
one and no other.
"""
import json
import os
import subprocess
import sys
from collections import defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
PLANTS = ("session", "tcp", "binding", "reason", "attacker", "klog")
ATTACKER = "192.0.3.2"
GATEWAY = "192.0.2.1:51900"
DATA = 4
# The taps' clock and that of the events were compared so well only.
CLOCK_NS = 1_000_000
AMPLIFICATION = 3


def json_of(text):
    return json.loads(text)


def save(path, value):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, indent=1)


class Evidence:
    def __init__(self, results):
        self.folder = os.path.join(results, "demo")
        with open(os.path.join(results, "demo.jsonl"),
                  encoding="utf-8") as log:
            self.log = [json.loads(line) for line in log]
        self.events = [entry for entry in self.log if "type" in entry]
        self.facts = self.load("facts.json")

    def path(self, name):
        return os.path.join(self.folder, name)

    def load(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)

    def of(self, node):
        return sorted((event for event in self.events
                       if event.get("node") == node),
                      key=lambda event: event["seq"])

    def wire(self, name):
        """(time, outgoing, source, destination, type, length, plain)."""
        with open(self.path("wire-" + name), encoding="ascii") as file:
            for line in file:
                word = line.split()
                # The last line may have been cut short.
                if line.startswith("#") or len(word) < 8:
                    continue
                yield (int(word[0]), word[1] == "out", word[2], word[3],
                       int(word[4]), int(word[6]), word[7] == "plain")


def steps(evidence):
    against = ["step %d was not finished: %s" % (
        step["number"], evidence.facts.get("stopped", "?"))
        for step in evidence.facts["steps"] if not step["done"]]
    done = sum(step["done"] for step in evidence.facts["steps"])
    # The birth of the session is none of the eight, but it must be there.
    if done != 9 and not against:
        against.append("only %d steps were begun" % done)
    return against, "%d steps" % (done - 1)


def session(evidence):
    ids = defaultdict(set)
    for event in evidence.events:
        # Before the handshake is done there is no id yet.
        if "session_id" in event and event["session_id"].strip("0"):
            ids[event["session_id"]].add(event["node"])
    against = [] if len(ids) == 1 else ["%d ids: %s" % (
        len(ids), " ".join(value[:8] for value in ids))]
    if any(nodes != {"client", "gateway"} for nodes in ids.values()):
        against.append("an id that only one end knows")
    return against, "one id, %d events of both ends" % len(evidence.events)


def tcp(evidence):
    try:
        report = evidence.load("tcp.json")
    except (OSError, ValueError):
        return ["the connection never ended"], ""
    against = list(report["errors"])
    if report["connections"] != 1:
        against.append("%d connections" % report["connections"])
    if not report["intact"]:
        against.append("what was read is not what was sent")
    return against, "one connection, %d kB intact" % (
        report["bytes"] / 1000)


def remote(event, which):
    return event.get("remote_" + which)


def binds(event):
    """Whether the event says that the session is bound to its path_to now."""
    return event["type"] == "SWITCH" or event.get("fsm_event") in (
        "HANDSHAKE_DONE", "TRANSPORT_ALIVE")


def history(evidence, node):
    """Follows the binding through the events of one end."""
    against, epoch, path = [], {}, {}
    for event in evidence.of(node):
        name = event.get("session_id")
        if not binds(event):
            continue
        # A tuple that speaks again is bound as it was, in the same epoch.
        if event["reason"] != "TRANSPORT_RESTORED" and name in epoch and \
           event["epoch"] != epoch[name] + 1:
            against.append("%s: epoch %d follows %d" % (
                node, event["epoch"], epoch[name]))
        if name in path and event.get("path_from") not in (None, path[name]):
            against.append("%s: bound to path %s and %s at once" % (
                node, path[name], event.get("path_from")))
        epoch[name], path[name] = event["epoch"], event["path_to"]
    return against


def moves_on_wire(evidence):
    """The tuples that the gateway sent DATA to, one after the other."""
    runs = []
    for when, outgoing, source, target, kind, *_ in evidence.wire("gw-gw0"):
        if outgoing and kind == DATA and source == GATEWAY and \
           (not runs or runs[-1][1] != target):
            runs.append((when, target))
    return runs


def binding(evidence):
    against = history(evidence, "client") + history(evidence, "gateway")
    runs = moves_on_wire(evidence)
    bound = [(event["boot_ns"], remote(event, "to"))
             for event in evidence.of("gateway") if binds(event)]
    # DATA goes to one tuple until an event says that the binding has moved:
    # each run on the wire begins after one of these events, in their order.
    moves = iter(bound)
    for when, target in runs:
        if not any(to == target and at <= when + CLOCK_NS for at, to in moves):
            against.append("at %.3f s DATA goes to %s without a move there" %
                           (when / 1e9, target))
            break
    if len(runs) < 2:
        against.append("the tap saw no move")
    return against, "%d bindings reported, %d on the wire" % (
        len(bound), len(runs))


def reason(evidence):
    against = ["events were lost: %s" % entry["gap"]
               for entry in evidence.log if "gap" in entry]
    count = 0
    for node in ("client", "gateway"):
        sequence, version, state = 0, {}, {}
        for event in evidence.of(node):
            if event["seq"] != sequence + 1:
                against.append("%s: number %d after %d" % (
                    node, event["seq"], sequence))
            sequence = event["seq"]
            if event["type"] != "STATE_CHANGE":
                continue
            count += 1
            name = event["peer"], event["session_id"]
            if event.get("reason", "NONE") == "NONE" or \
               not isinstance(event["reason"], str):
                against.append("%s: version %d has no reason" % (
                    node, event["version"]))
            before = state.get(name, "BIRTH")
            if event["state_before"] != before:
                against.append("%s: leaves %s, was in %s" % (
                    node, event["state_before"], before))
            if name in version and event["version"] != version[name] + 1:
                against.append("%s: version %d after %d" % (
                    node, event["version"], version[name]))
            version[name] = event["version"]
            state[name] = event["state_after"]
    if count < 10:
        against.append("only %d transitions" % count)
    return against, "%d transitions, no gap in versions" % count


def counted(before, after, name):
    return after["gateway"].get(name, 0) - before["gateway"].get(name, 0)


def attacker(evidence):
    facts = evidence.facts.get("attack", {})
    if "ended" not in facts:
        return ["the attack was not finished"], ""
    before, replayed, after = (evidence.load("counters-%s.json" % when)
                               for when in ("before", "replayed", "after"))
    against = []
    refused = counted(before, replayed, "rx_replay")
    if not facts["replayed"] or refused < facts["replayed"]:
        against.append("%d copies sent, %d refused as replays" % (
            facts["replayed"], refused))
    if not facts["requests"]:
        against.append("no request to reattach was captured")
    if not facts["relayed"] or not counted(replayed, after, "rx_replay"):
        against.append("nothing was relayed")
    if facts["epochs_before"] != facts["epochs_replayed"]:
        against.append("replays changed the binding epoch")
    for event in evidence.events:
        if event["type"] in ("SWITCH", "STATE_CHANGE") and \
           facts["began"] <= event["boot_ns"] <= facts["replay_ended"]:
            against.append("%s: %s %s" % (
                event["node"], event["type"], event["reason"]))
        # Relayed packets are genuine: they may make an end ask and answer, but
        # neither ever believes that the other is where the attacker is.
        if binds(event) and \
           (remote(event, "to") or "").startswith(ATTACKER + ":"):
            against.append("%s is bound to the attacker" % event["node"])
    got = sent = plain = data = 0
    for _, outgoing, source, target, kind, length, is_plain in \
            evidence.wire("attacker-at0"):
        plain += is_plain
        if outgoing and source.startswith(ATTACKER + ":"):
            sent += length
        elif target.startswith(ATTACKER + ":"):
            got += length
            data += kind == DATA
    if plain:
        against.append("read %d inner packets" % plain)
    if data:
        against.append("got %d data packets" % data)
    if got > AMPLIFICATION * sent:
        against.append("%d bytes sent made %d" % (sent, got))
    return against, "%d replays, %d relays, never bound to him" % (
        facts["replayed"], facts["relayed"])


def klog(evidence):
    check = subprocess.run(
        [os.path.join(HERE, "..", "lab", "klog-check.sh"),
         evidence.path("kernel.log")], capture_output=True, text=True,
        check=False)
    lines = sum(1 for _ in open(evidence.path("kernel.log"), "rb"))
    return ([] if check.returncode == 0 else
            [line for line in check.stdout.splitlines() if line][:3] or
            ["the log could not be read"]), "%d lines read" % lines


PROMISES = (
    ("steps", "every step was done", steps),
    ("session", "session id constant", session),
    ("tcp", "TCP connection survived", tcp),
    ("binding", "no two bindings", binding),
    ("reason", "every transition has one reason", reason),
    ("attacker", "attacker got nothing", attacker),
    ("klog", "kernel log clean", klog),
)


def judge(results, out, colours=False):
    evidence, failed = Evidence(results), 0
    green, red, plain = ("\033[32;1m", "\033[31;1m", "\033[0m") if colours \
        else ("", "", "")
    print("-" * 79, file=out)
    for _, promise, check in PROMISES:
        against, looked_at = check(evidence)
        failed += bool(against)
        print("%s  %-32s %s" % (
            red + "FAIL" + plain if against else green + "PASS" + plain,
            promise, "" if against else looked_at), file=out)
        for why in against[:4]:
            print("      %s" % why, file=out)
    out.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(judge(sys.argv[1], sys.stdout))
