// SPDX-License-Identifier: GPL-2.0
/*
 * Longest-prefix match against a list that is searched from end to end. Built
 * in the kernel, and in userspace with more rounds.
 */
#include <kunit/test.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "random.h"
#include "../allowedips.h"

#ifndef TEST_ROUNDS
#define TEST_ROUNDS	20
#endif
#define TEST_PEERS	5
#define TEST_ENTRIES	96

static DEFINE_MUTEX(lock);

/* The reference: all entries in no order. */
struct entry {
	struct jvpn_allowedip ip;
	int peer;
};

struct fixture {
	struct jvpn_allowedips table;
	struct list_head list[TEST_PEERS];
	struct entry entry[TEST_ENTRIES];
	unsigned int count;
	struct test_random random;
};

/* Peers are only ever compared: any addresses will do. */
static char peer_tags[TEST_PEERS];

static struct jvpn_peer *peer_of(int i)
{
	return (struct jvpn_peer *)&peer_tags[i];
}

static struct fixture *fixture_new(struct kunit *test, u64 seed)
{
	struct fixture *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	jvpn_allowedips_init(&f->table, &lock);
	for (i = 0; i < TEST_PEERS; i++)
		INIT_LIST_HEAD(&f->list[i]);
	f->random.state = seed;
	return f;
}

static void fixture_free(struct kunit *test, struct fixture *f)
{
	int i;

	mutex_lock(&lock);
	for (i = 0; i < TEST_PEERS; i++) {
		jvpn_allowedips_remove_peer(&f->table, &f->list[i]);
		KUNIT_EXPECT_TRUE(test, list_empty(&f->list[i]));
	}
	mutex_unlock(&lock);
	KUNIT_EXPECT_EQ(test, f->table.count, 0);
	KUNIT_EXPECT_TRUE(test, !rcu_access_pointer(f->table.root4));
	KUNIT_EXPECT_TRUE(test, !rcu_access_pointer(f->table.root6));
	kfree(f);
}

static int insert(struct fixture *f, u8 family, const void *addr, u8 len, int peer)
{
	int err;

	mutex_lock(&lock);
	err = jvpn_allowedips_insert(&f->table, family, addr, len, peer_of(peer),
				     &f->list[peer]);
	mutex_unlock(&lock);
	return err;
}

static int take_out(struct fixture *f, u8 family, const void *addr, u8 len, int peer)
{
	int err;

	mutex_lock(&lock);
	err = jvpn_allowedips_remove(&f->table, family, addr, len, peer_of(peer));
	mutex_unlock(&lock);
	return err;
}

static struct jvpn_peer *find(struct fixture *f, u8 family, const u8 *addr)
{
	struct jvpn_peer *peer;
	__be32 addr4;

	rcu_read_lock();
	if (family == 4) {
		memcpy(&addr4, addr, sizeof(addr4));
		peer = jvpn_allowedips_lookup4(&f->table, addr4);
	} else {
		peer = jvpn_allowedips_lookup6(&f->table, addr);
	}
	rcu_read_unlock();
	return peer;
}

/* The reference. */

static bool prefix_equal(const u8 *a, const u8 *b, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++) {
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8))
			return false;
	}
	return true;
}

static struct jvpn_peer *reference_find(struct fixture *f, u8 family, const u8 *addr)
{
	struct entry *best = NULL;
	unsigned int i;

	for (i = 0; i < f->count; i++) {
		struct entry *e = &f->entry[i];

		if (e->ip.family == family &&
		    prefix_equal(e->ip.addr, addr, e->ip.prefix_len) &&
		    (!best || e->ip.prefix_len > best->ip.prefix_len))
			best = e;
	}
	return best ? peer_of(best->peer) : NULL;
}

static struct entry *reference_entry(struct fixture *f, const struct jvpn_allowedip *ip)
{
	unsigned int i;

	for (i = 0; i < f->count; i++) {
		struct entry *e = &f->entry[i];

		if (e->ip.family == ip->family && e->ip.prefix_len == ip->prefix_len &&
		    prefix_equal(e->ip.addr, ip->addr, ip->prefix_len))
			return e;
	}
	return NULL;
}

/* Addresses near each other, so that prefixes nest and fork everywhere. */
static void random_ip(struct fixture *f, struct jvpn_allowedip *ip)
{
	unsigned int bits, flips;

	ip->family = test_random_below(&f->random, 2) ? 4 : 6;
	bits = ip->family == 4 ? 32 : 128;
	memset(ip->addr, 0, sizeof(ip->addr));
	memset(ip->addr, test_random_below(&f->random, 2) ? 0xa5 : 0x5a, bits / 8);
	for (flips = test_random_below(&f->random, 4); flips; flips--) {
		unsigned int bit = test_random_below(&f->random, bits);

		ip->addr[bit / 8] ^= 0x80 >> bit % 8;
	}
	ip->prefix_len = test_random_below(&f->random, bits + 1);
}

