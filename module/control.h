/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CONTROL bodies, parsed and built. No allocation, no pointer into the packet
 * is kept: a parsed body is a plain struct in host byte order.
 */
#ifndef _JVPN_CONTROL_H
#define _JVPN_CONTROL_H

#include "wire.h"

#define JVPN_PATH_NONE 0xff

/* An address and port in host terms; family 0 is "unknown". */
struct jvpn_addr {
	u8 family;		/* 0, 4 or 6 */
	u16 port;		/* host byte order */
	u8 addr[16];		/* network byte order; IPv4 in the first four */
};

struct jvpn_heartbeat {
	u32 seq;
	u32 echo_clock_ms;
	u32 sent;
	u32 received;
	u32 generation;
	u32 epoch;
	u8 bound_path;
	u8 state;
	u8 token[JVPN_TOKEN_LEN];
	u8 echo[JVPN_TOKEN_LEN];
	struct jvpn_addr observed;	/* ACK only */
};

struct jvpn_endpoint_offer {
	struct jvpn_addr endpoint;
	u8 priority;
};

struct jvpn_control {
	u8 kind;		/* enum jvpn_control_kind */
	u32 clock_ms;
	union {
		struct jvpn_heartbeat heartbeat;	/* HEARTBEAT, HEARTBEAT_ACK */
		struct {
			u64 nonce;
			u32 epoch;
			u8 path_id;
			u16 reason;
			struct jvpn_addr observed;
			u8 token[JVPN_TOKEN_LEN];
		} request;
		struct {
			u64 nonce;
			u8 token[JVPN_TOKEN_LEN];
		} challenge;
		struct {
			u64 nonce;
			u32 epoch;
			u8 token[JVPN_TOKEN_LEN];
		} proof;
		struct {
			u64 nonce;
			u32 epoch;
			u64 version;
			struct jvpn_addr initiator;
			struct jvpn_addr responder;
			u16 reason;
			u64 accept_time_ns;
			u8 lineage_before[JVPN_LINEAGE_VALUE_LEN];
			u8 lineage[JVPN_LINEAGE_VALUE_LEN];
			u32 owner_term;
		} ack;
		struct {
			u64 nonce;
			u16 reason;
			u32 epoch;
			u32 retry_after_ms;
		} reject;
		struct {
			u32 epoch;
			u16 reason;
		} wanted;
		struct {
			u8 token[JVPN_TOKEN_LEN];
			struct jvpn_addr observed; /* PATH_CHALLENGE: the tuple it was sent to */
		} path_token;		/* PATH_CHALLENGE, PATH_CONFIRM */
		struct {
			u32 serial;
			u8 count;
			struct jvpn_endpoint_offer offer[JVPN_ENDPOINTS_MAX];
		} endpoints;
		struct {
			u32 serial;
		} endpoints_ack;
		struct {
			u16 reason;
		} terminate;
	};
};

/**
 * jvpn_control_parse - read a CONTROL body
 * @body: the opened plaintext, padding included
 * @len: its length in bytes
 * @out: filled in on success, zeroed otherwise
 *
 * Return: 0; -EOPNOTSUPP for a kind that is not known; -EBADMSG for one that
 * is too short, whose length lies, whose reserved bits are set, or whose
 * fields are outside their range (path id, family, count).
 */
int jvpn_control_parse(const u8 *body, size_t len, struct jvpn_control *out);

/**
 * jvpn_control_build - write a CONTROL body
 * @buf: where to
 * @size: room there in bytes; JVPN_CONTROL_BODY_MAX is always enough
 * @in: what to write
 *
 * Return: bytes written, or -EINVAL (unknown kind, bad field), -ENOSPC.
 */
int jvpn_control_build(u8 *buf, size_t size, const struct jvpn_control *in);

void jvpn_addr_to_wire(const struct jvpn_addr *addr, struct jvpn_wire_endpoint *wire);
int jvpn_addr_from_wire(const struct jvpn_wire_endpoint *wire, struct jvpn_addr *addr);
bool jvpn_addr_equal(const struct jvpn_addr *a, const struct jvpn_addr *b);

#endif /* _JVPN_CONTROL_H */
