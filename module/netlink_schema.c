// SPDX-License-Identifier: GPL-2.0
/*
 * What may be asked with: the names of all attributes, and the policy of each
 * command. A test compares both with the UAPI header and netlink/jvpn.yaml.
 */
#include <linux/if.h>

#include "netlink_priv.h"

/* ---- names, for the words of refusals ---- */

static const struct jvpn_nl_name counter_name[] = {
	[JVPN_COUNTER_A_RX_MALFORMED] = { "rx_malformed" },
	[JVPN_COUNTER_A_RX_UNKNOWN_INDEX] = { "rx_unknown_index" },
	[JVPN_COUNTER_A_RX_AUTH_FAIL] = { "rx_auth_fail" },
	[JVPN_COUNTER_A_RX_REPLAY] = { "rx_replay" },
	[JVPN_COUNTER_A_RX_ALLOWED_IP] = { "rx_allowed_ip" },
	[JVPN_COUNTER_A_RX_INNER] = { "rx_inner" },
	[JVPN_COUNTER_A_RX_UNBOUND] = { "rx_unbound" },
	[JVPN_COUNTER_A_RX_KEY_EXPIRED] = { "rx_key_expired" },
	[JVPN_COUNTER_A_RX_CONTROL_INVALID] = { "rx_control_invalid" },
	[JVPN_COUNTER_A_RX_CONTROL_UNKNOWN] = { "rx_control_unknown" },
	[JVPN_COUNTER_A_HS_MAC1] = { "hs_mac1" },
	[JVPN_COUNTER_A_HS_COOKIE_SENT] = { "hs_cookie_sent" },
	[JVPN_COUNTER_A_HS_RATELIMITED] = { "hs_ratelimited" },
	[JVPN_COUNTER_A_HS_QUEUE_FULL] = { "hs_queue_full" },
	[JVPN_COUNTER_A_HS_INVALID] = { "hs_invalid" },
	[JVPN_COUNTER_A_HS_REPLAY] = { "hs_replay" },
	[JVPN_COUNTER_A_NOTICE_SENT] = { "notice_sent" },
	[JVPN_COUNTER_A_NOTICE_BAD] = { "notice_bad" },
	[JVPN_COUNTER_A_NOTICE_ACCEPTED] = { "notice_accepted" },
	[JVPN_COUNTER_A_TX_NO_PEER] = { "tx_no_peer" },
	[JVPN_COUNTER_A_TX_NO_BINDING] = { "tx_no_binding" },
	[JVPN_COUNTER_A_TX_QUEUE_DROP] = { "tx_queue_drop" },
	[JVPN_COUNTER_A_TX_AEAD_BUSY] = { "tx_aead_busy" },
	[JVPN_COUNTER_A_TX_ERROR] = { "tx_error" },
	[JVPN_COUNTER_A_TX_TOO_BIG] = { "tx_too_big" },
	[JVPN_COUNTER_A_REATTACH_REFUSED] = { "reattach_refused" },
	[JVPN_COUNTER_A_INVARIANT] = { "invariant" },
	[JVPN_COUNTER_A_AEAD_LATE] = { "aead_late" },
	[JVPN_COUNTER_A_DRILL_DROPPED] = { "drill_dropped" },
};

static const struct jvpn_nl_set counter_set = {
	.attr = counter_name,
	.max = ARRAY_SIZE(counter_name) - 1,
};

static const struct jvpn_nl_name allowed_ip_name[] = {
	[JVPN_ALLOWED_IP_A_IPV4] = { "ipv4" },
	[JVPN_ALLOWED_IP_A_IPV6] = { "ipv6" },
	[JVPN_ALLOWED_IP_A_CIDR] = { "cidr" },
};

static const struct jvpn_nl_set allowed_ip_set = {
	.attr = allowed_ip_name,
	.max = ARRAY_SIZE(allowed_ip_name) - 1,
};

static const struct jvpn_nl_name endpoint_name[] = {
	[JVPN_ENDPOINT_A_IPV4] = { "ipv4" },
	[JVPN_ENDPOINT_A_IPV6] = { "ipv6" },
	[JVPN_ENDPOINT_A_PORT] = { "port" },
	[JVPN_ENDPOINT_A_SCOPE_ID] = { "scope_id" },
};

static const struct jvpn_nl_set endpoint_set = {
	.attr = endpoint_name,
	.max = ARRAY_SIZE(endpoint_name) - 1,
};

