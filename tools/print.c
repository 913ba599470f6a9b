// SPDX-License-Identifier: GPL-2.0
/* Paths and sessions for people and as JSON; several subcommands show them. */
#include "print.h"

#include <stdio.h>

#include "addr.h"
#include "key.h"
#include "out.h"

const struct nlattr *live_path(const struct view_item *session, u8 id)
{
	const struct nlattr *tb[ATTR_MAX + 1], *attr = NULL;

	if (!session)
		return NULL;
	while ((attr = attr_next(mnl_attr_get_payload(session->nest),
				 mnl_attr_get_payload_len(session->nest),
				 attr))) {
		if (mnl_attr_get_type(attr) != JVPN_SESSION_A_PATH)
			continue;
		attr_index_nest(&attr_path, attr, tb);
		if (tb[JVPN_PATH_A_ID] &&
		    attr_number(tb[JVPN_PATH_A_ID]) == id)
			return attr;
	}
	return NULL;
}

void print_name(const char *indent, const char *name)
{
	printf("%s%s%s%s: ", indent, colour(COLOUR_BOLD), name,
	       colour(COLOUR_RESET));
}

static void print_text(const char *prefix, const struct nlattr *attr)
{
	char clean[TEXT_MAX];

	printf("%s%s", prefix,
	       clean_text(clean, mnl_attr_get_payload(attr),
			  mnl_attr_get_payload_len(attr)));
}

static void print_enum(name_fn *names, const struct nlattr *attr)
{
	const char *name = names(attr_number(attr));

	if (name)
		printf("%s", name);
	else
		printf("%llu", attr_number(attr));
}

void print_state(const struct nlattr *state)
{
	printf("%s", colour(colour_of_state(attr_number(state))));
	print_enum(name_state, state);
	printf("%s", colour(COLOUR_RESET));
}

/* What the live path says, and where it is silent, the configured one. */
static void merge(const struct nlattr *configured, const struct nlattr *live,
		  const struct nlattr **tb)
{
	const struct nlattr *over[ATTR_MAX + 1];
	unsigned int i;

	attr_index_nest(&attr_path, configured, tb);
	attr_index_nest(&attr_path, live, over);
	for (i = 0; i <= attr_path.max; i++)
		if (over[i])
			tb[i] = over[i];
}

static void print_interface(const struct nlattr **tb)
{
	u32 ifindex = attr_number(tb[JVPN_PATH_A_IFINDEX]);
	char name[IF_NAMESIZE + 8];

	if (tb[JVPN_PATH_A_IFNAME])
		print_text(" dev ", tb[JVPN_PATH_A_IFNAME]);
	else if (ifindex)
		printf(" dev %s", ifname_of(ifindex, name));
}

static void print_health(const struct nlattr **tb)
{
	char text[TEXT_MAX];

	if (attr_number(tb[JVPN_PATH_A_SRTT_US])) {
		printf(", rtt %s",
		       human_us(text, attr_number(tb[JVPN_PATH_A_SRTT_US])));
		printf(" +- %s",
		       human_us(text, attr_number(tb[JVPN_PATH_A_RTTVAR_US])));
	}
	if (tb[JVPN_PATH_A_LOSS_PERMILLE])
		printf(", loss %s",
		       human_permille(text,
				      attr_number(tb[JVPN_PATH_A_LOSS_PERMILLE])));
	if (attr_number(tb[JVPN_PATH_A_MTU]))
		printf(", mtu %llu", attr_number(tb[JVPN_PATH_A_MTU]));
}

static void print_status(const struct nlattr *status)
{
	u32 mask = attr_number(status);
	enum colour c = COLOUR_YELLOW;
	char text[TEXT_MAX];

	if (!status)
		return;
	if (mask & JVPN_PATH_ACTIVE)
		c = COLOUR_GREEN;
	else if (mask & JVPN_PATH_UP)
		c = COLOUR_RESET;
	name_mask(name_path_status, mask, text, sizeof(text));
	printf(" %s(%s)%s", colour(c), *text ? text : "unknown",
	       colour(COLOUR_RESET));
}

