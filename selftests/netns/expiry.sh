#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# expiry.sh: what comes back just in time lives on; keys that died in an outage are
# renewed, or the session ends if the other end will not; what follows a session that
# ended, and when; how long packets wait.
# kernels: uml
# timeout: 2000

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/instants.sh"

topology 20

sessions() {
	jvpn "$client" --json session list jvpn0 | jq length
}

# ever: how many sessions the client has tried to begin; one that fails has no id.
ever() {
	moments '.type == "STATE_CHANGE" and .state_before == "BIRTH"' | wc -l
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
	check "$1 ($3 ms)" awk -v b="$2" -v a="$3" 'BEGIN { exit !(a >= b - 5 && a < b) }'
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

# --- Keys that the other end will not renew -------------------------------------------

# refused PERSIST: with ciphers that the client does not offer, the gateway refuses.
refused() {
	gateway_device
	client_device 4 "Ciphers = chacha20-poly1305"
	policy "$client" persist="$1"
	connect
	before=$(session "$client" .id)
	jvpn "$gw" set jvpn0 cipher aes-256-gcm
	sleep 160
	check "refused, persist=$1: the session ends" wait_for 20 happened KEYS_REFUSED
	check_equal "refused, persist=$1: by what, and why" "TERMINATED KEY_EXPIRED" \
		"$(jvpn "$client" --json monitor jvpn0 --history |
		jq -r 'select(.fsm_event == "KEYS_REFUSED") | "\(.state_after) \(.reason)"')"
	exactly "refused, persist=$1: at once when REKEY_DENIED is reported" 0 \
		"$(between "$(moments '.reason == "REKEY_DENIED"')" "$(at KEYS_REFUSED)")"
	# Without traffic a heartbeat asks for keys once they are 165 s old.
	check_at_most "refused, persist=$1: while the old keys would have lived" 180000 \
		"$(after HANDSHAKE_DONE KEYS_REFUSED)"
	check "refused, persist=$1: the gateway is told" wait_for 1 told_to_end
}

told_to_end() {
	jvpn "$gw" --json monitor jvpn0 --history | grep PEER_TERMINATED &&
		[[ $(jvpn "$gw" --json session list jvpn0 | jq length) == 0 ]]
}

# pauses [MS]: whole seconds between attempts that were refused, from then on.
pauses() {
	moments '.fsm_event == "HANDSHAKE_FAILED"' |
		awk -v last="${1-}" 'last { printf "%d ", ($1 - last) / 1000 } { last = $1 }'
}

refused off
sleep 70
check_equal "refused, persist=off: nothing follows" "0 1" "$(sessions) $(ever)"
in_ns "$client" ping -q -i 0.05 -c 380 -W 1 $IN4G >"$TEST_TMP/pings" || true
check_equal "refused, persist=off: traffic tries as seldom as persist does" \
	"1 1 2 4 8 " "$(pauses)"
check "refused, persist=off: senders are told" grep -q '+[0-9]* errors' "$TEST_TMP/pings"
remove refused-off

# Each attempt is refused a round trip after it was made. The kernel's timer wheel may
# be late by an eighth, so whole seconds count.
refused on
sleep 20
check_equal "refused, persist=on: successors are tried after 1, 1, 2, 4, 8 s" \
	"1 1 2 4 8 " "$(pauses "$(at KEYS_REFUSED)")"
jvpn "$gw" set jvpn0 cipher aes-256-gcm,chacha20-poly1305
check "refused, persist=on: one that is not refused is ATTACHED" wait_for 20 attached
check_fails "refused, persist=on: it is another session" \
	test "$before" = "$(session "$client" .id)"
check "refused, persist=on: packets pass" ping_inner 4
remove refused-on

# --- Just in time ---------------------------------------------------------------------

# The uplink comes back a round trip and 2 ms before the bound: the move is over before it.
LEAD=22

# in_time NAME BOUND_MS REASON: one path is silent, the other has no link until
# shortly before the bound.
in_time() {
	local before
	connect
	before=$(session "$client" .id)
	blackhole 1
	uplink_down 0
	until_ms "$(later "$(at TRANSPORT_DEAD)" $(($2 - LEAD)))"
	uplink_up 0
	check "$1: ATTACHED again" wait_for 5 attached
	just_before "$1: just in time" "$2" "$(after TRANSPORT_DEAD REATTACH_OK)"
	sleep 10
	blackhole_end 1
	same "$1" "$before"
	collect "$TEST_TMP/$1"
	check_fails "$1: nobody knows of a bound" grep "$3" "$TEST_TMP/$1.client" \
		"$TEST_TMP/$1.gw"
	remove "$1"
}

for what in degrade terminate; do
	tunnel 4
	policy "$client" recovery_window=2000 on_recovery_exceeded=$what persist=off
	in_time "window-$what" 2000 RECOVERY_BOUNDS_EXCEEDED
done

