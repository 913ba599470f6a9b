#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""cases.py TOOL: good logs are accepted, and each damaged one is refused.

The logs in good/ are those of both ends of real sessions, as the tests collect
them. A case damages one of them in one way and names the check, the end and the
line that the tool must give: exactly this finding and no other. Line numbers
are those of the good file; a case that takes lines away or adds some says where
the finding then is.
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

GOOD = pathlib.Path(__file__).parent / "good"
OTHER_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
SECOND = 10 ** 9
CASES = []


class Log:
    """The lines of one end, from 1 on."""

    def __init__(self, name):
        with open(name, encoding="utf-8") as lines:
            self.lines = [None] + [json.loads(line) for line in lines]

    def __getitem__(self, number):
        return self.lines[number]

    def after(self, number):
        """All lines from this one on that are events."""
        return [line for line in self.lines[number:] if "seq" in line]

    def shift(self, number, field, by):
        for line in self.after(number):
            if field in line:
                line[field] += by

    def drop(self, number, renumber=True):
        gone = self.lines.pop(number)
        if renumber and "seq" in gone:
            self.shift(number, "seq", -1)

    def cut(self, number):
        del self.lines[number:]

    def insert(self, number, like, **fields):
        """A line that becomes this number, as another one is."""
        line = copy.deepcopy(self.lines[like])
        if "seq" in line:
            self.shift(number, "seq", 1)
            before = [old for old in self.lines[1:number] if "seq" in old][-1]
            line.update(seq=before["seq"] + 1, boot_ns=before["boot_ns"])
        line.update(fields)
        self.lines.insert(number, line)

    def write(self, name):
        with open(name, "w", encoding="utf-8") as out:
            for line in self.lines[1:]:
                out.write(json.dumps(line, separators=(",", ":")) + "\n")


def case(pair, check, end, line, ends=("client", "gw")):
    def add(function):
        CASES.append((function.__name__.replace("_", "-"), pair, check, end,
                      line, ends, function))
        return function
    return add


def flip(line, field):
    """Another value of the same form."""
    line[field] = ("f" if line[field][0] != "f" else "0") + line[field][1:]


# 1: one binding

@case("life", "binding", "client", 9)
def attach_to_no_path(c, g):
    del c[9]["path_to"]


@case("life", "binding", "client", 9)
def attach_leaves_a_path_not_bound(c, g):
    c[9]["path_from"] = 1


@case("life", "binding", "client", 16)
def the_path_that_died_was_not_bound(c, g):
    c[16]["path_from"] = 1


@case("life", "binding", "client", 14)
def attached_without_an_attach(c, g):
    c.shift(13, "version", 2)
    c.insert(13, 12, type="STATE_CHANGE", fsm_event="VOLATILITY",
             state_after="VOLATILE", version=5, reason="HEARTBEAT_TIMEOUT")
    c.insert(14, 12, type="STATE_CHANGE", fsm_event="REATTACH_OK",
             state_before="VOLATILE", version=6, reason="TRANSPORT_SWITCH_OK")


@case("loss", "binding", "client", 9)
def alive_without_a_binding(c, g):
    c[9].update(fsm_event="WINDOW_EXCEEDED_ALIVE", state_after="VOLATILE")
    c[10].update(fsm_event="OPERATOR_TERMINATE", state_before="VOLATILE",
                 reason="OPERATOR_TERMINATED")


@case("life", "binding", "client", 13)
def the_kernel_reports_a_binding_that_does_not_fit(c, g):
    c.insert(13, 12, type="SECURITY", fsm_event="TRANSPORT_DEAD",
             reason="INVARIANT_VIOLATION")


# 2: the session id

@case("life", "identity", "client", 12)
def another_peer(c, g):
    c[12]["peer"] = OTHER_KEY


@case("life", "identity", "client", 12)
def another_role(c, g):
    c[12]["role"] = "responder"


@case("life", "identity", "gw", 2)
def never_born(c, g):
    g.drop(2)


@case("life", "identity", "client", 11)
def the_id_changes(c, g):
    for line in c.after(11):
        flip(line, "session_id")


# 3: what ends a session

@case("life", "survival", "client", 16)
def a_dead_transport_ends_it(c, g):
    c[16].update(fsm_event="OPERATOR_TERMINATE", state_after="TERMINATED")
    c.cut(17)


@case("life", "survival", "client", 23)
def ended_for_want_of_a_binding_that_was_there(c, g):
    c[23].update(fsm_event="TRANSPORT_LOSS_TTL",
                 reason="TTL_TRANSPORT_LOSS_EXPIRED")


