// SPDX-License-Identifier: GPL-2.0
/* Ranking, hysteresis, and how often a session may move. */

#include "select.h"

static bool failed_lately(const struct jvpn_policy *policy, u64 now_ns,
			  const struct jvpn_select_path *path)
{
	return path->failed_ns &&
	       now_ns < path->failed_ns +
			policy->switch_cooldown * JVPN_NS_PER_MS;
}

static bool violates(const struct jvpn_policy *policy,
		     const struct jvpn_select_path *path)
{
	return path->violation != JVPN_REASON_NONE ||
	       path->loss_permille >= policy->loss_volatile;
}

static u8 fitness(const struct jvpn_policy *policy, u64 now_ns,
		  const struct jvpn_select_path *path)
{
	if (path->blocked)
		return JVPN_FIT_BLOCKED;
	if (!path->alive)
		return JVPN_FIT_DOWN;
	if (!path->validated)
		return JVPN_FIT_UNVALIDATED;
	if (failed_lately(policy, now_ns, path))
		return JVPN_FIT_COOLING;
	return violates(policy, path) ? JVPN_FIT_VIOLATES : JVPN_FIT;
}

static struct jvpn_select_score score(const struct jvpn_policy *policy,
				      u64 now_ns,
				      const struct jvpn_select_path *path)
{
	return (struct jvpn_select_score) {
		.path_id = path->path_id,
		.fit = fitness(policy, now_ns, path),
		.priority = path->priority,
		.violates = violates(policy, path),
		.loss_permille = path->loss_permille,
		.srtt_us = path->srtt_us,
		.stable_ns = path->alive && now_ns > path->since_ns ?
			     now_ns - path->since_ns : 0,
	};
}

static u32 loss_step(const struct jvpn_select_score *s)
{
	return s->loss_permille / JVPN_LOSS_STEP_PERMILLE;
}

/* What was not measured is not fast. */
static u32 delay(const struct jvpn_select_score *s)
{
	return s->srtt_us ? s->srtt_us : U32_MAX;
}

static bool ranks_before(const struct jvpn_select_score *a,
			 const struct jvpn_select_score *b)
{
	if (a->fit != b->fit)
		return a->fit < b->fit;
	if (a->priority != b->priority)
		return a->priority < b->priority;
	if (loss_step(a) != loss_step(b))
		return loss_step(a) < loss_step(b);
	if (delay(a) != delay(b))
		return delay(a) < delay(b);
	if (a->stable_ns != b->stable_ns)
		return a->stable_ns > b->stable_ns;
	return a->path_id < b->path_id;
}

/* Inserts in order; there is room. */
static void insert(struct jvpn_select_result *result,
		   const struct jvpn_select_score *s)
{
	unsigned int i = result->count++;

	for (; i && ranks_before(s, &result->score[i - 1]); i--)
		result->score[i] = result->score[i - 1];
	result->score[i] = *s;
}

/* Is the candidate, fit itself, enough better than the active path? */
static bool worth_it(const struct jvpn_policy *policy,
		     const struct jvpn_select_score *to,
		     const struct jvpn_select_score *from)
{
	if (to->priority < from->priority)
		return true;
	if (to->priority > from->priority && !from->violates)
		return false;
	if (loss_step(to) != loss_step(from))
		return loss_step(to) < loss_step(from);
	return to->srtt_us && (u64)to->srtt_us * policy->switch_improvement <=
			      (u64)from->srtt_us * 1000;
}

/* With a living active path: the best other one that is worth it. */
static void judge_living(const struct jvpn_policy *policy,
			 const struct jvpn_select_score *from,
			 struct jvpn_select_result *result)
{
	const struct jvpn_select_score *to;
	unsigned int i;

	for (i = 0; i < result->count; i++) {
		to = &result->score[i];
		if (to->fit != JVPN_FIT)
			break;
		if (to == from)
			continue;
		if (result->best == JVPN_PATH_NONE)
			result->best = to->path_id;
		if (!worth_it(policy, to, from))
			continue;
		result->best = to->path_id;
		result->verdict = JVPN_SELECT_MOVE;
		return;
	}
}

static void judge_dead(struct jvpn_select_result *result)
{
	result->verdict = JVPN_SELECT_NONE;
	if (!result->count || result->score[0].fit >= JVPN_FIT_DOWN)
		return;
	result->best = result->score[0].path_id;
	result->verdict = JVPN_SELECT_MOVE;
}

/* A path of a better class than the living active one that has held long enough. */
static void find_preferred(const struct jvpn_policy *policy,
			   const struct jvpn_select_score *from,
			   struct jvpn_select_result *result)
{
	u64 hold_ns = policy->failback_hold * JVPN_NS_PER_MS;
	const struct jvpn_select_score *to = result->score;

