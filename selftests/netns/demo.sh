#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# demo.sh: the demonstration keeps its promises, and its verdict notices when one
# is broken. Real time would be that of a sleep of 200 s: virtual time only.
# kernels: uml
# timeout: 900

. "$(dirname "$0")/../lib.sh"

demo=$(dirname "$0")/../demo
kept=$TEST_TMP/results
mkdir "$kept"
export JVPN_DEMO_PLANT=''

JVPN_RESULTS_DIR=$kept "$demo/inside.sh" >"$TEST_TMP/said" 2>&1 || true
sed -n 's/^PASS  //p' "$TEST_TMP/said" | cut -c1-32 | sed 's/ *$//' \
	>"$TEST_TMP/passed"
sed 's/^/# /' "$TEST_TMP/said"
while read -r promise; do
	check "$promise" grep -qxF "$promise" "$TEST_TMP/passed"
done <<-PROMISES
	every step was done
	session id constant
	TCP connection survived
	no two bindings
	every transition has one reason
	attacker got nothing
	kernel log clean
PROMISES
check_at_most "columns of its output" 80 \
	"$(awk 'length > n { n = length } END { print n + 0 }' "$TEST_TMP/said")"
for node in client gateway; do
	jq -c --arg node $node 'select(.node == $node)' "$kept/demo.jsonl" \
		>"$TEST_TMP/log.$node"
	check "events of the $node" test -s "$TEST_TMP/log.$node"
done
check "events keep the invariants" \
	jvpn-tool audit verify "$TEST_TMP/log.client" "$TEST_TMP/log.gateway"
"$demo/planted.py" "$kept" >"$TEST_TMP/planted" || true
while read -r line; do
	case $line in
	'ok '*) tap_ok "planted: ${line#ok * }" ;;
	'not ok '*) tap_fail "planted: ${line#not ok * }" ;;
	*) note "$line" ;;
	esac
done <"$TEST_TMP/planted"
check_equal "faults planted" 20 "$(grep -c 'ok ' "$TEST_TMP/planted")"
