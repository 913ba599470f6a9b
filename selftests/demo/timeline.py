# SPDX-License-Identifier: GPL-2.0
"""The timeline that a person reads: at most 80 columns, also without colours."""
import clock

COLOURS = {"BIRTH": 34, "ATTACHED": 32, "VOLATILE": 33, "DEGRADED": 35,
           "RECOVERING": 33, "TERMINATED": 31}
BOLD, FAINT, RED, GREEN, CYAN = 1, 2, 31, 32, 36
WIDTH = 79


def number(value):
    """Milliseconds or packets, short."""
    if value is None:
        return "-"
    return "%.0f" % value if value == int(value) or value >= 1000 \
        else "%.1f" % value


class Timeline:
    def __init__(self, colours):
        self.colours = colours
        self.start = clock.now()

    def paint(self, text, *codes):
        if not self.colours or not codes:
            return text
        return "\033[%sm%s\033[0m" % (";".join(map(str, codes)), text)

    def row(self, when, end, state, path, reason, ms="", lost="", codes=(),
            end_codes=()):
        line = "%9s %s %s %-4s %-26s %7s %5s" % (
            when, self.paint("%-7s" % end, *end_codes),
            self.paint("%-13s" % state, *codes), path, reason, ms, lost)
        print(line.rstrip(), flush=True)

    def legend(self):
        print(self.paint(
            "One kernel plays client, gateway, two routers and an attacker, in network\n"
            "namespaces. Each line is an event that an end reported, at the kernel's own\n"
            "time (virtual in the debug machine). ms: without a binding, by the end's own\n"
            "account; lost: packets it had to give up. The lines `inside` say what 100\n"
            "packets/s in the tunnel noticed: the longest silence at the receiver beyond\n"
            "the usual 10 ms, and how many never came. A TCP transfer runs beside them.\n"
            "Everything is kept: build/results/demo.jsonl and build/results/demo/.\n",
            FAINT))
        self.row("time s", "end", "state", "path", "reason", "ms", "lost",
                 (BOLD,), (BOLD,))

    def heading(self, step, title):
        text = "-- %d  %s " % (step, title) if step else "-- %s " % title
        print(self.paint(text.ljust(WIDTH, "-"), BOLD), flush=True)

    def mark(self, text):
        print("%9.3f %s" % ((clock.now() - self.start) / 1e9,
                            self.paint(text, FAINT)), flush=True)

    def trouble(self, text):
        print(self.paint("!! " + text, RED, BOLD), flush=True)

    @staticmethod
    def paths(event):
        source, target = event.get("path_from"), event.get("path_to")
        if source is None or target is None or source == target:
            return str(target if target is not None else
                       source if source is not None else "")
        return "%d>%d" % (source, target)

    def event(self, event):
        if "gap" in event:
            self.trouble("%d events of %s are lost" % (
                event["gap"].get("lost", 0), event.get("ifname")))
            return
        kind, codes = event["type"], ()
        if kind == "STATE_CHANGE":
            state = "> " + event["state_after"]
            codes = (COLOURS.get(event["state_after"], 0), BOLD)
        elif kind == "SECURITY":
            state, codes = "! report", (RED,)
        elif kind == "PATH":
            state = "path up" if "path_to" in event else "path down"
        else:
            state = {"SWITCH": "bound", "SWITCH_DENIED": "not moved",
                     "REATTACH_REFUSED": "refused", "KEYS": "keys",
                     "POLICY": "policy"}.get(kind, kind.lower())
        outage = event.get("outage_us", 0) / 1000
        dropped = event.get("dropped", 0)
        node = event.get("node", "?")
        self.row("%.3f" % ((event["boot_ns"] - self.start) / 1e9), node,
                 state, self.paths(event), event.get("reason", "-"),
                 number(outage) if outage else "", dropped or "", codes,
                 (CYAN,) if node == "gateway" else ())

    def summary(self, record):
        for source, seen in sorted(record["measured"].items()):
            if not record["number"] or record["number"] == 8:
                continue
            text = "to the " + seen["to"]
            if "lost_asleep" in seen:
                text += ", once awake"
            self.row("", "inside", "", "", text, number(seen["ms"]),
                     str(seen["lost"]), (BOLD,), (BOLD,))
        for note in record.get("notes", ()):
            print("%9s %s" % ("", self.paint(note, FAINT)))
