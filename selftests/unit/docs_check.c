// SPDX-License-Identifier: GPL-2.0
/*
 * docs/events.md and docs/policy.md against the code: the parts of them between
 * "<!-- generated: NAME -->" and "<!-- end -->" are made here, from the tables
 * and from the UAPI header. With JVPN_DOCS_WRITE=1 they are written, not compared.
 */

#include <ctype.h>

#include <kunit/test.h>

#include "fsm.h"
#include "policy.h"
#include "reason.h"
#include "tests/random.h"

#ifndef TOP
#define TOP "../.."
#endif
#define HEADER TOP "/include/uapi/linux/jvpn.h"

static char *slurp(struct kunit *test, const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (f) {
		if (getdelim(&text, &room, '\0', f) < 0) {
			free(text);
			text = NULL;
		}
		fclose(f);
	}
	if (!text)
		KUNIT_FAIL(test, "%s cannot be read", path);
	return text;
}

/* One enumerator of the header with the comment behind it. */
struct entry {
	char name[64];
	char comment[160];
	unsigned int number;	/* as they stand, from 0 */
};

/*
 * The enumerators of "enum @tag" whose names begin with @prefix, without it; the
 * "unspec" and "pad" of netlink's are no fields.
 */
static unsigned int enumerators(const char *header, const char *tag,
				const char *prefix, struct entry *entry,
				unsigned int room)
{
	const char *at, *end;
	unsigned int n = 0, number = 0;
	char open[80];

	snprintf(open, sizeof(open), "enum %s {", tag);
	at = strstr(header, open);
	end = at ? strstr(at, "};") : NULL;
	while (at && (at = strstr(at, prefix)) && at < end && n < room) {
		const char *line = at + strcspn(at, "\n");
		const char *from, *to;
		size_t len;

		/* Not __JVPN_..._MAX. */
		if (at[-1] == '_') {
			at = line;
			continue;
		}
		at += strlen(prefix);
		len = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		snprintf(entry[n].name, sizeof(entry[n].name), "%.*s", (int)len, at);
		from = strstr(at, "/*");
		to = from ? strstr(from, " */") : NULL;
		entry[n].comment[0] = '\0';
		if (from && from < line && to && to < line)
			snprintf(entry[n].comment, sizeof(entry[n].comment), "%.*s",
				 (int)(to - from - 3), from + 3);
		at = line;
		entry[n].number = number++;
		if (strcmp(entry[n].name, "UNSPEC") && strcmp(entry[n].name, "PAD"))
			n++;
	}
	return n;
}

static const char *lower(const char *name)
{
	static char out[64];
	size_t i;

	for (i = 0; name[i] && i < sizeof(out) - 1; i++)
		out[i] = tolower((unsigned char)name[i]);
	out[i] = '\0';
	return out;
}

static void make_types(struct kunit *test, FILE *out)
{
	char *header = slurp(test, HEADER);
	struct entry entry[32];
	unsigned int i, n;

	n = enumerators(header, "jvpn_event_type", "JVPN_EVENT_", entry, 32);
	KUNIT_EXPECT_EQ(test, n, JVPN_EVENT_MAX);
	fprintf(out, "| number | type | group | reports |\n| --- | --- | --- | --- |\n");
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_NE(test, entry[i].comment[0], '\0');
		fprintf(out, "| %u | %s | %s | %s |\n", i + 1, entry[i].name,
			i + 1 == JVPN_EVENT_SECURITY ? JVPN_MCGRP_SECURITY :
						       JVPN_MCGRP_STATE,
			entry[i].comment);
	}
	free(header);
}

