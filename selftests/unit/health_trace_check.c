// SPDX-License-Identifier: GPL-2.0
/*
 * Health over synthetic traces: what the estimators say of constant loss, one-way
 * loss, reordering and bufferbloat, and what the probe machine does on paths
 * that flap, are lost for long, idle, or lied about.
 */

#include <kunit/test.h>

#include "sim.h"

#define RTT (20 * MS)

/* Mean and worst error of the loss measured over loss_window, against the truth. */
static void constant_loss(struct kunit *test)
{
	static const u32 share[][2] = {	/* permille: out, in */
		{ 0, 0 }, { 50, 50 }, { 200, 200 }, { 400, 0 }, { 0, 300 }, { 10, 10 },
	};
	unsigned int i, k;
	u64 sum, worst, upper;
	struct sim s;
	u32 truth, ppm;

	for (i = 0; i < ARRAY_SIZE(share); i++) {
		sim_init(&s, 40 + i, RTT);
		s.link[1].loss_ppm = share[i][0] * 1000;
		s.link[0].loss_ppm = share[i][1] * 1000;
		truth = max(share[i][0], share[i][1]);
		sim_start(&s);
		sim_run(&s, 40 * SEC);
		sum = 0;
		worst = 0;
		upper = 0;
		for (k = 0; k < 200; k++) {
			u32 loss = jvpn_health_loss_permille(&s.end[0].health);

			sum += loss;
			worst = max_t(u64, worst,
				      loss > truth ? loss - truth : truth - loss);
			ppm = jvpn_health_round_trip_loss_ppm(&s.end[0].health);
			upper += ppm + 1 >= 1000000 -
				 (u64)(1000 - share[i][0]) * (1000 - share[i][1]);
			sim_run(&s, SEC);
		}
		kunit_info(test, "loss %u and %u permille: mean %llu, worst error %llu, bound above the truth in %llu of 200\n",
			   share[i][0], share[i][1], sum / 200, worst, upper);
		/* The worse direction of two that are equal: the mean is a little higher. */
		KUNIT_EXPECT_LE(test, sum / 200, truth + 25);
		KUNIT_EXPECT_GE(test, sum / 200 + 15, truth);
		KUNIT_EXPECT_LE(test, worst, truth ? 40 + truth / 2 : 0);
		KUNIT_EXPECT_GE(test, upper, 160);
		KUNIT_EXPECT_EQ(test, s.end[0].deaths, 0);
		sim_free(&s);
	}
}

/* Loss of one direction is seen by both ends, and ends with its cause. */
static void loss_comes_and_goes(struct kunit *test)
{
	struct sim s;
	u64 at;

	sim_init(&s, 50, RTT);
	sim_start(&s);
	sim_run(&s, 10 * SEC);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&s.end[0].health), 0);
	s.link[0].loss_ppm = 400000;
	at = s.now_ns;
	while (jvpn_health_violation(&s.end[0].health, &s.end[0].policy, s.now_ns) !=
	       JVPN_REASON_LOSS_THRESHOLD_EXCEEDED && s.now_ns < at + 5 * SEC)
		sim_run(&s, 10 * MS);
	kunit_info(test, "40 %% loss violates after %llu ms\n", (s.now_ns - at) / MS);
	KUNIT_EXPECT_LE(test, s.now_ns - at, 3 * SEC);
	sim_run(&s, 3 * SEC);
	KUNIT_EXPECT_GE(test, jvpn_health_loss_permille(&s.end[1].health), 200);
	s.link[0].loss_ppm = 0;
	at = s.now_ns;
	while (jvpn_health_violation(&s.end[0].health, &s.end[0].policy, s.now_ns) &&
	       s.now_ns < at + 10 * SEC)
		sim_run(&s, 10 * MS);
	kunit_info(test, "and no more %llu ms after its end\n", (s.now_ns - at) / MS);
	KUNIT_EXPECT_LE(test, s.now_ns - at, 4 * SEC);
	sim_run(&s, 4 * SEC);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&s.end[0].health), 0);
	sim_free(&s);
}

