// SPDX-License-Identifier: GPL-2.0
/*
 * A session as a picture: a band of states for each end, its moves and refusals
 * below it, and what was measured on the paths. All on one axis of wall-clock
 * time since the session was first heard of.
 */
#include "report.h"

#include "names.h"
#include "out.h"

#define WIDTH		1000
#define LEFT		120	/* names stand there */
#define RIGHT		20
#define BAND_HEIGHT	24
#define MARKS_HEIGHT	22
#define END_HEIGHT	(BAND_HEIGHT + MARKS_HEIGHT + 10)
#define CHART_HEIGHT	120
#define AXIS_HEIGHT	28
/* What lasts for ever so short is still to be seen. */
#define BAND_MIN	2.5
/* From this width on a band has room for its state's name. */
#define BAND_NAMED	84
#define NAME_CHARS	15
#define TICKS		7
/* More moves than this are drawn without their numbers. */
#define NUMBERED	40
/* A number that stands closer to the one before than this is left out. */
#define NUMBER_WIDTH	20

struct picture {
	FILE *out;
	const struct report *report;
	const struct report_session *session;
	double span_ns;
};

/* A measurement that can be drawn over time. */
struct measure {
	const char *title;
	const char *unit;
	unsigned int attr;
	double divisor;
};

static double x_of(const struct picture *p, u64 wall_ns)
{
	double ns = wall_ns - p->session->from_ns;

	return LEFT + ns / p->span_ns * (WIDTH - LEFT - RIGHT);
}

static double x_of_event(const struct picture *p, const struct log_entry *e)
{
	return x_of(p, log_number(e, JVPN_EVENT_A_WALL_NS));
}

/* 1, 2 or 5 times a power of ten, such that @count of them reach @span. */
static double nice_step(double span, unsigned int count)
{
	static const double factors[] = { 2, 2.5, 2 };
	double step = 0.000001;
	unsigned int i = 0;

	while (step * count < span)
		step *= factors[i++ % ARRAY_SIZE(factors)];
	return step;
}

static void print_seconds(FILE *out, double s, double step)
{
	if (step >= 3600)
		fprintf(out, "%g h", s / 3600);
	else if (step < 0.1 && s < 1)
		fprintf(out, "%g ms", s * 1e3);
	else
		fprintf(out, "%g s", s);
}

static void draw_grid(const struct picture *p, double x1, double y1, double x2,
		      double y2)
{
	fprintf(p->out, "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\"", x1, y1);
	fprintf(p->out, " x2=\"%.1f\" y2=\"%.1f\"/>", x2, y2);
}

static void draw_axis(const struct picture *p, double top, double bottom)
{
	double span = p->span_ns / 1e9, step = nice_step(span, TICKS);
	unsigned int i;

	for (i = 0; i * step <= span * 1.0001; i++) {
		double x = LEFT + i * step / span * (WIDTH - LEFT - RIGHT);

		draw_grid(p, x, top, x, bottom);
		fprintf(p->out, "<text class=\"faint mid\" x=\"%.1f\" y=\"%.1f\">",
			x, bottom + 16);
		print_seconds(p->out, i * step, step);
		fputs("</text>\n", p->out);
	}
}

static void print_name(FILE *out, const char *name)
{
	char text[TEXT_MAX];
	size_t i, chars = 0;

	/* Cut between characters, of which some have several bytes. */
	for (i = 0; name[i] && i + 4 < sizeof(text); i++) {
		if ((name[i] & 0xc0) != 0x80 && ++chars > NAME_CHARS)
			break;
		text[i] = name[i];
	}
	text[i] = 0;
	html_text(out, text);
	if (name[i])
		fputs("…", out);
}

static void print_what(FILE *out, const struct log_entry *e)
{
	const char *reason = name_reason(log_number(e, JVPN_EVENT_A_REASON));
	const char *type = name_event_type(log_number(e, JVPN_EVENT_A_TYPE));

	fprintf(out, "%s, %s", type ? type : "event",
		reason ? reason : "unknown reason");
	if (log_has(e, JVPN_EVENT_A_PATH_FROM))
		fprintf(out, ", from path %llu",
			log_number(e, JVPN_EVENT_A_PATH_FROM));
	if (log_has(e, JVPN_EVENT_A_PATH_TO))
		fprintf(out, ", to path %llu",
			log_number(e, JVPN_EVENT_A_PATH_TO));
	if (log_number(e, JVPN_EVENT_A_OUTAGE_US))
		fprintf(out, ", %.1f ms without a path",
			log_number(e, JVPN_EVENT_A_OUTAGE_US) / 1e3);
}

