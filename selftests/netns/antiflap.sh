#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# antiflap.sh: moves between living paths wait as policy says: for the hold of a
# preferred path that is back, for the cooldown after a move, and for the minute that
# has had its moves; and the move that waits is taken when it may be.
# kernels: uml
# timeout: 400

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/instants.sh"

topology 20

# newest FILTER: when the client's last event that it selects was, ms.
newest() {
	moments "$1" | tail -n 1
}

active() {
	[[ $(session "$client" .active_path) == "$1" ]]
}

denied() {
	[[ -n $(newest ".type == \"SWITCH_DENIED\" and .reason == \"$1\"") ]]
}

# moving_after DESCRIPTION LIMIT_MS FROM TO: not before, and at the next look.
moving_after() {
	local took
	took=$(between "$3" "$4")
	check "$1 ($took ms)" awk -v e="$2" -v a="$took" \
		'BEGIN { exit !(a >= e && a < e + 1000) }'
}

# flow WORD...: a tunnel with that policy, and traffic.
flow() {
	tunnel 4
	for end in "$client" "$gw"; do
		policy "$end" latency_volatile=60 standby_interval=500 \
			volatile_to_degraded=100000 "$@"
	done
	connect
	busy 200000
	sleep 3
}

over() { # NAME
	idle
	remove "$1"
	delay 0 20
	delay 1 20
}

# --- A preferred path that is back ------------------------------------------

flow failback=on failback_hold=5000 switch_cooldown=0
jvpn "$client" path del jvpn0 "${pub[gateway]}" 1
jvpn "$client" path add jvpn0 "${pub[gateway]}" id 1 remote "$(remote 4)" dev up1 \
	priority 10
wait_for 10 warm
blackhole 0
check "failback: the other path took over" wait_for 10 active 1
blackhole_end 0
check "failback: the preferred one has it again" wait_for 20 active 0
up=$(newest '.type == "PATH" and .path_to == 0 and .reason == "TRANSPORT_RESTORED"')
moving_after "failback: when it has been up for failback_hold" 5000 "$up" \
	"$(newest '.fsm_event == "SWITCH_PREFERRED"')"
check_equal "failback: and says why" PREFERRED_PATH \
	"$(jvpn "$client" --json monitor jvpn0 --history |
		jq -nr '[inputs | select(.type == "SWITCH")] | .[-1].reason')"
over failback

# --- The cooldown, and the minute -------------------------------------------

# bounded NAME REASON LIMIT_MS: path 0 gets slow, then path 1 does instead.
bounded() {
	local first
	delay 0 120
	check "$1: the faster path is taken" wait_for 20 active 1
	first=$(newest '.type == "SWITCH"')
	delay 0 20
	delay 1 120
	check "$1: the move back is denied, and said why" wait_for 20 denied "$2"
	check "$1: and not taken" active 1
	check "$1: it is taken at last" wait_for 80 active 0
	moving_after "$1: when it may be" "$3" "$first" "$(newest '.fsm_event == "SWITCH_SELECTED"')"
	check_equal "$1: it was said once" 1 "$(jvpn "$client" --json monitor jvpn0 --history |
		jq -nr '[inputs | select(.type == "SWITCH_DENIED")] | length')"
	over "$1"
}

flow failback=off switch_cooldown=20000
bounded cooldown COOLDOWN_ACTIVE 20000
flow failback=off switch_cooldown=0 max_switches_per_min=1
bounded minute SWITCH_RATE_LIMITED 60000
