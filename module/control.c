// SPDX-License-Identifier: GPL-2.0
/*
 * CONTROL bodies. The structs of wire.h are packed: reading them at any address
 * is right. Every length is checked before a struct is laid over the bytes.
 *
 * Reasons are taken as they come: a later version may know more of them.
 */

#include "control.h"
#include "../include/uapi/linux/jvpn.h"

#define HEAD_LEN	sizeof(struct jvpn_wire_control_head)

/* What of a body is there in any case, without the head. */
static const u8 fixed_len[__JVPN_CONTROL_MAX] = {
	[JVPN_CONTROL_HEARTBEAT] = sizeof(struct jvpn_wire_heartbeat),
	[JVPN_CONTROL_HEARTBEAT_ACK] = sizeof(struct jvpn_wire_heartbeat_ack),
	[JVPN_CONTROL_REATTACH_REQUEST] = sizeof(struct jvpn_wire_reattach_request),
	[JVPN_CONTROL_REATTACH_CHALLENGE] = sizeof(struct jvpn_wire_reattach_challenge),
	[JVPN_CONTROL_REATTACH_PROOF] = sizeof(struct jvpn_wire_reattach_proof),
	[JVPN_CONTROL_REATTACH_ACK] = sizeof(struct jvpn_wire_reattach_ack),
	[JVPN_CONTROL_REATTACH_REJECT] = sizeof(struct jvpn_wire_reattach_reject),
	[JVPN_CONTROL_REATTACH_WANTED] = sizeof(struct jvpn_wire_reattach_wanted),
	[JVPN_CONTROL_REKEY_WANTED] = 0,
	[JVPN_CONTROL_PATH_CHALLENGE] = sizeof(struct jvpn_wire_path_challenge),
	[JVPN_CONTROL_PATH_CONFIRM] = sizeof(struct jvpn_wire_path_confirm),
	[JVPN_CONTROL_ENDPOINTS] = sizeof(struct jvpn_wire_endpoints),
	[JVPN_CONTROL_ENDPOINTS_ACK] = sizeof(struct jvpn_wire_endpoints_ack),
	[JVPN_CONTROL_TERMINATE] = sizeof(struct jvpn_wire_terminate),
};

static bool kind_known(u8 kind)
{
	return kind && kind < __JVPN_CONTROL_MAX;
}

static bool path_known(u8 path)
{
	return path < JVPN_MAX_PATHS;
}

static bool all_zero(const u8 *bytes, size_t len)
{
	while (len--)
		if (bytes[len])
			return false;
	return true;
}

/* How many bytes of an address of this family count; -1 for no such family. */
static int addr_len(u8 family)
{
	switch (family) {
	case 0:
		return 0;
	case 4:
		return 4;
	case 6:
		return 16;
	default:
		return -1;
	}
}

static bool addr_valid(const struct jvpn_addr *addr)
{
	int len = addr_len(addr->family);

	if (len < 0 || (!len && addr->port))
		return false;
	return all_zero(addr->addr + len, sizeof(addr->addr) - len);
}

void jvpn_addr_to_wire(const struct jvpn_addr *addr, struct jvpn_wire_endpoint *wire)
{
	wire->family = addr->family;
	wire->reserved = 0;
	wire->port = cpu_to_le16(addr->port);
	memcpy(wire->addr, addr->addr, sizeof(wire->addr));
}

int jvpn_addr_from_wire(const struct jvpn_wire_endpoint *wire, struct jvpn_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = wire->family;
	addr->port = le16_to_cpu(wire->port);
	memcpy(addr->addr, wire->addr, sizeof(addr->addr));
	if (!wire->reserved && addr_valid(addr))
		return 0;
	memset(addr, 0, sizeof(*addr));
	return -EBADMSG;
}

