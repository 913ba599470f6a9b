// SPDX-License-Identifier: GPL-2.0
/* The tables of attr.h. A test compares them with the UAPI header. */
#include "attr.h"

#define SET(set, last)				\
	const struct attr_set attr_##set = {	\
		.name = #set,			\
		.max = (last),			\
		.desc = set##_attrs,		\
	}

#define KIND(type)		.kind = ATTR_##type
#define ENUM(type, fn)		KIND(type), .unit = UNIT_ENUM, .names = (fn)
#define MASK(fn)		KIND(U32), .unit = UNIT_MASK, .names = (fn)
#define NEST_OF(s)		KIND(NEST), .set = &attr_##s
#define ENDPOINT		KIND(ENDPOINT), .set = &attr_endpoint

static const struct attr_desc endpoint_attrs[JVPN_ENDPOINT_A_MAX + 1] = {
	[JVPN_ENDPOINT_A_IPV4] = { "ipv4", KIND(IPV4) },
	[JVPN_ENDPOINT_A_IPV6] = { "ipv6", KIND(IPV6) },
	[JVPN_ENDPOINT_A_PORT] = { "port", KIND(U16) },
	[JVPN_ENDPOINT_A_SCOPE_ID] = { "scope_id", KIND(U32) },
};

SET(endpoint, JVPN_ENDPOINT_A_MAX);

static const struct attr_desc allowed_ip_attrs[JVPN_ALLOWED_IP_A_MAX + 1] = {
	[JVPN_ALLOWED_IP_A_IPV4] = { "ipv4", KIND(IPV4) },
	[JVPN_ALLOWED_IP_A_IPV6] = { "ipv6", KIND(IPV6) },
	[JVPN_ALLOWED_IP_A_CIDR] = { "cidr", KIND(U8) },
};

SET(allowed_ip, JVPN_ALLOWED_IP_A_MAX);

static const struct attr_desc counter_attrs[JVPN_COUNTER_A_MAX + 1] = {
	[JVPN_COUNTER_A_RX_MALFORMED] = { "rx_malformed", KIND(U64) },
	[JVPN_COUNTER_A_RX_UNKNOWN_INDEX] = { "rx_unknown_index", KIND(U64) },
	[JVPN_COUNTER_A_RX_AUTH_FAIL] = { "rx_auth_fail", KIND(U64) },
	[JVPN_COUNTER_A_RX_REPLAY] = { "rx_replay", KIND(U64) },
	[JVPN_COUNTER_A_RX_ALLOWED_IP] = { "rx_allowed_ip", KIND(U64) },
	[JVPN_COUNTER_A_RX_INNER] = { "rx_inner", KIND(U64) },
	[JVPN_COUNTER_A_RX_UNBOUND] = { "rx_unbound", KIND(U64) },
	[JVPN_COUNTER_A_RX_KEY_EXPIRED] = { "rx_key_expired", KIND(U64) },
	[JVPN_COUNTER_A_RX_CONTROL_INVALID] = { "rx_control_invalid",
						KIND(U64) },
	[JVPN_COUNTER_A_RX_CONTROL_UNKNOWN] = { "rx_control_unknown",
						KIND(U64) },
	[JVPN_COUNTER_A_HS_MAC1] = { "hs_mac1", KIND(U64) },
	[JVPN_COUNTER_A_HS_COOKIE_SENT] = { "hs_cookie_sent", KIND(U64) },
	[JVPN_COUNTER_A_HS_RATELIMITED] = { "hs_ratelimited", KIND(U64) },
	[JVPN_COUNTER_A_HS_QUEUE_FULL] = { "hs_queue_full", KIND(U64) },
	[JVPN_COUNTER_A_HS_INVALID] = { "hs_invalid", KIND(U64) },
	[JVPN_COUNTER_A_HS_REPLAY] = { "hs_replay", KIND(U64) },
	[JVPN_COUNTER_A_NOTICE_SENT] = { "notice_sent", KIND(U64) },
	[JVPN_COUNTER_A_NOTICE_BAD] = { "notice_bad", KIND(U64) },
	[JVPN_COUNTER_A_NOTICE_ACCEPTED] = { "notice_accepted", KIND(U64) },
	[JVPN_COUNTER_A_TX_NO_PEER] = { "tx_no_peer", KIND(U64) },
	[JVPN_COUNTER_A_TX_NO_BINDING] = { "tx_no_binding", KIND(U64) },
	[JVPN_COUNTER_A_TX_QUEUE_DROP] = { "tx_queue_drop", KIND(U64) },
	[JVPN_COUNTER_A_TX_AEAD_BUSY] = { "tx_aead_busy", KIND(U64) },
	[JVPN_COUNTER_A_TX_ERROR] = { "tx_error", KIND(U64) },
	[JVPN_COUNTER_A_TX_TOO_BIG] = { "tx_too_big", KIND(U64) },
	[JVPN_COUNTER_A_REATTACH_REFUSED] = { "reattach_refused", KIND(U64) },
	[JVPN_COUNTER_A_INVARIANT] = { "invariant", KIND(U64) },
	[JVPN_COUNTER_A_AEAD_LATE] = { "aead_late", KIND(U64) },
	[JVPN_COUNTER_A_DRILL_DROPPED] = { "drill_dropped", KIND(U64) },
};

