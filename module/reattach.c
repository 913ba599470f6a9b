// SPDX-License-Identifier: GPL-2.0
/*
 * Moving a session to another path, both sides. One mechanism for everything:
 * the initiator asks with a nonce that grows and the epoch it believes in, the
 * responder switches at most once per nonce and answers each repeat alike.
 */
#include <net/ipv6.h>

#include "ratelimit.h"
#include "select.h"
#include "session_priv.h"
#include "trace.h"
#include "transport_udp.h"

/* A changed tuple is not followed more often than this by the initiator. */
#define NAT_MOVE_MIN_NS		(200 * JVPN_NS_PER_MS)
/* Rounds at the plain PTO before repeats without a living binding slow down. */
#define MOVE_ROUNDS_FAST	4
/* Without a living binding a nonce is asked with for so many PTOs of the slowest path asked. */
#define MOVE_NONCE_PTOS		3
/* UDP payload of a PATH_CHALLENGE. */
#define CHALLENGE_BYTES								\
	(JVPN_OVERHEAD + sizeof(struct jvpn_wire_control_head) +		\
	 sizeof(struct jvpn_wire_path_challenge))
#define WANTED_BACKOFF_MAX_NS	(5 * JVPN_NS_PER_S)

/* ---- initiator ---- */

static void nonce_take(struct jvpn_session *session, u64 now)
{
	session->move.nonce = ++session->attach_nonce;
	session->move.nonce_ns = now;
}

/*
 * A request may have been accepted where there is no way back; each repeat would
 * be answered there for ever. With another nonce, a path that works says so.
 */
static bool nonce_is_spent(const struct jvpn_session *session, u64 now)
{
	u64 slowest = 0;
	int i;

	for (i = 0; i < JVPN_MAX_PATHS; i++)
		if (session->move.asked & BIT(i))
			slowest = max(slowest, jvpn_session_pto(session, &session->paths[i]));
	return slowest && jvpn_since(now, session->move.nonce_ns) > MOVE_NONCE_PTOS * slowest;
}

static void ask_from(struct jvpn_session *session, struct jvpn_path *path,
		     const struct jvpn_endpoint *endpoint, struct jvpn_outbox *out)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_REATTACH_REQUEST };
	u32 pad = 0;

	control.request.nonce = session->move.nonce;
	control.request.epoch = session->epoch;
	control.request.path_id = path->id;
	control.request.reason = session->move.reason;
	control.request.observed = path->observed;
	if (path->token_known)
		memcpy(control.request.token, path->token_received, JVPN_TOKEN_LEN);
	if (!(path->status & JVPN_PATH_VALIDATED))
		pad = session->move.tries[path->id] & 1 ? JVPN_PATH_MTU_MIN - 48 :
		      jvpn_session_probe_bytes(session, endpoint);
	if (jvpn_outbox_control(session, out, &control, endpoint, path->id, pad)) {
		jvpn_health_tx(&path->health);
		if (session->move.tries[path->id] < U8_MAX)
			session->move.tries[path->id]++;
	}
}

static void ask(struct jvpn_session *session, struct jvpn_path *path, struct jvpn_outbox *out)
{
	session->move.asked |= BIT(path->id);
	ask_from(session, path, &path->endpoint, out);
}

/* The path from the other of the device's two ports. */
static struct jvpn_endpoint hop(const struct jvpn_path *path)
{
	struct jvpn_endpoint endpoint = path->endpoint;

	endpoint.hopped = !endpoint.hopped;
	return endpoint;
}

/*
 * The cheapest rung: what forgot or forbids these ports of the path may let others
 * pass. It is asked for once, beside all that a move does anyway.
 */
void jvpn_move_hop(struct jvpn_session *session)
{
	struct jvpn_outbox out;

	if (jvpn_udp_open_hop(session->device))
		return;
	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	if (!session->dead && session->move.open && !rcu_access_pointer(session->binding)) {
		struct jvpn_path *path = &session->paths[session->move.lost];
		struct jvpn_endpoint endpoint = hop(path);

		if (jvpn_path_usable(session, path))
			ask_from(session, path, &endpoint, &out);
	}
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
}

/* Without a binding, the port that is answered is the path's from now on. */
static void port_follow(struct jvpn_session *session, const struct jvpn_packet *packet)
{
	struct jvpn_path *path = &session->paths[packet->path_id];

	if (!session->move.open || rcu_access_pointer(session->binding) ||
	    path->endpoint.hopped == packet->from.hopped)
		return;
	path->endpoint.hopped = packet->from.hopped;
	path->token_known = false;
}

/* When to ask again: the shortest PTO known, slower and slower without a living binding. */
static u64 move_interval(struct jvpn_session *session)
{
	u64 interval = JVPN_PTO_UNKNOWN_NS;
	int i, slower;

	for (i = 0; i < JVPN_MAX_PATHS; i++)
		if (session->paths[i].used && jvpn_health_srtt_us(&session->paths[i].health))
			interval = min(interval, jvpn_session_pto(session, &session->paths[i]));
	slower = session->move.rounds - MOVE_ROUNDS_FAST;
	if (slower > 0)
		interval = min(interval << min(slower, 10), JVPN_MOVE_BACKOFF_MAX_NS);
	return interval;
}

static void move_denied(struct jvpn_session *session, u16 reason, struct jvpn_outbox *out)
{
	struct jvpn_event report;

	jvpn_session_report_init(session, &report, JVPN_EVENT_SWITCH_DENIED, reason);
	if (session->move.target != JVPN_PATH_NONE) {
		report.path_to = session->move.target;
		jvpn_endpoint_remote(&session->paths[session->move.target].endpoint,
				     &report.remote_to);
	}
	jvpn_event_emit_limited(session->device, session->history, &report);
}

