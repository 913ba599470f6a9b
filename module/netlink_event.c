// SPDX-License-Identifier: GPL-2.0
/* Netlink: events, as multicast and as read from the ring. */
#include "netlink_priv.h"

/* Binary values that are all zero where there is nothing to say. */
static int put_binary(struct sk_buff *skb, u16 attr, const u8 *data, size_t len)
{
	if (!memchr_inv(data, 0, len))
		return 0;
	return nla_put(skb, attr, len, data);
}

static int put_head(struct sk_buff *skb, struct jvpn_device *device,
		    const struct jvpn_event *event, u64 lost)
{
	const struct jvpn_nl_number number[] = {
		{ JVPN_EVENT_A_SEQ, event->seq },
		{ JVPN_EVENT_A_BOOT_NS, event->boot_ns },
		{ JVPN_EVENT_A_WALL_NS, event->wall_ns },
		{ JVPN_EVENT_A_LOST, lost },
	};
	char node[JVPN_NODE_NAME_LEN];

	jvpn_event_node(device, node);
	if (jvpn_nl_put_u64s(skb, number, ARRAY_SIZE(number) - !lost, JVPN_EVENT_A_PAD) ||
	    nla_put_u8(skb, JVPN_EVENT_A_TYPE, event->type) ||
	    nla_put_u16(skb, JVPN_EVENT_A_REASON, event->reason) ||
	    (node[0] && nla_put_string(skb, JVPN_EVENT_A_NODE, node)))
		return -EMSGSIZE;
	return 0;
}

/* Whose it is; the policy's events have no session, and maybe no peer. */
static int put_session(struct sk_buff *skb, const struct jvpn_event *event)
{
	const struct jvpn_nl_number small[] = {
		{ JVPN_EVENT_A_ROLE, event->role },
		{ JVPN_EVENT_A_STATE_BEFORE, event->state_before },
		{ JVPN_EVENT_A_STATE_AFTER, event->state_after },
		{ JVPN_EVENT_A_FSM_EVENT, event->fsm_event },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(small); i++) {
		if (small[i].value && jvpn_nl_put_u8s(skb, &small[i], 1))
			return -EMSGSIZE;
	}
	if (put_binary(skb, JVPN_EVENT_A_SESSION_ID, event->session_id,
		       sizeof(event->session_id)) ||
	    put_binary(skb, JVPN_EVENT_A_PEER, event->peer, sizeof(event->peer)) ||
	    put_binary(skb, JVPN_EVENT_A_LINEAGE_BEFORE, event->lineage_before,
		       sizeof(event->lineage_before)) ||
	    put_binary(skb, JVPN_EVENT_A_LINEAGE, event->lineage, sizeof(event->lineage)))
		return -EMSGSIZE;
	return nla_put_u64_64bit(skb, JVPN_EVENT_A_VERSION, event->version, JVPN_EVENT_A_PAD);
}

static int put_paths(struct sk_buff *skb, const struct jvpn_event *event)
{
	if ((event->path_from != JVPN_PATH_NONE &&
	     nla_put_u8(skb, JVPN_EVENT_A_PATH_FROM, event->path_from)) ||
	    (event->path_to != JVPN_PATH_NONE &&
	     nla_put_u8(skb, JVPN_EVENT_A_PATH_TO, event->path_to)) ||
	    jvpn_nl_put_endpoint(skb, JVPN_EVENT_A_LOCAL_FROM, &event->local_from, 0) ||
	    jvpn_nl_put_endpoint(skb, JVPN_EVENT_A_REMOTE_FROM, &event->remote_from, 0) ||
	    jvpn_nl_put_endpoint(skb, JVPN_EVENT_A_LOCAL_TO, &event->local_to, 0) ||
	    jvpn_nl_put_endpoint(skb, JVPN_EVENT_A_REMOTE_TO, &event->remote_to, 0))
		return -EMSGSIZE;
	return 0;
}

static int put_measurements(struct sk_buff *skb, const struct jvpn_event *event)
{
	const struct jvpn_nl_number number[] = {
		{ JVPN_EVENT_A_EPOCH, event->epoch },
		{ JVPN_EVENT_A_POLICY_VERSION, event->policy_version },
		{ JVPN_EVENT_A_SRTT_US, event->srtt_us },
		{ JVPN_EVENT_A_RTTVAR_US, event->rttvar_us },
		{ JVPN_EVENT_A_LOSS_PERMILLE, event->loss_permille },
		{ JVPN_EVENT_A_PROBES, event->probes },
		{ JVPN_EVENT_A_QUEUED, event->queued },
		{ JVPN_EVENT_A_DROPPED, event->dropped },
		{ JVPN_EVENT_A_COUNT, max(event->count, 1U) },
		{ JVPN_EVENT_A_TRAIN_LOSS_PPM, event->train_loss_ppm },
	};
	const struct jvpn_nl_number large[] = {
		{ JVPN_EVENT_A_OUTAGE_US, event->outage_us },
		{ JVPN_EVENT_A_SILENCE_US, event->silence_us },
	};

	if (jvpn_nl_put_u32s(skb, number, ARRAY_SIZE(number)))
		return -EMSGSIZE;
	return jvpn_nl_put_u64s(skb, large, ARRAY_SIZE(large), JVPN_EVENT_A_PAD);
}

/* @lost: how many before this one are no longer there, though asked for. */
int jvpn_nl_put_event(struct sk_buff *skb, struct jvpn_device *device,
		      const struct jvpn_event *event, u64 lost)
{
	struct nlattr *nest;

	if (jvpn_nl_put_device_name(skb, device))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, JVPN_A_EVENT);
	if (!nest || put_head(skb, device, event, lost) || put_session(skb, event) ||
	    put_paths(skb, event) || put_measurements(skb, event))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * From the number asked for, or from the oldest there is, up to the newest of
 * now: who wants later ones listens. 0 asks for all from the first on.
 */
int jvpn_nl_event_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump)
{
	const struct nlattr *seq = request->tb[JVPN_EVENT_A_SEQ];

	jvpn_event_range(request->device, &dump->seq, &dump->seq_end);
	if (seq)
		dump->seq = max(nla_get_u64(seq), 1ULL);
	return 0;
}

int jvpn_nl_event_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device)
{
	struct jvpn_event event;
	void *header;
	int err;

	/* Numbers say what is missing; a change of peers does not matter here. */
	dump->cb->seq = 0;
	while (dump->seq <= dump->seq_end && !jvpn_event_read(device, dump->seq, &event)) {
		header = jvpn_nl_dump_begin(dump);
		if (!header)
			return -EMSGSIZE;
		err = jvpn_nl_dump_end(dump, header,
				       jvpn_nl_put_event(dump->skb, device, &event,
							 event.seq - dump->seq));
		if (err)
			return err;
		dump->seq = event.seq + 1;
	}
	return 0;
}
