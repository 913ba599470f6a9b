// SPDX-License-Identifier: GPL-2.0
/* audit: replays event logs and says which invariants they prove or refute. */
#include "audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "json_out.h"
#include "out.h"

/* Findings of one check that are printed for people. */
#define FINDINGS_SHOWN	10

static const struct {
	const char *name;
	const char *text;
} checks[] = {
	[AUDIT_BINDING] = { "binding",
		"at most one active binding; exactly one in ATTACHED and VOLATILE" },
	[AUDIT_IDENTITY] = { "identity", "the session id never changes" },
	[AUDIT_SURVIVAL] = { "survival",
		"a dead transport ends no session while policy bounds hold" },
	[AUDIT_TABLE] = { "table",
		"the state changes only by the table, each time with one report" },
	[AUDIT_COUNTING] = { "counting",
		"version and epoch grow by exactly 1" },
	[AUDIT_RECOVERY] = { "recovery",
		"RECOVERING is left within recovery_window" },
	[AUDIT_SWITCHES] = { "switches",
		"no more than max_switches_per_min between living paths" },
	[AUDIT_LOSS] = { "loss",
		"never without a binding for longer than transport_loss_ttl" },
	[AUDIT_LIFETIME] = { "lifetime",
		"never older than session_max_lifetime" },
	[AUDIT_REFUSALS] = { "refusals",
		"a refused or replayed message changes nothing" },
	[AUDIT_ABSORBING] = { "absorbing", "TERMINATED is the end" },
	[AUDIT_OUTCOME] = { "outcome",
		"same state, inputs, policy and clock: same outcome" },
	[AUDIT_SEQUENCE] = { "sequence",
		"events are numbered without gaps, or the gap is said" },
	[AUDIT_CLOCK] = { "clock", "the boot clock never goes back" },
	[AUDIT_REASONS] = { "reasons",
		"every event has one reason, every transition its own report" },
	[AUDIT_LINEAGE] = { "lineage",
		"each attach continues the lineage of the one before" },
	[AUDIT_ENDS] = { "ends", "both ends saw the same moves" },
};

static_assert(ARRAY_SIZE(checks) == AUDIT_CHECKS);

enum verdict { HELD, REFUTED, NOT_SHOWN };

static const char *const verdicts[] = {
	[HELD] = "held",
	[REFUTED] = "refuted",
	[NOT_SHOWN] = "not shown by this log",
};

static size_t count_findings(const struct audit *audit, enum audit_check check)
{
	size_t i, n = 0;

	for (i = 0; i < audit->findings; i++)
		n += audit->finding[i].check == check;
	return n;
}

/* Why a check is not shown, or NULL if it is. */
static const char *not_shown(const struct audit *audit, enum audit_check check)
{
	if (check == AUDIT_OUTCOME)
		return "a log has the outcome of a decision, not all that it was made from";
	if (audit->open[check])
		return "the log does not have the policy (monitor --policy)";
	if (!audit->judged[check] && check == AUDIT_ENDS)
		return "no session is told of by both ends";
	if (!audit->judged[check])
		return "nothing of the kind happened";
	if (audit->lost && check != AUDIT_CLOCK && check != AUDIT_SEQUENCE)
		return "events are lost";
	return NULL;
}

static enum verdict verdict_of(const struct audit *audit,
			       enum audit_check check)
{
	if (count_findings(audit, check))
		return REFUTED;
	return not_shown(audit, check) ? NOT_SHOWN : HELD;
}

static void print_findings(const struct audit *audit, enum audit_check check)
{
	size_t i, shown = 0, all = count_findings(audit, check);

	for (i = 0; i < audit->findings && shown < FINDINGS_SHOWN; i++) {
		const struct audit_finding *f = &audit->finding[i];

		if (f->check != check)
			continue;
		printf("      %s:%u: %s\n", f->file, f->line, f->what);
		shown++;
	}
	if (shown < all)
		printf("      and %zu more\n", all - shown);
}

static void print_check(const struct audit *audit, enum audit_check check)
{
	enum verdict verdict = verdict_of(audit, check);
	static const enum colour colours[] = {
		[HELD] = COLOUR_GREEN,
		[REFUTED] = COLOUR_RED,
		[NOT_SHOWN] = COLOUR_FAINT,
	};

	if (check <= AUDIT_OUTCOME)
		printf("%4u  ", check + 1);
	else
		printf("      ");
	printf("%-9s  %s%s%s", checks[check].name, colour(colours[verdict]),
	       verdicts[verdict], colour(COLOUR_RESET));
	if (verdict == NOT_SHOWN)
		printf(": %s\n", not_shown(audit, check));
	else
		printf(": %s\n", checks[check].text);
	print_findings(audit, check);
}

