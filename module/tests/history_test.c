// SPDX-License-Identifier: GPL-2.0
/* The history of a session: nothing changes in it, and what had to go is said. */

#include <kunit/test.h>

#include "random.h"
#include "../history.h"

#ifndef JVPN_TEST_LINKED
#include "../history.c"
#endif

#define EVENTS	4000

static struct jvpn_history history;
static struct jvpn_event all[EVENTS];	/* all that were put, by number - 1 */
static unsigned int count;

static void fresh(void)
{
	memset(&history, 0, sizeof(history));
	memset(all, 0, sizeof(all));
	count = 0;
}

/* The next event, as its session's last one leaves off. */
static struct jvpn_event *next_event(u8 type, u16 reason)
{
	const struct jvpn_event *last = count ? &all[count - 1] : NULL;
	struct jvpn_event *event = &all[count++];

	event->seq = count;
	event->type = type;
	event->reason = reason;
	event->boot_ns = last ? last->boot_ns + 123456789 : 987654321012345ULL;
	event->wall_ns = 1800000000 * JVPN_NS_PER_S + event->boot_ns;
	event->version = last ? last->version : 0;
	event->epoch = last ? last->epoch : 0;
	event->role = JVPN_ROLE_INITIATOR;
	event->state_before = last ? last->state_after : JVPN_STATE_BIRTH;
	event->state_after = event->state_before;
	event->path_from = JVPN_PATH_NONE;
	event->path_to = JVPN_PATH_NONE;
	memset(event->session_id, 0x51, sizeof(event->session_id));
	memset(event->lineage, 0x10 + event->epoch, sizeof(event->lineage));
	return event;
}

static void transition(u8 fsm_event, u8 state, u16 reason)
{
	struct jvpn_event *event = next_event(JVPN_EVENT_STATE_CHANGE, reason);

	event->fsm_event = fsm_event;
	event->state_after = state;
	event->version++;
	jvpn_history_put(&history, event);
}

static void other(u8 type, u16 reason, u32 reports)
{
	struct jvpn_event *event = next_event(type, reason);

	event->count = reports;
	jvpn_history_put(&history, event);
}

static void address(struct jvpn_addr *addr, u8 family, u8 last)
{
	addr->family = family;
	addr->port = 51820;
	memset(addr->addr, 0xa5, family == 4 ? 4 : 16);
	addr->addr[3] = last;
}

/* A path dies, and the session goes to another: what a history is for. */
static void a_move(u8 family)
{
	struct jvpn_event *event = next_event(JVPN_EVENT_STATE_CHANGE, JVPN_REASON_NO_DELIVERY);

	event->state_after = JVPN_STATE_RECOVERING;
	event->version++;
	event->path_from = count & 1;
	address(&event->local_from, family, 1);
	address(&event->remote_from, family, 2);
	event->srtt_us = 20123;
	event->rttvar_us = 2345;
	event->jitter_us = 3456;
	event->probes = 3;
	event->silence_us = 151234;
	event->outage_us = 1;
	jvpn_history_put(&history, event);

	event = next_event(JVPN_EVENT_SWITCH, JVPN_REASON_NO_DELIVERY);
	event->epoch++;
	memcpy(event->lineage_before, event->lineage, sizeof(event->lineage));
	memset(event->lineage, 0x10 + event->epoch, sizeof(event->lineage));
	event->path_from = count & 1;
	event->path_to = !event->path_from;
	address(&event->remote_from, family, 2);
	address(&event->local_to, family, 3);
	address(&event->remote_to, family, 4);
	event->outage_us = 41234;
	event->srtt_to_us = 30123;
	jvpn_history_put(&history, event);

	transition(0, JVPN_STATE_ATTACHED, JVPN_REASON_TRANSPORT_SWITCH_OK);
}

/*
 * Whatever is in the history is what was put, in order, the newest of all among
 * it; the transitions are all from one number on; what is not there is counted.
 * Returns how many are there.
 */
static unsigned int check_history(struct kunit *test)
{
	u64 transitions = 0, others = 0, lost = 0, lost_others = 0, lost_seq = 0, seq = 0;
	unsigned int i, kept = 0;
	struct jvpn_event event;

	for (i = 0; i < count; i++) {
		bool there = jvpn_history_read(&history, seq + 1, &event) &&
			     event.seq == all[i].seq;
		u32 reports = max(all[i].count, 1U);

		if (there) {
			KUNIT_ASSERT_EQ(test, memcmp(&event, &all[i], sizeof(event)), 0);
			seq = event.seq;
			kept++;
		}
		if (jvpn_event_is_transition(&all[i])) {
			transitions++;
			lost += !there;
			if (!there)
				lost_seq = all[i].seq;
			else
				KUNIT_EXPECT_GT(test, all[i].seq, history.lost_seq);
		} else {
			others += reports;
			lost_others += there ? 0 : reports;
		}
	}
	KUNIT_EXPECT_EQ(test, seq, count);
	KUNIT_EXPECT_FALSE(test, jvpn_history_read(&history, seq + 1, &event));
	KUNIT_EXPECT_EQ(test, history.lost, lost);
	KUNIT_EXPECT_EQ(test, history.lost_seq, lost_seq);
	KUNIT_EXPECT_EQ(test, history.lost_others, lost_others);
	KUNIT_EXPECT_LE(test, history.used, JVPN_HISTORY_BYTES);
	return kept;
}

