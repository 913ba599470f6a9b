# SPDX-License-Identifier: GPL-2.0
# kcsan.awk: a kernel log without the titles of data races that are not ours.
#
# The kernel has data races of its own, many of them on purpose, and KCSAN
# reports those as well. A report is ours if a frame of either stack is in a
# module: the kernels with KCSAN have all their drivers built in, so that ours is
# the only one. It is not enough that the access itself is in the module: what it
# calls may race because the module called it without a lock. Below the entry of an
# interrupt, or of softirqs, stands who was interrupted: that did not call it. What
# is left of the others matches nothing that klog-check.sh looks for.

function finish(ours,	i) {
	for (i = ours ? 0 : 1; i < held; i++)
		print hold[i]
	held = 0
}

/BUG: KCSAN: / {
	if (held)
		finish(1)
	ours = 0
	hold[held++] = $0
	next
}

held {
	hold[held++] = $0
	if (/ by (task|interrupt)/)
		interrupted = 0
	else if (/ (asm_[a-z_]+|handle_softirqs)\+0x/)
		interrupted = 1
	else if (!interrupted && /\+0x[0-9a-f]+\/0x[0-9a-f]+ \[[^]]+\]/)
		ours = 1
	if (/=======/)
		finish(ours)
	next
}

{ print }

# A report that is cut off says too little to be left out.
END {
	if (held)
		finish(1)
}
