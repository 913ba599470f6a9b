// SPDX-License-Identifier: GPL-2.0
/*
 * Which session sits in which slot of its peer: begins one, or its successor, and
 * takes out one that ended.
 */
#include "session_priv.h"

unsigned int jvpn_peer_sessions(struct jvpn_peer *peer,
				struct jvpn_session *found[JVPN_PEER_SLOTS])
{
	struct jvpn_session *slot[JVPN_PEER_SLOTS];
	unsigned int count = 0, i;

	spin_lock_bh(&peer->lock);
	slot[0] = rcu_dereference_protected(peer->session, lockdep_is_held(&peer->lock));
	slot[1] = peer->outbound == slot[0] ? NULL : peer->outbound;
	slot[2] = peer->inbound;
	for (i = 0; i < JVPN_PEER_SLOTS; i++)
		if (slot[i])
			found[count++] = jvpn_session_get(slot[i]);
	spin_unlock_bh(&peer->lock);
	return count;
}

struct jvpn_session *jvpn_session_begin(struct jvpn_peer *peer, bool successor)
{
	struct jvpn_session *session = NULL;
	struct jvpn_policy policy;
	bool begun = false;
	int i;

	jvpn_peer_policy(peer, &policy);
	spin_lock_bh(&peer->lock);
	session = rcu_dereference_protected(peer->session, lockdep_is_held(&peer->lock));
	if (session && (!successor || peer->outbound)) {
		jvpn_session_get(session);
		goto out;
	}
	session = ERR_PTR(-ESHUTDOWN);
	if (peer->dead || peer->stopped || READ_ONCE(peer->device->frozen))
		goto out;
	for (i = 0; i < JVPN_MAX_PATHS && !peer->paths[i].used; i++)
		;
	session = ERR_PTR(-EDESTADDRREQ);
	if (i == JVPN_MAX_PATHS)
		goto out;
	session = jvpn_session_create(peer, JVPN_ROLE_INITIATOR, &policy) ?: ERR_PTR(-ENOMEM);
	if (IS_ERR(session))
		goto out;
	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		struct jvpn_path_config *config = &peer->paths[i];
		struct jvpn_path *path;

		if (!config->used)
			continue;
		spin_lock(&session->lock);
		path = jvpn_session_path_setup(session, i, &config->endpoint);
		path->priority = config->priority;
		spin_unlock(&session->lock);
	}
	peer->outbound = jvpn_session_get(session);
	if (!rcu_access_pointer(peer->session))
		rcu_assign_pointer(peer->session, jvpn_session_get(session));
	begun = true;
out:
	spin_unlock_bh(&peer->lock);
	if (begun) {
		jvpn_policy_recheck(session);
		spin_lock_bh(&session->lock);
		jvpn_deadline_set(session, JVPN_DL_BIRTH, session->born_ns +
				  session->policy.handshake_timeout * JVPN_NS_PER_MS);
		session->handshake_kind = JVPN_HS_CREATE;
		session->handshake_began_ns = session->born_ns;
		jvpn_handshake_kick(session);
		spin_unlock_bh(&session->lock);
	}
	return session;
}

int jvpn_session_connect(struct jvpn_peer *peer)
{
	struct jvpn_session *session;

	spin_lock_bh(&peer->lock);
	peer->stopped = false;
	spin_unlock_bh(&peer->lock);
	session = jvpn_session_begin(peer, false);
	if (IS_ERR(session))
		return PTR_ERR(session);
	jvpn_session_put(session);
	return 0;
}

static void unlink_slot(struct jvpn_session **slot, struct jvpn_session *session)
{
	if (*slot != session)
		return;
	*slot = NULL;
	jvpn_session_put(session);
}

/*
 * Under peer->lock: once the peer is dead nothing is queued behind the back of
 * jvpn_peer_remove(), whose device may be gone when the timer fires.
 */
static void persist_later(struct jvpn_peer *peer, u32 delay_ms)
{
	lockdep_assert_held(&peer->lock);
	if (peer->dead)
		return;
	jvpn_peer_get(peer);
	if (mod_delayed_work(peer->device->wq, &peer->persist_work, msecs_to_jiffies(delay_ms)))
		jvpn_peer_put(peer);	/* never the last: the caller's session has one */
}

