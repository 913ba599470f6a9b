// SPDX-License-Identifier: GPL-2.0
/*
 * The network device: made and removed by rtnetlink, up and down, its identity,
 * and the end of the namespace that its sockets live in.
 */
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/utsname.h>
#include <crypto/algapi.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "compat.h"
#include "device.h"
#include "peer.h"
#include "send.h"
#include "session.h"
#include "transport_udp.h"

/* So that a full inner packet fits an Ethernet frame also over IPv6. */
#define OUTER_MAX	(sizeof(struct ipv6hdr) + sizeof(struct udphdr) + JVPN_OVERHEAD)
#define MTU_DEFAULT	(ETH_DATA_LEN - OUTER_MAX)
/* What fits the 16 bits of an IPv4 length. */
#define MTU_MAX		(JVPN_UDP_PAYLOAD_MAX - JVPN_OVERHEAD)
/* Inner headers that each segment of a GSO packet repeats: IPv6, TCP, options. */
#define SEGMENT_HEADERS	80

#define HANDSHAKE_SOURCES	2048
#define NOTICE_SOURCES		512
#define NOTICE_RATE_PER_S	10
#define NOTICE_BURST		10

LIST_HEAD(jvpn_devices);

/* ---- counters ---- */

u64 jvpn_counter_read(struct jvpn_device *device, unsigned int counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct jvpn_counters *counters = per_cpu_ptr(device->counters, cpu);
		unsigned int start;
		u64 value;

		do {
			start = u64_stats_fetch_begin(&counters->sync);
			value = u64_stats_read(&counters->value[counter]);
		} while (u64_stats_fetch_retry(&counters->sync, start));
		sum += value;
	}
	return sum;
}

static int counters_alloc(struct jvpn_device *device)
{
	int cpu;

	device->counters = alloc_percpu(struct jvpn_counters);
	if (!device->counters)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(device->counters, cpu)->sync);
	return 0;
}

/* ---- references ---- */

void jvpn_device_get(struct jvpn_device *device)
{
	refcount_inc(&device->refs);
}

void jvpn_device_put(struct jvpn_device *device)
{
	if (refcount_dec_and_test(&device->refs))
		complete(&device->released);
}

/* ---- configuration ---- */

static void end_sessions(struct jvpn_device *device, u8 fsm_event, u16 reason)
{
	struct jvpn_peer *peer;

	lockdep_assert_held(&device->lock);
	list_for_each_entry(peer, &device->peers, list) {
		jvpn_session_end_all(peer, fsm_event, reason);
		cond_resched();
	}
}

static void notice_key_set(struct jvpn_device *device)
{
	struct jvpn_hmac_key key;

	memset(&key, 0, sizeof(key));
	if (device->identity.valid)
		jvpn_notice_key(device->identity.private_key, &key);
	spin_lock_bh(&device->notice_lock);
	device->notice_key = key;
	device->has_notice_key = device->identity.valid;
	spin_unlock_bh(&device->notice_lock);
	memzero_explicit(&key, sizeof(key));
}

/* A device is not its own peer. */
static void remove_self(struct jvpn_device *device)
{
	struct jvpn_peer *self;

	rcu_read_lock();
	self = jvpn_peer_lookup(device, device->identity.public_key);
	rcu_read_unlock();
	if (!self)
		return;
	jvpn_peer_remove(self, JVPN_REASON_OPERATOR_TERMINATED);
	jvpn_peer_put(self);
}

int jvpn_device_set_identity(struct jvpn_device *device, const u8 *private_key)
{
	struct jvpn_identity identity = {};
	int err = 0;

	lockdep_assert_held(&device->lock);
	if (memchr_inv(private_key, 0, JVPN_PUBLIC_KEY_LEN))
		err = jvpn_identity_set(&identity, private_key);
	if (err)
		goto out;
	if (!crypto_memneq(&identity, &device->identity, sizeof(identity)))
		goto out;

	/* While their keys are good: the peers are told. */
	end_sessions(device, JVPN_FSM_OPERATOR_TERMINATE, JVPN_REASON_OPERATOR_TERMINATED);
	down_write(&device->identity_lock);
	device->identity = identity;
	if (identity.valid)
		jvpn_cookie_checker_init(&device->cookie_checker, identity.public_key);
	else
		jvpn_cookie_checker_zeroize(&device->cookie_checker);
	notice_key_set(device);
	up_write(&device->identity_lock);
	if (identity.valid)
		remove_self(device);
	/* Handshakes that were under way under the old key, and those being answered. */
	flush_work(&device->handshake_work);
	end_sessions(device, JVPN_FSM_OPERATOR_TERMINATE, JVPN_REASON_OPERATOR_TERMINATED);
out:
	memzero_explicit(&identity, sizeof(identity));
	return err;
}

