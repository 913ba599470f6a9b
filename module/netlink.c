// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: judging requests, finding their device, the frame
 * of answers and dumps. What the commands do is in netlink_<topic>.c.
 *
 * The core could validate attributes as strictly as it is done here, but says
 * "integer out of range" and not of what, nor which range. So the family gives
 * it no policies to parse by, and applies its own (netlink_schema.c) with the
 * core's strict validation and words of its own.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "compat.h"
#include "netlink_priv.h"

static struct genl_family jvpn_nl_family;

enum {
	MCGRP_STATE,
	MCGRP_SECURITY,
};

static const struct genl_multicast_group jvpn_nl_mcgrps[] = {
	[MCGRP_STATE] = {
		.name = JVPN_MCGRP_STATE,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[MCGRP_SECURITY] = {
		.name = JVPN_MCGRP_SECURITY,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/* ---- refusing, in words ---- */

int jvpn_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int err,
		   const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	NL_SET_ERR_MSG_FMT(extack, "%pV", &vaf);
	va_end(args);
	if (attr)
		NL_SET_BAD_ATTR(extack, attr);
	return err;
}

/* What an attribute must be, e.g. "u16 from 1 to 65535". */
static void describe_policy(const struct nla_policy *policy, char *text, size_t size)
{
	static const char * const integer[] = {
		[NLA_U8] = "u8", [NLA_U16] = "u16", [NLA_U32] = "u32", [NLA_U64] = "u64",
	};

	switch (policy->type) {
	case NLA_U8:
	case NLA_U16:
	case NLA_U32:
	case NLA_U64:
		if (policy->validation_type == NLA_VALIDATE_RANGE)
			snprintf(text, size, "%s from %d to %d", integer[policy->type],
				 policy->min, policy->max);
		else if (policy->validation_type == NLA_VALIDATE_RANGE_PTR)
			snprintf(text, size, "%s from %llu to %llu", integer[policy->type],
				 policy->range->min, policy->range->max);
		else
			snprintf(text, size, "%s", integer[policy->type]);
		break;
	case NLA_BINARY:
		snprintf(text, size, "%d bytes", policy->min);
		break;
	case NLA_NUL_STRING:
		snprintf(text, size, "zero-terminated string, at most %u bytes", policy->len);
		break;
	case NLA_FLAG:
		strscpy(text, "flag without a value", size);
		break;
	default:
		strscpy(text, "nest of attributes", size);
		break;
	}
}

/* Is @bad this attribute, or inside it? */
static bool attr_covers(const struct nlattr *attr, const struct nlattr *bad)
{
	const u8 *begin = (const u8 *)attr;

	return (const u8 *)bad >= begin && (const u8 *)bad < begin + attr->nla_len;
}

/* Appends a name, or the number of an attribute that has none. */
static size_t name_append(char *path, size_t used, size_t size,
			  const struct jvpn_nl_name *name, unsigned int type)
{
	const char *dot = used ? "." : "";

	if (name)
		return used + scnprintf(path + used, size - used, "%s%s", dot, name->name);
	return used + scnprintf(path + used, size - used, "%s%u", dot, type);
}

static const struct jvpn_nl_name *set_name(const struct jvpn_nl_set *set, unsigned int type)
{
	if (!set || type > set->max || !set->attr[type].name)
		return NULL;
	return &set->attr[type];
}

/* Where an attribute of the request stands, e.g. "path.remote.port". */
static void name_attr(const struct nlmsghdr *nlh, const struct nlattr *bad, char *path,
		      size_t size)
{
	const struct nlattr *attr = nlmsg_attrdata(nlh, GENL_HDRLEN);
	const struct jvpn_nl_set *set = &jvpn_nl_top_set;
	int left = nlmsg_attrlen(nlh, GENL_HDRLEN);
	size_t used = 0;

	path[0] = '\0';
	while (nla_ok(attr, left)) {
		const struct jvpn_nl_name *name;

		if (!attr_covers(attr, bad)) {
			attr = nla_next(attr, &left);
			continue;
		}
		name = set_name(set, nla_type(attr));
		used = name_append(path, used, size, name, nla_type(attr));
		if (attr == bad)
			break;
		set = name ? name->nest : NULL;
		left = nla_len(attr);
		attr = nla_data(attr);
	}
}

/* Puts names into what the core said of an attribute that failed validation. */
static int refuse_invalid(const struct jvpn_nl_command *command, const struct nlmsghdr *nlh,
			  struct netlink_ext_ack *extack, int err)
{
	char path[40], expected[48];

	if (!extack || !extack->bad_attr)
		return err;
	name_attr(nlh, extack->bad_attr, path, sizeof(path));
	if (!extack->policy)
		return jvpn_nl_refuse(extack, extack->bad_attr, err, "%s: not accepted by %s",
				      path, command->name);
	describe_policy(extack->policy, expected, sizeof(expected));
	return jvpn_nl_refuse(extack, extack->bad_attr, err, "%s: must be %s", path, expected);
}

/* ---- requests ---- */

static int check_header(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *genlh = nlmsg_data(nlh);
	u16 flags = nlh->nlmsg_flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO);

	if (nlh->nlmsg_len < nlmsg_msg_size(GENL_HDRLEN))
		return jvpn_nl_refuse(extack, NULL, -EINVAL, "message too short");
	if (genlh->reserved)
		return jvpn_nl_refuse(extack, NULL, -EINVAL, "genlmsghdr.reserved must be 0");
	if (flags && flags != NLM_F_DUMP)
		return jvpn_nl_refuse(extack, NULL, -EINVAL,
				      "nlmsg_flags 0x%x: only REQUEST, ACK, ECHO and DUMP",
				      nlh->nlmsg_flags);
	return 0;
}

/* Only the command's own nest may be there; it must be if something in it must. */
static int parse_nest(struct jvpn_nl_request *request)
{
	const struct jvpn_nl_command *command = request->command;
	const struct jvpn_nl_set *set;
	unsigned int type;
	int err;

	for (type = JVPN_A_DEVICE; type <= JVPN_A_EVENT; type++) {
		if (request->top[type] && type != command->nest)
			return jvpn_nl_refuse(request->extack, request->top[type], -EINVAL,
					      "%s: not accepted by %s",
					      jvpn_nl_top_set.attr[type].name, command->name);
	}
	if (!command->nest)
		return 0;

	set = jvpn_nl_top_set.attr[command->nest].nest;
	request->nest = request->top[command->nest];
	if (request->nest) {
		err = nla_parse_nested(request->tb, set->max, request->nest, command->policy,
				       request->extack);
		if (err)
			return refuse_invalid(command, request->nlh, request->extack, err);
	}
	for (type = 1; type <= set->max; type++) {
		if (!(command->required & BIT_ULL(type)) || request->tb[type])
			continue;
		NL_SET_ERR_ATTR_MISS(request->extack, request->nest,
				     request->nest ? type : command->nest);
		return jvpn_nl_refuse(request->extack, NULL, -EINVAL, "%s.%s: required by %s",
				      jvpn_nl_top_set.attr[command->nest].name,
				      set->attr[type].name, command->name);
	}
	return 0;
}

/* Fills in all but info and device. */
static int parse_request(struct jvpn_nl_request *request, const struct nlmsghdr *nlh,
			 struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *genlh = nlmsg_data(nlh);
	int err;

	memset(request, 0, sizeof(*request));
	request->nlh = nlh;
	request->extack = extack;
	request->command = &jvpn_nl_commands[genlh->cmd];
	err = check_header(nlh, extack);
	if (err)
		return err;
	err = nlmsg_parse(nlh, GENL_HDRLEN, request->top, JVPN_A_MAX, jvpn_nl_top_policy,
			  extack);
	if (err)
		return refuse_invalid(request->command, nlh, extack, err);
	return parse_nest(request);
}

/* The interface that the request names: referenced, or ERR_PTR. */
static struct net_device *find_netdev(struct jvpn_nl_request *request, struct net *net)
{
	struct nlattr *ifindex = request->top[JVPN_A_IFINDEX];
	struct nlattr *ifname = request->top[JVPN_A_IFNAME];
	struct nlattr *attr = ifindex ?: ifname;
	const char *name = ifindex ? "ifindex" : "ifname";
	struct net_device *dev;
	int err;

	if (!ifindex == !ifname) {
		err = jvpn_nl_refuse(request->extack, NULL, -EINVAL,
				     "%s: takes one of ifindex and ifname",
				     request->command->name);
		return ERR_PTR(err);
	}
	if (ifindex)
		dev = dev_get_by_index(net, nla_get_u32(ifindex));
	else
		dev = dev_get_by_name(net, nla_data(ifname));
	if (!dev) {
		err = jvpn_nl_refuse(request->extack, attr, -ENODEV, "%s: no such interface", name);
		return ERR_PTR(err);
	}
	if (!jvpn_is_device(dev)) {
		dev_put(dev);
		err = jvpn_nl_refuse(request->extack, attr, -EOPNOTSUPP,
				     "%s: not a jvpn interface", name);
		return ERR_PTR(err);
	}
	return dev;
}

/* Finds the device and locks it. The reference on @dev is the caller's to drop. */
static int lock_device(struct jvpn_nl_request *request, struct net *net, struct net_device **dev)
{
	struct jvpn_device *device;

	*dev = find_netdev(request, net);
	if (IS_ERR(*dev))
		return PTR_ERR(*dev);
	device = netdev_priv(*dev);
	mutex_lock(&device->lock);
	if (device->dying) {
		mutex_unlock(&device->lock);
		dev_put(*dev);
		return jvpn_nl_refuse(request->extack, NULL, -ENODEV, "interface is being removed");
	}
	request->device = device;
	return 0;
}

static void unlock_device(struct jvpn_nl_request *request, struct net_device *dev)
{
	mutex_unlock(&request->device->lock);
	dev_put(dev);
}

/* No key stays behind in the memory of a message, whatever became of it. */
static void wipe_secrets(const struct jvpn_nl_request *request)
{
	static const u16 secret[JVPN_CMD_MAX + 1] = {
		[JVPN_CMD_DEVICE_SET] = JVPN_DEVICE_A_PRIVATE_KEY,
		[JVPN_CMD_PEER_SET] = JVPN_PEER_A_PRESHARED_KEY,
	};
	u16 type = secret[request->command - jvpn_nl_commands];
	const struct nlattr *nest, *attr;
	int left, nest_left;

	if (!type)
		return;
	nlmsg_for_each_attr(nest, request->nlh, GENL_HDRLEN, left) {
		if (nla_type(nest) != request->command->nest)
			continue;
		nla_for_each_nested(attr, nest, nest_left) {
			if (nla_type(attr) == type)
				memzero_explicit(nla_data(attr), nla_len(attr));
		}
	}
}

static int jvpn_nl_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct jvpn_nl_request request;
	struct net_device *dev;
	int err;

	err = parse_request(&request, info->nlhdr, info->extack);
	if (err)
		goto out;
	request.info = info;
	err = lock_device(&request, genl_info_net(info), &dev);
	if (err)
		goto out;
	err = request.command->doit(&request);
	unlock_device(&request, dev);
out:
	wipe_secrets(&request);
	return err;
}

