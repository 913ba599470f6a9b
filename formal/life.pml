/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a session at both ends: states, timers and bounds, in ticks.
 *
 * In each tick every path carries packets both ways, one way or not at all, as
 * the network likes; an exchange is done within the tick or lost. From some
 * tick on (calm) one path works both ways, but for single ticks in which all is
 * lost (with SLOW, which takes two ticks for an exchange, not more than one in
 * four), while the other keeps doing what it did at that moment, or with FLAPPING
 * whatever it likes.
 *
 * A nonce is only compared with the last one that was accepted, and the epochs
 * of the ends differ by one at most (move.pml shows it): one bit each.
 */
#include "fsm.pml"

#define WINDOW		3	/* recovery_window */
#ifndef LOSS_TTL
#define LOSS_TTL	5	/* transport_loss_ttl */
#endif
#define HANDSHAKE	3	/* handshake_timeout */
#define PERSISTS	2	/* volatile_to_degraded; stability_window is a tick */
#define TRAIN		2	/* silent ticks after which a path must be dead */
#define BUDGET		1	/* max_switches_per_min, in so many ticks: */
#define MINUTE		3
#ifndef PATIENCE
#define PATIENCE	4	/* ticks of calm until all is well; see README.md */
#endif
/*
 * May the request on another path overtake the one that is sent anew after
 * STALE_EPOCH? It may, when that path is slower than the shortest PTO.
 */
#ifndef SLOW
#define SLOW		0
#endif
#ifdef LIFETIME
#define AGE_MAX		LIFETIME
#else
#define AGE_MAX		0
#endif

hidden byte inv2_one_id_for_life, inv3_lives_while_bounds_hold, inv6_recovering_is_left_in_time,
	inv7_switch_budget, inv8_loss_ttl, inv9_lifetime, keys_were_confirmed,
	recoverable_is_attached_in_time, unrecoverable_is_terminated_in_time,
	inv3_not_ended_while_a_path_works;

/* Timers: ticks left, 0: off. */
byte birth[2], window[2], ttl[2];
byte age[2];
byte violated[2];		/* ticks without a break */
byte silent[2];			/* ticks without an answer on the active path */
byte last = NONE;		/* responder: bound before */

byte id[2];			/* 0: none yet */
bit exists;			/* the responder has a session */
bit keys;			/* the initiator has its keys */
bit open;			/* session->move */
bit optional;			/* it is one of choice: begun within the budget */
bit accepted;			/* its nonce is the last one the responder accepted */
byte alone = NONE;		/* after STALE_EPOCH: the only path that is asked, for its PTO */
bit alone_since;		/* this tick */
bit ahead;			/* the responder's epoch is one more than the initiator's */
byte moves;			/* living moves within a minute: bit per tick */

byte carries[2];		/* this tick: 1 towards the responder, 2 back */
bit calm;
byte lossy;			/* so many ticks without a loss are owed */
byte good;
hidden byte flag;

/* Ghosts. */
byte seen_id[2];
byte outage[2], recovering[2], waited, hopeless[2];
byte made;			/* living moves of choice: bit per tick */
byte worked[2];			/* ticks in which a path carried both ways, unbroken */

#define ALIVE(end)	(state[end] != TERMINATED && (end == I || exists))
#define BOTH_WAYS	3
#define ATTACHED_ALL	(state[I] == ATTACHED && state[R] == ATTACHED && exists && \
			 bound[I] == bound[R])
#define OVER		(DEAD(I) || DEAD(R))
#ifdef WITHOUT_BUDGET
#define MOVES_ALLOWED	true
#else
#define MOVES_ALLOWED	(COUNT(moves) < BUDGET)
#endif
#define COUNT(bits)	((bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1))

