#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# accel.sh: print the QEMU arguments for the best accelerator that works here.
#
# A /dev/kvm that opens proves nothing: one boot with a time limit decides, and
# its answer is remembered for this host kernel and this QEMU.

. "$(dirname "$0")/common.sh"

emulation="-accel tcg,thread=multi -cpu max"
hardware="-accel kvm -cpu host"

if [[ ! -w /dev/kvm ]]; then
	echo "$emulation"
	exit
fi

key=$({ uname -rv && dpkg-query -W -f '${Version}' qemu-system-x86; } |
	sha256sum | cut -c1-12)

probe() {
	local dir=$1 image
	image=$("$LAB/image.sh" 6.12) || return 1
	# The kernel alone tells enough: it has to get as far as looking for
	# its root file system.
	say "trying hardware virtualisation (at most 20 s) ..."
	# shellcheck disable=SC2086
	timeout -k 2 20 qemu-system-x86_64 $hardware -smp 2 -m 512 -nodefaults \
		-nographic -no-reboot -serial stdio -kernel "$image/vmlinuz" \
		-append "console=ttyS0 panic=-1" </dev/null >"$dir/log" 2>&1 || true
	if grep -q 'Unable to mount root fs' "$dir/log"; then
		echo "$hardware" >"$dir/args"
		say "it works"
	else
		echo "$emulation" >"$dir/args"
		say "it does not work: emulating"
	fi
}

cached "accel-$key" probe
cat "$CACHE/accel-$key/args"
