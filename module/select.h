/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which path should carry the session, and whether it may move there now. Pure
 * functions; the same input gives the same answer, ties go to the lower path id.
 */
#ifndef _JVPN_SELECT_H
#define _JVPN_SELECT_H

#include "control.h"
#include "policy.h"

#define JVPN_LOSS_STEP_PERMILLE	20
#define JVPN_MOVES_WINDOW_NS	(60 * JVPN_NS_PER_S)
#define JVPN_MOVES_ENTRIES	16
/* Moves without a living binding in a minute that do not wait, and how long the others do. */
#define JVPN_FORCED_FREE	8
#define JVPN_FORCED_WAIT_NS	(100 * JVPN_NS_PER_MS)
#define JVPN_FORCED_WAIT_MAX_NS	(2 * JVPN_NS_PER_S)

/* How fit a path is to take the session, best first. */
enum jvpn_select_fit {
	JVPN_FIT,
	JVPN_FIT_VIOLATES,	/* lives, but violates a threshold of the policy */
	JVPN_FIT_COOLING,	/* lives, but failed within switch_cooldown */
	JVPN_FIT_UNVALIDATED,	/* not proven: a move there takes a round trip more */
	JVPN_FIT_DOWN,		/* does not answer */
	JVPN_FIT_BLOCKED,	/* must not be used */
};

/* What is known of a path. */
struct jvpn_select_path {
	u8 path_id;
	u8 priority;		/* class, lower is preferred */
	bool alive;
	bool validated;
	bool blocked;		/* by an operator, a loop, a lost link, address or route */
	u16 violation;		/* jvpn_health_violation() */
	u32 loss_permille;
	u32 srtt_us;		/* 0: not measured */
	u64 since_ns;		/* alive since */
	u64 failed_ns;		/* last death, or refusal; 0: never */
};

/* The numbers by which a path was ranked. */
struct jvpn_select_score {
	u8 path_id;
	u8 fit;			/* enum jvpn_select_fit */
	u8 priority;
	bool violates;		/* a threshold of the policy */
	u32 loss_permille;
	u32 srtt_us;
	u64 stable_ns;		/* alive for so long */
};

enum jvpn_select_verdict {
	JVPN_SELECT_STAY,	/* the active path lives and nothing is better enough */
	JVPN_SELECT_MOVE,	/* to best */
	JVPN_SELECT_NONE,	/* no living active path, and none fit to take over */
};

struct jvpn_select_result {
	u8 verdict;		/* enum jvpn_select_verdict */
	u8 best;		/* the candidate that was judged, or JVPN_PATH_NONE */
	u8 preferred;		/* healthy for failback_hold in a better class, or none */
	u8 count;
	struct jvpn_select_score score[JVPN_MAX_PATHS];	/* all paths, best first */
};

/**
 * jvpn_select - rank the paths and judge a move
 * @policy: the session's
 * @now_ns: clock
 * @path: all paths of the session, in any order
 * @count: how many, at most JVPN_MAX_PATHS
 * @active: id of the bound path, or JVPN_PATH_NONE
 * @result: filled in
 *
 * With a living active path, only a candidate that is JVPN_FIT is taken: one of
 * a better class; or one of the same class (of a worse one only if the active
 * path violates a threshold) that is a loss step better, or equal in loss and
 * faster by switch_improvement.
 *
 * Without one, hysteresis does not apply, and a lossy path is better than none:
 * the first of the ranking is taken unless it is down or blocked. The ranking is
 * then the order in which to ask.
 */
void jvpn_select(const struct jvpn_policy *policy, u64 now_ns,
		 const struct jvpn_select_path *path, unsigned int count,
		 u8 active, struct jvpn_select_result *result);

/* Moves within the last minute; entries stand for one or several of them. */
struct jvpn_move_log {
	u64 at_ns[JVPN_MOVES_ENTRIES];
	u16 moves[JVPN_MOVES_ENTRIES];
	u8 newest;
};

/* Of a session; zeroed memory is a fresh one. */
struct jvpn_moves {
	struct jvpn_move_log living;	/* from a living path: budget and cooldown apply */
	struct jvpn_move_log forced;	/* without a living binding here or over there */
	u64 last_ns;			/* of any kind; 0: never */
};

/* A move was made. @living: the path that was left still lived. */
void jvpn_moves_record(struct jvpn_moves *moves,
		       const struct jvpn_policy *policy, bool living,
		       u64 now_ns);

/* Is there a move between living paths left of max_switches_per_min? */
bool jvpn_moves_left(const struct jvpn_moves *moves,
		     const struct jvpn_policy *policy, u64 now_ns);

/**
 * jvpn_moves_allowed - may the session leave a living path now?
 * @moves: of the session
 * @policy: its
 * @now_ns: clock
 * @retry_ns: set to when to ask again, if not
 *
 * Return: JVPN_REASON_NONE; JVPN_REASON_COOLDOWN_ACTIVE or
 * JVPN_REASON_SWITCH_RATE_LIMITED.
 */
u16 jvpn_moves_allowed(const struct jvpn_moves *moves,
		       const struct jvpn_policy *policy, u64 now_ns,
		       u64 *retry_ns);

/**
 * jvpn_moves_forced_ns - when may a move without a living binding begin?
 * @moves: of the session
 * @now_ns: clock
 *
 * Never refused: from the ninth within a minute it waits, since the last one,
 * 100 ms, then twice as long each time, at most 2 s.
 *
 * Return: @now_ns or later.
 */
u64 jvpn_moves_forced_ns(const struct jvpn_moves *moves, u64 now_ns);

#endif /* _JVPN_SELECT_H */
