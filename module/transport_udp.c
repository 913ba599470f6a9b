// SPDX-License-Identifier: GPL-2.0
/*
 * UDP: the sockets of a device, routes, and sending of finished datagrams. The
 * stack hands received ones to receive.c.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "device.h"
#include "receive.h"
#include "transport_udp.h"

/* A free port for one family may be taken for the other: so often another one is picked. */
#define PORT_TRIES 64

#define OVERHEAD4 (sizeof(struct iphdr) + sizeof(struct udphdr))
#define OVERHEAD6 (sizeof(struct ipv6hdr) + sizeof(struct udphdr))

/* ---- sockets ---- */

static void socket_release(struct sock *sk)
{
	if (sk)
		jvpn_compat_udp_tunnel_release(sk);
}

static int socket_create(struct jvpn_device *device, struct net *net, u8 family, u16 port,
			 struct sock **result)
{
	struct udp_tunnel_sock_cfg encap = {
		.sk_user_data = device,
		.encap_type = 1,
		.encap_rcv = jvpn_receive,
		.encap_err_lookup = jvpn_receive_error,
	};
	struct udp_port_cfg cfg = {
		.family = family,
		.local_udp_port = htons(port),
		.use_udp_checksums = true,
		.use_udp6_tx_checksums = true,
		.use_udp6_rx_checksums = true,
		.ipv6_v6only = family == AF_INET6,
	};
	struct socket *sock;
	int err = udp_sock_create(net, &cfg, &sock);

	if (err)
		return err;
	sock->sk->sk_allocation = GFP_ATOMIC;
	jvpn_compat_udp_tunnel_setup(net, sock->sk, &encap);
	*result = sock->sk;
	return 0;
}

/* Both families on one port; the second is absent where IPv6 is switched off. */
static int socket_pair(struct jvpn_device *device, struct net *net, u16 port,
		       struct sock **sk4, struct sock **sk6)
{
	int err = socket_create(device, net, AF_INET, port, sk4);

	*sk6 = NULL;
	if (err || !ipv6_mod_enabled())
		return err;
	err = socket_create(device, net, AF_INET6, ntohs(inet_sk(*sk4)->inet_sport), sk6);
	if (err)
		socket_release(*sk4);
	return err;
}

/* Puts @sk4 and @sk6 in the place of the sockets in use, which go away. */
static void sockets_replace(struct jvpn_device *device, struct sock *sk4, struct sock *sk6)
{
	struct sock *old4, *old6;

	old4 = rcu_replace_pointer(device->sock4, sk4, lockdep_is_held(&device->lock));
	old6 = rcu_replace_pointer(device->sock6, sk6, lockdep_is_held(&device->lock));
	if (!old4 && !old6)
		return;
	synchronize_net();
	socket_release(old4);
	socket_release(old6);
}

/* @port: 0 picks one that is free for both families. */
static int sockets_make(struct jvpn_device *device, u16 port, struct sock **sk4,
			struct sock **sk6)
{
	struct net *net;
	int tries, err;

	rcu_read_lock();
	net = rcu_dereference(device->transport_net);
	net = net ? maybe_get_net(net) : NULL;
	rcu_read_unlock();
	if (!net)
		return -ENONET;
	for (tries = 0; tries < PORT_TRIES; tries++) {
		err = socket_pair(device, net, port, sk4, sk6);
		if (err != -EADDRINUSE || port)
			break;
	}
	put_net(net);
	return err;
}

int jvpn_udp_open(struct jvpn_device *device, u16 port)
{
	struct sock *sk4, *sk6;
	int err;

	lockdep_assert_held(&device->lock);
	if (port && port == device->listen_port && rcu_access_pointer(device->sock4))
		return 0;
	err = sockets_make(device, port, &sk4, &sk6);
	if (err)
		return err;
	WRITE_ONCE(device->listen_port, ntohs(inet_sk(sk4)->inet_sport));
	sockets_replace(device, sk4, sk6);
	return 0;
}

