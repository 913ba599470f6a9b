/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of KUnit as the suites of floor 0 use, in userspace: the same files
 * run in the kernel and here. A suite becomes a program that prints TAP.
 */
#ifndef _JVPN_UNIT_KUNIT_TEST_H
#define _JVPN_UNIT_KUNIT_TEST_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define fallthrough	__attribute__((__fallthrough__))

struct kunit {
	int failures;
	jmp_buf abort;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(f)		{ .run_case = f, .name = #f }
#define KUNIT_CASE_SLOW(f)	KUNIT_CASE(f)

#define kunit_info(test, ...)						\
	do {								\
		(void)(test);						\
		printf("# " __VA_ARGS__);				\
	} while (0)

#define KUNIT_FAIL(test, ...)						\
	do {								\
		printf("# %s:%d: ", __FILE__, __LINE__);		\
		printf(__VA_ARGS__);					\
		printf("\n");						\
		(test)->failures++;					\
	} while (0)

/* Fails the case unless @ok; then does @next. */
#define KUNIT_CHECK_(test, ok, next, what, ...)				\
	do {								\
		struct kunit *test_ = (test);				\
									\
		if (!(ok)) {						\
			printf("# %s:%d: expected %s\n", __FILE__,	\
			       __LINE__, what);				\
			printf("# " __VA_ARGS__);			\
			printf("\n");					\
			test_->failures++;				\
			next(test_);					\
		}							\
	} while (0)

#define KUNIT_INT_(test, a, op, b, next)				\
	do {								\
		long long a_ = (long long)(a);				\
		long long b_ = (long long)(b);				\
									\
		KUNIT_CHECK_(test, a_ op b_, next, #a " " #op " " #b,	\
			     "are %lld and %lld", a_, b_);		\
	} while (0)

static inline void kunit_go_on(struct kunit *test)
{
	(void)test;
}

static inline void kunit_stop(struct kunit *test)
{
	longjmp(test->abort, 1);
}

#define KUNIT_EXPECT_TRUE(test, c)	KUNIT_CHECK_(test, c, kunit_go_on, #c, "is false")
#define KUNIT_EXPECT_FALSE(test, c)					\
	KUNIT_CHECK_(test, !(c), kunit_go_on, "!(" #c ")", "is true")
#define KUNIT_EXPECT_EQ(test, a, b)	KUNIT_INT_(test, a, ==, b, kunit_go_on)
#define KUNIT_EXPECT_NE(test, a, b)	KUNIT_INT_(test, a, !=, b, kunit_go_on)
#define KUNIT_EXPECT_LT(test, a, b)	KUNIT_INT_(test, a, <, b, kunit_go_on)
#define KUNIT_EXPECT_LE(test, a, b)	KUNIT_INT_(test, a, <=, b, kunit_go_on)
#define KUNIT_EXPECT_GT(test, a, b)	KUNIT_INT_(test, a, >, b, kunit_go_on)
#define KUNIT_EXPECT_GE(test, a, b)	KUNIT_INT_(test, a, >=, b, kunit_go_on)
#define KUNIT_EXPECT_NULL(test, p)					\
	KUNIT_CHECK_(test, !(p), kunit_go_on, #p " == NULL", "is not")
#define KUNIT_EXPECT_PTR_EQ(test, a, b)					\
	KUNIT_CHECK_(test, (a) == (b), kunit_go_on, #a " == " #b, "are not")
#define KUNIT_EXPECT_STREQ(test, a, b)					\
	do {								\
		const char *a_ = (a), *b_ = (b);			\
									\
		KUNIT_CHECK_(test, !strcmp(a_, b_), kunit_go_on,	\
			     #a " is " #b, "are '%s' and '%s'", a_, b_);	\
	} while (0)
#define KUNIT_EXPECT_MEMEQ(test, a, b, n)				\
	KUNIT_CHECK_(test, !memcmp(a, b, n), kunit_go_on, #a " is " #b, "differ")
#define KUNIT_ASSERT_NOT_NULL(test, p)					\
	KUNIT_CHECK_(test, p, kunit_stop, #p " != NULL", "is NULL")
#define KUNIT_ASSERT_TRUE(test, c)	KUNIT_CHECK_(test, c, kunit_stop, #c, "is false")
#define KUNIT_ASSERT_EQ(test, a, b)	KUNIT_INT_(test, a, ==, b, kunit_stop)

/* The suite of this program; main() is in kunit/main.c. */
extern const struct kunit_suite *const kunit_userspace_suite;

#define kunit_test_suite(suite)						\
	const struct kunit_suite *const kunit_userspace_suite = &(suite)

#endif /* _JVPN_UNIT_KUNIT_TEST_H */
