// SPDX-License-Identifier: GPL-2.0
/*
 * Health of a path, step by step with a clock in the hand: each estimator
 * against numbers worked out on paper, each deadline to the nanosecond.
 */

#include <kunit/test.h>

#include "random.h"
#include "../health.h"

#ifndef JVPN_TEST_LINKED
#include "../health.c"
#endif

#define MS JVPN_NS_PER_MS
#define SEC JVPN_NS_PER_S

/* One path, its policy and the clock. */
static struct jvpn_health h;
static struct jvpn_policy policy;
static u64 now;
static u64 next;

static void fresh(void)
{
	jvpn_health_init(&h);
	jvpn_policy_default(&policy);
	now = 1000 * SEC;
}

static u32 send(void)
{
	u32 seq = jvpn_health_next_seq(&h);

	jvpn_health_sent(&h, now, seq);
	return seq;
}

static bool answer_with(u32 seq, u32 sent, u32 received)
{
	struct jvpn_heartbeat hb = {
		.seq = seq, .sent = sent, .received = received,
	};

	return jvpn_health_ack(&h, now, &hb);
}

/* An answer that says nothing was lost: the peer sends only answers. */
static bool answer(u32 seq)
{
	return answer_with(seq, (u32)atomic_read(&h.rx_packets) + 1, h.sent_packets[seq % 4]);
}

/* The same, but as if it had taken as long as all before. */
static void answer_as_ever(u32 seq)
{
	struct jvpn_health before = h;

	answer(seq);
	h.srtt_us8 = before.srtt_us8;
	h.rttvar_us4 = before.rttvar_us4;
}

/* Up, with a round trip of 20 ms that never varied: PTO is 30 ms. */
static void fresh_up(void)
{
	int i;

	fresh();
	for (i = 0; i < 100; i++)
		jvpn_health_sample(&h, 20 * MS);
	jvpn_health_up(&h, now);
}

static unsigned int poll(struct kunit *test, enum jvpn_health_mode mode)
{
	unsigned int verdict;

	verdict = jvpn_health_poll(&h, &policy, mode, now, &next);
	KUNIT_EXPECT_GT(test, next, now);
	if (verdict & JVPN_HEALTH_SEND)
		send();
	return verdict;
}

/* Nothing is due until @at, and then @verdict. */
static void due(struct kunit *test, enum jvpn_health_mode mode, u64 at,
		unsigned int verdict)
{
	KUNIT_EXPECT_EQ(test, next, at);
	now = at - 1;
	KUNIT_EXPECT_EQ(test, poll(test, mode), 0);
	KUNIT_EXPECT_EQ(test, next, at);
	now = at;
	KUNIT_EXPECT_EQ(test, poll(test, mode), verdict);
}

/* RFC 6298, 2.2 and 2.3, with a minimum of 10 ms for four times the variance. */
static void round_trip_time(struct kunit *test)
{
	fresh();
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 0);
	KUNIT_EXPECT_EQ(test, jvpn_health_pto_ns(&h), 1000 * MS);
	jvpn_health_sample(&h, 100 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 100000);
	KUNIT_EXPECT_EQ(test, jvpn_health_rttvar_us(&h), 50000);
	KUNIT_EXPECT_EQ(test, jvpn_health_pto_ns(&h), 300 * MS);
	jvpn_health_sample(&h, 200 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 112500);
	KUNIT_EXPECT_EQ(test, jvpn_health_rttvar_us(&h), 62500);
	KUNIT_EXPECT_EQ(test, jvpn_health_pto_ns(&h), 362500000);
	jvpn_health_sample(&h, 100 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 110937);
	KUNIT_EXPECT_EQ(test, jvpn_health_rttvar_us(&h), 50000);

	fresh_up();
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 20000);
	KUNIT_EXPECT_EQ(test, jvpn_health_rttvar_us(&h), 0);
	KUNIT_EXPECT_EQ(test, jvpn_health_pto_ns(&h), 30 * MS);
}

/* RFC 3550, 6.4.1: a sixteenth of each difference. */
static void jitter(struct kunit *test)
{
	int i;

	fresh();
	jvpn_health_sample(&h, 100 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_health_jitter_us(&h), 0);
	jvpn_health_sample(&h, 200 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_health_jitter_us(&h), 6250);
	jvpn_health_sample(&h, 100 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_health_jitter_us(&h), 12109);
	for (i = 0; i < 200; i++)
		jvpn_health_sample(&h, (100 + i % 2 * 32) * MS);
	KUNIT_EXPECT_GE(test, jvpn_health_jitter_us(&h), 31900);
	KUNIT_EXPECT_LE(test, jvpn_health_jitter_us(&h), 32000);
}

static void extreme_times(struct kunit *test)
{
	int i;

	fresh();
	jvpn_health_sample(&h, 0);
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 1);
	KUNIT_EXPECT_EQ(test, jvpn_health_pto_ns(&h), 10 * MS + 1000);
	for (i = 0; i < 1000; i++)
		jvpn_health_sample(&h, i % 2 ? 0 : U64_MAX);
	KUNIT_EXPECT_LE(test, jvpn_health_srtt_us(&h), 60000000);
	KUNIT_EXPECT_LE(test, jvpn_health_rttvar_us(&h), 60000000);
	KUNIT_EXPECT_LE(test, jvpn_health_pto_ns(&h), 300 * SEC);
}

