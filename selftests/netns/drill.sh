#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# drill.sh: a path that is cut on purpose is noticed, left and taken back like one
# that failed; the cut ends by itself, is told from an outage, and is refused
# where it would only do harm.
# kernels: 7.3 uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"

topology 20

# drill NAMESPACE PEER [WORD...]: into $result and $status.
drill() {
	status=0
	result=$(jvpn "$1" drill jvpn0 "${pub[$2]}" --json "${@:3}" 2>&1) || status=$?
	note "drill at $1: $(jq -c . <<<"$result")"
}

# holds WHO [WHAT FILTER]...: each is true of the result; one process for all.
holds() {
	local who=$1 program='' i good what
	shift
	for ((i = 1; i < $#; i += 2)); do
		program+="(${*:i + 1:1} | not | not | tostring) + \" ${*:i:1}\","
	done
	while read -r good what; do
		check "$who: $what" "$good"
	done < <(jq -r "${program%,}" <<<"$result" || echo "false is JSON")
}

# refused WHO WORDS NAMESPACE PEER [WORD...]: with these words.
refused() {
	drill "${@:3}"
	holds "$1" "is refused, and said why" \
		".exit_code == $status and (.error | contains(\"$2\"))"
}

# with_traffic NAMESPACE PEER [WORD...]: a drill in the midst of packets both ways;
# $lost is how many of them did not arrive.
with_traffic() {
	local mark
	rm -f "$TEST_TMP/stream"
	while read -r mark; do
		[[ $mark != cut ]] || drill "$@"
	done < <("$NETNS_DIR/stream.py" "$client,$IN4C" "$gw,$IN4G" --rate 100 \
		--flows both --time 1500 --mark 505:cut --out "$TEST_TMP/stream")
	lost=$(jq '.up.lost + .down.lost' "$TEST_TMP/stream")
}

# drills NAMESPACE: reasons of its events of that type, in order.
drills() {
	jvpn "$1" --json monitor jvpn0 --history |
		jq -r 'select(.type == "DRILL") | .reason' | xargs
}

# under_way NAMESPACE: is a path cut there?
under_way() {
	session "$1" | jq -e '.drill_ms > 0 and
		([.path[] | select(.status | index("cut"))] | length) == 1'
}

over() {
	! under_way "$1"
}

# one_up: only path 0 of the client answers.
one_up() {
	session "$client" | jq -e '[.path[] | select(.status | index("up")) | .id] == [0]'
}

# The others lose packets by being slow, and a path that loses is asked more often
# before it is given up, or left for a better one: VOLATILE comes first then.
if [[ $MACHINE == uml ]]; then
	noticed='.noticed_reason | IN("NO_DELIVERY", "PEER_REQUEST")'
	states='[.states[:3][].state] == ["ATTACHED", "RECOVERING", "ATTACHED"]'
else
	noticed='.noticed_reason | IN("NO_DELIVERY", "PEER_REQUEST",
		"CONSECUTIVE_DROPS_EXCEEDED", "LOSS_THRESHOLD_EXCEEDED")'
	states='.states[0].state == "ATTACHED" and
		(.states[1].state | IN("VOLATILE", "RECOVERING"))'
fi

# passed WHO FROM TO: what holds for each drill that another path ended. The other
# end may notice first, and ask.
passed() {
	check_equal "$1: exit code" 0 "$status"
	holds "$1" "another path took over" \
		".passed and .in_use and .path == $2 and .path_to == $3" \
		"it is noticed as any silent path is" \
		"$noticed" \
		"the states are those of a recovery" \
		"$states" \
		"what it tells adds up" \
		'.noticed_us < .interruption_us and .interruption_us <= .cut_us and .interruption_us ==
			first(.states[1:][] | select(.state == "ATTACHED")).at_us'
}

tunnel 4
for end in "$client" "$gw"; do
	jvpn "$end" policy set jvpn0 failback=off standby_interval=500 \
		idle_heartbeat_interval=2000
done
refused "no session" "has no session" "$client" gateway
connect
refused "no such path" "no such path" "$client" gateway --path 5
refused "too long" "from 0 to 60000" "$client" gateway --for 61s
check_equal "what was refused left no trace" "" "$(drills "$client")"

# --- With traffic, at either end --------------------------------------------

with_traffic "$client" gateway
passed initiator 0 1
check "initiator: packets were lost" test "$lost" -gt 0
# The other machines take their time, and a path may be slow meanwhile.
if [[ $MACHINE == uml ]]; then
	holds initiator "as fast as from a blackhole" '.interruption_us < 220000'
	check_equal "initiator: as many packets are lost as it says" \
		"$lost" "$(jq .inner_lost <<<"$result")"
fi
check_equal "initiator: both moments are told" "DRILL_BEGAN DRILL_ENDED" \
	"$(drills "$client")"
check_equal "initiator: to the other end it is an outage" "" "$(drills "$gw")"
check "initiator: what was dropped is counted" \
	test "$(counter "$client" drill_dropped)" -gt 0
check_equal "initiator: and only there" 0 "$(counter "$gw" drill_dropped)"
check "initiator: the path that was cut comes back" wait_for 20 warm

with_traffic "$gw" client
passed responder 1 0
[[ $MACHINE != uml ]] || check_equal "responder: as many packets are lost as it says" \
	"$lost" "$(jq .inner_lost <<<"$result")"
check "responder: the path that was cut comes back" wait_for 20 warm

# --- Without traffic, by its own clock, of another path ---------------------

if [[ $MACHINE == uml ]]; then
	drill "$client" gateway
	passed idle 0 1
	holds idle "it takes the next heartbeat to notice" '.noticed_us < 2500000'
	wait_for 20 warm
	jvpn "$client" session switch jvpn0 "${pub[gateway]}" 0
	wait_for 5 attached
fi
drill "$client" gateway --path 1
check_equal "path that is not in use: exit code" 0 "$status"
holds "path that is not in use" "nothing is interrupted" \
	'.passed and (.in_use | not) and (.states | length) == 1 and .inner_lost == 0'
wait_for 20 warm

# --- The other path is down already: nobody notices, the drill goes on -------

blackhole 1
check "one path: the other is down" wait_for 60 one_up
# Whoever began it is gone: the kernel ends it.
ip netns exec "$client" jvpn-tool drill jvpn0 "${pub[gateway]}" --path 1 --for 8s \
	--json >"$TEST_TMP/dead" 2>&1 &
tool=$!
check "dead tool: the drill is under way" wait_for 10 under_way "$client"
note "$(<"$TEST_TMP/dead")"
kill -KILL $tool
wait $tool 2>/dev/null || true
refused "second drill" "under way" "$client" gateway --path 0
check "dead tool: the drill ends by itself" wait_for 20 over "$client"
took=$(jvpn "$client" --json monitor jvpn0 --history | jq -s '
	[.[] | select(.type == "DRILL") | .boot_ns] | (.[-1] - .[-2]) / 1e6')
[[ $MACHINE != uml ]] || check "dead tool: when its time is over ($took ms)" \
	awk -v t="$took" 'BEGIN { exit !(t >= 8000 && t < 8001) }'

# Nowhere to go.
refused "one path" "no other path works" "$client" gateway
with_traffic "$client" gateway --force --for 1s
check_equal "one path, forced: exit code" 6 "$status"
holds "one path, forced" "the session fails, and comes back with its path" \
	'(.passed | not) and .path_to == 0 and .cut_us < .interruption_us'

collect "$TEST_TMP/drill"

# A session that ends takes its drill along.
ip netns exec "$client" jvpn-tool drill jvpn0 "${pub[gateway]}" --path 1 --for 60s \
	--json >"$TEST_TMP/ended" 2>&1 &
tool=$!
check "ended session: the drill is under way" wait_for 10 under_way "$client"
jvpn "$client" session terminate jvpn0 "${pub[gateway]}"
status=0
wait $tool || status=$?
note "$(<"$TEST_TMP/ended")"
check_equal "ended session: exit code" 6 $status
check "ended session: and says why" jq -e '.why | contains("OPERATOR_TERMINATED")' \
	"$TEST_TMP/ended"
check_equal "ended session: the drill ended before it" "DRILL STATE_CHANGE" \
	"$(jvpn "$client" --json monitor jvpn0 --history | jq -r .type | tail -n 2 | xargs)"