/* Every candidate was refused, stayed silent, or there is none. */
static void move_exhausted(struct jvpn_session *session, struct jvpn_outbox *out)
{
	bool alive = rcu_access_pointer(session->binding);
	bool asked = session->move.asked;

	move_denied(session, asked ? JVPN_REASON_TRANSPORT_SWITCH_DENIED :
				     JVPN_REASON_NO_VALID_CANDIDATE, out);
	if (alive)
		jvpn_session_event(session, JVPN_FSM_REATTACH_EXHAUSTED_ALIVE,
				   JVPN_REASON_TRANSPORT_SWITCH_DENIED, NULL, out);
	else
		jvpn_session_event(session, asked ? JVPN_FSM_REATTACH_EXHAUSTED_NONE :
						    JVPN_FSM_NO_CANDIDATE_NONE,
				   JVPN_REASON_NO_VALID_CANDIDATE, NULL, out);
	jvpn_move_end(session);
}

void jvpn_move_begin(struct jvpn_session *session, u8 target, u16 reason,
		     struct jvpn_outbox *out)
{
	struct jvpn_path *path = NULL;
	u64 now = jvpn_now();
	u64 wait_ns;

	lockdep_assert_held(&session->lock);
	if (session->dead || session->role != JVPN_ROLE_INITIATOR)
		return;
	if (!session->move.open) {
		memset(&session->move, 0, sizeof(session->move));
		session->move.open = true;
		session->move.target = target;
		session->move.reason = reason;
		nonce_take(session, now);
		session->move.began_ns = now;
	}
	if (target != JVPN_PATH_NONE && jvpn_path_usable(session, &session->paths[target]))
		path = &session->paths[target];
	if (!path)
		path = jvpn_move_candidate(session, JVPN_PATH_NONE);
	if (!path) {
		if (!session->move.asked)
			move_exhausted(session, out);
		return;
	}
	if (session->move.target == JVPN_PATH_NONE)
		session->move.target = path->id;
	/* Never refused for rate without a living binding at both ends, but slowed down. */
	wait_ns = rcu_access_pointer(session->binding) &&
		  session->move.reason != JVPN_REASON_PEER_REQUEST ? now :
		  jvpn_moves_forced_ns(&session->moves, now);
	if (wait_ns > now) {
		jvpn_deadline_set(session, JVPN_DL_REQUEST, wait_ns);
		return;
	}
	ask(session, path, out);
	jvpn_deadline_set(session, JVPN_DL_REQUEST, now + move_interval(session));
}

void jvpn_move_end(struct jvpn_session *session)
{
	session->move.open = false;
	jvpn_deadline_set(session, JVPN_DL_REQUEST, 0);
}

void jvpn_move_kick(struct jvpn_session *session, struct jvpn_outbox *out)
{
	if (session->move.open && !rcu_access_pointer(session->binding)) {
		struct jvpn_path *path = jvpn_move_candidate(session, JVPN_PATH_NONE);

		if (!path)
			return;
		ask(session, path, out);
		jvpn_deadline_set(session, JVPN_DL_REQUEST, jvpn_now() + move_interval(session));
	}
}

/* Repeats every open request, and asks one candidate more. */
void jvpn_move_timer(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	bool named, alive = rcu_access_pointer(session->binding);
	struct jvpn_path *next;
	u8 waiting = 0;
	int i;

	if (!session->move.open)
		return;
	session->move.rounds = min(session->move.rounds + 1, 64);
	if (!alive && nonce_is_spent(session, now))
		nonce_take(session, now);
	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		struct jvpn_path *path = &session->paths[i];

		if (!(session->move.asked & BIT(i)) || session->move.refused & BIT(i))
			continue;
		if (!jvpn_path_usable(session, path)) {
			session->move.asked &= ~BIT(i);
			continue;
		}
		/* An optional move gives up on silence; without a binding hope is free. */
		if (alive && session->move.tries[i] >= JVPN_MOVE_TRIES_ALIVE) {
			session->move.refused |= BIT(i);
			continue;
		}
		waiting |= BIT(i);
		ask(session, path, out);
	}
	/* What is about one path only does not wander to another while there is a binding. */
	named = session->move.reason == JVPN_REASON_OPERATOR_REQUEST ||
		session->move.reason == JVPN_REASON_NAT_REBIND;
	next = alive && named ? NULL : jvpn_move_candidate(session, JVPN_PATH_NONE);
	if (next) {
		waiting |= BIT(next->id);
		ask(session, next, out);
	}
	if (!waiting)
		move_exhausted(session, out);
	else
		jvpn_deadline_set(session, JVPN_DL_REQUEST, now + move_interval(session));
}

/* Both ends must have seen the same moves. */
static void lineage_follow(struct jvpn_session *session, const struct jvpn_control *control)
{
	const struct jvpn_lineage_step step = {
		.epoch = control->ack.epoch,
		.initiator = control->ack.initiator,
		.responder = control->ack.responder,
		.reason = control->ack.reason,
		.accept_time_ns = control->ack.accept_time_ns,
	};
	u8 expected[JVPN_LINEAGE_VALUE_LEN];
	struct jvpn_event report;
	u16 reason = JVPN_REASON_NONE;

	jvpn_lineage_next(&session->lineage_key, control->ack.lineage_before, &step, expected);
	if (memcmp(expected, control->ack.lineage, sizeof(expected)))
		reason = JVPN_REASON_SEC_OWNERSHIP_ANOMALY;
	else if (memcmp(control->ack.lineage_before, session->lineage,
			sizeof(session->lineage)))
		reason = JVPN_REASON_LINEAGE_GAP;
	if (reason) {
		jvpn_session_report_init(session, &report, JVPN_EVENT_SECURITY, reason);
		memcpy(report.lineage_before, session->lineage, sizeof(report.lineage_before));
		memcpy(report.lineage, control->ack.lineage, sizeof(report.lineage));
		jvpn_event_emit_limited(session->device, session->history, &report);
	}
	memcpy(session->lineage_before, control->ack.lineage_before,
	       sizeof(session->lineage_before));
	memcpy(session->lineage, control->ack.lineage, sizeof(session->lineage));
}

