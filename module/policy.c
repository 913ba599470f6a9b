// SPDX-License-Identifier: GPL-2.0
/* The policy's table, its rules between fields, and the presets. */

#include "policy.h"

/* The transports that exist, as bits of allowed_transports. */
#define TRANSPORT_BITS						\
	(BIT(JVPN_TRANSPORT_UDP4) | BIT(JVPN_TRANSPORT_UDP6) |	\
	 BIT(JVPN_TRANSPORT_TCP4) | BIT(JVPN_TRANSPORT_TCP6))
#define TRANSPORT_MIN	BIT(JVPN_TRANSPORT_UDP4)
#define TRANSPORT_DEF	(BIT(JVPN_TRANSPORT_UDP4) | BIT(JVPN_TRANSPORT_UDP6))

#define FIELD(member, ATTR, u, d, lo, hi)			\
	{							\
		.name = #member,				\
		.unit = u,					\
		.attr = JVPN_POLICY_A_##ATTR,			\
		.offset = offsetof(struct jvpn_policy, member),	\
		.def = d,					\
		.min = lo,					\
		.max = hi,					\
	}

const struct jvpn_policy_field jvpn_policy_fields[] = {
	FIELD(session_max_lifetime, SESSION_MAX_LIFETIME, "ms",
	      28800000, 60000, 604800000),
	FIELD(transport_loss_ttl, TRANSPORT_LOSS_TTL, "ms",
	      900000, 1000, 86400000),
	FIELD(recovery_window, RECOVERY_WINDOW, "ms", 8000, 500, 600000),
	FIELD(on_recovery_exceeded, ON_RECOVERY_EXCEEDED, "degrade/terminate",
	      JVPN_ON_RECOVERY_DEGRADE, JVPN_ON_RECOVERY_DEGRADE,
	      JVPN_ON_RECOVERY_TERMINATE),
	FIELD(handshake_timeout, HANDSHAKE_TIMEOUT, "ms", 90000, 5000, 600000),
	FIELD(heartbeat_interval, HEARTBEAT_INTERVAL, "ms", 500, 50, 60000),
	FIELD(idle_heartbeat_interval, IDLE_HEARTBEAT_INTERVAL, "ms",
	      15000, 50, 120000),
	FIELD(standby_interval, STANDBY_INTERVAL, "ms", 5000, 100, 120000),
	FIELD(heartbeat_volatile, HEARTBEAT_VOLATILE, "ms", 2000, 100, 240000),
	FIELD(max_consecutive_drops, MAX_CONSECUTIVE_DROPS, "probes", 3, 1, 16),
	FIELD(loss_window, LOSS_WINDOW, "ms", 2000, 200, 60000),
	FIELD(loss_volatile, LOSS_VOLATILE, "permille", 200, 1, 1000),
	FIELD(latency_volatile, LATENCY_VOLATILE, "ms", 0, 0, 60000),
	FIELD(jitter_volatile, JITTER_VOLATILE, "ms", 0, 0, 60000),
	FIELD(volatile_to_degraded, VOLATILE_TO_DEGRADED, "ms",
	      6000, 1200, 600000),
	FIELD(stability_window, STABILITY_WINDOW, "ms", 3000, 100, 600000),
	FIELD(max_switches_per_min, MAX_SWITCHES_PER_MIN, "switches",
	      8, 1, 600),
	FIELD(switch_cooldown, SWITCH_COOLDOWN, "ms", 1500, 0, 60000),
	FIELD(switch_improvement, SWITCH_IMPROVEMENT, "permille",
	      1100, 1000, 5000),
	FIELD(failback, FAILBACK, "on/off", 1, 0, 1),
	FIELD(failback_hold, FAILBACK_HOLD, "ms", 30000, 0, 3600000),
	FIELD(max_candidates, MAX_CANDIDATES, "paths", 4, 1, JVPN_MAX_PATHS),
	FIELD(reattach_proof_max_age, REATTACH_PROOF_MAX_AGE, "ms",
	      5000, 500, 60000),
	FIELD(reattach_rate, REATTACH_RATE, "per s", 20, 1, 1000),
	FIELD(recovery_queue, RECOVERY_QUEUE, "packets", 512, 0, 8192),
	FIELD(allowed_transports, ALLOWED_TRANSPORTS, "set",
	      TRANSPORT_DEF, TRANSPORT_MIN, TRANSPORT_BITS),
	FIELD(strict_binding, STRICT_BINDING, "on/off", 0, 0, 1),
	FIELD(persist, PERSIST, "on/off", 1, 0, 1),
};