/* By number: what a field says; the type comes from the header. */
static const char *const field_meaning[] = {
	[JVPN_EVENT_A_SEQ] = "number of the event, per device, without gaps",
	[JVPN_EVENT_A_TYPE] = "type, see above",
	[JVPN_EVENT_A_BOOT_NS] = "when, boot clock (goes on during suspend, never steps)",
	[JVPN_EVENT_A_WALL_NS] = "when, wall clock since 1970, as the machine believed it to be",
	[JVPN_EVENT_A_NODE] = "name that the device was given for this end",
	[JVPN_EVENT_A_SESSION_ID] = "the session; both ends compute the same",
	[JVPN_EVENT_A_PEER] = "public key of the other end",
	[JVPN_EVENT_A_ROLE] = "1 initiator, 2 responder",
	[JVPN_EVENT_A_STATE_BEFORE] = "state before, by number: see Transitions",
	[JVPN_EVENT_A_STATE_AFTER] = "state after; as before unless the type is STATE_CHANGE",
	[JVPN_EVENT_A_VERSION] = "state version: 1 more with each STATE_CHANGE of the session",
	[JVPN_EVENT_A_EPOCH] = "binding epoch: 1 more with each accepted attach",
	[JVPN_EVENT_A_REASON] = "reason, see below",
	[JVPN_EVENT_A_FSM_EVENT] = "event, by number: see Transitions; STATE_CHANGE only",
	[JVPN_EVENT_A_POLICY_VERSION] = "version of the policy that was decided by",
	[JVPN_EVENT_A_PATH_FROM] = "path that was left, or that the event is about",
	[JVPN_EVENT_A_PATH_TO] = "path that was gone to, or asked for",
	[JVPN_EVENT_A_LOCAL_FROM] = "local address and port of path_from",
	[JVPN_EVENT_A_REMOTE_FROM] = "remote address and port of path_from",
	[JVPN_EVENT_A_LOCAL_TO] = "local address and port of path_to",
	[JVPN_EVENT_A_REMOTE_TO] = "remote address and port of path_to",
	[JVPN_EVENT_A_SRTT_US] = "smoothed round-trip time of the path (RFC 6298)",
	[JVPN_EVENT_A_RTTVAR_US] = "its variation",
	[JVPN_EVENT_A_LOSS_PERMILLE] = "share lost on the path within loss_window",
	[JVPN_EVENT_A_PROBES] = "so many probes went unanswered; NO_DELIVERY only",
	[JVPN_EVENT_A_OUTAGE_US] = "how long the session had no living path",
	[JVPN_EVENT_A_SILENCE_US] = "how long nothing valid had come",
	[JVPN_EVENT_A_QUEUED] = "inner packets that wait",
	[JVPN_EVENT_A_DROPPED] = "inner packets given up during this outage, or by this drill",
	[JVPN_EVENT_A_COUNT] = "so many reports are merged in this one",
	[JVPN_EVENT_A_LINEAGE_BEFORE] = "lineage value before the attach",
	[JVPN_EVENT_A_LINEAGE] = "lineage value after it",
	[JVPN_EVENT_A_LOST] = "so many asked for, before this one, are gone",
	[JVPN_EVENT_A_LOST_SEQ] = "of a history: the newest number among lost",
	[JVPN_EVENT_A_LOST_OTHERS] = "of a history: neither transitions nor switches, gone",
	[JVPN_EVENT_A_TRAIN_LOSS_PPM] = "round-trip loss, in ppm, behind probes",
	[JVPN_EVENT_A_JITTER_US] = "jitter of the path (RFC 3550)",
	[JVPN_EVENT_A_PRIORITY] = "its priority class; absent while srtt_us is not known",
	[JVPN_EVENT_A_SRTT_TO_US] = "smoothed round-trip time of path_to",
	[JVPN_EVENT_A_LOSS_TO_PERMILLE] = "share lost on path_to",
	[JVPN_EVENT_A_PRIORITY_TO] = "its priority class; absent while srtt_to_us is not known",
	[JVPN_EVENT_A_RETRY_MS] = "for how long the denied move is forbidden; SWITCH_DENIED only",
};

static void make_event_fields(struct kunit *test, FILE *out)
{
	char *header = slurp(test, HEADER);
	struct entry entry[64];
	unsigned int i, n;

	n = enumerators(header, "jvpn_attr_event", "JVPN_EVENT_A_", entry, 64);
	/* All but UNSPEC and PAD. */
	KUNIT_EXPECT_EQ(test, n, JVPN_EVENT_A_MAX - 1);
	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(field_meaning) - 1, JVPN_EVENT_A_MAX);
	fprintf(out, "| field | type | meaning |\n| --- | --- | --- |\n");
	for (i = 0; i < n; i++) {
		const char *meaning = field_meaning[entry[i].number];
		const char *type = entry[i].comment;

		KUNIT_EXPECT_TRUE(test, meaning);
		/* "u64: per device", "nest: jvpn_attr_endpoint" */
		if (!strncmp(type, "nest: jvpn_attr_", 16))
			type += 16;
		fprintf(out, "| %s | %.*s | %s |\n", lower(entry[i].name),
			(int)strcspn(type, ":,;"), type, meaning ? meaning : "?");
	}
	free(header);
}

