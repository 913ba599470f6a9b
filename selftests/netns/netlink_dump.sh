#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# netlink_dump.sh: dumps of any length are complete, also while what they show
# is being removed.
#
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"

setup_ns box elsewhere
ip -n "$box" link add jvpn0 type jvpn
ip -n "$box" link set jvpn0 up
in_ns "$box" /usr/bin/python3 -B "$LIB_DIR/netns/netlink_dump.py" jvpn0 \
	"$elsewhere"
