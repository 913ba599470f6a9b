#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""events.py: what `jvpn-tool --json monitor` said, as tests look at it.

  events.py show FILE                       one line for each event, without what
                                            differs from run to run
  events.py compare [--no-paths] GOLDEN FILE...
                                            do all FILEs look like that?

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
            found = [json.loads(line) for line in lines if line.strip()]
        ends.append([event for event in found if "policy" not in event])
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
    with open(files.pop(0), encoding="utf-8") as lines:
        expected = lines.read().splitlines()
    for name in files:
        found = compare(expected, show(name), no_paths)
        if found:
            wrong += [name] + found
    if wrong:
        print("\n".join(wrong))
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
