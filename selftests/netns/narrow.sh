#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# narrow.sh: a path that swallows long datagrams and tells nobody is found out
# before it is used, and then used with short ones. Where the route is known to be
# narrow no longer ones are tried.
# kernels: uml
# timeout: 400

. "$(dirname "$0")/../lib.sh"

topology 20
UPLINKS=0

# Silently, on the way to the gateway.
in_ns "$r0" nft -f - <<-RULES
	table inet narrow {
		chain forward {
			type filter hook forward priority -200;
			iifname lan meta length > 1280 counter drop
		}
	}
RULES

# counted: packets that were swallowed.
counted() {
	in_ns "$r0" nft -j list table inet narrow |
		jq '[.. | .counter? // empty][0].packets'
}

for family in 4 6; do
	tunnel $family
	connect cold
	# The path's second heartbeat is a short one.
	sleep 20
	in_ns "$client" ping -q -c 1 -W 2 $IN4G >/dev/null || true
	sleep 40
	before=$(counted)
	check "v$family: it is a probe that was swallowed" test "$before" -gt 0
	check_fails "v$family: the sender of a long packet is told" \
		in_ns "$client" ping -q -c 1 -W 2 -M "do" -s 1300 $IN4G
	check "v$family: it may send shorter ones" \
		in_ns "$client" ping -q -c 2 -i 0.2 -W 2 -M "do" -s 1150 $IN4G
	check "v$family: what may be fragmented is, IPv4" \
		in_ns "$client" ping -q -c 2 -i 0.2 -W 2 -M dont -s 1300 $IN4G
	check "v$family: what must not be refused is, IPv6" \
		in_ns "$client" ping -q -c 2 -i 0.2 -W 2 -s 1232 $IN6G
	check_equal "v$family: nothing more was swallowed" "$before" "$(counted)"
	remove "overhead-v$family"
done

in_ns "$r0" nft delete table inet narrow

# usable: the path answers, and is validated.
usable() {
	session "$client" | jq -e '.path[0].status | index("up") and index("validated")'
}

for family in 4 6; do
	ip -n "$client" link set up0 mtu 1350
	tunnel $family
	connect cold
	check "narrow link, v$family: the first heartbeat is answered" wait_for 1 usable
	check_equal "narrow link, v$family: none was too long, none counts as lost" "0 0" \
		"$(counter "$client" tx_error) $(session "$client" '.path[0].loss_permille')"
	check_equal "narrow link, v$family: what passed is told" \
		$((1350 - (family == 4 ? 28 : 48) - 32)) "$(session "$client" '.path[0].mtu')"
	check_fails "narrow link, v$family: the sender of a long packet is told" \
		in_ns "$client" ping -q -c 1 -W 2 -M "do" -s 1300 $IN4G
	# It is the route that says so: the tunnel remembers nothing when it no longer does.
	ip -n "$client" link set up0 mtu 1500
	ip -n "$client" route flush cache
	check "wide again, v$family: long packets pass" \
		in_ns "$client" ping -q -c 2 -i 0.2 -W 2 -M "do" -s 1300 $IN4G
	remove "link-v$family"
done
