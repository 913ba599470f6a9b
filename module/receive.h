/* SPDX-License-Identifier: GPL-2.0 */
/* The way in: datagram, receiver index, keys, session, inner packet. */
#ifndef _JVPN_RECEIVE_H
#define _JVPN_RECEIVE_H

#include "path.h"

struct sk_buff;
struct sock;

/**
 * jvpn_receive - a datagram came in on a socket of a device
 * @sk: the socket; its user data is the device
 * @skb: from the UDP header on, UDP checksum verified; consumed
 *
 * Handshake messages go to device->handshake_queue: from the UDP payload on,
 * linear, of exactly their type's size, reserved bytes zero; the IP and UDP
 * headers in front of them tell where they are from, which
 * jvpn_receive_endpoint() of session.h reads.
 *
 * Context: softirq, RCU read side.
 * Return: 0.
 */
int jvpn_receive(struct sock *sk, struct sk_buff *skb);

/**
 * jvpn_receive_error - an ICMP error that quotes a datagram of ours came in
 * @sk: the socket
 * @skb: network and transport header are those of the quoted datagram
 *
 * It can be forged: the path it names is only probed.
 *
 * Context: softirq, RCU read side.
 * Return: 0: it is the tunnel's.
 */
int jvpn_receive_error(struct sock *sk, struct sk_buff *skb);

#endif /* _JVPN_RECEIVE_H */
