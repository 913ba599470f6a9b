#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# verify.sh [proofs] [mutants]: let SPIN explore the models of this folder;
# `make verify` calls it. Prints TAP and counts, as selftests/run.sh does.
#
#   proofs    every reachable state of each configuration keeps each claim
#   mutants   without one guard, the claim that it stands for fails
#
# Counterexamples are kept in build/formal/: `spin -t -p model.pml` in the folder
# of a configuration shows the one that was found there.

. "$(dirname "$0")/../selftests/lab/common.sh"

FORMAL=$TOP/formal
OUT=$BUILD/formal
MEMORY_MB=4000

# build DIR MODEL OPTIMIZE FLAG...: generate and compile a checker. The table is
# DIR/fsm_table.h if there is one (a mutant), else the module's.
build() {
	local dir=$1 model=$2 optimize=$3
	shift 3
	cpp -P -nostdinc -undef -I"$dir" -I"$FORMAL" -I"$TOP/module" "$@" \
		"$FORMAL/$model.pml" "$dir/model.pml" &&
		(cd "$dir" && spin -a model.pml &&
			"${CC:-gcc}" "$optimize" -w -DSAFETY -DCOLLAPSE -DNOREDUCE \
				-DVECTORSZ=512 -DMEMLIM="$MEMORY_MB" -o pan pan.c)
}

# explore DIR: run the checker; its words go to DIR/log.
explore() {
	(cd "$1" && rm -f model.pml.trail && ./pan -m2000000 -w22) >"$1/log" 2>&1
}

# complete LOG: was every state seen? SPIN exits with 0 in other cases, too.
complete() {
	grep -q '^Full statespace search' "$1" &&
		grep -q 'errors: 0$' "$1" &&
		! grep -qiE '^pan:[0-9]+:|depth too small|out of memory|not completed|hash array|reached -DMEMLIM' "$1"
}

states() {
	awk '/states, stored/ { print $1 }' "$1"
}

violated() {
	sed -n 's/^pan:[0-9]*: assertion violated .*||\([a-z0-9_]*\)).*/\1/p' "$1"
}

failed_log() {
	tail -n 40 "$1" | sed 's/^/#     /'
}

# prepare NAME: an empty folder; prints it.
prepare() {
	rm -rf "${OUT:?}/$1"
	mkdir -p "$OUT/$1"
	echo "$OUT/$1"
}

# proof NAME MODEL "FLAG..." CLAIM...
proof() {
	local name=$1 model=$2 flags=$3 dir rc=0 claim start=$EPOCHSECONDS
	shift 3
	dir=$(prepare "$name")
	# shellcheck disable=SC2086
	build "$dir" "$model" -O2 $flags >"$dir/log" 2>&1 && explore "$dir" || rc=$?
	((rc == 0)) && complete "$dir/log" || rc=1
	for claim; do
		# A claim that is not in the model would be kept by any.
		if ((rc)) || ! grep -q "|| *$claim)" "$dir/model.pml"; then
			echo "not ok - $name: $claim"
		else
			echo "ok - $name: $claim, $(states "$dir/log") states"
		fi
	done
	((rc == 0)) || failed_log "$dir/log"
	say "formal $name: $((EPOCHSECONDS - start)) s"
}

# mutant GUARD MODEL "FLAG..." CLAIM [EVENT CELLS]: without the guard the claim
# must fail, and no other before it. With EVENT its row of the table becomes CELLS.
mutant() {
	local guard=$1 model=$2 flags=$3 claim=$4 event=${5-} cells=${6-} dir found
	dir=$(prepare "mutant-${guard// /-}")
	[[ -z $event ]] || awk -v event="$event" -v cells="$cells" '
		hit { hit = !/\)$/; next }
		{ print }
		index($0, "FSM_ROW(" event ",") == 1 { print cells ")"; hit = 1 }' \
		"$TOP/module/fsm_table.h" >"$dir/fsm_table.h"
	# shellcheck disable=SC2086
	build "$dir" "$model" -O0 $flags >"$dir/log" 2>&1 && explore "$dir" || true
	found=$(violated "$dir/log")
	if [[ $found == "$claim" ]]; then
		echo "ok - without $guard: $claim fails, $(states "$dir/log") states"
	else
		echo "not ok - without $guard: $claim should fail, not ${found:-nothing}"
		[[ $found ]] || failed_log "$dir/log"
	fi
}