/*
 * Reports an accepted attach and puts the binding in force. The reason is this
 * end's own: what a move counts for is not the peer's to say.
 */
static void attach(struct jvpn_session *session, struct jvpn_binding *binding,
		   struct jvpn_path *path, u16 reason, struct jvpn_outbox *out)
{
	struct jvpn_path *active = jvpn_session_active_path(session);
	struct jvpn_event report;
	u64 now = jvpn_now();

	jvpn_session_report_init(session, &report, JVPN_EVENT_SWITCH, reason);
	memcpy(report.lineage_before, session->lineage_before, sizeof(report.lineage_before));
	if (active) {
		jvpn_session_report_path(session, &report, active);
	} else if (session->last_bound_path != JVPN_PATH_NONE) {
		report.path_from = session->last_bound_path;
		jvpn_endpoint_remote(&session->last_bound, &report.remote_from);
	}
	jvpn_session_report_target(&report, path);
	jvpn_endpoint_remote(&binding->endpoint, &report.remote_to);
	jvpn_endpoint_local(&binding->endpoint,
			    jvpn_endpoint_port(session->device, &binding->endpoint),
			    &report.local_to);
	report.dropped = session->outage_dropped;
	if (session->outage_began_ns)
		report.outage_us = div_u64(now - session->outage_began_ns, JVPN_NS_PER_US);
	jvpn_event_emit(session->device, session->history, &report);
	trace_jvpn_switch(session, report.path_from, path->id, reason);
	session->switches++;
	if (reason != JVPN_REASON_NAT_REBIND)
		jvpn_moves_record(&session->moves, &session->policy,
				  active && reason != JVPN_REASON_PEER_REQUEST, now);

	report.fsm_event = 0;
	report.type = JVPN_EVENT_STATE_CHANGE;
	jvpn_session_bind(session, binding, path, out);
	jvpn_session_event(session, JVPN_FSM_REATTACH_OK, JVPN_REASON_TRANSPORT_SWITCH_OK,
			   &report, out);
}

static void ack_received(struct jvpn_session *session, const struct jvpn_packet *packet,
			 const struct jvpn_control *control, struct jvpn_outbox *out)
{
	struct jvpn_path *path = &session->paths[packet->path_id];
	struct jvpn_binding *binding;

	if (!session->move.open || control->ack.nonce != session->move.nonce ||
	    !jvpn_path_usable(session, path))
		return;
	if ((s32)(control->ack.epoch - session->epoch) <= 0 ||
	    !jvpn_session_owner_valid(session, control->ack.owner_term))
		return;
	/* Without memory nothing changes here; the repeated request gets the same ACK. */
	binding = jvpn_binding_create(&path->endpoint, path->id);
	if (!binding)
		return;
	lineage_follow(session, control);
	session->epoch = control->ack.epoch;
	session->owner_term = control->ack.owner_term;
	path->observed = control->ack.initiator;
	path->status |= JVPN_PATH_VALIDATED | JVPN_PATH_UP;
	attach(session, binding, path, session->move.reason, out);
	/* The other end sees at once that both agree. */
	jvpn_heartbeat_send(session, path, out);
}

/*
 * A nonce that was not used, for the path that answered and for no other until
 * it had its time: a request that overtakes this one on a path without a way
 * back would be accepted there, and nobody would hear of it.
 */
static void ask_anew(struct jvpn_session *session, struct jvpn_path *path,
		     struct jvpn_outbox *out)
{
	nonce_take(session, jvpn_now());
	session->move.asked = 0;
	ask(session, path, out);
	jvpn_deadline_set(session, JVPN_DL_REQUEST, jvpn_now() + jvpn_session_pto(session, path));
}

static void reject_received(struct jvpn_session *session, const struct jvpn_packet *packet,
			    const struct jvpn_control *control, struct jvpn_outbox *out)
{
	struct jvpn_path *path = &session->paths[packet->path_id];
	u16 reason = control->reject.reason;
	struct jvpn_event report;
	u64 now = jvpn_now();

	if (!session->move.open || control->reject.nonce != session->move.nonce || !path->used)
		return;
	/* The ACK of an accepted move was lost: take its epoch and ask anew. Not a refusal. */
	if (reason == JVPN_REASON_STALE_EPOCH &&
	    (s32)(control->reject.epoch - session->epoch) > 0) {
		session->epoch = control->reject.epoch;
		ask_anew(session, path, out);
		return;
	}
	jvpn_session_report_init(session, &report, JVPN_EVENT_REATTACH_REFUSED, reason);
	report.path_to = path->id;
	jvpn_endpoint_remote(&path->endpoint, &report.remote_to);
	jvpn_event_emit_limited(session->device, session->history, &report);
	switch (reason) {
	case JVPN_REASON_RATE_LIMITED:
	case JVPN_REASON_FRESHNESS_INVALID:
		jvpn_deadline_set(session, JVPN_DL_REQUEST, now +
				  clamp_t(u64, control->reject.retry_after_ms, 50, 5000) *
				  JVPN_NS_PER_MS);
		return;
	case JVPN_REASON_REPLAY_DETECTED:
	case JVPN_REASON_STALE_EPOCH:
		/* Not possible between honest ends; the repeat timer goes on with a new nonce. */
		session->move.nonce = ++session->attach_nonce;
		return;
	}
	session->move.refused |= BIT(path->id);
	path->failed_ns = now;
	jvpn_deadline_set(session, JVPN_DL_REQUEST, now);
}

