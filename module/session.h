/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The session: the identity that outlives its transports.
 *
 * Locks, outermost first:
 *   device->lock (mutex)      configuration
 *   device->hop_lock (mutex)  second pair of sockets; workers take it alone, for
 *                             who holds device->lock may wait for workers
 *   device->identity_lock     static key
 *   peer->lock    (BH-safe)   which session sits in which slot
 *   session->lock (BH-safe)   everything in the session but the hot path's fields
 *   keypair->replay_lock, device->events.lock, notice_lock, policy_lock   leaves
 *
 * Under session->lock one only decides, publishes and writes bodies into the
 * outbox; sealing and sending happen in jvpn_outbox_flush(), after unlock. What
 * ends a session under its lock leaves the unlinking from the peer to the flush.
 *
 * RCU: peer->session, session->binding and the key slots are read on the hot
 * path under rcu_read_lock only. Sessions, bindings and keypairs are freed
 * after a grace period. Who keeps a pointer longer holds a reference:
 *   peer slot -> session, keypair -> session, armed timer -> session,
 *   queued work -> session, AEAD operation -> keypair.
 *   session -> peer, session -> device (device uninit waits for these).
 */
#ifndef _JVPN_SESSION_H
#define _JVPN_SESSION_H

#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "control.h"
#include "event.h"
#include "fsm.h"
#include "keypair.h"
#include "noise.h"
#include "path.h"
#include "peer.h"
#include "policy.h"
#include "select.h"

/* What the session's timer waits for. */
enum jvpn_deadline {
	JVPN_DL_HANDSHAKE,	/* send INIT (again) */
	JVPN_DL_BIRTH,		/* handshake_timeout */
	JVPN_DL_PATHS,		/* the earliest poll of a path's health */
	JVPN_DL_REQUEST,	/* repeat REATTACH_REQUEST, ask the next candidate */
	JVPN_DL_WANTED,		/* responder: REATTACH_WANTED again */
	JVPN_DL_REBIND,		/* responder: verdict over a suspect tuple */
	JVPN_DL_RECOVERY,	/* recovery_window */
	JVPN_DL_VOLATILITY,	/* re-examine VOLATILE, DEGRADED, failback */
	JVPN_DL_LOSS_TTL,	/* transport_loss_ttl */
	JVPN_DL_LIFETIME,	/* session_max_lifetime */
	JVPN_DL_SUCCESSOR,	/* 98 % of it */
	JVPN_DL_KEYS,		/* old keys are dropped */
	JVPN_DL_QUEUE,		/* packets that waited too long */
	JVPN_DL_DRILL,		/* a drill is over */
	JVPN_DL_MAX
};

#define JVPN_QUEUE_MAX_AGE_NS	(3 * JVPN_NS_PER_S)
#define JVPN_QUEUE_MAX_BYTES	(4U << 20)

/* Per direction statistics that the hot path writes, each on a line of its own. */
struct jvpn_traffic {
	atomic64_t packets;
	atomic64_t bytes;
	u64 last_ns;			/* inner packet; WRITE_ONCE */
} ____cacheline_aligned_in_smp;

struct jvpn_session {
	/* Hot path. */
	struct jvpn_binding __rcu *binding;
	struct jvpn_keypair __rcu *current_keys;
	struct jvpn_device *device;
	struct jvpn_peer *peer;
	bool holding;			/* inner packets wait (or are refused): see queue */
	bool strict_binding;		/* copy of the policy's */
	u64 traffic_pause_ns;		/* its heartbeat_interval */
	u8 state;			/* enum jvpn_state; READ_ONCE outside the lock */
	u8 role;			/* enum jvpn_role */
	u8 drill_path;			/* cut by a drill, JVPN_PATH_NONE: none; READ_ONCE */
	struct jvpn_traffic tx;
	struct jvpn_traffic rx;

