#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""matrix.py: the scenarios of scenarios.py, and jvpn beside its rivals, in
virtual time, in one process.

  matrix.py [--full] [--runs N] [--only NAME,...] [--part K/N] FOLDER RESULTS

Logs go to FOLDER, figures as a file for each scenario to RESULTS. Prints TAP. A
scenario has a device at each end, and a session for each of its runs; in each
the fault comes at another phase and other packets are lost, the same ones
whenever it is repeated."""

import argparse
import os
import random
import sys
import time
import zlib

import helpers  # noqa: F401
import figures
import rivals
from run import Traffic, now
from scenarios import HOURS, SCENARIOS, every
from tunnel import INNER, Tunnel
from world import World

# How often in a full run, by seconds of traffic after the fault.
FULL_RUNS = ((10, 20), (60, 5), (1000, 3))
PHASES_MS = 500			# heartbeat_interval of the default policy
TAIL_MS = 1000			# silence at the end that means: it never came back


class Run:
    """What a scenario's steps and holds see of a run."""

    def __init__(self, scenario, world, tunnel, number, runs):
        self.scenario, self.world, self.tunnel = scenario, world, tunnel
        self.number = number
        self.random = random.Random(f"{scenario.name} {number}")
        self.phase = PHASES_MS * number / runs + self.random.uniform(0, scenario.period)
        self.seed = (zlib.crc32(scenario.name.encode()) & 0xffff) << 16 | number << 2
        self.figures = self.stream = self.events = self.names = None
        self.began = 0

    def end(self, name):
        return self.events[name]

    def death(self):
        """The first active path that was given up, at either end."""
        found = [event for events in self.events.values() for event in events
                 if event.get("fsm_event") == "TRANSPORT_DEAD" and
                 event["reason"] == "NO_DELIVERY"]
        return min(found, key=figures.at, default=None)

    def given_up(self):
        """Paths, in use or not, that an end declared dead."""
        return [event for events in self.events.values() for event in events
                if event["reason"] == "NO_DELIVERY" and event["type"] in
                ("STATE_CHANGE", "PATH")]

    def client_detect_ms(self):
        fault = self.stream["marks"]["fault"]
        left = figures.first(self.events["client"], fault, figures.left_attached)
        return figures.since_ms(fault, left)

    def ended(self):
        """Why sessions of the client ended."""
        return [event["reason"] for event in self.events["client"]
                if event.get("state_after") == "TERMINATED" and
                event["type"] == "STATE_CHANGE"]

    def told(self):
        """What the client did, for those who wonder why: the last 20 events of it."""
        return [(round(figures.since_ms(self.stream["marks"]["fault"], figures.at(event))),
                 event["type"], event["reason"], event["state_after"],
                 event.get("path_from"), event.get("path_to"))
                for event in self.events["client"]
                if event["type"] in ("SWITCH", "SWITCH_DENIED") or
                event.get("state_after") != event.get("state_before")][-20:]

    def sessions(self):
        return {event["session_id"] for event in self.events["client"]
                if "session_id" in event}

    def living_moves(self):
        return figures.most_in_a_minute([
            figures.at(event) for event in self.events["client"]
            if event["type"] == "SWITCH" and not event.get("outage_us") and
            event["reason"] not in ("NAT_REBIND", "PEER_REQUEST")])

    def steps(self):
        return [(self.scenario.warm + self.phase + at, name, action)
                for at, name, action in self.scenario.steps(self)]

    def silent(self):
        if not self.scenario.silent:
            return None
        first = self.scenario.warm + self.phase
        return [first + at for at in self.scenario.silent]

    def go(self):
        scenario = self.scenario
        self.world.calm(self.seed)
        if scenario.prepare:
            scenario.prepare(self)
        self.began = now() / 1e9
        self.tunnel.connect()
        traffic = Traffic((self.world.client.fd, INNER["client"][0]),
                          (self.world.gw.fd, INNER["gw"][0]),
                          scenario.flows, scenario.size, scenario.tcp)
        try:
            self.stream = traffic.run(self.steps(), scenario.period, scenario.warm +
                                      self.phase + scenario.time, self.silent())
        finally:
            traffic.close()
        self.names = tuple(self.tunnel.names())
        followed = self.tunnel.follow()
        self.events = {name: [event for event in events if figures.at(event) >= self.began]
                       for name, events in followed.items()}
        self.figures = figures.measure(self.stream, self.events, scenario.back)
        if self.tail_ms() > TAIL_MS:
            self.figures["outage_ms"] = figures.NEVER
        self.figures["living_moves"] = self.living_moves()

    def tail_ms(self):
        """How long nothing came at the end."""
        last = self.stream["start"] + (self.scenario.warm + self.phase +
                                       self.scenario.time) / 1e3
        return max((last - (flow["arrivals"][-1][0] if flow["arrivals"] else 0)) * 1e3
                   for name, flow in self.stream.items() if name in ("up", "down"))

    def tidy(self):
        self.world.calm(self.seed)
        if self.scenario.heal:
            self.scenario.heal(self)
        self.tunnel.terminate()


