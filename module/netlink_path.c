// SPDX-License-Identifier: GPL-2.0
/* Netlink: the candidates by which a peer can be reached. */
#include <linux/inetdevice.h>
#include <net/ipv6.h>

#include "netlink_priv.h"

/* ---- showing ---- */

static int put_path(struct jvpn_nl_dump *dump, struct jvpn_device *device,
		    const struct jvpn_peer *peer, u8 id)
{
	const struct jvpn_path_config *path = &peer->paths[id];
	const struct jvpn_endpoint *endpoint = &path->endpoint;
	const struct jvpn_nl_number number[] = {
		{ JVPN_PATH_A_ID, id },
		{ JVPN_PATH_A_TRANSPORT, path->transport },
		{ JVPN_PATH_A_PRIORITY, path->priority },
	};
	struct jvpn_addr local, remote;
	struct sk_buff *skb = dump->skb;
	struct nlattr *nest;
	void *header;

	header = jvpn_nl_dump_begin(dump);
	if (!header)
		return -EMSGSIZE;
	jvpn_endpoint_remote(endpoint, &remote);
	jvpn_endpoint_local(endpoint, 0, &local);
	if (!memchr_inv(local.addr, 0, sizeof(local.addr)))
		local.family = 0;
	nest = jvpn_nl_put_device_name(skb, device) ? NULL : nla_nest_start(skb, JVPN_A_PATH);
	if (!nest || nla_put(skb, JVPN_PATH_A_PEER, JVPN_KEY_LEN, peer->public_key) ||
	    jvpn_nl_put_u8s(skb, number, ARRAY_SIZE(number)) ||
	    nla_put_u32(skb, JVPN_PATH_A_IFINDEX, endpoint->ifindex) ||
	    jvpn_nl_put_endpoint(skb, JVPN_PATH_A_LOCAL, &local, 0) ||
	    jvpn_nl_put_endpoint(skb, JVPN_PATH_A_REMOTE, &remote,
				 remote.family == 6 ? endpoint->remote6.sin6_scope_id : 0))
		return jvpn_nl_dump_end(dump, header, -EMSGSIZE);
	nla_nest_end(skb, nest);
	return jvpn_nl_dump_end(dump, header, 0);
}

int jvpn_nl_path_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump)
{
	return jvpn_nl_dump_filter(request, dump, JVPN_PATH_A_PEER);
}

/* Paths of peers are changed under the device's lock only, which is held. */
int jvpn_nl_path_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device)
{
	struct jvpn_peer *peer;
	int err;

	while ((peer = jvpn_nl_dump_peer(dump, device))) {
		if (dump->partial != peer->serial)
			dump->path = 0;
		dump->partial = peer->serial;
		for (; dump->path < JVPN_MAX_PATHS; dump->path++) {
			if (!peer->paths[dump->path].used)
				continue;
			err = put_path(dump, device, peer, dump->path);
			if (err)
				return err;
		}
		jvpn_nl_dump_peer_done(dump, peer);
	}
	return 0;
}

/* ---- adding ---- */

/* Which of its two forms an endpoint has: 4 or 6, or an error. */
static int endpoint_family(struct jvpn_nl_request *request, const struct nlattr *nest,
			   struct nlattr **tb, const char *name)
{
	/* Was validated with the request. */
	nla_parse_nested(tb, JVPN_ENDPOINT_A_MAX, nest, NULL, NULL);
	if (!tb[JVPN_ENDPOINT_A_IPV4] == !tb[JVPN_ENDPOINT_A_IPV6])
		return jvpn_nl_refuse(request->extack, nest, -EINVAL,
				      "path.%s: takes one of ipv4 and ipv6", name);
	return tb[JVPN_ENDPOINT_A_IPV4] ? 4 : 6;
}

