// SPDX-License-Identifier: GPL-2.0
/*
 * The health machine between two simulated ends: how soon a dead path is found,
 * and that a living one is never given up. JVPN_SIM_SEEDS=N runs the hours with
 * N seeds each (default 4).
 */

#include <kunit/test.h>

#include "sim.h"

#define RTT (20 * MS)

static unsigned int seeds(void)
{
	const char *said = getenv("JVPN_SIM_SEEDS");

	return said ? strtoul(said, NULL, 10) : 4;
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

struct spread {
	u64 p50, p95, max;
};

static struct spread spread(u64 *v, unsigned int n)
{
	qsort(v, n, sizeof(*v), compare_u64);
	return (struct spread) { v[n / 2], v[n * 95 / 100], v[n - 1] };
}

static double in_ms(u64 ns)
{
	return ns / 1e6;
}

#define RUNS 400

/* How one kind of silent death is staged, and what it is measured to. */
struct blackhole {
	const char *what;
	const char *preset;
	u32 loss_ppm;			/* each way, before */
	u64 jitter_ns;
	u8 one_way;			/* 1: only this end sends, 2: only the peer */
	bool forward_only;		/* only packets to the peer vanish */
	u64 warm_ns;
	u64 bound_ns;			/* of detection, but for PTOs; 0: none */
	unsigned int ptos;		/* bound is so many PTOs more */
	u64 outage_p95_ns;		/* of detection and one round trip more; 0: none */
};

static void run_blackhole(struct kunit *test, const struct blackhole *b)
{
	static u64 detect[RUNS], outage[RUNS];
	struct sim s;
	struct spread d, o;
	unsigned int i, missed = 0, late = 0, longest = 0, n = 0;
	u64 pto, cut;

	for (i = 0; i < RUNS; i++) {
		sim_init(&s, 1000 + i, RTT);
		jvpn_policy_preset(&s.end[0].policy, b->preset);
		jvpn_policy_preset(&s.end[1].policy, b->preset);
		s.link[0].loss_ppm = b->loss_ppm;
		s.link[1].loss_ppm = b->loss_ppm;
		s.link[0].jitter_ns = b->jitter_ns;
		s.link[1].jitter_ns = b->jitter_ns;
		if (b->one_way == 1)
			s.end[1].send_every_ns = 0;
		if (b->one_way == 2)
			s.end[0].send_every_ns = 0;
		sim_start(&s);
		sim_run(&s, b->warm_ns + sim_random_ns(&s, 3 * SEC));
		if (s.end[0].deaths) {
			missed++;
			sim_free(&s);
			continue;
		}
		cut = s.now_ns;
		s.link[1].dead_from_ns = cut;
		if (!b->forward_only)
			s.link[0].dead_from_ns = cut;
		pto = jvpn_health_pto_ns(&s.end[0].health);
		sim_run(&s, 20 * SEC);
		if (!s.end[0].deaths) {
			missed++;
			sim_free(&s);
			continue;
		}
		detect[n] = s.end[0].death_ns - cut;
		outage[n] = detect[n] + RTT;
		longest = max(longest, s.end[0].death_len);
		if (b->bound_ns && detect[n] > b->bound_ns + b->ptos * pto)
			late++;
		n++;
		sim_free(&s);
	}
	KUNIT_EXPECT_EQ(test, missed, 0);
	KUNIT_ASSERT_TRUE(test, n > 0);
	d = spread(detect, n);
	o = spread(outage, n);
	kunit_info(test, "%s: detect p50 %.1f p95 %.1f max %.1f ms, outage p95 %.1f ms, train up to %u, %u over the bound\n",
		   b->what, in_ms(d.p50), in_ms(d.p95), in_ms(d.max),
		   in_ms(o.p95), longest, late);
	KUNIT_EXPECT_EQ(test, late, 0);
	if (b->outage_p95_ns)
		KUNIT_EXPECT_LE(test, o.p95, b->outage_p95_ns);
}

static void blackhole_two_way(struct kunit *test)
{
	run_blackhole(test, &(struct blackhole) {
		.what = "two-way, balanced", .preset = "balanced",
		.warm_ns = 40 * SEC, .bound_ns = RTT / 2 + 10 * MS, .ptos = 4,
		.outage_p95_ns = 200 * MS,
	});
	run_blackhole(test, &(struct blackhole) {
		.what = "two-way, balanced, 5 s old", .preset = "balanced",
		.warm_ns = 5 * SEC, .bound_ns = RTT / 2 + 10 * MS, .ptos = 4,
		.outage_p95_ns = 200 * MS,
	});
	run_blackhole(test, &(struct blackhole) {
		.what = "two-way, balanced, 0.3 % loss each way", .preset = "balanced",
		.loss_ppm = 3000, .warm_ns = 60 * SEC, .outage_p95_ns = 200 * MS,
	});
	run_blackhole(test, &(struct blackhole) {
		.what = "two-way, balanced, 2 ms jitter", .preset = "balanced",
		.jitter_ns = 2 * MS, .warm_ns = 40 * SEC, .outage_p95_ns = 200 * MS,
	});
	run_blackhole(test, &(struct blackhole) {
		.what = "two-way, fast-failover", .preset = "fast-failover",
		.warm_ns = 40 * SEC, .bound_ns = RTT / 2 + 10 * MS, .ptos = 3,
		.outage_p95_ns = 140 * MS,
	});
	run_blackhole(test, &(struct blackhole) {
		.what = "two-way, fintech", .preset = "fintech",
		.warm_ns = 40 * SEC, .bound_ns = RTT / 2 + 10 * MS, .ptos = 3,
		.outage_p95_ns = 140 * MS,
	});
}

static void blackhole_one_way(struct kunit *test)
{
	run_blackhole(test, &(struct blackhole) {
		.what = "only sending, balanced", .preset = "balanced", .one_way = 1,
		.warm_ns = 40 * SEC, .bound_ns = 500 * MS + RTT / 2 + 10 * MS,
		.ptos = 4, .outage_p95_ns = 700 * MS,
	});
	run_blackhole(test, &(struct blackhole) {
		.what = "only receiving, balanced", .preset = "balanced", .one_way = 2,
		.warm_ns = 40 * SEC, .bound_ns = 500 * MS + RTT / 2 + 10 * MS,
		.ptos = 4, .outage_p95_ns = 700 * MS,
	});
	run_blackhole(test, &(struct blackhole) {
		.what = "only sending, fast-failover", .preset = "fast-failover",
		.one_way = 1, .warm_ns = 40 * SEC,
		.bound_ns = 100 * MS + RTT / 2 + 10 * MS, .ptos = 3,
		.outage_p95_ns = 240 * MS,
	});
}

/* Packets of the peer go on coming: only the missing answers tell. */
static void one_way_death(struct kunit *test)
{
	run_blackhole(test, &(struct blackhole) {
		.what = "one direction dies, balanced", .preset = "balanced",
		.forward_only = true, .warm_ns = 40 * SEC,
		.bound_ns = 500 * MS + 10 * MS, .ptos = 1 + JVPN_TRAIN_UNSURE,
	});
}

/* What makes a path hard to live with, for an hour. */
struct hour {
	const char *what;
	u32 loss_ppm;
	u64 jitter_ns;
	bool reorder;
	u64 burst_gap_ns, burst_max_ns;
	u8 burst_on;			/* 0: both ways, 1: only outwards, 2: only inwards */
	u64 rtt_ns;
	u8 one_way;
	u64 late_ns;
	u64 stall_gap_ns, stall_max_ns;	/* of the first end ... */
	bool one_machine;		/* ... or of both */
};

static void run_hour(struct kunit *test, const struct hour *h)
{
	unsigned int seed, i, deaths = 0, beats = 0;
	struct sim s;

	for (seed = 1; seed <= seeds(); seed++) {
		sim_init(&s, seed, h->rtt_ns ?: RTT);
		for (i = 0; i < 2; i++) {
			s.link[i].loss_ppm = h->loss_ppm;
			s.link[i].jitter_ns = h->jitter_ns;
			s.link[i].reorder = h->reorder;
			s.link[i].bursts = h->burst_gap_ns && h->burst_on != i + 1;
			s.end[i].late_ns = h->late_ns;
		}
		s.burst_gap_ns = h->burst_gap_ns;
		s.burst_min_ns = 5 * MS;
		s.burst_max_ns = h->burst_max_ns;
		s.burst_end_ns = s.now_ns;
		s.end[0].stall_gap_ns = h->stall_gap_ns;
		s.end[0].stall_max_ns = h->stall_max_ns;
		s.end[0].stall_to_ns = s.now_ns;
		s.one_machine = h->one_machine;
		if (h->one_way)
			s.end[1].send_every_ns = 0;
		sim_start(&s);
		sim_run(&s, 3600 * SEC);
		for (i = 0; i < 2; i++) {
			if (s.end[i].deaths)
				kunit_info(test, "%s, seed %u: end %u, %u deaths, last at %.3f s, n %u, PTO %.1f ms\n",
					   h->what, seed, i, s.end[i].deaths,
					   s.end[i].death_ns / 1e9,
					   s.end[i].death_len,
					   in_ms(jvpn_health_pto_ns(&s.end[i].health)));
			/* A peer that stands still cannot be told from a dead path. */
			if (!i || !h->stall_gap_ns || h->one_machine)
				deaths += s.end[i].deaths;
			beats += s.end[i].heartbeats;
		}
		sim_free(&s);
	}
	kunit_info(test, "%s: %u hours, %u false deaths, %.1f heartbeats per second and end\n",
		   h->what, seeds(), deaths, beats / 7200.0 / seeds());
	KUNIT_EXPECT_EQ(test, deaths, 0);
}

static void hour_of_loss(struct kunit *test)
{
	run_hour(test, &(struct hour) {
		.what = "10 % loss each way", .loss_ppm = 100000 });
	run_hour(test, &(struct hour) {
		.what = "10 % loss each way, one-way traffic",
		.loss_ppm = 100000, .one_way = 1 });
	run_hour(test, &(struct hour) {
		.what = "5 % loss, 20 ms jitter with reordering, 120 ms",
		.loss_ppm = 50000, .jitter_ns = 20 * MS, .reorder = true,
		.rtt_ns = 120 * MS });
	run_hour(test, &(struct hour) {
		.what = "1 % loss each way", .loss_ppm = 10000 });
}

static void hour_of_bursts(struct kunit *test)
{
	static const char *const ways[] = { "both ways", "outwards", "inwards" };
	static const u64 gaps[] = { 500 * MS, 2 * SEC, 60 * SEC };
	unsigned int gap, on, one_way;
	char what[80];

	for (gap = 0; gap < ARRAY_SIZE(gaps); gap++)
		for (on = 0; on < ARRAY_SIZE(ways); on++)
			for (one_way = 0; one_way < 2; one_way++) {
				snprintf(what, sizeof(what),
					 "bursts of up to 80 ms each %llu ms, %s%s",
					 gaps[gap] / MS, ways[on],
					 one_way ? ", one-way traffic" : "");
				run_hour(test, &(struct hour) {
					.what = what, .burst_gap_ns = gaps[gap],
					.burst_max_ns = 80 * MS, .burst_on = on,
					.one_way = one_way });
			}
	run_hour(test, &(struct hour) {
		.what = "10 % loss each way and bursts of up to 80 ms",
		.loss_ppm = 100000, .burst_gap_ns = 5 * SEC, .burst_max_ns = 80 * MS });
}

static void hour_on_a_loaded_machine(struct kunit *test)
{
	run_hour(test, &(struct hour) {
		.what = "timers up to 100 ms late", .late_ns = 100 * MS });
	run_hour(test, &(struct hour) {
		.what = "this end stands still for up to 300 ms",
		.stall_gap_ns = SEC, .stall_max_ns = 300 * MS });
	run_hour(test, &(struct hour) {
		.what = "this end stands still for up to 2 s, 1 % loss",
		.stall_gap_ns = 10 * SEC, .stall_max_ns = 2 * SEC,
		.loss_ppm = 10000 });
	run_hour(test, &(struct hour) {
		.what = "both ends stand still for up to 300 ms",
		.stall_gap_ns = SEC, .stall_max_ns = 300 * MS, .one_machine = true });
	run_hour(test, &(struct hour) {
		.what = "both ends stand still for up to 2 s, 1 % loss",
		.stall_gap_ns = 10 * SEC, .stall_max_ns = 2 * SEC,
		.loss_ppm = 10000, .one_machine = true });
}

static struct kunit_case sim_cases[] = {
	KUNIT_CASE(blackhole_two_way),
	KUNIT_CASE(blackhole_one_way),
	KUNIT_CASE(one_way_death),
	KUNIT_CASE(hour_of_loss),
	KUNIT_CASE(hour_of_bursts),
	KUNIT_CASE(hour_on_a_loaded_machine),
	{ }
};

static struct kunit_suite sim_suite = {
	.name = "health_sim",
	.test_cases = sim_cases,
};

kunit_test_suite(sim_suite);