static const char *cell(int to)
{
	switch (to) {
	case JVPN_FSM_STAY:
		return "·";
	case JVPN_FSM_ILLEGAL:
		return "✗";
	default:
		return jvpn_fsm_state_name(to);
	}
}

static void make_transitions(struct kunit *test, FILE *out)
{
	u8 event, state;

	(void)test;
	fprintf(out, "| event |");
	for (state = 1; state <= JVPN_STATE_MAX; state++) {
		fprintf(out, " %s%s |", jvpn_fsm_state_name(state),
			state == JVPN_STATE_DEGRADED ? ", bound" : "");
		if (state == JVPN_STATE_DEGRADED)
			fprintf(out, " %s, unbound |", jvpn_fsm_state_name(state));
	}
	fprintf(out, " reason |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
	for (event = 1; event < __JVPN_FSM_EVENT_MAX; event++) {
		fprintf(out, "| %s |", jvpn_fsm_event_name(event));
		for (state = 1; state <= JVPN_STATE_MAX; state++) {
			fprintf(out, " %s |", cell(jvpn_fsm_next(state, event, true)));
			if (state == JVPN_STATE_DEGRADED)
				fprintf(out, " %s |",
					cell(jvpn_fsm_next(state, event, false)));
		}
		fprintf(out, " %s |\n", jvpn_reason_name(jvpn_fsm_reason(event)));
	}
}

static void make_reasons(struct kunit *test, FILE *out)
{
	char *header = slurp(test, HEADER);
	const char *block = "", *name;
	struct entry entry[128];
	unsigned int reason, i, n, named = 0;

	n = enumerators(header, "jvpn_reason", "JVPN_REASON_", entry, 128);
	for (reason = 1; reason <= JVPN_REASON_MAX; reason++) {
		name = jvpn_reason_name(reason);
		if (!strcmp(name, "UNKNOWN"))
			continue;
		named++;
		if (strcmp(block, jvpn_reason_block(reason))) {
			block = jvpn_reason_block(reason);
			fprintf(out, "\n### %c%s\n\n", toupper((unsigned char)*block),
				block + 1);
			fprintf(out, "| number | reason | means | what to do |\n");
			fprintf(out, "| --- | --- | --- | --- |\n");
		}
		fprintf(out, "| %u | %s | %s | %s |\n", reason, name,
			jvpn_reason_meaning(reason), jvpn_reason_advice(reason));
	}
	/* Each of the header has a row in the table, and but for NONE no more are there. */
	KUNIT_EXPECT_EQ(test, n, named + 1);
	for (i = 0; i < n; i++)
		if (strcmp(entry[i].name, "NONE"))
			KUNIT_EXPECT_NE(test, jvpn_reason_by_name(entry[i].name), 0);
	free(header);
}

static void put_value(FILE *out, const struct jvpn_policy_field *f, u32 value)
{
	static const char *const transport[] = { "", "udp4", "udp6", "tcp4", "tcp6" };
	const char *comma = "";
	unsigned int i;

	switch (f->attr) {
	case JVPN_POLICY_A_ON_RECOVERY_EXCEEDED:
		fprintf(out, "%s", value ? "terminate" : "degrade");
		return;
	case JVPN_POLICY_A_FAILBACK:
	case JVPN_POLICY_A_STRICT_BINDING:
	case JVPN_POLICY_A_PERSIST:
		fprintf(out, "%s", value ? "on" : "off");
		return;
	case JVPN_POLICY_A_ALLOWED_TRANSPORTS:
		for (i = JVPN_TRANSPORT_UDP4; i <= JVPN_TRANSPORT_TCP6; i++)
			if (value & 1U << i) {
				fprintf(out, "%s%s", comma, transport[i]);
				comma = ", ";
			}
		return;
	default:
		fprintf(out, "%u", value);
	}
}

/* The rules between fields, in words; rules_hold() compares them with the code. */
static void put_rule(FILE *out, const struct jvpn_policy_field *f)
{
	static const struct {
		u16 attr;
		const char *rule;
	} rules[] = {
		{ JVPN_POLICY_A_TRANSPORT_LOSS_TTL, "≤ session_max_lifetime" },
		{ JVPN_POLICY_A_RECOVERY_WINDOW, "≤ transport_loss_ttl" },
		{ JVPN_POLICY_A_IDLE_HEARTBEAT_INTERVAL, "≥ heartbeat_interval" },
		{ JVPN_POLICY_A_HEARTBEAT_VOLATILE, "≥ 2 × heartbeat_interval" },
		{ JVPN_POLICY_A_VOLATILE_TO_DEGRADED, "≥ loss_window + 1000" },
		{ JVPN_POLICY_A_STABILITY_WINDOW, "≤ volatile_to_degraded" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].attr == f->attr)
			fprintf(out, "; %s", rules[i].rule);
}

static void make_policy_fields(struct kunit *test, FILE *out)
{
	unsigned int i;

	(void)test;
	fprintf(out, "| field | unit | default | range |\n| --- | --- | --- | --- |\n");
	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *f = &jvpn_policy_fields[i];

		fprintf(out, "| %s | %s | ", f->name, f->unit);
		put_value(out, f, f->def);
		fprintf(out, " | ");
		if (f->attr == JVPN_POLICY_A_ALLOWED_TRANSPORTS) {
			fprintf(out, "at least one of ");
			put_value(out, f, f->max);
		} else {
			put_value(out, f, f->min);
			fprintf(out, " – ");
			put_value(out, f, f->max);
		}
		put_rule(out, f);
		fprintf(out, " |\n");
	}
}

