/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often one source may make a device work: handshakes, notices, refusals.
 * A table of fixed size: no packet allocates, and no packet looks at more than
 * one short row. A row that is full forgets the source that has been quiet
 * longest, which costs that source nothing but a full bucket.
 */
#ifndef _JVPN_RATELIMIT_H
#define _JVPN_RATELIMIT_H

#include <linux/math64.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "control.h"

struct net;
struct jvpn_ratelimit_row;

/* Defaults for handshakes. */
#define JVPN_HANDSHAKE_RATE_PER_S	20
#define JVPN_HANDSHAKE_BURST		5

/**
 * struct jvpn_ratelimit - a bucket per source
 * @row: the table
 * @row_mask: rows - 1, a power of two less one
 * @interval_ns: one token comes back in this time
 * @burst_ns: a bucket holds this time's worth of tokens
 * @key: sources are placed by a keyed hash that outsiders cannot predict
 */
struct jvpn_ratelimit {
	struct jvpn_ratelimit_row *row;
	u32 row_mask;
	u64 interval_ns;
	u64 burst_ns;
	siphash_key_t key;
};

/**
 * jvpn_ratelimit_init - make a table
 * @limit: filled in
 * @sources: how many sources are told apart, at least (about 20 bytes each)
 * @rate_per_s: tokens per second and source, 1 to 1000000
 * @burst: tokens in a full bucket, at least 1
 *
 * Context: process.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int jvpn_ratelimit_init(struct jvpn_ratelimit *limit, u32 sources, u32 rate_per_s,
			u32 burst);

/**
 * jvpn_ratelimit_destroy - free it
 * @limit: may be zeroed or destroyed already; has no users any more
 *
 * Context: process.
 */
void jvpn_ratelimit_destroy(struct jvpn_ratelimit *limit);

/**
 * jvpn_ratelimit_allow - take a token from a source's bucket
 * @limit: the table, may be shared by devices and namespaces
 * @net: namespace in which @source is an address
 * @source: IPv4: the address; IPv6: its first 64 bits; the port plays no part
 * @now_ns: boot time in ns
 *
 * Context: any but hard interrupt.
 * Return: true when there was one.
 */
bool jvpn_ratelimit_allow(struct jvpn_ratelimit *limit, const struct net *net,
			  const struct jvpn_addr *source, u64 now_ns);

/**
 * jvpn_bucket_take - take a token from a bucket that has one user only
 * @full_ns: when it would be full again (GCRA); 0 at first; locked by the caller
 * @now_ns: boot time in ns
 * @rate_per_s: tokens that come back in a second, at least 1
 * @burst: tokens in a full bucket, at least 1
 *
 * Return: true when there was one.
 */
static inline bool jvpn_bucket_take(u64 *full_ns, u64 now_ns, u32 rate_per_s, u32 burst)
{
	u64 cost = div_u64(JVPN_NS_PER_S, rate_per_s);
	u64 full = max(*full_ns, now_ns);

	if (full - now_ns > cost * (burst - 1))
		return false;
	*full_ns = full + cost;
	return true;
}

#endif /* _JVPN_RATELIMIT_H */
