// SPDX-License-Identifier: GPL-2.0
/* Choice of a path: filters, ranking, hysteresis, budget; and that it is a function. */

#include <kunit/test.h>

#include "random.h"
#include "../select.h"

#ifndef JVPN_TEST_LINKED
#include "../select.c"
#endif

#define MS JVPN_NS_PER_MS
#define SEC JVPN_NS_PER_S
#define NONE JVPN_PATH_NONE

static struct jvpn_policy policy;
static struct jvpn_select_path paths[JVPN_MAX_PATHS];
static struct jvpn_select_result result;
static const u64 now = 1000 * SEC;

/* So many equal, good paths: class 10, 20 ms, no loss, up for 100 s. */
static void good(unsigned int count)
{
	unsigned int i;

	jvpn_policy_default(&policy);
	memset(paths, 0, sizeof(paths));
	for (i = 0; i < count; i++)
		paths[i] = (struct jvpn_select_path) {
			.path_id = i,
			.priority = 10,
			.alive = true,
			.validated = true,
			.srtt_us = 20000,
			.since_ns = now - 100 * SEC,
		};
}

static void expect(struct kunit *test, unsigned int count, u8 active,
		   u8 verdict, u8 best)
{
	memset(&result, 0xaa, sizeof(result));
	jvpn_select(&policy, now, paths, count, active, &result);
	KUNIT_EXPECT_EQ(test, result.verdict, verdict);
	KUNIT_EXPECT_EQ(test, result.best, best);
	KUNIT_EXPECT_EQ(test, result.count, count);
}

static void nothing_to_choose(struct kunit *test)
{
	good(1);
	expect(test, 0, NONE, JVPN_SELECT_NONE, NONE);
	expect(test, 1, 0, JVPN_SELECT_STAY, NONE);
	expect(test, 1, NONE, JVPN_SELECT_MOVE, 0);
	KUNIT_EXPECT_EQ(test, result.preferred, NONE);
}

/* What drops a candidate, one by one; the active path has heavy loss, but lives. */
static void filters(struct kunit *test)
{
	good(2);
	paths[0].loss_permille = 150;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
	KUNIT_EXPECT_EQ(test, result.score[0].path_id, 1);
	KUNIT_EXPECT_EQ(test, result.score[0].fit, JVPN_FIT);

	paths[1].blocked = true;
	expect(test, 2, 0, JVPN_SELECT_STAY, NONE);
	KUNIT_EXPECT_EQ(test, result.score[1].fit, JVPN_FIT_BLOCKED);
	paths[1].blocked = false;

	paths[1].alive = false;
	expect(test, 2, 0, JVPN_SELECT_STAY, NONE);
	KUNIT_EXPECT_EQ(test, result.score[1].fit, JVPN_FIT_DOWN);
	KUNIT_EXPECT_EQ(test, result.score[1].stable_ns, 0);
	paths[1].alive = true;

	paths[1].validated = false;
	expect(test, 2, 0, JVPN_SELECT_STAY, NONE);
	KUNIT_EXPECT_EQ(test, result.score[1].fit, JVPN_FIT_UNVALIDATED);
	paths[1].validated = true;

	paths[1].failed_ns = now - 1500 * MS + 1;
	expect(test, 2, 0, JVPN_SELECT_STAY, NONE);
	KUNIT_EXPECT_EQ(test, result.score[1].fit, JVPN_FIT_COOLING);
	paths[1].failed_ns = now - 1500 * MS;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);

	paths[0].loss_permille = 500;
	paths[1].loss_permille = 200;
	expect(test, 2, 0, JVPN_SELECT_STAY, NONE);
	KUNIT_EXPECT_EQ(test, result.score[0].fit, JVPN_FIT_VIOLATES);
	paths[1].loss_permille = 199;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
	paths[1].violation = JVPN_REASON_LATENCY_THRESHOLD_EXCEEDED;
	expect(test, 2, 0, JVPN_SELECT_STAY, NONE);
}

