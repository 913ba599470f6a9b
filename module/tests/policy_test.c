// SPDX-License-Identifier: GPL-2.0
/* The policy: ranges, rules between fields, presets. */

#include <kunit/test.h>

#include "../policy.h"

#ifndef JVPN_TEST_LINKED
#include "../policy.c"
#endif

static const struct jvpn_policy_field *field(struct kunit *test, const char *name)
{
	unsigned int i;

	for (i = 0; i < jvpn_policy_field_count; i++)
		if (!strcmp(jvpn_policy_fields[i].name, name))
			return &jvpn_policy_fields[i];
	KUNIT_FAIL(test, "there is no %s", name);
	return jvpn_policy_fields;
}

/* All fields as wide as the rules between them allow, so that one can be moved alone. */
static void wide(struct jvpn_policy *p)
{
	jvpn_policy_default(p);
	p->session_max_lifetime = 604800000;
	p->transport_loss_ttl = 86400000;
	p->recovery_window = 500;
	p->heartbeat_interval = 50;
	p->idle_heartbeat_interval = 120000;
	p->heartbeat_volatile = 240000;
	p->loss_window = 200;
	p->volatile_to_degraded = 600000;
	p->stability_window = 100;
}

static void refused(struct kunit *test, const struct jvpn_policy *p,
		    const char *name, u32 min, u32 max, const char *limit)
{
	struct jvpn_policy_error err = { };

	KUNIT_EXPECT_EQ(test, jvpn_policy_validate(p, &err), -ERANGE);
	if (!err.field) {
		KUNIT_FAIL(test, "%s: no error", name);
		return;
	}
	KUNIT_EXPECT_STREQ(test, err.field, name);
	KUNIT_EXPECT_EQ(test, err.value, jvpn_policy_get(p, field(test, name)));
	KUNIT_EXPECT_EQ(test, err.min, min);
	KUNIT_EXPECT_EQ(test, err.max, max);
	KUNIT_EXPECT_EQ(test, !!err.limit, !!limit);
	if (err.limit && limit)
		KUNIT_EXPECT_STREQ(test, err.limit, limit);
}

static void taken(struct kunit *test, const struct jvpn_policy *p)
{
	struct jvpn_policy_error err = { };

	KUNIT_EXPECT_EQ(test, jvpn_policy_validate(p, &err), 0);
	if (err.field)
		KUNIT_FAIL(test, "%s = %u refused", err.field, err.value);
}

static void defaults(struct kunit *test)
{
	struct jvpn_policy p;

	memset(&p, 0xff, sizeof(p));
	jvpn_policy_default(&p);
	taken(test, &p);
	KUNIT_EXPECT_EQ(test, p.version, 0);
	KUNIT_EXPECT_EQ(test, p.session_max_lifetime, 28800000);
	KUNIT_EXPECT_EQ(test, p.transport_loss_ttl, 900000);
	KUNIT_EXPECT_EQ(test, p.recovery_window, 8000);
	KUNIT_EXPECT_EQ(test, p.on_recovery_exceeded, JVPN_ON_RECOVERY_DEGRADE);
	KUNIT_EXPECT_EQ(test, p.handshake_timeout, 90000);
	KUNIT_EXPECT_EQ(test, p.heartbeat_interval, 500);
	KUNIT_EXPECT_EQ(test, p.idle_heartbeat_interval, 15000);
	KUNIT_EXPECT_EQ(test, p.standby_interval, 5000);
	KUNIT_EXPECT_EQ(test, p.heartbeat_volatile, 2000);
	KUNIT_EXPECT_EQ(test, p.max_consecutive_drops, 3);
	KUNIT_EXPECT_EQ(test, p.loss_window, 2000);
	KUNIT_EXPECT_EQ(test, p.loss_volatile, 200);
	KUNIT_EXPECT_EQ(test, p.latency_volatile, 0);
	KUNIT_EXPECT_EQ(test, p.jitter_volatile, 0);
	KUNIT_EXPECT_EQ(test, p.volatile_to_degraded, 6000);
	KUNIT_EXPECT_EQ(test, p.stability_window, 3000);
	KUNIT_EXPECT_EQ(test, p.max_switches_per_min, 8);
	KUNIT_EXPECT_EQ(test, p.switch_cooldown, 1500);
	KUNIT_EXPECT_EQ(test, p.switch_improvement, 1100);
	KUNIT_EXPECT_EQ(test, p.failback, 1);
	KUNIT_EXPECT_EQ(test, p.failback_hold, 30000);
	KUNIT_EXPECT_EQ(test, p.max_candidates, 4);
	KUNIT_EXPECT_EQ(test, p.reattach_proof_max_age, 5000);
	KUNIT_EXPECT_EQ(test, p.reattach_rate, 20);
	KUNIT_EXPECT_EQ(test, p.recovery_queue, 512);
	KUNIT_EXPECT_EQ(test, p.allowed_transports,
			1U << JVPN_TRANSPORT_UDP4 | 1U << JVPN_TRANSPORT_UDP6);
	KUNIT_EXPECT_EQ(test, p.strict_binding, 0);
	KUNIT_EXPECT_EQ(test, p.persist, 1);
}

