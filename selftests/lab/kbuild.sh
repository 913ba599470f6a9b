#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kbuild.sh: run the build system of a kernel that QEMU is to run.
#
#   kbuild.sh KERNEL DIR [MAKE-ARGUMENT]...   make -C <headers> M=DIR ...
#   kbuild.sh KERNEL release                  print the kernel's release name
#
# The headers of 6.1 and 6.12 are installed on this machine and want gcc-12;
# those of the newest kernel live in the Debian 13 tree with their compiler;
# kernels of the lab's own making are their own headers.

. "$(dirname "$0")/common.sh"

kernel=$1 dir=$2
shift 2

# The meta package of headers tells which release is current.
release_of() {
	local meta=$1
	dpkg-query -W -f '${Depends}' "$meta" 2>/dev/null |
		grep -oE 'linux-headers-[^ ,]+' | sed 's/^linux-headers-//'
}

case $kernel in
6.1) meta=linux-headers-cloud-amd64 ;;
6.12) meta=linux-headers-6.12-cloud-amd64 ;;
7.3)
	tree=$("$LAB/debian13.sh")
	release=$(<"$tree/newest/release")
	if [[ $dir == release ]]; then
		echo "$release"
	else
		"$LAB/debian13.sh" make --no-print-directory -C "/usr/src/linux-headers-$release" \
			M="$dir" CC=gcc-14 -j"$JOBS" "$@"
	fi
	exit
	;;
smp-*)
	tree=$("$LAB/smp.sh" "$kernel")
	if [[ $dir == release ]]; then
		cat "$tree/release"
	else
		make --no-print-directory -C "$tree" ARCH=x86_64 M="$dir" CC=gcc-12 \
			-j"$JOBS" "$@"
	fi
	exit
	;;
*) die "no kernel $kernel: the lab has $ALL_KERNELS" ;;
esac

release=$(release_of "$meta") || { "$LAB/packages.sh" && release=$(release_of "$meta"); }
if [[ $dir == release ]]; then
	echo "$release"
else
	make --no-print-directory -C "/usr/src/linux-headers-$release" M="$dir" CC=gcc-12 \
		-j"$JOBS" "$@"
fi