int jvpn_udp_open_hop(struct jvpn_device *device)
{
	struct sock *sk4, *sk6;
	int err = 0;

	mutex_lock(&device->hop_lock);
	if (rcu_access_pointer(device->hop4))
		goto unlock;
	/* A device that is down, or on its way out, opens nothing. */
	err = -ENETDOWN;
	if (!rcu_access_pointer(device->sock4))
		goto unlock;
	err = sockets_make(device, 0, &sk4, &sk6);
	if (err)
		goto unlock;
	WRITE_ONCE(device->hop_port, ntohs(inet_sk(sk4)->inet_sport));
	rcu_assign_pointer(device->hop4, sk4);
	rcu_assign_pointer(device->hop6, sk6);
unlock:
	mutex_unlock(&device->hop_lock);
	return err;
}

void jvpn_udp_close(struct jvpn_device *device)
{
	struct sock *hop4, *hop6;

	lockdep_assert_held(&device->lock);
	mutex_lock(&device->hop_lock);
	hop4 = rcu_replace_pointer(device->hop4, NULL, lockdep_is_held(&device->hop_lock));
	hop6 = rcu_replace_pointer(device->hop6, NULL, lockdep_is_held(&device->hop_lock));
	/* Waits until nobody uses any of them. */
	sockets_replace(device, NULL, NULL);
	mutex_unlock(&device->hop_lock);
	socket_release(hop4);
	socket_release(hop6);
}

/* ---- routes ---- */

/* The interface a path is tied to must be there and work. */
static int check_interface(struct net *net, int ifindex)
{
	struct net_device *dev = dev_get_by_index_rcu(net, ifindex);

	if (!dev || !(dev->flags & IFF_UP) || !netif_carrier_ok(dev))
		return -ENETDOWN;
	return 0;
}

/*
 * The output lookup assumes that everything is on the link when it is bound to
 * an interface and finds no route. The table itself does not.
 */
static int check_table4(struct net *net, const struct flowi4 *flow)
{
	struct fib_result result = {};
	struct flowi4 copy = *flow;

	copy.flowi4_iif = LOOPBACK_IFINDEX;
	return fib_lookup(net, &copy, &result, 0) ? -ENETUNREACH : 0;
}

static int route4(struct jvpn_device *device, struct sock *sk,
		  const struct jvpn_endpoint *endpoint, struct dst_entry **dst, __be32 *source)
{
	struct net *net = sock_net(sk);
	struct flowi4 flow = {
		.saddr = endpoint->local4.s_addr,
		.daddr = endpoint->remote4.sin_addr.s_addr,
		.fl4_sport = inet_sk(sk)->inet_sport,
		.fl4_dport = endpoint->remote4.sin_port,
		.flowi4_oif = endpoint->ifindex,
		.flowi4_mark = READ_ONCE(device->fwmark),
		.flowi4_proto = IPPROTO_UDP,
	};
	struct rtable *route;
	int err;

	if (flow.saddr && !__ip_dev_find(net, flow.saddr, false))
		return -EADDRNOTAVAIL;
	if (endpoint->ifindex) {
		err = check_table4(net, &flow);
		if (err)
			return err;
	}
	route = ip_route_output_flow(net, &flow, sk);
	if (IS_ERR(route))
		return PTR_ERR(route);
	err = jvpn_is_device(route->dst.dev) ? -ELOOP : 0;
	if (route->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST))
		err = -ENETUNREACH;
	if (err) {
		ip_rt_put(route);
		return err;
	}
	*dst = &route->dst;
	*source = flow.saddr;
	return 0;
}

static int route6(struct jvpn_device *device, struct sock *sk,
		  const struct jvpn_endpoint *endpoint, struct dst_entry **dst,
		  struct in6_addr *source)
{
	struct net *net = sock_net(sk);
	struct flowi6 flow = {
		.saddr = endpoint->local6,
		.daddr = endpoint->remote6.sin6_addr,
		.fl6_sport = inet_sk(sk)->inet_sport,
		.fl6_dport = endpoint->remote6.sin6_port,
		.flowi6_oif = endpoint->ifindex ?: endpoint->remote6.sin6_scope_id,
		.flowi6_mark = READ_ONCE(device->fwmark),
		.flowi6_proto = IPPROTO_UDP,
	};
	struct dst_entry *result;
	int err = 0;

