#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# faults.sh: wherever the module is refused memory, a request is refused in turn or
# a packet is lost; nothing else: the tunnel works afterwards, by itself.
#
# The first allocations of each kind fail, and then ever fewer; with JVPN_FAULTS=all
# every one that there is, which takes an hour. See faults.py.
# kernels: uml
# timeout: 1000000

. "$(dirname "$0")/../lib.sh"

[[ ! ${JVPN_STARVE-} ]] || skip_all "it chooses what fails by itself"
[[ -d /sys/kernel/debug/failslab ]] || skip_all "no fault injection in this kernel"
topology 20
rc=0
/usr/bin/python3 -B "$NETNS_DIR/faults.py" "$client" "$gw" || rc=$?
((rc == 0)) || tap_failed=1
