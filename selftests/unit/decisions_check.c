// SPDX-License-Identifier: GPL-2.0
/*
 * Health, ranking and the bounds on moves together: a trace of three paths is
 * replayed, and what is decided is written down. The same trace and policy must
 * lead to the same decisions, a hundred times; and no decision may be against
 * the policy's own numbers.
 */
#include <kunit/test.h>

#include <stdlib.h>

#include "health.h"
#include "select.h"
#include "tests/random.h"

#define MS		JVPN_NS_PER_MS
#define SEC		JVPN_NS_PER_S
#define PATHS		3
#define TRACE_MS	90000
#define SLOT_MS		20
#define STEP_MS		2
#define SLOTS		(TRACE_MS / SLOT_MS)
#define REPLAYS		100
#define PENDING		64

/* What a path does to a heartbeat, or packet, that leaves in this slot. */
struct slot {
	u16 rtt_ms;
	bool lost;
};

struct trace {
	struct slot slot[PATHS][SLOTS];
};

enum decision_kind { BEAT, DEATH, REVIVAL, MOVE, DENIED };

struct decision {
	u64 at_ns;
	u8 kind;
	u8 from, to;
	u16 reason;
	u32 number;
};

struct record {
	struct decision *decision;
	unsigned int count, room;
	unsigned int of_kind[DENIED + 1];
};

/* An answer that is under way. */
struct pending {
	u64 at_ns;
	struct jvpn_heartbeat hb;
};

struct replay {
	struct kunit *test;
	const struct jvpn_policy *policy;
	const struct trace *trace;
	struct record *record;
	u64 now_ns;
	u8 active;
	u8 priority[PATHS];
	u64 failed_ns[PATHS];
	u64 poll_ns[PATHS];
	struct jvpn_health health[PATHS];
	u32 arrived[PATHS];		/* at the other end */
	struct pending pending[PATHS][PENDING];
	unsigned int pendings[PATHS];
	struct jvpn_moves moves;
	u16 denied;
	u64 living[1024];		/* moves between living paths */
	unsigned int livings;
};

/* Each path is good, slow, lossy or dead for a while, in turn. */
static void make_trace(struct trace *trace, u64 seed)
{
	struct test_random r = { .state = seed };
	unsigned int path, i = 0, end, kind, rtt;

	for (path = 0; path < PATHS; path++) {
		for (i = 0; i < SLOTS;) {
			end = i + 10 + test_random_below(&r, 250);
			kind = test_random_below(&r, 8);
			rtt = 15 + test_random_below(&r, kind == 1 ? 200 : 25);
			for (; i < end && i < SLOTS; i++) {
				struct slot *slot = &trace->slot[path][i];

				slot->rtt_ms = rtt + test_random_below(&r, 4);
				slot->lost = kind == 2 ||
					(kind == 3 && !test_random_below(&r, 3)) ||
					(kind == 4 && !test_random_below(&r, 8));
			}
		}
	}
}

static void note(struct replay *p, u8 kind, u8 from, u8 to, u16 reason, u32 number)
{
	struct record *r = p->record;

	if (r->count == r->room) {
		r->room = r->room ? 2 * r->room : 1024;
		r->decision = realloc(r->decision, r->room * sizeof(*r->decision));
		if (!r->decision)
			abort();
	}
	memset(&r->decision[r->count], 0, sizeof(*r->decision));
	r->decision[r->count].at_ns = p->now_ns;
	r->decision[r->count].kind = kind;
	r->decision[r->count].from = from;
	r->decision[r->count].to = to;
	r->decision[r->count].reason = reason;
	r->decision[r->count].number = number;
	r->count++;
	r->of_kind[kind]++;
}

static const struct slot *slot_now(const struct replay *p, u8 path)
{
	return &p->trace->slot[path][p->now_ns / MS % TRACE_MS / SLOT_MS];
}

