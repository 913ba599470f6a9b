/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: numbered under a leaf lock, kept in a preallocated ring and apart in
 * the history of their session, multicast by a work item. The ring is the truth,
 * multicast only a hint.
 */
#ifndef _JVPN_EVENT_H
#define _JVPN_EVENT_H

#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "history.h"

struct jvpn_device;

/* Of one kind, reason and session, so many limited reports a second go out one by one. */
#define JVPN_EVENT_MERGE_BURST		5
#define JVPN_EVENT_MERGE_WINDOW_NS	JVPN_NS_PER_S
/* Kinds, reasons and sessions that are told apart at one time. */
#define JVPN_EVENT_MERGE_SLOTS		32
/* Kinds and reasons of all other sessions, told apart likewise. */
#define JVPN_EVENT_MERGE_SHARED		32

/*
 * The history of one session. The session holds a reference; once it has ended
 * its peer does, until another one ends. Its content is under the events' lock.
 */
struct jvpn_event_history {
	struct jvpn_history kept;
	refcount_t refs;
};

static_assert(sizeof(struct jvpn_event_history) <= 512);

/* Limited reports of one kind and reason: of one session, or shared by many. */
struct jvpn_event_merge {
	struct jvpn_event last;		/* the newest that was held back */
	struct jvpn_event_history *history; /* of the session, referenced; shared: NULL */
	u64 window_ns;			/* when the window began, boot clock */
	u32 passed;			/* went out in this window */
	u32 held;			/* wait for the end of it, to go out as one */
	u16 reason;
	u8 type;			/* 0: slot is free */
};

struct jvpn_event_ring {
	spinlock_t lock;		/* leaf; taken with BH off */
	struct jvpn_event *slot;	/* kvmalloc'ed, a power of two of them */
	u32 mask;
	u64 first;			/* older ones were never in this ring, see resize */
	u64 next;			/* number the next event gets; the first is 1 */
	u64 sent;			/* the newest that was multicast */
	struct work_struct work;
	struct jvpn_event_merge *merge;	/* JVPN_EVENT_MERGE_SLOTS, then _SHARED of them */
	struct delayed_work merge_work;	/* sends what was held back */
	bool stopping;
};

/* Process context; -ENOMEM. */
int jvpn_event_ring_init(struct jvpn_device *device, u32 slots);
/* Process context: multicasts what is left, then frees. Nothing emits any more. */
void jvpn_event_ring_destroy(struct jvpn_device *device);

/**
 * jvpn_event_ring_resize - keep more events, or fewer
 * @device: whose ring; the device's lock is held
 * @slots: rounded up to a power of two
 *
 * The newest ones stay. Events that come meanwhile are kept as ever.
 * Return: 0 or -ENOMEM.
 */
int jvpn_event_ring_resize(struct jvpn_device *device, u32 slots);
u32 jvpn_event_ring_slots(struct jvpn_device *device);

/* Any context; NULL without memory. */
struct jvpn_event_history *jvpn_event_history_create(void);
struct jvpn_event_history *jvpn_event_history_get(struct jvpn_event_history *history);
/* NULL is fine. */
void jvpn_event_history_put(struct jvpn_event_history *history);

/**
 * jvpn_event_emit - number, stamp and keep an event, and wake the multicast
 * @device: whose ring
 * @history: of the session that it is about; NULL if it is about none
 * @event: copied; seq and times are set in it
 *
 * Context: any up to softirq; may be called under a session's lock.
 */
void jvpn_event_emit(struct jvpn_device *device, struct jvpn_event_history *history,
		     struct jvpn_event *event);

/**
 * jvpn_event_emit_limited - the same for refusals and security reports
 *
 * At most a few per second, session and reason get through one by one; what
 * comes faster is merged into one later report whose count says how many it was.
 * When more sessions are refused at one time than can be told apart, the merged
 * report of the rest names none. Never used for transitions and switches.
 */
void jvpn_event_emit_limited(struct jvpn_device *device, struct jvpn_event_history *history,
			     struct jvpn_event *event);

/**
 * jvpn_event_range - which events are in the ring
 * @device: whose ring
 * @oldest: number of the oldest; one above @newest when there is none
 * @newest: number of the newest; 0 before the first
 *
 * Context: any up to softirq.
 */
void jvpn_event_range(struct jvpn_device *device, u64 *oldest, u64 *newest);

/**
 * jvpn_event_read - copy an event out of the ring
 * @device: whose ring
 * @seq: number of the first one wanted, at least 1
 * @event: the copy; event->seq is above @seq if what was asked for is gone
 *
 * Context: any up to softirq.
 * Return: 0, or -ENOENT: that number was not given yet.
 */
int jvpn_event_read(struct jvpn_device *device, u64 seq, struct jvpn_event *event);

/* The same from a session's history; events have no peer there. */
int jvpn_event_history_read(struct jvpn_device *device,
			    const struct jvpn_event_history *history, u64 seq,
			    struct jvpn_event *event);

/* What is no longer in a session's history. */
struct jvpn_event_lost {
	u64 count;			/* transitions and switches */
	u64 seq;			/* the newest of these */
	u64 others;			/* reports of all other kinds */
};

void jvpn_event_history_lost(struct jvpn_device *device,
			     const struct jvpn_event_history *history,
			     struct jvpn_event_lost *lost);

/**
 * jvpn_event_set_node - name this end, as events show it
 * @device: the device; its lock is held
 * @node: zero-terminated, shorter than JVPN_NODE_NAME_LEN
 */
void jvpn_event_set_node(struct jvpn_device *device, const char *node);

/* Copies that name. Any context up to softirq. */
void jvpn_event_node(struct jvpn_device *device, char node[JVPN_NODE_NAME_LEN]);

#endif /* _JVPN_EVENT_H */