void print_path(const struct nlattr *configured, const struct nlattr *live)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	char text[ENDPOINT_TEXT_SIZE];
	struct endpoint endpoint;

	merge(configured, live, tb);
	printf("path %llu: ", attr_number(tb[JVPN_PATH_A_ID]));
	if (endpoint_from_attr(tb[JVPN_PATH_A_LOCAL], &endpoint))
		printf("%s -> ", endpoint_format(text, &endpoint));
	if (endpoint_from_attr(tb[JVPN_PATH_A_REMOTE], &endpoint))
		printf("%s", endpoint_format(text, &endpoint));
	else
		printf("(no endpoint)");
	print_interface(tb);
	if (attr_number(tb[JVPN_PATH_A_PRIORITY]))
		printf(", priority %llu",
		       attr_number(tb[JVPN_PATH_A_PRIORITY]));
	print_health(tb);
	print_status(tb[JVPN_PATH_A_STATUS]);
	putchar('\n');
}

void json_path(struct json_object *object, const struct nlattr *configured,
	       const struct nlattr *live)
{
	json_attrs(object, &attr_path, configured, false);
	/* The same keys again replace their values. */
	json_attrs(object, &attr_path, live, false);
}

static void print_id_line(const struct nlattr **tb, const char *indent)
{
	char hex[2 * JVPN_SESSION_ID_LEN + 1], text[TEXT_MAX];

	print_name(indent, "session");
	if (tb[JVPN_SESSION_A_ID]) {
		hex_format(hex, mnl_attr_get_payload(tb[JVPN_SESSION_A_ID]),
			   JVPN_SESSION_ID_LEN);
		printf("%s ", hex);
	}
	print_state(tb[JVPN_SESSION_A_STATE]);
	if (tb[JVPN_SESSION_A_AGE_MS])
		printf(", %s old",
		       human_duration(text,
				      attr_number(tb[JVPN_SESSION_A_AGE_MS])));
	putchar('\n');
	print_name(indent, "version");
	printf("%llu, epoch %llu, %llu switches, %llu rekeys, ",
	       attr_number(tb[JVPN_SESSION_A_VERSION]),
	       attr_number(tb[JVPN_SESSION_A_EPOCH]),
	       attr_number(tb[JVPN_SESSION_A_SWITCHES]),
	       attr_number(tb[JVPN_SESSION_A_REKEYS]));
	print_enum(name_role, tb[JVPN_SESSION_A_ROLE]);
	if (attr_number(tb[JVPN_SESSION_A_LAST_REASON])) {
		printf(", last reason ");
		print_enum(name_reason, tb[JVPN_SESSION_A_LAST_REASON]);
	}
	putchar('\n');
}

static void print_cipher_line(const struct nlattr **tb, const char *indent)
{
	char text[TEXT_MAX];

	if (!attr_number(tb[JVPN_SESSION_A_CIPHER]))
		return;
	print_name(indent, "cipher");
	print_enum(name_cipher, tb[JVPN_SESSION_A_CIPHER]);
	if (tb[JVPN_SESSION_A_CIPHER_DRIVER])
		print_text(" by ", tb[JVPN_SESSION_A_CIPHER_DRIVER]);
	if (tb[JVPN_SESSION_A_KEY_AGE_MS])
		printf(", keys %s old",
		       human_duration(text,
				      attr_number(tb[JVPN_SESSION_A_KEY_AGE_MS])));
	putchar('\n');
}

static void print_held_line(const struct nlattr **tb, const char *indent)
{
	u64 queued = attr_number(tb[JVPN_SESSION_A_QUEUED]);
	u64 dropped = attr_number(tb[JVPN_SESSION_A_DROPPED]);

	if (!queued && !dropped)
		return;
	print_name(indent, "without a path");
	printf("%llu packets waiting, %llu given up\n", queued,
	       dropped);
}

void print_session(const struct nlattr *session, const char *indent)
{
	const struct nlattr *tb[ATTR_MAX + 1];

	attr_index_nest(&attr_session, session, tb);
	print_id_line(tb, indent);
	print_cipher_line(tb, indent);
	print_held_line(tb, indent);
	print_name(indent, "active path");
	if (tb[JVPN_SESSION_A_ACTIVE_PATH])
		printf("%llu\n",
		       attr_number(tb[JVPN_SESSION_A_ACTIVE_PATH]));
	else
		printf("%snone%s\n", colour(COLOUR_RED),
		       colour(COLOUR_RESET));
}
