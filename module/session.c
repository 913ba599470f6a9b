// SPDX-License-Identifier: GPL-2.0
/*
 * The session object: its life, its state, its binding, its queue. Locking and
 * lifetimes are explained at the head of session.h.
 */
#include <linux/slab.h>

#include "send.h"
#include "session_priv.h"
#include "transport_udp.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* So often newer packets line up behind those that wait, see flush_queue(). */
#define FLUSH_ROUNDS	16

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
	bool narrow = path->mtu && path->mtu < READ_ONCE(session->device->dev->mtu);

	return narrow ? path->mtu + JVPN_OVERHEAD : 0;
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

static void drop_keys(struct jvpn_session *session, struct jvpn_keypair __rcu **slot)
{
	struct jvpn_keypair *keypair;

	keypair = rcu_dereference_protected(*slot, lockdep_is_held(&session->lock));
	if (!keypair)
		return;
	RCU_INIT_POINTER(*slot, NULL);
	jvpn_keypair_unhash(keypair);
	jvpn_keypair_put(keypair);
}

/* The last transition was made: nothing of the session may act any more. */
static void session_over(struct jvpn_session *session, u8 event, u16 reason,
			 struct jvpn_outbox *out)
{
	session->dead = true;
	WRITE_ONCE(session->holding, true);
	remember_bound(session);
	drop_keys(session, &session->previous_keys);
	drop_keys(session, &session->current_keys);
	drop_keys(session, &session->next_keys);
	jvpn_handshake_clear(session);
	memzero_explicit(session->root, sizeof(session->root));
	jvpn_hmac_key_zeroize(&session->lineage_key);
	skb_queue_splice_tail_init(&session->queue, &out->drop);
	session->queue_bytes = 0;
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
		session->healthy_since_ns = 0;
		session->violated_since_ns = 0;
		jvpn_deadline_set(session, JVPN_DL_VOLATILITY,
				  now + policy->stability_window * JVPN_NS_PER_MS);
		break;
	case JVPN_STATE_RECOVERING:
		session->recovery_began_ns = now;
		jvpn_deadline_set(session, JVPN_DL_RECOVERY,
				  now + policy->recovery_window * JVPN_NS_PER_MS);
		break;
	}
	/* DEGRADED without a binding refuses packets: those that wait go back too. */
	if (session->state == JVPN_STATE_DEGRADED && !rcu_access_pointer(session->binding)) {
		session->dropped += skb_queue_len(&session->queue);
		skb_queue_splice_tail_init(&session->queue, &out->drop);
		session->queue_bytes = 0;
	}
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

/* ---- inner packets that wait ---- */

/* When the packet began to wait; in skb->cb while it is in a session's queue. */
static u64 *queued_at(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(u64) > sizeof(skb->cb));
	return (u64 *)skb->cb;
}

static void queue_drop_oldest(struct jvpn_session *session, struct sk_buff_head *drop)
{
	struct sk_buff *skb = __skb_dequeue(&session->queue);

	session->queue_bytes -= skb->truesize;
	session->dropped++;
	session->outage_dropped++;
	jvpn_count(session->device, JVPN_COUNTER_A_TX_QUEUE_DROP);
	__skb_queue_tail(drop, skb);
}

static void queue_expire(struct jvpn_session *session, u64 now, struct sk_buff_head *drop)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&session->queue)) &&
	       jvpn_since(now, *queued_at(skb)) >= JVPN_QUEUE_MAX_AGE_NS)
		queue_drop_oldest(session, drop);
	jvpn_deadline_set(session, JVPN_DL_QUEUE,
			  skb ? *queued_at(skb) + JVPN_QUEUE_MAX_AGE_NS : 0);
}

void jvpn_session_queue_expire(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	queue_expire(session, now, &out->drop);
}

void jvpn_session_queue_bound(struct jvpn_session *session, struct sk_buff_head *drop)
{
	while (skb_queue_len(&session->queue) > session->policy.recovery_queue ||
	       session->queue_bytes > JVPN_QUEUE_MAX_BYTES)
		queue_drop_oldest(session, drop);
	queue_expire(session, jvpn_now(), drop);
}