static void challenge_received(struct jvpn_session *session, const struct jvpn_packet *packet,
			       const struct jvpn_control *control, struct jvpn_outbox *out)
{
	struct jvpn_control proof = { .kind = JVPN_CONTROL_REATTACH_PROOF };
	struct jvpn_path *path = &session->paths[packet->path_id];

	if (!session->move.open || control->challenge.nonce != session->move.nonce || !path->used)
		return;
	memcpy(path->token_received, control->challenge.token, JVPN_TOKEN_LEN);
	path->token_known = true;
	proof.proof.nonce = control->challenge.nonce;
	proof.proof.epoch = session->epoch;
	memcpy(proof.proof.token, control->challenge.token, JVPN_TOKEN_LEN);
	if (jvpn_outbox_control(session, out, &proof, &path->endpoint, path->id, 0))
		jvpn_health_tx(&path->health);
}

static void wanted_received(struct jvpn_session *session, const struct jvpn_packet *packet,
			    const struct jvpn_control *control, struct jvpn_outbox *out)
{
	struct jvpn_path *active = jvpn_session_active_path(session);
	struct jvpn_path *path;

	if (session->move.open || (s32)(control->wanted.epoch - session->epoch) < 0)
		return;
	jvpn_session_event(session, JVPN_FSM_PEER_REATTACH, JVPN_REASON_PEER_REQUEST, NULL, out);
	/* The other end does not hear us on the path we use. */
	path = jvpn_move_candidate(session, active ? active->id : JVPN_PATH_NONE);
	jvpn_move_begin(session, path && path->status & JVPN_PATH_UP ? path->id : packet->path_id,
			JVPN_REASON_PEER_REQUEST, out);
}

static void path_challenge_received(struct jvpn_session *session,
				    const struct jvpn_packet *packet,
				    const struct jvpn_control *control, struct jvpn_outbox *out)
{
	struct jvpn_control confirm = { .kind = JVPN_CONTROL_PATH_CONFIRM };
	struct jvpn_path *path = &session->paths[packet->path_id];
	u64 now = jvpn_now();

	if (!path->used)
		return;
	memcpy(confirm.path_token.token, control->path_token.token, JVPN_TOKEN_LEN);
	if (jvpn_outbox_control(session, out, &confirm, &path->endpoint, path->id, 0))
		jvpn_health_tx(&path->health);
	if (session->role != JVPN_ROLE_INITIATOR || session->move.open ||
	    path != jvpn_session_active_path(session) ||
	    jvpn_addr_equal(&control->path_token.observed, &path->observed) ||
	    (session->nat_move_ns && now - session->nat_move_ns < NAT_MOVE_MIN_NS))
		return;
	/* The other end sees us behind another address: ask for it, with its own proof. */
	session->nat_move_ns = now;
	memcpy(path->token_received, control->path_token.token, JVPN_TOKEN_LEN);
	path->token_known = true;
	jvpn_session_event(session, JVPN_FSM_PEER_REATTACH, JVPN_REASON_NAT_REBIND, NULL, out);
	jvpn_move_begin(session, path->id, JVPN_REASON_NAT_REBIND, out);
}

/* ---- responder ---- */

/* A tuple heard of, as one to send to: the route decides how, but for link-local. */
static struct jvpn_endpoint answer_endpoint(const struct jvpn_packet *packet)
{
	struct jvpn_endpoint endpoint = packet->from;

	if (endpoint.remote.sa_family != AF_INET6 ||
	    !(ipv6_addr_type(&endpoint.remote6.sin6_addr) & IPV6_ADDR_LINKLOCAL))
		endpoint.ifindex = 0;
	return endpoint;
}

static void refuse(struct jvpn_session *session, const struct jvpn_packet *packet, u64 nonce,
		   u16 reason, struct jvpn_outbox *out)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_REATTACH_REJECT };
	struct jvpn_event report;

	jvpn_session_report_init(session, &report, JVPN_EVENT_REATTACH_REFUSED, reason);
	report.path_to = packet->path_id;
	jvpn_endpoint_remote(&packet->from, &report.remote_to);
	jvpn_event_emit_limited(session->device, session->history, &report);
	jvpn_count(session->device, JVPN_COUNTER_A_REATTACH_REFUSED);
	trace_jvpn_refused(session, packet->path_id, reason);
	if (!jvpn_bucket_take(&session->reject_tokens_ns, jvpn_now(),
			      session->policy.reattach_rate, session->policy.reattach_rate))
		return;
	control.reject.nonce = nonce;
	control.reject.reason = reason;
	control.reject.epoch = session->epoch;
	if (reason == JVPN_REASON_RATE_LIMITED)
		control.reject.retry_after_ms = 1000 / session->policy.reattach_rate;
	jvpn_outbox_control(session, out, &control, &packet->from, packet->path_id, 0);
}

static void path_challenge_send(struct jvpn_session *session, u8 path_id,
				const struct jvpn_endpoint *to, struct jvpn_outbox *out)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_PATH_CHALLENGE };

	jvpn_path_token(session->device, session->id, to, jvpn_token_slot(jvpn_now()),
			control.path_token.token);
	jvpn_endpoint_remote(to, &control.path_token.observed);
	jvpn_outbox_control(session, out, &control, to, path_id, 0);
}

