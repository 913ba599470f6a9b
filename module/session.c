// SPDX-License-Identifier: GPL-2.0
/*
 * The session object: its life, its state, its binding. Locking and lifetimes are
 * explained at the head of session.h.
 */
#include <linux/slab.h>

#include "session_priv.h"
#include "transport_udp.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

const struct rhashtable_params jvpn_session_table_params = {
	.head_offset = offsetof(struct jvpn_session, id_node),
	.key_offset = offsetof(struct jvpn_session, id),
	.key_len = JVPN_ID_LEN,
	.automatic_shrinking = true,
};

/*
 * What a session costs while nothing happens: itself with its paths, its keys and
 * binding, its history. Lock debugging makes locks larger than they are.
 */
static_assert(IS_ENABLED(CONFIG_DEBUG_SPINLOCK) || IS_ENABLED(CONFIG_LOCKDEP) ||
	      sizeof(struct jvpn_session) + sizeof(struct jvpn_keypair) +
	      sizeof(struct jvpn_binding) + sizeof(struct jvpn_event_history) <= 8192);

/* ---- life ---- */

struct jvpn_session *jvpn_session_create(struct jvpn_peer *peer, u8 role,
					 const struct jvpn_policy *policy)
{
	struct jvpn_device *device = peer->device;
	struct jvpn_session *session;

	session = kzalloc(sizeof(*session), GFP_ATOMIC);
	if (!session)
		return NULL;
	session->history = jvpn_event_history_create();
	if (!session->history) {
		kfree(session);
		return NULL;
	}
	session->device = device;
	session->peer = jvpn_peer_get(peer);
	jvpn_device_get(device);
	atomic_inc(&device->session_count);
	kref_init(&session->ref);
	spin_lock_init(&session->lock);
	__skb_queue_head_init(&session->queue);
	INIT_WORK(&session->work, jvpn_handshake_send_work);
	jvpn_timer_init(session);
	jvpn_policy_put_in_force(session, policy);
	session->holding = true;
	session->state = JVPN_STATE_BIRTH;
	session->role = role;
	session->born_ns = jvpn_now();
	session->outage_began_ns = session->born_ns;
	session->last_bound_path = JVPN_PATH_NONE;
	session->handshake_path = JVPN_PATH_NONE;
	session->move.target = JVPN_PATH_NONE;
	session->drill_path = JVPN_PATH_NONE;
	return session;
}

static void session_free_work(struct work_struct *work)
{
	struct jvpn_session *session = container_of(to_rcu_work(work), struct jvpn_session,
						    free_work);
	struct jvpn_device *device = session->device;

	jvpn_binding_free(rcu_dereference_protected(session->binding, true));
	__skb_queue_purge(&session->queue);
	jvpn_event_history_put(session->history);
	jvpn_peer_put(session->peer);
	kfree_sensitive(session);
	atomic_dec(&device->session_count);
	jvpn_device_put(device);
}

static void session_release(struct kref *ref)
{
	struct jvpn_session *session = container_of(ref, struct jvpn_session, ref);

	INIT_RCU_WORK(&session->free_work, session_free_work);
	queue_rcu_work(session->device->wq, &session->free_work);
}

struct jvpn_session *jvpn_session_get(struct jvpn_session *session)
{
	kref_get(&session->ref);
	return session;
}

bool jvpn_session_get_unless_zero(struct jvpn_session *session)
{
	return kref_get_unless_zero(&session->ref);
}

void jvpn_session_put(struct jvpn_session *session)
{
	if (session)
		kref_put(&session->ref, session_release);
}

struct jvpn_session *jvpn_session_lookup(struct jvpn_device *device, const u8 *id)
{
	struct jvpn_session *session;

	rcu_read_lock();
	session = rhashtable_lookup(&device->session_table, id, jvpn_session_table_params);
	if (session && !jvpn_session_get_unless_zero(session))
		session = NULL;
	rcu_read_unlock();
	return session;
}

/* ---- reports ---- */

void jvpn_session_report_init(struct jvpn_session *session, struct jvpn_event *report,
			      u8 type, u16 reason)
{
	memset(report, 0, sizeof(*report));
	report->type = type;
	report->reason = reason;
	report->role = session->role;
	report->state_before = session->state;
	report->state_after = session->state;
	report->version = session->version;
	report->epoch = session->epoch;
	report->policy_version = session->policy.version;
	report->path_from = JVPN_PATH_NONE;
	report->path_to = JVPN_PATH_NONE;
	report->queued = skb_queue_len(&session->queue);
	memcpy(report->session_id, session->id, JVPN_ID_LEN);
	memcpy(report->peer, session->peer->public_key, JVPN_PUBLIC_KEY_LEN);
	memcpy(report->lineage, session->lineage, JVPN_LINEAGE_VALUE_LEN);
}

