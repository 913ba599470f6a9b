#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""figures.py: from streams and events to figures of recovery.

  figures.py SCENARIO RTT-MS STREAMS EVENTS-PREFIX RESULT [--back]

STREAMS has one line of stream.py for each run N, EVENTS-PREFIX.N.client and
EVENTS-PREFIX.N.gw the events of both ends. The figures go to SCENARIO.json in
the folder RESULT; on standard output the shell reads NAME=VALUE.

detect_ms    from the fault to the first end that leaves ATTACHED
switch_ms    from the fault to the client's first accepted attach
attached_ms  from the fault until the client is ATTACHED for good
outage_ms    longest distance of two arrivals since the fault, in either
             direction, less the distance of two packets: how much later than it
             should the stream went on; with
             --back from the first packet sent after the mark `back`, or if
             there is EVENTS-PREFIX.N.back (when that really was, wall clock)
             from the first that EVENTS-PREFIX.N.sent then has (what tcpdump saw
             on the client's uplinks), to the first that arrives
inner_lost   packets of the stream that never came, for whatever reason
switches_per_min  most moves of the client in any 60 s, NAT rebindings aside
denials      moves that were wanted and not made
states       those of the client since the fault, and in how many runs

What never happened is NEVER, and null in the file.
"""

import collections
import json
import os
import sys

NEVER = 1e9
SUMMARIES = ("detect_ms", "switch_ms", "attached_ms", "outage_ms", "inner_lost",
             "inner_reordered", "switches_per_min", "denials")


def read_events(name):
    with open(name, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def at(event):
    return event.get("boot_ns", 0) / 1e9


def first(events, since, wanted):
    for event in events:
        if at(event) >= since and wanted(event):
            return at(event)
    return None


def since_ms(begin, end):
    return NEVER if end is None else (end - begin) * 1e3


def left_attached(event):
    return event["type"] == "STATE_CHANGE" and event["state_before"] == "ATTACHED"


def is_switch(event):
    return event["type"] == "SWITCH"


def changes(events, since):
    return [event for event in events
            if event["type"] == "STATE_CHANGE" and at(event) >= since]


def settled(events, since):
    """When the last change led to ATTACHED, if it did."""
    last = changes(events, since)[-1:]
    return at(last[0]) if last and last[0]["state_after"] == "ATTACHED" else None


def most_in_a_minute(times):
    return max((sum(begin <= time < begin + 60 for time in times)
                for begin in times), default=0)


def back_ms(flow, stream, since):
    if since is None:
        period = stream["period_ms"] / 1e3
        ticks = -(-(stream["marks"]["back"] - stream["start"]) // period)
        since = stream["start"] + ticks * period
    arrived = [arrival for arrival, _ in flow["arrivals"] if arrival >= since]
    return (arrived[0] - since) * 1e3 if arrived else NEVER


def wall_times(name, stream):
    """Of lines that begin with the wall clock, on the boot clock."""
    with open(name, encoding="utf-8") as lines:
        return [float(line.split()[0]) - stream["wall"] for line in lines
                if line[:1].isdigit() and line.endswith("\n")]


def first_sent(prefix, stream):
    """The first packet on the uplinks when the gateway was back."""
    try:
        back = wall_times(prefix + ".back", stream)[0]
    except FileNotFoundError:
        return None
    return min(sent for sent in wall_times(prefix + ".sent", stream) if sent >= back)


def measure_events(ends, fault):
    """What the events of both ends tell of a run."""
    client = [event for event in ends["client"] if at(event) >= fault]
    seen = [moment for events in ends.values()
            if (moment := first(events, fault, left_attached)) is not None]
    return {
        "detect_ms": since_ms(fault, min(seen, default=None)),
        "switch_ms": since_ms(fault, first(client, fault, is_switch)),
        "attached_ms": since_ms(fault, settled(client, fault)),
        "switches_per_min": most_in_a_minute([
            at(event) for event in client
            if is_switch(event) and event["reason"] != "NAT_REBIND"]),
        "denials": sum(event.get("count", 1) for event in client
                       if event["type"] == "SWITCH_DENIED"),
        "states": " ".join(event["state_after"] for event in changes(client, fault)),
    }


def measure(stream, ends, has_back, since=None):
    flows = {name: stream[name] for name in ("up", "down") if name in stream}
    fault = stream["marks"]["fault"]
    if has_back:
        outage = max(back_ms(flow, stream, since) for flow in flows.values())
    else:
        outage = max(flow["gap_ms"] for flow in flows.values()) - \
            stream["period_ms"]
    after_switch = 0
    for name, end in ("up", "client"), ("down", "gw"):
        switch = first(ends[end], fault, is_switch)
        if name in flows and switch is not None:
            after_switch += sum(lost > switch for lost in flows[name]["lost_at"])
    tcp = stream["tcp"]
    return {
        **measure_events(ends, fault),
        "outage_ms": outage,
        "inner_lost": sum(flow["lost"] for flow in flows.values()),
        "inner_reordered": sum(flow["reordered"] for flow in flows.values()),
        "duplicated": sum(flow["duplicated"] for flow in flows.values()),
        "lost_after_switch": after_switch,
        "tcp_broken": 0 if tcp is None or
                      (tcp["intact"] and not tcp["broken"]) else 1,
    }


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def known(value):
    return None if value >= NEVER else round(value, 3)


def summary(values):
    return {"p50": known(percentile(values, 0.5)),
            "p95": known(percentile(values, 0.95)),
            "max": known(max(values))}


def entry_of(scenario, rtt, runs):
    """What the file says: a summary of each figure, and the states passed."""
    entry = {"scenario": scenario, "rtt_ms": float(rtt), "runs": len(runs)}
    for key in SUMMARIES:
        entry[key] = summary([run[key] for run in runs])
    entry["states"] = dict(collections.Counter(
        run["states"] for run in runs).most_common())
    return entry


def store(folder, entry):
    """A file for each: machines run side by side. run.sh puts them together."""
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, entry["scenario"] + ".json")
    with open(name, "w", encoding="utf-8") as new:
        json.dump(entry, new, indent=1)
        new.write("\n")


def main(words):
    scenario, rtt, streams, prefix, result = words[:5]
    with open(streams, encoding="utf-8") as lines:
        streams = [json.loads(line) for line in lines]
    runs = []
    for number, stream in enumerate(streams, 1):
        ends = {end: read_events(f"{prefix}.{number}.{end}")
                for end in ("client", "gw")}
        runs.append(measure(stream, ends, "--back" in words,
                            first_sent(f"{prefix}.{number}", stream)))
    store(result, entry_of(scenario, rtt, runs))
    for key in runs[0]:
        if key == "states":
            continue
        values = [run[key] for run in runs]
        print(f"{key}={max(values):.3f}")
        print(f"{key}_spread={max(values) - min(values):.3f}")
    print(f"runs={len(runs)}")


if __name__ == "__main__":
    main(sys.argv[1:])
