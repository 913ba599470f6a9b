/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way out: inner packet, peer, session, keys, binding, datagram. What the
 * session needs of it is declared in session.h.
 */
#ifndef _JVPN_SEND_H
#define _JVPN_SEND_H

#include <linux/netdevice.h>

/**
 * jvpn_xmit - an inner packet enters the tunnel
 * @skb: the packet, from its IP header on; may be a GSO packet; consumed
 * @dev: the device
 *
 * DSCP and ECN are copied to the outer header (RFC 2983 uniform model towards
 * the network, RFC 6040 normal mode).
 *
 * Context: softirq or process with BH off, RCU read side.
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t jvpn_xmit(struct sk_buff *skb, struct net_device *dev);

#endif /* _JVPN_SEND_H */