void jvpn_session_auth_failed(struct jvpn_session *session, const struct jvpn_addr *from)
{
	struct jvpn_event report;

	/* State, version and epoch have to be of one moment. */
	spin_lock_bh(&session->lock);
	jvpn_session_report_init(session, &report, JVPN_EVENT_SECURITY,
				 JVPN_REASON_SEC_AUTH_FAILURE);
	report.remote_from = *from;
	jvpn_event_emit_limited(session->device, session->history, &report);
	spin_unlock_bh(&session->lock);
}

/*
 * Gateways that share sessions count owners: the term grows whenever a session
 * passes to another one. Who names a lower term than this end has seen has lost the
 * session without noticing: what it says binds nobody, however well it is sealed.
 */
bool jvpn_session_owner_valid(struct jvpn_session *session, u32 owner_term)
{
	struct jvpn_event report;

	lockdep_assert_held(&session->lock);
	if (owner_term >= session->owner_term)
		return true;
	jvpn_session_report_init(session, &report, JVPN_EVENT_SECURITY,
				 JVPN_REASON_SEC_OWNERSHIP_ANOMALY);
	jvpn_event_emit_limited(session->device, session->history, &report);
	return false;
}

void jvpn_session_report_path(struct jvpn_session *session, struct jvpn_event *report,
			      const struct jvpn_path *path)
{
	u16 port = jvpn_endpoint_port(session->device, &path->endpoint);

	report->path_from = path->id;
	jvpn_endpoint_remote(&path->endpoint, &report->remote_from);
	jvpn_endpoint_local(&path->endpoint, port, &report->local_from);
	report->srtt_us = jvpn_health_srtt_us(&path->health);
	report->rttvar_us = jvpn_health_rttvar_us(&path->health);
	report->loss_permille = jvpn_health_loss_permille(&path->health);
	report->jitter_us = jvpn_health_jitter_us(&path->health);
	report->priority = path->priority;
}

void jvpn_session_report_target(struct jvpn_event *report, const struct jvpn_path *path)
{
	report->path_to = path->id;
	report->srtt_to_us = jvpn_health_srtt_us(&path->health);
	report->loss_to_permille = jvpn_health_loss_permille(&path->health);
	report->priority_to = path->priority;
}

/* ---- binding ---- */

struct jvpn_path *jvpn_session_active_path(struct jvpn_session *session)
{
	struct jvpn_binding *binding;

	lockdep_assert_held(&session->lock);
	binding = rcu_dereference_protected(session->binding, lockdep_is_held(&session->lock));
	return binding ? &session->paths[binding->path_id] : NULL;
}

u16 jvpn_path_payload_max(const struct jvpn_session *session, const struct jvpn_path *path)
{
	u32 mtu = min_t(u32, READ_ONCE(session->device->dev->mtu), path->full_mtu);

	return path->mtu && path->mtu < mtu ? path->mtu + JVPN_OVERHEAD : 0;
}

u32 jvpn_session_probe_bytes(const struct jvpn_session *session,
			     const struct jvpn_endpoint *endpoint)
{
	u32 full = READ_ONCE(session->device->dev->mtu) + JVPN_OVERHEAD;
	int payload;

	rcu_read_lock();
	payload = jvpn_udp_mtu(session->device, endpoint, NULL);
	rcu_read_unlock();
	return payload > 0 ? min_t(u32, full, payload) : full;
}

static void remember_bound(struct jvpn_session *session)
{
	struct jvpn_binding *old;

	old = rcu_dereference_protected(session->binding, lockdep_is_held(&session->lock));
	if (!old)
		return;
	session->last_bound = old->endpoint;
	session->last_bound_path = old->path_id;
	session->paths[old->path_id].status &= ~JVPN_PATH_ACTIVE;
	RCU_INIT_POINTER(session->binding, NULL);
	jvpn_binding_free(old);
}

/*
 * How long the tuple that was bound is still accepted: what the other end sent
 * before it heard of the move comes by the old path, and this end may never have
 * measured the new one.
 */