/* Each answer is measured from the sending of the very heartbeat it answers. */
static void answers(struct kunit *test)
{
	u32 first, second;

	fresh();
	KUNIT_EXPECT_FALSE(test, answer(0));
	KUNIT_EXPECT_FALSE(test, jvpn_health_alive(&h));
	first = send();
	now += 30 * MS;
	second = send();
	now += 10 * MS;
	KUNIT_EXPECT_TRUE(test, answer(second));
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 10000);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	KUNIT_EXPECT_EQ(test, jvpn_health_since_ns(&h), now);
	KUNIT_EXPECT_TRUE(test, answer(first));
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 13750);
	/* Twice is once; what was never sent was never answered. */
	KUNIT_EXPECT_FALSE(test, answer(first));
	KUNIT_EXPECT_FALSE(test, answer(second));
	KUNIT_EXPECT_FALSE(test, answer(second + 1));
	KUNIT_EXPECT_FALSE(test, answer(first - 1));
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 13750);
	KUNIT_EXPECT_EQ(test, (u32)atomic_read(&h.rx_packets), 7);
	KUNIT_EXPECT_EQ(test, (u32)atomic_read(&h.tx_packets), 2);
	KUNIT_EXPECT_EQ(test, jvpn_health_heard_ns(&h), now);
}

static void old_answers(struct kunit *test)
{
	u32 first, srtt;
	int i;

	fresh();
	first = send();
	for (i = 0; i < JVPN_HEALTH_RING - 1; i++)
		send();
	KUNIT_EXPECT_TRUE(test, answer(first));
	/* Its time of sending is forgotten, but an answer it is. */
	send();
	KUNIT_EXPECT_FALSE(test, answer(first));
	now += SEC;
	KUNIT_EXPECT_TRUE(test, answer(first + 1));
	send();
	send();
	now += SEC;
	srtt = jvpn_health_srtt_us(&h);
	KUNIT_EXPECT_FALSE(test, answer(first + 2));
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), srtt);
	KUNIT_EXPECT_EQ(test, jvpn_health_heard_ns(&h), now);
	for (i = 0; i < 40; i++)
		send();
	now += SEC;
	KUNIT_EXPECT_FALSE(test, answer(first + 3));
	KUNIT_EXPECT_EQ(test, jvpn_health_heard_ns(&h), now - SEC);
}

/* A number out of sequence: what is outstanding is forgotten, not confused. */
static void sequence_jumps(struct kunit *test)
{
	fresh();
	send();
	send();
	jvpn_health_sent(&h, now, 77);
	KUNIT_EXPECT_FALSE(test, answer(76));
	KUNIT_EXPECT_FALSE(test, answer(1));
	now += 5 * MS;
	KUNIT_EXPECT_TRUE(test, answer(77));
	KUNIT_EXPECT_EQ(test, jvpn_health_srtt_us(&h), 5000);
	/* And around the end of the numbers. */
	jvpn_health_sent(&h, now, U32_MAX);
	KUNIT_EXPECT_EQ(test, send(), 0);
	KUNIT_EXPECT_TRUE(test, answer(U32_MAX));
	KUNIT_EXPECT_TRUE(test, answer(0));
}

static void fill(struct kunit *test)
{
	struct jvpn_heartbeat hb = { .seq = 9, .epoch = 3 };

	fresh();
	jvpn_health_restart(&h);
	jvpn_health_tx(&h);
	jvpn_health_tx_many(&h, 45);
	jvpn_health_rx(&h, now);
	jvpn_health_rx_many(&h, now + 1, 9);
	jvpn_health_fill(&h, &hb);
	KUNIT_EXPECT_EQ(test, hb.sent, 46);
	KUNIT_EXPECT_EQ(test, hb.received, 10);
	KUNIT_EXPECT_EQ(test, hb.generation, 1);
	KUNIT_EXPECT_EQ(test, hb.seq, 9);
	KUNIT_EXPECT_EQ(test, hb.epoch, 3);
	KUNIT_EXPECT_EQ(test, jvpn_health_heard_ns(&h), now + 1);
	jvpn_health_counts(&h, 7, 8);
	jvpn_health_fill(&h, &hb);
	KUNIT_EXPECT_EQ(test, hb.sent, 7);
	KUNIT_EXPECT_EQ(test, hb.received, 8);
}

/* @sent packets leave, of which @lost are lost, and an exchange tells so. */
static void exchange_out(u32 sent, u32 lost)
{
	u32 srtt = h.srtt_us8, rttvar = h.rttvar_us4;
	u32 seq, before = h.base_peer_rx;

	jvpn_health_tx_many(&h, sent - 1);
	seq = send();
	answer_with(seq, h.base_peer_tx + 1, before + sent - lost);
	h.srtt_us8 = srtt;
	h.rttvar_us4 = rttvar;
}

static void loss_outwards(struct kunit *test)
{
	fresh();
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	jvpn_health_up(&h, now);
	exchange_out(1000, 700);	/* the first one says nothing yet */
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 0);
	exchange_out(100, 25);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 250);
	exchange_out(300, 0);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 62);
	/* 25 of them were only late. */
	exchange_out(100, -25);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 0);
	/* More than were ever sent did not come: the counts do not become less. */
	exchange_out(100, -400);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 0);
	exchange_out(400, 400);
	KUNIT_EXPECT_GE(test, jvpn_health_loss_permille(&h), 290);
}