/* state_entered() and session_over() */
inline entered(end)
{
	if
	:: before == RECOVERING ->
		window[end] = 0;
		recovering[end] = 0;
		if
		:: end == I -> open = 0; optional = 0
		:: else -> skip
		fi
	:: else -> skip
	fi;
	violated[end] = 0;
	if
	:: next == RECOVERING -> window[end] = WINDOW
	:: next == TERMINATED ->
		unbind(end);
		open = open && end == R;
		window[end] = 0;
		ttl[end] = 0;
		birth[end] = 0;
		age[end] = 0;
		silent[end] = 0
	:: else -> skip
	fi
}

inline attach_to(end, to)
{
	bind(end, to);
#ifndef WITHOUT_LOSS_TTL_STOP
	ttl[end] = 0;
#endif
	outage[end] = 0;
	silent[end] = 0
}

inline path_dead(end)
{
	if
	:: end == R -> last = bound[R]
	:: else -> skip
	fi;
	unbind(end);
	silent[end] = 0;
#ifndef WITHOUT_LOSS_TTL
	ttl[end] = LOSS_TTL;
#endif
	event(end, E_TRANSPORT_DEAD)
}

/* jvpn_move_begin(): a new nonce, if none is out */
inline move_begin(choice)
{
	if
	:: !open ->
		open = 1;
		optional = choice;
#ifndef WITHOUT_NEW_NONCE
		accepted = 0
#endif
	:: else -> skip
	fi
}

/* attach() at the initiator */
inline ack_received()
{
	if
	:: bound[I] != NONE ->
		moves = moves | 1;
		made = made | optional
	:: else -> skip
	fi;
	CLAIM(inv7_switch_budget, COUNT(made) <= BUDGET);
	ahead = 0;
	attach_to(I, bound[R]);
	event(I, E_REATTACH_OK);
	open = 0;
	optional = 0
}

inline ack_send()
{
	if
	:: bound[R] != NONE && (carries[bound[R]] & 2) && open -> ack_received()
	:: else -> skip
	fi
}

/*
 * A REQUEST on a path, and all that follows from it. A path that is validated
 * needs no way back to be bound to.
 */
inline request(on, warm)
{
	if
	:: !open || (optional && on == bound[I]) || !(carries[on] & 1) || !exists || DEAD(R) || state[R] == BIRTH -> skip
	:: alone != NONE && alone != on -> skip
	:: else ->
		if
		:: !accepted && ahead && carries[on] == BOTH_WAYS ->
			ahead = 0;		/* STALE_EPOCH: adopt it and ask anew, here only */
#ifndef WITHOUT_ALONE
			alone = on;
			alone_since = 1;
#endif
			flag = SLOW
		:: else -> flag = 0
		fi;
		if
		:: accepted -> ack_send()
		:: !accepted && !ahead && !flag && (warm || carries[on] == BOTH_WAYS) ->
			accepted = 1;
			ahead = 1;
			event(R, E_PEER_REATTACH);
			if
			:: bound[R] != NONE -> last = bound[R]
			:: else -> skip
			fi;
			attach_to(R, on);
			event(R, E_REATTACH_OK);
			ack_send()
		:: else -> skip
		fi
	fi
}

/* Each INIT names a path; whoever answered is confirmed by the first heartbeat. */
inline handshake(on)
{
	if
	:: !exists && (carries[on] & 1) ->
		exists = 1;
		id[R] = 1;
		birth[R] = HANDSHAKE;
		age[R] = 0;
#ifdef WITHOUT_CONFIRMATION
		attach_to(R, on);
		birth[R] = 0;
		event(R, E_HANDSHAKE_DONE)
#endif
	:: else -> skip
	fi;
	if
	:: exists && !DEAD(R) && carries[on] == BOTH_WAYS ->
		keys = 1;
		id[I] = id[R];
		birth[I] = 0;
		attach_to(I, on);
		event(I, E_HANDSHAKE_DONE);
		accepted = 0
	:: else -> skip
	fi
}

