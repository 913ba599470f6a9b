/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * jvpn: what userspace sees.
 *
 * Everything here is a promise: commands, attributes, states, reasons and
 * event types are only ever added. The same interface in the kernel's netlink
 * specification language stands in netlink/jvpn.yaml; a test compares the two.
 */
#ifndef _UAPI_LINUX_JVPN_H
#define _UAPI_LINUX_JVPN_H

#define JVPN_GENL_NAME		"jvpn"
#define JVPN_GENL_VERSION	1
#define JVPN_MCGRP_STATE	"state"
#define JVPN_MCGRP_SECURITY	"security"

#define JVPN_KEY_LEN		32
#define JVPN_SESSION_ID_LEN	16
#define JVPN_LINEAGE_LEN	16
#define JVPN_MAX_PATHS		8
#define JVPN_NODE_NAME_LEN	64
#define JVPN_EVENT_SLOTS_DEFAULT 1024
#define JVPN_EVENT_SLOTS_MIN	64
#define JVPN_EVENT_SLOTS_MAX	65536

/* Session states. 0 is never a state. */
enum jvpn_state {
	JVPN_STATE_BIRTH = 1,
	JVPN_STATE_ATTACHED,
	JVPN_STATE_VOLATILE,
	JVPN_STATE_DEGRADED,
	JVPN_STATE_RECOVERING,
	JVPN_STATE_TERMINATED,

	/* private: */
	__JVPN_STATE_MAX
};

#define JVPN_STATE_MAX (__JVPN_STATE_MAX - 1)

/*
 * Reason codes, in blocks of 32. Each transition, switch, denial and rejection
 * carries exactly one.
 */
enum jvpn_reason {
	JVPN_REASON_NONE = 0,

	/* establishment */
	JVPN_REASON_HANDSHAKE_OK = 1,
	JVPN_REASON_HANDSHAKE_FAIL,
	JVPN_REASON_HANDSHAKE_TIMEOUT,

	/* volatility */
	JVPN_REASON_LOSS_THRESHOLD_EXCEEDED = 32,
	JVPN_REASON_LATENCY_THRESHOLD_EXCEEDED,
	JVPN_REASON_JITTER_THRESHOLD_EXCEEDED,
	JVPN_REASON_HEARTBEAT_TIMEOUT,
	JVPN_REASON_CONSECUTIVE_DROPS_EXCEEDED,
	JVPN_REASON_HEALTH_RECOVERED,

	/* transport */
	JVPN_REASON_NO_DELIVERY = 64,
	JVPN_REASON_LINK_DOWN,
	JVPN_REASON_ADDRESS_REMOVED,
	JVPN_REASON_ROUTE_LOST,
	JVPN_REASON_NAT_REBIND,
	JVPN_REASON_PREFERRED_PATH,
	JVPN_REASON_OPERATOR_REQUEST,
	JVPN_REASON_PEER_REQUEST,
	JVPN_REASON_TRANSPORT_RESTORED,
	JVPN_REASON_DRILL_BEGAN,
	JVPN_REASON_DRILL_ENDED,

	/* recovery */
	JVPN_REASON_RECOVERY_START = 96,
	JVPN_REASON_TRANSPORT_SWITCH_OK,
	JVPN_REASON_TRANSPORT_SWITCH_DENIED,
	JVPN_REASON_RECOVERY_RETRY,
	JVPN_REASON_RECOVERY_BOUNDS_EXCEEDED,

	/* degraded */
	JVPN_REASON_VOLATILE_PERSISTED = 128,
	JVPN_REASON_SWITCH_RATE_LIMITED,
	JVPN_REASON_COOLDOWN_ACTIVE,
	JVPN_REASON_NO_VALID_CANDIDATE,
	JVPN_REASON_EXIT_DEGRADED,

	/* reattach refusal */
	JVPN_REASON_FRESHNESS_INVALID = 160,
	JVPN_REASON_REPLAY_DETECTED,
	JVPN_REASON_STALE_EPOCH,
	JVPN_REASON_OWNERSHIP_CONFLICT,
	JVPN_REASON_POLICY_DENY,
	JVPN_REASON_RATE_LIMITED,
	JVPN_REASON_INVALID_CANDIDATE,
	JVPN_REASON_SESSION_NOT_FOUND,
	JVPN_REASON_SESSION_EXPIRED,
	JVPN_REASON_AUTH_FAIL,