ends="inv1_one_binding inv1_bound_as_the_state_says inv1_no_binding_before_and_after
	inv4_only_by_the_table inv4_each_change_reported inv5_version_counts_changes
	inv11_terminated_is_absorbing"
moves="$ends inv5_epoch_counts_attaches inv5_epoch_without_gap
	inv5_initiator_never_ahead inv5_both_ends_saw_the_same_move
	inv10_refused_changes_nothing inv10_no_nonce_twice inv10_fresh
	inv10_a_repeat_is_answered_alike inv10_attached_to_what_was_asked
	inv10_bound_tuple_has_proven_itself inv10_only_the_rival_speaks_for_the_rival"
bounds="$ends inv2_one_id_for_life inv3_lives_while_bounds_hold inv6_recovering_is_left_in_time
	inv7_switch_budget inv8_loss_ttl keys_were_confirmed"

# Word splitting makes lists of the names above.
# shellcheck disable=SC2086
proofs() {
	proof move-twice move "-DMOVES=2" $moves
	proof move-warm move "-DMOVES=2 -DWARM" $moves
	proof move-spoofed move "-DSPOOF -DMOVES=1" $moves
	proof move-dying move "-DDEATH -DMOVES=1" $moves
	proof move-nat move "-DREBINDING -DMOVES=1" $moves
	proof move-raced move "-DRACE -DWARM -DMOVES=2 -DFLIGHT=10" $moves \
		inv10_a_relay_wins_no_race model_has_room_for_all
	proof life-degrade life "-DOPERATOR" $bounds
	proof life-terminate life "-DOPERATOR -DTERMINATE" $bounds
	proof life-lifetime life "-DLIFETIME=8" $bounds inv9_lifetime
	proof life-hopeless life "-DOPERATOR -DHOPE" unrecoverable_is_terminated_in_time
	proof life-calm life "-DCALM -DLOSS_TTL=20" recoverable_is_attached_in_time
	proof life-flapping life "-DCALM -DLOSS_TTL=20 -DFLAPPING" recoverable_is_attached_in_time
	proof life-slow life "-DCALM -DLOSS_TTL=20 -DSLOW=1 -DPATIENCE=9" recoverable_is_attached_in_time
	proof choose choose "" inv12_same_outcome no_move_to_a_worse_path no_move_without_need \
		preferred_is_preferred a_dead_path_is_left the_same_numbers_settle
	proof life-window life "-DTERMINATE -DASK_WHY" inv3_not_ended_while_a_path_works
}

