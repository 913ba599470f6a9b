/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a path is: estimators over samples, and the probe machine that decides
 * when a heartbeat leaves and when silence is death. Pure functions: time comes
 * in as nanoseconds of one monotonic clock, nothing is remembered elsewhere.
 *
 * Who calls what, for a path of a session:
 *  - a packet was sent on it, also CONTROL, but no own HEARTBEAT: jvpn_health_tx()
 *  - an authenticated packet came on it, also CONTROL: jvpn_health_rx(), but
 *    - a HEARTBEAT: jvpn_health_heartbeat()
 *    - a HEARTBEAT_ACK: jvpn_health_ack()
 *  - its timer fired, or something may have changed: jvpn_health_poll(), and if
 *    that says so, jvpn_health_sent() and a heartbeat filled by jvpn_health_fill()
 *  - a HEARTBEAT is answered: jvpn_health_tx(), then jvpn_health_fill()
 *
 * jvpn_health_tx(), _rx() and _inner_*() are for the hot path: they store to the
 * first members of the struct without the session's lock. All others need it.
 */
#ifndef _JVPN_HEALTH_H
#define _JVPN_HEALTH_H

#include "control.h"
#include "policy.h"

#define JVPN_PTO_UNKNOWN_NS	(1000 * JVPN_NS_PER_MS)
#define JVPN_PTO_MIN_VAR_NS	(10 * JVPN_NS_PER_MS)
#define JVPN_TIMER_LATE_NS	(10 * JVPN_NS_PER_MS)
#define JVPN_TRAIN_MAX		16
/* Before loss was measured well enough, once any was seen. */
#define JVPN_TRAIN_UNSURE	6
#define JVPN_TRAIN_SAMPLES	64
/* An answer so soon after a death says that it was none; that is remembered so long. */
#define JVPN_SPURIOUS_NS	(2 * JVPN_NS_PER_S)
#define JVPN_SPURIOUS_HOLD_MS	60000
/* Loss is measured over packets once there are so many, else over so many heartbeats. */
#define JVPN_LOSS_SAMPLES	16

#define JVPN_HEALTH_RING	16	/* heartbeats whose time of sending is known */
#define JVPN_HEALTH_MARKS	4	/* of these, whose count of sent packets is known */
#define JVPN_HEALTH_BUCKETS	3

/* What the session knows that decides how often this path is probed. */
enum jvpn_health_mode {
	JVPN_HEALTH_ACTIVE_TRAFFIC,	/* the binding, with traffic: jvpn_health_traffic() */
	JVPN_HEALTH_ACTIVE_WATCHED,	/* the binding, no traffic, VOLATILE or DEGRADED */
	JVPN_HEALTH_ACTIVE_IDLE,	/* the binding, no traffic */
	JVPN_HEALTH_STANDBY,		/* a warm candidate, session has traffic */
	JVPN_HEALTH_STANDBY_IDLE,	/* a warm candidate, session idle */
};

enum jvpn_health_verdict {
	JVPN_HEALTH_SEND	= 1 << 0,	/* send a heartbeat now */
	JVPN_HEALTH_DEAD	= 1 << 1,	/* a train was exhausted: no delivery */
};

enum jvpn_health_status {
	JVPN_HEALTH_UNKNOWN,		/* never answered */
	JVPN_HEALTH_UP,			/* heartbeats are answered */
	JVPN_HEALTH_DOWN,		/* a train was exhausted, or the link is gone */
};

enum jvpn_health_direction {
	JVPN_HEALTH_OUT,		/* from here to the peer */
	JVPN_HEALTH_IN,
};

/* Packets of a stretch of time; lost is signed: late ones are given back. */
struct jvpn_health_bucket {
	u32 sent[2];			/* by enum jvpn_health_direction */
	u32 lost[2];
};

/* private: read through the functions below, but for the fields named there. */
struct jvpn_health {
	/* Stored by the hot path without lock: WRITE_ONCE, READ_ONCE. */
	u64 last_rx_ns;			/* authenticated, no heartbeat and no answer to one */
	atomic_t tx_packets;		/* on this path, all kinds, this generation */
	atomic_t rx_packets;

	u32 srtt_us8;			/* microseconds times 8; 0: no sample yet */
	u32 rttvar_us4;
	u32 jitter_us16;
	u32 last_rtt_us;

	u32 seq;			/* newest heartbeat that left */
	u32 answered;			/* bit i: seq - i was answered */
	u32 sent_us[JVPN_HEALTH_RING];	/* by seq: boot time in microseconds, truncated */
	u32 sent_packets[JVPN_HEALTH_MARKS]; /* by seq: tx_packets then */

