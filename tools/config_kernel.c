// SPDX-License-Identifier: GPL-2.0
/* A configuration and the kernel: reading it back, and asking for it. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../module/policy.h"
#include "key.h"
#include "out.h"
#include "parse.h"

/*
 * Allowed addresses that go into one request. Each takes at most 36 bytes, and
 * the nest around them cannot hold more than 65535.
 */
#define PREFIXES_PER_REQUEST	1000

struct apply {
	struct nl *nl;
	const char *device;
	const struct config_peer *peer;	/* NULL while it is about the device */
};

static int refused(const struct apply *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refused(const struct apply *a, const char *format, ...)
{
	char what[64], key[KEY_BASE64_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (!a->peer)
		return nl_fail(a->nl, "%s%s", a->device, what);
	return nl_fail(a->nl, "%s: peer %s%s", a->device,
		       key_format(key, a->peer->key), what);
}

static struct nlmsghdr *start(const struct apply *a, u8 command)
{
	return nl_new(a->nl, command, a->device, 0);
}

static int send_request(const struct apply *a, struct nlmsghdr *header)
{
	return nl_do(a->nl, header, NULL, NULL);
}

static void put_endpoint(struct nlmsghdr *header, u16 type,
			 const struct endpoint *endpoint)
{
	struct nlattr *nest = nl_nest(header, type);

	if (endpoint->family == AF_INET)
		mnl_attr_put(header, JVPN_ENDPOINT_A_IPV4, 4,
			     endpoint->address);
	else
		mnl_attr_put(header, JVPN_ENDPOINT_A_IPV6, 16,
			     endpoint->address);
	if (endpoint->port)
		mnl_attr_put_u16(header, JVPN_ENDPOINT_A_PORT, endpoint->port);
	if (endpoint->scope_id)
		mnl_attr_put_u32(header, JVPN_ENDPOINT_A_SCOPE_ID,
				 endpoint->scope_id);
	nl_nest_end(header, nest);
}

static int apply_device(const struct apply *a, const struct config *config)
{
	struct nlmsghdr *header;
	struct nlattr *nest;

	if (!config->has_private_key && !config->has_listen_port &&
	    !config->has_fwmark && !config->has_node && !config->has_ciphers &&
	    !config->has_notice && !config->has_event_slots &&
	    !config->replace_peers)
		return EXIT_DONE;

	header = start(a, JVPN_CMD_DEVICE_SET);
	nest = nl_nest(header, JVPN_A_DEVICE);
	if (config->replace_peers)
		mnl_attr_put(header, JVPN_DEVICE_A_REPLACE_PEERS, 0, NULL);
	if (config->has_private_key)
		mnl_attr_put(header, JVPN_DEVICE_A_PRIVATE_KEY, JVPN_KEY_LEN,
			     config->private_key);
	if (config->has_listen_port)
		mnl_attr_put_u16(header, JVPN_DEVICE_A_LISTEN_PORT,
				 config->listen_port);
	if (config->has_fwmark)
		mnl_attr_put_u32(header, JVPN_DEVICE_A_FWMARK, config->fwmark);
	if (config->has_node)
		mnl_attr_put_strz(header, JVPN_DEVICE_A_NODE_NAME,
				  config->node);
	if (config->has_ciphers)
		mnl_attr_put_u32(header, JVPN_DEVICE_A_CIPHERS,
				 config->ciphers);
	if (config->has_notice)
		mnl_attr_put_u8(header, JVPN_DEVICE_A_NOTICE, config->notice);
	if (config->has_event_slots)
		mnl_attr_put_u32(header, JVPN_DEVICE_A_EVENT_SLOTS,
				 config->event_slots);
	nl_nest_end(header, nest);
	return send_request(a, header) ? refused(a, "%s", "") : EXIT_DONE;
}

static int apply_policy(const struct apply *a,
			const struct config_policy *policy)
{
	struct nlmsghdr *header;
	struct nlattr *nest;
	unsigned int i;

	if (config_policy_is_empty(policy))
		return EXIT_DONE;
	header = start(a, JVPN_CMD_POLICY_SET);
	nest = nl_nest(header, JVPN_A_POLICY);
	if (a->peer)
		mnl_attr_put(header, JVPN_POLICY_A_PEER, JVPN_KEY_LEN,
			     a->peer->key);
	if (policy->strict)
		mnl_attr_put_u8(header, JVPN_POLICY_A_APPLY,
				JVPN_POLICY_APPLY_STRICT);
	if (policy->inherit)
		mnl_attr_put(header, JVPN_POLICY_A_INHERIT, 0, NULL);
	if (*policy->preset)
		mnl_attr_put_strz(header, JVPN_POLICY_A_PRESET,
				  policy->preset);
	for (i = 0; i <= attr_policy.max; i++)
		if (policy->has[i])
			mnl_attr_put_u32(header, i, policy->value[i]);
	nl_nest_end(header, nest);
	return send_request(a, header) ? refused(a, ": policy") : EXIT_DONE;
}

static void put_prefix(struct nlmsghdr *header, const struct prefix *prefix)
{
	struct nlattr *nest = nl_nest(header, JVPN_PEER_A_ALLOWED_IP);

	if (prefix->family == AF_INET)
		mnl_attr_put(header, JVPN_ALLOWED_IP_A_IPV4, 4,
			     prefix->address);
	else
		mnl_attr_put(header, JVPN_ALLOWED_IP_A_IPV6, 16,
			     prefix->address);
	mnl_attr_put_u8(header, JVPN_ALLOWED_IP_A_CIDR, prefix->cidr);
	nl_nest_end(header, nest);
}

static struct nlmsghdr *start_peer(const struct apply *a, u8 command,
				   struct nlattr **nest)
{
	struct nlmsghdr *header = start(a, command);

	*nest = nl_nest(header, JVPN_A_PEER);
	mnl_attr_put(header, JVPN_PEER_A_PUBLIC_KEY, JVPN_KEY_LEN,
		     a->peer->key);
	return header;
}

/* The peer itself; a long list of addresses takes several requests. */
static int apply_peer_itself(const struct apply *a)
{
	const struct config_peer *peer = a->peer;
	struct nlmsghdr *header;
	struct nlattr *nest;
	size_t done = 0, i;

	do {
		header = start_peer(a, JVPN_CMD_PEER_SET, &nest);
		if (peer->update_only || done)
			mnl_attr_put(header, JVPN_PEER_A_UPDATE_ONLY, 0, NULL);
		if (peer->has_psk && !done)
			mnl_attr_put(header, JVPN_PEER_A_PRESHARED_KEY,
				     JVPN_KEY_LEN, peer->psk);
		if (peer->replace_ips && !done)
			mnl_attr_put(header, JVPN_PEER_A_REPLACE_ALLOWED_IPS,
				     0, NULL);
		for (i = 0; i < PREFIXES_PER_REQUEST && done < peer->ips; i++)
			put_prefix(header, &peer->ip[done++]);
		nl_nest_end(header, nest);
		if (send_request(a, header))
			return refused(a, "%s", "");
	} while (done < peer->ips);
	return EXIT_DONE;
}

static struct nlmsghdr *start_path(const struct apply *a, u8 command,
				   struct nlattr **nest)
{
	struct nlmsghdr *header = start(a, command);

	*nest = nl_nest(header, JVPN_A_PATH);
	mnl_attr_put(header, JVPN_PATH_A_PEER, JVPN_KEY_LEN, a->peer->key);
	return header;
}

static int remove_path(const struct apply *a, u8 id)
{
	struct nlmsghdr *header;
	struct nlattr *nest;

	header = start_path(a, JVPN_CMD_PATH_DEL, &nest);
	mnl_attr_put_u8(header, JVPN_PATH_A_ID, id);
	nl_nest_end(header, nest);
	return send_request(a, header);
}

static int add_path(const struct apply *a, const struct config_path *path)
{
	struct nlmsghdr *header;
	struct nlattr *nest;

	header = start_path(a, JVPN_CMD_PATH_ADD, &nest);
	if (path->has_id)
		mnl_attr_put_u8(header, JVPN_PATH_A_ID, path->id);
	mnl_attr_put_u8(header, JVPN_PATH_A_TRANSPORT,
			path->remote.family == AF_INET ? JVPN_TRANSPORT_UDP4 :
							 JVPN_TRANSPORT_UDP6);
	if (*path->ifname)
		mnl_attr_put_strz(header, JVPN_PATH_A_IFNAME, path->ifname);
	if (path->local.family)
		put_endpoint(header, JVPN_PATH_A_LOCAL, &path->local);
	put_endpoint(header, JVPN_PATH_A_REMOTE, &path->remote);
	if (path->has_priority)
		mnl_attr_put_u8(header, JVPN_PATH_A_PRIORITY, path->priority);
	nl_nest_end(header, nest);
	return send_request(a, header);
}

static void load_path(const struct view_item *item, struct config_path *path)
{
	const struct nlattr *tb[ATTR_MAX + 1], *name;
	char text[TEXT_MAX];
	u32 ifindex;

	attr_index_nest(&attr_path, item->nest, tb);
	path->has_id = true;
	path->id = attr_number(tb[JVPN_PATH_A_ID]);
	endpoint_from_attr(tb[JVPN_PATH_A_REMOTE], &path->remote);
	endpoint_from_attr(tb[JVPN_PATH_A_LOCAL], &path->local);
	path->local.port = 0;
	path->has_priority = tb[JVPN_PATH_A_PRIORITY];
	path->priority = attr_number(tb[JVPN_PATH_A_PRIORITY]);
	ifindex = attr_number(tb[JVPN_PATH_A_IFINDEX]);
	name = tb[JVPN_PATH_A_IFNAME];
	if (name)
		clean_text(text, mnl_attr_get_payload(name),
			   mnl_attr_get_payload_len(name));
	else if (ifindex)
		ifname_of(ifindex, text);
	else
		return;
	if (strlen(text) < sizeof(path->ifname))
		memcpy(path->ifname, text, strlen(text) + 1);
}

/* Does the peer have exactly this path already? */
static bool path_is_there(const struct apply *a, const struct config_path *path)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	struct msgs messages = { 0 };
	struct config_path there;
	struct nlmsghdr *header;
	struct view_item item;
	struct nlattr *nest;
	bool found = false;
	size_t i;

	header = start_path(a, JVPN_CMD_PATH_GET, &nest);
	nl_nest_end(header, nest);
	if (nl_dump(a->nl, header, &messages)) {
		msgs_free(&messages);
		return false;
	}
	for (i = 0; i < messages.count && !found; i++) {
		msg_index(messages.msg[i].header, tb);
		item.nest = tb[JVPN_A_PATH];
		memset(&there, 0, sizeof(there));
		load_path(&item, &there);
		found = there.id == path->id && config_path_equal(&there, path);
	}
	msgs_free(&messages);
	return found;
}

static int apply_path(const struct apply *a, const struct config_path *path)
{
	int err = add_path(a, path);

	if (err == -EEXIST && path->replace) {
		if (path_is_there(a, path))
			return EXIT_DONE;
		/* Another endpoint for the same id: the old one makes room. */
		err = remove_path(a, path->id);
		if (!err)
			err = add_path(a, path);
	}
	if (!err)
		return EXIT_DONE;
	return path->has_id ? refused(a, ": path %u", path->id) :
			      refused(a, ": path");
}

static int connect_peer(const struct apply *a)
{
	struct nlmsghdr *header;
	struct nlattr *nest;

	header = start_peer(a, JVPN_CMD_PEER_SET, &nest);
	mnl_attr_put(header, JVPN_PEER_A_UPDATE_ONLY, 0, NULL);
	mnl_attr_put(header, JVPN_PEER_A_CONNECT, 0, NULL);
	nl_nest_end(header, nest);
	return send_request(a, header) ? refused(a, ": connect") : EXIT_DONE;
}

static int remove_peer(const struct apply *a)
{
	struct nlmsghdr *header;
	struct nlattr *nest;

	header = start_peer(a, JVPN_CMD_PEER_DEL, &nest);
	nl_nest_end(header, nest);
	return send_request(a, header) ? refused(a, "%s", "") : EXIT_DONE;
}

static bool changes_itself(const struct config_peer *peer)
{
	/* `peer KEY` alone adds it; a list of paths for one adds none. */
	return !peer->update_only || peer->has_psk || peer->replace_ips ||
	       peer->ips;
}

static int apply_peer(const struct apply *a)
{
	const struct config_peer *peer = a->peer;
	unsigned int i;
	int err = EXIT_DONE;

	if (peer->remove)
		return remove_peer(a);
	if (changes_itself(peer))
		err = apply_peer_itself(a);
	for (i = 0; i < JVPN_MAX_PATHS && !err; i++)
		if (peer->remove_path & 1U << i && remove_path(a, i))
			err = refused(a, ": path %u", i);
	/* It says how many paths there may be. */
	if (!err)
		err = apply_policy(a, &peer->policy);
	for (i = 0; i < peer->paths && !err; i++)
		err = apply_path(a, &peer->path[i]);
	if (!err && peer->connect)
		err = connect_peer(a);
	return err;
}

int config_apply(struct nl *nl, const char *device,
		 const struct config *config)
{
	struct apply a = { .nl = nl, .device = device };
	size_t i;
	int err;

	err = apply_device(&a, config);
	if (!err)
		err = apply_policy(&a, &config->policy);
	for (i = 0; i < config->peers && !err; i++) {
		a.peer = &config->peer[i];
		err = apply_peer(&a);
	}
	return err;
}

static int keep_message(const struct nlmsghdr *header, void *data)
{
	msgs_add(data, header);
	return 0;
}

/* The fields in force for the device, or for a peer if @key. */
static int load_policy(struct nl *nl, const char *device, const u8 *key,
		       struct config_policy *policy)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	struct nlmsghdr *header = nl_new(nl, JVPN_CMD_POLICY_GET, device, 0);
	struct msgs messages = { 0 };
	struct nlattr *nest;
	unsigned int i;
	int err;

	if (key) {
		nest = nl_nest(header, JVPN_A_POLICY);
		mnl_attr_put(header, JVPN_POLICY_A_PEER, JVPN_KEY_LEN, key);
		nl_nest_end(header, nest);
	}
	err = nl_do(nl, header, keep_message, &messages);
	if (!err && messages.count) {
		msg_index(messages.msg[0].header, tb);
		attr_index_nest(&attr_policy, tb[JVPN_A_POLICY], tb);
		policy->own = tb[JVPN_POLICY_A_PEER];
		for (i = 1; i <= attr_policy.max; i++) {
			policy->has[i] = tb[i] && policy_is_field(i);
			if (policy->has[i])
				policy->value[i] = attr_number(tb[i]);
		}
	}
	msgs_free(&messages);
	return err;
}

