#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# netlink_attrs.sh: every attribute of every command with a wrong type, size or
# range is refused in words that name it, and changes nothing.
#
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"

setup_ns box
ip -n "$box" link add jvpn0 type jvpn
ip -n "$box" link set jvpn0 up
in_ns "$box" /usr/bin/python3 -B "$LIB_DIR/netns/netlink_attrs.py" jvpn0
