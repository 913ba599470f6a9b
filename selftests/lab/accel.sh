#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# accel.sh: print the QEMU arguments for the best accelerator that works here.
#
# A /dev/kvm that opens proves nothing: one boot with a time limit decides, and
# its answer is remembered for this host kernel and this QEMU. JVPN_LAB_ACCEL
# overrides everything.

. "$(dirname "$0")/common.sh"

# One host thread for all processors: with several, QEMU 7.2 now and then runs
# half-patched instructions (an int3 trap while a static key is switched). The
# processors still take turns anywhere in the code.
emulation="-accel tcg,thread=single -cpu max"
hardware="-accel kvm -cpu host"

if [[ -n ${JVPN_LAB_ACCEL-} ]]; then
	echo "$JVPN_LAB_ACCEL"
	exit
elif [[ ! -w /dev/kvm ]]; then
	echo "$emulation"
	exit
fi

key=$({ cat "$LAB/accel.sh" && uname -rv && dpkg-query -W -f '${Version}' qemu-system-x86; } |
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