static void draw_state(const struct picture *p, u64 state, u64 from, u64 to,
		       double y)
{
	const char *name = name_state(state);
	double x = x_of(p, from), width = x_of(p, to > from ? to : from) - x;

	if (!name)
		return;
	if (width < BAND_MIN)
		width = BAND_MIN;
	fprintf(p->out, "<rect class=\"s%llu\" x=\"%.1f\" y=\"%.1f\"", state, x, y);
	fprintf(p->out, " width=\"%.1f\" height=\"%u\" rx=\"2\">", width,
		BAND_HEIGHT);
	fprintf(p->out, "<title>%s, %.1f ms</title></rect>", name,
		(to > from ? to - from : 0) / 1e6);
	if (width >= BAND_NAMED)
		fprintf(p->out, "<text class=\"on mid\" x=\"%.1f\" y=\"%.1f\">%s</text>",
			x + width / 2, y + BAND_HEIGHT / 2.0 + 4, name);
	fputc('\n', p->out);
}

/* Short states are drawn last: they are what a reader looks for. */
static void draw_band(const struct picture *p, const struct report_end *end,
		      double y, bool brief)
{
	const struct log_entry *e = *end->event;
	u64 state = log_number(e, JVPN_EVENT_A_STATE_BEFORE);
	u64 from = log_number(e, JVPN_EVENT_A_WALL_NS);
	size_t i;

	for (i = 0; i <= end->events; i++) {
		u64 to = p->session->to_ns;

		if (i < end->events) {
			e = end->event[i];
			if (log_number(e, JVPN_EVENT_A_TYPE) !=
			    JVPN_EVENT_STATE_CHANGE)
				continue;
			to = log_number(e, JVPN_EVENT_A_WALL_NS);
		}
		if ((x_of(p, to) - x_of(p, from) < BAND_MIN) == brief &&
		    (i || state != JVPN_STATE_BIRTH))
			draw_state(p, state, from, to, y);
		from = to;
		state = log_number(e, JVPN_EVENT_A_STATE_AFTER);
	}
}

static void draw_mark(const struct picture *p, const struct log_entry *e,
		      double y, size_t number, bool numbered)
{
	double x = x_of_event(p, e);
	u64 path = log_number(e, JVPN_EVENT_A_PATH_TO) % JVPN_MAX_PATHS;

	fputs("<g><title>", p->out);
	print_what(p->out, e);
	fputs("</title>", p->out);
	if (number)
		fprintf(p->out, "<circle class=\"d%llu\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>",
			path, x, y);
	else
		fprintf(p->out, "<path class=\"refused\" d=\"M%.1f %.1fl8 8m0 -8l-8 8\"/>",
			x - 4, y - 4);
	if (number && numbered)
		fprintf(p->out, "<text x=\"%.1f\" y=\"%.1f\">%zu</text>", x + 7,
			y + 4, number);
	fputs("</g>\n", p->out);
}

static bool is_refusal(const struct log_entry *e)
{
	u64 type = log_number(e, JVPN_EVENT_A_TYPE);

	return type == JVPN_EVENT_SWITCH_DENIED ||
	       type == JVPN_EVENT_REATTACH_REFUSED ||
	       type == JVPN_EVENT_SECURITY;
}

/* A bar under the band while a path was cut on purpose. */
static void draw_drills(const struct picture *p, const struct report_end *end,
			double y)
{
	const struct log_entry *began = NULL;
	size_t i;

	for (i = 0; i <= end->events; i++) {
		const struct log_entry *e = end->event[i < end->events ? i : i - 1];
		double x, width;

		if (i < end->events && !report_is_drill(e))
			continue;
		if (began) {
			x = x_of_event(p, began);
			width = x_of_event(p, e) - x;
			fprintf(p->out, "<rect class=\"drill\" x=\"%.1f\" y=\"%.1f\"",
				x, y);
			fprintf(p->out, " width=\"%.1f\" height=\"3\"><title>drill, path %llu",
				width < BAND_MIN ? BAND_MIN : width,
				log_number(began, JVPN_EVENT_A_PATH_FROM));
			fprintf(p->out, " cut for %.1f ms</title></rect>\n",
				(log_number(e, JVPN_EVENT_A_WALL_NS) -
				 log_number(began, JVPN_EVENT_A_WALL_NS)) / 1e6);
		}
		began = log_number(e, JVPN_EVENT_A_REASON) ==
			JVPN_REASON_DRILL_BEGAN && report_is_drill(e) ? e : NULL;
	}
}

