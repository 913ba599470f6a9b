#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# qemu-run.sh: run a program as root in a QEMU machine with one of the kernels
# of the lab, all but uml.
#
#   qemu-run.sh [OPTION]... KERNEL PROGRAM [ARG]...
#
#   --no-build     do not build the module first; load what is there
#   --no-module    neither build nor load the module
#   --no-check     do not look at the kernel log afterwards
#   --icount       one instruction is one nanosecond, one processor
#   --timeout S    give up after S seconds (default 600)
#   --silence S    give up when it says nothing for so long (default 600)
#   --mem MB       memory of the machine (default 1024)
#   --smp N        processors (default 2)
#   --log FILE     keep the kernel log in FILE
#   --append TEXT  more for the kernel command line
#
# The machine's file system is made afresh: a shell, network tools, Python, the
# kernel's modules, and of this project selftests/, netlink/, the module and
# the tools, at their usual paths. PROGRAM may lie elsewhere. Files that it
# leaves in JVPN_RESULTS_DIR come back to build/results/KERNEL/. Every variable
# named JVPN_* is passed on.
#
# Exit status: as uml-run.sh.

. "$(dirname "$0")/common.sh"

build=1 module=1 check=1 limit=600 silence=600 mem=1024 smp=2 log='' append='' accel=''
while [[ ${1-} == --* ]]; do
	case $1 in
	--no-build) build=0 ;;
	--no-module) build=0 module=0 ;;
	--no-check) check=0 ;;
	--icount)
		accel="-accel tcg,thread=single -cpu max -icount shift=0,sleep=off"
		smp=1
		;;
	--timeout) limit=$2; shift ;;
	--silence) silence=$2; shift ;;
	--mem) mem=$2; shift ;;
	--smp) smp=$2; shift ;;
	--log) log=$2; shift ;;
	--append) append=$2; shift ;;
	*) die "unknown option $1" ;;
	esac
	shift
done
(($# >= 2)) || die "usage: qemu-run.sh [OPTION]... KERNEL PROGRAM [ARG]..."

kernel=$1
program=$(realpath "$(command -v "$2")") || die "no program $2"
shift 2

image=$("$LAB/image.sh" "$kernel")
release=$(<"$image/release")
rootfs=$("$LAB/rootfs.sh")
modules=$("$LAB/modules.sh" "$kernel")
accel=${accel:-$("$LAB/accel.sh")}
make_inns
if ((build)) && [[ -e $TOP/Kbuild ]]; then
	"$LAB/module.sh" "$kernel"
fi

run=$(mktemp -d "${TMPDIR:-/tmp}/jvpn-qemu.XXXXXX")
[[ -n ${JVPN_LAB_KEEP-} ]] || trap 'rm -rf "$run"' EXIT

# What of this project goes into the machine, on top of the cached parts.
root=$run/root
mkdir -p "$root/lab" "$root$TOP" "$root$BUILD" "$root$(dirname "$program")"
cp -a "$modules/." "$root/"
# The symbolic link is in the cached part already.
rm -f "$root/lib"
for part in selftests netlink README.md; do
	[[ ! -e $TOP/$part ]] || cp -a "$TOP/$part" "$root$TOP/"
done
for part in tools selftests lab; do
	[[ ! -d $BUILD/$part ]] || rsync -a --exclude='*.o' --exclude='*.d' \
		"$BUILD/$part" "$root$BUILD/"
done
cp -u "$program" "$root$program"
libraries=$(find "$root$BUILD" -type f -perm /100 -exec ldd {} + 2>/dev/null |
	grep -oE '/[^ :]+\.so[^ :]*' | sort -u || true)
for library in $libraries; do
	mkdir -p "$root/usr$(dirname "${library#/usr}")"
	cp -L "$library" "$root/usr${library#/usr}"
done
if ((module)) && [[ -e $BUILD/$kernel/jvpn.ko ]]; then
	cp "$BUILD/$kernel/jvpn.ko" "$root/usr/lib/modules/$release/extra/"
	ln -s usr/lib "$root/lib"
	depmod -b "$root" "$release" 2>/dev/null
	rm "$root/lib"
fi
cp "$LAB/qemu-init.sh" "$root/init"
printf '%s\0' "$program" "$@" >"$root/lab/argv"
{
	export -p | grep -E '^declare -x (JVPN_|TERM=|CI=)' || true
	declare -p TOP BUILD kernel module
	printf 'cwd=%q\n' "$PWD"
	[[ ! -t 0 || -z ${JVPN_LAB_INTERACTIVE-} ]] ||
		printf 'stty %q\n' "rows $(tput lines) cols $(tput cols)" | tr -d "\\'\\\\"
} >"$root/lab/env"
(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) >"$run/project.cpio"
rm -rf "$root"
cat "$rootfs" "$run/project.cpio" >"$run/initrd"
rm "$run/project.cpio"

# What the kernel says of its own data races would tear the lines of tests apart;
# its log has it all.
[[ $kernel != smp-kcsan ]] || append+=" loglevel=1"
# shellcheck disable=SC2206
args=($accel -smp "$smp" -m "$mem" -nodefaults -no-reboot -display none
	-kernel "$image/vmlinuz" -initrd "$run/initrd"
	-serial "file:$run/out.tar"
	-append "console=ttyS1 panic=-1 quiet loglevel=4 log_buf_len=4M $append")

boot() {
	watched "$limit" "$silence" qemu-system-x86_64 "${args[@]}" \
		-serial stdio | stdbuf -o0 tr -d '\r' | tee "$run/console" |
		sed -u -e '0,/^lab: machine up/d' -e '/^lab: machine down/,$d' ||
		return "${PIPESTATUS[0]}"
}

rc=0
if [[ -t 0 && -n ${JVPN_LAB_INTERACTIVE-} ]]; then
	qemu-system-x86_64 "${args[@]}" -serial mon:stdio || true
else
	boot || rc=$?
	# An emulator that trips before anything of ours runs gets another try.
	if ! grep -q '^lab: machine up' "$run/console"; then
		say "$kernel did not boot (status $rc); trying again"
		rc=0
		boot || rc=$?
	fi
fi

mkdir -p "$run/out"
tar -xf "$run/out.tar" -C "$run/out" 2>/dev/null || true
if compgen -G "$run/out/results/*" >/dev/null; then
	mkdir -p "$RESULTS/$kernel"
	cp -r "$run/out/results/." "$RESULTS/$kernel/"
fi
[[ -n $log && -s $run/out/dmesg ]] && cp "$run/out/dmesg" "$log"
if ((rc == 124 || rc == 137)); then
	say "the machine was stopped: more than $limit s, or $silence s of silence"
	exit 124
elif [[ ! -s $run/out/status ]]; then
	say "the machine crashed"
	grep -q '^lab: machine up' "$run/console" || tail -n 40 "$run/console" >&2
	[[ -n $log ]] && cp "$run/console" "$log"
	exit 97
fi
rc=$(<"$run/out/status")
if ((check)) && ! "$LAB/klog-check.sh" "$run/out/dmesg" >&2; then
	say "the kernel log shows a bug"
	((rc)) || rc=1
fi
exit "$rc"