static u64 drain_ns(const struct jvpn_session *session, const struct jvpn_path *path)
{
	u32 srtt_us = jvpn_health_srtt_us(&path->health);
	const struct jvpn_path *old;

	if (session->last_bound_path != JVPN_PATH_NONE) {
		old = &session->paths[session->last_bound_path];
		srtt_us = max(srtt_us, jvpn_health_srtt_us(&old->health));
	}
	return srtt_us ? min(3 * JVPN_NS_PER_US * srtt_us, JVPN_DRAIN_MAX_NS) : JVPN_DRAIN_MAX_NS;
}

void jvpn_session_bind(struct jvpn_session *session, struct jvpn_binding *binding,
		       struct jvpn_path *path, struct jvpn_outbox *out)
{
	u64 now = jvpn_now();

	lockdep_assert_held(&session->lock);
	remember_bound(session);
	path->endpoint = binding->endpoint;
	path->transport = jvpn_endpoint_transport(&path->endpoint);
	path->status |= JVPN_PATH_ACTIVE | JVPN_PATH_UP;
	binding->health = &path->health;
	binding->payload_max = jvpn_path_payload_max(session, path);
	rcu_assign_pointer(session->binding, binding);
	jvpn_health_up(&path->health, now);
	session->drain_until_ns = now + drain_ns(session, path);
	/* What was violated was so by another path, or before it fell silent. */
	if (path->id != session->last_bound_path || session->outage_began_ns) {
		session->violated_since_ns = 0;
		session->healthy_since_ns = 0;
	}
	session->outage_began_ns = 0;
	session->outage_dropped = 0;
	session->wanted_backoff_ns = 0;
	jvpn_deadline_set(session, JVPN_DL_LOSS_TTL, 0);
	jvpn_deadline_set(session, JVPN_DL_WANTED, 0);
	jvpn_paths_poll_now(session);
	out->flush_queue = true;
}

void jvpn_session_unbind(struct jvpn_session *session)
{
	u64 now = jvpn_now();

	lockdep_assert_held(&session->lock);
	if (!rcu_access_pointer(session->binding))
		return;
	WRITE_ONCE(session->holding, true);
	remember_bound(session);
	session->revert_until_ns = 0;
	session->outage_began_ns = now;
	jvpn_deadline_set(session, JVPN_DL_LOSS_TTL,
			  now + session->policy.transport_loss_ttl * JVPN_NS_PER_MS);
}

struct jvpn_path *jvpn_session_path_setup(struct jvpn_session *session, u8 id,
					  const struct jvpn_endpoint *endpoint)
{
	struct jvpn_path *path = &session->paths[id];
	u32 generation = path->health.generation;

	lockdep_assert_held(&session->lock);
	memset(path, 0, sizeof(*path));
	path->id = id;
	path->used = true;
	path->endpoint = *endpoint;
	path->transport = jvpn_endpoint_transport(endpoint);
	jvpn_health_init(&path->health);
	path->health.generation = generation + 1;
	return path;
}

/* ---- state ---- */

/* The last transition was made: nothing of the session may act any more. */
static void session_over(struct jvpn_session *session, u8 event, u16 reason,
			 struct jvpn_outbox *out)
{
	session->dead = true;
	WRITE_ONCE(session->holding, true);
	remember_bound(session);
	jvpn_keys_replace(session, &session->previous_keys, NULL);
	jvpn_keys_replace(session, &session->current_keys, NULL);
	jvpn_keys_replace(session, &session->next_keys, NULL);
	jvpn_handshake_clear(session);
	memzero_explicit(session->root, sizeof(session->root));
	jvpn_hmac_key_zeroize(&session->lineage_key);
	jvpn_session_queue_refuse(session, out);
	memset(session->deadline_ns, 0, sizeof(session->deadline_ns));
	jvpn_timer_stop(session);
	out->ended = true;
	out->ended_by = event;
	out->ended_reason = reason;
}

/* Each state but TERMINATED has a timer that ends it or looks at it again. */
static void state_entered(struct jvpn_session *session, u8 before, struct jvpn_outbox *out)
{
	const struct jvpn_policy *policy = &session->policy;
	u64 now = jvpn_now();

	if (before == JVPN_STATE_RECOVERING) {
		jvpn_deadline_set(session, JVPN_DL_RECOVERY, 0);
		jvpn_move_end(session);
	}
	switch (session->state) {
	case JVPN_STATE_ATTACHED:
		jvpn_deadline_set(session, JVPN_DL_VOLATILITY, 0);
		break;
	case JVPN_STATE_VOLATILE:
	case JVPN_STATE_DEGRADED:
		session->unstable_since_ns = now;
		jvpn_deadline_set(session, JVPN_DL_VOLATILITY, jvpn_session_look_ns(session, now));
		break;
	case JVPN_STATE_RECOVERING:
		session->recovery_began_ns = now;
		jvpn_deadline_set(session, JVPN_DL_RECOVERY,
				  now + policy->recovery_window * JVPN_NS_PER_MS);
		break;
	}
	/* DEGRADED without a binding refuses packets: those that wait, too. */
	if (session->state == JVPN_STATE_DEGRADED && !rcu_access_pointer(session->binding))
		jvpn_session_queue_refuse(session, out);
}

