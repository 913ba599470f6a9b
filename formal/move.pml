/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moving a session: module/reattach.c at both ends, message by message, over a
 * network that is an attacker.
 *
 * In flight is a set of messages. Any of them may arrive next, be lost, arrive
 * late, or arrive once more (each is repeated by a timer under counters of its
 * own, which for the replay window are different packets). What goes to the
 * responder may arrive from the attacker's address M, who hears what is sent
 * there and hands it on, or from an address V that hears nothing. Timers
 * fire when they like. "Newest counter" is taken to hold for every packet.
 *
 * RACE is another attacker: it hears everything, is always faster and relays
 * from M as it likes, but takes nothing away, and an answer comes within a PTO.
 *
 * Functions have the names that they have in the module.
 */
#include "fsm.pml"

hidden byte inv5_epoch_counts_attaches, inv5_epoch_without_gap,
	inv5_initiator_never_ahead, inv5_both_ends_saw_the_same_move,
	inv10_refused_changes_nothing, inv10_no_nonce_twice, inv10_fresh,
	inv10_a_repeat_is_answered_alike, inv10_attached_to_what_was_asked,
	inv10_only_the_rival_speaks_for_the_rival, inv10_bound_tuple_has_proven_itself,
	inv10_a_relay_wins_no_race, model_has_room_for_all;

#ifndef MOVES
#define MOVES	2		/* nonces that the initiator uses */
#endif
#ifndef FLIGHT
#define FLIGHT	2		/* messages in flight */
#endif

/* Tuples, as the responder sees the other end. */
#define NOBODY	0
#define T0	1		/* path 0 */
#define T1	2		/* path 1 */
#define N0	3		/* path 0 after a NAT forgot T0 */
#define M	4		/* the attacker, relaying */
#define V	5		/* nobody hears what is sent there */

/* Messages. To the responder: */
#define HEARTBEAT	1	/* stands for whatever else is authentic, too */
#define REQUEST		2
#define PROOF		3
#define CONFIRM		4
/* To the initiator: */
#define HEARTBEAT_ACK	5
#define CHALLENGE	6
#define ACK		7
#define REJECT		8
#define WANTED		9
#define PATH_CHALLENGE	10

#define REPLAY_DETECTED	1	/* reasons of a REJECT */
#define STALE_EPOCH	2
#define FRESHNESS	3
#define AUTH_FAIL	4

/* A message in one number. "aux" is: named tuple, bound path, or reason. */
#define MSG(kind, path, from, nonce, epoch, token, aux, nat)		\
	((kind) << 18 | (path) << 17 | (from) << 14 | (nonce) << 11 |	\
	 (epoch) << 8 | (token) << 5 | (aux) << 2 | (nat) << 1)
#define KIND	(m >> 18)
#define PATH	((m >> 17) & 1)
#define FROM	((m >> 14) & 7)
#define NONCE	((m >> 11) & 7)
#define EPOCH	((m >> 8) & 7)
#define TOKEN	((m >> 5) & 7)
#define AUX	((m >> 2) & 7)
#define NAT	((m >> 1) & 1)
#define OLD	(m & 1)		/* older than reattach_proof_max_age */

#define TO_RESPONDER(msg)	((msg >> 18) <= CONFIRM)
#define AGES(msg)	((msg) >> 18 == REQUEST || (msg) >> 18 == PROOF)
#define BIT(n)	(1 << (n))

int net[FLIGHT];		/* in flight: sorted, zeros last */
int m;			/* the message that arrives */
hidden int x;
hidden byte k, k2, path, tuple, from;
hidden byte flag, contested, proven, named;

byte address[2];		/* what a NAT makes of the initiator on each path */
bit works[2] = 1;

/* Initiator. */
byte i_epoch, i_nonce;
bit open;			/* session->move */
byte asked, refused;		/* bit per path */
bit about_nat;			/* its reason is NAT_REBIND */
byte i_token[2];		/* last token received, named by the tuple it proves */
byte i_observed[2];		/* tuple last reported by a HEARTBEAT_ACK or ACK */

