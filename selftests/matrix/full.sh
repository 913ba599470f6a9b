#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# full.sh: the whole matrix, as often as docs/scenarios.md wants, and that page
# from it; `make scenarios` calls it. Two machines at a time, a quarter of an hour if nothing else runs.

. "$(dirname "$0")/../lab/common.sh"

PARTS=4
export JVPN_MATRIX=full

"$LAB/uml.sh" >/dev/null
make -s -C "$TOP/tools" BUILD="$BUILD"
"$LAB/module.sh" uml
rm -rf "$RESULTS/recovery"
mkdir -p "$BUILD/logs"

part() {
	JVPN_PART=$1/$PARTS "$LAB/uml-run.sh" --no-build --timeout 10000 \
		--silence 3000 --log "$BUILD/logs/matrix-$1.dmesg" \
		"$TOP/selftests/netns/matrix.sh"
}

rc=0
for ((i = 1; i <= PARTS; i++)); do
	part $i &
	((i < 2)) || wait -n || rc=1
done
wait -n || rc=1
jq -s . "$RESULTS"/recovery/*.json >"$RESULTS/recovery.json"
((rc)) || "$TOP/selftests/matrix/page.py" take
exit $rc