int jvpn_device_set_port(struct jvpn_device *device, u16 port)
{
	lockdep_assert_held(&device->lock);
	if (rcu_access_pointer(device->sock4))
		return jvpn_udp_open(device, port);
	WRITE_ONCE(device->listen_port, port);
	return 0;
}

void jvpn_device_set_fwmark(struct jvpn_device *device, u32 fwmark)
{
	struct jvpn_session *session;
	struct jvpn_binding *binding;
	struct jvpn_peer *peer;

	lockdep_assert_held(&device->lock);
	WRITE_ONCE(device->fwmark, fwmark);
	list_for_each_entry(peer, &device->peers, list) {
		rcu_read_lock();
		session = rcu_dereference(peer->session);
		binding = session ? rcu_dereference(session->binding) : NULL;
		if (binding)
			dst_cache_reset(&binding->dst_cache);
		rcu_read_unlock();
		cond_resched();
	}
	queue_work(device->wq, &device->check_work);
}

/* ---- up and down ---- */

/* No link-local address, which no peer could have; no redirects to the inner network. */
static void adapt_address_families(struct net_device *dev)
{
	struct in_device *in_dev = __in_dev_get_rtnl(dev);
	struct inet6_dev *in6_dev = __in6_dev_get(dev);

	if (in_dev)
		IN_DEV_CONF_SET(in_dev, SEND_REDIRECTS, false);
	if (in6_dev)
		in6_dev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
}

static int device_open(struct net_device *dev)
{
	struct jvpn_device *device = netdev_priv(dev);
	int err;

	adapt_address_families(dev);
	mutex_lock(&device->lock);
	err = jvpn_udp_open(device, device->listen_port);
	mutex_unlock(&device->lock);
	return err;
}

static int device_stop(struct net_device *dev)
{
	struct jvpn_device *device = netdev_priv(dev);

	mutex_lock(&device->lock);
	end_sessions(device, JVPN_FSM_DEVICE_REMOVED, JVPN_REASON_DEVICE_REMOVED);
	jvpn_udp_close(device);
	mutex_unlock(&device->lock);
	skb_queue_purge(&device->handshake_queue);
	return 0;
}

/* One inner GSO packet is to fit one datagram of segments once it is sealed. */
static void set_gso_limits(struct net_device *dev)
{
	unsigned int segments = JVPN_UDP_PAYLOAD_MAX / (dev->mtu + JVPN_OVERHEAD);
	unsigned int payload = dev->mtu > 2 * SEGMENT_HEADERS ? dev->mtu - SEGMENT_HEADERS :
								dev->mtu / 2;

	segments = max(segments, 1U);
	netif_set_tso_max_size(dev, max_t(unsigned int, segments * payload + SEGMENT_HEADERS,
					  dev->mtu));
	netif_set_tso_max_segs(dev, segments);
}

static int device_change_mtu(struct net_device *dev, int mtu)
{
	WRITE_ONCE(dev->mtu, mtu);
	set_gso_limits(dev);
	return 0;
}

/* ---- life ---- */

static void check_work(struct work_struct *work)
{
	struct jvpn_device *device = container_of(work, struct jvpn_device, check_work);

	jvpn_session_check_paths(device);
}

static int tables_init(struct jvpn_device *device)
{
	int err = rhashtable_init(&device->peer_table, &jvpn_peer_table_params);

	if (err)
		return err;
	err = rhashtable_init(&device->session_table, &jvpn_session_table_params);
	if (err)
		goto peers;
	err = jvpn_index_table_init(&device->index_table);
	if (err)
		goto sessions;
	err = jvpn_index_table_init(&device->remote_table);
	if (err)
		goto indexes;
	return 0;

indexes:
	jvpn_index_table_destroy(&device->index_table);
sessions:
	rhashtable_destroy(&device->session_table);
peers:
	rhashtable_destroy(&device->peer_table);
	return err;
}

