// SPDX-License-Identifier: GPL-2.0
/* Which session a command is about. */
#include "target.h"

#include "key.h"
#include "out.h"

int target_read(const struct args *args, struct target *target)
{
	int err = word_is_device(args, args->word[0]);

	if (err)
		return err;
	target->by_id = session_id_parse(target->id, args->word[1]);
	if (target->by_id || key_parse(target->key, args->word[1]))
		return EXIT_DONE;
	return usage_error(args,
			   "a session is named by its id, 32 characters of hex, or by the peer's public key");
}

struct nlattr *target_nest(struct nlmsghdr *header,
			   const struct target *target)
{
	struct nlattr *nest = nl_nest(header, JVPN_A_SESSION);

	if (target->by_id)
		mnl_attr_put(header, JVPN_SESSION_A_ID, JVPN_SESSION_ID_LEN,
			     target->id);
	else
		mnl_attr_put(header, JVPN_SESSION_A_PEER, JVPN_KEY_LEN,
			     target->key);
	return nest;
}
