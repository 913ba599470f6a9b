# SPDX-License-Identifier: GPL-2.0
"""The scenarios: what goes wrong and when, and what must hold then.

Times are ms of virtual time since the fault. A hold is (what, of which figure
or run, condition); it is judged for every run, or for the summary of all."""

import os
from dataclasses import dataclass, field

from world import GW4, GW4_OTHER, GW6, IN, OUT

RTT = 20
OWD = RTT / 2
BOTH = ((0, GW4, 0), (1, GW4, 0))
FIRST = ((0, GW4, 0),)
NATTED = ((1, GW4, 0),)
ALL = (0, 1)


@dataclass
class Scenario:
    """See run.py and matrix.py for what the fields do."""

    name: str
    title: str
    steps: object			# function of a Run: [(ms, name, action)]
    holds: list
    paths: tuple = BOTH
    policy: dict = field(default_factory=dict)
    warm: int = 1500			# ms of traffic before the fault
    time: int = 1000			# ms after it
    period: int = 10			# ms between packets of a flow
    flows: str = "both"
    tcp: bool = True
    size: int = 100
    silent: tuple = None		# ms after the fault in which nothing is sent
    back: bool = False			# the outage is that after the mark "back"
    same_session: bool = True
    end: tuple = ("ATTACHED", "ATTACHED")
    prepare: object = None
    heal: object = None			# after each run, beside World.calm()
    rtt: int = RTT
    hour: str = ""			# traffic of an hour without a false death
    check: int = 0			# runs in `make check`


# --- What must hold ---------------------------------------------------------

def every(what, condition):
    """Of each run: its figures."""
    return (what, lambda summary, runs: [run.number for run in runs
                                         if not condition(run.figures, run)])


def at_most(key, limit, of="max"):
    unit = " ms" if key.endswith("_ms") else ""
    name = key.removesuffix("_ms").replace("_", " ")

    def broken(summary, _runs):
        value = summary[key][of]
        return [] if value is not None and value <= limit else [f"{of} is {value}"]

    return (f"{name} {of if of != 'max' else ''} ≤ {limit:g}{unit}".replace("  ", " "),
            broken)


def passes(*states):
    """The client's states, exactly one of these sequences."""
    return every("states " + " or ".join(state.replace(" ", " → ") or "unchanged"
                                         for state in states),
                 lambda figures, _run: figures["states"] in states)


def within_train(extra=0):
    """Detection: (n + 1) PTO + one-way delay + 10 ms, by the event's own numbers."""
    def condition(_figures, run):
        death = run.death()
        if not death or not death["probes"]:
            return False
        pto = death["srtt_us"] / 1e3 + max(4 * death["rttvar_us"] / 1e3, 10)
        bound = (death["probes"] + 1) * pto + run.scenario.rtt / 2 + 10 + extra
        return run.figures["detect_ms"] <= bound

    more = f" + {extra} ms" if extra else ""
    return every("detected within (n + 1) PTO + one-way delay + 10 ms" + more, condition)


def shortest_train(probes):
    """A path under 1 % loss: n is the policy's, and the event says by which loss."""
    def condition(_figures, run):
        death = run.death()
        return death and death["probes"] == probes and death["train_loss_ppm"] <= 10000

    return every(f"n = {probes}, chosen by a loss of at most 1 %, in the event", condition)


# The initiator moves: it counts when that found out.
ONE_RTT_MORE = every("ATTACHED one round trip after the client's detection",
                     lambda figures, run: figures["attached_ms"] <=
                     run.client_detect_ms() + RTT + 2)
STAYS = passes("")
NOT_LOST = every("no packet lost", lambda figures, _run: figures["inner_lost"] == 0)
NO_DEATH = every("no path is given up", lambda _figures, run: not run.given_up())
NO_SWITCH = every("no move", lambda figures, _run: figures["switches_per_min"] == 0)
MOVED = "RECOVERING ATTACHED"
DEGRADED = "RECOVERING DEGRADED RECOVERING ATTACHED"


def back_within(length):
    """Lost paths are asked at least each second."""
    return at_most("attached_ms", length + 1000 + 4 * RTT)


# --- Faults -----------------------------------------------------------------

def fault(action):
    return lambda run: [(0, "fault", lambda: action(run))]


