// SPDX-License-Identifier: GPL-2.0
/*
 * The KUnit suite of allowedips in userspace, over more rounds, with memory
 * that is counted and that runs out. shim/ stands in for the kernel's headers.
 */
#include "types.h"

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

unsigned int shim_accounted;
int shim_fail_after = -1;
int shim_rcu_depth;

#define TEST_ROUNDS		400
#define TEST_COUNT_NODES	shim_accounted
#define TEST_MORE_CASES		KUNIT_CASE(out_of_memory),

struct kunit;
static void out_of_memory(struct kunit *test);

#include "allowedips.c"
#include "tests/allowedips_test.c"

/* An insertion needs up to two nodes. If one is missing nothing has changed. */
static void out_of_memory(struct kunit *test)
{
	int round, step, failed = 0;

	for (round = 0; round < TEST_ROUNDS; round++) {
		struct fixture *f = fixture_new(test, round + 1);

		for (step = 0; step < 60; step++) {
			unsigned int before = shim_accounted;
			struct jvpn_allowedip ip;
			int err;

			random_insert(test, f);
			random_ip(f, &ip);
			if (reference_entry(f, &ip))
				continue;
			before = shim_accounted;
			shim_fail_after = step % 2;
			err = insert(f, ip.family, ip.addr, ip.prefix_len, 0);
			shim_fail_after = -1;
			if (!err) {
				KUNIT_EXPECT_EQ(test, take_out(f, ip.family, ip.addr,
							       ip.prefix_len, 0), 0);
			} else {
				KUNIT_EXPECT_EQ(test, err, -ENOMEM);
				failed++;
			}
			KUNIT_EXPECT_EQ(test, shim_accounted, before);
		}
		compare(test, f);
		fixture_free(test, f);
	}
	KUNIT_EXPECT_GT(test, failed, TEST_ROUNDS);
	KUNIT_EXPECT_EQ(test, shim_accounted, 0);
}