static void rebind_close(struct jvpn_session *session)
{
	WRITE_ONCE(session->rebind.open, false);
	jvpn_deadline_set(session, JVPN_DL_REBIND, 0);
}

/* Nothing that is not proven gets more than three times what came from it. */
static void rebind_challenge(struct jvpn_session *session, struct jvpn_outbox *out)
{
	u8 path_id = session->rebind.path_id;

	if (session->rebind.tx_bytes + CHALLENGE_BYTES <=
	    JVPN_AMPLIFICATION_FACTOR * session->rebind.rx_bytes) {
		session->rebind.tx_bytes += CHALLENGE_BYTES;
		path_challenge_send(session, path_id, &session->rebind.candidate, out);
	}
	if (!session->rebind.rival.remote.sa_family ||
	    (session->rebind.rival_named && session->rebind.round))
		return;
	path_challenge_send(session, path_id, &session->rebind.rival, out);
}

/*
 * Another tuple claims a path: both are asked to return a token, twice. The
 * candidate gets the path only if the rival stays silent for one PTO.
 */
static bool rebind_open(struct jvpn_session *session, u8 path_id,
			const struct jvpn_packet *packet,
			const struct jvpn_endpoint *candidate,
			const struct jvpn_endpoint *rival, bool named, struct jvpn_outbox *out)
{
	u64 now = jvpn_now();

	if (session->rebind.open && session->rebind.path_id == path_id &&
	    jvpn_endpoint_same_remote(&session->rebind.candidate, candidate)) {
		session->rebind.rx_bytes += packet->len;
		return true;
	}
	/* One that has proven itself is not pushed out by a newcomer. */
	if (session->rebind.open && session->rebind.proven)
		return false;
	if (!jvpn_bucket_take(&session->challenge_tokens_ns, now, JVPN_CHALLENGE_STARTS_PER_S,
			      JVPN_CHALLENGE_STARTS_PER_S))
		return false;
	memset(&session->rebind, 0, sizeof(session->rebind));
	session->rebind.path_id = path_id;
	session->rebind.candidate = *candidate;
	session->rebind.rival = *rival;
	session->rebind.rival_named = named;
	session->rebind.rx_bytes = packet->len;
	session->rebind.began_ns = now;
	WRITE_ONCE(session->rebind.open, true);
	rebind_challenge(session, out);
	jvpn_deadline_set(session, JVPN_DL_REBIND, now +
			  jvpn_session_pto(session, &session->paths[path_id]) / 2);
	return true;
}

static void ack_send(struct jvpn_session *session, struct jvpn_outbox *out)
{
	struct jvpn_control control = session->stored_ack;
	struct jvpn_path *active = jvpn_session_active_path(session);

	if (active && jvpn_outbox_control(session, out, &control, &active->endpoint, active->id, 0))
		jvpn_health_tx(&active->health);
}

/* Everything was judged: the binding moves, once and whole. */
static void accept(struct jvpn_session *session, u8 path_id,
		   const struct jvpn_endpoint *endpoint, u64 nonce, u16 reason,
		   struct jvpn_outbox *out)
{
	struct jvpn_binding *binding = jvpn_binding_create(endpoint, path_id);
	struct jvpn_path *path = &session->paths[path_id];
	struct jvpn_control *ack = &session->stored_ack;
	struct jvpn_lineage_step step = { .reason = reason };
	u16 port = jvpn_endpoint_port(session->device, endpoint);

	/* Without memory nothing changes; the request is repeated. */
	if (!binding)
		return;
	if (!path->used)
		path = jvpn_session_path_setup(session, path_id, endpoint);
	if (!jvpn_endpoint_same_remote(&path->endpoint, endpoint))
		path->token_known = false;
	/* What was lost there before it was bound is no measure of it now. */
	if (path != jvpn_session_active_path(session))
		jvpn_health_restart(&path->health);

	session->attach_nonce = nonce;
	session->epoch++;
	step.epoch = session->epoch;
	jvpn_endpoint_remote(endpoint, &step.initiator);
	jvpn_endpoint_local(endpoint, port, &step.responder);
	step.accept_time_ns = ktime_get_real_ns();
	memcpy(session->lineage_before, session->lineage, sizeof(session->lineage));
	jvpn_lineage_next(&session->lineage_key, session->lineage_before, &step,
			  session->lineage);

	jvpn_session_event(session, JVPN_FSM_PEER_REATTACH, reason, NULL, out);
	attach(session, binding, path, reason, out);
	if (session->dead)
		return;
	jvpn_path_validated(session, path);
	session->revert_until_ns = reason == JVPN_REASON_NAT_REBIND &&
				   session->last_bound_path == path_id ?
		jvpn_now() + 3 * jvpn_session_pto(session, path) : 0;

	memset(ack, 0, sizeof(*ack));
	ack->kind = JVPN_CONTROL_REATTACH_ACK;
	ack->ack.nonce = nonce;
	ack->ack.epoch = session->epoch;
	ack->ack.version = session->version;
	ack->ack.initiator = step.initiator;
	ack->ack.responder = step.responder;
	ack->ack.reason = reason;
	ack->ack.accept_time_ns = step.accept_time_ns;
	memcpy(ack->ack.lineage_before, session->lineage_before, JVPN_LINEAGE_VALUE_LEN);
	memcpy(ack->ack.lineage, session->lineage, JVPN_LINEAGE_VALUE_LEN);
	ack->ack.owner_term = session->owner_term;
	session->has_stored_ack = true;
	rebind_close(session);
	ack_send(session, out);
}

