/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The transition table: one entry for every pair of state and event. Conditions
 * are not hidden in it; they are resolved into distinct events before.
 */
#ifndef _JVPN_FSM_H
#define _JVPN_FSM_H

#include "types.h"
#include "../include/uapi/linux/jvpn.h"

enum jvpn_fsm_event {
	JVPN_FSM_HANDSHAKE_DONE = 1,
	JVPN_FSM_HANDSHAKE_FAILED,
	JVPN_FSM_HANDSHAKE_TIMEOUT,
	JVPN_FSM_VOLATILITY,
	JVPN_FSM_STABILITY_RESTORED,
	JVPN_FSM_TRANSPORT_DEAD,
	JVPN_FSM_TRANSPORT_ALIVE,
	JVPN_FSM_SWITCH_SELECTED,
	JVPN_FSM_SWITCH_OPERATOR,
	JVPN_FSM_SWITCH_PREFERRED,
	JVPN_FSM_PEER_REATTACH,
	JVPN_FSM_REATTACH_OK,
	JVPN_FSM_REATTACH_EXHAUSTED_ALIVE,
	JVPN_FSM_REATTACH_EXHAUSTED_NONE,
	JVPN_FSM_NO_CANDIDATE_ALIVE,
	JVPN_FSM_NO_CANDIDATE_NONE,
	JVPN_FSM_VOLATILE_PERSISTED,
	JVPN_FSM_CANDIDATE_APPEARED,
	JVPN_FSM_WINDOW_EXCEEDED_ALIVE,
	JVPN_FSM_WINDOW_EXCEEDED_DEGRADE,
	JVPN_FSM_WINDOW_EXCEEDED_TERMINATE,
	JVPN_FSM_SESSION_TTL,
	JVPN_FSM_TRANSPORT_LOSS_TTL,
	JVPN_FSM_KEYS_REFUSED,
	JVPN_FSM_SECURITY_FAILURE,
	JVPN_FSM_PEER_TERMINATED,
	JVPN_FSM_PEER_LOST,
	JVPN_FSM_OPERATOR_TERMINATE,
	JVPN_FSM_SUPERSEDED,
	JVPN_FSM_OWNERSHIP_LOST,
	JVPN_FSM_PROTOCOL_ERROR,
	JVPN_FSM_DEVICE_REMOVED,
	__JVPN_FSM_EVENT_MAX
};

#define JVPN_FSM_STAY		0
#define JVPN_FSM_ILLEGAL	(-1)

/**
 * jvpn_fsm_next - what the table says of a pair
 * @state: enum jvpn_state
 * @event: enum jvpn_fsm_event
 * @bound: whether the session has an active binding (two rows of DEGRADED
 *	   depend on it)
 *
 * Return: the state to go to (never @state itself), JVPN_FSM_STAY, or
 * JVPN_FSM_ILLEGAL, also for arguments out of range.
 */
int jvpn_fsm_next(u8 state, u8 event, bool bound);

/**
 * jvpn_fsm_reason - the reason of an event that the caller cannot say better
 * @event: enum jvpn_fsm_event
 *
 * Return: enum jvpn_reason; JVPN_REASON_NONE for an event out of range.
 */
u16 jvpn_fsm_reason(u8 event);

/* Names without prefix, e.g. "ATTACHED"; "UNKNOWN" out of range. */
const char *jvpn_fsm_state_name(u8 state);
const char *jvpn_fsm_event_name(u8 event);

#endif /* _JVPN_FSM_H */
