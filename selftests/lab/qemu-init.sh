#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# qemu-init.sh: first process of a QEMU machine; see qemu-run.sh, which starts it.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp LANG=C.UTF-8

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
ln -sfn /proc/self/fd /dev/fd
mkdir -p /tmp /run/out/results /run/netns
chmod 1777 /tmp

. /lab/env
mapfile -d '' -t argv </lab/argv
export JVPN_RESULTS_DIR=/run/out/results
export JVPN_MACHINE=$kernel
JVPN_MODULE_DIR=/lib/modules/$(uname -r)/extra
export JVPN_MODULE_DIR
export PATH=$BUILD/tools:$BUILD/selftests:$PATH

ip link set lo up
cd "$cwd" 2>/dev/null || cd /tmp
[[ -n ${JVPN_LAB_INTERACTIVE-} ]] || stty -onlcr -echo 2>/dev/null

echo "lab: machine up"
rc=0
if ((module)) && [[ -e $JVPN_MODULE_DIR/jvpn.ko ]]; then
	modprobe jvpn || rc=1
fi
if ((rc == 0)); then
	if [[ -n ${JVPN_LAB_INTERACTIVE-} ]]; then
		# A terminal to control jobs with.
		setsid -c -w "${argv[@]}" </dev/ttyS1 >/dev/ttyS1 2>&1 || rc=$?
	else
		"${argv[@]}" || rc=$?
	fi
fi

dmesg -n 1
dmesg >/run/out/dmesg
echo "$rc" >/run/out/status
stty -F /dev/ttyS0 raw -echo
tar -cf - -C /run/out . | cat >/dev/ttyS0
echo "lab: machine down"
stty sane # waits until that is out
echo b >/proc/sysrq-trigger
sleep 60
