# SPDX-License-Identifier: GPL-2.0
"""The boot clock, which events carry, and arrival times in it."""
import socket
import struct
import time

SO_TIMESTAMPNS = 35  # not among Python's constants


def now():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


# The kernel stamps packets with the wall clock.
_OFFSET = now() - time.time_ns()


def arrival(ancillary):
    """When a packet arrived: the kernel's stamp, or now if there is none."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, ns = struct.unpack("@qq", data[:16])
            return seconds * 1000000000 + ns + _OFFSET
    return now()


def pace(last, interval_ns):
    """Sleeps until an interval after LAST, and says when that was; what was
    missed is not caught up by a burst.
    """
    due, at = last + interval_ns, now()
    if at >= due:
        return at
    time.sleep((due - at) / 1e9)
    return due