@case("life", "survival", "client", 18)
def a_recovery_bound_ends_it_against_the_policy(c, g):
    c[18].update(fsm_event="WINDOW_EXCEEDED_TERMINATE",
                 state_after="TERMINATED")
    c.cut(19)


@case("loss", "survival", "client", 10)
def ended_before_any_ttl(c, g):
    c[10]["outage_us"] = 500000


# 4: the table

@case("life", "table", "client", 18)
def an_event_that_leads_nowhere(c, g):
    c[18]["fsm_event"] = "VOLATILE_PERSISTED"


@case("life", "table", "client", 19)
def stable_without_a_binding(c, g):
    c[19]["fsm_event"] = "STABILITY_RESTORED"


@case("life", "table", "client", 13)
def leaves_a_state_it_was_not_in(c, g):
    c[13]["state_before"] = "VOLATILE"


@case("life", "table", "client", 12)
def a_change_without_a_report(c, g):
    c[12].update(state_before="VOLATILE", state_after="VOLATILE")


@case("life", "table", "client", 12)
def a_change_by_what_is_no_transition(c, g):
    c[12]["state_after"] = "VOLATILE"


@case("life", "table", "client", 13)
def a_transition_without_event(c, g):
    del c[13]["fsm_event"]


@case("life", "table", "client", 13)
def the_kernel_reports_an_illegal_event(c, g):
    c.insert(13, 12, type="SECURITY", fsm_event="HANDSHAKE_DONE",
             reason="INVARIANT_VIOLATION")


# 5: versions and epochs

@case("life", "counting", "client", 13)
def a_version_is_skipped(c, g):
    c.shift(13, "version", 1)


@case("life", "counting", "client", 13)
def a_version_comes_twice(c, g):
    c.shift(13, "version", -1)


@case("life", "counting", "client", 12)
def a_version_that_is_not_yet(c, g):
    c[12]["version"] = 9


@case("life", "counting", "client", 14, ends=["client"])
def an_epoch_is_skipped(c, g):
    c.shift(14, "epoch", 1)


@case("life", "counting", "client", 14, ends=["client"])
def an_epoch_comes_twice(c, g):
    c.shift(14, "epoch", -1)


@case("life", "counting", "client", 12)
def an_epoch_that_is_not_yet(c, g):
    c[12]["epoch"] = 5


@case("life", "counting", "gw", 5)
def announced_and_something_else_follows(c, g):
    g.insert(5, 3, type="PATH", version=3, state_before="RECOVERING",
             state_after="RECOVERING", fsm_event="VOLATILITY")


@case("refused-epoch", "counting", "client", 8)
def a_missed_attach_that_is_not_said(c, g):
    c.drop(8)
    c[8]["lineage_before"] = c[1]["lineage"]


# 6 to 9: bounds

@case("life", "recovery", "client", 18)
def recovering_for_too_long(c, g):
    c.shift(18, "boot_ns", 60 * SECOND)


@case("life", "recovery", "client", 18)
def recovering_to_the_end_of_the_log(c, g):
    c.cut(18)
    c.insert(18, 2, boot_ns=c[17]["boot_ns"] + 60 * SECOND)


@case("life", "switches", "client", 14)
def more_moves_than_the_policy_allows(c, g):
    c[3]["policy"]["max_switches_per_min"] = 1
    c[1]["policy"]["max_switches_per_min"] = 1


@case("life", "loss", "client", 19)
def without_a_binding_for_too_long(c, g):
    c.shift(19, "boot_ns", 1000 * SECOND)


@case("life", "lifetime", "client", 11)
def older_than_the_policy_allows(c, g):
    c.shift(11, "boot_ns", 30000 * SECOND)


# 10: refusals

@case("refused-epoch", "refusals", "gw", 5)
def a_refusal_counts_a_version(c, g):
    g[5]["version"] += 1


@case("refused-epoch", "refusals", "gw", 5)
def a_refusal_changes_the_state(c, g):
    g[5]["state_after"] = "VOLATILE"


@case("refused-epoch", "refusals", "gw", 5)
def a_refusal_comes_in_a_state_that_was_not(c, g):
    g[5].update(state_before="VOLATILE", state_after="VOLATILE")


@case("refused-epoch", "refusals", "gw", 5)
def a_refusal_counts_an_epoch(c, g):
    g[5]["epoch"] += 1


@case("refused-epoch", "refusals", "gw", 5)
def a_refusal_changes_the_lineage(c, g):
    flip(g[5], "lineage")


# 11: the end

