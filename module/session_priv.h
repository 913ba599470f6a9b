/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the room of the session: what its files share with each other and with
 * nobody else.
 */
#ifndef _JVPN_SESSION_PRIV_H
#define _JVPN_SESSION_PRIV_H

#include "device.h"
#include "session.h"

/* A candidate without an answer is given up after so many requests while another path lives. */
#define JVPN_MOVE_TRIES_ALIVE		4
/* Between repeats without a living binding: doubles from the PTO up to this. */
#define JVPN_MOVE_BACKOFF_MAX_NS	(1 * JVPN_NS_PER_S)
#define JVPN_CHALLENGE_STARTS_PER_S	4
#define JVPN_DRAIN_MAX_NS		(1 * JVPN_NS_PER_S)
/* Bits of session->work_flags. */
#define JVPN_WORK_CHECK			0	/* look at the paths */
#define JVPN_WORK_INIT			1	/* send an INIT */
#define JVPN_WORK_HOP			2	/* try the lost path from another port */

/*
 * What is to be done after session->lock was dropped: bodies to seal and send,
 * packets to give up, whether waiting packets may go, whether the session ended.
 * Lives on the stack of whoever takes the lock.
 */
struct jvpn_outbox {
	struct sk_buff_head control;
	struct sk_buff_head drop;
	struct sk_buff_head refused;	/* their senders are told */
	bool flush_queue;
	bool successor;			/* policy wants the next session begun beside this one */
	bool ended;
	u8 ended_by;			/* enum jvpn_fsm_event */
	u16 ended_reason;
};

static inline void jvpn_outbox_init(struct jvpn_outbox *out)
{
	__skb_queue_head_init(&out->control);
	__skb_queue_head_init(&out->drop);
	__skb_queue_head_init(&out->refused);
	out->flush_queue = false;
	out->successor = false;
	out->ended = false;
	out->ended_by = 0;
	out->ended_reason = 0;
}

/* ---- outbox.c ---- */

/* Seals, sends, unlinks. BH off, no lock held, caller holds a reference or RCU. */
void jvpn_outbox_flush(struct jvpn_session *session, struct jvpn_outbox *out);

/**
 * jvpn_outbox_control - write a body into the outbox
 * @session: locked
 * @out: the outbox
 * @control: what; its clock is filled in here
 * @endpoint: where to
 * @path_id: for the header
 * @pad_to: pad the body with zeros so that the datagram has this UDP payload
 *	    (0: no padding); padded ones leave with DF
 *
 * Return: false if there are no keys that may seal (a rekey is begun) or no memory.
 */
bool jvpn_outbox_control(struct jvpn_session *session, struct jvpn_outbox *out,
			 struct jvpn_control *control, const struct jvpn_endpoint *endpoint,
			 u8 path_id, u32 pad_to);

/* ---- session.c ---- */

/**
 * jvpn_session_event - put an event through the transition table
 * @session: locked
 * @event: enum jvpn_fsm_event
 * @reason: the one reason of this transition
 * @report: filled in as far as the caller knows more (paths, measurements), or NULL
 * @out: the outbox
 *
 * The only place that assigns a state.
 * Return: whether the state changed.
 */
bool jvpn_session_event(struct jvpn_session *session, u8 event, u16 reason,
			struct jvpn_event *report, struct jvpn_outbox *out);

/* A report with everything filled in that the session knows of itself. Locked. */
void jvpn_session_report_init(struct jvpn_session *session, struct jvpn_event *report,
			      u8 type, u16 reason);
/* The path that is left, or that it is about; and the one gone to, but for its addresses. */
void jvpn_session_report_path(struct jvpn_session *session, struct jvpn_event *report,
			      const struct jvpn_path *path);
void jvpn_session_report_target(struct jvpn_event *report, const struct jvpn_path *path);

/* Initiator: may who names this owner term speak for the session? Reports it if not. Locked. */
bool jvpn_session_owner_valid(struct jvpn_session *session, u32 owner_term);

/*
 * New session in BIRTH with one reference, in no slot; the policy is copied.
 * Any context; NULL without memory.
 */
struct jvpn_session *jvpn_session_create(struct jvpn_peer *peer, u8 role,
					 const struct jvpn_policy *policy);

/* TERMINATE on the active path, or on all that may work if there is none. Locked. */
void jvpn_session_say_terminate(struct jvpn_session *session, u16 reason,
				struct jvpn_outbox *out);

/* The active path, or NULL. Locked. */
struct jvpn_path *jvpn_session_active_path(struct jvpn_session *session);
/* The longest UDP payload that the path was seen to carry; 0: as the route says. */
u16 jvpn_path_payload_max(const struct jvpn_session *session, const struct jvpn_path *path);
/*
 * How long a padded CONTROL packet is, as UDP payload: as the longest DATA, but no
 * longer than the route takes, which would not even send it. Locked.
 */
