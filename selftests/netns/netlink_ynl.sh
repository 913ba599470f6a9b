#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# netlink_ynl.sh: the kernel's stock YNL client drives a tunnel with
# netlink/jvpn.yaml, for each kernel source of the lab: device, peers, paths,
# sessions, policy, events and notifications.
#
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"

cache=${JVPN_LAB_CACHE:?the machine of the lab sets it}
ran=0

# ynl NAME DIR...: with the newest of these kernel sources.
ynl() {
	local name=$1 dir newest=
	shift
	for dir; do
		[[ -e $dir/Documentation/netlink/genetlink.yaml ]] || continue
		[[ $newest && $newest -nt $dir ]] || newest=$dir
	done
	[[ $newest ]] || return 0
	ran=1
	/usr/bin/python3 -B "$LIB_DIR/netns/netlink_ynl.py" "$client" "$gw" "$name" "$newest"
}

setup_ns client gw
veth "$client" up0 "$gw" gw0
addr "$client" up0 10.1.0.2/24 2001:db8:1::2/64
addr "$gw" gw0 10.1.0.1/24 2001:db8:1::1/64
for ns in "$client" "$gw"; do
	ip -n "$ns" link add jvpn0 type jvpn
	ip -n "$ns" link set jvpn0 up
done
addr "$client" jvpn0 10.99.0.2/24
addr "$gw" jvpn0 10.99.0.1/24
ynl "ynl of the debug kernel" "$cache"/uml-*
ynl "ynl of the newest kernel" "$cache"/debian13-*/newest/source
((ran)) || tap_skip "ynl" "no kernel source with it in the lab's cache"
