// SPDX-License-Identifier: GPL-2.0
/* show: devices, peers, sessions and paths. */
#include <stdio.h>
#include <time.h>

#include "addr.h"
#include "cmd.h"
#include "key.h"
#include "out.h"
#include "print.h"

struct show {
	bool keys;
	const u8 *peer;			/* only this one, or NULL */
	bool first;
	struct json_object *json;
};

static void print_key(const char *indent, const char *name,
		      const struct nlattr *attr, bool hidden)
{
	char text[KEY_BASE64_SIZE];

	if (!attr || key_is_zero(mnl_attr_get_payload(attr)))
		return;
	print_name(indent, name);
	puts(hidden ? "(hidden)" :
		      key_format(text, mnl_attr_get_payload(attr)));
	secret_wipe(text, sizeof(text));
}

static void print_device(const struct view *view, const struct show *show)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	char text[TEXT_MAX];

	attr_index_nest(&attr_device, view->device, tb);
	printf("%s%sinterface%s: %s%s%s\n", colour(COLOUR_GREEN),
	       colour(COLOUR_BOLD), colour(COLOUR_RESET), colour(COLOUR_GREEN),
	       view->ifname, colour(COLOUR_RESET));
	print_key("  ", "public key", tb[JVPN_DEVICE_A_PUBLIC_KEY], false);
	print_key("  ", "private key", tb[JVPN_DEVICE_A_PRIVATE_KEY],
		  !show->keys);
	if (attr_number(tb[JVPN_DEVICE_A_LISTEN_PORT])) {
		print_name("  ", "listening port");
		printf("%llu\n",
		       attr_number(tb[JVPN_DEVICE_A_LISTEN_PORT]));
	}
	if (attr_number(tb[JVPN_DEVICE_A_FWMARK])) {
		print_name("  ", "fwmark");
		printf("0x%llx\n",
		       attr_number(tb[JVPN_DEVICE_A_FWMARK]));
	}
	if (tb[JVPN_DEVICE_A_NODE_NAME]) {
		const struct nlattr *node = tb[JVPN_DEVICE_A_NODE_NAME];

		clean_text(text, mnl_attr_get_payload(node),
			   mnl_attr_get_payload_len(node));
		if (*text) {
			print_name("  ", "node");
			puts(text);
		}
	}
	print_name("  ", "ciphers");
	puts(name_mask(name_cipher, attr_number(tb[JVPN_DEVICE_A_CIPHERS]),
		       text, sizeof(text)));
	if (tb[JVPN_DEVICE_A_NOTICE] && !attr_number(tb[JVPN_DEVICE_A_NOTICE])) {
		print_name("  ", "notice");
		puts("off");
	}
	if (tb[JVPN_DEVICE_A_EVENT_SLOTS] &&
	    attr_number(tb[JVPN_DEVICE_A_EVENT_SLOTS]) !=
	    JVPN_EVENT_SLOTS_DEFAULT) {
		print_name("  ", "event slots");
		printf("%llu\n", attr_number(tb[JVPN_DEVICE_A_EVENT_SLOTS]));
	}
}

static void print_allowed_ips(const struct view_peer *peer)
{
	const struct nlattr *attr = NULL;
	char text[PREFIX_TEXT_SIZE];
	struct prefix prefix;
	bool first = true;
	size_t i;

	print_name("  ", "allowed ips");
	for (i = 0; i < peer->nests; i++) {
		const void *data = mnl_attr_get_payload(peer->nest[i]);
		size_t len = mnl_attr_get_payload_len(peer->nest[i]);

		while ((attr = attr_next(data, len, attr))) {
			if (mnl_attr_get_type(attr) != JVPN_PEER_A_ALLOWED_IP ||
			    !prefix_from_attr(attr, &prefix))
				continue;
			printf("%s%s", first ? "" : ", ",
			       prefix_format(text, &prefix));
			first = false;
		}
	}
	puts(first ? "(none)" : "");
}

static void print_handshake(u64 wall_ns)
{
	char text[TEXT_MAX];
	struct timespec now;
	s64 ago_ms;

	if (!wall_ns)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	ago_ms = (s64)now.tv_sec * 1000 + now.tv_nsec / 1000000 -
		 (s64)(wall_ns / JVPN_NS_PER_MS);
	print_name("  ", "latest handshake");
	if (ago_ms < 0)
		puts("in the future: the clock was set back");
	else if (ago_ms < 1000)
		puts("now");
	else
		printf("%s ago\n", human_duration(text, ago_ms));
}

static void print_traffic(const struct nlattr **tb)
{
	u64 rx = attr_number(tb[JVPN_PEER_A_RX_BYTES]);
	u64 tx = attr_number(tb[JVPN_PEER_A_TX_BYTES]);
	char text[TEXT_MAX];

	if (!rx && !tx)
		return;
	print_name("  ", "transfer");
	printf("%s received, ", human_bytes(text, rx));
	printf("%s sent\n", human_bytes(text, tx));
}