static void random_insert(struct kunit *test, struct fixture *f)
{
	int peer = test_random_below(&f->random, TEST_PEERS);
	struct jvpn_allowedip ip;
	struct entry *e;

	random_ip(f, &ip);
	e = reference_entry(f, &ip);
	if (!e) {
		if (f->count == TEST_ENTRIES)
			return;
		e = &f->entry[f->count++];
		e->ip = ip;
	}
	e->peer = peer;
	KUNIT_EXPECT_EQ(test, insert(f, ip.family, ip.addr, ip.prefix_len, peer), 0);
}

static void random_remove(struct kunit *test, struct fixture *f)
{
	int peer = test_random_below(&f->random, TEST_PEERS);
	struct entry *e;

	if (!f->count)
		return;
	e = &f->entry[test_random_below(&f->random, f->count)];
	KUNIT_EXPECT_EQ(test, take_out(f, e->ip.family, e->ip.addr, e->ip.prefix_len, peer),
			e->peer == peer ? 0 : -ENOENT);
	if (e->peer == peer)
		*e = f->entry[--f->count];
}

static void random_remove_peer(struct fixture *f)
{
	int peer = test_random_below(&f->random, TEST_PEERS);
	unsigned int i = 0;

	mutex_lock(&lock);
	jvpn_allowedips_remove_peer(&f->table, &f->list[peer]);
	mutex_unlock(&lock);
	while (i < f->count) {
		if (f->entry[i].peer == peer)
			f->entry[i] = f->entry[--f->count];
		else
			i++;
	}
}

struct walk {
	struct kunit *test;
	struct fixture *f;
	int peer;
	unsigned int shown;
};

static int check_shown(const struct jvpn_allowedip *ip, void *arg)
{
	struct walk *walk = arg;
	struct entry *e = reference_entry(walk->f, ip);

	KUNIT_EXPECT_TRUE(walk->test, e && e->peer == walk->peer);
	walk->shown++;
	return 0;
}

static void compare(struct kunit *test, struct fixture *f)
{
	struct jvpn_allowedip ip;
	unsigned int i, shown = 0;
	int peer;

	for (i = 0; i < 50; i++) {
		random_ip(f, &ip);
		KUNIT_EXPECT_TRUE(test, find(f, ip.family, ip.addr) ==
					reference_find(f, ip.family, ip.addr));
	}
	for (i = 0; i < f->count; i++) {
		ip = f->entry[i].ip;
		KUNIT_EXPECT_TRUE(test, find(f, ip.family, ip.addr) ==
					reference_find(f, ip.family, ip.addr));
	}
	KUNIT_EXPECT_EQ(test, f->table.count, f->count);
#ifdef TEST_COUNT_NODES
	KUNIT_EXPECT_LE(test, TEST_COUNT_NODES, 2 * f->count);
#endif
	for (peer = 0; peer < TEST_PEERS; peer++) {
		struct walk walk = { test, f, peer, 0 };
		u64 cursor = 0;

		mutex_lock(&lock);
		KUNIT_EXPECT_EQ(test, jvpn_allowedips_walk(&f->list[peer], &cursor,
							   check_shown, &walk), 0);
		mutex_unlock(&lock);
		shown += walk.shown;
	}
	KUNIT_EXPECT_EQ(test, shown, f->count);
}

static void random_sets(struct kunit *test)
{
	int round, step;

	for (round = 0; round < TEST_ROUNDS; round++) {
		struct fixture *f = fixture_new(test, round + 1);

		for (step = 0; step < 300; step++) {
			u32 what = test_random_below(&f->random, 100);

			if (what < 60)
				random_insert(test, f);
			else if (what < 99)
				random_remove(test, f);
			else
				random_remove_peer(f);
			if (step % 10 == 0)
				compare(test, f);
		}
		compare(test, f);
		fixture_free(test, f);
	}
}

