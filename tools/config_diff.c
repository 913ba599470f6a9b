// SPDX-License-Identifier: GPL-2.0
/* What turns one configuration into another, and who notices. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "../module/policy.h"
#include "json_out.h"
#include "key.h"
#include "out.h"
#include "parse.h"

void config_policy_resolve(const struct config_policy *policy,
			   const struct config_policy *base,
			   struct config_policy *full)
{
	struct jvpn_policy preset;
	unsigned int i;

	if (base)
		*full = *base;
	else
		memset(full, 0, sizeof(*full));
	if (!base || *policy->preset) {
		if (!*policy->preset ||
		    jvpn_policy_preset(&preset, policy->preset))
			jvpn_policy_default(&preset);
		for (i = 0; i < jvpn_policy_field_count; i++) {
			const struct jvpn_policy_field *field =
				&jvpn_policy_fields[i];

			full->has[field->attr] = true;
			full->value[field->attr] =
				jvpn_policy_get(&preset, field);
		}
	}
	for (i = 0; i <= attr_policy.max; i++)
		if (policy->has[i])
			full->value[i] = policy->value[i];
}

void config_policy_difference(const struct config_policy *from,
			      const struct config_policy *to,
			      struct config_policy *change)
{
	unsigned int i;

	for (i = 0; i <= attr_policy.max; i++) {
		change->has[i] = to->has[i] && from->value[i] != to->value[i];
		change->value[i] = to->value[i];
	}
}

/* Keys that make the same public key are the same: the kernel clamps them. */
static bool same_private_key(const u8 *a, const u8 *b)
{
	u8 x[JVPN_KEY_LEN], y[JVPN_KEY_LEN];

	if (key_is_zero(a) || key_is_zero(b))
		return key_equal(a, b);
	key_derive_public(x, a);
	key_derive_public(y, b);
	return key_equal(x, y);
}

static void device_difference(const struct config *from,
			      const struct config *to, struct config *change)
{
	if (to->has_private_key &&
	    !same_private_key(from->private_key, to->private_key)) {
		change->has_private_key = true;
		memcpy(change->private_key, to->private_key, JVPN_KEY_LEN);
	}
	change->has_listen_port = to->has_listen_port &&
				  from->listen_port != to->listen_port;
	change->listen_port = to->listen_port;
	change->has_fwmark = to->has_fwmark && from->fwmark != to->fwmark;
	change->fwmark = to->fwmark;
	change->has_node = to->has_node && strcmp(from->node, to->node);
	memcpy(change->node, to->node, sizeof(change->node));
	change->has_ciphers = to->has_ciphers && from->ciphers != to->ciphers;
	change->ciphers = to->ciphers;
	change->has_notice = to->has_notice && from->notice != to->notice;
	change->notice = to->notice;
	change->has_event_slots = to->has_event_slots &&
				  from->event_slots != to->event_slots;
	change->event_slots = to->event_slots;
}

static int compare_prefixes(const void *a, const void *b)
{
	const struct prefix *x = a, *y = b;

	if (x->family != y->family)
		return x->family - y->family;
	if (x->cidr != y->cidr)
		return x->cidr - y->cidr;
	return memcmp(x->address, y->address, sizeof(x->address));
}

/* A sorted copy without repetitions. */
static struct prefix *sorted_ips(const struct config_peer *peer, size_t *count)
{
	struct prefix *ip = xalloc(peer->ips * sizeof(*ip));
	size_t i;

	if (peer->ips)
		memcpy(ip, peer->ip, peer->ips * sizeof(*ip));
	qsort(ip, peer->ips, sizeof(*ip), compare_prefixes);
	*count = 0;
	for (i = 0; i < peer->ips; i++)
		if (!i || !prefix_equal(&ip[i], &ip[*count - 1]))
			ip[(*count)++] = ip[i];
	return ip;
}

