// SPDX-License-Identifier: GPL-2.0
/* Numbers, switches and the values of policy fields as people write them. */
#include "parse.h"

#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

int parse_u64(const char *text, u64 *value)
{
	char *end;
	int base = !strncasecmp(text, "0x", 2) ? 16 : 10;

	/* strtoull() would take blanks and signs. */
	if (!isxdigit((u8)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, base);
	return errno || *end || end == text ? -EINVAL : 0;
}

int parse_u32(const char *text, u32 min, u32 max, u32 *value)
{
	u64 number;

	if (parse_u64(text, &number) || number < min || number > max)
		return -EINVAL;
	*value = number;
	return 0;
}

int parse_switch(const char *text, bool *value)
{
	static const char *const words[] = { "off", "on",    "no", "yes",
					     "0",   "1",     "false", "true" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcasecmp(text, words[i])) {
			*value = i & 1;
			return 0;
		}
	}
	return -EINVAL;
}

bool is_ifname(const char *text)
{
	size_t len = strlen(text);

	if (!len || len >= IF_NAMESIZE || !strcmp(text, ".") ||
	    !strcmp(text, ".."))
		return false;
	for (; *text; text++)
		if (*text == '/' || *text == ':' || isspace((u8)*text))
			return false;
	return true;
}

static const struct {
	const char *name;
	u32 ms;
} times[] = {
	/* largest first: value_format() takes the first that divides */
	{ "d", 86400000 }, { "h", 3600000 }, { "m", 60000 },
	{ "s", 1000 },	   { "ms", 1 },	     { "", 1 },
};

static int parse_ms(const char *text, u32 *value)
{
	char digits[24];
	size_t len = strspn(text, "0123456789");
	unsigned int i;
	u64 number;

	if (!strcasecmp(text, "off")) {
		*value = 0;
		return 0;
	}
	if (!len || len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, len);
	digits[len] = 0;
	for (i = 0; i < ARRAY_SIZE(times); i++)
		if (!strcasecmp(text + len, times[i].name))
			break;
	if (i == ARRAY_SIZE(times) || parse_u64(digits, &number) ||
	    number > UINT32_MAX / times[i].ms)
		return -EINVAL;
	*value = number * times[i].ms;
	return 0;
}

/* "150" or "15%" or "1.5%" */
static int parse_permille(const char *text, u32 *value)
{
	char digits[16];
	size_t len = strlen(text);
	char *dot;

	if (!len || text[len - 1] != '%')
		return parse_u32(text, 0, UINT32_MAX, value);
	if (len > sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, len - 1);
	digits[len - 1] = 0;
	dot = strchr(digits, '.');
	if (dot) {
		if (!isdigit((u8)dot[1]) || dot[2])
			return -EINVAL;
		dot[0] = dot[1];
		dot[1] = 0;
		return parse_u32(digits, 0, UINT32_MAX, value);
	}
	if (parse_u32(digits, 0, UINT32_MAX / 10, value))
		return -EINVAL;
	*value *= 10;
	return 0;
}

static int parse_named(name_fn *names, const char *text, u32 *value)
{
	int number = name_find(names, text, 32);

	if (number < 0)
		return -EINVAL;
	*value = number;
	return 0;
}

int value_parse(const struct attr_desc *field, const char *text, u32 *value,
		const char **expected)
{
	bool on;

	switch (field->unit) {
	case UNIT_MS:
		*expected = "a time: a number of ms, or with ms, s, m, h or d behind it";
		return parse_ms(text, value);
	case UNIT_PERMILLE:
		*expected = "a share: a number of permille, or with % behind it";
		return parse_permille(text, value);
	case UNIT_SWITCH:
		*expected = "on or off";
		if (parse_switch(text, &on))
			return -EINVAL;
		*value = on;
		return 0;
	case UNIT_ENUM:
		*expected = "degrade or terminate";
		return parse_named(field->names, text, value);
	case UNIT_MASK:
		*expected = "a list of udp4, udp6, tcp4, tcp6";
		return name_list(field->names, text, value);
	default:
		*expected = "a number";
		return parse_u32(text, 0, UINT32_MAX, value);
	}
}

static void format_ms(u32 value, char *out, size_t size)
{
	unsigned int i = 0;

	if (!value) {
		snprintf(out, size, "off");
		return;
	}
	while (value % times[i].ms)
		i++;
	snprintf(out, size, "%u%s", value / times[i].ms, times[i].name);
}

/* Lists in what is read back have no blanks: they are one word. */
static void remove_blanks(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != ' ')
			*to++ = *text;
	*to = 0;
}

const char *value_format(const struct attr_desc *field, u32 value, char *out,
			 size_t size)
{
	const char *name;

	switch (field->unit) {
	case UNIT_MS:
		format_ms(value, out, size);
		break;
	case UNIT_PERMILLE:
		snprintf(out, size, value % 10 ? "%u.%u%%" : "%u%%",
			 value / 10, value % 10);
		break;
	case UNIT_SWITCH:
		snprintf(out, size, "%s", value ? "on" : "off");
		break;
	case UNIT_ENUM:
		name = field->names(value);
		if (name)
			snprintf(out, size, "%s", name);
		else
			snprintf(out, size, "%u", value);
		break;
	case UNIT_MASK:
		name_mask(field->names, value, out, size);
		remove_blanks(out);
		break;
	default:
		snprintf(out, size, "%u", value);
		break;
	}
	return out;
}

bool policy_is_field(unsigned int attr)
{
	return attr > JVPN_POLICY_A_PEER && attr <= JVPN_POLICY_A_MAX &&
	       attr_policy.desc[attr].kind == ATTR_U32;
}

unsigned int policy_field_find(const char *name)
{
	unsigned int i;

	for (i = 1; i <= attr_policy.max; i++)
		if (policy_is_field(i) &&
		    name_equal(attr_policy.desc[i].name, name))
			return i;
	return 0;
}
