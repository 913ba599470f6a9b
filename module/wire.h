/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is on the wire: message types, layouts, sizes and every limit of the
 * protocol. docs/protocol.md explains them. Integers are little-endian.
 */
#ifndef _JVPN_WIRE_H
#define _JVPN_WIRE_H

#include "types.h"

#define JVPN_NOISE_NAME		"Noise_IKpsk2_25519_ChaChaPoly_SHA256"
#define JVPN_NOISE_PROLOGUE	"jvpn v1"

enum jvpn_wire_len {
	JVPN_PUBLIC_KEY_LEN	= 32,
	JVPN_SYMMETRIC_KEY_LEN	= 32,
	JVPN_HASH_LEN		= 32,
	JVPN_TAG_LEN		= 16,
	JVPN_IV_LEN		= 12,
	JVPN_MAC_LEN		= 16,
	JVPN_TOKEN_LEN		= 16,
	JVPN_TIMESTAMP_LEN	= 12,	/* TAI64N, big-endian as that format is */
	JVPN_ID_LEN		= 16,
	JVPN_LINEAGE_VALUE_LEN	= 16,
	JVPN_COOKIE_NONCE_LEN	= 24,
	JVPN_ROOT_LEN		= 32,
};

/* Limits that are part of the protocol, not of policy. */
#define JVPN_REKEY_AFTER_NS		(120 * JVPN_NS_PER_S)
#define JVPN_REJECT_AFTER_NS		(180 * JVPN_NS_PER_S)
#define JVPN_REKEY_AFTER_MESSAGES_GCM	0x100000000ULL
#define JVPN_REKEY_AFTER_MESSAGES_CHACHA 0x1000000000000000ULL
/* How far past the rekey mark a key may still count: nothing beyond is sealed. */
#define JVPN_REJECT_MARGIN_MESSAGES	0x100000ULL
/* Failed tags under one key that force a rekey (RFC 9001, 6.6, rounded down). */
#define JVPN_AUTH_FAIL_LIMIT_GCM	0x100000000ULL
#define JVPN_AUTH_FAIL_LIMIT_CHACHA	0x100000000ULL
#define JVPN_TOKEN_SLOT_NS		(60 * JVPN_NS_PER_S)
#define JVPN_REPLAY_WINDOW		8192
#define JVPN_NOTICE_MIN_INTERVAL_NS	(5 * JVPN_NS_PER_S)
#define JVPN_AMPLIFICATION_FACTOR	3
#define JVPN_PATH_MTU_MIN		1280

enum jvpn_msg_type {
	JVPN_MSG_HANDSHAKE_INIT = 1,
	JVPN_MSG_HANDSHAKE_RESPONSE = 2,
	JVPN_MSG_COOKIE_REPLY = 3,
	JVPN_MSG_DATA = 4,
	JVPN_MSG_CONTROL = 5,
	JVPN_MSG_NOTICE = 6,
};

/* In the cipher mask: the sender has AES in hardware. */
#define JVPN_CIPHERS_AES_FAST	0x80

enum jvpn_hs_kind {
	JVPN_HS_CREATE = 1,
	JVPN_HS_REKEY = 2,
};

/* An address and port. family 0: unknown, all other bytes zero. */
struct jvpn_wire_endpoint {
	u8 family;		/* 0, 4 or 6 */
	u8 reserved;
	__le16 port;
	u8 addr[16];		/* IPv4 in the first four bytes, rest zero */
} __packed;
static_assert(sizeof(struct jvpn_wire_endpoint) == 20);

struct jvpn_wire_bounds {
	__le32 session_max_lifetime_ms;
	__le32 transport_loss_ttl_ms;
} __packed;
static_assert(sizeof(struct jvpn_wire_bounds) == 8);

struct jvpn_wire_macs {
	u8 mac1[JVPN_MAC_LEN];
	u8 mac2[JVPN_MAC_LEN];
} __packed;

/* The plaintext of the payload in HANDSHAKE_INIT. */
struct jvpn_init_payload {
	u8 kind;			/* enum jvpn_hs_kind */
	u8 ciphers;			/* mask of 1 << cipher, and JVPN_CIPHERS_AES_FAST */
	u8 path_id;			/* that this INIT leaves by */
	u8 reserved;
	u8 timestamp[JVPN_TIMESTAMP_LEN];
	u8 session_id[JVPN_ID_LEN];	/* zero for create */
	__le32 clock_ms;
	struct jvpn_wire_bounds bounds;	/* wanted */
	__le32 features;		/* offered */
	u8 notice_token[JVPN_TOKEN_LEN];
	u8 reserved2[32];		/* zero when sent, ignored when read */
} __packed;
static_assert(sizeof(struct jvpn_init_payload) == 96);

