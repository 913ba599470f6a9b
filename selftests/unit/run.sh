#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs test programs that print TAP, one after the other: their lines as they
# come, then the sum. The exit status says whether all of them passed.

passed=0
failed=0
broken=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

for program in "$@"; do
	"$program" >"$log" 2>&1
	status=$?
	cat "$log"
	ok=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok ' "$log")
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | head -n 1)
	passed=$((passed + ok))
	failed=$((failed + bad))
	if [ $((ok + bad)) -ne "${plan:-0}" ] || [ "${plan:-0}" -eq 0 ] ||
	   { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
		echo "# ${program##*/}: status $status after $((ok + bad)) of ${plan:-no} tests"
		broken=$((broken + 1))
	fi
done

echo "# unit: $passed passed, $failed failed, $broken programs broken"
[ "$failed" -eq 0 ] && [ "$broken" -eq 0 ]
