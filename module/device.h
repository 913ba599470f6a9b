/* SPDX-License-Identifier: GPL-2.0 */
/* The network device: its keys, sockets, tables, counters. */
#ifndef _JVPN_DEVICE_H
#define _JVPN_DEVICE_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/rwsem.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <net/gro_cells.h>

#include "allowedips.h"
#include "compat.h"
#include "cookie.h"
#include "event.h"
#include "kdf.h"
#include "noise.h"
#include "policy.h"
#include "ratelimit.h"

#define JVPN_HANDSHAKE_QUEUE_MAX	4096
#define JVPN_HANDSHAKE_QUEUE_LOADED	(JVPN_HANDSHAKE_QUEUE_MAX / 8)
#define JVPN_PEERS_MAX			1048576U

struct jvpn_counters {
	u64_stats_t value[__JVPN_COUNTER_A_MAX];
	struct u64_stats_sync sync;
};

struct jvpn_device {
	struct net_device *dev;
	/* The namespace the device was made in: sockets live there. No reference
	 * is held; cleared when that namespace exits.
	 */
	struct net __rcu *transport_net;
	struct sock __rcu *sock4;
	struct sock __rcu *sock6;
	struct sock __rcu *hop4;	/* second port, opened when a path first hops */
	struct sock __rcu *hop6;
	struct gro_cells gro_cells;
	struct jvpn_counters __percpu *counters;

	/* Configuration: readers on the hot path use READ_ONCE. */
	u16 listen_port;		/* host order; 0 until one was picked */
	u16 hop_port;			/* of the second pair of sockets; 0: there is none */
	u32 fwmark;
	u32 ciphers;			/* mask of 1 << enum jvpn_cipher */
	bool notice;
	char node[JVPN_NODE_NAME_LEN];

	struct mutex lock;		/* configuration: peers, allowed addresses, sockets */
	struct mutex hop_lock;		/* hop4, hop6 */
	struct rw_semaphore identity_lock;
	struct jvpn_identity identity;
	struct jvpn_hmac_key token_key;	/* path tokens; random per device */
	struct jvpn_hmac_key notice_key; /* derived from the static private key */
	spinlock_t notice_lock;		/* BH-safe: notice_key, has_notice_key, notice_tokens_ns */
	bool has_notice_key;
	u64 notice_tokens_ns;		/* how far the NOTICEs of all sources are paid for */
	struct jvpn_cookie_checker cookie_checker; /* under identity_lock */
	struct jvpn_ratelimit handshake_limit;
	struct jvpn_ratelimit notice_limit;

	struct jvpn_policy policy;	/* default for peers; under lock, read under policy_lock */
	spinlock_t policy_lock;
	u32 policy_version;		/* the newest given, also to peers' policies; under lock */

	struct list_head peers;		/* under lock */
	unsigned int peer_count;
	u32 generation;			/* under lock; changes with the peers, for dumps */
	struct rhashtable peer_table;	/* by public key */
	struct rhashtable session_table; /* by session id */
	struct rhashtable index_table;	/* by own receiver index, see table.h */
	struct rhashtable remote_table;	/* by the peers' receiver index, for NOTICE */
	atomic_t session_count;
	struct jvpn_allowedips allowedips;

	struct workqueue_struct *wq;	/* process-context part: handshakes, path checks */
	struct sk_buff_head handshake_queue;
	struct work_struct handshake_work;
	u64 loaded_until_ns;		/* cookies are asked for until then */
	struct work_struct check_work;	/* routes, addresses or links changed: look at all paths */

	struct jvpn_event_ring events;

	/* Each session holds one, and what is in flight holds the session. */
	refcount_t refs;
	struct completion released;
	bool dying;			/* no new sessions; under lock */
	bool frozen;			/* debug: neither sends, receives nor keeps time */

#ifdef CONFIG_DEBUG_FS
	struct dentry *debug_dir;
#endif
	struct list_head list;		/* jvpn_devices */
};

/* All of them; changed under RTNL, walked under RTNL or RCU. */
extern struct list_head jvpn_devices;

static inline void jvpn_count(struct jvpn_device *device, unsigned int counter)
{
	struct jvpn_counters *counters = get_cpu_ptr(device->counters);
	unsigned long flags = u64_stats_update_begin_irqsave(&counters->sync);

	u64_stats_inc(&counters->value[counter]);
	u64_stats_update_end_irqrestore(&counters->sync, flags);
	put_cpu_ptr(device->counters);
}

/* Sums over CPUs. Any context. */
u64 jvpn_counter_read(struct jvpn_device *device, unsigned int counter);

void jvpn_device_get(struct jvpn_device *device);
void jvpn_device_put(struct jvpn_device *device);

/* The boot clock in ns, which sessions count in; goes on during suspend. */
static inline u64 jvpn_now(void)
{
	return ktime_get_boottime_ns();
}

/* How long ago was @then? 0 if @now was read before it, as another CPU may have done. */
static inline u64 jvpn_since(u64 now, u64 then)
{
	return now > then ? now - then : 0;
}

/**
 * jvpn_device_set_identity - give the device its static key, or take it away
 * @device: the device; its lock is held
 * @private_key: 32 bytes, or all zero
 *
 * Ends every session (they were authenticated by the old key).
 */
int jvpn_device_set_identity(struct jvpn_device *device, const u8 *private_key);

/**
 * jvpn_device_set_port - bind the sockets to another port
 * @device: the device; its lock is held
 * @port: host byte order, 0 picks a free one
 *
 * Return: 0 or the socket layer's error; the old sockets stay in force then.
 */
int jvpn_device_set_port(struct jvpn_device *device, u16 port);

/* Sets the mark of outgoing packets and drops cached routes. Lock held. */
void jvpn_device_set_fwmark(struct jvpn_device *device, u32 fwmark);

/* ---- ethtool.c ---- */

extern const struct ethtool_ops jvpn_ethtool_ops;

/* ---- debug.c: /sys/kernel/debug/jvpn/<inode of the namespace>-<name>/freeze ---- */

#ifdef CONFIG_DEBUG_FS
void jvpn_debug_init(void);
void jvpn_debug_exit(void);
void jvpn_debug_add(struct jvpn_device *device);
void jvpn_debug_remove(struct jvpn_device *device);
#else
static inline void jvpn_debug_init(void) {}
static inline void jvpn_debug_exit(void) {}
static inline void jvpn_debug_add(struct jvpn_device *device) {}
static inline void jvpn_debug_remove(struct jvpn_device *device) {}
#endif

int jvpn_device_init(void);
void jvpn_device_exit(void);
bool jvpn_is_device(const struct net_device *dev);

#endif /* _JVPN_DEVICE_H */
