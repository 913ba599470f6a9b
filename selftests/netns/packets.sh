#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# packets.sh: what tunnels do with packets: sizes and fragments, DSCP and ECN,
# addresses that are not allowed, marks.
# kernels: uml
# timeout: 200

. "$(dirname "$0")/../lib.sh"

topology 20
tunnel 4
connect

# --- Sizes ---

mtu=$(ip -n "$client" -j link show jvpn0 | jq '.[0].mtu')
note "mtu $mtu"
big=$((mtu - 28))
check "a packet of the device's MTU passes" \
	in_ns "$client" ping -q -c 1 -W 2 -M "do" -s $big $IN4G
check "IPv6: a packet of the device's MTU passes" \
	in_ns "$client" ping -q -c 1 -W 2 -M "do" -s $((mtu - 48)) $IN6G
check_fails "a larger one with DF is refused" \
	in_ns "$client" ping -q -c 1 -W 2 -M "do" -s $((big + 1)) $IN4G
check "a larger one without DF is fragmented before" \
	in_ns "$client" ping -q -c 1 -W 2 -M dont -s 4000 $IN4G
check "every length around the padding" in_ns "$client" bash -c '
	for size in 0 1 2 7 15 16 17 31 32 33 63 64 65 1000 1001; do
		ping -q -c 1 -W 2 -s $size "$0" || exit 1
	done' $IN4G

# A host behind the client's end hears of the MTU by ICMP.
setup_ns behind
veth "$behind" eth0 "$client" lan0
addr "$behind" eth0 10.77.0.2/24
addr "$client" lan0 10.77.0.1/24
ip -n "$behind" route add default via 10.77.0.1
in_ns "$client" sysctl -qw net.ipv4.ip_forward=1
jvpn "$gw" set jvpn0 peer "${pub[client]}" \
	allowed-ips "$IN4C/32,$IN6C/128,10.77.0.0/24"
ip -n "$gw" route add 10.77.0.0/24 dev jvpn0
check "a forwarded packet passes" in_ns "$behind" ping -q -c 1 -W 2 $IN4G
too_big() {
	in_ns "$behind" ping -c 1 -W 2 -M "do" -s $((big + 20)) $IN4G \
		>"$TEST_TMP/too_big" || true
	cat "$TEST_TMP/too_big"
	grep -q "Frag needed.*mtu = $mtu" "$TEST_TMP/too_big"
}
check "a forwarded packet that is too big: ICMP with the MTU" too_big

# The way out is narrower than the tunnel's packets: they are fragmented outside.
ip -n "$r0" link set wan mtu 1280
ip -n "$net" link set to_r0 mtu 1280
check "a narrow path carries full packets" \
	wait_for 10 in_ns "$client" ping -q -c 1 -W 2 -s $big $IN4G
ip -n "$r0" link set wan mtu 1500
ip -n "$net" link set to_r0 mtu 1500

# --- DSCP and ECN (RFC 2983, RFC 6040) ---

in_ns "$gw" nft -f - <<-RULES
	table inet seen {
		counter outer_ect0 { }
		counter outer_ef { }
		counter inner_ce { }
		counter inner_ef { }
		chain input {
			type filter hook input priority -300;
			iifname gw0 udp dport $JVPN_PORT ip ecn ect0 counter name outer_ect0
			iifname gw0 udp dport $JVPN_PORT ip dscp ef counter name outer_ef
			iifname jvpn0 ip ecn ce counter name inner_ce
			iifname jvpn0 ip dscp ef counter name inner_ef
		}
	}
RULES
seen() {
	in_ns "$gw" nft -j list counter inet seen "$1" |
		jq '[.. | .packets? // empty][0]'
}
in_ns "$client" ping -q -c 3 -i 0.2 -W 2 -Q 0x02 $IN4G >/dev/null
check_equal "ECT(0) inside is ECT(0) outside" 3 "$(seen outer_ect0)"
in_ns "$r0" nft -f - <<-RULES
	table inet congested {
		chain forward {
			type filter hook forward priority 0;
			ip ecn ect0 ip ecn set ce
		}
	}
RULES
in_ns "$client" ping -q -c 3 -i 0.2 -W 2 -Q 0x02 $IN4G >/dev/null
in_ns "$r0" nft delete table inet congested
check_equal "congestion outside is congestion inside" 3 "$(seen inner_ce)"
in_ns "$client" ping -q -c 2 -i 0.2 -W 2 -Q 0xb8 $IN4G >/dev/null
check_equal "the inner DSCP is the outer one" 2 "$(seen outer_ef)"
in_ns "$r0" nft -f - <<-RULES
	table inet remark {
		chain forward {
			type filter hook forward priority 0;
			ip daddr $GW4 ip dscp set cs1
		}
	}
RULES
in_ns "$client" ping -q -c 2 -i 0.2 -W 2 -Q 0xb8 $IN4G >/dev/null
in_ns "$r0" nft delete table inet remark
check_equal "what others write outside does not come in" 4 "$(seen inner_ef)"

# --- Addresses ---

old=$(counter "$gw" rx_allowed_ip)
ip -n "$client" addr add 10.88.0.1/32 dev jvpn0
in_ns "$client" ping -q -c 3 -i 0.2 -W 1 -I 10.88.0.1 $IN4G >/dev/null || true
check_equal "a source that is not allowed is dropped and counted" 3 \
	$(($(counter "$gw" rx_allowed_ip) - old))
old=$(counter "$client" tx_no_peer)
ip -n "$client" route add 10.99.0.0/24 dev jvpn0
check_fails "a destination of no peer is unreachable" \
	in_ns "$client" ping -q -c 1 -W 1 10.99.0.1
check_equal "and counted" 1 $(($(counter "$client" tx_no_peer) - old))
jvpn "$gw" set jvpn0 peer "${pub[client]}" allowed-ips "$IN6C/128"
check_fails "an address that is taken away is refused at once" ping_inner 4
jvpn "$gw" set jvpn0 peer "${pub[client]}" allowed-ips "$IN4C/32,$IN6C/128"
check "and given back, passes again" ping_inner 4

# --- Marks ---

# Only what carries the mark gets out by this table; paths without an interface.
remove_end "$client" "up to here"
UPLINKS='' client_device 4 "FwMark = 0x77"
jvpn "$client" path add jvpn0 "${pub[gateway]}" remote "$(remote 4)"
ip -n "$client" rule add fwmark 0x77 table 77
ip -n "$client" route add default via 10.1.0.1 table 77
ip -n "$client" route del default dev up0
ip -n "$client" route del default dev up1
ip -n "$client" route add default dev jvpn0
check "everything through the tunnel but what is marked" \
	wait_for 10 ping_inner 4
check_equal "the marked way is up0" 10.1.0.2 \
	"$(session "$client" '.path[0].local' | cut -d: -f1)"
jvpn "$client" set jvpn0 fwmark 0
check "without the mark the tunnel would run through itself: refused" \
	wait_for 20 eval 'session "$client" ".path[0].status" | grep -q loop'
