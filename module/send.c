// SPDX-License-Identifier: GPL-2.0
/*
 * The way out.
 *
 * An inner packet is sealed straight into the datagram that leaves: the cipher
 * is the copy. The inner packets of one GSO packet are a batch: one look at
 * route and keys, one reservation of counters, one reference on the keypair.
 */
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/sock.h>

#include "compat.h"
#include "device.h"
#include "send.h"
#include "session.h"
#include "transport_udp.h"

/* In front of what is sealed: link layer, IPv6, UDP. */
#define OUTER_HEADROOM	ALIGN(LL_MAX_HEADER + sizeof(struct ipv6hdr) + sizeof(struct udphdr), 16)
/* No route is asked for the MTU of what fits any that IPv6 may use. */
#define ALWAYS_FITS	(JVPN_PATH_MTU_MIN - sizeof(struct ipv6hdr) - sizeof(struct udphdr))
/* Deeper tunnels in tunnels than this are a loop, or no good for the stack. */
#define RECURSION_MAX	4

/*
 * What is to be done once the cipher has answered. It stands at the very head
 * of the datagram's buffer, which nobody needs before.
 */
struct sealing {
	struct jvpn_keypair *keypair;
	struct sk_buff *inner;			/* DATA: what is being sealed */
	struct jvpn_endpoint endpoint;		/* CONTROL: where to */
	u8 path_id;
	u8 ds;
	bool df;
};

static_assert(sizeof(struct sealing) <= OUTER_HEADROOM);

static struct sealing *sealing_of(struct sk_buff *outer)
{
	return (struct sealing *)outer->head;
}

/* ---- after the cipher ---- */

static void count_sent(struct jvpn_session *session, struct jvpn_binding *binding,
		       unsigned int packets, unsigned int bytes)
{
	dev_sw_netstats_tx_add(session->device->dev, packets, bytes);
	atomic64_add(packets, &session->tx.packets);
	atomic64_add(bytes, &session->tx.bytes);
	jvpn_health_tx_many(binding->health, packets);
}

static void count_error(struct jvpn_device *device, unsigned int counter)
{
	jvpn_count(device, counter);
	DEV_STATS_INC(device->dev, tx_errors);
}

static void give_up(struct jvpn_device *device, struct sk_buff *outer, unsigned int counter)
{
	count_error(device, counter);
	kfree_skb(outer);
}

static void datagram_sent(struct jvpn_session *session, u8 path_id, int err)
{
	if (likely(!err))
		return;
	jvpn_count(session->device, JVPN_COUNTER_A_TX_ERROR);
	if (err != -ENOBUFS)
		jvpn_session_path_error(session, path_id, err);
}

/* Lost to a drill, as the network would lose it: it counts as sent. */
static bool drill_took(struct jvpn_session *session, struct sk_buff *outer, u8 path_id,
		       bool has_inner)
{
	if (!jvpn_drill_cuts(session, path_id))
		return false;
	jvpn_drill_drop(session, has_inner);
	kfree_skb(outer);
	return true;
}

/*
 * A DATA datagram is sealed, or failed to be. @binding: of its path; BH off, RCU.
 * Return: 0 if it was sent.
 */
static int data_sealed(struct jvpn_session *session, struct jvpn_binding *binding,
		       struct sk_buff *outer, int err)
{
	struct sealing *sealing = sealing_of(outer);
	u8 path_id = sealing->path_id, ds = sealing->ds;

	consume_skb(sealing->inner);
	if (unlikely(err)) {
		give_up(session->device, outer, JVPN_COUNTER_A_TX_AEAD_BUSY);
		return err;
	}
	if (drill_took(session, outer, path_id, true))
		return 0;
	err = jvpn_udp_send(session->device, outer, &binding->endpoint, &binding->dst_cache,
			    ds, false, READ_ONCE(binding->payload_max));
	if (unlikely(err))
		DEV_STATS_INC(session->device->dev, tx_errors);
	datagram_sent(session, path_id, err);
	return err;
}

/* The cipher's answer came late. The session may have moved on meanwhile. */
static void data_sealed_late(void *arg, int err)
{
	struct sk_buff *outer = arg;
	struct jvpn_keypair *keypair = sealing_of(outer)->keypair;
	struct jvpn_session *session = keypair->session;
	unsigned int len = outer->len - JVPN_OVERHEAD;
	struct jvpn_binding *binding;

	local_bh_disable();
	rcu_read_lock();
	binding = rcu_dereference(session->binding);
	if (binding && binding->path_id == sealing_of(outer)->path_id) {
		if (!data_sealed(session, binding, outer, err))
			count_sent(session, binding, 1, len);
	} else {
		kfree_skb(sealing_of(outer)->inner);
		give_up(session->device, outer, JVPN_COUNTER_A_TX_ERROR);
	}
	rcu_read_unlock();
	local_bh_enable();
	jvpn_keypair_put(keypair);
}

