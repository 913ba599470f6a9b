#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Help, version, manual page and completion say the same.

. "$(dirname "$0")/lib.sh"

man=$here/../man/jvpn-tool.8
commands=$("$JVPN_TOOL" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')

{
	"$JVPN_TOOL" --help
	for command in $commands; do
		echo "---- $command"
		"$JVPN_TOOL" "$command" --help || echo "exit status $?"
	done
} | golden "texts of help" help.txt
is "help as a word" "$("$JVPN_TOOL" help)" "$("$JVPN_TOOL" --help)"
is "help wins over missing words" "$("$JVPN_TOOL" set --help)" \
	"$("$JVPN_TOOL" --help set)"
is "version" "$("$JVPN_TOOL" --version)" "jvpn-tool $(sed -n \
	's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$here/../../dkms.conf")"

# The manual without the fonts, each command on a line.
sed -e 's/\\f[BRI]//g' -e 's/^\.B //' -e 's/\\-/-/g' "$man" >"$tmp/man"
for command in $commands; do
	"$JVPN_TOOL" "$command" --help | sed -n '/^$/q
		s/^Usage: *//; p' | awk '
		/^ +jvpn-tool/ { if (line) print line; line = "" }
		{ sub(/^ +/, ""); sub(/^\[?endpoint/, "&")
		  line = line (line ? " " : "") $0 }
		END { print line }' >"$tmp/usage"
	while read -r line; do
		ok "the manual has: ${line:0:50}" grep -qxF -- "$line" "$tmp/man"
	done <"$tmp/usage"
done
if command -v groff >/dev/null; then
	is "the manual is in order" \
		"$(groff -man -Tutf8 -ww -z "$man" 2>&1)" ""
fi
ok "all exit codes are in the manual" test "$(sed -n \
	'/^.SH EXIT STATUS/,/^.SH ENV/s/^\.B //p' "$man" | tr -d '\n')" = 0123456

# Examples of the manual are commands that exist; the kernel has no jvpn0 here.
if [[ $isolated ]]; then
	cp /dev/null "$tmp/private.key"
	"$JVPN_TOOL" genkey >"$tmp/private.key"
	cp "$here/audit/good/life.gw" "$tmp/gateway.jsonl"
	sed -n '/^\.EX/,/^\.EE/s/^[$#] \(jvpn-tool .*\)/\1/p' "$man" \
		>"$tmp/examples"
	ok "there are examples" test "$(wc -l <"$tmp/examples")" -gt 10
	while read -r line; do
		(
			cd "$tmp" || exit
			jvpn-tool() { tool "$@"; }
			eval "$line" >"$tmp/out" 2>&1
		)
		status=$?
		ok "example: ${line:0:50}" test $status = 0 -o $status = 3 \
			-o $status = 4
	done <"$tmp/examples"
else
	skip "examples of the manual" "no user namespaces"
fi

# Completion knows the same words.
# shellcheck disable=SC1091
. "$here/../completion/jvpn-tool.bash"
complete_after() {
	COMP_WORDS=(jvpn-tool "$@" '')
	COMP_CWORD=$(($# + 1))
	_jvpn_tool
	printf '%s\n' "${COMPREPLY[@]}" | grep -v '^--' | sort
}
is "completion of commands" "$(complete_after)" "$(sort <<<"$commands")"
is "completion of policy fields" \
	"$(complete_after policy set jvpn0 | sed -n 's/=$//p')" \
	"$("$PROGRAMS/attr_check" --tables | awk '
		$1 == "policy" && $4 == "u32" && $3 != "version" { print $3 }' |
		sort)"
for word in $(complete_after set jvpn0 peer x | grep -v '^peer$'); do
	ok "completion of set: $word is a word of it" \
		test -z "$(tool set jvpn0 peer "$(tool genkey)" "$word" 2>&1 |
			grep 'no such word')"
done

finish
