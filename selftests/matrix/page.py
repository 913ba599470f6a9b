#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""page.py: docs/scenarios.md from docs/scenarios.json, which is what a full run
of the matrix left in build/results/recovery.json.

  page.py          print the page
  page.py write    write it
  page.py take     take the figures of build/results/recovery.json over, and write it"""

import json
import os
import sys

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
PAGE = os.path.join(TOP, "docs", "scenarios.md")
DATA = os.path.join(TOP, "docs", "scenarios.json")

HEAD = """# What happens when

Measured, not promised: sessions between a client with two uplinks and a gateway (the topology of `selftests/lib.sh`, 20 ms
round trip), while something goes wrong. This page is made from `docs/scenarios.json`, which is what

    make scenarios

leaves in `build/results/recovery.json`; a test compares the two. The machine is User-Mode Linux 6.12 in virtual time: a delay of
10 ms is 10.0 ms, however slow the kernel's checkers (KASAN, lockdep) make the code. `make check` runs a part of it.

## The matrix
Policy is `balanced` where nothing else is said. Through the tunnel go a UDP flow each way, 100 packets per second (50 where a
scenario lasts longer than a few seconds, 20 in the one of ten minutes), and a TCP connection. Each run has a session of its
own, the fault comes at another phase of its heartbeats, and netem loses other packets (by a seed: repeated, the run loses
the same).

Figures are *median / 95th percentile / worst* over the runs, in ms since the fault (the first one, where there are several):
- **detect**: the first of both ends leaves ATTACHED. **switch**: the client's first accepted attach. **ATTACHED**: the client is
  ATTACHED again, for good. – means that it did not happen, and where it stands last, that it did not happen in every run.
- **outage**: longest distance of two packets in either direction, less the distance they were sent at; after a pause on purpose
  (suspend, idle), how much later the first one came. **lost**: packets of both flows.
- **moves**: most attaches to another path in any 60 s (a NAT rebinding is none). **denied**: moves that were wanted and not made.
- **states**: those the client passed after ATTACHED, in so many of the runs.
"""

HOLDS = """
## What must hold
Each run of the matrix is judged; so are the logs of both ends, by `jvpn-tool audit verify`. One that fails fails `make check`.
"""

HOURS = """
## False deaths
A path that lives must not be given up. {minutes:.0f} minutes of virtual time each, two paths that are both like that; given up is a
path, in use or not, that either end declared dead (NO_DELIVERY). `make check` runs a minute of it, and many hours of the probe
machine alone, also on machines that stand still for a while (see `health.md`).

| | traffic | packets lost | paths given up | moves |
| --- | --- | --- | --- | --- |
"""

RIVALS = """
## Beside WireGuard and MPTCP
The same machine, links, faults and traffic (100 packets per second each way): through jvpn (`balanced`, two paths), through
WireGuard (keepalive 1 s) with two default routes, and as chunks over MPTCP with the second uplink as backup. Outage in ms,
*median / 95th percentile / worst*; – is "not within {watched:g} s".

| fault | jvpn | WireGuard | MPTCP |
| --- | --- | --- | --- |
"""

RIVALS_NOTES = """
- WireGuard sends by whatever route the kernel has. Where a route goes, by itself or with its link or address, it is elsewhere
  with the next packet, about as soon as jvpn or sooner: jvpn first asks the other end to accept the new path, which is a round
  trip. Where the route stays and leads nowhere, WireGuard stays with it.
- It takes packets from any address at once, so that a NAT that changes its mind costs only what is under way, while the client
  sends. jvpn asks the new address for a proof first (a relay could otherwise divert the session). There WireGuard is ahead.
- Over MPTCP nothing is lost, only late; what goes through the tunnels is UDP. Its arrivals are known to 10 ms only.
"""


def number(value):
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def three(figure):
    if figure is None or figure["p50"] is figure["p95"] is figure["max"] is None:
        return "–"
    shown = [number(figure[key]) for key in ("p50", "p95", "max")]
    return shown[0] if len(set(shown)) == 1 else " / ".join(shown)


def sequence(names):
    """A B A B is shown as: A → B, 2 times."""
    for length in range(1, len(names) + 1):
        times = len(names) // length
        if names == names[:length] * times:
            return " → ".join(names[:length]) + (f", {times} times" if times > 1 else "")
    return "stays"


def states(entry):
    parts = []
    for names, runs in entry["states"].items():
        shown = sequence(names.split())
        parts.append(shown if runs == entry["runs"] else f"{shown} ({runs})")
    return "; ".join(parts[:3]) + (f"; {len(parts) - 3} other ways" if len(parts) > 3 else "")


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def matrix(entries):
    out = row("scenario", "runs", "states", "detect", "switch", "ATTACHED", "outage",
              "lost", "moves", "denied")
    out += row(*["---"] * 10)
    for entry in entries:
        out += row(entry["title"], entry["runs"], states(entry),
                   *(three(entry[key]) for key in (
                       "detect_ms", "switch_ms", "attached_ms", "outage_ms", "inner_lost",
                       "switches_per_min", "denials")))
    return out


def page(data):
    rows = [entry for entry in data if "holds" in entry and "hour" not in entry]
    hours = [entry for entry in data if "hour" in entry]
    against = [entry for entry in data if "outages_ms" in entry]
    out = HEAD + "\n" + matrix(rows) + HOLDS
    for entry in rows:
        out += f"- **{entry['title']}**: {'; '.join(entry['holds'])}\n"
    out += HOURS.format(minutes=min(entry["hour"]["seconds"] for entry in hours) / 60)
    for entry in hours:
        hour = entry["hour"]
        out += row(entry["title"], hour["traffic"], f"{entry['inner_lost']['max']:.0f}",
                   hour["given_up"], hour["moves"])
    out += RIVALS.format(watched=against[0]["watched_ms"] / 1e3)
    for entry in against:
        out += row(entry["title"], *(three(entry["outages_ms"][name])
                                     for name in ("jvpn", "WireGuard", "MPTCP")))
    return out + RIVALS_NOTES


def write(data):
    with open(PAGE, "w", encoding="utf-8") as out:
        out.write(page(data))


def load(name):
    with open(name, encoding="utf-8") as data:
        return json.load(data)


def order(entries):
    """As the scenarios stand in the sources."""
    from rivals import FAULTS
    from scenarios import HOURS as hours, SCENARIOS
    names = [one.name for one in SCENARIOS + hours] + ["against-" + f.name for f in FAULTS]
    known = {entry["scenario"]: entry for entry in entries}
    return [known[name] for name in names if name in known]


def main(words):
    if words == ["take"]:
        build = os.environ.get("JVPN_BUILD", os.path.join(TOP, "build"))
        data = order(load(os.path.join(build, "results", "recovery.json")))
        with open(DATA, "w", encoding="utf-8") as out:
            json.dump(data, out, indent=1, ensure_ascii=False)
            out.write("\n")
    if words in (["take"], ["write"]):
        write(load(DATA))
    else:
        print(page(load(DATA)), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
