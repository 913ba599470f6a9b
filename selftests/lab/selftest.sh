#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# selftest.sh KERNEL...: does the lab notice what goes wrong? Plants faults and
# expects them to be reported, by the checker that is meant to. Prints TAP.
#
# KERNEL is one of those that have checkers: uml, smp-kasan, smp-kcsan.

. "$(dirname "$0")/common.sh"

planted=$BUILD/lab
export JVPN_BUILD=$BUILD
unset JVPN_STARVE

# Faults of one machine, who has to object, and what has to be in the report of
# each. In UML a machine costs little: each fault has its own. In the others what
# switches a checker off comes last.
faults() {
	case $1 in
	uml)
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
		;;
	smp-kasan)
		cat <<-LIST
			rcu_unlocked|kernel log clean|suspicious rcu_dereference_check
			freed_timer|kernel log clean|ODEBUG: free active
			deadlock|lockdep is still on|possible circular locking dependency
			use_after_free|kernel log clean|KASAN: slab-use-after-free
			leak|no memory leaked|unreferenced object
		LIST
		;;
	smp-kcsan)
		echo "race|kernel log clean|KCSAN: data-race in racer"
		;;
	esac
}

tell() { # STATUS DESCRIPTION FILE
	if (($1 == 0)); then
		echo "ok $2"
	else
		tail -n 40 "$3" | sed 's/^/# /'
		echo "not ok $2"
	fi
}

# provoke KERNEL OUTPUT FAULT...: in a machine of its own; OUTPUT has what the
# checks said of it and its kernel log.
provoke() {
	local kernel=$1 out=$2
	shift 2
	rm -f "$out.dmesg"
	case $kernel in
	uml) "$LAB/uml-run.sh" --no-module --no-check --log "$out.dmesg" \
		"$LAB/planted/provoke.sh" "$kernel" "$@" ;;
	*) "$LAB/qemu-run.sh" --no-module --no-check --log "$out.dmesg" "$kernel" \
		"$LAB/planted/provoke.sh" "$kernel" "$@" ;;
	esac >"$out" 2>&1
	local rc=$?
	cat "$out.dmesg" >>"$out" 2>/dev/null
	return $rc
}

# found OUTPUT OBJECTION TEXT
found() {
	grep -q "^not ok $2" "$1" && grep -qF "$3" "$1"
}

# try KERNEL FAULT OBJECTION TEXT: one fault, one machine.
try() {
	local kernel=$1 fault=$2 out=$planted/$1/out/$2 rc=0
	provoke "$kernel" "$out" "$fault" || rc=1
	if [[ $fault == none ]]; then
		! grep -q '^not ok' "$out" && grep -q '^ok kernel log clean' "$out" ||
			rc=1
		tell $rc "$kernel: nothing is found where nothing is wrong" "$out"
	else
		found "$out" "$3" "$4" || rc=1
		tell $rc "$kernel: planted $fault is found" "$out"
	fi
}

# try_all KERNEL: all faults, one machine.
try_all() {
	local kernel=$1 out=$planted/$1/out/all fault objection text booted=0 rc
	local -a all
	mapfile -t all < <(faults "$kernel" | cut -d '|' -f 1)
	provoke "$kernel" "$out" "${all[@]}" || booted=1
	faults "$kernel" | while IFS='|' read -r fault objection text; do
		rc=$booted
		found "$out" "$objection" "$text" || rc=1
		tell $rc "$kernel: planted $fault is found" "$out"
	done
}

# run_planted DESCRIPTION DIRECTORY PATTERN...: the runner on tests of ours must
# fail, count as the first pattern says, and print the others.
run_planted() {
	local what=$1 dir=$2 out=$planted/uml/out/$2 rc=0 pattern
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

# build_planted KERNEL
build_planted() {
	local kernel=$1 dir=$planted/$1 rc=0
	mkdir -p "$dir/src" "$dir/out"
	cp "$LAB/planted/planted.c" "$dir/src/"
	echo 'obj-m := planted.o' >"$dir/src/Kbuild"
	case $kernel in
	uml) make -C "$("$LAB/uml.sh")" ARCH=um M="$dir/src" modules ;;
	*) "$LAB/kbuild.sh" "$kernel" "$dir/src" modules ;;
	esac >"$dir/out/build" 2>&1 && cp "$dir/src/planted.ko" "$dir/" || rc=$?
	tell $rc "$kernel: module with planted faults builds" "$dir/out/build"
}

for kernel; do
	build_planted "$kernel"
	if [[ $kernel != uml ]]; then
		try_all "$kernel"
		continue
	fi
	faults uml | {
		running=0
		while IFS='|' read -r fault objection text; do
			try uml "$fault" "$objection" "$text" </dev/null &
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
done
