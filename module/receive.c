// SPDX-License-Identifier: GPL-2.0
/*
 * The way in.
 *
 * A datagram is opened where it came in, from the buffer it came in, into a
 * fresh one that holds the inner packet: the cipher is the copy. Until the tag
 * was right nothing but counters moves, and nothing is kept for a stranger.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/gro_cells.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include <net/sock.h>
#include <net/udp.h>

#include "compat.h"
#include "device.h"
#include "receive.h"
#include "session.h"

/* In front of the inner packet; crypto.h wants 16 bytes of it for the header. */
#define INNER_HEADROOM	(NET_SKB_PAD + NET_IP_ALIGN)
/* NOTICEs of a device in a second, whoever they go to; so many may come in a burst. */
#define NOTICE_INTERVAL_NS	(JVPN_NS_PER_S / 1000)
#define NOTICE_BURST_NS		(100 * NOTICE_INTERVAL_NS)

/* What a received datagram keeps in its control block, from jvpn_receive() on. */
struct outer_cb {
	int ifindex;
};

/* What an inner packet keeps in its own while it is being opened. */
struct inner_cb {
	struct jvpn_keypair *keypair;
	struct sk_buff *outer;			/* from the message header on */
};

static struct outer_cb *outer_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct outer_cb) > sizeof(skb->cb));
	return (struct outer_cb *)skb->cb;
}

static struct inner_cb *inner_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct inner_cb) > sizeof(skb->cb));
	return (struct inner_cb *)skb->cb;
}

/*
 * The interface it came in by says nothing about the way back, which the route
 * from the address it was sent to decides; but for link-local addresses.
 */
int jvpn_receive_endpoint(const struct sk_buff *skb, struct jvpn_endpoint *from)
{
	const struct udphdr *udp = udp_hdr(skb);
	u32 scope;

	memset(from, 0, sizeof(*from));
	if (skb->protocol == htons(ETH_P_IP)) {
		from->remote4.sin_family = AF_INET;
		from->remote4.sin_port = udp->source;
		from->remote4.sin_addr.s_addr = ip_hdr(skb)->saddr;
		from->local4.s_addr = ip_hdr(skb)->daddr;
		return 0;
	}
	if (skb->protocol != htons(ETH_P_IPV6))
		return -EAFNOSUPPORT;
	from->remote6.sin6_family = AF_INET6;
	from->remote6.sin6_port = udp->source;
	from->remote6.sin6_addr = ipv6_hdr(skb)->saddr;
	from->local6 = ipv6_hdr(skb)->daddr;
	scope = ipv6_iface_scope_id(&from->remote6.sin6_addr, outer_cb(skb)->ifindex);
	from->remote6.sin6_scope_id = scope;
	from->ifindex = scope;
	return 0;
}

static u8 outer_ds(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? ipv4_get_dsfield(ip_hdr(skb)) :
						  ipv6_get_dsfield(ipv6_hdr(skb));
}

static void drop(struct jvpn_device *device, struct sk_buff *skb, unsigned int counter)
{
	jvpn_count(device, counter);
	kfree_skb(skb);
}

/* As drop(), for an inner packet that was authentic: the device's own statistics show it. */
static void drop_inner(struct jvpn_device *device, struct sk_buff *skb, unsigned int counter)
{
	DEV_STATS_INC(device->dev, rx_errors);
	drop(device, skb, counter);
}

/* ---- inner packets ---- */

/* Cuts the padding off and sets the headers up. Nothing is trusted but the length. */
static bool inner_setup4(struct sk_buff *skb)
{
	const struct iphdr *ip = (struct iphdr *)skb->data;
	unsigned int len;

	if (skb->len < sizeof(*ip) || ip->ihl < 5)
		return false;
	len = ntohs(ip->tot_len);
	if (len < ip->ihl * 4 || len > skb->len)
		return false;
	skb_trim(skb, len);
	skb->protocol = htons(ETH_P_IP);
	return true;
}

