// SPDX-License-Identifier: GPL-2.0
/* Peers: their table, their life. */
#include <crypto/algapi.h>
#include <linux/slab.h>

#include "device.h"
#include "fsm.h"
#include "noise.h"
#include "peer.h"
#include "session.h"

const struct rhashtable_params jvpn_peer_table_params = {
	.head_offset = offsetof(struct jvpn_peer, node),
	.key_offset = offsetof(struct jvpn_peer, public_key),
	.key_len = JVPN_PUBLIC_KEY_LEN,
	.automatic_shrinking = true,
};

/* Peers of all devices in order of creation: dumps go on behind the last one shown. */
static atomic64_t peer_serial = ATOMIC64_INIT(0);

static bool is_own_key(struct jvpn_device *device, const u8 *public_key)
{
	bool own;

	down_read(&device->identity_lock);
	own = device->identity.valid &&
	      !crypto_memneq(device->identity.public_key, public_key, JVPN_PUBLIC_KEY_LEN);
	up_read(&device->identity_lock);
	return own;
}

struct jvpn_peer *jvpn_peer_create(struct jvpn_device *device,
				   const u8 public_key[JVPN_PUBLIC_KEY_LEN])
{
	struct jvpn_peer *peer;
	int err;

	lockdep_assert_held(&device->lock);
	if (!jvpn_public_key_valid(public_key) || is_own_key(device, public_key))
		return ERR_PTR(-EINVAL);
	if (device->peer_count >= JVPN_PEERS_MAX)
		return ERR_PTR(-ENOSPC);
	peer = kzalloc(sizeof(*peer), GFP_KERNEL);
	if (!peer)
		return ERR_PTR(-ENOMEM);

	peer->device = device;
	peer->serial = atomic64_inc_return(&peer_serial);
	kref_init(&peer->ref);
	spin_lock_init(&peer->lock);
	INIT_LIST_HEAD(&peer->allowedips_list);
	INIT_DELAYED_WORK(&peer->persist_work, jvpn_session_persist_work);
	memcpy(peer->public_key, public_key, JVPN_PUBLIC_KEY_LEN);
	jvpn_cookie_jar_init(&peer->cookie_jar, public_key);

	err = rhashtable_lookup_insert_fast(&device->peer_table, &peer->node,
					    jvpn_peer_table_params);
	if (err) {
		kfree_sensitive(peer);
		return ERR_PTR(err);
	}
	list_add_tail(&peer->list, &device->peers);
	device->peer_count++;
	device->generation++;
	return peer;
}

/* The event of the transition table that has this reason. */
static u8 end_event(u16 reason)
{
	u8 event;

	for (event = 1; event < __JVPN_FSM_EVENT_MAX; event++) {
		if (jvpn_fsm_reason(event) == reason)
			return event;
	}
	return JVPN_FSM_OPERATOR_TERMINATE;
}

void jvpn_peer_remove(struct jvpn_peer *peer, u16 reason)
{
	struct jvpn_device *device = peer->device;

	lockdep_assert_held(&device->lock);
	/* First nothing new can begin, ... */
	spin_lock_bh(&peer->lock);
	peer->dead = true;
	spin_unlock_bh(&peer->lock);
	rhashtable_remove_fast(&device->peer_table, &peer->node, jvpn_peer_table_params);
	jvpn_allowedips_remove_peer(&device->allowedips, &peer->allowedips_list);
	list_del_init(&peer->list);
	device->peer_count--;
	device->generation++;

	/* ... then what there is ends. A work that runs now finds the peer dead. */
	if (cancel_delayed_work(&peer->persist_work))
		jvpn_peer_put(peer);
	jvpn_session_end_all(peer, end_event(reason), reason);
	jvpn_peer_put(peer);
}

void jvpn_peer_remove_all(struct jvpn_device *device, u16 reason)
{
	struct jvpn_peer *peer, *next;

	lockdep_assert_held(&device->lock);
	list_for_each_entry_safe(peer, next, &device->peers, list) {
		jvpn_peer_remove(peer, reason);
		cond_resched();
	}
}

