# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# common.sh: what every script of the lab needs. Sourced, never run.

set -euo pipefail

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$LAB/../.." && pwd)
BUILD=${JVPN_BUILD:-$TOP/build}
CACHE=${JVPN_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/jvpn-lab}
RESULTS=$BUILD/results
JOBS=${JVPN_JOBS:-$(nproc)}

# The kernels of the lab: distributions' first, oldest first, then those that
# it builds to find bugs with. 7.3 stands for the newest that Debian offers;
# debian13.sh finds out which version that is.
ALL_KERNELS="6.1 6.12 7.3 uml smp-kasan smp-kcsan"

say() {
	printf 'lab: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# timed WHAT COMMAND...: say what is being done and how long it took. The
# output goes to a log that is shown only when the command fails.
timed() {
	local what=$1 log start=$EPOCHSECONDS rc=0
	shift
	log=$(mktemp)
	say "$what ..."
	"$@" >"$log" 2>&1 </dev/null || rc=$?
	if ((rc)); then
		tail -n 60 "$log" >&2
		say "$what: failed with $rc after $((EPOCHSECONDS - start)) s"
	else
		say "$what: $((EPOCHSECONDS - start)) s"
	fi
	rm -f "$log"
	return "$rc"
}

# cached ENTRY FUNCTION: make sure that $CACHE/ENTRY exists. FUNCTION is called
# with a temporary directory to fill, which is renamed to its place only when
# complete; an interrupted run leaves nothing that looks finished. FUNCTION runs
# where bash ignores `set -e`: it has to chain its steps with &&.
cached() {
	local entry=$1 fill=$2 tmp
	[[ -e $CACHE/$entry ]] && return 0
	mkdir -p "$CACHE"
	(
		until flock -w 10 9; do
			[[ -e $CACHE/$entry ]] && exit 0
			say "somebody else is making $entry"
		done
		[[ -e $CACHE/$entry ]] && exit 0
		rm -rf "$CACHE/tmp.$entry."*
		tmp=$CACHE/tmp.$entry.$$
		mkdir -p "$tmp"
		"$fill" "$tmp" || exit 1
		[[ -e $CACHE/$entry ]] || mv -T "$tmp" "$CACHE/$entry"
	) 9>"$CACHE/$entry.lock" || die "cannot make $entry"
}

# make_inns: what tests enter namespaces with; see inns.c.
make_inns() {
	local inns=$BUILD/selftests/inns
	[[ ! $inns -nt $LAB/inns.c ]] || return 0
	mkdir -p "$BUILD/selftests"
	${CC:-cc} -O2 -Wall -Wextra -static -o "$inns.$$" "$LAB/inns.c"
	mv "$inns.$$" "$inns"
}

# short_hash FILE...: a short name for their contents.
short_hash() {
	cat "$@" | sha256sum | cut -c1-12
}

# watched LIMIT SILENCE COMMAND...: run it and pass its output on, line by line.
# It is stopped after LIMIT seconds, or when it says nothing for SILENCE: under
# virtual time a busy loop lasts for ever and no clock inside can end it. The
# status is that of the command, 124 when it was stopped.
watched() {
	local limit=$1 silence=$2 fifo line pid rc=0
	shift 2
	fifo=$(mktemp -u)
	mkfifo -m 600 "$fifo"
	timeout -k 5 "$limit" "$@" </dev/null >"$fifo" 2>&1 &
	pid=$!
	exec 8<"$fifo"
	rm "$fifo"
	while IFS= read -r -t "$silence" -u 8 line || rc=$?; ((rc == 0)); do
		printf '%s\n' "$line"
	done
	[[ -z $line ]] || printf '%s\n' "$line"
	if ((rc > 128)); then
		# It passes that on to a machine that leads a session of its own, and
		# kills what does not obey.
		kill "$pid" 2>/dev/null
	fi
	exec 8<&-
	wait "$pid" 2>/dev/null && return "$((rc > 128 ? 124 : 0))"
	rc=$((rc > 128 ? 124 : $?))
	return "$((rc == 137 ? 124 : rc))"
}
