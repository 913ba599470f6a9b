#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# volatility.sh: a violated threshold that lasts makes the session DEGRADED when its
# time is over, not before and not after, whatever was tried meanwhile; one that
# stops before does not. A late heartbeat is such a threshold.
# kernels: uml
# timeout: 400

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/instants.sh"

topology 20

# reasons: of the client's changes of state, in order.
reasons() {
	jvpn "$client" --json monitor jvpn0 --history |
		jq -r 'select(.type == "STATE_CHANGE") | .reason' | xargs
}

# latency: a tunnel with traffic that minds 60 ms.
latency() {
	tunnel 4
	for end in "$client" "$gw"; do
		policy "$end" latency_volatile=60 volatile_to_degraded=6000 \
			stability_window=3100 failback=off
	done
	connect cold
	busy
	sleep 3
}

# over NAME: the traffic ends, and the tunnel.
over() {
	idle
	remove "$1"
	delay 0 20
}

UPLINKS=0
latency
delay 0 120
check "lasting: the session is DEGRADED" wait_for 20 happened VOLATILE_PERSISTED
exactly "lasting: after volatile_to_degraded" 6000 \
	"$(after VOLATILITY VOLATILE_PERSISTED)"
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
	"$(after VOLATILITY VOLATILE_PERSISTED)"
in_ns "$r1" nft delete table inet deaf
check "refused: path 1 is taken at last" wait_for 30 \
	eval '[[ $(session "$client" .active_path) == 1 ]]'
over refused

# A heartbeat is late before so many are that the path is dead.
UPLINKS=0
delay 0 60
tunnel 4
policy "$client" heartbeat_interval=50 heartbeat_volatile=100 latency_volatile=5000
connect cold
busy
sleep 3
blackhole 0
check "no answer: the path is given up" wait_for 10 happened TRANSPORT_DEAD
check_equal "no answer: the session was VOLATILE before" \
	"HANDSHAKE_OK HEARTBEAT_TIMEOUT NO_DELIVERY" "$(reasons | cut -d ' ' -f 1-3)"
blackhole_end 0
over no-answer
