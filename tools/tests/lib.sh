# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests in shell share. Sourced.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${JVPN_TOOL:?the program to test}" "${PROGRAMS:?where test programs are}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
umask 077
unset NO_COLOR
export LC_ALL=C TZ=UTC

n=0 bad=0

# Tests at the end of a pipe count as well.
shopt -s lastpipe

# ok NAME COMMAND...: passes if the command does.
ok() {
	local name=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		bad=1
	fi
}

# is NAME GOT WANT: passes if both are the same; says how they differ.
is() {
	ok "$1" test "$2" = "$3"
	[[ $2 == "$3" ]] ||
		diff <(printf '%s\n' "$3") <(printf '%s\n' "$2") | sed 's/^/# /'
}

# golden NAME FILE: standard input must be what the file holds.
golden() {
	local file=$here/golden/$2
	cat >"$tmp/got"
	[[ -z ${UPDATE:-} ]] || cp "$tmp/got" "$file"
	ok "$1" cmp -s "$tmp/got" "$file"
	cmp -s "$tmp/got" "$file" || diff "$file" "$tmp/got" | sed 's/^/# /'
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# The tool without any device, whatever this machine has: a namespace of its
# own. Where that is not possible, tests that would reach the kernel skip.
if unshare -rn true 2>/dev/null; then
	isolated=1
	tool() { unshare -rn "$JVPN_TOOL" "$@"; }
else
	isolated=
	tool() { "$JVPN_TOOL" "$@"; }
fi

# A leak that the sanitizer finds is an exit status of its own.
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=print_stacktrace=1

finish() {
	echo "1..$n"
	exit $bad
}
