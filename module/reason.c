// SPDX-License-Identifier: GPL-2.0
/* Reason codes by number and by name. */

#include "reason.h"

struct reason_entry {
	u16 number;
	const char *name;
#ifndef __KERNEL__
	const char *block;
	const char *meaning;
	const char *advice;
#endif
};

static const struct reason_entry reasons[] = {
#ifdef __KERNEL__
#define BLOCK(...)
#define EXPLAIN(code, ...)	{ .number = JVPN_REASON_##code, .name = #code },
#else
/* A title is an entry without a name; jvpn_reason_block() looks backwards for it. */
#define BLOCK(title)		{ .block = title },
#define EXPLAIN(code, why, what)						\
	{ .number = JVPN_REASON_##code, .name = #code,			\
	  .meaning = why, .advice = what },
#endif
#include "reason_table.h"
};

static const struct reason_entry *find(u16 reason)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].name && reasons[i].number == reason)
			return &reasons[i];
	return NULL;
}

const char *jvpn_reason_name(u16 reason)
{
	const struct reason_entry *entry = find(reason);

	if (reason == JVPN_REASON_NONE)
		return "NONE";
	return entry ? entry->name : "UNKNOWN";
}

/* Upper case as in the table, '-' for those who type it as an option. */
static char fold(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 'A';
	return c == '-' ? '_' : c;
}

static bool same_name(const char *typed, const char *name)
{
	while (*typed && fold(*typed) == *name) {
		typed++;
		name++;
	}
	return !*typed && !*name;
}

u16 jvpn_reason_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].name && same_name(name, reasons[i].name))
			return reasons[i].number;
	return JVPN_REASON_NONE;
}

bool jvpn_reason_begins_move(u16 reason)
{
	switch (reason) {
	case JVPN_REASON_LOSS_THRESHOLD_EXCEEDED ... JVPN_REASON_CONSECUTIVE_DROPS_EXCEEDED:
	case JVPN_REASON_NO_DELIVERY ... JVPN_REASON_PEER_REQUEST:
	case JVPN_REASON_RECOVERY_RETRY:
	case JVPN_REASON_POLICY_DENY:
		return true;
	}
	return false;
}

#ifndef __KERNEL__
const char *jvpn_reason_meaning(u16 reason)
{
	const struct reason_entry *entry = find(reason);

	return entry ? entry->meaning : NULL;
}

const char *jvpn_reason_advice(u16 reason)
{
	const struct reason_entry *entry = find(reason);

	return entry ? entry->advice : NULL;
}

const char *jvpn_reason_block(u16 reason)
{
	const struct reason_entry *entry = find(reason);

	if (!entry)
		return NULL;
	while (entry->name)
		entry--;
	return entry->block;
}
#endif
