#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# choices.sh: a path that loses packets is left for one that does not, and back again
# not before the cooldown is over; one that shakes is volatile. The events have the
# numbers that all of this was decided by.
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"

topology 20

# impair UPLINK WORD...: packets to the client; most answers to probes get through.
impair() {
	tc -n "$net" qdisc change dev "to_r$1" root netem limit 10000 "${@:2}"
}

# event FILTER: the first such event of the client; fails if there is none.
event() {
	jvpn "$client" --json monitor jvpn0 --history |
		jq -ncer "first(inputs | select($1))"
}

chosen='.fsm_event == "SWITCH_SELECTED"'
shaken='.fsm_event == "VOLATILITY" and .reason == "JITTER_THRESHOLD_EXCEEDED"'
denied='.type == "SWITCH_DENIED" and .reason == "COOLDOWN_ACTIVE"'

tunnel 4
jvpn "$client" policy set jvpn0 switch_cooldown=60000 standby_interval=500 >/dev/null
connect
background "$NETNS_DIR/stream.py" "$client,$IN4C" "$gw,$IN4G" --rate 100 --flows both \
	--time 100000 --out "$TEST_TMP/stream"

impair 0 delay 10ms loss 30%
check "loss: another path is chosen" wait_for 20 event "$chosen"
found=$(event "$chosen")
note "chosen: $found"
check "loss: what it was left for is in the event" jq -e '.path_from == 0 and
	.reason == "LOSS_THRESHOLD_EXCEEDED" and .loss_permille >= 200 and
	(.srtt_us | . > 19000 and . < 60000)' <<<"$found"
check "loss: and what was gone to" jq -e '.path_to == 1 and .loss_to_permille < 200 and
	(.srtt_to_us | . > 19000 and . < 60000) and .priority == 0 and .priority_to == 0' \
	<<<"$found"
check "loss: the move says it too" wait_for 10 event \
	'.type == "SWITCH" and .path_to == 1 and .srtt_to_us > 19000'

impair 0 delay 10ms loss 0%
impair 1 delay 10ms loss 30%
check "cooldown: the way back is denied" wait_for 30 event "$denied"
found=$(event "$denied")
note "denied: $found"
check "cooldown: for how long, and what would have been gone to" jq -e '.path_to == 0 and
	.retry_ms > 20000 and .retry_ms <= 60000 and .srtt_to_us > 19000' <<<"$found"
jvpn "$client" monitor jvpn0 --history >"$TEST_TMP/lines"
check "cooldown: people are told as well" \
	grep -q 'SWITCH_DENIED.*, there rtt [0-9.]* ms.*, allowed in [0-9.]* s' "$TEST_TMP/lines"

impair 1 delay 10ms loss 0%
check "jitter: the path is well again" wait_for 30 attached
jvpn "$client" policy set jvpn0 --strict jitter_volatile=3 >/dev/null
impair 1 delay 10ms 9ms loss 0%
check "jitter: is noticed" wait_for 30 event "$shaken"
found=$(event "$shaken")
note "shaken: $found"
check "jitter: how much is in the event" jq -e '.path_from == 1 and
	(.jitter_us | . >= 3000 and . < 20000)' <<<"$found"

collect "$TEST_TMP/choices"
check "events keep the invariants" audit "$TEST_TMP/choices"