static void tables_destroy(struct jvpn_device *device)
{
	jvpn_index_table_destroy(&device->remote_table);
	jvpn_index_table_destroy(&device->index_table);
	rhashtable_destroy(&device->session_table);
	rhashtable_destroy(&device->peer_table);
}

static int limits_init(struct jvpn_device *device)
{
	int err = jvpn_ratelimit_init(&device->handshake_limit, HANDSHAKE_SOURCES,
				      JVPN_HANDSHAKE_RATE_PER_S, JVPN_HANDSHAKE_BURST);

	if (err)
		return err;
	err = jvpn_ratelimit_init(&device->notice_limit, NOTICE_SOURCES, NOTICE_RATE_PER_S,
				  NOTICE_BURST);
	if (err)
		jvpn_ratelimit_destroy(&device->handshake_limit);
	return err;
}

static void limits_destroy(struct jvpn_device *device)
{
	jvpn_ratelimit_destroy(&device->notice_limit);
	jvpn_ratelimit_destroy(&device->handshake_limit);
}

static void keys_init(struct jvpn_device *device)
{
	u8 secret[JVPN_SYMMETRIC_KEY_LEN];

	get_random_bytes(secret, sizeof(secret));
	jvpn_hmac_key_init(&device->token_key, secret, sizeof(secret));
	memzero_explicit(secret, sizeof(secret));
}

static void keys_zeroize(struct jvpn_device *device)
{
	jvpn_identity_zeroize(&device->identity);
	jvpn_cookie_checker_zeroize(&device->cookie_checker);
	jvpn_hmac_key_zeroize(&device->notice_key);
	jvpn_hmac_key_zeroize(&device->token_key);
}

static void fields_init(struct jvpn_device *device, struct net_device *dev)
{
	device->dev = dev;
	mutex_init(&device->lock);
	mutex_init(&device->hop_lock);
	init_rwsem(&device->identity_lock);
	spin_lock_init(&device->notice_lock);
	spin_lock_init(&device->policy_lock);
	INIT_LIST_HEAD(&device->peers);
	INIT_LIST_HEAD(&device->list);
	skb_queue_head_init(&device->handshake_queue);
	INIT_WORK(&device->handshake_work, jvpn_handshake_worker);
	INIT_WORK(&device->check_work, check_work);
	refcount_set(&device->refs, 1);
	init_completion(&device->released);
	device->ciphers = jvpn_aead_supported();
	device->notice = true;
	strscpy(device->node, init_utsname()->nodename, sizeof(device->node));
	jvpn_policy_default(&device->policy);
	jvpn_allowedips_init(&device->allowedips, &device->lock);
	keys_init(device);
}

static int device_init(struct net_device *dev)
{
	struct jvpn_device *device = netdev_priv(dev);
	int err;

	fields_init(device, dev);
	err = counters_alloc(device);
	if (err)
		return err;
	err = tables_init(device);
	if (err)
		goto counters;
	err = limits_init(device);
	if (err)
		goto tables;
	err = gro_cells_init(&device->gro_cells, dev);
	if (err)
		goto limits;
	err = jvpn_event_ring_init(device, JVPN_EVENT_SLOTS_DEFAULT);
	if (err)
		goto cells;
	err = -ENOMEM;
	device->wq = alloc_workqueue("jvpn-%s", WQ_UNBOUND, 0, dev->name);
	if (!device->wq)
		goto ring;
	netdev_lockdep_set_classes(dev);
	return 0;

ring:
	jvpn_event_ring_destroy(device);
cells:
	gro_cells_destroy(&device->gro_cells);
limits:
	limits_destroy(device);
tables:
	tables_destroy(device);
counters:
	free_percpu(device->counters);
	return err;
}

/*
 * Called once the device is down and unlinked: nothing is sent any more. What
 * still holds references (ciphers at work, timers, workers) is waited for, so
 * that `ip link del` returns when all of it is over.
 */
