/* SPDX-License-Identifier: GPL-2.0 */
/* Which session a command is about: by its own id, or the one of a peer. */
#ifndef JVPN_TOOL_TARGET_H
#define JVPN_TOOL_TARGET_H

#include "cmd.h"
#include "nl.h"

struct target {
	bool by_id;
	u8 id[JVPN_SESSION_ID_LEN];
	u8 key[JVPN_KEY_LEN];
};

/* Reads the words "DEV ID|PEER"; exit code, after having said what is wrong. */
int target_read(const struct args *args, struct target *target);

/* Opens a request's nest about the session, to be ended with nl_nest_end(). */
struct nlattr *target_nest(struct nlmsghdr *header,
			   const struct target *target);

#endif /* JVPN_TOOL_TARGET_H */
