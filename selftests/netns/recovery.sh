# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# recovery.sh: one scenario, several times: a fresh tunnel, the stream, a fault
# at a fixed phase, the events of both ends. Sourced by the tests that do so.
#
# In virtual time each scenario runs ten times, after a rehearsal, and its
# figures are bounded and written to recovery.json; elsewhere once, and only what
# happened counts.

RTT=20
if [[ $MACHINE == uml ]]; then
	RUNS=${JVPN_RUNS:-10} REHEARSALS=1
else
	RUNS=1 REHEARSALS=0
fi

# By how many ms may runs differ? Clocks that are read cost a little.
SPREAD=1

# What a test may replace: how the world is put in order after each run.
after_run() {
	true
}

# The tunnel before a run: processes are what costs time in a debug kernel. A
# neighbour that has to be asked for first would be a longer round trip in some
# runs than in others.
before_run() {
	for uplink in $UPLINKS; do
		in_ns "$client" ping -q -c 1 -W 2 -I "up$uplink" $GW4 \
			>/dev/null || true
	done
	if (($1 == 1)); then
		tunnel 4
	else
		device_again "$gw" jvpn0
		device_again "$client" jvpn0
	fi
}

remove_devices() {
	local end
	for end in "$client" "$gw"; do
		ip -n "$end" link del jvpn0 2>/dev/null || true
	done
}

# run_streams NAME [STREAM-OPTION]...: all runs of a scenario; sets stream_ran.
run_streams() {
	local name=$1 run=0 rehearsal=$REHEARSALS uplink line prefix=$TEST_TMP/$1
	shift
	stream_ran=
	rm -f "$prefix".*
	coproc STREAM {
		exec "$NETNS_DIR/stream.py" "$client,$IN4C" "$gw,$IN4G" \
			--align 1000 --runs $((RUNS + REHEARSALS)) --since fault \
			--out "$prefix.streams" "$@" 2>"$TEST_TMP/stream.errors"
	}
	local in=${STREAM[0]} out=${STREAM[1]} pid=$STREAM_PID
	while read -r line <&"$in"; do
		case $line in
		run)
			run=$((run + 1))
			before_run $run
			echo >&"$out"
			;;
		done)
			collect "$prefix.$run"
			remove_devices
			after_run
			if ((rehearsal)); then
				rm "$prefix".*
				rehearsal=0 run=0
			fi
			echo >&"$out"
			;;
		*)
			events=$prefix.$run
			"$line"
			;;
		esac
	done
	if wait "$pid"; then
		stream_ran=1
	else
		sed 's/^/# /' "$TEST_TMP/stream.errors"
		tap_fail "$name: the stream ran"
	fi
}

# punctual FILE: did packets leave when they should? What two ends do about a
# machine that stood still for a PTO is another story than the one that is told.
punctual() {
	jq -e -s 'all(.[]; .late_ms < 30)' "$1" >/dev/null
}

# scenario NAME [STREAM-OPTION]...: at the mark NAME the function NAME is
# called, `fault` first. Sets the figures as variables: outage_ms, ...
# On a machine in real time one that stood still gets two more tries.
scenario() {
	local name=$1 try run line prefix=$TEST_TMP/$1 figure options=() logs=()
	for try in 1 2 3; do
		run_streams "$@"
		[[ $stream_ran ]] || return 0
		[[ $MACHINE != uml ]] || break
		! punctual "$prefix.streams" || break
		note "$name: the machine stood still, try $try"
	done
	shift

	for ((run = 1; run <= RUNS; run++)); do
		logs+=("$prefix.$run")
	done
	check_events "$name" "${logs[@]}"
	[[ " $* " != *" --mark "*:back* ]] || options=(--back)
	line=$("$NETNS_DIR/figures.py" "$name" $RTT "$prefix.streams" \
		"$prefix" "$RESULTS_DIR/recovery" "${options[@]}")
	for figure in $line; do
		declare -g "$figure"
	done
	note "$name: $(tr '\n' ' ' <<<"$line")"
	check_equal "$name: TCP survives" 0.000 "$tcp_broken"
	check_equal "$name: nothing came twice" 0.000 "$duplicated"
	if [[ $MACHINE == uml ]]; then
		check_at_most "$name: the runs are alike, outage" \
			"$SPREAD" "$outage_ms_spread"
		check_at_most "$name: the runs are alike, detection" \
			"$SPREAD" "$detect_ms_spread"
	fi
}

# bounded NAME MS: the outage, in virtual time.
bounded() {
	[[ $MACHINE != uml ]] || check_at_most "$1: outage in ms" "$2" "$outage_ms"
}
