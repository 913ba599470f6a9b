#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# jvpn_tool.sh: the tool against the module: files become configurations and
# come back, differences leave sessions alone, no event is lost unseen.
# kernels: uml
# timeout: 300

. "$(dirname "$0")/../lib.sh"

topology 0
tunnel 4
check "session comes up" connect
id=$(session "$client" .id)

# --- files --------------------------------------------------------------------

conf=$TEST_TMP/client.conf
umask 077
policy_version() { jvpn "$1" --json policy show jvpn0 | jq .version; }
sync() { jvpn "$client" syncconf jvpn0 "$@"; }

jvpn "$client" showconf jvpn0 >"$conf"
check_equal "what is in force is no difference" "0 sessions ended by this" \
	"$(sync "$conf")"
cat >>"$conf" <<-CONF
	[Policy]
	recovery_window = 5s
	[Peer]
	PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
	AllowedIPs = 10.77.0.0/16
CONF
check_equal "a difference is told" "peer ${pub[gateway]}: policy
peer hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=: added
0 sessions ended by this" "$(sync "$conf" --dry-run)"
check_equal "and only told" 1 "$(jvpn "$client" --json show jvpn0 | jq '.[].peers')"
check "it is applied" sync "$conf"
check_equal "then there is none left" "0 sessions ended by this" \
	"$(sync "$conf")"
check_equal "the session did not notice" "$id ATTACHED 1" \
	"$(session "$client" ' | "\(.id) \(.state) \(.version)"')"
jvpn "$client" showconf jvpn0 >"$conf.2"
check_equal "removing the peer ends one session" "1 session ended by this" \
	"$(printf '[Interface]\n' | sync - --dry-run | tail -n 1)"

check "a configuration can be set" jvpn "$client" setconf jvpn0 "$conf.2"
check_equal "and comes back the same" "$(cat "$conf.2")" \
	"$(jvpn "$client" showconf jvpn0)"
check "room for more events" jvpn "$client" set jvpn0 event-slots 2048
check_equal "is part of a configuration" "EventSlots = 2048" \
	"$(jvpn "$client" showconf jvpn0 | grep Event)"
jvpn "$client" setconf jvpn0 "$conf.2"
check_equal "one that does not name it leaves it" 2048 \
	"$(jvpn "$client" --json show jvpn0 | jq '.[].event_slots')"
jvpn "$client" set jvpn0 event-slots 1024
before=$(policy_version "$client")
jvpn "$client" setconf jvpn0 "$conf.2"
check_equal "the same policy is no new version" "$before" \
	"$(policy_version "$client")"
check "an endpoint" jvpn "$client" set jvpn0 peer "${pub[gateway]}" \
	endpoint 198.51.100.7:5
check "the same endpoint again" jvpn "$client" set jvpn0 \
	peer "${pub[gateway]}" endpoint 198.51.100.7:5
check_equal "took the place of path 0" '198.51.100.7:5 null' \
	"$(jvpn "$client" --json path list jvpn0 "${pub[gateway]}" |
		jq -r '.[] | select(.id == 0) | "\(.remote) \(.ifname)"')"

# --- exit codes and words -----------------------------------------------------

# refused STATUS WORDS WORD...: what the tool says and how it ends.
refused() {
	local status=$1 words=$2 out rc=0
	shift 2
	out=$(jvpn "$client" "$@" 2>&1) || rc=$?
	check_equal "[$*]" "$status jvpn-tool: $words" "$rc $out"
}
refused 3 "nosuch0: ifname: no such interface (No such device)" show nosuch0
refused 1 "up0: ifname: not a jvpn interface (Operation not supported)" \
	set up0 fwmark 1
refused 3 "jvpn0 has no such peer" show jvpn0 "${pub[client]}"
refused 1 "jvpn0: policy: recovery_window 100: must be 500 to 600000 (Numerical result out of range)" \
	policy set jvpn0 recovery_window=100
rc=0
out=$(in_ns "$client" setpriv --reuid=1 --clear-groups --inh-caps=-all \
	--bounding-set=-all jvpn-tool show 2>&1) || rc=$?
check_equal "without the right to" \
	"1 jvpn-tool: listing devices: Operation not permitted; this needs CAP_NET_ADMIN" \
	"$rc $out"

# --- dumps while things change ------------------------------------------------

