#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# module_reload.sh: the module comes and goes, alone and with devices.

. "$(dirname "$0")/../lib.sh"

[[ -e ${JVPN_MODULE_DIR-}/jvpn.ko ]] || skip_all "no module in this machine"
[[ ! -e /sys/module/jvpn ]] || check "module unloads" unload_module
for round in 1 2 3; do
	check "module loads, round $round" load_module
	check "device of kind jvpn, round $round" ip link add jvpn0 type jvpn
	check "device goes up, round $round" ip link set jvpn0 up
	((round == 2)) && check "device deleted" ip link del jvpn0
	check "module unloads, round $round" unload_module
	check_fails "no device is left, round $round" ip link show jvpn0
done
check "module loads again" load_module
