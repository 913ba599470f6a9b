#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# world.sh: the namespaces of the demonstration, and its hand on them.
#
# Builds the world that ../lib.sh draws, a jvpn device in the client and one in
# the gateway, says the names of the namespaces, and then obeys: each line of
# standard input is one of the functions here or in lib.sh, with arguments; the
# answer is a line `done`. Whatever fails ends it, but for a line that begins with
# a question mark: that is answered `done` or `no`.

# shellcheck disable=SC2154 # the namespaces are set by setup_ns

. "$(dirname "$0")/../lib.sh"

export PORT=51900
export CLIENT_INNER=10.99.0.1 GATEWAY_INNER=10.99.0.2

keys() {
	local end
	umask 077
	for end in client gateway; do
		jvpn-tool genkey >"$TEST_TMP/$end.key"
		jvpn-tool pubkey <"$TEST_TMP/$end.key" >"$TEST_TMP/$end.pub"
	done
	CLIENT_KEY=$(<"$TEST_TMP/client.pub")
	GATEWAY_KEY=$(<"$TEST_TMP/gateway.pub")
}

devices() {
	ip -n "$client" link add jvpn0 type jvpn
	ip -n "$gw" link add jvpn0 type jvpn
	in_ns "$gw" jvpn-tool set jvpn0 private-key "$TEST_TMP/gateway.key" \
		listen-port $PORT node gateway \
		peer "$CLIENT_KEY" allowed-ips $CLIENT_INNER/32
	in_ns "$client" jvpn-tool set jvpn0 private-key "$TEST_TMP/client.key" \
		node client peer "$GATEWAY_KEY" allowed-ips $GATEWAY_INNER/32
	in_ns "$client" jvpn-tool path add jvpn0 "$GATEWAY_KEY" id 0 \
		remote "$GW4:$PORT" dev up0
	in_ns "$client" jvpn-tool path add jvpn0 "$GATEWAY_KEY" id 1 \
		remote "$GW4:$PORT" dev up1
	addr "$client" jvpn0 $CLIENT_INNER/24
	addr "$gw" jvpn0 $GATEWAY_INNER/24
	ip -n "$gw" link set jvpn0 up
	ip -n "$client" link set jvpn0 up
}

connect() {
	in_ns "$client" jvpn-tool set jvpn0 peer "$GATEWAY_KEY" connect
}

switch_path() {
	in_ns "$client" jvpn-tool session switch jvpn0 "$GATEWAY_KEY" "$1"
}

terminate() {
	in_ns "$client" jvpn-tool session terminate jvpn0 "$GATEWAY_KEY"
}

# counters FILE: what both devices have counted, as JSON by the end's name.
counters() {
	local end ns
	for end in client gateway; do
		ns=$client
		[[ $end == client ]] || ns=$gw
		in_ns "$ns" jvpn-tool show jvpn0 --json |
			jq -c "{$end: (.. | .counters? // empty)}"
	done | jq -cs add >"$1"
}

# freeze 0|1: the client's device stands still, as in a suspended machine.
freeze() {
	local inode
	inode=$(stat -L -c %i "/run/netns/$client")
	echo "$1" >"/sys/kernel/debug/jvpn/$inode-jvpn0/freeze"
}

# --- Faults planted on purpose: each must make one line of the verdict fail --

# Another session in place of this one.
plant_session() {
	in_ns "$client" jvpn-tool set jvpn0 peer "$GATEWAY_KEY" remove
	in_ns "$client" jvpn-tool set jvpn0 \
		peer "$GATEWAY_KEY" allowed-ips $GATEWAY_INNER/32
	in_ns "$client" jvpn-tool path add jvpn0 "$GATEWAY_KEY" id 0 \
		remote "$GW4:$PORT" dev up0
	in_ns "$client" jvpn-tool path add jvpn0 "$GATEWAY_KEY" id 1 \
		remote "$GW4:$PORT" dev up1
	connect
}

# An inner packet finds its way around the tunnel, to the attacker.
plant_attacker() {
	in_ns "$client" bash -c \
		"echo 'jvpn demo inner packet' >/dev/udp/192.0.3.2/9"
}

# The gateway, bound to path 1, speaks to path 0 as well.
plant_binding() {
	in_ns "$gw" python3 "$(dirname "$0")/attack.py" forge \
		"$GW4:$PORT" 10.1.0.2:9 04000000000000000000000000000000
}

plant_klog() {
	echo 'BUG: planted by the demonstration' >/dev/kmsg
}

topology 20
keys
devices
printf '%s\n' "client=$client" "r0=$r0" "r1=$r1" "net=$net" "gw=$gw" \
	"attacker=$attacker" ready
while read -r line; do
	if [[ $line != '? '* ]]; then
		eval "$line" >&2 </dev/null
	elif ! eval "${line#??}" >&2 </dev/null; then
		echo no
		continue
	fi
	echo 'done'
done