static void queue_add(struct jvpn_session *session, struct sk_buff *skb,
		      struct sk_buff_head *drop)
{
	/* A parked packet may outlive the device that its route points to. */
	skb_dst_drop(skb);
	*queued_at(skb) = jvpn_now();
	__skb_queue_tail(&session->queue, skb);
	session->queue_bytes += skb->truesize;
	jvpn_session_queue_bound(session, drop);
}

/* What could not be sent after all goes back to where it stood: before all others. */
static void queue_put_back(struct jvpn_session *session, struct sk_buff_head *list,
			   struct sk_buff_head *drop)
{
	struct sk_buff *skb;

	skb_queue_walk(list, skb)
		session->queue_bytes += skb->truesize;
	skb_queue_splice_init(list, &session->queue);
	jvpn_session_queue_bound(session, drop);
}

static void refuse_inner(struct jvpn_device *device, struct sk_buff *skb)
{
	jvpn_count(device, JVPN_COUNTER_A_TX_NO_BINDING);
	jvpn_send_unreachable(skb);
	DEV_STATS_INC(device->dev, tx_errors);
	kfree_skb(skb);
}

static bool session_has_keys(struct jvpn_session *session)
{
	struct jvpn_keypair *keypair;

	keypair = rcu_dereference_protected(session->current_keys,
					    lockdep_is_held(&session->lock));
	return keypair && jvpn_keys_usable(keypair, jvpn_now());
}

/* May packets leave right now? Locked. */
static bool session_open(struct jvpn_session *session)
{
	return rcu_access_pointer(session->binding) && session_has_keys(session);
}

/*
 * Sends what waits, in order. While one CPU does so "holding" stays set, so
 * that newer packets line up behind and do not overtake.
 */
static void flush_queue(struct jvpn_session *session)
{
	struct sk_buff_head list, drop;
	int rounds = FLUSH_ROUNDS;
	struct sk_buff *skb;

	__skb_queue_head_init(&list);
	__skb_queue_head_init(&drop);
	spin_lock_bh(&session->lock);
	if (session->flushing) {
		spin_unlock_bh(&session->lock);
		return;
	}
	session->flushing = true;
	while (!session->dead && session_open(session) && !skb_queue_empty(&session->queue)) {
		/* They come as fast as they go: from now on the rest may be overtaken. */
		if (!rounds--)
			WRITE_ONCE(session->holding, false);
		skb_queue_splice_tail_init(&session->queue, &list);
		session->queue_bytes = 0;
		jvpn_deadline_set(session, JVPN_DL_QUEUE, 0);
		spin_unlock_bh(&session->lock);
		jvpn_send_inner(session, &list);
		spin_lock_bh(&session->lock);
		if (session->dead)
			skb_queue_splice_init(&list, &drop);
		else
			queue_put_back(session, &list, &drop);
	}
	WRITE_ONCE(session->holding, session->dead || !session_open(session));
	session->flushing = false;
	spin_unlock_bh(&session->lock);
	while ((skb = __skb_dequeue(&drop)))
		kfree_skb(skb);
}

/* Traffic after a pause: idle heartbeats are too slow from now on. */
static void note_traffic(struct jvpn_session *session, struct jvpn_traffic *traffic)
{
	WRITE_ONCE(traffic->last_ns, jvpn_now());
	if (!session->dead)
		jvpn_paths_poll_now(session);
}

void jvpn_session_traffic_began(struct jvpn_session *session, struct jvpn_traffic *traffic)
{
	spin_lock_bh(&session->lock);
	note_traffic(session, traffic);
	spin_unlock_bh(&session->lock);
}

/*
 * Begins a session: the peer's first, or with @successor one beside the live
 * session, which it will supersede. Returns the peer's session, referenced, or an
 * error: -ESHUTDOWN, -EDESTADDRREQ it has no path, -ENOMEM.
 */
static struct jvpn_session *session_begin(struct jvpn_peer *peer, bool successor)
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

void jvpn_session_hold(struct jvpn_peer *peer, struct jvpn_session *session,
		       struct sk_buff *skb)
{
	struct jvpn_outbox out;
	bool begun = false;
	u64 now;

