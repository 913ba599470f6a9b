#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# report: the page is well-formed, needs nothing else, says what the log says,
# and shows text from elsewhere as text.

. "$(dirname "$0")/lib.sh"

good=$here/audit/good
page=$tmp/page.html

# holds NAME EXPRESSION: over the page as text and as a tree.
holds() {
	ok "$1" python3 -c '
import sys, xml.etree.ElementTree as tree
page = open(sys.argv[1], encoding="utf-8").read()
root = tree.fromstring(page)
def local(e): return e.tag.split("}")[-1]
def all(tag): return [e for e in root.iter() if local(e) == tag]
def words(e): return " ".join("".join(e.itertext()).split())
rows = [[words(c) for c in r] for r in all("tr")]
sys.exit(0 if eval(sys.argv[2]) else 1)' "$page" "$2"
}

"$JVPN_TOOL" report -o "$page" "$good"/life.{client,gw}
is "a page is made" $? 0
is "it can go to standard output" \
	"$("$JVPN_TOOL" report "$good"/life.{client,gw} | sha256sum)" \
	"$(sha256sum <"$page")"
if command -v python3 >/dev/null; then
	holds "it is well-formed, with one page in it" 'len(all("html")) == 1'
	holds "it loads nothing" 'not all("script") and not all("link") and \
		not all("img") and not all("iframe") and \
		"http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "") \
		and "url(" not in page and "@import" not in page'
	holds "it has a dark side, and one for paper" \
		'"prefers-color-scheme:dark" in page and "@media print" in page'
	holds "both ends have their states" \
		'sum(e.get("class") == "s2" for e in all("rect")) >= 6'
	holds "a state is named in its band" '"ATTACHED" in [words(e) for e in all("text")]'
	holds "all moves are drawn" \
		'sum(e.get("r") == "5" for e in all("circle")) == 6'
	holds "round-trip time and loss are drawn" 'len(all("polyline")) >= 4'
	holds "moves are listed with their reasons" \
		'["move 2", "1", "0", "PREFERRED_PATH", "0.0"] in [r[2:] for r in rows]'
	outages=$(python3 -c '
import json, sys
found, state = [], None
for line in open(sys.argv[1]):
    e = json.loads(line)
    if e.get("type") == "SWITCH":
        found.append(e["outage_us"] / 1e3)
found.sort()
n = len(found)
print(n, *("%.1f" % found[-(-n * p // 100) - 1] for p in (50, 95, 100)))' \
		"$good/life.client")
	read -r count p50 p95 max <<<"$outages"
	holds "percentiles are those of the log" \
		"['all', '4', '$count', '$p50', '$p95', '$max'] in rows"

	# What a node calls itself is its own affair.
	name='</title><script>alert(1)</script> "&'
	name="$name'"
	for end in client gw; do
		NAME=$name python3 -c '
import json, os, sys
for line in sys.stdin:
    e = json.loads(line)
    if "node" in e:
        e["node"] = os.environ["NAME"]
    print(json.dumps(e))' <"$good/life.$end" >"$tmp/hostile.$end"
	done
	"$JVPN_TOOL" report -o "$page" "$tmp"/hostile.{client,gw}
	holds "a hostile name is only text" \
		'not all("script") and any("alert(1)" in words(e) for e in all("td"))'

	# Sessions of every length, of one end, with refusals and gaps.
	"$JVPN_TOOL" report -o "$page" "$good"/*.client "$good"/*.gw
	holds "many sessions are each drawn" 'len(all("svg")) == 9'
	holds "drills are drawn" 'sum(e.get("class") == "drill" for e in all("rect")) == 6'
	holds "and told from outages" \
		'sum(r[2:3] == ["NO_DELIVERY, a drill"] for r in rows) == 3 and \
		["drill", "1", "–", "DRILL_ENDED", "0.0"] in [r[2:] for r in rows]'
	holds "refusals are marked" \
		'sum(e.get("class") == "refused" for e in all("path")) >= 3'
	head -n 4 "$good/life.gw" >"$tmp/short"
	sed -n '4s/"seq":.*/"gap":{"from":4,"to":9,"lost":6}}/p' "$good/life.gw" >>"$tmp/short"
	"$JVPN_TOOL" report -o "$page" "$tmp/short"
	holds "a gap is said" '"Events are lost, as" in page and "short:5" in page'
	grep '"POLICY"' "$good/life.client" >"$tmp/none"
	"$JVPN_TOOL" report -o "$page" "$tmp/none"
	holds "a log without sessions" '"sessions: 0;" in page and not all("svg")'
else
	skip "the page" "there is no python3"
fi

# A reader's browser: the page as it is, and a copy that tells how it was laid out.
browser() {
	HOME=$tmp timeout 120 chromium --headless --no-sandbox --disable-gpu \
		--disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync \
		--user-data-dir="$tmp/browser" "$@" 2>/dev/null
}

# rendered NAME WIDTH GROUND ATTACHED [SED-SCRIPT [FLAG]...]: the page's ground and the
# band of ATTACHED have these colours, and everything is where it can be seen.
rendered() {
	sed -e '/http-equiv/d' -e "${5:-}" -e "/<\/body>/e cat \"$tmp/told\"" "$page" >"$tmp/copy.html"
	browser --window-size="$2,1200" "${@:6}" --dump-dom "file://$tmp/copy.html" |
		sed -n 's/.*<title>\({.*}\)<\/title>.*/\1/p' >"$tmp/layout"
	is "$1: colours" "$(jq -r '"\(.ground) \(.attached)"' "$tmp/layout")" "$3 $4"
	is "$1: nothing sticks out, nothing is empty" \
		"$(jq -c '[.wide, .out, .flat]' "$tmp/layout")" "[false,[],0]"
}

"$JVPN_TOOL" report -o "$page" "$good"/*.client "$good"/*.gw
if command -v chromium >/dev/null && command -v jq >/dev/null; then
	cat >"$tmp/told" <<-'SCRIPT'
		<script>
		const all = (s) => [...document.querySelectorAll(s)];
		const box = (e) => e.getBoundingClientRect();
		const colour = (e, what) => getComputedStyle(e)[what];
		document.title = JSON.stringify({
			ground: colour(document.body, "backgroundColor"),
			attached: colour(document.querySelector("rect.s2"), "fill"),
			wide: document.documentElement.scrollWidth > innerWidth,
			out: all("svg text").filter((e) => {
				const t = box(e), s = box(e.ownerSVGElement);
				return t.left < s.left - 1 || t.right > s.right + 1 ||
					t.top < s.top - 1 || t.bottom > s.bottom + 1;
			}).map((e) => e.textContent),
			flat: all("rect, table, svg").filter((e) =>
				box(e).width < 1 || box(e).height < 1).length,
		});
		</script>
	SCRIPT
	rendered "a browser, wide and light" 1400 "rgb(255, 255, 255)" "rgb(43, 122, 61)"
	rendered "a browser, narrow and dark" 400 "rgb(20, 24, 29)" "rgb(105, 201, 124)" \
		"" --blink-settings=preferredColorScheme=0
	rendered "a browser, on paper though dark" 700 "rgb(255, 255, 255)" "rgb(43, 122, 61)" \
		"s/@media print/@media all/" --blink-settings=preferredColorScheme=0
	browser --window-size=1400,1200 --screenshot="$tmp/shot.png" "file://$page" >/dev/null
	# An empty page of this size is a few kB.
	ok "a browser paints the page as it is" test \
		"$(stat -c %s "$tmp/shot.png" 2>/dev/null || echo 0)" -gt 40000
else
	skip "a browser renders it" "there is no chromium"
fi

is "no log" "$("$JVPN_TOOL" report 2>&1; echo $?)" \
	"jvpn-tool: report: report: too few words (see jvpn-tool report --help)"$'\n'2
is "a file that cannot be written" \
	"$("$JVPN_TOOL" report -o "$tmp/no/page" "$good/life.gw" 2>&1; echo $?)" \
	"jvpn-tool: $tmp/no/page: No such file or directory"$'\n'5
is "-o needs a name" "$("$JVPN_TOOL" report "$good/life.gw" -o 2>&1; echo $?)" \
	"jvpn-tool: report: -o: needs a value (see jvpn-tool report --help)"$'\n'2
is "a log that is none" "$(echo x | "$JVPN_TOOL" report - 2>&1; echo $?)" \
	"jvpn-tool: standard input:1: is not JSON: unexpected character"$'\n'2
ok "a full disk is told" \
	grep -q 'cannot be written' <("$JVPN_TOOL" report -o /dev/full "$good/life.gw" 2>&1)

finish
