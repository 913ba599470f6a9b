// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading. */
#include <linux/genetlink.h>
#include <linux/init.h>
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "crypto.h"
#include "device.h"
#include "netlink.h"
#include "notifier.h"

/* Devices come last: by then everything that they use is there. */
static int __init jvpn_init(void)
{
	int err = jvpn_crypto_init();

	if (err)
		return err;
	/* The answer is remembered: ciphers are loaded here, not under RTNL later. */
	err = jvpn_aead_supported() ? 0 : -EOPNOTSUPP;
	if (err)
		goto crypto;
	err = jvpn_notifier_init();
	if (err)
		goto crypto;
	err = jvpn_netlink_init();
	if (err)
		goto notifier;
	err = jvpn_device_init();
	if (err)
		goto netlink;
	return 0;

netlink:
	jvpn_netlink_exit();
notifier:
	jvpn_notifier_exit();
crypto:
	jvpn_crypto_exit();
	return err;
}

/* Devices go first, and wait for all that they have under way. */
static void __exit jvpn_exit(void)
{
	jvpn_device_exit();
	jvpn_netlink_exit();
	jvpn_notifier_exit();
	rcu_barrier();
	jvpn_crypto_exit();
}

module_init(jvpn_init);
module_exit(jvpn_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Encrypted tunnels whose sessions outlive their transports");
MODULE_VERSION(JVPN_VERSION);
MODULE_ALIAS_RTNL_LINK("jvpn");
MODULE_ALIAS_GENL_FAMILY(JVPN_GENL_NAME);
MODULE_SOFTDEP("pre: gcm ctr aes ghash chacha20poly1305 curve25519");
