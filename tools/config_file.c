// SPDX-License-Identifier: GPL-2.0
/* Configuration files: reading and writing them. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "key.h"
#include "out.h"
#include "parse.h"

#define CONFIG_FILE_MAX		(64 << 20)

enum section {
	SECTION_NONE,
	SECTION_INTERFACE,
	SECTION_PEER,
	SECTION_PATH,
	SECTION_POLICY,
};

static const char *const section_names[] = {
	[SECTION_INTERFACE] = "Interface",
	[SECTION_PEER] = "Peer",
	[SECTION_PATH] = "Path",
	[SECTION_POLICY] = "Policy",
};

struct reader {
	struct config *config;
	const char *file;
	unsigned int line;
	enum section section;
	bool had_interface;
	struct config_peer *peer;	/* the last, or NULL */
	struct config_path *path;	/* in SECTION_PATH */
	struct config_policy *policy;	/* in SECTION_POLICY */
	const char *why;
	u64 left_out;			/* mask of keys without meaning here */
};

/* One key that a section knows. */
struct config_key {
	enum section section;
	const char *name;
	int (*set)(struct reader *reader, const char *value);
	const char *instead;	/* for keys without meaning here */
};

static int read_key(struct reader *r, u8 key[JVPN_KEY_LEN], const char *value)
{
	r->why = "not a key: 44 characters of base64 or 64 of hex";
	return key_parse(key, value) ? 0 : -EINVAL;
}

static int set_private_key(struct reader *r, const char *value)
{
	r->config->has_private_key = true;
	return read_key(r, r->config->private_key, value);
}

static int set_listen_port(struct reader *r, const char *value)
{
	return config_set_listen_port(r->config, value, &r->why);
}

static int set_fwmark(struct reader *r, const char *value)
{
	return config_set_fwmark(r->config, value, &r->why);
}

static int set_node(struct reader *r, const char *value)
{
	return config_set_node(r->config, value, &r->why);
}

static int set_ciphers(struct reader *r, const char *value)
{
	return config_set_ciphers(r->config, value, &r->why);
}

static int set_notice(struct reader *r, const char *value)
{
	return config_set_notice(r->config, value, &r->why);
}

static int set_event_slots(struct reader *r, const char *value)
{
	return config_set_event_slots(r->config, value, &r->why);
}

static int set_public_key(struct reader *r, const char *value)
{
	r->peer->has_key = true;
	return read_key(r, r->peer->key, value);
}

static int set_psk(struct reader *r, const char *value)
{
	r->peer->has_psk = true;
	return read_key(r, r->peer->psk, value);
}

static int set_allowed_ips(struct reader *r, const char *value)
{
	return config_add_allowed_ips(r->peer, value, &r->why);
}

static int set_endpoint(struct reader *r, const char *value)
{
	return config_set_endpoint(r->peer, value, &r->why);
}

static int set_connect(struct reader *r, const char *value)
{
	r->why = "not on or off";
	return parse_switch(value, &r->peer->connect);
}

static int set_path_id(struct reader *r, const char *value)
{
	return config_set_path_id(r->path, value, &r->why);
}

static int set_path_remote(struct reader *r, const char *value)
{
	return config_set_path_remote(r->path, value, &r->why);
}

static int set_path_local(struct reader *r, const char *value)
{
	return config_set_path_local(r->path, value, &r->why);
}

static int set_path_ifname(struct reader *r, const char *value)
{
	return config_set_path_ifname(r->path, value, &r->why);
}

static int set_path_priority(struct reader *r, const char *value)
{
	return config_set_path_priority(r->path, value, &r->why);
}

static int set_preset(struct reader *r, const char *value)
{
	return config_set_preset(r->policy, value, &r->why);
}

/* The same text for all of them: they are told in one note. */
static const char to_scripts[] =
	"addresses, routes and scripts belong to whoever sets the device up";