static void device_uninit(struct net_device *dev)
{
	struct jvpn_device *device = netdev_priv(dev);

	list_del_rcu(&device->list);
	jvpn_debug_remove(device);
	mutex_lock(&device->lock);
	device->dying = true;
	jvpn_peer_remove_all(device, JVPN_REASON_DEVICE_REMOVED);
	jvpn_udp_close(device);
	mutex_unlock(&device->lock);

	synchronize_net();	/* notifiers queue no work any more */
	cancel_work_sync(&device->check_work);
	cancel_work_sync(&device->handshake_work);
	skb_queue_purge(&device->handshake_queue);
	jvpn_device_put(device);
	wait_for_completion(&device->released);

	jvpn_event_ring_destroy(device);
	destroy_workqueue(device->wq);
	gro_cells_destroy(&device->gro_cells);
	rcu_barrier();
	limits_destroy(device);
	tables_destroy(device);
	free_percpu(device->counters);
	keys_zeroize(device);
}

static const struct net_device_ops device_ops = {
	.ndo_init = device_init,
	.ndo_uninit = device_uninit,
	.ndo_open = device_open,
	.ndo_stop = device_stop,
	.ndo_start_xmit = jvpn_xmit,
	.ndo_change_mtu = device_change_mtu,
	.ndo_get_stats64 = dev_get_tstats64,
};

bool jvpn_is_device(const struct net_device *dev)
{
	return dev->netdev_ops == &device_ops;
}

static const struct device_type device_type = { .name = "jvpn" };

/* The cipher copies into fresh buffers: no room is asked for around inner packets. */
static void device_setup(struct net_device *dev)
{
	const netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
					   NETIF_F_RXCSUM | NETIF_F_HIGHDMA |
					   NETIF_F_GSO_SOFTWARE;

	dev->netdev_ops = &device_ops;
	dev->ethtool_ops = &jvpn_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	netif_keep_dst(dev);
	jvpn_compat_set_lltx(dev);
	dev->features |= features;
	dev->hw_features |= features;
	dev->hw_enc_features |= features;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->mtu = MTU_DEFAULT;
	dev->min_mtu = IPV4_MIN_MTU;
	dev->max_mtu = MTU_MAX;
	set_gso_limits(dev);
	SET_NETDEV_DEVTYPE(dev, &device_type);
}

int jvpn_newlink(struct net_device *dev, struct net *link_net)
{
	struct jvpn_device *device = netdev_priv(dev);
	int err;

	rcu_assign_pointer(device->transport_net, link_net);
	err = register_netdevice(dev);
	if (err)
		return err;
	list_add_tail_rcu(&device->list, &jvpn_devices);
	jvpn_debug_add(device);
	return 0;
}

static struct net *device_link_net(const struct net_device *dev)
{
	const struct jvpn_device *device = netdev_priv(dev);
	struct net *net;

	rcu_read_lock();
	net = rcu_dereference(device->transport_net);
	rcu_read_unlock();
	return net ?: dev_net(dev);
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind = "jvpn",
	.priv_size = sizeof(struct jvpn_device),
	.setup = device_setup,
	.newlink = jvpn_compat_newlink,
	.get_link_net = device_link_net,
};

/*
 * A device may live on in another namespace when the one that its sockets are
 * in ends: it stays, without a carrier, and can never send again.
 */
static void transport_net_exit(struct jvpn_device *device)
{
	netif_carrier_off(device->dev);
	mutex_lock(&device->lock);
	end_sessions(device, JVPN_FSM_DEVICE_REMOVED, JVPN_REASON_DEVICE_REMOVED);
	RCU_INIT_POINTER(device->transport_net, NULL);
	jvpn_udp_close(device);
	mutex_unlock(&device->lock);
}

static void __net_exit device_net_pre_exit(struct net *net)
{
	struct jvpn_device *device;

	rtnl_lock();
	list_for_each_entry(device, &jvpn_devices, list) {
		if (rcu_access_pointer(device->transport_net) == net)
			transport_net_exit(device);
	}
	rtnl_unlock();
}

static struct pernet_operations device_net_ops = {
	.pre_exit = device_net_pre_exit,
};

int jvpn_device_init(void)
{
	int err = register_pernet_subsys(&device_net_ops);

	if (err)
		return err;
	jvpn_debug_init();
	err = rtnl_link_register(&link_ops);
	if (err) {
		jvpn_debug_exit();
		unregister_pernet_subsys(&device_net_ops);
	}
	return err;
}

void jvpn_device_exit(void)
{
	rtnl_link_unregister(&link_ops);
	jvpn_debug_exit();
	unregister_pernet_subsys(&device_net_ops);
	rcu_barrier();
}
