// SPDX-License-Identifier: GPL-2.0
/*
 * The transition table against a second statement of it: the rules of the
 * design, in the order in which a person reads them.
 */

#include <kunit/test.h>

#include "random.h"
#include "../fsm.h"

#ifndef JVPN_TEST_LINKED
#include "../fsm.c"
#endif

#define S(name) (1U << JVPN_STATE_##name)

/* "From any of these states, on this event, to that state." */
struct rule {
	u8 event;
	u8 from;		/* mask of states */
	u8 to;
	int bound;		/* 1 only with, 0 only without a binding, -1 either */
};

static const struct rule rules[] = {
	{ JVPN_FSM_HANDSHAKE_DONE, S(BIRTH), JVPN_STATE_ATTACHED, -1 },
	{ JVPN_FSM_HANDSHAKE_FAILED, S(BIRTH), JVPN_STATE_TERMINATED, -1 },
	{ JVPN_FSM_HANDSHAKE_TIMEOUT, S(BIRTH), JVPN_STATE_TERMINATED, -1 },
	{ JVPN_FSM_VOLATILITY, S(ATTACHED), JVPN_STATE_VOLATILE, -1 },
	{ JVPN_FSM_TRANSPORT_DEAD, S(ATTACHED) | S(VOLATILE) | S(DEGRADED),
	  JVPN_STATE_RECOVERING, -1 },
	{ JVPN_FSM_SWITCH_OPERATOR, S(ATTACHED) | S(VOLATILE) | S(DEGRADED),
	  JVPN_STATE_RECOVERING, -1 },
	{ JVPN_FSM_SWITCH_PREFERRED, S(ATTACHED) | S(VOLATILE) | S(DEGRADED),
	  JVPN_STATE_RECOVERING, -1 },
	{ JVPN_FSM_PEER_REATTACH, S(ATTACHED) | S(VOLATILE) | S(DEGRADED),
	  JVPN_STATE_RECOVERING, -1 },
	{ JVPN_FSM_SWITCH_SELECTED, S(VOLATILE) | S(DEGRADED),
	  JVPN_STATE_RECOVERING, -1 },
	{ JVPN_FSM_STABILITY_RESTORED, S(VOLATILE), JVPN_STATE_ATTACHED, -1 },
	{ JVPN_FSM_STABILITY_RESTORED, S(DEGRADED), JVPN_STATE_ATTACHED, 1 },
	{ JVPN_FSM_VOLATILE_PERSISTED, S(VOLATILE), JVPN_STATE_DEGRADED, -1 },
	{ JVPN_FSM_NO_CANDIDATE_ALIVE, S(VOLATILE), JVPN_STATE_DEGRADED, -1 },
	{ JVPN_FSM_CANDIDATE_APPEARED, S(DEGRADED), JVPN_STATE_RECOVERING, 0 },
	{ JVPN_FSM_REATTACH_OK, S(RECOVERING) | S(VOLATILE) | S(DEGRADED),
	  JVPN_STATE_ATTACHED, -1 },
	{ JVPN_FSM_TRANSPORT_ALIVE, S(RECOVERING) | S(DEGRADED),
	  JVPN_STATE_VOLATILE, -1 },
	{ JVPN_FSM_REATTACH_EXHAUSTED_ALIVE, S(RECOVERING),
	  JVPN_STATE_VOLATILE, -1 },
	{ JVPN_FSM_WINDOW_EXCEEDED_ALIVE, S(RECOVERING),
	  JVPN_STATE_VOLATILE, -1 },
	{ JVPN_FSM_REATTACH_EXHAUSTED_NONE, S(RECOVERING),
	  JVPN_STATE_DEGRADED, -1 },
	{ JVPN_FSM_NO_CANDIDATE_NONE, S(RECOVERING), JVPN_STATE_DEGRADED, -1 },
	{ JVPN_FSM_WINDOW_EXCEEDED_DEGRADE, S(RECOVERING),
	  JVPN_STATE_DEGRADED, -1 },
	{ JVPN_FSM_WINDOW_EXCEEDED_TERMINATE, S(RECOVERING),
	  JVPN_STATE_TERMINATED, -1 },
};

static bool is_handshake(u8 event)
{
	return event == JVPN_FSM_HANDSHAKE_DONE ||
	       event == JVPN_FSM_HANDSHAKE_FAILED ||
	       event == JVPN_FSM_HANDSHAKE_TIMEOUT;
}

/* These end a session in every state. */
static bool is_termination(u8 event)
{
	return event >= JVPN_FSM_SESSION_TTL;
}

static int expected(u8 state, u8 event, bool bound)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].event == event && rules[i].from & (1U << state) &&
		    (rules[i].bound < 0 || rules[i].bound == bound))
			return rules[i].to;
	if (is_handshake(event))
		return JVPN_FSM_ILLEGAL;
	if (is_termination(event) && state != JVPN_STATE_TERMINATED)
		return JVPN_STATE_TERMINATED;
	return JVPN_FSM_STAY;
}

static void every_pair(struct kunit *test)
{
	int state, event, bound;

	for (state = 1; state <= JVPN_STATE_MAX; state++)
		for (event = 1; event < __JVPN_FSM_EVENT_MAX; event++)
			for (bound = 0; bound <= 1; bound++) {
				if (jvpn_fsm_next(state, event, bound) ==
				    expected(state, event, bound))
					continue;
				KUNIT_FAIL(test, "%s + %s (%s): %d, expected %d",
					   jvpn_fsm_state_name(state),
					   jvpn_fsm_event_name(event),
					   bound ? "bound" : "unbound",
					   jvpn_fsm_next(state, event, bound),
					   expected(state, event, bound));
			}
}

