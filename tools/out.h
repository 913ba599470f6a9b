/* SPDX-License-Identifier: GPL-2.0 */
/* What the user gets to read: exit codes, messages, colours, quantities. */
#ifndef JVPN_TOOL_OUT_H
#define JVPN_TOOL_OUT_H

#include "../module/types.h"

#include <stdio.h>

/* Documented in jvpn-tool(8); never renumbered. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,	/* the kernel said no */
	EXIT_USAGE = 2,		/* command line or configuration file */
	EXIT_NOT_FOUND = 3,	/* no such device, peer, path, session, reason */
	EXIT_NO_MODULE = 4,	/* the kernel has no jvpn */
	EXIT_SYSTEM = 5,	/* files, memory, names, malformed answers */
	EXIT_FAILED = 6,	/* the session failed its drill */
};

enum colour {
	COLOUR_RESET,
	COLOUR_BOLD,
	COLOUR_FAINT,
	COLOUR_RED,
	COLOUR_GREEN,
	COLOUR_YELLOW,
	COLOUR_BLUE,
	COLOUR_MAGENTA,
	COLOUR_CYAN,
};

/* --json was given: messages on stderr are JSON too. */
extern bool out_json;

/* Decides about colours: a terminal, and no NO_COLOR. Call once. */
void out_init(void);

/* The escape sequence of a colour, or "" where colours are off. */
const char *colour(enum colour colour);
enum colour colour_of_state(unsigned int state);

/* Prints "jvpn-tool: text" to stderr and returns @code, to be returned on. */
int fail(int code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same for what is no failure. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Flushes stdout; @code, or EXIT_SYSTEM if something could not be written. */
int out_finish(int code);

/* Ends the program for lack of memory; returns what can be used otherwise. */
void *xalloc(size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);

#define TEXT_MAX	256

/**
 * clean_text - make bytes from elsewhere fit to print
 * @out: always terminated; valid UTF-8 without control characters
 * @in: need not be terminated, ends at @len or the first zero byte
 *
 * Return: @out. What does not fit or is not valid becomes '?' or is cut.
 */
const char *clean_text(char out[TEXT_MAX], const char *in, size_t len);

/* Quantities for people, into @out, which is returned. */
const char *human_bytes(char out[TEXT_MAX], u64 bytes);
const char *human_duration(char out[TEXT_MAX], u64 ms);
const char *human_us(char out[TEXT_MAX], u64 us);
const char *human_permille(char out[TEXT_MAX], u32 permille);

#endif /* JVPN_TOOL_OUT_H */
