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

#define KUNIT_CHECK_(test, ok, on_fail, what, ...)			\
	do {								\
		if (!(ok)) {						\
			printf("# %s:%d: expected %s\n", __FILE__,	\
			       __LINE__, what);				\
			printf("# " __VA_ARGS__);			\
			printf("\n");					\
			(test)->failures++;				\
			on_fail;					\
		}							\
	} while (0)

#define KUNIT_STOP_(test)	longjmp((test)->abort, 1)

#define KUNIT_INT_(test, a, op, b, on_fail)				\
	do {								\
		long long a_ = (long long)(a);				\
		long long b_ = (long long)(b);				\
		KUNIT_CHECK_(test, a_ op b_, on_fail, #a " " #op " " #b, \
			     "are %lld and %lld", a_, b_);		\
	} while (0)

#define KUNIT_EXPECT_TRUE(test, c)	KUNIT_CHECK_(test, c, , #c, "is false")
#define KUNIT_EXPECT_FALSE(test, c)	KUNIT_CHECK_(test, !(c), , "!(" #c ")", "is true")
#define KUNIT_EXPECT_EQ(test, a, b)	KUNIT_INT_(test, a, ==, b, )
#define KUNIT_EXPECT_NE(test, a, b)	KUNIT_INT_(test, a, !=, b, )
#define KUNIT_EXPECT_LT(test, a, b)	KUNIT_INT_(test, a, <, b, )
#define KUNIT_EXPECT_LE(test, a, b)	KUNIT_INT_(test, a, <=, b, )
#define KUNIT_EXPECT_GT(test, a, b)	KUNIT_INT_(test, a, >, b, )
#define KUNIT_EXPECT_GE(test, a, b)	KUNIT_INT_(test, a, >=, b, )
#define KUNIT_EXPECT_NULL(test, p)	KUNIT_CHECK_(test, !(p), , #p " == NULL", "is not")
#define KUNIT_EXPECT_NOT_NULL(test, p)	KUNIT_CHECK_(test, p, , #p " != NULL", "is NULL")
#define KUNIT_EXPECT_PTR_EQ(test, a, b)	KUNIT_CHECK_(test, (a) == (b), , #a " == " #b, "are not")
#define KUNIT_EXPECT_STREQ(test, a, b)					\
	KUNIT_CHECK_(test, !strcmp(a, b), , #a " is " #b, "are '%s' and '%s'", a, b)
#define KUNIT_EXPECT_MEMEQ(test, a, b, n)				\
	KUNIT_CHECK_(test, !memcmp(a, b, n), , #a " is " #b, "differ")
#define KUNIT_ASSERT_TRUE(test, c)	KUNIT_CHECK_(test, c, KUNIT_STOP_(test), #c, "is false")
#define KUNIT_ASSERT_EQ(test, a, b)	KUNIT_INT_(test, a, ==, b, KUNIT_STOP_(test))
#define KUNIT_ASSERT_NOT_NULL(test, p)					\
	KUNIT_CHECK_(test, p, KUNIT_STOP_(test), #p " != NULL", "is NULL")

static inline int kunit_run_case(const struct kunit_case *c)
{
	struct kunit test = { 0 };

	if (!setjmp(test.abort))
		c->run_case(&test);
	return test.failures;
}

static inline int kunit_run_userspace(const struct kunit_suite *suite)
{
	int n = 0, failed = 0, failures;
	struct kunit_case *c;

	for (c = suite->test_cases; c->run_case; c++)
		n++;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", n);
	for (n = 0, c = suite->test_cases; c->run_case; c++) {
		failures = kunit_run_case(c);
		printf("%s %d %s: %s\n", failures ? "not ok" : "ok", ++n,
		       suite->name, c->name);
		failed += !!failures;
	}
	return !!failed;
}

#define kunit_test_suite(suite)						\
	int main(void)							\
	{								\
		return kunit_run_userspace(&(suite));			\
	}

#endif /* _JVPN_UNIT_KUNIT_TEST_H */