const unsigned int jvpn_policy_field_count = ARRAY_SIZE(jvpn_policy_fields);

/* Every field is in the table, and only fields are: version comes after them. */
static_assert(ARRAY_SIZE(jvpn_policy_fields) ==
	      offsetof(struct jvpn_policy, version) / sizeof(u32));

/*
 * A bound that another field sets: value >= factor * other + plus, or
 * value <= other. Fields are named by their place in struct jvpn_policy.
 */
struct policy_rule {
	u16 offset;
	u16 other;
	u8 factor;	/* 0: the other field is an upper bound */
	u16 plus;
};

#define AT_MOST(member, limit)					\
	{							\
		.offset = offsetof(struct jvpn_policy, member),	\
		.other = offsetof(struct jvpn_policy, limit),	\
	}
#define AT_LEAST(member, f, limit, p)				\
	{							\
		.offset = offsetof(struct jvpn_policy, member),	\
		.other = offsetof(struct jvpn_policy, limit),	\
		.factor = f,					\
		.plus = p,					\
	}

static const struct policy_rule policy_rules[] = {
	AT_MOST(transport_loss_ttl, session_max_lifetime),
	AT_MOST(recovery_window, transport_loss_ttl),
	AT_LEAST(idle_heartbeat_interval, 1, heartbeat_interval, 0),
	AT_LEAST(heartbeat_volatile, 2, heartbeat_interval, 0),
	AT_LEAST(volatile_to_degraded, 1, loss_window, 1000),
	AT_MOST(stability_window, volatile_to_degraded),
};

/* A preset is what it changes of the defaults. */
struct preset_value {
	u16 offset;
	u32 value;
};

#define SET(member, v)						\
	{ .offset = offsetof(struct jvpn_policy, member), .value = v }
#define SET_END { .offset = offsetof(struct jvpn_policy, version) }

static const struct preset_value preset_balanced[] = {
	SET_END
};

/* Networks that pause and come back: patience, and less radio time. */
static const struct preset_value preset_mobile[] = {
	SET(session_max_lifetime, 86400000),
	SET(transport_loss_ttl, 3600000),
	SET(recovery_window, 15000),
	SET(heartbeat_interval, 1000),
	SET(idle_heartbeat_interval, 25000),
	SET(standby_interval, 15000),
	SET(heartbeat_volatile, 4000),
	SET(max_consecutive_drops, 6),
	SET(loss_window, 5000),
	SET(loss_volatile, 300),
	SET(volatile_to_degraded, 12000),
	SET(stability_window, 5000),
	SET(switch_cooldown, 3000),
	SET(recovery_queue, 1024),
	SET_END
};

static const struct preset_value preset_fast_failover[] = {
	SET(recovery_window, 4000),
	SET(heartbeat_interval, 100),
	SET(idle_heartbeat_interval, 5000),
	SET(standby_interval, 1000),
	SET(heartbeat_volatile, 500),
	SET(max_consecutive_drops, 2),
	SET(loss_window, 1000),
	SET(loss_volatile, 100),
	SET(volatile_to_degraded, 3000),
	SET(stability_window, 2000),
	SET(switch_cooldown, 500),
	SET(max_switches_per_min, 20),
	SET_END
};

/* Fast, and an explicit end rather than a session in doubt. */
static const struct preset_value preset_fintech[] = {
	SET(transport_loss_ttl, 60000),
	SET(recovery_window, 4000),
	SET(on_recovery_exceeded, JVPN_ON_RECOVERY_TERMINATE),
	SET(handshake_timeout, 30000),
	SET(heartbeat_interval, 100),
	SET(idle_heartbeat_interval, 2000),
	SET(standby_interval, 500),
	SET(heartbeat_volatile, 500),
	SET(max_consecutive_drops, 2),
	SET(loss_window, 1000),
	SET(loss_volatile, 100),
	SET(volatile_to_degraded, 3000),
	SET(stability_window, 2000),
	SET(switch_cooldown, 500),
	SET(failback_hold, 60000),
	SET(reattach_proof_max_age, 2000),
	SET(strict_binding, 1),
	SET_END
};