/* How many had been sent is remembered of four heartbeats; older answers count nothing. */
static void loss_by_old_answers(struct kunit *test)
{
	u32 seq[5];
	int i;

	fresh();
	for (i = 0; i < 5; i++) {
		jvpn_health_tx_many(&h, 99);
		seq[i] = send();
	}
	answer_with(seq[0], 1, 0);
	KUNIT_EXPECT_EQ(test, h.base_tx, 0);
	answer_with(seq[1], 2, 200);
	KUNIT_EXPECT_EQ(test, h.base_tx, 200);
	answer_with(seq[4], 3, 450);
	KUNIT_EXPECT_EQ(test, h.base_tx, 500);
	/* Of 300 packets since, 50 are missing. */
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 166);
	/* An older one that comes later changes nothing. */
	answer_with(seq[3], 4, 0);
	KUNIT_EXPECT_EQ(test, h.base_tx, 500);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 166);
}

/* What is exchanged reaches the measure that trains are chosen by, for 20 s at least. */
static void loss_of_the_round_trip(struct kunit *test)
{
	u32 ppm;
	int i;

	fresh();
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	jvpn_health_up(&h, now);
	exchange_out(100, 0);
	/* 4.8955 % at most, and the same for the other way, where little came. */
	exchange_out(1000, 40);
	KUNIT_EXPECT_EQ(test, jvpn_health_round_trip_loss_ppm(&h), 95514);
	exchange_out(1000, 40);
	ppm = jvpn_health_round_trip_loss_ppm(&h);
	KUNIT_EXPECT_GT(test, ppm, 78000);
	KUNIT_EXPECT_LT(test, ppm, 95514);
	/* A train in between does not interrupt the counting. */
	jvpn_health_hint(&h, now);
	now += MS;
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	KUNIT_EXPECT_EQ(test, h.train, 1);
	exchange_out(1000, 1000);
	KUNIT_EXPECT_GT(test, jvpn_health_round_trip_loss_ppm(&h), 350000);
	for (i = 0; i < 19; i++) {
		now += SEC;
		poll(test, JVPN_HEALTH_ACTIVE_IDLE);
		jvpn_health_up(&h, now);
		KUNIT_EXPECT_GT(test, jvpn_health_round_trip_loss_ppm(&h), 350000);
	}
	now += 11 * SEC;
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	KUNIT_EXPECT_EQ(test, jvpn_health_round_trip_loss_ppm(&h), 0);
}

/* Packets count from sixteen on. */
static void loss_of_few(struct kunit *test)
{
	fresh();
	h.recent[0].lost[JVPN_HEALTH_IN] = 8;
	h.recent[0].sent[JVPN_HEALTH_IN] = 15;
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 0);
	h.recent[1].sent[JVPN_HEALTH_IN] = 1;
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 500);
	h.mode = JVPN_HEALTH_STANDBY;
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 0);
}

static void heartbeat(u32 sent, u32 generation)
{
	struct jvpn_heartbeat hb = { .sent = sent, .generation = generation };

	jvpn_health_heartbeat(&h, now, &hb);
}

static void loss_inwards(struct kunit *test)
{
	fresh();
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	heartbeat(5000, 3);
	jvpn_health_rx_many(&h, now, 89);
	heartbeat(5100, 3);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 100);
	/* One that was overtaken says nothing new; neither does the same again. */
	heartbeat(5050, 3);
	heartbeat(5100, 3);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 100);
	/* A new generation: its counts have nothing to do with those before. */
	heartbeat(900000, 4);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 100);
	jvpn_health_rx_many(&h, now, 99);
	heartbeat(900100, 4);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 50);
	/* A jump that no path can make is no count. */
	heartbeat(900100 + (1U << 28), 4);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 50);
}

/* Between one window and one and a half of them, then it is forgotten. */
static void loss_window(struct kunit *test)
{
	u64 began;

	fresh();
	now = 1000 * SEC;
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	exchange_out(10, 0);
	exchange_out(100, 30);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 300);
	began = now;
	while (jvpn_health_loss_permille(&h) && now < began + 10 * SEC) {
		now += 10 * MS;
		poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
		/* Heartbeats alone do not stand for the packets. */
		h.answered = U32_MAX;
	}
	KUNIT_EXPECT_GE(test, now - began, 2 * SEC);
	KUNIT_EXPECT_LE(test, now - began, 3 * SEC);
	/* A long pause, and the clock's truncation, forget everything. */
	exchange_out(100, 30);
	now += 5000 * SEC;
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	h.answered = U32_MAX;
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 0);
	KUNIT_EXPECT_EQ(test, jvpn_health_round_trip_loss_ppm(&h), 0);
}

/* Standby paths, and those with few packets: the last 16 heartbeats. */
static void loss_of_heartbeats(struct kunit *test)
{
	u32 seq;
	int i;

	fresh_up();
	policy.standby_interval = 100;
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 0);
	h.mode = JVPN_HEALTH_STANDBY;
	for (i = 0; i < 32; i++) {
		seq = send();
		now += 20 * MS;
		if (i % 4)
			answer(seq);
		KUNIT_EXPECT_LE(test, jvpn_health_loss_permille(&h), 250);
	}
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 250);
	send();
	/* The newest may still be answered. */
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 250);
	send();
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 250);
	for (i = 0; i < 20; i++)
		send();
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 1000);
}