@case("life", "absorbing", "gw", 17)
def something_after_the_end(c, g):
    g.insert(17, 16, type="KEYS", state_before="TERMINATED",
             reason="KEY_ROTATED")


@case("life", "absorbing", "gw", 17)
def back_from_the_end(c, g):
    g.insert(17, 15, state_before="TERMINATED", version=13)


@case("life", "absorbing", "gw", 17)
def a_refusal_of_after_the_end(c, g):
    g.insert(17, 16, type="REATTACH_REFUSED", state_before="TERMINATED",
             reason="STALE_EPOCH")


# 12: what a move was decided by

def chosen(line, **numbers):
    """Numbers of both paths, of a move that was right: the path was a loss step better."""
    line.update(srtt_us=20000, loss_permille=60, jitter_us=300, priority=0,
                srtt_to_us=30000, loss_to_permille=59, priority_to=0, retry_ms=0)
    line.update(numbers)


@case("life", None, "client", 0)
def chosen_for_less_loss(c, g):
    chosen(c[8])
    chosen(c[13], priority=1)


@case("life", None, "client", 0)
def chosen_for_a_shorter_round_trip(c, g):
    chosen(c[8], loss_to_permille=79, srtt_to_us=18181)


@case("life", None, "client", 0)
def chosen_for_a_better_class(c, g):
    chosen(c[8], loss_to_permille=199, priority=1)


@case("life", None, "client", 0)
def chosen_by_a_policy_that_is_not_known(c, g):
    chosen(c[8], loss_to_permille=79, srtt_to_us=20000)
    c.drop(3)
    c.drop(1)


@case("life", "outcome", "client", 8)
def chosen_though_it_loses_more(c, g):
    chosen(c[8], loss_to_permille=80, srtt_to_us=10000)


@case("life", "outcome", "client", 8)
def chosen_though_it_is_hardly_faster(c, g):
    chosen(c[8], loss_to_permille=60, srtt_to_us=18182)


@case("life", "outcome", "client", 8)
def chosen_though_its_class_is_worse_and_it_slower(c, g):
    chosen(c[8], loss_to_permille=60, priority_to=1)


@case("life", "outcome", "client", 8)
def chosen_though_it_violates_a_threshold(c, g):
    chosen(c[8], loss_permille=500, loss_to_permille=200, priority=1)


@case("choices", "outcome", "client", 8)
def chosen_the_other_way_round(c, g):
    c[8].update(loss_permille=c[8]["loss_to_permille"],
                loss_to_permille=c[8]["loss_permille"])


@case("life", "outcome", "client", 13)
def preferred_though_its_class_is_no_better(c, g):
    chosen(c[13])


# Numbers, clock, reasons

@case("life", "sequence", "client", 12)
def a_line_is_lost(c, g):
    c.drop(12, renumber=False)


@case("life", "sequence", "client", 13)
def a_line_comes_twice(c, g):
    c.lines.insert(13, copy.deepcopy(c[12]))


@case("life", "sequence", "client", 13)
def a_gap_that_does_not_fit(c, g):
    c.insert(13, 1, gap={"from": 2, "to": 10, "lost": 9})
    del c[13]["policy"]


@case("life", "sequence", "client", 13)
def a_gap_that_is_too_short(c, g):
    seq = c[11]["seq"]
    c.drop(12, renumber=False)
    c.drop(12, renumber=False)
    c.insert(12, 1, gap={"from": seq + 1, "to": seq + 1, "lost": 1})
    del c[12]["policy"]


@case("life", "clock", "client", 12)
def the_clock_goes_back(c, g):
    c[12]["boot_ns"] = c[11]["boot_ns"] - 1


@case("life", "reasons", "client", 13)
def a_transition_without_reason(c, g):
    c[13]["reason"] = "NONE"


@case("life", "reasons", "client", 14)
def an_attach_without_reason(c, g):
    del c[14]["reason"]


@case("life", "reasons", "client", 13)
def one_report_for_two_transitions(c, g):
    c[13]["count"] = 2


# The lineage, and the other end

@case("life", "lineage", "client", 14)
def the_chain_is_broken(c, g):
    flip(c[14], "lineage_before")


@case("life", "lineage", "client", 12)
def the_lineage_changes_without_an_attach(c, g):
    flip(c[12], "lineage")


@case("life", "lineage", "client", 9)
def an_attach_without_lineage(c, g):
    del c[9]["lineage_before"]


@case("life", "lineage", "client", 20, ends=["client"])
def an_attach_that_leaves_the_lineage(c, g):
    for line in c.after(20):
        line["lineage"] = c[20]["lineage_before"]


