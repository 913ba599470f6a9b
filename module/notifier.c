// SPDX-License-Identifier: GPL-2.0
/*
 * Links, addresses and routes of the namespaces that carry datagrams.
 *
 * Two chains are called in process context, and what they say is passed on at
 * once: a link that is down is a dead path. The chains of IPv6 addresses and of
 * routes are atomic: they only wake the device's worker, which looks at all
 * paths again and finds out by itself what has changed.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/fib_notifier.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "device.h"
#include "notifier.h"
#include "session.h"

/* Of each namespace. */
struct notifier_net {
	struct notifier_block fib;
	possible_net_t net;
	bool has_fib;
};

static unsigned int notifier_net_id;

/* Looks at all paths that leave from a namespace. Any context. */
static void check_paths_of(const struct net *net)
{
	struct jvpn_device *device;

	rcu_read_lock();
	list_for_each_entry_rcu(device, &jvpn_devices, list) {
		if (rcu_access_pointer(device->transport_net) == net)
			queue_work(device->wq, &device->check_work);
	}
	rcu_read_unlock();
}

static void link_down(const struct net_device *dev)
{
	struct jvpn_device *device;

	ASSERT_RTNL();
	list_for_each_entry(device, &jvpn_devices, list) {
		if (rcu_access_pointer(device->transport_net) == dev_net(dev))
			jvpn_session_link_down(device, dev->ifindex);
	}
}

static int netdevice_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (jvpn_is_device(dev))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_DOWN:
	case NETDEV_UNREGISTER:
		link_down(dev);
		break;
	case NETDEV_CHANGE:
		if ((dev->flags & IFF_UP) && !netif_carrier_ok(dev)) {
			link_down(dev);
			break;
		}
		fallthrough;
	case NETDEV_UP:
	case NETDEV_CHANGEMTU:
		check_paths_of(dev_net(dev));
		break;
	}
	return NOTIFY_DONE;
}

static int inetaddr_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct in_ifaddr *ifa = ptr;
	const struct net *net = dev_net(ifa->ifa_dev->dev);
	struct jvpn_device *device;

	if (event != NETDEV_DOWN) {
		check_paths_of(net);
		return NOTIFY_DONE;
	}
	list_for_each_entry(device, &jvpn_devices, list) {
		if (rcu_access_pointer(device->transport_net) == net)
			jvpn_session_address_removed(device, 4, (const u8 *)&ifa->ifa_local);
	}
	return NOTIFY_DONE;
}

static int inet6addr_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct inet6_ifaddr *ifa = ptr;

	check_paths_of(dev_net(ifa->idev->dev));
	return NOTIFY_DONE;
}

static int fib_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct notifier_net *nn = container_of(nb, struct notifier_net, fib);

	check_paths_of(read_pnet(&nn->net));
	return NOTIFY_DONE;
}

static struct notifier_block netdevice_notifier = { .notifier_call = netdevice_event };
static struct notifier_block inetaddr_notifier = { .notifier_call = inetaddr_event };
static struct notifier_block inet6addr_notifier = { .notifier_call = inet6addr_event };

/*
 * A namespace whose routes change all the time may refuse the notifier: it asks
 * for a consistent view first. Heartbeats find dead paths there, only later.
 */
static int __net_init notifier_net_init(struct net *net)
{
	struct notifier_net *nn = net_generic(net, notifier_net_id);
	int err;

	write_pnet(&nn->net, net);
	nn->fib.notifier_call = fib_event;
	err = register_fib_notifier(net, &nn->fib, NULL, NULL);
	nn->has_fib = !err;
	if (err)
		pr_warn("jvpn: not told about routes of a namespace: %d\n", err);
	return 0;
}

static void __net_exit notifier_net_exit(struct net *net)
{
	struct notifier_net *nn = net_generic(net, notifier_net_id);

	if (nn->has_fib)
		unregister_fib_notifier(net, &nn->fib);
}

static struct pernet_operations notifier_net_ops = {
	.init = notifier_net_init,
	.exit = notifier_net_exit,
	.id = &notifier_net_id,
	.size = sizeof(struct notifier_net),
};

int jvpn_notifier_init(void)
{
	int err = register_pernet_subsys(&notifier_net_ops);

	if (err)
		return err;
	err = register_netdevice_notifier(&netdevice_notifier);
	if (err)
		goto pernet;
	err = register_inetaddr_notifier(&inetaddr_notifier);
	if (err)
		goto netdevice;
	err = register_inet6addr_notifier(&inet6addr_notifier);
	if (err)
		goto inetaddr;
	return 0;

inetaddr:
	unregister_inetaddr_notifier(&inetaddr_notifier);
netdevice:
	unregister_netdevice_notifier(&netdevice_notifier);
pernet:
	unregister_pernet_subsys(&notifier_net_ops);
	return err;
}

void jvpn_notifier_exit(void)
{
	unregister_inet6addr_notifier(&inet6addr_notifier);
	unregister_inetaddr_notifier(&inetaddr_notifier);
	unregister_netdevice_notifier(&netdevice_notifier);
	unregister_pernet_subsys(&notifier_net_ops);
}