/* Which thresholds of the table hold, said once more. */
static unsigned int table(u32 ppm, unsigned int least)
{
	unsigned int n = ppm <= 10000 ? least : ppm <= 30000 ? 4 :
			 ppm <= 60000 ? 5 : ppm <= 100000 ? 6 :
			 ppm <= 130000 ? 7 : ppm <= 170000 ? 8 :
			 ppm <= 210000 ? 9 : ppm <= 250000 ? 10 :
			 ppm <= 310000 ? 12 : 16;

	return max_t(unsigned int, n, least);
}

static void train_length(struct kunit *test)
{
	unsigned int lost, drops, seen = 0, n;
	u32 ppm, before = 0;

	fresh();
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 3);
	h.lately[0].sent[JVPN_HEALTH_OUT] = 3000;
	h.lately[1].sent[JVPN_HEALTH_IN] = 2500;
	for (lost = 0; lost <= 3000; lost++) {
		h.lately[0].lost[JVPN_HEALTH_OUT] = lost;
		ppm = jvpn_health_round_trip_loss_ppm(&h);
		KUNIT_EXPECT_GE(test, ppm, (u32)(lost * 1000000ULL / 3000));
		KUNIT_EXPECT_EQ(test, !ppm, !lost);
		KUNIT_EXPECT_GE(test, ppm, before);
		before = ppm;
		for (drops = 1; drops <= 16; drops += 5) {
			policy.max_consecutive_drops = drops;
			n = jvpn_health_train_len(&h, &policy);
			KUNIT_EXPECT_EQ(test, n, table(ppm, drops));
			if (drops == 1)
				seen |= 1U << n;
		}
	}
	KUNIT_EXPECT_EQ(test, before, 1000000);
	/* All rows of the table were reached. */
	KUNIT_EXPECT_EQ(test, seen, 1U << 1 | 1U << 4 | 1U << 5 | 1U << 6 |
				    1U << 7 | 1U << 8 | 1U << 9 | 1U << 10 |
				    1U << 12 | 1U << 16);
}

/* Both directions count, and each needs its 64 packets. */
static void train_length_unsure(struct kunit *test)
{
	fresh();
	h.lately[0].sent[JVPN_HEALTH_OUT] = 63;
	h.lately[0].sent[JVPN_HEALTH_IN] = 63;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 3);
	h.lately[0].lost[JVPN_HEALTH_IN] = 1;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 6);
	policy.max_consecutive_drops = 7;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 7);
	policy.max_consecutive_drops = 3;
	/* 64 of each are enough: one of them lost is up to 5.2 %. */
	h.lately[1].sent[JVPN_HEALTH_IN] = 1;
	h.lately[1].sent[JVPN_HEALTH_OUT] = 1;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 5);
	/* 63 are not: then it may be as bad as the other direction. */
	h.lately[1].sent[JVPN_HEALTH_OUT] = 0;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 7);
	h.lately[1].sent[JVPN_HEALTH_IN] = 0;
	/* One direction is known to be bad, the other not known: the worse of both. */
	h.lately[0].sent[JVPN_HEALTH_OUT] = 1000;
	h.lately[0].lost[JVPN_HEALTH_OUT] = 300;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 16);
	h.lately[0].lost[JVPN_HEALTH_OUT] = 1;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 6);
	h.lately[0].sent[JVPN_HEALTH_IN] = 10000;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 3);
	/* Given back more than were lost: none was. */
	h.lately[0].lost[JVPN_HEALTH_IN] = -5;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 3);
}

/* 20 ms, traffic at 100 packets per second until T: dead at T + 4 PTO exactly. */
static void silent_death(struct kunit *test)
{
	u64 last;
	int i;

	fresh_up();
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	answer_as_ever(h.seq);
	for (i = 0; i < 20; i++) {
		now += 10 * MS;
		jvpn_health_rx(&h, now);
		if (now >= next)
			KUNIT_EXPECT_EQ(test, 0,
					poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC));
	}
	last = now;
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 30 * MS, JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.train, 1);
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 60 * MS, JVPN_HEALTH_SEND);
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 90 * MS, JVPN_HEALTH_SEND);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 120 * MS, JVPN_HEALTH_DEAD);
	KUNIT_EXPECT_FALSE(test, jvpn_health_alive(&h));
	KUNIT_EXPECT_EQ(test, h.train_len, 3);
	KUNIT_EXPECT_EQ(test, h.train, 0);
	KUNIT_EXPECT_EQ(test, jvpn_health_since_ns(&h), now);
	/* And on, for ever, ever more seldom, up to the standby interval. */
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 150 * MS, JVPN_HEALTH_SEND);
	for (i = 1; i < 8; i++)
		due(test, JVPN_HEALTH_ACTIVE_IDLE, now + (30 * MS << i),
		    JVPN_HEALTH_SEND);
	for (i = 0; i < 40; i++)
		due(test, JVPN_HEALTH_STANDBY, now + 5 * SEC, JVPN_HEALTH_SEND);
	next = now + 15 * SEC;
	due(test, JVPN_HEALTH_STANDBY_IDLE, now + 15 * SEC, JVPN_HEALTH_SEND);
}

/* Few packets: silence is asked about, and only the question's silence counts. */
static void sparse_silence(struct kunit *test)
{
	u64 last;
	int i;

	fresh_up();
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	answer_as_ever(h.seq);
	for (i = 0; i < 9; i++) {
		now += 100 * MS;
		if (poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC) & JVPN_HEALTH_SEND)
			answer_as_ever(h.seq);
	}
	now += 100 * MS;
	jvpn_health_rx(&h, now);
	last = now;
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 30 * MS, JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.train, 0);
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 60 * MS, JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.train, 1);
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 90 * MS, JVPN_HEALTH_SEND);
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 120 * MS, JVPN_HEALTH_SEND);
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, last + 150 * MS, JVPN_HEALTH_DEAD);
}

