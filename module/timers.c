// SPDX-License-Identifier: GPL-2.0
/*
 * The session's one timer, its deadlines, and the heartbeats.
 *
 * A high-resolution timer on the boot clock: the timer wheel is off by percents
 * at these distances. It is re-armed lazily: packets never touch it.
 */
#include "session_priv.h"

/* Idle sessions rekey only when a heartbeat would soon find no usable key. */
#define JVPN_IDLE_REKEY_NS	(JVPN_REJECT_AFTER_NS - 15 * JVPN_NS_PER_S)
/* A timer that is so late was not kept waiting, but slept with the machine. */
#define JVPN_SLEPT_NS		(1 * JVPN_NS_PER_S)
/* UDP payload of a probe that fits the least MTU of IPv6. */
#define JVPN_PROBE_SMALL_BYTES	(JVPN_PATH_MTU_MIN - 40 - 8)
/* So many probes of full length before a path is taken to be narrow for good. */
#define FULL_TRIES		4

static u64 earliest(const struct jvpn_session *session)
{
	u64 at = 0;
	int i;

	for (i = 0; i < JVPN_DL_MAX; i++)
		if (session->deadline_ns[i] && (!at || session->deadline_ns[i] < at))
			at = session->deadline_ns[i];
	return at;
}

static void timer_arm(struct jvpn_session *session, u64 at_ns)
{
	if (!session->timer_armed) {
		session->timer_armed = true;
		jvpn_session_get(session);
	}
	session->timer_at_ns = at_ns;
	hrtimer_start(&session->timer, ns_to_ktime(at_ns), HRTIMER_MODE_ABS_SOFT);
}

void jvpn_deadline_set(struct jvpn_session *session, enum jvpn_deadline deadline, u64 at_ns)
{
	lockdep_assert_held(&session->lock);
	if (session->dead)
		return;
	session->deadline_ns[deadline] = at_ns;
	/* A later deadline is found when the timer fires for the earlier one. */
	if (at_ns && !session->timer_running && !READ_ONCE(session->device->frozen) &&
	    (!session->timer_armed || at_ns < session->timer_at_ns))
		timer_arm(session, at_ns);
}

void jvpn_paths_poll_now(struct jvpn_session *session)
{
	jvpn_deadline_set(session, JVPN_DL_PATHS, jvpn_now());
}

void jvpn_traffic_resumed(struct jvpn_session *session, struct jvpn_traffic *traffic)
{
	WRITE_ONCE(traffic->last_ns, jvpn_now());
	if (!session->dead)
		jvpn_paths_poll_now(session);
}

void jvpn_session_traffic_began(struct jvpn_session *session, struct jvpn_traffic *traffic)
{
	spin_lock_bh(&session->lock);
	jvpn_traffic_resumed(session, traffic);
	spin_unlock_bh(&session->lock);
}

u64 jvpn_session_pto(const struct jvpn_session *session, const struct jvpn_path *path)
{
	return path ? jvpn_health_pto_ns(&path->health) : JVPN_PTO_UNKNOWN_NS;
}

/* ---- heartbeats ---- */

/*
 * Until a path is validated its heartbeats are as long as the longest DATA, so
 * that a path that cannot carry full packets is known before it is used. Every
 * second one is short: then the path has that MTU, unless one of the next long
 * ones shows that the first was lost by chance.
 */
static u32 probe_size(const struct jvpn_session *session, struct jvpn_path *path)
{
	u32 mtu = READ_ONCE(session->device->dev->mtu);
	u32 full;

	if (session->role != JVPN_ROLE_INITIATOR)
		return 0;
	if (path->status & JVPN_PATH_VALIDATED &&
	    (!path->mtu || path->mtu >= mtu || path->full_tries >= FULL_TRIES))
		return 0;
	full = jvpn_session_probe_bytes(session, &path->endpoint);
	path->probe_full = !path->probe_full;
	if (path->probe_full) {
		path->full_seq = jvpn_health_next_seq(&path->health);
		path->full_mtu = full > JVPN_OVERHEAD ? full - JVPN_OVERHEAD : 0;
		if (path->full_tries < FULL_TRIES)
			path->full_tries++;
	}
	return path->probe_full ? full : min_t(u32, full, JVPN_PROBE_SMALL_BYTES);
}

