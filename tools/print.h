/* SPDX-License-Identifier: GPL-2.0 */
/* Paths and sessions for people and as JSON; several subcommands show them. */
#ifndef JVPN_TOOL_PRINT_H
#define JVPN_TOOL_PRINT_H

#include "json_out.h"
#include "view.h"

/* The session's path with this id, or NULL; @session may be NULL. */
const struct nlattr *live_path(const struct view_item *session, u8 id);

/* One line: where it leads, then how it is. Either may be NULL. */
void print_path(const struct nlattr *configured, const struct nlattr *live);
/* The same; what is live wins over what was configured. */
void json_path(struct json_object *object, const struct nlattr *configured,
	       const struct nlattr *live);

/* "ATTACHED" in its colour. */
void print_state(const struct nlattr *state);

/* The session's own lines, each indented by @indent. */
void print_session(const struct nlattr *session, const char *indent);

/* "name: value", the name in bold. */
void print_name(const char *indent, const char *name);

#endif /* JVPN_TOOL_PRINT_H */
