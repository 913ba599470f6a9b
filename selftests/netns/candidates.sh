#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# candidates.sh: no more paths are kept than max_candidates says, at either end, and
# which they are is certain; no session loses its path or its way out by that.
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"

topology 20

# limit NAMESPACE N: at once.
limit() {
	jvpn "$1" policy set jvpn0 --strict max_candidates="$2"
}

# paths STATUS: ids of the client's paths that have it.
paths() {
	session "$client" | jq -c "[.path[] | select(.status | index(\"$1\")) | .id]"
}

# become STATUS IDS: are these, or become so?
become() {
	check "$3" wait_for 30 equal "$1" "$2"
}

equal() {
	[[ $(paths "$1") == "$2" ]]
}

# moves: how often the client was attached so far.
moves() {
	session "$client" .epoch
}

tunnel 4
for end in "$client" "$gw"; do
	jvpn "$end" policy set jvpn0 standby_interval=500 idle_heartbeat_interval=2000 \
		failback=off switch_cooldown=0
done
for n in 2 3; do
	jvpn "$client" path add jvpn0 "${pub[gateway]}" remote "$(remote 6)" dev up$((n - 2))
done
connect
become up "[0,1,2,3]" "four candidates are warm"
jvpn "$client" --json path add jvpn0 "${pub[gateway]}" remote 192.0.2.9:1 2>"$TEST_TMP/fifth" || true
check "a fifth is refused, and said why" \
	grep -q 'has 4 paths, its policy.s max_candidates is 4' "$TEST_TMP/fifth"

# --- Fewer, at the initiator ------------------------------------------------

before=$(moves)
limit "$client" 2
become up "[0,1]" "lowered: the first two by number stay"
check_equal "lowered: the others are blocked" "[2,3]" "$(paths blocked)"
jvpn "$client" --json session switch jvpn0 "${pub[gateway]}" 2 2>"$TEST_TMP/switch" || true
check "lowered: an operator cannot go there" \
	grep -q 'policy does not allow that path' "$TEST_TMP/switch"
check "lowered: each is reported" test "$(jvpn "$client" --json monitor jvpn0 --history |
	jq -r 'select(.type == "PATH" and .reason == "POLICY_DENY") | .path_from' | xargs)" = "2 3"
limit "$client" 4
become up "[0,1,2,3]" "raised again: all come back"
check_equal "the session was not moved by any of it" "$before" "$(moves)"

# The active one stays, whatever its number; it counts.
jvpn "$client" session switch jvpn0 "${pub[gateway]}" 3
wait_for 5 equal active "[3]"
before=$(moves)
limit "$client" 2
become up "[0,3]" "active: it stays, and one more"
check_equal "active: was not moved" "$before" "$(moves)"
ping_inner 4 >/dev/null &
blackhole 1
become active "[0]" "active: when it dies, the other takes over"
become blocked "[2,3]" "active: and the first two by number are the candidates again"
blackhole_end 1
become up "[0,1]" "active: which are kept warm"
wait

# --- Fewer, at the responder ------------------------------------------------

limit "$client" 4
become up "[0,1,2,3]" "responder: all are warm at first"
limit "$gw" 2
become up "[0,1]" "responder: it answers two of four"
before=$(moves)
limit "$gw" 1
become up "[0]" "responder: or one"
check_equal "responder: the session was not moved by that" "$before" "$(moves)"
ping_inner 4 >/dev/null &
blackhole 0
check "responder: a session that lost its path may take one beyond the limit" \
	wait_for 30 equal active "[1]"
wait
blackhole_end 0
check "responder: and it carries" ping_inner 4
