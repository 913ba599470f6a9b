#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# debian13.sh: run a command in a Debian 13 tree that holds the newest kernel
# Debian offers (from its backports), its headers and the compiler it wants.
#
#   debian13.sh                     make the tree if need be; print its path
#   debian13.sh COMMAND [ARG]...    run COMMAND inside, with build/ visible
#
# Inside the tree, /newest/ holds `release` (the kernel's release name),
# `vmlinuz`, `lib/modules/`, and in `source/` some of the kernel's sources:
# checkpatch.pl, the netlink specifications and their client.
# The mirror and the keys are those of this machine's own apt configuration.
# To look for a newer kernel, remove the tree from the cache.

. "$(dirname "$0")/common.sh"

entry=debian13-$(short_hash "$LAB/debian13-inside.sh")
tree=$CACHE/$entry

# What `apt-get indextargets` knows of Debian's main archive on this machine.
apt_field() {
	apt-get indextargets --format "$1" 'Created-By: Packages' \
		'Origin: Debian' 'Label: Debian' 'Component: main' | head -n 1
}

make_tree() {
	local dir=$1 uri keyring
	uri=$(apt_field '$(REPO_URI)')
	[[ $uri ]] || { apt-get update -q && uri=$(apt_field '$(REPO_URI)'); }
	[[ $uri ]] || { echo "apt knows no Debian mirror" && return 1; }
	keyring=$(apt_field '$(SIGNED_BY)')
	[[ -s $keyring ]] || keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	debootstrap --variant=minbase --include=ca-certificates \
		--keyring="$keyring" trixie "$dir" "$uri" || return 1
	apt-config dump | grep -E '^Acquire::https?::Proxy' \
		>"$dir/etc/apt/apt.conf.d/90proxy" || true
	printf 'deb %s trixie-backports main\n' "$uri" \
		>"$dir/etc/apt/sources.list.d/backports.list"
	cp -L /etc/resolv.conf "$dir/etc/resolv.conf"
	mkdir -p "$dir/newest"
	enter "$dir" /bin/bash -eux <"$LAB/debian13-inside.sh"
}

# enter TREE COMMAND...: chroot with /proc, /dev and build/, in a mount
# namespace of its own so that nothing stays mounted.
enter() {
	local dir=$1
	shift
	mkdir -p "$dir$BUILD" "$BUILD"
	# shellcheck disable=SC2016
	unshare -m /bin/bash -ec '
		dir=$1 build=$2
		shift 2
		mount --make-rprivate /
		mount -t proc proc "$dir/proc"
		mount --rbind /dev "$dir/dev"
		mount --bind "$build" "$dir$build"
		exec chroot "$dir" /usr/bin/env -i PATH=/usr/sbin:/usr/bin \
			LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
			${http_proxy:+"http_proxy=$http_proxy"} \
			${https_proxy:+"https_proxy=$https_proxy"} "$@"
	' enter "$dir" "$BUILD" "$@"
}

fill() {
	timed "making a Debian 13 tree with the newest kernel" make_tree "$1"
}

cached "$entry" fill
if (($#)); then
	enter "$tree" "$@"
else
	printf '%s\n' "$tree"
fi
