// SPDX-License-Identifier: GPL-2.0
/* Netlink: events, as multicast and as read from the ring and from histories. */
#include "netlink_priv.h"

/* Binary values that are all zero where there is nothing to say. */
static int put_binary(struct sk_buff *skb, u16 attr, const u8 *data, size_t len)
{
	if (!memchr_inv(data, 0, len))
		return 0;
	return nla_put(skb, attr, len, data);
}

static int put_head(struct sk_buff *skb, struct jvpn_device *device,
		    const struct jvpn_event *event)
{
	const struct jvpn_nl_number number[] = {
		{ JVPN_EVENT_A_SEQ, event->seq },
		{ JVPN_EVENT_A_BOOT_NS, event->boot_ns },
		{ JVPN_EVENT_A_WALL_NS, event->wall_ns },
	};
	char node[JVPN_NODE_NAME_LEN];

	jvpn_event_node(device, node);
	if (jvpn_nl_put_u64s(skb, number, ARRAY_SIZE(number), JVPN_EVENT_A_PAD) ||
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

/* A class may be 0: it is known of a path that was measured. */
static int put_classes(struct sk_buff *skb, const struct jvpn_event *event)
{
	if ((event->srtt_us && nla_put_u8(skb, JVPN_EVENT_A_PRIORITY, event->priority)) ||
	    (event->srtt_to_us && nla_put_u8(skb, JVPN_EVENT_A_PRIORITY_TO, event->priority_to)))
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
		{ JVPN_EVENT_A_JITTER_US, event->jitter_us },
		{ JVPN_EVENT_A_SRTT_TO_US, event->srtt_to_us },
		{ JVPN_EVENT_A_LOSS_TO_PERMILLE, event->loss_to_permille },
		{ JVPN_EVENT_A_RETRY_MS, event->retry_ms },
	};
	const struct jvpn_nl_number large[] = {
		{ JVPN_EVENT_A_OUTAGE_US, event->outage_us },
		{ JVPN_EVENT_A_SILENCE_US, event->silence_us },
	};

	if (jvpn_nl_put_u32s(skb, number, ARRAY_SIZE(number)) || put_classes(skb, event))
		return -EMSGSIZE;
	return jvpn_nl_put_u64s(skb, large, ARRAY_SIZE(large), JVPN_EVENT_A_PAD);
}

/* What is no longer there, though asked for. */
static int put_lost(struct sk_buff *skb, const struct jvpn_event_lost *lost)
{
	const struct jvpn_nl_number number[] = {
		{ JVPN_EVENT_A_LOST, lost->count },
		{ JVPN_EVENT_A_LOST_SEQ, lost->seq },
		{ JVPN_EVENT_A_LOST_OTHERS, lost->others },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(number); i++) {
		if (number[i].value && jvpn_nl_put_u64s(skb, &number[i], 1, JVPN_EVENT_A_PAD))
			return -EMSGSIZE;
	}
	return 0;
}

int jvpn_nl_put_event(struct sk_buff *skb, struct jvpn_device *device,
		      const struct jvpn_event *event, const struct jvpn_event_lost *lost)
{
	struct nlattr *nest;

	if (jvpn_nl_put_device_name(skb, device))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, JVPN_A_EVENT);
	if (!nest || put_head(skb, device, event) || (lost && put_lost(skb, lost)) ||
	    put_session(skb, event) || put_paths(skb, event) || put_measurements(skb, event))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* The history of the live session with this id, or of one that a peer keeps. */
static struct jvpn_event_history *find_history(struct jvpn_nl_request *request,
					       struct jvpn_nl_dump *dump, const u8 *id)
{
	struct jvpn_session *session = jvpn_session_lookup(request->device, id);
	struct jvpn_event_history *history = NULL;
	struct jvpn_peer *peer;

	if (session) {
		history = jvpn_event_history_get(session->history);
		memcpy(dump->peer_key, session->peer->public_key, JVPN_PUBLIC_KEY_LEN);
		jvpn_session_put(session);
		return history;
	}
	list_for_each_entry(peer, &request->device->peers, list) {
		history = jvpn_peer_ended_history(peer, id);
		if (history) {
			memcpy(dump->peer_key, peer->public_key, JVPN_PUBLIC_KEY_LEN);
			break;
		}
		cond_resched();
	}
	return history;
}

static int history_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump)
{
	const struct nlattr *id = request->tb[JVPN_EVENT_A_SESSION_ID];
	struct jvpn_peer *peer;

	if (id && request->tb[JVPN_EVENT_A_PEER])
		return jvpn_nl_refuse(request->extack, request->nest, -EINVAL,
				      "event_get: takes one of event.session_id and event.peer");
	if (id) {
		dump->history[0] = find_history(request, dump, nla_data(id));
		if (!dump->history[0])
			return jvpn_nl_refuse(request->extack, id, -ENOENT,
					      "event.session_id: no session has this id");
		dump->histories = 1;
		return 0;
	}
	peer = jvpn_nl_peer(request, JVPN_EVENT_A_PEER);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	dump->histories = jvpn_peer_histories(peer, dump->history);
	memcpy(dump->peer_key, peer->public_key, JVPN_PUBLIC_KEY_LEN);
	jvpn_peer_put(peer);
	return 0;
}

