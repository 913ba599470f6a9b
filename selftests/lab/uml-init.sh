#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# uml-init.sh: first process of a UML machine; see uml-run.sh, which starts it.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp LANG=C.UTF-8 JVPN_MACHINE=uml

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t debugfs debugfs /sys/kernel/debug
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
ln -sfn /proc/self/fd /dev/fd
stty -onlcr -echo 2>/dev/null

# What lies in /tmp or /run of the host is hidden by the fresh ones: show the
# checkout and the program at their usual places again. From here on only
# variables, no file of the host, until that is done.
mount -t tmpfs tmpfs /run
mkdir -p /run/lab /run/results
mount -t hostfs none /run/lab -o "$LAB_RUN"
mapfile -d '' -t argv </run/lab/argv
. /run/lab/env
mount -t tmpfs tmpfs /tmp
chmod 1777 /tmp /dev/shm

show() {
	local dir=$1
	case $dir in
	/tmp/* | /run/*)
		mkdir -p "$dir"
		mount -t hostfs none "$dir" -o "$dir" && mount -o remount,ro "$dir"
		;;
	esac
}

show "$TOP"
[[ $BUILD == "$TOP"/* ]] || show "$BUILD"
mount -t hostfs none /run/results -o "$RESULTS"
export JVPN_RESULTS_DIR=/run/results
export JVPN_MODULE_DIR=$BUILD/uml
if [[ ! -e ${argv[0]} ]]; then
	case ${argv[0]} in
	/tmp/*/* | /run/*/*)
		show "$(dirname "${argv[0]}")"
		;;
	*)
		mkdir -p /run/program
		mount -t hostfs none /run/program -o "$(dirname "${argv[0]}")"
		cp "/run/program/${argv[0]##*/}" "${argv[0]}"
		umount /run/program
		;;
	esac
fi

ip link set lo up
export PATH=$BUILD/tools:$BUILD/selftests:$PATH
cd "$cwd" 2>/dev/null || cd /tmp

echo "lab: machine up"
rc=0
if ((module)) && [[ -e $BUILD/uml/jvpn.ko ]]; then
	insmod "$BUILD/uml/jvpn.ko" || rc=1
fi
if ((rc == 0)); then
	"${argv[@]}" || rc=$?
fi

dmesg -n 1
dmesg >/run/lab/dmesg
echo "$rc" >/run/lab/status
sync
echo "lab: machine down"
echo o >/proc/sysrq-trigger
sleep 60