/* Each row: its attribute is the UAPI's next, its place the struct's next. */
static void table(struct kunit *test)
{
	unsigned int i, k;

	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *f = &jvpn_policy_fields[i];

		KUNIT_EXPECT_EQ(test, f->offset, i * sizeof(u32));
		KUNIT_EXPECT_EQ(test, f->attr,
				JVPN_POLICY_A_SESSION_MAX_LIFETIME + i);
		KUNIT_EXPECT_LE(test, f->min, f->def);
		KUNIT_EXPECT_LE(test, f->def, f->max);
		for (k = 0; k < i; k++)
			KUNIT_EXPECT_NE(test, 0,
					strcmp(f->name, jvpn_policy_fields[k].name));
	}
	KUNIT_EXPECT_EQ(test, JVPN_POLICY_A_PERSIST,
			JVPN_POLICY_A_SESSION_MAX_LIFETIME + i - 1);
}

/* Of every field: the ends of its range are taken, one beyond is not. */
static void ranges(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *f = &jvpn_policy_fields[i];
		struct jvpn_policy p;

		wide(&p);
		/* Bounds that the rules between fields make tighter: below. */
		if (f->offset != offsetof(struct jvpn_policy, transport_loss_ttl) &&
		    f->offset != offsetof(struct jvpn_policy, session_max_lifetime)) {
			jvpn_policy_put(&p, f, f->min);
			taken(test, &p);
		}
		jvpn_policy_put(&p, f, f->max);
		taken(test, &p);
		jvpn_policy_put(&p, f, f->max + 1);
		refused(test, &p, f->name, f->min, f->max, NULL);
		jvpn_policy_put(&p, f, U32_MAX);
		refused(test, &p, f->name, f->min, f->max, NULL);
		if (!f->min)
			continue;
		jvpn_policy_put(&p, f, f->min - 1);
		refused(test, &p, f->name, f->min, f->max, NULL);
		jvpn_policy_put(&p, f, 0);
		refused(test, &p, f->name, f->min, f->max, NULL);
	}
}

static void rules(struct kunit *test)
{
	struct jvpn_policy p;

	jvpn_policy_default(&p);
	p.transport_loss_ttl = p.session_max_lifetime;
	taken(test, &p);
	p.transport_loss_ttl++;
	refused(test, &p, "transport_loss_ttl", 1000, 28800000,
		"session_max_lifetime");

	jvpn_policy_default(&p);
	p.transport_loss_ttl = 8000;
	taken(test, &p);
	p.transport_loss_ttl--;
	refused(test, &p, "recovery_window", 500, 7999, "transport_loss_ttl");

	jvpn_policy_default(&p);
	p.idle_heartbeat_interval = 500;
	taken(test, &p);
	p.idle_heartbeat_interval--;
	refused(test, &p, "idle_heartbeat_interval", 500, 120000,
		"heartbeat_interval");

	jvpn_policy_default(&p);
	p.heartbeat_volatile = 1000;
	taken(test, &p);
	p.heartbeat_volatile--;
	refused(test, &p, "heartbeat_volatile", 1000, 240000,
		"heartbeat_interval");

	jvpn_policy_default(&p);
	p.volatile_to_degraded = 3000;
	taken(test, &p);
	p.volatile_to_degraded--;
	refused(test, &p, "volatile_to_degraded", 3000, 600000, "loss_window");

	jvpn_policy_default(&p);
	p.stability_window = 6000;
	taken(test, &p);
	p.stability_window++;
	refused(test, &p, "stability_window", 100, 6000,
		"volatile_to_degraded");
}