static void report_invariant(struct jvpn_session *session, struct jvpn_event *report, u8 event)
{
	jvpn_count(session->device, JVPN_COUNTER_A_INVARIANT);
	report->type = JVPN_EVENT_SECURITY;
	report->reason = JVPN_REASON_INVARIANT_VIOLATION;
	report->fsm_event = event;
	jvpn_event_emit_limited(session->device, session->history, report);
}

/* Exactly one binding in ATTACHED and VOLATILE, none in BIRTH and TERMINATED. */
static bool binding_fits_state(const struct jvpn_session *session)
{
	bool bound = rcu_access_pointer(session->binding);

	switch (session->state) {
	case JVPN_STATE_ATTACHED:
	case JVPN_STATE_VOLATILE:
		return bound;
	case JVPN_STATE_BIRTH:
	case JVPN_STATE_TERMINATED:
		return !bound;
	}
	return true;
}

bool jvpn_session_event(struct jvpn_session *session, u8 event, u16 reason,
			struct jvpn_event *report, struct jvpn_outbox *out)
{
	bool bound = rcu_access_pointer(session->binding);
	u8 before = session->state;
	struct jvpn_event own;
	int next;

	lockdep_assert_held(&session->lock);
	if (!report) {
		report = &own;
		jvpn_session_report_init(session, report, JVPN_EVENT_STATE_CHANGE, reason);
	}
	next = jvpn_fsm_next(before, event, bound);
	if (next == JVPN_FSM_STAY)
		return false;
	if (next == JVPN_FSM_ILLEGAL) {
		report_invariant(session, report, event);
		return false;
	}

	if (next == JVPN_STATE_TERMINATED)
		jvpn_drill_end(session);
	WRITE_ONCE(session->state, next);
	session->version++;
	session->last_reason = reason;
	report->type = JVPN_EVENT_STATE_CHANGE;
	report->reason = reason;
	report->fsm_event = event;
	report->state_before = before;
	report->state_after = next;
	report->version = session->version;
	report->epoch = session->epoch;
	if (session->outage_began_ns && !report->outage_us)
		report->outage_us = div_u64(jvpn_now() - session->outage_began_ns, JVPN_NS_PER_US);
	jvpn_event_emit(session->device, session->history, report);
	trace_jvpn_state(session, before, event, reason);
	jvpn_policy_due(session);

	if (next == JVPN_STATE_TERMINATED)
		session_over(session, event, reason, out);
	else
		state_entered(session, before, out);
	if (!binding_fits_state(session))
		report_invariant(session, report, event);
	return true;
}

void jvpn_session_path_dead(struct jvpn_session *session, struct jvpn_path *path, u16 reason,
			    u32 probes, struct jvpn_outbox *out)
{
	bool active = path == jvpn_session_active_path(session);
	u64 now = jvpn_now();
	struct jvpn_event report;

	jvpn_session_report_init(session, &report, JVPN_EVENT_PATH, reason);
	jvpn_session_report_path(session, &report, path);
	report.probes = probes;
	if (probes)
		report.train_loss_ppm = jvpn_health_round_trip_loss_ppm(&path->health);
	report.silence_us = div_u64(jvpn_since(now, max(jvpn_health_heard_ns(&path->health),
							session->born_ns)), JVPN_NS_PER_US);
	jvpn_health_down(&path->health, now);
	path->failed_ns = now;
	if (!active) {
		if (path->status & JVPN_PATH_UP)
			jvpn_event_emit(session->device, session->history, &report);
		path->status &= ~JVPN_PATH_UP;
		return;
	}
	path->status &= ~JVPN_PATH_UP;
	jvpn_session_unbind(session);
	jvpn_session_event(session, JVPN_FSM_TRANSPORT_DEAD, reason, &report, out);
	if (session->dead)
		return;
	if (session->role == JVPN_ROLE_INITIATOR) {
		jvpn_move_begin(session, JVPN_PATH_NONE, reason, out);
		if (reason == JVPN_REASON_NO_DELIVERY)
			jvpn_move_hop_later(session, path->id);
	} else {
		jvpn_deadline_set(session, JVPN_DL_WANTED, now);
	}
}

