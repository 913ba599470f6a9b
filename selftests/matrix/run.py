# SPDX-License-Identifier: GPL-2.0
"""One run of a scenario: a session, paced traffic through it, the fault's steps
at instants of virtual time, and what came of it."""

import time

import helpers  # noqa: F401
import stream
from stream import DOWN_LATER, Echo, Flow, now, sleep_until

MS = 10**6
# Arrivals are stamped by the kernel: they may be fetched later.
DRAIN_MS, ECHO_MS, LATE_MS = 100, 50, 300
RETRANSMIT_MS = 20000


class Traffic:
    """What goes through the tunnel: two UDP flows and a TCP connection."""

    def __init__(self, client, gw, flows="both", size=100, tcp=True):
        self.flows = {}
        if flows in ("both", "up"):
            self.flows["up"] = Flow(client, gw, stream.PORT)
        if flows in ("both", "down"):
            self.flows["down"] = Flow(gw, client, stream.PORT + 1)
        self.echo = Echo(client, gw) if tcp else None
        self.size = size

    def drain(self):
        for flow in self.flows.values():
            flow.drain()

    def close(self):
        for one in list(self.flows.values()) + [self.echo] * bool(self.echo):
            one.close()

    def retransmit(self):
        """What TCP has lost at last comes again, if the connection lives."""
        for _ in range(RETRANSMIT_MS // ECHO_MS):
            if self.echo.broken or len(self.echo.back) >= len(self.echo.expected):
                break
            time.sleep(ECHO_MS / 1000)
            self.echo.step(False)

    def plan(self, period_ms, end_ms, silent):
        """(instant in ms, what to do, arguments), of everything that is sent."""
        skip_from, skip_to = silent or (end_ms, end_ms)
        sends = [(DOWN_LATER / MS if name == "down" else 0, flow.send)
                 for name, flow in self.flows.items()]
        todo = []
        for tick in range(int(end_ms / period_ms)):
            offset = tick * period_ms
            if not skip_from <= offset < skip_to:
                todo += [(offset + later, send, (self.size,)) for later, send in sends]
        offset = 0
        while offset < end_ms + LATE_MS:
            if not skip_from <= offset < skip_to:
                todo.append((offset + 1, self.drain, ()))
                if self.echo:
                    todo.append((offset + 2, self.echo.step, (offset < end_ms,)))
            offset += ECHO_MS if self.echo else DRAIN_MS
        return todo

    def run(self, steps, period_ms, end_ms, silent=None):
        """@steps are (ms, name, what to do). Returns what stream.py reports."""
        start = (now() // (10 * MS) + 2) * 10 * MS
        passed = {}

        def step(name, action):
            passed.setdefault(name, now())
            action()

        todo = self.plan(period_ms, end_ms, silent)
        todo += [(at, step, (name, action)) for at, name, action in steps]
        for at, action, arguments in sorted(todo, key=lambda one: one[0]):
            sleep_until(start + int(at * MS))
            action(*arguments)
        self.drain()
        if self.echo:
            self.retransmit()
        since = passed["fault"] - 3 * period_ms * MS
        return {
            "start": start / 1e9,
            "period_ms": period_ms,
            "marks": {name: at / 1e9 for name, at in passed.items()},
            "tcp": self.echo.report() if self.echo else None,
            **{name: flow.report(since) for name, flow in self.flows.items()},
        }