/* Responder. */
byte r_epoch, r_nonce, r_tuple, last_path = NONE, last_tuple;
byte tuples[2];			/* path->endpoint */
byte validated;			/* bit per path */
bit rebinding, rival_alive, cand_proven, cand_asked, rebind_nat, rival_named, round;
byte rebind_path, candidate, rival, rebind_nonce;
byte challenged, challenged_nonce;
bit challenged_nat;
bit reverting;			/* revert_until_ns has not come yet */

/* Ghosts: what really happened. */
byte path_of_epoch[8] = NONE;	/* where the responder was with each epoch */
byte accepts;			/* since the last look */
byte seen_epoch;
hidden byte refusing;		/* this step refused something; what was before: */
hidden byte was_state, was_bound, was_tuple, was_nonce;

/* What a closed move was about is of no consequence: the same state for all. */
inline move_end()
{
	open = 0;
	asked = 0;
	refused = 0;
	about_nat = 0
}

inline entered(end)
{
	if
	:: end == I && before == RECOVERING -> move_end()
	:: else -> skip
	fi
}

/* ---- the network ---- */

inline put(msg)
{
	x = msg;
	k = 0;
	do
	:: k < FLIGHT && net[k] > x -> k++
	:: else -> break
	od;
	if
	:: k < FLIGHT && net[k] != x && net[FLIGHT - 1] == 0 ->
		k2 = FLIGHT - 1;
		do
		:: k2 > k -> net[k2] = net[k2 - 1]; k2--
		:: else -> break
		od;
		net[k] = x
	:: else ->		/* already there, or lost */
#ifdef RACE
		CLAIM(model_has_room_for_all, k < FLIGHT && net[k] == x)
#else
		skip
#endif
	fi;
	x = 0
}

inline take(n)
{
	k = n;
	do
	:: k < FLIGHT - 1 -> net[k] = net[k + 1]; k++
	:: else -> break
	od;
	net[FLIGHT - 1] = 0
}

inline i_send(kind, p, nonce, epoch, token, aux, nat)
{
	if
	:: works[p] -> put(MSG(kind, p, address[p], nonce, epoch, token, aux, nat))
	:: else -> skip
	fi
}

/* To whom nobody listens any more nothing arrives. */
inline r_send(kind, p, to, nonce, epoch, token, aux)
{
	if
	:: to == M || (works[p] && to == address[p]) ->
		put(MSG(kind, p, 0, nonce, epoch, token, aux, 0))
	:: else -> skip
	fi
}

/* ---- initiator ---- */

inline ask(p)
{
	asked = asked | BIT(p);
	i_send(REQUEST, p, i_nonce, i_epoch, i_token[p], i_observed[p], about_nat)
}

/* The lower path that was not asked yet. */
inline move_candidate()
{
	path = ((asked | refused) & 1 -> ((asked | refused) & 2 -> NONE : 1) : 0)
}

inline move_exhausted()
{
	if
	:: bound[I] != NONE -> event(I, E_REATTACH_EXHAUSTED_ALIVE)
	:: else -> event(I, E_REATTACH_EXHAUSTED_NONE)
	fi;
	move_end()
}

inline move_begin(target, nat)
{
	if
	:: !open ->
		open = 1;
		about_nat = nat;
#ifdef WITHOUT_WAITING
		i_epoch++;
#endif
		i_nonce++
	:: else -> skip
	fi;
	path = target;
	if
	:: path == NONE -> move_candidate()
	:: else -> skip
	fi;
	if
	:: path != NONE -> ask(path)
	:: else -> skip
	fi
}

inline move_timer()
{
	flag = 0;
	k2 = asked & ~refused;
	if
	:: k2 & 1 -> flag = 1; ask(0)
	:: else -> skip
	fi;
	if
	:: (asked & ~refused) & 2 -> flag = 1; ask(1)
	:: else -> skip
	fi;
	path = NONE;
	if
	:: !(bound[I] != NONE && about_nat) -> move_candidate()
	:: else -> skip
	fi;
	if
	:: path != NONE -> flag = 1; ask(path)
	:: else -> skip
	fi;
	if
	:: !flag -> move_exhausted()
	:: else -> skip
	fi
}

inline heartbeat_send(p)
{
	i_send(HEARTBEAT, p, 0, 0, i_token[p], 0, 0)
}

#ifdef WITHOUT_ACK_NONCE
#define ANSWERS_THIS_MOVE	true
#else
#define ANSWERS_THIS_MOVE	NONCE == i_nonce
#endif