	/* termination */
	JVPN_REASON_TTL_SESSION_EXPIRED = 192,
	JVPN_REASON_TTL_TRANSPORT_LOSS_EXPIRED,
	JVPN_REASON_KEY_EXPIRED,
	JVPN_REASON_PEER_TERMINATED,
	JVPN_REASON_PEER_LOST,
	JVPN_REASON_OPERATOR_TERMINATED,
	JVPN_REASON_SUPERSEDED,
	JVPN_REASON_SECURITY_FAILURE,
	JVPN_REASON_OWNERSHIP_LOST,
	JVPN_REASON_FATAL_PROTOCOL_ERROR,
	JVPN_REASON_DEVICE_REMOVED,

	/* keys */
	JVPN_REASON_KEY_ROTATED = 224,
	JVPN_REASON_REKEY_DENIED,
	JVPN_REASON_REKEY_TIMEOUT,

	/* security reports */
	JVPN_REASON_SEC_REPLAY_ATTEMPT = 256,
	JVPN_REASON_SEC_AUTH_FAILURE,
	JVPN_REASON_SEC_UNBOUND_SOURCE,
	JVPN_REASON_SEC_FLOOD,
	JVPN_REASON_SEC_OWNERSHIP_ANOMALY,
	JVPN_REASON_LINEAGE_GAP,
	JVPN_REASON_INVARIANT_VIOLATION,

	/* private: */
	__JVPN_REASON_MAX
};

#define JVPN_REASON_MAX (__JVPN_REASON_MAX - 1)

/* What an event reports. */
enum jvpn_event_type {
	JVPN_EVENT_STATE_CHANGE = 1,	/* a transition of the state table */
	JVPN_EVENT_SWITCH,		/* the binding moved (an accepted attach) */
	JVPN_EVENT_SWITCH_DENIED,	/* a move was wanted and not made */
	JVPN_EVENT_REATTACH_REFUSED,	/* a REJECT was sent or received */
	JVPN_EVENT_KEYS,		/* keys rotated, denied, timed out */
	JVPN_EVENT_PATH,		/* a path became validated, up or down */
	JVPN_EVENT_POLICY,		/* policy changed */
	JVPN_EVENT_SECURITY,		/* security reports (group "security") */
	JVPN_EVENT_DRILL,		/* a drill cut a path, or its time is over */

	/* private: */
	__JVPN_EVENT_MAX
};

#define JVPN_EVENT_MAX (__JVPN_EVENT_MAX - 1)

enum jvpn_cipher {
	JVPN_CIPHER_AES_256_GCM = 1,
	JVPN_CIPHER_CHACHA20_POLY1305 = 2,
};

enum jvpn_role {
	JVPN_ROLE_INITIATOR = 1,
	JVPN_ROLE_RESPONDER = 2,
};

enum jvpn_transport {
	JVPN_TRANSPORT_UDP4 = 1,
	JVPN_TRANSPORT_UDP6 = 2,
	JVPN_TRANSPORT_TCP4 = 3,
	JVPN_TRANSPORT_TCP6 = 4,
};

/* Bits of a path's status. */
enum jvpn_path_status {
	JVPN_PATH_ACTIVE	= 1U << 0, /* the session's binding */
	JVPN_PATH_VALIDATED	= 1U << 1, /* its token came back */
	JVPN_PATH_UP		= 1U << 2, /* heartbeats are answered */
	JVPN_PATH_LINK_DOWN	= 1U << 3, /* its interface has no carrier or is down */
	JVPN_PATH_NO_ADDRESS	= 1U << 4, /* its local address is gone */
	JVPN_PATH_NO_ROUTE	= 1U << 5, /* no route leaves by it */
	JVPN_PATH_LOOP		= 1U << 6, /* it would run through a jvpn device */
	JVPN_PATH_BLOCKED	= 1U << 7, /* policy does not let it be used */
	JVPN_PATH_CUT		= 1U << 8, /* by a drill: what goes by it is dropped */
};

enum jvpn_on_recovery_exceeded {
	JVPN_ON_RECOVERY_DEGRADE = 0,
	JVPN_ON_RECOVERY_TERMINATE = 1,
};

enum jvpn_policy_apply {
	JVPN_POLICY_APPLY_GRACE = 0,
	JVPN_POLICY_APPLY_STRICT = 1,
};

