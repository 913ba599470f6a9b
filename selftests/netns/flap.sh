#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# flap.sh: a peer with valid keys that wants a session to flap gets it moved as often as
# the bounds allow and no more; the session lives, carries packets, and is well again
# when that peer stops. Sessions with others do not notice.
# kernels: uml
# timeout: 900

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/instants.sh"
. "$LIB_DIR/peer/lib.sh"

PEER_PROGRAM=adversary.py
IN4H=10.9.0.77

topology 20
keys client

# --- A client that moves without a pause --------------------------------------

witness=$gw
gateway_for honest $IN4H mallory 10.9.0.66
suspect=${pub[mallory]}
honest_device "$attacker" $IN4H/24
# A round trip as short as this would allow hundreds of moves a second.
delay 0 2
delay 1 2
peer_start "$client" --key "$TEST_TMP/mallory.key" --peer "${pub[gateway]}" \
	--inner 10.9.0.66,$IN4G --path 0,10.1.0.2,up0,$GW4,$JVPN_PORT \
	--path 1,10.2.0.2,up1,$GW4,$JVPN_PORT
check "hops: attached" peer connect 0
check "hops: both paths are known" peer warm 1
honest_begin "$attacker" $IN4G
seq=$(newest)
peer hop 10
check "hops: it was moved ($peer_said times)" test "$peer_said" -gt 20
# reattach_rate a second, and as many at once at the beginning.
check_at_most "hops: no oftener than reattach_rate" $((20 * 10 + 20)) "$peer_said"
check_equal "hops: the others are refused for that" RATE_LIMITED \
	"$(events_since "$seq" REATTACH_REFUSED .reason | sort -u)"
honest_end "hops"
check "hops: the session still works" peer ping 2
peer_stop
remove_end "$gw" hops
remove_end "$attacker" "hops, the honest session"

# --- A gateway that wants to be left --------------------------------------------

delay 0 20
delay 1 20
witness=$client
suspect=${pub[gateway]}
peer_start "$gw" --key "$TEST_TMP/gateway.key" --peer "${pub[client]}" \
	--inner $IN4G,$IN4C --listen $GW4,$JVPN_PORT
device "$client" jvpn0 client $IN4C/24 <<-CONF
	[Peer]
	PublicKey = ${pub[gateway]}
	AllowedIPs = $IN4G/32
	$(for n in 0 1; do
		printf '%s\n' "[Path]" "Id = $n" "Interface = up$n" "Endpoint = $(remote 4)"
	done)
	[Peer]
	PublicKey = ${pub[honest]}
	AllowedIPs = $IN4H/32
	[Path]
	Id = 0
	Endpoint = 192.0.3.2:$JVPN_PORT
CONF
device "$attacker" jvpn0 honest $IN4H/24 <<-CONF
	ListenPort = $JVPN_PORT
	[Peer]
	PublicKey = ${pub[client]}
	AllowedIPs = $IN4C/32
CONF
check "another honest session" in_ns "$client" ping -q -c 2 -i 0.2 -W 2 $IN4H

is() {
	[[ $(his .state) == "$1" ]]
}

# moves: when the session has moved since $seq, ms.
moves() {
	events_since "$seq" SWITCH '.boot_ns / 1e6'
}

# most_within MS: the most moves in so long a time.
most_within() {
	moves | awk -v span="$1" '
		{ at[NR] = $1 }
		END {
			for (i = 1; i <= NR; i++) {
				for (j = i; j <= NR && at[j] - at[i] < span; j++)
					;
				if (j - i > most)
					most = j - i
			}
			print most + 0
		}'
}

jvpn "$client" set jvpn0 peer "${pub[gateway]}" connect
check "attached" peer accept
sleep 3
id=$(his .id)
begin() {
	seq=$(newest)
	honest_begin "$client" $IN4H
	"${enter_ns[@]}" "$client" ping -q -i 0.1 -W 2 $IN4G >"$TEST_TMP/own" &
	own=$!
}

# end NAME SHARE: the session itself lost no more than that share of packets.
end() {
	kill -INT $own
	wait $own || true
	note "$1: $(grep transmitted "$TEST_TMP/own")"
	check "$1: its own packets pass" awk -v most="$2" '/transmitted/ {
		exit !($4 > 0 && 100 * ($1 - $4) / $1 <= most) }' "$TEST_TMP/own"
	honest_end "$1"
	check "$1: afterwards all is well" wait_for 20 is ATTACHED
	check_equal "$1: it is the same session" "$id" "$(his .id)"
}

begin
peer wanted 30
check "wanted: it was moved" test "$peer_said" -gt 8
# The first eight at once; then after 0.1, 0.2, 0.4, 0.8, 1.6, and 2 s each.
check_at_most "wanted: ever slower" $((8 + 5 + (30 - 3) / 2 + 1)) "$(most_within 30000)"
check_equal "wanted: why" PEER_REQUEST "$(events_since "$seq" SWITCH .reason | sort -u)"
end wanted 5

# --- A gateway that lies about what arrives ---------------------------------------

sleep 60
policy "$client" peer "${pub[gateway]}" loss_window=2000 standby_interval=500 \
	switch_cooldown=1000 max_switches_per_min=3
begin
peer lie on
check "lies: the session is VOLATILE" wait_for 10 is VOLATILE
sleep 130
peer lie off
check "lies: it was moved" test "$(moves | wc -l)" -gt 3
check_at_most "lies: no oftener than max_switches_per_min" 3 "$(most_within 60000)"
check "lies: the others are denied for that" grep -qx SWITCH_RATE_LIMITED \
	<<<"$(events_since "$seq" SWITCH_DENIED .reason)"
end lies 5
remove_end "$client" lies