inline ack_received()
{
	if
	:: open && EPOCH > i_epoch && ANSWERS_THIS_MOVE ->
#ifndef WITHOUT_NONCE	/* the nonce is the second lock: looked at with the first one open */
		CLAIM(inv5_epoch_without_gap, EPOCH == i_epoch + 1);
#endif
		CLAIM(inv10_attached_to_what_was_asked, asked & BIT(PATH));
		CLAIM(inv5_both_ends_saw_the_same_move, path_of_epoch[EPOCH] == PATH);
		i_epoch = EPOCH;
		i_observed[PATH] = TOKEN;
		path = PATH;
		bind(I, path);
		event(I, E_REATTACH_OK);
		move_end();
		heartbeat_send(path)
	:: else -> skip
	fi
}

inline reject_received()
{
	if
	:: !open || NONCE != i_nonce || i_nonce == MOVES + 1 -> skip
	:: else ->
		if
		:: AUX == STALE_EPOCH && EPOCH > i_epoch ->
			i_epoch = EPOCH;
			i_nonce++;
			path = PATH;
			asked = 0;
			ask(path)
		:: AUX == REPLAY_DETECTED || (AUX == STALE_EPOCH && EPOCH <= i_epoch) ->
			i_nonce++
		:: AUX == FRESHNESS -> skip
		:: AUX == AUTH_FAIL ->
			refused = refused | BIT(PATH);
			move_timer()
		fi
	fi
}

inline challenge_received()
{
	if
	:: open && NONCE == i_nonce ->
		i_token[PATH] = TOKEN;
		i_send(PROOF, PATH, NONCE, i_epoch, TOKEN, 0, 0)
	:: else -> skip
	fi
}

/* How many moves there may be is a bound of this model, not of the protocol. */
#define MAY_MOVE	(!open && i_nonce < MOVES)

inline wanted_received()
{
	if
	:: MAY_MOVE && EPOCH >= i_epoch ->
		event(I, E_PEER_REATTACH);
		path = (bound[I] == NONE -> PATH : 1 - bound[I]);
		tuple = path;
		move_begin(tuple, 0)
	:: else -> skip
	fi
}

inline path_challenge_received()
{
	i_send(CONFIRM, PATH, 0, 0, TOKEN, 0, 0);
	if
	:: MAY_MOVE && bound[I] == PATH && i_observed[PATH] != TOKEN ->
		i_token[PATH] = TOKEN;
		event(I, E_PEER_REATTACH);
		tuple = PATH;
		move_begin(tuple, 1)
	:: else -> skip
	fi
}

inline heartbeat_ack_received()
{
	i_observed[PATH] = TOKEN;
	if
	:: i_token[PATH] != TOKEN ->
		i_token[PATH] = TOKEN;
		i_send(CONFIRM, PATH, 0, 0, TOKEN, 0, 0)
	:: else -> skip
	fi;
	tuple = PATH;
	if
	:: MAY_MOVE && state[I] == DEGRADED && bound[I] == NONE ->
		event(I, E_CANDIDATE_APPEARED);
		move_begin(tuple, 0)
	:: MAY_MOVE && bound[I] != NONE &&
	   (EPOCH > i_epoch || (EPOCH == i_epoch && AUX != bound[I])) ->
		event(I, E_PEER_REATTACH);
		move_begin(tuple, 0)
	:: else -> skip
	fi
}

/* ---- responder ---- */

inline path_challenge_send(p, to)
{
	r_send(PATH_CHALLENGE, p, to, 0, 0, to, 0)
}

inline rebind_close()
{
	rebinding = 0;
	round = 0;
	rival_alive = 0;
	cand_proven = 0;
	cand_asked = 0;
	rebind_nat = 0;
	rival_named = 0;
	rebind_path = 0;
	candidate = 0;
	rival = 0;
	rebind_nonce = 0
}

inline rebind_challenge()
{
	path_challenge_send(rebind_path, candidate);
	if
	:: rival != NOBODY && !(rival_named && round) -> path_challenge_send(rebind_path, rival)
	:: else -> skip
	fi
}

