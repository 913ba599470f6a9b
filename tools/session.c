// SPDX-License-Identifier: GPL-2.0
/* session: look at sessions, move them, end them. */
#include <stdio.h>

#include "cmd.h"
#include "config.h"
#include "key.h"
#include "out.h"
#include "parse.h"
#include "print.h"
#include "target.h"

static void list_one(const char *ifname, const struct nlattr *session)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	char hex[2 * JVPN_SESSION_ID_LEN + 1] = "-";
	char key[KEY_BASE64_SIZE] = "-";

	attr_index_nest(&attr_session, session, tb);
	if (tb[JVPN_SESSION_A_ID])
		hex_format(hex, mnl_attr_get_payload(tb[JVPN_SESSION_A_ID]),
			   JVPN_SESSION_ID_LEN);
	if (tb[JVPN_SESSION_A_PEER])
		key_format(key, mnl_attr_get_payload(tb[JVPN_SESSION_A_PEER]));
	printf("%s %s %s ", ifname, hex, key);
	print_state(tb[JVPN_SESSION_A_STATE]);
	printf(" version %llu epoch %llu",
	       attr_number(tb[JVPN_SESSION_A_VERSION]),
	       attr_number(tb[JVPN_SESSION_A_EPOCH]));
	if (tb[JVPN_SESSION_A_ACTIVE_PATH])
		printf(" path %llu\n",
		       attr_number(tb[JVPN_SESSION_A_ACTIVE_PATH]));
	else
		printf(" no path\n");
}

static struct json_object *session_as_json(const struct view *view,
					   const struct nlattr *session)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "ifname",
		 json_text(view->ifname, strlen(view->ifname)));
	json_attrs(object, &attr_session, session, false);
	json_need_array(object, "path");
	return object;
}

static int list_view(const struct view *view, void *data)
{
	struct json_object *list = data;
	size_t i;

	for (i = 0; i < view->sessions.count; i++) {
		const struct nlattr *nest = view->sessions.item[i].nest;

		if (out_json)
			json_object_array_add(list,
					      session_as_json(view, nest));
		else
			list_one(view->ifname, nest);
	}
	return EXIT_DONE;
}

static int run_list(const struct args *args)
{
	const char *device = args->count ? args->word[0] : NULL;
	struct json_object *list;
	struct nl nl;
	int err;

	err = device ? word_is_device(args, device) : EXIT_DONE;
	if (!err)
		err = nl_open(&nl);
	if (err)
		return err;
	list = json_object_new_array();
	err = view_each(&nl, device, list_view, list);
	if (!err && out_json)
		json_print(list);
	else
		json_object_put(list);
	nl_close(&nl);
	return err;
}

static void print_traffic(const struct nlattr **tb)
{
	char text[TEXT_MAX];

	print_name("", "received");
	printf("%llu packets, %s\n",
	       attr_number(tb[JVPN_SESSION_A_RX_PACKETS]),
	       human_bytes(text, attr_number(tb[JVPN_SESSION_A_RX_BYTES])));
	print_name("", "sent");
	printf("%llu packets, %s\n",
	       attr_number(tb[JVPN_SESSION_A_TX_PACKETS]),
	       human_bytes(text, attr_number(tb[JVPN_SESSION_A_TX_BYTES])));
}

static void print_details(const struct nlattr *session)
{
	const struct nlattr *tb[ATTR_MAX + 1], *attr = NULL;
	char hex[2 * JVPN_LINEAGE_LEN + 1], key[KEY_BASE64_SIZE];

	attr_index_nest(&attr_session, session, tb);
	print_session(session, "");
	if (tb[JVPN_SESSION_A_PEER]) {
		print_name("", "peer");
		puts(key_format(key, mnl_attr_get_payload(tb[JVPN_SESSION_A_PEER])));
	}
	while ((attr = attr_next(mnl_attr_get_payload(session),
				 mnl_attr_get_payload_len(session), attr)))
		if (mnl_attr_get_type(attr) == JVPN_SESSION_A_PATH)
			print_path(NULL, attr);
	print_traffic(tb);
	print_name("", "policy version");
	printf("%llu\n", attr_number(tb[JVPN_SESSION_A_POLICY_VERSION]));
	if (tb[JVPN_SESSION_A_LINEAGE]) {
		hex_format(hex, mnl_attr_get_payload(tb[JVPN_SESSION_A_LINEAGE]),
			   JVPN_LINEAGE_LEN);
		print_name("", "lineage");
		puts(hex);
	}
}

static int show_view(const struct view *view, void *data)
{
	const struct target *target = data;
	const struct view_item *session;

	session = view_find_session(view, target->by_id ? target->id : NULL,
				    target->key);
	if (!session)
		return fail(EXIT_NOT_FOUND, "%s has no such session",
			    view->ifname);
	if (out_json)
		json_print(session_as_json(view, session->nest));
	else
		print_details(session->nest);
	return EXIT_DONE;
}

static int run_show(const struct args *args)
{
	struct target target = { 0 };
	struct nl nl;
	int err;

	err = target_read(args, &target);
	if (!err)
		err = nl_open(&nl);
	if (err)
		return err;
	err = view_each(&nl, args->word[0], show_view, &target);
	nl_close(&nl);
	return err;
}

/* SESSION_SWITCH with a path, SESSION_TERMINATE without. */
static int ask(const struct args *args, const struct target *target,
	       u8 command, const u8 *path)
{
	struct nlmsghdr *header;
	struct nlattr *nest;
	struct nl nl;
	int err;

	err = nl_open(&nl);
	if (err)
		return err;
	header = nl_new(&nl, command, args->word[0], 0);
	nest = target_nest(header, target);
	if (path)
		mnl_attr_put_u8(header, JVPN_SESSION_A_TARGET_PATH, *path);
	nl_nest_end(header, nest);
	if (nl_do(&nl, header, NULL, NULL))
		err = nl_fail(&nl, "%s: session %s", args->word[0],
			      args->word[1]);
	nl_close(&nl);
	return err;
}

static int run_switch(const struct args *args)
{
	struct target target = { 0 };
	struct config_path path = { 0 };
	const char *why;
	int err;

	err = target_read(args, &target);
	if (err)
		return err;
	if (config_set_path_id(&path, args->word[2], &why))
		return usage_error(args, "%s", why);
	return ask(args, &target, JVPN_CMD_SESSION_SWITCH, &path.id);
}

static int run_terminate(const struct args *args)
{
	struct target target = { 0 };
	int err = target_read(args, &target);

	return err ? err : ask(args, &target, JVPN_CMD_SESSION_TERMINATE, NULL);
}

static int run_session(const struct args *args)
{
	static const struct subcommand table[] = {
		{ "list", 0, 1, run_list },
		{ "show", 2, 2, run_show },
		{ "switch", 3, 3, run_switch },
		{ "terminate", 2, 2, run_terminate },
	};

	return run_subcommand(args, table, ARRAY_SIZE(table));
}

const struct command cmd_session = {
	.name = "session",
	.usage = "list [DEV]\n"
		 "show DEV ID|PEER\n"
		 "switch DEV ID|PEER PATH\n"
		 "terminate DEV ID|PEER",
	.summary = "look at sessions, move them, end them",
	.help = "A session is named by its id or by the peer's public key.\n"
		"\n"
		"  list       one line for each session\n"
		"  show       all about one\n"
		"  switch     move it to another path, make before break; the answer is in the\n"
		"             events, a move that fails leaves the session where it is\n"
		"  terminate  end it, with the reason OPERATOR_TERMINATED; the peer is told",
	.min_words = 1,
	.max_words = -1,
	.run = run_session,
};
