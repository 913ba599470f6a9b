#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run.sh: runs all tests of jvpn-tool; TAP of all of them in one stream.
#
# JVPN_TOOL is the program to test, PROGRAMS the directory of test programs;
# UPDATE=1 writes the golden files anew.

here=$(cd "$(dirname "$0")" && pwd)
cd "$here" || exit 1

passed=0 failed=0 skipped=0

# take NAME COMMAND...: runs one test, passes its lines on with one numbering.
take() {
	local name=$1 line lines status
	shift
	echo "# $name"
	lines=$("$@" 2>&1)
	status=$?
	while IFS= read -r line; do
		case $line in
		"ok "*" # SKIP"*) skipped=$((skipped + 1)) ;;
		"ok "*) passed=$((passed + 1)) ;;
		"not ok "*) failed=$((failed + 1)) ;;
		1..*) continue ;;
		*)
			echo "# $line"
			continue ;;
		esac
		echo "${line%%ok *}ok $((passed + failed + skipped)) - $name:${line#*-}"
	done <<<"$lines"
	# A test that dies, or that tests nothing, has failed.
	if ((status)) && ! grep -q '^not ok' <<<"$lines" ||
		! grep -qE '^(not )?ok' <<<"$lines"; then
		failed=$((failed + 1))
		echo "not ok $((passed + failed + skipped)) - $name: exit status $status"
	fi
}

echo "TAP version 13"
take attr "$PROGRAMS/attr_check"
take audit-fuzz "$PROGRAMS/audit_check" audit/good/{life,refused-epoch}.{client,gw}
take config-fuzz "$PROGRAMS/config_check" --fuzz conf/good/{full,wireguard}.conf
for test in test_*.sh; do
	take "${test%.sh}" bash "$test"
done
echo "1..$((passed + failed + skipped))"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
