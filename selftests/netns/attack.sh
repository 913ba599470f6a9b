#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# attack.sh: who has no key gets nothing: captured handshakes, data and control
# packets sent again, from the old address and from another one; a relay that
# is faster than the real path.
# kernels: uml
# timeout: 200

. "$(dirname "$0")/../lib.sh"

attacker_py() {
	"$NETNS_DIR/attacker.py" "$@"
}

# What must not change, whoever sends what.
identity() {
	session "$1" '| [.id, .state, .epoch, .active_path, .lineage] | join(" ")'
}

topology 20
tunnel 4

"$NETNS_DIR/attacker.py" capture "$gw" gw0 $JVPN_PORT "$TEST_TMP/capture" >"$TEST_TMP/ready" &
capture=$!
defer kill $capture
wait_for 10 grep -q ready "$TEST_TMP/ready"
connect
ping_inner 4 >/dev/null
jvpn "$client" session switch jvpn0 "${pub[gateway]}" 1
wait_for 5 eval '[[ $(session "$client" .epoch) == 1 ]]'
ping_inner 4 >/dev/null
sleep 0.5
kill $capture
wait $capture || true

for kind in 1 2 4 5; do
	check "something of type $kind was captured" \
		awk -v k=0$kind 'substr($5, 1, 2) == k { n++ } END { exit !n }' \
		"$TEST_TMP/capture"
done

before=$(identity "$gw")
client_before=$(identity "$client")

# replayed DESCRIPTION NAMESPACE COUNTER WORD...: the counter grows by as much
# as was sent (the rest of the words say what).
replayed() {
	local what=$1 ns=$2 counter=$3 old sent new
	shift 3
	old=$(counter "$ns" "$counter")
	sent=$(attacker_py replay "$attacker" "$TEST_TMP/capture" "$@")
	sleep 0.3
	new=$(counter "$ns" "$counter")
	note "$what: $sent sent, $counter from $old to $new"
	check "$what: something was sent" test "$sent" -gt 0
	check_equal "$what: all are counted" "$sent" $((new - old))
}

for own in "" --own; do
	replayed "data to the gateway $own" "$gw" rx_replay \
		--to $GW4 --type 4 $own
	replayed "control to the gateway $own" "$gw" rx_replay \
		--to $GW4 --type 5 $own
	replayed "handshake to the gateway $own" "$gw" hs_replay \
		--to $GW4 --type 1 $own
done
replayed "control to the client" "$client" rx_replay --to 10.1.0.2 --type 5
history_of "$gw" "$TEST_TMP/history"
check_equal "who replays from his own address is reported, nobody else" \
	"SEC_REPLAY_ATTEMPT 192.0.3.2" \
	"$(jq -r 'select(.type == "SECURITY") | "\(.reason) \(.remote_from // "")"' \
		"$TEST_TMP/history" | sed 's/:[0-9]*$//' | sort -u)"
check_equal "the gateway's session is what it was" "$before" "$(identity "$gw")"
check_equal "the client's session is what it was" "$client_before" \
	"$(identity "$client")"
check "traffic goes on" ping_inner 4

# A new session between the same peers does not know the old one's packets.
jvpn "$client" session terminate jvpn0 "${pub[gateway]}"
sleep 0.2
jvpn "$client" set jvpn0 peer "${pub[gateway]}" connect
check "another session" wait_for 10 attached
wait_for 10 warm
before=$(identity "$gw")
client_before=$(identity "$client")
replayed "the ended session's data" "$gw" rx_unknown_index --to $GW4 --type 4
replayed "the ended session's control" "$gw" rx_unknown_index --to $GW4 --type 5
replayed "the ended session's handshake" "$gw" hs_replay --to $GW4 --type 1
for _ in 1 2 3 4 5; do
	attacker_py replay "$attacker" "$TEST_TMP/capture" --to $GW4 --type 1 --own \
		>/dev/null
done
check "ever again: more than is answered" wait_for 5 eval \
	'(($(counter "$gw" hs_ratelimited) > 0))'
history_of "$gw" "$TEST_TMP/history"
check "ever again: which is reported" jq -se \
	'any(.reason == "SEC_FLOOD" and (.remote_from | startswith("192.0.3.2:")))' \
	"$TEST_TMP/history"
check_equal "the gateway's new session is what it was" "$before" \
	"$(identity "$gw")"
check_equal "the client's new session is what it was" "$client_before" \
	"$(identity "$client")"
check_equal "no invariant was hurt" 0 "$(counter "$gw" invariant)"

where_before="$(session "$gw" '| [.id, .state, .active_path] | join(" ")')"
# The relay's packets are 10 ms ahead of the originals.
"$NETNS_DIR/attacker.py" relay "$attacker" "$r0" lan $GW4 $JVPN_PORT >"$TEST_TMP/relaying" &
relay=$!
defer kill $relay
wait_for 10 grep -q ready "$TEST_TMP/relaying"
seq=$(jvpn "$gw" --json show jvpn0 | jq '[.. | .event_seq? // empty][0]')
"$NETNS_DIR/stream.py" "$client,$IN4C" "$gw,$IN4G" --tcp --settle 100 \
	--time 3000 --out "$TEST_TMP/relayed"
kill $relay
wait $relay || true
check_equal "relayed: the stream is whole" "0 0 0 0" "$(jq -r \
	'[.up.lost, .down.lost, .up.duplicated, .down.duplicated] | join(" ")' \
	"$TEST_TMP/relayed")"
check_equal "relayed: TCP is whole" true "$(jq .tcp.intact "$TEST_TMP/relayed")"
sleep 5
# It may make the client ask whether it is behind another address, no more: all
# that the session is ever bound to is the client's own.
where() {
	session "$1" '| [.id, .state, .active_path] | join(" ")'
}
check_equal "relayed: the session is where it was" "$where_before" "$(where "$gw")"
check_equal "relayed: the client agrees" "$where_before" "$(where "$client")"
history_of "$gw" "$TEST_TMP/history"
jq -c -r --argjson seq "$seq" 'select(.seq > $seq) |
	"\(.type) \(.reason) \(.remote_to // "")"' "$TEST_TMP/history" |
	sed 's/:[0-9]*$//' | sort -u >"$TEST_TMP/reports"
note "$(tr '\n' ';' <"$TEST_TMP/reports")"
check_equal "relayed: it is reported, with its address" \
	"SECURITY SEC_UNBOUND_SOURCE 192.0.3.2" \
	"$(grep 192.0.3.2 "$TEST_TMP/reports")"
check_equal "relayed: every switch is to the client's own address" "" \
	"$(grep '^SWITCH ' "$TEST_TMP/reports" | grep -v ' 10.1.0.2$' || true)"