void jvpn_session_established(struct jvpn_session *session)
{
	u64 lifetime = session->policy.session_max_lifetime * JVPN_NS_PER_MS;

	lockdep_assert_held(&session->lock);
	jvpn_deadline_set(session, JVPN_DL_BIRTH, 0);
	jvpn_deadline_set(session, JVPN_DL_LIFETIME, session->born_ns + lifetime);
	jvpn_deadline_set(session, JVPN_DL_SUCCESSOR,
			  session->policy.persist && session->role == JVPN_ROLE_INITIATOR ?
			  session->born_ns + div_u64(lifetime * 98, 100) : 0);
}

/* ---- operator ---- */

int jvpn_session_switch(struct jvpn_session *session, u8 path_id)
{
	struct jvpn_outbox out;
	struct jvpn_path *path;
	int err = 0;

	if (path_id >= JVPN_MAX_PATHS)
		return -ENOENT;
	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	path = &session->paths[path_id];
	if (session->dead || session->state == JVPN_STATE_BIRTH)
		err = -ENOTCONN;
	else if (session->role != JVPN_ROLE_INITIATOR)
		err = -EOPNOTSUPP;
	else if (!path->used)
		err = -ENOENT;
	else if (path == jvpn_session_active_path(session))
		err = -EALREADY;
	else if (session->state == JVPN_STATE_RECOVERING)
		err = -EBUSY;
	else if (!jvpn_path_allowed(session, path))
		err = -EACCES;
	else if (!jvpn_path_usable(session, path) || !(path->status & JVPN_PATH_UP))
		err = -ENETUNREACH;
	else if (rcu_access_pointer(session->binding) &&
		 !jvpn_moves_left(&session->moves, &session->policy, jvpn_now()))
		err = -EAGAIN;
	if (!err) {
		struct jvpn_event report;
		struct jvpn_path *active = jvpn_session_active_path(session);

		jvpn_session_report_init(session, &report, JVPN_EVENT_STATE_CHANGE,
					 JVPN_REASON_OPERATOR_REQUEST);
		if (active)
			jvpn_session_report_path(session, &report, active);
		jvpn_session_report_target(&report, path);
		jvpn_endpoint_remote(&path->endpoint, &report.remote_to);
		jvpn_session_event(session, JVPN_FSM_SWITCH_OPERATOR,
				   JVPN_REASON_OPERATOR_REQUEST, &report, &out);
		jvpn_move_begin(session, path_id, JVPN_REASON_OPERATOR_REQUEST, &out);
	}
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
	return err;
}

void jvpn_session_say_terminate(struct jvpn_session *session, u16 reason,
				struct jvpn_outbox *out)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_TERMINATE };
	struct jvpn_path *active = jvpn_session_active_path(session);
	int i;

	control.terminate.reason = reason;
	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		struct jvpn_path *path = &session->paths[i];

		if (path->used && (active ? path == active :
				   !!(path->status & JVPN_PATH_VALIDATED)))
			jvpn_outbox_control(session, out, &control, &path->endpoint, i, 0);
	}
}

static void session_end(struct jvpn_session *session, u8 event, u16 reason)
{
	struct jvpn_outbox out;

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	if (!session->dead) {
		if (session->state != JVPN_STATE_BIRTH && event != JVPN_FSM_SUPERSEDED)
			jvpn_session_say_terminate(session, reason, &out);
		jvpn_session_event(session, event, reason, NULL, &out);
	}
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
}

void jvpn_session_supersede(struct jvpn_session *session)
{
	session_end(session, JVPN_FSM_SUPERSEDED, JVPN_REASON_SUPERSEDED);
}

int jvpn_session_terminate(struct jvpn_session *session, u16 reason)
{
	if (reason < JVPN_REASON_TTL_SESSION_EXPIRED || reason > JVPN_REASON_DEVICE_REMOVED)
		return -EINVAL;
	session_end(session, JVPN_FSM_OPERATOR_TERMINATE, reason);
	return 0;
}

void jvpn_session_end_all(struct jvpn_peer *peer, u8 fsm_event, u16 reason)
{
	struct jvpn_session *session[JVPN_PEER_SLOTS];
	unsigned int count = jvpn_peer_sessions(peer, session), i;

	for (i = 0; i < count; i++) {
		session_end(session[i], fsm_event, reason);
		jvpn_session_put(session[i]);
	}
}