/* The answer shows how long datagrams may be on this path. */
static void probe_answered(struct jvpn_session *session, struct jvpn_path *path, u32 seq)
{
	struct jvpn_binding *binding;

	if (path->full_seq && seq == path->full_seq)
		path->mtu = path->full_mtu;
	else if (!path->mtu && path->full_seq && (s32)(seq - path->full_seq) > 0)
		path->mtu = min_t(u32, path->full_mtu, JVPN_PROBE_SMALL_BYTES - JVPN_OVERHEAD);
	binding = rcu_dereference_protected(session->binding, lockdep_is_held(&session->lock));
	if (binding && binding->path_id == path->id)
		WRITE_ONCE(binding->payload_max, jvpn_path_payload_max(session, path));
}

static void heartbeat_fill(struct jvpn_session *session, const struct jvpn_path *path,
			   const struct jvpn_endpoint *to, struct jvpn_heartbeat *hb)
{
	struct jvpn_path *active = jvpn_session_active_path(session);

	jvpn_health_fill(&path->health, hb);
	hb->epoch = session->epoch;
	hb->bound_path = active ? active->id : JVPN_PATH_NONE;
	hb->state = session->state;
	jvpn_path_token(session->device, session->id, to, jvpn_token_slot(jvpn_now()), hb->token);
	if (path->token_known)
		memcpy(hb->echo, path->token_received, JVPN_TOKEN_LEN);
}

void jvpn_heartbeat_send(struct jvpn_session *session, struct jvpn_path *path,
			 struct jvpn_outbox *out)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_HEARTBEAT };
	struct jvpn_keypair *keypair;
	u64 now = jvpn_now();
	u32 pad_to;

	keypair = rcu_dereference_protected(session->current_keys,
					    lockdep_is_held(&session->lock));
	if (keypair && jvpn_since(now, keypair->born_ns) > JVPN_IDLE_REKEY_NS)
		jvpn_handshake_rekey(session);
	/* What cannot be sealed was not sent: its silence would say nothing. */
	if (!keypair || !jvpn_keys_usable(keypair, now))
		return;
	pad_to = probe_size(session, path);
	control.heartbeat.seq = jvpn_health_next_seq(&path->health);
	jvpn_health_sent(&path->health, now, control.heartbeat.seq);
	heartbeat_fill(session, path, &path->endpoint, &control.heartbeat);
	jvpn_outbox_control(session, out, &control, &path->endpoint, path->id, pad_to);
}

/*
 * Answered on the path, not to wherever the heartbeat came from: somebody who
 * relays it faster than the path delivers it would get the answer in its place,
 * and the path would seem dead. A tuple that really changed is challenged.
 */
static void heartbeat_answer(struct jvpn_session *session, struct jvpn_path *path,
			     const struct jvpn_control *got, struct jvpn_outbox *out)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_HEARTBEAT_ACK };

	control.heartbeat.seq = got->heartbeat.seq;
	control.heartbeat.echo_clock_ms = got->clock_ms;
	jvpn_health_tx(&path->health);
	heartbeat_fill(session, path, &path->endpoint, &control.heartbeat);
	jvpn_endpoint_remote(&path->endpoint, &control.heartbeat.observed);
	jvpn_outbox_control(session, out, &control, &path->endpoint, path->id, 0);
}

static void confirm_token(struct jvpn_session *session, const struct jvpn_path *path,
			  const u8 *token, const struct jvpn_endpoint *to, struct jvpn_outbox *out)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_PATH_CONFIRM };

	memcpy(control.path_token.token, token, JVPN_TOKEN_LEN);
	jvpn_outbox_control(session, out, &control, to, path->id, 0);
}

static bool token_is_zero(const u8 *token)
{
	return !memchr_inv(token, 0, JVPN_TOKEN_LEN);
}

/* The path answers: report it if that is news, and use it if it was waited for. */
static void path_works(struct jvpn_session *session, struct jvpn_path *path,
		       struct jvpn_outbox *out)
{
	u32 had = path->status;
	struct jvpn_event report;

