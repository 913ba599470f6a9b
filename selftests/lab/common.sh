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

# The kernels of the lab, oldest first. 7.3 stands for the newest that Debian
# offers; kernels.sh finds out which version that is.
ALL_KERNELS="6.1 6.12 7.3 uml"

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
		flock 9
		[[ -e $CACHE/$entry ]] && exit 0
		rm -rf "$CACHE/tmp.$entry."*
		tmp=$CACHE/tmp.$entry.$$
		mkdir -p "$tmp"
		"$fill" "$tmp" || exit 1
		mv -T "$tmp" "$CACHE/$entry"
	) 9>"$CACHE/$entry.lock" || die "cannot make $entry"
}

# short_hash FILE...: a short name for their contents.
short_hash() {
	cat "$@" | sha256sum | cut -c1-12
}
