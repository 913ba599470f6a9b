#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# volatility.sh: a violated threshold that lasts makes the session DEGRADED when its
# time is over, not before and not after, whatever was tried meanwhile; one that
# stops before does not.
# kernels: uml
# timeout: 400

. "$(dirname "$0")/../lib.sh"

topology 20

# at NUMBER FSM_EVENT: when that happened at the client for the NUMBERth time, ms.
at() {
	jvpn "$client" --json monitor jvpn0 --history | jq -nr "
		[inputs | select(.type == \"STATE_CHANGE\" and .fsm_event == \"$2\")] |
		.[$1 - 1] // empty | .boot_ns / 1e6"
}

happened() {
	[[ -n $(at 1 "$1") ]]
}

# exactly DESCRIPTION EXPECTED_MS FROM TO: to the tick of a timer.
exactly() {
	local took
	took=$(awk -v a="$3" -v b="$4" 'BEGIN { printf "%.1f\n", b - a }')
	check "$1 ($took ms)" awk -v e="$2" -v a="$took" \
		'BEGIN { exit !(a >= e && a < e + 1) }'
}

# reasons: of the client's changes of state, in order.
reasons() {
	jvpn "$client" --json monitor jvpn0 --history |
		jq -r 'select(.type == "STATE_CHANGE") | .reason' | xargs
}

# latency: a tunnel with traffic that minds 60 ms.
latency() {
	tunnel 4
	for end in "$client" "$gw"; do
		jvpn "$end" policy set jvpn0 latency_volatile=60 volatile_to_degraded=6000 \
			stability_window=3100 failback=off >/dev/null
	done
	connect cold
	"$NETNS_DIR/stream.py" "$client,$IN4C" "$gw,$IN4G" --rate 20 --flows both \
		--time 100000 --out "$TEST_TMP/stream" &
	traffic=$!
	sleep 3
}

# over NAME: the traffic ends, and the tunnel; its events are looked through.
over() {
	kill $traffic
	wait $traffic || true
	collect "$TEST_TMP/$1"
	check "$1: events keep the invariants" audit "$TEST_TMP/$1"
	ip -n "$client" link del jvpn0
	ip -n "$gw" link del jvpn0
	delay 0 20
}

UPLINKS=0
latency
delay 0 120
check "lasting: the session is DEGRADED" wait_for 20 happened VOLATILE_PERSISTED
exactly "lasting: after volatile_to_degraded" 6000 "$(at 1 VOLATILITY)" \
	"$(at 1 VOLATILE_PERSISTED)"
delay 0 20
check "lasting: it is ATTACHED again" wait_for 20 attached
check_equal "lasting: each with its reason" \
	"HANDSHAKE_OK LATENCY_THRESHOLD_EXCEEDED VOLATILE_PERSISTED EXIT_DEGRADED" \
	"$(reasons)"
over lasting

# The round trip is smoothed: it takes some seconds to be believed again.
latency
delay 0 120
wait_for 10 happened VOLATILITY
sleep 2
delay 0 20
check "passing: the session is ATTACHED again" wait_for 20 attached
sleep 10
check_equal "passing: it was never DEGRADED" \
	"HANDSHAKE_OK LATENCY_THRESHOLD_EXCEEDED HEALTH_RECOVERED" "$(reasons)"
over passing

# Path 1 answers, but not the request to move there: longer ones are heartbeats.
UPLINKS="0 1"
latency
wait_for 10 warm
in_ns "$r1" nft -f - <<-RULES
	table inet deaf {
		chain forward {
			type filter hook forward priority -200;
			iifname lan udp dport $JVPN_PORT udp length < 108 counter drop
		}
	}
RULES
delay 0 120
check "refused: a move is tried" wait_for 10 happened SWITCH_SELECTED
check "refused: the session is DEGRADED" wait_for 20 happened VOLATILE_PERSISTED
note "$(reasons)"
exactly "refused: after volatile_to_degraded, though it left VOLATILE meanwhile" 6000 \
	"$(at 1 VOLATILITY)" "$(at 1 VOLATILE_PERSISTED)"
in_ns "$r1" nft delete table inet deaf
check "refused: path 1 is taken at last" wait_for 30 \
	eval '[[ $(session "$client" .active_path) == 1 ]]'
over refused