	if (ipv6_addr_is_multicast(&flow.daddr))
		return -ENETUNREACH;
	if (!ipv6_addr_any(&flow.saddr) && !ipv6_chk_addr(net, &flow.saddr, NULL, 0))
		return -EADDRNOTAVAIL;
	result = ip6_dst_lookup_flow(net, sk, &flow, NULL);
	if (IS_ERR(result))
		return PTR_ERR(result);
	if (jvpn_is_device(result->dev))
		err = -ELOOP;
	else if (endpoint->ifindex && result->dev->ifindex != endpoint->ifindex)
		err = -ENETUNREACH;	/* with a source address an interface is only a wish */
	if (err) {
		dst_release(result);
		return err;
	}
	*dst = result;
	*source = flow.saddr;
	return 0;
}

/* A way to an endpoint, from the cache if it is still good. */
struct udp_route {
	struct sock *sk;
	struct dst_entry *dst;
	union {
		__be32 source4;
		struct in6_addr source6;
	};
};

static int route_get4(struct jvpn_device *device, const struct jvpn_endpoint *endpoint,
		      struct dst_cache *cache, struct udp_route *route)
{
	struct rtable *cached;
	int err;

	route->sk = rcu_dereference(*(endpoint->hopped ? &device->hop4 : &device->sock4));
	if (!route->sk)
		return -EAFNOSUPPORT;
	cached = cache ? dst_cache_get_ip4(cache, &route->source4) : NULL;
	if (cached) {
		route->dst = &cached->dst;
		return 0;
	}
	err = route4(device, route->sk, endpoint, &route->dst, &route->source4);
	if (!err && cache)
		dst_cache_set_ip4(cache, route->dst, route->source4);
	return err;
}

static int route_get6(struct jvpn_device *device, const struct jvpn_endpoint *endpoint,
		      struct dst_cache *cache, struct udp_route *route)
{
	int err;

	route->sk = rcu_dereference(*(endpoint->hopped ? &device->hop6 : &device->sock6));
	if (!route->sk)
		return -EAFNOSUPPORT;
	route->dst = cache ? dst_cache_get_ip6(cache, &route->source6) : NULL;
	if (route->dst)
		return 0;
	err = route6(device, route->sk, endpoint, &route->dst, &route->source6);
	if (!err && cache)
		dst_cache_set_ip6(cache, route->dst, &route->source6);
	return err;
}

static int route_get(struct jvpn_device *device, const struct jvpn_endpoint *endpoint,
		     struct dst_cache *cache, struct udp_route *route)
{
	switch (endpoint->remote.sa_family) {
	case AF_INET:
		return route_get4(device, endpoint, cache, route);
	case AF_INET6:
		return route_get6(device, endpoint, cache, route);
	}
	return -EAFNOSUPPORT;
}

/* Largest UDP payload that takes this route in one piece. */
static u32 route_payload(const struct jvpn_endpoint *endpoint, const struct udp_route *route)
{
	u32 overhead = endpoint->remote.sa_family == AF_INET ? OVERHEAD4 : OVERHEAD6;
	u32 mtu = dst_mtu(route->dst);

	return mtu > overhead ? mtu - overhead : 0;
}

int jvpn_udp_mtu(struct jvpn_device *device, const struct jvpn_endpoint *endpoint,
		 struct dst_cache *cache)
{
	struct udp_route route;
	int err = route_get(device, endpoint, cache, &route);

	if (err)
		return err;
	err = route_payload(endpoint, &route);
	dst_release(route.dst);
	return err;
}

int jvpn_udp_route(struct jvpn_device *device, const struct jvpn_endpoint *endpoint,
		   u8 local[16], int *oif, u32 *mtu)
{
	struct udp_route route;
	struct net *net;
	int err = 0;

	local_bh_disable();
	net = rcu_dereference(device->transport_net);
	if (!net)
		err = -ENETDOWN;
	else if (endpoint->ifindex)
		err = check_interface(net, endpoint->ifindex);
	if (!err)
		err = route_get(device, endpoint, NULL, &route);
	if (err)
		goto unlock;

	memset(local, 0, 16);
	if (endpoint->remote.sa_family == AF_INET)
		memcpy(local, &route.source4, sizeof(route.source4));
	else
		memcpy(local, &route.source6, sizeof(route.source6));
	*oif = route.dst->dev->ifindex;
	*mtu = route_payload(endpoint, &route);
	err = check_interface(net, *oif);
	dst_release(route.dst);
unlock:
	local_bh_enable();
	return err;
}

/* ---- sending ---- */