/* Any packet ends a train that silence began; answers alone end the other kind. */
static void what_ends_a_train(struct kunit *test)
{
	int i;

	fresh_up();
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	answer_as_ever(h.seq);
	jvpn_health_rx_many(&h, now, 10);
	now += 30 * MS;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
			JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.train, 1);
	/* Even one that comes in the same instant, after the probe. */
	jvpn_health_rx(&h, now);
	now += 10 * MS;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC), 0);
	KUNIT_EXPECT_EQ(test, h.train, 0);
	jvpn_health_rx(&h, now);

	/* The probe of that train stays unanswered, packets go on coming. */
	now += 20 * MS;
	jvpn_health_rx(&h, now);
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
			JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.train, 1);
	for (i = 2; i <= 6; i++) {
		now += 15 * MS;
		jvpn_health_rx(&h, now);
		KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC), 0);
		now += 15 * MS;
		KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
				JVPN_HEALTH_SEND);
		KUNIT_EXPECT_EQ(test, h.train, i);
	}
	answer_as_ever(h.seq - 3);
	KUNIT_EXPECT_EQ(test, h.train, 0);
	for (i = 0; i < 16; i++)
		answer_as_ever(h.seq - i);
	send();
	now += 30 * MS;
	jvpn_health_rx(&h, now);
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	for (i = 0; i < 5; i++) {
		now += 30 * MS;
		jvpn_health_rx(&h, now);
		KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
				JVPN_HEALTH_SEND);
	}
	now += 30 * MS;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
			JVPN_HEALTH_DEAD);
	KUNIT_EXPECT_EQ(test, h.train_len, 6);
}

/* The same, where heartbeats went missing before: it takes longer to be sure. */
static void half_path_with_loss(struct kunit *test)
{
	int i, probes = 0;
	u32 seq;

	fresh_up();
	for (i = 0; i < 16; i++) {
		seq = send();
		if (i != 5 && i != 9)
			answer(seq);
	}
	while (!(poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC) & JVPN_HEALTH_DEAD) &&
	       probes < 100) {
		probes++;
		now += 30 * MS;
		heartbeat(0, 0);
	}
	KUNIT_EXPECT_EQ(test, h.train_len, 12);
}

/* A timer that fires late waits once more, and only once, at each step. */
static void late_timer(struct kunit *test)
{
	u64 last;

	fresh_up();
	jvpn_health_rx_many(&h, now, 10);
	last = now;
	now += 30 * MS;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
			JVPN_HEALTH_SEND);
	/* Ten milliseconds are not late. */
	now = last + 70 * MS;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
			JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, next, now + 30 * MS);
	/* One more is. */
	now += 40 * MS + 1;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC), 0);
	due(test, JVPN_HEALTH_ACTIVE_TRAFFIC, now + 30 * MS, JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.train, 3);
	now += 10 * SEC;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC), 0);
	now += 10 * SEC;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
			JVPN_HEALTH_DEAD);
}

static void intervals(struct kunit *test)
{
	static const struct {
		enum jvpn_health_mode mode;
		u64 interval;
	} modes[] = {
		{ JVPN_HEALTH_ACTIVE_TRAFFIC, 500 * MS },
		{ JVPN_HEALTH_ACTIVE_WATCHED, 500 * MS },
		{ JVPN_HEALTH_ACTIVE_IDLE, 15 * SEC },
		{ JVPN_HEALTH_STANDBY, 5 * SEC },
		{ JVPN_HEALTH_STANDBY_IDLE, 15 * SEC },
	};
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		fresh_up();
		KUNIT_EXPECT_EQ(test, poll(test, modes[i].mode),
				JVPN_HEALTH_SEND);
		for (k = 0; k < 5; k++) {
			u64 sent = now;

			/* Unanswered yet: to be looked at after one PTO. */
			KUNIT_EXPECT_EQ(test, next, sent + 30 * MS);
			now += 20 * MS;
			answer_as_ever(h.seq);
			KUNIT_EXPECT_EQ(test, poll(test, modes[i].mode), 0);
			if (modes[i].mode == JVPN_HEALTH_ACTIVE_TRAFFIC && !k) {
				/* Silence is asked about, at first. */
				now += 30 * MS;
				KUNIT_EXPECT_EQ(test, JVPN_HEALTH_SEND,
						poll(test, modes[i].mode));
				answer_as_ever(h.seq);
				sent = now;
				poll(test, modes[i].mode);
			}
			due(test, modes[i].mode, sent + modes[i].interval,
			    JVPN_HEALTH_SEND);
		}
	}
}

/* A heartbeat that is longer under way than the interval is not forgotten. */
static void interval_below_pto(struct kunit *test)
{
	u64 first;

	fresh();
	jvpn_health_up(&h, now);
	first = now;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_WATCHED),
			JVPN_HEALTH_SEND);
	due(test, JVPN_HEALTH_ACTIVE_WATCHED, first + 500 * MS, JVPN_HEALTH_SEND);
	due(test, JVPN_HEALTH_ACTIVE_WATCHED, first + 1000 * MS, JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.train, 1);
	due(test, JVPN_HEALTH_ACTIVE_WATCHED, first + 2000 * MS, JVPN_HEALTH_SEND);
	due(test, JVPN_HEALTH_ACTIVE_WATCHED, first + 3000 * MS, JVPN_HEALTH_SEND);
	due(test, JVPN_HEALTH_ACTIVE_WATCHED, first + 4000 * MS, JVPN_HEALTH_DEAD);
}

