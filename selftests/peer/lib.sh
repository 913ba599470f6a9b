# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# lib.sh: the Python peer in tests: started in a namespace, driven line by line.

PEER_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# peer_start NAMESPACE WORD...: the Python peer there, driven by `peer`; another
# program than peer.py, if PEER_PROGRAM names it.
peer_start() {
	local ns=$1
	shift
	coproc PEER {
		exec ip netns exec "$ns" /usr/bin/python3 -B \
			"$PEER_DIR/${PEER_PROGRAM:-peer.py}" "$@"
	}
	peer_pid=$PEER_PID
	defer kill "$peer_pid"
	read -r peer_said <&"${PEER[0]}"
	[[ $peer_said == ready ]]
}

# peer WORD...: have it do that; what it says to it is in $peer_said (not after
# `check`, which runs it in a shell of its own).
peer() {
	echo "$*" >&"${PEER[1]}"
	read -r peer_said <&"${PEER[0]}"
	[[ $peer_said == ok* ]] || {
		echo "$*: $peer_said"
		return 1
	}
	peer_said=${peer_said#ok}
	peer_said=${peer_said# }
}

peer_stop() {
	kill "$peer_pid"
	wait "$peer_pid" || true
}

# peer_show FILTER: of its session.
peer_show() {
	peer show
	jq -r "$1" <<<"$peer_said"
}

# gateway_for KEY ADDRESS [KEY ADDRESS]...: the gateway, which has these peers.
gateway_for() {
	local n
	for ((n = 1; n < $#; n += 2)); do
		keys "${!n}"
	done
	device "$gw" jvpn0 gateway $IN4G/24 <<-CONF
		ListenPort = $JVPN_PORT
		$(while (($#)); do
			printf '%s\n' "[Peer]" "PublicKey = ${pub[$1]}" \
				"AllowedIPs = $2/32"
			shift 2
		done)
	CONF
}

# --- What became of it ------------------------------------------------------

# his FILTER: of the session of $witness with the peer $suspect (default: the only one).
his() {
	jvpn "${witness-$gw}" --json session list jvpn0 | jq -r --arg peer "${suspect-}" \
		"map(select(\$peer == \"\" or .peer == \$peer))[0] | $1"
}

# What must not change of the gateway's session with $suspect.
identity() {
	witness=$gw his \
		'[.id, .state, .version, .epoch, .active_path, .lineage] | join(" ")'
}

# newest: the number of the newest event of $witness, which the test sets.
newest() {
	history_of "$witness" "$TEST_TMP/history"
	jq -s 'map(.seq) | max // 0' "$TEST_TMP/history"
}

# events_since SEQ TYPE FILTER: of $witness.
events_since() {
	history_of "$witness" "$TEST_TMP/history"
	jq -r --argjson seq "$1" --arg type "$2" \
		"select(.seq > \$seq and .type == \$type) | $3" "$TEST_TMP/history"
}

# count_bytes VICTIM: the gateway counts bytes from and to that address.
count_bytes() {
	in_ns "$gw" nft -f - <<-RULES
		table inet count {
			counter from_victim { }
			counter to_victim { }
			chain in {
				type filter hook input priority 0;
				ip saddr $1 counter name from_victim
			}
			chain out {
				type filter hook output priority 0;
				ip daddr $1 counter name to_victim
			}
		}
	RULES
}

# bytes COUNTER
bytes() {
	in_ns "$gw" nft -j list counter inet count "$1" |
		jq '[.. | .bytes? // empty][0]'
}

# --- What others suffer -----------------------------------------------------

# slab: KiB of kernel objects that cannot be reclaimed. What KASAN keeps aside
# goes first; it is freed memory.
slab() {
	local cache
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache"
	done 2>/dev/null
	awk '/^SUnreclaim:/ { print $2 }' /proc/meminfo
}

# honest_device NAMESPACE ADDRESS/PREFIX: a client of the gateway there, attached.
honest_device() {
	keys gateway
	device "$1" jvpn0 honest "$2" <<-CONF
		[Peer]
		PublicKey = ${pub[gateway]}
		AllowedIPs = $IN4G/32
		[Path]
		Id = 0
		Endpoint = $(remote 4)
	CONF
	check "an honest session" in_ns "$1" ping -q -c 2 -i 0.2 -W 2 $IN4G
}

# honest_begin NAMESPACE ADDRESS [SECONDS]: from now on until `honest_end` somebody
# there sends a packet to ADDRESS as often (default 0.1), each of which is answered.
honest_begin() {
	memory_before=$(slab)
	"${enter_ns[@]}" "$1" ping -q -i "${3-0.1}" -W 2 "$2" >"$TEST_TMP/honest" &
	honest=$!
	honest_ns=$1
	honest_id=$(honest_identity)
}

honest_identity() {
	jvpn "$honest_ns" --json session list jvpn0 | jq -c --arg peer "${suspect-}" \
		'map(select(.peer != $peer) | [.id, .epoch])'
}

# honest_end NAME: less than 5 % of it was lost, no memory has gone.
honest_end() {
	local answered
	kill -INT "$honest"
	wait "$honest" || true
	answered=$(awk '/transmitted/ { printf "%.1f", 100 * $4 / $1 }' "$TEST_TMP/honest")
	note "$1: $(grep transmitted "$TEST_TMP/honest")"
	check "$1: goodput of an honest session ($answered %)" awk -v a="$answered" \
		'BEGIN { exit !(a > 95) }'
	check_equal "$1: which did not move" "$honest_id" "$(honest_identity)"
	check_at_most "$1: memory that stays, KiB" 256 $(($(slab) - memory_before))
}
