// SPDX-License-Identifier: GPL-2.0
/* Reason codes by number and by name. */

#include <kunit/test.h>

#include "../reason.h"

#ifndef JVPN_TEST_LINKED
#include "../reason.c"
#endif

/* The numbers are for ever: one of each block, and the last of each. */
static void fixed_numbers(struct kunit *test)
{
	static const struct {
		u16 number;
		const char *name;
	} fixed[] = {
		{ 1, "HANDSHAKE_OK" }, { 3, "HANDSHAKE_TIMEOUT" },
		{ 32, "LOSS_THRESHOLD_EXCEEDED" }, { 37, "HEALTH_RECOVERED" },
		{ 64, "NO_DELIVERY" }, { 72, "TRANSPORT_RESTORED" },
		{ 96, "RECOVERY_START" }, { 100, "RECOVERY_BOUNDS_EXCEEDED" },
		{ 128, "VOLATILE_PERSISTED" }, { 132, "EXIT_DEGRADED" },
		{ 160, "FRESHNESS_INVALID" }, { 169, "AUTH_FAIL" },
		{ 192, "TTL_SESSION_EXPIRED" }, { 202, "DEVICE_REMOVED" },
		{ 224, "KEY_ROTATED" }, { 226, "REKEY_TIMEOUT" },
		{ 256, "SEC_REPLAY_ATTEMPT" }, { 262, "INVARIANT_VIOLATION" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fixed); i++) {
		KUNIT_EXPECT_STREQ(test, jvpn_reason_name(fixed[i].number),
				   fixed[i].name);
		KUNIT_EXPECT_EQ(test, jvpn_reason_by_name(fixed[i].name),
				fixed[i].number);
	}
	KUNIT_EXPECT_EQ(test, JVPN_REASON_MAX, 262);
}

/* All numbers: a name leads back to its number, and there are 59 of them. */
static void back_and_forth(struct kunit *test)
{
	unsigned int i, named = 0;
	const char *name;

	for (i = 1; i <= 0xffff; i++) {
		name = jvpn_reason_name(i);
		if (!strcmp(name, "UNKNOWN"))
			continue;
		named++;
		KUNIT_EXPECT_EQ(test, jvpn_reason_by_name(name), i);
	}
	KUNIT_EXPECT_EQ(test, named, 61);
	KUNIT_EXPECT_STREQ(test, jvpn_reason_name(JVPN_REASON_NONE), "NONE");
}

static void typed_names(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, jvpn_reason_by_name("link-down"),
			JVPN_REASON_LINK_DOWN);
	KUNIT_EXPECT_EQ(test, jvpn_reason_by_name("nat-rebind"),
			JVPN_REASON_NAT_REBIND);
	KUNIT_EXPECT_EQ(test, jvpn_reason_by_name("Link_Down"),
			JVPN_REASON_LINK_DOWN);
	KUNIT_EXPECT_EQ(test, jvpn_reason_by_name("LINK_DOW"), 0);
	KUNIT_EXPECT_EQ(test, jvpn_reason_by_name("LINK_DOWNS"), 0);
	KUNIT_EXPECT_EQ(test, jvpn_reason_by_name("LINK DOWN"), 0);
	KUNIT_EXPECT_EQ(test, jvpn_reason_by_name("{INK_DOWN"), 0);
	KUNIT_EXPECT_EQ(test, jvpn_reason_by_name(""), 0);
}

#ifndef __KERNEL__
static void words(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i <= 0xffff; i++) {
		bool known = i && strcmp(jvpn_reason_name(i), "UNKNOWN");

		KUNIT_EXPECT_EQ(test, !!jvpn_reason_meaning(i), known);
		KUNIT_EXPECT_EQ(test, !!jvpn_reason_advice(i), known);
		KUNIT_EXPECT_EQ(test, !!jvpn_reason_block(i), known);
	}
	KUNIT_EXPECT_STREQ(test, jvpn_reason_block(JVPN_REASON_HANDSHAKE_OK),
			   "establishment");
	KUNIT_EXPECT_STREQ(test, jvpn_reason_block(JVPN_REASON_KEY_ROTATED),
			   "keys");
	KUNIT_EXPECT_STREQ(test, jvpn_reason_block(JVPN_REASON_INVARIANT_VIOLATION),
			   "security reports");
}
#endif

/* A peer's REQUEST may say any number; reports repeat only what can be true. */
static void reason_begins_move(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, jvpn_reason_begins_move(JVPN_REASON_LOSS_THRESHOLD_EXCEEDED));
	KUNIT_EXPECT_TRUE(test, jvpn_reason_begins_move(JVPN_REASON_CONSECUTIVE_DROPS_EXCEEDED));
	KUNIT_EXPECT_FALSE(test, jvpn_reason_begins_move(JVPN_REASON_HEALTH_RECOVERED));
	KUNIT_EXPECT_TRUE(test, jvpn_reason_begins_move(JVPN_REASON_NO_DELIVERY));
	KUNIT_EXPECT_TRUE(test, jvpn_reason_begins_move(JVPN_REASON_PEER_REQUEST));
	KUNIT_EXPECT_FALSE(test, jvpn_reason_begins_move(JVPN_REASON_TRANSPORT_RESTORED));
	KUNIT_EXPECT_TRUE(test, jvpn_reason_begins_move(JVPN_REASON_RECOVERY_RETRY));
	KUNIT_EXPECT_TRUE(test, jvpn_reason_begins_move(JVPN_REASON_POLICY_DENY));
	KUNIT_EXPECT_FALSE(test, jvpn_reason_begins_move(JVPN_REASON_NONE));
	KUNIT_EXPECT_FALSE(test, jvpn_reason_begins_move(JVPN_REASON_OPERATOR_TERMINATED));
	KUNIT_EXPECT_FALSE(test, jvpn_reason_begins_move(0xffff));
}

static struct kunit_case reason_cases[] = {
	KUNIT_CASE(fixed_numbers),
	KUNIT_CASE(back_and_forth),
	KUNIT_CASE(typed_names),
	KUNIT_CASE(reason_begins_move),
#ifndef __KERNEL__
	KUNIT_CASE(words),
#endif
	{ }
};

static struct kunit_suite reason_suite = {
	.name = "jvpn_reason",
	.test_cases = reason_cases,
};

kunit_test_suite(reason_suite);