static struct udphdr *push_udp(struct sk_buff *skb, __be16 source, __be16 dest)
{
	struct udphdr *udp;

	__skb_push(skb, sizeof(*udp));
	skb_reset_transport_header(skb);
	udp = udp_hdr(skb);
	udp->source = source;
	udp->dest = dest;
	udp->len = htons(skb->len);
	udp->check = 0;
	return udp;
}

static int send4(struct sk_buff *skb, const struct jvpn_endpoint *endpoint,
		 const struct udp_route *route, u8 ds, bool df, u16 payload_max)
{
	struct net *net = sock_net(route->sk);
	__be32 daddr = endpoint->remote4.sin_addr.s_addr;
	unsigned int len;
	struct iphdr *ip;

	push_udp(skb, inet_sk(route->sk)->inet_sport, endpoint->remote4.sin_port);
	len = skb->len;
	udp_set_csum(false, skb, route->source4, daddr, len);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	if (payload_max)
		IPCB(skb)->frag_max_size = payload_max + OVERHEAD4;
	__skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip = ip_hdr(skb);
	ip->version = 4;
	ip->ihl = sizeof(*ip) >> 2;
	ip->tos = ds;
	ip->frag_off = df ? htons(IP_DF) : 0;
	ip->ttl = ip4_dst_hoplimit(route->dst);
	ip->protocol = IPPROTO_UDP;
	ip->saddr = route->source4;
	ip->daddr = daddr;
	skb->protocol = htons(ETH_P_IP);
	__ip_select_ident(net, ip, skb_shinfo(skb)->gso_segs ?: 1);
	return ip_local_out(net, route->sk, skb);
}

static int send6(struct sk_buff *skb, const struct jvpn_endpoint *endpoint,
		 const struct udp_route *route, u8 ds, u16 payload_max)
{
	const struct in6_addr *daddr = &endpoint->remote6.sin6_addr;
	struct ipv6hdr *ip;
	unsigned int len;

	push_udp(skb, inet_sk(route->sk)->inet_sport, endpoint->remote6.sin6_port);
	len = skb->len;
	udp6_set_csum(false, skb, &route->source6, daddr, len);
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	if (payload_max)
		IP6CB(skb)->frag_max_size = payload_max + OVERHEAD6;
	__skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip = ipv6_hdr(skb);
	ip6_flow_hdr(ip, ds, 0);
	ip->payload_len = htons(len);
	ip->nexthdr = IPPROTO_UDP;
	ip->hop_limit = ip6_dst_hoplimit(route->dst);
	ip->saddr = route->source6;
	ip->daddr = *daddr;
	skb->protocol = htons(ETH_P_IPV6);
	return ip6_local_out(sock_net(route->sk), route->sk, skb);
}

/* Room for the outer headers and whatever the outgoing interface wants. */
static int make_headroom(struct sk_buff *skb, const struct dst_entry *dst)
{
	return skb_cow_head(skb, LL_RESERVED_SPACE(dst->dev) + dst->header_len +
			    OVERHEAD6);
}

int jvpn_udp_send(struct jvpn_device *device, struct sk_buff *skb,
		  const struct jvpn_endpoint *endpoint, struct dst_cache *cache,
		  u8 ds, bool df, u16 payload_max)
{
	struct udp_route route;
	int err;

	if (unlikely(READ_ONCE(device->frozen))) {
		kfree_skb(skb);
		return 0;
	}
	err = -EMSGSIZE;
	if (skb->len > JVPN_UDP_PAYLOAD_MAX)
		goto free;
	err = route_get(device, endpoint, cache, &route);
	if (err)
		goto free;
	err = -EMSGSIZE;
	if (df && skb->len > route_payload(endpoint, &route))
		goto release;
	err = make_headroom(skb, route.dst);
	if (err)
		goto release;

	skb_dst_set(skb, route.dst);
	skb->mark = READ_ONCE(device->fwmark);
	skb->ignore_df = !df;
	if (skb->len <= payload_max)
		payload_max = 0;
	err = endpoint->remote.sa_family == AF_INET ?
		send4(skb, endpoint, &route, ds, df, payload_max) :
		send6(skb, endpoint, &route, ds, payload_max);
	return err > 0 ? net_xmit_errno(err) : err;

release:
	dst_release(route.dst);
free:
	kfree_skb(skb);
	return err;
}
