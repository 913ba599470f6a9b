// SPDX-License-Identifier: GPL-2.0
/* What ethtool shows: the driver, and every counter by name. */
#include <linux/ethtool.h>

#include "device.h"

static const char counter_name[][ETH_GSTRING_LEN] = {
	[JVPN_COUNTER_A_RX_MALFORMED] = "rx_malformed",
	[JVPN_COUNTER_A_RX_UNKNOWN_INDEX] = "rx_unknown_index",
	[JVPN_COUNTER_A_RX_AUTH_FAIL] = "rx_auth_fail",
	[JVPN_COUNTER_A_RX_REPLAY] = "rx_replay",
	[JVPN_COUNTER_A_RX_ALLOWED_IP] = "rx_allowed_ip",
	[JVPN_COUNTER_A_RX_INNER] = "rx_inner",
	[JVPN_COUNTER_A_RX_UNBOUND] = "rx_unbound",
	[JVPN_COUNTER_A_RX_KEY_EXPIRED] = "rx_key_expired",
	[JVPN_COUNTER_A_RX_CONTROL_INVALID] = "rx_control_invalid",
	[JVPN_COUNTER_A_RX_CONTROL_UNKNOWN] = "rx_control_unknown",
	[JVPN_COUNTER_A_HS_MAC1] = "hs_mac1",
	[JVPN_COUNTER_A_HS_COOKIE_SENT] = "hs_cookie_sent",
	[JVPN_COUNTER_A_HS_RATELIMITED] = "hs_ratelimited",
	[JVPN_COUNTER_A_HS_QUEUE_FULL] = "hs_queue_full",
	[JVPN_COUNTER_A_HS_INVALID] = "hs_invalid",
	[JVPN_COUNTER_A_HS_REPLAY] = "hs_replay",
	[JVPN_COUNTER_A_NOTICE_SENT] = "notice_sent",
	[JVPN_COUNTER_A_NOTICE_BAD] = "notice_bad",
	[JVPN_COUNTER_A_NOTICE_ACCEPTED] = "notice_accepted",
	[JVPN_COUNTER_A_TX_NO_PEER] = "tx_no_peer",
	[JVPN_COUNTER_A_TX_NO_BINDING] = "tx_no_binding",
	[JVPN_COUNTER_A_TX_QUEUE_DROP] = "tx_queue_drop",
	[JVPN_COUNTER_A_TX_AEAD_BUSY] = "tx_aead_busy",
	[JVPN_COUNTER_A_TX_ERROR] = "tx_error",
	[JVPN_COUNTER_A_TX_TOO_BIG] = "tx_too_big",
	[JVPN_COUNTER_A_REATTACH_REFUSED] = "reattach_refused",
	[JVPN_COUNTER_A_INVARIANT] = "invariant",
	[JVPN_COUNTER_A_AEAD_LATE] = "aead_late",
	[JVPN_COUNTER_A_DRILL_DROPPED] = "drill_dropped",
};

/* Attributes that carry no number. */
static bool is_counter(unsigned int counter)
{
	return counter < ARRAY_SIZE(counter_name) && counter_name[counter][0];
}

static int counter_count(void)
{
	unsigned int i;
	int count = 0;

	for (i = 0; i < ARRAY_SIZE(counter_name); i++)
		count += is_counter(i);
	return count;
}

static int get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? counter_count() : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	unsigned int i;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < ARRAY_SIZE(counter_name); i++) {
		if (is_counter(i))
			ethtool_puts(&data, counter_name[i]);
	}
}

static void get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct jvpn_device *device = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counter_name); i++) {
		if (is_counter(i))
			*data++ = jvpn_counter_read(device, i);
	}
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "jvpn", sizeof(info->driver));
	strscpy(info->version, JVPN_VERSION, sizeof(info->version));
}

const struct ethtool_ops jvpn_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
};
