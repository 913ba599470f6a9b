#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""planted.py RESULTS: the verdict notices what was broken on purpose.

Takes what a good run has recorded, spoils one thing in a copy, and looks
whether exactly the promise that it breaks is said to be broken. Prints TAP.
(DEMO_PLANT does the same live, a run for each.)
"""
import io
import json
import os
import shutil
import sys
import tempfile

import verdict


def edit_events(change):
    """Rewrites the log with what CHANGE makes of the list of its entries."""
    def spoil(results):
        path = os.path.join(results, "demo.jsonl")
        with open(path, encoding="utf-8") as log:
            entries = [json.loads(line) for line in log]
        with open(path, "w", encoding="utf-8") as log:
            for entry in change(entries):
                log.write(json.dumps(entry) + "\n")
    return spoil


def edit_json(name, change):
    def spoil(results):
        path = os.path.join(results, "demo", name)
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
        change(value)
        verdict.save(path, value)
    return spoil


def append(name, text):
    def spoil(results):
        with open(os.path.join(results, "demo", name), "a",
                  encoding="ascii") as file:
            file.write(text + "\n")
    return spoil


def nth(entries, kind, node="gateway", number=2):
    return [entry for entry in entries if entry.get("type") == kind and
            entry["node"] == node][number]


def other_id(entries):
    nth(entries, "KEYS", number=0)["session_id"] = "00" * 15 + "01"
    return entries


def bound_to_attacker(entries):
    nth(entries, "SWITCH", "client")["remote_to"] = "192.0.3.2:6666"
    return entries


def without_change(entries):
    entries.remove(nth(entries, "STATE_CHANGE"))
    return entries


def without_reason(entries):
    nth(entries, "STATE_CHANGE")["reason"] = "NONE"
    return entries


def jumped_version(entries):
    nth(entries, "STATE_CHANGE")["version"] += 1
    return entries


def jumped_epoch(entries):
    nth(entries, "SWITCH")["epoch"] += 1
    return entries


def other_path(entries):
    nth(entries, "SWITCH", number=0)["path_from"] = 5
    return entries


def with_gap(entries):
    return entries + [{"ifname": "jvpn0", "ifindex": 1,
                       "gap": {"from": 1, "to": 2, "lost": 2}}]


def second_connection(report):
    report["connections"] = 2


def not_intact(report):
    report["intact"] = False


def nothing_refused(counters):
    counters["gateway"]["rx_replay"] = 0


def moved_epoch(facts):
    facts["attack"]["epochs_replayed"]["gateway"] += 1


def no_request(facts):
    facts["attack"]["requests"] = 0


def unfinished(facts):
    facts["steps"].pop()


DATA = "99999999999999 %s 192.0.2.1:51900 %s 4 0 200 sealed"
PLAIN = "99999999999999 in 10.1.0.2:9 192.0.3.2:9 0 0 30 plain"
TO_ATTACKER = "99999999999999 in 192.0.2.1:51900 192.0.3.2:6666 5 0 999999 sealed"

SPOILED = (
    ("steps", "a step left out", edit_json("facts.json", unfinished)),
    ("session", "another id", edit_events(other_id)),
    ("tcp", "a second connection", edit_json("tcp.json", second_connection)),
    ("tcp", "other content", edit_json("tcp.json", not_intact)),
    ("binding", "data to another tuple",
     append("wire-gw-gw0", DATA % ("out", "10.1.0.2:9"))),
    ("binding", "an epoch skipped", edit_events(jumped_epoch)),
    ("binding", "left a path it was not on", edit_events(other_path)),
    ("reason", "a transition lost", edit_events(without_change)),
    ("reason", "a transition without a reason", edit_events(without_reason)),
    ("reason", "a version skipped", edit_events(jumped_version)),
    ("reason", "a gap in the log", edit_events(with_gap)),
    ("attacker", "an inner packet read", append("wire-attacker-at0", PLAIN)),
    ("attacker", "a data packet got",
     append("wire-attacker-at0", DATA % ("in", "192.0.3.2:6666"))),
    ("attacker", "more bytes back than three times those sent",
     append("wire-attacker-at0", TO_ATTACKER)),
    ("attacker", "replays that were not refused",
     edit_json("counters-replayed.json", nothing_refused)),
    ("attacker", "bound to the attacker", edit_events(bound_to_attacker)),
    ("attacker", "no request among the replays",
     edit_json("facts.json", no_request)),
    ("attacker", "an epoch that moved", edit_json("facts.json", moved_epoch)),
    ("klog", "a warning of the kernel",
     append("kernel.log", "[    1.000000] WARNING: CPU: 0 PID: 1 at x.c:1")),
)


def broken(results):
    """The promises that the verdict says are broken."""
    evidence = verdict.Evidence(results)
    names = [name for name, _, check in verdict.PROMISES
             if check(evidence)[0]]
    status = verdict.judge(results, io.StringIO())
    return names, status


def main():
    results, failed = sys.argv[1], 0
    if broken(results) != ([], 0):
        print("not ok 1 the run itself is good")
        return 1
    print("ok 1 the run itself is good")
    for number, (name, what, spoil) in enumerate(SPOILED, 2):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copyfile(os.path.join(results, "demo.jsonl"),
                            os.path.join(folder, "demo.jsonl"))
            shutil.copytree(os.path.join(results, "demo"),
                            os.path.join(folder, "demo"))
            spoil(folder)
            names, status = broken(folder)
        good = names == [name] and status == 1
        failed += not good
        print("%sok %d noticed: %s" % ("" if good else "not ", number, what))
        if not good:
            print("# broken: %s, expected: %s" % (names, name))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