/* flag: whether the contest is about this candidate now */
inline rebind_open(p, cand, against, by_name)
{
	flag = 0;
	if
	:: rebinding && rebind_path == p && candidate == cand -> flag = 1
	:: rebinding && !(rebind_path == p && candidate == cand) && cand_proven -> skip
	:: else ->
		rebind_close();
		rebinding = 1;
		rebind_path = p;
		candidate = cand;
		rival = against;
		rival_named = by_name;
		flag = 1;
		rebind_challenge()
	fi
}

inline r_bind(p, to)
{
	if
	:: bound[R] != NONE -> last_path = bound[R]; last_tuple = r_tuple
	:: else -> skip
	fi;
	bind(R, p);
	r_tuple = to;
	tuples[p] = to
}

inline ack_send()
{
	if
	:: bound[R] != NONE ->
		r_send(ACK, bound[R], r_tuple, r_nonce, r_epoch, r_tuple, 0)
	:: else -> skip
	fi
}

/* The same request again, perhaps on another path. */
inline answer_again()
{
#ifdef WITHOUT_BOUND_ANSWER
	r_send(ACK, PATH, from, r_nonce, r_epoch, from, 0)
#else
	ack_send()
#endif
}

inline accept(p, to, nonce, nat)
{
	CLAIM(inv10_no_nonce_twice, nonce > r_nonce);
	r_nonce = nonce;
#ifndef WITHOUT_EPOCH_STEP
	r_epoch++;
#endif
	accepts++;
	path_of_epoch[r_epoch] = p;
	event(R, E_PEER_REATTACH);
	r_bind(p, to);
	event(R, E_REATTACH_OK);
	validated = validated | BIT(p);
	reverting = nat && last_path == p;
	rebind_close();
	challenged = 0;			/* no greater nonce than accepted */
	challenged_nonce = 0;
	challenged_nat = 0;
	ack_send()
}

inline refuse(nonce, why)
{
	refusing = 1;
	CLAIM(inv10_a_repeat_is_answered_alike, nonce != r_nonce);
	r_send(REJECT, PATH, from, nonce, r_epoch, 0, why)
}

/* flag: refused */
inline judge()
{
	flag = 1;
	if
#ifndef WITHOUT_FRESHNESS
	:: OLD -> refuse(NONCE, FRESHNESS)
#endif
#ifndef WITHOUT_NONCE
	:: !OLD && NONCE <= r_nonce -> refuse(NONCE, REPLAY_DETECTED)
#endif
#ifndef WITHOUT_EPOCH
	:: !OLD && NONCE > r_nonce && EPOCH != r_epoch -> refuse(NONCE, STALE_EPOCH)
#endif
	:: else -> flag = 0
	fi
}

inline rival_of()
{
	tuple = NOBODY;
	contested = 0;
	named = 0;
	if
	:: bound[R] == PATH -> tuple = r_tuple
	:: bound[R] == NONE && last_path == PATH -> tuple = last_tuple
	:: else -> tuple = tuples[PATH]
	fi;
#ifndef WITHOUT_CONTEST
	if
	:: tuple != NOBODY && tuple != from &&
	   (bound[R] == PATH || AUX == NOBODY || AUX == tuple) -> contested = 1
	:: else ->
		if
		:: AUX != NOBODY && AUX != from -> tuple = AUX; contested = 1; named = 1
		:: else -> skip
		fi
	fi
#endif
}

inline request_received()
{
	if
#ifndef WITHOUT_IDEMPOTENCE
	:: r_nonce && NONCE == r_nonce -> answer_again()
#endif
	:: else ->
		judge();
		if
		:: flag -> skip
		:: else ->
			CLAIM(inv10_fresh, !OLD);
			proven = (TOKEN == from);
			rival_of();
			if
			:: ((validated & BIT(PATH)) && tuples[PATH] == from) ||
			   (proven && !contested) ->
				accept(PATH, from, NONCE, NAT)
			:: else ->
				flag = 1;
				if
				:: contested -> rebind_open(PATH, from, tuple, named)
				:: else -> skip
				fi;
				if
				:: contested && flag ->
					cand_asked = 1;
					rebind_nonce = NONCE;
					rebind_nat = NAT;
					cand_proven = cand_proven | proven
				:: else -> skip
				fi;
				if
				:: flag && !proven ->
					r_send(CHALLENGE, PATH, from, NONCE, 0, from, 0);
					if
					:: !contested ->
						challenged_nonce = NONCE;
						challenged_nat = NAT;
						challenged = from
					:: else -> skip
					fi
				:: else -> skip
				fi
			fi
		fi
	fi
}