static void control_sealed(struct jvpn_session *session, struct sk_buff *outer, int err)
{
	struct sealing sealing = *sealing_of(outer);

	if (unlikely(err)) {
		give_up(session->device, outer, JVPN_COUNTER_A_TX_AEAD_BUSY);
		return;
	}
	if (drill_took(session, outer, sealing.path_id, false))
		return;
	err = jvpn_udp_send(session->device, outer, &sealing.endpoint, NULL, sealing.ds,
			    sealing.df, 0);
	datagram_sent(session, sealing.path_id, err);
}

static void control_sealed_late(void *arg, int err)
{
	struct sk_buff *outer = arg;
	struct jvpn_keypair *keypair = sealing_of(outer)->keypair;

	local_bh_disable();
	rcu_read_lock();
	control_sealed(keypair->session, outer, err);
	rcu_read_unlock();
	local_bh_enable();
	jvpn_keypair_put(keypair);
}

/* ---- into the cipher ---- */

static void write_header(struct jvpn_msg_header *header, u8 type, u8 path_id,
			 const struct jvpn_keypair *keypair, u64 counter)
{
	header->type = type;
	header->path_id = path_id;
	header->flags = 0;
	header->receiver_index = cpu_to_le32(keypair->remote.value);
	header->counter = cpu_to_le64(counter);
}

/*
 * The sender's socket is charged for the inner packet until the datagram has
 * left, or TCP would fill every queue on the way. Destructors of other kinds
 * look into the packet they were made for and stay with it.
 */
static void move_owner(struct sk_buff *outer, struct sk_buff *inner)
{
	struct sock *sk = inner->sk;

	if (!sk || !inner->destructor || !sk_fullsock(sk))
		return;
	if (inner->destructor != sock_wfree &&
	    (sk->sk_type != SOCK_STREAM || sk->sk_protocol != IPPROTO_TCP))
		return;
	swap(outer->truesize, inner->truesize);
	swap(outer->destructor, inner->destructor);
	swap(outer->sk, inner->sk);
}

static struct sk_buff *data_alloc(const struct sk_buff *inner)
{
	unsigned int size = OUTER_HEADROOM + JVPN_OVERHEAD + inner->len;
	struct sk_buff *outer = alloc_skb(size, GFP_ATOMIC | __GFP_NOWARN);

	if (likely(outer))
		skb_reserve(outer, OUTER_HEADROOM);
	return outer;
}

/*
 * Seals one inner packet and sends it. Consumed.
 * Return: 0 if it was sent; -EINPROGRESS if the cipher's answer comes late, with
 * which the reference on @keypair goes.
 */
static int seal_data(struct jvpn_session *session, struct jvpn_keypair *keypair,
		     struct jvpn_binding *binding, struct sk_buff *inner, u64 counter, u8 ds)
{
	struct sk_buff *outer = data_alloc(inner);
	struct sealing *sealing;
	int err;

	if (unlikely(!outer)) {
		give_up(session->device, inner, JVPN_COUNTER_A_TX_AEAD_BUSY);
		return -ENOMEM;
	}
	write_header(skb_put(outer, sizeof(struct jvpn_msg_header)), JVPN_MSG_DATA,
		     binding->path_id, keypair, counter);
	skb_put(outer, inner->len + JVPN_TAG_LEN);
	outer->priority = inner->priority;
	move_owner(outer, inner);
	sealing = sealing_of(outer);
	sealing->keypair = keypair;
	sealing->inner = inner;
	sealing->path_id = binding->path_id;
	sealing->ds = ds;

	err = jvpn_seal(&keypair->send, inner, outer, counter, data_sealed_late, outer);
	if (err == -EINPROGRESS) {
		jvpn_count(session->device, JVPN_COUNTER_A_AEAD_LATE);
		return err;
	}
	return data_sealed(session, binding, outer, err);
}

/* Seals and sends a list of inner packets of one flow. Consumed. */
static void send_batch(struct jvpn_session *session, struct jvpn_keypair *keypair,
		       struct jvpn_binding *binding, struct sk_buff *list,
		       unsigned int count, u64 counter, u8 ds)
{
	unsigned int late = 0, packets = 0, bytes = 0, len;
	struct sk_buff *inner, *next;
	int err;

	/* The session may have ended since its keys were found. */
	if (unlikely(!jvpn_keypair_get_many(keypair, count))) {
		count_error(session->device, JVPN_COUNTER_A_TX_NO_BINDING);
		kfree_skb_list(list);
		return;
	}
	skb_list_walk_safe(list, inner, next) {
		skb_mark_not_on_list(inner);
		len = inner->len;
		err = seal_data(session, keypair, binding, inner, counter++, ds);
		if (err == -EINPROGRESS) {
			late++;
		} else if (likely(!err)) {
			packets++;
			bytes += len;
		}
	}
	if (likely(packets))
		count_sent(session, binding, packets, bytes);
	jvpn_keypair_put_many(keypair, count - late);
}

