/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family. */
#ifndef _JVPN_NETLINK_H
#define _JVPN_NETLINK_H

#include <linux/init.h>

struct jvpn_device;
struct jvpn_event;

int jvpn_netlink_init(void);
/* Process context; waits for requests and dumps under way. */
void jvpn_netlink_exit(void);

/**
 * jvpn_netlink_multicast - tell the listeners of the device's namespace
 * @device: the device; it may be on its way out
 * @event: what to tell; security reports go to the group "security", all
 *	   others to "state"
 *
 * Whoever is not listening, or is too slow, finds the event in the ring.
 *
 * Context: process.
 */
void jvpn_netlink_multicast(struct jvpn_device *device, const struct jvpn_event *event);

#endif /* _JVPN_NETLINK_H */
