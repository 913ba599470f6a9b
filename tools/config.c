// SPDX-License-Identifier: GPL-2.0
/* A configuration: its parts, and their values as words. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "../module/policy.h"
#include "key.h"
#include "out.h"
#include "parse.h"

void config_free(struct config *config)
{
	size_t i;

	for (i = 0; i < config->peers; i++)
		free(config->peer[i].ip);
	secret_free(config->peer, config->peer_room * sizeof(*config->peer));
	secret_wipe(config, sizeof(*config));
}

struct config_peer *config_add_peer(struct config *config)
{
	if (config->peers == config->peer_room) {
		size_t room = config->peer_room ? 2 * config->peer_room : 8;
		struct config_peer *peer = xalloc(room * sizeof(*peer));

		if (config->peers)
			memcpy(peer, config->peer,
			       config->peers * sizeof(*peer));
		secret_free(config->peer,
			    config->peer_room * sizeof(*peer));
		config->peer = peer;
		config->peer_room = room;
	}
	return &config->peer[config->peers++];
}

void config_add_prefix(struct config_peer *peer, const struct prefix *prefix)
{
	if (peer->ips == peer->ip_room) {
		peer->ip_room = peer->ip_room ? 2 * peer->ip_room : 8;
		peer->ip = xrealloc(peer->ip,
				    peer->ip_room * sizeof(*peer->ip));
	}
	peer->ip[peer->ips++] = *prefix;
}

bool config_policy_is_empty(const struct config_policy *policy)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(policy->has); i++)
		if (policy->has[i])
			return false;
	return !*policy->preset && !policy->inherit;
}

int config_set_listen_port(struct config *config, const char *text,
			   const char **why)
{
	u32 port;

	*why = "not a port from 1 to 65535, or 0 for any";
	if (parse_u32(text, 0, 65535, &port))
		return -EINVAL;
	config->listen_port = port;
	config->has_listen_port = true;
	return 0;
}

int config_set_fwmark(struct config *config, const char *text,
		      const char **why)
{
	*why = "not a number of 32 bits, or off";
	config->fwmark = 0;
	if (strcasecmp(text, "off") &&
	    parse_u32(text, 0, UINT32_MAX, &config->fwmark))
		return -EINVAL;
	config->has_fwmark = true;
	return 0;
}

int config_set_node(struct config *config, const char *text, const char **why)
{
	size_t len = strlen(text), i;

	*why = "a node's name has at most 63 characters";
	if (len >= sizeof(config->node))
		return -EINVAL;
	/* '#' starts a comment in files: a name with it could not come back. */
	*why = "a node's name is printable ASCII without blanks and #";
	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f || text[i] == '#')
			return -EINVAL;
	memcpy(config->node, text, len + 1);
	config->has_node = true;
	return 0;
}

int config_set_ciphers(struct config *config, const char *text,
		       const char **why)
{
	*why = "not a list of aes-256-gcm, chacha20-poly1305";
	if (name_list(name_cipher, text, &config->ciphers))
		return -EINVAL;
	config->has_ciphers = true;
	return 0;
}

int config_set_notice(struct config *config, const char *text,
		      const char **why)
{
	*why = "not on or off";
	if (parse_switch(text, &config->notice))
		return -EINVAL;
	config->has_notice = true;
	return 0;
}

int config_set_event_slots(struct config *config, const char *text,
			   const char **why)
{
	u32 slots;

	*why = "not a power of two from 64 to 65536";
	if (parse_u32(text, JVPN_EVENT_SLOTS_MIN, JVPN_EVENT_SLOTS_MAX,
		      &slots) || slots & (slots - 1))
		return -EINVAL;
	config->event_slots = slots;
	config->has_event_slots = true;
	return 0;
}

/* Copies one entry of a list without the blanks around it; 0 or -EINVAL. */
static int copy_entry(char *out, size_t size, const char *text, size_t len)
{
	while (len && isspace((u8)*text)) {
		text++;
		len--;
	}
	while (len && isspace((u8)text[len - 1]))
		len--;
	if (len >= size)
		return -EINVAL;
	memcpy(out, text, len);
	out[len] = 0;
	return 0;
}