/* Leaves of @policy only what differs from @base. */
static void policy_subtract(struct config_policy *policy,
			    const struct config_policy *base)
{
	unsigned int i;

	for (i = 0; i <= attr_policy.max; i++)
		if (base->has[i] && policy->value[i] == base->value[i])
			policy->has[i] = false;
}

static void load_device(const struct nlattr *device, struct config *config)
{
	const struct nlattr *tb[ATTR_MAX + 1], *node, *key;

	attr_index_nest(&attr_device, device, tb);
	key = tb[JVPN_DEVICE_A_PRIVATE_KEY];
	if (key) {
		config->has_private_key = true;
		memcpy(config->private_key, mnl_attr_get_payload(key),
		       JVPN_KEY_LEN);
	}
	config->has_listen_port = tb[JVPN_DEVICE_A_LISTEN_PORT];
	config->listen_port = attr_number(tb[JVPN_DEVICE_A_LISTEN_PORT]);
	config->has_fwmark = tb[JVPN_DEVICE_A_FWMARK];
	config->fwmark = attr_number(tb[JVPN_DEVICE_A_FWMARK]);
	config->has_ciphers = tb[JVPN_DEVICE_A_CIPHERS];
	config->ciphers = attr_number(tb[JVPN_DEVICE_A_CIPHERS]);
	config->has_notice = tb[JVPN_DEVICE_A_NOTICE];
	config->notice = attr_number(tb[JVPN_DEVICE_A_NOTICE]);
	config->has_event_slots = tb[JVPN_DEVICE_A_EVENT_SLOTS];
	config->event_slots = attr_number(tb[JVPN_DEVICE_A_EVENT_SLOTS]);
	node = tb[JVPN_DEVICE_A_NODE_NAME];
	if (node) {
		char clean[TEXT_MAX];

		clean_text(clean, mnl_attr_get_payload(node),
			   mnl_attr_get_payload_len(node));
		config->has_node = strlen(clean) < sizeof(config->node);
		if (config->has_node)
			memcpy(config->node, clean, strlen(clean) + 1);
	}
}

