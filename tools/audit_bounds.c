// SPDX-License-Identifier: GPL-2.0
/*
 * Invariants 3, 6, 7, 8 and 9: what the policy bounds. An event names the
 * version of the policy it was decided by; where the log does not show that
 * policy, only what no policy allows can be found.
 */
#include "audit.h"

#include <stdlib.h>

#include "../module/fsm.h"
#include "out.h"

/* A timer that fires this late on a busy machine breaks no bound. */
#define SLACK_MS	1000
#define MINUTE_NS	(60 * JVPN_NS_PER_S)

/* A policy with each bound as wide as the table allows. */
static void widest(struct jvpn_policy *policy)
{
	unsigned int i;

	jvpn_policy_default(policy);
	for (i = 0; i < jvpn_policy_field_count; i++)
		jvpn_policy_put(policy, &jvpn_policy_fields[i],
				jvpn_policy_fields[i].max);
}

/* The policy of an event; counts that @check was judged, or could not be. */
static bool policy_for(struct audit *audit, enum audit_check check,
		       const struct log_entry *e, struct jvpn_policy *policy)
{
	if (log_policy_of(audit->log, e, policy)) {
		audit_judged(audit, check);
		return true;
	}
	audit->open[check]++;
	widest(policy);
	return false;
}

static u64 boot_of(const struct log_entry *e)
{
	return log_number(e, JVPN_EVENT_A_BOOT_NS);
}

/* Time since @since_ns in ms; 0 where that is not known. */
static u64 ms_since(u64 since_ns, u64 now_ns)
{
	return since_ns && now_ns > since_ns ?
	       (now_ns - since_ns) / JVPN_NS_PER_MS : 0;
}

/* Reports a bound that was passed, once for each session and check. */
static void passed(struct audit *audit, struct audit_session *s,
		   enum audit_check check, const struct log_entry *e,
		   const char *what, u64 ms, const char *field, u32 limit)
{
	if (s->told[check] || ms <= (u64)limit + SLACK_MS)
		return;
	s->told[check] = true;
	audit_refute(audit, check, e, "%s for %llu ms; %s is %u ms", what, ms,
		     field, limit);
}

static void check_recovery(struct audit *audit, struct audit_session *s,
			   const struct log_entry *e)
{
	struct jvpn_policy now;

	if (s->state != JVPN_STATE_RECOVERING || !s->recovering_ns)
		return;
	policy_for(audit, AUDIT_RECOVERY, e, &now);
	/* The policy may have changed on the way: the longer window counts. */
	if (s->recovering_policy.recovery_window > now.recovery_window)
		now = s->recovering_policy;
	passed(audit, s, AUDIT_RECOVERY, e, "RECOVERING",
	       ms_since(s->recovering_ns, boot_of(e)), "recovery_window",
	       now.recovery_window);
}

static void check_loss(struct audit *audit, struct audit_session *s,
		       const struct log_entry *e)
{
	struct jvpn_policy policy;

	policy_for(audit, AUDIT_LOSS, e, &policy);
	if (s->bound == BOUND_NO && s->unbound_ns)
		passed(audit, s, AUDIT_LOSS, e, "without a binding",
		       ms_since(s->unbound_ns, boot_of(e)),
		       "transport_loss_ttl", policy.transport_loss_ttl);
}

static void check_lifetime(struct audit *audit, struct audit_session *s,
			   const struct log_entry *e)
{
	struct jvpn_policy policy;

	if (!s->born_ns)
		return;
	policy_for(audit, AUDIT_LIFETIME, e, &policy);
	passed(audit, s, AUDIT_LIFETIME, e, "alive",
	       ms_since(s->born_ns, boot_of(e)), "session_max_lifetime",
	       policy.session_max_lifetime);
}

/* Only the end that decides can tell whether its path was alive. */
static void check_switches(struct audit *audit, struct audit_session *s,
			   const struct log_entry *e)
{
	u64 now = boot_of(e), since = now > MINUTE_NS ? now - MINUTE_NS : 0;
	struct jvpn_policy policy;
	size_t i, within = 0;

	if (log_number(e, JVPN_EVENT_A_ROLE) != JVPN_ROLE_INITIATOR)
		return;
	policy_for(audit, AUDIT_SWITCHES, e, &policy);
	if (log_number(e, JVPN_EVENT_A_TYPE) != JVPN_EVENT_SWITCH ||
	    log_number(e, JVPN_EVENT_A_REASON) == JVPN_REASON_NAT_REBIND ||
	    log_number(e, JVPN_EVENT_A_REASON) ==
	    JVPN_REASON_TRANSPORT_RESTORED ||
	    log_number(e, JVPN_EVENT_A_REASON) ==
	    JVPN_REASON_PEER_REQUEST ||
	    log_number(e, JVPN_EVENT_A_OUTAGE_US))
		return;
	s->move_ns = xrealloc(s->move_ns,
			      (s->moves + 1) * sizeof(*s->move_ns));
	s->move_ns[s->moves++] = now;
	for (i = s->moves; i-- > 0 && s->move_ns[i] > since;)
		within++;
	if (within > policy.max_switches_per_min)
		audit_refute(audit, AUDIT_SWITCHES, e,
			     "%zu moves between living paths within 60 s; max_switches_per_min is %u",
			     within, policy.max_switches_per_min);
}