/* How old is the body, by the peer's own clock? */
static bool fresh(const struct jvpn_session *session, u32 clock_ms, u64 now)
{
	s64 age = (s64)div_u64(now, JVPN_NS_PER_MS) - session->clock_offset_ms - clock_ms;
	/* Two clocks drift apart by up to 100 ppm since they were compared. */
	s64 drift = div64_u64(jvpn_since(now, session->clock_calibrated_ns),
			      JVPN_NS_PER_MS * 10000);

	return age <= (s64)session->policy.reattach_proof_max_age + drift;
}

static bool endpoint_unicast(const struct jvpn_endpoint *endpoint)
{
	if (endpoint->remote.sa_family == AF_INET) {
		__be32 addr = endpoint->remote4.sin_addr.s_addr;

		return endpoint->remote4.sin_port && !ipv4_is_multicast(addr) &&
		       !ipv4_is_lbcast(addr) && !ipv4_is_zeronet(addr);
	}
	return endpoint->remote6.sin6_port &&
	       !(ipv6_addr_type(&endpoint->remote6.sin6_addr) & IPV6_ADDR_MULTICAST) &&
	       !ipv6_addr_any(&endpoint->remote6.sin6_addr);
}

static bool candidate_sane(struct jvpn_session *session, const struct jvpn_packet *packet,
			   const struct jvpn_endpoint *endpoint, u8 path_id)
{
	u8 local[16];
	int oif;
	u32 mtu;

	if (path_id != packet->path_id || path_id >= JVPN_MAX_PATHS)
		return false;
	if (!endpoint_unicast(endpoint))
		return false;
	return jvpn_udp_route(session->device, endpoint, local, &oif, &mtu) != -ELOOP;
}

/*
 * The checks of a REQUEST or PROOF in the protocol's order; the first failure
 * decides. Returns 0, or the reason.
 */
static u16 judge(struct jvpn_session *session, const struct jvpn_packet *packet,
		 const struct jvpn_endpoint *endpoint, const struct jvpn_control *control,
		 u64 nonce, u32 epoch, u8 path_id)
{
	u64 now = jvpn_now();

	if (!fresh(session, control->clock_ms, now))
		return JVPN_REASON_FRESHNESS_INVALID;
	if (nonce <= session->attach_nonce)
		return JVPN_REASON_REPLAY_DETECTED;
	if (epoch != session->epoch)
		return JVPN_REASON_STALE_EPOCH;
	if (!jvpn_bucket_take(&session->reattach_tokens_ns, now, session->policy.reattach_rate,
			      session->policy.reattach_rate))
		return JVPN_REASON_RATE_LIMITED;
	if (!(session->policy.allowed_transports & BIT(jvpn_endpoint_transport(endpoint))))
		return JVPN_REASON_POLICY_DENY;
	if (!candidate_sane(session, packet, endpoint, path_id))
		return JVPN_REASON_INVALID_CANDIDATE;
	return 0;
}

static bool was_validated(const struct jvpn_session *session, u8 path_id,
			  const struct jvpn_endpoint *endpoint)
{
	const struct jvpn_path *path = &session->paths[path_id];

	return path->used && path->status & JVPN_PATH_VALIDATED &&
	       jvpn_now() < path->validated_until_ns &&
	       jvpn_endpoint_same_remote(&path->endpoint, endpoint);
}

/* The tuple that has a claim on a path against whoever asks for it now. */
static bool rival_of(struct jvpn_session *session, u8 path_id, const struct jvpn_addr *named,
		     const struct jvpn_endpoint *source, struct jvpn_endpoint *rival,
		     bool *unknown)
{
	struct jvpn_path *active = jvpn_session_active_path(session);
	struct jvpn_path *path = &session->paths[path_id];
	struct jvpn_addr addr;

	*unknown = false;
	memset(rival, 0, sizeof(*rival));
	if (active && active->id == path_id)
		*rival = active->endpoint;
	else if (!active && session->last_bound_path == path_id)
		*rival = session->last_bound;
	else if (path->used)
		*rival = path->endpoint;
	if (rival->remote.sa_family && !jvpn_endpoint_same_remote(rival, source)) {
		/* Whatever the request names: a bound tuple is asked before it loses its path. */
		if (active && active->id == path_id)
			return true;
		jvpn_endpoint_remote(rival, &addr);
		if (!named->family || jvpn_addr_equal(&addr, named))
			return true;
	}
	if (!named->family)
		return false;
	jvpn_endpoint_remote(source, &addr);
	if (jvpn_addr_equal(&addr, named))
		return false;
	/* It names a tuple we no longer know as one: ask there, by the same way back. */
	*rival = *source;
	if (named->family == 4) {
		rival->remote4.sin_family = AF_INET;
		memcpy(&rival->remote4.sin_addr, named->addr, 4);
		rival->remote4.sin_port = htons(named->port);
	} else {
		rival->remote6.sin6_family = AF_INET6;
		memcpy(&rival->remote6.sin6_addr, named->addr, 16);
		rival->remote6.sin6_port = htons(named->port);
	}
	*unknown = true;
	return source->remote.sa_family == rival->remote.sa_family && endpoint_unicast(rival);
}

static void challenge_send(struct jvpn_session *session, const struct jvpn_packet *packet,
			   const struct jvpn_endpoint *source, u64 nonce,
			   struct jvpn_outbox *out)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_REATTACH_CHALLENGE };

	control.challenge.nonce = nonce;
	jvpn_path_token(session->device, session->id, source, jvpn_token_slot(jvpn_now()),
			control.challenge.token);
	jvpn_outbox_control(session, out, &control, source, packet->path_id, 0);
}

/* What the peer says goes into reports: only what can be true of a move. */
static u16 move_reason(const struct jvpn_control *request)
{
	return jvpn_reason_begins_move(request->request.reason) ? request->request.reason :
								  JVPN_REASON_PEER_REQUEST;
}