bool jvpn_addr_equal(const struct jvpn_addr *a, const struct jvpn_addr *b)
{
	return a->family == b->family && a->port == b->port &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static int parse_heartbeat(const struct jvpn_wire_heartbeat *wire,
			   struct jvpn_heartbeat *out)
{
	if (wire->reserved)
		return -EBADMSG;
	if (!path_known(wire->bound_path) && wire->bound_path != JVPN_PATH_NONE)
		return -EBADMSG;
	if (!wire->state || wire->state > JVPN_STATE_MAX)
		return -EBADMSG;

	out->seq = le32_to_cpu(wire->seq);
	out->echo_clock_ms = le32_to_cpu(wire->echo_clock_ms);
	out->sent = le32_to_cpu(wire->sent);
	out->received = le32_to_cpu(wire->received);
	out->generation = le32_to_cpu(wire->generation);
	out->epoch = le32_to_cpu(wire->epoch);
	out->bound_path = wire->bound_path;
	out->state = wire->state;
	memcpy(out->token, wire->token, sizeof(out->token));
	memcpy(out->echo, wire->echo, sizeof(out->echo));
	return 0;
}

static int parse_heartbeat_ack(const struct jvpn_wire_heartbeat_ack *wire,
			       struct jvpn_heartbeat *out)
{
	int err = parse_heartbeat(&wire->hb, out);

	return err ?: jvpn_addr_from_wire(&wire->observed, &out->observed);
}

static int parse_request(const struct jvpn_wire_reattach_request *wire,
			 struct jvpn_control *out)
{
	if (wire->reserved || !path_known(wire->path_id))
		return -EBADMSG;

	out->request.nonce = le64_to_cpu(wire->nonce);
	out->request.epoch = le32_to_cpu(wire->epoch);
	out->request.path_id = wire->path_id;
	out->request.reason = le16_to_cpu(wire->reason);
	memcpy(out->request.token, wire->token, sizeof(out->request.token));
	return jvpn_addr_from_wire(&wire->observed, &out->request.observed);
}

static int parse_challenge(const struct jvpn_wire_reattach_challenge *wire,
			   struct jvpn_control *out)
{
	out->challenge.nonce = le64_to_cpu(wire->nonce);
	memcpy(out->challenge.token, wire->token, sizeof(out->challenge.token));
	return 0;
}

static int parse_proof(const struct jvpn_wire_reattach_proof *wire,
		       struct jvpn_control *out)
{
	out->proof.nonce = le64_to_cpu(wire->nonce);
	out->proof.epoch = le32_to_cpu(wire->epoch);
	memcpy(out->proof.token, wire->token, sizeof(out->proof.token));
	return 0;
}

static int parse_ack(const struct jvpn_wire_reattach_ack *wire,
		     struct jvpn_control *out)
{
	int err;

	if (wire->reserved)
		return -EBADMSG;

	out->ack.nonce = le64_to_cpu(wire->nonce);
	out->ack.epoch = le32_to_cpu(wire->epoch);
	out->ack.version = le64_to_cpu(wire->version);
	out->ack.reason = le16_to_cpu(wire->reason);
	out->ack.accept_time_ns = le64_to_cpu(wire->accept_time_ns);
	out->ack.owner_term = le32_to_cpu(wire->owner_term);
	memcpy(out->ack.lineage_before, wire->lineage_before,
	       sizeof(out->ack.lineage_before));
	memcpy(out->ack.lineage, wire->lineage, sizeof(out->ack.lineage));
	err = jvpn_addr_from_wire(&wire->initiator, &out->ack.initiator);
	return err ?: jvpn_addr_from_wire(&wire->responder, &out->ack.responder);
}

static int parse_reject(const struct jvpn_wire_reattach_reject *wire,
			struct jvpn_control *out)
{
	if (wire->reserved)
		return -EBADMSG;

	out->reject.nonce = le64_to_cpu(wire->nonce);
	out->reject.reason = le16_to_cpu(wire->reason);
	out->reject.epoch = le32_to_cpu(wire->epoch);
	out->reject.retry_after_ms = le32_to_cpu(wire->retry_after_ms);
	return 0;
}

static int parse_wanted(const struct jvpn_wire_reattach_wanted *wire,
			struct jvpn_control *out)
{
	if (wire->reserved)
		return -EBADMSG;

	out->wanted.epoch = le32_to_cpu(wire->epoch);
	out->wanted.reason = le16_to_cpu(wire->reason);
	return 0;
}

static int parse_path_challenge(const struct jvpn_wire_path_challenge *wire,
				struct jvpn_control *out)
{
	memcpy(out->path_token.token, wire->token, sizeof(out->path_token.token));
	return jvpn_addr_from_wire(&wire->observed, &out->path_token.observed);
}

static int parse_path_confirm(const struct jvpn_wire_path_confirm *wire,
			      struct jvpn_control *out)
{
	memcpy(out->path_token.token, wire->token, sizeof(out->path_token.token));
	return 0;
}

/* An offer without an address offers nothing: family 0 is refused here. */
static int parse_offer(const struct jvpn_wire_endpoints_entry *wire,
		       struct jvpn_endpoint_offer *out)
{
	if (!all_zero(wire->reserved, sizeof(wire->reserved)) ||
	    !wire->endpoint.family)
		return -EBADMSG;

	out->priority = wire->priority;
	return jvpn_addr_from_wire(&wire->endpoint, &out->endpoint);
}

static int parse_endpoints(const struct jvpn_wire_endpoints *wire, size_t len,
			   struct jvpn_control *out)
{
	unsigned int i;
	int err = 0;

	if (!all_zero(wire->reserved, sizeof(wire->reserved)) ||
	    wire->count > JVPN_ENDPOINTS_MAX ||
	    len < sizeof(*wire) + wire->count * sizeof(wire->entry[0]))
		return -EBADMSG;

	out->endpoints.serial = le32_to_cpu(wire->serial);
	out->endpoints.count = wire->count;
	for (i = 0; i < wire->count && !err; i++)
		err = parse_offer(&wire->entry[i], &out->endpoints.offer[i]);
	return err;
}

static int parse_endpoints_ack(const struct jvpn_wire_endpoints_ack *wire,
			       struct jvpn_control *out)
{
	out->endpoints_ack.serial = le32_to_cpu(wire->serial);
	return 0;
}

static int parse_terminate(const struct jvpn_wire_terminate *wire,
			   struct jvpn_control *out)
{
	if (wire->reserved)
		return -EBADMSG;

	out->terminate.reason = le16_to_cpu(wire->reason);
	return 0;
}

/* @p has at least fixed_len[kind] bytes, @len of them. */
static int parse_fields(u8 kind, const void *p, size_t len,
			struct jvpn_control *out)
{
	switch (kind) {
	case JVPN_CONTROL_HEARTBEAT:
		return parse_heartbeat(p, &out->heartbeat);
	case JVPN_CONTROL_HEARTBEAT_ACK:
		return parse_heartbeat_ack(p, &out->heartbeat);
	case JVPN_CONTROL_REATTACH_REQUEST:
		return parse_request(p, out);
	case JVPN_CONTROL_REATTACH_CHALLENGE:
		return parse_challenge(p, out);
	case JVPN_CONTROL_REATTACH_PROOF:
		return parse_proof(p, out);
	case JVPN_CONTROL_REATTACH_ACK:
		return parse_ack(p, out);
	case JVPN_CONTROL_REATTACH_REJECT:
		return parse_reject(p, out);
	case JVPN_CONTROL_REATTACH_WANTED:
		return parse_wanted(p, out);
	case JVPN_CONTROL_PATH_CHALLENGE:
		return parse_path_challenge(p, out);
	case JVPN_CONTROL_PATH_CONFIRM:
		return parse_path_confirm(p, out);
	case JVPN_CONTROL_ENDPOINTS:
		return parse_endpoints(p, len, out);
	case JVPN_CONTROL_ENDPOINTS_ACK:
		return parse_endpoints_ack(p, out);
	case JVPN_CONTROL_TERMINATE:
		return parse_terminate(p, out);
	default: /* REKEY_WANTED says all by its kind */
		return 0;
	}
}

int jvpn_control_parse(const u8 *body, size_t len, struct jvpn_control *out)
{
	const struct jvpn_wire_control_head *head = (const void *)body;
	size_t said;
	int err;

	memset(out, 0, sizeof(*out));
	if (len < HEAD_LEN)
		return -EBADMSG;
	if (!kind_known(head->kind))
		return -EOPNOTSUPP;
	said = le16_to_cpu(head->len);
	if (head->reserved || said > len ||
	    said < HEAD_LEN + fixed_len[head->kind])
		return -EBADMSG;

	out->kind = head->kind;
	out->clock_ms = le32_to_cpu(head->clock_ms);
	err = parse_fields(head->kind, body + HEAD_LEN, said - HEAD_LEN, out);
	if (err)
		memset(out, 0, sizeof(*out));
	return err;
}

static int build_heartbeat(struct jvpn_wire_heartbeat *wire,
			   const struct jvpn_heartbeat *in)
{
	if (!path_known(in->bound_path) && in->bound_path != JVPN_PATH_NONE)
		return -EINVAL;
	if (!in->state || in->state > JVPN_STATE_MAX)
		return -EINVAL;

	wire->seq = cpu_to_le32(in->seq);
	wire->echo_clock_ms = cpu_to_le32(in->echo_clock_ms);
	wire->sent = cpu_to_le32(in->sent);
	wire->received = cpu_to_le32(in->received);
	wire->generation = cpu_to_le32(in->generation);
	wire->epoch = cpu_to_le32(in->epoch);
	wire->bound_path = in->bound_path;
	wire->state = in->state;
	memcpy(wire->token, in->token, sizeof(wire->token));
	memcpy(wire->echo, in->echo, sizeof(wire->echo));
	return 0;
}

static int build_heartbeat_ack(struct jvpn_wire_heartbeat_ack *wire,
			       const struct jvpn_heartbeat *in)
{
	if (!addr_valid(&in->observed))
		return -EINVAL;

	jvpn_addr_to_wire(&in->observed, &wire->observed);
	return build_heartbeat(&wire->hb, in);
}

static int build_request(struct jvpn_wire_reattach_request *wire,
			 const struct jvpn_control *in)
{
	if (!path_known(in->request.path_id) ||
	    !addr_valid(&in->request.observed))
		return -EINVAL;

	wire->nonce = cpu_to_le64(in->request.nonce);
	wire->epoch = cpu_to_le32(in->request.epoch);
	wire->path_id = in->request.path_id;
	wire->reason = cpu_to_le16(in->request.reason);
	jvpn_addr_to_wire(&in->request.observed, &wire->observed);
	memcpy(wire->token, in->request.token, sizeof(wire->token));
	return 0;
}

static int build_challenge(struct jvpn_wire_reattach_challenge *wire,
			   const struct jvpn_control *in)
{
	wire->nonce = cpu_to_le64(in->challenge.nonce);
	memcpy(wire->token, in->challenge.token, sizeof(wire->token));
	return 0;
}

static int build_proof(struct jvpn_wire_reattach_proof *wire,
		       const struct jvpn_control *in)
{
	wire->nonce = cpu_to_le64(in->proof.nonce);
	wire->epoch = cpu_to_le32(in->proof.epoch);
	memcpy(wire->token, in->proof.token, sizeof(wire->token));
	return 0;
}

static int build_ack(struct jvpn_wire_reattach_ack *wire,
		     const struct jvpn_control *in)
{
	if (!addr_valid(&in->ack.initiator) || !addr_valid(&in->ack.responder))
		return -EINVAL;

	wire->nonce = cpu_to_le64(in->ack.nonce);
	wire->epoch = cpu_to_le32(in->ack.epoch);
	wire->version = cpu_to_le64(in->ack.version);
	jvpn_addr_to_wire(&in->ack.initiator, &wire->initiator);
	jvpn_addr_to_wire(&in->ack.responder, &wire->responder);
	wire->reason = cpu_to_le16(in->ack.reason);
	wire->accept_time_ns = cpu_to_le64(in->ack.accept_time_ns);
	memcpy(wire->lineage_before, in->ack.lineage_before,
	       sizeof(wire->lineage_before));
	memcpy(wire->lineage, in->ack.lineage, sizeof(wire->lineage));
	wire->owner_term = cpu_to_le32(in->ack.owner_term);
	return 0;
}

static int build_reject(struct jvpn_wire_reattach_reject *wire,
			const struct jvpn_control *in)
{
	wire->nonce = cpu_to_le64(in->reject.nonce);
	wire->reason = cpu_to_le16(in->reject.reason);
	wire->epoch = cpu_to_le32(in->reject.epoch);
	wire->retry_after_ms = cpu_to_le32(in->reject.retry_after_ms);
	return 0;
}

static int build_wanted(struct jvpn_wire_reattach_wanted *wire,
			const struct jvpn_control *in)
{
	wire->epoch = cpu_to_le32(in->wanted.epoch);
	wire->reason = cpu_to_le16(in->wanted.reason);
	return 0;
}

static int build_path_challenge(struct jvpn_wire_path_challenge *wire,
				const struct jvpn_control *in)
{
	if (!addr_valid(&in->path_token.observed))
		return -EINVAL;

	memcpy(wire->token, in->path_token.token, sizeof(wire->token));
	jvpn_addr_to_wire(&in->path_token.observed, &wire->observed);
	return 0;
}

static int build_path_confirm(struct jvpn_wire_path_confirm *wire,
			      const struct jvpn_control *in)
{
	memcpy(wire->token, in->path_token.token, sizeof(wire->token));
	return 0;
}

static int build_endpoints(struct jvpn_wire_endpoints *wire,
			   const struct jvpn_control *in)
{
	const struct jvpn_endpoint_offer *offer = in->endpoints.offer;
	unsigned int i;

	wire->serial = cpu_to_le32(in->endpoints.serial);
	wire->count = in->endpoints.count;
	for (i = 0; i < wire->count; i++, offer++) {
		if (!offer->endpoint.family || !addr_valid(&offer->endpoint))
			return -EINVAL;
		jvpn_addr_to_wire(&offer->endpoint, &wire->entry[i].endpoint);
		wire->entry[i].priority = offer->priority;
	}
	return 0;
}

static int build_endpoints_ack(struct jvpn_wire_endpoints_ack *wire,
			       const struct jvpn_control *in)
{
	wire->serial = cpu_to_le32(in->endpoints_ack.serial);
	return 0;
}

static int build_terminate(struct jvpn_wire_terminate *wire,
			   const struct jvpn_control *in)
{
	wire->reason = cpu_to_le16(in->terminate.reason);
	return 0;
}

static int build_fields(void *p, const struct jvpn_control *in)
{
	switch (in->kind) {
	case JVPN_CONTROL_HEARTBEAT:
		return build_heartbeat(p, &in->heartbeat);
	case JVPN_CONTROL_HEARTBEAT_ACK:
		return build_heartbeat_ack(p, &in->heartbeat);
	case JVPN_CONTROL_REATTACH_REQUEST:
		return build_request(p, in);
	case JVPN_CONTROL_REATTACH_CHALLENGE:
		return build_challenge(p, in);
	case JVPN_CONTROL_REATTACH_PROOF:
		return build_proof(p, in);
	case JVPN_CONTROL_REATTACH_ACK:
		return build_ack(p, in);
	case JVPN_CONTROL_REATTACH_REJECT:
		return build_reject(p, in);
	case JVPN_CONTROL_REATTACH_WANTED:
		return build_wanted(p, in);
	case JVPN_CONTROL_PATH_CHALLENGE:
		return build_path_challenge(p, in);
	case JVPN_CONTROL_PATH_CONFIRM:
		return build_path_confirm(p, in);
	case JVPN_CONTROL_ENDPOINTS:
		return build_endpoints(p, in);
	case JVPN_CONTROL_ENDPOINTS_ACK:
		return build_endpoints_ack(p, in);
	case JVPN_CONTROL_TERMINATE:
		return build_terminate(p, in);
	default: /* REKEY_WANTED says all by its kind */
		return 0;
	}
}

int jvpn_control_build(u8 *buf, size_t size, const struct jvpn_control *in)
{
	struct jvpn_wire_control_head *head = (void *)buf;
	size_t len;
	int err;

	if (!kind_known(in->kind))
		return -EINVAL;
	len = HEAD_LEN + fixed_len[in->kind];
	if (in->kind == JVPN_CONTROL_ENDPOINTS) {
		if (in->endpoints.count > JVPN_ENDPOINTS_MAX)
			return -EINVAL;
		len += in->endpoints.count *
		       sizeof(struct jvpn_wire_endpoints_entry);
	}
	if (size < len)
		return -ENOSPC;

	memset(buf, 0, len);
	head->kind = in->kind;
	head->len = cpu_to_le16(len);
	head->clock_ms = cpu_to_le32(in->clock_ms);
	err = build_fields(buf + HEAD_LEN, in);
	return err ?: (int)len;
}
