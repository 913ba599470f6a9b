// SPDX-License-Identifier: GPL-2.0
/* path: the ways by which a peer can be reached. */
#include <stdio.h>

#include "cmd.h"
#include "config.h"
#include "key.h"
#include "out.h"
#include "print.h"

struct path_word {
	const char *name;
	int (*set)(struct config_path *path, const char *text,
		   const char **why);
};

static const struct path_word path_words[] = {
	{ "id", config_set_path_id },
	{ "remote", config_set_path_remote },
	{ "dev", config_set_path_ifname },
	{ "local", config_set_path_local },
	{ "priority", config_set_path_priority },
};

static int read_words(const struct args *args, struct config_path *path)
{
	char clean[TEXT_MAX];
	const char *why;
	unsigned int n;
	int i;

	for (i = 2; i < args->count; i += 2) {
		const char *word = args->word[i];

		for (n = 0; n < ARRAY_SIZE(path_words); n++)
			if (!strcmp(word, path_words[n].name))
				break;
		if (n == ARRAY_SIZE(path_words))
			return usage_error(args, "no such word: %s",
					   clean_text(clean, word,
						      strlen(word)));
		if (i + 1 == args->count)
			return usage_error(args, "%s needs a value", word);
		if (path_words[n].set(path, args->word[i + 1], &why))
			return usage_error(args, "%s %s: %s", word,
					   clean_text(clean, args->word[i + 1],
						      strlen(args->word[i + 1])),
					   why);
	}
	if (!path->remote.family)
		return usage_error(args, "a path needs a remote");
	return EXIT_DONE;
}

/* Asks for the one change of a peer that is there. */
static int apply(const struct args *args, const struct config_peer *peer)
{
	struct config config = { 0 };
	struct nl nl;
	int err;

	err = nl_open(&nl);
	if (err)
		return err;
	*config_add_peer(&config) = *peer;
	err = config_apply(&nl, args->word[0], &config);
	config_free(&config);
	nl_close(&nl);
	return err;
}

static int run_add(const struct args *args)
{
	struct config_peer peer = { .update_only = true, .has_key = true,
				    .paths = 1 };
	int err;

	err = word_is_device(args, args->word[0]);
	if (!err)
		err = word_is_peer(args, args->word[1], peer.key);
	if (!err)
		err = read_words(args, &peer.path[0]);
	return err ? err : apply(args, &peer);
}

static int run_del(const struct args *args)
{
	struct config_peer peer = { .update_only = true, .has_key = true };
	struct config_path path = { 0 };
	const char *why;
	int err;

	err = word_is_device(args, args->word[0]);
	if (!err)
		err = word_is_peer(args, args->word[1], peer.key);
	if (err)
		return err;
	if (config_set_path_id(&path, args->word[2], &why))
		return usage_error(args, "%s", why);
	peer.remove_path = 1U << path.id;
	return apply(args, &peer);
}

struct list {
	const u8 *key;			/* of one peer, or NULL */
	struct json_object *json;
};

static void list_peer(const struct view_peer *peer, const struct list *list)
{
	char text[KEY_BASE64_SIZE];
	size_t i;

	for (i = 0; i < peer->paths; i++) {
		const struct nlattr *live = live_path(peer->session,
						      peer->path[i].order);
		struct json_object *object;

		if (!out_json) {
			printf("%s ", key_format(text, peer->key));
			print_path(peer->path[i].nest, live);
			continue;
		}
		object = json_object_new_object();
		json_path(object, peer->path[i].nest, live);
		json_object_array_add(list->json, object);
	}
}

static int list_view(const struct view *view, void *data)
{
	const struct list *list = data;
	const struct view_peer *peer;
	size_t i;

	if (list->key) {
		peer = view_find_peer(view, list->key);
		if (!peer)
			return fail(EXIT_NOT_FOUND, "%s has no such peer",
				    view->ifname);
		list_peer(peer, list);
		return EXIT_DONE;
	}
	for (i = 0; i < view->peers; i++)
		list_peer(&view->peer[i], list);
	return EXIT_DONE;
}

static int run_list(const struct args *args)
{
	struct list list = { 0 };
	u8 key[JVPN_KEY_LEN];
	struct nl nl;
	int err;

	err = word_is_device(args, args->word[0]);
	if (!err && args->count > 1) {
		err = word_is_peer(args, args->word[1], key);
		list.key = key;
	}
	if (!err)
		err = nl_open(&nl);
	if (err)
		return err;
	list.json = json_object_new_array();
	err = view_each(&nl, args->word[0], list_view, &list);
	if (!err && out_json)
		json_print(list.json);
	else
		json_object_put(list.json);
	nl_close(&nl);
	return err;
}

static int run_path(const struct args *args)
{
	static const struct subcommand table[] = {
		{ "add", 2, -1, run_add },
		{ "del", 3, 3, run_del },
		{ "list", 1, 2, run_list },
	};

	return run_subcommand(args, table, ARRAY_SIZE(table));
}

const struct command cmd_path = {
	.name = "path",
	.usage = "add DEV PEER [id N] remote ADDR:PORT [dev IFNAME] [local ADDR] [priority N]\n"
		 "del DEV PEER ID\n"
		 "list DEV [PEER]",
	.summary = "ways to reach a peer",
	.help = "Adds, deletes and lists the paths of a peer: the candidates between which its\n"
		"session may move. Deleting the path in use makes the session move.\n"
		"\n"
		"  id N              0 to 7; the lowest free one if left out\n"
		"  remote ADDR:PORT  the peer's address there, [ADDR]:PORT for IPv6\n"
		"  dev IFNAME        leave by this interface only\n"
		"  local ADDR        from this address only\n"
		"  priority N        0 to 255, lower is preferred",
	.min_words = 1,
	.max_words = -1,
	.run = run_path,
};