SET(counter, JVPN_COUNTER_A_MAX);

static const struct attr_desc device_attrs[JVPN_DEVICE_A_MAX + 1] = {
	[JVPN_DEVICE_A_PRIVATE_KEY] = { "private_key", KIND(KEY),
					.secret = true },
	[JVPN_DEVICE_A_PUBLIC_KEY] = { "public_key", KIND(KEY) },
	[JVPN_DEVICE_A_LISTEN_PORT] = { "listen_port", KIND(U16) },
	[JVPN_DEVICE_A_FWMARK] = { "fwmark", KIND(U32) },
	[JVPN_DEVICE_A_NODE_NAME] = { "node_name", KIND(STRING) },
	[JVPN_DEVICE_A_CIPHERS] = { "ciphers", MASK(name_cipher) },
	[JVPN_DEVICE_A_NOTICE] = { "notice", KIND(U8), .unit = UNIT_SWITCH },
	[JVPN_DEVICE_A_REPLACE_PEERS] = { "replace_peers", KIND(FLAG) },
	[JVPN_DEVICE_A_PEERS] = { "peers", KIND(U32) },
	[JVPN_DEVICE_A_SESSIONS] = { "sessions", KIND(U32) },
	[JVPN_DEVICE_A_EVENT_SEQ] = { "event_seq", KIND(U64) },
	[JVPN_DEVICE_A_EVENT_OLDEST] = { "event_oldest", KIND(U64) },
	[JVPN_DEVICE_A_COUNTERS] = { "counters", NEST_OF(counter) },
	[JVPN_DEVICE_A_EVENT_SLOTS] = { "event_slots", KIND(U32) },
};

SET(device, JVPN_DEVICE_A_MAX);

static const struct attr_desc peer_attrs[JVPN_PEER_A_MAX + 1] = {
	[JVPN_PEER_A_PUBLIC_KEY] = { "public_key", KIND(KEY) },
	[JVPN_PEER_A_PRESHARED_KEY] = { "preshared_key", KIND(KEY),
					.secret = true },
	[JVPN_PEER_A_REPLACE_ALLOWED_IPS] = { "replace_allowed_ips",
					      KIND(FLAG) },
	[JVPN_PEER_A_ALLOWED_IP] = { "allowed_ip", KIND(PREFIX), .many = true,
				     .set = &attr_allowed_ip },
	[JVPN_PEER_A_UPDATE_ONLY] = { "update_only", KIND(FLAG) },
	[JVPN_PEER_A_CONNECT] = { "connect", KIND(FLAG) },
	[JVPN_PEER_A_SESSION_ID] = { "session_id", KIND(ID) },
	[JVPN_PEER_A_STATE] = { "state", ENUM(U8, name_state) },
	[JVPN_PEER_A_LAST_HANDSHAKE_NS] = { "last_handshake_ns", KIND(U64) },
	[JVPN_PEER_A_RX_BYTES] = { "rx_bytes", KIND(U64) },
	[JVPN_PEER_A_TX_BYTES] = { "tx_bytes", KIND(U64) },
	[JVPN_PEER_A_RX_PACKETS] = { "rx_packets", KIND(U64) },
	[JVPN_PEER_A_TX_PACKETS] = { "tx_packets", KIND(U64) },
};

SET(peer, JVPN_PEER_A_MAX);

