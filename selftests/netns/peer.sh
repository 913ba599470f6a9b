#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# peer.sh: a second implementation of the protocol, written from its description,
# gets along with the module: as the initiator and as the responder it attaches,
# passes inner packets, answers heartbeats, changes keys, and moves.
# kernels: uml
# timeout: 400

. "$(dirname "$0")/../lib.sh"

. "$LIB_DIR/peer/lib.sh"

# Both ends have the same session, in the same place.
agreement() {
	check_equal "$2: both ends agree" \
		"$(session "$1" '| [.id, .epoch, .active_path, .lineage] | join(" ")')" \
		"$(peer_show '[.id, .epoch, .active, .lineage] | join(" ")')"
}

# security NAMESPACE: reports of type SECURITY so far.
security() {
	history_of "$1" "$TEST_TMP/history"
	jq -r 'select(.type == "SECURITY") | .reason' "$TEST_TMP/history"
}

topology 20
keys client gateway

# --- The Python peer begins -------------------------------------------------

gateway_device
in_ns "$gw" socat UDP4-RECVFROM:7777,fork,bind=$IN4G EXEC:cat &
defer kill $!
peer_start "$client" --key "$TEST_TMP/client.key" --peer "${pub[gateway]}" \
	--inner $IN4C,$IN4G --path 0,10.1.0.2,up0,$GW4,$JVPN_PORT \
	--path 1,10.2.0.2,up1,$GW4,$JVPN_PORT

check "initiator: handshake" peer connect 0
agreement "$gw" "initiator, attached"
check_equal "initiator: the gateway is attached" ATTACHED "$(state "$gw")"
check "initiator: ICMP" peer ping 3
check "initiator: UDP" peer udp 7777 a datagram
check "initiator: the gateway reaches it" in_ns "$gw" ping -q -c 2 -i 0.2 -W 2 $IN4C
peer said

check "initiator: rekey" peer rekey
check "initiator: ICMP under the new keys" peer ping 2
check_equal "initiator: the gateway counts it" 1 "$(session "$gw" .rekeys)"
agreement "$gw" "initiator, rekeyed"
peer said

check "initiator: cold move" peer switch 1
peer said
check_equal "initiator: a cold move has to be proven" \
	">REATTACH_REQUEST <REATTACH_CHALLENGE >REATTACH_PROOF <REATTACH_ACK" \
	"$(grep -oE '[<>]REATTACH_[A-Z]+' <<<"$peer_said" | paste -sd ' ')"
check "initiator: ICMP after the cold move" peer ping 2
agreement "$gw" "initiator, moved cold"

check "initiator: path 0 is warm" peer warm 0
peer wait 1
peer said
check "initiator: warm move" peer switch 0
peer said
check_equal "initiator: a warm move is one round trip" \
	">REATTACH_REQUEST <REATTACH_ACK" \
	"$(grep -oE '[<>]REATTACH_[A-Z]+' <<<"$peer_said" | paste -sd ' ')"
check "initiator: ICMP after the warm move" peer ping 2
agreement "$gw" "initiator, moved warm"

# A minute of heartbeats, which both ends send and answer.
peer wait 60
check_equal "initiator: a minute later" ATTACHED "$(state "$gw")"
check_equal "initiator: nothing odd was counted" "" "$(odd_counters "$gw")"
check_equal "initiator: nothing odd was reported" "" "$(security "$gw")"

# The gateway forgets: NOTICE, an INIT to rekey, and a refusal.
remove_end "$gw" "initiator, the first session"
device_again "$gw" jvpn0
peer said
check "initiator: NOTICE of a gateway that began anew" peer heard NOTICE
check "initiator: it does not know the session" peer heard RESPONSE
check_equal "initiator: nothing is left of it" 0 \
	"$(jvpn "$gw" --json session list jvpn0 | jq length)"
check "initiator: another session" peer connect 0
check "initiator: ICMP in it" peer ping 2
check "initiator: it ends the session" peer terminate
check "initiator: which the gateway hears" wait_for 5 eval \
	'[[ $(jvpn "$gw" --json session list jvpn0 | jq length) == 0 ]]'
peer_stop
remove_end "$gw" "initiator, the second session"

# --- The module begins ------------------------------------------------------

peer_start "$gw" --key "$TEST_TMP/gateway.key" --peer "${pub[client]}" \
	--inner $IN4G,$IN4C --listen $GW4,$JVPN_PORT
peer cookies on
client_device 4
jvpn "$client" set jvpn0 peer "${pub[gateway]}" connect
check "responder: handshake, with a cookie" peer accept
peer cookies off
check "responder: the client is attached" wait_for 5 \
	eval '[[ $(state "$client") == ATTACHED ]]'
check "responder: ICMP" ping_inner 4
check "responder: it reaches the client" peer ping 3
check "responder: both paths are warm" wait_for 20 warm
agreement "$client" "responder, attached"
peer said

jvpn "$client" session switch jvpn0 "${pub[gateway]}" 1
check "responder: warm move" wait_for 5 eval '[[ $(session "$client" .epoch) == 1 ]]'
check "responder: ICMP after it" ping_inner 4
agreement "$client" "responder, moved"

uplink_down 1
check "responder: the client's uplink goes" wait_for 5 \
	eval '[[ $(session "$client" .active_path) == 0 ]]'
check "responder: ICMP over the other" ping_inner 4
agreement "$client" "responder, moved back"
uplink_up 1

# Two minutes with traffic: the module changes keys.
in_ns "$client" ping -q -i 1 -c 130 $IN4G >/dev/null
check_equal "responder: the client changed keys" 1 "$(session "$client" .rekeys)"
check_equal "responder: and so did we" 1 "$(peer_show .rekeys)"
check "responder: ICMP under the new keys" ping_inner 4
agreement "$client" "responder, rekeyed"

check_equal "responder: nothing odd was counted" "" "$(odd_counters "$client")"
check_equal "responder: nothing odd was reported" "" "$(security "$client")"
check "responder: it ends the session" peer terminate
check "responder: which the client hears" wait_for 5 eval \
	'[[ $(jvpn "$client" --json session list jvpn0 | jq length) == 0 ]]'