/* Packets that overtake each other are not lost. */
static void reordering(struct kunit *test)
{
	unsigned int i, k, worst = 0;
	struct sim s;
	u32 ppm = 0;

	for (i = 0; i < 5; i++) {
		sim_init(&s, 60 + i, 50 * MS);
		for (k = 0; k < 2; k++) {
			s.link[k].jitter_ns = 60 * MS;
			s.link[k].reorder = true;
			s.end[k].send_every_ns = 2 * MS;
		}
		sim_start(&s);
		sim_run(&s, 30 * SEC);
		for (k = 0; k < 60; k++) {
			worst = max(worst, jvpn_health_loss_permille(&s.end[0].health));
			ppm = max(ppm, jvpn_health_round_trip_loss_ppm(&s.end[0].health));
			sim_run(&s, SEC);
		}
		KUNIT_EXPECT_EQ(test, s.end[0].deaths + s.end[1].deaths, 0);
		sim_free(&s);
	}
	kunit_info(test, "packets overtaking each other: loss at most %u permille, round trip bound %u ppm\n",
		   worst, ppm);
	KUNIT_EXPECT_LE(test, worst, 30);
	KUNIT_EXPECT_LE(test, ppm, 10000);
}

/* A path that is dead for 90 % of each second. */
static void dead_nine_tenths(struct kunit *test)
{
	struct sim s;
	int i;

	sim_init(&s, 70, RTT);
	sim_start(&s);
	sim_run(&s, 20 * SEC);
	for (i = 0; i < 2; i++) {
		s.link[i].duty_ns = SEC;
		s.link[i].duty_dead_ns = 900 * MS;
		s.end[i].deaths = 0;
		s.end[i].heartbeats = 0;
	}
	sim_run(&s, 600 * SEC);
	kunit_info(test, "600 s: %u and %u deaths, %u and %u revivals, %u and %u heartbeats, spurious length %u\n",
		   s.end[0].deaths, s.end[1].deaths, s.end[0].revivals,
		   s.end[1].revivals, s.end[0].heartbeats, s.end[1].heartbeats,
		   jvpn_health_train_len(&s.end[0].health, &s.end[0].policy));
	for (i = 0; i < 2; i++) {
		/* Never more than one death each second, and never without end. */
		KUNIT_EXPECT_GE(test, s.end[i].deaths, 60);
		KUNIT_EXPECT_LE(test, s.end[i].deaths, 600);
		KUNIT_EXPECT_GE(test, s.end[i].revivals + 1, s.end[i].deaths);
		KUNIT_EXPECT_LE(test, s.end[i].heartbeats, 600 * 12);
		s.link[i].duty_ns = 0;
	}
	sim_run(&s, 6 * SEC);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&s.end[0].health));
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&s.end[1].health));
	sim_free(&s);
}

/*
 * A queue fills until it drops: the round trip grows from 20 ms to 420 ms, for 10
 * of each 20 seconds. That every heartbeat of a train finds it full, and packets
 * between them do not, is rare; it may happen once in half an hour of overload.
 */
static void bufferbloat(struct kunit *test)
{
	unsigned int seed, round, deaths = 0;
	struct sim s;

	for (seed = 80; seed < 84; seed++) {
		sim_init(&s, seed, RTT);
		s.link[1].queue_ns = 400 * MS;
		/* In step with the packets, a full queue would drop heartbeats only. */
		s.end[0].send_jitter_ns = 16 * MS;
		s.end[1].send_jitter_ns = 16 * MS;
		sim_start(&s);
		sim_run(&s, 20 * SEC);
		for (round = 0; round < 50; round++) {
			/* 12 ms of wire for each packet that comes every 10 ms. */
			s.link[1].rate_ns = 12 * MS;
			sim_run(&s, 10 * SEC);
			KUNIT_EXPECT_GE(test, jvpn_health_srtt_us(&s.end[0].health), 100000);
			s.link[1].rate_ns = 1 * MS;
			sim_run(&s, 10 * SEC);
			KUNIT_EXPECT_LE(test, jvpn_health_srtt_us(&s.end[0].health), 90000);
		}
		deaths += s.end[0].deaths + s.end[1].deaths;
		sim_free(&s);
	}
	kunit_info(test, "queue of 400 ms: %u deaths of two ends in 2000 s of overload\n",
		   deaths);
	KUNIT_EXPECT_LE(test, deaths, 2);
}