static const struct jvpn_nl_name device_name[] = {
	[JVPN_DEVICE_A_PRIVATE_KEY] = { "private_key" },
	[JVPN_DEVICE_A_PUBLIC_KEY] = { "public_key" },
	[JVPN_DEVICE_A_LISTEN_PORT] = { "listen_port" },
	[JVPN_DEVICE_A_FWMARK] = { "fwmark" },
	[JVPN_DEVICE_A_NODE_NAME] = { "node_name" },
	[JVPN_DEVICE_A_CIPHERS] = { "ciphers" },
	[JVPN_DEVICE_A_NOTICE] = { "notice" },
	[JVPN_DEVICE_A_REPLACE_PEERS] = { "replace_peers" },
	[JVPN_DEVICE_A_PEERS] = { "peers" },
	[JVPN_DEVICE_A_SESSIONS] = { "sessions" },
	[JVPN_DEVICE_A_EVENT_SEQ] = { "event_seq" },
	[JVPN_DEVICE_A_EVENT_OLDEST] = { "event_oldest" },
	[JVPN_DEVICE_A_EVENT_SLOTS] = { "event_slots" },
	[JVPN_DEVICE_A_COUNTERS] = { "counters", &counter_set },
};

static const struct jvpn_nl_set device_set = {
	.attr = device_name,
	.max = ARRAY_SIZE(device_name) - 1,
};

static const struct jvpn_nl_name peer_name[] = {
	[JVPN_PEER_A_PUBLIC_KEY] = { "public_key" },
	[JVPN_PEER_A_PRESHARED_KEY] = { "preshared_key" },
	[JVPN_PEER_A_REPLACE_ALLOWED_IPS] = { "replace_allowed_ips" },
	[JVPN_PEER_A_ALLOWED_IP] = { "allowed_ip", &allowed_ip_set },
	[JVPN_PEER_A_UPDATE_ONLY] = { "update_only" },
	[JVPN_PEER_A_CONNECT] = { "connect" },
	[JVPN_PEER_A_SESSION_ID] = { "session_id" },
	[JVPN_PEER_A_STATE] = { "state" },
	[JVPN_PEER_A_LAST_HANDSHAKE_NS] = { "last_handshake_ns" },
	[JVPN_PEER_A_RX_BYTES] = { "rx_bytes" },
	[JVPN_PEER_A_TX_BYTES] = { "tx_bytes" },
	[JVPN_PEER_A_RX_PACKETS] = { "rx_packets" },
	[JVPN_PEER_A_TX_PACKETS] = { "tx_packets" },
};

static const struct jvpn_nl_set peer_set = {
	.attr = peer_name,
	.max = ARRAY_SIZE(peer_name) - 1,
};

static const struct jvpn_nl_name path_name[] = {
	[JVPN_PATH_A_PEER] = { "peer" },
	[JVPN_PATH_A_ID] = { "id" },
	[JVPN_PATH_A_TRANSPORT] = { "transport" },
	[JVPN_PATH_A_IFINDEX] = { "ifindex" },
	[JVPN_PATH_A_IFNAME] = { "ifname" },
	[JVPN_PATH_A_LOCAL] = { "local", &endpoint_set },
	[JVPN_PATH_A_REMOTE] = { "remote", &endpoint_set },
	[JVPN_PATH_A_PRIORITY] = { "priority" },
	[JVPN_PATH_A_STATUS] = { "status" },
	[JVPN_PATH_A_SRTT_US] = { "srtt_us" },
	[JVPN_PATH_A_RTTVAR_US] = { "rttvar_us" },
	[JVPN_PATH_A_JITTER_US] = { "jitter_us" },
	[JVPN_PATH_A_LOSS_PERMILLE] = { "loss_permille" },
	[JVPN_PATH_A_MTU] = { "mtu" },
	[JVPN_PATH_A_RX_PACKETS] = { "rx_packets" },
	[JVPN_PATH_A_TX_PACKETS] = { "tx_packets" },
	[JVPN_PATH_A_LAST_RX_NS] = { "last_rx_ns" },
};

static const struct jvpn_nl_set path_set = {
	.attr = path_name,
	.max = ARRAY_SIZE(path_name) - 1,
};