enum jvpn_cmd {
	JVPN_CMD_DEVICE_GET = 1,
	JVPN_CMD_DEVICE_SET,
	JVPN_CMD_PEER_GET,
	JVPN_CMD_PEER_SET,
	JVPN_CMD_PEER_DEL,
	JVPN_CMD_PATH_GET,
	JVPN_CMD_PATH_ADD,
	JVPN_CMD_PATH_DEL,
	JVPN_CMD_SESSION_GET,
	JVPN_CMD_SESSION_SWITCH,
	JVPN_CMD_SESSION_TERMINATE,
	JVPN_CMD_POLICY_GET,
	JVPN_CMD_POLICY_SET,
	JVPN_CMD_EVENT_GET,
	JVPN_CMD_EVENT,			/* multicast, in the form of the replies to EVENT_GET */
	JVPN_CMD_SESSION_DRILL,

	/* private: */
	__JVPN_CMD_MAX
};

#define JVPN_CMD_MAX (__JVPN_CMD_MAX - 1)

/* Top level: the same set for every command. */
enum jvpn_attr {
	JVPN_A_UNSPEC,
	JVPN_A_IFINDEX,		/* u32 */
	JVPN_A_IFNAME,		/* string */
	JVPN_A_DEVICE,		/* nest: jvpn_attr_device */
	JVPN_A_PEER,		/* nest: jvpn_attr_peer */
	JVPN_A_PATH,		/* nest: jvpn_attr_path */
	JVPN_A_SESSION,		/* nest: jvpn_attr_session */
	JVPN_A_POLICY,		/* nest: jvpn_attr_policy */
	JVPN_A_EVENT,		/* nest: jvpn_attr_event */
	JVPN_A_PAD,

	/* private: */
	__JVPN_A_MAX
};

#define JVPN_A_MAX (__JVPN_A_MAX - 1)

enum jvpn_attr_device {
	JVPN_DEVICE_A_UNSPEC,
	JVPN_DEVICE_A_PRIVATE_KEY,	/* binary 32; all zero removes it */
	JVPN_DEVICE_A_PUBLIC_KEY,	/* binary 32 */
	JVPN_DEVICE_A_LISTEN_PORT,	/* u16; 0 picks one */
	JVPN_DEVICE_A_FWMARK,		/* u32; 0 is off */
	JVPN_DEVICE_A_NODE_NAME,	/* string, at most 63 bytes: names this end in events */
	JVPN_DEVICE_A_CIPHERS,		/* u32 mask of 1 << cipher, offered and accepted */
	JVPN_DEVICE_A_NOTICE,		/* u8: answer unknown indexes with NOTICE, 0 or 1 */
	JVPN_DEVICE_A_REPLACE_PEERS,	/* flag (SET): remove all peers first */
	JVPN_DEVICE_A_PEERS,		/* u32: how many */
	JVPN_DEVICE_A_SESSIONS,		/* u32: how many */
	JVPN_DEVICE_A_EVENT_SEQ,	/* u64: the newest event's number */
	JVPN_DEVICE_A_EVENT_OLDEST,	/* u64: the oldest still in the ring */
	JVPN_DEVICE_A_COUNTERS,		/* nest: jvpn_attr_counter */
	JVPN_DEVICE_A_PAD,
	JVPN_DEVICE_A_EVENT_SLOTS,	/* u32: so many events are kept, 64 to 65536 */

	/* private: */
	__JVPN_DEVICE_A_MAX
};

#define JVPN_DEVICE_A_MAX (__JVPN_DEVICE_A_MAX - 1)

enum jvpn_attr_peer {
	JVPN_PEER_A_UNSPEC,
	JVPN_PEER_A_PUBLIC_KEY,		/* binary 32 */
	JVPN_PEER_A_PRESHARED_KEY,	/* binary 32; all zero is none */
	JVPN_PEER_A_REPLACE_ALLOWED_IPS, /* flag (SET) */
	JVPN_PEER_A_ALLOWED_IP,		/* nest, repeated: jvpn_attr_allowed_ip */
	JVPN_PEER_A_UPDATE_ONLY,	/* flag (SET): fail with ENOENT if there is no such peer */
	JVPN_PEER_A_CONNECT,		/* flag (SET): begin a session now, without traffic */
	JVPN_PEER_A_SESSION_ID,		/* binary 16, if there is a session */
	JVPN_PEER_A_STATE,		/* u8: enum jvpn_state, if there is a session */
	JVPN_PEER_A_LAST_HANDSHAKE_NS,	/* u64: wall clock, 0 is never */
	JVPN_PEER_A_RX_BYTES,		/* u64 */
	JVPN_PEER_A_TX_BYTES,		/* u64 */
	JVPN_PEER_A_RX_PACKETS,		/* u64 */
	JVPN_PEER_A_TX_PACKETS,		/* u64 */
	JVPN_PEER_A_PAD,