/*
 * The round trip jumps from 20 ms to 600 ms: nothing can tell that from a death
 * in time. It is found out to be none, once, and not repeated.
 */
static void sudden_delay(struct kunit *test)
{
	struct sim s;

	sim_init(&s, 81, RTT);
	sim_start(&s);
	sim_run(&s, 20 * SEC);
	s.link[0].delay_ns = 300 * MS;
	s.link[1].delay_ns = 300 * MS;
	sim_run(&s, 3 * SEC);
	kunit_info(test, "from 20 to 600 ms at once: %u and %u deaths, PTO %llu ms, train %u\n",
		   s.end[0].deaths, s.end[1].deaths,
		   jvpn_health_pto_ns(&s.end[0].health) / MS,
		   jvpn_health_train_len(&s.end[0].health, &s.end[0].policy));
	KUNIT_EXPECT_LE(test, s.end[0].deaths, 1);
	KUNIT_EXPECT_LE(test, s.end[1].deaths, 1);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&s.end[0].health));
	KUNIT_EXPECT_GE(test, jvpn_health_pto_ns(&s.end[0].health), 600 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&s.end[0].health,
						    &s.end[0].policy), 6);
	sim_run(&s, 120 * SEC);
	KUNIT_EXPECT_LE(test, s.end[0].deaths, 1);
	KUNIT_EXPECT_LE(test, s.end[1].deaths, 1);
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&s.end[0].health,
						    &s.end[0].policy), 3);
	sim_free(&s);
}

/* The clock of one machine jumps forwards, as after a suspend that was not seen. */
static void clock_step(struct kunit *test)
{
	struct sim_end *end;
	struct sim s;
	int round;
	u64 step;

	sim_init(&s, 82, RTT);
	s.one_machine = true;
	end = &s.end[0];
	sim_start(&s);
	sim_run(&s, 20 * SEC);
	for (round = 0; round < 50; round++) {
		step = 20 * MS << test_random_below(&s.random, 16);
		end->stall_gap_ns = NEVER / 4;
		end->stall_from_ns = s.now_ns;
		end->stall_to_ns = s.now_ns + step;
		sim_run(&s, step + 5 * SEC);
	}
	kunit_info(test, "50 steps of up to 11 minutes: %u and %u deaths\n",
		   s.end[0].deaths, s.end[1].deaths);
	KUNIT_EXPECT_EQ(test, s.end[0].deaths + s.end[1].deaths, 0);
	sim_free(&s);
}