/* ---- dumps ---- */

static struct jvpn_nl_dump **dump_of(struct netlink_callback *cb)
{
	return (struct jvpn_nl_dump **)cb->ctx;
}

static int jvpn_nl_dump_start(struct netlink_callback *cb)
{
	struct jvpn_nl_request request;
	struct jvpn_nl_dump *dump;
	struct net_device *dev;
	int err;

	err = parse_request(&request, cb->nlh, cb->extack);
	if (err)
		return err;
	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->command = request.command;
	if (!request.command->any_device || request.top[JVPN_A_IFINDEX] ||
	    request.top[JVPN_A_IFNAME]) {
		err = lock_device(&request, sock_net(cb->skb->sk), &dev);
		if (err)
			goto free;
		dump->ifindex = dev->ifindex;
		if (request.command->start)
			err = request.command->start(&request, dump);
		unlock_device(&request, dev);
		if (err)
			goto free;
	}
	*dump_of(cb) = dump;
	return 0;

free:
	jvpn_nl_event_done(dump);
	kfree_sensitive(dump);
	return err;
}

static int jvpn_nl_dump_done(struct netlink_callback *cb)
{
	struct jvpn_nl_dump *dump = *dump_of(cb);

	jvpn_peer_put(dump->peer);
	jvpn_nl_event_done(dump);
	kfree_sensitive(dump);
	return 0;
}

