// SPDX-License-Identifier: GPL-2.0
/*
 * monitor --policy: the policies that events were decided by, as JSON lines. An
 * event has the version of its policy only; an auditor needs the bounds too.
 */
#include "monitor_policy.h"

#include "json_out.h"
#include "view.h"

/* What an answer is for. */
struct question {
	u32 ifindex;
	const u8 *peer;
	u32 *device;	/* fields of the device's policy, to be set or compared */
};

static void print_policy(const struct question *q,
			 const struct nlattr *const *tb)
{
	struct json_object *line = json_object_new_object();
	struct json_object *policy = json_object_new_object();
	const struct nlattr *ifname = tb[JVPN_A_IFNAME];
	char text[IF_NAMESIZE + 8];

	if (ifname)
		json_add(line, "ifname",
			 json_text(mnl_attr_get_payload(ifname),
				   mnl_attr_get_payload_len(ifname)));
	else
		json_add_text(line, "ifname", ifname_of(q->ifindex, text));
	json_add_u64(line, "ifindex", q->ifindex);
	json_attrs(policy, &attr_policy, tb[JVPN_A_POLICY], false);
	json_add(line, "policy", policy);
	json_print_line(line);
}

static int take_answer(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *tb[ATTR_MAX + 1], *field[ATTR_MAX + 1];
	struct question *q = data;
	bool differs = false;
	unsigned int i;

	msg_index(header, tb);
	if (!tb[JVPN_A_POLICY])
		return 0;
	attr_index_nest(&attr_policy, tb[JVPN_A_POLICY], field);
	for (i = 0; q->device && i <= attr_policy.max; i++) {
		u32 value = i == JVPN_POLICY_A_PEER ? 0 : attr_number(field[i]);

		differs |= q->device[i] != value;
		if (!q->peer)
			q->device[i] = value;
	}
	if (differs || !q->peer || !q->device)
		print_policy(q, tb);
	return 0;
}

static int ask(struct nl *nl, struct question *q)
{
	struct nlmsghdr *header;
	struct nlattr *nest;

	header = nl_new(nl, JVPN_CMD_POLICY_GET, NULL, q->ifindex);
	if (q->peer) {
		nest = nl_nest(header, JVPN_A_POLICY);
		mnl_attr_put(header, JVPN_POLICY_A_PEER, JVPN_KEY_LEN, q->peer);
		nl_nest_end(header, nest);
	}
	switch (nl_do(nl, header, take_answer, q)) {
	case 0:
	case -ENODEV:
	case -ENOENT:
		return 0;
	default:
		return nl_fail(nl, "reading the policy");
	}
}

int monitor_policy(struct nl *nl, u32 ifindex, const u8 *peer)
{
	struct question q = { .ifindex = ifindex, .peer = peer };

	return ask(nl, &q);
}

int monitor_policies(struct nl *nl, u32 ifindex)
{
	u32 fields[ATTR_MAX + 1] = { 0 };
	struct question q = { .ifindex = ifindex, .device = fields };
	struct view view;
	size_t i;
	int err;

	err = ask(nl, &q);
	if (err)
		return err;
	err = view_load(nl, &view, NULL, ifindex);
	for (i = 0; i < view.peers && !err; i++) {
		q.peer = view.peer[i].key;
		err = ask(nl, &q);
	}
	view_free(&view);
	return err;
}