	path->status |= JVPN_PATH_VALIDATED | JVPN_PATH_UP;
	path->validated_until_ns = U64_MAX;
	if ((had & path->status) == path->status)
		return;
	jvpn_session_report_init(session, &report, JVPN_EVENT_PATH,
				 JVPN_REASON_TRANSPORT_RESTORED);
	jvpn_session_report_path(session, &report, path);
	report.path_to = path->id;
	report.remote_to = report.remote_from;
	report.path_from = JVPN_PATH_NONE;
	memset(&report.remote_from, 0, sizeof(report.remote_from));
	memset(&report.local_from, 0, sizeof(report.local_from));
	jvpn_event_emit(session->device, session->history, &report);
}

/* The initiator learns from a heartbeat that the other end is bound elsewhere, or not at all. */
static void compare_binding(struct jvpn_session *session, const struct jvpn_packet *packet,
			    const struct jvpn_heartbeat *hb, struct jvpn_outbox *out)
{
	struct jvpn_path *active = jvpn_session_active_path(session);
	u8 bound = active ? active->id : JVPN_PATH_NONE;

	if (!packet->newest || session->move.open || !active)
		return;
	/* Older than our last move: it left before that was accepted. */
	if ((s32)(hb->epoch - session->epoch) < 0)
		return;
	if (hb->epoch == session->epoch && hb->bound_path == bound)
		return;
	jvpn_session_event(session, JVPN_FSM_PEER_REATTACH, JVPN_REASON_PEER_REQUEST, NULL, out);
	jvpn_move_begin(session, packet->path_id, JVPN_REASON_PEER_REQUEST, out);
}

static void initiator_heartbeat(struct jvpn_session *session, struct jvpn_path *path,
				const struct jvpn_packet *packet,
				const struct jvpn_control *control, struct jvpn_outbox *out)
{
	const struct jvpn_heartbeat *hb = &control->heartbeat;

	/* A new token is echoed at once, so that the tuple stays validated over there. */
	if (!token_is_zero(hb->token) &&
	    (!path->token_known || memcmp(path->token_received, hb->token, JVPN_TOKEN_LEN))) {
		memcpy(path->token_received, hb->token, JVPN_TOKEN_LEN);
		path->token_known = true;
		confirm_token(session, path, hb->token, &path->endpoint, out);
	}
	/* One that was under way when link, address or route went proves nothing. */
	if (control->kind == JVPN_CONTROL_HEARTBEAT_ACK && jvpn_path_usable(session, path)) {
		bool known = hb->observed.family;

		if (known)
			path->observed = hb->observed;
		probe_answered(session, path, hb->seq);
		path_works(session, path, out);
		if (session->state == JVPN_STATE_DEGRADED &&
		    !rcu_access_pointer(session->binding)) {
			jvpn_session_event(session, JVPN_FSM_CANDIDATE_APPEARED,
					   JVPN_REASON_RECOVERY_RETRY, NULL, out);
			jvpn_move_begin(session, path->id, JVPN_REASON_RECOVERY_RETRY, out);
		} else {
			jvpn_move_kick(session, out);
		}
	}
	compare_binding(session, packet, hb, out);
}

/* The responder's record of a candidate, made or renewed by an authentic heartbeat. */
static struct jvpn_path *responder_path(struct jvpn_session *session,
					const struct jvpn_packet *packet,
					struct jvpn_outbox *out)
{
	struct jvpn_path *path;

	if (packet->path_id >= JVPN_MAX_PATHS)
		return NULL;
	if (jvpn_path_surplus(session, packet->path_id))
		return NULL;
	path = &session->paths[packet->path_id];
	if (path->used && (jvpn_endpoint_same_remote(&path->endpoint, &packet->from) ||
			   path == jvpn_session_active_path(session) || !packet->newest))
		return path;
	/* A tuple that proved itself keeps its path until a newcomer does the same. */
	if (path->used && path->status & JVPN_PATH_VALIDATED &&
	    jvpn_now() < path->validated_until_ns) {
		jvpn_reattach_newcomer(session, packet, out);
		return path;
	}
	return jvpn_session_path_setup(session, packet->path_id, &packet->from);
}

