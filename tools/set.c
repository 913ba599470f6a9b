// SPDX-License-Identifier: GPL-2.0
/* set: change a device and its peers. */
#include <stdio.h>

#include "cmd.h"
#include "config.h"
#include "key.h"
#include "out.h"

struct set {
	const struct args *args;
	struct config *config;
	struct config_peer *peer;	/* the last named, or NULL */
	const char *why;
};

/* A word of the command line, and what it does with the one behind it. */
struct set_word {
	const char *name;
	bool of_peer;
	bool takes_value;
	/* 0, -EINVAL with set->why, or an exit code that was explained. */
	int (*set)(struct set *set, const char *value);
};

static int set_private_key(struct set *s, const char *file)
{
	s->config->has_private_key = true;
	return key_read_file(file, s->config->private_key, true);
}

static int set_listen_port(struct set *s, const char *value)
{
	return config_set_listen_port(s->config, value, &s->why);
}

static int set_fwmark(struct set *s, const char *value)
{
	return config_set_fwmark(s->config, value, &s->why);
}

static int set_node(struct set *s, const char *value)
{
	return config_set_node(s->config, value, &s->why);
}

static int set_ciphers(struct set *s, const char *value)
{
	return config_set_ciphers(s->config, value, &s->why);
}

static int set_notice(struct set *s, const char *value)
{
	return config_set_notice(s->config, value, &s->why);
}

static int set_event_slots(struct set *s, const char *value)
{
	return config_set_event_slots(s->config, value, &s->why);
}

static int set_peer(struct set *s, const char *value)
{
	s->peer = config_add_peer(s->config);
	s->peer->has_key = true;
	return word_is_peer(s->args, value, s->peer->key);
}

static int set_remove(struct set *s, const char *value)
{
	(void)value;
	s->peer->remove = true;
	return 0;
}

static int set_psk(struct set *s, const char *file)
{
	s->peer->has_psk = true;
	return key_read_file(file, s->peer->psk, true);
}

static int set_allowed_ips(struct set *s, const char *value)
{
	return config_add_allowed_ips(s->peer, value, &s->why);
}

static int set_endpoint(struct set *s, const char *value)
{
	return config_set_endpoint(s->peer, value, &s->why);
}

static int set_connect(struct set *s, const char *value)
{
	(void)value;
	s->peer->connect = true;
	return 0;
}

static const struct set_word set_words[] = {
	{ "private-key", false, true, set_private_key },
	{ "listen-port", false, true, set_listen_port },
	{ "fwmark", false, true, set_fwmark },
	{ "node", false, true, set_node },
	{ "cipher", false, true, set_ciphers },
	{ "notice", false, true, set_notice },
	{ "event-slots", false, true, set_event_slots },
	{ "peer", false, true, set_peer },
	{ "remove", true, false, set_remove },
	{ "psk", true, true, set_psk },
	{ "preshared-key", true, true, set_psk },
	{ "allowed-ips", true, true, set_allowed_ips },
	{ "endpoint", true, true, set_endpoint },
	{ "connect", true, false, set_connect },
};

static const struct set_word *find_word(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(set_words); i++)
		if (!strcmp(name, set_words[i].name))
			return &set_words[i];
	return NULL;
}

/* Takes one word, and its value if it has one; how many that were, or < 0. */
static int take_word(struct set *s, char **word, int left, int *err)
{
	const struct set_word *known = find_word(word[0]);
	char clean[TEXT_MAX];

	if (!known)
		*err = usage_error(s->args, "no such word: %s",
				   clean_text(clean, word[0],
					      strlen(word[0])));
	else if (known->of_peer && !s->peer)
		*err = usage_error(s->args, "%s stands before any peer",
				   known->name);
	else if (known->takes_value && left < 2)
		*err = usage_error(s->args, "%s needs a value", known->name);
	else
		*err = known->set(s, known->takes_value ? word[1] : NULL);
	if (*err == -EINVAL)
		*err = usage_error(s->args, "%s %s: %s", known->name,
				   clean_text(clean, word[1], strlen(word[1])),
				   s->why);
	return known && known->takes_value ? 2 : 1;
}

static int check_peers(const struct args *args, const struct config *config)
{
	size_t i;

	for (i = 0; i < config->peers; i++) {
		const struct config_peer *peer = &config->peer[i];

		if (peer->remove && (peer->has_psk || peer->replace_ips ||
				     peer->paths || peer->connect))
			return usage_error(args,
					   "a peer that is removed takes nothing else");
	}
	return EXIT_DONE;
}

static int run_set(const struct args *args)
{
	struct config config = { 0 };
	struct set set = { .args = args, .config = &config };
	struct nl nl;
	int err, i = 1;

	err = word_is_device(args, args->word[0]);
	while (!err && i < args->count)
		i += take_word(&set, args->word + i, args->count - i, &err);
	if (!err)
		err = check_peers(args, &config);
	if (!err)
		err = nl_open(&nl);
	if (!err) {
		err = config_apply(&nl, args->word[0], &config);
		nl_close(&nl);
	}
	config_free(&config);
	return err;
}

const struct command cmd_set = {
	.name = "set",
	.usage = "DEV [private-key FILE] [listen-port PORT] [fwmark MARK]\n"
		 " [node NAME] [cipher LIST] [notice on|off] [event-slots N]\n"
		 " [peer KEY [remove] [psk FILE] [allowed-ips LIST]\n"
		 "  [endpoint ADDR:PORT] [connect]]...",
	.summary = "change a device and its peers",
	.help = "Changes what is named and leaves the rest. A peer that is not there is added.\n"
		"\n"
		"  private-key FILE    the device's key; `-` is standard input, an empty file removes it\n"
		"  listen-port PORT    where datagrams are taken; 0 picks a free port\n"
		"  fwmark MARK         mark of outgoing datagrams, decimal or 0x...; 0 or off is none\n"
		"  node NAME           what this end is called in events\n"
		"  cipher LIST         ciphers offered and accepted: aes-256-gcm,chacha20-poly1305\n"
		"  notice on|off       tell peers when their session is not known any more\n"
		"  event-slots N       so many events are kept: a power of two from 64 to 65536\n"
		"  peer KEY            what follows is about the peer with this public key\n"
		"    remove            the peer goes, and its session ends\n"
		"    psk FILE          preshared key; an empty file removes it\n"
		"    allowed-ips LIST  inner addresses of the peer, in place of those before; \"\" is none\n"
		"    endpoint ADDR:PORT  short for path 0 to this address, by whichever interface\n"
		"    connect           make a session now, without waiting for traffic\n"
		"\n"
		"Keys are read from files: what stands on a command line, others can see.",
	.min_words = 1,
	.max_words = -1,
	.run = run_set,
};
