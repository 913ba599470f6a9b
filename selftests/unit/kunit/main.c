// SPDX-License-Identifier: GPL-2.0
/* Runs the suite of a test program and prints TAP. */

#include <kunit/test.h>

static int run_case(const struct kunit_case *c)
{
	struct kunit test = { 0 };

	if (!setjmp(test.abort))
		c->run_case(&test);
	return test.failures;
}

int main(void)
{
	const struct kunit_suite *suite = kunit_userspace_suite;
	const struct kunit_case *c;
	int n = 0, failed = 0;

	for (c = suite->test_cases; c->run_case; c++)
		n++;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", n);
	for (n = 0, c = suite->test_cases; c->run_case; c++) {
		int failures = run_case(c);

		printf("%s %d %s: %s\n", failures ? "not ok" : "ok", ++n,
		       suite->name, c->name);
		failed += !!failures;
	}
	return !!failed;
}
