// SPDX-License-Identifier: GPL-2.0
/* setconf, addconf, syncconf: a configuration file becomes the device's. */
#include <stdio.h>

#include "cmd.h"
#include "config.h"
#include "key.h"
#include "out.h"

/* Names may have to wait for the network when this runs at boot. */
#define RESOLVE_RETRIES		5

static int read_file(const struct args *args, struct config *config)
{
	int err = word_is_device(args, args->word[0]);

	resolve_retries = RESOLVE_RETRIES;
	return err ? err : config_read(config, args->word[1]);
}

static int apply(struct nl *nl, const struct args *args,
		 const struct config *config)
{
	int err = config_apply(nl, args->word[0], config);

	if (err)
		note("what stands before this in the file is in force now");
	return err;
}

/* setconf, or addconf if not @replace. */
static int apply_file(const struct args *args, bool replace)
{
	struct config config = { 0 };
	struct nl nl;
	int err;

	err = read_file(args, &config);
	if (!err)
		err = nl_open(&nl);
	if (!err) {
		if (replace) {
			config.replace_peers = true;
			config_complete(&config);
			err = config_trim_policy(&nl, args->word[0], &config);
		}
		if (!err)
			err = apply(&nl, args, &config);
		nl_close(&nl);
	}
	config_free(&config);
	return err;
}

static int run_setconf(const struct args *args)
{
	return apply_file(args, true);
}

static int run_addconf(const struct args *args)
{
	return apply_file(args, false);
}

struct sync {
	struct nl *nl;
	struct config *wanted;
	struct config change;
};

static int compare_view(const struct view *view, void *data)
{
	struct sync *sync = data;
	struct config now = { 0 };
	int err;

	err = config_load(sync->nl, view, &now);
	if (!err) {
		config_difference(&now, sync->wanted, &sync->change);
		config_report(&sync->change, view);
	}
	config_free(&now);
	return err;
}

static int run_syncconf(const struct args *args)
{
	struct config wanted = { 0 };
	struct sync sync = { .wanted = &wanted };
	bool has_key, has_port;
	struct nl nl;
	int err;

	err = read_file(args, &wanted);
	if (!err)
		err = nl_open(&nl);
	if (!err) {
		/* Nobody loses the key or the port for not naming them. */
		has_key = wanted.has_private_key;
		has_port = wanted.has_listen_port;
		config_complete(&wanted);
		wanted.has_private_key = has_key;
		wanted.has_listen_port = has_port;
		sync.nl = &nl;
		err = view_each(&nl, args->word[0], compare_view, &sync);
		if (!err && !(args->given & OPTION_DRY_RUN))
			err = apply(&nl, args, &sync.change);
		nl_close(&nl);
	}
	config_free(&sync.change);
	config_free(&wanted);
	return err;
}

#define FILE_HELP							\
	"FILE has sections [Interface], [Peer], [Path] and [Policy], as jvpn-tool(8)\n" \
	"says; `-` is standard input. What belongs to scripts that set a device up\n" \
	"(Address, DNS, PostUp and so on) is left to them, with a note."

const struct command cmd_setconf = {
	.name = "setconf",
	.usage = "DEV FILE",
	.summary = "replace a device's configuration by a file",
	.help = "Makes the configuration of a device what the file says. All peers that were\n"
		"there go, and their sessions end; syncconf is gentler.\n\n"
		FILE_HELP,
	.min_words = 2,
	.max_words = 2,
	.run = run_setconf,
};

const struct command cmd_addconf = {
	.name = "addconf",
	.usage = "DEV FILE",
	.summary = "add a file to a device's configuration",
	.help = "Adds the peers of the file to those that are there, and sets what the file\n"
		"names of the device.\n\n"
		FILE_HELP,
	.min_words = 2,
	.max_words = 2,
	.run = run_addconf,
};

const struct command cmd_syncconf = {
	.name = "syncconf",
	.usage = "DEV FILE [--dry-run]",
	.summary = "apply the difference between a device and a file",
	.help = "Like setconf, but only what differs is touched, so that sessions of peers that\n"
		"stay live on. Says what it changes and how many sessions end; with --dry-run it\n"
		"only says so.\n\n"
		FILE_HELP,
	.options = OPTION_DRY_RUN,
	.min_words = 2,
	.max_words = 2,
	.run = run_syncconf,
};