static bool same_ips(const struct config_peer *a, const struct config_peer *b)
{
	struct prefix *x, *y;
	size_t n, m, i;
	bool same;

	x = sorted_ips(a, &n);
	y = sorted_ips(b, &m);
	same = n == m;
	for (i = 0; i < n && same; i++)
		same = prefix_equal(&x[i], &y[i]);
	free(x);
	free(y);
	return same;
}

static const struct config_path *find_path(const struct config_peer *peer,
					   u8 id)
{
	unsigned int i;

	for (i = 0; i < peer->paths; i++)
		if (peer->path[i].id == id)
			return &peer->path[i];
	return NULL;
}

bool config_path_equal(const struct config_path *a, const struct config_path *b)
{
	return endpoint_equal(&a->remote, &b->remote) &&
	       endpoint_equal(&a->local, &b->local) &&
	       !strcmp(a->ifname, b->ifname) && a->priority == b->priority;
}

static void path_difference(const struct config_peer *from,
			    const struct config_peer *to,
			    struct config_peer *change)
{
	u8 id;

	for (id = 0; id < JVPN_MAX_PATHS; id++) {
		const struct config_path *old = find_path(from, id);
		const struct config_path *new = find_path(to, id);

		if (old && new && config_path_equal(old, new))
			continue;
		if (old)
			change->remove_path |= 1U << id;
		if (new)
			change->path[change->paths++] = *new;
	}
}

static void copy_ips(struct config_peer *to, const struct config_peer *from)
{
	size_t i;

	for (i = 0; i < from->ips; i++)
		config_add_prefix(to, &from->ip[i]);
}

static bool is_empty(const struct config_peer *change)
{
	return !change->has_psk && !change->replace_ips && !change->paths &&
	       !change->remove_path && config_policy_is_empty(&change->policy);
}

/* A peer that is there and stays. */
static void peer_difference(const struct config_peer *from,
			    const struct config_peer *to,
			    const struct config_policy *policy_from,
			    const struct config_policy *policy_to,
			    struct config *change)
{
	struct config_peer *peer = config_add_peer(change);
	struct config_policy old, new;
	bool own;

	peer->has_key = true;
	peer->update_only = true;
	memcpy(peer->key, to->key, JVPN_KEY_LEN);
	if (!key_equal(from->psk, to->psk)) {
		peer->has_psk = true;
		memcpy(peer->psk, to->psk, JVPN_KEY_LEN);
	}
	if (!same_ips(from, to)) {
		peer->replace_ips = true;
		copy_ips(peer, to);
	}
	path_difference(from, to, peer);
	own = from->policy.own || !config_policy_is_empty(&from->policy);
	if (own && config_policy_is_empty(&to->policy)) {
		peer->policy.inherit = true;
	} else {
		/* A peer without a policy of its own has followed the device already. */
		config_policy_resolve(&from->policy, own ? policy_from : policy_to, &old);
		config_policy_resolve(&to->policy, policy_to, &new);
		config_policy_difference(&old, &new, &peer->policy);
	}
	if (is_empty(peer))
		change->peers--;
}

static void add_copy(struct config *change, const struct config_peer *from)
{
	struct config_peer *peer = config_add_peer(change);

	*peer = *from;
	peer->ip = NULL;
	peer->ips = 0;
	peer->ip_room = 0;
	copy_ips(peer, from);
}

static const struct config_peer *find_peer(const struct config *config,
					   const u8 *key)
{
	size_t i;

	for (i = 0; i < config->peers; i++)
		if (!memcmp(config->peer[i].key, key, JVPN_KEY_LEN))
			return &config->peer[i];
	return NULL;
}

void config_difference(const struct config *from, const struct config *to,
		       struct config *change)
{
	struct config_policy old, new;
	size_t i;

