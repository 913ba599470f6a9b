// SPDX-License-Identifier: GPL-2.0
/* A device as the kernel shows it: peers with their paths and sessions. */
#include "view.h"

#include <stdio.h>
#include <stdlib.h>

#include "key.h"
#include "out.h"

enum { MSG_DEVICE, MSG_PEERS, MSG_SESSIONS, MSG_PATHS };

static int keep_message(const struct nlmsghdr *header, void *data)
{
	msgs_add(data, header);
	return 0;
}

static int load_device(struct nl *nl, struct view *view, const char *name,
		       u32 ifindex)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	struct msgs *messages = &view->messages[MSG_DEVICE];
	struct nlmsghdr *header = nl_new(nl, JVPN_CMD_DEVICE_GET, name,
					 ifindex);
	char clean[TEXT_MAX];

	if (nl_do(nl, header, keep_message, messages))
		return nl_fail(nl, "%s", name ? name : "device");
	if (!messages->count)
		return fail(EXIT_SYSTEM, "the kernel does not show %s", name);
	msg_index(messages->msg[0].header, tb);
	view->ifindex = attr_number(tb[JVPN_A_IFINDEX]);
	if (tb[JVPN_A_IFNAME])
		name = clean_text(clean, mnl_attr_get_payload(tb[JVPN_A_IFNAME]),
				  mnl_attr_get_payload_len(tb[JVPN_A_IFNAME]));
	snprintf(view->ifname, sizeof(view->ifname), "%s", name ? name : "");
	view->device = tb[JVPN_A_DEVICE];
	return EXIT_DONE;
}

static int load_list(struct nl *nl, struct view *view, u8 command,
		     unsigned int which)
{
	struct nlmsghdr *header;

	/* By number if there is one: a name may go over to another device. */
	header = nl_new(nl, command, view->ifindex ? NULL : view->ifname,
			view->ifindex);
	if (nl_dump(nl, header, &view->messages[which]))
		return nl_fail(nl, "%s", view->ifname);
	return EXIT_DONE;
}

static int compare_items(const void *a, const void *b)
{
	const struct view_item *x = a, *y = b;
	int order = memcmp(x->key, y->key, JVPN_KEY_LEN);

	return order ? order : x->order - y->order;
}

/* Sorts a dump by the peer that each object names in attribute @peer. */
static void sort_items(const struct msgs *messages, unsigned int nest_type,
		       const struct attr_set *set, unsigned int peer,
		       unsigned int order, struct view_items *items)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	size_t i;

	items->item = xalloc(messages->count * sizeof(*items->item));
	for (i = 0; i < messages->count; i++) {
		struct view_item *item = &items->item[items->count];

		msg_index(messages->msg[i].header, tb);
		item->nest = tb[nest_type];
		attr_index_nest(set, item->nest, tb);
		if (!tb[peer])
			continue;
		item->key = mnl_attr_get_payload(tb[peer]);
		item->order = order ? attr_number(tb[order]) : 0;
		items->count++;
	}
	qsort(items->item, items->count, sizeof(*items->item), compare_items);
}

/* The first item of a peer, and how many follow. */
static const struct view_item *find_items(const struct view_items *items,
					  const u8 *key, size_t *count)
{
	size_t low = 0, high = items->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(items->item[middle].key, key, JVPN_KEY_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (high = low; high < items->count; high++)
		if (memcmp(items->item[high].key, key, JVPN_KEY_LEN))
			break;
	*count = high - low;
	return *count ? &items->item[low] : NULL;
}

static bool has_id(const struct view_item *session, const u8 *id)
{
	const struct nlattr *tb[ATTR_MAX + 1];

	attr_index_nest(&attr_session, session->nest, tb);
	return tb[JVPN_SESSION_A_ID] &&
	       !memcmp(mnl_attr_get_payload(tb[JVPN_SESSION_A_ID]), id,
		       JVPN_SESSION_ID_LEN);
}

/* The one that the peer calls its session, else whichever there is. */
static const struct view_item *session_of(const struct view *view,
					  const struct view_peer *peer)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	const struct view_item *first;
	size_t count, i;

	first = find_items(&view->sessions, peer->key, &count);
	attr_index_nest(&attr_peer, peer->nest[0], tb);
	if (tb[JVPN_PEER_A_SESSION_ID])
		for (i = 0; i < count; i++)
			if (has_id(&first[i], mnl_attr_get_payload(tb[JVPN_PEER_A_SESSION_ID])))
				return &first[i];
	return first;
}