static bool inner_setup6(struct sk_buff *skb)
{
	const struct ipv6hdr *ip = (struct ipv6hdr *)skb->data;
	unsigned int len;

	if (skb->len < sizeof(*ip))
		return false;
	len = sizeof(*ip) + ntohs(ip->payload_len);
	if (len > skb->len)
		return false;
	skb_trim(skb, len);
	skb->protocol = htons(ETH_P_IPV6);
	return true;
}

static bool inner_setup(struct sk_buff *skb)
{
	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	switch (skb->data[0] >> 4) {
	case 4:
		return inner_setup4(skb);
	case 6:
		return inner_setup6(skb);
	}
	return false;
}

static bool source_allowed(struct jvpn_device *device, const struct jvpn_peer *peer,
			   const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return jvpn_allowedips_lookup4(&device->allowedips,
					       ip_hdr(skb)->saddr) == peer;
	return jvpn_allowedips_lookup6(&device->allowedips, &ipv6_hdr(skb)->saddr) == peer;
}

/*
 * RFC 6040, 4.2. The outer DSCP is not copied back: nothing authenticates it.
 * Return: false if the packet has to go (congestion was experienced, and the
 * inner packet cannot say so).
 */
static bool ecn_decapsulate(struct sk_buff *skb, u8 outer)
{
	u8 inner = skb->protocol == htons(ETH_P_IP) ? ipv4_get_dsfield(ip_hdr(skb)) :
						      ipv6_get_dsfield(ipv6_hdr(skb));

	return INET_ECN_decapsulate(skb, outer, inner) <= 1;
}

static void inner_deliver(struct jvpn_session *session, struct sk_buff *skb, u8 ds)
{
	struct jvpn_device *device = session->device;
	unsigned int len;

	if (unlikely(!inner_setup(skb))) {
		drop_inner(device, skb, JVPN_COUNTER_A_RX_INNER);
		return;
	}
	if (unlikely(!source_allowed(device, session->peer, skb))) {
		drop_inner(device, skb, JVPN_COUNTER_A_RX_ALLOWED_IP);
		return;
	}
	if (unlikely(!ecn_decapsulate(skb, ds))) {
		DEV_STATS_INC(device->dev, rx_frame_errors);
		drop_inner(device, skb, JVPN_COUNTER_A_RX_INNER);
		return;
	}
	len = skb->len;
	skb->dev = device->dev;
	/* The tag covered every byte that an inner checksum could. */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = ~0;
	if (unlikely(gro_cells_receive(&device->gro_cells, skb) == NET_RX_DROP))
		return;
	dev_sw_netstats_rx_add(device->dev, len);
	atomic64_inc(&session->rx.packets);
	atomic64_add(len, &session->rx.bytes);
}

/* ---- opened packets ---- */

static void open_failed(struct jvpn_keypair *keypair, const struct sk_buff *outer, int err)
{
	struct jvpn_device *device = keypair->session->device;
	struct jvpn_endpoint from;
	struct jvpn_addr source;

	if (err != -EBADMSG) {
		DEV_STATS_INC(device->dev, rx_dropped);
		return;
	}
	jvpn_count(device, JVPN_COUNTER_A_RX_AUTH_FAIL);
	if (jvpn_keys_auth_failed(keypair))
		jvpn_session_want_rekey(keypair->session);
	jvpn_receive_endpoint(outer, &from);
	jvpn_endpoint_remote(&from, &source);
	jvpn_session_auth_failed(keypair->session, &source);
}

static void describe(const struct jvpn_device *device, const struct sk_buff *outer,
		     const struct sk_buff *inner, struct jvpn_packet *packet)
{
	const struct jvpn_msg_header *header = (const void *)(udp_hdr(outer) + 1);

	jvpn_receive_endpoint(outer, &packet->from);
	packet->from.hopped = udp_hdr(outer)->dest != htons(READ_ONCE(device->listen_port)) &&
			      udp_hdr(outer)->dest == htons(READ_ONCE(device->hop_port));
	packet->type = header->type;
	packet->path_id = header->path_id;
	packet->has_inner = header->type == JVPN_MSG_DATA && inner->len;
	packet->len = outer->len;
}