	/* private: */
	__JVPN_PEER_A_MAX
};

#define JVPN_PEER_A_MAX (__JVPN_PEER_A_MAX - 1)

enum jvpn_attr_allowed_ip {
	JVPN_ALLOWED_IP_A_UNSPEC,
	JVPN_ALLOWED_IP_A_IPV4,		/* binary 4 */
	JVPN_ALLOWED_IP_A_IPV6,		/* binary 16 */
	JVPN_ALLOWED_IP_A_CIDR,		/* u8 */

	/* private: */
	__JVPN_ALLOWED_IP_A_MAX
};

#define JVPN_ALLOWED_IP_A_MAX (__JVPN_ALLOWED_IP_A_MAX - 1)

enum jvpn_attr_endpoint {
	JVPN_ENDPOINT_A_UNSPEC,
	JVPN_ENDPOINT_A_IPV4,		/* binary 4 */
	JVPN_ENDPOINT_A_IPV6,		/* binary 16 */
	JVPN_ENDPOINT_A_PORT,		/* u16 */
	JVPN_ENDPOINT_A_SCOPE_ID,	/* u32: of a link-local IPv6 address */

	/* private: */
	__JVPN_ENDPOINT_A_MAX
};

#define JVPN_ENDPOINT_A_MAX (__JVPN_ENDPOINT_A_MAX - 1)

/* A candidate as configured (PATH_*), or a path of a session (SESSION_GET). */
enum jvpn_attr_path {
	JVPN_PATH_A_UNSPEC,
	JVPN_PATH_A_PEER,		/* binary 32: the peer's public key (PATH_*) */
	JVPN_PATH_A_ID,			/* u8: 0..7; ADD without it: the lowest free one */
	JVPN_PATH_A_TRANSPORT,		/* u8: enum jvpn_transport */
	JVPN_PATH_A_IFINDEX,		/* u32: leave by this interface only; 0 is any */
	JVPN_PATH_A_IFNAME,		/* string, instead of IFINDEX (ADD) */
	JVPN_PATH_A_LOCAL,		/* nest: jvpn_attr_endpoint */
	JVPN_PATH_A_REMOTE,		/* nest: jvpn_attr_endpoint */
	JVPN_PATH_A_PRIORITY,		/* u8: lower is preferred, 0..255 */
	JVPN_PATH_A_STATUS,		/* u32: bits of enum jvpn_path_status */
	JVPN_PATH_A_SRTT_US,		/* u32 */
	JVPN_PATH_A_RTTVAR_US,		/* u32 */
	JVPN_PATH_A_JITTER_US,		/* u32 */
	JVPN_PATH_A_LOSS_PERMILLE,	/* u32 */
	JVPN_PATH_A_MTU,		/* u32: largest inner packet it carries */
	JVPN_PATH_A_RX_PACKETS,		/* u64: authenticated */
	JVPN_PATH_A_TX_PACKETS,		/* u64 */
	JVPN_PATH_A_LAST_RX_NS,		/* u64: boot clock */
	JVPN_PATH_A_PAD,

	/* private: */
	__JVPN_PATH_A_MAX
};

#define JVPN_PATH_A_MAX (__JVPN_PATH_A_MAX - 1)