u32 jvpn_session_probe_bytes(const struct jvpn_session *session,
			     const struct jvpn_endpoint *endpoint);

/* Points the hot path at @binding (made for @path); lets waiting packets go. Locked. */
void jvpn_session_bind(struct jvpn_session *session, struct jvpn_binding *binding,
		       struct jvpn_path *path, struct jvpn_outbox *out);
/* The hot path has no way any more. Locked. */
void jvpn_session_unbind(struct jvpn_session *session);

/* Fills path @id in with a tuple, as new. Locked. */
struct jvpn_path *jvpn_session_path_setup(struct jvpn_session *session, u8 id,
					  const struct jvpn_endpoint *endpoint);

/**
 * jvpn_session_path_dead - a path does not deliver, or cannot
 * @session: locked
 * @path: which
 * @reason: NO_DELIVERY, LINK_DOWN, ADDRESS_REMOVED, ROUTE_LOST
 * @probes: length of the train that found it, 0 if it was something else
 * @out: the outbox
 */
void jvpn_session_path_dead(struct jvpn_session *session, struct jvpn_path *path, u16 reason,
			    u32 probes, struct jvpn_outbox *out);

/* Ends a session that another one replaced; no lock held. */
void jvpn_session_supersede(struct jvpn_session *session);
/* A session came to life: its bounds begin to run. Locked. */
void jvpn_session_established(struct jvpn_session *session);

/* ---- session_slots.c ---- */

/* A session in each slot of a peer at most: live, outbound, inbound. */
#define JVPN_PEER_SLOTS		3

/* The sessions of a peer, referenced, each once. Returns how many. */
unsigned int jvpn_peer_sessions(struct jvpn_peer *peer,
				struct jvpn_session *found[JVPN_PEER_SLOTS]);

/*
 * Begins a session: the peer's first, or with @successor one beside the live
 * session, which it will supersede. Returns the peer's session, referenced, or an
 * error: -ESHUTDOWN, -EDESTADDRREQ it has no path, -ENOMEM.
 */
struct jvpn_session *jvpn_session_begin(struct jvpn_peer *peer, bool successor);
/* Lets a worker begin the next session beside this one. No lock held. */
void jvpn_session_begin_successor(struct jvpn_session *session);
/* A session that ended leaves its peer's slots and the tables. No lock held. */
void jvpn_session_unlink(struct jvpn_session *session, const struct jvpn_outbox *out);

/* ---- session_queue.c ---- */

/* Gives up packets that waited too long. Locked. */
void jvpn_session_queue_expire(struct jvpn_session *session, u64 now, struct jvpn_outbox *out);
/* Gives up what is too much or waited too long. Locked. */
void jvpn_session_queue_bound(struct jvpn_session *session, struct sk_buff_head *drop);
/* Refuses all that waits: nothing will take it. Locked. */
void jvpn_session_queue_refuse(struct jvpn_session *session, struct jvpn_outbox *out);
/* Counts what was refused, tells its senders and frees it. Not locked. */
void jvpn_queue_refused(struct jvpn_device *device, struct sk_buff_head *list);
/* What waited for our own create goes out by the session that came instead. Not locked. */
void jvpn_session_queue_inherit(struct jvpn_session *session, struct jvpn_session *old);
/*
 * Sends what waits, in order. While one CPU does so "holding" stays set, so
 * that newer packets line up behind and do not overtake. BH off, RCU, not locked.
 */
void jvpn_session_queue_flush(struct jvpn_session *session);

/* ---- session_config.c ---- */

/* A transition was made: a policy that waited for that is in force. Locked. */
void jvpn_policy_due(struct jvpn_session *session);
/* The snapshot, and what the hot path keeps of it. Locked, or before it is known. */
void jvpn_policy_put_in_force(struct jvpn_session *session, const struct jvpn_policy *policy);
/* After a new session was put into its slot; not locked. */
void jvpn_policy_recheck(struct jvpn_session *session);
/* The path is bound: does policy allow that, after all? Locked. */
void jvpn_policy_leave_forbidden(struct jvpn_session *session, struct jvpn_path *path,
				 struct jvpn_outbox *out);

/* ---- timers.c ---- */

/* Sets (at_ns = 0: clears) a deadline; re-arms the timer if it is the earliest. Locked. */
void jvpn_deadline_set(struct jvpn_session *session, enum jvpn_deadline deadline, u64 at_ns);
/* Polls the health of all paths soon: something about them changed. Locked. */
void jvpn_paths_poll_now(struct jvpn_session *session);
/* Traffic after a pause: idle heartbeats are too slow from now on. Locked. */
void jvpn_traffic_resumed(struct jvpn_session *session, struct jvpn_traffic *traffic);
void jvpn_timer_init(struct jvpn_session *session);
/* Locked, session dead: the timer never runs again (it may be running right now). */
void jvpn_timer_stop(struct jvpn_session *session);
void jvpn_heartbeat_send(struct jvpn_session *session, struct jvpn_path *path,
			 struct jvpn_outbox *out);