/* Reported errors: a train at once, but not more than one for each interval. */
static void hints(struct kunit *test)
{
	u64 began;
	int i, sends = 0;

	fresh_up();
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	answer_as_ever(h.seq);
	now += 50 * MS;
	jvpn_health_hint(&h, now);
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_IDLE),
			JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.train, 1);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	answer_as_ever(h.seq);
	began = now;
	for (i = 0; i < 1000; i++) {
		now += MS;
		jvpn_health_hint(&h, now);
		if (poll(test, JVPN_HEALTH_ACTIVE_IDLE) & JVPN_HEALTH_SEND) {
			sends++;
			answer_as_ever(h.seq);
		}
	}
	KUNIT_EXPECT_EQ(test, now, began + 1000 * MS);
	KUNIT_EXPECT_EQ(test, sends, 2);
	/* A packet that came after the error is better news than it. */
	jvpn_health_rx(&h, now);
	jvpn_health_hint(&h, now);
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_IDLE), 0);
}

static void die(struct kunit *test)
{
	int i;

	for (i = 0; i < 40 && h.status != JVPN_HEALTH_DOWN; i++) {
		poll(test, JVPN_HEALTH_ACTIVE_IDLE);
		now = next;
	}
	KUNIT_EXPECT_EQ(test, jvpn_health_state(&h), JVPN_HEALTH_DOWN);
	now = jvpn_health_since_ns(&h);
}

/* An answer to the train within 2 s says that the path was never dead. */
static void spurious_deaths(struct kunit *test)
{
	u64 died;

	fresh_up();
	die(test);
	died = now;
	now = died + 2 * SEC;
	answer(h.seq);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	KUNIT_EXPECT_EQ(test, jvpn_health_since_ns(&h), now);
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 6);
	policy.max_consecutive_drops = 9;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 16);
	policy.max_consecutive_drops = 3;
	now += 60 * SEC - MS;
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 6);
	now += MS;
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 3);

	/* A moment later it is no excuse. */
	fresh_up();
	die(test);
	now += 2 * SEC + 1;
	answer(h.seq);
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 3);

	/* Neither is an answer to what was sent after the death. */
	fresh_up();
	die(test);
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	now = next;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_IDLE),
			JVPN_HEALTH_SEND);
	now += 20 * MS;
	answer(h.seq);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 3);

	/* And a link that is down is down, whatever was under way. */
	fresh_up();
	send();
	jvpn_health_down(&h, now);
	now += 20 * MS;
	KUNIT_EXPECT_FALSE(test, answer(h.seq));
	KUNIT_EXPECT_FALSE(test, jvpn_health_alive(&h));
	send();
	now += 20 * MS;
	KUNIT_EXPECT_TRUE(test, answer(h.seq));
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 3);
}

/* A night's sleep in the middle of a train: no death, no loss, a question at once. */
static void slept(struct kunit *test)
{
	fresh_up();
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	exchange_out(100, 0);
	exchange_out(100, 0);
	send();
	now += 30 * MS;
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	KUNIT_EXPECT_EQ(test, h.train, 1);
	now += 30000 * SEC;
	jvpn_health_slept(&h);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_IDLE),
			JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.train, 0);
	KUNIT_EXPECT_EQ(test, next, now + 30 * MS);
	exchange_out(100, 77);
	KUNIT_EXPECT_EQ(test, jvpn_health_round_trip_loss_ppm(&h), 0);
}

/* The answer to a train that is too old for the ring still excuses it. */
static void spurious_and_old(struct kunit *test)
{
	u32 first;
	int i;

	fresh_up();
	policy.max_consecutive_drops = 16;
	first = h.seq + 1;
	die(test);
	for (i = 0; i < 3; i++)
		send();
	answer(first);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	policy.max_consecutive_drops = 3;
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 6);
}

/* What was lost while a path was down is not held against it when it is back. */
static void loss_of_an_outage(struct kunit *test)
{
	int i;

	fresh_up();
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	exchange_out(100, 0);
	heartbeat(h.base_peer_tx + 1, 0);
	die(test);
	jvpn_health_tx_many(&h, 100000);
	heartbeat(500000, 0);
	send();
	now += 5 * SEC;
	answer_with(h.seq, 500001, 101);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	for (i = 0; i < 5; i++) {
		exchange_out(50, 0);
		jvpn_health_rx_many(&h, now, 100);
		heartbeat(h.base_peer_tx + 101, 0);
	}
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 0);
	KUNIT_EXPECT_EQ(test, jvpn_health_round_trip_loss_ppm(&h), 0);
}

