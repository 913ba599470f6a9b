/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers, switches and the values of policy fields as people write them. */
#ifndef JVPN_TOOL_PARSE_H
#define JVPN_TOOL_PARSE_H

#include "../module/types.h"
#include "attr.h"

/* Decimal, or hex after "0x"; nothing else around it. 0 or -EINVAL. */
int parse_u32(const char *text, u32 min, u32 max, u32 *value);
int parse_u64(const char *text, u64 *value);

/* on/off, yes/no, true/false, 1/0. */
int parse_switch(const char *text, bool *value);

/* A device name that the kernel could have. */
bool is_ifname(const char *text);

/**
 * value_parse - read the value of a policy field
 * @field: its attribute; the unit says what is allowed: a time may end in ms,
 *	   s, m, h or d, a share in %, and so on
 * @text: what was written
 * @value: in the unit of the interface
 * @expected: on error, what would have been right
 */
int value_parse(const struct attr_desc *field, const char *text, u32 *value,
		const char **expected);

/* The other way; what it writes, value_parse() reads. */
const char *value_format(const struct attr_desc *field, u32 value, char *out,
			 size_t size);

/* Number of the policy field with this name, or 0. */
unsigned int policy_field_find(const char *name);
/* Is this attribute a field that can be set? */
bool policy_is_field(unsigned int attr);

#endif /* JVPN_TOOL_PARSE_H */
