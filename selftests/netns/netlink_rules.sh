#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# netlink_rules.sh: what well-formed requests may not ask for, and what they
# do: device, peers, allowed addresses, paths, policy; and who may ask at all.
#
# kernels: uml 6.12
# timeout: 200

. "$(dirname "$0")/../lib.sh"

setup_ns box
ip -n "$box" link add jvpn0 type jvpn
ip -n "$box" link add jvpn1 type jvpn
ip -n "$box" link add dummy0 type dummy
ip -n "$box" addr add 10.9.0.1/24 dev dummy0
ip -n "$box" link set dummy0 up
ip -n "$box" link set jvpn0 up
in_ns "$box" /usr/bin/python3 -B "$LIB_DIR/netns/netlink_rules.py" jvpn0 jvpn1
