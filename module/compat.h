/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernels, all of them. The module is written for the
 * newest one; here an older one gets what it lacks. What a kernel has was found
 * out by configure.sh, not concluded from its version number.
 */
#ifndef _JVPN_COMPAT_H
#define _JVPN_COMPAT_H

#include <linux/crypto.h>
#include <linux/ethtool.h>
#include <linux/hrtimer.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/timer.h>
#include <crypto/sha2.h>
#include <net/rtnetlink.h>
#include <net/udp_tunnel.h>

#include "compat.gen.h"

/* Headers that a kernel lacks stand in compat/, see Kbuild. */

#ifndef JVPN_HAVE_SHA256_CTX
#define sha256_ctx sha256_state
#endif

/*
 * Defines the callback @name of asynchronous crypto requests, which calls
 * @body(data, err). Before 6.3 it was given a request: not always the one that
 * was submitted, but one that carries its data.
 */
#ifdef JVPN_HAVE_CRYPTO_COMPLETION_DATA
#define JVPN_CRYPTO_COMPLETION(name, body)					\
	static void name(void *data, int err)					\
	{									\
		body(data, err);						\
	}
#else
#define JVPN_CRYPTO_COMPLETION(name, body)					\
	static void name(struct crypto_async_request *request, int err)	\
	{									\
		body(request->data, err);					\
	}
#endif

#ifndef JVPN_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

#ifndef JVPN_HAVE_TIMER_DELETE_SYNC
#define timer_delete_sync(timer) del_timer_sync(timer)
#define timer_delete(timer) del_timer(timer)
#endif

#ifndef JVPN_HAVE_ETHTOOL_PUTS
static inline void ethtool_puts(u8 **data, const char *str)
{
	strscpy_pad(*data, str, ETH_GSTRING_LEN);
	*data += ETH_GSTRING_LEN;
}
#endif

/*
 * Before 6.2 an extack can only point at words that stay. These stay until so
 * many more have been said, on all CPUs, which is far longer than an answer
 * takes to be built.
 */
#ifndef NL_SET_ERR_MSG_FMT
#define JVPN_COMPAT_EXTACKS	64U
#define JVPN_COMPAT_EXTACK_LEN	80
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {				\
	static char words[JVPN_COMPAT_EXTACKS][JVPN_COMPAT_EXTACK_LEN];		\
	static atomic_t next;							\
	char *text = words[(unsigned int)atomic_inc_return(&next) %		\
			   JVPN_COMPAT_EXTACKS];				\
	struct netlink_ext_ack *ack = (extack);					\
										\
	if (ack) {								\
		snprintf(text, JVPN_COMPAT_EXTACK_LEN, fmt, ##args);		\
		ack->_msg = text;						\
	}									\
} while (0)
#endif

/* The device locks its transmit path itself. */
static inline void jvpn_compat_set_lltx(struct net_device *dev)
{
#ifdef JVPN_HAVE_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* In device.c: makes a device whose sockets live in @link_net. */
int jvpn_newlink(struct net_device *dev, struct net *link_net);

#ifdef JVPN_HAVE_RTNL_NEWLINK_PARAMS
static inline int jvpn_compat_newlink(struct net_device *dev,
				      struct rtnl_newlink_params *params,
				      struct netlink_ext_ack *extack)
{
	return jvpn_newlink(dev, rtnl_newlink_link_net(params));
}
#else
static inline int jvpn_compat_newlink(struct net *link_net, struct net_device *dev,
				      struct nlattr *tb[], struct nlattr *data[],
				      struct netlink_ext_ack *extack)
{
	return jvpn_newlink(dev, link_net);
}
#endif

static inline void jvpn_compat_udp_tunnel_setup(struct net *net, struct sock *sk,
						struct udp_tunnel_sock_cfg *cfg)
{
#ifdef JVPN_HAVE_UDP_TUNNEL_TAKES_SOCK
	setup_udp_tunnel_sock(net, sk, cfg);
#else
	setup_udp_tunnel_sock(net, sk->sk_socket, cfg);
#endif
}

static inline void jvpn_compat_udp_tunnel_release(struct sock *sk)
{
#ifdef JVPN_HAVE_UDP_TUNNEL_TAKES_SOCK
	udp_tunnel_sock_release(sk);
#else
	udp_tunnel_sock_release(sk->sk_socket);
#endif
}

#endif /* _JVPN_COMPAT_H */