/* Does policy want a successor for a session that ended like this? */
static bool wants_successor(const struct jvpn_session *session, const struct jvpn_peer *peer,
			    const struct jvpn_outbox *out)
{
	if (!session->policy.persist || session->role != JVPN_ROLE_INITIATOR || peer->dead ||
	    peer->stopped || rcu_access_pointer(peer->session))
		return false;
	switch (out->ended_by) {
	case JVPN_FSM_SUPERSEDED:
	case JVPN_FSM_OPERATOR_TERMINATE:
	case JVPN_FSM_DEVICE_REMOVED:
		return false;
	}
	return true;
}

void jvpn_session_unlink(struct jvpn_session *session, const struct jvpn_outbox *out)
{
	struct jvpn_device *device = session->device;
	struct jvpn_peer *peer = session->peer;
	bool successor, failed;
	u32 delay_ms;

	spin_lock_bh(&peer->lock);
	if (rcu_access_pointer(peer->session) == session) {
		rcu_assign_pointer(peer->session, NULL);
		jvpn_session_put(session);
		if (peer->outbound && peer->outbound != session)
			rcu_assign_pointer(peer->session, jvpn_session_get(peer->outbound));
	}
	unlink_slot(&peer->outbound, session);
	unlink_slot(&peer->inbound, session);
	peer->rx_packets += atomic64_read(&session->rx.packets);
	peer->tx_packets += atomic64_read(&session->tx.packets);
	peer->rx_bytes += atomic64_read(&session->rx.bytes);
	peer->tx_bytes += atomic64_read(&session->tx.bytes);
	jvpn_peer_keep_history(peer, session);
	if (out->ended_by == JVPN_FSM_OPERATOR_TERMINATE)
		peer->stopped = true;
	successor = wants_successor(session, peer, out);
	/* A peer that lost its memory is back already: no waiting the first time. */
	delay_ms = out->ended_by == JVPN_FSM_PEER_LOST && !peer->persist_backoff_ms ?
		   0 : max(peer->persist_backoff_ms, 1000U);
	/* Nor is there a pause for those whom traffic begins, until the other end refuses. */
	failed = out->ended_by == JVPN_FSM_HANDSHAKE_FAILED;
	WRITE_ONCE(peer->traffic_after_ns,
		   failed ? jvpn_now() + (u64)delay_ms * JVPN_NS_PER_MS : 0);
	if (successor || failed)
		peer->persist_backoff_ms = clamp(2 * peer->persist_backoff_ms, 1000U, 60000U);
	if (successor)
		persist_later(peer, delay_ms);
	spin_unlock_bh(&peer->lock);

	if (session->linked)
		rhashtable_remove_fast(&device->session_table, &session->id_node,
				       jvpn_session_table_params);
}

void jvpn_session_begin_successor(struct jvpn_session *session)
{
	spin_lock_bh(&session->peer->lock);
	persist_later(session->peer, 0);
	spin_unlock_bh(&session->peer->lock);
}

void jvpn_session_persist_work(struct work_struct *work)
{
	struct jvpn_peer *peer = container_of(to_delayed_work(work), struct jvpn_peer,
					      persist_work);

	struct jvpn_session *live, *session;
	bool successor;

	rcu_read_lock();
	live = rcu_dereference(peer->session);
	successor = live && live->role == JVPN_ROLE_INITIATOR && READ_ONCE(live->expiring);
	rcu_read_unlock();
	/* Without sockets it would only time out, again and again. */
	if (!netif_running(peer->device->dev))
		goto put;
	session = jvpn_session_begin(peer, successor);
	if (session == ERR_PTR(-ENOMEM)) {
		spin_lock_bh(&peer->lock);
		persist_later(peer, MSEC_PER_SEC);
		spin_unlock_bh(&peer->lock);
	}
	if (!IS_ERR(session))
		jvpn_session_put(session);
put:
	jvpn_peer_put(peer);
}