	spinlock_t lock;		/* what follows, see above */
	bool dead;			/* TERMINATED; set before the timer stops */
	bool linked;			/* in the session table */
	bool expiring;			/* near the end of its lifetime: a successor may be begun */
	u8 id[JVPN_ID_LEN];
	u8 root[JVPN_ROOT_LEN];
	struct jvpn_hmac_key lineage_key;
	u8 lineage[JVPN_LINEAGE_VALUE_LEN];
	u8 lineage_before[JVPN_LINEAGE_VALUE_LEN];
	struct jvpn_event_history *history; /* its newest events; referenced */
	u8 cipher;
	u16 last_reason;
	u32 epoch;
	u64 version;
	u64 born_ns;
	u64 switches;
	u64 rekeys;
	u64 dropped;
	struct jvpn_policy policy;	/* snapshot; bounds: what both ends agreed on */
	u32 own_max_lifetime;		/* ms; what this end wants, to be negotiated */
	u32 own_loss_ttl;
	struct jvpn_policy policy_next;	/* from the next transition on, if */
	bool policy_changed;
	u32 owner_term;

	/* Keys: previous and next slots; current_keys above. */
	struct jvpn_keypair __rcu *previous_keys;
	struct jvpn_keypair __rcu *next_keys;

	/* The peer's session clock: local ms = peer's ms + offset. */
	s64 clock_offset_ms;
	u64 clock_calibrated_ns;

	/* Own INIT under way (create or rekey). */
	struct jvpn_noise handshake;
	struct jvpn_index handshake_index;
	u8 handshake_kind;		/* enum jvpn_hs_kind, 0: none out */
	u8 handshake_tries;
	u8 handshake_path;		/* candidate the next INIT leaves by */
	u64 handshake_sent_ns;
	u64 handshake_tai_ns;		/* time stamp of the INIT that is out */
	bool handshake_skewed;		/* the peer had seen a later one: once per handshake */
	bool handshake_cookied;		/* the INIT that is out was answered with a cookie */
	bool handshake_stayed;		/* it left by the path of the one before, for that */
	u64 handshake_began_ns;
	u32 remote_handshake_index;
	struct jvpn_endpoint born_at;	/* responder: where the RESPONSE went to */
	u8 born_path;			/* responder: the path that the INIT named */
	bool own_key_larger;		/* responder: than the peer's */
	bool simultaneous;		/* answered while an own create was out */

	u64 rekey_wanted_ns;		/* responder: last REKEY_WANTED */
	u64 notice_ns;			/* last NOTICE acted upon */

	struct jvpn_path paths[JVPN_MAX_PATHS];
	u64 valid_rx_ns;		/* something authentic came; WRITE_ONCE */

	/* Initiator's side of a move. */
	struct {
		bool open;
		u8 target;		/* preferred candidate */
		u8 asked;		/* mask of candidates that were asked */
		u8 refused;		/* mask: refused, or silent while another lives */
		u8 tries[JVPN_MAX_PATHS]; /* requests sent to each */
		u8 lost;		/* the path whose death began it, to be tried once more */
		u8 rounds;
		u16 reason;
		u64 nonce;		/* of the request that is out */
		u64 nonce_ns;		/* used since */
		u64 began_ns;
	} move;
	u64 nat_move_ns;		/* last move because of a changed tuple began */
	u64 attach_nonce;		/* last one used (initiator), last accepted (responder) */

	/* Responder's side. */
	struct jvpn_control stored_ack;	/* of the last accepted nonce */
	bool has_stored_ack;
	struct {			/* a tuple that claims a path another tuple had */
		bool open;
		bool rival_alive;	/* something valid came from the other tuple since */
		bool proven;		/* the candidate returned its token */
		bool asked;		/* there is a REQUEST for it, held until the verdict */
		bool rival_named;	/* the rival is not known, a REQUEST names it */
		u8 path_id;
		u8 round;
		u16 reason;
		u32 rx_bytes;		/* from the candidate, UDP payload */
		u32 tx_bytes;		/* to it, at most three times as many */
		u64 nonce;		/* of that REQUEST */
		u64 began_ns;
		struct jvpn_endpoint candidate;
		struct jvpn_endpoint rival; /* the bound tuple, or the one the REQUEST names */
	} rebind;
	struct jvpn_endpoint challenged; /* source of the last uncontested challenge */
	u64 challenged_nonce;
	u16 challenged_reason;
	u64 revert_until_ns;		/* the old tuple may take a rebinding back */
	struct jvpn_endpoint last_bound;
	u8 last_bound_path;
	u64 reattach_tokens_ns;		/* token bucket of reattach_rate, virtual time */
	u64 wanted_backoff_ns;
	u64 reject_tokens_ns;		/* likewise for REJECTs */
	u64 challenge_tokens_ns;	/* likewise for starts of validation, 4 per second */
	u64 check_tokens_ns;		/* likewise for looks at routes because of errors */

