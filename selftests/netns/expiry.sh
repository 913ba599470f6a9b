#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expiry.sh: what comes back just in time lives on; keys that died in an outage are
# renewed, or the session ends if the other end will not; what follows a session that
# ended, and when; how long packets wait.
# kernels: uml
# timeout: 2400

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/instants.sh"

topology 20

sessions() {
	jvpn "$client" --json session list jvpn0 | jq length
}

# ever: how many sessions the client has had.
ever() {
	jvpn "$client" --json monitor jvpn0 --history |
		jq -rs '[.[].session_id | select(.)] | unique | length'
}

# until_ms MS: the boot clock says that.
until_ms() {
	python3 -c 'import sys, time
time.sleep(max(0, float(sys.argv[1]) / 1e3 - time.clock_gettime(time.CLOCK_BOOTTIME)))' "$1"
}

# later MS MORE: their sum.
later() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f\n", a + b }'
}

# just_before DESCRIPTION BOUND_MS ACTUAL_MS
just_before() {
	check "$1 ($3 ms)" awk -v b="$2" -v a="$3" 'BEGIN { exit !(a >= b - 30 && a < b) }'
}

# same NAME ID: it is still that session, and at both ends it is well.
same() {
	check_equal "$1: both ends are well" "ATTACHED ATTACHED" \
		"$(state "$client") $(state "$gw")"
	check_equal "$1: the session is the same" "$2" "$(session "$client" .id)"
	check "$1: packets pass" ping_inner 4
}

# --- Keys that die in an outage -----------------------------------------------------

# outage NAME RECOVERY_WINDOW AGE MOST: both paths are dark until the keys are so old, ms; MOST: how
# long a return may take.
outage() {
	local before returned
	tunnel 4
	policy "$client" recovery_window="$2"
	policy "$gw" recovery_window="$2"
	connect
	before=$(session "$client" .id)
	busy 10000
	sleep 5
	all_dead
	wait $traffic
	until_ms "$(later "$(at HANDSHAKE_DONE)" "$3")"
	all_back
	returned=$(now_ms)
	check "$1: ATTACHED again" wait_for 20 attached
	# A handshake is tried every 5 s, a move every second.
	check_at_most "$1: with the next attempt" "$4" \
		"$(between "$returned" "$(at REATTACH_OK)")"
	sleep 15
	same "$1" "$before"
	check_equal "$1: keys were renewed once" 1 "$(session "$client" .rekeys)"
	renewed=$(moments '.reason == "KEY_ROTATED"' | sed -n 1p)
}

# Moves need keys; whether the session still looks for a path or has given up for now.
for window in 600000 8000; do
	name=dead-keys-$window
	outage $name $window 200000 6200
	check "$name: before it could move" awk -v a="$renewed" -v b="$(at REATTACH_OK)" \
		'BEGIN { exit !(a && a < b) }'
	remove $name
done

# Old ones will do as long as they live.
outage old-keys 600000 160000 1200
check "old-keys: after it moved" awk -v a="$renewed" -v b="$(at REATTACH_OK)" \
	'BEGIN { exit !(a > b) }'
remove old-keys