class Tap:
    """Test lines; says whether one failed."""

    def __init__(self):
        self.failed = False

    def line(self, what, broken):
        for one in broken[:5]:
            print(f"# {one}")
        self.failed |= bool(broken)
        print(f"{'not ok' if broken else 'ok'} - {what}", flush=True)


def holds_of(scenario, limit):
    """Those of all scenarios, and its own."""
    common = [
        every("nothing came twice", lambda f, _run: not f["duplicated"]),
        every(f"≤ {limit} moves between living paths in 60 s",
              lambda f, _run: f["living_moves"] <= limit),
    ]
    if scenario.end:
        common.append(every(
            "ends " + " and ".join(dict.fromkeys(scenario.end)) + ", and delivers",
            lambda f, run: run.names == scenario.end and f["outage_ms"] < figures.NEVER))
    if scenario.tcp:
        common.insert(0, every("TCP survives", lambda f, _run: not f["tcp_broken"]))
    if scenario.same_session:
        common.append(every("the session is the same",
                            lambda _f, run: len(run.sessions()) == 1))
    return common + scenario.holds


def judge(tap, scenario, entry, runs, limit):
    entry["holds"] = []
    for what, broken in holds_of(scenario, limit):
        found = broken(entry, runs)
        details = [f"run {one}: {runs[one].names} {runs[one].figures} {runs[one].told()}"
                   if isinstance(one, int) else one for one in found]
        tap.line(f"{scenario.name}: {what}", details)
        entry["holds"].append(what)


def perform(tap, world, scenario, count, folder, results):
    """All runs of a scenario, on devices of its own."""
    folder = os.path.join(folder, scenario.name)
    os.makedirs(folder, exist_ok=True)
    began = time.time()
    tunnel = Tunnel(world, folder, scenario.paths, **scenario.policy)
    limit = tunnel.max_switches()
    runs = []
    for number in range(count):
        run = Run(scenario, world, tunnel, number, count)
        run.go()
        run.tidy()
        runs.append(run)
        print(f"# {scenario.name} {number}", flush=True)
    tunnel.close()
    entry = figures.entry_of(scenario.name, scenario.rtt, [run.figures for run in runs])
    entry["title"] = scenario.title
    entry["max_switches_per_min"] = limit
    if scenario.hour:
        entry["hour"] = {
            "traffic": scenario.hour, "seconds": scenario.time / 1000,
            "given_up": sum(len(run.given_up()) for run in runs),
            "moves": sum(event["type"] == "SWITCH" for run in runs
                         for event in run.events["client"])}
    judge(tap, scenario, entry, runs, limit)
    complaint = tunnel.audit()
    tap.line(f"{scenario.name}: events keep the invariants",
             complaint.splitlines() if complaint else [])
    figures.store(results, entry)
    print(f"# {scenario.name}: {count} runs, {entry['detect_ms']} {entry['outage_ms']} "
          f"lost {entry['inner_lost']['p50']}, {entry['states']}; "
          f"{time.time() - began:.1f} s of virtual time", flush=True)


def full_runs(scenario):
    """Often enough for a percentile where that is cheap; an hour is long enough."""
    if scenario.hour:
        return 1
    silent_from, silent_to = scenario.silent or (0, 0)
    busy = (scenario.time - silent_to + silent_from) / 1000
    return next(runs for seconds, runs in FULL_RUNS if busy <= seconds)


def chosen(args):
    """(runs, by which function, scenario or fault) of all that are to be done."""
    todo = [(full_runs(scenario) if args.full else scenario.check, perform, scenario)
            for scenario in SCENARIOS + HOURS]
    todo += [(rivals.FULL_RUNS if args.full else fault.check, rivals.perform, fault)
             for fault in rivals.FAULTS]
    names = args.only.split(",") if args.only else []
    return [(args.runs or count, how, what) for count, how, what in todo
            if (args.runs or count) and (not names or what.name in names)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--part", default="1/1", help="every Nth, from the Kth on")
    parser.add_argument("folder")
    parser.add_argument("results")
    args = parser.parse_args()
    part, parts = map(int, args.part.split("/"))
    tap = Tap()
    world = World()
    for count, perform, what in chosen(args)[part - 1::parts]:
        perform(tap, world, what, count, args.folder, args.results)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