static void beat(struct replay *p, u8 path)
{
	struct jvpn_health *h = &p->health[path];
	const struct slot *slot = slot_now(p, path);
	struct pending *answer = &p->pending[path][p->pendings[path]];
	u32 seq = jvpn_health_next_seq(h);

	jvpn_health_sent(h, p->now_ns, seq);
	note(p, BEAT, path, 0, 0, seq);
	if (slot->lost || p->pendings[path] == PENDING)
		return;
	memset(answer, 0, sizeof(*answer));
	answer->at_ns = p->now_ns + slot->rtt_ms * MS;
	answer->hb.seq = seq;
	answer->hb.received = ++p->arrived[path];
	answer->hb.sent = p->arrived[path];
	p->pendings[path]++;
}

static void answers(struct replay *p, u8 path)
{
	struct jvpn_health *h = &p->health[path];
	bool alive = jvpn_health_alive(h);
	unsigned int i, left = 0;

	for (i = 0; i < p->pendings[path]; i++) {
		if (p->pending[path][i].at_ns > p->now_ns)
			p->pending[path][left++] = p->pending[path][i];
		else
			jvpn_health_ack(h, p->now_ns, &p->pending[path][i].hb);
	}
	p->pendings[path] = left;
	if (!alive && jvpn_health_alive(h)) {
		note(p, REVIVAL, path, 0, 0, 0);
		p->poll_ns[path] = p->now_ns;
	}
}

static void poll(struct replay *p, u8 path)
{
	struct jvpn_health *h = &p->health[path];
	unsigned int verdict;

	if (p->poll_ns[path] > p->now_ns)
		return;
	verdict = jvpn_health_poll(h, p->policy, path == p->active ?
				   JVPN_HEALTH_ACTIVE_TRAFFIC : JVPN_HEALTH_STANDBY,
				   p->now_ns, &p->poll_ns[path]);
	if (verdict & JVPN_HEALTH_DEAD) {
		note(p, DEATH, path, 0, 0, h->train_len);
		p->failed_ns[path] = p->now_ns;
	}
	if (verdict & JVPN_HEALTH_SEND)
		beat(p, path);
}

/* Inner packets go out by the active path, others come. */
static void traffic(struct replay *p)
{
	struct jvpn_health *h = &p->health[p->active];

	if (p->now_ns / MS % 10)
		return;
	jvpn_health_tx(h);
	if (slot_now(p, p->active)->lost)
		return;
	p->arrived[p->active]++;
	jvpn_health_rx(h, p->now_ns);
}

static u64 loss_step(const struct jvpn_select_path *path)
{
	return path->loss_permille / 20;
}

/*
 * Said once more, from the policy's table: a candidate keeps all thresholds, and
 * is not worse. Only if the one that is left violates one, the class may be.
 */
static void judge_move(struct replay *p, const struct jvpn_select_path *from,
		       const struct jvpn_select_path *to)
{
	const struct jvpn_policy *policy = p->policy;
	bool bad = from->violation || from->loss_permille >= policy->loss_volatile;

	KUNIT_EXPECT_TRUE(p->test, to->alive && to->validated && !to->blocked);
	KUNIT_EXPECT_EQ(p->test, to->violation, JVPN_REASON_NONE);
	KUNIT_EXPECT_LT(p->test, to->loss_permille, policy->loss_volatile);
	if (to->failed_ns)
		KUNIT_EXPECT_GE(p->test, p->now_ns, to->failed_ns +
				policy->switch_cooldown * MS);
	if (to->priority < from->priority)
		return;
	if (to->priority > from->priority)
		KUNIT_EXPECT_TRUE(p->test, bad);
	KUNIT_EXPECT_LE(p->test, loss_step(to), loss_step(from));
	if (loss_step(to) == loss_step(from))
		KUNIT_EXPECT_LE(p->test, (u64)to->srtt_us * policy->switch_improvement,
				(u64)from->srtt_us * 1000);
}

