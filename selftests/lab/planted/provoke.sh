#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# provoke.sh KERNEL FAULT...: runs inside a machine of the lab: commit the
# faults, then let the usual checks look at the machine.

here=$(cd "$(dirname "$0")" && pwd)
planted=$JVPN_BUILD/lab/$1/planted.ko
shift

tests=()
for fault; do
	case $fault in
	device_held)
		# A device that somebody still refers to cannot go: the kernel
		# says so after ten seconds.
		ip link add held0 type dummy
		insmod "$planted" fault=device_held || exit 1
		ip link del held0 &
		sleep 15
		;;
	leak)
		# What leaks while booting is cleared by guest-tests.sh: leak
		# later.
		export JVPN_TESTS_DIR=$here JVPN_LEAK=$planted
		tests=(leak)
		;;
	*)
		insmod "$planted" fault="$fault" || exit 1
		rmmod planted
		;;
	esac
done
exec "$here/../guest-tests.sh" "${tests[@]}"
