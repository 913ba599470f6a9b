// SPDX-License-Identifier: GPL-2.0
/* The queue of a session: inner packets that wait for a binding or for keys. */
#include <net/route.h>

#include "session_priv.h"

/* So often newer packets line up behind those that wait, see jvpn_session_queue_flush(). */
#define FLUSH_ROUNDS	16

/* When the packet began to wait; in skb->cb while it is in a session's queue. */
static u64 *queued_at(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(u64) > sizeof(skb->cb));
	return (u64 *)skb->cb;
}

static void queue_drop_oldest(struct jvpn_session *session, struct sk_buff_head *drop)
{
	struct sk_buff *skb = __skb_dequeue(&session->queue);

	session->queue_bytes -= skb->truesize;
	session->dropped++;
	session->outage_dropped++;
	jvpn_count(session->device, JVPN_COUNTER_A_TX_QUEUE_DROP);
	__skb_queue_tail(drop, skb);
}

static void queue_expire(struct jvpn_session *session, u64 now, struct sk_buff_head *drop)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&session->queue)) &&
	       jvpn_since(now, *queued_at(skb)) >= JVPN_QUEUE_MAX_AGE_NS)
		queue_drop_oldest(session, drop);
	jvpn_deadline_set(session, JVPN_DL_QUEUE,
			  skb ? *queued_at(skb) + JVPN_QUEUE_MAX_AGE_NS : 0);
}

void jvpn_session_queue_expire(struct jvpn_session *session, u64 now, struct jvpn_outbox *out)
{
	queue_expire(session, now, &out->drop);
}

void jvpn_session_queue_bound(struct jvpn_session *session, struct sk_buff_head *drop)
{
	while (skb_queue_len(&session->queue) > session->policy.recovery_queue ||
	       session->queue_bytes > JVPN_QUEUE_MAX_BYTES)
		queue_drop_oldest(session, drop);
	queue_expire(session, jvpn_now(), drop);
}

static void queue_add(struct jvpn_session *session, struct sk_buff *skb,
		      struct sk_buff_head *drop)
{
	/* A parked packet may outlive the device that its route points to. */
	skb_dst_drop(skb);
	*queued_at(skb) = jvpn_now();
	__skb_queue_tail(&session->queue, skb);
	session->queue_bytes += skb->truesize;
	jvpn_session_queue_bound(session, drop);
}

/* What could not be sent after all goes back to where it stood: before all others. */
static void queue_put_back(struct jvpn_session *session, struct sk_buff_head *list,
			   struct sk_buff_head *drop)
{
	struct sk_buff *skb;

	skb_queue_walk(list, skb)
		session->queue_bytes += skb->truesize;
	skb_queue_splice_init(list, &session->queue);
	jvpn_session_queue_bound(session, drop);
}

void jvpn_session_queue_refuse(struct jvpn_session *session, struct jvpn_outbox *out)
{
	session->dropped += skb_queue_len(&session->queue);
	session->outage_dropped += skb_queue_len(&session->queue);
	skb_queue_splice_tail_init(&session->queue, &out->refused);
	session->queue_bytes = 0;
}

/* A device that is down or going says nothing. */
static void refuse_inner(struct jvpn_device *device, struct sk_buff *skb)
{
	jvpn_count(device, JVPN_COUNTER_A_TX_NO_BINDING);
	if (netif_running(device->dev))
		jvpn_send_unreachable(skb);
	DEV_STATS_INC(device->dev, tx_errors);
	kfree_skb(skb);
}

/* A packet that waited has lost its route, without which ICMP tells nobody. */
static void find_route(struct net_device *dev, struct sk_buff *skb)
{
	struct flowi4 flow = { .flowi4_oif = dev->ifindex };
	struct rtable *route;

	if (skb->protocol != htons(ETH_P_IP) || skb_dst(skb))
		return;
	flow.daddr = ip_hdr(skb)->daddr;
	route = ip_route_output_key(dev_net(dev), &flow);
	if (!IS_ERR(route))
		skb_dst_set(skb, &route->dst);
}

void jvpn_queue_refused(struct jvpn_device *device, struct sk_buff_head *list)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list))) {
		find_route(device->dev, skb);
		refuse_inner(device, skb);
	}
}