/* Of 60 s, from each of them on: never more than the policy's. */
static void judge_rate(struct replay *p)
{
	unsigned int i, n = 0;

	for (i = 0; i < p->livings; i++)
		n += p->living[i] + 60 * SEC > p->now_ns;
	KUNIT_EXPECT_LE(p->test, n, p->policy->max_switches_per_min);
	if (p->livings > 1)
		KUNIT_EXPECT_GE(p->test, p->living[p->livings - 1] - p->living[p->livings - 2],
				p->policy->switch_cooldown * MS);
}

static void move(struct replay *p, const struct jvpn_select_path *known, u8 to, bool living)
{
	if (living) {
		judge_move(p, &known[p->active], &known[to]);
		KUNIT_ASSERT_TRUE(p->test, p->livings < ARRAY_SIZE(p->living));
		p->living[p->livings++] = p->now_ns;
		judge_rate(p);
	}
	note(p, MOVE, p->active, to, 0, living);
	jvpn_moves_record(&p->moves, p->policy, living, p->now_ns);
	p->active = to;
	p->denied = 0;
	p->poll_ns[to] = p->now_ns;
}

static void decide(struct replay *p)
{
	struct jvpn_select_path known[PATHS];
	struct jvpn_select_result result;
	bool living = jvpn_health_alive(&p->health[p->active]);
	u16 denied, why;
	u64 retry_ns;
	int i;

	memset(known, 0, sizeof(known));
	for (i = 0; i < PATHS; i++) {
		const struct jvpn_health *h = &p->health[i];

		known[i].path_id = i;
		known[i].priority = p->priority[i];
		known[i].alive = jvpn_health_alive(h);
		known[i].validated = true;
		known[i].violation = jvpn_health_violation(h, p->policy, p->now_ns);
		known[i].loss_permille = jvpn_health_loss_permille(h);
		known[i].srtt_us = jvpn_health_srtt_us(h);
		known[i].since_ns = jvpn_health_since_ns(h);
		known[i].failed_ns = p->failed_ns[i];
	}
	jvpn_select(p->policy, p->now_ns, known, PATHS, p->active, &result);
	why = known[p->active].violation;
	if (!living) {
		if (result.verdict == JVPN_SELECT_MOVE &&
		    jvpn_moves_forced_ns(&p->moves, p->now_ns) <= p->now_ns)
			move(p, known, result.best, false);
		return;
	}
	/* From a healthy path only failback moves, as the session does it. */
	if (!why && result.preferred == JVPN_PATH_NONE)
		return;
	if (why && result.verdict != JVPN_SELECT_MOVE)
		return;
	denied = jvpn_moves_allowed(&p->moves, p->policy, p->now_ns, &retry_ns);
	if (!denied)
		move(p, known, why ? result.best : result.preferred, true);
	else if (p->denied != denied)
		note(p, DENIED, p->active, result.best, denied, 0);
	if (denied)
		p->denied = denied;
}

static void replay(struct kunit *test, const struct trace *trace,
		   const struct jvpn_policy *policy, bool classes, struct record *record)
{
	struct replay *p = calloc(1, sizeof(*p));
	u64 end = SEC + TRACE_MS * MS;
	u8 i;

	KUNIT_ASSERT_TRUE(test, p);
	memset(record, 0, sizeof(*record));
	p->test = test;
	p->policy = policy;
	p->trace = trace;
	p->record = record;
	for (i = 0; i < PATHS; i++) {
		jvpn_health_init(&p->health[i]);
		jvpn_health_up(&p->health[i], SEC);
		p->priority[i] = classes ? i : 0;
	}
	for (p->now_ns = SEC; p->now_ns < end; p->now_ns += STEP_MS * MS) {
		for (i = 0; i < PATHS; i++)
			answers(p, i);
		traffic(p);
		for (i = 0; i < PATHS; i++)
			poll(p, i);
		decide(p);
	}
	free(p);
}

static bool same(const struct record *a, const struct record *b)
{
	return a->count == b->count &&
	       !memcmp(a->decision, b->decision, a->count * sizeof(*a->decision));
}

