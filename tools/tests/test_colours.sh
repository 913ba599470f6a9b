#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Colours: on a terminal, and nowhere else.

. "$(dirname "$0")/lib.sh"

escapes() { grep -c $'\033' || true; }

# on_terminal VARIABLE=VALUE...: the tool with a terminal as its output.
on_terminal() {
	env "$@" python3 -c '
import os, pty, sys
pty.spawn([sys.argv[1], "explain", "LINK_DOWN"])' "$JVPN_TOOL" </dev/null
}

is "none in a pipe" "$("$JVPN_TOOL" explain LINK_DOWN | escapes)" 0
if on_terminal TERM=xterm >"$tmp/out" 2>&1; then
	is "some on a terminal" "$(escapes <"$tmp/out")" 1
	is "none with NO_COLOR" \
		"$(on_terminal TERM=xterm NO_COLOR=1 | escapes)" 0
	is "some with an empty NO_COLOR" \
		"$(on_terminal TERM=xterm NO_COLOR= | escapes)" 1
	is "none on a dumb terminal" "$(on_terminal TERM=dumb | escapes)" 0
else
	skip "colours on a terminal" "there are no pseudo terminals"
fi

finish
