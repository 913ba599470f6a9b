// SPDX-License-Identifier: GPL-2.0
/* Netlink: the device's own configuration, and its counters. */
#include <linux/ctype.h>

#include "netlink_priv.h"

/* ---- showing ---- */

/* What userspace has read it frees: there is no way to wipe a message after that. */
static int put_identity(struct sk_buff *skb, struct jvpn_device *device)
{
	int err = 0;

	down_read(&device->identity_lock);
	if (device->identity.valid &&
	    (nla_put(skb, JVPN_DEVICE_A_PRIVATE_KEY, JVPN_KEY_LEN, device->identity.private_key) ||
	     nla_put(skb, JVPN_DEVICE_A_PUBLIC_KEY, JVPN_KEY_LEN, device->identity.public_key)))
		err = -EMSGSIZE;
	up_read(&device->identity_lock);
	return err;
}

static int put_configuration(struct sk_buff *skb, struct jvpn_device *device)
{
	const struct jvpn_nl_number number[] = {
		{ JVPN_DEVICE_A_FWMARK, device->fwmark },
		{ JVPN_DEVICE_A_CIPHERS, device->ciphers },
		{ JVPN_DEVICE_A_PEERS, device->peer_count },
		{ JVPN_DEVICE_A_SESSIONS, atomic_read(&device->session_count) },
		{ JVPN_DEVICE_A_EVENT_SLOTS, jvpn_event_ring_slots(device) },
	};
	char node[JVPN_NODE_NAME_LEN];

	jvpn_event_node(device, node);
	if (put_identity(skb, device) ||
	    nla_put_u16(skb, JVPN_DEVICE_A_LISTEN_PORT, device->listen_port) ||
	    (node[0] && nla_put_string(skb, JVPN_DEVICE_A_NODE_NAME, node)) ||
	    nla_put_u8(skb, JVPN_DEVICE_A_NOTICE, device->notice))
		return -EMSGSIZE;
	return jvpn_nl_put_u32s(skb, number, ARRAY_SIZE(number));
}

static int put_event_range(struct sk_buff *skb, struct jvpn_device *device)
{
	struct jvpn_nl_number number[] = {
		{ JVPN_DEVICE_A_EVENT_SEQ },
		{ JVPN_DEVICE_A_EVENT_OLDEST },
	};

	jvpn_event_range(device, &number[1].value, &number[0].value);
	return jvpn_nl_put_u64s(skb, number, ARRAY_SIZE(number), JVPN_DEVICE_A_PAD);
}

static int put_counters(struct sk_buff *skb, struct jvpn_device *device)
{
	struct nlattr *nest = nla_nest_start(skb, JVPN_DEVICE_A_COUNTERS);
	unsigned int counter;

	if (!nest)
		return -EMSGSIZE;
	for (counter = 1; counter <= JVPN_COUNTER_A_MAX; counter++) {
		if (counter != JVPN_COUNTER_A_PAD &&
		    nla_put_u64_64bit(skb, counter, jvpn_counter_read(device, counter),
				      JVPN_COUNTER_A_PAD))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int show_device(struct sk_buff *skb, struct jvpn_device *device)
{
	struct nlattr *nest;

	if (jvpn_nl_put_device_name(skb, device))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, JVPN_A_DEVICE);
	if (!nest || put_configuration(skb, device) || put_event_range(skb, device) ||
	    put_counters(skb, device))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int jvpn_nl_device_get(struct jvpn_nl_request *request)
{
	struct sk_buff *skb;
	void *header;

	skb = jvpn_nl_reply_begin(request, &header);
	if (!skb)
		return -ENOMEM;
	return jvpn_nl_reply_end(request, skb, header, show_device(skb, request->device));
}

/* Called for one device after the other; with one named, once more at the end. */
int jvpn_nl_device_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device)
{
	void *header;
	int err;

	if (dump->ifindex && dump->seq)
		return 0;
	header = jvpn_nl_dump_begin(dump);
	if (!header)
		return -EMSGSIZE;
	err = jvpn_nl_dump_end(dump, header, show_device(dump->skb, device));
	if (!err && dump->ifindex)
		dump->seq = 1;
	return err;
}

/* ---- setting: everything is judged before anything is changed ---- */

static int check_node_name(struct jvpn_nl_request *request, const struct nlattr *attr)
{
	const char *name = nla_data(attr);

	for (; *name; name++) {
		if (!isascii(*name) || !isgraph(*name))
			return jvpn_nl_refuse(request->extack, attr, -EINVAL,
					      "device.node_name: must be printable ASCII without blanks");
	}
	return 0;
}

static int check_ciphers(struct jvpn_nl_request *request, const struct nlattr *attr)
{
	u32 ciphers = nla_get_u32(attr);
	u32 supported = jvpn_aead_supported();

	/* Bit 0 is no cipher: the policy's range cannot say that. */
	if (!(ciphers & ~supported))
		return 0;
	return jvpn_nl_refuse(request->extack, attr, -EOPNOTSUPP,
			      "device.ciphers: 0x%x has bits that are not in 0x%x",
			      ciphers, supported);
}

static int check_private_key(struct jvpn_nl_request *request, const struct nlattr *attr)
{
	struct jvpn_peer *peer = NULL;
	struct jvpn_identity identity;

	/* All zero takes the key away; any other belongs to somebody. */
	if (!jvpn_identity_set(&identity, nla_data(attr))) {
		if (!request->tb[JVPN_DEVICE_A_REPLACE_PEERS])
			peer = jvpn_peer_lookup(request->device, identity.public_key);
		jvpn_identity_zeroize(&identity);
	}
	if (!peer)
		return 0;
	jvpn_peer_put(peer);
	return jvpn_nl_refuse(request->extack, attr, -EINVAL,
			      "device.private_key: is the key of one of its peers");
}

static int check_listen_port(struct jvpn_nl_request *request, const struct nlattr *attr)
{
	return jvpn_nl_transport_admin(request, attr, "device.listen_port");
}

static int check_fwmark(struct jvpn_nl_request *request, const struct nlattr *attr)
{
	return jvpn_nl_transport_admin(request, attr, "device.fwmark");
}

static int check_device(struct jvpn_nl_request *request)
{
	static const struct {
		u16 attr;
		int (*check)(struct jvpn_nl_request *request, const struct nlattr *attr);
	} check[] = {
		{ JVPN_DEVICE_A_NODE_NAME, check_node_name },
		{ JVPN_DEVICE_A_CIPHERS, check_ciphers },
		{ JVPN_DEVICE_A_PRIVATE_KEY, check_private_key },
		{ JVPN_DEVICE_A_LISTEN_PORT, check_listen_port },
		{ JVPN_DEVICE_A_FWMARK, check_fwmark },
	};
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(check) && !err; i++) {
		if (request->tb[check[i].attr])
			err = check[i].check(request, request->tb[check[i].attr]);
	}
	return err;
}

