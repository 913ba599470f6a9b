#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# uml.sh: build the debug kernel for User-Mode Linux once; print its directory.
#
# The directory is a trimmed source tree: `linux` is the kernel, the rest is
# what `make -C DIR ARCH=um M=...` needs, plus scripts/checkpatch.pl and the
# netlink specifications with their client.

. "$(dirname "$0")/common.sh"
. "$LAB/source.sh"

version=$(source_version)
entry=uml-$version-$(short_hash "$LAB/uml.config")

build_kernel() {
	local dir=$1

	unpack_source "$dir" &&
		cd "$dir" &&
		make ARCH=um defconfig &&
		scripts/kconfig/merge_config.sh -m .config "$LAB/uml.config" &&
		make ARCH=um olddefconfig &&
		make ARCH=um -j"$JOBS" all
}

# Keep the cache small: an external module needs headers, scripts and symbols.
trim() {
	find "$1" -name scripts -prune -o \
		\( -name '*.o' -o -name '*.a' -o -name '*.cmd' -o \
		-name '.tmp_*' \) -type f -print0 | xargs -0 rm -f
	(cd "$1" && rm -rf vmlinux && find drivers sound fs net mm kernel block \
		crypto arch samples -name '*.[cS]' -type f -delete)
	find "$1/Documentation" -mindepth 1 -maxdepth 1 ! -name netlink \
		! -name Makefile ! -name Kconfig -exec rm -rf {} +
}

fill() {
	timed "building the debug UML kernel $version (6 to 20 minutes)" \
		build_kernel "$1" &&
		trim "$1"
}

cached "$entry" fill
printf '%s\n' "$CACHE/$entry"
