#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# recovery_paths.sh: nobody says that the path is gone: a silent blackhole, a NAT
# that gives the client another address, with traffic both ways and with traffic
# to the client only.
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/recovery.sh"

topology $RTT

# Parameters of a qdisc change at once; rules of a firewall wait for RCU.
loss() {
	tc -n "$r0" qdisc change dev wan root netem delay 10ms limit 10000 loss "$1"
	tc -n "$net" qdisc change dev to_r0 root netem delay 10ms limit 10000 \
		loss "$1"
}
fault() { loss 100%; }
after_run() { loss 0%; }
scenario blackhole --tcp --time 1200 --mark 505:fault
bounded blackhole 220

# There is one uplink only, and the NAT is on it. Its new address and ports are
# prepared before, so that the change itself takes no time: the old address goes
# and with it all it has translated.
UPLINKS=1
nat_old=2 nat_new=3
prepare() {
	ip -n "$r1" addr add "203.0.113.$nat_new/24" dev wan
	nat_rules "${nat_new}0000-${nat_new}9999"
}
fault() {
	ip -n "$r1" addr del "203.0.113.$nat_old/24" dev wan
	ip -n "$r1" route replace default via 203.0.113.1 metric 100
}
after_run() {
	nat_old=3 nat_new=2
	prepare
	fault
	nat_old=2 nat_new=3
}
in_ns "$r1" sysctl -qw net.ipv4.conf.wan.promote_secondaries=1
scenario nat-rebind --tcp --time 2500 --mark 1505:prepare --mark 2005:fault
bounded nat-rebind $((3 * RTT + 20))

# The client has nothing to say: it finds out by a heartbeat.
scenario nat-rebind-downstream --flows down --time 1800 --mark 305:prepare \
	--mark 805:fault
bounded nat-rebind-downstream $((500 + 5 * RTT + 20))