/* The cipher has answered; @inner and its outer are consumed. BH off, RCU. */
static void opened(struct jvpn_keypair *keypair, struct sk_buff *inner, int err)
{
	struct sk_buff *outer = inner_cb(inner)->outer;
	struct jvpn_session *session = keypair->session;
	struct jvpn_device *device = session->device;
	const struct jvpn_msg_header *header = (const void *)(udp_hdr(outer) + 1);
	u64 counter = le64_to_cpu(header->counter);
	struct jvpn_packet packet;
	bool fresh, deliver;
	u8 ds;

	if (unlikely(err)) {
		open_failed(keypair, outer, err);
		goto free;
	}
	/* Lost to a drill, as the network would have lost it: nothing remembers it. */
	if (jvpn_drill_cuts(session, header->path_id)) {
		jvpn_drill_drop(session, header->type == JVPN_MSG_DATA && inner->len);
		goto free;
	}
	spin_lock(&keypair->replay_lock);
	fresh = jvpn_replay_accept(&keypair->replay, counter, &packet.newest);
	spin_unlock(&keypair->replay_lock);
	describe(device, outer, inner, &packet);
	if (unlikely(!fresh)) {
		jvpn_count(device, JVPN_COUNTER_A_RX_REPLAY);
		jvpn_session_replayed(session, &packet);
		goto free;
	}
	/* What somebody held back since before the keys changed is not news. */
	packet.newest &= rcu_access_pointer(session->current_keys) == keypair ||
			 rcu_access_pointer(session->next_keys) == keypair;
	ds = outer_ds(outer);
	deliver = jvpn_session_received(keypair, &packet);
	consume_skb(outer);
	if (packet.type == JVPN_MSG_CONTROL)
		jvpn_session_control(keypair, &packet, inner->data, inner->len);
	if (!packet.has_inner) {
		consume_skb(inner);
	} else if (unlikely(!deliver)) {
		kfree_skb(inner);	/* counted by who forbade it */
	} else {
		memset(inner->cb, 0, sizeof(inner->cb));
		inner_deliver(session, inner, ds);
		/* What was under way when the keys changed asks for no others. */
		if (unlikely(jvpn_since(jvpn_now(), keypair->born_ns) > JVPN_REKEY_AFTER_NS &&
			     rcu_access_pointer(session->current_keys) == keypair))
			jvpn_session_want_rekey(session);
	}
	return;
free:
	kfree_skb(outer);
	kfree_skb(inner);
}

static void opened_late(void *arg, int err)
{
	struct sk_buff *inner = arg;
	struct jvpn_keypair *keypair = inner_cb(inner)->keypair;

	local_bh_disable();
	rcu_read_lock();
	opened(keypair, inner, err);
	rcu_read_unlock();
	local_bh_enable();
	jvpn_keypair_put(keypair);
}

/* ---- sealed packets ---- */

/* Of what fits a page the memory comes from the CPU's own fragments. */
static struct sk_buff *inner_alloc(unsigned int len)
{
	unsigned int size = SKB_DATA_ALIGN(INNER_HEADROOM + len) +
			    SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	struct sk_buff *skb;
	void *data;

	BUILD_BUG_ON(sizeof(struct jvpn_msg_header) > INNER_HEADROOM);
	if (unlikely(size > PAGE_SIZE)) {
		skb = alloc_skb(INNER_HEADROOM + len, GFP_ATOMIC | __GFP_NOWARN);
	} else {
		data = napi_alloc_frag(size);
		if (unlikely(!data))
			return NULL;
		skb = napi_build_skb(data, size);
		if (unlikely(!skb))
			skb_free_frag(data);
	}
	if (unlikely(!skb))
		return NULL;
	skb_reserve(skb, INNER_HEADROOM);
	skb_put(skb, len);
	return skb;
}

static void open_packet(struct jvpn_device *device, struct jvpn_keypair *keypair,
			struct sk_buff *skb, u64 counter)
{
	struct sk_buff *inner;
	int err;

