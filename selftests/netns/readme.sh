#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# readme.sh: the tunnel in five minutes of README.md: its commands are run as
# they stand there, each block on the hosts that the comment above it names,
# and must do what the text says. Only the names of the uplinks differ here.
# kernels: all
# timeout: 120

. "$(dirname "$0")/../lib.sh"

readme=$(dirname "$0")/../../README.md
[[ -e $readme ]] || skip_all "README.md is not in this machine"

# block NUMBER HOST: the commands of the block, if it is for that host; fails
# when there is no such block.
block() {
	awk -v number="$1" -v host="$2" '
		/^<!-- run: / { count++; wanted = index($0 " ", " " host " ") }
		/^```$/ { inside = 0 }
		inside && wanted
		/^```sh$/ { inside = count == number }
		END { exit count < number }' "$readme" |
		sed -e 's/\beth0\b/up0/g' -e 's/\bwwan0\b/up1/g'
}

topology 20
declare -A space=([gateway]=$gw [client]=$client)
mkdir "$TEST_TMP/gateway" "$TEST_TMP/client"

# run NUMBER HOST: that block there, the shell stops at the first failure; what
# it said is kept in $TEST_TMP/HOST/said.
run() {
	block "$1" "$2" >"$TEST_TMP/$2/block"
	[[ -s $TEST_TMP/$2/block ]] || { echo "no block $1 for $2"; return 1; }
	(cd "$TEST_TMP/$2" && in_ns "${space[$2]}" bash -eu block) \
		>"$TEST_TMP/$2/said" 2>&1 || { cat "$TEST_TMP/$2/said"; return 1; }
}

check_equal "blocks of commands" 4 "$(grep -c '^<!-- run: ' "$readme")"
check "keys on the gateway" run 1 gateway
check "keys on the client" run 1 client
CLIENT_KEY=$(tail -n 1 "$TEST_TMP/client/said")
GATEWAY_KEY=$(tail -n 1 "$TEST_TMP/gateway/said")
export CLIENT_KEY GATEWAY_KEY
check_equal "they are not alike" 2 \
	"$(printf '%s\n' "$CLIENT_KEY" "$GATEWAY_KEY" | sort -u | wc -l)"
check "the gateway" run 2 gateway
check "the client, up to the ping" run 3 client
check "no ping was lost" grep -q ' 0% packet loss' "$TEST_TMP/client/said"
warm() {
	in_ns "$client" jvpn-tool path list jvpn0 --json |
		jq -e 'map(select(.status | index("up"))) | length == 2'
}
check "both paths are warm" wait_for 20 warm
check "looking around, and moving" run 4 client
check "the move was reported" \
	grep -q 'SWITCH.*OPERATOR_REQUEST' "$TEST_TMP/client/said"
check "the move is explained" \
	grep -q 'An operator asked' "$TEST_TMP/client/said"
