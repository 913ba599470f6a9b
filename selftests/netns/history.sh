#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# history.sh: what happened to a session stays known, whatever its neighbours do,
# and a listener that stops reading for a while misses nothing unsaid.
#
# Clients and gateways are devices of one namespace each, with two links between
# them: one session for each pair, so that a few devices make many sessions.
# JVPN_HISTORY_PAIRS=100x100 makes 10,000 of them (--mem 8G; takes long).
#
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"

setup_ns client gw
for link in 0 1; do
	ip link add "up$link" netns "$client" type veth peer name "up$link" netns "$gw"
	ip -n "$client" addr add "10.$((link + 1)).0.1/24" dev "up$link"
	ip -n "$gw" addr add "10.$((link + 1)).0.2/24" dev "up$link"
	ip -n "$client" link set "up$link" up
	ip -n "$gw" link set "up$link" up
done
/usr/bin/python3 -B "$LIB_DIR/netns/history.py" "$client" "$gw" \
	"${JVPN_HISTORY_PAIRS:-10x10}" "$TEST_TMP"