/* ---- inner packets ---- */

/* Segments of a GSO packet, checksums computed. Consumed; NULL: dropped. */
static struct sk_buff *segment(struct sk_buff *skb, unsigned int *count)
{
	struct sk_buff *list, *segment;

	*count = 1;
	if (!skb_is_gso(skb)) {
		if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
			goto free;
		skb_mark_not_on_list(skb);
		return skb;
	}
	list = skb_gso_segment(skb, NETIF_F_SG | NETIF_F_HIGHDMA);
	if (IS_ERR_OR_NULL(list))
		goto free;
	consume_skb(skb);
	for (segment = list->next; segment; segment = segment->next)
		++*count;
	return list;
free:
	kfree_skb(skb);
	return NULL;
}

static bool fits(const struct sk_buff *skb, u32 mtu)
{
	return skb_is_gso(skb) ? skb_gso_validate_network_len(skb, mtu) : skb->len <= mtu;
}

/* Tells the sender of a packet how large it may be. */
static void send_too_big(struct sk_buff *skb, u32 mtu)
{
	skb_dst_update_pmtu_no_confirm(skb, mtu);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	else
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
}

/*
 * Would the datagram have to be fragmented although the sender can be told?
 * IPv4 senders that allow fragments get them (of the datagram); IPv6 has to
 * carry 1280 bytes in any case.
 */
static bool too_big(struct jvpn_device *device, struct jvpn_binding *binding,
		    struct sk_buff *skb)
{
	int payload;
	u32 mtu;

	if (fits(skb, ALWAYS_FITS - JVPN_OVERHEAD))
		return false;
	payload = jvpn_udp_mtu(device, &binding->endpoint, &binding->dst_cache);
	if (payload < 0)
		return false;	/* whoever sends it will find out, too */
	if (READ_ONCE(binding->payload_max))
		payload = min_t(int, payload, READ_ONCE(binding->payload_max));
	mtu = payload > (int)JVPN_OVERHEAD ? payload - JVPN_OVERHEAD : 0;
	if (skb->protocol == htons(ETH_P_IPV6))
		mtu = max_t(u32, mtu, IPV6_MIN_MTU);
	else if (!(ip_hdr(skb)->frag_off & htons(IP_DF)))
		return false;
	mtu = max_t(u32, mtu, IPV4_MIN_MTU);
	if (fits(skb, mtu))
		return false;
	send_too_big(skb, mtu);
	return true;
}

/* What inner packets of a session leave with; RCU. */
struct way {
	struct jvpn_keypair *keypair;
	struct jvpn_binding *binding;
	u64 now;
};

static bool way_find(struct jvpn_session *session, struct way *way)
{
	way->keypair = rcu_dereference(session->current_keys);
	way->binding = rcu_dereference(session->binding);
	way->now = jvpn_now();
	return way->keypair && way->binding && jvpn_keys_usable(way->keypair, way->now);
}

/* One inner packet; GSO or not. Consumed. BH off, RCU. */
static void send_packet(struct jvpn_session *session, const struct way *way,
			struct sk_buff *skb)
{
	struct jvpn_device *device = session->device;
	struct jvpn_keypair *keypair = way->keypair;
	struct jvpn_binding *binding = way->binding;
	u8 ds = ip_tunnel_get_dsfield(ip_hdr(skb), skb);
	struct sk_buff *list;
	unsigned int count;
	u64 counter;

	if (unlikely(too_big(device, binding, skb))) {
		give_up(device, skb, JVPN_COUNTER_A_TX_TOO_BIG);
		return;
	}
	list = segment(skb, &count);
	if (unlikely(!list)) {
		count_error(device, JVPN_COUNTER_A_TX_ERROR);
		return;
	}
	counter = atomic64_add_return(count, &keypair->send_counter) - count;
	if (unlikely(counter + count > keypair->reject_after_messages)) {
		jvpn_session_want_rekey(session);
		count_error(device, JVPN_COUNTER_A_TX_NO_BINDING);
		kfree_skb_list(list);
		return;
	}
	jvpn_session_note_traffic(session, &session->tx, way->now);
	send_batch(session, keypair, binding, list, count, counter, ds);
	if (unlikely(jvpn_since(way->now, keypair->born_ns) > JVPN_REKEY_AFTER_NS ||
		     counter > keypair->rekey_after_messages))
		jvpn_session_want_rekey(session);
}

