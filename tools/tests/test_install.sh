#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is installed, and where.

. "$(dirname "$0")/lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL
umask 022
make -s -C "$here/.." O="$(dirname "$PROGRAMS")" DESTDIR="$tmp/root" \
	PREFIX=/opt/jvpn install >"$tmp/log" 2>&1
ok "make install" test $? = 0
is "files and their modes" "$(cd "$tmp/root" && find . -type f -printf '%m %p\n' |
	sort -k 2)" "755 ./opt/jvpn/bin/jvpn-tool
644 ./opt/jvpn/share/bash-completion/completions/jvpn-tool
644 ./opt/jvpn/share/man/man8/jvpn-tool.8"
is "the installed tool runs" "$("$tmp/root/opt/jvpn/bin/jvpn-tool" --version)" \
	"$("$JVPN_TOOL" --version)"

finish
