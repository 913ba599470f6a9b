/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an event is, and the newest events of one session in little room.
 *
 * An event looks much like the one before it, so that a record only has what is
 * not to be expected: a move is three records of 20 to 70 bytes, where three
 * events take 840. Nothing is rounded or left out but the peer's key, which
 * whoever has the history knows.
 */
#ifndef _JVPN_HISTORY_H
#define _JVPN_HISTORY_H

#include "control.h"
#include "reason.h"

/* One report. Path ids are JVPN_PATH_NONE where there is none. */
struct jvpn_event {
	u64 seq;			/* set when the event is emitted, */
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
	u32 jitter_us;
	u32 srtt_to_us;
	u32 loss_to_permille;
	u32 retry_ms;
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
	u8 priority;
	u8 priority_to;
	u8 session_id[JVPN_ID_LEN];
	u8 peer[JVPN_PUBLIC_KEY_LEN];
	u8 lineage_before[JVPN_LINEAGE_VALUE_LEN];
	u8 lineage[JVPN_LINEAGE_VALUE_LEN];
	struct jvpn_addr local_from;
	struct jvpn_addr remote_from;
	struct jvpn_addr local_to;
	struct jvpn_addr remote_to;
};

/* Room for records: with what is around them, 512 bytes for each session. */
#define JVPN_HISTORY_BYTES	486
/* What is neither a transition nor a switch gets no more than that. */
#define JVPN_HISTORY_OTHERS	(JVPN_HISTORY_BYTES / 4)

/*
 * The history of a session: its newest events, oldest first. Transitions and
 * switches have the room; all other events (refusals, keys, paths, security)
 * together at most a quarter of it, so that no flood of them can drive out what
 * happened to the session.
 */
struct jvpn_history {
	u64 lost_seq;			/* newest transition or switch that had to go; 0: none */
	u32 lost;			/* so many of these had to go */
	u32 lost_others;		/* so many other reports */
	u16 used;
	u8 record[JVPN_HISTORY_BYTES];	/* private to history.c */
};

/* Is it one of those that are never merged, and that a history keeps longest? */
static inline bool jvpn_event_is_transition(const struct jvpn_event *event)
{
	return event->type == JVPN_EVENT_STATE_CHANGE || event->type == JVPN_EVENT_SWITCH;
}

/**
 * jvpn_history_put - keep one more event
 * @history: all zero at first
 * @event: its number is above those of all events before
 *
 * Older ones make room for it, and are counted as lost.
 */
void jvpn_history_put(struct jvpn_history *history, const struct jvpn_event *event);

/**
 * jvpn_history_read - the first event from a number on
 * @history: where to look
 * @seq: the least number wanted
 * @event: the event, without the peer's key
 *
 * Return: whether there is one.
 */
bool jvpn_history_read(const struct jvpn_history *history, u64 seq, struct jvpn_event *event);

#endif /* _JVPN_HISTORY_H */