static void every_event_does_something(struct kunit *test)
{
	int state, event, go;

	for (event = 1; event < __JVPN_FSM_EVENT_MAX; event++) {
		go = 0;
		for (state = 1; state <= JVPN_STATE_MAX; state++) {
			go += jvpn_fsm_next(state, event, false) > 0;
			go += jvpn_fsm_next(state, event, true) > 0;
		}
		KUNIT_EXPECT_GT(test, go, 0);
	}
}

static void never_to_itself(struct kunit *test)
{
	int state, event, bound;

	for (state = 1; state <= JVPN_STATE_MAX; state++)
		for (event = 1; event < __JVPN_FSM_EVENT_MAX; event++)
			for (bound = 0; bound <= 1; bound++)
				KUNIT_EXPECT_NE(test, state,
						jvpn_fsm_next(state, event, bound));
}

static void terminated_is_absorbing(struct kunit *test)
{
	int event;

	for (event = 0; event < 256; event++)
		KUNIT_EXPECT_LE(test, jvpn_fsm_next(JVPN_STATE_TERMINATED,
						    event, true), 0);
}

static void out_of_range(struct kunit *test)
{
	int i;

	for (i = 0; i < 256; i++) {
		KUNIT_EXPECT_EQ(test, jvpn_fsm_next(0, i, false),
				JVPN_FSM_ILLEGAL);
		KUNIT_EXPECT_EQ(test, jvpn_fsm_next(i, 0, true),
				JVPN_FSM_ILLEGAL);
		if (i > JVPN_STATE_MAX)
			KUNIT_EXPECT_EQ(test,
					jvpn_fsm_next(i, JVPN_FSM_SESSION_TTL, true),
					JVPN_FSM_ILLEGAL);
		if (i >= __JVPN_FSM_EVENT_MAX)
			KUNIT_EXPECT_EQ(test,
					jvpn_fsm_next(JVPN_STATE_BIRTH, i, true),
					JVPN_FSM_ILLEGAL);
	}
}

/* Any sequence of events: what every session must keep. */
static void random_walks(struct kunit *test)
{
	struct test_random r = { .state = 1 };
	int walk, step, state, to;
	u8 event;

	for (walk = 0; walk < 2000; walk++) {
		state = JVPN_STATE_BIRTH;
		for (step = 0; step < 100; step++) {
			event = 1 + test_random_below(&r, __JVPN_FSM_EVENT_MAX - 1);
			to = jvpn_fsm_next(state, event, test_random_below(&r, 2));
			if (to <= 0)
				continue;
			KUNIT_EXPECT_NE(test, state, JVPN_STATE_TERMINATED);
			KUNIT_EXPECT_NE(test, to, JVPN_STATE_BIRTH);
			/* A dead transport never terminates. */
			if (to == JVPN_STATE_TERMINATED)
				KUNIT_EXPECT_NE(test, event, JVPN_FSM_TRANSPORT_DEAD);
			state = to;
		}
	}
}

static void names(struct kunit *test)
{
	int i, k;

	KUNIT_EXPECT_STREQ(test, jvpn_fsm_state_name(JVPN_STATE_BIRTH), "BIRTH");
	KUNIT_EXPECT_STREQ(test, jvpn_fsm_state_name(JVPN_STATE_TERMINATED),
			   "TERMINATED");
	KUNIT_EXPECT_STREQ(test, jvpn_fsm_state_name(0), "UNKNOWN");
	KUNIT_EXPECT_STREQ(test, jvpn_fsm_state_name(JVPN_STATE_MAX + 1),
			   "UNKNOWN");
	KUNIT_EXPECT_STREQ(test, jvpn_fsm_event_name(JVPN_FSM_DEVICE_REMOVED),
			   "DEVICE_REMOVED");
	KUNIT_EXPECT_STREQ(test, jvpn_fsm_event_name(0), "UNKNOWN");
	KUNIT_EXPECT_STREQ(test, jvpn_fsm_event_name(255), "UNKNOWN");
	for (i = 1; i < __JVPN_FSM_EVENT_MAX; i++)
		for (k = 1; k < i; k++)
			KUNIT_EXPECT_NE(test, 0, strcmp(jvpn_fsm_event_name(i),
							jvpn_fsm_event_name(k)));
}

static void reasons(struct kunit *test)
{
	int i;

	for (i = 1; i < __JVPN_FSM_EVENT_MAX; i++)
		KUNIT_EXPECT_NE(test, jvpn_fsm_reason(i), JVPN_REASON_NONE);
	KUNIT_EXPECT_EQ(test, jvpn_fsm_reason(JVPN_FSM_HANDSHAKE_DONE),
			JVPN_REASON_HANDSHAKE_OK);
	KUNIT_EXPECT_EQ(test, jvpn_fsm_reason(JVPN_FSM_KEYS_REFUSED),
			JVPN_REASON_KEY_EXPIRED);
	KUNIT_EXPECT_EQ(test, jvpn_fsm_reason(0), JVPN_REASON_NONE);
	KUNIT_EXPECT_EQ(test, jvpn_fsm_reason(__JVPN_FSM_EVENT_MAX),
			JVPN_REASON_NONE);
}

static struct kunit_case fsm_cases[] = {
	KUNIT_CASE(every_pair),
	KUNIT_CASE(every_event_does_something),
	KUNIT_CASE(never_to_itself),
	KUNIT_CASE(terminated_is_absorbing),
	KUNIT_CASE(out_of_range),
	KUNIT_CASE(random_walks),
	KUNIT_CASE(names),
	KUNIT_CASE(reasons),
	{ }
};

static struct kunit_suite fsm_suite = {
	.name = "jvpn_fsm",
	.test_cases = fsm_cases,
};

kunit_test_suite(fsm_suite);
