// SPDX-License-Identifier: GPL-2.0
/* report: event logs as one page to look at. */
#include "report.h"

#include <stdlib.h>
#include <time.h>

#include "cmd.h"
#include "key.h"
#include "out.h"

/* Sessions that are drawn; all are in the table of recoveries. */
#define SESSIONS_DRAWN	100

static void print_time(FILE *out, u64 wall_ns)
{
	time_t seconds = wall_ns / JVPN_NS_PER_S;
	char text[40] = "-";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%F %T UTC", &tm);
	fputs(text, out);
}

static const struct log_entry *last_of(const struct report_end *end)
{
	return end->event[end->events - 1];
}

static void print_ends(FILE *out, const struct report *report,
		       const struct report_session *session)
{
	size_t i;

	for (i = 0; i < session->ends; i++) {
		const struct log_entry *e = *session->end[i].event;
		const char *role = name_role(log_number(e, JVPN_EVENT_A_ROLE));

		fputs(i ? ", " : "", out);
		html_text(out, report_end_name(report, e));
		fprintf(out, " (%s)", role ? role : "role unknown");
	}
}

static void print_session(FILE *out, const struct report *report,
			  const struct report_session *session)
{
	const struct log_entry *last = last_of(session->end);
	const char *state = name_state(log_number(last,
						  JVPN_EVENT_A_STATE_AFTER));
	char hex[2 * JVPN_SESSION_ID_LEN + 1], text[TEXT_MAX];

	hex_format(hex, last->session_id, JVPN_SESSION_ID_LEN);
	fprintf(out, "<section>\n<h2>Session %s</h2>\n<p class=\"faint\">", hex);
	print_ends(out, report, session);
	fputs("; from ", out);
	print_time(out, session->from_ns);
	fprintf(out, ", %s; last seen %s</p>\n",
		human_duration(text, (session->to_ns - session->from_ns) /
			       JVPN_NS_PER_MS), state ? state : "-");
	report_draw(out, report, session);
	report_moves(out, report, session);
	fputs("</section>\n", out);
}

/* What the reader must know before trusting the rest. */
static void print_gaps(FILE *out, const struct log *log)
{
	size_t i;

	for (i = 0; i < log->entries; i++) {
		const struct log_entry *e = &log->entry[i];

		if (e->kind != LOG_GAP &&
		    (e->kind != LOG_EVENT || !log_number(e, JVPN_EVENT_A_LOST)))
			continue;
		fputs("<p>Events are lost, as ", out);
		html_text(out, log->file[e->file]);
		fprintf(out, ":%u says: what follows is not all that happened.</p>\n",
			e->line);
		break;
	}
}

static void print_page(FILE *out, const struct report *report)
{
	size_t i;

	html_begin(out);
	fprintf(out, "<p class=\"faint\">Events: %zu; sessions: %zu; ends: %u",
		report->log->entries, report->sessions, report->log->devices);
	if (report->sessions) {
		fputs("; from ", out);
		print_time(out, report->session[0].from_ns);
	}
	fputs("</p>\n", out);
	print_gaps(out, report->log);
	if (report->sessions)
		report_recoveries(out, report);
	for (i = 0; i < report->sessions && i < SESSIONS_DRAWN; i++)
		print_session(out, report, &report->session[i]);
	if (i < report->sessions)
		fprintf(out, "<p>%zu more sessions are in the table only.</p>\n",
			report->sessions - i);
	html_end(out);
}

static int write_page(const char *name, const struct report *report)
{
	char clean[TEXT_MAX];
	FILE *out = stdout;
	bool bad;

	if (name && strcmp(name, "-")) {
		out = fopen(name, "we");
		if (!out)
			return fail(EXIT_SYSTEM, "%s: %s",
				    clean_text(clean, name, strlen(name)),
				    strerror(errno));
	}
	print_page(out, report);
	if (out == stdout)
		return EXIT_DONE; /* looked at by out_finish() */
	bad = ferror(out);
	if (fclose(out) || bad)
		return fail(EXIT_SYSTEM, "%s: cannot be written: %s",
			    clean_text(clean, name, strlen(name)),
			    strerror(errno));
	return EXIT_DONE;
}

static int run_report(const struct args *args)
{
	struct report report;
	struct log log = { 0 };
	int i, err = EXIT_DONE;

	for (i = 0; i < args->count && !err; i++)
		err = log_read(&log, args->word[i]);
	if (!err && !log.entries)
		err = fail(EXIT_USAGE, "there is no event in these logs");
	if (!err) {
		report_load(&report, &log);
		err = write_page(args->output, &report);
		report_free(&report);
	}
	log_free(&log);
	return err;
}

const struct command cmd_report = {
	.name = "report",
	.usage = "[-o FILE] LOG...",
	.summary = "event logs as a page to look at",
	.help = "Makes one HTML page of logs that `monitor --json` wrote: the states of each end\n"
		"over time, round-trip time and loss of the paths, moves and refusals with their\n"
		"reasons, and recoveries with their percentiles. It needs no network.\n"
		"\n"
		"  -o FILE     where to; standard output if not given",
	.options = OPTION_OUTPUT,
	.min_words = 1,
	.max_words = -1,
	.run = run_report,
};