/* A packet of the initiator on a path: heartbeats go on all of them. */
inline heard(on)
{
	if
	:: !keys || DEAD(I) || !(carries[on] & 1) || !exists || DEAD(R) -> skip
	:: else ->
		if
		:: state[R] == BIRTH ->
			birth[R] = 0;
			attach_to(R, on);
			event(R, E_HANDSHAKE_DONE)
		:: state[R] != BIRTH && bound[R] == NONE && last == on ->
			attach_to(R, on);
			event(R, E_TRANSPORT_ALIVE)
		:: else -> skip
		fi
	fi
}

/* What the initiator hears on a path: heartbeats, WANTED. */
inline told(on)
{
	if
	:: !keys || DEAD(I) || !exists || DEAD(R) || state[R] == BIRTH || open -> skip
	:: else ->
		if
#ifndef WITHOUT_RETRY
		:: carries[on] == BOTH_WAYS && state[I] == DEGRADED && bound[I] == NONE ->
			event(I, E_CANDIDATE_APPEARED);
			move_begin(0)
#endif
		:: carries[on] == BOTH_WAYS && bound[I] != NONE && (ahead || bound[R] != bound[I]) ->
			event(I, E_PEER_REATTACH);
			move_begin(0)
		:: else ->
			if
#ifndef WITHOUT_RETRY
			:: (carries[on] & 2) && bound[R] == NONE && state[I] != BIRTH ->
				event(I, E_PEER_REATTACH);
				move_begin(0)
#endif
			:: else -> skip
			fi
		fi
	fi
}

/* jvpn_health_poll(): nothing is said of a path before a train is over ... */
inline health(end, gone)
{
	if
	:: !ALIVE(end) || bound[end] == NONE -> silent[end] = 0
	:: else ->
		if
		:: carries[bound[end]] == BOTH_WAYS && ALIVE(1 - end) -> silent[end] = 0
		:: else -> silent[end]++
		fi;
		if
		:: silent[end] >= TRAIN || gone ->
			path_dead(end);
			if
			:: end == I -> move_begin(0)
			:: else -> skip
			fi
		:: else -> skip
		fi
	fi
}

/* jvpn_session_evaluate() */
inline evaluate(end, violation)
{
	if
	:: !ALIVE(end) || bound[end] == NONE || state[end] == RECOVERING -> skip
	:: else ->
		if
		:: !violation ->
			violated[end] = 0;
			if
			:: silent[end] == 0 -> event(end, E_STABILITY_RESTORED)
			:: else -> skip
			fi
		:: violation && state[end] == ATTACHED -> event(end, E_VOLATILITY)
		:: else ->
			if
			:: violated[end] < PERSISTS -> violated[end]++
			:: else -> event(end, E_VOLATILE_PERSISTED)
			fi
		fi
	fi
}

/* A move from a path that lives: the operator's, a better path, or failback. */
inline choose(what)
{
	if
	:: what == 1 && bound[I] != NONE && !open && state[I] != RECOVERING ->
		if
		:: state[I] == ATTACHED -> event(I, E_SWITCH_OPERATOR)
		:: else -> event(I, E_SWITCH_SELECTED)
		fi;
		move_begin(1)
	:: else -> skip
	fi
}

inline count_down(timer)
{
	if
	:: timer > 1 -> timer--
	:: else -> skip
	fi
}

#ifdef WITHOUT_LIFETIME
#define HAS_LIFETIME	false
#else
#define HAS_LIFETIME	true
#endif
#ifdef WITHOUT_HANDSHAKE_TIMEOUT
#define HAS_HANDSHAKE_TIMEOUT	false
#else
#define HAS_HANDSHAKE_TIMEOUT	true
#endif
#ifdef WITHOUT_WINDOW
#define HAS_WINDOW	false
#else
#define HAS_WINDOW	true
#endif

#define DUE(timer)	(timer == 1)

