// SPDX-License-Identifier: GPL-2.0
/* Netlink: sessions as they are, and what an operator may do to them. */
#include <linux/slab.h>

#include "netlink_priv.h"

/* ---- showing ---- */

static int put_path(struct sk_buff *skb, const struct jvpn_path_info *path,
		    const struct jvpn_device *device)
{
	const struct jvpn_nl_number small[] = {
		{ JVPN_PATH_A_ID, path->id },
		{ JVPN_PATH_A_TRANSPORT, path->transport },
		{ JVPN_PATH_A_PRIORITY, path->priority },
	};
	const struct jvpn_nl_number number[] = {
		{ JVPN_PATH_A_IFINDEX, path->oif_used ?: path->endpoint.ifindex },
		{ JVPN_PATH_A_STATUS, path->status },
		{ JVPN_PATH_A_SRTT_US, path->srtt_us },
		{ JVPN_PATH_A_RTTVAR_US, path->rttvar_us },
		{ JVPN_PATH_A_JITTER_US, path->jitter_us },
		{ JVPN_PATH_A_LOSS_PERMILLE, path->loss_permille },
		{ JVPN_PATH_A_MTU, path->mtu },
	};
	const struct jvpn_nl_number large[] = {
		{ JVPN_PATH_A_RX_PACKETS, path->rx_packets },
		{ JVPN_PATH_A_TX_PACKETS, path->tx_packets },
		{ JVPN_PATH_A_LAST_RX_NS, path->last_rx_ns },
	};
	struct jvpn_addr local, remote;
	struct nlattr *nest;

	jvpn_endpoint_remote(&path->endpoint, &remote);
	jvpn_endpoint_local(&path->endpoint, jvpn_endpoint_port(device, &path->endpoint), &local);
	/* What the route chose says more than what was left open. */
	if (memchr_inv(path->local_used, 0, sizeof(path->local_used)))
		memcpy(local.addr, path->local_used, sizeof(local.addr));
	else if (!memchr_inv(local.addr, 0, sizeof(local.addr)))
		local.family = 0;

	nest = nla_nest_start(skb, JVPN_SESSION_A_PATH);
	if (!nest || jvpn_nl_put_u8s(skb, small, ARRAY_SIZE(small)) ||
	    jvpn_nl_put_u32s(skb, number, ARRAY_SIZE(number)) ||
	    jvpn_nl_put_endpoint(skb, JVPN_PATH_A_LOCAL, &local, 0) ||
	    jvpn_nl_put_endpoint(skb, JVPN_PATH_A_REMOTE, &remote,
				 remote.family == 6 ? path->endpoint.remote6.sin6_scope_id : 0) ||
	    jvpn_nl_put_u64s(skb, large, ARRAY_SIZE(large), JVPN_PATH_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_paths(struct sk_buff *skb, const struct jvpn_session_info *info,
		     const struct jvpn_device *device)
{
	unsigned int i;

	if (info->active_path != JVPN_PATH_NONE &&
	    nla_put_u8(skb, JVPN_SESSION_A_ACTIVE_PATH, info->active_path))
		return -EMSGSIZE;
	for (i = 0; i < info->path_count; i++) {
		if (put_path(skb, &info->path[i], device))
			return -EMSGSIZE;
	}
	return 0;
}

/* Before the handshake is done there is neither id, nor cipher, nor lineage. */
static int put_identity(struct sk_buff *skb, const struct jvpn_session *session,
			const struct jvpn_session_info *info)
{
	if (nla_put(skb, JVPN_SESSION_A_PEER, JVPN_KEY_LEN, session->peer->public_key))
		return -EMSGSIZE;
	if (memchr_inv(info->id, 0, sizeof(info->id)) &&
	    (nla_put(skb, JVPN_SESSION_A_ID, JVPN_SESSION_ID_LEN, info->id) ||
	     nla_put(skb, JVPN_SESSION_A_LINEAGE, JVPN_LINEAGE_LEN, info->lineage)))
		return -EMSGSIZE;
	if (info->cipher &&
	    (nla_put_u8(skb, JVPN_SESSION_A_CIPHER, info->cipher) ||
	     nla_put_string(skb, JVPN_SESSION_A_CIPHER_DRIVER, info->driver)))
		return -EMSGSIZE;
	return 0;
}

static int put_numbers(struct sk_buff *skb, const struct jvpn_session_info *info)
{
	const struct jvpn_nl_number small[] = {
		{ JVPN_SESSION_A_STATE, info->state },
		{ JVPN_SESSION_A_ROLE, info->role },
	};
	const struct jvpn_nl_number number[] = {
		{ JVPN_SESSION_A_EPOCH, info->epoch },
		{ JVPN_SESSION_A_POLICY_VERSION, info->policy_version },
		{ JVPN_SESSION_A_QUEUED, info->queued },
	};
	const struct jvpn_nl_number large[] = {
		{ JVPN_SESSION_A_VERSION, info->version },
		{ JVPN_SESSION_A_BORN_NS, info->born_ns },
		{ JVPN_SESSION_A_AGE_MS, info->age_ms },
		{ JVPN_SESSION_A_KEY_AGE_MS, info->key_age_ms },
		{ JVPN_SESSION_A_SWITCHES, info->switches },
		{ JVPN_SESSION_A_REKEYS, info->rekeys },
		{ JVPN_SESSION_A_RX_PACKETS, info->rx_packets },
		{ JVPN_SESSION_A_TX_PACKETS, info->tx_packets },
		{ JVPN_SESSION_A_RX_BYTES, info->rx_bytes },
		{ JVPN_SESSION_A_TX_BYTES, info->tx_bytes },
		{ JVPN_SESSION_A_DROPPED, info->dropped },
	};

	if (info->drill_ms && nla_put_u32(skb, JVPN_SESSION_A_DRILL_MS, info->drill_ms))
		return -EMSGSIZE;

	if (jvpn_nl_put_u8s(skb, small, ARRAY_SIZE(small)) ||
	    jvpn_nl_put_u32s(skb, number, ARRAY_SIZE(number)) ||
	    nla_put_u16(skb, JVPN_SESSION_A_LAST_REASON, info->last_reason))
		return -EMSGSIZE;
	return jvpn_nl_put_u64s(skb, large, ARRAY_SIZE(large), JVPN_SESSION_A_PAD);
}

/* @info: room for what is shown; it needs not be filled in. */
static int put_session(struct sk_buff *skb, struct jvpn_device *device,
		       struct jvpn_session *session, struct jvpn_session_info *info)
{
	struct nlattr *nest;

	memset(info, 0, sizeof(*info));
	jvpn_session_info(session, info);
	if (jvpn_nl_put_device_name(skb, device))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, JVPN_A_SESSION);
	if (!nest || put_identity(skb, session, info) || put_numbers(skb, info) ||
	    put_paths(skb, info, device))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static struct jvpn_session *find_by_peer(struct jvpn_nl_request *request)
{
	struct jvpn_peer *peer = jvpn_nl_peer(request, JVPN_SESSION_A_PEER);
	struct jvpn_session *session;

	if (IS_ERR(peer))
		return ERR_CAST(peer);
	session = jvpn_nl_session(peer);
	jvpn_peer_put(peer);
	if (session)
		return session;
	return ERR_PTR(jvpn_nl_refuse(request->extack, request->tb[JVPN_SESSION_A_PEER],
				      -ENOENT, "session.peer: the peer has no session"));
}

/* The session that the request is about, by its id or its peer: a reference, or ERR_PTR. */
static struct jvpn_session *find_session(struct jvpn_nl_request *request)
{
	const struct nlattr *id = request->tb[JVPN_SESSION_A_ID];
	struct jvpn_session *session;

	if (!id == !request->tb[JVPN_SESSION_A_PEER])
		return ERR_PTR(jvpn_nl_refuse(request->extack, request->nest, -EINVAL,
					      "%s: takes one of session.id and session.peer",
					      request->command->name));
	if (!id)
		return find_by_peer(request);
	session = jvpn_session_lookup(request->device, nla_data(id));
	if (session)
		return session;
	return ERR_PTR(jvpn_nl_refuse(request->extack, id, -ENOENT,
				      "session.id: no session has this id"));
}

int jvpn_nl_session_get(struct jvpn_nl_request *request)
{
	struct jvpn_session *session = find_session(request);
	struct jvpn_session_info *info;
	int err = -ENOMEM;
	struct sk_buff *skb;
	void *header;

	if (IS_ERR(session))
		return PTR_ERR(session);
	info = kmalloc(sizeof(*info), GFP_KERNEL);
	skb = info ? jvpn_nl_reply_begin(request, &header) : NULL;
	if (skb)
		err = jvpn_nl_reply_end(request, skb, header,
					put_session(skb, request->device, session, info));
	kfree(info);
	jvpn_session_put(session);
	return err;
}

int jvpn_nl_session_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump)
{
	if (request->tb[JVPN_SESSION_A_ID])
		return jvpn_nl_refuse(request->extack, request->tb[JVPN_SESSION_A_ID], -EINVAL,
				      "session.id: for one session, ask without DUMP");
	return jvpn_nl_dump_filter(request, dump, JVPN_SESSION_A_PEER);
}

int jvpn_nl_session_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device)
{
	struct jvpn_session *session;
	struct jvpn_peer *peer;
	void *header;
	int err;

	while ((peer = jvpn_nl_dump_peer(dump, device))) {
		session = jvpn_nl_session(peer);
		if (session) {
			header = jvpn_nl_dump_begin(dump);
			err = -EMSGSIZE;
			if (header)
				err = jvpn_nl_dump_end(dump, header,
						       put_session(dump->skb, device, session,
								   &dump->info));
			jvpn_session_put(session);
			if (err)
				return err;
		}
		jvpn_nl_dump_peer_done(dump, peer);
	}
	return 0;
}

/* ---- doing ---- */

/* Why the operator's switch cannot be, in words. */
static const char *switch_refusal(int err)
{
	switch (err) {
	case -ENOENT:
		return "the session has no such path";
	case -EALREADY:
		return "is the active path";
	case -EOPNOTSUPP:
		return "only the initiator moves, this is the responder";
	case -ENOTCONN:
		return "the session is not established";
	case -EACCES:
		return "policy does not allow that path";
	case -ENETUNREACH:
		return "that path is down or not validated";
	case -EBUSY:
		return "a recovery is under way";
	default:
		return "cannot be done now";
	}
}

int jvpn_nl_session_switch(struct jvpn_nl_request *request)
{
	struct jvpn_session *session = find_session(request);
	const struct nlattr *target = request->tb[JVPN_SESSION_A_TARGET_PATH];
	int err;

	if (IS_ERR(session))
		return PTR_ERR(session);
	err = jvpn_session_switch(session, nla_get_u8(target));
	if (err)
		jvpn_nl_refuse(request->extack, target, err, "session.target_path: %s",
			       switch_refusal(err));
	jvpn_session_put(session);
	return err;
}

/* Why a drill cannot be, or cannot be ended, in words. */
static const char *drill_refusal(int err)
{
	switch (err) {
	case -ENOTCONN:
		return "session: not established";
	case -EBUSY:
		return "session.drill_ms: a drill is under way";
	case -EALREADY:
		return "session.drill_ms: no drill is under way";
	case -ENETDOWN:
		return "session.target_path: required, there is no active path";
	case -ENOENT:
		return "session.target_path: the session has no such path";
	case -ENETUNREACH:
		return "session.target_path: no other path works, session.force cuts it anyway";
	default:
		return "session: cannot be drilled now";
	}
}

int jvpn_nl_session_drill(struct jvpn_nl_request *request)
{
	const struct nlattr *target = request->tb[JVPN_SESSION_A_TARGET_PATH];
	const struct nlattr *drill_ms = request->tb[JVPN_SESSION_A_DRILL_MS];
	struct jvpn_session *session = find_session(request);
	int err;

	if (IS_ERR(session))
		return PTR_ERR(session);
	err = jvpn_session_drill(session, target ? nla_get_u8(target) : JVPN_PATH_NONE,
				 nla_get_u32(drill_ms), request->tb[JVPN_SESSION_A_FORCE]);
	if (err)
		jvpn_nl_refuse(request->extack, target ?: drill_ms, err, "%s",
			       drill_refusal(err));
	jvpn_session_put(session);
	return err;
}

int jvpn_nl_session_terminate(struct jvpn_nl_request *request)
{
	const struct nlattr *attr = request->tb[JVPN_SESSION_A_REASON];
	u16 reason = attr ? nla_get_u16(attr) : JVPN_REASON_OPERATOR_TERMINATED;
	struct jvpn_session *session = find_session(request);
	int err;

	if (IS_ERR(session))
		return PTR_ERR(session);
	err = jvpn_session_terminate(session, reason);
	if (err == -EINVAL)
		jvpn_nl_refuse(request->extack, attr, err,
			       "session.reason: %u does not end a session, %u to %u do", reason,
			       JVPN_REASON_TTL_SESSION_EXPIRED, JVPN_REASON_DEVICE_REMOVED);
	else if (err)
		jvpn_nl_refuse(request->extack, attr, err,
			       "session: cannot be ended (error %d)", -err);
	jvpn_session_put(session);
	return err;
}
