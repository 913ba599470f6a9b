/* SPDX-License-Identifier: GPL-2.0 */
/* Reason codes: their names, and which code a transition carries by default. */
#ifndef _JVPN_REASON_H
#define _JVPN_REASON_H

#include "types.h"
#include "../include/uapi/linux/jvpn.h"

/* Name without prefix, e.g. "LINK_DOWN"; "UNKNOWN" for a number that has none. */
const char *jvpn_reason_name(u16 reason);
/* What it means and what to do about it: two sentences for an operator; NULL if unknown. */
const char *jvpn_reason_meaning(u16 reason);
const char *jvpn_reason_advice(u16 reason);
/* Number of a name (case-insensitive, '-' counts as '_'), or 0. */
u16 jvpn_reason_by_name(const char *name);

#endif /* _JVPN_REASON_H */
