/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of `audit verify` share: the checks and their verdicts, and a
 * session as a log tells it.
 */
#ifndef JVPN_TOOL_AUDIT_H
#define JVPN_TOOL_AUDIT_H

#include "audit_log.h"

/* The first twelve are the invariants, in their order. */
enum audit_check {
	AUDIT_BINDING,
	AUDIT_IDENTITY,
	AUDIT_SURVIVAL,
	AUDIT_TABLE,
	AUDIT_COUNTING,
	AUDIT_RECOVERY,
	AUDIT_SWITCHES,
	AUDIT_LOSS,
	AUDIT_LIFETIME,
	AUDIT_REFUSALS,
	AUDIT_ABSORBING,
	AUDIT_OUTCOME,
	AUDIT_SEQUENCE,
	AUDIT_CLOCK,
	AUDIT_REASONS,
	AUDIT_LINEAGE,
	AUDIT_ENDS,
	AUDIT_CHECKS
};

#define AUDIT_BUCKETS	4096

/* Something that breaks a check. */
struct audit_finding {
	enum audit_check check;
	const char *file;
	unsigned int line;
	char *what;
};

struct audit {
	const struct log *log;
	struct audit_finding *finding;
	size_t findings;
	size_t judged[AUDIT_CHECKS];	/* how often there was something to judge */
	size_t open[AUDIT_CHECKS];	/* how often a policy was not known */
	const struct log_entry *lost;	/* the first gap that is said, or NULL */
	struct audit_session *session;	/* one for each end that tells of it */
	size_t sessions;
	size_t distinct;		/* ids among them, set by audit_ends() */
	size_t bucket[AUDIT_BUCKETS];	/* of session ids: 1 + index, 0 is none */
};

/* Does the session have an active binding, as far as a log tells? */
enum audit_bound {
	BOUND_UNKNOWN,
	BOUND_NO,
	BOUND_YES,
};

/* An accepted attach, or what the session was born with. */
struct audit_attach {
	u32 epoch;
	const struct log_entry *at;
};

/* A session at one end. */
struct audit_session {
	unsigned int device;
	size_t chain;		/* the next of its bucket */
	const struct log_entry *first;
	const struct log_entry *last;
	u8 state;
	u64 version;
	u64 first_version;
	u8 *states;		/* of each version from first_version on */
	u32 epoch;
	u32 adopted;		/* epoch taken over from a refusal; 0 is none */
	const struct log_entry *announced;	/* an attach has to follow at once */
	bool whole;		/* from its birth on, without gaps */
	bool blind;		/* events may be missing before the next */
	bool missed;		/* LINEAGE_GAP was said */
	bool over;
	bool lineage_known;
	u8 lineage[JVPN_LINEAGE_LEN];
	enum audit_bound bound;
	int path;		/* bound now or last, -1 if not known */
	u64 born_ns;		/* boot clock; 0 in what follows is not known */
	u64 recovering_ns;
	u64 unbound_ns;
	struct jvpn_policy recovering_policy;
	struct audit_attach *attach;
	size_t attaches;
	u64 *move_ns;		/* moves between living paths */
	size_t moves;
	bool told[AUDIT_CHECKS];	/* bounds are reported once */
};

/* Says that a check breaks at a line. */
void audit_refute(struct audit *audit, enum audit_check check,
		  const struct log_entry *at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static inline void audit_judged(struct audit *audit, enum audit_check check)
{
	audit->judged[check]++;
}

/* audit_session.c: replays the log; all that one end alone can show. */
void audit_replay(struct audit *audit);

/* audit_binding.c: which path is bound, before and after an event. */
void audit_binding(struct audit *audit, struct audit_session *s,
		   const struct log_entry *e);

/* audit_bounds.c: bounds of the policy, at an event before it is applied. */
void audit_bounds(struct audit *audit, struct audit_session *s,
		  const struct log_entry *e);
/* The same when the log of its device ends with @last. */
void audit_bounds_end(struct audit *audit, struct audit_session *s,
		      const struct log_entry *last);

/* audit_choice.c: by its own numbers, was a transition to another path right? */
void audit_choice(struct audit *audit, const struct log_entry *e);

/* audit_ends.c: compares sessions that two ends tell of. */
void audit_ends(struct audit *audit);

void audit_free(struct audit *audit);

#endif /* JVPN_TOOL_AUDIT_H */
