#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# teardown.sh: devices, namespaces and the module go while packets flow; devices
# move between namespaces; several devices in one namespace.
# kernels: all
# timeout: 200

. "$(dirname "$0")/../lib.sh"

# flood NAMESPACE ADDRESS: packets without end, until the namespace is gone.
flood() {
	ip netns exec "$1" ping -q -i 0.01 "$2" >/dev/null 2>&1 &
	flooders+=($!)
}

flooders=()
quiet() {
	local pid
	for pid in "${flooders[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	flooders=()
}

# busy: a tunnel with traffic both ways.
busy() {
	tunnel 4
	connect
	flood "$client" $IN4G
	flood "$gw" $IN4C
	sleep 0.5
}

gone() {
	! ip -n "$1" link show jvpn0 2>/dev/null
}

topology 20

busy
check "the client's device is deleted under traffic" ip -n "$client" link del jvpn0
sleep 0.2
check "the gateway's device too" ip -n "$gw" link del jvpn0
quiet

# The device goes where the traffic is, its sockets stay.
tunnel 4
setup_ns inside
ip -n "$client" link set jvpn0 netns "$inside"
addr "$inside" jvpn0 $IN4C/24
ip -n "$inside" link set jvpn0 up
check "a device that moved carries packets" \
	wait_for 10 in_ns "$inside" ping -q -c 1 -W 2 $IN4G
check "nothing of it is seen in the namespace it came from" gone "$client"
flood "$inside" $IN4G
sleep 0.3
ip netns del "$inside"
quiet
check "its namespace is deleted under traffic" wait_for 10 \
	eval '! ip netns list | grep -q "^$inside"'
remove_gateway() { ip -n "$gw" link del jvpn0; }
remove_gateway
ip -n "$client" link del jvpn0 2>/dev/null || true

# The other way round: the namespace of the sockets goes, the device stays.
setup_ns born inside2
veth "$born" eth0 "$net" to_born
addr "$born" eth0 192.0.4.2/24
addr "$net" to_born 192.0.4.1/24
ip -n "$born" route add default via 192.0.4.1
gateway_device
device "$born" jvpn0 client <<-CONF
	[Peer]
	PublicKey = ${pub[gateway]}
	AllowedIPs = $IN4G/32
	[Path]
	Endpoint = $GW4:$JVPN_PORT
CONF
ip -n "$born" link set jvpn0 netns "$inside2"
addr "$inside2" jvpn0 $IN4C/24
ip -n "$inside2" link set jvpn0 up
check "another device that moved carries packets" \
	wait_for 10 in_ns "$inside2" ping -q -c 1 -W 2 $IN4G
flood "$inside2" $IN4G
sleep 0.3
ip netns del "$born"
no_carrier() {
	ip -n "$inside2" link show jvpn0 | grep -q NO-CARRIER
}
check "the namespace it was made in is deleted under traffic: no carrier" \
	wait_for 10 no_carrier
check "the device is still there" ip -n "$inside2" link show jvpn0
quiet
check "and can be deleted" ip -n "$inside2" link del jvpn0
remove_gateway

# Several devices in one namespace, each a tunnel of its own.
for n in 1 2 3; do
	device "$gw" "jv$n" "gw$n" "10.9.$n.1/24" <<-CONF
		ListenPort = $((JVPN_PORT + n))
	CONF
	device "$client" "jv$n" "cl$n" "10.9.$n.2/24" <<-CONF
		[Peer]
		PublicKey = ${pub[gw$n]}
		AllowedIPs = 10.9.$n.1/32
		[Path]
		Endpoint = $GW4:$((JVPN_PORT + n))
	CONF
	jvpn "$gw" set "jv$n" peer "${pub[cl$n]}" allowed-ips "10.9.$n.2/32"
done
for n in 1 2 3; do
	check "several devices, the ${n}th carries packets" \
		wait_for 10 in_ns "$client" ping -q -c 1 -W 2 "10.9.$n.1"
done
check_fails "two devices cannot have one port" \
	jvpn "$gw" set jv1 listen-port $((JVPN_PORT + 2))
check "and the one that was refused goes on with its own" \
	in_ns "$client" ping -q -c 1 -W 2 10.9.1.1

many=100
for ((n = 0; n < many; n++)); do
	echo "link add many$n type jvpn"
	echo "link set many$n up"
done | batch "$gw"
check_equal "many devices in one namespace" $many \
	"$(ip -n "$gw" -o link show type jvpn | grep -c many)"
for ((n = 0; n < many; n++)); do
	echo "link del many$n"
done | batch "$gw"

# At last the module, in the midst of it all.
for n in 1 2 3; do
	flood "$client" "10.9.$n.1"
	flood "$gw" "10.9.$n.2"
done
sleep 0.3
check "the module is unloaded under traffic" unload_module
check_equal "and took its devices along" "" \
	"$(ip -n "$client" -o link show | grep jv || true)"
quiet
check "it can be loaded again" load_module
tunnel 4
check "and works" connect