static void transports(struct kunit *test)
{
	struct jvpn_policy p;
	u32 v;

	jvpn_policy_default(&p);
	for (v = 0; v < 64; v++) {
		p.allowed_transports = v;
		if (v && !(v & ~30U))
			taken(test, &p);
		else
			refused(test, &p, "allowed_transports", 2, 30, NULL);
	}
}

/* The first violation is named: the table's before the rules', in their order. */
static void first_error(struct kunit *test)
{
	struct jvpn_policy p;

	jvpn_policy_default(&p);
	p.recovery_window = 600000;
	p.transport_loss_ttl = 1000;
	p.persist = 2;
	refused(test, &p, "persist", 0, 1, NULL);
	p.reattach_rate = 0;
	refused(test, &p, "reattach_rate", 1, 1000, NULL);
}

static void presets_hold(struct kunit *test)
{
	struct jvpn_policy p, q;
	unsigned int i;

	for (i = 0; jvpn_policy_preset_name(i); i++) {
		memset(&p, 0xff, sizeof(p));
		KUNIT_EXPECT_EQ(test, jvpn_policy_preset(&p,
							 jvpn_policy_preset_name(i)), 0);
		taken(test, &p);
		KUNIT_EXPECT_EQ(test, p.version, 0);
	}
	KUNIT_EXPECT_EQ(test, i, 4);

	jvpn_policy_default(&q);
	KUNIT_EXPECT_EQ(test, jvpn_policy_preset(&p, "balanced"), 0);
	KUNIT_EXPECT_MEMEQ(test, &p, &q, sizeof(p));

	KUNIT_EXPECT_EQ(test, jvpn_policy_preset(&p, "mobile"), 0);
	KUNIT_EXPECT_EQ(test, p.max_consecutive_drops, 6);
	KUNIT_EXPECT_GT(test, p.heartbeat_interval, q.heartbeat_interval);
	KUNIT_EXPECT_GT(test, p.transport_loss_ttl, q.transport_loss_ttl);

	KUNIT_EXPECT_EQ(test, jvpn_policy_preset(&p, "fast-failover"), 0);
	KUNIT_EXPECT_EQ(test, p.heartbeat_interval, 100);
	KUNIT_EXPECT_EQ(test, p.max_consecutive_drops, 2);

	KUNIT_EXPECT_EQ(test, jvpn_policy_preset(&p, "fintech"), 0);
	KUNIT_EXPECT_EQ(test, p.strict_binding, 1);
	KUNIT_EXPECT_EQ(test, p.on_recovery_exceeded, JVPN_ON_RECOVERY_TERMINATE);

	memcpy(&q, &p, sizeof(q));
	KUNIT_EXPECT_EQ(test, jvpn_policy_preset(&p, "Balanced"), -ENOENT);
	KUNIT_EXPECT_EQ(test, jvpn_policy_preset(&p, ""), -ENOENT);
	KUNIT_EXPECT_MEMEQ(test, &p, &q, sizeof(p));
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE(defaults),
	KUNIT_CASE(table),
	KUNIT_CASE(ranges),
	KUNIT_CASE(rules),
	KUNIT_CASE(transports),
	KUNIT_CASE(first_error),
	KUNIT_CASE(presets_hold),
	{ }
};

static struct kunit_suite policy_suite = {
	.name = "jvpn_policy",
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);
