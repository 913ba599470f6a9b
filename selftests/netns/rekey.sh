#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# rekey.sh: keys change under load, and nobody inside notices; also with a
# cipher whose answers come late.
# kernels: uml
# timeout: 900

. "$(dirname "$0")/../lib.sh"

topology 20

# story NAME: 260 seconds of traffic, two changes of keys, one jump.
story() {
	local name=$1 before
	tunnel 4 "Ciphers = aes-256-gcm"
	connect
	note "$name: $(session "$client" .cipher_driver)"
	before=$(session "$client" .id)
	coproc STREAM {
		exec "$NETNS_DIR/stream.py" "$client,$IN4C" "$gw,$IN4G" --tcp \
			--rate 10 --time 260000 --mark 130000:fault \
			--out "$TEST_TMP/$name.stream"
	}
	read -r _ <&"${STREAM[0]}"
	uplink_down 0
	wait "$STREAM_PID"
	uplink_up 0
	collect "$TEST_TMP/$name"
	check_equal "$name: at most what was under way is lost" 1 "$(jq \
		'if .up.lost == 0 and .down.lost <= 1 then 1 else 0 end' \
		"$TEST_TMP/$name.stream")"
	check_equal "$name: nothing is out of order or doubled" "0 0 0 0" "$(jq -r \
		'[.up.reordered, .down.reordered, .up.duplicated,
		.down.duplicated] | join(" ")' "$TEST_TMP/$name.stream")"
	check_equal "$name: TCP survives" true \
		"$(jq '.tcp.intact and .tcp.broken == null' "$TEST_TMP/$name.stream")"
	check_equal "$name: the session is the same" "$before" \
		"$(session "$client" .id)"
	check_equal "$name: keys were rotated" 2 "$(session "$client" .rekeys)"
	check_events rekey "$TEST_TMP/$name"
}

remove_devices() {
	ip -n "$client" link del jvpn0
	ip -n "$gw" link del jvpn0
}

story rekey
check_equal "no answer was late" 0 "$(counter "$gw" aead_late)"
remove_devices

# Among 100 packets a second packets of the old keys are under way at that moment.
tunnel 4 "Ciphers = aes-256-gcm"
connect
"$NETNS_DIR/stream.py" "$client,$IN4C" "$gw,$IN4G" --rate 100 --time 125000 \
	--skip 1000:110000 --out "$TEST_TMP/dense" >/dev/null
check_equal "dense: keys were rotated" 1 "$(session "$client" .rekeys)"
check_equal "dense: no packet of the old ones is lost" "0 0" \
	"$(jq -r '"\(.up.lost) \(.down.lost)"' "$TEST_TMP/dense")"
remove dense-events

unload_module
load_module 'aead_driver_gcm=cryptd(gcm_base(ctr(aes-generic),ghash-generic))'
story late
check "answers were late at the gateway" test "$(counter "$gw" aead_late)" -gt 1000
check "answers were late at the client" \
	test "$(counter "$client" aead_late)" -gt 1000
ip netns exec "$gw" iperf3 -s -1 >/dev/null &
server=$!
wait_listening "$gw" tcp 5201
check "late answers: TCP" in_ns "$client" iperf3 -c $IN4G -n 200K -l 10K
wait $server
note "$(odd_counters "$client")"
remove_devices
unload_module
load_module
