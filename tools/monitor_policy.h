/* SPDX-License-Identifier: GPL-2.0 */
/* monitor --policy: the policies that events were decided by, as JSON lines. */
#ifndef JVPN_TOOL_MONITOR_POLICY_H
#define JVPN_TOOL_MONITOR_POLICY_H

#include "nl.h"

/**
 * monitor_policy - print a policy as a line
 * @nl: connection that no dump is under way on
 * @ifindex: of the device
 * @peer: 32 bytes, or NULL for the policy of the device
 *
 * Return: exit code; a device or peer that is gone is no error.
 */
int monitor_policy(struct nl *nl, u32 ifindex, const u8 *peer);

/* Those of a device, and of its peers that have one of their own. */
int monitor_policies(struct nl *nl, u32 ifindex);

#endif /* JVPN_TOOL_MONITOR_POLICY_H */
