#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# uml-run.sh: run a program as root inside the debug UML machine.
#
#   uml-run.sh [OPTION]... PROGRAM [ARG]...
#
#   --native       real time instead of virtual time
#   --no-build     do not build the module first; load what is there
#   --no-module    neither build nor load the module
#   --no-check     do not look at the kernel log afterwards
#   --timeout S    give up after S seconds of real time (default 300)
#   --silence S    give up when it says nothing for so long (default 600)
#   --mem SIZE     memory of the machine (default 1G)
#   --log FILE     keep the kernel log in FILE
#   --append TEXT  more for the kernel command line
#
# The root file system is this machine's own, read-only, with fresh /tmp and
# /run, so any path of the host works inside. JVPN_RESULTS_DIR is writable.
# Every variable named JVPN_* is passed on.
#
# Exit status: that of PROGRAM; 1 when PROGRAM passed but the kernel log shows
# a bug; 97 when the machine crashed, 124 when it took too long.

. "$(dirname "$0")/common.sh"

time_mode=time-travel=inf-cpu
build=1 module=1 check=1 limit=300 silence=600 mem=1G log='' append=''
while [[ ${1-} == --* ]]; do
	case $1 in
	--native) time_mode='' ;;
	--no-build) build=0 ;;
	--no-module) build=0 module=0 ;;
	--no-check) check=0 ;;
	--timeout) limit=$2; shift ;;
	--silence) silence=$2; shift ;;
	--mem) mem=$2; shift ;;
	--log) log=$2; shift ;;
	--append) append=$2; shift ;;
	*) die "unknown option $1" ;;
	esac
	shift
done
(($#)) || die "usage: uml-run.sh [OPTION]... PROGRAM [ARG]..."

uml=$("$LAB/uml.sh")
if ((build)) && [[ -e $TOP/Kbuild ]]; then
	"$LAB/module.sh" uml
fi

make_inns
program=$(command -v "$1") || die "no program $1"
shift
mkdir -p "$RESULTS"
run=$(mktemp -d "${TMPDIR:-/tmp}/jvpn-uml.XXXXXX")
[[ -n ${JVPN_LAB_KEEP-} ]] || trap 'rm -rf "$run"' EXIT

export JVPN_LAB_CACHE=$CACHE
printf '%s\0' "$(realpath "$program")" "$@" >"$run/argv"
{
	export -p | grep -E '^declare -x (JVPN_|TERM=|CI=)' || true
	declare -p TOP BUILD RESULTS module
	printf 'cwd=%q\n' "$PWD"
} >"$run/env"

args=(mem="$mem" rootfstype=hostfs root=/dev/root rootflags=/ ro
	init="$LAB/uml-init.sh" LAB_RUN="$run" con=null
	uml_dir="$run/" umid=jvpn loglevel=4 log_buf_len=4M
	${time_mode:+"$time_mode"})
rc=0
if [[ -t 0 && -n ${JVPN_LAB_INTERACTIVE-} ]]; then
	# shellcheck disable=SC2086
	"$uml/linux" "${args[@]}" con0=fd:0,fd:1 $append || true
else
	# shellcheck disable=SC2086
	watched "$limit" "$silence" "$uml/linux" "${args[@]}" con0=fd:0,fd:1 \
		$append | tee "$run/console" |
		sed -u -e '0,/^lab: machine up/d' -e '/^lab: machine down/,$d' ||
		rc=${PIPESTATUS[0]}
fi

[[ -n $log && -s $run/dmesg ]] && cp "$run/dmesg" "$log"
if ((rc == 124 || rc == 137)); then
	say "the machine was stopped: more than $limit s, or $silence s of silence"
	exit 124
elif [[ ! -s $run/status ]]; then
	say "the machine crashed"
	grep -q '^lab: machine up' "$run/console" || tail -n 40 "$run/console" >&2
	[[ -n $log ]] && cp "$run/console" "$log"
	exit 97
fi
rc=$(<"$run/status")
if ((check)) && ! "$LAB/klog-check.sh" "$run/dmesg" >&2; then
	say "the kernel log shows a bug"
	((rc)) || rc=1
fi
exit "$rc"