static void empty(struct kunit *test)
{
	struct jvpn_event event;

	fresh();
	KUNIT_EXPECT_FALSE(test, jvpn_history_read(&history, 0, &event));
	KUNIT_EXPECT_EQ(test, check_history(test), 0);
}

/* The largest record there can be is the same when it is read. */
static void extremes(struct kunit *test)
{
	struct jvpn_event *event;
	unsigned int i;

	fresh();
	for (i = 0; i < 3; i++) {
		event = &all[count++];
		/* As far from nothing as a number can be, in either direction. */
		memset(event, i == 1 ? 0 : 0x80, offsetof(struct jvpn_event, lineage) +
						 sizeof(event->lineage));
		memset(event->peer, 0, sizeof(event->peer));
		event->seq = count;
		event->type = JVPN_EVENT_SWITCH;
		if (i != 1) {
			address(&event->local_from, 6, 0xfe);
			address(&event->remote_from, i ? 4 : 6, 0xfd);
			address(&event->local_to, 6, 0xfc);
			address(&event->remote_to, i ? 4 : 6, 0xfb);
			event->remote_to.port = 0xffff;
		}
		jvpn_history_put(&history, event);
		check_history(test);
	}
}

/* No field of it is as expected, and each takes as much room as it can. */
static void longest(struct kunit *test)
{
	struct jvpn_event event, event_read;

	fresh();
	memset(&event, 0, sizeof(event));
	memset(&event, 0x80, offsetof(struct jvpn_event, lineage) + sizeof(event.lineage));
	memset(event.peer, 0, sizeof(event.peer));
	event.wall_ns = 0;
	event.type = JVPN_EVENT_SWITCH;
	address(&event.local_from, 6, 0xfe);
	address(&event.remote_from, 6, 0xfd);
	address(&event.local_to, 6, 0xfc);
	address(&event.remote_to, 6, 0xfb);
	event.local_from.port = 0xffff;
	event.remote_from.port = 0xffff;
	event.local_to.port = 0xffff;
	event.remote_to.port = 0xffff;
	jvpn_history_put(&history, &event);
	KUNIT_ASSERT_TRUE(test, jvpn_history_read(&history, 1, &event_read));
	KUNIT_EXPECT_EQ(test, memcmp(&event_read, &event, sizeof(event)), 0);
}

/* Three moves and how the session began; with IPv6, two. */
static void typical(struct kunit *test)
{
	static const u8 families[] = { 4, 6 };
	static const unsigned int least[] = { 10, 7 };
	unsigned int f, i;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		fresh();
		transition(1, JVPN_STATE_ATTACHED, JVPN_REASON_HANDSHAKE_OK);
		for (i = 0; i < 3; i++)
			a_move(families[f]);
		KUNIT_EXPECT_GE(test, check_history(test), least[f]);
		for (i = 0; i < 50; i++)
			a_move(families[f]);
		KUNIT_EXPECT_GE(test, check_history(test), least[f]);
		KUNIT_EXPECT_GT(test, history.lost, 0);
	}
}

static void from_a_number(struct kunit *test)
{
	struct jvpn_event event;

	fresh();
	transition(1, JVPN_STATE_ATTACHED, JVPN_REASON_HANDSHAKE_OK);
	count += 9;	/* of other sessions */
	all[9].state_after = JVPN_STATE_ATTACHED;
	transition(2, JVPN_STATE_VOLATILE, JVPN_REASON_LOSS_THRESHOLD_EXCEEDED);
	KUNIT_EXPECT_TRUE(test, jvpn_history_read(&history, 0, &event));
	KUNIT_EXPECT_EQ(test, event.seq, 1);
	KUNIT_EXPECT_TRUE(test, jvpn_history_read(&history, 2, &event));
	KUNIT_EXPECT_EQ(test, event.seq, 11);
	KUNIT_EXPECT_TRUE(test, jvpn_history_read(&history, 11, &event));
	KUNIT_EXPECT_EQ(test, event.seq, 11);
	KUNIT_EXPECT_FALSE(test, jvpn_history_read(&history, 12, &event));
}

/* However much is refused, and for however many reasons: no transition goes. */
static void refusals_flood(struct kunit *test)
{
	unsigned int i;

	fresh();
	transition(1, JVPN_STATE_ATTACHED, JVPN_REASON_HANDSHAKE_OK);
	a_move(4);
	a_move(4);
	for (i = 0; i < 1000; i++)
		other(i & 1 ? JVPN_EVENT_REATTACH_REFUSED : JVPN_EVENT_SECURITY,
		      JVPN_REASON_FRESHNESS_INVALID + i % 9, i % 3);
	check_history(test);
	KUNIT_EXPECT_EQ(test, history.lost, 0);
	KUNIT_EXPECT_GT(test, history.lost_others, 900);
}