	/* Outage bookkeeping, for reports. */
	u64 outage_began_ns;		/* 0: there is a binding */
	u64 drain_until_ns;		/* the tuple bound before is still accepted */
	u64 unstable_since_ns;		/* VOLATILE or DEGRADED since */
	u64 recovery_began_ns;
	struct jvpn_moves moves;
	u64 violated_since_ns;		/* the active path violates a threshold without a break */
	u64 healthy_since_ns;		/* it keeps them all */
	u16 denied_reason;		/* why the last wanted move was not made */
	u32 outage_dropped;
	atomic_t drill_lost;		/* inner packets that the drill dropped */

	/* Inner packets that wait. */
	struct sk_buff_head queue;
	u32 queue_bytes;
	bool flushing;

	/* Time. */
	struct hrtimer timer;
	bool timer_armed;		/* the timer holds a reference */
	bool timer_running;		/* its callback re-arms at the end */
	u64 timer_at_ns;
	u64 deadline_ns[JVPN_DL_MAX];	/* 0: none */

	struct work_struct work;	/* INITs: Curve25519 wants process context */
	unsigned long work_flags;

	struct rhash_head id_node;
	struct kref ref;
	struct rcu_work free_work;
};

/* What the hot path knows of an opened packet. */
struct jvpn_packet {
	struct jvpn_endpoint from;	/* remote: source; local, hopped: destination */
	u8 type;			/* DATA or CONTROL */
	u8 path_id;
	bool newest;			/* greatest counter so far */
	bool has_inner;			/* DATA with an inner packet (not a keepalive) */
	unsigned int len;		/* of the UDP payload */
};

/* ---- what send.c and receive.c call; RCU read side, BH off ---- */

/**
 * jvpn_session_hold - take an inner packet for which there is no way now
 * @peer: to whom; if it has no session one is begun
 * @session: its session, or NULL
 * @skb: the inner packet; consumed: queued, or refused with ICMP unreachable
 *
 * Called when there is no session, no keys that may still seal, or
 * session->holding is set. Packets go out in order once there is a binding.
 */
void jvpn_session_hold(struct jvpn_peer *peer, struct jvpn_session *session,
		       struct sk_buff *skb);

/**
 * jvpn_session_received - account for an authentic packet
 * @keypair: under whose keys it came
 * @packet: what is known of it
 *
 * Confirms new keys, keeps the path's health, notices unbound sources. Called
 * for every packet that passed tag and replay window, before its content is
 * looked at. The common case (bound tuple, confirmed keys) takes no lock.
 *
 * Return: true if DATA may be delivered; false if strict_binding forbids it or
 * the session is over.
 */
bool jvpn_session_received(struct jvpn_keypair *keypair, const struct jvpn_packet *packet);

/* The first inner packet after a pause; takes the session's lock. */
void jvpn_session_traffic_began(struct jvpn_session *session, struct jvpn_traffic *traffic);

/**
 * jvpn_session_note_traffic - an inner packet goes (@traffic: tx) or came (rx)
 * @session: the session
 * @traffic: its tx or rx
 * @now: boot clock
 *
 * The hot path calls it for each packet or batch.
 */