static void make_presets(struct kunit *test, FILE *out)
{
	struct jvpn_policy preset[8];
	unsigned int i, k, n;
	const char *name;

	for (n = 0; (name = jvpn_policy_preset_name(n)); n++)
		KUNIT_EXPECT_EQ(test, jvpn_policy_preset(&preset[n], name), 0);
	fprintf(out, "| field |");
	for (k = 0; k < n; k++)
		fprintf(out, " %s |", jvpn_policy_preset_name(k));
	fprintf(out, "\n| --- |");
	for (k = 0; k < n; k++)
		fprintf(out, " --- |");
	fprintf(out, "\n");
	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *f = &jvpn_policy_fields[i];
		bool differs = false;

		for (k = 0; k < n; k++)
			differs |= jvpn_policy_get(&preset[k], f) != f->def;
		if (!differs)
			continue;
		fprintf(out, "| %s |", f->name);
		for (k = 0; k < n; k++) {
			fprintf(out, " ");
			put_value(out, f, jvpn_policy_get(&preset[k], f));
			fprintf(out, " |");
		}
		fprintf(out, "\n");
	}
}

/* Is "the other field bounds this one" among the rules that the docs word? */
static bool worded(const struct jvpn_policy_error *err)
{
	bool found = false;
	char *text = NULL;
	unsigned int i;
	size_t len;
	FILE *out;

	for (i = 0; i < jvpn_policy_field_count; i++) {
		if (strcmp(jvpn_policy_fields[i].name, err->field))
			continue;
		out = open_memstream(&text, &len);
		put_rule(out, &jvpn_policy_fields[i]);
		fclose(out);
		found = strstr(text, err->limit);
		free(text);
	}
	return found;
}

/* Policies at random within the table: each refusal is for a rule that is worded. */
static void rules_hold(struct kunit *test)
{
	struct test_random r = { .state = 13 };
	unsigned int seen = 0, round, i;
	struct jvpn_policy_error err;
	struct jvpn_policy p;

	for (round = 0; round < 200000; round++) {
		for (i = 0; i < jvpn_policy_field_count; i++) {
			const struct jvpn_policy_field *f = &jvpn_policy_fields[i];
			u32 span = f->max - f->min;

			span >>= test_random_below(&r, 24);
			jvpn_policy_put(&p, f, f->min + test_random_below(&r, span + 1));
		}
		p.allowed_transports &= 30;
		if (!p.allowed_transports || !jvpn_policy_validate(&p, &err))
			continue;
		KUNIT_ASSERT_TRUE(test, err.limit);
		if (!worded(&err))
			KUNIT_FAIL(test, "%s is bounded by %s: not in docs",
				   err.field, err.limit);
		for (i = 0; i < jvpn_policy_field_count; i++)
			if (!strcmp(jvpn_policy_fields[i].name, err.field))
				seen |= 1U << i;
	}
	/* All six, that is: each of those worded is enforced. */
	KUNIT_EXPECT_EQ(test, hweight32(seen), 6);
}