/* Which path was active in the middle of the trace? */
static u8 active_halfway(const struct record *r)
{
	u8 active = 0;
	unsigned int i;

	for (i = 0; i < r->count && r->decision[i].at_ns < SEC + TRACE_MS / 2 * MS; i++)
		if (r->decision[i].kind == MOVE)
			active = r->decision[i].to;
	return active;
}

static void replay_many(struct kunit *test, const char *preset, bool classes)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	struct record first, again;
	struct jvpn_policy policy;
	unsigned int i, differ = 0;

	KUNIT_ASSERT_TRUE(test, trace);
	jvpn_policy_default(&policy);
	jvpn_policy_preset(&policy, preset);
	make_trace(trace, 17);
	replay(test, trace, &policy, classes, &first);
	for (i = 1; i < REPLAYS; i++) {
		replay(test, trace, &policy, classes, &again);
		differ += !same(&first, &again);
		free(again.decision);
	}
	KUNIT_EXPECT_EQ(test, differ, 0);
	kunit_info(test, "%s%s: %u decisions (%u deaths, %u revivals, %u moves, %u denied), replayed %d times\n",
		   preset, classes ? ", classes" : "", first.count, first.of_kind[DEATH],
		   first.of_kind[REVIVAL], first.of_kind[MOVE], first.of_kind[DENIED], REPLAYS);
	/* There was something to decide. */
	KUNIT_EXPECT_GT(test, first.of_kind[DEATH], 3);
	KUNIT_EXPECT_GT(test, first.of_kind[REVIVAL], 3);
	KUNIT_EXPECT_GT(test, first.of_kind[MOVE], 5);
	/* And a trace that differs for a second leads to other ones. */
	for (i = 0; i < 1000 / SLOT_MS; i++)
		trace->slot[active_halfway(&first)][SLOTS / 2 + i].lost ^= true;
	replay(test, trace, &policy, classes, &again);
	KUNIT_EXPECT_FALSE(test, same(&first, &again));
	free(again.decision);
	free(first.decision);
	free(trace);
}

static void same_trace_same_decisions(struct kunit *test)
{
	replay_many(test, "balanced", false);
	replay_many(test, "balanced", true);
	replay_many(test, "fast-failover", false);
	replay_many(test, "mobile", true);
}

/* Many traces, once each: judge_move() and judge_rate() look at all moves. */
static void never_to_a_worse_path(struct kunit *test)
{
	static const char *const presets[] = { "balanced", "mobile", "fast-failover", "fintech" };
	struct trace *trace = calloc(1, sizeof(*trace));
	unsigned int seed, moves = 0, denied = 0;
	struct jvpn_policy policy;
	struct record record;

	KUNIT_ASSERT_TRUE(test, trace);
	for (seed = 1; seed <= 60; seed++) {
		jvpn_policy_default(&policy);
		jvpn_policy_preset(&policy, presets[seed % ARRAY_SIZE(presets)]);
		policy.loss_volatile = 50 + 10 * (seed % 16);
		policy.latency_volatile = seed % 3 * 60;
		policy.failback_hold = seed % 5 * 1000;
		policy.max_switches_per_min = 2 + seed % 7;
		make_trace(trace, seed);
		replay(test, trace, &policy, seed % 2, &record);
		moves += record.of_kind[MOVE];
		denied += record.of_kind[DENIED];
		free(record.decision);
	}
	kunit_info(test, "60 traces: %u moves, %u denied\n", moves, denied);
	KUNIT_EXPECT_GT(test, moves, 200);
	KUNIT_EXPECT_GT(test, denied, 100);
	free(trace);
}

static struct kunit_case decisions_cases[] = {
	KUNIT_CASE(same_trace_same_decisions),
	KUNIT_CASE(never_to_a_worse_path),
	{ }
};

static struct kunit_suite decisions_suite = {
	.name = "decisions",
	.test_cases = decisions_cases,
};

kunit_test_suite(decisions_suite);