void jvpn_session_queue_inherit(struct jvpn_session *session, struct jvpn_session *old)
{
	struct sk_buff_head list, drop;
	u32 bytes;

	if (!old || READ_ONCE(old->state) != JVPN_STATE_BIRTH)
		return;
	__skb_queue_head_init(&list);
	__skb_queue_head_init(&drop);
	spin_lock_bh(&old->lock);
	skb_queue_splice_tail_init(&old->queue, &list);
	bytes = old->queue_bytes;
	old->queue_bytes = 0;
	spin_unlock_bh(&old->lock);
	spin_lock_bh(&session->lock);
	if (!session->dead) {
		skb_queue_splice_tail_init(&list, &session->queue);
		session->queue_bytes += bytes;
		jvpn_session_queue_bound(session, &drop);
	}
	spin_unlock_bh(&session->lock);
	__skb_queue_purge(&drop);
	jvpn_queue_refused(session->device, &list);	/* it ended before it got them */
}

static bool session_has_keys(struct jvpn_session *session)
{
	struct jvpn_keypair *keypair;

	keypair = rcu_dereference_protected(session->current_keys,
					    lockdep_is_held(&session->lock));
	return keypair && jvpn_keys_usable(keypair, jvpn_now());
}

/* May packets leave right now? Locked. */
static bool session_open(struct jvpn_session *session)
{
	return rcu_access_pointer(session->binding) && session_has_keys(session);
}

void jvpn_session_queue_flush(struct jvpn_session *session)
{
	struct sk_buff_head list, drop;
	int rounds = FLUSH_ROUNDS;

	__skb_queue_head_init(&list);
	__skb_queue_head_init(&drop);
	spin_lock_bh(&session->lock);
	if (session->flushing) {
		spin_unlock_bh(&session->lock);
		return;
	}
	session->flushing = true;
	while (!session->dead && session_open(session) && !skb_queue_empty(&session->queue)) {
		/* They come as fast as they go: from now on the rest may be overtaken. */
		if (!rounds--)
			WRITE_ONCE(session->holding, false);
		skb_queue_splice_tail_init(&session->queue, &list);
		session->queue_bytes = 0;
		jvpn_deadline_set(session, JVPN_DL_QUEUE, 0);
		spin_unlock_bh(&session->lock);
		jvpn_send_inner(session, &list);
		spin_lock_bh(&session->lock);
		if (!session->dead)
			queue_put_back(session, &list, &drop);
	}
	WRITE_ONCE(session->holding, session->dead || !session_open(session));
	session->flushing = false;
	spin_unlock_bh(&session->lock);
	__skb_queue_purge(&drop);
	jvpn_queue_refused(session->device, &list);	/* what a session that ended left */
}

void jvpn_session_hold(struct jvpn_peer *peer, struct jvpn_session *session,
		       struct sk_buff *skb)
{
	struct jvpn_outbox out;
	bool begun = false;
	u64 now;

	if (!session) {
		session = jvpn_now() < READ_ONCE(peer->traffic_after_ns) ?
			  ERR_PTR(-EAGAIN) : jvpn_session_begin(peer, false);
		if (IS_ERR(session)) {
			refuse_inner(peer->device, skb);
			return;
		}
		begun = true;
	}
	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	/* Also what is refused is traffic: somebody waits for a path to come back. */
	now = jvpn_now();
	if (jvpn_since(now, READ_ONCE(session->tx.last_ns)) > session->traffic_pause_ns)
		jvpn_traffic_resumed(session, &session->tx);
	if (session->dead || (session->state == JVPN_STATE_DEGRADED &&
			      !rcu_access_pointer(session->binding))) {
		session->dropped++;
		spin_unlock_bh(&session->lock);
		refuse_inner(peer->device, skb);
		goto put;
	}
	if (!session->flushing)		/* else jvpn_session_queue_flush() decides */
		WRITE_ONCE(session->holding, true);
	queue_add(session, skb, &out.drop);
	if (session_open(session))
		out.flush_queue = true;
	else if (!session_has_keys(session))
		jvpn_handshake_rekey(session);
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
put:
	if (begun)
		jvpn_session_put(session);
}