static const struct attr_desc path_attrs[JVPN_PATH_A_MAX + 1] = {
	[JVPN_PATH_A_PEER] = { "peer", KIND(KEY) },
	[JVPN_PATH_A_ID] = { "id", KIND(U8) },
	[JVPN_PATH_A_TRANSPORT] = { "transport", ENUM(U8, name_transport) },
	[JVPN_PATH_A_IFINDEX] = { "ifindex", KIND(U32) },
	[JVPN_PATH_A_IFNAME] = { "ifname", KIND(STRING) },
	[JVPN_PATH_A_LOCAL] = { "local", ENDPOINT },
	[JVPN_PATH_A_REMOTE] = { "remote", ENDPOINT },
	[JVPN_PATH_A_PRIORITY] = { "priority", KIND(U8) },
	[JVPN_PATH_A_STATUS] = { "status", MASK(name_path_status) },
	[JVPN_PATH_A_SRTT_US] = { "srtt_us", KIND(U32) },
	[JVPN_PATH_A_RTTVAR_US] = { "rttvar_us", KIND(U32) },
	[JVPN_PATH_A_JITTER_US] = { "jitter_us", KIND(U32) },
	[JVPN_PATH_A_LOSS_PERMILLE] = { "loss_permille", KIND(U32) },
	[JVPN_PATH_A_MTU] = { "mtu", KIND(U32) },
	[JVPN_PATH_A_RX_PACKETS] = { "rx_packets", KIND(U64) },
	[JVPN_PATH_A_TX_PACKETS] = { "tx_packets", KIND(U64) },
	[JVPN_PATH_A_LAST_RX_NS] = { "last_rx_ns", KIND(U64) },
};

SET(path, JVPN_PATH_A_MAX);

static const struct attr_desc session_attrs[JVPN_SESSION_A_MAX + 1] = {
	[JVPN_SESSION_A_ID] = { "id", KIND(ID) },
	[JVPN_SESSION_A_PEER] = { "peer", KIND(KEY) },
	[JVPN_SESSION_A_STATE] = { "state", ENUM(U8, name_state) },
	[JVPN_SESSION_A_VERSION] = { "version", KIND(U64) },
	[JVPN_SESSION_A_EPOCH] = { "epoch", KIND(U32) },
	[JVPN_SESSION_A_ROLE] = { "role", ENUM(U8, name_role) },
	[JVPN_SESSION_A_BORN_NS] = { "born_ns", KIND(U64) },
	[JVPN_SESSION_A_AGE_MS] = { "age_ms", KIND(U64) },
	[JVPN_SESSION_A_KEY_AGE_MS] = { "key_age_ms", KIND(U64) },
	[JVPN_SESSION_A_CIPHER] = { "cipher", ENUM(U8, name_cipher) },
	[JVPN_SESSION_A_CIPHER_DRIVER] = { "cipher_driver", KIND(STRING) },
	[JVPN_SESSION_A_ACTIVE_PATH] = { "active_path", KIND(U8) },
	[JVPN_SESSION_A_PATH] = { "path", NEST_OF(path), .many = true },
	[JVPN_SESSION_A_LINEAGE] = { "lineage", KIND(ID) },
	[JVPN_SESSION_A_POLICY_VERSION] = { "policy_version", KIND(U32) },
	[JVPN_SESSION_A_QUEUED] = { "queued", KIND(U32) },
	[JVPN_SESSION_A_SWITCHES] = { "switches", KIND(U64) },
	[JVPN_SESSION_A_REKEYS] = { "rekeys", KIND(U64) },
	[JVPN_SESSION_A_RX_PACKETS] = { "rx_packets", KIND(U64) },
	[JVPN_SESSION_A_TX_PACKETS] = { "tx_packets", KIND(U64) },
	[JVPN_SESSION_A_RX_BYTES] = { "rx_bytes", KIND(U64) },
	[JVPN_SESSION_A_TX_BYTES] = { "tx_bytes", KIND(U64) },
	[JVPN_SESSION_A_DROPPED] = { "dropped", KIND(U64) },
	[JVPN_SESSION_A_LAST_REASON] = { "last_reason",
					 ENUM(U16, name_reason) },
	[JVPN_SESSION_A_TARGET_PATH] = { "target_path", KIND(U8) },
	[JVPN_SESSION_A_REASON] = { "reason", ENUM(U16, name_reason) },
	[JVPN_SESSION_A_DRILL_MS] = { "drill_ms", KIND(U32), .unit = UNIT_MS },
	[JVPN_SESSION_A_FORCE] = { "force", KIND(FLAG) },
};

SET(session, JVPN_SESSION_A_MAX);

#define FIELD(u)		KIND(U32), .unit = UNIT_##u