/* Class, loss in steps of 20, round trip, time stable, id: in this order. */
static void ranking(struct kunit *test)
{
	unsigned int i;

	good(6);
	paths[0].srtt_us = 0;			/* unknown: last of its loss */
	paths[1].priority = 11;
	paths[1].srtt_us = 1;
	paths[2].loss_permille = 20;
	paths[2].srtt_us = 1;
	paths[3].loss_permille = 19;
	paths[3].srtt_us = 19999;
	paths[4].since_ns--;
	expect(test, 6, NONE, JVPN_SELECT_MOVE, 3);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, result.score[i].path_id,
				((const u8[]){ 3, 4, 5, 0, 2, 1 })[i]);
	KUNIT_EXPECT_EQ(test, result.score[0].loss_permille, 19);
	KUNIT_EXPECT_EQ(test, result.score[0].srtt_us, 19999);
	KUNIT_EXPECT_EQ(test, result.score[1].stable_ns, 100 * SEC + 1);
	KUNIT_EXPECT_EQ(test, result.score[5].priority, 11);

	/* A tie goes to the lower id, whatever the order they come in. */
	good(8);
	for (i = 0; i < 8; i++)
		paths[i].path_id = 7 - i;
	expect(test, 8, NONE, JVPN_SELECT_MOVE, 0);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, result.score[i].path_id, i);
	/* A clock that was read before counts as no time. */
	paths[0].since_ns = now + 5;
	expect(test, 8, NONE, JVPN_SELECT_MOVE, 0);
	KUNIT_EXPECT_EQ(test, result.score[7].stable_ns, 0);
	KUNIT_EXPECT_EQ(test, result.score[7].path_id, 7);
}

static void hysteresis(struct kunit *test)
{
	/* 20 ms by 1.1: up to 22 ms it stays. */
	good(2);
	paths[0].srtt_us = 21999;
	expect(test, 2, 0, JVPN_SELECT_STAY, 1);
	paths[0].srtt_us = 22000;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
	policy.switch_improvement = 5000;
	expect(test, 2, 0, JVPN_SELECT_STAY, 1);
	paths[0].srtt_us = 100000;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);

	/* A loss step decides before any round trip. */
	good(2);
	paths[0].srtt_us = 1000;
	paths[0].loss_permille = 20;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
	paths[1].loss_permille = 20;
	expect(test, 2, 0, JVPN_SELECT_STAY, 1);
	paths[1].loss_permille = 40;
	paths[0].srtt_us = 1000000;
	expect(test, 2, 0, JVPN_SELECT_STAY, 1);
	/* What was not measured is not faster. */
	paths[1].loss_permille = 20;
	paths[1].srtt_us = 0;
	expect(test, 2, 0, JVPN_SELECT_STAY, 1);

	/* The largest figures there are do not overflow. */
	good(2);
	policy.switch_improvement = 5000;
	paths[0].srtt_us = U32_MAX;
	paths[1].srtt_us = U32_MAX;
	expect(test, 2, 0, JVPN_SELECT_STAY, 1);
	paths[1].srtt_us = U32_MAX / 5;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
}

static void classes(struct kunit *test)
{
	/* A better class is better, however slow. */
	good(2);
	paths[1].priority = 9;
	paths[1].srtt_us = 900000;
	paths[1].loss_permille = 199;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
	/* A worse one is not, however fast, while the active path keeps the policy. */
	paths[1].priority = 11;
	paths[1].srtt_us = 1;
	paths[1].loss_permille = 0;
	paths[0].loss_permille = 199;
	expect(test, 2, 0, JVPN_SELECT_STAY, 1);
	paths[0].loss_permille = 200;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
	/* A round trip that violates: the other one must still be faster. */
	paths[0].loss_permille = 0;
	paths[0].violation = JVPN_REASON_LATENCY_THRESHOLD_EXCEEDED;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
	paths[1].srtt_us = 20000;
	expect(test, 2, 0, JVPN_SELECT_STAY, 1);
	/* That it also failed a moment ago does not make it better. */
	paths[0].failed_ns = now - 1;
	paths[1].srtt_us = 1;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);

	/* The best candidate is not worth it, a lower one is: loss before class. */
	good(3);
	paths[0].loss_permille = 300;
	paths[1].loss_permille = 10;
	paths[2].priority = 11;
	expect(test, 3, 0, JVPN_SELECT_MOVE, 1);
}

/* Without a living path: any that lives, in the order of fitness. */
static void no_living_path(struct kunit *test)
{
	unsigned int i;

	good(6);
	paths[0].alive = false;
	paths[1].blocked = true;
	paths[2].validated = false;
	paths[3].failed_ns = now - 1;
	paths[4].loss_permille = 900;
	expect(test, 6, 0, JVPN_SELECT_MOVE, 5);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, result.score[i].path_id,
				((const u8[]){ 5, 4, 3, 2, 0, 1 })[i]);
	paths[5].alive = false;
	expect(test, 6, 0, JVPN_SELECT_MOVE, 4);
	paths[4].alive = false;
	expect(test, 6, NONE, JVPN_SELECT_MOVE, 3);
	paths[3].alive = false;
	expect(test, 6, 7, JVPN_SELECT_MOVE, 2);
	paths[2].alive = false;
	expect(test, 6, 0, JVPN_SELECT_NONE, NONE);
	KUNIT_EXPECT_EQ(test, result.score[0].path_id, 0);
	/* An active path that is blocked is none. */
	good(2);
	paths[0].blocked = true;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
}