/* Objects of the one device that the dump is about. */
static int dump_device(struct jvpn_nl_dump *dump, struct net *net)
{
	struct jvpn_device *device;
	struct net_device *dev;
	int err = -ENODEV;

	/* Looked up each time: a slow reader must not hold up a removal. */
	dev = dev_get_by_index(net, dump->ifindex);
	if (!dev)
		return -ENODEV;
	if (jvpn_is_device(dev)) {
		device = netdev_priv(dev);
		mutex_lock(&device->lock);
		if (!device->dying) {
			dump->cb->seq = device->generation + 1;
			err = dump->command->dumpit(dump, device);
		}
		mutex_unlock(&device->lock);
	}
	dev_put(dev);
	return err;
}

/* The device with the lowest index above @ifindex, or NULL. RTNL. */
static struct jvpn_device *next_device(struct net *net, int ifindex)
{
	struct jvpn_device *device, *next = NULL;

	ASSERT_RTNL();
	list_for_each_entry(device, &jvpn_devices, list) {
		if (net_eq(dev_net(device->dev), net) && device->dev->ifindex > ifindex &&
		    (!next || device->dev->ifindex < next->dev->ifindex))
			next = device;
	}
	return next;
}

/* All devices of the namespace; dump->seq is the last index shown. */
static int dump_all_devices(struct jvpn_nl_dump *dump, struct net *net)
{
	struct jvpn_device *device;
	int err = 0;

	rtnl_lock();
	dump->cb->seq = net->dev_base_seq;
	while (!err && (device = next_device(net, dump->seq))) {
		mutex_lock(&device->lock);
		err = dump->command->dumpit(dump, device);
		mutex_unlock(&device->lock);
		if (!err)
			dump->seq = device->dev->ifindex;
	}
	rtnl_unlock();
	return err;
}

