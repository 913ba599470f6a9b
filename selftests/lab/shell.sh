#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shell.sh KERNEL: a machine to play with: the module is loaded and two network
# namespaces, east and west, are wired up. Leave with `exit`.

. "$(dirname "$0")/common.sh"

kernel=${1:-6.12}
"$LAB/packages.sh"
make --no-print-directory -s -C "$TOP/tools" BUILD="$BUILD" >&2
export JVPN_LAB_INTERACTIVE=1
[[ -t 0 ]] || die "make shell wants a terminal"
case $kernel in
uml) exec "$LAB/uml-run.sh" --native --no-check "$LAB/shell-inside.sh" ;;
*) exec "$LAB/qemu-run.sh" --no-check "$kernel" "$LAB/shell-inside.sh" ;;
esac
