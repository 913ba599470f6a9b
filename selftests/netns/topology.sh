#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# topology.sh: the world of the tests is as lib.sh draws it, and every fault
# it can make does what it says.

. "$(dirname "$0")/../lib.sh"

topology 20

from() { # UPLINK FAMILY
	local n=$(($1 + 1))
	if [[ $2 == 4 ]]; then
		in_ns "$client" ping -q -c 1 -W 1 -I "10.$n.0.2" $GW4
	else
		in_ns "$client" ping -q -c 1 -W 1 -I "up$1" $GW6
	fi
}

for uplink in 0 1; do
	# Routes by source address, as a host with two uplinks has them.
	ip -n "$client" rule add from 10.$((uplink + 1)).0.2 table 10$uplink
	ip -n "$client" route add default via 10.$((uplink + 1)).0.1 table 10$uplink
	for family in 4 6; do
		check "gateway reached over up$uplink, IPv$family" \
			wait_for 5 from $uplink $family
	done
done

# The address that the gateway sees behind UPLINK.
seen_source() {
	local out=$TEST_TMP/source
	in_ns "$gw" timeout 5 tcpdump -lnni gw0 -c 1 udp port 9 >"$out" 2>"$out.err" &
	wait_for 5 grep -q listening "$out.err"
	in_ns "$client" bash -c "exec 3<>/dev/udp/$GW4/9; echo x >&3"
	wait $! || true
	grep -oE 'IP [0-9.]+' "$out" | cut -d' ' -f2
}
ip -n "$client" route add $GW4 via 10.2.0.1
check_equal "r1 hides the client" 203.0.113.2 "$(seen_source | cut -d. -f1-4)"
nat_rebind
check_equal "after a rebinding, another address" 203.0.113.3 \
	"$(seen_source | cut -d. -f1-4)"
check "gateway reached after a rebinding, IPv6" wait_for 5 from 1 6
ip -n "$client" route del $GW4

blackhole 0
check_fails "nothing passes a blackhole" from 0 4
blackhole_end 0
check "and again afterwards" from 0 4
carrier_lost 0
check "carrier lost is seen at the client" wait_for 2 \
	sh -c "ip -n $client link show up0 | grep -q NO-CARRIER"
uplink_up 0
check "carrier comes back" wait_for 5 from 0 4
uplink_down 0
check_fails "nothing passes a link that is down" from 0 4
uplink_up 0
check "link comes back, IPv4" wait_for 5 from 0 4
check "link comes back, IPv6" wait_for 5 from 0 6

if [[ $MACHINE == uml ]]; then
	rtt=$(in_ns "$client" ping -c 2 -i 0.2 -I 10.1.0.2 $GW4 |
		grep -oE 'time=[0-9.]+' | tail -n 1 | cut -d= -f2)
	check_equal "round trip is exact in virtual time" 20.0 "$rtt"
fi
