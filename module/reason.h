/* SPDX-License-Identifier: GPL-2.0 */
/* Reason codes: names, and for people what they mean. */
#ifndef _JVPN_REASON_H
#define _JVPN_REASON_H

#include "types.h"
#include "../include/uapi/linux/jvpn.h"

/*
 * Name without prefix, e.g. "LINK_DOWN"; "NONE" for 0, "UNKNOWN" for a number
 * that has none.
 */
const char *jvpn_reason_name(u16 reason);
/* Number of a name (case-insensitive, '-' counts as '_'), or 0. */
u16 jvpn_reason_by_name(const char *name);
/* Can it be why a session moves to another path? */
bool jvpn_reason_begins_move(u16 reason);

#ifndef __KERNEL__
/* What it means, what to do about it, which block it belongs to; NULL if unknown. */
const char *jvpn_reason_meaning(u16 reason);
const char *jvpn_reason_advice(u16 reason);
const char *jvpn_reason_block(u16 reason);
#endif

#endif /* _JVPN_REASON_H */
