// SPDX-License-Identifier: GPL-2.0
/* Netlink: the policy of a device or a peer. */
#include "netlink_priv.h"
#include "policy.h"

/* The peer that the request is about: a reference, NULL for the device, or ERR_PTR. */
static struct jvpn_peer *find_peer(struct jvpn_nl_request *request)
{
	if (!request->tb[JVPN_POLICY_A_PEER])
		return NULL;
	return jvpn_nl_peer(request, JVPN_POLICY_A_PEER);
}

/* The policy in force; the device's lock is held, so nobody changes it. */
static void policy_in_force(struct jvpn_device *device, struct jvpn_peer *peer,
			    struct jvpn_policy *policy)
{
	if (peer)
		jvpn_peer_policy(peer, policy);
	else
		*policy = device->policy;
}

static int put_policy(struct sk_buff *skb, struct jvpn_device *device, struct jvpn_peer *peer)
{
	struct jvpn_policy policy;
	struct nlattr *nest;
	unsigned int i;

	policy_in_force(device, peer, &policy);
	if (jvpn_nl_put_device_name(skb, device))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, JVPN_A_POLICY);
	if (!nest || nla_put_u32(skb, JVPN_POLICY_A_VERSION, policy.version))
		return -EMSGSIZE;
	/* Without the key, the answer says that the peer has the device's policy. */
	if (peer && peer->has_policy &&
	    nla_put(skb, JVPN_POLICY_A_PEER, JVPN_KEY_LEN, peer->public_key))
		return -EMSGSIZE;
	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *field = &jvpn_policy_fields[i];

		if (nla_put_u32(skb, field->attr, jvpn_policy_get(&policy, field)))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

int jvpn_nl_policy_get(struct jvpn_nl_request *request)
{
	struct jvpn_peer *peer = find_peer(request);
	struct sk_buff *skb;
	int err = -ENOMEM;
	void *header;

	if (IS_ERR(peer))
		return PTR_ERR(peer);
	skb = jvpn_nl_reply_begin(request, &header);
	if (skb)
		err = jvpn_nl_reply_end(request, skb, header,
					put_policy(skb, request->device, peer));
	jvpn_peer_put(peer);
	return err;
}

/* ---- setting ---- */

static int refuse_preset(struct jvpn_nl_request *request)
{
	char names[60] = "";
	unsigned int i;
	size_t len = 0;

	for (i = 0; jvpn_policy_preset_name(i); i++)
		len += scnprintf(names + len, sizeof(names) - len, "%s%s", i ? ", " : "",
				 jvpn_policy_preset_name(i));
	return jvpn_nl_refuse(request->extack, request->tb[JVPN_POLICY_A_PRESET], -EINVAL,
			      "policy.preset: one of %s", names);
}

/* Where a new policy starts: at a preset, or at what is in force. */
static int start_policy(struct jvpn_nl_request *request, struct jvpn_peer *peer,
			struct jvpn_policy *policy)
{
	const struct nlattr *preset = request->tb[JVPN_POLICY_A_PRESET];

	policy_in_force(request->device, peer, policy);
	if (preset && jvpn_policy_preset(policy, nla_data(preset)))
		return refuse_preset(request);
	return 0;
}

/* The attribute that a field's error is about, or the whole nest. */
static const struct nlattr *field_attr(struct jvpn_nl_request *request, const char *name)
{
	unsigned int i;

	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *field = &jvpn_policy_fields[i];

		if (!strcmp(field->name, name) && request->tb[field->attr])
			return request->tb[field->attr];
	}
	return request->nest;
}

static int check_policy(struct jvpn_nl_request *request, const struct jvpn_policy *policy)
{
	struct jvpn_policy_error wrong = {};
	int err = jvpn_policy_validate(policy, &wrong);
	const struct nlattr *attr;

	if (!err)
		return 0;
	attr = field_attr(request, wrong.field);
	if (!wrong.limit)
		return jvpn_nl_refuse(request->extack, attr, err, "%s %u: must be %u to %u",
				      wrong.field, wrong.value, wrong.min, wrong.max);
	return jvpn_nl_refuse(request->extack, attr, err, "%s %u: must be %u to %u by %s",
			      wrong.field, wrong.value, wrong.min, wrong.max, wrong.limit);
}

static int build_policy(struct jvpn_nl_request *request, struct jvpn_peer *peer,
			struct jvpn_policy *policy)
{
	unsigned int i;
	int err;

