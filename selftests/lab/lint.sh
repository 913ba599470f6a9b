#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# lint.sh [CHECK]...: all checks that read the sources without running them;
# `make lint` calls it. Prints TAP and counts, as run.sh does.
#
# Compilers work in build/lint/, so that their flags and those of ordinary
# builds do not meet.

. "$(dirname "$0")/common.sh"

export JVPN_BUILD=$BUILD/lint
mkdir -p "$JVPN_BUILD"
cd "$TOP"

# Those that build the module, and those that run beside them.
building="sparse planted warnings"
all_checks="whitespace spdx shellcheck python checkpatch tools $building"

files() {
	git ls-files -co --exclude-standard -- "$@" | while read -r f; do
		[[ ! -f $f ]] || printf '%s\n' "$f"
	done
}

# verdict NAME FINDINGS: a test line; findings as comments below it.
verdict() {
	if [[ -z $2 ]]; then
		echo "ok - lint $1"
	else
		echo "not ok - lint $1"
		printf '%s\n' "$2" | head -n 200 | sed 's/^/#     /'
	fi
}

check_whitespace() {
	verdict "no trailing whitespace" "$(files ':!COPYING' |
		xargs -d '\n' grep -nIE '[[:blank:]]+$' || true)"
	# shellcheck disable=SC2016
	verdict "files end with a newline" "$(files ':!tools/tests/conf/bad' | xargs -d '\n' -n 1 sh -c '
		test -z "$(tail -c 1 "$0")" || echo "$0"' || true)"
}

check_spdx() {
	verdict "licence tag in every source file" "$(files '*.[ch]' '*.sh' \
		'*.py' '*.awk' '*.yaml' '*.config' '*Makefile' '*Kbuild' \
		.ci/run dkms.conf | while read -r f; do
		head -n 3 "$f" | grep -q 'SPDX-License-Identifier:' ||
			echo "$f: no SPDX tag in the first three lines"
	done)"
}

check_shellcheck() {
	verdict "shellcheck" "$({ files '*.sh' .ci/run
		git grep -lI --untracked -E '^#!/bin/(ba)?sh' || true; } |
		sort -u | xargs -d '\n' shellcheck -x -f gcc -S warning \
		-e SC1090,SC1091,SC2034,SC2154,SC2164 2>&1 || true)"
}

check_python() {
	verdict "python compiles" "$(files '*.py' | xargs -r -d '\n' -n 1 \
		python3 -c 'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")' \
		2>&1 || true)"
}

# The newest checkpatch asks for helpers that 6.1 lacks: take that of 6.12.
checkpatch() {
	local ignore=$1
	shift
	xargs -r -d '\n' -n 8 -P "$JOBS" "$("$LAB/uml.sh")/scripts/checkpatch.pl" \
		--no-tree --strict --terse --show-types --no-summary -f \
		--ignore "FILE_PATH_CHANGES,SPDX_LICENSE_TAG$ignore" "$@" 2>&1 |
		grep -vE 'has no obvious style|^NOTE|^total|^$' | sort || true
}

# What does not apply in userspace are wishes for the kernel's own macros and
# types; what does not in trace headers, the shape that tracepoints have; what
# does not in compat.h, wishes for what older kernels lack and it provides.
check_checkpatch() {
	verdict "checkpatch --strict, kernel" "$(files 'module/*.[ch]' \
		'include/*.[ch]' 'selftests/lab/*.[ch]' ':!module/trace.h' \
		':!module/compat.h' | checkpatch "")"
	verdict "checkpatch --strict, compat.h" "$(files module/compat.h |
		checkpatch ,MACRO_WITH_FLOW_CONTROL,PREFER_ETHTOOL_PUTS)"
	verdict "checkpatch --strict, tracepoints" "$(files module/trace.h |
		checkpatch ,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT)"
	verdict "checkpatch --strict, userspace" "$(files '*.[ch]' ':!module' \
		':!include' ':!selftests/lab' ':!selftests/unit/shim' | checkpatch \
		,PREFER_DEFINED_ATTRIBUTE_MACRO,CAMELCASE,BIT_MACRO,EMBEDDED_FUNCTION_NAME)"
	verdict "checkpatch --strict, kernel's list macros in userspace" \
		"$(files 'selftests/unit/shim/*.h' | checkpatch \
		,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE,CAMELCASE)"
}

