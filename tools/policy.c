// SPDX-License-Identifier: GPL-2.0
/* policy: what a session may do by itself, and when. */
#include <stdio.h>

#include "../module/policy.h"
#include "cmd.h"
#include "config.h"
#include "json_out.h"
#include "key.h"
#include "out.h"
#include "parse.h"

/* "DEV [peer KEY]" of all three; the words left are behind args->word + *at. */
static int read_head(const struct args *args, int *at,
		     struct config_peer *peer)
{
	int err = word_is_device(args, args->word[0]);

	if (err || args->count <= *at || strcmp(args->word[*at], "peer"))
		return err;
	if (args->count == *at + 1)
		return usage_error(args, "peer needs a value");
	peer->has_key = true;
	*at += 2;
	return word_is_peer(args, args->word[*at - 1], peer->key);
}

static const struct jvpn_policy_field *find_field(unsigned int attr)
{
	unsigned int i;

	for (i = 0; i < jvpn_policy_field_count; i++)
		if (jvpn_policy_fields[i].attr == attr)
			return &jvpn_policy_fields[i];
	return NULL;
}

static void print_field(unsigned int attr, u32 value)
{
	const struct attr_desc *desc = &attr_policy.desc[attr];
	const struct jvpn_policy_field *field = find_field(attr);
	bool changed = field && value != field->def;
	char text[80];

	printf("%s%-24s%s %s", changed ? colour(COLOUR_BOLD) : "", desc->name,
	       changed ? colour(COLOUR_RESET) : "",
	       value_format(desc, value, text, sizeof(text)));
	if (changed)
		printf("   (default %s)",
		       value_format(desc, field->def, text, sizeof(text)));
	putchar('\n');
}

static void print_policy(const struct nlattr *policy)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	unsigned int i;

	attr_index_nest(&attr_policy, policy, tb);
	if (tb[JVPN_POLICY_A_VERSION])
		printf("version %u, %s\n",
		       (u32)attr_number(tb[JVPN_POLICY_A_VERSION]),
		       tb[JVPN_POLICY_A_PEER] ? "the peer's own" :
						"the device's");
	for (i = 0; i <= attr_policy.max; i++)
		if (tb[i] && policy_is_field(i))
			print_field(i, attr_number(tb[i]));
}

static int take_answer(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	struct json_object *object;

	(void)data;
	msg_index(header, tb);
	if (!out_json) {
		print_policy(tb[JVPN_A_POLICY]);
		return 0;
	}
	object = json_object_new_object();
	json_attrs(object, &attr_policy, tb[JVPN_A_POLICY], false);
	json_print(object);
	return 0;
}

static int run_show(const struct args *args)
{
	struct config_peer peer = { 0 };
	struct nlmsghdr *header;
	struct nlattr *nest;
	struct nl nl;
	int err, at = 1;

	err = read_head(args, &at, &peer);
	if (!err && at != args->count)
		err = usage_error(args, "show: too many words");
	if (!err)
		err = nl_open(&nl);
	if (err)
		return err;
	header = nl_new(&nl, JVPN_CMD_POLICY_GET, args->word[0], 0);
	if (peer.has_key) {
		nest = nl_nest(header, JVPN_A_POLICY);
		mnl_attr_put(header, JVPN_POLICY_A_PEER, JVPN_KEY_LEN,
			     peer.key);
		nl_nest_end(header, nest);
	}
	if (nl_do(&nl, header, take_answer, NULL))
		err = nl_fail(&nl, "%s: policy", args->word[0]);
	nl_close(&nl);
	return err;
}

/* Asks for the change, of the device or of a peer that is there. */
static int apply(const struct args *args, const struct config_peer *peer)
{
	struct config config = { 0 };
	struct nl nl;
	int err;

	err = nl_open(&nl);
	if (err)
		return err;
	if (peer->has_key)
		*config_add_peer(&config) = *peer;
	else
		config.policy = peer->policy;
	err = config_apply(&nl, args->word[0], &config);
	config_free(&config);
	nl_close(&nl);
	return err;
}

/* field=value */
static int read_field(const struct args *args, char *word,
		      struct config_policy *policy)
{
	char *equals = strchr(word, '=');
	char clean[TEXT_MAX];
	const char *why;
	int err;

	clean_text(clean, word, strlen(word));
	if (!equals)
		return usage_error(args, "%s: not of the form field=value",
				   clean);
	*equals = 0;
	err = config_set_field(policy, word, equals + 1, &why);
	*equals = '=';
	if (err)
		return usage_error(args, "%s: %s%s", clean,
				   err == -EINVAL ? "not " : "", why);
	return EXIT_DONE;
}

static int run_set(const struct args *args)
{
	struct config_peer peer = { .update_only = true };
	int err, at = 1;

	err = read_head(args, &at, &peer);
	peer.policy.strict = args->given & OPTION_STRICT;
	if (!err && at == args->count)
		err = usage_error(args, "set: nothing to set");
	for (; !err && at < args->count; at++)
		err = read_field(args, args->word[at], &peer.policy);
	return err ? err : apply(args, &peer);
}

static int run_preset(const struct args *args)
{
	struct config_peer peer = { .update_only = true };
	int err, at = 2;
	const char *why;

	err = read_head(args, &at, &peer);
	peer.policy.strict = args->given & OPTION_STRICT;
	if (!err && at != args->count)
		err = usage_error(args, "preset: too many words");
	if (!err && config_set_preset(&peer.policy, args->word[1], &why))
		err = usage_error(args, "%s: %s", args->word[1], why);
	return err ? err : apply(args, &peer);
}

static int run_inherit(const struct args *args)
{
	struct config_peer peer = { .update_only = true };
	int err, at = 1;

	err = read_head(args, &at, &peer);
	if (!err && !peer.has_key)
		err = usage_error(args, "inherit: takes peer KEY");
	peer.policy.strict = args->given & OPTION_STRICT;
	peer.policy.inherit = true;
	return err ? err : apply(args, &peer);
}

static int run_policy(const struct args *args)
{
	static const struct subcommand table[] = {
		{ "show", 1, 3, run_show },
		{ "set", 2, -1, run_set },
		{ "preset", 2, 4, run_preset },
		{ "inherit", 3, 3, run_inherit },
	};

	return run_subcommand(args, table, ARRAY_SIZE(table));
}

const struct command cmd_policy = {
	.name = "policy",
	.usage = "show DEV [peer KEY]\n"
		 "set DEV [peer KEY] [--strict] FIELD=VALUE...\n"
		 "preset DEV NAME [peer KEY] [--strict]\n"
		 "inherit DEV peer KEY [--strict]",
	.summary = "what a session may do by itself, and when",
	.help = "The policy of a device holds for its peers, unless a peer has its own. A policy\n"
		"is judged as a whole: one bad value, and nothing changes.\n"
		"\n"
		"  show     the policy in force; fields that differ from the default say so\n"
		"  set      change fields; times take ms, s, m, h, d, shares a % behind the number\n"
		"  preset   start from balanced, mobile, fast-failover or fintech\n"
		"  inherit  take the peer's own policy away: it has the device's again\n"
		"\n"
		"Live sessions follow at their next transition, or at once with --strict.",
	.options = OPTION_STRICT,
	.min_words = 1,
	.max_words = -1,
	.run = run_policy,
};
