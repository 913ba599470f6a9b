#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run.sh [KERNEL]...: run the tests on kernels of the lab (default: all), two
# machines at a time; `make check` calls it.
#
#   TESTS="NAME ..."   only these of selftests/netns/ (unit: those on the host,
#                      kunit: those inside the kernel, lab: the lab's own)
#
# Prints TAP, every line with its kernel and test, and at last a line
# `N passed, N failed, N skipped`. Exit status 0 only when nothing failed.
# What machines and compilers said is kept in build/logs/.

. "$(dirname "$0")/lab/common.sh"

kernels=${*:-$ALL_KERNELS}
logs=$BUILD/logs
# The lab's own tests run this runner on tests that fail on purpose.
tests_dir=${JVPN_TESTS_DIR:-$TOP/selftests/netns}
mkdir -p "$logs" "$RESULTS"
started=$EPOCHSECONDS

# selected NAME: is that among the TESTS?
selected() {
	[[ -z ${TESTS-} || " $TESTS " == *" $1 "* ]]
}

# tests_for KERNEL: the selected tests that want to run there.
tests_for() {
	local kernel=$1 file name where
	for file in "$tests_dir"/*.sh; do
		[[ -x $file ]] || continue
		name=$(basename "$file" .sh)
		selected "$name" || continue
		where=$(sed -n 's/^# kernels: *//p' "$file" | head -n 1)
		[[ ${where:=all} == all || " $where " == *" $kernel "* ]] &&
			echo "$name"
	done
	return 0
}

# tap KERNEL [VARIABLE=VALUE]...: see tap.awk.
tap() {
	local kernel=$1 v args=()
	shift
	for v; do
		args+=(-v "$v")
	done
	awk -v kernel="$kernel" "${args[@]}" -f "$LAB/tap.awk"
}

result() {
	local rc=$1
	shift
	((rc == 0)) && echo "ok - $*" || echo "not ok - $*"
}

# run_machine KERNEL: boot once, run all tests of it.
run_machine() {
	local kernel=$1 start=$EPOCHSECONDS
	local -a tests
	export JVPN_KUNIT=
	selected kunit && JVPN_KUNIT=1
	mapfile -t tests < <(tests_for "$kernel")
	if ((${#tests[@]} == 0)); then
		[[ $kernel == uml && $JVPN_KUNIT ]] || return 0
	fi
	say "$kernel: ${#tests[@]} tests"
	case $kernel in
	uml)
		"$LAB/uml-run.sh" --no-build --no-check --timeout 2400 --silence 420 \
			--log "$logs/uml.dmesg" \
			"$LAB/guest-tests.sh" "${tests[@]}" || true
		;;
	*)
		"$LAB/qemu-run.sh" --no-build --no-check --timeout 2400 --silence 420 \
			--log "$logs/$kernel.dmesg" "$kernel" \
			"$LAB/guest-tests.sh" "${tests[@]}" || true
		;;
	esac 2>&1 | tee "$logs/$kernel.console" | tap "$kernel" machine=1
	say "$kernel: $((EPOCHSECONDS - start)) s"
}

# Userspace tests need no machine.
run_unit() {
	selected unit || return 0
	local dir file
	{
		for dir in selftests/unit tools; do
			echo "##begin ${dir##*/}"
			rc=0
			make -s --no-print-directory -C "$TOP/$dir" \
				BUILD="$BUILD" check 2>&1 || rc=$?
			echo "##end ${dir##*/} $rc 0"
		done
		for file in "$TOP"/selftests/host/*.sh; do
			echo "##begin $(basename "$file" .sh)"
			rc=0
			"$file" 2>&1 </dev/null || rc=$?
			echo "##end $(basename "$file" .sh) $rc 0"
		done
	} | tee "$logs/unit.log" | tap host
}

build_all() {
	local kernel built=() flags
	if [[ -e $TOP/tools/Makefile ]]; then
		rc=0
		make -s --no-print-directory -C "$TOP/tools" BUILD="$BUILD" >"$logs/tools.log" 2>&1 || rc=$?
		((rc == 0)) || cat "$logs/tools.log" >&2
		result $rc "host build: tools"
	fi
	[[ -e $TOP/Kbuild ]] || return 0
	for kernel in $kernels; do
		rc=0
		flags=()
		[[ $kernel != uml ]] || flags=(CONFIG_JVPN_KUNIT=m)
		"$LAB/module.sh" "$kernel" "${flags[@]}" || rc=$?
		result $rc "$kernel build: module"
		((rc)) || built+=("$kernel")
	done
	# Tests of a kernel without its module would fail one by one.
	kernels=${built[*]}
}

# Are the checkers and this runner able to find anything?
run_selftest() {
	[[ " $kernels " == *" uml "* ]] || return 0
	selected lab || return 0
	"$LAB/selftest.sh" 2>&1 | tee "$logs/lab.log" | tap lab
}

run_all() {
	local kernel running=0
	if [[ -z ${JVPN_TESTS_DIR-} ]]; then
		build_all
		run_unit
		run_selftest
	fi
	# The one with the most to do first.
	[[ " $kernels " == *" uml "* ]] && kernels="uml ${kernels/uml/}"
	for kernel in $kernels; do
		run_machine "$kernel" &
		((++running < 2)) || { wait -n; running=$((running - 1)); }
	done
	wait
	say "all took $((EPOCHSECONDS - started)) s"
}

for kernel in $kernels; do
	[[ " $ALL_KERNELS " == *" $kernel "* ]] ||
		die "no kernel $kernel: the lab has $ALL_KERNELS"
done
"$LAB/packages.sh"
for kernel in $kernels; do
	case $kernel in
	uml) "$LAB/uml.sh" >/dev/null ;;
	*) "$LAB/image.sh" "$kernel" >/dev/null ;;
	esac
done

rc=0
echo "TAP version 13"
run_all | awk -f "$LAB/count.awk" || rc=$?
exit "$rc"