mutants() {
	mutant "freshness" move "-DWITHOUT_FRESHNESS -DMOVES=1" inv10_fresh
	mutant "nonce and epoch" move "-DWITHOUT_NONCE -DWITHOUT_EPOCH -DMOVES=2" \
		inv10_no_nonce_twice
	mutant "epoch" move "-DWITHOUT_EPOCH -DMOVES=2" inv5_epoch_without_gap
	mutant "token" move "-DWITHOUT_TOKEN -DSPOOF -DMOVES=1" \
		inv10_bound_tuple_has_proven_itself
	mutant "contest" move "-DWITHOUT_CONTEST -DRACE -DWARM -DMOVES=1 -DFLIGHT=10" \
		inv10_a_relay_wins_no_race
	mutant "contest for a standby path" move \
		"-DWITHOUT_ADOPT_CONTEST -DRACE -DWARM -DMOVES=1 -DFLIGHT=10" \
		inv10_a_relay_wins_no_race
	mutant "asking who speaks" move "-DWITHOUT_RIVAL -DREBINDING -DWARM -DMOVES=2" \
		inv10_only_the_rival_speaks_for_the_rival
	mutant "one answer per nonce" move "-DWITHOUT_IDEMPOTENCE -DMOVES=1" \
		inv10_a_repeat_is_answered_alike
	mutant "nonce of the ACK" move "-DWITHOUT_ACK_NONCE -DMOVES=2" \
		inv10_attached_to_what_was_asked
	mutant "waiting for the ACK" move "-DWITHOUT_WAITING -DMOVES=1" \
		inv5_initiator_never_ahead
	mutant "answering on the bound path" move "-DWITHOUT_BOUND_ANSWER -DWARM -DMOVES=1" \
		inv5_both_ends_saw_the_same_move
	mutant "step of the epoch" move "-DWITHOUT_EPOCH_STEP -DMOVES=1" \
		inv5_epoch_counts_attaches
	mutant "unbinding first" life "-DWITHOUT_UNBIND" inv1_one_binding
	mutant "counting the version" life "-DWITHOUT_VERSION" inv5_version_counts_changes
	mutant "key confirmation" life "-DWITHOUT_CONFIRMATION" keys_were_confirmed
	mutant "switch budget" life "-DWITHOUT_BUDGET" inv7_switch_budget
	mutant "recovery window" life "-DWITHOUT_WINDOW" inv6_recovering_is_left_in_time
	mutant "loss TTL" life "-DWITHOUT_LOSS_TTL" inv8_loss_ttl
	mutant "stopping the loss TTL" life "-DWITHOUT_LOSS_TTL_STOP" inv3_lives_while_bounds_hold
	mutant "handshake timeout" life "-DHOPE -DWITHOUT_HANDSHAKE_TIMEOUT" \
		unrecoverable_is_terminated_in_time
	mutant "lifetime" life "-DWITHOUT_LIFETIME -DLIFETIME=8" inv9_lifetime
	mutant "leaving VOLATILE" life "" inv1_bound_as_the_state_says TRANSPORT_DEAD \
		"STAY, RECOVERING, STAY, RECOVERING, RECOVERING, STAY, STAY"
	mutant "an end to the end" life "-DOPERATOR" inv11_terminated_is_absorbing \
		OPERATOR_TERMINATE "TERMINATED, TERMINATED, TERMINATED, TERMINATED, TERMINATED, TERMINATED, ATTACHED"
	mutant "ties to the lower id" choose "-DWITHOUT_TIES" inv12_same_outcome
	mutant "class of the active path" choose "-DWITHOUT_CLASS" no_move_to_a_worse_path
	mutant "hysteresis" choose "-DWITHOUT_HYSTERESIS" no_move_without_need
	mutant "failback hold" choose "-DWITHOUT_HOLD" preferred_is_preferred
	mutant "coming back" life "-DCALM -DLOSS_TTL=20 -DWITHOUT_RETRY" recoverable_is_attached_in_time
	mutant "new nonce for a spent one" life "-DTERMINATE -DASK_WHY -DWITHOUT_SPENT_NONCE" \
		inv3_not_ended_while_a_path_works
	mutant "asking one path after a stale epoch" life \
		"-DCALM -DLOSS_TTL=20 -DSLOW=1 -DPATIENCE=9 -DWITHOUT_ALONE" recoverable_is_attached_in_time
	mutant "fresh nonce" life "-DCALM -DLOSS_TTL=20 -DWITHOUT_NEW_NONCE" \
		recoverable_is_attached_in_time
}

(($#)) || set -- proofs mutants
command -v spin >/dev/null || "$LAB/packages.sh"
mkdir -p "$OUT"
exec 7>"$OUT/lock"
flock 7
start=$EPOCHSECONDS
rc=0
jobs=()
{
	echo "TAP version 13"
	for part; do
		case $part in
		proofs | mutants) "$part" ;;
		*) echo "not ok - $part: no such part" ;;
		esac >"$OUT/$part.tap" &
		jobs+=($!)
	done
	for part; do
		wait "${jobs[0]}" || echo "not ok - $part: ended early"
		jobs=("${jobs[@]:1}")
		cat "$OUT/$part.tap"
	done
	say "formal: $((EPOCHSECONDS - start)) s"
} | awk -f "$LAB/count.awk" || rc=$?
exit "$rc"