/* Configured paths, then those that the session found on its own. */
static void print_paths(const struct view_peer *peer)
{
	const struct nlattr *tb[ATTR_MAX + 1], *attr = NULL;
	unsigned int shown = 0;
	size_t i;

	for (i = 0; i < peer->paths; i++) {
		u8 id = peer->path[i].order;

		shown |= 1U << (id & 31);
		printf("  ");
		print_path(peer->path[i].nest, live_path(peer->session, id));
	}
	if (!peer->session)
		return;
	while ((attr = attr_next(mnl_attr_get_payload(peer->session->nest),
				 mnl_attr_get_payload_len(peer->session->nest),
				 attr))) {
		if (mnl_attr_get_type(attr) != JVPN_SESSION_A_PATH)
			continue;
		attr_index_nest(&attr_path, attr, tb);
		if (shown & 1U << (attr_number(tb[JVPN_PATH_A_ID]) & 31))
			continue;
		printf("  ");
		print_path(NULL, attr);
	}
}

static void print_peer(const struct view_peer *peer, const struct show *show)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	char text[KEY_BASE64_SIZE];

	attr_index_nest(&attr_peer, peer->nest[0], tb);
	printf("\n%s%speer%s: %s%s%s\n", colour(COLOUR_YELLOW),
	       colour(COLOUR_BOLD), colour(COLOUR_RESET),
	       colour(COLOUR_YELLOW), key_format(text, peer->key),
	       colour(COLOUR_RESET));
	print_key("  ", "preshared key", tb[JVPN_PEER_A_PRESHARED_KEY],
		  !show->keys);
	print_allowed_ips(peer);
	if (peer->session)
		print_session(peer->session->nest, "  ");
	print_paths(peer);
	print_handshake(attr_number(tb[JVPN_PEER_A_LAST_HANDSHAKE_NS]));
	print_traffic(tb);
}

static struct json_object *json_peer(const struct view_peer *peer,
				     const struct show *show)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *session = NULL;
	size_t i;

	/* The first nest has everything, those behind it more addresses. */
	for (i = 0; i < peer->nests; i++)
		json_attrs(object, &attr_peer, peer->nest[i], show->keys);
	json_need_array(object, "allowed_ip");
	for (i = 0; i < peer->paths; i++) {
		struct json_object *path = json_object_new_object();

		json_attrs(path, &attr_path, peer->path[i].nest, false);
		json_object_array_add(list, path);
	}
	json_add(object, "path", list);
	if (peer->session) {
		session = json_object_new_object();
		json_attrs(session, &attr_session, peer->session->nest, false);
		json_need_array(session, "path");
	}
	json_add(object, "session", session);
	return object;
}

static struct json_object *json_device(const struct view *view,
				       const struct show *show)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t i;

	json_add(object, "ifname",
		 json_text(view->ifname, strlen(view->ifname)));
	json_add_u64(object, "ifindex", view->ifindex);
	json_attrs(object, &attr_device, view->device, show->keys);
	for (i = 0; i < view->peers; i++)
		if (!show->peer || !memcmp(view->peer[i].key, show->peer,
					   JVPN_KEY_LEN))
			json_object_array_add(list, json_peer(&view->peer[i],
							      show));
	json_add(object, "peer", list);
	return object;
}

static int show_view(const struct view *view, void *data)
{
	struct show *show = data;
	size_t i;

	if (show->peer && !view_find_peer(view, show->peer))
		return fail(EXIT_NOT_FOUND, "%s has no such peer",
			    view->ifname);
	if (out_json) {
		json_object_array_add(show->json, json_device(view, show));
		return EXIT_DONE;
	}
	if (!show->first)
		putchar('\n');
	show->first = false;
	print_device(view, show);
	for (i = 0; i < view->peers; i++)
		if (!show->peer || !memcmp(view->peer[i].key, show->peer,
					   JVPN_KEY_LEN))
			print_peer(&view->peer[i], show);
	return EXIT_DONE;
}

static int run_show(const struct args *args)
{
	struct show show = { .keys = args->given & OPTION_KEYS,
			     .first = true };
	u8 key[JVPN_KEY_LEN];
	struct nl nl;
	int err = EXIT_DONE;

	if (args->count > 0)
		err = word_is_device(args, args->word[0]);
	if (!err && args->count > 1) {
		err = word_is_peer(args, args->word[1], key);
		show.peer = key;
	}
	if (!err)
		err = nl_open(&nl);
	if (err)
		return err;
	show.json = json_object_new_array();
	err = view_each(&nl, args->count ? args->word[0] : NULL, show_view,
			&show);
	if (!err && out_json)
		json_print(show.json);
	else
		json_object_put(show.json);
	nl_close(&nl);
	return err;
}

const struct command cmd_show = {
	.name = "show",
	.usage = "[DEV [PEER]] [--keys]",
	.summary = "devices, peers, sessions and paths (the default)",
	.help = "Shows all devices, or one, or one peer of it: its session with state, version\n"
		"and epoch, its paths with round-trip time and loss, its traffic. Private and\n"
		"preshared keys are hidden unless --keys is given.",
	.options = OPTION_KEYS,
	.max_words = 2,
	.run = run_show,
};