/* Reasons that end a session; any other is a path's trouble. */
static bool may_end(u16 reason)
{
	return (reason >= JVPN_REASON_TTL_SESSION_EXPIRED &&
		reason <= JVPN_REASON_DEVICE_REMOVED) ||
	       reason == JVPN_REASON_HANDSHAKE_FAIL ||
	       reason == JVPN_REASON_HANDSHAKE_TIMEOUT ||
	       reason == JVPN_REASON_RECOVERY_BOUNDS_EXCEEDED;
}

static void check_exceeded(struct audit *audit, const struct audit_session *s,
			   const struct log_entry *e)
{
	struct jvpn_policy policy;

	if (s->bound == BOUND_YES)
		audit_refute(audit, AUDIT_SURVIVAL, e,
			     "a recovery bound ends a session that has a living binding");
	else if (log_policy_of(audit->log, e, &policy) &&
		 policy.on_recovery_exceeded != JVPN_ON_RECOVERY_TERMINATE)
		audit_refute(audit, AUDIT_SURVIVAL, e,
			     "a recovery bound ends the session, but on_recovery_exceeded is degrade");
}

static void check_loss_end(struct audit *audit, const struct audit_session *s,
			   const struct log_entry *e)
{
	const struct jvpn_policy_field *ttl = &jvpn_policy_fields[1];
	u64 outage_us = log_number(e, JVPN_EVENT_A_OUTAGE_US);

	static_assert(offsetof(struct jvpn_policy, transport_loss_ttl) ==
		      sizeof(u32), "the second field of the table");
	/* The smaller value of both ends counts: only the least is sure. */
	if (s->bound == BOUND_YES)
		audit_refute(audit, AUDIT_SURVIVAL, e,
			     "ended for want of a binding, but there was one");
	else if (log_has(e, JVPN_EVENT_A_OUTAGE_US) &&
		 outage_us < (u64)ttl->min * 1000)
		audit_refute(audit, AUDIT_SURVIVAL, e,
			     "ended after %llu ms without a binding; no policy has less than %u",
			     outage_us / 1000, ttl->min);
}

/* A dead transport ends nothing: only what may end a session does. */
static void check_survival(struct audit *audit, const struct audit_session *s,
			   const struct log_entry *e)
{
	u8 event = log_number(e, JVPN_EVENT_A_FSM_EVENT);
	u8 after = log_number(e, JVPN_EVENT_A_STATE_AFTER);
	u16 reason = log_number(e, JVPN_EVENT_A_REASON);

	if (log_number(e, JVPN_EVENT_A_TYPE) != JVPN_EVENT_STATE_CHANGE)
		return;
	if (event == JVPN_FSM_TRANSPORT_DEAD || s->bound == BOUND_NO)
		audit_judged(audit, AUDIT_SURVIVAL);
	if (after != JVPN_STATE_TERMINATED)
		return;
	audit_judged(audit, AUDIT_SURVIVAL);
	if (event == JVPN_FSM_WINDOW_EXCEEDED_TERMINATE)
		check_exceeded(audit, s, e);
	else if (event == JVPN_FSM_TRANSPORT_LOSS_TTL)
		check_loss_end(audit, s, e);
	else if (reason && !may_end(reason))
		audit_refute(audit, AUDIT_SURVIVAL, e,
			     "ended for a reason that must not end a session");
}

/* When states and their timers begin. */
static void note_times(struct audit *audit, struct audit_session *s,
		       const struct log_entry *e)
{
	u8 after = log_number(e, JVPN_EVENT_A_STATE_AFTER);
	u8 event = log_number(e, JVPN_EVENT_A_FSM_EVENT);

	if (log_number(e, JVPN_EVENT_A_TYPE) != JVPN_EVENT_STATE_CHANGE)
		return;
	if (event == JVPN_FSM_HANDSHAKE_DONE)
		s->born_ns = boot_of(e);
	if (after != JVPN_STATE_RECOVERING) {
		s->recovering_ns = 0;
	} else if (s->state != JVPN_STATE_RECOVERING) {
		s->recovering_ns = boot_of(e);
		s->told[AUDIT_RECOVERY] = false;
		if (!log_policy_of(audit->log, e, &s->recovering_policy))
			widest(&s->recovering_policy);
	}
}

void audit_bounds(struct audit *audit, struct audit_session *s,
		  const struct log_entry *e)
{
	check_recovery(audit, s, e);
	check_loss(audit, s, e);
	check_lifetime(audit, s, e);
	check_switches(audit, s, e);
	check_survival(audit, s, e);
	note_times(audit, s, e);
}

void audit_bounds_end(struct audit *audit, struct audit_session *s,
		      const struct log_entry *last)
{
	struct log_entry end;

	/* A gap may hide how things went on. */
	if (s->over || s->blind || !s->last)
		return;
	/* As if the session said something in the device's last line. */
	end = *s->last;
	end.number[JVPN_EVENT_A_BOOT_NS] = boot_of(last);
	end.line = last->line;
	check_recovery(audit, s, &end);
	check_loss(audit, s, &end);
	check_lifetime(audit, s, &end);
}