void jvpn_send_unreachable(struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	else if (skb->protocol == htons(ETH_P_IPV6))
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
}

/* Whose is the destination? NULL also for what is no IP packet. */
static struct jvpn_peer *peer_of(struct jvpn_device *device, struct sk_buff *skb)
{
	__be16 protocol = ip_tunnel_parse_protocol(skb);

	if (skb_network_offset(skb) || protocol != skb->protocol)
		return NULL;
	if (protocol == htons(ETH_P_IP))
		return jvpn_allowedips_lookup4(&device->allowedips, ip_hdr(skb)->daddr);
	if (protocol == htons(ETH_P_IPV6))
		return jvpn_allowedips_lookup6(&device->allowedips, &ipv6_hdr(skb)->daddr);
	return NULL;
}

netdev_tx_t jvpn_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct jvpn_device *device = netdev_priv(dev);
	struct jvpn_session *session;
	struct jvpn_peer *peer;
	struct way way;

	if (unlikely(READ_ONCE(device->frozen) || dev_recursion_level() > RECURSION_MAX)) {
		DEV_STATS_INC(dev, tx_dropped);
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}
	rcu_read_lock();
	peer = peer_of(device, skb);
	if (likely(peer)) {
		session = rcu_dereference(peer->session);
		if (likely(session && !READ_ONCE(session->holding) && way_find(session, &way)))
			send_packet(session, &way, skb);
		else
			jvpn_session_hold(peer, session, skb);
	} else {
		jvpn_send_unreachable(skb);
		give_up(device, skb, JVPN_COUNTER_A_TX_NO_PEER);
	}
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

/* ---- what the session sends ---- */

void jvpn_send_inner(struct jvpn_session *session, struct sk_buff_head *list)
{
	struct sk_buff *skb;
	struct way way;

	local_bh_disable();
	rcu_read_lock();
	while (way_find(session, &way) && (skb = __skb_dequeue(list)))
		send_packet(session, &way, skb);
	rcu_read_unlock();
	local_bh_enable();
}

struct sk_buff *jvpn_body_alloc(size_t len, gfp_t gfp)
{
	unsigned int room = OUTER_HEADROOM + sizeof(struct jvpn_msg_header);
	struct sk_buff *skb = alloc_skb(room + len + JVPN_TAG_LEN, gfp);

	if (skb)
		skb_reserve(skb, room);
	return skb;
}

void jvpn_send_control(struct jvpn_session *session, struct jvpn_keypair *keypair,
		       const struct jvpn_endpoint *endpoint, u8 path_id,
		       struct sk_buff *body, bool df)
{
	u64 counter = atomic64_inc_return(&keypair->send_counter) - 1;
	struct sealing *sealing = sealing_of(body);
	int err;

	if (unlikely(counter >= keypair->reject_after_messages)) {
		jvpn_session_want_rekey(session);
		give_up(session->device, body, JVPN_COUNTER_A_TX_NO_BINDING);
		return;
	}
	write_header(skb_push(body, sizeof(struct jvpn_msg_header)), JVPN_MSG_CONTROL,
		     path_id, keypair, counter);
	skb_put(body, JVPN_TAG_LEN);
	sealing->keypair = keypair;
	sealing->inner = NULL;
	sealing->endpoint = *endpoint;
	sealing->path_id = path_id;
	sealing->ds = 0;
	sealing->df = df;

	local_bh_disable();
	rcu_read_lock();
	jvpn_keypair_get(keypair);
	err = jvpn_seal_inplace(&keypair->send, body, counter, control_sealed_late, body);
	if (err == -EINPROGRESS) {
		jvpn_count(session->device, JVPN_COUNTER_A_AEAD_LATE);
	} else {
		control_sealed(session, body, err);
		jvpn_keypair_put(keypair);
	}
	rcu_read_unlock();
	local_bh_enable();
}

int jvpn_send_plain(struct jvpn_device *device, const void *data, size_t len,
		    const struct jvpn_endpoint *endpoint)
{
	struct sk_buff *skb = alloc_skb(OUTER_HEADROOM + len, GFP_ATOMIC);
	int err;

	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, OUTER_HEADROOM);
	skb_put_data(skb, data, len);
	local_bh_disable();
	rcu_read_lock();
	err = jvpn_udp_send(device, skb, endpoint, NULL, 0, false, 0);
	rcu_read_unlock();
	local_bh_enable();
	if (err)
		jvpn_count(device, JVPN_COUNTER_A_TX_ERROR);
	return err;
}