static const struct jvpn_nl_name session_name[] = {
	[JVPN_SESSION_A_ID] = { "id" },
	[JVPN_SESSION_A_PEER] = { "peer" },
	[JVPN_SESSION_A_STATE] = { "state" },
	[JVPN_SESSION_A_VERSION] = { "version" },
	[JVPN_SESSION_A_EPOCH] = { "epoch" },
	[JVPN_SESSION_A_ROLE] = { "role" },
	[JVPN_SESSION_A_BORN_NS] = { "born_ns" },
	[JVPN_SESSION_A_AGE_MS] = { "age_ms" },
	[JVPN_SESSION_A_KEY_AGE_MS] = { "key_age_ms" },
	[JVPN_SESSION_A_CIPHER] = { "cipher" },
	[JVPN_SESSION_A_CIPHER_DRIVER] = { "cipher_driver" },
	[JVPN_SESSION_A_ACTIVE_PATH] = { "active_path" },
	[JVPN_SESSION_A_PATH] = { "path", &path_set },
	[JVPN_SESSION_A_LINEAGE] = { "lineage" },
	[JVPN_SESSION_A_POLICY_VERSION] = { "policy_version" },
	[JVPN_SESSION_A_QUEUED] = { "queued" },
	[JVPN_SESSION_A_SWITCHES] = { "switches" },
	[JVPN_SESSION_A_REKEYS] = { "rekeys" },
	[JVPN_SESSION_A_RX_PACKETS] = { "rx_packets" },
	[JVPN_SESSION_A_TX_PACKETS] = { "tx_packets" },
	[JVPN_SESSION_A_RX_BYTES] = { "rx_bytes" },
	[JVPN_SESSION_A_TX_BYTES] = { "tx_bytes" },
	[JVPN_SESSION_A_DROPPED] = { "dropped" },
	[JVPN_SESSION_A_LAST_REASON] = { "last_reason" },
	[JVPN_SESSION_A_TARGET_PATH] = { "target_path" },
	[JVPN_SESSION_A_REASON] = { "reason" },
	[JVPN_SESSION_A_DRILL_MS] = { "drill_ms" },
	[JVPN_SESSION_A_FORCE] = { "force" },
};

static const struct jvpn_nl_set session_set = {
	.attr = session_name,
	.max = ARRAY_SIZE(session_name) - 1,
};

static const struct jvpn_nl_name policy_name[] = {
	[JVPN_POLICY_A_VERSION] = { "version" },
	[JVPN_POLICY_A_APPLY] = { "apply" },
	[JVPN_POLICY_A_PRESET] = { "preset" },
	[JVPN_POLICY_A_PEER] = { "peer" },
	[JVPN_POLICY_A_SESSION_MAX_LIFETIME] = { "session_max_lifetime" },
	[JVPN_POLICY_A_TRANSPORT_LOSS_TTL] = { "transport_loss_ttl" },
	[JVPN_POLICY_A_RECOVERY_WINDOW] = { "recovery_window" },
	[JVPN_POLICY_A_ON_RECOVERY_EXCEEDED] = { "on_recovery_exceeded" },
	[JVPN_POLICY_A_HANDSHAKE_TIMEOUT] = { "handshake_timeout" },
	[JVPN_POLICY_A_HEARTBEAT_INTERVAL] = { "heartbeat_interval" },
	[JVPN_POLICY_A_IDLE_HEARTBEAT_INTERVAL] = { "idle_heartbeat_interval" },
	[JVPN_POLICY_A_STANDBY_INTERVAL] = { "standby_interval" },
	[JVPN_POLICY_A_HEARTBEAT_VOLATILE] = { "heartbeat_volatile" },
	[JVPN_POLICY_A_MAX_CONSECUTIVE_DROPS] = { "max_consecutive_drops" },
	[JVPN_POLICY_A_LOSS_WINDOW] = { "loss_window" },
	[JVPN_POLICY_A_LOSS_VOLATILE] = { "loss_volatile" },
	[JVPN_POLICY_A_LATENCY_VOLATILE] = { "latency_volatile" },
	[JVPN_POLICY_A_JITTER_VOLATILE] = { "jitter_volatile" },
	[JVPN_POLICY_A_VOLATILE_TO_DEGRADED] = { "volatile_to_degraded" },
	[JVPN_POLICY_A_STABILITY_WINDOW] = { "stability_window" },
	[JVPN_POLICY_A_MAX_SWITCHES_PER_MIN] = { "max_switches_per_min" },
	[JVPN_POLICY_A_SWITCH_COOLDOWN] = { "switch_cooldown" },
	[JVPN_POLICY_A_SWITCH_IMPROVEMENT] = { "switch_improvement" },
	[JVPN_POLICY_A_FAILBACK] = { "failback" },
	[JVPN_POLICY_A_FAILBACK_HOLD] = { "failback_hold" },
	[JVPN_POLICY_A_MAX_CANDIDATES] = { "max_candidates" },
	[JVPN_POLICY_A_REATTACH_PROOF_MAX_AGE] = { "reattach_proof_max_age" },
	[JVPN_POLICY_A_REATTACH_RATE] = { "reattach_rate" },
	[JVPN_POLICY_A_RECOVERY_QUEUE] = { "recovery_queue" },
	[JVPN_POLICY_A_ALLOWED_TRANSPORTS] = { "allowed_transports" },
	[JVPN_POLICY_A_STRICT_BINDING] = { "strict_binding" },
	[JVPN_POLICY_A_PERSIST] = { "persist" },
	[JVPN_POLICY_A_INHERIT] = { "inherit" },
};