struct jvpn_msg_init {
	u8 type;
	u8 reserved[3];
	__le32 sender_index;
	u8 ephemeral[JVPN_PUBLIC_KEY_LEN];
	u8 sealed_static[JVPN_PUBLIC_KEY_LEN + JVPN_TAG_LEN];
	u8 sealed_payload[sizeof(struct jvpn_init_payload) + JVPN_TAG_LEN];
	struct jvpn_wire_macs macs;
} __packed;
static_assert(sizeof(struct jvpn_msg_init) == 232);

/* The plaintext of the payload in HANDSHAKE_RESPONSE. */
struct jvpn_response_payload {
	__le16 status;			/* 0 or enum jvpn_reason */
	u8 cipher;			/* enum jvpn_cipher */
	u8 reserved;
	u8 session_id[JVPN_ID_LEN];
	__le32 clock_ms;
	struct jvpn_wire_bounds bounds;	/* effective */
	struct jvpn_wire_endpoint observed; /* the initiator, as seen */
	__le32 features;		/* chosen */
	__le32 owner_term;
	u8 notice_token[JVPN_TOKEN_LEN];
	u8 timestamp[JVPN_TIMESTAMP_LEN]; /* FRESHNESS_INVALID: last value seen; else zero */
	u8 reserved2[32];
} __packed;
static_assert(sizeof(struct jvpn_response_payload) == 120);

struct jvpn_msg_response {
	u8 type;
	u8 reserved[3];
	__le32 sender_index;
	__le32 receiver_index;
	u8 ephemeral[JVPN_PUBLIC_KEY_LEN];
	u8 sealed_payload[sizeof(struct jvpn_response_payload) + JVPN_TAG_LEN];
	struct jvpn_wire_macs macs;
} __packed;
static_assert(sizeof(struct jvpn_msg_response) == 212);
static_assert(sizeof(struct jvpn_msg_response) <= sizeof(struct jvpn_msg_init));

struct jvpn_msg_cookie {
	u8 type;
	u8 reserved[3];
	__le32 receiver_index;
	u8 nonce[JVPN_COOKIE_NONCE_LEN];
	u8 sealed_cookie[JVPN_MAC_LEN + JVPN_TAG_LEN];
} __packed;
static_assert(sizeof(struct jvpn_msg_cookie) == 64);

/* DATA and CONTROL. The whole header is the AEAD's associated data. */
struct jvpn_msg_header {
	u8 type;
	u8 path_id;			/* the initiator's numbering, in both directions */
	__le16 flags;
	__le32 receiver_index;
	__le64 counter;
} __packed;
static_assert(sizeof(struct jvpn_msg_header) == 16);

struct jvpn_msg_notice {
	u8 type;
	u8 reserved[3];
	__le32 receiver_index;		/* as received */
	u8 token[JVPN_TOKEN_LEN];
} __packed;
static_assert(sizeof(struct jvpn_msg_notice) == 24);

#define JVPN_OVERHEAD (sizeof(struct jvpn_msg_header) + JVPN_TAG_LEN)

/* CONTROL bodies. */
enum jvpn_control_kind {
	JVPN_CONTROL_HEARTBEAT = 1,
	JVPN_CONTROL_HEARTBEAT_ACK,
	JVPN_CONTROL_REATTACH_REQUEST,
	JVPN_CONTROL_REATTACH_CHALLENGE,
	JVPN_CONTROL_REATTACH_PROOF,
	JVPN_CONTROL_REATTACH_ACK,
	JVPN_CONTROL_REATTACH_REJECT,
	JVPN_CONTROL_REATTACH_WANTED,
	JVPN_CONTROL_REKEY_WANTED,
	JVPN_CONTROL_PATH_CHALLENGE,
	JVPN_CONTROL_PATH_CONFIRM,
	JVPN_CONTROL_ENDPOINTS,
	JVPN_CONTROL_ENDPOINTS_ACK,
	JVPN_CONTROL_TERMINATE,
	__JVPN_CONTROL_MAX
};

