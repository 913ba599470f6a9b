// SPDX-License-Identifier: GPL-2.0
/* jvpn-tool: the subcommands and their options. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "key.h"
#include "out.h"
#include "parse.h"

static const struct command *const commands[] = {
	&cmd_show,    &cmd_set,	    &cmd_setconf, &cmd_addconf, &cmd_syncconf,
	&cmd_showconf, &cmd_path,   &cmd_session, &cmd_policy,	&cmd_monitor,
	&cmd_drill,   &cmd_audit,   &cmd_report,  &cmd_explain,	&cmd_genkey,
	&cmd_genpsk,  &cmd_pubkey,
};

enum { OPTION_HELP = 0x10000, OPTION_VERSION, OPTION_JSON };

static const struct option long_options[] = {
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "keys", no_argument, NULL, OPTION_KEYS },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "count", required_argument, NULL, OPTION_COUNT },
	{ "history", no_argument, NULL, OPTION_HISTORY },
	{ "strict", no_argument, NULL, OPTION_STRICT },
	{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
	{ "policy", no_argument, NULL, OPTION_POLICY },
	{ "output", required_argument, NULL, OPTION_OUTPUT },
	{ "session", required_argument, NULL, OPTION_SESSION },
	{ "peer", required_argument, NULL, OPTION_PEER },
	{ "for", required_argument, NULL, OPTION_FOR },
	{ "path", required_argument, NULL, OPTION_PATH },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ NULL, 0, NULL, 0 }
};

static void print_usage(const struct command *command)
{
	const char *line = command->usage;
	const char *prefix = "Usage:";

	for (;;) {
		size_t len = strcspn(line, "\n");

		if (*line == ' ')
			printf("              %.*s\n", (int)len, line);
		else
			printf("%s jvpn-tool %s%s%.*s\n", prefix,
			       command->name, len ? " " : "", (int)len, line);
		if (!line[len])
			break;
		line += len + 1;
		prefix = "      ";
	}
}

static int help_for(const struct command *command)
{
	print_usage(command);
	printf("\n%s\n", command->help);
	return EXIT_DONE;
}

static int help_all(void)
{
	unsigned int i;

	puts("Usage: jvpn-tool [COMMAND] [--json] [--help] [WORDS]...\n"
	     "       jvpn-tool --version\n"
	     "\n"
	     "Configures and watches jvpn devices. Without a command: show.\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i]->name,
		       commands[i]->summary);
	puts("\n"
	     "--json makes any command print JSON, its errors included.\n"
	     "`jvpn-tool COMMAND --help` says more; jvpn-tool(8) says all.");
	return EXIT_DONE;
}

int usage_error(const struct args *args, const char *format, ...)
{
	const char *name = args->command->name;
	char text[TEXT_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	return fail(EXIT_USAGE, "%s: %s (see jvpn-tool %s --help)", name,
		    text, name);
}

int word_is_device(const struct args *args, const char *word)
{
	char clean[TEXT_MAX];

	if (is_ifname(word))
		return EXIT_DONE;
	return usage_error(args, "%s cannot be the name of a device",
			   clean_text(clean, word, strlen(word)));
}

int word_is_peer(const struct args *args, const char *word, u8 *key)
{
	if (key_parse(key, word))
		return EXIT_DONE;
	/* Not repeated: it may be a private key in the wrong place. */
	return usage_error(args,
			   "a peer is named by its public key: 44 characters of base64 or 64 of hex");
}

static int check_count(const struct args *args, int min, int max,
		       const char *what)
{
	if (args->count < min)
		return usage_error(args, "%s: too few words", what);
	if (max >= 0 && args->count > max)
		return usage_error(args, "%s: too many words", what);
	return EXIT_DONE;
}

