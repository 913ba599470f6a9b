#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# bounds.sh: what policy bounds in time ends then, not before and not after, and
# says why; and a policy that changes reaches a live session when it should.
# kernels: uml
# timeout: 900

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/instants.sh"

topology 20

peer() {
	echo "${pub[gateway]}"
}

# --- A recovery that does not succeed ---------------------------------------

tunnel 4
policy "$client" recovery_window=2000 transport_loss_ttl=5000 persist=off
connect
busy
all_dead
check "no path: the recovery window ends" wait_for 10 happened WINDOW_EXCEEDED_DEGRADE
exactly "no path: after recovery_window the session is DEGRADED" 2000 \
	"$(after TRANSPORT_DEAD WINDOW_EXCEEDED_DEGRADE)"
check "no path: the session ends" wait_for 10 happened TRANSPORT_LOSS_TTL
exactly "no path: after transport_loss_ttl the session is over" 5000 \
	"$(after TRANSPORT_DEAD TRANSPORT_LOSS_TTL)"
idle
all_back
remove loss

tunnel 4
policy "$client" recovery_window=2000 on_recovery_exceeded=terminate persist=off
connect
busy
all_dead
check "terminate: the session ends" wait_for 10 happened WINDOW_EXCEEDED_TERMINATE
exactly "terminate: after recovery_window" 2000 \
	"$(after TRANSPORT_DEAD WINDOW_EXCEEDED_TERMINATE)"
idle
all_back
remove terminate

# --- A path that comes back just in time --------------------------------------

tunnel 4
policy "$client" recovery_window=2000 transport_loss_ttl=12000 persist=off
connect
before=$(session "$client" .id)
busy
all_dead
check "in time: DEGRADED" wait_for 10 happened WINDOW_EXCEEDED_DEGRADE
sleep 2
all_back
# Lost paths are probed again at least every standby_interval.
check "in time: ATTACHED again" wait_for 6 attached
sleep 10
check_equal "in time: the session is the same" "$before" "$(session "$client" .id)"
idle
remove in-time

# --- The session's own life -----------------------------------------------------

# The lower of what both ends say counts, whoever says it.
for end in "$client" "$gw"; do
	name=lifetime-${end%-*}
	tunnel 4
	policy "$client" persist=off
	policy "$end" session_max_lifetime=60000 transport_loss_ttl=5000 recovery_window=2000
	connect
	sleep 59
	check "$name: ends" wait_for 5 happened SESSION_TTL
	# It was born one round trip before it was attached.
	exactly "$name: ends after session_max_lifetime" 59979.5 \
		"$(after HANDSHAKE_DONE SESSION_TTL)"
	remove "$name"
done

tunnel 4
policy "$client" session_max_lifetime=60000 transport_loss_ttl=5000 \
	recovery_window=2000
connect
before=$(session "$client" .id)
rm -f "$TEST_TMP/stream"
(stream 65000)
# What is under way to the client at that moment is lost.
check "persist: a successor took over without a pause" jq -e \
	'.up.lost == 0 and .down.lost <= 1 and .up.gap_ms < 60 and .down.gap_ms < 110' \
	"$TEST_TMP/stream"
check_fails "persist: it is another session" \
	test "$before" = "$(session "$client" .id)"
check "persist: the old one was superseded" happened SUPERSEDED
check_fails "persist: it did not end by its lifetime" happened SESSION_TTL
remove persist

# Raised at both ends; it counts from the next change of keys on.
tunnel 4
for end in "$client" "$gw"; do
	policy "$end" session_max_lifetime=150000 transport_loss_ttl=60000 persist=off
done
connect
before=$(session "$client" .id)
for end in "$client" "$gw"; do
	policy "$end" --strict session_max_lifetime=300000
done
rm -f "$TEST_TMP/stream"
(stream 140000)
sleep 60
check_equal "lifetime: a longer one is agreed on when keys change" "$before" \
	"$(session "$client" .id)"
remove lifetime-raised

# Nobody answers.
tunnel 4
policy "$client" handshake_timeout=5000 persist=off
all_dead
began=$(now_ms)
jvpn "$client" set jvpn0 peer "$(peer)" connect
check "handshake: gives up" wait_for 10 happened HANDSHAKE_TIMEOUT
check_at_most "handshake: after handshake_timeout, not before" "$(at HANDSHAKE_TIMEOUT)" \
	$((began + 5000))