python3 - >"$TEST_TMP/peers.conf" <<-'PYTHON'
	for i in range(300):
	    print("[Peer]\nPublicKey = %064x\nAllowedIPs = 10.%d.%d.0/24"
	          % (i + 4096, i // 250 + 100, i % 250))
PYTHON
jvpn "$gw" addconf jvpn0 "$TEST_TMP/peers.conf"
check_equal "a dump has all peers" 301 \
	"$(jvpn "$gw" --json show jvpn0 | jq '.[].peer | length')"
# Not for ever: virtual time stands still while somebody has work to do, and the
# scheduler then need not turn to who dumps.
churn() {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		jvpn "$gw" set jvpn0 peer "$(printf '%064x' 9999)"
		jvpn "$gw" set jvpn0 peer "$(printf '%064x' 9999)" remove
	done
}
whole=0
for round in 1 2 3 4 5; do
	churn &
	n=$(jvpn "$gw" --json show jvpn0 |
		jq '.[].peer | map(.public_key) | unique | length')
	((n == 301 || n == 302)) && whole=$((whole + 1))
	wait $!
done
check_equal "dumps are whole while peers come and go" 5 $whole

# --- events -------------------------------------------------------------------

# Policies are lines of their own, when they are asked for.
policies() {
	jvpn "$gw" --json monitor jvpn0 --history --policy |
		jq -r 'select(.policy) | .policy |
			"\(.peer != null) \(.version) \(.recovery_window)"' |
		tail -n 1
}
jvpn "$gw" policy set jvpn0 recovery_window=9s
check_equal "the log has the policy of the device" 9000 \
	"$(policies | cut -d ' ' -f 3)"
jvpn "$gw" policy set jvpn0 peer "${pub[client]}" recovery_window=7s
check_equal "and that of a peer, if it has its own" "true 7000" \
	"$(policies | cut -d ' ' -f 1,3)"

# 300 events of a peer's policy in one go, faster than a stopped reader reads.
python3 - >"$TEST_TMP/flood.conf" <<-'PYTHON'
	for i in range(300):
	    print("[Peer]\nPublicKey = %064x\n[Policy]\nrecovery_window = %d"
	          % (4096, 5000 + i))
PYTHON
flood() { jvpn "$gw" addconf jvpn0 "$TEST_TMP/flood.conf"; }
newest() { jvpn "$gw" --json show jvpn0 | jq '.[].event_seq'; }

# listen FILE: a reader that can hold a few events only, and is stopped.
listen() {
	JVPN_EVENT_BUFFER=4096 ip netns exec "$gw" jvpn-tool --json \
		monitor jvpn0 >"$1" &
	reader=$!
	defer kill -KILL $reader
	sleep 1
	kill -STOP $reader
}

# Until the reader has written the newest event, then it is told to end.
drain() {
	kill -CONT $reader
	wait_for 5 sh -c "tail -n 1 '$1' | grep -q '\"seq\":$(newest),'" || true
	ended=0
	kill -TERM $reader
	wait $reader || ended=$?
}

# Numbers of events, and of gaps as from-to, in the order of the file.
numbers() {
	jq -r 'if .gap then "gap \(.gap.from)-\(.gap.to)" else .seq end' "$1" |
		awk '/gap/ { print; split($2, g, "-"); next_seq = g[2] + 1; next }
			next_seq && $1 != next_seq { print "missing", next_seq }
			{ next_seq = $1 + 1; n++; last = $1 }
			END { print n, "events to", last }'
}

first=$(newest)
listen "$TEST_TMP/late"
flood
drain "$TEST_TMP/late"
check_equal "a reader that was late ends well" 0 $ended
check_equal "and has seen everything" "300 events to $((first + 300))" \
	"$(numbers "$TEST_TMP/late")"

first=$(newest)
listen "$TEST_TMP/later"
for round in 1 2 3 4 5; do
	flood
done
oldest=$(jvpn "$gw" --json show jvpn0 | jq '.[].event_oldest')
drain "$TEST_TMP/later"
check_equal "a reader that was too late ends well" 0 $ended
# What its socket held came first; behind the gap, all that the history has.
check_equal "says once what is missing, and has the rest" \
	"gap to $((oldest - 1)), events to $((first + 1500))" \
	"$(numbers "$TEST_TMP/later" | awk '
		/gap/ { sub(/.*-/, "", $2); gaps = gaps "gap to " $2 ", " }
		/missing/ { gaps = gaps $0 ", " }
		END { print gaps "events to " $NF }')"
check_equal "so does one that asks for the beginning" \
	"gap 1-$((oldest - 1))" "$(jvpn "$gw" --json monitor jvpn0 --history \
		--since 1 | jq -r 'select(.gap) | "gap \(.gap.from)-\(.gap.to)"')"

# A device that comes later is seen from its first event on.
ip netns exec "$gw" jvpn-tool --json monitor >"$TEST_TMP/new" &
reader=$!
defer kill -KILL $reader
sleep 1
ip -n "$gw" link add jvpn7 type jvpn
jvpn "$gw" policy set jvpn7 failback=off
check "a new device is heard" wait_for 10 grep -q \
	'"ifname":"jvpn7".*"seq":1,' "$TEST_TMP/new"
kill -TERM $reader
ended=0
wait $reader || ended=$?
check_equal "SIGTERM is a good end" 0 $ended
