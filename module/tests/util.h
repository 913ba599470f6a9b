/* SPDX-License-Identifier: GPL-2.0 */
/* What several suites need. */
#ifndef _JVPN_TESTS_UTIL_H
#define _JVPN_TESTS_UTIL_H

#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../kdf.h"

/* Compares memory; the kernel's own macro came after 6.1. */
#define EXPECT_MEM(test, a, b, len) KUNIT_EXPECT_EQ(test, memcmp(a, b, len), 0)

static inline void expect_zeroed(struct kunit *test, const void *object, size_t size)
{
	KUNIT_EXPECT_NULL(test, memchr_inv(object, 0, size));
}

/* The bytes of a hexadecimal string, freed with the test. */
static inline struct jvpn_piece unhex(struct kunit *test, const char *hex)
{
	size_t len = strlen(hex) / 2;
	u8 *data = kunit_kzalloc(test, max_t(size_t, len, 1), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, hex2bin(data, hex, len), 0);
	return (struct jvpn_piece){ data, len };
}

/* The same into a buffer of exactly that size. */
static inline void unhex_to(struct kunit *test, void *to, size_t size, const char *hex)
{
	KUNIT_ASSERT_EQ(test, strlen(hex), 2 * size);
	KUNIT_ASSERT_EQ(test, hex2bin(to, hex, size), 0);
}

#define UNHEX(test, to, hex) unhex_to(test, to, sizeof(to), hex)

#endif /* _JVPN_TESTS_UTIL_H */