static void failback(struct kunit *test)
{
	good(3);
	paths[1].priority = 9;
	paths[1].since_ns = now - 30 * SEC + 1;
	expect(test, 3, 0, JVPN_SELECT_MOVE, 1);
	KUNIT_EXPECT_EQ(test, result.preferred, NONE);
	paths[1].since_ns--;
	expect(test, 3, 0, JVPN_SELECT_MOVE, 1);
	KUNIT_EXPECT_EQ(test, result.preferred, 1);
	policy.failback = 0;
	expect(test, 3, 0, JVPN_SELECT_MOVE, 1);
	KUNIT_EXPECT_EQ(test, result.preferred, NONE);
	policy.failback = 1;
	paths[1].validated = false;
	expect(test, 3, 0, JVPN_SELECT_STAY, 2);
	KUNIT_EXPECT_EQ(test, result.preferred, NONE);
	/* The first that held long enough, not the first. */
	paths[1].validated = true;
	paths[1].since_ns = now;
	paths[2].priority = 9;
	expect(test, 3, 0, JVPN_SELECT_MOVE, 2);
	KUNIT_EXPECT_EQ(test, result.preferred, 2);
	paths[2].since_ns = now;
	expect(test, 3, 0, JVPN_SELECT_MOVE, 1);
	KUNIT_EXPECT_EQ(test, result.preferred, NONE);
	/* All are fit and of better classes but the active one itself. */
	good(1);
	expect(test, 1, 0, JVPN_SELECT_STAY, NONE);
	/* Every path of a better class, none held long enough: the list ends. */
	good(2);
	paths[0].violation = JVPN_REASON_LATENCY_THRESHOLD_EXCEEDED;
	paths[1].priority = 9;
	paths[1].since_ns = now;
	expect(test, 2, 0, JVPN_SELECT_MOVE, 1);
	KUNIT_EXPECT_EQ(test, result.preferred, NONE);
}

static void random_paths(struct test_random *r, unsigned int count)
{
	unsigned int i;

	good(count);
	for (i = 0; i < count; i++) {
		struct jvpn_select_path *p = &paths[i];

		p->priority = test_random_below(r, 3);
		p->alive = test_random_below(r, 4);
		p->validated = test_random_below(r, 4);
		p->blocked = !test_random_below(r, 6);
		p->violation = test_random_below(r, 8) ? 0 :
			       JVPN_REASON_JITTER_THRESHOLD_EXCEEDED;
		p->loss_permille = test_random_below(r, 300);
		p->srtt_us = test_random_below(r, 4) * 10000;
		p->since_ns = now - test_random_below(r, 60) * SEC;
		p->failed_ns = test_random_below(r, 2) *
			       (now - test_random_below(r, 3000) * MS);
	}
}

static void shuffle(struct test_random *r, unsigned int count)
{
	struct jvpn_select_path t;
	unsigned int i, k;

	for (i = count - 1; i; i--) {
		k = test_random_below(r, i + 1);
		t = paths[i];
		paths[i] = paths[k];
		paths[k] = t;
	}
}

static bool same(const struct jvpn_select_result *a,
		 const struct jvpn_select_result *b)
{
	const struct jvpn_select_score *s, *t;
	unsigned int i;

	for (i = 0; i < a->count; i++) {
		s = &a->score[i];
		t = &b->score[i];
		if (s->path_id != t->path_id || s->fit != t->fit ||
		    s->priority != t->priority || s->violates != t->violates ||
		    s->loss_permille != t->loss_permille ||
		    s->srtt_us != t->srtt_us || s->stable_ns != t->stable_ns)
			return false;
	}
	return a->verdict == b->verdict && a->best == b->best &&
	       a->preferred == b->preferred && a->count == b->count;
}

/*
 * The same paths a hundred times, in whatever order: the same result. A move is
 * never to a path that is worse by its own numbers, and there is no way back at once.
 */