tunnel 4
policy "$client" recovery_window=2000 transport_loss_ttl=5000 persist=off
in_time loss-ttl 5000 TTL_TRANSPORT_LOSS_EXPIRED

# --- What follows ---------------------------------------------------------------------

# Each successor is begun when 98 % of the lifetime are over; the one that it
# supersedes begins none.
tunnel 4
policy "$client" session_max_lifetime=60000 transport_loss_ttl=5000 recovery_window=2000
connect
sleep 100
mapfile -t born < <(moments '.fsm_event == "HANDSHAKE_DONE"')
check_equal "successor: one" 2 "${#born[@]}"
exactly "successor: after 98 % of session_max_lifetime" 58800 \
	"$(between "${born[0]}" "${born[1]}")"
exactly "successor: the old one is superseded at once" 0 \
	"$(between "${born[1]}" "$(at SUPERSEDED)")"
check_equal "successor: nothing follows SUPERSEDED" "1 2" "$(sessions) $(ever)"
remove successor

# What ended by a bound without persist is not begun again, whatever comes back.
tunnel 4
policy "$client" transport_loss_ttl=5000 recovery_window=2000 persist=off
connect
uplink_down 0
uplink_down 1
check "no successor: the session ends" wait_for 10 happened TRANSPORT_LOSS_TTL
uplink_up 0
uplink_up 1
sleep 70
check_equal "no successor: none with persist=off" "0 1" "$(sessions) $(ever)"
remove no-successor

# --- Packets that wait ----------------------------------------------------------------

queue_drop() {
	counter "$client" tx_queue_drop
}

tunnel 4
policy "$client" recovery_window=10000
connect
receive "$TEST_TMP/received"
blackhole 1
uplink_down 0
check_equal "age: the session looks for a path" RECOVERING "$(state "$client")"
began=$(at TRANSPORT_DEAD)
until_ms "$(later "$began" 500)"
send 1 5
until_ms "$(later "$began" 2000)"
send 6 10
until_ms "$(later "$began" 3495)"
check_equal "age: nothing is dropped before it waited 3 s" 0 "$(queue_drop)"
until_ms "$(later "$began" 3510)"
check_equal "age: what waited 3 s is dropped and counted" 5 "$(queue_drop)"
uplink_up 0
check "age: ATTACHED again" wait_for 5 attached
wait_for 2 grep -q '^10$' "$TEST_TMP/received" || true
check_equal "age: what waited less arrives, in order" "$(seq -s, 6 10)" \
	"$(paste -sd, "$TEST_TMP/received")"
check_equal "age: nothing else is dropped" 5 "$(queue_drop)"
deaf
blackhole_end 1
remove age

# told WORDS ADDRESS: what a ping hears.
told() {
	! in_ns "$client" ping -c 1 -W 2 "$2" >"$TEST_TMP/told" && grep "$1" "$TEST_TMP/told"
}

# Without any link there is nothing to wait for.
tunnel 4
connect
uplink_down 0
uplink_down 1
degraded() {
	[[ $(state "$client") == DEGRADED ]]
}
check "refused packets: DEGRADED" wait_for 5 degraded
before=$(counter "$client" tx_no_binding)
check "refused packets: the sender is told, IPv4" \
	told "Destination Host Unreachable" $IN4G
check "refused packets: the sender is told, IPv6" \
	told "Address unreachable" $IN6G
check_equal "refused packets: each is counted" $((before + 2)) \
	"$(counter "$client" tx_no_binding)"
check_equal "refused packets: none waits" 0 "$(queue_drop)"
uplink_up 0
uplink_up 1
check "refused packets: ATTACHED again" wait_for 5 attached
check "refused packets: not any more" ping_inner 4
remove refused-packets

# What waited for a path goes back when the session stops looking for one.
tunnel 4
policy "$client" recovery_window=1500
connect
blackhole 1
uplink_down 0
check_equal "given back: the session looks for a path" RECOVERING "$(state "$client")"
before=$(counter "$client" tx_no_binding)
in_ns "$client" ping -c 1 -W 10 $IN4G >"$TEST_TMP/given4" &
in_ns "$client" ping -c 1 -W 10 $IN6G >"$TEST_TMP/given6" &
sleep 0.1
check_equal "given back: they wait" 2 "$(session "$client" .queued)"
check "given back: DEGRADED" wait_for 5 degraded
wait_for 1 grep -q unreachable "$TEST_TMP/given6" || true
check "given back: the sender is told, IPv4" \
	grep "Destination Host Unreachable" "$TEST_TMP/given4"
check "given back: the sender is told, IPv6" \
	grep "Address unreachable" "$TEST_TMP/given6"
check_equal "given back: each is counted" $((before + 2)) \
	"$(counter "$client" tx_no_binding)"
uplink_up 0
check "given back: ATTACHED again" wait_for 10 attached
check_equal "given back: and the event says how many" 2 "$(jvpn "$client" --json monitor jvpn0 \
	--history | jq 'select(.fsm_event == "REATTACH_OK") | .dropped')"
blackhole_end 1
remove given-back
