#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# module.sh: build the kernel module for one kernel of the lab.
#
#   module.sh KERNEL [MAKE-ARGUMENT]...
#
# KERNEL is one of the lab's, or "host": what KDIR names, by default the headers
# of the running kernel.
#
# With CONFIG_JVPN_KUNIT=m the module's own tests are built as well (uml only).
#
# The sources are mirrored into build/KERNEL/src and built there, so that
# builds for several kernels never meet and the checkout stays clean; the
# finished modules lie in build/KERNEL/. JVPN_BUILD names another build/.

. "$(dirname "$0")/common.sh"

kernel=$1
shift
out=$BUILD/$kernel
if [[ $kernel == host ]]; then
	KDIR=${KDIR:-/lib/modules/$(uname -r)/build}
	[[ -e $KDIR/Makefile ]] ||
		die "no kernel headers in $KDIR: install those of the running" \
			"kernel, or name others with KDIR=..."
fi
mkdir -p "$out/src"

mirror() {
	rsync -a --delete --exclude='/.git*' --exclude=/build --exclude='*.md' \
		--filter='P *.o' --filter='P *.ko' --filter='P *.mod' \
		--filter='P *.mod.c' --filter='P .*' --filter='P *.symvers' \
		--filter='P modules.order' --filter='P *.gen.h' \
		--include='/Kbuild' --include='/module/***' \
		--include='/include/***' --exclude='/*' "$TOP/" "$out/src/"
}

compile() {
	case $kernel in
	uml)
		make --no-print-directory -C "$("$LAB/uml.sh")" ARCH=um M="$out/src" -j"$JOBS" \
			"$@" modules
		;;
	host)
		make --no-print-directory -C "$KDIR" M="$out/src" -j"$JOBS" \
			"$@" modules
		;;
	*)
		"$LAB/kbuild.sh" "$kernel" "$out/src" "$@" modules
		;;
	esac
}

exec 9>"$out/lock"
flock 9
mirror
log=$out/build.log
if ! compile "$@" >"$log" 2>&1; then
	cat "$log" >&2
	rm -f "$out"/*.ko
	die "the module does not build for $kernel"
fi
grep -aE 'warning|WARNING' "$log" >&2 || true
find "$out/src" -name '*.ko' -exec cp -u {} "$out/" \;
