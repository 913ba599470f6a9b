// SPDX-License-Identifier: GPL-2.0
/* The transition table of fsm_table.h, ready for use. */

#include "fsm.h"

/* Columns of the table; the states' numbers are the UAPI's. */
enum {
	COL_BIRTH,
	COL_ATTACHED,
	COL_VOLATILE,
	COL_DEGRADED_BOUND,
	COL_DEGRADED_UNBOUND,
	COL_RECOVERING,
	COL_TERMINATED,
	COL_COUNT
};

/* What a cell says, as jvpn_fsm_next() returns it. */
#define TO_STAY		JVPN_FSM_STAY
#define TO_ILLEGAL	JVPN_FSM_ILLEGAL
#define TO_ATTACHED	JVPN_STATE_ATTACHED
#define TO_VOLATILE	JVPN_STATE_VOLATILE
#define TO_DEGRADED	JVPN_STATE_DEGRADED
#define TO_RECOVERING	JVPN_STATE_RECOVERING
#define TO_TERMINATED	JVPN_STATE_TERMINATED

struct fsm_row {
	const char *name;
	u16 reason;
	signed char to[COL_COUNT];
};

static const struct fsm_row fsm_rows[] = {
#define FSM_ROW(event, why, birth, att, vol, degb, degu, rec, term)	\
	[JVPN_FSM_##event] = {						\
		.name = #event,						\
		.reason = JVPN_REASON_##why,				\
		.to = {							\
			TO_##birth, TO_##att, TO_##vol, TO_##degb,	\
			TO_##degu, TO_##rec, TO_##term,			\
		},							\
	},
#include "fsm_table.h"
};

/* Rows are numbered by the event: a missing last one shows here. */
static_assert(ARRAY_SIZE(fsm_rows) == __JVPN_FSM_EVENT_MAX);

static const char *const state_names[] = {
	[JVPN_STATE_BIRTH] = "BIRTH",
	[JVPN_STATE_ATTACHED] = "ATTACHED",
	[JVPN_STATE_VOLATILE] = "VOLATILE",
	[JVPN_STATE_DEGRADED] = "DEGRADED",
	[JVPN_STATE_RECOVERING] = "RECOVERING",
	[JVPN_STATE_TERMINATED] = "TERMINATED",
};

static_assert(ARRAY_SIZE(state_names) == JVPN_STATE_MAX + 1);

static int column(u8 state, bool bound)
{
	switch (state) {
	case JVPN_STATE_BIRTH:
		return COL_BIRTH;
	case JVPN_STATE_ATTACHED:
		return COL_ATTACHED;
	case JVPN_STATE_VOLATILE:
		return COL_VOLATILE;
	case JVPN_STATE_DEGRADED:
		return bound ? COL_DEGRADED_BOUND : COL_DEGRADED_UNBOUND;
	case JVPN_STATE_RECOVERING:
		return COL_RECOVERING;
	case JVPN_STATE_TERMINATED:
		return COL_TERMINATED;
	default:
		return -1;
	}
}

static const struct fsm_row *row(u8 event)
{
	if (!event || event >= ARRAY_SIZE(fsm_rows))
		return NULL;
	return &fsm_rows[event];
}

int jvpn_fsm_next(u8 state, u8 event, bool bound)
{
	const struct fsm_row *r = row(event);
	int col = column(state, bound);

	if (!r || col < 0)
		return JVPN_FSM_ILLEGAL;
	return r->to[col];
}

u16 jvpn_fsm_reason(u8 event)
{
	const struct fsm_row *r = row(event);

	return r ? r->reason : JVPN_REASON_NONE;
}

const char *jvpn_fsm_state_name(u8 state)
{
	if (!state || state >= ARRAY_SIZE(state_names))
		return "UNKNOWN";
	return state_names[state];
}

const char *jvpn_fsm_event_name(u8 event)
{
	const struct fsm_row *r = row(event);

	return r ? r->name : "UNKNOWN";
}