enum jvpn_attr_session {
	JVPN_SESSION_A_UNSPEC,
	JVPN_SESSION_A_ID,		/* binary 16 */
	JVPN_SESSION_A_PEER,		/* binary 32 */
	JVPN_SESSION_A_STATE,		/* u8: enum jvpn_state */
	JVPN_SESSION_A_VERSION,		/* u64 */
	JVPN_SESSION_A_EPOCH,		/* u32: binding epoch */
	JVPN_SESSION_A_ROLE,		/* u8: enum jvpn_role */
	JVPN_SESSION_A_BORN_NS,		/* u64: boot clock */
	JVPN_SESSION_A_AGE_MS,		/* u64 */
	JVPN_SESSION_A_KEY_AGE_MS,	/* u64 */
	JVPN_SESSION_A_CIPHER,		/* u8: enum jvpn_cipher */
	JVPN_SESSION_A_CIPHER_DRIVER,	/* string */
	JVPN_SESSION_A_ACTIVE_PATH,	/* u8, absent without a binding */
	JVPN_SESSION_A_PATH,		/* nest, repeated: jvpn_attr_path */
	JVPN_SESSION_A_LINEAGE,		/* binary 16 */
	JVPN_SESSION_A_POLICY_VERSION,	/* u32 */
	JVPN_SESSION_A_QUEUED,		/* u32: inner packets waiting */
	JVPN_SESSION_A_SWITCHES,	/* u64 */
	JVPN_SESSION_A_REKEYS,		/* u64 */
	JVPN_SESSION_A_RX_PACKETS,	/* u64 */
	JVPN_SESSION_A_TX_PACKETS,	/* u64 */
	JVPN_SESSION_A_RX_BYTES,	/* u64 */
	JVPN_SESSION_A_TX_BYTES,	/* u64 */
	JVPN_SESSION_A_DROPPED,		/* u64: inner packets given up while no binding was there */
	JVPN_SESSION_A_LAST_REASON,	/* u16 */
	JVPN_SESSION_A_TARGET_PATH,	/* u8: SESSION_SWITCH; SESSION_DRILL, else the active one */
	JVPN_SESSION_A_REASON,		/* u16: SESSION_TERMINATE, OPERATOR_TERMINATED if absent */
	JVPN_SESSION_A_PAD,
	JVPN_SESSION_A_DRILL_MS,	/* u32: so long, 0 ends it; GET: what is left */
	JVPN_SESSION_A_FORCE,		/* flag (SESSION_DRILL): also if no other path works */

	/* private: */
	__JVPN_SESSION_A_MAX
};

#define JVPN_SESSION_A_MAX (__JVPN_SESSION_A_MAX - 1)

/* The fields of a policy; units as in docs/policy.md. */
enum jvpn_attr_policy {
	JVPN_POLICY_A_UNSPEC,
	JVPN_POLICY_A_VERSION,			/* u32, read only */
	JVPN_POLICY_A_APPLY,			/* u8: enum jvpn_policy_apply (SET) */
	JVPN_POLICY_A_PRESET,			/* string (SET): start from this preset */
	JVPN_POLICY_A_PEER,			/* binary 32: of this peer, not of the device */
	JVPN_POLICY_A_SESSION_MAX_LIFETIME,	/* u32 ms */
	JVPN_POLICY_A_TRANSPORT_LOSS_TTL,	/* u32 ms */
	JVPN_POLICY_A_RECOVERY_WINDOW,		/* u32 ms */
	JVPN_POLICY_A_ON_RECOVERY_EXCEEDED,	/* u32: enum jvpn_on_recovery_exceeded */
	JVPN_POLICY_A_HANDSHAKE_TIMEOUT,	/* u32 ms */
	JVPN_POLICY_A_HEARTBEAT_INTERVAL,	/* u32 ms */
	JVPN_POLICY_A_IDLE_HEARTBEAT_INTERVAL,	/* u32 ms */
	JVPN_POLICY_A_STANDBY_INTERVAL,		/* u32 ms */
	JVPN_POLICY_A_HEARTBEAT_VOLATILE,	/* u32 ms */
	JVPN_POLICY_A_MAX_CONSECUTIVE_DROPS,	/* u32 */
	JVPN_POLICY_A_LOSS_WINDOW,		/* u32 ms */
	JVPN_POLICY_A_LOSS_VOLATILE,		/* u32 permille */
	JVPN_POLICY_A_LATENCY_VOLATILE,		/* u32 ms, 0 is off */
	JVPN_POLICY_A_JITTER_VOLATILE,		/* u32 ms, 0 is off */
	JVPN_POLICY_A_VOLATILE_TO_DEGRADED,	/* u32 ms */
	JVPN_POLICY_A_STABILITY_WINDOW,		/* u32 ms */
	JVPN_POLICY_A_MAX_SWITCHES_PER_MIN,	/* u32 */
	JVPN_POLICY_A_SWITCH_COOLDOWN,		/* u32 ms */
	JVPN_POLICY_A_SWITCH_IMPROVEMENT,	/* u32 permille */
	JVPN_POLICY_A_FAILBACK,			/* u32 0/1 */
	JVPN_POLICY_A_FAILBACK_HOLD,		/* u32 ms */
	JVPN_POLICY_A_MAX_CANDIDATES,		/* u32 */
	JVPN_POLICY_A_REATTACH_PROOF_MAX_AGE,	/* u32 ms */
	JVPN_POLICY_A_REATTACH_RATE,		/* u32 per second */
	JVPN_POLICY_A_RECOVERY_QUEUE,		/* u32 packets */
	JVPN_POLICY_A_ALLOWED_TRANSPORTS,	/* u32 mask of 1 << transport */
	JVPN_POLICY_A_STRICT_BINDING,		/* u32 0/1 */
	JVPN_POLICY_A_PERSIST,			/* u32 0/1 */
	JVPN_POLICY_A_INHERIT,			/* flag (SET): the peer has the device's again */