struct jvpn_wire_control_head {
	u8 kind;
	u8 reserved;
	__le16 len;			/* of the body with this head, without padding */
	__le32 clock_ms;		/* sender's session clock */
} __packed;
static_assert(sizeof(struct jvpn_wire_control_head) == 8);

struct jvpn_wire_heartbeat {
	__le32 seq;
	__le32 echo_clock_ms;		/* ACK: the clock of the heartbeat; else zero */
	__le32 sent;			/* packets sent on this path, this one included */
	__le32 received;		/* packets received on this path */
	__le32 generation;		/* of the path: grows when its counts start anew */
	__le32 epoch;			/* binding epoch */
	u8 bound_path;			/* or 0xff */
	u8 state;			/* enum jvpn_state */
	__le16 reserved;
	u8 token[JVPN_TOKEN_LEN];	/* to be echoed */
	u8 echo[JVPN_TOKEN_LEN];	/* the last token received on this path, or zero */
} __packed;
static_assert(sizeof(struct jvpn_wire_heartbeat) == 60);

struct jvpn_wire_heartbeat_ack {
	struct jvpn_wire_heartbeat hb;
	struct jvpn_wire_endpoint observed; /* the receiver of this ACK, as seen */
} __packed;

struct jvpn_wire_reattach_request {
	__le64 nonce;
	__le32 epoch;			/* expected to be current */
	u8 path_id;
	u8 reserved;
	__le16 reason;
	struct jvpn_wire_endpoint observed; /* last reported to the initiator here */
	u8 token[JVPN_TOKEN_LEN];	/* echoed, or zero */
} __packed;

struct jvpn_wire_reattach_challenge {
	__le64 nonce;
	u8 token[JVPN_TOKEN_LEN];
} __packed;

struct jvpn_wire_reattach_proof {
	__le64 nonce;
	__le32 epoch;
	u8 token[JVPN_TOKEN_LEN];
} __packed;

struct jvpn_wire_reattach_ack {
	__le64 nonce;
	__le32 epoch;			/* the new one */
	__le64 version;			/* the responder's state version */
	struct jvpn_wire_endpoint initiator; /* as the responder sees it */
	struct jvpn_wire_endpoint responder; /* as the responder received on */
	__le16 reason;
	__le16 reserved;
	__le64 accept_time_ns;		/* responder's wall clock */
	u8 lineage_before[JVPN_LINEAGE_VALUE_LEN];
	u8 lineage[JVPN_LINEAGE_VALUE_LEN];
	__le32 owner_term;
} __packed;

struct jvpn_wire_reattach_reject {
	__le64 nonce;
	__le16 reason;
	__le16 reserved;
	__le32 epoch;			/* current */
	__le32 retry_after_ms;
} __packed;
static_assert(sizeof(struct jvpn_wire_reattach_reject) <=
	      sizeof(struct jvpn_wire_reattach_proof));

struct jvpn_wire_reattach_wanted {
	__le32 epoch;
	__le16 reason;
	__le16 reserved;
} __packed;

struct jvpn_wire_path_challenge {
	u8 token[JVPN_TOKEN_LEN];
	struct jvpn_wire_endpoint observed; /* the tuple that is challenged */
} __packed;

struct jvpn_wire_path_confirm {
	u8 token[JVPN_TOKEN_LEN];
} __packed;

struct jvpn_wire_endpoints_entry {
	struct jvpn_wire_endpoint endpoint;
	u8 priority;
	u8 reserved[3];
} __packed;

#define JVPN_ENDPOINTS_MAX 8

struct jvpn_wire_endpoints {
	__le32 serial;
	u8 count;
	u8 reserved[3];
	struct jvpn_wire_endpoints_entry entry[];
} __packed;

struct jvpn_wire_endpoints_ack {
	__le32 serial;
} __packed;

struct jvpn_wire_terminate {
	__le16 reason;
	__le16 reserved;
} __packed;

/* The longest body that is built; a received one may be longer (its tail is ignored). */
#define JVPN_CONTROL_BODY_MAX						\
	(sizeof(struct jvpn_wire_control_head) +			\
	 sizeof(struct jvpn_wire_endpoints) +				\
	 JVPN_ENDPOINTS_MAX * sizeof(struct jvpn_wire_endpoints_entry))

#endif /* _JVPN_WIRE_H */
