#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# loaded.sh: a machine that has more to do than it can is no dead path: with
# traffic both ways, and each way alone, no path is given up.
# kernels: 6.12
# timeout: 240

. "$(dirname "$0")/../lib.sh"

topology 20
tunnel 4
connect

# ticks: of all processors so far, all and idle ones.
ticks() {
	local word numbers sum=0
	read -r -a numbers </proc/stat
	for word in "${numbers[@]:1:8}"; do
		sum=$((sum + word))
	done
	echo "$sum ${numbers[4]}"
}

for ((i = 0; i < 3 * $(nproc); i++)); do
	background sh -c 'while :; do :; done'
done
read -r all idle < <(ticks)
for flows in both up down; do
	"$NETNS_DIR/stream.py" "$client,$IN4C" "$gw,$IN4G" --rate 50 --flows $flows \
		--time 8000 --out "$TEST_TMP/$flows"
done
read -r all_after idle_after < <(ticks)
check "the machine had no time left" test \
	$(((idle_after - idle) * 20)) -lt $((all_after - all))
check "packets came through" jq -se \
	'all(.[]; [.up, .down][] | select(.) | .received > .sent / 2)' \
	"$TEST_TMP"/{both,up,down}
collect "$TEST_TMP/loaded"
check_fails "no path was given up" grep NO_DELIVERY "$TEST_TMP"/loaded.{client,gw}
check "events keep the invariants" audit "$TEST_TMP/loaded"