/* A lost path is probed for ever, ever more seldom, and found again. */
static void lost_for_long(struct kunit *test)
{
	static const u64 outages[] = { SEC, 10 * SEC, 60 * SEC, 600 * SEC, 86400 * SEC };
	unsigned int i, k, before;
	struct sim s;

	for (i = 0; i < ARRAY_SIZE(outages); i++) {
		for (k = 0; k < 2; k++) {
			sim_init(&s, 90 + i, RTT);
			s.end[0].standby = k;
			sim_start(&s);
			sim_run(&s, 20 * SEC);
			s.link[0].dead_from_ns = s.now_ns;
			s.link[1].dead_from_ns = s.now_ns;
			s.link[0].dead_to_ns = s.now_ns + outages[i];
			s.link[1].dead_to_ns = s.now_ns + outages[i];
			before = s.end[0].heartbeats;
			sim_run(&s, outages[i]);
			before = s.end[0].heartbeats - before;
			KUNIT_EXPECT_LE(test, before, 16 + outages[i] / (4 * SEC));
			KUNIT_EXPECT_GE(test, before + 2, outages[i] / (5 * SEC));
			sim_run(&s, 6 * SEC);
			KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&s.end[0].health));
			kunit_info(test, "%s, lost for %llu s: %u heartbeats, found after %llu ms\n",
				   k ? "standby" : "active", outages[i] / SEC, before,
				   s.end[0].revivals ?
				   (s.end[0].revival_ns - s.link[0].dead_to_ns) / MS : 0);
			/* What was lost meanwhile is not held against it. */
			KUNIT_EXPECT_LE(test, jvpn_health_loss_permille(&s.end[0].health), 63);
			KUNIT_EXPECT_EQ(test, 3,
					jvpn_health_train_len(&s.end[0].health,
							      &s.end[0].policy));
			sim_free(&s);
		}
	}
}

/* Without traffic: the interval, one PTO, and the train. */
static void idle_and_standby(struct kunit *test)
{
	static const u64 bound[] = { 15 * SEC, 5 * SEC };
	unsigned int standby, i;
	u64 worst, cut;
	struct sim s;

	for (standby = 0; standby < 2; standby++) {
		worst = 0;
		for (i = 0; i < 100; i++) {
			sim_init(&s, 200 + i, RTT);
			s.end[1].send_every_ns = 0;
			s.end[0].standby = standby;
			if (!standby)
				s.end[0].send_every_ns = 0;
			sim_start(&s);
			sim_run(&s, 300 * SEC + sim_random_ns(&s, 20 * SEC));
			KUNIT_EXPECT_EQ(test, s.end[0].deaths, 0);
			KUNIT_EXPECT_LE(test, s.end[0].heartbeats,
					330 * SEC / bound[standby] + 2);
			KUNIT_EXPECT_GE(test, s.end[0].heartbeats + 1,
					300 * SEC / bound[standby]);
			cut = s.now_ns;
			s.link[0].dead_from_ns = cut;
			s.link[1].dead_from_ns = cut;
			sim_run(&s, 30 * SEC);
			KUNIT_EXPECT_EQ(test, s.end[0].deaths, 1);
			worst = max(worst, s.end[0].death_ns - cut);
			sim_free(&s);
		}
		kunit_info(test, "%s: found dead after %llu ms at most\n",
			   standby ? "standby" : "idle", worst / MS);
		KUNIT_EXPECT_LE(test, worst, bound[standby] + 5 * 60 * MS);
	}
}

/* Inner packets after a pause, on a path that died meanwhile: found at once. */
static void traffic_after_a_pause(struct kunit *test)
{
	u64 worst = 0, began;
	unsigned int i;
	struct sim s;

	for (i = 0; i < 100; i++) {
		sim_init(&s, 300 + i, RTT);
		s.end[0].send_to_ns = s.now_ns + 20 * SEC;
		s.end[1].send_to_ns = s.now_ns + 20 * SEC;
		sim_start(&s);
		sim_run(&s, 40 * SEC);
		s.link[0].dead_from_ns = s.now_ns;
		s.link[1].dead_from_ns = s.now_ns;
		sim_run(&s, sim_random_ns(&s, 2 * SEC));
		if (s.end[0].deaths) {
			sim_free(&s);
			continue;
		}
		began = s.now_ns;
		s.end[0].send_to_ns = NEVER;
		sim_run(&s, 2 * SEC);
		KUNIT_EXPECT_EQ(test, s.end[0].deaths, 1);
		worst = max(worst, s.end[0].death_ns - began);
		sim_free(&s);
	}
	kunit_info(test, "after a pause: dead %llu ms after the first packet at most\n",
		   worst / MS);
	KUNIT_EXPECT_LE(test, worst, 10 * MS + 4 * 60 * MS);
}

