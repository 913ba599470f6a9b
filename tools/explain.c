// SPDX-License-Identifier: GPL-2.0
/* explain: what a reason code means and what to do about it. */
#include <stdio.h>

#include "../module/reason.h"
#include "cmd.h"
#include "json_out.h"
#include "out.h"
#include "parse.h"

static struct json_object *reason_as_json(u16 reason)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "reason", jvpn_reason_name(reason));
	json_add_u64(object, "number", reason);
	json_add_text(object, "block", jvpn_reason_block(reason));
	json_add_text(object, "meaning", jvpn_reason_meaning(reason));
	json_add_text(object, "advice", jvpn_reason_advice(reason));
	return object;
}

/* Words of a text, in lines that fit a terminal. */
static void print_wrapped(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column && column + 1 + len > 76) {
			putchar('\n');
			column = 0;
		}
		printf("%s%.*s", column ? " " : "  ", (int)len, text);
		column += (column ? 1 : 2) + len;
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_reason(u16 reason)
{
	printf("%s%s%s (%u, %s)\n", colour(COLOUR_BOLD),
	       jvpn_reason_name(reason), colour(COLOUR_RESET), reason,
	       jvpn_reason_block(reason));
	print_wrapped(jvpn_reason_meaning(reason));
	print_wrapped(jvpn_reason_advice(reason));
}

static int explain_all(void)
{
	struct json_object *list = json_object_new_array();
	unsigned int reason;
	bool first = true;

	for (reason = 1; reason <= JVPN_REASON_MAX; reason++) {
		if (!jvpn_reason_meaning(reason))
			continue;
		if (out_json) {
			json_object_array_add(list, reason_as_json(reason));
			continue;
		}
		if (!first)
			putchar('\n');
		first = false;
		print_reason(reason);
	}
	if (out_json)
		json_print(list);
	else
		json_object_put(list);
	return EXIT_DONE;
}

static int run_explain(const struct args *args)
{
	const char *word = args->word[0];
	char clean[TEXT_MAX];
	u32 number = 0;
	u16 reason;

	if (!strcmp(word, "all"))
		return explain_all();
	if (parse_u32(word, 0, UINT16_MAX, &number))
		reason = jvpn_reason_by_name(word);
	else
		reason = number;
	if (!jvpn_reason_meaning(reason))
		return fail(EXIT_NOT_FOUND, "there is no reason %s; `explain all` shows them",
			    clean_text(clean, word, strlen(word)));
	if (out_json)
		json_print(reason_as_json(reason));
	else
		print_reason(reason);
	return EXIT_DONE;
}

const struct command cmd_explain = {
	.name = "explain",
	.usage = "REASON\nall",
	.summary = "what a reason code means and what to do",
	.help = "Says what a reason code means and what to do about it. REASON is a name such\n"
		"as LINK_DOWN (case does not matter) or a number; `all` shows every one.",
	.min_words = 1,
	.max_words = 1,
	.run = run_explain,
};
