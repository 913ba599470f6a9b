#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# adversary.sh: a peer with valid keys that does not play by the rules gets each
# refusal with its reason, and changes nothing that is not its own; who has no keys
# gets nothing.
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"
. "$LIB_DIR/peer/lib.sh"

PEER_PROGRAM=adversary.py
VICTIM=192.0.3.2

# refused NAME REASON NUMBER WORD...: the line is refused with that reason, which
# is reported, once; nothing changed.
refused() {
	local name=$1 reason=$2 number=$3 before seq counted
	shift 3
	before=$(identity)
	seq=$(newest)
	counted=$(counter "$gw" reattach_refused)
	peer "$@" || true
	check_equal "$name: is answered with the reason" "$number" "$peer_said"
	check_equal "$name: which is reported" "$reason" \
		"$(events_since "$seq" REATTACH_REFUSED .reason)"
	check_equal "$name: and counted" $((counted + 1)) \
		"$(counter "$gw" reattach_refused)"
	check_equal "$name: nothing changed" "$before" "$(identity)"
}

# counted NAME COUNTER NUMBER WORD...: the counter grows by so many, nothing
# changed, and no event tells of it but those of type SECURITY.
counted() {
	local name=$1 what=$2 number=$3 before seq old
	shift 3
	before=$(identity)
	seq=$(newest)
	old=$(counter "$gw" "$what")
	check "$name: is sent" peer "$@"
	check_equal "$name: is counted as $what" "$number" \
		$(($(counter "$gw" "$what") - old))
	check_equal "$name: nothing changed" "$before" "$(identity)"
	check_equal "$name: no event of the session" "" \
		"$(jq -r --argjson seq "$seq" 'select(.seq > $seq and
			.type != "SECURITY") | .type' "$TEST_TMP/history")"
}

topology 20
witness=$gw
gateway_for honest 10.9.0.77 client $IN4C mallory 10.9.0.66
suspect=${pub[client]}

# Somebody else's session goes on all the time.
honest_device "$net" 10.9.0.77/24

start() {
	peer_start "$client" --key "$TEST_TMP/$1.key" --peer "${pub[gateway]}" \
		--inner $IN4C,$IN4G --path 0,10.1.0.2,up0,$GW4,$JVPN_PORT \
		--path 1,10.2.0.2,up1,$GW4,$JVPN_PORT \
		--path 2,10.2.0.2,up1,$GW4,$JVPN_PORT
}

start client
check "attached" peer connect 0
check "one move" peer switch 1
check "another move" peer switch 0

honest_begin "$net" $IN4G

# --- Requests that are not good ---------------------------------------------

# Long enough ago for a clock to be older than the policy allows.
peer wait 10

refused "delayed request" FRESHNESS_INVALID 160 late 6000
refused "epoch that was" STALE_EPOCH 162 epoch -1
refused "epoch to come" STALE_EPOCH 162 epoch 1
refused "nonce that was" REPLAY_DETECTED 161 nonce -1
refused "another path than the header's" INVALID_CANDIDATE 166 other
refused "forged token" AUTH_FAIL 169 forge

# --- Packets that are not good ----------------------------------------------

counted "replay" rx_replay 20 replay 20
counted "truncated body" rx_control_invalid 1 body short
counted "length beyond the body" rx_control_invalid 1 body length
counted "reserved byte of a body" rx_control_invalid 1 body reserved
counted "endpoint of no family" rx_control_invalid 1 body endpoint
counted "body of the other role" rx_control_invalid 1 body role
counted "unknown body" rx_control_unknown 1 body unknown
counted "body with an unknown tail" rx_control_invalid 0 body long
counted "packet without its last byte" rx_malformed 1 packet short
counted "reserved flags" rx_malformed 1 packet flags
counted "no such path" rx_malformed 1 packet path
counted "wrong tag" rx_auth_fail 1 packet tag
counted "unknown index" rx_unknown_index 1 packet index
counted "short INIT" rx_malformed 1 packet init-short
counted "long INIT" rx_malformed 1 packet init-long
counted "reserved byte of INIT" rx_malformed 1 packet init-reserved
counted "INIT without mac1" hs_mac1 1 packet init-mac1
check "traffic goes on" peer ping 2

# --- Another address --------------------------------------------------------

before=$(identity)
seq=$(newest)
check "relayed ahead" peer relay
check_equal "relayed ahead: is reported" SEC_UNBOUND_SOURCE \
	"$(events_since "$seq" SECURITY .reason)"
check_equal "relayed ahead: nothing changed" "$before" "$(identity)"
check "relayed ahead: traffic goes on" peer ping 2