	device_difference(from, to, change);
	config_policy_resolve(&from->policy, NULL, &old);
	config_policy_resolve(&to->policy, NULL, &new);
	config_policy_difference(&old, &new, &change->policy);
	/* Those that go make room: an address may move to another peer. */
	for (i = 0; i < from->peers; i++) {
		struct config_peer *peer;

		if (find_peer(to, from->peer[i].key))
			continue;
		peer = config_add_peer(change);
		peer->has_key = true;
		peer->remove = true;
		memcpy(peer->key, from->peer[i].key, JVPN_KEY_LEN);
	}
	for (i = 0; i < to->peers; i++) {
		const struct config_peer *there =
			find_peer(from, to->peer[i].key);

		if (there)
			peer_difference(there, &to->peer[i], &old, &new,
					change);
		else
			add_copy(change, &to->peer[i]);
	}
}

static void describe_peer(const struct config_peer *peer, char *out,
			  size_t size)
{
	size_t used = 0;
	unsigned int i;

#define SAY(condition, ...)						\
	do {								\
		if ((condition) && used < size)				\
			used += snprintf(out + used, size - used,	\
					 __VA_ARGS__);			\
	} while (0)

	*out = 0;
	SAY(peer->remove, ", removed");
	SAY(!peer->remove && !peer->update_only, ", added");
	SAY(peer->update_only && peer->has_psk, ", preshared key");
	SAY(peer->update_only && peer->replace_ips, ", allowed ips");
	for (i = 0; i < JVPN_MAX_PATHS; i++)
		SAY(peer->remove_path & 1U << i, ", without path %u", i);
	for (i = 0; i < peer->paths; i++)
		SAY(peer->update_only, ", path %u", peer->path[i].id);
	SAY(!config_policy_is_empty(&peer->policy), ", policy");
#undef SAY
	if (used)
		memmove(out, out + 2, strlen(out) - 1);
}

static void describe_device(const struct config *change, char *out,
			    size_t size)
{
	snprintf(out, size, "%s%s%s%s%s%s%s%s",
		 change->has_private_key ? ", private key" : "",
		 change->has_listen_port ? ", listen port" : "",
		 change->has_fwmark ? ", fwmark" : "",
		 change->has_node ? ", node name" : "",
		 change->has_ciphers ? ", ciphers" : "",
		 change->has_notice ? ", notice" : "",
		 change->has_event_slots ? ", event slots" : "",
		 config_policy_is_empty(&change->policy) ? "" : ", policy");
	if (*out)
		memmove(out, out + 2, strlen(out) - 1);
}

/* One line, or one member of the list. */
static void report_line(struct json_object *list, const char *what,
			const char *name, const char *changes)
{
	struct json_object *object;

	if (!*changes)
		return;
	if (!out_json) {
		printf("%s %s: %s\n", what, name, changes);
		return;
	}
	object = json_object_new_object();
	json_add_text(object, what, name);
	json_add_text(object, "changes", changes);
	json_object_array_add(list, object);
}

static unsigned int count_disturbed(const struct config *change,
				    const struct view *view)
{
	unsigned int count = 0;
	size_t i;

	if (change->has_private_key)
		return view->sessions.count;
	for (i = 0; i < change->peers; i++) {
		const struct view_peer *peer;

		if (!change->peer[i].remove)
			continue;
		peer = view_find_peer(view, change->peer[i].key);
		if (peer && peer->session)
			count++;
	}
	return count;
}

void config_report(const struct config *change, const struct view *view)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	unsigned int disturbed = count_disturbed(change, view);
	char text[TEXT_MAX], key[KEY_BASE64_SIZE];
	size_t i;

	describe_device(change, text, sizeof(text));
	report_line(list, "device", view->ifname, text);
	for (i = 0; i < change->peers; i++) {
		describe_peer(&change->peer[i], text, sizeof(text));
		report_line(list, "peer",
			    key_format(key, change->peer[i].key), text);
	}
	json_add(object, "change", list);
	json_add_u64(object, "sessions_ended", disturbed);
	if (out_json) {
		json_print(object);
		return;
	}
	json_object_put(object);
	printf("%u session%s ended by this\n", disturbed,
	       disturbed == 1 ? "" : "s");
}
