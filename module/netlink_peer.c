// SPDX-License-Identifier: GPL-2.0
/* Netlink: peers and their allowed addresses. */
#include "netlink_priv.h"

/* ---- showing ---- */

static int put_session(struct sk_buff *skb, const struct jvpn_session_info *info)
{
	if (memchr_inv(info->id, 0, sizeof(info->id)) &&
	    nla_put(skb, JVPN_PEER_A_SESSION_ID, JVPN_SESSION_ID_LEN, info->id))
		return -EMSGSIZE;
	return nla_put_u8(skb, JVPN_PEER_A_STATE, info->state);
}

/* What ended sessions moved, and the one there is now. */
static int put_traffic(struct sk_buff *skb, struct jvpn_peer *peer,
		       const struct jvpn_session_info *info)
{
	struct jvpn_nl_number number[] = {
		{ JVPN_PEER_A_LAST_HANDSHAKE_NS },
		{ JVPN_PEER_A_RX_BYTES, info->rx_bytes },
		{ JVPN_PEER_A_TX_BYTES, info->tx_bytes },
		{ JVPN_PEER_A_RX_PACKETS, info->rx_packets },
		{ JVPN_PEER_A_TX_PACKETS, info->tx_packets },
	};

	spin_lock_bh(&peer->lock);
	number[0].value = READ_ONCE(peer->last_handshake_wall_ns);
	number[1].value += peer->rx_bytes;
	number[2].value += peer->tx_bytes;
	number[3].value += peer->rx_packets;
	number[4].value += peer->tx_packets;
	spin_unlock_bh(&peer->lock);
	return jvpn_nl_put_u64s(skb, number, ARRAY_SIZE(number), JVPN_PEER_A_PAD);
}

/* Written under the device's lock only, which is held. */
static int put_psk(struct sk_buff *skb, const struct jvpn_peer *peer)
{
	if (!memchr_inv(peer->psk, 0, sizeof(peer->psk)))
		return 0;
	return nla_put(skb, JVPN_PEER_A_PRESHARED_KEY, JVPN_KEY_LEN, peer->psk);
}

/* All of a peer but its key and its allowed addresses. */
static int put_state(struct sk_buff *skb, struct jvpn_peer *peer,
		     struct jvpn_session_info *info)
{
	struct jvpn_session *session = jvpn_nl_session(peer);

	memset(info, 0, sizeof(*info));
	if (session) {
		jvpn_session_info(session, info);
		jvpn_session_put(session);
		if (put_session(skb, info))
			return -EMSGSIZE;
	}
	if (put_psk(skb, peer))
		return -EMSGSIZE;
	return put_traffic(skb, peer, info);
}