/* Can an address be one end of a path? */
static bool address_usable4(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

static bool address_usable6(const struct in6_addr *addr)
{
	return !ipv6_addr_any(addr) && !ipv6_addr_is_multicast(addr) &&
	       !ipv6_addr_v4mapped(addr);
}

static int check_address(struct jvpn_nl_request *request, struct nlattr **tb, const char *name)
{
	struct nlattr *ipv4 = tb[JVPN_ENDPOINT_A_IPV4];
	struct nlattr *ipv6 = tb[JVPN_ENDPOINT_A_IPV6];
	struct in6_addr addr6;

	if (ipv4 && !address_usable4(nla_get_in_addr(ipv4)))
		return jvpn_nl_refuse(request->extack, ipv4, -EINVAL,
				      "path.%s.ipv4: %pI4 is not a unicast address", name,
				      nla_data(ipv4));
	if (!ipv6)
		return 0;
	addr6 = nla_get_in6_addr(ipv6);
	if (address_usable6(&addr6))
		return 0;
	return jvpn_nl_refuse(request->extack, ipv6, -EINVAL,
			      "path.%s.ipv6: %pI6c is not a unicast address", name, &addr6);
}

static int parse_remote(struct jvpn_nl_request *request, struct jvpn_endpoint *endpoint)
{
	const struct nlattr *nest = request->tb[JVPN_PATH_A_REMOTE];
	struct nlattr *tb[JVPN_ENDPOINT_A_MAX + 1];
	const struct nlattr *scope;
	int family, err;
	__be16 port;

	family = endpoint_family(request, nest, tb, "remote");
	if (family < 0)
		return family;
	err = check_address(request, tb, "remote");
	if (err)
		return err;
	if (!tb[JVPN_ENDPOINT_A_PORT])
		return jvpn_nl_refuse(request->extack, nest, -EINVAL,
				      "path.remote.port: required by path_add");
	port = htons(nla_get_u16(tb[JVPN_ENDPOINT_A_PORT]));
	scope = tb[JVPN_ENDPOINT_A_SCOPE_ID];
	if (family == 4) {
		if (scope)
			return jvpn_nl_refuse(request->extack, scope, -EINVAL,
					      "path.remote.scope_id: only with a link-local ipv6");
		endpoint->remote4.sin_family = AF_INET;
		endpoint->remote4.sin_port = port;
		endpoint->remote4.sin_addr.s_addr = nla_get_in_addr(tb[JVPN_ENDPOINT_A_IPV4]);
		return 0;
	}
	endpoint->remote6.sin6_family = AF_INET6;
	endpoint->remote6.sin6_port = port;
	endpoint->remote6.sin6_addr = nla_get_in6_addr(tb[JVPN_ENDPOINT_A_IPV6]);
	if (scope)
		endpoint->remote6.sin6_scope_id = nla_get_u32(scope);
	return 0;
}

static int parse_local(struct jvpn_nl_request *request, struct jvpn_endpoint *endpoint)
{
	const struct nlattr *nest = request->tb[JVPN_PATH_A_LOCAL];
	struct nlattr *tb[JVPN_ENDPOINT_A_MAX + 1];
	int family, other;

	if (!nest)
		return 0;
	family = endpoint_family(request, nest, tb, "local");
	if (family < 0)
		return family;
	other = endpoint->remote.sa_family == AF_INET ? 4 : 6;
	if (family != other)
		return jvpn_nl_refuse(request->extack, nest, -EINVAL,
				      "path.local: must be ipv%d as path.remote is", other);
	if (family == 4)
		endpoint->local4.s_addr = nla_get_in_addr(tb[JVPN_ENDPOINT_A_IPV4]);
	else
		endpoint->local6 = nla_get_in6_addr(tb[JVPN_ENDPOINT_A_IPV6]);
	return check_address(request, tb, "local");
}

static int parse_transport(struct jvpn_nl_request *request, struct jvpn_path_config *path)
{
	const struct nlattr *attr = request->tb[JVPN_PATH_A_TRANSPORT];
	bool ipv4 = path->endpoint.remote.sa_family == AF_INET;
	u8 natural = ipv4 ? JVPN_TRANSPORT_UDP4 : JVPN_TRANSPORT_UDP6;

	path->transport = attr ? nla_get_u8(attr) : natural;
	if (path->transport == JVPN_TRANSPORT_TCP4 || path->transport == JVPN_TRANSPORT_TCP6)
		return jvpn_nl_refuse(request->extack, attr, -EOPNOTSUPP,
				      "path.transport: TCP is not supported yet, UDP is");
	if (path->transport != natural)
		return jvpn_nl_refuse(request->extack, attr, -EINVAL,
				      "path.transport: must be %u (udp%d) for this path.remote",
				      natural, ipv4 ? 4 : 6);
	return 0;
}

/* The interface must be there, where the sockets are, and must not be a tunnel of ours. */
static int check_interface(struct jvpn_nl_request *request, const struct nlattr *attr,
			   const char *name, int *ifindex)
{
	bool by_name = attr == request->tb[JVPN_PATH_A_IFNAME];
	struct net_device *dev;
	struct net *net;
	int err;

	err = jvpn_nl_transport_admin(request, attr, name);
	if (err)
		return err;
	err = -ENODEV;
	rcu_read_lock();
	net = rcu_dereference(request->device->transport_net);
	if (!net)
		dev = NULL;
	else if (by_name)
		dev = dev_get_by_name_rcu(net, nla_data(attr));
	else
		dev = dev_get_by_index_rcu(net, nla_get_u32(attr));
	if (dev) {
		*ifindex = dev->ifindex;
		err = jvpn_is_device(dev) ? -ELOOP : 0;
	}
	rcu_read_unlock();

	if (err == -ENODEV)
		return jvpn_nl_refuse(request->extack, attr, err, "%s: no such interface", name);
	if (err)
		return jvpn_nl_refuse(request->extack, attr, err,
				      "%s: a path cannot run through a jvpn interface", name);
	return 0;
}

static int parse_interface(struct jvpn_nl_request *request, struct jvpn_endpoint *endpoint)
{
	struct nlattr *ifindex = request->tb[JVPN_PATH_A_IFINDEX];
	struct nlattr *ifname = request->tb[JVPN_PATH_A_IFNAME];

	if (ifindex && ifname)
		return jvpn_nl_refuse(request->extack, ifname, -EINVAL,
				      "path.ifname: not together with path.ifindex");
	if (ifindex && !nla_get_u32(ifindex))
		return 0;
	if (ifindex)
		return check_interface(request, ifindex, "path.ifindex", &endpoint->ifindex);
	if (ifname)
		return check_interface(request, ifname, "path.ifname", &endpoint->ifindex);
	return 0;
}

/* A link-local address says nothing without its link. */
static int check_scope(struct jvpn_nl_request *request, struct jvpn_endpoint *endpoint)
{
	const struct nlattr *remote = request->tb[JVPN_PATH_A_REMOTE];
	struct sockaddr_in6 *addr = &endpoint->remote6;
	struct nlattr *tb[JVPN_ENDPOINT_A_MAX + 1];
	int ifindex;

	if (endpoint->remote.sa_family != AF_INET6)
		return 0;
	if (!(ipv6_addr_type(&addr->sin6_addr) & IPV6_ADDR_LINKLOCAL)) {
		if (!addr->sin6_scope_id)
			return 0;
		return jvpn_nl_refuse(request->extack, remote, -EINVAL,
				      "path.remote.scope_id: only with a link-local ipv6");
	}
	if (!addr->sin6_scope_id)
		addr->sin6_scope_id = endpoint->ifindex;
	if (!addr->sin6_scope_id)
		return jvpn_nl_refuse(request->extack, remote, -EINVAL,
				      "path.remote.scope_id: required with a link-local ipv6");
	if (endpoint->ifindex && endpoint->ifindex != addr->sin6_scope_id)
		return jvpn_nl_refuse(request->extack, remote, -EINVAL,
				      "path.remote.scope_id: differs from the path's interface");
	if (endpoint->ifindex)
		return 0;
	/* It chooses an interface, as path.ifindex does. */
	nla_parse_nested(tb, JVPN_ENDPOINT_A_MAX, remote, NULL, NULL);
	return check_interface(request, tb[JVPN_ENDPOINT_A_SCOPE_ID], "path.remote.scope_id",
			       &ifindex);
}

static int parse_path(struct jvpn_nl_request *request, struct jvpn_path_config *path)
{
	int err;

	memset(path, 0, sizeof(*path));
	path->used = true;
	if (request->tb[JVPN_PATH_A_PRIORITY])
		path->priority = nla_get_u8(request->tb[JVPN_PATH_A_PRIORITY]);
	err = parse_remote(request, &path->endpoint);
	if (!err)
		err = parse_local(request, &path->endpoint);
	if (!err)
		err = parse_transport(request, path);
	if (!err)
		err = parse_interface(request, &path->endpoint);
	if (!err)
		err = check_scope(request, &path->endpoint);
	return err;
}

/* The number that the new path gets, or an error. */
static int pick_id(struct jvpn_nl_request *request, struct jvpn_peer *peer)
{
	const struct nlattr *attr = request->tb[JVPN_PATH_A_ID];
	unsigned int id, free = JVPN_MAX_PATHS, count = 0;
	struct jvpn_policy policy;

	for (id = JVPN_MAX_PATHS; id-- > 0;) {
		if (peer->paths[id].used)
			count++;
		else
			free = id;
	}
	id = attr ? nla_get_u8(attr) : free;
	if (attr && peer->paths[id].used)
		return jvpn_nl_refuse(request->extack, attr, -EEXIST,
				      "path.id: the peer has a path %u already", id);
	/* The policy's range ends at JVPN_MAX_PATHS: below it there is a free one. */
	jvpn_peer_policy(peer, &policy);
	if (count >= policy.max_candidates)
		return jvpn_nl_refuse(request->extack, request->nest, -ENOSPC,
				      "path: the peer has %u paths, its policy's max_candidates is %u",
				      count, policy.max_candidates);
	return id;
}

/* Takes effect at once, also for a session that lives. */
static void set_path(struct jvpn_peer *peer, unsigned int id,
		     const struct jvpn_path_config *path)
{
	spin_lock_bh(&peer->lock);
	peer->paths[id] = *path;
	spin_unlock_bh(&peer->lock);
	peer->device->generation++;
	jvpn_session_paths_changed(peer);
}

int jvpn_nl_path_add(struct jvpn_nl_request *request)
{
	struct jvpn_path_config path;
	struct jvpn_peer *peer;
	int err, id;

	err = parse_path(request, &path);
	if (err)
		return err;
	peer = jvpn_nl_peer(request, JVPN_PATH_A_PEER);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	id = pick_id(request, peer);
	if (id >= 0)
		set_path(peer, id, &path);
	jvpn_peer_put(peer);
	return min(id, 0);
}

int jvpn_nl_path_del(struct jvpn_nl_request *request)
{
	static const struct jvpn_path_config none;
	const struct nlattr *attr = request->tb[JVPN_PATH_A_ID];
	unsigned int id = nla_get_u8(attr);
	struct jvpn_peer *peer;
	int err = 0;

	peer = jvpn_nl_peer(request, JVPN_PATH_A_PEER);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	if (peer->paths[id].used)
		set_path(peer, id, &none);
	else
		err = jvpn_nl_refuse(request->extack, attr, -ENOENT,
				     "path.id: the peer has no path %u", id);
	jvpn_peer_put(peer);
	return err;
}