inline proof_received()
{
	if
#ifndef WITHOUT_IDEMPOTENCE
	:: r_nonce && NONCE == r_nonce -> answer_again()
#endif
	:: else ->
		judge();
		if
		:: flag -> skip
#ifndef WITHOUT_TOKEN
		:: !flag && TOKEN != from -> refuse(NONCE, AUTH_FAIL)
#endif
		:: else ->
			CLAIM(inv10_fresh, !OLD);
			if
			:: rebinding && rebind_path == PATH && candidate == from ->
				cand_proven = 1;
				cand_asked = 1;
				rebind_nonce = NONCE;
				rebind_nat = 1
			:: else ->
				if
				:: NONCE == challenged_nonce && from == challenged ->
					accept(PATH, from, NONCE, challenged_nat)
				:: else -> skip
				fi
			fi
		fi
	fi
}

inline confirm_received()
{
	if
	:: tuples[PATH] == NOBODY -> skip
	:: else ->
		if
		:: rebinding && rebind_path == PATH && TOKEN == candidate -> cand_proven = 1
		:: rebinding && rebind_path == PATH && TOKEN == rival -> rival_alive = 1
		:: else -> skip
		fi;
		if
		:: reverting && PATH == last_path && TOKEN == last_tuple ->
			reverting = 0;
			tuple = last_tuple;
			r_bind(PATH, tuple)
		:: else ->
			if
			:: TOKEN == tuples[PATH] -> validated = validated | BIT(PATH)
#ifdef WITHOUT_ADOPT_CONTEST
			:: TOKEN != tuples[PATH] && bound[R] != PATH && TOKEN == from ->
				tuples[PATH] = from;
				validated = validated | BIT(PATH)
#endif
			:: else -> skip
			fi
		fi
	fi
}

#ifdef WITHOUT_RIVAL
#define SPEAKS_FOR_RIVAL	true
#else
#define SPEAKS_FOR_RIVAL	(rebind_path == PATH && rival == from)
#endif

/* jvpn_session_received(): whatever came, under a valid seal */
inline received()
{
	if
	:: bound[R] == PATH && r_tuple == from ->
		if
		:: rebinding && SPEAKS_FOR_RIVAL ->
			rival_alive = 1;
			CLAIM(inv10_only_the_rival_speaks_for_the_rival, rival == from)
		:: else -> skip
		fi
	:: bound[R] == NONE && last_path == PATH && last_tuple == from ->
		r_bind(PATH, from);
		event(R, E_TRANSPORT_ALIVE)
	:: bound[R] == PATH && r_tuple != from ->
		rebind_open(PATH, from, r_tuple, 0)
	:: bound[R] == NONE && last_path == PATH && last_tuple != from ->
		rebind_open(PATH, from, last_tuple, 0)
	:: else -> skip
	fi
}

inline heartbeat_received()
{
	/* responder_path() */
	if
	:: tuples[PATH] == from || bound[R] == PATH -> skip
	:: else ->
		if
		:: validated & BIT(PATH) ->
			/* jvpn_reattach_newcomer() */
			if
#ifdef WITHOUT_ADOPT_CONTEST
			:: path_challenge_send(PATH, from)
#else
			:: !rebinding || rebind_path == PATH ->
				tuple = tuples[PATH];
				rebind_open(PATH, from, tuple, 0)
			:: else -> skip
#endif
			fi
		:: else -> tuples[PATH] = from
		fi
	fi;
	tuple = tuples[PATH];
	r_send(HEARTBEAT_ACK, PATH, tuple, 0, r_epoch, tuple, bound[R]);
	if
	:: TOKEN != NOBODY && TOKEN == tuple -> validated = validated | BIT(PATH)
	:: else -> skip
	fi
}

inline rebind_timer()
{
	if
	:: !round -> round = 1; rebind_challenge()
	:: round && rival_alive -> rebind_close()
	:: round && !rival_alive && cand_proven && cand_asked ->
		path = rebind_path;
		tuple = candidate;
		from = rebind_nonce;
		flag = rebind_nat;
		accept(path, tuple, from, flag)
	:: round && !rival_alive && cand_proven && !cand_asked && bound[R] != rebind_path ->
		/* adopt() */
		tuples[rebind_path] = candidate;
		validated = validated | BIT(rebind_path);
		rebind_close()
	:: else -> rebind_close()
	fi
}