static const struct jvpn_nl_set policy_set = {
	.attr = policy_name,
	.max = ARRAY_SIZE(policy_name) - 1,
};

static const struct jvpn_nl_name event_name[] = {
	[JVPN_EVENT_A_SEQ] = { "seq" },
	[JVPN_EVENT_A_TYPE] = { "type" },
	[JVPN_EVENT_A_BOOT_NS] = { "boot_ns" },
	[JVPN_EVENT_A_WALL_NS] = { "wall_ns" },
	[JVPN_EVENT_A_NODE] = { "node" },
	[JVPN_EVENT_A_SESSION_ID] = { "session_id" },
	[JVPN_EVENT_A_PEER] = { "peer" },
	[JVPN_EVENT_A_ROLE] = { "role" },
	[JVPN_EVENT_A_STATE_BEFORE] = { "state_before" },
	[JVPN_EVENT_A_STATE_AFTER] = { "state_after" },
	[JVPN_EVENT_A_VERSION] = { "version" },
	[JVPN_EVENT_A_EPOCH] = { "epoch" },
	[JVPN_EVENT_A_REASON] = { "reason" },
	[JVPN_EVENT_A_FSM_EVENT] = { "fsm_event" },
	[JVPN_EVENT_A_POLICY_VERSION] = { "policy_version" },
	[JVPN_EVENT_A_PATH_FROM] = { "path_from" },
	[JVPN_EVENT_A_PATH_TO] = { "path_to" },
	[JVPN_EVENT_A_LOCAL_FROM] = { "local_from", &endpoint_set },
	[JVPN_EVENT_A_REMOTE_FROM] = { "remote_from", &endpoint_set },
	[JVPN_EVENT_A_LOCAL_TO] = { "local_to", &endpoint_set },
	[JVPN_EVENT_A_REMOTE_TO] = { "remote_to", &endpoint_set },
	[JVPN_EVENT_A_SRTT_US] = { "srtt_us" },
	[JVPN_EVENT_A_RTTVAR_US] = { "rttvar_us" },
	[JVPN_EVENT_A_LOSS_PERMILLE] = { "loss_permille" },
	[JVPN_EVENT_A_PROBES] = { "probes" },
	[JVPN_EVENT_A_OUTAGE_US] = { "outage_us" },
	[JVPN_EVENT_A_SILENCE_US] = { "silence_us" },
	[JVPN_EVENT_A_QUEUED] = { "queued" },
	[JVPN_EVENT_A_DROPPED] = { "dropped" },
	[JVPN_EVENT_A_COUNT] = { "count" },
	[JVPN_EVENT_A_LINEAGE_BEFORE] = { "lineage_before" },
	[JVPN_EVENT_A_LINEAGE] = { "lineage" },
	[JVPN_EVENT_A_LOST] = { "lost" },
	[JVPN_EVENT_A_LOST_SEQ] = { "lost_seq" },
	[JVPN_EVENT_A_LOST_OTHERS] = { "lost_others" },
	[JVPN_EVENT_A_TRAIN_LOSS_PPM] = { "train_loss_ppm" },
	[JVPN_EVENT_A_JITTER_US] = { "jitter_us" },
	[JVPN_EVENT_A_PRIORITY] = { "priority" },
	[JVPN_EVENT_A_SRTT_TO_US] = { "srtt_to_us" },
	[JVPN_EVENT_A_LOSS_TO_PERMILLE] = { "loss_to_permille" },
	[JVPN_EVENT_A_PRIORITY_TO] = { "priority_to" },
	[JVPN_EVENT_A_RETRY_MS] = { "retry_ms" },
};

