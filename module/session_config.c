// SPDX-License-Identifier: GPL-2.0
/* What an operator configures reaches sessions that live: candidates, policy. */
#include "select.h"
#include "session_priv.h"

/* ---- candidates ---- */

static bool config_differs(const struct jvpn_path *path, const struct jvpn_path_config *config)
{
	return !path->used || !jvpn_endpoint_same_remote(&path->endpoint, &config->endpoint) ||
	       path->endpoint.ifindex != config->endpoint.ifindex ||
	       memcmp(&path->endpoint.local6, &config->endpoint.local6,
		      sizeof(path->endpoint.local6));
}

static void take_over_path(struct jvpn_session *session, u8 id,
			   const struct jvpn_path_config *config, struct jvpn_outbox *out)
{
	struct jvpn_path *path = &session->paths[id];

	if (config->used && !config_differs(path, config)) {
		path->priority = config->priority;
		return;
	}
	if (path->used && path == jvpn_session_active_path(session))
		jvpn_session_path_dead(session, path, JVPN_REASON_ADDRESS_REMOVED, 0, out);
	if (session->dead)
		return;
	path->used = false;
	if (!config->used)
		return;
	path = jvpn_session_path_setup(session, id, &config->endpoint);
	path->priority = config->priority;
}

static void take_over_paths(struct jvpn_session *session,
			    const struct jvpn_path_config config[JVPN_MAX_PATHS])
{
	struct jvpn_outbox out;
	int i;

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	for (i = 0; i < JVPN_MAX_PATHS && !session->dead; i++)
		take_over_path(session, i, &config[i], &out);
	if (!session->dead) {
		jvpn_paths_poll_now(session);
		jvpn_move_kick(session, &out);
		queue_work(session->device->wq, &session->device->check_work);
	}
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
}

void jvpn_session_paths_changed(struct jvpn_peer *peer)
{
	struct jvpn_session *session[JVPN_PEER_SLOTS];
	struct jvpn_path_config config[JVPN_MAX_PATHS];
	unsigned int count, i;

	spin_lock_bh(&peer->lock);
	memcpy(config, peer->paths, sizeof(config));
	spin_unlock_bh(&peer->lock);
	count = jvpn_peer_sessions(peer, session);
	for (i = 0; i < count; i++) {
		if (session[i]->role == JVPN_ROLE_INITIATOR)
			take_over_paths(session[i], config);
		jvpn_session_put(session[i]);
	}
}

/* ---- policy ---- */

static u64 after_ms(u64 began_ns, u32 ms)
{
	return began_ns + ms * JVPN_NS_PER_MS;
}

/* Bounds that run already run to where the policy in force puts their end. */
static void bounds_renew(struct jvpn_session *session)
{
	const struct jvpn_policy *policy = &session->policy;

	if (session->state == JVPN_STATE_BIRTH) {
		jvpn_deadline_set(session, JVPN_DL_BIRTH,
				  after_ms(session->born_ns, policy->handshake_timeout));
		return;
	}
	jvpn_session_established(session);
	if (!rcu_access_pointer(session->binding))
		jvpn_deadline_set(session, JVPN_DL_LOSS_TTL,
				  after_ms(session->outage_began_ns, policy->transport_loss_ttl));
}

void jvpn_policy_put_in_force(struct jvpn_session *session, const struct jvpn_policy *policy)
{
	session->policy = *policy;
	session->own_max_lifetime = policy->session_max_lifetime;
	session->own_loss_ttl = policy->transport_loss_ttl;
	session->strict_binding = policy->strict_binding;
	WRITE_ONCE(session->traffic_pause_ns, policy->heartbeat_interval * JVPN_NS_PER_MS);
}

static void policy_adopt(struct jvpn_session *session, const struct jvpn_policy *policy)
{
	u32 lifetime = session->policy.session_max_lifetime;
	u32 loss_ttl = session->policy.transport_loss_ttl;

	jvpn_policy_put_in_force(session, policy);
	/* Both were negotiated: until the next rekey the smaller counts. */
	if (session->state != JVPN_STATE_BIRTH) {
		session->policy.session_max_lifetime = min(lifetime, policy->session_max_lifetime);
		session->policy.transport_loss_ttl = min(loss_ttl, policy->transport_loss_ttl);
	}
	session->policy_changed = false;
	bounds_renew(session);
	jvpn_paths_poll_now(session);
}

void jvpn_policy_due(struct jvpn_session *session)
{
	lockdep_assert_held(&session->lock);
	if (session->policy_changed && session->state != JVPN_STATE_TERMINATED)
		policy_adopt(session, &session->policy_next);
}

/* One that was set before the session could be found in its slot holds at the next transition. */
void jvpn_policy_recheck(struct jvpn_session *session)
{
	struct jvpn_policy policy;

	jvpn_peer_policy(session->peer, &policy);
	spin_lock_bh(&session->lock);
	if (!session->dead && policy.version != session->policy.version) {
		session->policy_next = policy;
		session->policy_changed = true;
	}
	spin_unlock_bh(&session->lock);
}

void jvpn_policy_leave_forbidden(struct jvpn_session *session, struct jvpn_path *path,
				 struct jvpn_outbox *out)
{
	lockdep_assert_held(&session->lock);
	if (!session->dead && !(session->policy.allowed_transports & BIT(path->transport)))
		jvpn_session_path_dead(session, path, JVPN_REASON_POLICY_DENY, 0, out);
}

/* At once: also what the session does or keeps right now is bounded by it. */
static void policy_enforce(struct jvpn_session *session, const struct jvpn_policy *policy,
			   struct jvpn_outbox *out)
{
	struct jvpn_path *active = jvpn_session_active_path(session);

	policy_adopt(session, policy);
	if (session->state == JVPN_STATE_RECOVERING)
		jvpn_deadline_set(session, JVPN_DL_RECOVERY,
				  after_ms(session->recovery_began_ns, policy->recovery_window));
	jvpn_session_queue_bound(session, &out->drop);
	if (active)
		jvpn_policy_leave_forbidden(session, active, out);
	if (session->state == JVPN_STATE_VOLATILE || session->state == JVPN_STATE_DEGRADED)
		jvpn_deadline_set(session, JVPN_DL_VOLATILITY, jvpn_now());
}

void jvpn_session_policy_changed(struct jvpn_peer *peer, bool strict)
{
	struct jvpn_session *session[JVPN_PEER_SLOTS];
	unsigned int count = jvpn_peer_sessions(peer, session), i;
	struct jvpn_policy policy;
	struct jvpn_outbox out;

	jvpn_peer_policy(peer, &policy);
	for (i = 0; i < count; i++) {
		jvpn_outbox_init(&out);
		spin_lock_bh(&session[i]->lock);
		if (!session[i]->dead && strict) {
			policy_enforce(session[i], &policy, &out);
		} else if (!session[i]->dead) {
			session[i]->policy_next = policy;
			session[i]->policy_changed = true;
		}
		spin_unlock_bh(&session[i]->lock);
		jvpn_outbox_flush(session[i], &out);
		jvpn_session_put(session[i]);
	}
}