inline timers(end)
{
	if
	:: ALIVE(end) && AGE_MAX && age[end] >= AGE_MAX && HAS_LIFETIME && state[end] != BIRTH ->
		event(end, E_SESSION_TTL)
	:: else -> skip
	fi;
	if
	:: DUE(birth[end]) && HAS_HANDSHAKE_TIMEOUT -> event(end, E_HANDSHAKE_TIMEOUT)
	:: else -> skip
	fi;
	if
	:: DUE(ttl[end]) ->
		CLAIM(inv3_lives_while_bounds_hold,
		      bound[end] == NONE && outage[end] >= LOSS_TTL - 1);
		event(end, E_TRANSPORT_LOSS_TTL)
	:: else -> skip
	fi;
	if
	:: DUE(window[end]) && HAS_WINDOW ->
		if
		:: bound[end] != NONE -> event(end, E_WINDOW_EXCEEDED_ALIVE)
#ifdef TERMINATE
		:: bound[end] == NONE ->
			CLAIM(inv3_lives_while_bounds_hold,
			      recovering[end] >= WINDOW - 1);
#ifdef ASK_WHY
			CLAIM(inv3_not_ended_while_a_path_works,
			      !ALIVE(1 - end) ||
			      (worked[0] < WINDOW && worked[1] < WINDOW));
#endif
			event(end, E_WINDOW_EXCEEDED_TERMINATE)
#else
		:: else -> event(end, E_WINDOW_EXCEEDED_DEGRADE)
#endif
		fi
	:: else -> skip
	fi;
	count_down(birth[end]);
	count_down(ttl[end]);
	count_down(window[end])
}


/*
 * One way that works brings the responder's binding back again and again, until
 * the initiator has given up.
 */
#define HOPELESS	(2 * (LOSS_TTL + TRAIN) + HANDSHAKE)

/* The bounds, by counters of the model's own. */
inline bounds(end)
{
	outage[end] = (ALIVE(end) && bound[end] == NONE && state[end] != BIRTH ->
		       outage[end] + 1 : 0);
	recovering[end] = (state[end] == RECOVERING -> recovering[end] + 1 : 0);
#ifdef HOPE
	hopeless[end] = (ALIVE(end) && (!ALIVE(1 - end) ||
			 (carries[0] | carries[1]) != BOTH_WAYS) ->
			 hopeless[end] + 1 : 0);
	CLAIM(unrecoverable_is_terminated_in_time, hopeless[end] <= HOPELESS);
#endif
	age[end] = (AGE_MAX && ALIVE(end) -> age[end] + 1 : 0);
	CLAIM(inv2_one_id_for_life,
	      (seen_id[end] == 0 || id[end] == seen_id[end]) &&
	      (state[end] == BIRTH || DEAD(end) || (id[end] && id[end] == id[1 - end])));
	seen_id[end] = id[end];
	CLAIM(inv8_loss_ttl, outage[end] <= LOSS_TTL);
	CLAIM(inv6_recovering_is_left_in_time, recovering[end] <= WINDOW);
	CLAIM(inv9_lifetime, !AGE_MAX || age[end] <= AGE_MAX + 1)
}

inline works_unbroken(on)
{
	if
	:: carries[on] == BOTH_WAYS && worked[on] < WINDOW + 1 -> worked[on]++
	:: carries[on] == BOTH_WAYS && worked[on] > WINDOW -> skip
	:: else -> worked[on] = 0
	fi
}

inline network()
{
	if
	:: !calm ->
		if
		:: carries[0] = 0
		:: carries[0] = 1
		:: carries[0] = 2
		:: carries[0] = 3
		fi;
		if
		:: carries[1] = 0
		:: carries[1] = 1
		:: carries[1] = 2
		:: carries[1] = 3
		fi
	:: calm ->
#ifdef FLAPPING
		if
		:: carries[1 - good] = 0
		:: carries[1 - good] = 1
		:: carries[1 - good] = 2
		:: carries[1 - good] = 3
		fi;
#endif
		if
		:: carries[good] = BOTH_WAYS; lossy = (lossy -> lossy - 1 : 0)
		:: !lossy -> carries[good] = 0; lossy = 1 + 2 * SLOW
		fi
#ifdef CALM
	:: !calm && !OVER ->
		calm = 1;
		if
		:: good = 0
		:: good = 1
		fi;
		if
		:: carries[1 - good] = 0
		:: carries[1 - good] = 1
		:: carries[1 - good] = 2
		:: carries[1 - good] = 3
		fi;
		carries[good] = BOTH_WAYS
#endif
	fi
}