/* A lost path that speaks is asked at once whether it also hears; then seldom again. */
static void lost_but_speaking(struct kunit *test)
{
	u64 sent;

	fresh_up();
	die(test);
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	while (h.backoff < 12) {
		now = next;
		poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	}
	sent = now;
	KUNIT_EXPECT_EQ(test, next, sent + 5 * SEC);
	now += 10 * MS;
	jvpn_health_rx(&h, now);
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_IDLE), 0);
	due(test, JVPN_HEALTH_ACTIVE_IDLE, sent + 30 * MS, JVPN_HEALTH_SEND);
	/* It goes on speaking, and does not hear: backoff, from the start. */
	sent = now;
	now += 10 * MS;
	jvpn_health_rx(&h, now);
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	due(test, JVPN_HEALTH_ACTIVE_IDLE, sent + 30 * MS, JVPN_HEALTH_SEND);
	sent = now;
	now += 10 * MS;
	jvpn_health_rx(&h, now);
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	due(test, JVPN_HEALTH_ACTIVE_IDLE, sent + 60 * MS, JVPN_HEALTH_SEND);
	due(test, JVPN_HEALTH_ACTIVE_IDLE, now + 120 * MS, JVPN_HEALTH_SEND);
	/* It was silent in between: news again. */
	sent = now;
	now += 10 * MS;
	jvpn_health_rx(&h, now);
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	due(test, JVPN_HEALTH_ACTIVE_IDLE, sent + 30 * MS, JVPN_HEALTH_SEND);
}

static void down_and_up(struct kunit *test)
{
	fresh_up();
	jvpn_health_rx_many(&h, now, 50);
	now += 30 * MS;
	poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC);
	KUNIT_EXPECT_EQ(test, h.train, 1);
	jvpn_health_down(&h, now);
	KUNIT_EXPECT_FALSE(test, jvpn_health_alive(&h));
	KUNIT_EXPECT_EQ(test, h.train, 0);
	KUNIT_EXPECT_EQ(test, jvpn_health_since_ns(&h), now);
	now += SEC;
	jvpn_health_down(&h, now);
	KUNIT_EXPECT_EQ(test, jvpn_health_since_ns(&h), now - SEC);
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
			JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC), 0);
	jvpn_health_retry(&h);
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
			JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC), 0);
	jvpn_health_up(&h, now);
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
	KUNIT_EXPECT_EQ(test, jvpn_health_heard_ns(&h), now);
	/* Nothing from before is outstanding. */
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_IDLE), 0);
	KUNIT_EXPECT_FALSE(test, answer(h.seq));
}

static void restart(struct kunit *test)
{
	u32 seq;

	fresh_up();
	exchange_out(100, 10);
	exchange_out(100, 10);
	seq = send();
	jvpn_health_hint(&h, now);
	jvpn_health_restart(&h);
	KUNIT_EXPECT_EQ(test, jvpn_health_state(&h), JVPN_HEALTH_UNKNOWN);
	KUNIT_EXPECT_EQ(test, (u32)atomic_read(&h.tx_packets), 0);
	KUNIT_EXPECT_EQ(test, (u32)atomic_read(&h.rx_packets), 0);
	KUNIT_EXPECT_EQ(test, h.generation, 1);
	KUNIT_EXPECT_GT(test, jvpn_health_srtt_us(&h), 0);
	KUNIT_EXPECT_FALSE(test, answer(seq));
	KUNIT_EXPECT_EQ(test, jvpn_health_loss_permille(&h), 0);
	KUNIT_EXPECT_EQ(test, jvpn_health_train_len(&h, &policy), 3);
	/* Its first heartbeat leaves at once, whatever the interval. */
	now += MS;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_STANDBY_IDLE),
			JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, h.seq, seq + 1);
	KUNIT_EXPECT_EQ(test, h.train, 0);
	now += 5 * MS;
	KUNIT_EXPECT_TRUE(test, answer(h.seq));
	KUNIT_EXPECT_TRUE(test, jvpn_health_alive(&h));
}

static void violations(struct kunit *test)
{
	u32 seq;
	int i;

	fresh_up();
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_NONE);

	h.recent[0].sent[JVPN_HEALTH_OUT] = 1000;
	h.recent[0].lost[JVPN_HEALTH_OUT] = 199;
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_NONE);
	h.recent[0].lost[JVPN_HEALTH_OUT] = 200;
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_LOSS_THRESHOLD_EXCEEDED);
	h.recent[0].lost[JVPN_HEALTH_OUT] = 0;

	policy.latency_volatile = 21;
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_NONE);
	policy.latency_volatile = 20;
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_LATENCY_THRESHOLD_EXCEEDED);
	policy.latency_volatile = 0;

	policy.jitter_volatile = 1;
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_NONE);
	jvpn_health_sample(&h, 36 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_JITTER_THRESHOLD_EXCEEDED);
	policy.jitter_volatile = 0;

	/* The oldest heartbeat of those outstanding is what counts. */
	seq = send();
	now += 1000 * MS;
	send();
	now += 1000 * MS - 1000;
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_NONE);
	now += 1000;
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_HEARTBEAT_TIMEOUT);
	answer(seq);
	KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
			JVPN_REASON_NONE);
	answer(seq + 1);

	/* More probes than the policy's, on a path that needs more. */
	fresh_up();
	policy.loss_volatile = 1000;
	poll(test, JVPN_HEALTH_ACTIVE_IDLE);
	h.lately[0].sent[JVPN_HEALTH_OUT] = 10;
	h.lately[0].lost[JVPN_HEALTH_OUT] = 1;
	for (i = 1; i <= 6; i++) {
		KUNIT_EXPECT_EQ(test, jvpn_health_violation(&h, &policy, now),
				h.train > 3 ?
				JVPN_REASON_CONSECUTIVE_DROPS_EXCEEDED :
				JVPN_REASON_NONE);
		now = next;
		poll(test, JVPN_HEALTH_ACTIVE_IDLE);
		KUNIT_EXPECT_EQ(test, h.train, i);
	}
}