static void request_received(struct jvpn_session *session, const struct jvpn_packet *packet,
			     const struct jvpn_control *control, struct jvpn_outbox *out)
{
	struct jvpn_endpoint source = answer_endpoint(packet);
	u8 path_id = control->request.path_id;
	u64 nonce = control->request.nonce;
	struct jvpn_endpoint rival;
	bool contested, proven, named;
	u16 reason, why = move_reason(control);

	if (session->has_stored_ack && nonce == session->attach_nonce) {
		ack_send(session, out);
		return;
	}
	reason = judge(session, packet, &source, control, nonce, control->request.epoch, path_id);
	if (reason) {
		refuse(session, packet, nonce, reason, out);
		return;
	}
	proven = jvpn_path_token_valid(session->device, session->id, &source, jvpn_now(),
				       control->request.token);
	contested = rival_of(session, path_id, &control->request.observed, &source, &rival,
			     &named);
	if (was_validated(session, path_id, &source) || (proven && !contested)) {
		accept(session, path_id, &source, nonce, why, out);
		return;
	}
	if (contested) {
		if (!rebind_open(session, path_id, packet, &source, &rival, named, out))
			return;
		session->rebind.asked = true;
		session->rebind.nonce = nonce;
		session->rebind.reason = why;
		session->rebind.proven |= proven;
	}
	if (proven)
		return;
	challenge_send(session, packet, &source, nonce, out);
	if (!contested) {
		session->challenged_nonce = nonce;
		session->challenged_reason = why;
		session->challenged = source;
	}
}

static void proof_received(struct jvpn_session *session, const struct jvpn_packet *packet,
			   const struct jvpn_control *control, struct jvpn_outbox *out)
{
	struct jvpn_endpoint source = answer_endpoint(packet);
	u64 nonce = control->proof.nonce;
	u16 reason;

	if (session->has_stored_ack && nonce == session->attach_nonce) {
		ack_send(session, out);
		return;
	}
	reason = judge(session, packet, &source, control, nonce, control->proof.epoch,
		       packet->path_id);
	if (!reason && !jvpn_path_token_valid(session->device, session->id, &source, jvpn_now(),
					      control->proof.token))
		reason = JVPN_REASON_AUTH_FAIL;
	if (reason) {
		refuse(session, packet, nonce, reason, out);
		return;
	}
	if (session->rebind.open && session->rebind.path_id == packet->path_id &&
	    jvpn_endpoint_same_remote(&session->rebind.candidate, &source)) {
		session->rebind.proven = true;
		session->rebind.asked = true;
		session->rebind.nonce = nonce;
		if (!session->rebind.reason)
			session->rebind.reason = JVPN_REASON_NAT_REBIND;
		return;
	}
	/* Only what was challenged without a rival may go through at once. */
	if (nonce == session->challenged_nonce &&
	    jvpn_endpoint_same_remote(&session->challenged, &source))
		accept(session, packet->path_id, &source, nonce, session->challenged_reason, out);
}

/* The tuple that was pushed aside by a rebinding speaks up in time: it was no rebinding. */
static void revert(struct jvpn_session *session, struct jvpn_outbox *out)
{
	struct jvpn_path *path = &session->paths[session->last_bound_path];
	struct jvpn_binding *binding;
	struct jvpn_event report;

	if (!jvpn_path_usable(session, path))
		return;
	binding = jvpn_binding_create(&session->last_bound, session->last_bound_path);
	if (!binding)
		return;
	session->revert_until_ns = 0;
	rebind_close(session);
	jvpn_session_report_init(session, &report, JVPN_EVENT_SWITCH,
				 JVPN_REASON_TRANSPORT_RESTORED);
	jvpn_session_report_path(session, &report, path);
	jvpn_session_report_target(&report, path);
	jvpn_endpoint_remote(&binding->endpoint, &report.remote_to);
	jvpn_event_emit(session->device, session->history, &report);
	jvpn_session_bind(session, binding, path, out);
}

/* A standby path whose tuple changed: the new one has proven itself, the old one is silent. */
static void adopt(struct jvpn_session *session)
{
	struct jvpn_path *path = &session->paths[session->rebind.path_id];

	if (path != jvpn_session_active_path(session)) {
		path = jvpn_session_path_setup(session, path->id, &session->rebind.candidate);
		jvpn_path_validated(session, path);
	}
	rebind_close(session);
}

static void path_confirm_received(struct jvpn_session *session, const struct jvpn_packet *packet,
				  const struct jvpn_control *control, struct jvpn_outbox *out)
{
	struct jvpn_device *device = session->device;
	struct jvpn_path *path = &session->paths[packet->path_id];
	const u8 *token = control->path_token.token;
	u64 now = jvpn_now();

	if (session->role != JVPN_ROLE_RESPONDER || !path->used)
		return;
	if (session->rebind.open && session->rebind.path_id == packet->path_id) {
		if (jvpn_path_token_valid(device, session->id, &session->rebind.candidate, now,
					  token))
			session->rebind.proven = true;
		if (session->rebind.rival.remote.sa_family &&
		    jvpn_path_token_valid(device, session->id, &session->rebind.rival, now, token))
			session->rebind.rival_alive = true;
	}
	if (now < session->revert_until_ns && packet->path_id == session->last_bound_path &&
	    jvpn_path_token_valid(device, session->id, &session->last_bound, now, token)) {
		revert(session, out);
		return;
	}
	if (jvpn_path_token_valid(device, session->id, &path->endpoint, now, token))
		jvpn_path_validated(session, path);
}

