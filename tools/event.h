/* SPDX-License-Identifier: GPL-2.0 */
/* One event as a line, for people or as JSON. */
#ifndef JVPN_TOOL_EVENT_H
#define JVPN_TOOL_EVENT_H

#include "attr.h"

/* @event: the nest. */
void event_print(const char *ifname, u32 ifindex, const struct nlattr *event);

/* Says that @lost events from @from up to, not including, @end are lost; @end 0:
 * nobody knows how many they were.
 */
void event_gap(const char *ifname, u32 ifindex, u64 from, u64 end, u64 lost);

#endif /* JVPN_TOOL_EVENT_H */
