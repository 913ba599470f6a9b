# SPDX-License-Identifier: GPL-2.0
"""What is recorded while the demonstration runs, and read back from it."""
import json
import os
import selectors
import struct

import clock

PAIR = struct.Struct("<QQ")
NS_PER_MS = 1_000_000
UDP_INTERVAL_NS = 10_000_000
# Packets sent this lately may still be under way.
IN_FLIGHT_NS = 200_000_000


class Monitors:
    """The events of both ends, in the order they come; all go to a file."""

    def __init__(self, path, processes):
        self.log = open(path, "w", encoding="utf-8")
        self.processes = processes
        self.events = []
        self.lose_next = False  # a fault planted on purpose
        self.rest = {node: b"" for node in processes}
        self.selector = selectors.DefaultSelector()
        for node, process in processes.items():
            os.set_blocking(process.stdout.fileno(), False)
            self.selector.register(process.stdout, selectors.EVENT_READ, node)

    def read(self, seconds):
        """New events, the oldest first; waits so long for the first."""
        new = []
        for key, _ in self.selector.select(seconds):
            data = key.fileobj.read()
            if not data:
                self.selector.unregister(key.fileobj)
                continue
            *lines, self.rest[key.data] = (
                self.rest[key.data] + data).split(b"\n")
            new += [json.loads(line) for line in lines]
        new.sort(key=lambda event: event.get("boot_ns", 0))
        for event in new:
            if self.lose_next and event.get("type") == "STATE_CHANGE":
                self.lose_next = False
                continue
            self.log.write(json.dumps(event) + "\n")
        self.log.flush()
        self.events += [event for event in new if "type" in event]
        return new

    def close(self):
        """Ends both, and keeps what they still had to say."""
        for process in self.processes.values():
            process.terminate()
        while self.selector.get_map():
            self.read(None)
        self.log.close()


class Pairs:
    """A file of pairs of numbers that grows while it is read."""

    def __init__(self, path):
        self.path = path
        self.read_so_far = 0
        self.pairs = []

    def update(self):
        try:
            with open(self.path, "rb") as file:
                file.seek(self.read_so_far)
                data = file.read()
        except FileNotFoundError:
            return self.pairs
        whole = len(data) - len(data) % PAIR.size
        self.read_so_far += whole
        self.pairs += PAIR.iter_unpack(data[:whole])
        return self.pairs


class Watcher(Pairs):
    """The bytes of the TCP connection that have arrived."""

    def bytes(self):
        pairs = self.update()
        return pairs[-1][0] if pairs else 0


class Stream:
    """100 packets a second from one end to the other, and what became of them."""

    def __init__(self, folder, source):
        self.source = source
        self.target = "gateway" if source == "client" else "client"
        self.sent = os.path.join(folder, "udp-%s.sent" % source)
        self.took = os.path.join(folder, "udp-%s.took" % source)
        self.sent_pairs, self.took_pairs = Pairs(self.sent), Pairs(self.took)

    def arrived_since(self, when):
        """How many packets that were sent after WHEN have arrived."""
        sent = dict(self.sent_pairs.update()[-1000:])
        return sum(1 for number, _ in self.took_pairs.update()[-1000:]
                   if sent.get(number, 0) > when)

    def measure(self, began, awake=None):
        """What the traffic noticed since BEGAN, or since AWAKE: the longest
        silence at the receiver beyond the usual interval, and what was lost.
        """
        end = clock.now() - IN_FLIGHT_NS
        took = self.took_pairs.update()
        arrived = {number for number, _ in took}
        missing = [when for number, when in self.sent_pairs.update()
                   if began - IN_FLIGHT_NS <= when < end and
                   number not in arrived]
        result = {"lost": len(missing), "to": self.target,
                  "sent": sum(1 for _, when in self.sent_pairs.pairs
                              if began - IN_FLIGHT_NS <= when < end)}
        times = [when for _, when in took if when >= began - IN_FLIGHT_NS]
        if awake:
            result["lost_asleep"] = sum(1 for when in missing if when < awake)
            result["lost"] -= result["lost_asleep"]
            first = next((when for when in times if when > awake), None)
            result["ms"] = first and (first - awake) / NS_PER_MS
        elif len(times) > 1:
            gap = max(b - a for a, b in zip(times, times[1:]))
            result["ms"] = max(0, gap - UDP_INTERVAL_NS) / NS_PER_MS
        else:
            result["ms"] = None
        return result