	u32 generation;			/* of the counts; grows when they start anew */
	u32 peer_generation;
	u32 base_tx, base_peer_rx;	/* where the next difference starts, outwards */
	u32 base_rx, base_peer_tx;	/* and inwards */
	struct jvpn_health_bucket recent[JVPN_HEALTH_BUCKETS];	/* over loss_window */
	struct jvpn_health_bucket lately[JVPN_HEALTH_BUCKETS];	/* over 30 s */
	u32 recent_ms, lately_ms;	/* when the newest bucket began */
	u32 window_ms;			/* the policy's loss_window */
	u32 spurious_ms;		/* when a death proved to be none */

	u64 last_sent_ns;		/* newest heartbeat */
	u64 last_beat_ns;		/* heartbeat of the peer, or answer */
	u64 deadline_ns;		/* of the newest probe of a train */
	u64 train_ns;			/* when silence, or a train, was last asked about */
	u64 since_ns;			/* since when the status is what it is */

	u32 mark_us;			/* when rx_mark[0] was taken */
	u16 rx_mark[2];			/* rx_packets then, and a PTO or more before */

	u8 status : 4;			/* enum jvpn_health_status */
	u8 mode : 4;			/* enum jvpn_health_mode, of the last poll */
	u8 train;			/* probes sent in the train; 0: none is under way */
	u8 train_len;			/* of the last train that was exhausted */
	u8 backoff;			/* how often the wait of a lost path was doubled */
	u8 known;			/* bits of answered that mean something ... */
	u8 judged;			/* ... and of these, those since the path came up */
	u16 flags;			/* private to health.c */
};

static_assert(sizeof(struct jvpn_health) <= 320);

/* A path of which nothing is known. */
void jvpn_health_init(struct jvpn_health *h);

/**
 * jvpn_health_restart - the counts start anew, in a new generation
 * @h: of the path
 *
 * For a path that gets another socket or address: what is under way is
 * forgotten, its status becomes unknown, estimates of round-trip time stay.
 */
void jvpn_health_restart(struct jvpn_health *h);

/**
 * jvpn_health_up - the path was proven by other means than a heartbeat
 * @h: of the path
 * @now_ns: clock
 *
 * A handshake was confirmed, or a reattach accepted, on it.
 */
void jvpn_health_up(struct jvpn_health *h, u64 now_ns);

/**
 * jvpn_health_slept - the machine stood still for long
 * @h: of the path
 *
 * What was lost meanwhile says nothing about the path: counts and heartbeats
 * that were under way are forgotten, its status stays, the next poll asks.
 */
void jvpn_health_slept(struct jvpn_health *h);

/*
 * The path is known to be gone (link, address, route): no train is needed, and
 * an answer to what was sent before does not bring it up again.
 */
void jvpn_health_down(struct jvpn_health *h, u64 now_ns);

/* What made the path go down is over: probe it at the next poll, without backoff. */
void jvpn_health_retry(struct jvpn_health *h);

/* Take a round-trip time that was measured otherwise, e.g. of a reattach. */
void jvpn_health_sample(struct jvpn_health *h, u64 rtt_ns);

/**
 * jvpn_health_next_seq - number of the next heartbeat
 * @h: of the path
 *
 * Return: what jvpn_health_sent() wants; consecutive on each path.
 */
static inline u32 jvpn_health_next_seq(const struct jvpn_health *h)
{
	return h->seq + 1;
}

/**
 * jvpn_health_sent - a heartbeat leaves
 * @h: of the path
 * @now_ns: clock
 * @seq: its number, jvpn_health_next_seq(); after any other one what is
 *	 outstanding is forgotten
 *
 * Called before jvpn_health_fill(), and also if the transport refuses it then.
 * Counts the packet as sent.
 */
void jvpn_health_sent(struct jvpn_health *h, u64 now_ns, u32 seq);

/* Writes the path's counts and generation into a HEARTBEAT or HEARTBEAT_ACK. */
void jvpn_health_fill(const struct jvpn_health *h, struct jvpn_heartbeat *hb);

/**
 * jvpn_health_heartbeat - a HEARTBEAT of the peer came
 * @h: of the path it came on
 * @now_ns: clock
 * @hb: its body
 *
 * Counts the packet as received.
 */
void jvpn_health_heartbeat(struct jvpn_health *h, u64 now_ns,
			   const struct jvpn_heartbeat *hb);

/**
 * jvpn_health_ack - a HEARTBEAT_ACK came
 * @h: of the path it came on
 * @now_ns: clock
 * @hb: its body
 *
 * Counts the packet as received. The round-trip time is taken from this end's
 * own time of sending of that very heartbeat, so that a repeated probe never
 * makes it ambiguous (Karn). An answer brings a lost path up again.
 *
 * Return: whether there was a sample; not if it answers nothing that is
 * outstanding, or something too old.
 */
