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
