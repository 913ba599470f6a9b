#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""docs/scenarios.md is what docs/scenarios.json makes, and that is a full run of
the scenarios that there are: each of them, often enough, judged by what must
hold now."""

import os
import sys

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(TOP, "selftests", "matrix"))

# pylint: disable=wrong-import-position
import page  # noqa: E402
from matrix import full_runs, holds_of  # noqa: E402
from rivals import FAULTS, FULL_RUNS  # noqa: E402
from scenarios import HOURS, SCENARIOS  # noqa: E402

LEAST_HOUR_S = 3600


def entries():
    return {entry["scenario"]: entry for entry in page.load(page.DATA)}


def scenarios_that_lack(known):
    for scenario in SCENARIOS + HOURS:
        entry = known.get(scenario.name)
        if not entry:
            yield f"{scenario.name} was not run"
            continue
        if entry["runs"] < full_runs(scenario):
            yield f"{scenario.name}: {entry['runs']} of {full_runs(scenario)} runs"
        limit = entry["max_switches_per_min"]
        if entry["holds"] != [what for what, _ in holds_of(scenario, limit)]:
            yield f"{scenario.name}: other things must hold now"
        if scenario.hour and entry["hour"]["seconds"] < LEAST_HOUR_S:
            yield f"{scenario.name}: {entry['hour']['seconds']} s are no hour"
    for fault in FAULTS:
        entry = known.get("against-" + fault.name)
        if not entry or entry["runs"] < FULL_RUNS:
            yield f"{fault.name}: jvpn was not compared, or not often enough"


def check(what, complaints):
    for complaint in complaints:
        print(f"# {complaint}")
    print(f"{'not ok' if complaints else 'ok'} - {what}")
    return not complaints


def main():
    print("TAP version 13\n1..2")
    with open(page.PAGE, encoding="utf-8") as text:
        same = text.read() == page.page(page.load(page.DATA))
    good = check("docs/scenarios.md is made from docs/scenarios.json",
                 [] if same else ["run selftests/matrix/page.py write"])
    good &= check("docs/scenarios.json is a full run of the scenarios",
                  list(scenarios_that_lack(entries())))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
