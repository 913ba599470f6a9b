#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""figures.py: from streams and events to figures of recovery.

  figures.py SCENARIO RTT-MS STREAMS EVENTS-PREFIX RESULT [--back]

STREAMS has one line of stream.py for each run N, EVENTS-PREFIX.N.client and
EVENTS-PREFIX.N.gw the events of both ends. The figures go to SCENARIO.json in
the folder RESULT; on standard output the shell reads NAME=VALUE.

detect_ms    from the fault to the first end that leaves ATTACHED
outage_ms    longest distance of two arrivals since the fault, in either
             direction, less the distance of two packets: how much later than it
             should the stream went on; with
             --back from the first packet sent after the mark `back`, or if
             there is EVENTS-PREFIX.N.back (when that really was, wall clock)
             from the first that EVENTS-PREFIX.N.sent then has (what tcpdump saw
             on the client's uplinks), to the first that arrives
inner_lost   packets of the stream that never came, for whatever reason
"""

import json
import os
import sys


def read_events(name):
    with open(name, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def first(events, since, wanted):
    for event in events:
        if event.get("boot_ns", 0) / 1e9 >= since and wanted(event):
            return event["boot_ns"] / 1e9
    return None


def left_attached(event):
    return event["type"] == "STATE_CHANGE" and \
        event["state_after"] in ("RECOVERING", "TERMINATED")


def back_ms(flow, stream, since):
    if since is None:
        period = stream["period_ms"] / 1e3
        ticks = -(-(stream["marks"]["back"] - stream["start"]) // period)
        since = stream["start"] + ticks * period
    arrived = [at for at, _ in flow["arrivals"] if at >= since]
    return (arrived[0] - since) * 1e3 if arrived else 1e9


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
    return min(at for at in wall_times(prefix + ".sent", stream) if at >= back)


def measure(stream, ends, has_back, since):
    flows = {name: stream[name] for name in ("up", "down") if name in stream}
    fault = stream["marks"]["fault"]
    seen = [at for events in ends.values()
            if (at := first(events, fault, left_attached)) is not None]
    if has_back:
        outage = max(back_ms(flow, stream, since) for flow in flows.values())
    else:
        outage = max(flow["gap_ms"] for flow in flows.values()) - \
            stream["period_ms"]
    after_switch = 0
    for name, end in ("up", "client"), ("down", "gw"):
        switch = first(ends[end], fault, lambda e: e["type"] == "SWITCH")
        if name in flows and switch is not None:
            after_switch += sum(at > switch for at in flows[name]["lost_at"])
    tcp = stream["tcp"]
    return {
        "detect_ms": (min(seen) - fault) * 1e3 if seen else 1e9,
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


def summary(values):
    return {"p50": round(percentile(values, 0.5), 3),
            "p95": round(percentile(values, 0.95), 3),
            "max": round(max(values), 3)}


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
    columns = {key: [run[key] for run in runs] for key in runs[0]}
    entry = {"scenario": scenario, "rtt_ms": float(rtt), "runs": len(runs)}
    for key in "detect_ms", "outage_ms", "inner_lost", "inner_reordered":
        entry[key] = summary(columns[key])
    store(result, entry)
    for key, values in columns.items():
        print(f"{key}={max(values):.3f}")
        print(f"{key}_spread={max(values) - min(values):.3f}")
    print(f"runs={len(runs)}")


if __name__ == "__main__":
    main(sys.argv[1:])