	/* private: */
	__JVPN_POLICY_A_MAX
};

#define JVPN_POLICY_A_MAX (__JVPN_POLICY_A_MAX - 1)

enum jvpn_attr_event {
	JVPN_EVENT_A_UNSPEC,
	JVPN_EVENT_A_SEQ,		/* u64: per device, without gaps; EVENT_GET: from here on */
	JVPN_EVENT_A_TYPE,		/* u8: enum jvpn_event_type */
	JVPN_EVENT_A_BOOT_NS,		/* u64 */
	JVPN_EVENT_A_WALL_NS,		/* u64 */
	JVPN_EVENT_A_NODE,		/* string */
	JVPN_EVENT_A_SESSION_ID,	/* binary 16; EVENT_GET: the history of this session, */
	JVPN_EVENT_A_PEER,		/* binary 32; or of all the sessions of this peer */
	JVPN_EVENT_A_ROLE,		/* u8 */
	JVPN_EVENT_A_STATE_BEFORE,	/* u8 */
	JVPN_EVENT_A_STATE_AFTER,	/* u8 */
	JVPN_EVENT_A_VERSION,		/* u64 */
	JVPN_EVENT_A_EPOCH,		/* u32 */
	JVPN_EVENT_A_REASON,		/* u16: enum jvpn_reason */
	JVPN_EVENT_A_FSM_EVENT,		/* u8: the table's event, STATE_CHANGE only */
	JVPN_EVENT_A_POLICY_VERSION,	/* u32 */
	JVPN_EVENT_A_PATH_FROM,		/* u8, absent if none */
	JVPN_EVENT_A_PATH_TO,		/* u8, absent if none */
	JVPN_EVENT_A_LOCAL_FROM,	/* nest: jvpn_attr_endpoint */
	JVPN_EVENT_A_REMOTE_FROM,	/* nest: jvpn_attr_endpoint */
	JVPN_EVENT_A_LOCAL_TO,		/* nest: jvpn_attr_endpoint */
	JVPN_EVENT_A_REMOTE_TO,		/* nest: jvpn_attr_endpoint */
	JVPN_EVENT_A_SRTT_US,		/* u32 */
	JVPN_EVENT_A_RTTVAR_US,		/* u32 */
	JVPN_EVENT_A_LOSS_PERMILLE,	/* u32 */
	JVPN_EVENT_A_PROBES,		/* u32: length of the train that was exhausted */
	JVPN_EVENT_A_OUTAGE_US,		/* u64: without a living binding */
	JVPN_EVENT_A_SILENCE_US,	/* u64: since something valid had come */
	JVPN_EVENT_A_QUEUED,		/* u32 */
	JVPN_EVENT_A_DROPPED,		/* u32 */
	JVPN_EVENT_A_COUNT,		/* u32: how many reports this one stands for */
	JVPN_EVENT_A_LINEAGE_BEFORE,	/* binary 16 */
	JVPN_EVENT_A_LINEAGE,		/* binary 16 */
	JVPN_EVENT_A_LOST,		/* u64: EVENT_GET: so many asked for are no longer there */
	JVPN_EVENT_A_PAD,
	/* With the first event of a session's or peer's history: */
	JVPN_EVENT_A_LOST_SEQ,		/* u64: the newest number among LOST */
	JVPN_EVENT_A_LOST_OTHERS,	/* u64: neither transitions nor switches, no longer there */
	JVPN_EVENT_A_TRAIN_LOSS_PPM,	/* u32: round-trip loss that A_PROBES was chosen by */
	/* What was decided by, besides; 0 is not known: */
	JVPN_EVENT_A_JITTER_US,		/* u32: beside A_SRTT_US */
	JVPN_EVENT_A_PRIORITY,		/* u8: likewise, absent if A_SRTT_US is not known */
	JVPN_EVENT_A_SRTT_TO_US,	/* u32: of A_PATH_TO */
	JVPN_EVENT_A_LOSS_TO_PERMILLE,	/* u32: likewise */
	JVPN_EVENT_A_PRIORITY_TO,	/* u8: likewise, absent if A_SRTT_TO_US is not known */
	JVPN_EVENT_A_RETRY_MS,		/* u32: a denied move is allowed again after that */