/* For jvpn_allowedips_walk(): @arg is the message. */
static int put_allowedip(const struct jvpn_allowedip *entry, void *arg)
{
	struct sk_buff *skb = arg;
	struct nlattr *nest = nla_nest_start(skb, JVPN_PEER_A_ALLOWED_IP);
	bool ipv4 = entry->family == 4;

	if (!nest)
		return -EMSGSIZE;
	if (nla_put(skb, ipv4 ? JVPN_ALLOWED_IP_A_IPV4 : JVPN_ALLOWED_IP_A_IPV6,
		    ipv4 ? 4 : 16, entry->addr) ||
	    nla_put_u8(skb, JVPN_ALLOWED_IP_A_CIDR, entry->prefix_len)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * One message: the peer, with as many allowed addresses as fit. If there are
 * more, -EMSGSIZE with dump->allowedip moved: the next message repeats the key
 * and goes on with the addresses.
 */
static int put_peer(struct jvpn_nl_dump *dump, struct jvpn_device *device,
		    struct jvpn_peer *peer)
{
	bool first = !dump->allowedip;
	struct sk_buff *skb = dump->skb;
	struct nlattr *nest;
	u64 before = dump->allowedip;
	void *header;
	int err;

	header = jvpn_nl_dump_begin(dump);
	if (!header)
		return -EMSGSIZE;
	nest = jvpn_nl_put_device_name(skb, device) ? NULL : nla_nest_start(skb, JVPN_A_PEER);
	if (!nest || nla_put(skb, JVPN_PEER_A_PUBLIC_KEY, JVPN_KEY_LEN, peer->public_key) ||
	    (first && put_state(skb, peer, &dump->info)))
		return jvpn_nl_dump_end(dump, header, -EMSGSIZE);

	err = jvpn_allowedips_walk(&peer->allowedips_list, &dump->allowedip, put_allowedip, skb);
	/* A message in which no address found room says nothing new. */
	if (err && dump->allowedip == before)
		return jvpn_nl_dump_end(dump, header, err);
	nla_nest_end(skb, nest);
	jvpn_nl_dump_end(dump, header, 0);
	return err;
}

int jvpn_nl_peer_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump)
{
	return jvpn_nl_dump_filter(request, dump, JVPN_PEER_A_PUBLIC_KEY);
}

int jvpn_nl_peer_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device)
{
	struct jvpn_peer *peer;
	int err;

	while ((peer = jvpn_nl_dump_peer(dump, device))) {
		/* The cursor is worth something only with the peer it belongs to. */
		if (dump->allowedip && dump->partial != peer->serial)
			dump->allowedip = 0;
		dump->partial = peer->serial;
		err = put_peer(dump, device, peer);
		if (err)
			return err;
		jvpn_nl_dump_peer_done(dump, peer);
	}
	return 0;
}

/* ---- setting ---- */

static int parse_allowedip(struct jvpn_nl_request *request, const struct nlattr *attr,
			   struct jvpn_allowedip *entry)
{
	struct nlattr *tb[JVPN_ALLOWED_IP_A_MAX + 1];
	struct nlattr *ipv4, *ipv6, *cidr;
	u8 bits;

	/* Was validated with the request. */
	nla_parse_nested(tb, JVPN_ALLOWED_IP_A_MAX, attr, NULL, NULL);
	ipv4 = tb[JVPN_ALLOWED_IP_A_IPV4];
	ipv6 = tb[JVPN_ALLOWED_IP_A_IPV6];
	cidr = tb[JVPN_ALLOWED_IP_A_CIDR];
	if (!ipv4 == !ipv6)
		return jvpn_nl_refuse(request->extack, attr, -EINVAL,
				      "peer.allowed_ip: takes one of ipv4 and ipv6");
	if (!cidr)
		return jvpn_nl_refuse(request->extack, attr, -EINVAL,
				      "peer.allowed_ip.cidr: required");
	bits = ipv4 ? 32 : 128;
	if (nla_get_u8(cidr) > bits)
		return jvpn_nl_refuse(request->extack, cidr, -EINVAL,
				      "peer.allowed_ip.cidr: must be u8 from 0 to %u", bits);
	memset(entry, 0, sizeof(*entry));
	entry->family = ipv4 ? 4 : 6;
	entry->prefix_len = nla_get_u8(cidr);
	memcpy(entry->addr, nla_data(ipv4 ? ipv4 : ipv6), bits / 8);
	return 0;
}

/* Judges all allowed addresses; with a peer, gives them to it. */
static int each_allowedip(struct jvpn_nl_request *request, struct jvpn_peer *peer)
{
	struct jvpn_allowedips *table = &request->device->allowedips;
	struct jvpn_allowedip entry;
	const struct nlattr *attr;
	int left, err;

	nla_for_each_nested(attr, request->nest, left) {
		if (nla_type(attr) != JVPN_PEER_A_ALLOWED_IP)
			continue;
		err = parse_allowedip(request, attr, &entry);
		if (!err && peer)
			err = jvpn_allowedips_insert(table, entry.family, entry.addr,
						     entry.prefix_len, peer,
						     &peer->allowedips_list);
		if (err)
			return err;
	}
	return 0;
}