# What is sealed may come from anywhere, unless policy is strict.
peer astray
check_equal "from another path: is delivered" 3 "$peer_said"
jvpn "$gw" policy set jvpn0 --strict strict_binding=on
before=$(identity)
unbound=$(counter "$gw" rx_unbound)
peer astray
check_equal "from another path, strict_binding: is not" 0 "$peer_said"
check_equal "from another path, strict_binding: is counted" $((unbound + 3)) \
	"$(counter "$gw" rx_unbound)"
check_equal "from another path, strict_binding: nothing changed" "$before" "$(identity)"
check "from another path, strict_binding: traffic goes on" peer ping 2
jvpn "$gw" policy set jvpn0 --strict strict_binding=off

count_bytes $VICTIM
before=$(identity)
check "spoofed" peer spoof $VICTIM 5
check "spoofed: it arrived" test "$(bytes from_victim)" -gt 1000
check_at_most "spoofed: bytes to who never answered" \
	$((3 * $(bytes from_victim))) "$(bytes to_victim)"
check_equal "spoofed: nothing changed" "$before" "$(identity)"
check "spoofed: traffic goes on" peer ping 2

# --- Too much ---------------------------------------------------------------

before=$(identity)
seq=$(newest)
old=$(counter "$gw" reattach_refused)
peer flood 300
check_at_most "flood: answers" 60 "$peer_said"
check "flood: the rest is refused" \
	test $(($(counter "$gw" reattach_refused) - old)) -ge 240
check_equal "flood: for its rate" RATE_LIMITED \
	"$(events_since "$seq" REATTACH_REFUSED .reason | sort -u)"
check_at_most "flood: reports of it" 10 \
	"$(events_since "$seq" REATTACH_REFUSED .seq | wc -l)"
check_equal "flood: nothing changed" "$before" "$(identity)"
check "flood: traffic goes on" peer ping 2

sent=$(counter "$gw" notice_sent)
counted "flood of strangers" rx_unknown_index 2000 strangers 2000
check_at_most "strangers: NOTICEs" 700 $(($(counter "$gw" notice_sent) - sent))
check "strangers: traffic goes on" peer ping 2

# A move is still possible after all that.
peer wait 2
check "an honest move" peer switch 1
check "traffic after it" peer ping 2
check_equal "no invariant was hurt" 0 "$(counter "$gw" invariant)"

# --- Sessions of others -----------------------------------------------------

before=$(identity)
id=${before%% *}
peer_stop
start mallory
peer steal "$id" || true
check_equal "another peer: the session does not exist for him" 167 "$peer_said"
check_equal "another peer: nothing changed" "$before" "$(identity)"
peer_stop
honest_end "beside all that"
remove_end "$net" "honest session"
remove_end "$gw" "an adversary's session"

peer_start "$gw" --key "$TEST_TMP/gateway.key" --peer "${pub[client]}" \
	--inner $IN4G,$IN4C --listen $GW4,$JVPN_PORT
peer fixation on
client_device 4
jvpn "$client" set jvpn0 peer "${pub[gateway]}" connect
peer wait 3
check "a session id that was chosen: refused" \
	test "$(counter "$client" hs_invalid)" -ge 1
check_equal "a session id that was chosen: no session" BIRTH "$(state "$client")"
peer fixation off
check "then an honest one" peer accept
check "traffic in it" ping_inner 4

# --- A gateway that lost the session ----------------------------------------

witness=$client

# What only the owner may change.
owned() {
	session "$client" '| [.id, .active_path, .switches, .rekeys, .lineage] | join(" ")'
}

# disowned NAME: since $seq one without the session answered for it, in vain.
disowned() {
	check_equal "$1: is reported" SEC_OWNERSHIP_ANOMALY \
		"$(events_since "$seq" SECURITY .reason | sort -u)"
	check_equal "$1: nothing changed" "$before" "$(owned)"
}

check "both paths are warm" wait_for 20 warm
peer owner 5
jvpn "$client" session switch jvpn0 "${pub[gateway]}" 1
check "another owner: the client follows" wait_for 5 \
	eval '[[ $(session "$client" .active_path) == 1 ]]'

before=$(owned)
seq=$(newest)
peer owner 4
check_fails "keys of the old owner: are not used" peer rekey
disowned "keys of the old owner"
peer owner 5
check "keys of the owner: are used" wait_for 10 \
	eval '[[ $(session "$client" .rekeys) == 1 ]]'
check "traffic under them" ping_inner 4

before=$(owned)
seq=$(newest)
peer owner 4
jvpn "$client" session switch jvpn0 "${pub[gateway]}" 0
check "a move to the old owner: is denied" wait_for 10 \
	eval '[[ $(events_since "$seq" SWITCH_DENIED .reason) ]]'
disowned "a move to the old owner"
peer owner 6
check "a move of the owner: the client follows" wait_for 10 \
	eval '[[ $(session "$client" .switches) == 2 ]]'
check "traffic goes on" ping_inner 4
# Honest ends never report that: the auditor would not like it.
ip -n "$client" link del jvpn0
