# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# instants.sh: when something happened, and whether that was in time. Sourced by
# tests of what policy bounds.

policy() { # NAMESPACE WORD...
	jvpn "$1" policy set jvpn0 "${@:2}" >/dev/null
}

# moments FILTER: when such events happened at the client, ms.
moments() {
	jvpn "$client" --json monitor jvpn0 --history |
		jq -r "select($1) | .boot_ns / 1e6"
}

# at FSM_EVENT: when that happened first.
at() {
	moments ".fsm_event == \"$1\"" | sed -n 1p
}

# between MS MS: from the one to the other.
between() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f\n", b - a }'
}

# after FSM_EVENT FSM_EVENT: ms between the two.
after() {
	between "$(at "$1")" "$(at "$2")"
}

# exactly DESCRIPTION EXPECTED_MS ACTUAL_MS: to the tick of a timer.
exactly() {
	check "$1 ($3 ms)" awk -v e="$2" -v a="$3" \
		'BEGIN { exit !(a >= e && a < e + 1) }'
}

# happened FSM_EVENT: asked often, so without jq.
happened() {
	jvpn "$client" --json monitor jvpn0 --history | grep -q "\"fsm_event\":\"$1\""
}

all_dead() {
	blackhole 0
	blackhole 1
}

all_back() {
	blackhole_end 0
	blackhole_end 1
}

# stream MS: packets both ways for so long.
stream() {
	exec "$NETNS_DIR/stream.py" "$client,$IN4C" "$gw,$IN4G" --rate 20 --flows both \
		--time "$1" --out "$TEST_TMP/stream"
}

# busy [MS]: traffic until `idle`: silence alone is noticed late.
busy() {
	stream "${1:-100000}" &
	traffic=$!
}

idle() {
	kill $traffic
	wait $traffic || true
}

# receive FILE: numbered datagrams that arrive at the gateway; `deaf` ends it.
receive() {
	in_ns "$gw" python3 -u -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.9.0.1", 7))
while True:
    print(s.recv(100).decode(), flush=True)' >"$1" &
	receiver=$!
	wait_listening "$gw" udp 7
}

deaf() {
	kill $receiver
	wait $receiver || true
}

send() { # FROM TO
	in_ns "$client" python3 -c "
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range($1, $2 + 1):
    s.sendto(str(i).encode(), ('10.9.0.1', 7))
    time.sleep(0.001)"
}