/* What the histories lack of what was asked for. */
static void history_lost(struct jvpn_nl_dump *dump, struct jvpn_device *device)
{
	struct jvpn_event_lost lost;
	unsigned int i;

	for (i = 0; i < dump->histories; i++) {
		jvpn_event_history_lost(device, dump->history[i], &lost);
		dump->lost.others += lost.others;
		if (lost.seq < dump->seq)
			continue;
		dump->lost.count += lost.count;
		dump->lost.seq = max(dump->lost.seq, lost.seq);
	}
}

/*
 * From the number asked for, or from the oldest there is, up to the newest of
 * now: who wants later ones listens. 0 asks for all from the first on.
 */
int jvpn_nl_event_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump)
{
	const struct nlattr *seq = request->tb[JVPN_EVENT_A_SEQ];
	int err;

	dump->of_history = request->tb[JVPN_EVENT_A_SESSION_ID] || request->tb[JVPN_EVENT_A_PEER];
	if (dump->of_history) {
		err = history_start(request, dump);
		if (err)
			return err;
	}
	jvpn_event_range(request->device, &dump->seq, &dump->seq_end);
	if (dump->of_history)
		dump->seq = 1;
	if (seq)
		dump->seq = max(nla_get_u64(seq), 1ULL);
	history_lost(dump, request->device);
	return 0;
}

void jvpn_nl_event_done(struct jvpn_nl_dump *dump)
{
	while (dump->histories)
		jvpn_event_history_put(dump->history[--dump->histories]);
}

/* The next event of all the histories. */
static int history_next(struct jvpn_nl_dump *dump, struct jvpn_device *device,
			struct jvpn_event *event)
{
	struct jvpn_event one;
	int err = -ENOENT;
	unsigned int i;

	for (i = 0; i < dump->histories; i++) {
		if (jvpn_event_history_read(device, dump->history[i], dump->seq, &one) ||
		    (!err && one.seq > event->seq))
			continue;
		*event = one;
		err = 0;
	}
	memcpy(event->peer, dump->peer_key, sizeof(event->peer));
	return err;
}

static int next_event(struct jvpn_nl_dump *dump, struct jvpn_device *device,
		      struct jvpn_event *event)
{
	int err;

	if (dump->seq > dump->seq_end)
		return -ENOENT;
	if (dump->of_history)
		return history_next(dump, device, event);
	err = jvpn_event_read(device, dump->seq, event);
	if (!err)
		dump->lost.count = event->seq - dump->seq;
	return err;
}

int jvpn_nl_event_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device)
{
	struct jvpn_event event;
	void *header;
	int err;

	/* Numbers say what is missing; a change of peers does not matter here. */
	dump->cb->seq = 0;
	while (!next_event(dump, device, &event)) {
		header = jvpn_nl_dump_begin(dump);
		if (!header)
			return -EMSGSIZE;
		err = jvpn_nl_dump_end(dump, header,
				       jvpn_nl_put_event(dump->skb, device, &event,
							 &dump->lost));
		if (err)
			return err;
		dump->seq = event.seq + 1;
		memset(&dump->lost, 0, sizeof(dump->lost));
	}
	return 0;
}
