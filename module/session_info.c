// SPDX-License-Identifier: GPL-2.0
/* What userspace is shown of a session. */
#include "session_priv.h"

static void path_info(const struct jvpn_session *session, const struct jvpn_path *path,
		      struct jvpn_path_info *info)
{
	const struct jvpn_health *health = &path->health;

	info->endpoint = path->endpoint;
	memcpy(info->local_used, path->local_used, sizeof(info->local_used));
	info->oif_used = path->oif_used;
	info->rx_packets = atomic_read(&health->rx_packets);
	info->tx_packets = atomic_read(&health->tx_packets);
	info->last_rx_ns = jvpn_health_heard_ns(health);
	info->status = path->status;
	if (!jvpn_path_allowed(session, path))
		info->status |= JVPN_PATH_BLOCKED;
	if (jvpn_drill_cuts(session, path->id))
		info->status |= JVPN_PATH_CUT;
	info->srtt_us = jvpn_health_srtt_us(health);
	info->rttvar_us = jvpn_health_rttvar_us(health);
	info->jitter_us = jvpn_health_jitter_us(health);
	info->loss_permille = jvpn_health_loss_permille(health);
	info->mtu = path->mtu;
	info->id = path->id;
	info->priority = path->priority;
	info->transport = path->transport;
}

void jvpn_session_info(struct jvpn_session *session, struct jvpn_session_info *info)
{
	struct jvpn_keypair *keypair;
	struct jvpn_path *active;
	u64 now = jvpn_now();
	int i;

	memset(info, 0, sizeof(*info));
	spin_lock_bh(&session->lock);
	memcpy(info->id, session->id, sizeof(info->id));
	memcpy(info->lineage, session->lineage, sizeof(info->lineage));
	info->version = session->version;
	info->born_ns = session->born_ns;
	info->age_ms = div_u64(now - session->born_ns, JVPN_NS_PER_MS);
	info->switches = session->switches;
	info->rekeys = session->rekeys;
	info->rx_packets = atomic64_read(&session->rx.packets);
	info->tx_packets = atomic64_read(&session->tx.packets);
	info->rx_bytes = atomic64_read(&session->rx.bytes);
	info->tx_bytes = atomic64_read(&session->tx.bytes);
	info->dropped = session->dropped;
	info->epoch = session->epoch;
	info->drill_ms = div_u64(jvpn_since(session->deadline_ns[JVPN_DL_DRILL], now),
				 JVPN_NS_PER_MS);
	info->policy_version = session->policy.version;
	info->queued = skb_queue_len(&session->queue);
	info->last_reason = session->last_reason;
	info->state = session->state;
	info->role = session->role;
	info->cipher = session->cipher;
	keypair = rcu_dereference_protected(session->current_keys,
					    lockdep_is_held(&session->lock));
	if (keypair) {
		info->key_age_ms = div_u64(jvpn_since(now, keypair->born_ns), JVPN_NS_PER_MS);
		strscpy(info->driver, jvpn_aead_driver(&keypair->send), sizeof(info->driver));
	}
	active = jvpn_session_active_path(session);
	info->active_path = active ? active->id : JVPN_PATH_NONE;
	for (i = 0; i < JVPN_MAX_PATHS; i++)
		if (session->paths[i].used)
			path_info(session, &session->paths[i], &info->path[info->path_count++]);
	spin_unlock_bh(&session->lock);
}
