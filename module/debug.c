// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: a device that is frozen as in a suspended machine. It sends
 * nothing, receives nothing, and its timers do nothing until it is thawed.
 */
#include <linux/debugfs.h>
#include <net/net_namespace.h>

#include "device.h"
#include "session.h"

#ifdef CONFIG_DEBUG_FS

static struct dentry *debug_root;

static int freeze_get(void *data, u64 *value)
{
	struct jvpn_device *device = data;

	*value = READ_ONCE(device->frozen);
	return 0;
}

static int freeze_set(void *data, u64 value)
{
	struct jvpn_device *device = data;
	int err = 0;

	if (value > 1)
		return -EINVAL;
	mutex_lock(&device->lock);
	if (device->dying) {
		err = -ENODEV;
	} else if (device->frozen != value) {
		WRITE_ONCE(device->frozen, value);
		if (!value)
			jvpn_session_thaw(device);
	}
	mutex_unlock(&device->lock);
	return err;
}

DEFINE_DEBUGFS_ATTRIBUTE(freeze_fops, freeze_get, freeze_set, "%llu\n");

/* The name is that of the moment the device was made, in the namespace it was made in. */
void jvpn_debug_add(struct jvpn_device *device)
{
	char name[IFNAMSIZ + 16];

	snprintf(name, sizeof(name), "%u-%s", dev_net(device->dev)->ns.inum, device->dev->name);
	device->debug_dir = debugfs_create_dir(name, debug_root);
	debugfs_create_file("freeze", 0600, device->debug_dir, device, &freeze_fops);
}

void jvpn_debug_remove(struct jvpn_device *device)
{
	debugfs_remove(device->debug_dir);
	device->debug_dir = NULL;
}

void jvpn_debug_init(void)
{
	debug_root = debugfs_create_dir("jvpn", NULL);
}

void jvpn_debug_exit(void)
{
	debugfs_remove(debug_root);
}

#endif /* CONFIG_DEBUG_FS */