static int refuse_create(struct jvpn_nl_request *request, int err)
{
	const struct nlattr *key = request->tb[JVPN_PEER_A_PUBLIC_KEY];

	switch (err) {
	case -EINVAL:
		if (!jvpn_public_key_valid(nla_data(key)))
			return jvpn_nl_refuse(request->extack, key, err,
					      "peer.public_key: zero or of low order, no key to trust");
		return jvpn_nl_refuse(request->extack, key, err,
				      "peer.public_key: is this device's own key");
	case -ENOSPC:
		return jvpn_nl_refuse(request->extack, key, err,
				      "peer.public_key: the device has %u peers, the most it can",
				      JVPN_PEERS_MAX);
	default:
		return err;
	}
}

static void set_psk(struct jvpn_peer *peer, const struct nlattr *psk)
{
	spin_lock_bh(&peer->lock);
	memcpy(peer->psk, nla_data(psk), JVPN_KEY_LEN);
	spin_unlock_bh(&peer->lock);
}

/* Before anything is changed: is there a way to the peer? */
static int check_connect(struct jvpn_nl_request *request, struct jvpn_peer *peer)
{
	unsigned int id;

	if (!request->tb[JVPN_PEER_A_CONNECT])
		return 0;
	for (id = 0; peer && id < JVPN_MAX_PATHS; id++) {
		if (peer->paths[id].used)
			return 0;
	}
	return jvpn_nl_refuse(request->extack, request->tb[JVPN_PEER_A_CONNECT], -EDESTADDRREQ,
			      "peer.connect: the peer has no path yet");
}

static int connect_peer(struct jvpn_nl_request *request, struct jvpn_peer *peer)
{
	int err = jvpn_session_connect(peer);

	if (err)
		return jvpn_nl_refuse(request->extack, request->tb[JVPN_PEER_A_CONNECT], err,
				      "peer.connect: no session could be begun (error %d)", -err);
	return 0;
}

static int set_peer(struct jvpn_nl_request *request, struct jvpn_peer *peer)
{
	struct jvpn_device *device = request->device;
	struct nlattr **tb = request->tb;
	int err;

	device->generation++;
	if (tb[JVPN_PEER_A_REPLACE_ALLOWED_IPS])
		jvpn_allowedips_remove_peer(&device->allowedips, &peer->allowedips_list);
	err = each_allowedip(request, peer);
	if (err)
		return err;
	if (tb[JVPN_PEER_A_PRESHARED_KEY])
		set_psk(peer, tb[JVPN_PEER_A_PRESHARED_KEY]);
	if (tb[JVPN_PEER_A_CONNECT])
		err = connect_peer(request, peer);
	return err;
}

int jvpn_nl_peer_set(struct jvpn_nl_request *request)
{
	struct nlattr *key = request->tb[JVPN_PEER_A_PUBLIC_KEY];
	struct jvpn_device *device = request->device;
	struct jvpn_peer *peer;
	bool created = false;
	int err;

	err = each_allowedip(request, NULL);
	if (err)
		return err;
	peer = jvpn_peer_lookup(device, nla_data(key));
	if (!peer && request->tb[JVPN_PEER_A_UPDATE_ONLY])
		return jvpn_nl_refuse(request->extack, key, -ENOENT,
				      "peer.public_key: no peer has this key (update_only)");
	err = check_connect(request, peer);
	if (err) {
		jvpn_peer_put(peer);
		return err;
	}
	if (!peer) {
		peer = jvpn_peer_create(device, nla_data(key));
		if (IS_ERR(peer))
			return refuse_create(request, PTR_ERR(peer));
		jvpn_peer_get(peer);
		created = true;
	}
	err = set_peer(request, peer);
	if (err && created)
		jvpn_peer_remove(peer, JVPN_REASON_OPERATOR_TERMINATED);
	jvpn_peer_put(peer);
	return err;
}

int jvpn_nl_peer_del(struct jvpn_nl_request *request)
{
	struct jvpn_peer *peer = jvpn_nl_peer(request, JVPN_PEER_A_PUBLIC_KEY);

	if (IS_ERR(peer))
		return PTR_ERR(peer);
	jvpn_peer_remove(peer, JVPN_REASON_OPERATOR_TERMINATED);
	jvpn_peer_put(peer);
	return 0;
}
