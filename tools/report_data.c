// SPDX-License-Identifier: GPL-2.0
/* A log sorted by sessions and ends, and the recoveries in it. */
#include "report.h"

#include <stdlib.h>

#include "out.h"

static u64 wall_of(const struct log_entry *e)
{
	return log_number(e, JVPN_EVENT_A_WALL_NS);
}

static int by_session(const void *one, const void *other)
{
	const struct log_entry *a = *(const struct log_entry *const *)one;
	const struct log_entry *b = *(const struct log_entry *const *)other;
	int order = memcmp(a->session_id, b->session_id,
			   sizeof(a->session_id));

	if (order)
		return order;
	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int by_time(const void *one, const void *other)
{
	const struct report_session *a = one, *b = other;

	return a->from_ns < b->from_ns ? -1 : a->from_ns > b->from_ns;
}

static bool same_session(const struct log_entry *a, const struct log_entry *b)
{
	return !memcmp(a->session_id, b->session_id, sizeof(a->session_id));
}

static size_t sort_events(struct report *report)
{
	const struct log *log = report->log;
	size_t i, n = 0;

	report->sorted = xalloc(log->entries * sizeof(*report->sorted));
	for (i = 0; i < log->entries; i++)
		if (log_has(&log->entry[i], JVPN_EVENT_A_SESSION_ID))
			report->sorted[n++] = &log->entry[i];
	qsort(report->sorted, n, sizeof(*report->sorted), by_session);
	return n;
}

/* Runs of one end in what is sorted, and runs of one session in those. */
static void find_sessions(struct report *report, size_t n)
{
	struct report_session *session = NULL;
	struct report_end *end = NULL;
	size_t i;

	report->end = xalloc(n * sizeof(*report->end));
	report->session = xalloc(n * sizeof(*report->session));
	for (i = 0; i < n; i++) {
		const struct log_entry *e = report->sorted[i];
		bool other = !session || !same_session(e, *end->event);

		if (other || e->device != end->device) {
			end = &report->end[report->ends++];
			end->device = e->device;
			end->event = &report->sorted[i];
		}
		if (other) {
			session = &report->session[report->sessions++];
			session->end = end;
			session->from_ns = wall_of(e);
		}
		if (end->events++ == 0)
			session->ends++;
		if (wall_of(e) < session->from_ns)
			session->from_ns = wall_of(e);
		if (wall_of(e) > session->to_ns)
			session->to_ns = wall_of(e);
	}
	qsort(report->session, report->sessions, sizeof(*report->session),
	      by_time);
}

bool report_is_drill(const struct log_entry *e)
{
	return log_number(e, JVPN_EVENT_A_TYPE) == JVPN_EVENT_DRILL;
}

static bool leads(const struct log_entry *e, unsigned int attr, u8 state)
{
	return log_number(e, JVPN_EVENT_A_TYPE) == JVPN_EVENT_STATE_CHANGE &&
	       log_number(e, attr) == state;
}

static void find_recoveries(struct report *report,
			    const struct report_session *session,
			    const struct report_end *end)
{
	struct report_recovery *recovery = NULL;
	bool drill = false;
	size_t i;

	for (i = 0; i < end->events; i++) {
		const struct log_entry *e = end->event[i];

		if (report_is_drill(e))
			drill = log_number(e, JVPN_EVENT_A_REASON) ==
				JVPN_REASON_DRILL_BEGAN;
		if (recovery) {
			if (log_number(e, JVPN_EVENT_A_OUTAGE_US))
				recovery->outage_us =
					log_number(e, JVPN_EVENT_A_OUTAGE_US);
			if (log_number(e, JVPN_EVENT_A_DROPPED))
				recovery->dropped =
					log_number(e, JVPN_EVENT_A_DROPPED);
		}
		if (recovery && leads(e, JVPN_EVENT_A_STATE_BEFORE,
				      JVPN_STATE_RECOVERING)) {
			u64 began = log_number(recovery->began,
					       JVPN_EVENT_A_BOOT_NS);
			u64 ended = log_number(e, JVPN_EVENT_A_BOOT_NS);

			recovery->ended = e;
			recovery->took_us = ended > began ?
					    (ended - began) / JVPN_NS_PER_US : 0;
			recovery = NULL;
		}
		if (recovery || !leads(e, JVPN_EVENT_A_STATE_AFTER,
				       JVPN_STATE_RECOVERING))
			continue;
		report->recovery = xrealloc(report->recovery,
					    (report->recoveries + 1) *
					    sizeof(*report->recovery));
		recovery = &report->recovery[report->recoveries++];
		*recovery = (struct report_recovery){
			.session = session,
			.began = e,
			.drill = drill,
		};
	}
}

/* The end that decides tells of a session's recoveries, if its log is here. */
static const struct report_end *telling_end(const struct report_session *s)
{
	size_t i;

	for (i = 0; i < s->ends; i++)
		if (log_number(*s->end[i].event, JVPN_EVENT_A_ROLE) ==
		    JVPN_ROLE_INITIATOR)
			return &s->end[i];
	return s->end;
}

void report_load(struct report *report, const struct log *log)
{
	size_t i;

	memset(report, 0, sizeof(*report));
	report->log = log;
	find_sessions(report, sort_events(report));
	for (i = 0; i < report->sessions; i++)
		find_recoveries(report, &report->session[i],
				telling_end(&report->session[i]));
}

void report_free(struct report *report)
{
	free(report->sorted);
	free(report->end);
	free(report->session);
	free(report->recovery);
}

const char *report_end_name(const struct report *report,
			    const struct log_entry *e)
{
	const struct log_device *device = &report->log->device[e->device];

	return device->node && *device->node ? device->node : device->ifname;
}

u64 report_percentile(const u64 *sorted, size_t count, unsigned int percent)
{
	size_t rank = (count * percent + 99) / 100;

	return count ? sorted[rank ? rank - 1 : 0] : 0;
}
