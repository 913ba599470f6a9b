#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""events.py: what `jvpn-tool --json monitor` said, as tests look at it.

  events.py show FILE                       one line for each event, without what
                                            differs from run to run
  events.py compare [--no-paths] GOLDEN FILE...
                                            do all FILEs look like that?
  events.py check FILE...                   the invariants that a log can show

A FILE stands for two, FILE.client and FILE.gw: the ends of one session.
"""

import difflib
import json
import re
import sys


def read(name):
    """The events of the client, and those of the gateway."""
    ends = []
    for end in "client", "gw":
        with open(f"{name}.{end}", encoding="utf-8") as lines:
            ends.append([json.loads(line) for line in lines if line.strip()])
    return ends


def endpoint(text):
    """Ports that were picked by somebody are not worth comparing."""
    if not text:
        return ""
    return re.sub(r":(?!5180$)\d+$", ":*", text)


def side(event, end):
    path = event.get("path_" + end)
    remote = endpoint(event.get("remote_" + end))
    if path is None and not remote:
        return "none"
    return f"{'?' if path is None else path}({remote})"


def golden(event):
    if "gap" in event:
        return "GAP"
    words = [event["node"], event["type"]]
    if event["type"] == "STATE_CHANGE":
        words.append(f"{event['state_before']}->{event['state_after']}")
        words.append(event["fsm_event"])
    else:
        words.append(event.get("state_after", "-"))
    words.append(str(event["reason"]))
    if "session_id" in event:
        words.append(f"v{event['version']} e{event['epoch']}")
    if "path_from" in event or "path_to" in event or "remote_to" in event:
        words.append(f"{side(event, 'from')}=>{side(event, 'to')}")
    for field in "probes", "dropped":
        if event.get(field):
            words.append(f"{field}={event[field]}")
    if event.get("count", 1) > 1:
        words.append(f"count={event['count']}")
    return " ".join(words)


class Session:
    def __init__(self, event):
        self.state = event["state_before"]
        self.version = event["version"]
        self.epoch = event["epoch"]
        self.lineage = None
        self.gap = False        # an accepted move was missed, and that was said


def check_device(events):
    """Yields what is wrong."""
    sessions = {}
    seq = boot = None
    for event in events:
        if "gap" in event:
            yield f"gap: {event['gap']}"
            continue
        where = f"{event['node']} #{event['seq']} {event['type']}"
        if seq is not None and event["seq"] != seq + 1:
            yield f"{where}: follows #{seq}"
        if boot is not None and event["boot_ns"] < boot:
            yield f"{where}: goes back in time"
        seq, boot = event["seq"], event["boot_ns"]
        if "session_id" not in event:
            continue
        if event["reason"] in (None, "NONE", 0):
            yield f"{where}: no reason"
        if event["reason"] == "INVARIANT_VIOLATION":
            yield f"{where}: {event.get('fsm_event')} in {event['state_before']}"
        known = sessions.get(event["session_id"])
        if known is None:
            known = sessions[event["session_id"]] = Session(event)
            if event["type"] == "STATE_CHANGE":
                known.version -= 1
        if known.state == "TERMINATED":
            yield f"{where}: after the end"
        if event["type"] == "STATE_CHANGE":
            if event["state_before"] != known.state:
                yield f"{where}: from {event['state_before']}, was {known.state}"
            if event["state_before"] == event["state_after"]:
                yield f"{where}: no change"
            if event["version"] != known.version + 1:
                yield f"{where}: version {event['version']}, was {known.version}"
            known.version, known.state = event["version"], event["state_after"]
        elif event["version"] != known.version:
            yield f"{where}: version {event['version']}, was {known.version}"
        if event["type"] == "SWITCH":
            restored = event["reason"] == "TRANSPORT_RESTORED"
            if event["epoch"] != known.epoch + (not restored) and \
                    not (known.gap and event["epoch"] > known.epoch):
                yield f"{where}: epoch {event['epoch']}, was {known.epoch}"
            if "path_to" not in event:
                yield f"{where}: to no path"
            if not restored and not known.gap and \
                    event["lineage_before"] != known.lineage:
                yield f"{where}: lineage does not continue"
            known.epoch = event["epoch"]
            known.lineage = event["lineage"]
            known.gap = False
        elif event["reason"] == "LINEAGE_GAP":
            known.gap = True
        elif known.lineage is None:
            known.lineage = event.get("lineage")


def lineages(events):
    return {(event["session_id"], event["epoch"]): event["lineage"]
            for event in events if event.get("type") == "SWITCH"}


def check(name):
    logs = read(name)
    if not any(logs):
        yield "no events"
    for events in logs:
        yield from check_device(events)
    one, other = map(lineages, logs)
    for key in one.keys() & other.keys():
        if one[key] != other[key]:
            yield f"lineage of epoch {key[1]} differs between the ends"


def show(name):
    return [golden(event) for events in read(name) for event in events]


def compare(expected, seen, no_paths):
    if no_paths:
        expected, seen = ([line for line in lines if line.split()[1] != "PATH"]
                          for lines in (expected, seen))
    return list(difflib.unified_diff(expected, seen, "golden", "seen",
                                     lineterm="", n=1))


def main(words):
    no_paths = "--no-paths" in words
    command, *files = [word for word in words if word != "--no-paths"]
    if command == "show":
        print("\n".join(show(files[0])))
        return 0
    wrong = []
    if command == "compare":
        with open(files.pop(0), encoding="utf-8") as lines:
            expected = lines.read().splitlines()
    for name in files:
        found = list(check(name)) if command == "check" else \
            compare(expected, show(name), no_paths)
        if found:
            wrong += [name] + found
    if wrong:
        print("\n".join(wrong))
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
