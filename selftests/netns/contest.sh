#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# contest.sh: a tuple keeps the path that it was proven for against who relays faster
# than a path that loses packets, and does not keep it when nothing proves it any more.
# kernels: uml
# timeout: 900

. "$(dirname "$0")/../lib.sh"
. "$LIB_DIR/peer/lib.sh"

PEER_PROGRAM=adversary.py
MOVED=10.1.0.2
IN4H=10.9.0.77

# The other address is nearer to the gateway than the true one.
topology 40 20
witness=$gw
gateway_for client $IN4C honest $IN4H
suspect=${pub[client]}
honest_device "$net" $IN4H/24
peer_start "$client" --key "$TEST_TMP/client.key" --peer "${pub[gateway]}" \
	--inner $IN4C,$IN4G --path 0,$MOVED,up0,$GW4,$JVPN_PORT \
	--path 2,10.2.0.2,up1,$GW4,$JVPN_PORT

# --- Relayed ahead of a path that loses -------------------------------------

# The first packet over an uplink waits for the router's answer to ARP: only then is
# the other address ahead with each.
check "the nearer way" in_ns "$client" ping -q -c 1 -W 2 -I up1 $GW4
check "attached" peer connect 0
check "traffic" peer ping 3
honest_begin "$net" $IN4G 1
before=$(identity)
seq=$(newest)
# Of the path nothing is left but replays: every third packet, no answer to a challenge.
peer usurp 5 3
check "relayed: the other address proved itself and asked" test "$peer_said" -gt 3
check_equal "relayed: nothing changed" "$before" "$(identity)"
# The path's own copies, which come later, are no attempt.
check_equal "relayed: is reported" "SEC_UNBOUND_SOURCE 203.0.113.2" \
	"$(events_since "$seq" SECURITY \
		'"\(.reason) \(.remote_to // .remote_from | sub(":[0-9]*$"; ""))"' |
		sort -u | paste -sd ' ')"
check "relayed: traffic goes on" peer ping 2
# Who relays everything is a NAT for all that anybody can tell: the above was close.
peer usurp 5 0
check "relayed alone: it has the path" test "$(his .epoch)" -gt 0

# --- A client that leaves the address it was validated at --------------------

check "attached anew" peer connect 0
count_bytes $MOVED
background in_ns "$gw" ping -q -i 0.5 -s 1000 $IN4C >/dev/null

# between COMMAND...: bytes from and to the address meanwhile, in $from and $to; what
# was said in $peer_said, nothing if it failed.
between() {
	local from_before to_before
	from_before=$(bytes from_victim)
	to_before=$(bytes to_victim)
	"$@" >/dev/null || peer_said=
	from=$(($(bytes from_victim) - from_before))
	to=$(($(bytes to_victim) - to_before))
}

seq=$(newest)
between peer blind
# Its last token is good for two slots, what it proved by that for two more.
check_at_most "left: seconds that it is believed" 250 "$peer_said"
check "left: it could speak for the address ($to bytes for $from)" \
	test "$to" -gt $((3 * from))
check_equal "left: the path is given up" NO_DELIVERY \
	"$(events_since "$seq" STATE_CHANGE .reason | head -n 1)"
seq=$(newest)
epoch=$(his .epoch)
between peer wait 60
check "left: it asks for it, and speaks" test "$from" -gt 2000
check_at_most "left: bytes to the address" $((3 * from)) "$to"
check_equal "left: it is not bound" "" \
	"$(events_since "$seq" STATE_CHANGE 'select(.state_after == "ATTACHED")')"
check_equal "left: nothing was accepted" "$epoch" "$(his .epoch)"
peer see
check "back: asked for its token it has it" wait_for 10 \
	eval '[[ $(his .state) == ATTACHED ]]'
check "back: traffic" peer ping 2
honest_end "beside all that"
check_equal "no invariant was hurt" 0 "$(counter "$gw" invariant)"