	err = start_policy(request, peer, policy);
	if (err)
		return err;
	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *field = &jvpn_policy_fields[i];

		if (request->tb[field->attr])
			jvpn_policy_put(policy, field, nla_get_u32(request->tb[field->attr]));
	}
	policy->version = request->device->policy_version + 1;
	return check_policy(request, policy);
}

static void set_device_policy(struct jvpn_device *device, const struct jvpn_policy *policy,
			      bool strict)
{
	struct jvpn_peer *peer;

	spin_lock_bh(&device->policy_lock);
	device->policy = *policy;
	spin_unlock_bh(&device->policy_lock);
	list_for_each_entry(peer, &device->peers, list) {
		if (!peer->has_policy)
			jvpn_session_policy_changed(peer, strict);
		cond_resched();
	}
}

static void set_peer_policy(struct jvpn_peer *peer, const struct jvpn_policy *policy,
			    bool strict)
{
	spin_lock_bh(&peer->lock);
	peer->policy = *policy;
	peer->has_policy = true;
	spin_unlock_bh(&peer->lock);
	jvpn_session_policy_changed(peer, strict);
}

static void report_policy(struct jvpn_device *device, const struct jvpn_peer *peer, u32 version)
{
	struct jvpn_event event = {
		.type = JVPN_EVENT_POLICY,
		.reason = JVPN_REASON_OPERATOR_REQUEST,
		.policy_version = version,
		.path_from = JVPN_PATH_NONE,
		.path_to = JVPN_PATH_NONE,
	};

	if (peer)
		memcpy(event.peer, peer->public_key, sizeof(event.peer));
	jvpn_event_emit(device, NULL, &event);
}

/* The peer's own policy goes; that of the device is in force. */
static int inherit_policy(struct jvpn_nl_request *request, struct jvpn_peer *peer, bool strict)
{
	const struct nlattr *attr = request->tb[JVPN_POLICY_A_INHERIT];
	bool other = request->tb[JVPN_POLICY_A_PRESET];
	unsigned int i;

	if (!peer)
		return jvpn_nl_refuse(request->extack, attr, -EINVAL,
				      "policy.inherit: only with policy.peer");
	for (i = 0; i < jvpn_policy_field_count; i++)
		other |= !!request->tb[jvpn_policy_fields[i].attr];
	if (other)
		return jvpn_nl_refuse(request->extack, attr, -EINVAL,
				      "policy.inherit: not together with other fields");
	if (!peer->has_policy)
		return 0;
	report_policy(request->device, peer, request->device->policy.version);
	spin_lock_bh(&peer->lock);
	peer->has_policy = false;
	spin_unlock_bh(&peer->lock);
	jvpn_session_policy_changed(peer, strict);
	return 0;
}

static int set_policy(struct jvpn_nl_request *request, struct jvpn_peer *peer)
{
	const struct nlattr *apply = request->tb[JVPN_POLICY_A_APPLY];
	bool strict = apply && nla_get_u8(apply) == JVPN_POLICY_APPLY_STRICT;
	struct jvpn_device *device = request->device;
	struct jvpn_policy policy;
	int err;

	if (request->tb[JVPN_POLICY_A_INHERIT])
		return inherit_policy(request, peer, strict);
	err = build_policy(request, peer, &policy);
	if (err)
		return err;
	/* One row of numbers for all of a device: events name a policy by it. */
	device->policy_version = policy.version;
	/* Before live sessions act upon it. */
	report_policy(device, peer, policy.version);
	if (peer)
		set_peer_policy(peer, &policy, strict);
	else
		set_device_policy(device, &policy, strict);
	return 0;
}

/* Answers with the policy as it is then, its version in it. */
int jvpn_nl_policy_set(struct jvpn_nl_request *request)
{
	struct jvpn_peer *peer = find_peer(request);
	struct sk_buff *skb;
	int err = -ENOMEM;
	void *header;

	if (IS_ERR(peer))
		return PTR_ERR(peer);
	/* First of all, so that what was done cannot look like a failure. */
	skb = jvpn_nl_reply_begin(request, &header);
	if (skb) {
		err = set_policy(request, peer);
		if (!err)
			err = put_policy(skb, request->device, peer);
		err = jvpn_nl_reply_end(request, skb, header, err);
	}
	jvpn_peer_put(peer);
	return err;
}
