/* SPDX-License-Identifier: GPL-2.0 */
/* What the events tell of a drill, and what to think of it. */
#ifndef JVPN_TOOL_DRILL_H
#define JVPN_TOOL_DRILL_H

#include "attr.h"

/* A state that the session was in, why, and since when on the boot clock. */
struct drill_step {
	u64 at_ns;
	u8 state;
	u16 reason;
};

/* Times are of the boot clock in ns; 0: it has not happened. */
struct drill_story {
	u8 session_id[JVPN_SESSION_ID_LEN];
	u8 path;		/* that was cut */
	bool in_use;		/* it was the active one */
	bool stopped;		/* by a signal */
	u64 began_ns;
	u64 ended_ns;
	u64 noticed_ns;		/* that the path does not deliver */
	u64 attached_ns;	/* again */
	u16 noticed_reason;
	int bound;		/* path of the last attach, -1: there was none */
	u64 lost;		/* inner packets */
	bool gap;		/* events of that time are lost */
	struct drill_step *step;	/* the first is the state before */
	size_t steps;
};

/* An event of the device, in order. */
void drill_tell(struct drill_story *story, const struct nlattr *event);

/* Is all seen that the cut was made for, so that it may end? */
bool drill_is_seen(const struct drill_story *story);

/* Did the session end? */
bool drill_is_over(const struct drill_story *story);

/* True if the session passed; @why: in words. */
bool drill_verdict(const struct drill_story *story, char why[], size_t size);

/* For people. */
void drill_print(const struct drill_story *story);
/* As JSON. */
void drill_json(const struct drill_story *story, const char *ifname);

#endif /* JVPN_TOOL_DRILL_H */
