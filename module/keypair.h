/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Traffic keys and the table that finds them by receiver index.
 */
#ifndef _JVPN_KEYPAIR_H
#define _JVPN_KEYPAIR_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "crypto.h"
#include "noise.h"
#include "replay.h"
#include "table.h"

struct jvpn_session;

/*
 * One generation of traffic keys. It holds a reference on its session; the
 * session's slots hold one on it, and so does every AEAD operation in flight.
 */
struct jvpn_keypair {
	struct jvpn_aead send;
	struct jvpn_aead receive;
	struct jvpn_session *session;
	atomic64_t send_counter;
	u64 born_ns;			/* boot clock */
	u64 reject_after_messages;
	u64 rekey_after_messages;
	struct jvpn_index index;	/* ours: what the peer puts into its headers */
	struct jvpn_index remote;	/* the peer's: what we put into headers; in remote_table
					 * unless another peer happens to use the same value
					 */
	u8 notice_token[JVPN_TOKEN_LEN]; /* what the peer would prove a NOTICE with */
	/* What the INIT of a rekey said: believed once these keys are used. */
	struct jvpn_wire_bounds bounds;
	s64 clock_offset_ms;
	u64 clock_calibrated_ns;
	u8 cipher;
	bool initiator;			/* of the session */
	bool valid;			/* false once dropped from its slot for good */

	spinlock_t replay_lock;		/* leaf */
	struct jvpn_replay replay;
	atomic64_t auth_fails;

	struct kref ref;
	struct rcu_work free_work;
};

struct jvpn_keypair *jvpn_keypair_get(struct jvpn_keypair *keypair);
/* False if it is being freed. RCU read side. */
bool jvpn_keypair_get_unless_zero(struct jvpn_keypair *keypair);
/* Any context: the last one frees in process context after a grace period. */
void jvpn_keypair_put(struct jvpn_keypair *keypair);
/* The same for a batch of @count, in one step each. RCU; false: it is being freed. */
bool jvpn_keypair_get_many(struct jvpn_keypair *keypair, unsigned int count);
void jvpn_keypair_put_many(struct jvpn_keypair *keypair, unsigned int count);

/**
 * jvpn_keypair_create - keys of one handshake, not yet in any table
 * @session: gets referenced
 * @secrets: of the handshake
 * @cipher: enum jvpn_cipher
 * @initiator: of the session: decides the direction labels
 *
 * Context: process (allocates two ciphers).
 * Return: the keypair with one reference, or ERR_PTR.
 */
struct jvpn_keypair *jvpn_keypair_create(struct jvpn_session *session,
					 const struct jvpn_noise_secrets *secrets,
					 u8 cipher, bool initiator);

/* Takes it out of both tables; later packets find nothing. Any context up to softirq. */
void jvpn_keypair_unhash(struct jvpn_keypair *keypair);

/**
 * jvpn_keys_replace - put keys into a slot of a session, or only drop what is there
 * @session: locked
 * @slot: current, previous or next keys
 * @keypair: takes the place, its reference goes to the slot; NULL: none
 *
 * The keys that were there are dropped for good: nothing finds them any more.
 */
void jvpn_keys_replace(struct jvpn_session *session, struct jvpn_keypair __rcu **slot,
		       struct jvpn_keypair *keypair);

/* Would a packet find a usable send key now? @now: boot clock. Locked or RCU. */
bool jvpn_keys_usable(const struct jvpn_keypair *keypair, u64 now);
/* May a packet with this counter still be opened? RCU. */
bool jvpn_keys_open(const struct jvpn_keypair *keypair, u64 counter);
/* A packet had a wrong tag. Return: there were so many that new keys are wanted. */
bool jvpn_keys_auth_failed(struct jvpn_keypair *keypair);

#endif /* _JVPN_KEYPAIR_H */