static int jvpn_nl_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct jvpn_nl_dump *dump = *dump_of(cb);
	struct net *net = sock_net(cb->skb->sk);
	int err;

	dump->skb = skb;
	dump->cb = cb;
	if (dump->ifindex)
		err = dump_device(dump, net);
	else
		err = dump_all_devices(dump, net);
	if (err == -EMSGSIZE && skb->len)
		return skb->len;
	/* 0 ends the dump; what this message holds is sent before. */
	return err;
}

void *jvpn_nl_dump_begin(struct jvpn_nl_dump *dump)
{
	struct netlink_callback *cb = dump->cb;
	const struct genlmsghdr *genlh = nlmsg_data(cb->nlh);
	void *header;

	header = genlmsg_put(dump->skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			     &jvpn_nl_family, NLM_F_MULTI, genlh->cmd);
	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

int jvpn_nl_dump_end(struct jvpn_nl_dump *dump, void *header, int err)
{
	if (err)
		genlmsg_cancel(dump->skb, header);
	else
		genlmsg_end(dump->skb, header);
	return err;
}

struct jvpn_peer *jvpn_nl_dump_peer(struct jvpn_nl_dump *dump, struct jvpn_device *device)
{
	struct jvpn_peer *peer = dump->peer;

	lockdep_assert_held(&device->lock);
	if (dump->one_peer) {
		if (peer)
			return NULL;
		/* The table's reference keeps it while the device is locked. */
		peer = jvpn_peer_lookup(device, dump->peer_key);
		jvpn_peer_put(peer);
		return peer;
	}
	return jvpn_peer_after(device, peer);
}

void jvpn_nl_dump_peer_done(struct jvpn_nl_dump *dump, struct jvpn_peer *peer)
{
	jvpn_peer_put(dump->peer);
	dump->peer = jvpn_peer_get(peer);
	dump->allowedip = 0;
	dump->path = 0;
}

int jvpn_nl_dump_filter(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump,
			unsigned int attr)
{
	struct jvpn_peer *peer;

	if (!request->tb[attr])
		return 0;
	peer = jvpn_nl_peer(request, attr);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	dump->one_peer = true;
	memcpy(dump->peer_key, peer->public_key, JVPN_PUBLIC_KEY_LEN);
	jvpn_peer_put(peer);
	return 0;
}

int jvpn_nl_transport_admin(struct jvpn_nl_request *request, const struct nlattr *attr,
			    const char *name)
{
	struct net *net;
	bool admin;

	rcu_read_lock();
	net = rcu_dereference(request->device->transport_net);
	admin = !net || ns_capable(net->user_ns, CAP_NET_ADMIN);
	rcu_read_unlock();
	if (admin)
		return 0;
	return jvpn_nl_refuse(request->extack, attr, -EPERM,
			      "%s: needs CAP_NET_ADMIN where the device's sockets are", name);
}

/* ---- what several topics need ---- */

struct jvpn_peer *jvpn_nl_peer(struct jvpn_nl_request *request, unsigned int attr)
{
	const struct jvpn_nl_name *nest = &jvpn_nl_top_set.attr[request->command->nest];
	struct jvpn_peer *peer;

	peer = jvpn_peer_lookup(request->device, nla_data(request->tb[attr]));
	if (peer)
		return peer;
	return ERR_PTR(jvpn_nl_refuse(request->extack, request->tb[attr], -ENOENT,
				      "%s.%s: no peer has this key", nest->name,
				      nest->nest->attr[attr].name));
}

struct jvpn_session *jvpn_nl_session(struct jvpn_peer *peer)
{
	struct jvpn_session *session;

	rcu_read_lock();
	session = rcu_dereference(peer->session);
	if (session && !jvpn_session_get_unless_zero(session))
		session = NULL;
	rcu_read_unlock();
	return session;
}

struct sk_buff *jvpn_nl_reply_begin(struct jvpn_nl_request *request, void **header)
{
	struct genl_info *info = request->info;
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put_reply(skb, info, &jvpn_nl_family, 0, info->genlhdr->cmd);
	return skb;
}

int jvpn_nl_reply_end(struct jvpn_nl_request *request, struct sk_buff *skb, void *header,
		      int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, request->info);
}