bool jvpn_health_ack(struct jvpn_health *h, u64 now_ns,
		     const struct jvpn_heartbeat *hb);

/* ICMP or the socket reported an error on the path: a train is due, no more. */
void jvpn_health_hint(struct jvpn_health *h, u64 now_ns);

/**
 * jvpn_health_poll - what to do now
 * @h: of the path
 * @policy: the session's
 * @mode: enum jvpn_health_mode
 * @now_ns: clock
 * @next_ns: set to when to be polled next, if nothing happens before; always
 *	     after @now_ns
 *
 * To be polled also: at the first inner packet after a pause (the mode becomes
 * ACTIVE_TRAFFIC), after jvpn_health_hint(), and when a path that is not up
 * receives something. Packets and answers move deadlines away and need no poll
 * of their own; only the first answer of all may bring one nearer.
 *
 * Return: mask of enum jvpn_health_verdict; JVPN_HEALTH_DEAD once per death.
 */
unsigned int jvpn_health_poll(struct jvpn_health *h,
			      const struct jvpn_policy *policy,
			      enum jvpn_health_mode mode, u64 now_ns,
			      u64 *next_ns);

/* Probe timeout: srtt + max(4 rttvar, 10 ms), 1 s while nothing is known. */
u64 jvpn_health_pto_ns(const struct jvpn_health *h);

/* How many unanswered probes in a row are a death now. */
unsigned int jvpn_health_train_len(const struct jvpn_health *h,
				   const struct jvpn_policy *policy);

/**
 * jvpn_health_loss_permille - share of packets lost on the path
 * @h: of the path
 *
 * Of an active path the worse direction, over loss_window as of the last poll;
 * of a standby path, or one with few packets, over its last 16 heartbeats.
 */
u32 jvpn_health_loss_permille(const struct jvpn_health *h);

/* Round-trip loss over 30 s, upper confidence bound, in ppm: what a train is chosen by. */
u32 jvpn_health_round_trip_loss_ppm(const struct jvpn_health *h);

/**
 * jvpn_health_violation - which threshold of the policy the path violates
 * @h: of the path
 * @policy: the session's
 * @now_ns: clock
 *
 * Return: the reason of the first of loss, latency, jitter, heartbeats
 * outstanding, consecutive drops; JVPN_REASON_NONE if it keeps them all.
 */
u16 jvpn_health_violation(const struct jvpn_health *h,
			  const struct jvpn_policy *policy, u64 now_ns);

static inline enum jvpn_health_status
jvpn_health_state(const struct jvpn_health *h)
{
	return h->status;
}

static inline bool jvpn_health_alive(const struct jvpn_health *h)
{
	return h->status == JVPN_HEALTH_UP;
}

/* Since when it is up, down or unknown. */
static inline u64 jvpn_health_since_ns(const struct jvpn_health *h)
{
	return h->since_ns;
}

/* RFC 6298 and RFC 3550; 0 without a sample. */
static inline u32 jvpn_health_srtt_us(const struct jvpn_health *h)
{
	return h->srtt_us8 / 8;
}

static inline u32 jvpn_health_rttvar_us(const struct jvpn_health *h)
{
	return h->rttvar_us4 / 4;
}

static inline u32 jvpn_health_jitter_us(const struct jvpn_health *h)
{
	return h->jitter_us16 / 16;
}

/* When the path was last heard of at all; 0: never. */
static inline u64 jvpn_health_heard_ns(const struct jvpn_health *h)
{
	return max_t(u64, READ_ONCE(h->last_rx_ns), h->last_beat_ns);
}

/*
 * Counts of packets, by any CPU: one that got lost between two of them would make
 * up for a packet that the path lost.
 */
static inline void jvpn_health_tx_many(struct jvpn_health *h, u32 packets)
{
	atomic_add(packets, &h->tx_packets);
}

static inline void jvpn_health_tx(struct jvpn_health *h)
{
	jvpn_health_tx_many(h, 1);
}

static inline void jvpn_health_rx_many(struct jvpn_health *h, u64 now_ns,
				       u32 packets)
{
	WRITE_ONCE(h->last_rx_ns, now_ns);
	atomic_add(packets, &h->rx_packets);
}

static inline void jvpn_health_rx(struct jvpn_health *h, u64 now_ns)
{
	jvpn_health_rx_many(h, now_ns, 1);
}

static inline void jvpn_health_counts(struct jvpn_health *h, u32 tx, u32 rx)
{
	atomic_set(&h->tx_packets, tx);
	atomic_set(&h->rx_packets, rx);
}

/* Did an inner packet go or come within 2 heartbeat intervals? 0: none ever did. */
bool jvpn_health_traffic(u64 last_inner_ns, const struct jvpn_policy *policy, u64 now_ns);

#endif /* _JVPN_HEALTH_H */
