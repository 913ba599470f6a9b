// SPDX-License-Identifier: GPL-2.0
/*
 * Invariant 1, as far as a log tells: which path is bound, and that nothing is
 * bound twice, moved from where it was not, or attached without an attach.
 *
 * A path that dies while the session recovers anyway changes no state and is
 * not reported: from then on the log does not tell whether there is a binding.
 */
#include "audit.h"

#include "../module/fsm.h"

static void bind_path(struct audit *audit, struct audit_session *s,
		      const struct log_entry *e)
{
	if (!log_has(e, JVPN_EVENT_A_PATH_TO)) {
		audit_refute(audit, AUDIT_BINDING, e, "bound to no path");
		s->path = -1;
	} else {
		s->path = log_number(e, JVPN_EVENT_A_PATH_TO);
	}
	s->bound = BOUND_YES;
	s->unbound_ns = 0;
}

static void unbind_path(struct audit_session *s, const struct log_entry *e)
{
	u64 boot_ns = log_number(e, JVPN_EVENT_A_BOOT_NS);
	u64 outage_us = log_number(e, JVPN_EVENT_A_OUTAGE_US);

	if (s->bound == BOUND_NO && s->unbound_ns)
		return;
	s->bound = BOUND_NO;
	s->unbound_ns = boot_ns;
	/* A session that was first seen without one has been so for longer. */
	if (outage_us < boot_ns / JVPN_NS_PER_US)
		s->unbound_ns -= outage_us * JVPN_NS_PER_US;
}

/* The path that is left must be the one that was bound, or was last. */
static void check_left(struct audit *audit, const struct audit_session *s,
		       const struct log_entry *e)
{
	u64 from = log_number(e, JVPN_EVENT_A_PATH_FROM);

	if (s->path >= 0 && log_has(e, JVPN_EVENT_A_PATH_FROM) &&
	    from != (u64)s->path)
		audit_refute(audit, AUDIT_BINDING, e,
			     "leaves path %llu, but path %d was bound", from,
			     s->path);
}

static void check_alive(struct audit *audit, const struct audit_session *s,
			const struct log_entry *e, u8 event)
{
	if (s->bound == BOUND_NO)
		audit_refute(audit, AUDIT_BINDING, e,
			     "%s, but no path was bound",
			     jvpn_fsm_event_name(event));
}

/* ATTACHED by REATTACH_OK says that the attach before it is in force. */
static void check_attached(struct audit *audit, const struct audit_session *s,
			   const struct log_entry *e)
{
	const struct log_entry *last = s->last;

	if (last && log_number(last, JVPN_EVENT_A_TYPE) == JVPN_EVENT_SWITCH)
		return;
	/* Nothing is known of what was before the first event. */
	if (last)
		audit_refute(audit, AUDIT_BINDING, e,
			     "REATTACH_OK without an attach before it");
}

static void take_switch(struct audit *audit, struct audit_session *s,
			const struct log_entry *e)
{
	if (s->state == JVPN_STATE_BIRTH)
		audit_refute(audit, AUDIT_BINDING, e, "an attach in BIRTH");
	check_left(audit, s, e);
	bind_path(audit, s, e);
}

static void take_change(struct audit *audit, struct audit_session *s,
			const struct log_entry *e)
{
	u8 event = log_number(e, JVPN_EVENT_A_FSM_EVENT);

	switch (event) {
	case JVPN_FSM_HANDSHAKE_DONE:
	case JVPN_FSM_TRANSPORT_ALIVE:
		bind_path(audit, s, e);
		break;
	case JVPN_FSM_TRANSPORT_DEAD:
		check_left(audit, s, e);
		unbind_path(s, e);
		break;
	case JVPN_FSM_REATTACH_OK:
		check_attached(audit, s, e);
		break;
	case JVPN_FSM_REATTACH_EXHAUSTED_ALIVE:
	case JVPN_FSM_WINDOW_EXCEEDED_ALIVE:
	case JVPN_FSM_NO_CANDIDATE_ALIVE:
		check_alive(audit, s, e, event);
		s->bound = BOUND_YES;
		break;
	case JVPN_FSM_REATTACH_EXHAUSTED_NONE:
	case JVPN_FSM_NO_CANDIDATE_NONE:
	case JVPN_FSM_WINDOW_EXCEEDED_DEGRADE:
		unbind_path(s, e);
		break;
	default:
		break;
	}
}

void audit_binding(struct audit *audit, struct audit_session *s,
		   const struct log_entry *e)
{
	u8 after = log_number(e, JVPN_EVENT_A_STATE_AFTER);

	audit_judged(audit, AUDIT_BINDING);
	if (log_number(e, JVPN_EVENT_A_TYPE) == JVPN_EVENT_SWITCH)
		take_switch(audit, s, e);
	else
		take_change(audit, s, e);
	if (after == JVPN_STATE_TERMINATED)
		s->bound = BOUND_NO;
	else if (after == JVPN_STATE_RECOVERING && s->bound == BOUND_YES &&
		 log_number(e, JVPN_EVENT_A_TYPE) == JVPN_EVENT_STATE_CHANGE)
		s->bound = BOUND_UNKNOWN;
}
