// SPDX-License-Identifier: GPL-2.0
/* What packets that came say about the session: its keys, its paths, its binding. */
#include "session_priv.h"

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

/*
 * Networks duplicate what they carry, but from where it came. A copy from elsewhere
 * was captured on the way.
 */
static void report_replay(struct jvpn_session *session, const struct jvpn_packet *packet)
{
	const struct jvpn_path *path = path_of_packet(session, packet);
	struct jvpn_event report;

	if (session->dead || from_last_bound(session, packet) ||
	    from_binding(session, rcu_dereference(session->binding), packet) ||
	    (path && jvpn_endpoint_same_remote(&path->endpoint, &packet->from)))
		return;
	jvpn_session_report_init(session, &report, JVPN_EVENT_SECURITY,
				 JVPN_REASON_SEC_REPLAY_ATTEMPT);
	jvpn_endpoint_remote(&packet->from, &report.remote_from);
	jvpn_event_emit_limited(session->device, session->history, &report);
}

void jvpn_session_replayed(struct jvpn_session *session, const struct jvpn_packet *packet)
{
	if (likely(!READ_ONCE(session->rebind.open) &&
		   from_binding(session, rcu_dereference(session->binding), packet)))
		return;
	spin_lock_bh(&session->lock);
	jvpn_rebind_heard(session, packet);
	report_replay(session, packet);
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