static const struct attr_desc policy_attrs[JVPN_POLICY_A_MAX + 1] = {
	[JVPN_POLICY_A_VERSION] = { "version", KIND(U32) },
	[JVPN_POLICY_A_APPLY] = { "apply", KIND(U8) },
	[JVPN_POLICY_A_PRESET] = { "preset", KIND(STRING) },
	[JVPN_POLICY_A_PEER] = { "peer", KIND(KEY) },
	[JVPN_POLICY_A_SESSION_MAX_LIFETIME] = { "session_max_lifetime",
						 FIELD(MS) },
	[JVPN_POLICY_A_TRANSPORT_LOSS_TTL] = { "transport_loss_ttl",
					       FIELD(MS) },
	[JVPN_POLICY_A_RECOVERY_WINDOW] = { "recovery_window", FIELD(MS) },
	[JVPN_POLICY_A_ON_RECOVERY_EXCEEDED] = { "on_recovery_exceeded",
						 ENUM(U32, name_on_recovery) },
	[JVPN_POLICY_A_HANDSHAKE_TIMEOUT] = { "handshake_timeout",
					      FIELD(MS) },
	[JVPN_POLICY_A_HEARTBEAT_INTERVAL] = { "heartbeat_interval",
					       FIELD(MS) },
	[JVPN_POLICY_A_IDLE_HEARTBEAT_INTERVAL] = { "idle_heartbeat_interval",
						    FIELD(MS) },
	[JVPN_POLICY_A_STANDBY_INTERVAL] = { "standby_interval", FIELD(MS) },
	[JVPN_POLICY_A_HEARTBEAT_VOLATILE] = { "heartbeat_volatile",
					       FIELD(MS) },
	[JVPN_POLICY_A_MAX_CONSECUTIVE_DROPS] = { "max_consecutive_drops",
						  FIELD(COUNT) },
	[JVPN_POLICY_A_LOSS_WINDOW] = { "loss_window", FIELD(MS) },
	[JVPN_POLICY_A_LOSS_VOLATILE] = { "loss_volatile", FIELD(PERMILLE) },
	[JVPN_POLICY_A_LATENCY_VOLATILE] = { "latency_volatile", FIELD(MS) },
	[JVPN_POLICY_A_JITTER_VOLATILE] = { "jitter_volatile", FIELD(MS) },
	[JVPN_POLICY_A_VOLATILE_TO_DEGRADED] = { "volatile_to_degraded",
						 FIELD(MS) },
	[JVPN_POLICY_A_STABILITY_WINDOW] = { "stability_window", FIELD(MS) },
	[JVPN_POLICY_A_MAX_SWITCHES_PER_MIN] = { "max_switches_per_min",
						 FIELD(COUNT) },
	[JVPN_POLICY_A_SWITCH_COOLDOWN] = { "switch_cooldown", FIELD(MS) },
	[JVPN_POLICY_A_SWITCH_IMPROVEMENT] = { "switch_improvement",
					       FIELD(PERMILLE) },
	[JVPN_POLICY_A_FAILBACK] = { "failback", FIELD(SWITCH) },
	[JVPN_POLICY_A_FAILBACK_HOLD] = { "failback_hold", FIELD(MS) },
	[JVPN_POLICY_A_MAX_CANDIDATES] = { "max_candidates", FIELD(COUNT) },
	[JVPN_POLICY_A_REATTACH_PROOF_MAX_AGE] = { "reattach_proof_max_age",
						   FIELD(MS) },
	[JVPN_POLICY_A_REATTACH_RATE] = { "reattach_rate", FIELD(COUNT) },
	[JVPN_POLICY_A_RECOVERY_QUEUE] = { "recovery_queue", FIELD(COUNT) },
	[JVPN_POLICY_A_ALLOWED_TRANSPORTS] = { "allowed_transports",
					       MASK(name_transport) },
	[JVPN_POLICY_A_STRICT_BINDING] = { "strict_binding", FIELD(SWITCH) },
	[JVPN_POLICY_A_PERSIST] = { "persist", FIELD(SWITCH) },
	[JVPN_POLICY_A_INHERIT] = { "inherit", KIND(FLAG) },
};

SET(policy, JVPN_POLICY_A_MAX);

