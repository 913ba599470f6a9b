#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever is printed with --json is JSON.

. "$(dirname "$0")/lib.sh"

uapi=$here/../../include/uapi/linux/jvpn.h

# json NAME EXPRESSION: standard input is JSON, and the expression over it holds.
json() {
	cat >"$tmp/json"
	ok "$1" python3 -c '
import json, sys
def no_twice(pairs):
    keys = [k for k, _ in pairs]
    assert len(keys) == len(set(keys)), keys
    return dict(pairs)
def refuse(constant):
    raise ValueError(constant)
lines = [json.loads(l, object_pairs_hook=no_twice, parse_constant=refuse)
         for l in ([sys.stdin.read()] if sys.argv[2] == "1" else sys.stdin)]
j = lines[0] if sys.argv[2] == "1" else lines
sys.exit(0 if eval(sys.argv[1]) else 1)' "$2" "${3:-1}" <"$tmp/json"
}

"$JVPN_TOOL" genkey --json 2>/dev/null | json "genkey" 'len(j["private_key"]) == 44'
"$JVPN_TOOL" --json genpsk 2>/dev/null | json "genpsk" 'len(j["preshared_key"]) == 44'
"$JVPN_TOOL" genkey 2>/dev/null | "$JVPN_TOOL" pubkey --json |
	json "pubkey" 'len(j["public_key"]) == 44'
"$JVPN_TOOL" explain LINK_DOWN --json | json "explain" \
	'j["reason"] == "LINK_DOWN" and j["number"] == 65 and j["advice"]'
"$JVPN_TOOL" explain all --json | json "explain all" 'len(j) > 40'
is "every reason of the header is explained, by its number" \
	"$(python3 -c '
import json, sys
for r in json.load(sys.stdin):
    print(r["number"], r["reason"])' <"$tmp/json")" \
	"$(awk '/^enum jvpn_reason / { on = 1; next }
		/^};/ { on = 0 }
		on && /JVPN_REASON_/ && !/__/ {
			name = $1; sub(/,.*/, "", name)
			if (match($0, /= [0-9]+/))
				number = substr($0, RSTART + 2, RLENGTH - 2)
			else
				number++
			sub(/JVPN_REASON_/, "", name)
			if (number + 0) print number + 0, name
		}' "$uapi")"

"$JVPN_TOOL" foo --json 2>&1 | json "an error" 'j["exit_code"] == 2 and "foo" in j["error"]'
"$JVPN_TOOL" set jvpn0 "$(printf 'a\033"\\\xff')" --json 2>&1 |
	json "an error with bytes that are no text" 'j["exit_code"] == 2'
tool show --json nosuch0 2>&1 | json "nothing there" 'j["exit_code"] in (3, 4)'
touch "$tmp/key"
chmod 644 "$tmp/key"
"$JVPN_TOOL" genkey --json 2>&1 >"$tmp/key" | json "a note" '"note" in j'

"$PROGRAMS/attr_check" --event >"$tmp/event"
golden "an event for people and as JSON" event.txt <"$tmp/event"
tail -n 3 "$tmp/event" | json "an event" \
	'len(j) == 3 and j[0]["seq"] == 1 and j[1]["gap"]["lost"] == 6' lines

finish
