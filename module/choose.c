// SPDX-License-Identifier: GPL-2.0
/*
 * Which path, and whether to move now: feeds what the session knows into the
 * pure functions of select.h and health.h and turns their verdicts into events.
 */
#include "select.h"
#include "session_priv.h"

#define STATUS_UNUSABLE								\
	(JVPN_PATH_LINK_DOWN | JVPN_PATH_NO_ADDRESS | JVPN_PATH_NO_ROUTE | JVPN_PATH_LOOP)

/* Is, or was until it died, the path that the session is on. */
static bool is_bound(const struct jvpn_session *session, u8 id)
{
	return session->paths[id].status & JVPN_PATH_ACTIVE ||
	       (!rcu_access_pointer(session->binding) && id == session->last_bound_path);
}

/* The responder is not told which candidates are gone: those it hears of count. */
static bool is_candidate(const struct jvpn_session *session, u8 id)
{
	const struct jvpn_path *path = &session->paths[id];

	return path->used && (session->role == JVPN_ROLE_INITIATOR || is_bound(session, id) ||
			      jvpn_now() < path->validated_until_ns);
}

bool jvpn_path_surplus(const struct jvpn_session *session, u8 id)
{
	const struct jvpn_path *path = &session->paths[id];
	unsigned int before = 0;
	u8 i;

	if (is_bound(session, id))
		return false;
	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		const struct jvpn_path *other = &session->paths[i];
		bool better = other->priority < path->priority ||
			      (other->priority == path->priority && i < id);

		if (i != id && is_candidate(session, i))
			before += better || is_bound(session, i);
	}
	return before >= session->policy.max_candidates;
}

bool jvpn_path_allowed(const struct jvpn_session *session, const struct jvpn_path *path)
{
	return session->policy.allowed_transports & BIT(path->transport) &&
	       !jvpn_path_surplus(session, path->id);
}

bool jvpn_path_usable(const struct jvpn_session *session, const struct jvpn_path *path)
{
	return path->used && !(path->status & STATUS_UNUSABLE) &&
	       jvpn_path_allowed(session, path);
}

static void rank(struct jvpn_session *session, u64 now, struct jvpn_select_result *result)
{
	struct jvpn_path *active = jvpn_session_active_path(session);
	struct jvpn_select_path known[JVPN_MAX_PATHS];
	unsigned int count = 0;
	int i;

	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		struct jvpn_path *path = &session->paths[i];
		struct jvpn_select_path *one = &known[count];

		if (!path->used)
			continue;
		memset(one, 0, sizeof(*one));
		one->path_id = i;
		one->priority = path->priority;
		one->alive = jvpn_health_alive(&path->health);
		one->validated = path->status & JVPN_PATH_VALIDATED;
		one->blocked = !jvpn_path_usable(session, path);
		one->violation = jvpn_health_violation(&path->health, &session->policy, now);
		one->loss_permille = jvpn_health_loss_permille(&path->health);
		one->srtt_us = jvpn_health_srtt_us(&path->health);
		one->since_ns = jvpn_health_since_ns(&path->health);
		one->failed_ns = path->failed_ns;
		count++;
	}
	jvpn_select(&session->policy, now, known, count,
		    active ? active->id : JVPN_PATH_NONE, result);
}

struct jvpn_path *jvpn_move_candidate(struct jvpn_session *session, u8 except)
{
	u8 asked = session->move.open ? session->move.asked | session->move.refused : 0;
	struct jvpn_select_result result;
	int i;

	lockdep_assert_held(&session->lock);
	rank(session, jvpn_now(), &result);
	/* Also one that seems down is asked, when all better ones were. */
	for (i = 0; i < result.count; i++) {
		u8 id = result.score[i].path_id;

		if (id != except && !(asked & BIT(id)) &&
		    jvpn_path_usable(session, &session->paths[id]))
			return &session->paths[id];
	}
	return NULL;
}

/* Unbroken violation and unbroken health are timed apart from the state. */
static void violation_track(struct jvpn_session *session, u16 violation, u64 now)
{
	if (violation) {
		session->healthy_since_ns = 0;
		if (!session->violated_since_ns)
			session->violated_since_ns = now;
	} else {
		session->violated_since_ns = 0;
		if (!session->healthy_since_ns)
			session->healthy_since_ns = now;
	}
}

static void report_active(struct jvpn_session *session, struct jvpn_event *report, u16 reason)
{
	jvpn_session_report_init(session, report, JVPN_EVENT_STATE_CHANGE, reason);
	jvpn_session_report_path(session, report, jvpn_session_active_path(session));
}

/* Numbers that a decision was made by; measuring may have gone on since. */
static void report_scores(struct jvpn_event *report, const struct jvpn_select_result *result)
{
	unsigned int i;

	for (i = 0; i < result->count; i++) {
		const struct jvpn_select_score *score = &result->score[i];

		if (score->path_id == report->path_from) {
			report->srtt_us = score->srtt_us;
			report->loss_permille = score->loss_permille;
		} else if (score->path_id == report->path_to) {
			report->srtt_to_us = score->srtt_us;
			report->loss_to_permille = score->loss_permille;
		}
	}
}

