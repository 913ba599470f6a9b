#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# stream.sh: the measuring stick: stream.py reports what really happened to
# packets, on a plain path without a tunnel.
# kernels: uml

. "$(dirname "$0")/../lib.sh"

topology 20

# measured FILTER OPTION...: what jq makes of a run's report.
measured() {
	rm -f "$TEST_TMP/out"
	"$NETNS_DIR/stream.py" "$client,10.1.0.2" "$gw,$GW4" --tcp \
		--time 1000 --out "$TEST_TMP/out" "${@:2}" >"$TEST_TMP/said"
	jq -r -c "$1" "$TEST_TMP/out"
}

check_equal "an undisturbed path" "100 0 0 0 10 10" "$(measured \
	'.up | [.sent, .lost, .reordered, .duplicated, (.delay_ms | round),
	(.gap_ms | round)] | join(" ")')"
check_equal "and back" "100 0 0 0 10 10" "$(jq -r \
	'.down | [.sent, .lost, .reordered, .duplicated, (.delay_ms | round),
	(.gap_ms | round)] | join(" ")' "$TEST_TMP/out")"
check_equal "TCP is whole" "true null" \
	"$(jq -r '.tcp | "\(.intact) \(.broken)"' "$TEST_TMP/out")"

# A hole of 100 ms: ten packets each way, a gap of 110 ms.
coproc STREAM {
	exec "$NETNS_DIR/stream.py" "$client,10.1.0.2" "$gw,$GW4" --time 1000 \
		--mark 305:cut --mark 405:mend --out "$TEST_TMP/hole"
}
read -r _ <&"${STREAM[0]}"
blackhole 0
read -r _ <&"${STREAM[0]}"
blackhole_end 0
wait "$STREAM_PID"
check_equal "a hole of 100 ms" "10 110" \
	"$(jq -r '.up | "\(.lost) \(.gap_ms | round)"' "$TEST_TMP/hole")"
check_equal "the lost packets are those that were sent into it" true "$(jq \
	'.marks.cut as $a | .marks.mend as $b | .up.lost_at |
	all(. > $a and . < $b)' "$TEST_TMP/hole")"

tc -n "$r0" qdisc replace dev wan root netem delay 30ms reorder 30%
check_equal "packets that overtake are reordered, not lost" "0 true" \
	"$(measured '.up | "\(.lost) \(.reordered > 5)"')"
tc -n "$r0" qdisc replace dev wan root netem delay 10ms duplicate 20%
check_equal "copies are counted" "0 true" \
	"$(measured '.up | "\(.lost) \(.duplicated > 5)"')"
tc -n "$r0" qdisc replace dev wan root netem delay 10ms loss 20%
check_equal "losses are counted" true "$(measured '.up.lost > 5')"
