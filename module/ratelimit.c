// SPDX-License-Identifier: GPL-2.0
/*
 * A token bucket per source, in 16 bytes. Instead of a number of tokens a
 * bucket stores the time at which it will be full again: a token moves that
 * time by the interval, and may be taken as long as it stays within the burst.
 * A bucket whose time has passed says nothing and its place is free, so
 * nothing has to be collected.
 */
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "ratelimit.h"

struct jvpn_bucket {
	u64 source;		/* keyed hash of namespace and address */
	u64 full_ns;		/* boot time at which it is full again */
};

#define JVPN_RATELIMIT_WAYS	7

struct jvpn_ratelimit_row {
	spinlock_t lock;	/* leaf */
	struct jvpn_bucket bucket[JVPN_RATELIMIT_WAYS];
};

int jvpn_ratelimit_init(struct jvpn_ratelimit *limit, u32 sources, u32 rate_per_s,
			u32 burst)
{
	u32 rows, i;

	memset(limit, 0, sizeof(*limit));
	if (!sources || sources > 1U << 24 || !burst || !rate_per_s ||
	    rate_per_s > USEC_PER_SEC)
		return -EINVAL;

	rows = roundup_pow_of_two(DIV_ROUND_UP(sources, JVPN_RATELIMIT_WAYS));
	limit->row = kvcalloc(rows, sizeof(*limit->row), GFP_KERNEL);
	if (!limit->row)
		return -ENOMEM;
	for (i = 0; i < rows; i++)
		spin_lock_init(&limit->row[i].lock);

	limit->row_mask = rows - 1;
	limit->interval_ns = div_u64(NSEC_PER_SEC, rate_per_s);
	limit->burst_ns = limit->interval_ns * burst;
	get_random_bytes(&limit->key, sizeof(limit->key));
	return 0;
}

void jvpn_ratelimit_destroy(struct jvpn_ratelimit *limit)
{
	kvfree(limit->row);
	memzero_explicit(limit, sizeof(*limit));
}

/* What a site controls is one source: an IPv4 address or an IPv6 /64. */
static u64 hash_source(const struct jvpn_ratelimit *limit, const struct net *net,
		       const struct jvpn_addr *source)
{
	u64 prefix = 0;

	memcpy(&prefix, source->addr, source->family == 4 ? 4 : 8);
	return siphash_3u64((unsigned long)net, prefix, source->family, &limit->key);
}

/* The source's bucket, or the one to take over: that which is full soonest. */
static struct jvpn_bucket *find_bucket(struct jvpn_ratelimit_row *row, u64 source)
{
	struct jvpn_bucket *best = &row->bucket[0];
	int i;

	for (i = 0; i < JVPN_RATELIMIT_WAYS; i++) {
		if (row->bucket[i].source == source)
			return &row->bucket[i];
		if (row->bucket[i].full_ns < best->full_ns)
			best = &row->bucket[i];
	}
	best->source = source;
	best->full_ns = 0;
	return best;
}

bool jvpn_ratelimit_allow(struct jvpn_ratelimit *limit, const struct net *net,
			  const struct jvpn_addr *source, u64 now_ns)
{
	u64 hash = hash_source(limit, net, source);
	struct jvpn_ratelimit_row *row = &limit->row[hash & limit->row_mask];
	struct jvpn_bucket *bucket;
	u64 full_ns;
	bool allowed;

	spin_lock_bh(&row->lock);
	bucket = find_bucket(row, hash);
	full_ns = max(bucket->full_ns, now_ns) + limit->interval_ns;
	allowed = full_ns - now_ns <= limit->burst_ns;
	if (allowed)
		bucket->full_ns = full_ns;
	spin_unlock_bh(&row->lock);
	return allowed;
}