	if (unlikely(!jvpn_keys_open(keypair, counter))) {
		drop(device, skb, JVPN_COUNTER_A_RX_KEY_EXPIRED);
		return;
	}
	if (unlikely(!jvpn_keypair_get_unless_zero(keypair))) {
		drop(device, skb, JVPN_COUNTER_A_RX_KEY_EXPIRED);
		return;
	}
	inner = inner_alloc(skb->len - JVPN_OVERHEAD);
	if (unlikely(!inner)) {
		DEV_STATS_INC(device->dev, rx_dropped);
		kfree_skb(skb);
		goto put;
	}
	inner_cb(inner)->keypair = keypair;
	inner_cb(inner)->outer = skb;
	err = jvpn_open(&keypair->receive, skb, inner, counter, opened_late, inner);
	if (err == -EINPROGRESS) {
		jvpn_count(device, JVPN_COUNTER_A_AEAD_LATE);
		return;
	}
	opened(keypair, inner, err);
put:
	jvpn_keypair_put(keypair);
}

/* ---- NOTICE ---- */

/* A token of the device's own budget: the bucket's level as a point in time. */
static bool notice_paid(struct jvpn_device *device, u64 now)
{
	u64 from = max(device->notice_tokens_ns, now > NOTICE_BURST_NS ?
						 now - NOTICE_BURST_NS : 0);

	lockdep_assert_held(&device->notice_lock);
	if (from + NOTICE_INTERVAL_NS > now)
		return false;
	device->notice_tokens_ns = from + NOTICE_INTERVAL_NS;
	return true;
}

/* Tells the sender that we do not know the index (any more). Proves who we are. */
static void send_notice(struct jvpn_device *device, const struct sk_buff *skb, __le32 index)
{
	struct jvpn_msg_notice notice = {
		.type = JVPN_MSG_NOTICE,
		.receiver_index = index,
	};
	struct jvpn_endpoint from;
	u64 now = jvpn_now();
	struct jvpn_addr source;
	struct net *net;
	bool send;

	if (!READ_ONCE(device->notice) || skb->pkt_type != PACKET_HOST)
		return;
	jvpn_receive_endpoint(skb, &from);
	jvpn_endpoint_remote(&from, &source);
	net = rcu_dereference(device->transport_net);
	if (!net || !jvpn_ratelimit_allow(&device->notice_limit, net, &source, now))
		return;
	spin_lock_bh(&device->notice_lock);
	send = device->has_notice_key && notice_paid(device, now);
	if (send)
		jvpn_notice_token(&device->notice_key, index, notice.token);
	spin_unlock_bh(&device->notice_lock);
	if (send && !jvpn_send_plain(device, &notice, sizeof(notice), &from))
		jvpn_count(device, JVPN_COUNTER_A_NOTICE_SENT);
}

static void receive_notice(struct jvpn_device *device, struct sk_buff *skb)
{
	const struct jvpn_msg_notice *notice = (const void *)skb->data;

	jvpn_session_notice(device, le32_to_cpu(notice->receiver_index), notice->token);
	consume_skb(skb);
}

/* ---- dispatch ---- */

static void receive_sealed(struct jvpn_device *device, struct sk_buff *skb)
{
	const struct jvpn_msg_header *header = (const void *)skb->data;
	struct jvpn_index *index;

	if (header->flags || header->path_id >= JVPN_MAX_PATHS) {
		drop(device, skb, JVPN_COUNTER_A_RX_MALFORMED);
		return;
	}
	index = jvpn_index_lookup(&device->index_table, le32_to_cpu(header->receiver_index));
	if (unlikely(!index || index->kind != JVPN_INDEX_KEYPAIR)) {
		send_notice(device, skb, header->receiver_index);
		drop(device, skb, JVPN_COUNTER_A_RX_UNKNOWN_INDEX);
		return;
	}
	open_packet(device, index->owner, skb, le64_to_cpu(header->counter));
}