static const struct config_key config_keys[] = {
	{ SECTION_INTERFACE, "PrivateKey", set_private_key, NULL },
	{ SECTION_INTERFACE, "ListenPort", set_listen_port, NULL },
	{ SECTION_INTERFACE, "FwMark", set_fwmark, NULL },
	{ SECTION_INTERFACE, "NodeName", set_node, NULL },
	{ SECTION_INTERFACE, "Ciphers", set_ciphers, NULL },
	{ SECTION_INTERFACE, "Notice", set_notice, NULL },
	{ SECTION_INTERFACE, "EventSlots", set_event_slots, NULL },
	{ SECTION_INTERFACE, "Address", NULL, to_scripts },
	{ SECTION_INTERFACE, "DNS", NULL, to_scripts },
	{ SECTION_INTERFACE, "MTU", NULL, to_scripts },
	{ SECTION_INTERFACE, "Table", NULL, to_scripts },
	{ SECTION_INTERFACE, "PreUp", NULL, to_scripts },
	{ SECTION_INTERFACE, "PostUp", NULL, to_scripts },
	{ SECTION_INTERFACE, "PreDown", NULL, to_scripts },
	{ SECTION_INTERFACE, "PostDown", NULL, to_scripts },
	{ SECTION_INTERFACE, "SaveConfig", NULL, to_scripts },
	{ SECTION_PEER, "PublicKey", set_public_key, NULL },
	{ SECTION_PEER, "PresharedKey", set_psk, NULL },
	{ SECTION_PEER, "AllowedIPs", set_allowed_ips, NULL },
	{ SECTION_PEER, "Endpoint", set_endpoint, NULL },
	{ SECTION_PEER, "Connect", set_connect, NULL },
	{ SECTION_PEER, "PersistentKeepalive", NULL,
	  "paths are kept open by heartbeats, see idle_heartbeat_interval of the policy" },
	{ SECTION_PATH, "Id", set_path_id, NULL },
	{ SECTION_PATH, "Endpoint", set_path_remote, NULL },
	{ SECTION_PATH, "Interface", set_path_ifname, NULL },
	{ SECTION_PATH, "Local", set_path_local, NULL },
	{ SECTION_PATH, "Priority", set_path_priority, NULL },
	{ SECTION_POLICY, "Preset", set_preset, NULL },
};

static int bad_line(const struct reader *r, const char *what, const char *why)
{
	char clean[TEXT_MAX];

	return fail(EXIT_USAGE, "%s:%u: %s%s%s", r->file, r->line,
		    clean_text(clean, what, strlen(what)), *what ? ": " : "",
		    why);
}

static int open_path(struct reader *r)
{
	if (!r->peer)
		return bad_line(r, "[Path]", "stands before any [Peer]");
	if (r->peer->paths == JVPN_MAX_PATHS)
		return bad_line(r, "[Path]", "a peer has at most 8 paths");
	r->path = &r->peer->path[r->peer->paths++];
	return EXIT_DONE;
}

/* A path that was opened must lead somewhere. */
static int close_path(struct reader *r)
{
	if (r->path && !r->path->remote.family)
		return bad_line(r, "", "the [Path] before this has no Endpoint");
	r->path = NULL;
	return EXIT_DONE;
}

static int close_peer(struct reader *r)
{
	if (r->peer && !r->peer->has_key) {
		r->line = r->peer->line;
		return bad_line(r, "[Peer]", "has no PublicKey");
	}
	return EXIT_DONE;
}

static int open_section(struct reader *r, const char *name)
{
	unsigned int i;
	int err;

	for (i = SECTION_INTERFACE; i < ARRAY_SIZE(section_names); i++)
		if (!strcasecmp(name, section_names[i]))
			break;
	if (i == ARRAY_SIZE(section_names))
		return bad_line(r, name,
				"not one of the sections [Interface], [Peer], [Path], [Policy]");
	err = close_path(r);
	if (err)
		return err;
	r->section = i;
	switch (r->section) {
	case SECTION_INTERFACE:
		if (r->had_interface)
			return bad_line(r, "[Interface]", "comes twice");
		r->had_interface = true;
		break;
	case SECTION_PEER:
		err = close_peer(r);
		if (err)
			return err;
		r->peer = config_add_peer(r->config);
		r->peer->line = r->line;
		/* The file says all that the peer may have. */
		r->peer->replace_ips = true;
		break;
	case SECTION_PATH:
		return open_path(r);
	case SECTION_POLICY:
		r->policy = r->peer ? &r->peer->policy : &r->config->policy;
		break;
	case SECTION_NONE:
		break;
	}
	return EXIT_DONE;
}