static void draw_marks(const struct picture *p, const struct report_end *end,
		       double y)
{
	size_t i, moves = 0, number = 0;
	double taken = 0;

	for (i = 0; i < end->events; i++)
		moves += log_number(end->event[i], JVPN_EVENT_A_TYPE) ==
			 JVPN_EVENT_SWITCH;
	for (i = 0; i < end->events; i++) {
		const struct log_entry *e = end->event[i];

		double x = x_of_event(p, e);
		bool room = moves <= NUMBERED && x >= taken;

		if (log_number(e, JVPN_EVENT_A_TYPE) == JVPN_EVENT_SWITCH) {
			draw_mark(p, e, y, ++number, room);
			taken = room ? x + NUMBER_WIDTH : taken;
		} else if (is_refusal(e)) {
			draw_mark(p, e, y, 0, false);
		}
	}
}

static void draw_ends(const struct picture *p, double top)
{
	size_t i;

	for (i = 0; i < p->session->ends; i++) {
		const struct report_end *end = &p->session->end[i];
		const char *name = report_end_name(p->report, *end->event);
		double y = top + i * END_HEIGHT;

		fprintf(p->out, "<g><title>");
		html_text(p->out, name);
		fprintf(p->out, "</title><text class=\"end\" x=\"%u\" y=\"%.1f\">",
			LEFT - 10, y + BAND_HEIGHT / 2.0 + 4);
		print_name(p->out, name);
		fputs("</text></g>\n", p->out);
		fprintf(p->out, "<text class=\"faint end\" x=\"%u\" y=\"%.1f\">moves</text>\n",
			LEFT - 10, y + BAND_HEIGHT + MARKS_HEIGHT / 2.0 + 4);
		draw_band(p, end, y, false);
		draw_band(p, end, y, true);
		draw_drills(p, end, y + BAND_HEIGHT + 1);
		draw_marks(p, end, y + BAND_HEIGHT + MARKS_HEIGHT / 2.0 + 2);
	}
}

/* The path that an event measured, or -1. Nothing is known of one without RTT. */
static int measured_path(const struct log_entry *e)
{
	u64 path = log_number(e, log_has(e, JVPN_EVENT_A_PATH_FROM) ?
			      JVPN_EVENT_A_PATH_FROM : JVPN_EVENT_A_PATH_TO);

	if (!log_number(e, JVPN_EVENT_A_SRTT_US) || path >= JVPN_MAX_PATHS ||
	    (!log_has(e, JVPN_EVENT_A_PATH_FROM) &&
	     !log_has(e, JVPN_EVENT_A_PATH_TO)))
		return -1;
	return path;
}

static double largest(const struct picture *p, const struct measure *m,
		      bool *any)
{
	double max = 0;
	size_t i, j;

	*any = false;
	for (i = 0; i < p->session->ends; i++) {
		const struct report_end *end = &p->session->end[i];

		for (j = 0; j < end->events; j++) {
			double value = log_number(end->event[j], m->attr) /
				       m->divisor;

			if (measured_path(end->event[j]) < 0)
				continue;
			*any = true;
			if (value > max)
				max = value;
		}
	}
	return max;
}

/* One path as one end saw it; the second end's lines are dashed. */
static void draw_line(const struct picture *p, const struct measure *m,
		      const struct report_end *end, int path, double bottom,
		      double scale)
{
	bool dashed = end != p->session->end;
	size_t i, points = 0;

	for (i = 0; i < end->events; i++)
		points += measured_path(end->event[i]) == path;
	if (!points)
		return;
	fprintf(p->out, "<polyline class=\"p%d\"%s points=\"", path,
		dashed ? " stroke-dasharray=\"5 4\"" : "");
	for (i = 0; i < end->events; i++) {
		const struct log_entry *e = end->event[i];

		if (measured_path(e) == path)
			fprintf(p->out, "%.1f,%.1f ", x_of_event(p, e), bottom -
				log_number(e, m->attr) / m->divisor * scale);
	}
	fputs("\"/>", p->out);
	for (i = 0; i < end->events; i++) {
		const struct log_entry *e = end->event[i];
		double value = log_number(e, m->attr) / m->divisor;

		if (measured_path(e) != path)
			continue;
		fprintf(p->out, "<circle class=\"d%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\">",
			path, x_of_event(p, e), bottom - value * scale);
		fprintf(p->out, "<title>path %d, ", path);
		html_text(p->out, report_end_name(p->report, e));
		fprintf(p->out, ": %.1f %s</title></circle>", value, m->unit);
	}
	fputc('\n', p->out);
}