def between(length, begin, end):
    """A fault that is over after @length ms."""
    return lambda run: [(0, "fault", lambda: begin(run)), (length, "back", lambda: end(run))]


def cut(*uplinks, ways=(OUT, IN)):
    return lambda run: run.world.dead(*uplinks, ways=ways)


def mend(*uplinks):
    return lambda run: run.world.alive(*uplinks)


def quality(*uplinks, **parameters):
    def action(run):
        for uplink in uplinks:
            run.world.quality_is(uplink, **parameters)
    return action


def flapping(half, rounds):
    """The active uplink is dead for @half ms, alive for as long, and so on."""
    def steps(run):
        todo = []
        for number in range(rounds):
            todo.append((2 * half * number, "fault", lambda: run.world.dead(0)))
            todo.append((2 * half * number + half, "back", lambda: run.world.alive(0)))
        return todo
    return steps


def alternating(half, rounds):
    """Always one of both uplinks is dead, @half ms each."""
    def turn(run, number):
        run.world.alive((number + 1) % 2)
        run.world.dead(number % 2)

    def steps(run):
        todo = [(half * number, "fault", lambda number=number: turn(run, number))
                for number in range(rounds)]
        return todo + [(half * rounds, "back", lambda: run.world.alive(*ALL))]
    return steps


def every_so_often(interval, times, action):
    return lambda run: [(interval * number, "fault", lambda: action(run))
                        for number in range(times)]


def blackout(length):
    return between(length, cut(*ALL), mend(*ALL))


def loss_spike(percent):
    return between(3000, quality(0, loss=percent / 100), quality(0, loss=0))


def bursts(run):
    """Of 5 to 80 ms, on both paths, each half to two and a half seconds."""
    todo, at = [(0, "fault", lambda: None)], 0
    while at < run.scenario.time - 3000:
        at += run.random.randrange(500, 2500)
        length = run.random.uniform(5, 80)
        todo.append((at, "burst", lambda: run.world.dead(*ALL)))
        todo.append((at + length, "over", lambda: run.world.alive(*ALL)))
        at += length
    return todo


def mobile(run):
    """For ten minutes: bursts of 80 to 400 ms each 5 to 15 s, NAT change each minute."""
    todo, at = [], 0
    while True:
        at += run.random.randrange(5000, 15000)
        burst = run.random.randrange(80, 400)
        if at + burst > 595000:
            break
        todo.append((at, "burst", lambda: run.world.dead(1)))
        todo.append((at + burst, "over", lambda: run.world.quality_is(1, loss=0.05)))
    return todo + every_so_often(60000, 10, lambda _run: run.world.nat_rebind())(run)


def mobile_path(run):
    run.world.quality_is(1, delay_ms=60, jitter_ms=20, loss=0.05)


def both_ends_move(run):
    run.world.link_down(0)
    run.world.gw.address("gw0", GW4 + "/24", add=False)


def both_ends_return(run):
    run.world.gw.address("gw0", GW4 + "/24")
    run.world.gw.address("gw0", GW4_OTHER + "/24", add=False)
    run.world.gw.route("4", "192.0.2.254", "gw0")
    run.world.link_up(0)


def other_address(run):
    run.world.gw.address("gw0", GW4_OTHER + "/24")


def remove_v4(run):
    run.world.client.address("up0", "10.1.0.2/24", add=False)


def restore_v4(run):
    run.world.client.address("up0", "10.1.0.2/24")
    run.world.default_routes(0)


def small_mtu(run):
    run.world.routers[1].link("wan", mtu=1300)
    run.world.net.link("to_r1", mtu=1300)


def big_mtu(run):
    run.world.routers[1].link("wan", mtu=1500)
    run.world.net.link("to_r1", mtu=1500)


def death(name, title, bound, probes, extra=0, **more):
    """A silent blackhole on the active path, a warm one beside it."""
    return Scenario(name, title, fault(cut(0)), [
        passes(MOVED), within_train(extra), shortest_train(probes), ONE_RTT_MORE,
        at_most("outage_ms", bound, "p95"), at_most("switches_per_min", 1)], **more)