	if (!session) {
		session = session_begin(peer, false);
		if (IS_ERR(session)) {
			refuse_inner(peer->device, skb);
			return;
		}
		begun = true;
	}
	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	/* Also what is refused is traffic: somebody waits for a path to come back. */
	now = jvpn_now();
	if (jvpn_since(now, READ_ONCE(session->tx.last_ns)) > session->traffic_pause_ns)
		note_traffic(session, &session->tx);
	if (session->dead || (session->state == JVPN_STATE_DEGRADED &&
			      !rcu_access_pointer(session->binding))) {
		session->dropped++;
		spin_unlock_bh(&session->lock);
		refuse_inner(peer->device, skb);
		goto put;
	}
	if (!session->flushing)		/* else flush_queue() decides */
		WRITE_ONCE(session->holding, true);
	queue_add(session, skb, &out.drop);
	if (session_open(session))
		out.flush_queue = true;
	else if (!session_has_keys(session))
		jvpn_handshake_rekey(session);
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
put:
	if (begun)
		jvpn_session_put(session);
}

/* ---- outbox ---- */

/* Where a body goes; kept in its headroom until it is sealed. */
struct jvpn_body_route {
	struct jvpn_endpoint endpoint;
	struct jvpn_keypair *keypair;
	u8 path_id;
	bool df;
};

bool jvpn_keys_usable(const struct jvpn_keypair *keypair, u64 now)
{
	return READ_ONCE(keypair->valid) &&
	       jvpn_since(now, keypair->born_ns) < JVPN_REJECT_AFTER_NS &&
	       atomic64_read(&keypair->send_counter) < keypair->reject_after_messages;
}