static void replay(struct kunit *test)
{
	struct test_random r = { .state = 12 };
	struct jvpn_select_result first;
	const struct jvpn_select_score *from, *to;
	unsigned int round, i, count, moves = 0, stays = 0, none = 0;
	u8 active;

	for (round = 0; round < 3000; round++) {
		count = 1 + test_random_below(&r, 8);
		random_paths(&r, count);
		active = test_random_below(&r, count + 1);
		if (active == count)
			active = NONE;
		jvpn_select(&policy, now, paths, count, active, &first);
		for (i = 0; i < 100; i++) {
			shuffle(&r, count);
			jvpn_select(&policy, now, paths, count, active, &result);
			KUNIT_EXPECT_TRUE(test, same(&first, &result));
		}
		stays += first.verdict == JVPN_SELECT_STAY;
		none += first.verdict == JVPN_SELECT_NONE;
		if (first.verdict != JVPN_SELECT_MOVE)
			continue;
		moves++;
		from = NULL;
		to = NULL;
		for (i = 0; i < count; i++) {
			if (first.score[i].path_id == active)
				from = &first.score[i];
			if (first.score[i].path_id == first.best)
				to = &first.score[i];
		}
		KUNIT_ASSERT_TRUE(test, to);
		KUNIT_EXPECT_LT(test, to->fit, JVPN_FIT_DOWN);
		if (!from || from->fit >= JVPN_FIT_DOWN)
			continue;
		KUNIT_EXPECT_EQ(test, to->fit, JVPN_FIT);
		KUNIT_EXPECT_TRUE(test, to->priority < from->priority ||
				  to->loss_permille / 20 < from->loss_permille / 20 ||
				  to->srtt_us < from->srtt_us);
		jvpn_select(&policy, now, paths, count, first.best, &result);
		if (result.verdict == JVPN_SELECT_MOVE)
			KUNIT_EXPECT_NE(test, result.best, active);
	}
	KUNIT_EXPECT_GT(test, moves, 500);
	KUNIT_EXPECT_GT(test, stays, 300);
	KUNIT_EXPECT_GT(test, none, 100);
}

static void cooldown(struct kunit *test)
{
	struct jvpn_moves m = { };
	u64 retry = 0;

	jvpn_policy_default(&policy);
	KUNIT_EXPECT_EQ(test, jvpn_moves_allowed(&m, &policy, now, &retry), 0);
	jvpn_moves_record(&m, &policy, true, now);
	KUNIT_EXPECT_EQ(test, jvpn_moves_allowed(&m, &policy, now + 1500 * MS - 1,
						 &retry),
			JVPN_REASON_COOLDOWN_ACTIVE);
	KUNIT_EXPECT_EQ(test, retry, now + 1500 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_moves_allowed(&m, &policy, retry, &retry), 0);
	/* A forced move cools down as well: not back at once. */
	jvpn_moves_record(&m, &policy, false, now + 10 * SEC);
	KUNIT_EXPECT_EQ(test, jvpn_moves_allowed(&m, &policy, now + 11 * SEC,
						 &retry),
			JVPN_REASON_COOLDOWN_ACTIVE);
	policy.switch_cooldown = 0;
	KUNIT_EXPECT_EQ(test, jvpn_moves_allowed(&m, &policy, now + 10 * SEC,
						 &retry), 0);
}

/* As many as are allowed within any minute, no more and, up to 16, no fewer. */
static void budget(struct kunit *test)
{
	static const u32 limits[] = { 1, 2, 8, 15, 16, 17, 40, 100, 600 };
	static u64 made[5000];
	unsigned int i, n, oldest, within;
	struct jvpn_moves m;
	u64 t, retry, step;

	jvpn_policy_default(&policy);
	policy.switch_cooldown = 0;
	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		policy.max_switches_per_min = limits[i];
		memset(&m, 0, sizeof(m));
		n = 0;
		oldest = 0;
		step = 60 * SEC / limits[i] / 7 + 1;
		for (t = now; t < now + 300 * SEC; t += step) {
			while (oldest < n && made[oldest] + 60 * SEC <= t)
				oldest++;
			within = n - oldest;
			if (jvpn_moves_allowed(&m, &policy, t, &retry)) {
				KUNIT_EXPECT_GT(test, retry, t);
				if (limits[i] <= 16) {
					KUNIT_EXPECT_EQ(test, within, limits[i]);
					KUNIT_EXPECT_EQ(test, retry,
							made[oldest] + 60 * SEC);
				}
				continue;
			}
			KUNIT_EXPECT_LT(test, within, limits[i]);
			jvpn_moves_record(&m, &policy, true, t);
			made[n++] = t;
		}
		KUNIT_EXPECT_LE(test, n, limits[i] * 5);
		KUNIT_EXPECT_GE(test, n + (limits[i] > 16 ? limits[i] : 0),
				limits[i] * 5 - limits[i] / 2);
	}
}

