/* SPDX-License-Identifier: GPL-2.0 */
/* The subcommands: one file each, one table of all. */
#ifndef JVPN_TOOL_CMD_H
#define JVPN_TOOL_CMD_H

#include "../module/types.h"

/* Options that a subcommand may take besides --help and --json. */
enum option_bits {
	OPTION_KEYS	= 1 << 0,
	OPTION_SINCE	= 1 << 1,
	OPTION_COUNT	= 1 << 2,
	OPTION_HISTORY	= 1 << 3,
	OPTION_STRICT	= 1 << 4,
	OPTION_DRY_RUN	= 1 << 5,
	OPTION_POLICY	= 1 << 6,
	OPTION_OUTPUT	= 1 << 7,
	OPTION_SESSION	= 1 << 8,
	OPTION_PEER	= 1 << 9,
	OPTION_FOR	= 1 << 10,
	OPTION_PATH	= 1 << 11,
	OPTION_FORCE	= 1 << 12,
};

struct args {
	const struct command *command;
	int count;		/* words after the options are taken out */
	char **word;
	unsigned int given;	/* mask of enum option_bits */
	u64 since;
	u64 limit;
	const char *output;
	const char *session;
	const char *peer;
	const char *duration;	/* --for */
	const char *path;
};

struct command {
	const char *name;
	const char *usage;	/*
				 * Lines, each without "jvpn-tool name"; one
				 * that starts with a blank goes on with the
				 * one before.
				 */
	const char *summary;
	const char *help;
	unsigned int options;	/* those it takes */
	int min_words;
	int max_words;		/* -1: no bound */
	int (*run)(const struct args *args);	/* exit code */
};

extern const struct command cmd_show, cmd_set, cmd_setconf, cmd_addconf,
	cmd_syncconf, cmd_showconf, cmd_path, cmd_session, cmd_policy,
	cmd_monitor, cmd_audit, cmd_report, cmd_drill, cmd_explain,
	cmd_genkey, cmd_genpsk, cmd_pubkey;

/* "set: what is wrong; see ..." and EXIT_USAGE. */
int usage_error(const struct args *args, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Reads a word that must be a device's name, or a peer's key; exit code. */
int word_is_device(const struct args *args, const char *word);
int word_is_peer(const struct args *args, const char *word, u8 *key);

/* One word of several that opens a command of its own, as in `path add`. */
struct subcommand {
	const char *name;
	int min_words;		/* behind it */
	int max_words;
	int (*run)(const struct args *args);	/* the words behind it */
};

int run_subcommand(const struct args *args, const struct subcommand *table,
		   unsigned int count);

#endif /* JVPN_TOOL_CMD_H */
