#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# recovery_ends.sh: an end goes away and comes back: the gateway reboots, the
# client sleeps longer than its keys live.
# kernels: uml
# timeout: 4000

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/recovery.sh"

topology $RTT

# cut PERCENT: what the gateway sends and what is sent to it is lost. Parameters
# of a qdisc change at once; rules of a firewall wait for RCU.
cut() {
	tc -n "$gw" qdisc replace dev gw0 root netem limit 10000 loss "$1%"
	tc -n "$net" qdisc replace dev to_gw root netem limit 10000 loss "$1%"
}
cut 0

# Its last words are not heard: it did not know that it would crash. Making a
# device takes time, also virtual time, so the new one is made behind the cut.
fault() {
	ip netns exec "$client" tcpdump -Z root -l -nn -tt -i any -Q out \
		udp dst port $JVPN_PORT >"$events.sent" 2>/dev/null &
	sniffer=$!
	history_of "$gw" "$events.gw"
	cut 100
	ip -n "$gw" link del jvpn0
	device_again "$gw" jvpn0
}
back() {
	cut 0
	date +%s.%N >"$events.back"
}
after_run() {
	kill $sniffer
	wait $sniffer || true
}
scenario gateway-reboot --time 1700 --mark 505:fault --mark 905:back
bounded gateway-reboot $((4 * RTT + 50))

if [[ $MACHINE != uml || ! -e /sys/kernel/debug/jvpn ]]; then
	tap_skip suspend-resume "takes minutes, or there is no debugfs"
	exit 0
fi
# The knob is named after the namespace and the device.
frozen() {
	local inode
	inode=$(stat -L -c %i "/run/netns/$client")
	echo "$1" >"/sys/kernel/debug/jvpn/$inode-jvpn0/freeze"
}
fault() { frozen 1; }
back() { frozen 0; }
after_run() { true; }
scenario suspend-resume --tcp --time 202000 --skip 510:200500 \
	--mark 505:fault --mark 200505:back
bounded suspend-resume $((4 * RTT + 50))
