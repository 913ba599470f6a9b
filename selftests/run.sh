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

# tests_for KERNEL: the selected tests that want to run there. Those for all
# kernels are not for the ones that look for races, which are slow: they run
# what names them.
tests_for() {
	local kernel=$1 file name where all=all
	[[ $kernel != smp-* ]] || all=
	for file in "$tests_dir"/*.sh; do
		[[ -x $file ]] || continue
		name=$(basename "$file" .sh)
		selected "$name" || continue
		where=$(sed -n 's/^# kernels: *//p' "$file" | head -n 1)
		[[ ${where:=all} == "$all" || " $where " == *" $kernel "* ]] &&
			echo "$name"
	done
	return 0
}

# stamp: adds the time to the marks between tests; a machine's clock is its own.
stamp() {
	local line
	while IFS= read -r line; do
		[[ $line != "##"* ]] || line="${line%$'\r'} $EPOCHSECONDS"
		printf '%s\n' "$line"
	done
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

# run_machine KERNEL [PART]: boot once, run all tests of it. The debug kernel has
# one processor and the most to do: its tests are shared by UML_MACHINES of it,
# each of which does every so many.
UML_MACHINES=4
run_machine() {
	local kernel=$1 part=${2-} start=$EPOCHSECONDS label=$1${2:+-$2}
	local -a tests
	mapfile -t tests < <(tests_for "$kernel" |
		awk -v part="$part" -v of=$UML_MACHINES \
			'part == "" || (NR - part) % of == 0')
	export JVPN_KUNIT=
	[[ $part == 1 ]] && selected kunit && JVPN_KUNIT=1
	((${#tests[@]})) || [[ $JVPN_KUNIT ]] || return 0
	say "$label: ${#tests[@]} tests"
	case $kernel in
	uml)
		"$LAB/uml-run.sh" --no-build --no-check --timeout 2400 --silence 420 \
			--log "$logs/$label.dmesg" \
			"$LAB/guest-tests.sh" "${tests[@]}" || true
		;;
	*)
		"$LAB/qemu-run.sh" --no-build --no-check --timeout 2400 --silence 420 \
			--log "$logs/$label.dmesg" "$kernel" \
			"$LAB/guest-tests.sh" "${tests[@]}" || true
		;;
	esac 2>&1 | stamp | tee "$logs/$label.console" | tap "$kernel" machine=1
	say "$label: $((EPOCHSECONDS - start)) s"
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
			JVPN_KERNELS=$kernels "$file" 2>&1 </dev/null || rc=$?
			echo "##end $(basename "$file" .sh) $rc 0"
		done
	} | stamp | tee "$logs/unit.log" | tap host
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

# run_selftest KERNEL: are its checkers and this runner able to find anything?
run_selftest() {
	local kernel=$1
	[[ " $kernels " == *" $kernel "* ]] && selected lab || return 0
	"$LAB/selftest.sh" "$kernel" 2>&1 | stamp | tee "$logs/lab-$kernel.log" |
		tap lab
}

run_all() {
	local kernel part job jobs=() running=0
	if [[ -z ${JVPN_TESTS_DIR-} ]]; then
		build_all
	fi
	# Those with the most to do first.
	if [[ " $kernels " == *" uml "* ]]; then
		for ((part = 1; part <= UML_MACHINES; part++)); do
			jobs+=("run_machine uml $part")
		done
	fi
	[[ ${JVPN_TESTS_DIR-} ]] || jobs+=("run_unit" "run_selftest uml")
	for kernel in ${kernels/uml/}; do
		jobs+=("run_machine $kernel")
		[[ $kernel != smp-* ]] || jobs+=("run_selftest $kernel")
	done
	for job in "${jobs[@]}"; do
		# shellcheck disable=SC2086
		$job &
		((++running < 2)) || { wait -n; running=$((running - 1)); }
	done
	wait
	figures
	say "all took $((EPOCHSECONDS - started)) s"
}

# What the recovery tests measured in virtual time, as one list.
figures() {
	compgen -G "$RESULTS/recovery/*.json" >/dev/null || return 0
	jq -s . "$RESULTS"/recovery/*.json >"$RESULTS/recovery.json"
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
