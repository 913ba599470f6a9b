# SPDX-License-Identifier: GPL-2.0
# bash completion for jvpn-tool

_jvpn_tool_devices() {
	ip -o link show type jvpn 2>/dev/null |
		sed -n 's/^[0-9]*: \([^:@]*\).*/\1/p'
}

_jvpn_tool_peers() {
	jvpn-tool show "$1" 2>/dev/null | sed -n 's/^peer: //p'
}

# What may follow the words so far, one per line.
_jvpn_tool_words() {
	local -a w=("$@")
	local commands='show set setconf addconf syncconf showconf path session
		policy monitor drill audit report explain genkey genpsk pubkey'
	local fields='session_max_lifetime transport_loss_ttl recovery_window
		on_recovery_exceeded handshake_timeout heartbeat_interval
		idle_heartbeat_interval standby_interval heartbeat_volatile
		max_consecutive_drops loss_window loss_volatile
		latency_volatile jitter_volatile volatile_to_degraded
		stability_window max_switches_per_min switch_cooldown
		switch_improvement failback failback_hold max_candidates
		reattach_proof_max_age reattach_rate recovery_queue
		allowed_transports strict_binding persist'
	local n=${#w[@]} last

	if ((n == 0)); then
		echo "$commands --help --version --json"
		return
	fi
	last=${w[n - 1]}
	case ${w[0]}:$n in
	show:1) echo "$(_jvpn_tool_devices) --keys --json" ;;
	show:2) _jvpn_tool_peers "${w[1]}" ;;
	monitor:*)
		echo "$(_jvpn_tool_devices) --session --peer --since --count"
		echo '--history --policy --json' ;;
	set:1 | setconf:1 | addconf:1 | syncconf:1 | showconf:1)
		_jvpn_tool_devices ;;
	syncconf:*) echo --dry-run ;;
	set:*)
		case $last in
		private-key | psk | listen-port | fwmark | node | event-slots | \
			allowed-ips | endpoint) ;;
		cipher) echo 'aes-256-gcm chacha20-poly1305' ;;
		notice) echo 'on off' ;;
		peer) _jvpn_tool_peers "${w[1]}" ;;
		*)
			echo 'private-key listen-port fwmark node cipher notice event-slots peer'
			[[ " ${w[*]} " != *' peer '* ]] ||
				echo 'remove psk allowed-ips endpoint connect' ;;
		esac ;;
	path:1) echo 'add del list' ;;
	session:1) echo 'list show switch terminate' ;;
	policy:1) echo 'show set preset inherit' ;;
	drill:1) _jvpn_tool_devices ;;
	drill:*)
		_jvpn_tool_peers "${w[1]}"
		echo '--for --path --force --json' ;;
	path:2 | session:2 | policy:2) _jvpn_tool_devices ;;
	path:3) _jvpn_tool_peers "${w[2]}" ;;
	path:*) [[ ${w[1]} != add ]] || echo 'id remote dev local priority' ;;
	session:3) [[ ${w[1]} == list ]] || _jvpn_tool_peers "${w[2]}" ;;
	policy:*)
		if [[ $last == peer ]]; then
			_jvpn_tool_peers "${w[2]}"
		else
			case ${w[1]} in
			show) echo peer ;;
			set)
				echo 'peer --strict'
				printf '%s=\n' $fields ;;
			preset) echo 'balanced mobile fast-failover fintech peer --strict' ;;
			inherit) echo 'peer --strict' ;;
			esac
		fi ;;
	audit:1) echo verify ;;
	report:*) echo -o ;;
	explain:1)
		echo all
		jvpn-tool explain all --json 2>/dev/null |
			sed -n 's/.*"reason": *"\([A-Z0-9_]*\)".*/\1/p' ;;
	esac
}

_jvpn_tool() {
	local cur=${COMP_WORDS[COMP_CWORD]} i last=
	local -a before=()

	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -* ]] && continue
		last=${COMP_WORDS[i]}
		before+=("$last")
	done
	COMPREPLY=()
	case ${before[0]:-}:${#before[@]}:$last in
	setconf:2:* | addconf:2:* | syncconf:2:* | set:*:private-key | \
		set:*:psk | audit:[2-9]* | report:*)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		[[ $cur != -* ]] && return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W \
		"$(_jvpn_tool_words "${before[@]}")" -- "$cur")
	[[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace 2>/dev/null
}

complete -F _jvpn_tool jvpn-tool
