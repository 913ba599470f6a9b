#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ends.sh: how sessions begin and end: by an operator on either side, with the
# peer, both ends at once, not at all.
# kernels: uml
# timeout: 200

. "$(dirname "$0")/../lib.sh"

topology 20

# story NAME: both ends' events, compared; then everything goes.
story() {
	sleep 0.5
	collect "$TEST_TMP/$1"
	check_events "$1" "$TEST_TMP/$1"
	ip -n "$client" link del jvpn0
	ip -n "$gw" link del jvpn0
}

sessions() {
	jvpn "$1" --json session list jvpn0 | jq length
}

tunnel 4
connect
jvpn "$client" session terminate jvpn0 "${pub[gateway]}"
sleep 3
check_equal "terminated at the client: no session there" 0 "$(sessions "$client")"
check_equal "terminated at the client: none at the gateway" 0 "$(sessions "$gw")"
check_fails "an operator's end is kept: traffic alone begins no session" \
	ping_inner 4
story terminate-client

tunnel 4
connect
jvpn "$gw" session terminate jvpn0 "${pub[client]}"
sleep 3
check_equal "terminated at the gateway: no session at the client" 0 \
	"$(sessions "$client")"
story terminate-gateway

tunnel 4
connect
jvpn "$gw" set jvpn0 peer "${pub[client]}" remove
sleep 3
check_equal "peer removed: no session at the gateway" 0 "$(sessions "$gw")"
story peer-removed

# The other end says nothing at all.
tunnel 4
ip -n "$gw" link set jvpn0 down
connect_only() {
	jvpn "$client" set jvpn0 peer "${pub[gateway]}" connect
}
connect_only
if [[ $MACHINE == uml ]]; then
	sleep 95
	story nobody-answers
else
	remove nobody-answers
fi

# Both ends begin at the same moment; up1 is not used, as nobody gets through
# its NAT from outside.
both() {
	gateway_device
	UPLINKS=0 client_device 4 "ListenPort = $JVPN_PORT"
	jvpn "$gw" path add jvpn0 "${pub[client]}" remote 10.1.0.2:$JVPN_PORT
	jvpn "$client" set jvpn0 peer "${pub[gateway]}" connect &
	jvpn "$gw" set jvpn0 peer "${pub[client]}" connect
	wait $!
}
for try in 1 2 3; do
	both
	check "both at once, $try: attached" wait_for 10 attached
	sleep 6
	check_equal "both at once, $try: one session at the client" 1 \
		"$(sessions "$client")"
	check_equal "both at once, $try: one session at the gateway" 1 \
		"$(sessions "$gw")"
	check_equal "both at once, $try: it is the same" \
		"$(session "$client" .id)" "$(session "$gw" .id)"
	check "both at once, $try: ping" ping_inner 4
	collect "$TEST_TMP/both-$try"
	check "both at once, $try: events keep the invariants" \
		audit "$TEST_TMP/both-$try"
	ip -n "$client" link del jvpn0
	ip -n "$gw" link del jvpn0
	# The larger key is not always on the same side.
	unset 'pub[client]' 'pub[gateway]'
done