@case("life", "lineage", "gw", 5)
def another_lineage_than_announced(c, g):
    flip(g[4], "lineage")


@case("life", "lineage", "client", 13)
def the_kernel_reports_another_lineage(c, g):
    c.insert(13, 12, type="SECURITY", reason="SEC_OWNERSHIP_ANOMALY")


@case("life", "ends", "gw", 2)
def both_ends_have_one_role(c, g):
    for line in c.after(4):
        line["role"] = "responder"


@case("life", "ends", "gw", 8)
def the_ends_differ_in_lineage(c, g):
    value = g[8]["lineage"]
    for line in g.after(7):
        for field in "lineage", "lineage_before":
            if line.get(field) == value:
                flip(line, field)


@case("life", "ends", "gw", 8)
def the_ends_differ_in_path(c, g):
    g[8]["path_to"] = g[10]["path_from"] = 3


@case("life", "ends", "gw", 8)
def the_ends_differ_in_reason(c, g):
    g[8]["reason"] = "OPERATOR_REQUEST"


@case("life", "ends", "client", 23)
def the_other_end_never_accepted(c, g):
    c.insert(23, 20, version=10, state_before="ATTACHED",
             state_after="ATTACHED", epoch=4, lineage="0" * 32,
             lineage_before=c[22]["lineage"], reason="OPERATOR_REQUEST")
    c[24].update(epoch=4, lineage="0" * 32)


# Logs that begin in the middle, and go on behind a gap

@case("life", None, "gw", 0, ends=("gw",))
def a_log_begins_with_an_announced_attach(c, g):
    first = next(n for n, line in enumerate(g.lines)
                 if n and line.get("fsm_event") == "PEER_REATTACH")
    del g.lines[1:first]


@case("life", None, "client", 0)
def an_attach_is_in_a_gap_that_is_said(c, g):
    gap = {"from": c[8]["seq"], "to": c[9]["seq"], "lost": 2}
    c.drop(8, renumber=False)
    c.drop(8, renumber=False)
    c.insert(8, 1, gap=gap)
    del c[8]["policy"]


# Logs of one session or peer: see monitor --session

def only(log, spread=10):
    """As if other sessions had had the numbers between."""
    log.lines.insert(1, {"ifname": log[1]["ifname"], "ifindex": log[1]["ifindex"],
                         "only": {"session_id": "0" * 32}})
    for line in log.after(2):
        line["seq"] *= spread


@case("life", None, "client", 0)
def numbers_of_others_are_skipped(c, g):
    only(c)
    only(g)


@case("life", "sequence", "client", 12)
def numbers_go_back_in_a_log_of_one_session(c, g):
    only(c)
    c[12]["seq"] = c[10]["seq"] + 1


@case("life", "counting", "client", 8)
def a_transition_is_missing_in_a_log_of_one_session(c, g):
    only(c)
    c.drop(8, renumber=False)


def findings(tool, files):
    run = subprocess.run([tool, "audit", "verify", "--json", *files],
                         capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1) or run.stderr:
        return run.returncode, [run.stderr.strip()]
    found = [(check["check"], finding["file"], finding["line"])
             for check in json.loads(run.stdout)["checks"]
             for finding in check["findings"]]
    return run.returncode, found


def main(tool):
    number, bad = 0, 0

    def result(good, name, *notes):
        nonlocal number, bad
        number += 1
        bad += not good
        print("ok" if good else "not ok", number, "-", name)
        for text in () if good else notes:
            print("#", text)

    for pair in sorted({name.stem for name in GOOD.iterdir()}):
        files = [GOOD / f"{pair}.client", GOOD / f"{pair}.gw"]
        seen = findings(tool, files)
        result(seen == (0, []), f"{pair} is accepted", seen)
    with tempfile.TemporaryDirectory() as tmp:
        for name, pair, check, end, line, ends, damage in CASES:
            logs = {end: Log(GOOD / f"{pair}.{end}") for end in ("client", "gw")}
            damage(logs["client"], logs["gw"])
            files = {end: f"{tmp}/{name}.{end}" for end in ends}
            for one in ends:
                logs[one].write(files[one])
            seen = findings(tool, list(files.values()))
            wanted = (1, [(check, files[end], line)]) if check else (0, [])
            what = f"{check}, {end} line {line}" if check else "accepted"
            result(seen == wanted, f"{name}: {what}", f"seen   {seen}",
                   f"wanted {wanted}")
    result(len(CASES) >= 30, f"there are {len(CASES)} cases")
    print(f"1..{number}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
