/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A peer: a public key with allowed addresses, the candidates by which it can
 * be reached, and at most one live session.
 */
#ifndef _JVPN_PEER_H
#define _JVPN_PEER_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "allowedips.h"
#include "cookie.h"
#include "path.h"
#include "policy.h"

struct jvpn_device;
struct jvpn_event_history;
struct jvpn_session;

/* Histories of a peer: of each slot's session, and of the last one that ended. */
#define JVPN_PEER_HISTORIES	4

struct jvpn_peer {
	struct jvpn_device *device;
	struct rhash_head node;			/* device->peer_table */
	struct list_head list;			/* device->peers, under device->lock */
	struct kref ref;
	struct rcu_head rcu;
	u8 public_key[JVPN_PUBLIC_KEY_LEN];
	u64 serial;				/* in order of creation; list is sorted by it */
	struct list_head allowedips_list;	/* under device->lock */

	spinlock_t lock;			/* BH-safe; everything below */
	bool dead;
	u8 psk[JVPN_SYMMETRIC_KEY_LEN];
	struct jvpn_cookie_jar cookie_jar;	/* has its own lock */
	struct jvpn_path_config paths[JVPN_MAX_PATHS];
	struct jvpn_policy policy;		/* own, if has_policy; else the device's */
	bool has_policy;
	u8 last_timestamp[JVPN_TIMESTAMP_LEN];	/* newest INIT accepted from it */
	u64 last_tai_ns;			/* newest INIT sent to it */
	u64 last_handshake_wall_ns;		/* WRITE_ONCE, whoever has keys */
	u8 answered_mac1[JVPN_MAC_LEN];		/* of the INIT answered last, and */
	struct jvpn_msg_response answer;	/* what it was answered with, */
	struct jvpn_endpoint answered_to;	/* and where to */
	bool has_answer;

	/* The three slots of sessions; each holds a reference. */
	struct jvpn_session __rcu *session;	/* live, or in BIRTH while nothing else is */
	struct jvpn_session *outbound;		/* own create under way (may equal session) */
	struct jvpn_session *inbound;		/* answered create, not confirmed yet */

	struct delayed_work persist_work;	/* creates a successor; holds a reference */
	u32 persist_backoff_ms;
	u64 traffic_after_ns;			/* it begins no session before; WRITE_ONCE */
	u64 create_tokens_ns;			/* creates answered: a bucket */
	u64 stale_tokens_ns;			/* old INITs refused: a bucket */
	bool stopped;				/* by an operator: traffic begins no session */

	/* Of the session that ended last; referenced. */
	struct jvpn_event_history *ended_history;
	u8 ended_id[JVPN_ID_LEN];
	bool ended_attached;		/* it had been more than an attempt */

	/* What ended sessions moved; live ones count in the session. */
	u64 rx_packets, tx_packets, rx_bytes, tx_bytes;
};

/**
 * jvpn_peer_create - make a peer and put it into the device's tables
 *
 * Context: process, device->lock held.
 * Return: the peer, or ERR_PTR: -EINVAL (own key, low-order key), -ENOSPC
 * (JVPN_PEERS_MAX), -EEXIST, -ENOMEM.
 */
struct jvpn_peer *jvpn_peer_create(struct jvpn_device *device,
				   const u8 public_key[JVPN_PUBLIC_KEY_LEN]);

/* Takes it out of all tables and ends its session. Process, device->lock held. */
void jvpn_peer_remove(struct jvpn_peer *peer, u16 reason);
void jvpn_peer_remove_all(struct jvpn_device *device, u16 reason);

/* A reference, or NULL. RCU or device->lock. */
struct jvpn_peer *jvpn_peer_lookup(struct jvpn_device *device,
				   const u8 public_key[JVPN_PUBLIC_KEY_LEN]);
/**
 * jvpn_peer_after - the next of a device's peers, in order of creation
 * @device: its lock is held; it may have been dropped since @peer was found
 * @peer: one that was found, referenced, or NULL: the first is wanted
 *
 * Who walks all peers drops the lock now and then. @peer may have been removed
 * meanwhile, and the device may be another than the one that had it, under the
 * same name.
 *
 * Return: the peer, without a reference; NULL after the last.
 */
struct jvpn_peer *jvpn_peer_after(struct jvpn_device *device, struct jvpn_peer *peer);
/* False if it is being freed. */
bool jvpn_peer_get_unless_zero(struct jvpn_peer *peer);
struct jvpn_peer *jvpn_peer_get(struct jvpn_peer *peer);
void jvpn_peer_put(struct jvpn_peer *peer);

/* Copies the policy in force for this peer. Any context up to softirq. */
void jvpn_peer_policy(struct jvpn_peer *peer, struct jvpn_policy *policy);

/**
 * jvpn_peer_keep_history - what a session leaves behind
 * @peer: its lock is held
 * @session: has ended
 *
 * A mere attempt at a session does not replace one that was.
 */
void jvpn_peer_keep_history(struct jvpn_peer *peer, const struct jvpn_session *session);

/* The histories of all its sessions, and of the last that ended: referenced. Returns how many. */
unsigned int jvpn_peer_histories(struct jvpn_peer *peer,
				 struct jvpn_event_history *found[JVPN_PEER_HISTORIES]);
/* That of the session that ended last, if it had this id: a reference, or NULL. */
struct jvpn_event_history *jvpn_peer_ended_history(struct jvpn_peer *peer, const u8 *session_id);

extern const struct rhashtable_params jvpn_peer_table_params;

#endif /* _JVPN_PEER_H */
