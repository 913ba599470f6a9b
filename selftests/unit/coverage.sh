#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: coverage.sh OUT "ROOMS" "PROGRAMS"
# Builds everything once more with counters, runs it, and says which lines and
# branches of the rooms were never reached. Fails if there are any.
set -e

out=$1/coverage
rooms=$2
programs=$3
here=$(cd "$(dirname "$0")" && pwd)
module=$here/../../module
flags="-std=gnu11 -O0 -g --coverage -DJVPN_TEST_LINKED -I$here -I$module"

rm -rf "$out"
mkdir -p "$out"
cd "$out"
objects=main.o
${CC:-gcc} $flags -c -o main.o "$here/kunit/main.c"
for room in $rooms; do
	${CC:-gcc} $flags -c -o "$room.o" "$module/$room.c"
	objects="$objects $room.o"
done
for program in $programs; do
	source=$here/$program.c
	[ -e "$source" ] || source=$module/tests/$program.c
	${CC:-gcc} $flags -o "$program" "$source" $objects
	JVPN_SIM_SEEDS=1 "./$program" >"$program.log" 2>&1 || {
		cat "$program.log"
		exit 1
	}
done

missed=0
printf '%-12s %10s %10s\n' room lines branches
for room in $rooms; do
	gcov -b -c -o . "$room.o" >/dev/null 2>&1
	awk -v room="$room" '
		/^ *[0-9]+\*?:/ { lines++; hit++; line = $0 }
		/^ *#####:/ { lines++; line = $0; print room ": never run:" line > "/dev/stderr" }
		/^branch +[0-9]+ never executed/ { branches++ }
		/^branch +[0-9]+ taken/ {
			branches++
			if ($4 + 0 > 0)
				taken++
			else
				print room ": never taken, branch " $2 " of:" line > "/dev/stderr"
		}
		END {
			printf "%-12s %4d / %-4d %4d / %-4d\n", room, hit, lines, taken, branches
			exit !(lines && hit == lines && taken == branches)
		}' "$room.c.gcov" || missed=1
done
exit $missed
