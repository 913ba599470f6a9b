// SPDX-License-Identifier: GPL-2.0
/* showconf: a device's configuration as a file. */
#include <stdio.h>

#include "cmd.h"
#include "config.h"
#include "json_out.h"
#include "out.h"

struct showconf {
	struct nl *nl;
};

static int print_config(const struct view *view, void *data)
{
	struct showconf *showconf = data;
	struct config config = { 0 };
	int err;

	err = config_load(showconf->nl, view, &config);
	if (!err && out_json)
		json_print(config_as_json(&config));
	else if (!err)
		config_write(&config, stdout);
	config_free(&config);
	return err;
}

static int run_showconf(const struct args *args)
{
	struct showconf showconf;
	struct nl nl;
	int err;

	err = word_is_device(args, args->word[0]);
	if (!err)
		err = nl_open(&nl);
	if (err)
		return err;
	showconf.nl = &nl;
	err = view_each(&nl, args->word[0], print_config, &showconf);
	nl_close(&nl);
	return err;
}

const struct command cmd_showconf = {
	.name = "showconf",
	.usage = "DEV",
	.summary = "a device's configuration as a file",
	.help = "Prints the configuration of a device in the form that setconf reads, with its\n"
		"private and preshared keys.",
	.min_words = 1,
	.max_words = 1,
	.run = run_showconf,
};
