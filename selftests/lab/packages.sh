#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# packages.sh: install what the lab needs on Debian 12, and nothing that is
# there already.

. "$(dirname "$0")/common.sh"

packages=(
	# to build kernels and modules
	bc bison build-essential clang cpio dkms dwarves flex gcc-12 kmod
	libelf-dev libssl-dev linux-headers-6.12-cloud-amd64
	linux-headers-cloud-amd64 linux-source-6.12 rsync xz-utils
	# to build and drive the tools
	libjson-c-dev libmnl-dev libsodium-dev man-db pkg-config
	# to look at the sources
	shellcheck sparse
	# to explore the models
	spin
	# to look at a page as a reader does
	chromium fonts-dejavu-core
	# to make machines and to test in them
	debootstrap ethtool iperf3 iproute2 iputils-ping jq netcat-openbsd
	nftables python3 python3-cryptography python3-jsonschema python3-yaml
	qemu-system-x86 socat tcpdump wireguard-tools
)

missing=()
for package in "${packages[@]}"; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
		grep -q 'ok installed' || missing+=("$package")
done
((${#missing[@]})) || exit 0
((EUID == 0)) || die "these packages are missing: ${missing[*]}"

say "missing packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# The lists of a fresh machine may be absent or too old to be of use.
if ! apt-get install -qq --no-install-recommends --simulate \
	"${missing[@]}" >/dev/null 2>&1; then
	timed "apt-get update" apt-get update -q
fi
timed "installing ${#missing[@]} packages" \
	apt-get install -q -y --no-install-recommends "${missing[@]}" || {
	timed "apt-get update" apt-get update -q
	timed "installing ${#missing[@]} packages, second try" \
		apt-get install -q -y --no-install-recommends "${missing[@]}"
}
