/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of `report` share: a log sorted by sessions, and the page. */
#ifndef JVPN_TOOL_REPORT_H
#define JVPN_TOOL_REPORT_H

#include <stdio.h>

#include "audit_log.h"

/* What one end tells of a session, in the order of the log. */
struct report_end {
	unsigned int device;
	const struct log_entry *const *event;
	size_t events;
};

struct report_session {
	const struct report_end *end;
	size_t ends;
	u64 from_ns;		/* wall clock of the first event of any end */
	u64 to_ns;		/* of the last */
};

/* From RECOVERING to what came of it. */
struct report_recovery {
	const struct report_session *session;
	const struct log_entry *began;
	const struct log_entry *ended;	/* NULL: not in this log */
	bool drill;		/* a path was cut on purpose then */
	u64 took_us;
	u64 outage_us;
	u64 dropped;
};

struct report {
	const struct log *log;
	const struct log_entry **sorted;	/* by session, end, order */
	struct report_end *end;
	size_t ends;
	struct report_session *session;
	size_t sessions;
	struct report_recovery *recovery;
	size_t recoveries;
};

/* report_data.c: sorts a log; free with report_free(). */
void report_load(struct report *report, const struct log *log);
void report_free(struct report *report);

/* Does it tell of the beginning or the end of a drill? */
bool report_is_drill(const struct log_entry *e);

/* The name of an end: its node, or its device. */
const char *report_end_name(const struct report *report,
			    const struct log_entry *e);

/**
 * report_percentile - nearest rank
 * @sorted: ascending
 * @count: how many; 0 gives 0
 * @percent: 1 to 100
 */
u64 report_percentile(const u64 *sorted, size_t count, unsigned int percent);

/* report_html.c: text as HTML and attribute values take it. */
void html_text(FILE *out, const char *text);
void html_begin(FILE *out);
void html_end(FILE *out);

/* report_svg.c: states, moves, round-trip time and loss over time. */
void report_draw(FILE *out, const struct report *report,
		 const struct report_session *session);

/* report_tables.c: what the pictures show, in words and numbers. */
void report_recoveries(FILE *out, const struct report *report);
void report_moves(FILE *out, const struct report *report,
		  const struct report_session *session);

#endif /* JVPN_TOOL_REPORT_H */