check_at_most "handshake: nor later" $((began + 5100)) "$(at HANDSHAKE_TIMEOUT)"
all_back
remove handshake

# --- A policy changes -------------------------------------------------------------

version() {
	session "$client" .policy_version
}

tunnel 4
connect
old=$(version)
policy "$client" recovery_window=3000
new=$(jvpn "$client" --json policy show jvpn0 | jq .version)
check_equal "grace: not before the next transition" "$old" "$(version)"
jvpn "$client" session switch jvpn0 "$(peer)" 1
check "grace: the move is made" wait_for 5 attached
check_equal "grace: from the next transition on" "$new" "$(version)"
policy "$client" --strict recovery_window=4000
check_equal "strict: at once" "$(jvpn "$client" --json policy show jvpn0 |
	jq .version)" "$(version)"
remove grace

# The transport in use is not allowed any more.
tunnel 6
jvpn "$client" path del jvpn0 "$(peer)" 1
jvpn "$client" path add jvpn0 "$(peer)" id 1 remote "$(remote 4)" dev up1
connect
policy "$client" --strict allowed_transports=udp4
check "strict: another transport is taken" wait_for 5 attached
check_equal "strict: that is path 1" 1 "$(session "$client" .active_path)"
collect "$TEST_TMP/strict"
check "strict: and why" grep -q '"TRANSPORT_DEAD".*"POLICY_DENY"\|"POLICY_DENY".*"TRANSPORT_DEAD"' \
	"$TEST_TMP/strict.client"
remove strict

# Only the bound tuple may speak; what is under way during a move may still arrive.
tunnel 4
for end in "$client" "$gw"; do
	policy "$end" --strict strict_binding=on
done
connect
rm -f "$TEST_TMP/stream"
stream 2000 &
streaming=$!
sleep 2.5
jvpn "$client" session switch jvpn0 "$(peer)" 1
wait $streaming
check "strict_binding: a planned move loses nothing" jq -e \
	'.up.lost == 0 and .down.lost == 0 and .up.sent > 30' "$TEST_TMP/stream"
check_equal "strict_binding: it was made" 1 "$(session "$gw" .active_path)"
remove strict-binding

# A running recovery is bounded by the new window.
tunnel 4
policy "$client" recovery_window=8000 transport_loss_ttl=60000 persist=off
connect
busy
all_dead
check "strict: recovering" wait_for 5 happened TRANSPORT_DEAD
policy "$client" --strict recovery_window=4000
check "strict: the window ends" wait_for 10 happened WINDOW_EXCEEDED_DEGRADE
exactly "strict: where the new policy puts its end" 4000 \
	"$(after TRANSPORT_DEAD WINDOW_EXCEEDED_DEGRADE)"
idle
all_back
remove window

# --- How often ------------------------------------------------------------------

tunnel 4
connect
for ((i = 1; i <= 8; i++)); do
	jvpn "$client" session switch jvpn0 "$(peer)" $((i % 2))
	wait_for 5 attached
	sleep 1
done
check_equal "switches: all but those over the budget are made" 8 \
	"$(session "$client" .switches)"
check_fails "switches: not more than max_switches_per_min, though an operator asks" \
	jvpn "$client" session switch jvpn0 "$(peer)" 1
sleep 55
check "switches: a minute after the first there is one again" \
	jvpn "$client" session switch jvpn0 "$(peer)" 1
remove switches

# --- Packets that wait --------------------------------------------------------------

tunnel 4
policy "$client" recovery_queue=10
connect
receive "$TEST_TMP/received"
uplink_down 0
uplink_down 1
send 1 50
uplink_up 1
check "queue: ATTACHED again" wait_for 5 attached
wait_for 2 grep -q '^50$' "$TEST_TMP/received" || true
check_equal "queue: the newest arrive, in order, and nothing else" "$(seq -s, 41 50)" \
	"$(paste -sd, "$TEST_TMP/received")"
check_equal "queue: the others are counted" 40 "$(counter "$client" tx_queue_drop)"
uplink_up 0
deaf
remove queue