# findings LOG: warnings about our own sources or about the module as such.
findings() {
	# A log that is not there has no warnings either.
	[[ -s $1 ]] || echo "WARNING: no build log"
	grep -aE '(warning|error):|^WARNING' "$1" |
		sed "s|$JVPN_BUILD/[^/]*/src/||g" | sort -u || true
}

# Sparse 0.6.4 cannot read the newest headers: the two older kernels have to do.
# Its findings carry no [-Wname], the compiler's do.
check_sparse() {
	local kernel log
	for kernel in 6.1 6.12; do
		log=$JVPN_BUILD/$kernel/build.log
		if "$LAB/module.sh" "$kernel" C=2 W=1 >/dev/null 2>&1; then
			verdict "sparse, $kernel" "$(
				grep -q '^  CHECK ' "$log" || echo "sparse did not run"
				findings "$log" | grep -E '^module/' | grep -v '\[-W' || true)"
			verdict "W=1, $kernel" "$(findings "$log" |
				grep -E '\[-W|^WARNING' || true)"
		else
			verdict "sparse and W=1, $kernel" \
				"does not build"$'\n'"$(tail -n 60 "$log" || true)"
		fi
	done
}

# Proof that sparse runs and that findings are found.
check_planted() {
	local kernel dir
	for kernel in 6.1 6.12; do
		dir=$JVPN_BUILD/planted-$kernel
		rm -rf "$dir"
		mkdir -p "$dir"
		cp "$LAB/planted/endian.c" "$dir/"
		echo 'obj-m := endian.o' >"$dir/Kbuild"
		"$LAB/kbuild.sh" "$kernel" "$dir" C=2 modules >"$dir/log" 2>&1 ||
			true
		if grep -q 'endian.c:.*incorrect type in return' "$dir/log"; then
			verdict "planted endian error is found, $kernel" ""
		else
			verdict "planted endian error is found, $kernel" \
				"sparse said nothing"
		fi
	done
}

check_warnings() {
	local kernel flags
	for kernel in 7.3 uml; do
		flags=(W=1)
		[[ $kernel != uml ]] || flags+=(CONFIG_JVPN_KUNIT=m)
		# Objects from an earlier run would hide what they were told.
		rm -rf "${JVPN_BUILD:?}/$kernel"
		if "$LAB/module.sh" "$kernel" "${flags[@]}" >/dev/null 2>&1; then
			verdict "W=1, $kernel" \
				"$(findings "$JVPN_BUILD/$kernel/build.log")"
		else
			verdict "W=1, $kernel" \
				"does not build"$'\n'"$(tail -n 60 \
				"$JVPN_BUILD/$kernel/build.log" || true)"
		fi
	done
}

check_tools() {
	local cc out
	for cc in gcc clang; do
		rm -rf "$JVPN_BUILD/tools-$cc"
		out=$(make --no-print-directory -s -C tools CC="$cc" \
			BUILD="$JVPN_BUILD/tools-$cc" \
			EXTRA_CFLAGS="-Wall -Wextra -Werror" 2>&1) ||
			out="$out"$'\n'"exit status $?"
		verdict "tools with $cc" "$out"
	done
}

# run_checks CHECK...
run_checks() {
	local check start
	for check; do
		start=$EPOCHSECONDS
		"check_$check"
		say "lint $check: $((EPOCHSECONDS - start)) s"
	done
}

"$LAB/packages.sh"
exec 7>"$JVPN_BUILD/lock"
flock 7
for kernel in 6.1 6.12; do
	rm -rf "${JVPN_BUILD:?}/$kernel"
done
# shellcheck disable=SC2086
(($#)) || set -- $all_checks
builds=() others=()
for check; do
	case " $building " in
	*" $check "*) builds+=("$check") ;;
	*) others+=("$check") ;;
	esac
done
rc=0
{
	echo "TAP version 13"
	run_checks "${builds[@]}" >"$JVPN_BUILD/building.tap" &
	run_checks "${others[@]}"
	wait $! || echo "not ok - lint: ended early"
	cat "$JVPN_BUILD/building.tap"
} | awk -f "$LAB/count.awk" || rc=$?
exit "$rc"