static int set_port(struct jvpn_nl_request *request, u16 port)
{
	int err = jvpn_device_set_port(request->device, port);

	if (err == -EADDRINUSE)
		return jvpn_nl_refuse(request->extack, request->tb[JVPN_DEVICE_A_LISTEN_PORT],
				      err, "device.listen_port: %u is in use", port);
	if (err)
		return jvpn_nl_refuse(request->extack, request->tb[JVPN_DEVICE_A_LISTEN_PORT],
				      err, "device.listen_port: %u cannot be opened (error %d)",
				      port, -err);
	return 0;
}

static int set_identity(struct jvpn_nl_request *request)
{
	int err = jvpn_device_set_identity(request->device,
					   nla_data(request->tb[JVPN_DEVICE_A_PRIVATE_KEY]));

	if (err)
		return jvpn_nl_refuse(request->extack, request->tb[JVPN_DEVICE_A_PRIVATE_KEY],
				      err, "device.private_key: cannot be set (error %d)", -err);
	return 0;
}

static int set_event_slots(struct jvpn_nl_request *request)
{
	u32 slots = nla_get_u32(request->tb[JVPN_DEVICE_A_EVENT_SLOTS]);
	int err = jvpn_event_ring_resize(request->device, slots);

	if (err)
		return jvpn_nl_refuse(request->extack, request->tb[JVPN_DEVICE_A_EVENT_SLOTS],
				      err, "device.event_slots: no memory for %u events", slots);
	return 0;
}

/* What cannot fail. */
static void set_simple(struct jvpn_device *device, struct nlattr **tb)
{
	if (tb[JVPN_DEVICE_A_FWMARK])
		jvpn_device_set_fwmark(device, nla_get_u32(tb[JVPN_DEVICE_A_FWMARK]));
	if (tb[JVPN_DEVICE_A_NODE_NAME])
		jvpn_event_set_node(device, nla_data(tb[JVPN_DEVICE_A_NODE_NAME]));
	if (tb[JVPN_DEVICE_A_CIPHERS])
		WRITE_ONCE(device->ciphers, nla_get_u32(tb[JVPN_DEVICE_A_CIPHERS]));
	if (tb[JVPN_DEVICE_A_NOTICE])
		WRITE_ONCE(device->notice, nla_get_u8(tb[JVPN_DEVICE_A_NOTICE]));
}

int jvpn_nl_device_set(struct jvpn_nl_request *request)
{
	struct jvpn_device *device = request->device;
	u16 old_port = device->listen_port;
	struct nlattr **tb = request->tb;
	int err;

	err = check_device(request);
	if (err)
		return err;
	/* Keeping more or fewer events changes nothing else, whatever comes of the rest. */
	if (tb[JVPN_DEVICE_A_EVENT_SLOTS]) {
		err = set_event_slots(request);
		if (err)
			return err;
	}
	/* First what may fail: the port can be put back, sessions cannot. */
	if (tb[JVPN_DEVICE_A_LISTEN_PORT]) {
		err = set_port(request, nla_get_u16(tb[JVPN_DEVICE_A_LISTEN_PORT]));
		if (err)
			return err;
	}
	if (tb[JVPN_DEVICE_A_REPLACE_PEERS])
		jvpn_peer_remove_all(device, JVPN_REASON_OPERATOR_TERMINATED);
	if (tb[JVPN_DEVICE_A_PRIVATE_KEY]) {
		err = set_identity(request);
		if (err) {
			if (device->listen_port != old_port)
				jvpn_device_set_port(device, old_port);
			return err;
		}
	}
	set_simple(device, tb);
	return 0;
}
