/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel tells about links, addresses, routes and namespaces. */
#ifndef _JVPN_NOTIFIER_H
#define _JVPN_NOTIFIER_H

/* Process context. Events come for devices that exist from here on. */
int jvpn_notifier_init(void);
/* Process context; all devices are gone. */
void jvpn_notifier_exit(void);

#endif /* _JVPN_NOTIFIER_H */