void jvpn_heartbeat_received(struct jvpn_session *session, const struct jvpn_packet *packet,
			     const struct jvpn_control *control, struct jvpn_outbox *out);

/* Responder: the tuple of a path proved itself. Locked. */
void jvpn_path_validated(struct jvpn_session *session, struct jvpn_path *path);

/* ---- choose.c; all locked ---- */

/* Looks at the active path's health against policy: volatility, selection, failback. */
void jvpn_session_evaluate(struct jvpn_session *session, u64 now, struct jvpn_outbox *out);

/*
 * When VOLATILE or DEGRADED is to be evaluated next: when it ends if all stays as it
 * is, and now and then before, for what may have become better. Boot time; locked.
 */
u64 jvpn_session_look_ns(const struct jvpn_session *session, u64 now);
/* The best candidate but @except (JVPN_PATH_NONE: any) that was not asked yet, or NULL. */
struct jvpn_path *jvpn_move_candidate(struct jvpn_session *session, u8 except);

/**
 * jvpn_path_surplus - is this one candidate more than policy allows?
 * @session: locked
 * @id: of a path that is used, or might be
 *
 * Of all candidates so many as max_candidates count: the one that is bound, or
 * was last, then those of a better priority class, then those with a lower id.
 * The others wait.
 */
bool jvpn_path_surplus(const struct jvpn_session *session, u8 id);
/* Does policy let a path be used: its transport, and how many there are? */
bool jvpn_path_allowed(const struct jvpn_session *session, const struct jvpn_path *path);
/* The same, and there is a way out by it. */
bool jvpn_path_usable(const struct jvpn_session *session, const struct jvpn_path *path);

/* ---- reattach.c; all locked ---- */

/* Begins a move, or widens one that is under way. Initiator. */
void jvpn_move_begin(struct jvpn_session *session, u8 target, u16 reason,
		     struct jvpn_outbox *out);
void jvpn_move_end(struct jvpn_session *session);
/* Deadline JVPN_DL_REQUEST. */
void jvpn_move_timer(struct jvpn_session *session, u64 now, struct jvpn_outbox *out);
/* A candidate may be asked (again): it came up, or keys are there now. */
void jvpn_move_kick(struct jvpn_session *session, struct jvpn_outbox *out);
/* Tries the path that died from the device's other port: soon (locked), now (process). */
void jvpn_move_hop_later(struct jvpn_session *session, u8 path_id);
void jvpn_move_hop(struct jvpn_session *session);
void jvpn_reattach_control(struct jvpn_session *session, const struct jvpn_packet *packet,
			   const struct jvpn_control *control, struct jvpn_outbox *out);
/* Responder: a newest-counter packet from a tuple that is not bound. */
void jvpn_reattach_unbound(struct jvpn_session *session, const struct jvpn_packet *packet,
			   struct jvpn_outbox *out);
/* Responder: a tuple that is not the validated one shows itself on a standby path. */
void jvpn_reattach_newcomer(struct jvpn_session *session, const struct jvpn_packet *packet,
			    struct jvpn_outbox *out);
/* Responder: something authentic from the bound tuple; it may be a contest's rival. */
void jvpn_rebind_heard(struct jvpn_session *session, const struct jvpn_packet *packet);
/* Deadlines JVPN_DL_REBIND and JVPN_DL_WANTED. */
void jvpn_rebind_timer(struct jvpn_session *session, u64 now, struct jvpn_outbox *out);
void jvpn_wanted_timer(struct jvpn_session *session, u64 now, struct jvpn_outbox *out);
/* PTO of a path, 1 s where there is none. */
u64 jvpn_session_pto(const struct jvpn_session *session, const struct jvpn_path *path);

/* ---- drill.c ---- */

/* Deadline JVPN_DL_DRILL, or the session ends. Nothing happens without a drill. Locked. */
void jvpn_drill_end(struct jvpn_session *session);

/* ---- watch.c ---- */

/* Looks at the ways out of one session. Process context, not locked. */
void jvpn_session_check(struct jvpn_session *session);
/* The same, soon. Any context; the caller keeps the session alive. */
void jvpn_session_check_later(struct jvpn_session *session);

/* ---- handshake.c ---- */

/* Deadline JVPN_DL_HANDSHAKE, or wanted now: lets the worker send an INIT. Locked. */
void jvpn_handshake_kick(struct jvpn_session *session);
/* Begins a rekey if none is under way. Initiator, locked. */
void jvpn_handshake_rekey(struct jvpn_session *session);
/* Forgets the INIT that is out. Locked. */
void jvpn_handshake_clear(struct jvpn_session *session);
void jvpn_handshake_send_work(struct work_struct *work);
/* New keys were used by the peer (responder). BH off, not locked. */
void jvpn_handshake_confirm(struct jvpn_keypair *keypair);

#endif /* _JVPN_SESSION_PRIV_H */