static void collect_peers(struct view *view)
{
	const struct msgs *messages = &view->messages[MSG_PEERS];
	const struct nlattr *tb[ATTR_MAX + 1], *nest;
	struct view_peer *peer = NULL;
	size_t i;

	view->peer = xalloc(messages->count * sizeof(*view->peer));
	view->nests = xalloc(messages->count * sizeof(*view->nests));
	for (i = 0; i < messages->count; i++) {
		const u8 *key;

		msg_index(messages->msg[i].header, tb);
		nest = tb[JVPN_A_PEER];
		view->nests[i] = nest;
		attr_index_nest(&attr_peer, nest, tb);
		if (!tb[JVPN_PEER_A_PUBLIC_KEY]) {
			peer = NULL;
			continue;
		}
		key = mnl_attr_get_payload(tb[JVPN_PEER_A_PUBLIC_KEY]);
		if (!peer || memcmp(peer->key, key, JVPN_KEY_LEN)) {
			peer = &view->peer[view->peers++];
			peer->key = key;
			peer->nest = &view->nests[i];
			peer->nests = 0;
		}
		peer->nests++;
	}
}

int view_load(struct nl *nl, struct view *view, const char *name, u32 ifindex)
{
	size_t i;
	int err;

	memset(view, 0, sizeof(*view));
	err = load_device(nl, view, name, ifindex);
	if (!err)
		err = load_list(nl, view, JVPN_CMD_PEER_GET, MSG_PEERS);
	if (!err)
		err = load_list(nl, view, JVPN_CMD_SESSION_GET, MSG_SESSIONS);
	if (!err)
		err = load_list(nl, view, JVPN_CMD_PATH_GET, MSG_PATHS);
	if (err)
		return err;

	sort_items(&view->messages[MSG_SESSIONS], JVPN_A_SESSION,
		   &attr_session, JVPN_SESSION_A_PEER, 0, &view->sessions);
	sort_items(&view->messages[MSG_PATHS], JVPN_A_PATH, &attr_path,
		   JVPN_PATH_A_PEER, JVPN_PATH_A_ID, &view->paths);
	collect_peers(view);
	for (i = 0; i < view->peers; i++) {
		struct view_peer *peer = &view->peer[i];

		peer->path = find_items(&view->paths, peer->key, &peer->paths);
		peer->session = session_of(view, peer);
	}
	return EXIT_DONE;
}

void view_free(struct view *view)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(view->messages); i++)
		msgs_free(&view->messages[i]);
	free(view->peer);
	free(view->nests);
	free(view->sessions.item);
	free(view->paths.item);
	memset(view, 0, sizeof(*view));
}

const struct view_peer *view_find_peer(const struct view *view, const u8 *key)
{
	size_t i;

	for (i = 0; i < view->peers; i++)
		if (!memcmp(view->peer[i].key, key, JVPN_KEY_LEN))
			return &view->peer[i];
	return NULL;
}

const struct view_item *view_find_session(const struct view *view,
					  const u8 *id, const u8 *key)
{
	const struct view_peer *peer;
	size_t i;

	if (!id) {
		peer = view_find_peer(view, key);
		return peer ? peer->session : NULL;
	}
	for (i = 0; i < view->sessions.count; i++)
		if (has_id(&view->sessions.item[i], id))
			return &view->sessions.item[i];
	return NULL;
}

int view_devices(struct nl *nl, struct msgs *devices)
{
	if (nl_dump(nl, nl_new(nl, JVPN_CMD_DEVICE_GET, NULL, 0), devices))
		return nl_fail(nl, "listing devices");
	return EXIT_DONE;
}

static int view_one(struct nl *nl, const char *name, u32 ifindex,
		    int (*fn)(const struct view *view, void *data), void *data)
{
	struct view view;
	int err = view_load(nl, &view, name, ifindex);

	if (!err)
		err = fn(&view, data);
	view_free(&view);
	return err;
}

int view_each(struct nl *nl, const char *name,
	      int (*fn)(const struct view *view, void *data), void *data)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	struct msgs devices = { 0 };
	size_t i;
	int err;

	if (name)
		return view_one(nl, name, 0, fn, data);
	err = view_devices(nl, &devices);
	for (i = 0; i < devices.count && !err; i++) {
		msg_index(devices.msg[i].header, tb);
		err = view_one(nl, NULL, attr_number(tb[JVPN_A_IFINDEX]), fn,
			       data);
	}
	msgs_free(&devices);
	return err;
}

const char *ifname_of(u32 ifindex, char out[IF_NAMESIZE + 8])
{
	if (!if_indextoname(ifindex, out))
		snprintf(out, IF_NAMESIZE + 8, "#%u", ifindex);
	return out;
}