	/* private: */
	__JVPN_EVENT_A_MAX
};

#define JVPN_EVENT_A_MAX (__JVPN_EVENT_A_MAX - 1)

/* Counters of a device, all u64, since it was made. */
enum jvpn_attr_counter {
	JVPN_COUNTER_A_UNSPEC,
	JVPN_COUNTER_A_RX_MALFORMED,	/* wrong type, length or reserved bits */
	JVPN_COUNTER_A_RX_UNKNOWN_INDEX, /* no such receiver index */
	JVPN_COUNTER_A_RX_AUTH_FAIL,	/* the tag is wrong */
	JVPN_COUNTER_A_RX_REPLAY,	/* counter seen, or too old */
	JVPN_COUNTER_A_RX_ALLOWED_IP,	/* inner source not the peer's */
	JVPN_COUNTER_A_RX_INNER,	/* inner packet malformed */
	JVPN_COUNTER_A_RX_UNBOUND,	/* from an address that is not bound, strict_binding */
	JVPN_COUNTER_A_RX_KEY_EXPIRED,	/* under keys past their time */
	JVPN_COUNTER_A_RX_CONTROL_INVALID, /* control body malformed, under a valid seal */
	JVPN_COUNTER_A_RX_CONTROL_UNKNOWN, /* control kind not known */
	JVPN_COUNTER_A_HS_MAC1,		/* handshake message with a wrong mac1 */
	JVPN_COUNTER_A_HS_COOKIE_SENT,	/* answered with a cookie */
	JVPN_COUNTER_A_HS_RATELIMITED,	/* source over its rate */
	JVPN_COUNTER_A_HS_QUEUE_FULL,	/* handshake queue full */
	JVPN_COUNTER_A_HS_INVALID,	/* did not decrypt, or not a peer */
	JVPN_COUNTER_A_HS_REPLAY,	/* old timestamp */
	JVPN_COUNTER_A_NOTICE_SENT,
	JVPN_COUNTER_A_NOTICE_BAD,	/* wrong token */
	JVPN_COUNTER_A_NOTICE_ACCEPTED,
	JVPN_COUNTER_A_TX_NO_PEER,	/* no peer has that inner address */
	JVPN_COUNTER_A_TX_NO_BINDING,	/* no way to the peer, refused */
	JVPN_COUNTER_A_TX_QUEUE_DROP,	/* oldest dropped from a full or old queue */
	JVPN_COUNTER_A_TX_AEAD_BUSY,	/* crypto queue full or out of memory */
	JVPN_COUNTER_A_TX_ERROR,	/* the transport refused it */
	JVPN_COUNTER_A_TX_TOO_BIG,
	JVPN_COUNTER_A_REATTACH_REFUSED, /* REJECTs sent */
	JVPN_COUNTER_A_INVARIANT,	/* illegal (state, event) pairs */
	JVPN_COUNTER_A_AEAD_LATE,	/* AEAD answers that came asynchronously */
	JVPN_COUNTER_A_PAD,
	JVPN_COUNTER_A_DRILL_DROPPED,	/* datagrams that a drill dropped, either way */

	/* private: */
	__JVPN_COUNTER_A_MAX
};

#define JVPN_COUNTER_A_MAX (__JVPN_COUNTER_A_MAX - 1)

#endif /* _UAPI_LINUX_JVPN_H */
