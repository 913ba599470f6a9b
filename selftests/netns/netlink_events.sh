#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# netlink_events.sh: no event is lost: whoever listens too slowly, or comes
# late, finds the rest in the ring, and is told what is no longer there.
#
# kernels: uml
# timeout: 200

. "$(dirname "$0")/../lib.sh"

setup_ns box
ip -n "$box" link add jvpn0 type jvpn
ip -n "$box" link add jvpn1 type jvpn
in_ns "$box" /usr/bin/python3 -B "$LIB_DIR/netns/netlink_events.py" jvpn0 jvpn1
