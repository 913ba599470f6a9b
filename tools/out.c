// SPDX-License-Identifier: GPL-2.0
/* What the user gets to read: exit codes, messages, colours, quantities. */
#include "out.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "../include/uapi/linux/jvpn.h"
#include "json_out.h"

bool out_json;
static bool colours;

void out_init(void)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	colours = isatty(STDOUT_FILENO) && !(no_colour && *no_colour) &&
		  term && strcmp(term, "dumb");
}

const char *colour(enum colour colour)
{
	static const char *const codes[] = {
		[COLOUR_RESET] = "\033[0m",    [COLOUR_BOLD] = "\033[1m",
		[COLOUR_FAINT] = "\033[2m",    [COLOUR_RED] = "\033[31m",
		[COLOUR_GREEN] = "\033[32m",   [COLOUR_YELLOW] = "\033[33m",
		[COLOUR_BLUE] = "\033[34m",    [COLOUR_MAGENTA] = "\033[35m",
		[COLOUR_CYAN] = "\033[36m",
	};

	return colours ? codes[colour] : "";
}

enum colour colour_of_state(unsigned int state)
{
	static const enum colour of_state[JVPN_STATE_MAX + 1] = {
		[JVPN_STATE_BIRTH] = COLOUR_CYAN,
		[JVPN_STATE_ATTACHED] = COLOUR_GREEN,
		[JVPN_STATE_VOLATILE] = COLOUR_YELLOW,
		[JVPN_STATE_DEGRADED] = COLOUR_MAGENTA,
		[JVPN_STATE_RECOVERING] = COLOUR_BLUE,
		[JVPN_STATE_TERMINATED] = COLOUR_RED,
	};

	return state <= JVPN_STATE_MAX ? of_state[state] : COLOUR_RESET;
}

__attribute__((format(printf, 4, 0)))
static void say(const char *json_key, const char *prefix, int code,
		const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	if (out_json)
		json_message(json_key, text ? text : format, code);
	else
		fprintf(stderr, "jvpn-tool: %s%s\n", prefix,
			text ? text : format);
	free(text);
}

int fail(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("error", "", code, format, args);
	va_end(args);
	return code;
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("note", "note: ", -1, format, args);
	va_end(args);
}

int out_finish(int code)
{
	if (fflush(stdout) || ferror(stdout)) {
		fail(EXIT_SYSTEM, "cannot write the output: %s",
		     strerror(errno));
		return code ? code : EXIT_SYSTEM;
	}
	return code;
}

void *xalloc(size_t size)
{
	return xrealloc(NULL, size);
}

void *xrealloc(void *old, size_t size)
{
	void *new = realloc(old, size ? size : 1);

	if (!new) {
		fputs("jvpn-tool: out of memory\n", stderr);
		exit(EXIT_SYSTEM);
	}
	if (!old)
		memset(new, 0, size);
	return new;
}

char *xstrdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(xalloc(size), text, size);
}

/* Length of the valid, printable UTF-8 sequence at @in, or 0. */
static size_t printable(const u8 *in, size_t len)
{
	u32 code;
	size_t n, i;

	if (in[0] < 0x80)
		return in[0] >= 0x20 && in[0] != 0x7f;
	n = in[0] >= 0xf0 ? 4 : in[0] >= 0xe0 ? 3 : 2;
	if (in[0] < 0xc2 || in[0] > 0xf4 || n > len)
		return 0;
	code = in[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((in[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (in[i] & 0x3f);
	}
	/* C1 controls, overlong forms, surrogates, beyond Unicode */
	if (code < 0xa0 || (n == 3 && code < 0x800) ||
	    (code >= 0xd800 && code < 0xe000) || (n == 4 && code < 0x10000) ||
	    code > 0x10ffff)
		return 0;
	return n;
}

const char *clean_text(char out[TEXT_MAX], const char *in, size_t len)
{
	size_t i = 0, o = 0;

	while (i < len && in[i] && o + 4 < TEXT_MAX) {
		size_t n = printable((const u8 *)in + i, len - i);

		if (n) {
			memcpy(out + o, in + i, n);
			o += n;
			i += n;
		} else {
			out[o++] = '?';
			i++;
		}
	}
	out[o] = 0;
	return out;
}

const char *human_bytes(char out[TEXT_MAX], u64 bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB",
					     "PiB" };
	double value = bytes;
	unsigned int unit = 0;

	while (value >= 1024 && unit + 1 < ARRAY_SIZE(units)) {
		value /= 1024;
		unit++;
	}
	snprintf(out, TEXT_MAX, unit ? "%.2f %s" : "%.0f %s", value,
		 units[unit]);
	return out;
}

/* The two largest units that are not zero. */
const char *human_duration(char out[TEXT_MAX], u64 ms)
{
	static const struct {
		const char *name;
		u64 ms;
	} units[] = {
		{ "day", 86400000 }, { "hour", 3600000 }, { "minute", 60000 },
		{ "second", 1000 },
	};
	unsigned int i, shown = 0;
	size_t used = 0;

	for (i = 0; i < ARRAY_SIZE(units) && shown < 2; i++) {
		u64 n = ms / units[i].ms;

		ms %= units[i].ms;
		if (!n && !shown)
			continue;
		shown++;
		if (!n)
			continue;
		used += snprintf(out + used, TEXT_MAX - used,
				 "%s%llu %s%s", used ? ", " : "", n,
				 units[i].name, n == 1 ? "" : "s");
	}
	if (!shown)
		snprintf(out, TEXT_MAX, "%llu ms", ms);
	return out;
}

const char *human_us(char out[TEXT_MAX], u64 us)
{
	if (us < 1000)
		snprintf(out, TEXT_MAX, "%.3f ms", us / 1e3);
	else if (us < 10000000)
		snprintf(out, TEXT_MAX, "%.1f ms", us / 1e3);
	else
		snprintf(out, TEXT_MAX, "%.1f s", us / 1e6);
	return out;
}

const char *human_permille(char out[TEXT_MAX], u32 permille)
{
	snprintf(out, TEXT_MAX, "%u.%u %%", permille / 10, permille % 10);
	return out;
}