/* A tuple is good for two slots of its token, or three heartbeats of an idle session. */
static u64 validated_until(const struct jvpn_session *session, u64 now)
{
	u64 heartbeats = 3 * session->policy.idle_heartbeat_interval * JVPN_NS_PER_MS;

	return now + max(2 * JVPN_TOKEN_SLOT_NS, heartbeats);
}

void jvpn_path_validated(struct jvpn_session *session, struct jvpn_path *path)
{
	path->status |= JVPN_PATH_VALIDATED | JVPN_PATH_UP;
	path->validated_until_ns = validated_until(session, jvpn_now());
}

void jvpn_heartbeat_received(struct jvpn_session *session, const struct jvpn_packet *packet,
			     const struct jvpn_control *control, struct jvpn_outbox *out)
{
	const struct jvpn_heartbeat *hb = &control->heartbeat;
	struct jvpn_path *path;
	u64 now = jvpn_now();

	if (packet->path_id >= JVPN_MAX_PATHS)
		return;
	path = &session->paths[packet->path_id];
	if (session->role == JVPN_ROLE_RESPONDER)
		path = responder_path(session, packet, out);
	if (!path || !path->used)
		return;
	if (control->kind == JVPN_CONTROL_HEARTBEAT) {
		jvpn_health_heartbeat(&path->health, now, hb);
		heartbeat_answer(session, path, control, out);
	} else {
		jvpn_health_ack(&path->health, now, hb);
	}
	if (session->role == JVPN_ROLE_INITIATOR)
		initiator_heartbeat(session, path, packet, control, out);
	else if (!token_is_zero(hb->echo) &&
		 jvpn_path_token_valid(session->device, session->id, &path->endpoint, now,
				       hb->echo))
		jvpn_path_validated(session, path);
}

/* ---- deadlines ---- */

static enum jvpn_health_mode health_mode(const struct jvpn_session *session,
					 const struct jvpn_path *active,
					 const struct jvpn_path *path, u64 now)
{
	u64 last = max(READ_ONCE(session->tx.last_ns), READ_ONCE(session->rx.last_ns));
	bool traffic = jvpn_health_traffic(last, &session->policy, now);

	if (path == active && traffic)
		return JVPN_HEALTH_ACTIVE_TRAFFIC;
	if (path == active)
		return session->state == JVPN_STATE_VOLATILE ||
		       session->state == JVPN_STATE_DEGRADED ?
		       JVPN_HEALTH_ACTIVE_WATCHED : JVPN_HEALTH_ACTIVE_IDLE;
	return traffic ? JVPN_HEALTH_STANDBY : JVPN_HEALTH_STANDBY_IDLE;
}