static int set_value(struct reader *r, const char *name, const char *value)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(config_keys); i++) {
		const struct config_key *key = &config_keys[i];

		if (key->section != r->section || !name_equal(key->name, name))
			continue;
		if (!key->set) {
			r->left_out |= 1ULL << i;
			return EXIT_DONE;
		}
		err = key->set(r, value);
		return err ? bad_line(r, key->name, r->why) : EXIT_DONE;
	}
	if (r->section != SECTION_POLICY)
		return bad_line(r, name, "no such key in this section");
	err = config_set_field(r->policy, name, value, &r->why);
	return err ? bad_line(r, name, r->why) : EXIT_DONE;
}

static char *trim(char *text)
{
	size_t len;

	while (isspace((u8)*text))
		text++;
	len = strlen(text);
	while (len && isspace((u8)text[len - 1]))
		text[--len] = 0;
	return text;
}

static int read_line(struct reader *r, char *line)
{
	char *equals;
	size_t len;

	line[strcspn(line, "#")] = 0;
	line = trim(line);
	len = strlen(line);
	if (!len)
		return EXIT_DONE;
	if (*line == '[') {
		if (line[len - 1] != ']')
			return bad_line(r, "", "the section's name has no end");
		line[len - 1] = 0;
		return open_section(r, trim(line + 1));
	}
	/* Lines may hold keys: they are not repeated in messages. */
	if (r->section == SECTION_NONE)
		return bad_line(r, "", "stands before any section");
	equals = strchr(line, '=');
	if (!equals)
		return bad_line(r, "", "neither [Section] nor Key = value");
	*equals = 0;
	return set_value(r, trim(line), trim(equals + 1));
}

/* Gives each path without an id the lowest that is left; exit code. */
static int number_paths(struct reader *r, struct config_peer *peer)
{
	unsigned int i, taken = 0;
	u8 id;

	r->line = peer->line;
	for (i = 0; i < peer->paths; i++) {
		if (!peer->path[i].has_id)
			continue;
		if (taken & 1U << peer->path[i].id)
			return bad_line(r, "[Peer]",
					"has two paths with the same id");
		taken |= 1U << peer->path[i].id;
	}
	for (i = 0; i < peer->paths; i++) {
		if (peer->path[i].has_id)
			continue;
		for (id = 0; taken & 1U << id; id++)
			;
		peer->path[i].id = id;
		peer->path[i].has_id = true;
		taken |= 1U << id;
	}
	return EXIT_DONE;
}

static_assert(ARRAY_SIZE(config_keys) <= 64, "one bit each in left_out");

/* Says what had no meaning here, once for all keys with the same reason. */
static void note_left_out(const struct reader *r)
{
	u64 left = r->left_out;
	unsigned int i, first;

	for (first = 0; first < ARRAY_SIZE(config_keys); first++) {
		char names[TEXT_MAX];
		size_t used = 0;

		if (!(left & 1ULL << first))
			continue;
		for (i = first; i < ARRAY_SIZE(config_keys); i++) {
			if (!(left & 1ULL << i) || config_keys[i].instead !=
						   config_keys[first].instead)
				continue;
			left &= ~(1ULL << i);
			used += snprintf(names + used, sizeof(names) - used,
					 "%s%s", used ? ", " : "",
					 config_keys[i].name);
		}
		note("%s: not applicable: %s (%s)", r->file, names,
		     config_keys[first].instead);
	}
}

static int read_lines(struct reader *r, char *text, size_t len)
{
	char *end = text + len;
	size_t i;
	int err;

	while (text < end) {
		char *newline = memchr(text, '\n', end - text);
		char *next = newline ? newline + 1 : end;

		r->line++;
		if (newline)
			*newline = 0;
		if (memchr(text, 0, (newline ? newline : end) - text))
			return bad_line(r, "", "there is a zero byte");
		err = read_line(r, text);
		if (err)
			return err;
		text = next;
	}
	err = close_path(r);
	if (!err)
		err = close_peer(r);
	for (i = 0; i < r->config->peers && !err; i++)
		err = number_paths(r, &r->config->peer[i]);
	if (!err)
		note_left_out(r);
	return err;
}

