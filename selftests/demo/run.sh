#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run.sh [KERNEL]: the demonstration, in a machine of the lab; `make demo`.
#
#   KERNEL            uml (default: virtual time, every checker of the kernel on),
#                     6.1, 6.12, 7.3 (real time under QEMU), or host: this
#                     machine, as root, with its own kernel
#   DEMO_PLANT=NAME   break one promise on purpose (see verdict.py)
#
# build/results/demo.jsonl keeps all events of both ends, build/results/demo/
# what was measured. Exit status: 0 when every promise was kept.

. "$(dirname "$0")/../lab/common.sh"

kernel=${1:-uml}
demo=$TOP/selftests/demo
program=$demo/inside.sh

if [[ -t 1 && ${TERM-} != dumb && -z ${NO_COLOR-} ]]; then
	export JVPN_DEMO_COLOUR=1
fi
[[ -z ${DEMO_PLANT-} ]] || export JVPN_DEMO_PLANT=$DEMO_PLANT

"$LAB/packages.sh"
mkdir -p "$RESULTS" "$BUILD/logs"
timed "building the tools" make -C "$TOP/tools" BUILD="$BUILD"

on_host() {
	((EUID == 0)) || die "only root can run the demonstration on the host"
	"$LAB/module.sh" host
	[[ ! -e /sys/module/jvpn ]] || die "a jvpn module is loaded already"
	insmod "$BUILD/host/jvpn.ko"
	trap 'rmmod jvpn' EXIT
	JVPN_RESULTS_DIR=$RESULTS PATH=$BUILD/tools:$PATH "$program"
}

rc=0
case $kernel in
host) on_host || rc=$? ;;
uml)
	"$LAB/uml.sh" >/dev/null
	timed "building the module" "$LAB/module.sh" uml CONFIG_JVPN_KUNIT=
	# The verdict looks at the kernel log itself.
	"$LAB/uml-run.sh" --no-build --no-check --timeout 900 \
		--log "$BUILD/logs/demo.dmesg" "$program" || rc=$?
	;;
*)
	"$LAB/qemu-run.sh" --no-check --timeout 1800 \
		--log "$BUILD/logs/demo.dmesg" "$kernel" "$program" || rc=$?
	rm -rf "$RESULTS/demo"
	mv "$RESULTS/$kernel/demo" "$RESULTS/$kernel/demo.jsonl" "$RESULTS/"
	;;
esac
exit "$rc"