bool jvpn_session_queue_control(struct jvpn_session *session, struct jvpn_outbox *out,
				struct jvpn_control *control,
				const struct jvpn_endpoint *endpoint, u8 path_id, u32 pad_to)
{
	struct jvpn_body_route *route;
	struct jvpn_keypair *keypair;
	u8 body[JVPN_CONTROL_BODY_MAX];
	u64 now = jvpn_now();
	struct sk_buff *skb;
	int len;

	lockdep_assert_held(&session->lock);
	keypair = rcu_dereference_protected(session->current_keys,
					    lockdep_is_held(&session->lock));
	if (!keypair || !jvpn_keys_usable(keypair, now)) {
		jvpn_handshake_rekey(session);
		return false;
	}
	control->clock_ms = div_u64(now - session->born_ns, JVPN_NS_PER_MS);
	len = jvpn_control_build(body, sizeof(body), control);
	if (WARN_ON_ONCE(len < 0))
		return false;
	pad_to = pad_to > JVPN_OVERHEAD + len ? pad_to - JVPN_OVERHEAD - len : 0;
	skb = jvpn_body_alloc(len + pad_to, GFP_ATOMIC);
	if (!skb) {
		jvpn_count(session->device, JVPN_COUNTER_A_TX_AEAD_BUSY);
		return false;
	}
	skb_put_data(skb, body, len);
	if (pad_to)
		skb_put_zero(skb, pad_to);
	BUILD_BUG_ON(sizeof(*route) > 128);
	if (WARN_ON_ONCE(skb_headroom(skb) < sizeof(*route))) {
		kfree_skb(skb);
		return false;
	}
	route = (struct jvpn_body_route *)skb->head;
	route->endpoint = *endpoint;
	route->keypair = jvpn_keypair_get(keypair);
	route->path_id = path_id;
	route->df = pad_to;
	__skb_queue_tail(&out->control, skb);
	return true;
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

/* A session that ended leaves its peer's slots and the tables. */
static void session_unlink(struct jvpn_session *session, const struct jvpn_outbox *out)
{
	struct jvpn_device *device = session->device;
	struct jvpn_peer *peer = session->peer;
	bool successor;
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
	if (successor) {
		peer->persist_backoff_ms = clamp(2 * peer->persist_backoff_ms, 1000U, 60000U);
		persist_later(peer, delay_ms);
	}
	spin_unlock_bh(&peer->lock);

	if (session->linked)
		rhashtable_remove_fast(&device->session_table, &session->id_node,
				       jvpn_session_table_params);
}

void jvpn_outbox_flush(struct jvpn_session *session, struct jvpn_outbox *out)
{
	struct sk_buff *skb;

	local_bh_disable();
	rcu_read_lock();
	while ((skb = __skb_dequeue(&out->control))) {
		struct jvpn_body_route route = *(struct jvpn_body_route *)skb->head;

		jvpn_send_control(session, route.keypair, &route.endpoint, route.path_id, skb,
				  route.df);
		jvpn_keypair_put(route.keypair);
	}
	while ((skb = __skb_dequeue(&out->drop)))
		kfree_skb(skb);
	if (out->flush_queue && !out->ended)
		flush_queue(session);
	rcu_read_unlock();
	local_bh_enable();
	if (out->successor) {
		spin_lock_bh(&session->peer->lock);
		persist_later(session->peer, 0);
		spin_unlock_bh(&session->peer->lock);
	}
	if (out->ended)
		session_unlink(session, out);
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
	session = session_begin(peer, successor);
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

/* ---- packets that came ---- */

static bool from_binding(const struct jvpn_session *session, const struct jvpn_binding *binding,
			 const struct jvpn_packet *packet)
{
	/*
	 * The initiator configured where its peer is; from which of its
	 * addresses a sealed answer leaves is the gateway's business, unless
	 * policy says otherwise.
	 */
	return binding && binding->path_id == packet->path_id &&
	       ((session->role == JVPN_ROLE_INITIATOR && !session->strict_binding) ||
		jvpn_endpoint_same_remote(&binding->endpoint, &packet->from));
}

/*
 * The path that a packet took, by its sealed header. From whichever tuple it
 * came, it was not lost: behind a NAT that changed, or past somebody who relays
 * faster than the path, the path would else seem to lose what was delivered.
 */
static struct jvpn_path *path_of_packet(struct jvpn_session *session,
					const struct jvpn_packet *packet)
{
	struct jvpn_path *path;

	if (packet->path_id >= JVPN_MAX_PATHS)
		return NULL;
	path = &session->paths[packet->path_id];
	return path->used ? path : NULL;
}

/* Does a packet come from the tuple that a session without a binding had last? */
static bool from_last_bound(const struct jvpn_session *session, const struct jvpn_packet *packet)
{
	return !rcu_access_pointer(session->binding) &&
	       packet->path_id == session->last_bound_path &&
	       jvpn_endpoint_same_remote(&packet->from, &session->last_bound);
}

/* The responder lost its binding, and the tuple it had speaks again: same epoch. */
static void transport_alive(struct jvpn_session *session, struct jvpn_path *path,
			    const struct jvpn_packet *packet, struct jvpn_outbox *out)
{
	struct jvpn_binding *binding = jvpn_binding_create(&packet->from, packet->path_id);
	struct jvpn_event report;

	if (!binding)
		return;
	jvpn_session_report_init(session, &report, JVPN_EVENT_STATE_CHANGE,
				 JVPN_REASON_TRANSPORT_RESTORED);
	report.path_to = path->id;
	jvpn_endpoint_remote(&packet->from, &report.remote_to);
	report.outage_us = div_u64(jvpn_now() - session->outage_began_ns, JVPN_NS_PER_US);
	jvpn_session_bind(session, binding, path, out);
	jvpn_session_event(session, JVPN_FSM_TRANSPORT_ALIVE, JVPN_REASON_TRANSPORT_RESTORED,
			   &report, out);
}

/*
 * May the tuple that was bound be bound again, only because it speaks? Not where
 * policy or the kernel forbid the path, nor when long nothing has proven that it
 * receives: then it takes a request.
 */
static void may_come_back(struct jvpn_session *session, const struct jvpn_packet *packet,
			  struct jvpn_outbox *out)
{
	struct jvpn_path *path = path_of_packet(session, packet);

	if (session->role == JVPN_ROLE_RESPONDER && packet->newest && path &&
	    from_last_bound(session, packet) && jvpn_path_usable(session, path) &&
	    jvpn_now() < path->validated_until_ns)
		transport_alive(session, path, packet, out);
}

static bool received_slow(struct jvpn_keypair *keypair, const struct jvpn_packet *packet)
{
	struct jvpn_session *session = keypair->session;
	struct jvpn_binding *binding;
	struct jvpn_outbox out;
	struct jvpn_path *path;
	u64 now = jvpn_now();
	bool deliver = false;

	if (rcu_access_pointer(session->next_keys) == keypair)
		jvpn_handshake_confirm(keypair);

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	if (session->dead || session->state == JVPN_STATE_BIRTH)
		goto unlock;
	deliver = true;
	binding = rcu_dereference_protected(session->binding, lockdep_is_held(&session->lock));
	path = path_of_packet(session, packet);
	if (path && packet->type == JVPN_MSG_DATA)
		jvpn_health_rx(&path->health, now);
	jvpn_rebind_heard(session, packet);
	if (from_binding(session, binding, packet))
		goto unlock;
	if (packet->type == JVPN_MSG_DATA)
		may_come_back(session, packet, &out);
	binding = rcu_dereference_protected(session->binding, lockdep_is_held(&session->lock));
	if (session->role == JVPN_ROLE_RESPONDER && packet->newest &&
	    !from_binding(session, binding, packet) && !from_last_bound(session, packet))
		jvpn_reattach_unbound(session, packet, &out);
	if (session->strict_binding && !from_binding(session, binding, packet) &&
	    !(now < session->drain_until_ns &&
	      jvpn_endpoint_same_remote(&packet->from, &session->last_bound)))
		deliver = false;
unlock:
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
	if (!deliver && packet->type == JVPN_MSG_DATA)
		jvpn_count(session->device, JVPN_COUNTER_A_RX_UNBOUND);
	return deliver;
}

bool jvpn_session_received(struct jvpn_keypair *keypair, const struct jvpn_packet *packet)
{
	struct jvpn_session *session = keypair->session;
	struct jvpn_binding *binding = rcu_dereference(session->binding);
	u64 now = jvpn_now();

	WRITE_ONCE(session->valid_rx_ns, now);
	if (packet->has_inner)
		jvpn_session_note_traffic(session, &session->rx, now);
	if (unlikely(rcu_access_pointer(session->next_keys) == keypair ||
		     READ_ONCE(session->rebind.open) ||
		     !from_binding(session, binding, packet)))
		return received_slow(keypair, packet);
	if (packet->type == JVPN_MSG_DATA)
		jvpn_health_rx(binding->health, now);
	return true;
}

void jvpn_session_replayed(struct jvpn_session *session, const struct jvpn_packet *packet)
{
	if (likely(!READ_ONCE(session->rebind.open)))
		return;
	spin_lock_bh(&session->lock);
	jvpn_rebind_heard(session, packet);
	spin_unlock_bh(&session->lock);
}

static void terminated_by_peer(struct jvpn_session *session, const struct jvpn_control *control,
			       struct jvpn_outbox *out)
{
	/* What an operator over there ended is not begun again from here. */
	u8 event = control->terminate.reason == JVPN_REASON_OPERATOR_TERMINATED ?
		   JVPN_FSM_OPERATOR_TERMINATE : JVPN_FSM_PEER_TERMINATED;

	jvpn_session_event(session, JVPN_FSM_PEER_TERMINATED, JVPN_REASON_PEER_TERMINATED,
			   NULL, out);
	out->ended_by = event;
}

/* The peer's session clock never runs ahead of what its last handshake said. */
static void clock_learn(struct jvpn_session *session, u32 clock_ms, u64 now)
{
	s64 local_ms = div_u64(now, JVPN_NS_PER_MS);

	session->clock_offset_ms = min_t(s64, session->clock_offset_ms, local_ms - clock_ms);
}

/* A body that cannot be read was delivered all the same: its path lost nothing. */
static void count_unread(struct jvpn_session *session, const struct jvpn_packet *packet)
{
	struct jvpn_path *path;

	spin_lock_bh(&session->lock);
	path = path_of_packet(session, packet);
	if (path && !session->dead)
		jvpn_health_rx(&path->health, jvpn_now());
	spin_unlock_bh(&session->lock);
}

void jvpn_session_control(struct jvpn_keypair *keypair, const struct jvpn_packet *packet,
			  const u8 *body, size_t len)
{
	struct jvpn_session *session = keypair->session;
	struct jvpn_outbox out;
	struct jvpn_control control;
	struct jvpn_path *path;
	u64 now = jvpn_now();
	int err;

	err = jvpn_control_parse(body, len, &control);
	if (err) {
		jvpn_count(session->device, err == -EOPNOTSUPP ?
			   JVPN_COUNTER_A_RX_CONTROL_UNKNOWN :
			   JVPN_COUNTER_A_RX_CONTROL_INVALID);
		count_unread(session, packet);
		return;
	}
	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	if (session->dead || session->state == JVPN_STATE_BIRTH)
		goto unlock;
	path = path_of_packet(session, packet);
	if (path && control.kind != JVPN_CONTROL_HEARTBEAT &&
	    control.kind != JVPN_CONTROL_HEARTBEAT_ACK)
		jvpn_health_rx(&path->health, now);
	switch (control.kind) {
	case JVPN_CONTROL_HEARTBEAT:
	case JVPN_CONTROL_HEARTBEAT_ACK:
		/* Who asks for a binding, or proves itself for one, gets it by that. */
		may_come_back(session, packet, &out);
		jvpn_heartbeat_received(session, packet, &control, &out);
		break;
	case JVPN_CONTROL_REKEY_WANTED:
		/* It is about the keys that it came under. */
		if (rcu_access_pointer(session->current_keys) == keypair)
			jvpn_handshake_rekey(session);
		break;
	case JVPN_CONTROL_TERMINATE:
		terminated_by_peer(session, &control, &out);
		break;
	case JVPN_CONTROL_ENDPOINTS:
	case JVPN_CONTROL_ENDPOINTS_ACK:
		jvpn_count(session->device, JVPN_COUNTER_A_RX_CONTROL_UNKNOWN);
		break;
	default:
		jvpn_reattach_control(session, packet, &control, &out);
	}
	if (!session->dead)
		clock_learn(session, control.clock_ms, now);
unlock:
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
}

void jvpn_session_path_error(struct jvpn_session *session, u8 path_id, int err)
{
	struct jvpn_outbox out;
	struct jvpn_path *path;
	u64 now = jvpn_now();

	if (path_id >= JVPN_MAX_PATHS || err == -EMSGSIZE)
		return;
	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	path = &session->paths[path_id];
	if (!session->dead && path->used) {
		jvpn_health_hint(&path->health, now);
		jvpn_paths_poll_now(session);
		/*
		 * Routes may have changed without a notification of their own. A
		 * look at them is dear and these errors can be forged.
		 */
		if (jvpn_bucket_take(&session->check_tokens_ns, now, 1, 1))
			jvpn_session_check_later(session);
	}
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
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
		report.path_to = path_id;
		jvpn_endpoint_remote(&path->endpoint, &report.remote_to);
		jvpn_session_event(session, JVPN_FSM_SWITCH_OPERATOR,
				   JVPN_REASON_OPERATOR_REQUEST, &report, &out);
		jvpn_move_begin(session, path_id, JVPN_REASON_OPERATOR_REQUEST, &out);
	}
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
	return err;
}

/* Says TERMINATE on the active path, or on all that may work if there is none. Locked. */
static void say_terminate(struct jvpn_session *session, u16 reason, struct jvpn_outbox *out)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_TERMINATE };
	struct jvpn_path *active = jvpn_session_active_path(session);
	int i;

	control.terminate.reason = reason;
	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		struct jvpn_path *path = &session->paths[i];

		if (path->used && (active ? path == active :
				   !!(path->status & JVPN_PATH_VALIDATED)))
			jvpn_session_queue_control(session, out, &control, &path->endpoint, i, 0);
	}
}

static void session_end(struct jvpn_session *session, u8 event, u16 reason)
{
	struct jvpn_outbox out;

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	if (!session->dead) {
		if (session->state != JVPN_STATE_BIRTH && event != JVPN_FSM_SUPERSEDED)
			say_terminate(session, reason, &out);
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

int jvpn_session_connect(struct jvpn_peer *peer)
{
	struct jvpn_session *session;

	spin_lock_bh(&peer->lock);
	peer->stopped = false;
	spin_unlock_bh(&peer->lock);
	session = session_begin(peer, false);
	if (IS_ERR(session))
		return PTR_ERR(session);
	jvpn_session_put(session);
	return 0;
}

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

void jvpn_session_end_all(struct jvpn_peer *peer, u8 fsm_event, u16 reason)
{
	struct jvpn_session *session[JVPN_PEER_SLOTS];
	unsigned int count = jvpn_peer_sessions(peer, session), i;

	for (i = 0; i < count; i++) {
		session_end(session[i], fsm_event, reason);
		jvpn_session_put(session[i]);
	}
}

/* ---- what netlink shows ---- */

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
