/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers for tests: the same in every run, in the kernel and in userspace. */
#ifndef _JVPN_TESTS_RANDOM_H
#define _JVPN_TESTS_RANDOM_H

#include "../types.h"

struct test_random {
	u64 state;
};

/* An xorshift64* generator; any seed will do. */
static inline u64 test_random(struct test_random *r)
{
	r->state += !r->state;
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 2685821657736338717ULL;
}

/* Even over 0 .. limit - 1, well enough for tests. */
static inline u32 test_random_below(struct test_random *r, u32 limit)
{
	return (u32)(((test_random(r) >> 32) * limit) >> 32);
}

#endif /* _JVPN_TESTS_RANDOM_H */