struct jvpn_peer *jvpn_peer_lookup(struct jvpn_device *device,
				   const u8 public_key[JVPN_PUBLIC_KEY_LEN])
{
	struct jvpn_peer *peer;

	rcu_read_lock();
	peer = rhashtable_lookup(&device->peer_table, public_key, jvpn_peer_table_params);
	if (peer && !jvpn_peer_get_unless_zero(peer))
		peer = NULL;
	rcu_read_unlock();
	return peer;
}

struct jvpn_peer *jvpn_peer_after(struct jvpn_device *device, struct jvpn_peer *peer)
{
	struct jvpn_peer *next;

	lockdep_assert_held(&device->lock);
	if (!peer)
		return list_first_entry_or_null(&device->peers, struct jvpn_peer, list);
	if (peer->device == device && !peer->dead)
		return list_is_last(&peer->list, &device->peers) ? NULL :
								    list_next_entry(peer, list);
	/* Its place is found by number. */
	list_for_each_entry(next, &device->peers, list) {
		if (next->serial > peer->serial)
			return next;
	}
	return NULL;
}

bool jvpn_peer_get_unless_zero(struct jvpn_peer *peer)
{
	return kref_get_unless_zero(&peer->ref);
}

struct jvpn_peer *jvpn_peer_get(struct jvpn_peer *peer)
{
	kref_get(&peer->ref);
	return peer;
}

void jvpn_peer_keep_history(struct jvpn_peer *peer, const struct jvpn_session *session)
{
	/* BIRTH to ATTACHED, and from there to the end. */
	bool attached = session->version > 1;

	lockdep_assert_held(&peer->lock);
	if (peer->ended_attached && !attached)
		return;
	jvpn_event_history_put(peer->ended_history);
	peer->ended_history = jvpn_event_history_get(session->history);
	peer->ended_attached = attached;
	memcpy(peer->ended_id, session->id, JVPN_ID_LEN);
}

unsigned int jvpn_peer_histories(struct jvpn_peer *peer,
				 struct jvpn_event_history *found[JVPN_PEER_HISTORIES])
{
	struct jvpn_session *session;
	unsigned int count = 0;

	spin_lock_bh(&peer->lock);
	session = rcu_dereference_protected(peer->session, lockdep_is_held(&peer->lock));
	if (peer->ended_history)
		found[count++] = jvpn_event_history_get(peer->ended_history);
	if (session)
		found[count++] = jvpn_event_history_get(session->history);
	if (peer->outbound && peer->outbound != session)
		found[count++] = jvpn_event_history_get(peer->outbound->history);
	if (peer->inbound)
		found[count++] = jvpn_event_history_get(peer->inbound->history);
	spin_unlock_bh(&peer->lock);
	return count;
}

struct jvpn_event_history *jvpn_peer_ended_history(struct jvpn_peer *peer, const u8 *session_id)
{
	struct jvpn_event_history *history = NULL;

	spin_lock_bh(&peer->lock);
	if (peer->ended_history && !memcmp(peer->ended_id, session_id, JVPN_ID_LEN))
		history = jvpn_event_history_get(peer->ended_history);
	spin_unlock_bh(&peer->lock);
	return history;
}

/* The PSK and the keys of cookies go with the memory. */
static void peer_free_rcu(struct rcu_head *rcu)
{
	struct jvpn_peer *peer = container_of(rcu, struct jvpn_peer, rcu);

	jvpn_event_history_put(peer->ended_history);
	kfree_sensitive(peer);
}

static void peer_release(struct kref *ref)
{
	struct jvpn_peer *peer = container_of(ref, struct jvpn_peer, ref);

	call_rcu(&peer->rcu, peer_free_rcu);
}

void jvpn_peer_put(struct jvpn_peer *peer)
{
	if (peer)
		kref_put(&peer->ref, peer_release);
}

void jvpn_peer_policy(struct jvpn_peer *peer, struct jvpn_policy *policy)
{
	struct jvpn_device *device = peer->device;
	bool own;

	spin_lock_bh(&peer->lock);
	own = peer->has_policy;
	if (own)
		*policy = peer->policy;
	spin_unlock_bh(&peer->lock);
	if (own)
		return;
	spin_lock_bh(&device->policy_lock);
	*policy = device->policy;
	spin_unlock_bh(&device->policy_lock);
}