typedef void (*maker)(struct kunit *test, FILE *out);

/* The text with its part @name made anew, or as it is if it has no such part. */
static char *replace(struct kunit *test, const char *text, const char *name, maker make)
{
	const char *from, *to;
	char begin[64];
	char *all = NULL;
	size_t len;
	FILE *out;

	snprintf(begin, sizeof(begin), "<!-- generated: %s -->\n", name);
	from = strstr(text, begin);
	to = from ? strstr(from, "<!-- end -->") : NULL;
	if (!to) {
		KUNIT_FAIL(test, "there is no part %s", name);
		return strdup(text);
	}
	from += strlen(begin);
	out = open_memstream(&all, &len);
	fwrite(text, 1, from - text, out);
	make(test, out);
	fputs(to, out);
	fclose(out);
	return all;
}

struct part {
	const char *name;
	maker make;
};

/* Where the two texts begin to differ, for a person. */
static void report(struct kunit *test, const char *path, const char *is, const char *should)
{
	size_t line = 1, i, start = 0;

	for (i = 0; is[i] && is[i] == should[i]; i++)
		if (is[i] == '\n') {
			line++;
			start = i + 1;
		}
	KUNIT_FAIL(test, "%s differs from the code in line %zu:\n#   is     %.*s\n#   should %.*s",
		   path, line, (int)strcspn(is + start, "\n"), is + start,
		   (int)strcspn(should + start, "\n"), should + start);
}

static void check(struct kunit *test, const char *path, const struct part *part)
{
	char *is = slurp(test, path), *should, *next;
	FILE *f;

	KUNIT_ASSERT_TRUE(test, is);
	should = strdup(is);
	for (; part->name; part++) {
		next = replace(test, should, part->name, part->make);
		free(should);
		should = next;
	}
	if (strcmp(is, should)) {
		if (getenv("JVPN_DOCS_WRITE")) {
			f = fopen(path, "w");
			KUNIT_ASSERT_TRUE(test, f);
			fputs(should, f);
			fclose(f);
		} else {
			report(test, path, is, should);
		}
	}
	free(is);
	free(should);
}

static void events_md(struct kunit *test)
{
	check(test, TOP "/docs/events.md", (const struct part[]) {
		{ "types", make_types },
		{ "fields", make_event_fields },
		{ "transitions", make_transitions },
		{ "reasons", make_reasons },
		{ }
	});
}

static void policy_md(struct kunit *test)
{
	check(test, TOP "/docs/policy.md", (const struct part[]) {
		{ "fields", make_policy_fields },
		{ "presets", make_presets },
		{ }
	});
}

/* What each field does is said: none is missing from the list below the table. */
static void every_field_explained(struct kunit *test)
{
	char *text = slurp(test, TOP "/docs/policy.md");
	unsigned int i;
	char bold[80];

	KUNIT_ASSERT_TRUE(test, text);
	for (i = 0; i < jvpn_policy_field_count; i++) {
		snprintf(bold, sizeof(bold), "**%s**", jvpn_policy_fields[i].name);
		if (!strstr(text, bold))
			KUNIT_FAIL(test, "%s is not explained", jvpn_policy_fields[i].name);
	}
	free(text);
}

/* Texts fit a table: no bar, no line break; and they are sentences. */
static void reason_texts(struct kunit *test)
{
	unsigned int reason, k;
	const char *text;

	for (reason = 1; reason <= JVPN_REASON_MAX; reason++)
		for (k = 0; k < 2; k++) {
			text = k ? jvpn_reason_advice(reason) :
				   jvpn_reason_meaning(reason);
			if (!text)
				continue;
			if (strpbrk(text, "|\n") || text[strlen(text) - 1] != '.' ||
			    strlen(text) < 12)
				KUNIT_FAIL(test, "%s: \"%s\"",
					   jvpn_reason_name(reason), text);
		}
}

static struct kunit_case docs_cases[] = {
	KUNIT_CASE(events_md),
	KUNIT_CASE(policy_md),
	KUNIT_CASE(rules_hold),
	KUNIT_CASE(every_field_explained),
	KUNIT_CASE(reason_texts),
	{ }
};

static struct kunit_suite docs_suite = {
	.name = "docs",
	.test_cases = docs_cases,
};

kunit_test_suite(docs_suite);