static void poll_paths(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	struct jvpn_path *active = jvpn_session_active_path(session);
	struct jvpn_keypair *keypair;
	u64 next = 0;
	int i;

	keypair = rcu_dereference_protected(session->current_keys,
					    lockdep_is_held(&session->lock));
	if (!keypair)
		return;
	/* What cannot be sealed was not sent, and its silence says nothing. */
	if (!jvpn_keys_usable(keypair, now)) {
		u64 patience = session->policy.handshake_timeout * JVPN_NS_PER_MS;

		jvpn_handshake_rekey(session);
		/* No rekey for so long: nothing is delivered, and the bounds have to run. */
		if (active && jvpn_since(now, keypair->born_ns) > JVPN_REJECT_AFTER_NS + patience)
			jvpn_session_path_dead(session, active, JVPN_REASON_NO_DELIVERY, 0, out);
		jvpn_deadline_set(session, JVPN_DL_PATHS, now + JVPN_NS_PER_S);
		return;
	}
	for (i = 0; i < JVPN_MAX_PATHS && !session->dead; i++) {
		struct jvpn_path *path = &session->paths[i];
		u64 at = 0;
		u32 verdict;

		if (!path->used || (path != active && session->role != JVPN_ROLE_INITIATOR))
			continue;
		/*
		 * It answers, but our tokens do not come back: whoever speaks there
		 * need not be where we send. (The initiator was told where to send.)
		 */
		if (session->role == JVPN_ROLE_RESPONDER && now >= path->validated_until_ns) {
			jvpn_session_path_dead(session, path, JVPN_REASON_NO_DELIVERY, 0, out);
			active = NULL;
			continue;
		}
		if (path != active && !jvpn_path_usable(session, path)) {
			/* It was warm, and policy does not let it be any more. */
			if (path->status & JVPN_PATH_UP && !jvpn_path_allowed(session, path))
				jvpn_session_path_dead(session, path, JVPN_REASON_POLICY_DENY, 0,
						       out);
			continue;
		}
		verdict = jvpn_health_poll(&path->health, &session->policy,
					   health_mode(session, active, path, now), now, &at);
		if (verdict & JVPN_HEALTH_SEND)
			jvpn_heartbeat_send(session, path, out);
		if (verdict & JVPN_HEALTH_DEAD) {
			jvpn_session_path_dead(session, path, JVPN_REASON_NO_DELIVERY,
					       path->health.train_len, out);
			active = jvpn_session_active_path(session);
		}
		if (at && (!next || at < next))
			next = at;
	}
	jvpn_session_evaluate(session, now, out);
	jvpn_deadline_set(session, JVPN_DL_PATHS, next);
}

static void recovery_exceeded(struct jvpn_session *session, struct jvpn_outbox *out)
{
	u8 event = JVPN_FSM_WINDOW_EXCEEDED_DEGRADE;

	if (rcu_access_pointer(session->binding))
		event = JVPN_FSM_WINDOW_EXCEEDED_ALIVE;
	else if (session->policy.on_recovery_exceeded == JVPN_ON_RECOVERY_TERMINATE)
		event = JVPN_FSM_WINDOW_EXCEEDED_TERMINATE;
	jvpn_session_event(session, event, JVPN_REASON_RECOVERY_BOUNDS_EXCEEDED, NULL, out);
}

/* VOLATILE and DEGRADED are looked at again until they end. */
static void volatility(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	if (session->state != JVPN_STATE_VOLATILE && session->state != JVPN_STATE_DEGRADED)
		return;
	jvpn_session_evaluate(session, now, out);
	jvpn_deadline_set(session, JVPN_DL_VOLATILITY, jvpn_session_look_ns(session, now));
	if (!rcu_access_pointer(session->binding) && session->role == JVPN_ROLE_INITIATOR)
		jvpn_paths_poll_now(session);
}

static void drop_old_keys(struct jvpn_session *session, u64 now)
{
	struct jvpn_keypair *old;

	old = rcu_dereference_protected(session->previous_keys,
					lockdep_is_held(&session->lock));
	if (!old)
		return;
	if (jvpn_since(now, old->born_ns) < JVPN_REJECT_AFTER_NS) {
		jvpn_deadline_set(session, JVPN_DL_KEYS, old->born_ns + JVPN_REJECT_AFTER_NS);
		return;
	}
	jvpn_keys_replace(session, &session->previous_keys, NULL);
}