static void load_peer(const struct view_peer *from, struct config_peer *peer)
{
	const struct nlattr *tb[ATTR_MAX + 1], *attr = NULL;
	struct prefix prefix;
	size_t i;

	memcpy(peer->key, from->key, JVPN_KEY_LEN);
	peer->has_key = true;
	attr_index_nest(&attr_peer, from->nest[0], tb);
	if (tb[JVPN_PEER_A_PRESHARED_KEY]) {
		peer->has_psk = true;
		memcpy(peer->psk,
		       mnl_attr_get_payload(tb[JVPN_PEER_A_PRESHARED_KEY]),
		       JVPN_KEY_LEN);
	}
	for (i = 0; i < from->nests; i++) {
		const void *data = mnl_attr_get_payload(from->nest[i]);
		size_t len = mnl_attr_get_payload_len(from->nest[i]);

		while ((attr = attr_next(data, len, attr)))
			if (mnl_attr_get_type(attr) == JVPN_PEER_A_ALLOWED_IP &&
			    prefix_from_attr(attr, &prefix))
				config_add_prefix(peer, &prefix);
	}
	for (i = 0; i < from->paths && peer->paths < JVPN_MAX_PATHS; i++)
		load_path(&from->path[i], &peer->path[peer->paths++]);
}

/* What is not said is the default: no need to write it. */
static void policy_from_defaults(struct config_policy *policy)
{
	unsigned int i;

	memset(policy, 0, sizeof(*policy));
	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *field = &jvpn_policy_fields[i];

		policy->has[field->attr] = true;
		policy->value[field->attr] = field->def;
	}
}