static void traffic(struct kunit *test)
{
	u64 last;

	fresh();
	last = now;
	KUNIT_EXPECT_FALSE(test, jvpn_health_traffic(0, &policy, now));
	KUNIT_EXPECT_TRUE(test, jvpn_health_traffic(last, &policy, now));
	now += 1000 * MS;
	KUNIT_EXPECT_TRUE(test, jvpn_health_traffic(last, &policy, now));
	now++;
	KUNIT_EXPECT_FALSE(test, jvpn_health_traffic(last, &policy, now));
}

/* Nothing was ever heard there: traffic alone does not make silence. */
static void never_heard(struct kunit *test)
{
	u64 first;

	fresh();
	first = now;
	KUNIT_EXPECT_EQ(test, poll(test, JVPN_HEALTH_ACTIVE_TRAFFIC),
			JVPN_HEALTH_SEND);
	KUNIT_EXPECT_EQ(test, next, first + 500 * MS);
	KUNIT_EXPECT_EQ(test, jvpn_health_since_ns(&h), 0);
	die(test);
	KUNIT_EXPECT_EQ(test, now, first + 4 * SEC);
}

/* Any calls in any order, at any time: deadlines lie ahead, figures within bounds. */
static void anything(struct kunit *test)
{
	struct test_random r = { .state = 11 };
	struct jvpn_heartbeat hb = { };
	unsigned int i, n;

	fresh();
	for (i = 0; i < 300000; i++) {
		now += test_random_below(&r, 4) ? test_random_below(&r, 40 * MS) :
		       test_random_below(&r, 1000) * 20 * MS;
		hb.seq = h.seq - test_random_below(&r, 40) +
			 test_random_below(&r, 3);
		hb.sent = test_random_below(&r, 8) ?
			  h.base_peer_tx + test_random_below(&r, 50) :
			  (u32)test_random(&r);
		hb.received = test_random_below(&r, 8) ?
			      h.base_peer_rx + test_random_below(&r, 50) :
			      (u32)test_random(&r);
		hb.generation = !test_random_below(&r, 50);
		switch (test_random_below(&r, 16)) {
		case 0:
			jvpn_health_tx_many(&h, test_random_below(&r, 100));
			break;
		case 1:
		case 2:
			jvpn_health_rx_many(&h, now, test_random_below(&r, 100));
			break;
		case 3:
			jvpn_health_heartbeat(&h, now, &hb);
			break;
		case 4:
		case 5:
		case 6:
			jvpn_health_ack(&h, now, &hb);
			break;
		case 7:
			jvpn_health_hint(&h, now);
			break;
		case 8:
			if (test_random_below(&r, 100))
				break;
			jvpn_health_restart(&h);
			break;
		case 9:
			if (test_random_below(&r, 20))
				break;
			jvpn_health_down(&h, now);
			break;
		case 10:
			if (test_random_below(&r, 20))
				break;
			jvpn_health_up(&h, now);
			break;
		case 11:
			if (test_random_below(&r, 2))
				jvpn_health_retry(&h);
			else if (!test_random_below(&r, 20))
				jvpn_health_slept(&h);
			break;
		default:
			poll(test, test_random_below(&r, 5));
		}
		n = jvpn_health_train_len(&h, &policy);
		KUNIT_EXPECT_TRUE(test, n >= 3 && n <= 16);
		KUNIT_EXPECT_LE(test, jvpn_health_loss_permille(&h), 1000);
		KUNIT_EXPECT_LE(test, jvpn_health_round_trip_loss_ppm(&h), 1000000);
		KUNIT_EXPECT_LE(test, h.train, 16);
		jvpn_health_violation(&h, &policy, now);
	}
}

static struct kunit_case health_cases[] = {
	KUNIT_CASE(round_trip_time),
	KUNIT_CASE(jitter),
	KUNIT_CASE(extreme_times),
	KUNIT_CASE(answers),
	KUNIT_CASE(old_answers),
	KUNIT_CASE(sequence_jumps),
	KUNIT_CASE(fill),
	KUNIT_CASE(loss_outwards),
	KUNIT_CASE(loss_by_old_answers),
	KUNIT_CASE(loss_of_the_round_trip),
	KUNIT_CASE(loss_of_few),
	KUNIT_CASE(loss_inwards),
	KUNIT_CASE(loss_window),
	KUNIT_CASE(loss_of_heartbeats),
	KUNIT_CASE(train_length),
	KUNIT_CASE(train_length_unsure),
	KUNIT_CASE(silent_death),
	KUNIT_CASE(sparse_silence),
	KUNIT_CASE(what_ends_a_train),
	KUNIT_CASE(half_path_with_loss),
	KUNIT_CASE(late_timer),
	KUNIT_CASE(intervals),
	KUNIT_CASE(interval_below_pto),
	KUNIT_CASE(hints),
	KUNIT_CASE(spurious_deaths),
	KUNIT_CASE(spurious_and_old),
	KUNIT_CASE(slept),
	KUNIT_CASE(loss_of_an_outage),
	KUNIT_CASE(lost_but_speaking),
	KUNIT_CASE(down_and_up),
	KUNIT_CASE(restart),
	KUNIT_CASE(violations),
	KUNIT_CASE(traffic),
	KUNIT_CASE(never_heard),
	KUNIT_CASE(anything),
	{ }
};

static struct kunit_suite health_suite = {
	.name = "jvpn_health",
	.test_cases = health_cases,
};

kunit_test_suite(health_suite);