inline wanted_timer()
{
	if
	:: validated & 1 -> r_send(WANTED, 0, tuples[0], 0, r_epoch, 0, 0)
	:: else -> skip
	fi;
	if
	:: validated & 2 -> r_send(WANTED, 1, tuples[1], 0, r_epoch, 0, 0)
	:: else -> skip
	fi
}

/* ---- what is looked at after every step ---- */

inline look_at_all()
{
	look(I);
	look(R);
	CLAIM(inv5_epoch_counts_attaches, r_epoch == seen_epoch + accepts);
	CLAIM(inv5_initiator_never_ahead, i_epoch <= r_epoch);
	CLAIM(inv10_refused_changes_nothing,
	      !refusing || (accepts == 0 && state[R] == was_state && bound[R] == was_bound &&
			    r_tuple == was_tuple && r_nonce == was_nonce));
	CLAIM(inv10_bound_tuple_has_proven_itself, bound[R] == NONE || r_tuple != V);
#ifdef RACE
	CLAIM(inv10_a_relay_wins_no_race, bound[R] == NONE || r_tuple != M);
#endif
	seen_epoch = r_epoch;
	accepts = 0;
	refusing = 0
}

/* What arrived: a step for what all packets do, one for what this kind does. */
#define ARRIVED(kind, handler)						\
	:: d_step { KIND == kind -> from = FROM; handler(); forget() }

inline forget()
{
	look_at_all();
	m = 0
}

inline prelude()
{
#ifdef TRACE
	printf("kind %d path %d from %d nonce %d epoch %d token %d aux %d\n",
	       KIND, PATH, FROM, NONCE, EPOCH, TOKEN, AUX);
#endif
	from = FROM;
	if
	:: KIND <= CONFIRM -> received()
	:: else -> skip
	fi;
	was_state = state[R];
	was_bound = bound[R];
	was_tuple = r_tuple;
	was_nonce = r_nonce
}

#ifdef RACE
#define SOMEWHERE_ELSE	:: TO_RESPONDER(m) -> m = (m & ~(7 << 14)) | M << 14
#define MAY_LOSE	false
#define WITHIN_A_PTO	(net[0] == 0)
#define FULL		(net[FLIGHT - 1] != 0)
#else
#ifdef RELAY
#define SOMEWHERE_ELSE	:: TO_RESPONDER(m) -> m = (m & ~(7 << 14)) | M << 14
#elif defined(SPOOF)
#define SOMEWHERE_ELSE	:: TO_RESPONDER(m) -> m = (m & ~(7 << 14)) | V << 14
#else
#define SOMEWHERE_ELSE
#endif
#define MAY_LOSE	true
#define WITHIN_A_PTO	true
#endif

#define NTH(n)	:: net[n] != 0 -> m = net[n]; if :: d_step { take(n) } :: MAY_LOSE -> skip fi

inline arrive()
{
	if
	NTH(0)
#if FLIGHT > 1
	NTH(1)
#endif
#if FLIGHT > 2
	NTH(2)
#endif
#if FLIGHT > 3
	NTH(3)
	NTH(4)
	NTH(5)
	NTH(6)
	NTH(7)
	NTH(8)
	NTH(9)
#endif
	fi;
	if
	:: skip
	SOMEWHERE_ELSE
	fi;
	d_step { prelude() };
	if
	ARRIVED(HEARTBEAT, heartbeat_received)
	ARRIVED(REQUEST, request_received)
	ARRIVED(PROOF, proof_received)
	ARRIVED(CONFIRM, confirm_received)
	ARRIVED(HEARTBEAT_ACK, heartbeat_ack_received)
	ARRIVED(CHALLENGE, challenge_received)
	ARRIVED(ACK, ack_received)
	ARRIVED(REJECT, reject_received)
	ARRIVED(WANTED, wanted_received)
	ARRIVED(PATH_CHALLENGE, path_challenge_received)
	fi
}