	if (!policy->failback)
		return;
	/* It ends at the active path itself, if not before. */
	for (; to->fit == JVPN_FIT && to->priority < from->priority; to++) {
		if (to->stable_ns < hold_ns)
			continue;
		result->preferred = to->path_id;
		return;
	}
}

void jvpn_select(const struct jvpn_policy *policy, u64 now_ns,
		 const struct jvpn_select_path *path, unsigned int count,
		 u8 active, struct jvpn_select_result *result)
{
	const struct jvpn_select_score *from = NULL;
	struct jvpn_select_score s;
	unsigned int i;

	memset(result, 0, sizeof(*result));
	result->best = JVPN_PATH_NONE;
	result->preferred = JVPN_PATH_NONE;
	for (i = 0; i < count; i++) {
		s = score(policy, now_ns, &path[i]);
		insert(result, &s);
	}
	for (i = 0; i < result->count; i++)
		if (result->score[i].path_id == active &&
		    result->score[i].fit < JVPN_FIT_DOWN)
			from = &result->score[i];
	if (!from) {
		judge_dead(result);
		return;
	}
	judge_living(policy, from, result);
	find_preferred(policy, from, result);
}

static bool in_window(u64 at_ns, u64 now_ns)
{
	return now_ns < at_ns + JVPN_MOVES_WINDOW_NS;
}

static u32 moves_within(const struct jvpn_move_log *log, u64 now_ns)
{
	u32 n = 0;
	unsigned int i;

	for (i = 0; i < JVPN_MOVES_ENTRIES; i++)
		if (log->moves[i] && in_window(log->at_ns[i], now_ns))
			n += log->moves[i];
	return n;
}

/*
 * Exact as long as the limit fits into the entries. Above, an entry stands for
 * several moves and for the time of its last one: the count is never too low.
 */
static void record(struct jvpn_move_log *log, u32 limit, u64 now_ns)
{
	u32 share = (limit + JVPN_MOVES_ENTRIES - 1) / JVPN_MOVES_ENTRIES;
	u8 next = (log->newest + 1) % JVPN_MOVES_ENTRIES;
	bool full = log->moves[next] && in_window(log->at_ns[next], now_ns);

	if (log->moves[log->newest] &&
	    (full || log->moves[log->newest] < share)) {
		log->moves[log->newest]++;
		log->at_ns[log->newest] = now_ns;
		return;
	}
	log->newest = next;
	log->moves[next] = 1;
	log->at_ns[next] = now_ns;
}

void jvpn_moves_record(struct jvpn_moves *moves,
		       const struct jvpn_policy *policy, bool living,
		       u64 now_ns)
{
	moves->last_ns = now_ns;
	if (living)
		record(&moves->living, policy->max_switches_per_min, now_ns);
	else
		record(&moves->forced, JVPN_MOVES_ENTRIES, now_ns);
}

/* When the count of moves within a minute next shrinks; there are some. */
static u64 oldest_leaves_ns(const struct jvpn_move_log *log, u64 now_ns)
{
	u64 first = U64_MAX;
	unsigned int i;

	for (i = 0; i < JVPN_MOVES_ENTRIES; i++)
		if (log->moves[i] && in_window(log->at_ns[i], now_ns))
			first = min_t(u64, first, log->at_ns[i]);
	return first + JVPN_MOVES_WINDOW_NS;
}

bool jvpn_moves_left(const struct jvpn_moves *moves,
		     const struct jvpn_policy *policy, u64 now_ns)
{
	return moves_within(&moves->living, now_ns) <
	       policy->max_switches_per_min;
}

u16 jvpn_moves_allowed(const struct jvpn_moves *moves,
		       const struct jvpn_policy *policy, u64 now_ns,
		       u64 *retry_ns)
{
	u64 cool_ns = moves->last_ns + policy->switch_cooldown * JVPN_NS_PER_MS;

	if (moves->last_ns && now_ns < cool_ns) {
		*retry_ns = cool_ns;
		return JVPN_REASON_COOLDOWN_ACTIVE;
	}
	if (!jvpn_moves_left(moves, policy, now_ns)) {
		*retry_ns = oldest_leaves_ns(&moves->living, now_ns);
		return JVPN_REASON_SWITCH_RATE_LIMITED;
	}
	return JVPN_REASON_NONE;
}

u64 jvpn_moves_forced_ns(const struct jvpn_moves *moves, u64 now_ns)
{
	u32 n = moves_within(&moves->forced, now_ns);
	u64 wait_ns;

	if (n < JVPN_FORCED_FREE)
		return now_ns;
	wait_ns = JVPN_FORCED_WAIT_NS << min_t(u32, n - JVPN_FORCED_FREE, 5);
	wait_ns = min_t(u64, wait_ns, JVPN_FORCED_WAIT_MAX_NS);
	return max_t(u64, now_ns,
		     moves->forced.at_ns[moves->forced.newest] + wait_ns);
}