int jvpn_nl_put_device_name(struct sk_buff *skb, const struct jvpn_device *device)
{
	char name[IFNAMSIZ];

	/* A copy, so that a rename meanwhile cannot tear its end off. */
	strscpy(name, device->dev->name, sizeof(name));
	if (nla_put_u32(skb, JVPN_A_IFINDEX, device->dev->ifindex) ||
	    nla_put_string(skb, JVPN_A_IFNAME, name))
		return -EMSGSIZE;
	return 0;
}

int jvpn_nl_put_u8s(struct sk_buff *skb, const struct jvpn_nl_number *number,
		    unsigned int count)
{
	for (; count; number++, count--) {
		if (nla_put_u8(skb, number->attr, number->value))
			return -EMSGSIZE;
	}
	return 0;
}

int jvpn_nl_put_u32s(struct sk_buff *skb, const struct jvpn_nl_number *number,
		     unsigned int count)
{
	for (; count; number++, count--) {
		if (nla_put_u32(skb, number->attr, number->value))
			return -EMSGSIZE;
	}
	return 0;
}

int jvpn_nl_put_u64s(struct sk_buff *skb, const struct jvpn_nl_number *number,
		     unsigned int count, u16 pad)
{
	for (; count; number++, count--) {
		if (nla_put_u64_64bit(skb, number->attr, number->value, pad))
			return -EMSGSIZE;
	}
	return 0;
}