static size_t count_events(const struct log *log)
{
	size_t i, n = 0;

	for (i = 0; i < log->entries; i++)
		n += log->entry[i].kind == LOG_EVENT;
	return n;
}

static size_t count_drills(const struct log *log)
{
	size_t i, n = 0;

	for (i = 0; i < log->entries; i++)
		n += log_number(&log->entry[i], JVPN_EVENT_A_REASON) ==
		     JVPN_REASON_DRILL_BEGAN;
	return n;
}

static void print_audit(const struct audit *audit)
{
	size_t drills = count_drills(audit->log);
	const struct log *log = audit->log;
	unsigned int i;

	for (i = 0; i < AUDIT_CHECKS; i++)
		print_check(audit, i);
	printf("events: %zu, sessions: %zu, ends: %u; ", count_events(log),
	       audit->distinct, log->devices);
	if (audit->findings)
		printf("%srefuted%s, %zu findings\n", colour(COLOUR_RED),
		       colour(COLOUR_RESET), audit->findings);
	else
		printf("nothing is refuted\n");
	if (drills)
		printf("drills: %zu, what came of them was made on purpose\n",
		       drills);
	if (audit->lost)
		printf("events are lost, as %s:%u says\n",
		       log->file[audit->lost->file], audit->lost->line);
}

static struct json_object *finding_as_json(const struct audit_finding *finding)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "file",
		 json_text(finding->file, strlen(finding->file)));
	json_add_u64(object, "line", finding->line);
	json_add_text(object, "what", finding->what);
	return object;
}

static struct json_object *check_as_json(const struct audit *audit,
					 enum audit_check check)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	enum verdict verdict = verdict_of(audit, check);
	size_t i;

	if (check <= AUDIT_OUTCOME)
		json_add_u64(object, "invariant", check + 1);
	json_add_text(object, "check", checks[check].name);
	json_add_text(object, "text", checks[check].text);
	json_add_text(object, "verdict", verdicts[verdict]);
	if (verdict == NOT_SHOWN)
		json_add_text(object, "why", not_shown(audit, check));
	for (i = 0; i < audit->findings; i++)
		if (audit->finding[i].check == check)
			json_object_array_add(list,
					      finding_as_json(&audit->finding[i]));
	json_add(object, "findings", list);
	return object;
}

static void print_json(const struct audit *audit)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	unsigned int i;

	for (i = 0; i < AUDIT_CHECKS; i++)
		json_object_array_add(list, check_as_json(audit, i));
	json_add_u64(object, "events", count_events(audit->log));
	json_add_u64(object, "sessions", audit->distinct);
	json_add_u64(object, "ends", audit->log->devices);
	json_add_u64(object, "drills", count_drills(audit->log));
	json_add(object, "refuted", json_object_new_boolean(audit->findings));
	json_add(object, "checks", list);
	json_print(object);
}

static int run_verify(const struct args *args)
{
	struct audit audit = { 0 };
	struct log log = { 0 };
	int i, err = EXIT_DONE;

	for (i = 0; i < args->count && !err; i++)
		err = log_read(&log, args->word[i]);
	if (!err && !log.entries)
		err = fail(EXIT_USAGE, "there is no event in these logs");
	if (!err) {
		audit.log = &log;
		audit_replay(&audit);
		audit_ends(&audit);
		if (out_json)
			print_json(&audit);
		else
			print_audit(&audit);
		if (audit.findings)
			err = EXIT_REFUSED;
	}
	audit_free(&audit);
	log_free(&log);
	return err;
}

static int run_audit(const struct args *args)
{
	static const struct subcommand table[] = {
		{ "verify", 1, -1, run_verify },
	};

	return run_subcommand(args, table, ARRAY_SIZE(table));
}

const struct command cmd_audit = {
	.name = "audit",
	.usage = "verify FILE...",
	.summary = "what event logs prove of the invariants",
	.help = "Replays logs that `monitor --json` wrote and says of each invariant whether it\n"
		"held, is refuted (and in which line), or cannot be told from these logs. Give\n"
		"the logs of both ends to have them compared; `-` is standard input.\n"
		"\n"
		"Bounds of a policy that was changed can be told if the log has it: see\n"
		"`monitor --policy`. Exit code 0: nothing is refuted, 1: something is, 2: a\n"
		"file is no event log.",
	.min_words = 2,
	.max_words = -1,
	.run = run_audit,
};
