// SPDX-License-Identifier: GPL-2.0
/* A configuration as JSON; the names are those of the interface. */
#include "config.h"

#include "json_out.h"
#include "key.h"
#include "parse.h"

static const char *name_in(const struct attr_set *set, unsigned int attr)
{
	return set->desc[attr].name;
}

static void add_key(struct json_object *object, const char *name,
		    const u8 *key)
{
	char text[KEY_BASE64_SIZE];

	if (!key_is_zero(key))
		json_add_text(object, name, key_format(text, key));
	secret_wipe(text, sizeof(text));
}

static void add_policy(struct json_object *object,
		       const struct config_policy *policy)
{
	struct json_object *fields = json_object_new_object();
	char text[80];
	unsigned int i;

	for (i = 0; i <= attr_policy.max; i++) {
		const struct attr_desc *desc = &attr_policy.desc[i];

		if (!policy->has[i])
			continue;
		if (desc->unit == UNIT_ENUM || desc->unit == UNIT_MASK)
			json_add_text(fields, desc->name,
				      value_format(desc, policy->value[i],
						   text, sizeof(text)));
		else
			json_add_u64(fields, desc->name, policy->value[i]);
	}
	json_add(object, "policy", fields);
}

static struct json_object *path_as_json(const struct config_path *path)
{
	struct json_object *object = json_object_new_object();
	char text[ENDPOINT_TEXT_SIZE];

	json_add_u64(object, name_in(&attr_path, JVPN_PATH_A_ID), path->id);
	json_add_text(object, name_in(&attr_path, JVPN_PATH_A_REMOTE),
		      endpoint_format(text, &path->remote));
	if (path->local.family)
		json_add_text(object, name_in(&attr_path, JVPN_PATH_A_LOCAL),
			      endpoint_format(text, &path->local));
	if (*path->ifname)
		json_add(object, name_in(&attr_path, JVPN_PATH_A_IFNAME),
			 json_text(path->ifname, strlen(path->ifname)));
	json_add_u64(object, name_in(&attr_path, JVPN_PATH_A_PRIORITY),
		     path->priority);
	return object;
}

static struct json_object *peer_as_json(const struct config_peer *peer)
{
	struct json_object *object = json_object_new_object();
	struct json_object *ips = json_object_new_array();
	struct json_object *paths = json_object_new_array();
	char text[PREFIX_TEXT_SIZE];
	unsigned int i;
	size_t n;

	add_key(object, name_in(&attr_peer, JVPN_PEER_A_PUBLIC_KEY), peer->key);
	add_key(object, name_in(&attr_peer, JVPN_PEER_A_PRESHARED_KEY),
		peer->psk);
	for (n = 0; n < peer->ips; n++) {
		prefix_format(text, &peer->ip[n]);
		json_object_array_add(ips, json_object_new_string(text));
	}
	for (i = 0; i < peer->paths; i++)
		json_object_array_add(paths, path_as_json(&peer->path[i]));
	json_add(object, name_in(&attr_peer, JVPN_PEER_A_ALLOWED_IP), ips);
	json_add(object, "path", paths);
	add_policy(object, &peer->policy);
	return object;
}

struct json_object *config_as_json(const struct config *config)
{
	struct json_object *object = json_object_new_object();
	struct json_object *peers = json_object_new_array();
	size_t i;

	add_key(object, name_in(&attr_device, JVPN_DEVICE_A_PRIVATE_KEY),
		config->private_key);
	json_add_u64(object, name_in(&attr_device, JVPN_DEVICE_A_LISTEN_PORT),
		     config->listen_port);
	json_add_u64(object, name_in(&attr_device, JVPN_DEVICE_A_FWMARK),
		     config->fwmark);
	json_add_text(object, name_in(&attr_device, JVPN_DEVICE_A_NODE_NAME),
		      config->node);
	json_add(object, name_in(&attr_device, JVPN_DEVICE_A_CIPHERS),
		 json_mask(name_cipher, config->ciphers));
	json_add(object, name_in(&attr_device, JVPN_DEVICE_A_NOTICE),
		 json_object_new_boolean(config->notice));
	if (config->has_event_slots)
		json_add_u64(object, name_in(&attr_device,
					     JVPN_DEVICE_A_EVENT_SLOTS),
			     config->event_slots);
	add_policy(object, &config->policy);
	for (i = 0; i < config->peers; i++)
		json_object_array_add(peers, peer_as_json(&config->peer[i]));
	json_add(object, "peer", peers);
	return object;
}
