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

# device NAMESPACE NAME KEY [ADDRESS...]: a device with the configuration on
# standard input, up.
device() {
	local ns=$1 dev=$2 key=$3 a mask
	keys "$key"
	mask=$(umask)
	umask 077
	{
		echo "link add $dev type jvpn"
		echo "link set $dev up"
		for a in "${@:4}"; do
			echo "addr add $a dev $dev"
		done
	} >"$TEST_TMP/$ns-$dev.batch"
	{
		echo "[Interface]"
		echo "PrivateKey = $(<"$TEST_TMP/$key.key")"
		echo "NodeName = $key"
		cat
	} >"$TEST_TMP/$ns-$dev.conf"
	umask "$mask"
	device_again "$ns" "$dev"
}

# device_again NAMESPACE NAME: one that went, as it was.
device_again() {
	ip -n "$1" -batch "$TEST_TMP/$1-$2.batch"
	in_ns "$1" jvpn-tool setconf "$2" "$TEST_TMP/$1-$2.conf"
}

# remote 4|6: the gateway's address and port.
remote() {
	[[ $1 == 4 ]] && echo "$GW4:$JVPN_PORT" || echo "[$GW6]:$JVPN_PORT"
}

# gateway_device [LINE...], client_device 4|6 [LINE...]: the ends of the tunnel;
# each line is about the interface.
gateway_device() {
	keys client
	device "$gw" jvpn0 gateway $IN4G/24 $IN6G/64 <<-CONF
		ListenPort = $JVPN_PORT
		$(printf '%s\n' "$@")
		[Peer]
		PublicKey = ${pub[client]}
		AllowedIPs = $IN4C/32, $IN6C/128
	CONF
}

client_device() {
	keys gateway
	device "$client" jvpn0 client $IN4C/24 $IN6C/64 <<-CONF
		$(printf '%s\n' "${@:2}")
		[Peer]
		PublicKey = ${pub[gateway]}
		AllowedIPs = $IN4G/32, $IN6G/128
		$(for n in $UPLINKS; do
			printf '%s\n' "[Path]" "Id = $n" "Interface = up$n" \
				"Endpoint = $(remote "$1")"
		done)
	CONF
}

# The client's uplinks that are paths of the tunnel.
UPLINKS="0 1"

# tunnel [4|6 [LINE...]]: both ends, not connected yet.
tunnel() {
	gateway_device "${@:2}"
	client_device "${1:-4}" "${@:2}"
}

# connect: begin the client's session and wait until it is attached and, unless
# told not to, both paths are warm. Neither is sooner than it is slept for here, and
# looking is dear.
connect() {
	jvpn "$client" set jvpn0 peer "${pub[gateway]}" connect
	sleep 0.05
	wait_for 10 attached || return
	[[ ${1-} == cold ]] || { sleep 0.5; wait_for 20 warm; }
}

# session NAMESPACE [FILTER]: the session as JSON, or what jq makes of it.
session() {
	jvpn "$1" --json session list jvpn0 | jq -c -r ".[0]${2-}"
}

state() {
	session "$1" .state
}

# attached: both ends are. Asked often, so without jq.
attached() {
	local ns
	for ns in "$client" "$gw"; do
		[[ $(jvpn "$ns" --json session list jvpn0) == *'"state": "ATTACHED"'* ]] || return
	done
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

# odd_counters NAMESPACE: counters of the device that are not zero, but for
# those that count what the kernel does by itself (late answers of a cipher,
# multicast that belongs to no peer).
odd_counters() {
	jvpn "$1" --json show jvpn0 |
		jq -r '[.. | .counters? // empty][0] | to_entries[] |
			select(.value > 0 and .key != "aead_late" and
				.key != "tx_no_peer") |
			"\(.key)=\(.value)"'
}

# ping_inner [4|6] [OPTION...]: from the client through the tunnel.
ping_inner() {
	local to=$IN4G
	[[ ${1-} == 6 ]] && to=$IN6G
	in_ns "$client" ping -q -c 2 -i 0.2 -W 2 "${@:2}" $to
}

# --- Events -----------------------------------------------------------------

# history_of NAMESPACE FILE: all events so far.
history_of() {
	jvpn "$1" --json monitor jvpn0 --history --policy >"$2"
}

# collect FILE: the events of both ends into FILE.client and FILE.gw; nothing
# that is there already is written over. With JVPN_KEEP_LOGS they are left in the
# results as well.
collect() {
	[[ -e $1.client ]] || history_of "$client" "$1.client"
	[[ -e $1.gw ]] || history_of "$gw" "$1.gw"
	[[ -z ${JVPN_KEEP_LOGS-} ]] || cp "$1.client" "$1.gw" "$RESULTS_DIR/"
}

# check_events NAME FILE...: what `collect` put there, each FILE against
# golden/NAME.txt, and what the auditor says of them. With JVPN_GOLDEN what was seen is left in
# the results, to be looked at and, if it is right, committed. Only in virtual
# time it is certain when which path becomes warm.
check_events() {
	local name=$1 words=()
	[[ $MACHINE == uml ]] || words=(--no-paths)
	[[ -z ${JVPN_GOLDEN-} ]] ||
		"$NETNS_DIR/events.py" show "$2" >"$RESULTS_DIR/$name.txt"
	check "$name: events" "$NETNS_DIR/events.py" compare "${words[@]}" \
		"$NETNS_DIR/golden/$name.txt" "${@:2}"
	check "$name: events keep the invariants" audit "${@:2}"
}

# audit FILE...: what `collect` put there proves no invariant wrong, each FILE by
# itself.
audit() {
	local file
	for file; do
		jvpn-tool audit verify "$file.client" "$file.gw" || return
	done
}

# remove NAME: the tunnel, once its events are judged.
remove() {
	collect "$TEST_TMP/$1"
	check "$1: events keep the invariants" audit "$TEST_TMP/$1"
	ip -n "$client" link del jvpn0
	ip -n "$gw" link del jvpn0
}

# remove_end NAMESPACE NAME: its device, likewise.
remove_end() {
	history_of "$1" "$TEST_TMP/$2"
	check "$2: events keep the invariants" jvpn-tool audit verify "$TEST_TMP/$2"
	ip -n "$1" link del jvpn0
}

# audit_left: the same for what devices know that are there at the end of a test.
audit_left() {
	local ns logs=()
	[[ -e /sys/module/jvpn ]] && command -v jvpn-tool >/dev/null || return 0
	for ns in $(ip netns list | grep -o "^[^ ]*-$$\>"); do
		[[ $(ip -n "$ns" -o link show type jvpn) ]] || continue
		jvpn "$ns" --json monitor --history --policy \
			>"$TEST_TMP/left.$ns" || continue
		! grep -q '"seq":' "$TEST_TMP/left.$ns" ||
			logs+=("$TEST_TMP/left.$ns")
	done
	((${#logs[@]})) || return 0
	check "events at the end keep the invariants" \
		jvpn-tool audit verify "${logs[@]}"
}
