// SPDX-License-Identifier: GPL-2.0
/* The replay window: its edges, and against a plain memory of what was seen. */

#include <kunit/test.h>

#include "random.h"
#include "../replay.h"

#ifndef JVPN_TEST_LINKED
#include "../replay.c"
#endif

#define W JVPN_REPLAY_WINDOW

static struct jvpn_replay window;

static void fresh(void)
{
	memset(&window, 0, sizeof(window));
}

static void accept(struct kunit *test, u64 counter, bool expect_newest)
{
	bool newest;

	KUNIT_EXPECT_TRUE(test, jvpn_replay_accept(&window, counter, &newest));
	KUNIT_EXPECT_EQ(test, newest, expect_newest);
}

static void refuse(struct kunit *test, u64 counter)
{
	bool newest = true;

	KUNIT_EXPECT_FALSE(test, jvpn_replay_accept(&window, counter, &newest));
	KUNIT_EXPECT_FALSE(test, newest);
}

static void in_order(struct kunit *test)
{
	u64 i;

	fresh();
	for (i = 0; i < 3 * W; i++)
		accept(test, i, true);
	for (i = 0; i < 3 * W; i++)
		refuse(test, i);
	KUNIT_EXPECT_EQ(test, window.next, 3 * W);
}

static void backwards(struct kunit *test)
{
	u64 i;

	fresh();
	accept(test, 2 * W - 1, true);
	for (i = 2 * W - 2; i >= W; i--)
		accept(test, i, false);
	refuse(test, W - 1);
	refuse(test, 0);
	for (i = W; i < 2 * W; i++)
		refuse(test, i);
}

/* Exactly the window: the oldest that counts, and one before it. */
static void edges(struct kunit *test)
{
	static const u64 tops[] = { W - 1, W, W + 1, W + 63, W + 64, W + 65,
				    5 * W + 17, (1ULL << 32) + 5, 1ULL << 60,
				    U64_MAX - 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tops); i++) {
		fresh();
		accept(test, tops[i], true);
		accept(test, tops[i] - W + 1, false);
		refuse(test, tops[i] - W + 1);
		if (tops[i] >= W)
			refuse(test, tops[i] - W);
		refuse(test, tops[i]);
	}
}

static void the_last_counter(struct kunit *test)
{
	fresh();
	refuse(test, U64_MAX);
	accept(test, 0, true);
	refuse(test, U64_MAX);
	KUNIT_EXPECT_EQ(test, window.next, 1);
	accept(test, U64_MAX - 1, true);
	refuse(test, U64_MAX);
	refuse(test, U64_MAX - 1);
	accept(test, U64_MAX - 2, false);
}

/* A jump forgets all that lies between, whatever its length. */
static void jumps(struct kunit *test)
{
	static const u64 by[] = { 1, 63, 64, 65, W - 64, W - 1, W, W + 1,
				  W + 64, W + 65, 2 * W, 10 * W + 3 };
	unsigned int i;
	u64 k;

	for (i = 0; i < ARRAY_SIZE(by); i++) {
		fresh();
		for (k = 0; k < W; k++)
			accept(test, k, true);
		accept(test, W - 1 + by[i], true);
		for (k = W; k < W - 1 + by[i]; k++) {
			if (k + W <= W - 1 + by[i])
				refuse(test, k);
			else
				accept(test, k, false);
		}
		for (k = 0; k < W; k++)
			refuse(test, k);
	}
}

/* Everything that was accepted, in a bitmap as long as the test needs. */
#define MEMORY (64 * 1024)
static u8 seen[MEMORY];

static void against_memory(struct kunit *test)
{
	struct test_random r = { .state = 3 };
	u64 base, counter, top = 0;
	bool expect, newest;
	int i;

	fresh();
	memset(seen, 0, sizeof(seen));
	for (i = 0; i < 300000; i++) {
		base = (u64)i * (MEMORY - 3 * W) / 300000;
		counter = base + test_random_below(&r, 2 * W);
		expect = !seen[counter] && counter + W > top;
		if (!i)
			expect = true;
		KUNIT_EXPECT_EQ(test, expect,
				jvpn_replay_accept(&window, counter, &newest));
		KUNIT_EXPECT_EQ(test, newest, expect && (!i || counter > top));
		if (expect)
			seen[counter] = 1;
		top = max_t(u64, top, counter);
	}
}

static struct kunit_case replay_cases[] = {
	KUNIT_CASE(in_order),
	KUNIT_CASE(backwards),
	KUNIT_CASE(edges),
	KUNIT_CASE(the_last_counter),
	KUNIT_CASE(jumps),
	KUNIT_CASE(against_memory),
	{ }
};

static struct kunit_suite replay_suite = {
	.name = "jvpn_replay",
	.test_cases = replay_cases,
};

kunit_test_suite(replay_suite);