/* By hand: what everybody expects of a routing table. */
static void by_hand(struct kunit *test)
{
	static const u8 any[16], net10[16] = { 10 }, net10_1[16] = { 10, 1 };
	static const u8 host[16] = { 10, 1, 2, 3 }, near[16] = { 10, 1, 2, 4 };
	static const u8 far[16] = { 10, 2 }, other[16] = { 11 };
	struct fixture *f = fixture_new(test, 1);

	KUNIT_EXPECT_NULL(test, find(f, 4, host));
	KUNIT_EXPECT_EQ(test, insert(f, 4, host, 32, 3), 0);
	KUNIT_EXPECT_EQ(test, insert(f, 4, any, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, insert(f, 4, net10_1, 16, 2), 0);
	KUNIT_EXPECT_EQ(test, insert(f, 4, net10, 8, 1), 0);
	KUNIT_EXPECT_PTR_EQ(test, find(f, 4, host), peer_of(3));
	KUNIT_EXPECT_PTR_EQ(test, find(f, 4, near), peer_of(2));
	KUNIT_EXPECT_PTR_EQ(test, find(f, 4, far), peer_of(1));
	KUNIT_EXPECT_PTR_EQ(test, find(f, 4, other), peer_of(0));
	/* The other family has its own tree. */
	KUNIT_EXPECT_NULL(test, find(f, 6, net10));
	KUNIT_EXPECT_EQ(test, insert(f, 6, any, 0, 4), 0);
	KUNIT_EXPECT_PTR_EQ(test, find(f, 6, net10), peer_of(4));
	KUNIT_EXPECT_PTR_EQ(test, find(f, 4, other), peer_of(0));

	/* Bits past the prefix do not count, and a prefix is there once. */
	KUNIT_EXPECT_EQ(test, insert(f, 4, host, 8, 4), 0);
	KUNIT_EXPECT_PTR_EQ(test, find(f, 4, far), peer_of(4));
	KUNIT_EXPECT_TRUE(test, list_empty(&f->list[1]));
	KUNIT_EXPECT_EQ(test, f->table.count, 5);
	KUNIT_EXPECT_EQ(test, take_out(f, 4, far, 8, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, take_out(f, 4, far, 9, 4), -ENOENT);
	KUNIT_EXPECT_EQ(test, take_out(f, 4, far, 8, 4), 0);
	KUNIT_EXPECT_EQ(test, take_out(f, 4, far, 8, 4), -ENOENT);
	KUNIT_EXPECT_PTR_EQ(test, find(f, 4, far), peer_of(0));
	KUNIT_EXPECT_PTR_EQ(test, find(f, 4, near), peer_of(2));
	fixture_free(test, f);
}

static void bad_prefixes(struct kunit *test)
{
	struct fixture *f = fixture_new(test, 1);
	static const u8 any[16];

	KUNIT_EXPECT_EQ(test, insert(f, 4, any, 33, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, insert(f, 6, any, 129, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, insert(f, 0, any, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, insert(f, 5, any, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, take_out(f, 4, any, 33, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, take_out(f, 6, any, 129, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, take_out(f, 7, any, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, f->table.count, 0);
	fixture_free(test, f);
}

/* A dump in portions of three, while other things happen between them. */
#define DUMP_ENTRIES	40

struct dump {
	unsigned int room;
	u8 seen[256];
};

static int dump_one(const struct jvpn_allowedip *ip, void *arg)
{
	struct dump *dump = arg;

	if (!dump->room)
		return -EMSGSIZE;
	dump->room--;
	dump->seen[ip->addr[3]]++;
	return 0;
}

static void resumed_walk(struct kunit *test)
{
	struct fixture *f = fixture_new(test, 1);
	u8 addr[16] = { 192, 0, 2, 0 };
	struct dump dump = {};
	u64 cursor = 0;
	int i, portion = 0, err;

	for (i = 0; i < DUMP_ENTRIES; i++) {
		addr[3] = i;
		KUNIT_EXPECT_EQ(test, insert(f, 4, addr, 32, 0), 0);
	}
	do {
		dump.room = 3;
		mutex_lock(&lock);
		err = jvpn_allowedips_walk(&f->list[0], &cursor, dump_one, &dump);
		mutex_unlock(&lock);

		/* An entry already shown goes (the one the cursor stands on,
		 * too), one not shown yet moves to another peer, one comes.
		 */
		addr[3] = 3 * portion + 2;
		take_out(f, 4, addr, 32, 0);
		if (portion < 3) {
			addr[3] = DUMP_ENTRIES - 1 - portion;
			insert(f, 4, addr, 32, 1);
			addr[3] = 200 + portion;
			insert(f, 4, addr, 32, 0);
		}
		portion++;
	} while (err == -EMSGSIZE && portion < 100);
	KUNIT_EXPECT_EQ(test, err, 0);

	for (i = 0; i < DUMP_ENTRIES - 3; i++)
		KUNIT_EXPECT_EQ(test, dump.seen[i], 1);
	for (; i < DUMP_ENTRIES; i++)
		KUNIT_EXPECT_EQ(test, dump.seen[i], 0);
	for (i = 200; i < 203; i++)
		KUNIT_EXPECT_EQ(test, dump.seen[i], 1);
	fixture_free(test, f);
}

static struct kunit_case allowedips_cases[] = {
	KUNIT_CASE(by_hand),
	KUNIT_CASE(random_sets),
	KUNIT_CASE(bad_prefixes),
	KUNIT_CASE(resumed_walk),
#ifdef TEST_MORE_CASES
	TEST_MORE_CASES
#endif
	{}
};

static struct kunit_suite allowedips_suite = {
	.name = "jvpn_allowedips",
	.test_cases = allowedips_cases,
};

kunit_test_suite(allowedips_suite);
