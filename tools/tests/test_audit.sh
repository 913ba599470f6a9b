#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# audit verify: good logs are accepted, damaged ones refused for the right
# reason in the right line, and what is no log is named with its line.

. "$(dirname "$0")/lib.sh"

good=$here/audit/good

if command -v python3 >/dev/null; then
	while read -r line; do
		case $line in
		"ok "*) ok "${line#*- }" true ;;
		"not ok "*) ok "${line#*- }" false ;;
		1..*) cases=${line#1..} ;;
		*) echo "$line" ;;
		esac
	done < <("$here/audit/cases.py" "$JVPN_TOOL")
	ok "all ${cases:-0} cases were run" test "${cases:-0}" -gt 30
else
	skip "damaged logs" "there is no python3"
fi

"$JVPN_TOOL" audit verify "$good"/life.{client,gw} >"$tmp/out"
golden "verdicts of a good log" audit.txt <"$tmp/out"
"$JVPN_TOOL" --json audit verify "$good/life.client" >"$tmp/out"
ok "of one end alone nothing is told about the other" \
	grep -q 'no session is told of by both ends' "$tmp/out"
cat "$good"/life.{client,gw} | "$JVPN_TOOL" audit verify - >"$tmp/out"
is "both ends in one log, from standard input" "$?" 0
ok "are two ends" grep -q 'ends: 2; nothing is refuted' "$tmp/out"
"$JVPN_TOOL" audit verify "$good"/drill.{client,gw} >"$tmp/out"
is "drills break nothing" "$?" 0
ok "and are counted" grep -q '^drills: 6,' "$tmp/out"
"$JVPN_TOOL" --json audit verify "$good"/drill.{client,gw} >"$tmp/out"
ok "also in JSON" grep -q '"drills": *6,' "$tmp/out"
grep -v '"policy":' "$good/life.client" | "$JVPN_TOOL" audit verify - >"$tmp/out"
is "without its policy a bound is not shown" \
	"$(grep -c 'does not have the policy' "$tmp/out")" 4
{
	sed -n 1,9p "$good/life.client"
	sed -n 9p "$good/life.client" | sed 's/"seq":[0-9]*,.*/"gap":{"from":8,"to":12,"lost":5}}/'
	sed -n 15,23p "$good/life.client"
} | "$JVPN_TOOL" audit verify - >"$tmp/out"
is "a gap that is said refutes nothing" $? 0
ok "but leaves open what it hides" test "$(grep -c ': events are lost' "$tmp/out")" -ge 8

# Of a module that let an operator move a session faster than switch_cooldown
# without counting: found by this tool.
"$JVPN_TOOL" audit verify "$here"/audit/bad/operator-fast.{client,gw} >"$tmp/out"
is "too many moves, as they happened" $? 1
is "are found where the ninth is and each after it" \
	"$(sed -n 's/.*client:\([0-9]*\): .* moves between living paths.*/\1/p' \
		"$tmp/out" | xargs)" "30 33 36 39"
is "and nothing else is" "$(grep -c 'refuted:' "$tmp/out")" 1

# bad MESSAGE TEXT: the second line of a log is this.
bad() {
	local got
	{ head -n 1 "$good/life.client"; printf '%b\n' "$2"; } >"$tmp/log"
	got=$("$JVPN_TOOL" audit verify "$tmp/log" 2>&1 >"$tmp/out")
	is "${2:0:40}: exit code" $? 2
	is "${2:0:40}: is named" "$got" "jvpn-tool: $tmp/log:2: $1"
	ok "${2:0:40}: nothing is claimed" test ! -s "$tmp/out"
}

head='"ifname":"jvpn0","ifindex":7'
event='"seq":1,"type":"PATH","boot_ns":1,"wall_ns":1'
bad 'is not JSON: unexpected character' 'x'
bad 'is not JSON: unexpected end of data' "{$head"
bad 'is no JSON object' '[1,2]'
bad 'is no JSON object' '"text"'
bad 'is not JSON: nesting too deep' '{"a":[[[[[[[[[[1]]]]]]]]]]}'
bad 'is not JSON: unexpected character' "{$head,$event} more"
bad 'has no ifindex' '{}'
bad 'has no ifname' '{"ifindex":1}'
bad 'ifindex is too large' '{"ifname":"a","ifindex":4294967296}'
bad 'is no event: it has no seq' "{$head}"
bad 'is no event: it has no boot_ns' "{$head,\"seq\":1,\"type\":\"PATH\"}"
bad 'seq is 0' "{$head,${event/1/0}}"
bad 'seq is below 0' "{$head,${event/1/-1}}"
bad 'seq is not a number' "{$head,${event/1/1.5}}"
bad 'seq is not a number' "{$head,${event/1/\"1\"}}"
bad 'seq is not a number' "{$head,${event/1/null}}"
bad 'type has an unknown name' "{$head,${event/PATH/ROAD}}"
bad 'path_to is too large' "{$head,$event,\"path_to\":256}"
bad 'role has an unknown name' "{$head,$event,\"role\":\"attacker\"}"
bad 'reason has an unknown name' "{$head,$event,\"reason\":\"NO\"}"
bad 'session_id is not 32 characters of hex' "{$head,$event,\"session_id\":\"12\"}"
bad 'lineage is not 32 characters of hex' "{$head,$event,\"lineage\":7}"
bad 'peer is not a key' "{$head,$event,\"peer\":\"short\"}"
bad 'gap is not an object' "{$head,\"gap\":1}"
bad 'has no from' "{$head,\"gap\":{}}"
bad 'policy is not an object' "{$head,\"policy\":[]}"
bad 'has no version' "{$head,\"policy\":{}}"
bad 'the policy has no session_max_lifetime' "{$head,\"policy\":{\"version\":1}}"
bad 'holds a zero byte' "{$head\\000}"
bad 'is longer than 65536 bytes' "$(printf '%070000d' 0)"

: >"$tmp/empty"
is "an empty log" "$("$JVPN_TOOL" audit verify "$tmp/empty" 2>&1; echo $?)" \
	"jvpn-tool: there is no event in these logs"$'\n'2
is "no such file" "$("$JVPN_TOOL" audit verify "$tmp/none" 2>&1; echo $?)" \
	"jvpn-tool: $tmp/none: No such file or directory"$'\n'5
is "a directory" "$("$JVPN_TOOL" audit verify "$tmp" 2>&1; echo $?)" \
	"jvpn-tool: $tmp: Is a directory"$'\n'5
ok "errors are JSON where that was asked for" grep -q '"exit_code":5' \
	<("$JVPN_TOOL" --json audit verify "$tmp/none" 2>&1)

finish