active proctype world()
{
	d_step {
		fsm_load();
		/* A session that both ends have, on path 0. */
		address[0] = T0;
		address[1] = T1;
		tuples[0] = T0;
		i_token[0] = T0;
		i_observed[0] = T0;
		validated = 1;
#ifdef WARM
		tuples[1] = T1;
		i_token[1] = T1;
		i_observed[1] = T1;
		validated = 3;
#endif
		bind(I, 0);
		bind(R, 0);
		r_tuple = T0;
		event(I, E_HANDSHAKE_DONE);
		event(R, E_HANDSHAKE_DONE);
		path_of_epoch[0] = 0;
		look_at_all()
	}
	do
	:: atomic { net[0] != 0 -> arrive() }
#ifndef RACE
	:: d_step { net[0] != 0 -> take(0) }
#if FLIGHT > 1
	:: d_step { net[1] != 0 -> take(1) }
#endif
#if FLIGHT > 2
	:: d_step { net[2] != 0 -> take(2) }
#endif
	/* Time passes: what is in flight is too old now. */
	:: d_step {
		net[0] != 0 ->
		k = 0;
		do
		:: k < FLIGHT && AGES(net[k]) -> net[k] = net[k] | 1; k++
		:: k < FLIGHT && !AGES(net[k]) -> k++
		:: else -> break
		od;
		k = 0
	   }
#endif
#ifdef REBINDING
	/* The NAT of path 0 forgets. */
	:: d_step { address[0] == T0 -> address[0] = N0 }
#endif
#ifdef DEATH
	:: d_step { works[0] && works[1] -> works[0] = 0 }
	:: d_step { works[0] && works[1] -> works[1] = 0 }
#endif
	/* Heartbeats and data. */
	:: d_step { !DEAD(I) && works[0] && WITHIN_A_PTO -> heartbeat_send(0); look_at_all() }
	:: d_step { !DEAD(I) && works[1] && WITHIN_A_PTO -> heartbeat_send(1); look_at_all() }
	/* The operator (or a choice, which is the same here). */
	:: d_step { bound[I] != NONE && MAY_MOVE && WITHIN_A_PTO ->
		event(I, E_SWITCH_OPERATOR);
		path = 1 - bound[I];
		tuple = path;
		move_begin(tuple, 0);
		look_at_all()
	   }
#ifdef DEATH
	:: d_step { bound[I] != NONE && (open || MAY_MOVE) ->
		unbind(I);
		event(I, E_TRANSPORT_DEAD);
		move_begin(NONE, 0);
		look_at_all()
	   }
	:: d_step { bound[R] != NONE ->
		last_path = bound[R];
		last_tuple = r_tuple;
		reverting = 0;
		unbind(R);
		r_tuple = 0;
		event(R, E_TRANSPORT_DEAD);
		look_at_all()
	   }
#endif
#ifdef EXPIRY
	/* A tuple that was validated long ago is not any more. */
	:: d_step { bound[R] != 1 && (validated & 2) -> validated = validated & 1 }
	:: d_step { bound[R] != 0 && (validated & 1) -> validated = validated & 2 }
#endif
	/* Timers. */
	:: d_step { open && WITHIN_A_PTO -> move_timer(); look_at_all() }
	/* nonce_is_spent() */
	:: d_step { open && bound[I] == NONE && i_nonce < MOVES && WITHIN_A_PTO ->
		i_nonce++;
		move_timer();
		look_at_all()
	   }
	:: d_step { open && bound[I] != NONE && WITHIN_A_PTO && (asked & ~refused) ->
		refused = asked;		/* too many tries */
		move_timer();
		look_at_all()
	   }
	:: d_step { state[I] == RECOVERING && WITHIN_A_PTO ->
		if
		:: bound[I] != NONE -> event(I, E_WINDOW_EXCEEDED_ALIVE)
		:: else -> event(I, E_WINDOW_EXCEEDED_DEGRADE)
		fi;
		look_at_all()
	   }
	:: d_step { state[R] == RECOVERING ->
		event(R, E_WINDOW_EXCEEDED_DEGRADE);
		look_at_all()
	   }
	:: d_step { bound[R] == NONE && !DEAD(R) -> wanted_timer(); look_at_all() }
	:: d_step { rebinding && WITHIN_A_PTO -> rebind_timer(); look_at_all() }
	:: d_step { reverting && WITHIN_A_PTO -> reverting = 0 }
	od
}