/* A move between living paths is bounded; a denied one is said, once a cause. */
static void move_living(struct jvpn_session *session, u8 event, u8 target, u16 reason, u64 now,
			const struct jvpn_select_result *result, struct jvpn_outbox *out)
{
	struct jvpn_path *path = &session->paths[target];
	struct jvpn_event report;
	u64 retry_ns;
	u16 denied;

	denied = jvpn_moves_allowed(&session->moves, &session->policy, now, &retry_ns);
	report_active(session, &report, denied ?: reason);
	jvpn_session_report_target(&report, path);
	jvpn_endpoint_remote(&path->endpoint, &report.remote_to);
	report_scores(&report, result);
	if (denied) {
		if (session->denied_reason != denied) {
			report.type = JVPN_EVENT_SWITCH_DENIED;
			report.retry_ms = div_u64(retry_ns - now - 1, JVPN_NS_PER_MS) + 1;
			jvpn_event_emit_limited(session->device, session->history, &report);
		}
		session->denied_reason = denied;
		return;
	}
	session->denied_reason = 0;
	if (jvpn_session_event(session, event, reason, &report, out))
		jvpn_move_begin(session, target, reason, out);
}

/* When health has lasted; the state may be younger. */
static u64 stable_ns(const struct jvpn_session *session)
{
	return max(session->healthy_since_ns, session->unstable_since_ns) +
	       session->policy.stability_window * JVPN_NS_PER_MS;
}

/* When the violation has lasted. */
static u64 persisted_ns(const struct jvpn_session *session)
{
	return session->violated_since_ns +
	       session->policy.volatile_to_degraded * JVPN_NS_PER_MS;
}

u64 jvpn_session_look_ns(const struct jvpn_session *session, u64 now)
{
	u64 next = now + session->policy.stability_window * JVPN_NS_PER_MS / 4;
	u64 end = U64_MAX;

	if (session->healthy_since_ns)
		end = stable_ns(session);
	else if (session->violated_since_ns && session->state == JVPN_STATE_VOLATILE)
		end = persisted_ns(session);
	return end > now ? min(next, end) : next;
}

static void stable(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	struct jvpn_event report;
	u16 reason = session->state == JVPN_STATE_DEGRADED ? JVPN_REASON_EXIT_DEGRADED :
							     JVPN_REASON_HEALTH_RECOVERED;

	if (now < stable_ns(session))
		return;
	report_active(session, &report, reason);
	jvpn_session_event(session, JVPN_FSM_STABILITY_RESTORED, reason, &report, out);
}

static void unstable(struct jvpn_session *session, u16 violation, u64 now,
		     struct jvpn_outbox *out)
{
	struct jvpn_select_result result;
	struct jvpn_event report;

	if (session->role == JVPN_ROLE_INITIATOR) {
		rank(session, now, &result);
		if (result.verdict == JVPN_SELECT_MOVE)
			move_living(session, JVPN_FSM_SWITCH_SELECTED, result.best, violation,
				    now, &result, out);
	}
	if (session->state == JVPN_STATE_VOLATILE && now >= persisted_ns(session)) {
		report_active(session, &report, JVPN_REASON_VOLATILE_PERSISTED);
		jvpn_session_event(session, JVPN_FSM_VOLATILE_PERSISTED,
				   JVPN_REASON_VOLATILE_PERSISTED, &report, out);
	}
}

static void failback(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	struct jvpn_select_result result;

	if (session->role != JVPN_ROLE_INITIATOR || !session->policy.failback)
		return;
	rank(session, now, &result);
	if (result.preferred != JVPN_PATH_NONE)
		move_living(session, JVPN_FSM_SWITCH_PREFERRED, result.preferred,
			    JVPN_REASON_PREFERRED_PATH, now, &result, out);
}

void jvpn_session_evaluate(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	struct jvpn_path *active = jvpn_session_active_path(session);
	struct jvpn_event report;
	u16 violation;

	lockdep_assert_held(&session->lock);
	if (session->dead || !active)
		return;
	violation = jvpn_health_violation(&active->health, &session->policy, now);
	violation_track(session, violation, now);
	switch (session->state) {
	case JVPN_STATE_ATTACHED:
		if (violation) {
			report_active(session, &report, violation);
			jvpn_session_event(session, JVPN_FSM_VOLATILITY, violation, &report, out);
		} else {
			failback(session, now, out);
		}
		break;
	case JVPN_STATE_VOLATILE:
	case JVPN_STATE_DEGRADED:
		if (violation)
			unstable(session, violation, now, out);
		else
			stable(session, now, out);
		break;
	}
	if (session->state == JVPN_STATE_VOLATILE || session->state == JVPN_STATE_DEGRADED)
		jvpn_deadline_set(session, JVPN_DL_VOLATILITY, jvpn_session_look_ns(session, now));
}
