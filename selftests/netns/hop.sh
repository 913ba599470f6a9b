#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# hop.sh: there is one path, and something on it stops to pass the ports that the
# session uses: it goes on by another local port.
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"

topology 20
UPLINKS=0

# forbid PORT: the router passes nothing to and from this port of the client.
forbid() {
	in_ns "$r0" nft -f - <<-RULES
		table inet forgetful
		delete table inet forgetful
		table inet forgetful {
			chain forward {
				type filter hook forward priority -200;
				udp sport $1 drop
				udp dport $1 drop
			}
		}
	RULES
}

# port: from which the gateway sees the client.
port() {
	session "$gw" '.path[0].remote' | sed 's/.*://'
}

# left PORT: the gateway sees another one.
left() {
	[[ $(port) != "$1" ]]
}

for family in 4 6; do
	tunnel $family
	connect cold
	id=$(session "$client" .id)
	in_ns "$client" ping -q -i 0.02 -c 400 $IN4G >"$TEST_TMP/ping" &
	sleep 1
	first=$(port)

	forbid "$first"
	check "v$family: the session goes on" wait_for 3 left "$first"
	wait $! || true
	check_equal "v$family: it is the same one" "$id" "$(session "$client" .id)"
	check_equal "v$family: attached" "ATTACHED ATTACHED" \
		"$(state "$client") $(state "$gw")"
	lost=$(awk '/packets transmitted/ { print $1 - $4 }' "$TEST_TMP/ping")
	# 20 ms each: detection in 4 PTO, the contest in one, two round trips.
	check_at_most "v$family: packets lost" 16 "$lost"

	second=$(port)
	in_ns "$client" ping -q -i 0.02 -c 400 $IN4G >/dev/null &
	sleep 1
	forbid "$second"
	check "v$family: and back to the first" wait_for 3 left "$second"
	wait $! || true
	check_equal "v$family: which is that" "$first" "$(port)"
	collect "$TEST_TMP/hop$family"
	check "v$family: events keep the invariants" audit "$TEST_TMP/hop$family"
	ip -n "$client" link del jvpn0
	ip -n "$gw" link del jvpn0
	in_ns "$r0" nft delete table inet forgetful
done
