/* SPDX-License-Identifier: GPL-2.0 */
/* What the test programs share. */
#ifndef JVPN_TOOL_CHECK_H
#define JVPN_TOOL_CHECK_H

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../module/types.h"

static unsigned int check_count, check_failed;

/* One line of TAP. */
static inline bool check(bool passed, const char *name)
{
	printf("%sok %u - %s\n", passed ? "" : "not ", ++check_count, name);
	check_failed += !passed;
	return passed;
}

static inline int check_end(void)
{
	printf("1..%u\n", check_count);
	return check_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Numbers that are the same in every run: a failure can be repeated. */
static inline u32 check_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

int __real_getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **result);
int __wrap_getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **result);

int __wrap_getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **result)
{
	struct addrinfo numeric = *hints;

	numeric.ai_flags |= AI_NUMERICHOST;
	return __real_getaddrinfo(node, service, &numeric, result);
}

#endif /* JVPN_TOOL_CHECK_H */