FAST = {"preset": "fast-failover"}
# Both bounds short, and lost paths looked for every second, as `balanced` does every 5 s.
WINDOWS = {"recovery_window": 3000, "transport_loss_ttl": 8000, "standby_interval": 1000}

SCENARIOS = [
    death("death-backup", "transport dies, backup warm", 200, 3, check=4),
    death("death-backup-fast", "the same, `fast-failover`", 140, 2, policy=FAST, check=2),
    death("death-backup-up", "the same, traffic only outwards", 700, 3, 500,
          flows="up", tcp=False, time=2000, check=2),
    death("death-backup-down", "the same, traffic only inwards", 700, 3, 500,
          flows="down", tcp=False, time=2000),
    death("death-backup-fast-up", "`fast-failover`, traffic only outwards", 240, 2, 100,
          policy=FAST, flows="up", tcp=False, time=1500),
    Scenario("death-alone", "transport dies, no backup, back after 3 s",
             between(3000, cut(0), mend(0)),
             [passes(MOVED), within_train(), shortest_train(3),
              back_within(3000)],
             paths=FIRST, time=6000, period=20, check=1),
    Scenario("standby-dies", "the path that is not in use dies", fault(cut(1)),
             [STAYS, NO_SWITCH, NOT_LOST, at_most("outage_ms", 10)], time=2000, check=1),
    Scenario("loss-5", "5 % loss for 3 s", loss_spike(5),
             [STAYS, NO_SWITCH], time=4000, check=1),
    Scenario("loss-20", "20 % loss for 3 s", loss_spike(20),
             [NO_DEATH, at_most("switches_per_min", 1)], time=8000, period=20),
    Scenario("loss-40", "40 % loss for 3 s", loss_spike(40),
             [passes("VOLATILE RECOVERING ATTACHED", MOVED),
              at_most("switches_per_min", 1), at_most("outage_ms", 500)],
             time=5000, period=20, check=1),
    Scenario("loss-all", "30 % loss on all paths for 12 s",
             between(12000, quality(*ALL, loss=0.3), quality(*ALL, loss=0)),
             [every("VOLATILE or DEGRADED meanwhile",
                    lambda figures, _run: {"VOLATILE", "DEGRADED"} &
                    set(figures["states"].split())),
              at_most("outage_ms", 1000)], time=20000, period=20),
    Scenario("jitter", "40 ms of jitter, `jitter_volatile` is 5",
             fault(quality(0, delay_ms=25, jitter_ms=20)),
             [passes("VOLATILE RECOVERING ATTACHED"), NO_DEATH, NOT_LOST],
             policy={"jitter_volatile": 5}, time=8000, period=20),
    Scenario("latency", "latency grows by 80 ms, `latency_volatile` is 60",
             fault(quality(0, delay_ms=50)),
             [passes("VOLATILE RECOVERING ATTACHED"), NO_DEATH, NOT_LOST],
             policy={"latency_volatile": 60}, time=8000, period=20, check=1),
    Scenario("flap-200ms", "flapping every 200 ms, for 5 s", flapping(200, 13),
             [at_most("outage_ms", 700)], time=9000, period=20, check=1),
    Scenario("flap-1s", "flapping every second, for 20 s", flapping(1000, 10),
             [at_most("outage_ms", 700)], time=24000, period=20),
    Scenario("flap-5s", "flapping every 5 s, for 20 s", flapping(5000, 2),
             [at_most("outage_ms", 700)], time=22000, period=20),
    Scenario("flap-both", "one of both uplinks is always dead, 3 s each, for 15 s",
             alternating(3000, 5), [at_most("outage_ms", 3500)],
             time=20000, period=20),
    Scenario("window-shorter", "blackout of 1.5 s, shorter than `recovery_window`",
             blackout(1500), [passes(MOVED), back_within(1500)],
             policy=WINDOWS, time=5000, period=20, check=1),
    Scenario("window-longer", "blackout of 5 s, longer than it",
             blackout(5000), [passes(DEGRADED), back_within(5000)],
             policy=WINDOWS, time=9000, period=20),
    Scenario("ttl-shorter", "blackout of 6.5 s, shorter than `transport_loss_ttl`",
             blackout(6500), [passes(DEGRADED), back_within(6500)],
             policy=WINDOWS, time=10000, period=20, check=1),
    Scenario("ttl-longer", "blackout of 11 s, longer than it: a new session",
             blackout(11000), [
                 every("the session ended by its TTL, and by nothing else",
                       lambda _figures, run: run.ended() == ["TTL_TRANSPORT_LOSS_EXPIRED"])],
             policy=WINDOWS, time=20000, period=20, same_session=False),
    Scenario("nat-5s", "NAT rebinding every 5 s",
             every_so_often(5000, 3, lambda run: run.world.nat_rebind()),
             [NO_DEATH, at_most("outage_ms", 3 * RTT + 20), NO_SWITCH],
             paths=NATTED, time=16000, check=1),
    Scenario("suspend", "the client sleeps for 10 minutes",
             between(600000, lambda run: run.tunnel.freeze(True),
                     lambda run: run.tunnel.freeze(False)),
             [at_most("outage_ms", 4 * RTT + 50)],
             silent=(-200, 600000), time=603000, back=True, check=1),
    Scenario("both-move", "both ends lose their addresses at once",
             fault(both_ends_move), [passes(MOVED), at_most("outage_ms", 2 * RTT + 20)],
             paths=((0, GW4, 0), (1, GW4_OTHER, 0)), prepare=other_address,
             heal=both_ends_return, check=1),
    Scenario("cgn-30s", "idle for 2 minutes behind mappings that last 30 s",
             lambda run: [(0, "fault", lambda: None), (120000, "back", lambda: None)],
             [STAYS, NOT_LOST, at_most("outage_ms", RTT)],
             paths=NATTED, silent=(0, 120000), time=121000, back=True,
             prepare=lambda run: run.world.mappings_last(30),
             heal=lambda run: run.world.mappings_last(120), check=1),
    Scenario("mtu", "the backup has an MTU of 1300, packets of 1392 bytes",
             fault(cut(0)), [passes(MOVED), at_most("outage_ms", 200, "p95")],
             prepare=small_mtu, heal=big_mtu, size=1392, time=1500, check=1),
    # What still comes in tells of the loss: that asks for a longer train (VOLATILE).
    Scenario("one-way-out", "only the way out dies", fault(cut(0, ways=(OUT,))),
             [passes(MOVED, "VOLATILE " + MOVED), at_most("outage_ms", 500 + 7 * 40 + 2 * RTT)],
             time=2500, check=1),
    Scenario("one-way-in", "only the way in dies", fault(cut(0, ways=(IN,))),
             [passes(MOVED), at_most("outage_ms", 500 + 7 * 40 + 2 * RTT)], time=2500),
    Scenario("family", "the IPv4 address goes, the other path is IPv6",
             fault(remove_v4), [passes(MOVED), at_most("outage_ms", 2 * RTT + 20)],
             paths=((0, GW4, 0), (1, GW6, 0)), heal=restore_v4, check=1),
    Scenario("family-dead", "IPv4 dies silently, the other path is IPv6",
             fault(cut(0)), [passes(MOVED), within_train(), at_most("outage_ms", 200, "p95")],
             paths=((0, GW4, 0), (1, GW6, 0))),
    Scenario("mobile", "10 minutes: 5 % loss, 120 ms, 40 ms jitter, bursts, NAT changes",
             mobile, [at_most("outage_ms", 2000), at_most("switches_per_min", 1)],
             paths=NATTED, policy={"preset": "mobile"}, prepare=mobile_path,
             time=600000, period=50, rtt=120),
]


def hour(name, title, steps, traffic, period=20, **more):
    return Scenario(name, title, steps, [NO_DEATH], time=HOUR_MS, period=period, tcp=False,
                    hour=f"{traffic}, {1000 // period} packets per second", end=None, **more)


LOSSY = fault(quality(*ALL, loss=0.1))
# So long an hour is; `make check` has a minute of it.
HOUR_MS = 1000 * int(os.environ.get("JVPN_HOUR", "60"))

HOURS = [
    hour("hour-loss", "10 % random loss each way", LOSSY, "both ways", 40, check=1),
    hour("hour-loss-up", "10 % random loss each way", LOSSY, "outwards", flows="up"),
    hour("hour-bursts", "bursts of up to 80 ms", bursts, "both ways", check=1),
]