int config_add_allowed_ips(struct config_peer *peer, const char *text,
			   const char **why)
{
	bool first = true;

	peer->replace_ips = true;
	for (;; first = false) {
		size_t len = strcspn(text, ",");
		struct prefix prefix;
		char entry[64];

		*why = "not a list of ADDRESS/LENGTH";
		if (copy_entry(entry, sizeof(entry), text, len))
			return -EINVAL;
		if (first && !*entry && !text[len])
			return 0; /* an empty list */
		if (prefix_parse(entry, &prefix, why))
			return -EINVAL;
		config_add_prefix(peer, &prefix);
		if (!text[len])
			return 0;
		text += len + 1;
	}
}

/* Path 0, leaving by whichever interface the routes say. */
int config_set_endpoint(struct config_peer *peer, const char *text,
			const char **why)
{
	struct config_path *path = NULL;
	struct endpoint remote;
	unsigned int i;

	if (endpoint_parse(text, &remote, why))
		return -EINVAL;
	for (i = 0; i < peer->paths; i++)
		if (peer->path[i].has_id && !peer->path[i].id)
			path = &peer->path[i];
	if (!path) {
		*why = "a peer has at most 8 paths";
		if (peer->paths == JVPN_MAX_PATHS)
			return -EINVAL;
		path = &peer->path[peer->paths++];
	}
	path->has_id = true;
	path->id = 0;
	path->remote = remote;
	path->replace = true;
	return 0;
}

int config_set_path_id(struct config_path *path, const char *text,
		       const char **why)
{
	u32 id;

	*why = "a path's id is a number from 0 to 7";
	if (parse_u32(text, 0, JVPN_MAX_PATHS - 1, &id))
		return -EINVAL;
	path->id = id;
	path->has_id = true;
	return 0;
}

int config_set_path_remote(struct config_path *path, const char *text,
			   const char **why)
{
	return endpoint_parse(text, &path->remote, why);
}

int config_set_path_local(struct config_path *path, const char *text,
			  const char **why)
{
	if (address_parse(text, &path->local, why))
		return -EINVAL;
	*why = "name the interface apart from the address";
	return path->local.scope_id ? -EINVAL : 0;
}

int config_set_path_ifname(struct config_path *path, const char *text,
			   const char **why)
{
	*why = "not the name of an interface";
	if (!is_ifname(text))
		return -EINVAL;
	memcpy(path->ifname, text, strlen(text) + 1);
	return 0;
}

int config_set_path_priority(struct config_path *path, const char *text,
			     const char **why)
{
	u32 priority;

	*why = "a path's priority is a number from 0 to 255, lower is preferred";
	if (parse_u32(text, 0, 255, &priority))
		return -EINVAL;
	path->priority = priority;
	path->has_priority = true;
	return 0;
}

int config_set_preset(struct config_policy *policy, const char *text,
		      const char **why)
{
	const char *known;
	unsigned int i;

	*why = "no such preset; there are balanced, mobile, fast-failover, fintech";
	for (i = 0; (known = jvpn_policy_preset_name(i)); i++)
		if (name_equal(known, text))
			break;
	if (!known || strlen(known) >= sizeof(policy->preset))
		return -EINVAL;
	memcpy(policy->preset, known, strlen(known) + 1);
	return 0;
}

int config_set_field(struct config_policy *policy, const char *name,
		     const char *text, const char **why)
{
	unsigned int attr = policy_field_find(name);

	*why = "no such policy field";
	if (!attr)
		return -ENOENT;
	if (value_parse(&attr_policy.desc[attr], text, &policy->value[attr],
			why))
		return -EINVAL;
	policy->has[attr] = true;
	return 0;
}

void config_complete(struct config *config)
{
	config->has_private_key = true;
	config->has_listen_port = true;
	config->has_fwmark = true;
	config->has_node = true;
	/*
	 * Which ciphers there are, only the kernel knows: they stay. So does the
	 * room for events, with those that are in it.
	 */
	if (!config->has_notice)
		config->notice = true;
	config->has_notice = true;
	if (!*config->policy.preset)
		snprintf(config->policy.preset, sizeof(config->policy.preset),
			 "balanced");
}
