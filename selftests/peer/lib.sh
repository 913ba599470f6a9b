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

# --- What became of it ------------------------------------------------------

# What must not change of the gateway's session.
identity() {
	session "$gw" '| [.id, .state, .version, .epoch, .active_path, .lineage] | join(" ")'
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