/* Among many transitions there is room for what explains the newest of them. */
static void transitions_flood(struct kunit *test)
{
	struct jvpn_event event;
	unsigned int i;

	fresh();
	other(JVPN_EVENT_KEYS, JVPN_REASON_KEY_ROTATED, 0);
	for (i = 0; i < 100; i++) {
		transition(2, JVPN_STATE_VOLATILE, JVPN_REASON_LOSS_THRESHOLD_EXCEEDED);
		transition(5, JVPN_STATE_ATTACHED, JVPN_REASON_HEALTH_RECOVERED);
	}
	other(JVPN_EVENT_SWITCH_DENIED, JVPN_REASON_COOLDOWN_ACTIVE, 0);
	transition(2, JVPN_STATE_VOLATILE, JVPN_REASON_LOSS_THRESHOLD_EXCEEDED);
	check_history(test);
	KUNIT_EXPECT_EQ(test, history.lost_others, 1);
	KUNIT_EXPECT_TRUE(test, jvpn_history_read(&history, count - 1, &event));
	KUNIT_EXPECT_EQ(test, event.type, JVPN_EVENT_SWITCH_DENIED);
}

/* Nothing but refusals: they have no more than their share, and the newest is there. */
static void nothing_else(struct kunit *test)
{
	unsigned int i;

	fresh();
	for (i = 0; i < 100; i++) {
		other(JVPN_EVENT_SECURITY, JVPN_REASON_SEC_FLOOD, 1000);
		check_history(test);
	}
}

static void random_addr(struct test_random *r, struct jvpn_addr *addr)
{
	static const u8 families[] = { 0, 4, 6 };
	u8 family = families[test_random_below(r, 3)];

	if (!family)
		return;
	address(addr, family, test_random(r));
	addr->port = test_random(r);
}

/* A number of any length. */
static u64 random_number(struct test_random *r)
{
	u32 bits = test_random_below(r, 65);

	return bits ? test_random(r) >> (64 - bits) : 0;
}

static void random_event(struct test_random *r)
{
	bool full = test_random_below(r, 4);
	struct jvpn_event *event;

	event = next_event(1 + test_random_below(r, JVPN_EVENT_MAX), random_number(r));
	event->count = test_random_below(r, 3);
	event->state_after = test_random_below(r, 5) ? event->state_before : test_random(r);
	if (!full)
		goto put;
	event->boot_ns = random_number(r);
	event->wall_ns = random_number(r);
	event->version = random_number(r);
	event->epoch = random_number(r);
	event->policy_version = random_number(r);
	event->outage_us = random_number(r);
	event->silence_us = random_number(r);
	event->srtt_us = random_number(r);
	event->rttvar_us = random_number(r);
	event->loss_permille = random_number(r);
	event->jitter_us = random_number(r);
	event->srtt_to_us = random_number(r);
	event->loss_to_permille = random_number(r);
	event->retry_ms = test_random_below(r, 3);
	event->priority = test_random_below(r, 2);
	event->priority_to = random_number(r);
	event->probes = random_number(r);
	event->queued = random_number(r);
	event->dropped = random_number(r);
	event->fsm_event = random_number(r);
	event->role = random_number(r);
	event->state_before = random_number(r);
	event->path_from = random_number(r);
	event->path_to = random_number(r);
	memset(event->session_id, test_random_below(r, 3), sizeof(event->session_id));
	memset(event->lineage_before, test_random_below(r, 3), sizeof(event->lineage_before));
	memset(event->lineage, test_random_below(r, 3), sizeof(event->lineage));
	random_addr(r, &event->local_from);
	random_addr(r, &event->remote_from);
	random_addr(r, &event->local_to);
	random_addr(r, &event->remote_to);
put:
	jvpn_history_put(&history, event);
}

static void anything(struct kunit *test)
{
	struct test_random r = { .state = 5 };
	unsigned int i;

	fresh();
	for (i = 0; i < EVENTS; i++) {
		random_event(&r);
		if (i < 500 || i % 100 == 0)
			check_history(test);
	}
	check_history(test);
}

static struct kunit_case history_cases[] = {
	KUNIT_CASE(empty),
	KUNIT_CASE(extremes),
	KUNIT_CASE(longest),
	KUNIT_CASE(typical),
	KUNIT_CASE(from_a_number),
	KUNIT_CASE(refusals_flood),
	KUNIT_CASE(transitions_flood),
	KUNIT_CASE(nothing_else),
	KUNIT_CASE(anything),
	{ }
};

static struct kunit_suite history_suite = {
	.name = "jvpn_history",
	.test_cases = history_cases,
};

kunit_test_suite(history_suite);