int config_parse(struct config *config, const char *name, char *text,
		 size_t len)
{
	struct reader reader = { .config = config, .file = name };

	return read_lines(&reader, text, len);
}

int config_read(struct config *config, const char *file)
{
	const char *name = strcmp(file, "-") ? file : "standard input";
	char *text;
	size_t len;
	int err;

	err = read_secret_file(file, CONFIG_FILE_MAX, &text, &len);
	if (err)
		return err;
	err = config_parse(config, name, text, len);
	secret_free(text, len);
	return err;
}

static void write_key(FILE *file, const char *name, const u8 *key)
{
	char text[KEY_BASE64_SIZE];

	if (!key_is_zero(key))
		fprintf(file, "%s = %s\n", name, key_format(text, key));
	secret_wipe(text, sizeof(text));
}

static void write_policy(FILE *file, const struct config_policy *policy)
{
	char text[80];
	unsigned int i;

	if (config_policy_is_empty(policy))
		return;
	fprintf(file, "\n[Policy]\n");
	if (policy->inherit)
		fprintf(file, "# that of the device\n");
	if (*policy->preset)
		fprintf(file, "Preset = %s\n", policy->preset);
	for (i = 0; i <= attr_policy.max; i++)
		if (policy->has[i])
			fprintf(file, "%s = %s\n", attr_policy.desc[i].name,
				value_format(&attr_policy.desc[i],
					     policy->value[i], text,
					     sizeof(text)));
}

static void write_path(FILE *file, const struct config_path *path)
{
	char text[ENDPOINT_TEXT_SIZE];

	fprintf(file, "\n[Path]\nId = %u\nEndpoint = %s\n", path->id,
		endpoint_format(text, &path->remote));
	if (*path->ifname)
		fprintf(file, "Interface = %s\n", path->ifname);
	if (path->local.family)
		fprintf(file, "Local = %s\n",
			endpoint_format(text, &path->local));
	if (path->priority)
		fprintf(file, "Priority = %u\n", path->priority);
}

static void write_peer(FILE *file, const struct config_peer *peer)
{
	char text[PREFIX_TEXT_SIZE];
	unsigned int i;
	size_t n;

	fprintf(file, "\n[Peer]\n");
	write_key(file, "PublicKey", peer->key);
	if (peer->has_psk)
		write_key(file, "PresharedKey", peer->psk);
	for (n = 0; n < peer->ips; n++)
		fprintf(file, "%s%s", n ? ", " : "AllowedIPs = ",
			prefix_format(text, &peer->ip[n]));
	if (n)
		fputc('\n', file);
	if (peer->connect)
		fprintf(file, "Connect = on\n");
	for (i = 0; i < peer->paths; i++)
		write_path(file, &peer->path[i]);
	write_policy(file, &peer->policy);
}

void config_write(const struct config *config, FILE *file)
{
	char text[80];
	size_t i;

	fprintf(file, "[Interface]\n");
	if (config->has_private_key)
		write_key(file, "PrivateKey", config->private_key);
	if (config->has_listen_port)
		fprintf(file, "ListenPort = %u\n", config->listen_port);
	if (config->has_fwmark && config->fwmark)
		fprintf(file, "FwMark = 0x%x\n", config->fwmark);
	if (config->has_node && *config->node)
		fprintf(file, "NodeName = %s\n", config->node);
	if (config->has_ciphers)
		fprintf(file, "Ciphers = %s\n",
			name_mask(name_cipher, config->ciphers, text,
				  sizeof(text)));
	if (config->has_notice)
		fprintf(file, "Notice = %s\n", config->notice ? "on" : "off");
	if (config->has_event_slots &&
	    config->event_slots != JVPN_EVENT_SLOTS_DEFAULT)
		fprintf(file, "EventSlots = %u\n", config->event_slots);
	write_policy(file, &config->policy);
	for (i = 0; i < config->peers; i++)
		write_peer(file, &config->peer[i]);
}
