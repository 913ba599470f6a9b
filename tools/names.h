/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the interface's numbers, as the tool prints and reads them. */
#ifndef JVPN_TOOL_NAMES_H
#define JVPN_TOOL_NAMES_H

#include "../module/types.h"

/* The name of a number, or NULL: a newer kernel knows more than this tool. */
typedef const char *(name_fn)(unsigned int number);

name_fn name_state;
name_fn name_reason;
name_fn name_fsm_event;
name_fn name_event_type;
name_fn name_cipher;
name_fn name_role;
name_fn name_transport;
name_fn name_path_status;	/* of a bit's number */
name_fn name_on_recovery;

/* Equal but for case; '-', '_' and blanks count for nothing. */
bool name_equal(const char *a, const char *b);

/* The number below @end with this name, or -1. */
int name_find(name_fn *names, const char *name, unsigned int end);

/**
 * name_list - read "a,b,c" into a mask of 1 << number
 * @names: of the numbers
 * @text: the list; empty entries are refused
 * @mask: set on success
 *
 * Return: 0 or -EINVAL.
 */
int name_list(name_fn *names, const char *text, u32 *mask);

/* "a, b, c" of the bits of @mask; unknown bits as numbers. */
const char *name_mask(name_fn *names, u32 mask, char *out, size_t size);

#endif /* JVPN_TOOL_NAMES_H */