static void deadline_due(struct jvpn_session *session, enum jvpn_deadline deadline, u64 now,
			 struct jvpn_outbox *out)
{
	switch (deadline) {
	case JVPN_DL_LIFETIME:
		jvpn_session_event(session, JVPN_FSM_SESSION_TTL,
				   JVPN_REASON_TTL_SESSION_EXPIRED, NULL, out);
		break;
	case JVPN_DL_LOSS_TTL:
		jvpn_session_event(session, JVPN_FSM_TRANSPORT_LOSS_TTL,
				   JVPN_REASON_TTL_TRANSPORT_LOSS_EXPIRED, NULL, out);
		break;
	case JVPN_DL_BIRTH:
		jvpn_session_event(session, JVPN_FSM_HANDSHAKE_TIMEOUT,
				   JVPN_REASON_HANDSHAKE_TIMEOUT, NULL, out);
		break;
	case JVPN_DL_SUCCESSOR:
		WRITE_ONCE(session->expiring, true);
		out->successor = true;
		break;
	case JVPN_DL_HANDSHAKE:
		jvpn_handshake_kick(session);
		break;
	case JVPN_DL_PATHS:
		poll_paths(session, now, out);
		break;
	case JVPN_DL_REQUEST:
		jvpn_move_timer(session, now, out);
		break;
	case JVPN_DL_WANTED:
		jvpn_wanted_timer(session, now, out);
		break;
	case JVPN_DL_REBIND:
		jvpn_rebind_timer(session, now, out);
		break;
	case JVPN_DL_RECOVERY:
		recovery_exceeded(session, out);
		break;
	case JVPN_DL_VOLATILITY:
		volatility(session, now, out);
		break;
	case JVPN_DL_KEYS:
		drop_old_keys(session, now);
		break;
	case JVPN_DL_QUEUE:
		jvpn_session_queue_expire(session, now, out);
		break;
	case JVPN_DL_DRILL:
		jvpn_drill_end(session);
		break;
	case JVPN_DL_MAX:
		break;
	}
}

/*
 * The machine slept (or stood still as long): what was lost meanwhile says
 * nothing about the paths. They are measured anew.
 */
static void woke_up(struct jvpn_session *session)
{
	int i;

	for (i = 0; i < JVPN_MAX_PATHS; i++)
		if (session->paths[i].used)
			jvpn_health_slept(&session->paths[i].health);
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	struct jvpn_session *session = container_of(timer, struct jvpn_session, timer);
	struct jvpn_outbox out;
	bool stop;
	u64 now;
	int i;

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	/* Started anew while this run waited for the lock: the reference is the next run's. */
	if (hrtimer_is_queued(timer)) {
		spin_unlock_bh(&session->lock);
		return HRTIMER_NORESTART;
	}
	now = jvpn_now();
	session->timer_running = true;
	if (now - min(session->timer_at_ns, now) >= JVPN_SLEPT_NS)
		woke_up(session);
	for (i = 0; i < JVPN_DL_MAX && !session->dead &&
	     !READ_ONCE(session->device->frozen); i++) {
		u64 at = session->deadline_ns[i];

		if (!at || at > now)
			continue;
		session->deadline_ns[i] = 0;
		deadline_due(session, i, now, &out);
	}
	session->timer_running = false;
	stop = session->dead || READ_ONCE(session->device->frozen) || !earliest(session);
	if (stop)
		session->timer_armed = false;
	else
		timer_arm(session, earliest(session));
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
	if (stop)
		jvpn_session_put(session);
	return HRTIMER_NORESTART;
}

void jvpn_timer_init(struct jvpn_session *session)
{
	hrtimer_setup(&session->timer, timer_fired, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
}

void jvpn_timer_stop(struct jvpn_session *session)
{
	lockdep_assert_held(&session->lock);
	if (!session->timer_armed)
		return;
	/* A callback that waits for the lock finds the session dead and drops the reference. */
	if (hrtimer_try_to_cancel(&session->timer) == 1) {
		session->timer_armed = false;
		jvpn_session_put(session);
	} else if (hrtimer_is_queued(&session->timer)) {
		/* It has re-armed and still sends: the next run, which will see that, comes now. */
		hrtimer_start(&session->timer, 0, HRTIMER_MODE_ABS_SOFT);
	}
}

static void session_thaw(struct jvpn_session *session)
{
	if (!session)
		return;
	spin_lock(&session->lock);
	if (!session->dead && earliest(session))
		timer_arm(session, earliest(session));
	spin_unlock(&session->lock);
}

void jvpn_session_thaw(struct jvpn_device *device)
{
	struct jvpn_peer *peer;

	lockdep_assert_held(&device->lock);
	list_for_each_entry(peer, &device->peers, list) {
		spin_lock_bh(&peer->lock);
		session_thaw(rcu_dereference_protected(peer->session,
						       lockdep_is_held(&peer->lock)));
		session_thaw(peer->outbound);
		session_thaw(peer->inbound);
		spin_unlock_bh(&peer->lock);
		cond_resched();
	}
}
