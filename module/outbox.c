// SPDX-License-Identifier: GPL-2.0
/* What is done after session->lock was dropped: see struct jvpn_outbox. */
#include "session_priv.h"

/* Where a body goes; kept in its headroom until it is sealed. */
struct jvpn_body_route {
	struct jvpn_endpoint endpoint;
	struct jvpn_keypair *keypair;
	u8 path_id;
	bool df;
};

bool jvpn_outbox_control(struct jvpn_session *session, struct jvpn_outbox *out,
			 struct jvpn_control *control, const struct jvpn_endpoint *endpoint,
			 u8 path_id, u32 pad_to)
{
	struct jvpn_body_route *route;
	struct jvpn_keypair *keypair;
	u8 body[JVPN_CONTROL_BODY_MAX];
	u64 now = jvpn_now();
	struct sk_buff *skb;
	int len;

	lockdep_assert_held(&session->lock);
	keypair = rcu_dereference_protected(session->current_keys,
					    lockdep_is_held(&session->lock));
	if (!keypair || !jvpn_keys_usable(keypair, now)) {
		jvpn_handshake_rekey(session);
		return false;
	}
	control->clock_ms = div_u64(now - session->born_ns, JVPN_NS_PER_MS);
	len = jvpn_control_build(body, sizeof(body), control);
	if (WARN_ON_ONCE(len < 0))
		return false;
	pad_to = pad_to > JVPN_OVERHEAD + len ? pad_to - JVPN_OVERHEAD - len : 0;
	skb = jvpn_body_alloc(len + pad_to, GFP_ATOMIC);
	if (!skb) {
		jvpn_count(session->device, JVPN_COUNTER_A_TX_AEAD_BUSY);
		return false;
	}
	skb_put_data(skb, body, len);
	if (pad_to)
		skb_put_zero(skb, pad_to);
	BUILD_BUG_ON(sizeof(*route) > 128);
	if (WARN_ON_ONCE(skb_headroom(skb) < sizeof(*route))) {
		kfree_skb(skb);
		return false;
	}
	route = (struct jvpn_body_route *)skb->head;
	route->endpoint = *endpoint;
	route->keypair = jvpn_keypair_get(keypair);
	route->path_id = path_id;
	route->df = pad_to;
	__skb_queue_tail(&out->control, skb);
	return true;
}

void jvpn_outbox_flush(struct jvpn_session *session, struct jvpn_outbox *out)
{
	struct sk_buff *skb;

	local_bh_disable();
	rcu_read_lock();
	while ((skb = __skb_dequeue(&out->control))) {
		struct jvpn_body_route route = *(struct jvpn_body_route *)skb->head;

		jvpn_send_control(session, route.keypair, &route.endpoint, route.path_id, skb,
				  route.df);
		jvpn_keypair_put(route.keypair);
	}
	while ((skb = __skb_dequeue(&out->drop)))
		kfree_skb(skb);
	jvpn_queue_refused(session->device, &out->refused);
	if (out->flush_queue && !out->ended)
		jvpn_session_queue_flush(session);
	rcu_read_unlock();
	local_bh_enable();
	if (out->successor)
		jvpn_session_begin_successor(session);
	if (out->ended)
		jvpn_session_unlink(session, out);
}