/* Handshakes are worked on in process context; what does not fit the queue is lost. */
static void receive_handshake(struct jvpn_device *device, struct sk_buff *skb)
{
	if (skb_queue_len_lockless(&device->handshake_queue) >= JVPN_HANDSHAKE_QUEUE_MAX) {
		drop(device, skb, JVPN_COUNTER_A_HS_QUEUE_FULL);
		return;
	}
	if (skb_linearize(skb)) {
		drop(device, skb, JVPN_COUNTER_A_HS_QUEUE_FULL);
		return;
	}
	skb_orphan(skb);
	nf_reset_ct(skb);
	skb_queue_tail(&device->handshake_queue, skb);
	queue_work(device->wq, &device->handshake_work);
}

/* The exact size of a message; of sealed ones the least. 0: no such type. */
static unsigned int message_size(u8 type)
{
	switch (type) {
	case JVPN_MSG_HANDSHAKE_INIT:
		return sizeof(struct jvpn_msg_init);
	case JVPN_MSG_HANDSHAKE_RESPONSE:
		return sizeof(struct jvpn_msg_response);
	case JVPN_MSG_COOKIE_REPLY:
		return sizeof(struct jvpn_msg_cookie);
	case JVPN_MSG_NOTICE:
		return sizeof(struct jvpn_msg_notice);
	case JVPN_MSG_DATA:
	case JVPN_MSG_CONTROL:
		return JVPN_OVERHEAD;
	}
	return 0;
}

static bool is_sealed(u8 type)
{
	return type == JVPN_MSG_DATA || type == JVPN_MSG_CONTROL;
}

/* From the UDP payload on. Return: the type, its size and reserved bits checked; or 0. */
static u8 message_type(struct sk_buff *skb)
{
	unsigned int size;
	u8 type;

	if (!pskb_may_pull(skb, sizeof(struct jvpn_msg_header)))
		return 0;
	type = skb->data[0];
	size = message_size(type);
	if (!size)
		return 0;
	if (is_sealed(type))
		return skb->len >= size ? type : 0;
	if (skb->len != size || skb->data[1] || skb->data[2] || skb->data[3])
		return 0;
	return pskb_may_pull(skb, size) ? type : 0;
}

int jvpn_receive(struct sock *sk, struct sk_buff *skb)
{
	struct jvpn_device *device = rcu_dereference_sk_user_data(sk);
	int ifindex = skb->dev ? skb->dev->ifindex : 0;
	u8 type;

	if (unlikely(!device || READ_ONCE(device->frozen))) {
		kfree_skb(skb);
		return 0;
	}
	/* The stack may have called us with the UDP header only just pulled. */
	__skb_pull(skb, sizeof(struct udphdr));
	skb_dst_drop(skb);
	memset(skb->cb, 0, sizeof(skb->cb));
	outer_cb(skb)->ifindex = ifindex;
	type = message_type(skb);
	switch (type) {
	case JVPN_MSG_DATA:
	case JVPN_MSG_CONTROL:
		receive_sealed(device, skb);
		break;
	case JVPN_MSG_HANDSHAKE_INIT:
	case JVPN_MSG_HANDSHAKE_RESPONSE:
	case JVPN_MSG_COOKIE_REPLY:
		receive_handshake(device, skb);
		break;
	case JVPN_MSG_NOTICE:
		receive_notice(device, skb);
		break;
	default:
		drop(device, skb, JVPN_COUNTER_A_RX_MALFORMED);
	}
	return 0;
}

int jvpn_receive_error(struct sock *sk, struct sk_buff *skb)
{
	struct jvpn_device *device = rcu_dereference_sk_user_data(sk);
	unsigned int offset = skb_transport_offset(skb) + sizeof(struct udphdr);
	struct jvpn_msg_header header;
	struct jvpn_keypair *keypair;
	struct jvpn_index *index;
	unsigned int quoted = offsetof(struct jvpn_msg_header, counter);

	if (!device || skb_copy_bits(skb, offset, &header, quoted) ||
	    !is_sealed(header.type))
		return 0;
	index = jvpn_index_lookup(&device->remote_table, le32_to_cpu(header.receiver_index));
	if (!index)
		return 0;
	keypair = index->owner;
	jvpn_session_path_error(keypair->session, header.path_id, -EHOSTUNREACH);
	return 0;
}