/* What is decided by things that are not in this model: any of it may happen. */
inline chance()
{
	first = 0;
	warm = 1;
	choice = 0;
	gone[I] = 0;
	gone[R] = 0;
	violation = 0;
	if
	:: skip
	:: carries[0] && carries[1] -> first = 1
	fi;
	if
	:: skip
	:: carries[0] == 1 || carries[1] == 1 -> warm = 0
	fi;
	if
	:: calm
	:: !calm ->
		if
		:: skip
		:: bound[I] != NONE && carries[bound[I]] != BOTH_WAYS && !silent[I] -> gone[I] = 1
		:: bound[I] != NONE && carries[bound[I]] == BOTH_WAYS -> violation = 1
		:: bound[I] != NONE && !open && MOVES_ALLOWED -> choice = 1
#ifdef OPERATOR
		:: state[I] != BIRTH -> choice = 2
#endif
		fi;
		if
		:: skip
		:: bound[R] != NONE && carries[bound[R]] != BOTH_WAYS && !silent[R] -> gone[R] = 1
		fi
	fi
}

inline operator_terminates()
{
	if
	:: choice == 2 ->
		flag = (bound[I] != NONE -> carries[bound[I]] & 1 : 0);
		event(I, E_OPERATOR_TERMINATE);
		if
		:: flag && exists -> event(R, E_PEER_TERMINATED)
		:: else -> skip
		fi
	:: else -> skip
	fi
}

active proctype world()
{
	byte warm, gone[2], violation, choice, first;

	d_step {
		fsm_load();
		birth[I] = HANDSHAKE
	}
	do
	:: atomic {
		network();
		chance();
#ifdef TRACE
		printf("carries %d %d\n", carries[0], carries[1]);
#endif
		d_step {
			/* nonce_is_spent() */
			if
#ifndef WITHOUT_SPENT_NONCE
			:: open && bound[I] == NONE -> accepted = 0
#endif
			:: else -> skip
			fi;
			timers(I)
		};
		d_step { timers(R) };
		d_step {
			health(I, gone[I]);
			health(R, gone[R]);
			if
			:: state[I] == BIRTH -> handshake(first)
			:: else -> skip
			fi;
			if
			:: state[I] == BIRTH -> handshake(1 - first)
			:: else -> skip
			fi
		};
		d_step { heard(first); heard(1 - first) };
		d_step { told(first); told(1 - first); choose(choice) };
		d_step { request(first, warm) };
		d_step { request(1 - first, warm) };
		d_step { evaluate(I, violation); evaluate(R, 0) };
		d_step { operator_terminates() };
		d_step {
#ifdef TRACE
			printf("  I %d on %d  R %d on %d  open %d accepted %d ahead %d window %d\n",
			       state[I], bound[I], state[R], bound[R], open, accepted, ahead, window[I]);
#endif
			CLAIM(keys_were_confirmed, state[R] == BIRTH || DEAD(R) || keys);
			bounds(I);
			bounds(R);
#ifdef ASK_WHY
			works_unbroken(0);
			works_unbroken(1);
#endif
			alone = (open && alone_since -> alone : NONE);
			alone_since = 0;
			look(I);
			look(R);
			waited = (calm && !ATTACHED_ALL && !OVER -> waited + 1 : 0);
			CLAIM(recoverable_is_attached_in_time, waited <= PATIENCE);
			moves = moves << 1 & ((1 << MINUTE) - 1);
			made = made << 1 & ((1 << MINUTE) - 1);
			first = 0;
			warm = 0;
			choice = 0;
			gone[I] = 0;
			gone[R] = 0;
			violation = 0;
			if
			:: !calm -> carries[0] = 0; carries[1] = 0
			:: else -> skip
			fi
		}
	   }
	od
}
