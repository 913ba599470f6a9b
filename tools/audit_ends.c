// SPDX-License-Identifier: GPL-2.0
/*
 * What two ends tell of one session: opposite roles, the same lineage from the
 * same beginning, and for each epoch the same path, for the same reason.
 */
#include "audit.h"

#include <stdlib.h>

#include "out.h"

static const char *file_of(const struct audit *audit,
			   const struct log_entry *e)
{
	return audit->log->file[e->file];
}

static u64 role_of(const struct audit_session *s)
{
	return log_number(s->first, JVPN_EVENT_A_ROLE);
}

/* What one of them does not say is found elsewhere. */
static bool differ(const struct log_entry *a, const struct log_entry *b,
		   unsigned int attr)
{
	return log_has(a, attr) && log_has(b, attr) &&
	       log_number(a, attr) != log_number(b, attr);
}

static void compare_attach(struct audit *audit, const struct audit_attach *a,
			   const struct audit_attach *b)
{
	const char *differs = NULL;

	audit_judged(audit, AUDIT_ENDS);
	if (memcmp(a->at->lineage, b->at->lineage, sizeof(a->at->lineage)))
		differs = "lineage";
	else if (differ(a->at, b->at, JVPN_EVENT_A_PATH_TO))
		differs = "path";
	else if (differ(a->at, b->at, JVPN_EVENT_A_REASON))
		differs = "reason";
	if (differs)
		audit_refute(audit, AUDIT_ENDS, b->at,
			     "epoch %u has another %s than at the other end (%s:%u)",
			     b->epoch, differs, file_of(audit, a->at),
			     a->at->line);
}

/*
 * An attach happens at the responder first, and it counts without gaps: what it
 * had not seen when the session ended was never there.
 */
static void compare_attaches(struct audit *audit,
			     const struct audit_session *initiator,
			     const struct audit_session *responder,
			     bool initiator_first)
{
	size_t i = 0, r = 0;

	while (i < initiator->attaches && r < responder->attaches) {
		const struct audit_attach *a = &initiator->attach[i];
		const struct audit_attach *b = &responder->attach[r];

		if (a->epoch == b->epoch) {
			if (initiator_first)
				compare_attach(audit, a, b);
			else
				compare_attach(audit, b, a);
			i++;
			r++;
		} else if (a->epoch > b->epoch) {
			r++;	/* its ACK was lost */
		} else {
			i++;	/* before the other log begins */
		}
	}
	/* A birth that the responder never heard confirmed is no attach. */
	if (i < initiator->attaches && !initiator->attach[i].epoch)
		i++;
	/* Of a log that goes to the end of the session nothing is missing. */
	if (i < initiator->attaches && responder->whole && responder->over)
		audit_refute(audit, AUDIT_ENDS, initiator->attach[i].at,
			     "the other end never accepted epoch %u",
			     initiator->attach[i].epoch);
}

/* @a stands in an earlier file or device than @b. */
static void compare(struct audit *audit, const struct audit_session *a,
		    const struct audit_session *b)
{
	audit_judged(audit, AUDIT_ENDS);
	if (role_of(a) == role_of(b))
		audit_refute(audit, AUDIT_ENDS, b->first,
			     "both ends have the same role (%s:%u)",
			     file_of(audit, a->first), a->first->line);
	else if (role_of(a) == JVPN_ROLE_INITIATOR)
		compare_attaches(audit, a, b, true);
	else
		compare_attaches(audit, b, a, false);
}

static int by_id(const void *one, const void *other)
{
	const struct audit_session *const *a = one, *const *b = other;
	int order = memcmp((*a)->first->session_id, (*b)->first->session_id,
			   JVPN_SESSION_ID_LEN);

	if (order)
		return order;
	return (*a)->device < (*b)->device ? -1 : (*a)->device > (*b)->device;
}

void audit_ends(struct audit *audit)
{
	const struct audit_session **sorted;
	size_t i;

	sorted = xalloc(audit->sessions * sizeof(*sorted));
	for (i = 0; i < audit->sessions; i++)
		sorted[i] = &audit->session[i];
	qsort(sorted, audit->sessions, sizeof(*sorted), by_id);
	for (i = 0; i < audit->sessions; i++)
		if (i && !memcmp(sorted[i - 1]->first->session_id,
				 sorted[i]->first->session_id,
				 JVPN_SESSION_ID_LEN))
			compare(audit, sorted[i - 1], sorted[i]);
		else
			audit->distinct++;
	free(sorted);
}
