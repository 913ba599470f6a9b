/* SPDX-License-Identifier: GPL-2.0 */
/* The policy: its fields, their defaults and ranges, presets, validation. */
#ifndef _JVPN_POLICY_H
#define _JVPN_POLICY_H

#include "types.h"
#include "../include/uapi/linux/jvpn.h"

/* Times in ms, shares in permille; see docs/policy.md. */
struct jvpn_policy {
	u32 session_max_lifetime;
	u32 transport_loss_ttl;
	u32 recovery_window;
	u32 on_recovery_exceeded;
	u32 handshake_timeout;
	u32 heartbeat_interval;
	u32 idle_heartbeat_interval;
	u32 standby_interval;
	u32 heartbeat_volatile;
	u32 max_consecutive_drops;
	u32 loss_window;
	u32 loss_volatile;
	u32 latency_volatile;
	u32 jitter_volatile;
	u32 volatile_to_degraded;
	u32 stability_window;
	u32 max_switches_per_min;
	u32 switch_cooldown;
	u32 switch_improvement;
	u32 failback;
	u32 failback_hold;
	u32 max_candidates;
	u32 reattach_proof_max_age;
	u32 reattach_rate;
	u32 recovery_queue;
	u32 allowed_transports;
	u32 strict_binding;
	u32 persist;
	u32 version;		/* not a field of the table */
};

/* What is wrong with a policy, in words for a person. */
struct jvpn_policy_error {
	const char *field;
	u32 value;
	u32 min;
	u32 max;
	const char *limit;	/* the field that sets the bound, or NULL if the table does */
};

/* One row of the table of fields, which stands in the order of struct jvpn_policy. */
struct jvpn_policy_field {
	const char *name;	/* as in the UAPI, lower case */
	const char *unit;
	u16 attr;		/* JVPN_POLICY_A_* */
	u16 offset;		/* in struct jvpn_policy */
	u32 def;
	u32 min;
	u32 max;
};

extern const struct jvpn_policy_field jvpn_policy_fields[];
extern const unsigned int jvpn_policy_field_count;

/* Fill in the defaults of the table, version 0. */
void jvpn_policy_default(struct jvpn_policy *policy);

/**
 * jvpn_policy_preset - fill in a preset
 * @policy: overwritten whole, version 0; untouched on error
 * @name: of the preset
 *
 * Return: 0, or -ENOENT if there is no such preset.
 */
int jvpn_policy_preset(struct jvpn_policy *policy, const char *name);

/* Name of the index-th preset, or NULL past the last. */
const char *jvpn_policy_preset_name(unsigned int index);

/* One field, by its row of the table. Nothing is checked: validate afterwards. */
u32 jvpn_policy_get(const struct jvpn_policy *policy,
		    const struct jvpn_policy_field *field);
void jvpn_policy_put(struct jvpn_policy *policy,
		     const struct jvpn_policy_field *field, u32 v);

/**
 * jvpn_policy_validate - judge a policy as a whole
 * @policy: what to judge
 * @err: filled in with the first violation, untouched otherwise
 *
 * Ranges of the table come first, in its order, then the rules between fields;
 * of such a rule, @err names the field that must change, the bound that the
 * other field sets for it, and that other field.
 *
 * Return: 0 or -ERANGE.
 */
int jvpn_policy_validate(const struct jvpn_policy *policy, struct jvpn_policy_error *err);

#endif /* _JVPN_POLICY_H */