static const struct jvpn_nl_set event_set = {
	.attr = event_name,
	.max = ARRAY_SIZE(event_name) - 1,
};

static const struct jvpn_nl_name top_name[] = {
	[JVPN_A_IFINDEX] = { "ifindex" },
	[JVPN_A_IFNAME] = { "ifname" },
	[JVPN_A_DEVICE] = { "device", &device_set },
	[JVPN_A_PEER] = { "peer", &peer_set },
	[JVPN_A_PATH] = { "path", &path_set },
	[JVPN_A_SESSION] = { "session", &session_set },
	[JVPN_A_POLICY] = { "policy", &policy_set },
	[JVPN_A_EVENT] = { "event", &event_set },
};

const struct jvpn_nl_set jvpn_nl_top_set = {
	.attr = top_name,
	.max = ARRAY_SIZE(top_name) - 1,
};

/* A request has room for the attributes of any nest. */
static_assert(ARRAY_SIZE(device_name) <= JVPN_NL_NEST_MAX + 1);
static_assert(ARRAY_SIZE(peer_name) <= JVPN_NL_NEST_MAX + 1);
static_assert(ARRAY_SIZE(path_name) <= JVPN_NL_NEST_MAX + 1);
static_assert(ARRAY_SIZE(session_name) <= JVPN_NL_NEST_MAX + 1);
static_assert(ARRAY_SIZE(policy_name) <= JVPN_NL_NEST_MAX + 1);
static_assert(ARRAY_SIZE(event_name) <= JVPN_NL_NEST_MAX + 1);

/* ---- policies: what is not listed is refused ---- */

/* Not const: 6.1 takes no pointer to const. */
static struct netlink_range_validation ifindex_range = {
	.min = 1,
	.max = S32_MAX,
};

static struct netlink_range_validation any_ifindex_range = {
	.max = S32_MAX,
};

static struct netlink_range_validation port_range = {
	.min = 1,
	.max = U16_MAX,
};

static struct netlink_range_validation event_slots_range = {
	.min = JVPN_EVENT_SLOTS_MIN,
	.max = JVPN_EVENT_SLOTS_MAX,
};

static struct netlink_range_validation drill_range = {
	.max = 60000,
};

