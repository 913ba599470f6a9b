/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states and the transition table. The table is the module's own: each row
 * of module/fsm_table.h becomes an event and seven entries of an array.
 *
 * A state's number is its column of the table. DEGRADED has two columns; the
 * second, without a binding, is no state of its own.
 */
#define BIRTH		0
#define ATTACHED	1
#define VOLATILE	2
#define DEGRADED	3
#define RECOVERING	5
#define TERMINATED	6
#define STAY		8
#define ILLEGAL		9
#define COLUMNS		7

/* The two ends, and "no path". */
#define I		0
#define R		1
#define NONE		2

mtype = {
#define FSM_ROW(event, why, birth, att, vol, degb, degu, rec, term) E_##event,
#include "fsm_table.h"
	E_NOTHING
};

/* Constant after the first step, so no part of a state. */
hidden byte fsm[34 * COLUMNS];

inline fsm_load()
{
#define FSM_ROW(event, why, birth, att, vol, degb, degu, rec, term)	\
	fsm[E_##event * COLUMNS] = birth;				\
	fsm[E_##event * COLUMNS + ATTACHED] = att;			\
	fsm[E_##event * COLUMNS + VOLATILE] = vol;			\
	fsm[E_##event * COLUMNS + DEGRADED] = degb;			\
	fsm[E_##event * COLUMNS + DEGRADED + 1] = degu;			\
	fsm[E_##event * COLUMNS + RECOVERING] = rec;			\
	fsm[E_##event * COLUMNS + TERMINATED] = term;
#include "fsm_table.h"
	skip
}

/*
 * The claims that are assertions. Their names are variables that stay 0, for
 * the checker prints the condition that failed and not where it stands.
 */
#define CLAIM(name, condition)	assert((condition) || name)

hidden byte inv1_one_binding, inv1_bound_as_the_state_says,
	inv1_no_binding_before_and_after, inv4_only_by_the_table,
	inv4_each_change_reported, inv5_version_counts_changes,
	inv11_terminated_is_absorbing;

byte state[2] = BIRTH;
byte bound[2] = NONE;		/* path of the active binding */
byte version[2];		/* of the state, modulo 4 */
hidden byte next, before;
byte changed[2];		/* ghost: transitions since the last look, and ... */
byte seen_state[2] = BIRTH;	/* ... what was seen then */
byte seen_version[2];

/* jvpn_session_event(): nothing else assigns a state. */
inline event(end, what)
{
	next = fsm[what * COLUMNS + state[end] +
		   (state[end] == DEGRADED && bound[end] == NONE -> 1 : 0)];
	if
	:: next == STAY -> skip
	:: next == ILLEGAL -> CLAIM(inv4_only_by_the_table, false)
	:: else ->
		before = state[end];
		CLAIM(inv11_terminated_is_absorbing, before != TERMINATED);
		state[end] = next;
#ifndef WITHOUT_VERSION
		version[end] = (version[end] + 1) % 4;
#endif
		changed[end]++;
		entered(end)
	fi
}

byte actives[2];			/* bit per path that believes it is the bound one */

#define DEAD(end)	(state[end] == TERMINATED)

/* remember_bound(): whatever was bound is not any more. */
inline unbind(end)
{
#ifdef WITHOUT_UNBIND
	skip;
#else
	if
	:: bound[end] != NONE -> actives[end] = actives[end] & ~(1 << bound[end])
	:: else -> skip
	fi;
#endif
	bound[end] = NONE
}

inline bind(end, path)
{
	unbind(end);
	bound[end] = path;
	actives[end] = actives[end] | (1 << path)
}

/* What must be true of an end whenever its lock is free. */
inline look(end)
{
	CLAIM(inv1_one_binding,
	      actives[end] == (bound[end] == NONE -> 0 : (1 << bound[end])));
	CLAIM(inv1_bound_as_the_state_says,
	      (state[end] == ATTACHED || state[end] == VOLATILE) <=
	      (bound[end] != NONE));
	CLAIM(inv1_no_binding_before_and_after,
	      (state[end] == BIRTH || state[end] == TERMINATED) <=
	      (bound[end] == NONE));
	CLAIM(inv4_each_change_reported,
	      (state[end] != seen_state[end]) <= (changed[end] > 0));
	CLAIM(inv5_version_counts_changes,
	      version[end] == (seen_version[end] + changed[end]) % 4);
	CLAIM(inv11_terminated_is_absorbing,
	      (seen_state[end] == TERMINATED) <= (state[end] == TERMINATED));
	seen_state[end] = state[end];
	seen_version[end] = version[end];
	changed[end] = 0
}
