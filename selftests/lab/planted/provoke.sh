#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# provoke.sh FAULT: runs inside a UML machine: commit a fault, then let the
# usual checks look at the machine.

here=$(cd "$(dirname "$0")" && pwd)

case $1 in
device_held)
	# A device that somebody still refers to cannot go: the kernel says so
	# after ten seconds.
	ip link add held0 type dummy
	insmod "$JVPN_BUILD/lab/planted.ko" fault=device_held || exit 1
	ip link del held0 &
	sleep 15
	;;
*)
	# What leaks while booting is cleared by guest-tests.sh: leak later.
	if [[ $1 == leak ]]; then
		export JVPN_TESTS_DIR=$here JVPN_LEAK=$JVPN_BUILD/lab/planted.ko
		exec "$here/../guest-tests.sh" leak
	fi
	insmod "$JVPN_BUILD/lab/planted.ko" fault="$1" || exit 1
	rmmod planted
	;;
esac
exec "$here/../guest-tests.sh"