static void draw_chart(const struct picture *p, const struct measure *m,
		       double top, double max)
{
	double step = nice_step(max > 0 ? max : 1, 2), bottom, y;
	unsigned int i;
	size_t end;
	int path;

	bottom = top + CHART_HEIGHT - 20;
	fprintf(p->out, "<text class=\"end\" x=\"%u\" y=\"%.1f\">%s</text>\n",
		LEFT - 10, top - 4, m->title);
	for (i = 0; i <= 2; i++) {
		y = bottom - i * (CHART_HEIGHT - 30) / 2.0;
		draw_grid(p, LEFT, y, WIDTH - RIGHT, y);
		fprintf(p->out, "<text class=\"faint end\" x=\"%u\" y=\"%.1f\">%g %s</text>\n",
			LEFT - 10, y + 4, i * step, m->unit);
	}
	for (end = 0; end < p->session->ends; end++)
		for (path = 0; path < JVPN_MAX_PATHS; path++)
			draw_line(p, m, &p->session->end[end], path, bottom,
				  (CHART_HEIGHT - 30) / (2 * step));
}

static bool has_drill(const struct picture *p)
{
	size_t i, j;

	for (i = 0; i < p->session->ends; i++)
		for (j = 0; j < p->session->end[i].events; j++)
			if (report_is_drill(p->session->end[i].event[j]))
				return true;
	return false;
}

/* Mask of the paths that are in the picture; does the second end measure any? */
static unsigned int paths_drawn(const struct picture *p, bool *dashed)
{
	unsigned int mask = 0;
	size_t i, j;

	*dashed = false;
	for (i = 0; i < p->session->ends; i++) {
		const struct report_end *end = &p->session->end[i];

		for (j = 0; j < end->events; j++) {
			const struct log_entry *e = end->event[j];
			int path = measured_path(e);

			if (path >= 0)
				mask |= 1U << path;
			*dashed |= path >= 0 && i;
			if (log_number(e, JVPN_EVENT_A_TYPE) ==
			    JVPN_EVENT_SWITCH)
				mask |= 1U << log_number(e, JVPN_EVENT_A_PATH_TO) %
					JVPN_MAX_PATHS;
		}
	}
	return mask;
}

static void print_key(const struct picture *p)
{
	bool dashed;
	unsigned int i, paths = paths_drawn(p, &dashed);

	fputs("<ul class=\"key\">", p->out);
	for (i = 1; i <= JVPN_STATE_MAX; i++)
		if (i != JVPN_STATE_BIRTH && i != JVPN_STATE_TERMINATED)
			fprintf(p->out, "<li><span class=\"swatch s%u\"></span>%s</li>",
				i, name_state(i));
	fputs("<li>● a move, in the colour of the path gone to</li><li>× refused or denied</li>",
	      p->out);
	if (has_drill(p))
		fputs("<li><span class=\"swatch drill\"></span>a drill: a path was cut</li>",
		      p->out);
	for (i = 0; i < JVPN_MAX_PATHS; i++)
		if (paths & 1U << i)
			fprintf(p->out, "<li><span class=\"swatch p%u\"></span>path %u</li>",
				i, i);
	if (dashed) {
		fputs("<li>dashed: as ", p->out);
		html_text(p->out, report_end_name(p->report,
						  *p->session->end[1].event));
		fputs(" measured it</li>", p->out);
	}
	fputs("</ul>\n", p->out);
}

void report_draw(FILE *out, const struct report *report,
		 const struct report_session *session)
{
	static const struct measure measures[] = {
		{ "round trip", "ms", JVPN_EVENT_A_SRTT_US, 1e3 },
		{ "loss", "%", JVPN_EVENT_A_LOSS_PERMILLE, 10 },
	};
	struct picture p = { out, report, session,
			     session->to_ns - session->from_ns };
	double top = 10, bands = session->ends * END_HEIGHT, height, max;
	unsigned int i;
	bool any;

	if (p.span_ns < 1e6)
		p.span_ns = 1e6;
	height = top + bands + AXIS_HEIGHT;
	largest(&p, &measures[0], &any);
	if (any)
		height += ARRAY_SIZE(measures) * (CHART_HEIGHT + 10) + 10;
	fprintf(out, "<figure><div class=\"scroll\"><svg viewBox=\"0 0 %u %.0f\"",
		WIDTH, height);
	fputs(" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">", out);
	fputs("<title>States, moves and paths over time</title>\n", out);
	draw_axis(&p, top, top + bands);
	draw_ends(&p, top);
	top += bands + AXIS_HEIGHT + 20;
	for (i = 0; any && i < ARRAY_SIZE(measures); i++) {
		max = largest(&p, &measures[i], &any);
		draw_chart(&p, &measures[i], top, max);
		top += CHART_HEIGHT + 10;
	}
	fputs("</svg></div>\n<figcaption>", out);
	print_key(&p);
	fputs("</figcaption></figure>\n", out);
}