int run_subcommand(const struct args *args, const struct subcommand *table,
		   unsigned int count)
{
	struct args rest = *args;
	unsigned int i;
	int err;

	for (i = 0; i < count; i++)
		if (!strcmp(args->word[0], table[i].name))
			break;
	if (i == count)
		return usage_error(args, "no such word: %s", args->word[0]);
	rest.word++;
	rest.count--;
	err = check_count(&rest, table[i].min_words, table[i].max_words,
			  table[i].name);
	return err ? err : table[i].run(&rest);
}

static const struct command *find_command(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i]->name))
			return commands[i];
	return NULL;
}

/* The first word that is no option; options before it have no values. */
static const struct command *command_of(int argc, char **argv, int *at)
{
	for (*at = 1; *at < argc; (*at)++)
		if (*argv[*at] != '-')
			return find_command(argv[*at]);
	return &cmd_show;
}

static int take_number(const struct args *args, const char *option, u64 *value)
{
	if (parse_u64(optarg, value))
		return usage_error(args, "--%s takes a number", option);
	return EXIT_DONE;
}

static int take_option(struct args *args, int option, bool *help)
{
	unsigned int i;

	if (option == 'o')
		option = OPTION_OUTPUT;
	for (i = 0; long_options[i].name; i++)
		if (long_options[i].val == option)
			break;
	switch (option) {
	case OPTION_HELP:
		*help = true;
		return EXIT_DONE;
	case OPTION_JSON:
		out_json = true;
		return EXIT_DONE;
	case '?':
	case ':':
	case OPTION_VERSION:
		return usage_error(args, "%s is not an option of it",
				   option == OPTION_VERSION ? "--version" :
							      "that");
	}
	if (!(args->command->options & option))
		return usage_error(args, "--%s is not an option of it",
				   long_options[i].name);
	args->given |= option;
	if (option == OPTION_SINCE)
		return take_number(args, "since", &args->since);
	if (option == OPTION_OUTPUT)
		args->output = optarg;
	if (option == OPTION_SESSION)
		args->session = optarg;
	if (option == OPTION_PEER)
		args->peer = optarg;
	if (option == OPTION_FOR)
		args->duration = optarg;
	if (option == OPTION_PATH)
		args->path = optarg;
	if (option == OPTION_COUNT)
		return take_number(args, "count", &args->limit);
	return EXIT_DONE;
}

/* Sorts the command line into options and words; exit code. */
static int take_options(struct args *args, int argc, char **argv, bool *help)
{
	int option, err;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":o:", long_options, NULL)) !=
	       -1) {
		if (option == '?' || option == ':')
			return usage_error(args, "%s: %s", argv[optind - 1],
					   option == ':' ? "needs a value" :
							   "no such option");
		err = take_option(args, option, help);
		if (err)
			return err;
	}
	args->word = argv + optind;
	args->count = argc - optind;
	/* The command's own name is the first word. */
	if (args->count && !strcmp(args->word[0], args->command->name)) {
		args->word++;
		args->count--;
	}
	return EXIT_DONE;
}

static bool is_given(int argc, char **argv, const char *option)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], option))
			return true;
	return false;
}

static int run(int argc, char **argv)
{
	struct args args = { 0 };
	bool help = false;
	int at, err;

	/* First, so that all errors come in the form that was asked for. */
	out_json = is_given(argc, argv, "--json");
	args.command = command_of(argc, argv, &at);
	if (!args.command) {
		if (!strcmp(argv[at], "help"))
			return help_all();
		return fail(EXIT_USAGE,
			    "there is no command %s (see jvpn-tool --help)",
			    argv[at]);
	}
	if (at == argc && is_given(argc, argv, "--help"))
		return help_all();
	if (at == argc && is_given(argc, argv, "--version"))
		return printf("jvpn-tool %s\n", JVPN_TOOL_VERSION) < 0;

	err = take_options(&args, argc, argv, &help);
	if (err)
		return err;
	if (help)
		return help_for(args.command);
	err = check_count(&args, args.command->min_words,
			  args.command->max_words, args.command->name);
	if (!err)
		err = key_init();
	return err ? err : args.command->run(&args);
}

int main(int argc, char **argv)
{
	out_init();
	return out_finish(run(argc, argv));
}
