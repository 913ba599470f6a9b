# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# jvpn.sh: devices, sessions and events for the tests. lib.sh sources it.
#
# `tunnel` connects $client and $gw of the topology: jvpn0 on each side, inner
# addresses 10.9.0.2 and fd09::2 on the client, 10.9.0.1 and fd09::1 on the
# gateway, and the client's paths 0 over up0 and 1 over up1.

JVPN_PORT=5180
IN4C=10.9.0.2 IN4G=10.9.0.1
IN6C=fd09::2 IN6G=fd09::1
NETNS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# jvpn NAMESPACE WORD...: jvpn-tool there.
jvpn() {
	in_ns "$1" jvpn-tool "${@:2}"
}

# keys NAME...: a key pair each, in $TEST_TMP/NAME.{key,pub}; ${pub[NAME]} is
# the public one.
declare -A pub
keys() {
	local name
	for name; do
		[[ -z ${pub[$name]-} ]] || continue
		(umask 077 && jvpn-tool genkey >"$TEST_TMP/$name.key")
		pub[$name]=$(jvpn-tool pubkey <"$TEST_TMP/$name.key")
	done
}

# device NAMESPACE NAME KEY [WORD...]: a device with this key, up; the words go
# to `jvpn-tool set`.
device() {
	local ns=$1 dev=$2 key=$3
	keys "$key"
	ip -n "$ns" link add "$dev" type jvpn
	jvpn "$ns" set "$dev" private-key "$TEST_TMP/$key.key" \
		node "$key" "${@:4}"
	ip -n "$ns" link set "$dev" up
}

# gateway_device [WORD...], client_device [WORD...]: the ends of the tunnel,
# without anything about the other one.
gateway_device() {
	device "$gw" jvpn0 gateway listen-port $JVPN_PORT "$@"
	addr "$gw" jvpn0 $IN4G/24 $IN6G/64
}

client_device() {
	device "$client" jvpn0 client "$@"
	addr "$client" jvpn0 $IN4C/24 $IN6C/64
}

# Each end learns of the other.
gateway_peer() {
	keys client
	jvpn "$gw" set jvpn0 peer "${pub[client]}" \
		allowed-ips "$IN4C/32,$IN6C/128"
}

# client_peer [4|6]: with a path over each uplink, in this family.
client_peer() {
	keys gateway
	jvpn "$client" set jvpn0 peer "${pub[gateway]}" \
		allowed-ips "$IN4G/32,$IN6G/128"
	client_path 0 "${1:-4}"
	client_path 1 "${1:-4}"
}

# remote 4|6: the gateway's address and port.
remote() {
	[[ $1 == 4 ]] && echo "$GW4:$JVPN_PORT" || echo "[$GW6]:$JVPN_PORT"
}

# client_path UPLINK 4|6 [WORD...]
client_path() {
	jvpn "$client" path add jvpn0 "${pub[gateway]}" id "$1" \
		remote "$(remote "$2")" dev "up$1" "${@:3}"
}

# tunnel [4|6 [WORD...]]: both ends, not connected yet; the words are for
# `jvpn-tool set` on both.
tunnel() {
	local family=${1:-4}
	keys gateway client
	gateway_device "${@:2}"
	client_device "${@:2}"
	gateway_peer
	client_peer "$family"
}

# connect: begin the client's session and wait until it is attached and, unless
# told not to, both paths are warm.
connect() {
	jvpn "$client" set jvpn0 peer "${pub[gateway]}" connect
	wait_for 10 attached &&
		{ [[ ${1-} == cold ]] || wait_for 20 warm; }
}

# session NAMESPACE [FILTER]: the session as JSON, or what jq makes of it.
session() {
	jvpn "$1" --json session list jvpn0 | jq -c -r ".[0]${2-}"
}

state() {
	session "$1" .state
}

attached() {
	[[ $(state "$client") == ATTACHED && $(state "$gw") == ATTACHED ]]
}

# warm: every path of the client is validated and answers.
warm() {
	session "$client" | jq -e '[.path[].status] |
		length > 1 and all(index("up") and index("validated"))'
}

# counter NAMESPACE NAME: of the device.
counter() {
	jvpn "$1" --json show jvpn0 | jq -r "[.. | .counters? // empty][0].$2"
}

# ping_inner [4|6] [OPTION...]: from the client through the tunnel.
ping_inner() {
	local to=$IN4G
	[[ ${1-} == 6 ]] && to=$IN6G
	in_ns "$client" ping -q -c 2 -i 0.2 -W 2 "${@:2}" $to
}

# --- Events -----------------------------------------------------------------

# listen: collect the events of both ends from the first on, into
# $TEST_TMP/{client,gw}.jsonl.
listen() {
	local end
	for end in client gw; do
		background ip netns exec "${!end}" jvpn-tool monitor --json \
			--since 1 >"$TEST_TMP/$end.jsonl"
	done
	wait_for 5 grep -q . "$TEST_TMP/client.jsonl" || true
}

# history NAMESPACE FILE: all events so far.
history_of() {
	jvpn "$1" --json monitor jvpn0 --history >"$2"
}

# events [FROM-MARK]: both ends' events, as golden files have them.
events() {
	history_of "$client" "$TEST_TMP/client.jsonl"
	history_of "$gw" "$TEST_TMP/gw.jsonl"
	"$NETNS_DIR/events.py" golden "$TEST_TMP/client.jsonl" "$TEST_TMP/gw.jsonl"
}

# check_events NAME: against golden/NAME.txt. JVPN_GOLDEN=DIRECTORY writes what
# was seen there, to be looked at and, if it is right, committed.
check_events() {
	local seen
	seen=$(events)
	[[ -z ${JVPN_GOLDEN_DIR-} ]] ||
		printf '%s\n' "$seen" >"$JVPN_GOLDEN_DIR/$1.txt"
	check_equal "$1: events" "$(cat "$NETNS_DIR/golden/$1.txt")" "$seen"
	check "$1: events keep the invariants" "$NETNS_DIR/events.py" check \
		"$TEST_TMP/client.jsonl" "$TEST_TMP/gw.jsonl"
}
