#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# klog-check.sh: look for kernel bugs in a kernel log (file, or standard input).
#
# Prints each finding with some lines of context; exit status 1 when there is
# any. selftest.sh proves with planted faults that each pattern is found. Data
# races are told apart by kcsan.awk: those of the kernel itself do not count.

pattern='BUG:|WARNING:|INFO: (task|rcu|trying|lockdep|suspicious|possible)'
pattern+='|Oops|general protection|Call Trace|KASAN|KCSAN|UBSAN'
pattern+='|possible (circular|recursive|irq lock|deadlock)|inconsistent lock'
pattern+='|sleeping function|scheduling while atomic|suspicious RCU'
pattern+='|unregister_netdevice: waiting|rcu.*(stall|detected)|soft lockup'
pattern+='|ODEBUG|refcount_t:|list_(add|del) corruption|kernel panic'
pattern+='|Kernel stack overflow'
pattern+='|ref_tracker: .*(leaked|has)|still has .* refs'
pattern+='|returned with preemption imbalance|turning off the locking'

# Said by machines in good health.
harmless='Spectre|Speculative|mitigation|vulnerab|RETBleed'
harmless+='|ITS:|MDS|Tainted: G +O? *$|module verification failed'

file=${1:-/dev/stdin}
if found=$(awk -f "$(dirname "$0")/kcsan.awk" "$file" |
		grep -aE -m 5 -B 1 -A 24 "$pattern" |
		grep -avE "$harmless") &&
		grep -aqE "$pattern" <<<"$found"; then
	printf '%s\n' "$found" | head -n 80
	exit 1
fi
exit 0