/* A minute is over after a minute, not later. */
static void budget_edge(struct kunit *test)
{
	struct jvpn_moves m = { };
	u64 retry;

	jvpn_policy_default(&policy);
	policy.switch_cooldown = 0;
	policy.max_switches_per_min = 1;
	jvpn_moves_record(&m, &policy, true, now);
	KUNIT_EXPECT_EQ(test, JVPN_REASON_SWITCH_RATE_LIMITED,
			jvpn_moves_allowed(&m, &policy, now + 60 * SEC - 1, &retry));
	KUNIT_EXPECT_EQ(test, retry, now + 60 * SEC);
	KUNIT_EXPECT_EQ(test, 0,
			jvpn_moves_allowed(&m, &policy, now + 60 * SEC, &retry));
}

/* The limit may change while the log is in use: none that counts is forgotten. */
static void budget_changes(struct kunit *test)
{
	struct jvpn_moves m = { };
	u64 retry, t = now;
	unsigned int i;

	jvpn_policy_default(&policy);
	policy.switch_cooldown = 0;
	policy.max_switches_per_min = 16;
	for (i = 0; i < 16; i++)
		jvpn_moves_record(&m, &policy, true, t++);
	KUNIT_EXPECT_EQ(test, jvpn_moves_allowed(&m, &policy, t, &retry),
			JVPN_REASON_SWITCH_RATE_LIMITED);
	policy.max_switches_per_min = 200;
	for (i = 16; i < 200; i++) {
		KUNIT_EXPECT_EQ(test, 0,
				jvpn_moves_allowed(&m, &policy, t, &retry));
		jvpn_moves_record(&m, &policy, true, t++);
	}
	KUNIT_EXPECT_EQ(test, jvpn_moves_allowed(&m, &policy, t, &retry),
			JVPN_REASON_SWITCH_RATE_LIMITED);
	KUNIT_EXPECT_EQ(test, retry, now + 60 * SEC);
	policy.max_switches_per_min = 8;
	KUNIT_EXPECT_EQ(test, jvpn_moves_allowed(&m, &policy, t, &retry),
			JVPN_REASON_SWITCH_RATE_LIMITED);
	KUNIT_EXPECT_EQ(test, 0, jvpn_moves_allowed(&m, &policy, t + 60 * SEC,
						    &retry));
}

/* Without a living path none is refused; from the ninth in a minute they wait. */
static void forced(struct kunit *test)
{
	static const u32 wait_ms[] = { 100, 200, 400, 800, 1600, 2000, 2000, 2000,
				       2000, 2000, 2000, 2000, 2000, 2000 };
	struct jvpn_moves m = { };
	u64 t = now, retry;
	unsigned int i;

	jvpn_policy_default(&policy);
	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_EQ(test, jvpn_moves_forced_ns(&m, t), t);
		jvpn_moves_record(&m, &policy, false, t);
		t += 10 * MS;
	}
	for (i = 0; i < ARRAY_SIZE(wait_ms); i++) {
		KUNIT_EXPECT_EQ(test, jvpn_moves_forced_ns(&m, t),
				t - 10 * MS + wait_ms[i] * MS);
		t = jvpn_moves_forced_ns(&m, t);
		KUNIT_EXPECT_EQ(test, jvpn_moves_forced_ns(&m, t), t);
		jvpn_moves_record(&m, &policy, false, t);
		t += 10 * MS;
	}
	/* They do not use up the budget of the others, and are forgotten. */
	KUNIT_EXPECT_EQ(test, jvpn_moves_allowed(&m, &policy, t + 2 * SEC, &retry), 0);
	t += 60 * SEC;
	KUNIT_EXPECT_EQ(test, jvpn_moves_forced_ns(&m, t), t);
}

static struct kunit_case select_cases[] = {
	KUNIT_CASE(nothing_to_choose),
	KUNIT_CASE(filters),
	KUNIT_CASE(ranking),
	KUNIT_CASE(hysteresis),
	KUNIT_CASE(classes),
	KUNIT_CASE(no_living_path),
	KUNIT_CASE(failback),
	KUNIT_CASE(replay),
	KUNIT_CASE(cooldown),
	KUNIT_CASE(budget),
	KUNIT_CASE(budget_edge),
	KUNIT_CASE(budget_changes),
	KUNIT_CASE(forced),
	{ }
};

static struct kunit_suite select_suite = {
	.name = "jvpn_select",
	.test_cases = select_cases,
};

kunit_test_suite(select_suite);
