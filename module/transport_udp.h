/* SPDX-License-Identifier: GPL-2.0 */
/* UDP sockets of a device, and sending one finished datagram by a path. */
#ifndef _JVPN_TRANSPORT_UDP_H
#define _JVPN_TRANSPORT_UDP_H

#include "path.h"

struct sk_buff;

/* What UDP can carry; over IPv6 20 bytes less than it could. */
#define JVPN_UDP_PAYLOAD_MAX	(IP_MAX_MTU - sizeof(struct iphdr) - sizeof(struct udphdr))

/**
 * jvpn_udp_open - make the device's sockets, or replace them
 * @device: its lock is held
 * @port: host byte order; 0 picks one that is free for both families
 *
 * Context: process.
 * Return: 0 or an error of the socket layer; the old ones stay then.
 */
int jvpn_udp_open(struct jvpn_device *device, u16 port);
/*
 * A second port, for endpoints that are `hopped`; once opened it stays. Process,
 * without device->lock. 0, -ENETDOWN, or an error of the socket layer.
 */
int jvpn_udp_open_hop(struct jvpn_device *device);
/* Closes both. */
void jvpn_udp_close(struct jvpn_device *device);

/**
 * jvpn_udp_send - route and send one sealed datagram (or one UDP GSO batch)
 * @device: the device
 * @skb: from the UDP payload on; consumed in any case
 * @endpoint: where to, and by what
 * @cache: route cache of the binding, or NULL to look the route up each time
 * @ds: DSCP and ECN of the outer header
 * @df: set "don't fragment" (path probes); data follows the route's MTU
 * @payload_max: longer ones leave in fragments of that length; 0: as the route says
 *
 * Context: softirq or process with BH off, RCU read side.
 * Return: 0; -ENETUNREACH/-EHOSTUNREACH no route (or one that would run through
 * a jvpn device: -ELOOP); -EAFNOSUPPORT no socket; -EMSGSIZE.
 */
int jvpn_udp_send(struct jvpn_device *device, struct sk_buff *skb,
		  const struct jvpn_endpoint *endpoint, struct dst_cache *cache,
		  u8 ds, bool df, u16 payload_max);

/**
 * jvpn_udp_route - which way would a datagram to this endpoint take now?
 * @device: the device
 * @endpoint: with source address or interface, as far as they are given
 * @local: the source address that would be used (16 bytes, IPv4 in the first 4)
 * @oif: the interface it would leave by
 * @mtu: largest UDP payload that fits the route unfragmented
 *
 * A lookup bound to an interface always finds an on-link route; this one looks
 * up by source address and mark and checks the interface afterwards, so that a
 * route that went away is noticed.
 *
 * Context: softirq or process, RCU read side.
 * Return: 0, or as jvpn_udp_send(); -EADDRNOTAVAIL: the local address is gone;
 * -ENETDOWN: the interface is down or has no carrier.
 */
int jvpn_udp_route(struct jvpn_device *device, const struct jvpn_endpoint *endpoint,
		   u8 local[16], int *oif, u32 *mtu);

/**
 * jvpn_udp_mtu - how large may a datagram to this endpoint be?
 * @device: the device
 * @endpoint: where to, and by what
 * @cache: route cache of the binding, or NULL
 *
 * Context: BH off, RCU read side.
 * Return: largest UDP payload in bytes that its route takes in one piece; or an
 * error as of jvpn_udp_send().
 */
int jvpn_udp_mtu(struct jvpn_device *device, const struct jvpn_endpoint *endpoint,
		 struct dst_cache *cache);

#endif /* _JVPN_TRANSPORT_UDP_H */
