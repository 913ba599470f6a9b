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
#
# What nobody has to hold a lock to call takes care of itself: a race below one of
# `entry`, called by the module, is the kernel's own, whoever calls it. So are the
# pairs of functions that are `known`, in what is theirs alone.

BEGIN {
	# Routes are looked up under RCU, while others change them.
	entry["ip_route_output_flow"]
	entry["__fib_lookup"]
	entry["fib_table_lookup"]
	entry["ip6_dst_lookup_flow"]
	entry["ip6_route_output_flags"]
	# Who sends a packet or a message has given it away.
	entry["udp_tunnel_xmit_skb"]
	entry["udp_tunnel6_xmit_skb"]
	entry["netlink_broadcast_filtered"]
	entry["genlmsg_multicast_netns_filtered"]
	# A worker is woken by what another processor may just have changed.
	entry["queue_work_on"]
	entry["queue_delayed_work_on"]
	entry["mod_delayed_work_on"]
	# A bound socket gets packets before it is a tunnel's.
	entry["setup_udp_tunnel_sock"]

	# Sequence counts: what was read in a race is read again.
	known["ktime_get_with_offset / timekeeping_advance"]
	known["ktime_get_seconds / timekeeping_advance"]
	known["ktime_get_coarse_with_offset / timekeeping_advance"]
	known["__hrtimer_run_queues / hrtimer_active"]
	# A sleeper's own flag, which it looks at again before it sleeps.
	known["poll_schedule_timeout / pollwake"]
	# The flags of a task, written by itself, read by an interrupt of it.
	known["kernel_fpu_begin_mask / ns_capable"]
	# Which default route was the last to be taken: a hint.
	known["fib_select_path / fib_select_path"]
	# Whether a queue is empty, looked at before its lock is taken.
	known["__dev_queue_xmit / __dev_queue_xmit"]
	known["__dev_queue_xmit / net_tx_action"]
	# The bits of a connection's status, set one by one.
	known["nf_conntrack_in / nf_nat_inet_fn"]
}

function finish(ours,	i) {
	for (i = ours ? 0 : 1; i < held; i++)
		print hold[i]
	held = 0
}

/BUG: KCSAN: / {
	if (held)
		finish(1)
	ours = 0
	title = $0
	sub(/.* data-race in /, "", title)
	gsub(/\.(constprop|isra|part)\.[0-9]+|\r$/, "", title)
	its_own = title in known
	hold[held++] = $0
	next
}

held {
	hold[held++] = $0
	if (/ by (task|interrupt)/) {
		decided = 0
		called = ""
	} else if (/ (asm_[a-z_]+|handle_softirqs)\+0x/) {
		decided = 1
	} else if (!decided && /\+0x[0-9a-f]+\/0x[0-9a-f]+ \[[^]]+\]/) {
		# The innermost frame of the module, and what it called.
		decided = 1
		if (!(called in entry))
			ours = 1
	} else if (/\+0x[0-9a-f]+\/0x/) {
		called = $0
		sub(/\+0x.*/, "", called)
		sub(/.* /, "", called)
	}
	if (/=======/)
		finish(ours && !its_own)
	next
}

{ print }

# A report that is cut off says too little to be left out.
END {
	if (held)
		finish(1)
}
