#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# smp.sh KERNEL: build one of the debug kernels with several processors once;
# print its directory.
#
#   smp-kasan   memory, locks, RCU, lifetimes, leaks
#   smp-kcsan   data races
#
# The directory holds what image.sh promises of every kernel for QEMU, and what
# `make -C DIR ARCH=x86_64 M=...` needs. All drivers are built in; the only
# module there will be is ours.

. "$(dirname "$0")/common.sh"
. "$LAB/source.sh"

kernel=$1
configs=("$LAB/smp.config" "$LAB/$kernel.config")
[[ -e $LAB/$kernel.config ]] || die "no kernel $kernel: the lab has $ALL_KERNELS"
version=$(source_version)
entry=$kernel-$version-$(short_hash "${configs[@]}")

# taken ASKED CONFIG: whatever does not fit together Kconfig drops silently.
taken() {
	local line name value rc=0
	while IFS= read -r line; do
		name=${line%%=*} value=${line#*=}
		if [[ $value == n ]]; then
			! grep -q "^$name=" "$2" || rc=1
		else
			grep -qxF "$line" "$2" || rc=1
		fi
		((rc == 0)) || { echo "cannot have $line" && return 1; }
	done < <(grep '^CONFIG_' "$1")
}

build_kernel() {
	local dir=$1/source make=(make ARCH=x86_64 CC=gcc-12)

	mkdir "$dir" && unpack_source "$dir" &&
		cd "$dir" &&
		cat "${configs[@]}" >asked.config &&
		"${make[@]}" KCONFIG_ALLCONFIG=asked.config allnoconfig &&
		taken asked.config .config &&
		"${make[@]}" -j"$JOBS" all
}

collect() {
	local dir=$1 release lib
	release=$(<"$dir/source/include/config/kernel.release") &&
		lib=$dir/lib/modules/$release &&
		mkdir -p "$lib" "$dir/arch/x86" "$dir/tools/objtool" &&
		echo "$release" >"$dir/release" &&
		cd "$dir/source" &&
		cp -L arch/x86/boot/bzImage "$dir/vmlinuz" &&
		mv modules.{order,builtin,builtin.modinfo} "$lib/" &&
		depmod -b "$dir" "$release" &&
		mv .config Makefile Module.symvers include scripts "$dir/" &&
		mv arch/x86/{Makefile,include} "$dir/arch/x86/" &&
		mv tools/objtool/objtool "$dir/tools/objtool/" &&
		cd "$dir" && rm -rf source
}

fill() {
	timed "building the debug kernel $kernel $version (4 to 15 minutes)" \
		build_kernel "$1" && collect "$1"
}

cached "$entry" fill
printf '%s\n' "$CACHE/$entry"