void jvpn_rebind_heard(struct jvpn_session *session, const struct jvpn_packet *packet)
{
	if (session->rebind.open && session->rebind.path_id == packet->path_id &&
	    jvpn_endpoint_same_remote(&session->rebind.rival, &packet->from))
		session->rebind.rival_alive = true;
}

void jvpn_reattach_unbound(struct jvpn_session *session, const struct jvpn_packet *packet,
			   struct jvpn_outbox *out)
{
	struct jvpn_path *active = jvpn_session_active_path(session);
	u8 bound = active ? active->id : session->last_bound_path;
	struct jvpn_endpoint source = answer_endpoint(packet);

	/* Other paths show themselves by heartbeats and requests; data moves nothing. */
	if (packet->path_id != bound || bound == JVPN_PATH_NONE)
		return;
	rebind_open(session, bound, packet, &source,
		    active ? &active->endpoint : &session->last_bound, false, out);
}

void jvpn_reattach_newcomer(struct jvpn_session *session, const struct jvpn_packet *packet,
			    struct jvpn_outbox *out)
{
	struct jvpn_endpoint source = answer_endpoint(packet);
	struct jvpn_path *path = &session->paths[packet->path_id];

	/* A contest about another path is not given up for one about a standby path. */
	if (!session->rebind.open || session->rebind.path_id == path->id)
		rebind_open(session, path->id, packet, &source, &path->endpoint, false, out);
}

void jvpn_rebind_timer(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	u64 pto = jvpn_session_pto(session, &session->paths[session->rebind.path_id]);
	u64 began = session->rebind.began_ns;
	struct jvpn_event report;

	if (!session->rebind.open)
		return;
	if (!session->rebind.round) {
		session->rebind.round = 1;
		rebind_challenge(session, out);
		jvpn_deadline_set(session, JVPN_DL_REBIND, began + pto);
		return;
	}
	if (session->rebind.rival_alive) {
		jvpn_session_report_init(session, &report, JVPN_EVENT_SECURITY,
					 JVPN_REASON_SEC_UNBOUND_SOURCE);
		report.path_to = session->rebind.path_id;
		jvpn_endpoint_remote(&session->rebind.candidate, &report.remote_to);
		jvpn_endpoint_remote(&session->rebind.rival, &report.remote_from);
		jvpn_event_emit_limited(session->device, session->history, &report);
		rebind_close(session);
		return;
	}
	if (session->rebind.proven && session->rebind.asked) {
		u64 nonce = session->rebind.nonce;
		u8 path_id = session->rebind.path_id;
		struct jvpn_endpoint candidate = session->rebind.candidate;

		accept(session, path_id, &candidate, nonce, session->rebind.reason, out);
		return;
	}
	if (session->rebind.proven &&
	    &session->paths[session->rebind.path_id] != jvpn_session_active_path(session)) {
		adopt(session);
		return;
	}
	if (jvpn_since(now, began) < 4 * pto) {
		jvpn_deadline_set(session, JVPN_DL_REBIND, now + pto / 2);
		return;
	}
	rebind_close(session);
}

void jvpn_wanted_timer(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	u64 interval = JVPN_PTO_UNKNOWN_NS;
	int i;

	if (session->role != JVPN_ROLE_RESPONDER || rcu_access_pointer(session->binding))
		return;
	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		struct jvpn_control control = { .kind = JVPN_CONTROL_REATTACH_WANTED };
		struct jvpn_path *path = &session->paths[i];

		if (!path->used || !was_validated(session, i, &path->endpoint))
			continue;
		control.wanted.epoch = session->epoch;
		control.wanted.reason = session->last_reason;
		if (jvpn_outbox_control(session, out, &control, &path->endpoint, i, 0))
			jvpn_health_tx(&path->health);
		interval = min(interval, jvpn_session_pto(session, path));
	}
	session->wanted_backoff_ns = session->wanted_backoff_ns ?
		min(2 * session->wanted_backoff_ns, WANTED_BACKOFF_MAX_NS) : interval;
	jvpn_deadline_set(session, JVPN_DL_WANTED, now + session->wanted_backoff_ns);
}

void jvpn_reattach_control(struct jvpn_session *session, const struct jvpn_packet *packet,
			   const struct jvpn_control *control, struct jvpn_outbox *out)
{
	bool initiator = session->role == JVPN_ROLE_INITIATOR;

	if (packet->path_id >= JVPN_MAX_PATHS) {
		jvpn_count(session->device, JVPN_COUNTER_A_RX_CONTROL_INVALID);
		return;
	}
	if (initiator)
		port_follow(session, packet);
	switch (control->kind) {
	case JVPN_CONTROL_PATH_CHALLENGE:
		path_challenge_received(session, packet, control, out);
		return;
	case JVPN_CONTROL_PATH_CONFIRM:
		path_confirm_received(session, packet, control, out);
		return;
	case JVPN_CONTROL_REATTACH_REQUEST:
		if (!initiator)
			return request_received(session, packet, control, out);
		break;
	case JVPN_CONTROL_REATTACH_PROOF:
		if (!initiator)
			return proof_received(session, packet, control, out);
		break;
	case JVPN_CONTROL_REATTACH_ACK:
		if (initiator)
			return ack_received(session, packet, control, out);
		break;
	case JVPN_CONTROL_REATTACH_REJECT:
		if (initiator)
			return reject_received(session, packet, control, out);
		break;
	case JVPN_CONTROL_REATTACH_CHALLENGE:
		if (initiator)
			return challenge_received(session, packet, control, out);
		break;
	case JVPN_CONTROL_REATTACH_WANTED:
		if (initiator)
			return wanted_received(session, packet, control, out);
		break;
	}
	/* A kind that only the other role sends. */
	jvpn_count(session->device, JVPN_COUNTER_A_RX_CONTROL_INVALID);
}
