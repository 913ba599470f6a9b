#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Configuration files: good ones, bad ones, differences.

. "$(dirname "$0")/lib.sh"

# Copies, which have the same mode everywhere.
cp -r "$here/conf" "$tmp/conf"
chmod -R go= "$tmp/conf"
cd "$tmp/conf" || exit 1
read_conf() { "$PROGRAMS/config_check" "$@"; }

for file in good/*.conf; do
	read_conf "$file" 2>&1 | golden "$file" "$(basename "$file" .conf).out"
	read_conf "$file" >"$tmp/once" 2>/dev/null
	read_conf "$tmp/once" >"$tmp/twice" 2>&1
	ok "$file: what is written reads as the same" \
		cmp "$tmp/once" "$tmp/twice"
done

for file in bad/*.conf; do
	read_conf "$file" >"$tmp/out" 2>"$tmp/err"
	is "$file: exit status" $? 2
	# The first line of each bad file says what must be said of it.
	is "$file: message" "$(grep -v 'note:' "$tmp/err")" \
		"jvpn-tool: $file:$(sed -n '1s/^# *//p' "$file")"
	ok "$file: nothing is printed" test ! -s "$tmp/out"
done
printf '[Interface]\nFwMark = 1\0\n' >"$tmp/zero.conf"
read_conf "$tmp/zero.conf" >"$tmp/out" 2>&1
is "a zero byte" "$?:$(cat "$tmp/out")" \
	"2:jvpn-tool: $tmp/zero.conf:2: there is a zero byte"
is "standard input" "$(read_conf - <good/plain.conf 2>/dev/null)" \
	"$(read_conf good/plain.conf 2>/dev/null)"
ok "no key is repeated in a message" test -z "$(for file in bad/*.conf; do
	read_conf "$file" 2>&1; done | grep -E '[A-Za-z0-9+/]{43}')"

read_conf good/full.conf good/full.conf 2>/dev/null |
	golden "no difference" same.diff
read_conf good/full.conf good/full-changed.conf 2>/dev/null |
	golden "a difference" changed.diff
read_conf good/full-changed.conf good/full.conf 2>/dev/null |
	golden "the same, backwards" back.diff
read_conf good/plain.conf good/full.conf 2>/dev/null |
	golden "from nothing in common" other.diff

finish
