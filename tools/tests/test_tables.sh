#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The tool's tables of attributes against the UAPI header, and against the
# netlink specification.

. "$(dirname "$0")/lib.sh"

uapi=$here/../../include/uapi/linux/jvpn.h
spec=$here/../../netlink/jvpn.yaml

"$PROGRAMS/attr_check" --tables >"$tmp/tables"

# "set number name" of each attribute in the header.
awk '
/^enum jvpn_attr(_[a-z_]*)? \{/ {
	set = $2; sub(/^jvpn_attr_?/, "", set); if (set == "") set = "top"
	number = -1; on = 1; next
}
/^};/ { on = 0 }
on && /JVPN_/ && !/__JVPN/ {
	number++
	name = $1; sub(/,.*/, "", name); sub(/^JVPN_([A-Z_]*_)?A_/, "", name)
	if (name != "UNSPEC" && name != "PAD")
		print set, number, tolower(name)
}' "$uapi" | sort >"$tmp/header"
ok "the header was read" test "$(wc -l <"$tmp/header")" -gt 150
is "tables and header have the same attributes" \
	"$(cut -d ' ' -f 1-3 "$tmp/tables" | sort)" "$(cat "$tmp/header")"

if [[ ! -e $spec ]]; then
	skip "tables and specification" "there is no netlink/jvpn.yaml"
elif ! python3 -c 'import yaml' 2>/dev/null; then
	skip "tables and specification" "there is no python3-yaml"
else
	python3 - "$spec" >"$tmp/spec" <<'PYTHON'
import sys
import yaml

spec = yaml.safe_load(open(sys.argv[1]))
sets = {s["name"]: s for s in spec["attribute-sets"]}
top = next((n for n in ("jvpn", "top", "main") if n in sets), None)
for name, s in sets.items():
    number = 0
    for attr in s["attributes"]:
        number = attr.get("value", number + 1)
        if attr["name"] in ("pad", "unspec") or attr["type"] in ("pad", "unused"):
            continue
        print("top" if name == top else name.replace("-", "_"), number,
              attr["name"].replace("-", "_"), attr["type"],
              int(attr.get("multi-attr", False)))
PYTHON
	is "tables and specification have the same attributes" \
		"$(sort "$tmp/tables")" "$(sort "$tmp/spec")"
fi

finish
