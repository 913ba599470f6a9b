#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# flood.sh: 10,000 packets a second that are worth nothing, from random sources and
# from a peer with valid keys, cost other sessions less than 5 % of their goodput,
# and no memory that stays. Nor do they keep a new session from who has a cookie.
#
# In virtual time computing takes none: this shows that no queue, table or limit is
# shared in a way by which a flood could push out others' packets. What a flood
# costs in processor time has to be measured where computing takes time.
# kernels: uml
# timeout: 600

. "$(dirname "$0")/../lib.sh"
. "$LIB_DIR/peer/lib.sh"

PEER_PROGRAM=adversary.py
FLOOD=5000 RATE=10000
IN4H=10.9.0.77

topology 20
gateway_for honest $IN4H mallory 10.9.0.66
# The honest client is where attackers are in other tests; the floods come from
# behind the routers.
honest_device "$attacker" $IN4H/24
peer_start "$client" --key "$TEST_TMP/mallory.key" --peer "${pub[gateway]}" \
	--inner 10.9.0.66,$IN4G --path 0,10.1.0.2,up0,$GW4,$JVPN_PORT \
	--path 2,10.2.0.2,up1,$GW4,$JVPN_PORT
check "the flooder is attached" peer connect 0

# stream OUT [FLOOD...]: two seconds of 100 packets a second each way between the
# honest client and the gateway, and that flood within them.
stream() {
	local out=$1 fd
	shift
	exec {fd}< <(exec "$NETNS_DIR/stream.py" "$attacker,$IN4H" "$gw,$IN4G" \
		--time 2000 --mark 500:flood --out "$TEST_TMP/$out")
	read -r _ <&"$fd"
	(($# == 0)) || peer "$@"
	cat <&"$fd"
	exec {fd}<&-
}

# lost OUT: what did not arrive, in percent, of the worse direction.
lost() {
	jq '[.up, .down | 100 * .lost / .sent] | max' "$TEST_TMP/$1"
}

identity() {
	jvpn "$gw" --json session list jvpn0 |
		jq -c 'sort_by(.peer) | map([.id, .state, .epoch, .active_path])'
}

stream calm
check_equal "without a flood nothing is lost" 0 "$(lost calm)"

# flood NAME COUNTER SHARE LINE...: that flood; at least SHARE percent of it are
# counted as COUNTER. The first one fills what is bounded.
flood() {
	local name=$1 what=$2 share=$3 before memory counted
	shift 3
	peer "$@"
	before=$(identity)
	memory=$(slab)
	counted=$(counter "$gw" "$what")
	stream "$what" "$@"
	check_at_most "$name: goodput lost of another session, percent" 4.9 \
		"$(lost "$what")"
	check "$name: most of it is counted as $what" test \
		$((100 * ($(counter "$gw" "$what") - counted))) -ge $((share * FLOOD))
	check_equal "$name: no session changed" "$before" "$(identity)"
	check_at_most "$name: memory that stays, KiB" 256 $(($(slab) - memory))
}

flood "requests of an authenticated peer" reattach_refused 80 flood $FLOOD $RATE
flood "strangers" rx_unknown_index 95 strangers $FLOOD $RATE
flood "strangers who know an index" rx_auth_fail 95 strangers $FLOOD $RATE known
flood "handshakes" hs_invalid 80 strangers $FLOOD $RATE init
check "the flooder's session lives" peer ping 2

# INITs in the name of the honest client's own address, many more than a source may
# send: without a cookie they count for nobody, and he begins anew meanwhile.
jvpn "$attacker" session terminate jvpn0 "${pub[gateway]}"
limited=$(counter "$gw" hs_ratelimited)
cookies=$(counter "$gw" hs_cookie_sent)
echo "masses 4 192.0.3.2" >&"${PEER[1]}"
check "masses: the gateway asks for cookies" wait_for 2 \
	eval '(($(counter "$gw" hs_cookie_sent) > cookies + 500))'
jvpn "$attacker" set jvpn0 peer "${pub[gateway]}" connect
check "masses: who returns one gets a session" wait_for 3 \
	eval '[[ $(state "$attacker") == ATTACHED ]]'
check_fails "masses: while they go on" read -r -t 0 -u "${PEER[0]}"
check_equal "masses: no one's share is used up" "$limited" \
	"$(counter "$gw" hs_ratelimited)"
read -r peer_said <&"${PEER[0]}"
check "masses: traffic goes on" in_ns "$attacker" ping -q -c 2 -i 0.2 -W 2 $IN4G
