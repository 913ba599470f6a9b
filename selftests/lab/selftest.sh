#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# selftest.sh: does the lab notice what goes wrong? Plants faults and expects
# them to be reported, by the checker that is meant to. Prints TAP.

. "$(dirname "$0")/common.sh"

planted=$BUILD/lab
export JVPN_BUILD=$BUILD
mkdir -p "$planted/src" "$planted/out"

# Fault, who has to object, and what has to be in the report.
faults() {
	cat <<-LIST
		none|-|
		use_after_free|kernel log clean|KASAN: slab-use-after-free
		out_of_bounds|kernel log clean|KASAN: slab-out-of-bounds
		leak|no memory leaked|unreferenced object
		deadlock|kernel log clean|possible circular locking dependency
		irq_unsafe|kernel log clean|inconsistent lock state
		rcu_unlocked|kernel log clean|suspicious rcu_dereference_check
		atomic_sleep|kernel log clean|scheduling while atomic
		freed_timer|kernel log clean|ODEBUG: free active
		refcount|kernel log clean|refcount_t: addition on 0
		warning|kernel log clean|WARNING: CPU
		device_held|kernel log clean|unregister_netdevice: waiting
	LIST
}

tell() { # STATUS DESCRIPTION FILE
	if (($1 == 0)); then
		echo "ok $2"
	else
		tail -n 40 "$3" | sed 's/^/# /'
		echo "not ok $2"
	fi
}

# try FAULT OBJECTION TEXT
try() {
	local fault=$1 objection=$2 text=$3 out=$planted/out/$1 rc=0
	"$LAB/uml-run.sh" --no-module --no-check "$LAB/planted/provoke.sh" \
		"$fault" >"$out" 2>&1 || rc=1
	if [[ $fault == none ]]; then
		! grep -q '^not ok' "$out" && grep -q '^ok kernel log clean' "$out" ||
			rc=1
		tell $rc "nothing is found where nothing is wrong" "$out"
	else
		grep -q "^not ok $objection" "$out" && grep -qF "$text" "$out" ||
			rc=1
		tell $rc "planted $fault is found" "$out"
	fi
}

# run_planted DESCRIPTION DIRECTORY PATTERN...: the runner on tests of ours must
# fail, count as the first pattern says, and print the others.
run_planted() {
	local what=$1 dir=$2 out=$planted/out/$2 rc=0 pattern
	shift 2
	if JVPN_TESTS_DIR=$LAB/planted/$dir TESTS='' "$TOP/selftests/run.sh" uml \
		>"$out" 2>&1; then
		rc=1
	fi
	tail -n 1 "$out" | grep -qE "$1" || rc=1
	for pattern; do
		grep -qE "$pattern" "$out" || rc=1
	done
	tell $rc "$what" "$out"
}

cp "$LAB/planted/planted.c" "$planted/src/"
echo 'obj-m := planted.o' >"$planted/src/Kbuild"
rc=0
make -C "$("$LAB/uml.sh")" ARCH=um M="$planted/src" modules \
	>"$planted/out/build" 2>&1 && cp "$planted/src/planted.ko" "$planted/" ||
	rc=$?
tell $rc "module with planted faults builds" "$planted/out/build"

faults | {
	running=0
	while IFS='|' read -r fault objection text; do
		try "$fault" "$objection" "$text" </dev/null &
		((++running < 2)) || { wait -n; running=$((running - 1)); }
	done
	wait
}

run_planted "runner counts what fails, dies, hangs and skips" tests \
	'^[0-9]+ passed, 3 failed, 2 skipped$' \
	'^not ok [0-9]+ - uml fails: something is wrong' \
	'^not ok [0-9]+ - uml dies: exit status 2' \
	'^not ok [0-9]+ - uml hangs: exit status 124' \
	'^ok [0-9]+ - uml skips # SKIP on purpose'
run_planted "runner notices a machine that crashes" crash \
	'^[0-9]+ passed, 1 failed, 0 skipped$' \
	'^not ok [0-9]+ - uml crashes: the machine stopped before its end'