int jvpn_nl_put_endpoint(struct sk_buff *skb, u16 attr, const struct jvpn_addr *addr,
			 u32 scope_id)
{
	struct nlattr *nest;

	if (!addr->family)
		return 0;
	nest = nla_nest_start(skb, attr);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put(skb, addr->family == 4 ? JVPN_ENDPOINT_A_IPV4 : JVPN_ENDPOINT_A_IPV6,
		    addr->family == 4 ? 4 : 16, addr->addr) ||
	    (addr->port && nla_put_u16(skb, JVPN_ENDPOINT_A_PORT, addr->port)) ||
	    (scope_id && nla_put_u32(skb, JVPN_ENDPOINT_A_SCOPE_ID, scope_id)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* ---- events ---- */

/* The device's namespace, unless that is on its way out. */
static struct net *get_device_net(struct jvpn_device *device)
{
	struct net *net;

	/* A device that moves waits for readers before its old namespace can go. */
	rcu_read_lock();
	net = maybe_get_net(dev_net(device->dev));
	rcu_read_unlock();
	return net;
}

void jvpn_netlink_multicast(struct jvpn_device *device, const struct jvpn_event *event)
{
	unsigned int group = event->type == JVPN_EVENT_SECURITY ? MCGRP_SECURITY : MCGRP_STATE;
	struct net *net = get_device_net(device);
	struct sk_buff *skb;
	void *header;

	if (!net)
		return;
	if (!genl_has_listeners(&jvpn_nl_family, net, group))
		goto out;
	skb = genlmsg_new(JVPN_NL_EVENT_SIZE, GFP_KERNEL);
	if (!skb)
		goto out;
	header = genlmsg_put(skb, 0, 0, &jvpn_nl_family, 0, JVPN_CMD_EVENT);
	if (WARN_ON_ONCE(!header || jvpn_nl_put_event(skb, device, event, NULL))) {
		nlmsg_free(skb);
		goto out;
	}
	genlmsg_end(skb, header);
	/* Nobody, or somebody slow: both are no error here. */
	genlmsg_multicast_netns(&jvpn_nl_family, net, skb, 0, group, GFP_KERNEL);
out:
	put_net(net);
}

/* ---- the family ---- */

#define DOIT(command)					\
	{						\
		.cmd = command,				\
		.flags = GENL_UNS_ADMIN_PERM,		\
		.doit = jvpn_nl_doit,			\
	}
#define DUMPIT						\
	.start = jvpn_nl_dump_start,			\
	.dumpit = jvpn_nl_dumpit,			\
	.done = jvpn_nl_dump_done
#define DUMP_ONLY(command)				\
	{						\
		.cmd = command,				\
		.flags = GENL_UNS_ADMIN_PERM,		\
		DUMPIT,					\
	}
#define DOIT_AND_DUMP(command)				\
	{						\
		.cmd = command,				\
		.flags = GENL_UNS_ADMIN_PERM,		\
		.doit = jvpn_nl_doit,			\
		DUMPIT,					\
	}

/* Getters too want CAP_NET_ADMIN: keys and endpoints are private. */
static const struct genl_ops jvpn_nl_ops[] = {
	DOIT_AND_DUMP(JVPN_CMD_DEVICE_GET),
	DOIT(JVPN_CMD_DEVICE_SET),
	DUMP_ONLY(JVPN_CMD_PEER_GET),
	DOIT(JVPN_CMD_PEER_SET),
	DOIT(JVPN_CMD_PEER_DEL),
	DUMP_ONLY(JVPN_CMD_PATH_GET),
	DOIT(JVPN_CMD_PATH_ADD),
	DOIT(JVPN_CMD_PATH_DEL),
	DOIT_AND_DUMP(JVPN_CMD_SESSION_GET),
	DOIT(JVPN_CMD_SESSION_SWITCH),
	DOIT(JVPN_CMD_SESSION_TERMINATE),
	DOIT(JVPN_CMD_POLICY_GET),
	DOIT(JVPN_CMD_POLICY_SET),
	DUMP_ONLY(JVPN_CMD_EVENT_GET),
	DOIT(JVPN_CMD_SESSION_DRILL),
};

static struct genl_family jvpn_nl_family __ro_after_init = {
	.name = JVPN_GENL_NAME,
	.version = JVPN_GENL_VERSION,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = jvpn_nl_ops,
	.n_ops = ARRAY_SIZE(jvpn_nl_ops),
	/* Headers and attributes are judged in parse_request(). */
	.resv_start_op = JVPN_CMD_MAX + 1,
	.mcgrps = jvpn_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(jvpn_nl_mcgrps),
};

int __init jvpn_netlink_init(void)
{
	return genl_register_family(&jvpn_nl_family);
}

void jvpn_netlink_exit(void)
{
	genl_unregister_family(&jvpn_nl_family);
}
