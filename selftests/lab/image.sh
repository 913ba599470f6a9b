#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# image.sh: fetch the image of a kernel that QEMU is to run, or build it; print
# its directory.
#
#   image.sh 6.1|6.12|7.3|smp-kasan|smp-kcsan
#
# The directory holds `release`, `vmlinuz` and `lib/modules/`. Images of
# distributions are taken apart in the cache, not installed: they would want to
# be booted.

. "$(dirname "$0")/common.sh"

kernel=$1

case $kernel in
6.1 | 6.12) ;;
7.3)
	printf '%s/newest\n' "$("$LAB/debian13.sh")"
	exit
	;;
smp-*) exec "$LAB/smp.sh" "$kernel" ;;
*) die "no kernel $kernel: the lab has $ALL_KERNELS" ;;
esac

"$LAB/packages.sh"
release=$("$LAB/kbuild.sh" "$kernel" release)
version=$(dpkg-query -W -f '${Version}' "linux-headers-$release")
entry=image-$release-$version

fetch() {
	local dir=$1 tmp=$1/tmp
	mkdir -p "$tmp" && cd "$tmp" && chmod 755 "$dir" "$tmp" &&
		apt-get download -q "linux-image-$release=$version" &&
		dpkg-deb -x ./*.deb . &&
		mv "boot/vmlinuz-$release" "$dir/vmlinuz" &&
		mkdir "$dir/lib" && mv lib/modules "$dir/lib/" &&
		depmod -b "$dir" "$release" &&
		echo "$release" >"$dir/release" &&
		cd "$dir" && rm -rf "$tmp"
}

fill() {
	timed "fetching the image of $release" fetch "$1"
}

cached "$entry" fill
printf '%s\n' "$CACHE/$entry"
