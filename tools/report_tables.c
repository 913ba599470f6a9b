// SPDX-License-Identifier: GPL-2.0
/* The tables of a report: recoveries, and what moved or was refused. */
#include "report.h"

#include <stdlib.h>

#include "names.h"
#include "out.h"

static u16 reason_of(const struct log_entry *e)
{
	return log_number(e, JVPN_EVENT_A_REASON);
}

static const char *reason_text(const struct log_entry *e)
{
	const char *name = name_reason(reason_of(e));

	return name ? name : "unknown";
}

static int by_value(const void *one, const void *other)
{
	const u64 *a = one, *b = other;

	return *a < *b ? -1 : *a > *b;
}

static bool is_attached(const struct report_recovery *r)
{
	return r->ended && log_number(r->ended, JVPN_EVENT_A_STATE_AFTER) ==
	       JVPN_STATE_ATTACHED;
}

/* A column whose name begins with # holds numbers. */
static void table_begin(FILE *out, const char *const *columns)
{
	fputs("<div class=\"scroll\"><table>\n<thead><tr>", out);
	for (; *columns; columns++) {
		bool number = **columns == '#';

		fprintf(out, "<th%s>%s</th>", number ? " class=\"n\"" : "",
			*columns + number);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void table_end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

static void ms_cell(FILE *out, u64 us)
{
	fprintf(out, "<td class=\"n\">%.1f</td>", us / 1e3);
}

/* Those of one cause, or of any if @reason is 0. */
static void percentile_row(FILE *out, const struct report *report, u16 reason)
{
	static const u8 percents[] = { 50, 95, 100 };
	u64 *outage = xalloc(report->recoveries * sizeof(*outage));
	size_t i, n = 0, all = 0;

	for (i = 0; i < report->recoveries; i++) {
		const struct report_recovery *r = &report->recovery[i];

		if (reason && reason_of(r->began) != reason)
			continue;
		all++;
		if (is_attached(r))
			outage[n++] = r->outage_us;
	}
	qsort(outage, n, sizeof(*outage), by_value);
	if (all) {
		fprintf(out, "<tr><td>%s</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td>",
			reason ? name_reason(reason) : "all", all, n);
		for (i = 0; i < ARRAY_SIZE(percents) && n; i++)
			ms_cell(out, report_percentile(outage, n, percents[i]));
		for (; i < ARRAY_SIZE(percents); i++)
			fputs("<td class=\"n\">–</td>", out);
		fputs("</tr>\n", out);
	}
	free(outage);
}

static void recovery_row(FILE *out, const struct report *report,
			 const struct report_recovery *r, u64 since_ns)
{
	const char *state = r->ended ?
		name_state(log_number(r->ended, JVPN_EVENT_A_STATE_AFTER)) :
		NULL;

	fprintf(out, "<tr><td class=\"n\">%.3f</td><td>",
		(log_number(r->began, JVPN_EVENT_A_WALL_NS) - since_ns) / 1e9);
	html_text(out, report_end_name(report, r->began));
	fprintf(out, "</td><td>%s%s</td><td>%s</td>", reason_text(r->began),
		r->drill ? ", a drill" : "", state ? state : "not in this log");
	ms_cell(out, r->took_us);
	ms_cell(out, r->outage_us);
	fprintf(out, "<td class=\"n\">%llu</td></tr>\n", r->dropped);
}

void report_recoveries(FILE *out, const struct report *report)
{
	static const char *const causes[] = {
		"cause", "#recoveries", "#attached", "#outage p50, ms", "#p95",
		"#max", NULL
	};
	static const char *const each[] = {
		"#at, s", "end", "cause", "led to", "#took, ms", "#outage, ms",
		"#packets lost", NULL
	};
	unsigned int reason;
	u64 since_ns;
	size_t i;

	fputs("<section>\n<h2>Recoveries</h2>\n", out);
	if (!report->recoveries) {
		fputs("<p>There was none.</p>\n</section>\n", out);
		return;
	}
	table_begin(out, causes);
	for (reason = 1; reason <= JVPN_REASON_MAX; reason++)
		if (name_reason(reason))
			percentile_row(out, report, reason);
	percentile_row(out, report, 0);
	table_end(out);
	fputs("<p class=\"faint\">Outage: how long the session had no living path, ",
	      out);
	fputs("as the end that decides measured it; ", out);
	fputs("0 is a move between living paths.</p>\n", out);
	table_begin(out, each);
	since_ns = report->session[0].from_ns;
	for (i = 0; i < report->recoveries; i++)
		recovery_row(out, report, &report->recovery[i], since_ns);
	table_end(out);
	fputs("</section>\n", out);
}

static void path_cell(FILE *out, const struct log_entry *e, unsigned int attr)
{
	if (log_has(e, attr))
		fprintf(out, "<td class=\"n\">%llu</td>", log_number(e, attr));
	else
		fputs("<td class=\"n\">–</td>", out);
}

static void move_row(FILE *out, const struct report *report,
		     const struct log_entry *e, u64 since_ns, size_t number)
{
	static const char *const words[] = {
		[JVPN_EVENT_SWITCH] = "move",
		[JVPN_EVENT_SWITCH_DENIED] = "denied",
		[JVPN_EVENT_REATTACH_REFUSED] = "refused",
		[JVPN_EVENT_SECURITY] = "security",
		[JVPN_EVENT_DRILL] = "drill",
	};

	fprintf(out, "<tr><td class=\"n\">%.3f</td><td>",
		(log_number(e, JVPN_EVENT_A_WALL_NS) - since_ns) / 1e9);
	html_text(out, report_end_name(report, e));
	fprintf(out, "</td><td>%s", words[log_number(e, JVPN_EVENT_A_TYPE)]);
	if (number)
		fprintf(out, " %zu", number);
	else if (log_number(e, JVPN_EVENT_A_COUNT) > 1)
		fprintf(out, ", %llu times", log_number(e, JVPN_EVENT_A_COUNT));
	fputs("</td>", out);
	path_cell(out, e, JVPN_EVENT_A_PATH_FROM);
	path_cell(out, e, JVPN_EVENT_A_PATH_TO);
	fprintf(out, "<td>%s</td>", reason_text(e));
	ms_cell(out, log_number(e, JVPN_EVENT_A_OUTAGE_US));
	fputs("</tr>\n", out);
}

static bool is_told(const struct log_entry *e)
{
	u64 type = log_number(e, JVPN_EVENT_A_TYPE);

	return type == JVPN_EVENT_SWITCH || type == JVPN_EVENT_SWITCH_DENIED ||
	       type == JVPN_EVENT_REATTACH_REFUSED ||
	       type == JVPN_EVENT_SECURITY || type == JVPN_EVENT_DRILL;
}

void report_moves(FILE *out, const struct report *report,
		  const struct report_session *session)
{
	static const char *const columns[] = {
		"#at, s", "end", "what", "#from path", "#to path", "reason",
		"#outage, ms", NULL
	};
	size_t i, j, told = 0;

	for (i = 0; i < session->ends; i++)
		for (j = 0; j < session->end[i].events; j++)
			told += is_told(session->end[i].event[j]);
	if (!told)
		return;
	fputs("<h3>Moves and refusals</h3>\n", out);
	table_begin(out, columns);
	for (i = 0; i < session->ends; i++) {
		size_t number = 0;

		for (j = 0; j < session->end[i].events; j++) {
			const struct log_entry *e = session->end[i].event[j];
			bool move = log_number(e, JVPN_EVENT_A_TYPE) ==
				    JVPN_EVENT_SWITCH;

			if (move)
				number++;
			if (is_told(e))
				move_row(out, report, e, session->from_ns,
					 move ? number : 0);
		}
	}
	table_end(out);
}