int config_load(struct nl *nl, const struct view *view, struct config *config)
{
	struct config_policy device, defaults;
	size_t i;
	int err;

	load_device(view->device, config);
	err = load_policy(nl, view->ifname, NULL, &config->policy);
	if (err)
		return nl_fail(nl, "%s: policy", view->ifname);
	device = config->policy;
	policy_from_defaults(&defaults);
	policy_subtract(&config->policy, &defaults);
	for (i = 0; i < view->peers; i++) {
		struct config_peer *peer = config_add_peer(config);

		load_peer(&view->peer[i], peer);
		err = load_policy(nl, view->ifname, peer->key, &peer->policy);
		if (err == -ENOENT)
			continue; /* it has just gone */
		if (err)
			return nl_fail(nl, "%s: policy", view->ifname);
		policy_subtract(&peer->policy, &device);
	}
	return EXIT_DONE;
}

int config_trim_policy(struct nl *nl, const char *device,
		       struct config *config)
{
	struct config_policy now = { 0 }, wanted, change = { 0 };

	if (load_policy(nl, device, NULL, &now))
		return nl_fail(nl, "%s", device);
	config_policy_resolve(&config->policy, NULL, &wanted);
	config_policy_difference(&now, &wanted, &change);
	change.strict = config->policy.strict;
	config->policy = change;
	return EXIT_DONE;
}