const struct nla_policy jvpn_nl_top_policy[JVPN_A_MAX + 1] = {
	[JVPN_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &ifindex_range),
	[JVPN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[JVPN_A_DEVICE] = { .type = NLA_NESTED },
	[JVPN_A_PEER] = { .type = NLA_NESTED },
	[JVPN_A_PATH] = { .type = NLA_NESTED },
	[JVPN_A_SESSION] = { .type = NLA_NESTED },
	[JVPN_A_POLICY] = { .type = NLA_NESTED },
	[JVPN_A_EVENT] = { .type = NLA_NESTED },
};

static const struct nla_policy device_set_policy[JVPN_DEVICE_A_MAX + 1] = {
	[JVPN_DEVICE_A_PRIVATE_KEY] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
	[JVPN_DEVICE_A_LISTEN_PORT] = { .type = NLA_U16 },
	[JVPN_DEVICE_A_FWMARK] = { .type = NLA_U32 },
	[JVPN_DEVICE_A_NODE_NAME] = { .type = NLA_NUL_STRING, .len = JVPN_NODE_NAME_LEN - 1 },
	[JVPN_DEVICE_A_CIPHERS] = NLA_POLICY_RANGE(NLA_U32, BIT(JVPN_CIPHER_AES_256_GCM),
						   BIT(JVPN_CIPHER_AES_256_GCM) |
						   BIT(JVPN_CIPHER_CHACHA20_POLY1305)),
	[JVPN_DEVICE_A_NOTICE] = NLA_POLICY_RANGE(NLA_U8, 0, 1),
	[JVPN_DEVICE_A_REPLACE_PEERS] = { .type = NLA_FLAG },
	[JVPN_DEVICE_A_EVENT_SLOTS] = NLA_POLICY_FULL_RANGE(NLA_U32, &event_slots_range),
};

static const struct nla_policy allowed_ip_policy[JVPN_ALLOWED_IP_A_MAX + 1] = {
	[JVPN_ALLOWED_IP_A_IPV4] = NLA_POLICY_EXACT_LEN(4),
	[JVPN_ALLOWED_IP_A_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[JVPN_ALLOWED_IP_A_CIDR] = NLA_POLICY_RANGE(NLA_U8, 0, 128),
};

static const struct nla_policy peer_key_policy[JVPN_PEER_A_MAX + 1] = {
	[JVPN_PEER_A_PUBLIC_KEY] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
};

static const struct nla_policy peer_set_policy[JVPN_PEER_A_MAX + 1] = {
	[JVPN_PEER_A_PUBLIC_KEY] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
	[JVPN_PEER_A_PRESHARED_KEY] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
	[JVPN_PEER_A_REPLACE_ALLOWED_IPS] = { .type = NLA_FLAG },
	[JVPN_PEER_A_ALLOWED_IP] = NLA_POLICY_NESTED(allowed_ip_policy),
	[JVPN_PEER_A_UPDATE_ONLY] = { .type = NLA_FLAG },
	[JVPN_PEER_A_CONNECT] = { .type = NLA_FLAG },
};

/* The port that packets leave from is the device's: there is none to choose. */
static const struct nla_policy local_policy[JVPN_ENDPOINT_A_MAX + 1] = {
	[JVPN_ENDPOINT_A_IPV4] = NLA_POLICY_EXACT_LEN(4),
	[JVPN_ENDPOINT_A_IPV6] = NLA_POLICY_EXACT_LEN(16),
};

static const struct nla_policy remote_policy[JVPN_ENDPOINT_A_MAX + 1] = {
	[JVPN_ENDPOINT_A_IPV4] = NLA_POLICY_EXACT_LEN(4),
	[JVPN_ENDPOINT_A_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[JVPN_ENDPOINT_A_PORT] = NLA_POLICY_FULL_RANGE(NLA_U16, &port_range),
	[JVPN_ENDPOINT_A_SCOPE_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &ifindex_range),
};

static const struct nla_policy path_get_policy[JVPN_PATH_A_MAX + 1] = {
	[JVPN_PATH_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
};

static const struct nla_policy path_add_policy[JVPN_PATH_A_MAX + 1] = {
	[JVPN_PATH_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
	[JVPN_PATH_A_ID] = NLA_POLICY_RANGE(NLA_U8, 0, JVPN_MAX_PATHS - 1),
	[JVPN_PATH_A_TRANSPORT] = NLA_POLICY_RANGE(NLA_U8, JVPN_TRANSPORT_UDP4,
						   JVPN_TRANSPORT_TCP6),
	[JVPN_PATH_A_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &any_ifindex_range),
	[JVPN_PATH_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[JVPN_PATH_A_LOCAL] = NLA_POLICY_NESTED(local_policy),
	[JVPN_PATH_A_REMOTE] = NLA_POLICY_NESTED(remote_policy),
	[JVPN_PATH_A_PRIORITY] = { .type = NLA_U8 },
};

static const struct nla_policy path_del_policy[JVPN_PATH_A_MAX + 1] = {
	[JVPN_PATH_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
	[JVPN_PATH_A_ID] = NLA_POLICY_RANGE(NLA_U8, 0, JVPN_MAX_PATHS - 1),
};

static const struct nla_policy session_get_policy[JVPN_SESSION_A_MAX + 1] = {
	[JVPN_SESSION_A_ID] = NLA_POLICY_EXACT_LEN(JVPN_SESSION_ID_LEN),
	[JVPN_SESSION_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
};

static const struct nla_policy session_switch_policy[JVPN_SESSION_A_MAX + 1] = {
	[JVPN_SESSION_A_ID] = NLA_POLICY_EXACT_LEN(JVPN_SESSION_ID_LEN),
	[JVPN_SESSION_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
	[JVPN_SESSION_A_TARGET_PATH] = NLA_POLICY_RANGE(NLA_U8, 0, JVPN_MAX_PATHS - 1),
};

static const struct nla_policy session_terminate_policy[JVPN_SESSION_A_MAX + 1] = {
	[JVPN_SESSION_A_ID] = NLA_POLICY_EXACT_LEN(JVPN_SESSION_ID_LEN),
	[JVPN_SESSION_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
	[JVPN_SESSION_A_REASON] = NLA_POLICY_RANGE(NLA_U16, JVPN_REASON_TTL_SESSION_EXPIRED,
						   JVPN_REASON_DEVICE_REMOVED),
};

static const struct nla_policy session_drill_policy[JVPN_SESSION_A_MAX + 1] = {
	[JVPN_SESSION_A_ID] = NLA_POLICY_EXACT_LEN(JVPN_SESSION_ID_LEN),
	[JVPN_SESSION_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
	[JVPN_SESSION_A_TARGET_PATH] = NLA_POLICY_RANGE(NLA_U8, 0, JVPN_MAX_PATHS - 1),
	[JVPN_SESSION_A_DRILL_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &drill_range),
	[JVPN_SESSION_A_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy policy_get_policy[JVPN_POLICY_A_MAX + 1] = {
	[JVPN_POLICY_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
};

/* The ranges of the fields stand in policy.c, which judges a policy as a whole. */
static const struct nla_policy policy_set_policy[JVPN_POLICY_A_MAX + 1] = {
	[JVPN_POLICY_A_APPLY] = NLA_POLICY_RANGE(NLA_U8, JVPN_POLICY_APPLY_GRACE,
						 JVPN_POLICY_APPLY_STRICT),
	[JVPN_POLICY_A_PRESET] = { .type = NLA_NUL_STRING, .len = JVPN_NL_PRESET_LEN },
	[JVPN_POLICY_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
	[JVPN_POLICY_A_SESSION_MAX_LIFETIME] = { .type = NLA_U32 },
	[JVPN_POLICY_A_TRANSPORT_LOSS_TTL] = { .type = NLA_U32 },
	[JVPN_POLICY_A_RECOVERY_WINDOW] = { .type = NLA_U32 },
	[JVPN_POLICY_A_ON_RECOVERY_EXCEEDED] = { .type = NLA_U32 },
	[JVPN_POLICY_A_HANDSHAKE_TIMEOUT] = { .type = NLA_U32 },
	[JVPN_POLICY_A_HEARTBEAT_INTERVAL] = { .type = NLA_U32 },
	[JVPN_POLICY_A_IDLE_HEARTBEAT_INTERVAL] = { .type = NLA_U32 },
	[JVPN_POLICY_A_STANDBY_INTERVAL] = { .type = NLA_U32 },
	[JVPN_POLICY_A_HEARTBEAT_VOLATILE] = { .type = NLA_U32 },
	[JVPN_POLICY_A_MAX_CONSECUTIVE_DROPS] = { .type = NLA_U32 },
	[JVPN_POLICY_A_LOSS_WINDOW] = { .type = NLA_U32 },
	[JVPN_POLICY_A_LOSS_VOLATILE] = { .type = NLA_U32 },
	[JVPN_POLICY_A_LATENCY_VOLATILE] = { .type = NLA_U32 },
	[JVPN_POLICY_A_JITTER_VOLATILE] = { .type = NLA_U32 },
	[JVPN_POLICY_A_VOLATILE_TO_DEGRADED] = { .type = NLA_U32 },
	[JVPN_POLICY_A_STABILITY_WINDOW] = { .type = NLA_U32 },
	[JVPN_POLICY_A_MAX_SWITCHES_PER_MIN] = { .type = NLA_U32 },
	[JVPN_POLICY_A_SWITCH_COOLDOWN] = { .type = NLA_U32 },
	[JVPN_POLICY_A_SWITCH_IMPROVEMENT] = { .type = NLA_U32 },
	[JVPN_POLICY_A_FAILBACK] = { .type = NLA_U32 },
	[JVPN_POLICY_A_FAILBACK_HOLD] = { .type = NLA_U32 },
	[JVPN_POLICY_A_MAX_CANDIDATES] = { .type = NLA_U32 },
	[JVPN_POLICY_A_REATTACH_PROOF_MAX_AGE] = { .type = NLA_U32 },
	[JVPN_POLICY_A_REATTACH_RATE] = { .type = NLA_U32 },
	[JVPN_POLICY_A_RECOVERY_QUEUE] = { .type = NLA_U32 },
	[JVPN_POLICY_A_ALLOWED_TRANSPORTS] = { .type = NLA_U32 },
	[JVPN_POLICY_A_STRICT_BINDING] = { .type = NLA_U32 },
	[JVPN_POLICY_A_PERSIST] = { .type = NLA_U32 },
	[JVPN_POLICY_A_INHERIT] = { .type = NLA_FLAG },
};

static const struct nla_policy event_get_policy[JVPN_EVENT_A_MAX + 1] = {
	[JVPN_EVENT_A_SEQ] = { .type = NLA_U64 },
	[JVPN_EVENT_A_SESSION_ID] = NLA_POLICY_EXACT_LEN(JVPN_SESSION_ID_LEN),
	[JVPN_EVENT_A_PEER] = NLA_POLICY_EXACT_LEN(JVPN_KEY_LEN),
};

/* ---- commands ---- */

const struct jvpn_nl_command jvpn_nl_commands[JVPN_CMD_MAX + 1] = {
	[JVPN_CMD_DEVICE_GET] = {
		.name = "device_get",
		.any_device = true,
		.doit = jvpn_nl_device_get,
		.dumpit = jvpn_nl_device_dump,
	},
	[JVPN_CMD_DEVICE_SET] = {
		.name = "device_set",
		.nest = JVPN_A_DEVICE,
		.policy = device_set_policy,
		.doit = jvpn_nl_device_set,
	},
	[JVPN_CMD_PEER_GET] = {
		.name = "peer_get",
		.nest = JVPN_A_PEER,
		.policy = peer_key_policy,
		.start = jvpn_nl_peer_start,
		.dumpit = jvpn_nl_peer_dump,
	},
	[JVPN_CMD_PEER_SET] = {
		.name = "peer_set",
		.nest = JVPN_A_PEER,
		.policy = peer_set_policy,
		.required = BIT_ULL(JVPN_PEER_A_PUBLIC_KEY),
		.doit = jvpn_nl_peer_set,
	},
	[JVPN_CMD_PEER_DEL] = {
		.name = "peer_del",
		.nest = JVPN_A_PEER,
		.policy = peer_key_policy,
		.required = BIT_ULL(JVPN_PEER_A_PUBLIC_KEY),
		.doit = jvpn_nl_peer_del,
	},
	[JVPN_CMD_PATH_GET] = {
		.name = "path_get",
		.nest = JVPN_A_PATH,
		.policy = path_get_policy,
		.start = jvpn_nl_path_start,
		.dumpit = jvpn_nl_path_dump,
	},
	[JVPN_CMD_PATH_ADD] = {
		.name = "path_add",
		.nest = JVPN_A_PATH,
		.policy = path_add_policy,
		.required = BIT_ULL(JVPN_PATH_A_PEER) | BIT_ULL(JVPN_PATH_A_REMOTE),
		.doit = jvpn_nl_path_add,
	},
	[JVPN_CMD_PATH_DEL] = {
		.name = "path_del",
		.nest = JVPN_A_PATH,
		.policy = path_del_policy,
		.required = BIT_ULL(JVPN_PATH_A_PEER) | BIT_ULL(JVPN_PATH_A_ID),
		.doit = jvpn_nl_path_del,
	},
	[JVPN_CMD_SESSION_GET] = {
		.name = "session_get",
		.nest = JVPN_A_SESSION,
		.policy = session_get_policy,
		.doit = jvpn_nl_session_get,
		.start = jvpn_nl_session_start,
		.dumpit = jvpn_nl_session_dump,
	},
	[JVPN_CMD_SESSION_SWITCH] = {
		.name = "session_switch",
		.nest = JVPN_A_SESSION,
		.policy = session_switch_policy,
		.required = BIT_ULL(JVPN_SESSION_A_TARGET_PATH),
		.doit = jvpn_nl_session_switch,
	},
	[JVPN_CMD_SESSION_TERMINATE] = {
		.name = "session_terminate",
		.nest = JVPN_A_SESSION,
		.policy = session_terminate_policy,
		.doit = jvpn_nl_session_terminate,
	},
	[JVPN_CMD_POLICY_GET] = {
		.name = "policy_get",
		.nest = JVPN_A_POLICY,
		.policy = policy_get_policy,
		.doit = jvpn_nl_policy_get,
	},
	[JVPN_CMD_POLICY_SET] = {
		.name = "policy_set",
		.nest = JVPN_A_POLICY,
		.policy = policy_set_policy,
		.doit = jvpn_nl_policy_set,
	},
	[JVPN_CMD_EVENT_GET] = {
		.name = "event_get",
		.nest = JVPN_A_EVENT,
		.policy = event_get_policy,
		.start = jvpn_nl_event_start,
		.dumpit = jvpn_nl_event_dump,
	},
	[JVPN_CMD_SESSION_DRILL] = {
		.name = "session_drill",
		.nest = JVPN_A_SESSION,
		.policy = session_drill_policy,
		.required = BIT_ULL(JVPN_SESSION_A_DRILL_MS),
		.doit = jvpn_nl_session_drill,
	},
};
