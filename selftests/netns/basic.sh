#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# basic.sh: a tunnel carries packets: IPv4 and IPv6 inside, IPv4 and IPv6
# outside, with both ciphers; ping and TCP.
# kernels: all
# timeout: 200

. "$(dirname "$0")/../lib.sh"

topology 20

# transfer ADDRESS [-R]: TCP through the tunnel; -R is towards the client.
transfer() {
	in_ns "$client" iperf3 --json -c "$1" -n 100K -l 10K "${@:2}" \
		>"$TEST_TMP/iperf" &&
		jq -e '.end.sum_sent.bytes >= 100000 and
			.end.sum_received.bytes > 0' "$TEST_TMP/iperf" ||
		{ jq -c '.error, .end.sum_sent, .end.sum_received' \
			"$TEST_TMP/iperf"; false; }
}

remove() {
	ip -n "$client" link del jvpn0
	ip -n "$gw" link del jvpn0
}

background ip netns exec "$gw" iperf3 -s >/dev/null

for outer in 4 6; do
	for cipher in aes-256-gcm chacha20-poly1305; do
		what="outer IPv$outer, $cipher"
		tunnel $outer "Ciphers = $cipher"
		check "$what: session comes up" connect
		check_equal "$what: is the cipher in use" $cipher \
			"$(session "$client" .cipher)"
		note "$what: $(session "$client" .cipher_driver)"
		check "$what: inner IPv4, ping" ping_inner 4
		check "$what: inner IPv6, ping" ping_inner 6
		check "$what: inner IPv4, TCP" transfer $IN4G
		check "$what: inner IPv6, TCP" transfer $IN6G -R
		check_equal "$what: the ends have one session" \
			"$(session "$client" .id)" "$(session "$gw" .id)"
		collect "$TEST_TMP/$outer-$cipher"
		check_events basic-$outer "$TEST_TMP/$outer-$cipher"
		for end in client gw; do
			check_equal "$what: nothing odd was counted, $end" "" \
				"$(odd_counters "${!end}")"
		done
		remove
	done
done

# Each end has its own idea of what is good.
gateway_device "Ciphers = chacha20-poly1305"
client_device 4 "Ciphers = aes-256-gcm, chacha20-poly1305"
check "one cipher in common: session comes up" connect
check_equal "one cipher in common: is used" chacha20-poly1305 \
	"$(session "$client" .cipher)"
remove

# A session begins with the first packet, which is not lost.
tunnel 4
check "the first packet begins a session and arrives" \
	in_ns "$client" ping -q -c 1 -W 3 $IN4G
remove

# With a preshared key on one end only nothing comes up.
tunnel 4
jvpn-tool genpsk >"$TEST_TMP/psk"
jvpn "$gw" set jvpn0 peer "${pub[client]}" psk "$TEST_TMP/psk"
check_fails "preshared key on one end: no session" connect
jvpn "$client" set jvpn0 peer "${pub[gateway]}" psk "$TEST_TMP/psk"
check "preshared key on both: session comes up" wait_for 15 attached
check "preshared key on both: ping" ping_inner 4
