// SPDX-License-Identifier: GPL-2.0
/*
 * Invariant 12, as far as a log goes: a move that the session chose itself, between
 * living paths, carries the numbers of both, and by these it must be right. That no
 * other path was better, and how long a path had held, the log does not have.
 */
#include "audit.h"

#include "../module/fsm.h"
#include "../module/select.h"
#include "out.h"

/* What a choice was made from. */
struct choice {
	const struct log_entry *at;
	struct jvpn_policy policy;
	u64 srtt, srtt_to;
	u64 loss, loss_to;
	u64 priority, priority_to;
};

/* A policy that forbids as little as the table allows. */
static void loosest(struct jvpn_policy *policy)
{
	unsigned int i;

	jvpn_policy_default(policy);
	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *field = &jvpn_policy_fields[i];

		if (field->attr == JVPN_POLICY_A_SWITCH_IMPROVEMENT)
			jvpn_policy_put(policy, field, field->min);
		else if (field->attr == JVPN_POLICY_A_LOSS_VOLATILE)
			jvpn_policy_put(policy, field, field->max);
	}
}

/* False where a log is too old to have them, or a path was not measured. */
static bool choice_of(const struct audit *audit, const struct log_entry *e,
		      struct choice *c)
{
	*c = (struct choice){
		.at = e,
		.srtt = log_number(e, JVPN_EVENT_A_SRTT_US),
		.srtt_to = log_number(e, JVPN_EVENT_A_SRTT_TO_US),
		.loss = log_number(e, JVPN_EVENT_A_LOSS_PERMILLE),
		.loss_to = log_number(e, JVPN_EVENT_A_LOSS_TO_PERMILLE),
		.priority = log_number(e, JVPN_EVENT_A_PRIORITY),
		.priority_to = log_number(e, JVPN_EVENT_A_PRIORITY_TO),
	};
	if (!log_policy_of(audit->log, e, &c->policy))
		loosest(&c->policy);
	return c->srtt && c->srtt_to && log_has(e, JVPN_EVENT_A_PRIORITY) &&
	       log_has(e, JVPN_EVENT_A_PRIORITY_TO);
}

/* A living path is only left for one that violates nothing. */
static bool check_fit(struct audit *audit, const struct choice *c)
{
	if (c->loss_to < c->policy.loss_volatile)
		return true;
	audit_refute(audit, AUDIT_OUTCOME, c->at,
		     "to a path that loses %llu permille; loss_volatile is %u",
		     c->loss_to, c->policy.loss_volatile);
	return false;
}

/* A better class is better whatever is measured; else the measures decide. */
static void check_better(struct audit *audit, const struct choice *c)
{
	u64 step = c->loss / JVPN_LOSS_STEP_PERMILLE;
	u64 step_to = c->loss_to / JVPN_LOSS_STEP_PERMILLE;

	if (c->priority_to < c->priority || step_to < step)
		return;
	if (step_to > step)
		audit_refute(audit, AUDIT_OUTCOME, c->at,
			     "to a path that loses %llu permille, from one that loses %llu",
			     c->loss_to, c->loss);
	else if (c->srtt_to * c->policy.switch_improvement > c->srtt * 1000)
		audit_refute(audit, AUDIT_OUTCOME, c->at,
			     "to a path with a round trip of %llu us, from one with %llu; switch_improvement is %u",
			     c->srtt_to, c->srtt,
			     c->policy.switch_improvement);
}

static void check_preferred(struct audit *audit, const struct choice *c)
{
	if (c->priority_to >= c->priority)
		audit_refute(audit, AUDIT_OUTCOME, c->at,
			     "to a preferred path of priority %llu, from one of %llu",
			     c->priority_to, c->priority);
}

void audit_choice(struct audit *audit, const struct log_entry *e)
{
	u64 event = log_number(e, JVPN_EVENT_A_FSM_EVENT);
	struct choice c;

	if (event != JVPN_FSM_SWITCH_SELECTED &&
	    event != JVPN_FSM_SWITCH_PREFERRED)
		return;
	if (!choice_of(audit, e, &c))
		return;
	audit_judged(audit, AUDIT_OUTCOME);
	if (!check_fit(audit, &c))
		return;
	if (event == JVPN_FSM_SWITCH_SELECTED)
		check_better(audit, &c);
	else
		check_preferred(audit, &c);
}
