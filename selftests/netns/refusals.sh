#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# refusals.sh: why a move is refused, and what both ends say about it.
# kernels: uml
# timeout: 200

. "$(dirname "$0")/../lib.sh"

topology 20

switch_to() {
	jvpn "$client" session switch jvpn0 "${pub[gateway]}" "$1"
}

fresh() {
	tunnel 4
	connect
}

# story NAME [REASON]: the refusal is reported with this reason, and the session
# is well.
story() {
	collect "$TEST_TMP/$1"
	[[ -z ${2-} ]] || check "$1: is reported by the gateway" \
		grep -q "REATTACH_REFUSED.*\"$2\"" "$TEST_TMP/$1.gw"
	check_events "$1" "$TEST_TMP/$1"
	check "$1: traffic goes on" ping_inner 4
	ip -n "$client" link del jvpn0
	ip -n "$gw" link del jvpn0
}

# The gateway's policy forbids the transport of the other path.
tunnel 6
jvpn "$client" path del jvpn0 "${pub[gateway]}" 1
jvpn "$client" path add jvpn0 "${pub[gateway]}" id 1 remote "$(remote 4)" dev up1
connect
jvpn "$gw" policy set jvpn0 --strict allowed_transports=udp6
switch_to 1
sleep 0.5
story refused-policy POLICY_DENY

# The gateway's policy forbids the transport that is in use. Its packets still
# come for a while, and must not bring it back.
tunnel 6
jvpn "$client" path del jvpn0 "${pub[gateway]}" 1
jvpn "$client" path add jvpn0 "${pub[gateway]}" id 1 remote "$(remote 4)" dev up1
connect
in_ns "$client" ping -q -i 0.01 -c 100 $IN4G >/dev/null &
sleep 0.2
jvpn "$gw" policy set jvpn0 --strict allowed_transports=udp4
wait $! || true
check_equal "forbidden transport: the other path is taken" 1 "$(session "$gw" .active_path)"
check_equal "forbidden transport: both ends are well" "ATTACHED ATTACHED" \
	"$(state "$client") $(state "$gw")"
collect "$TEST_TMP/forbidden"
check "forbidden transport: events keep the invariants" audit "$TEST_TMP/forbidden"
check_fails "forbidden transport: it did not come back" \
	grep -q TRANSPORT_ALIVE "$TEST_TMP/forbidden.gw"
ip -n "$client" link del jvpn0
ip -n "$gw" link del jvpn0

# The request is older than the policy allows.
fresh
jvpn "$gw" policy set jvpn0 --strict reattach_proof_max_age=500
tc -n "$r1" qdisc replace dev wan root netem delay 700ms
switch_to 1
sleep 3
delay 1 20
sleep 5
story refused-old FRESHNESS_INVALID

# More moves in a second than the gateway takes.
fresh
jvpn "$gw" policy set jvpn0 --strict reattach_rate=1
switch_to 1
sleep 0.1
switch_to 0
sleep 3
story refused-rate RATE_LIMITED

# The ACK is lost: the client's next request has an epoch that was.
fresh
tc -n "$net" qdisc replace dev to_r1 root netem loss 100%
switch_to 1
sleep 1
delay 1 20
sleep 1
story refused-epoch STALE_EPOCH

# The way back would run through the tunnel itself: the gateway has none there.
fresh
ip -n "$gw" route add 203.0.113.2 dev jvpn0
switch_to 1
sleep 1
ip -n "$gw" route del 203.0.113.2 dev jvpn0
sleep 1
story refused-loop INVALID_CANDIDATE
