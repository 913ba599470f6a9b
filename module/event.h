/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: numbered under a leaf lock, kept in a preallocated ring, multicast by
 * a work item. The ring is the truth, multicast only a hint.
 */
#ifndef _JVPN_EVENT_H
#define _JVPN_EVENT_H

#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "control.h"
#include "reason.h"

struct jvpn_device;

#define JVPN_EVENT_RING_DEFAULT	1024

/* Of one kind and reason, so many limited reports a second go out one by one. */
#define JVPN_EVENT_MERGE_BURST		5
#define JVPN_EVENT_MERGE_WINDOW_NS	JVPN_NS_PER_S
/* Kinds and reasons that are told apart at one time. */
#define JVPN_EVENT_MERGE_SLOTS		32

/* One report. Path ids are JVPN_PATH_NONE where there is none. */
struct jvpn_event {
	u64 seq;			/* set by jvpn_event_emit() */
	u64 boot_ns;			/* likewise */
	u64 wall_ns;			/* likewise */
	u64 version;
	u64 outage_us;
	u64 silence_us;
	u32 epoch;
	u32 policy_version;
	u32 srtt_us;
	u32 rttvar_us;
	u32 loss_permille;
	u32 probes;
	u32 train_loss_ppm;
	u32 queued;
	u32 dropped;
	u32 count;			/* reports this one stands for; 0 counts as 1 */
	u16 reason;
	u8 type;			/* enum jvpn_event_type */
	u8 fsm_event;
	u8 role;
	u8 state_before;
	u8 state_after;
	u8 path_from;
	u8 path_to;
	u8 session_id[JVPN_ID_LEN];
	u8 peer[JVPN_PUBLIC_KEY_LEN];
	u8 lineage_before[JVPN_LINEAGE_VALUE_LEN];
	u8 lineage[JVPN_LINEAGE_VALUE_LEN];
	struct jvpn_addr local_from;
	struct jvpn_addr remote_from;
	struct jvpn_addr local_to;
	struct jvpn_addr remote_to;
};

/* Limited reports of one kind and reason. */
struct jvpn_event_merge {
	struct jvpn_event last;		/* the newest that was held back */
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
	u64 next;			/* number the next event gets; the first is 1 */
	u64 sent;			/* the newest that was multicast */
	struct work_struct work;
	struct jvpn_event_merge *merge;	/* JVPN_EVENT_MERGE_SLOTS of them */
	struct delayed_work merge_work;	/* sends what was held back */
	bool stopping;
};

/* Process context; -ENOMEM. */
int jvpn_event_ring_init(struct jvpn_device *device, u32 slots);
/* Process context: multicasts what is left, then frees. Nothing emits any more. */
void jvpn_event_ring_destroy(struct jvpn_device *device);

/**
 * jvpn_event_emit - number, stamp and keep an event, and wake the multicast
 * @device: whose ring
 * @event: copied; seq and times are set in it
 *
 * Context: any up to softirq; may be called under a session's lock.
 */
void jvpn_event_emit(struct jvpn_device *device, struct jvpn_event *event);

/**
 * jvpn_event_emit_limited - the same for refusals and security reports
 *
 * At most a few per second and reason get through one by one; what comes
 * faster is merged into one later report whose count says how many it was.
 * Never used for transitions and switches.
 */
void jvpn_event_emit_limited(struct jvpn_device *device, struct jvpn_event *event);

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

/**
 * jvpn_event_set_node - name this end, as events show it
 * @device: the device; its lock is held
 * @node: zero-terminated, shorter than JVPN_NODE_NAME_LEN
 */
void jvpn_event_set_node(struct jvpn_device *device, const char *node);

/* Copies that name. Any context up to softirq. */
void jvpn_event_node(struct jvpn_device *device, char node[JVPN_NODE_NAME_LEN]);

#endif /* _JVPN_EVENT_H */
