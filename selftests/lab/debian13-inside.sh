# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# debian13-inside.sh: what debian13.sh has done inside the new tree.

from_backports=(-q -y --no-install-recommends -t trixie-backports)

apt-get update -q
# The newest image there is: what the meta package of backports depends on.
image=$(apt-cache show -t trixie-backports linux-image-cloud-amd64/trixie-backports |
	grep '^Depends: ' | head -n 1 | grep -oE 'linux-image-[^ ,]+')
release=${image#linux-image-}
source=linux-source-$(grep -oE '^[0-9]+\.[0-9]+' <<<"$release")

apt-get install "${from_backports[@]}" make gcc-14 libelf1t64 libdw1t64 \
	libssl3t64 kmod xz-utils "linux-headers-$release"

# Image and source are only taken apart. An image comes in one package or in
# several, which its dependencies tell.
mkdir -p /newest/source /tmp/debs
cd /newest
apt-get install "${from_backports[@]}" --download-only \
	-o Dir::Cache::archives=/tmp/debs "$image" "$source"
for deb in /tmp/debs/linux-*"$release"_*.deb; do
	dpkg-deb -x "$deb" /tmp/image
done
mkdir -p lib/modules
for modules in /tmp/image/usr/lib/modules /tmp/image/lib/modules; do
	test ! -d "$modules" || mv "$modules/$release" lib/modules/
done
mv /tmp/image/boot/vmlinuz-* vmlinuz || mv "lib/modules/$release/vmlinuz" vmlinuz
depmod -b . "$release"

dpkg-deb --fsys-tarfile /tmp/debs/"$source"_*.deb |
	tar -xO --wildcards '*.tar.xz' |
	tar -xJ -C source --strip-components=1 --wildcards \
		'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
		'*/scripts/const_structs.checkpatch' \
		'*/Documentation/netlink' '*/tools/net/ynl' '*/include/uapi/linux'
test -e source/scripts/checkpatch.pl

rm -rf /tmp/debs /tmp/image
apt-get clean
echo "$release" >release