/* ICMP errors, forged all the time: more probes, within bounds, and no death. */
static void forged_errors(struct kunit *test)
{
	struct sim s;
	int i;

	sim_init(&s, 400, RTT);
	s.link[0].loss_ppm = 50000;
	s.link[1].loss_ppm = 50000;
	sim_start(&s);
	sim_run(&s, 20 * SEC);
	s.end[0].heartbeats = 0;
	for (i = 0; i < 60000; i++) {
		jvpn_health_hint(&s.end[0].health, s.now_ns);
		sim_poll(&s, 0);
		sim_run(&s, MS);
	}
	kunit_info(test, "1000 errors per second: %u heartbeats in 60 s, %u deaths\n",
		   s.end[0].heartbeats, s.end[0].deaths);
	KUNIT_EXPECT_EQ(test, s.end[0].deaths, 0);
	KUNIT_EXPECT_LE(test, s.end[0].heartbeats, 60 * 110);
	sim_free(&s);
}

/* The same seed twice: the same run, to the last packet. */
static void deterministic(struct kunit *test)
{
	u64 first = 0, other = 0;
	struct sim s;
	int i, k;

	for (i = 0; i < 4; i++) {
		sim_init(&s, 500 + (i == 3), RTT);
		for (k = 0; k < 2; k++) {
			s.link[k].loss_ppm = 100000;
			s.link[k].jitter_ns = 10 * MS;
			s.link[k].duty_ns = 7 * SEC;
			s.link[k].duty_dead_ns = SEC;
		}
		sim_start(&s);
		sim_run(&s, 120 * SEC);
		KUNIT_EXPECT_GT(test, s.end[0].deaths, 5);
		if (!i)
			first = s.hash;
		else if (i < 3)
			KUNIT_EXPECT_EQ(test, s.hash, first);
		else
			other = s.hash;
		sim_free(&s);
	}
	KUNIT_EXPECT_NE(test, other, first);
}

/* One end starts its counts anew, now and then: never a loss. */
static void counts_anew(struct kunit *test)
{
	unsigned int k, i;
	struct sim s;

	sim_init(&s, 600, RTT);
	sim_start(&s);
	sim_run(&s, 10 * SEC);
	for (k = 0; k < 40; k++) {
		struct jvpn_health *h = &s.end[k % 2].health;

		jvpn_health_restart(h);
		if (k % 4 < 2)
			jvpn_health_counts(h, U32_MAX - 50, U32_MAX - 50);
		jvpn_health_up(h, s.now_ns);
		sim_poll(&s, k % 2);
		for (i = 0; i < 30; i++) {
			sim_run(&s, 100 * MS);
			KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&s.end[0].health), 0);
			KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&s.end[1].health), 0);
		}
	}
	KUNIT_EXPECT_EQ(test, s.end[0].deaths + s.end[1].deaths, 0);
	KUNIT_EXPECT_EQ(test, s.end[0].health.generation, 20);
	sim_free(&s);
}

static struct kunit_case trace_cases[] = {
	KUNIT_CASE(constant_loss),
	KUNIT_CASE(loss_comes_and_goes),
	KUNIT_CASE(reordering),
	KUNIT_CASE(dead_nine_tenths),
	KUNIT_CASE(bufferbloat),
	KUNIT_CASE(sudden_delay),
	KUNIT_CASE(clock_step),
	KUNIT_CASE(lost_for_long),
	KUNIT_CASE(idle_and_standby),
	KUNIT_CASE(traffic_after_a_pause),
	KUNIT_CASE(forged_errors),
	KUNIT_CASE(deterministic),
	KUNIT_CASE(counts_anew),
	{ }
};

static struct kunit_suite trace_suite = {
	.name = "health_trace",
	.test_cases = trace_cases,
};

kunit_test_suite(trace_suite);
