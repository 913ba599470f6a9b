#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# recovery_links.sh: the active uplink goes: down, without carrier, without
# address, without route; and the operator moves the session.
# kernels: all
# timeout: 300

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/recovery.sh"

topology $RTT

fault() { uplink_down 0; }
after_run() { uplink_up 0; }
scenario link-down-warm --tcp --time 1000 --mark 505:fault
bounded link-down-warm $((2 * RTT + 20))
check_equal "link-down-warm: no packet lost that was sent after the switch" \
	0.000 "$lost_after_switch"

fault() { carrier_lost 0; }
after_run() { ip -n "$r0" link set lan up; }
scenario carrier-lost --tcp --time 1000 --mark 505:fault
bounded carrier-lost $((2 * RTT + 20))

fault() { ip -n "$client" addr del 10.1.0.2/24 dev up0; }
after_run() {
	ip -n "$client" addr add 10.1.0.2/24 dev up0
	uplink_routes 0
}
scenario address-removed --tcp --time 1000 --mark 505:fault
bounded address-removed $((2 * RTT + 20))

fault() { ip -n "$client" route del default dev up0; }
after_run() { uplink_routes 0; }
scenario route-lost --tcp --time 1000 --mark 505:fault
bounded route-lost $((2 * RTT + 20))

fault() { jvpn "$client" session switch jvpn0 "${pub[gateway]}" 1; }
after_run() { true; }
scenario operator-switch --tcp --time 1000 --mark 505:fault
bounded operator-switch 10
check_equal "operator-switch: no packet lost" 0.000 "$inner_lost"