static inline void jvpn_session_note_traffic(struct jvpn_session *session,
					     struct jvpn_traffic *traffic, u64 now)
{
	u64 pause = READ_ONCE(session->traffic_pause_ns);
	u64 last = READ_ONCE(traffic->last_ns);

	/* Another CPU may have been here since @now was read. */
	if (unlikely(now > last && now - last > pause))
		jvpn_session_traffic_began(session, traffic);
	else
		WRITE_ONCE(traffic->last_ns, now);
}

/*
 * An authentic packet that came before. Its content counts for nothing, and where
 * it came from for one thing: a tuple whose path is contested is alive. Somebody
 * who relays faster than the path makes replays of all that the path delivers.
 * One from where no path of the session is, is reported. Softirq, under RCU.
 */
void jvpn_session_replayed(struct jvpn_session *session, const struct jvpn_packet *packet);

/* Is the path cut by a drill? All that the hot path pays for them. */
static inline bool jvpn_drill_cuts(const struct jvpn_session *session, u8 path_id)
{
	return unlikely(READ_ONCE(session->drill_path) == path_id);
}

/* Counts a datagram that is dropped for that. Any context up to softirq. */
void jvpn_drill_drop(struct jvpn_session *session, bool has_inner);

/* A CONTROL body; after jvpn_session_received(). */
void jvpn_session_control(struct jvpn_keypair *keypair, const struct jvpn_packet *packet,
			  const u8 *body, size_t len);

/* These keys should be replaced soon (age, messages, failed tags). Cheap when repeated. */
void jvpn_session_want_rekey(struct jvpn_session *session);

/* A packet that names this session did not authenticate. Reported, and nothing else. */
void jvpn_session_auth_failed(struct jvpn_session *session, const struct jvpn_addr *from);

/* The kernel's routing or a socket said that a datagram on this path failed. */
void jvpn_session_path_error(struct jvpn_session *session, u8 path_id, int err);

/*
 * A NOTICE came in: a peer does not know the index that we used. Only its size
 * and reserved bytes were judged.
 */
void jvpn_session_notice(struct jvpn_device *device, u32 remote_index, const u8 *token);

/* ---- what send.c offers to the session ---- */

/* Seals a CONTROL body (at skb->data, headroom reserved) and sends it by @endpoint. Consumed. */
void jvpn_send_control(struct jvpn_session *session, struct jvpn_keypair *keypair,
		       const struct jvpn_endpoint *endpoint, u8 path_id,
		       struct sk_buff *body, bool df);

/*
 * Sends inner packets in order by the session's binding, as long as there is one
 * and keys: what could not be sent stays in the list.
 */
void jvpn_send_inner(struct jvpn_session *session, struct sk_buff_head *list);

/* Sends an unsealed datagram (handshake, cookie, notice). */
int jvpn_send_plain(struct jvpn_device *device, const void *data, size_t len,
		    const struct jvpn_endpoint *endpoint);

/**
 * jvpn_send_unreachable - tell the sender that its packet cannot be carried
 * @skb: the inner packet; not consumed
 *
 * ICMP host unreachable, or ICMPv6 address unreachable; the stack limits their
 * rate.
 */
void jvpn_send_unreachable(struct sk_buff *skb);

/* Room in front of a body for all headers; bytes behind it for the tag. */
struct sk_buff *jvpn_body_alloc(size_t len, gfp_t gfp);

/* ---- what receive.c offers ---- */

/* Source and destination of a received datagram, from its IP and UDP headers. */
int jvpn_receive_endpoint(const struct sk_buff *skb, struct jvpn_endpoint *from);

/* ---- handshake.c ---- */

/* Worker of device->handshake_queue. */
void jvpn_handshake_worker(struct work_struct *work);

/* ---- for netlink ---- */

/* RCU; a reference, or NULL. */
struct jvpn_session *jvpn_session_lookup(struct jvpn_device *device, const u8 *id);
struct jvpn_session *jvpn_session_get(struct jvpn_session *session);
bool jvpn_session_get_unless_zero(struct jvpn_session *session);
void jvpn_session_put(struct jvpn_session *session);

