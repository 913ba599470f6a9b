#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# recovery_ends.sh: an end goes away and comes back: the gateway reboots, the
# client sleeps longer than its keys live.
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/recovery.sh"

topology $RTT

# Its last words are not heard: it did not know that it would crash.
fault() {
	ip netns exec "$client" tcpdump -Z root -l -nn -tt -i any -Q out \
		udp dst port $JVPN_PORT >"$events.sent" 2>/dev/null &
	sniffer=$!
	history_of "$gw" "$events.gw"
	in_ns "$gw" nft -f - <<-RULES
		table inet crash {
			chain output {
				type filter hook output priority 0;
				drop
			}
		}
	RULES
	ip -n "$gw" link del jvpn0
	in_ns "$gw" nft delete table inet crash
}
back() {
	device_again "$gw" jvpn0
	# Making a device takes time, also virtual time: it is back now.
	date +%s.%N >"$events.back"
}
after_run() {
	kill $sniffer
	wait $sniffer || true
}
scenario gateway-reboot --time 1200 --mark 505:fault --mark 605:back
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
