#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# demo.sh: run the demonstration inside a debug UML machine, in virtual time.
# Its event log stays in build/results/.

. "$(dirname "$0")/common.sh"

"$LAB/packages.sh"
make --no-print-directory -s -C "$TOP/tools" BUILD="$BUILD" >&2
if [[ -t 1 && -z ${NO_COLOR-} ]]; then
	export JVPN_COLOR=1
fi
exec "$LAB/uml-run.sh" --timeout 900 --log "$BUILD/demo.dmesg" \
	"$TOP/selftests/demo/demo.sh" "$@"
