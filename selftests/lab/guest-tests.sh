#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# guest-tests.sh NAME...: runs inside a machine of the lab: the named tests of
# selftests/netns/, then the checks of the machine itself.
#
# Speaks to ../run.sh outside over the console: a line `##begin NAME`, what the
# test prints, `##end NAME STATUS SECONDS`; at last `##done`.
#
# JVPN_STARVE=N: every Nth allocation of the module fails, in all tests. They may
# fail then as they like; the machine must not.

cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d)
tests=${JVPN_TESTS_DIR:-netns}

leaks=/sys/kernel/debug/kmemleak
kcsan=/sys/kernel/debug/kcsan

scan_for_leaks() {
	echo scan >$leaks
	sleep 5
	echo scan >$leaks
}

# klog: what the kernel has said since the last call, at first since it booted.
mark=
klog() {
	dmesg >"$tmp/dmesg"
	if [[ -z $mark ]]; then
		cat "$tmp/dmesg"
	elif grep -q "selftest: $mark\$" "$tmp/dmesg"; then
		sed "1,/selftest: $mark\$/d" "$tmp/dmesg"
	else
		echo "BUG: the kernel said more than its log keeps"
		cat "$tmp/dmesg"
	fi
	mark=mark-$SECONDS-$RANDOM
	echo "selftest: $mark" >/dev/kmsg
}

# check_klog WHEN: a line only when there is something to say, unless asked.
dirty=0
check_klog() {
	klog >"$tmp/klog"
	if ! lab/klog-check.sh "$tmp/klog" >"$tmp/findings"; then
		dirty=1
		sed 's/^/# /' "$tmp/findings"
		echo "not ok kernel log after $1"
	fi
}

# starve: whatever lies beyond the kernel's own text is the module's. Requests over
# netlink are left alone: a test whose devices are not made tests nothing. They fail
# one by one in faults.py.
starve() {
	local kind end first last
	read -r end first last < <(awk '
		$3 == "_end" { end = $1 }
		$3 ~ /^netlink_(sendmsg|recvmsg|rcv_skb|unicast)$/ {
			first = first ? first : $1
			last = NR
		}
		NR == last + 1 { after = $1 }
		END { print "0x" end, "0x" first, "0x" after }' /proc/kallsyms)
	for kind in failslab fail_page_alloc; do
		(
			cd "/sys/kernel/debug/$kind" || exit
			echo N >task-filter
			echo 32 >stacktrace-depth
			echo "$end" >require-start
			echo 0xffffffffffffffff >require-end
			echo "$first" >reject-start
			echo "$last" >reject-end
			echo N >ignore-gfp-wait
			[[ ! -e min-order ]] || echo 0 >min-order
			echo 0 >verbose
			echo "$JVPN_STARVE" >interval
			echo -1 >"times"
		)
	done
	echo 100 >/sys/kernel/debug/failslab/probability
	echo 100 >/sys/kernel/debug/fail_page_alloc/probability
}

# limited LIMIT FILE: the test, in a process group of its own (which timeout makes);
# what it left running goes with it. Returns its status.
limited() {
	local rc
	# shellcheck disable=SC2016
	bash -c 'echo $$ >"$0"; exec timeout -k 5 "$@"' "$tmp/pid" "$@" </dev/null 2>&1
	rc=$?
	kill -KILL -- "-$(<"$tmp/pid")" 2>/dev/null
	return $rc
}

# starved LIMIT FILE: what the test says, as notes; check_klog looks at what matters.
starved() {
	limited "$@" | sed -u 's/^/# /'
	ip -all netns del
	echo "ok survived"
}

run_test() {
	local name=$1 file=$tests/$1.sh limit start=$SECONDS rc
	limit=$(sed -n 's/^# timeout: *\([0-9]*\).*/\1/p' "$file" | head -n 1)
	echo "##begin $name"
	echo "selftest: test $name" >/dev/kmsg
	if [[ ${JVPN_STARVE-} ]]; then
		starved "${limit:-120}" "$file"
		rc=0
	else
		limited "${limit:-120}" "$file"
		rc=$?
	fi
	if ((rc == 124 || rc == 137)); then
		echo "# stopped after ${limit:-120} s"
		ip -all netns del
	fi
	check_klog "$name"
	echo "##end $name $rc $((SECONDS - start))"
}

# KUnit reports in debugfs: suites of lines indented by four characters.
run_kunit() {
	local suite
	echo "##begin kunit"
	if insmod "$JVPN_MODULE_DIR/jvpn_test.ko"; then
		for suite in /sys/kernel/debug/kunit/*/results; do
			[[ -e $suite ]] || continue
			name=$(basename "$(dirname "$suite")")
			sed -nE -e "s/^    (ok|not ok) [0-9]+ (.*)/\1 $name: \2/p" \
				-e 's/^ *# /# /p' "$suite"
		done
		rmmod jvpn_test || echo "not ok test module unloads"
	else
		echo "not ok test module loads"
	fi
	check_klog kunit
	echo "##end kunit 0 0"
}

# What must be true of the machine when all is over.
check_machine() {
	echo "##begin machine"
	if [[ -e /sys/module/jvpn ]]; then
		if rmmod jvpn; then
			echo "ok module unloads"
		else
			echo "not ok module unloads"
		fi
	fi
	if [[ -w $leaks ]]; then
		scan_for_leaks
		# Its size tells nothing: it is read to the end.
		sed 's/^/# /' $leaks | head -n 100 >"$tmp/leaks"
		if [[ -s $tmp/leaks ]]; then
			cat "$tmp/leaks"
			echo "not ok no memory leaked"
		else
			echo "ok no memory leaked"
		fi
	fi
	check_klog "the end"
	if ((dirty)); then
		echo "not ok kernel log clean"
	else
		echo "ok kernel log clean"
	fi
	if [[ -e /proc/lockdep_stats ]]; then
		if grep -qE 'debug_locks: +1$' /proc/lockdep_stats; then
			echo "ok lockdep is still on"
		else
			echo "not ok lockdep is still on"
		fi
	fi
	if [[ -r $kcsan ]]; then
		sed 's/^/# KCSAN /' $kcsan
		if grep -q '^enabled: 1$' $kcsan &&
			! grep -q '^setup_watchpoints: 0$' $kcsan; then
			echo "ok KCSAN is still on"
		else
			echo "not ok KCSAN is still on"
		fi
	fi
	echo "##end machine 0 0"
}

# Whatever leaked while booting is not ours.
if [[ -w $leaks ]]; then
	scan_for_leaks
	echo clear >$leaks
fi
check_klog "loading the module"
if [[ -e ${JVPN_MODULE_DIR-}/jvpn_test.ko && -n ${JVPN_KUNIT-} ]]; then
	run_kunit
fi
if [[ ${JVPN_STARVE-} ]]; then
	starve
fi
for name; do
	run_test "$name"
done
check_machine
echo "##done"