/**
 * jvpn_session_switch - the operator wants the session on another path
 * @session: the session
 * @path_id: where to
 *
 * Context: process.
 * Return: 0: the move has begun (its outcome is an event); -ENOENT no such
 * path; -EALREADY it is active; -EOPNOTSUPP this end is the responder (only the
 * initiator moves); -ENOTCONN not established; -EACCES policy does not allow
 * that path; -ENETUNREACH it is down or not validated; -EBUSY a recovery is under way; -EAGAIN
 * max_switches_per_min is used up.
 */
int jvpn_session_switch(struct jvpn_session *session, u8 path_id);

/**
 * jvpn_session_drill - cut a path at this end for a while, or let it be again
 * @session: the session
 * @path_id: which; JVPN_PATH_NONE: the active one
 * @duration_ms: for so long; 0 ends the drill that is under way
 * @force: also if no other path works
 *
 * Beginning and end are events of type DRILL. The end comes by the session's
 * own timer, or with the session.
 *
 * Context: process.
 * Return: 0; -ENOTCONN not established; -EBUSY a drill is under way, -EALREADY
 * none is; -ENETDOWN there is no active path; -ENOENT no such path;
 * -ENETUNREACH no other path works.
 */
int jvpn_session_drill(struct jvpn_session *session, u8 path_id, u32 duration_ms, bool force);

/* Ends it, telling the peer. -EINVAL: @reason is not a termination reason. */
int jvpn_session_terminate(struct jvpn_session *session, u16 reason);

/* Begins a session with a peer, if it has none. -EDESTADDRREQ: it has no path; -ENOMEM. */
int jvpn_session_connect(struct jvpn_peer *peer);

/* The peer's candidates, or its policy, changed: take them over. Process. */
void jvpn_session_paths_changed(struct jvpn_peer *peer);
void jvpn_session_policy_changed(struct jvpn_peer *peer, bool strict);

/* Ends all sessions of a peer (any slot) with this reason; no successor. */
void jvpn_session_end_all(struct jvpn_peer *peer, u8 fsm_event, u16 reason);

/* Everything SESSION_GET shows, copied under the lock. */
struct jvpn_path_info {
	struct jvpn_endpoint endpoint;
	u8 local_used[16];
	u64 rx_packets, tx_packets, last_rx_ns;
	u32 status, srtt_us, rttvar_us, jitter_us, loss_permille, mtu;
	int oif_used;
	u8 id, priority, transport;
};

struct jvpn_session_info {
	u8 id[JVPN_ID_LEN];
	u8 lineage[JVPN_LINEAGE_VALUE_LEN];
	u64 version, born_ns, age_ms, key_age_ms, switches, rekeys;
	u64 rx_packets, tx_packets, rx_bytes, tx_bytes, dropped;
	u32 epoch, policy_version, queued;
	u32 drill_ms;			/* left of a drill; 0: none is under way */
	u16 last_reason;
	u8 state, role, cipher;
	u8 active_path;			/* JVPN_PATH_NONE */
	u8 path_count;
	char driver[64];
	struct jvpn_path_info path[JVPN_MAX_PATHS];
};

/* Any context. */
void jvpn_session_info(struct jvpn_session *session, struct jvpn_session_info *info);

/* ---- notifiers, via device->check_work ---- */

/* Looks at every path of every session of the device again. Process. */
void jvpn_session_check_paths(struct jvpn_device *device);
/* An interface went down, or an address went away. Process (RTNL may be held). */
void jvpn_session_link_down(struct jvpn_device *device, int ifindex);
void jvpn_session_address_removed(struct jvpn_device *device, u8 family, const u8 *addr);

/* Worker of peer->persist_work: begins a successor. */
void jvpn_session_persist_work(struct work_struct *work);

/* Debug: go on after device->frozen, as after a suspend. */
void jvpn_session_thaw(struct jvpn_device *device);

extern const struct rhashtable_params jvpn_session_table_params;

#endif /* _JVPN_SESSION_H */