static const struct {
	const char *name;
	const struct preset_value *values;
} presets[] = {
	{ "balanced", preset_balanced },
	{ "mobile", preset_mobile },
	{ "fast-failover", preset_fast_failover },
	{ "fintech", preset_fintech },
};

static u32 *member(struct jvpn_policy *policy, u16 offset)
{
	return (u32 *)((u8 *)policy + offset);
}

static u32 value(const struct jvpn_policy *policy, u16 offset)
{
	return *(const u32 *)((const u8 *)policy + offset);
}

/* Rows of the table stand in the order of the struct. */
static const struct jvpn_policy_field *field_at(u16 offset)
{
	return &jvpn_policy_fields[offset / sizeof(u32)];
}

void jvpn_policy_default(struct jvpn_policy *policy)
{
	unsigned int i;

	memset(policy, 0, sizeof(*policy));
	for (i = 0; i < ARRAY_SIZE(jvpn_policy_fields); i++)
		*member(policy, jvpn_policy_fields[i].offset) =
			jvpn_policy_fields[i].def;
}

const char *jvpn_policy_preset_name(unsigned int index)
{
	return index < ARRAY_SIZE(presets) ? presets[index].name : NULL;
}

int jvpn_policy_preset(struct jvpn_policy *policy, const char *name)
{
	const struct preset_value *set;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(presets); i++)
		if (!strcmp(name, presets[i].name))
			break;
	if (i == ARRAY_SIZE(presets))
		return -ENOENT;

	jvpn_policy_default(policy);
	for (set = presets[i].values;
	     set->offset != offsetof(struct jvpn_policy, version); set++)
		*member(policy, set->offset) = set->value;
	return 0;
}

u32 jvpn_policy_get(const struct jvpn_policy *policy,
		    const struct jvpn_policy_field *field)
{
	return value(policy, field->offset);
}

void jvpn_policy_put(struct jvpn_policy *policy,
		     const struct jvpn_policy_field *field, u32 v)
{
	*member(policy, field->offset) = v;
}

static void fill_error(struct jvpn_policy_error *err,
		       const struct jvpn_policy *policy,
		       const struct jvpn_policy_field *field)
{
	err->field = field->name;
	err->value = value(policy, field->offset);
	err->min = field->min;
	err->max = field->max;
	err->limit = NULL;
}

static int check_field(const struct jvpn_policy *policy,
		       const struct jvpn_policy_field *field,
		       struct jvpn_policy_error *err)
{
	u32 v = value(policy, field->offset);

	if (v >= field->min && v <= field->max &&
	    (field->attr != JVPN_POLICY_A_ALLOWED_TRANSPORTS ||
	     !(v & ~TRANSPORT_BITS)))
		return 0;
	fill_error(err, policy, field);
	return -ERANGE;
}

/* All fields are within the table's ranges already: nothing overflows. */
static int check_rule(const struct jvpn_policy *policy,
		      const struct policy_rule *rule,
		      struct jvpn_policy_error *err)
{
	u32 v = value(policy, rule->offset);
	u32 limit = value(policy, rule->other);

	if (rule->factor)
		limit = limit * rule->factor + rule->plus;
	if (rule->factor ? v >= limit : v <= limit)
		return 0;

	fill_error(err, policy, field_at(rule->offset));
	err->limit = field_at(rule->other)->name;
	if (rule->factor)
		err->min = limit;
	else
		err->max = limit;
	return -ERANGE;
}

int jvpn_policy_validate(const struct jvpn_policy *policy,
			 struct jvpn_policy_error *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(jvpn_policy_fields) && !ret; i++)
		ret = check_field(policy, &jvpn_policy_fields[i], err);
	for (i = 0; i < ARRAY_SIZE(policy_rules) && !ret; i++)
		ret = check_rule(policy, &policy_rules[i], err);
	return ret;
}
