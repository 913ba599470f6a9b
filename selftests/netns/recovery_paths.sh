#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# recovery_paths.sh: nobody says that the path is gone: a silent blackhole, a NAT
# that gives the client another address, with traffic both ways and with traffic
# to the client only.
# kernels: all
# timeout: 300

. "$(dirname "$0")/../lib.sh"
. "$NETNS_DIR/recovery.sh"

topology $RTT

fault() { blackhole 0; }
after_run() { blackhole_end 0; }
scenario blackhole --tcp --time 1200 --mark 505:fault
bounded blackhole 220

# There is one uplink only, and the NAT is on it. The ends have had the time to
# measure it well.
UPLINKS=1
fault() { nat_rebind; }
after_run() { nat_rebind; }
scenario nat-rebind --tcp --time 2500 --mark 2005:fault
bounded nat-rebind $((3 * RTT + 20))

# The client has nothing to say: it finds out by a heartbeat.
scenario nat-rebind-downstream --flows down --time 1800 --mark 505:fault
bounded nat-rebind-downstream $((500 + 5 * RTT + 20))