static const struct attr_desc event_attrs[JVPN_EVENT_A_MAX + 1] = {
	[JVPN_EVENT_A_SEQ] = { "seq", KIND(U64) },
	[JVPN_EVENT_A_TYPE] = { "type", ENUM(U8, name_event_type) },
	[JVPN_EVENT_A_BOOT_NS] = { "boot_ns", KIND(U64) },
	[JVPN_EVENT_A_WALL_NS] = { "wall_ns", KIND(U64) },
	[JVPN_EVENT_A_NODE] = { "node", KIND(STRING) },
	[JVPN_EVENT_A_SESSION_ID] = { "session_id", KIND(ID) },
	[JVPN_EVENT_A_PEER] = { "peer", KIND(KEY) },
	[JVPN_EVENT_A_ROLE] = { "role", ENUM(U8, name_role) },
	[JVPN_EVENT_A_STATE_BEFORE] = { "state_before", ENUM(U8, name_state) },
	[JVPN_EVENT_A_STATE_AFTER] = { "state_after", ENUM(U8, name_state) },
	[JVPN_EVENT_A_VERSION] = { "version", KIND(U64) },
	[JVPN_EVENT_A_EPOCH] = { "epoch", KIND(U32) },
	[JVPN_EVENT_A_REASON] = { "reason", ENUM(U16, name_reason) },
	[JVPN_EVENT_A_FSM_EVENT] = { "fsm_event", ENUM(U8, name_fsm_event) },
	[JVPN_EVENT_A_POLICY_VERSION] = { "policy_version", KIND(U32) },
	[JVPN_EVENT_A_PATH_FROM] = { "path_from", KIND(U8) },
	[JVPN_EVENT_A_PATH_TO] = { "path_to", KIND(U8) },
	[JVPN_EVENT_A_LOCAL_FROM] = { "local_from", ENDPOINT },
	[JVPN_EVENT_A_REMOTE_FROM] = { "remote_from", ENDPOINT },
	[JVPN_EVENT_A_LOCAL_TO] = { "local_to", ENDPOINT },
	[JVPN_EVENT_A_REMOTE_TO] = { "remote_to", ENDPOINT },
	[JVPN_EVENT_A_SRTT_US] = { "srtt_us", KIND(U32) },
	[JVPN_EVENT_A_RTTVAR_US] = { "rttvar_us", KIND(U32) },
	[JVPN_EVENT_A_LOSS_PERMILLE] = { "loss_permille", KIND(U32) },
	[JVPN_EVENT_A_PROBES] = { "probes", KIND(U32) },
	[JVPN_EVENT_A_OUTAGE_US] = { "outage_us", KIND(U64) },
	[JVPN_EVENT_A_SILENCE_US] = { "silence_us", KIND(U64) },
	[JVPN_EVENT_A_QUEUED] = { "queued", KIND(U32) },
	[JVPN_EVENT_A_DROPPED] = { "dropped", KIND(U32) },
	[JVPN_EVENT_A_COUNT] = { "count", KIND(U32) },
	[JVPN_EVENT_A_LINEAGE_BEFORE] = { "lineage_before", KIND(ID) },
	[JVPN_EVENT_A_LINEAGE] = { "lineage", KIND(ID) },
	[JVPN_EVENT_A_LOST] = { "lost", KIND(U64) },
	[JVPN_EVENT_A_LOST_SEQ] = { "lost_seq", KIND(U64) },
	[JVPN_EVENT_A_LOST_OTHERS] = { "lost_others", KIND(U64) },
	[JVPN_EVENT_A_TRAIN_LOSS_PPM] = { "train_loss_ppm", KIND(U32) },
	[JVPN_EVENT_A_JITTER_US] = { "jitter_us", KIND(U32) },
	[JVPN_EVENT_A_PRIORITY] = { "priority", KIND(U8) },
	[JVPN_EVENT_A_SRTT_TO_US] = { "srtt_to_us", KIND(U32) },
	[JVPN_EVENT_A_LOSS_TO_PERMILLE] = { "loss_to_permille", KIND(U32) },
	[JVPN_EVENT_A_PRIORITY_TO] = { "priority_to", KIND(U8) },
	[JVPN_EVENT_A_RETRY_MS] = { "retry_ms", KIND(U32) },
};

SET(event, JVPN_EVENT_A_MAX);

static const struct attr_desc top_attrs[JVPN_A_MAX + 1] = {
	[JVPN_A_IFINDEX] = { "ifindex", KIND(U32) },
	[JVPN_A_IFNAME] = { "ifname", KIND(STRING) },
	[JVPN_A_DEVICE] = { "device", NEST_OF(device) },
	[JVPN_A_PEER] = { "peer", NEST_OF(peer) },
	[JVPN_A_PATH] = { "path", NEST_OF(path) },
	[JVPN_A_SESSION] = { "session", NEST_OF(session) },
	[JVPN_A_POLICY] = { "policy", NEST_OF(policy) },
	[JVPN_A_EVENT] = { "event", NEST_OF(event) },
};

SET(top, JVPN_A_MAX);

/* Indexes of all sets fit into arrays of ATTR_MAX + 1. */
#define FITS(attrs)	static_assert(ARRAY_SIZE(attrs) <= ATTR_MAX + 1)

FITS(endpoint_attrs);
FITS(allowed_ip_attrs);
FITS(counter_attrs);
FITS(device_attrs);
FITS(peer_attrs);
FITS(path_attrs);
FITS(session_attrs);
FITS(policy_attrs);
FITS(event_attrs);
FITS(top_attrs);
