/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two ends and a network, with a clock of their own: every run with the same
 * seed is the same run. Each end has one path and the health machine on it.
 */
#ifndef _JVPN_UNIT_SIM_H
#define _JVPN_UNIT_SIM_H

#include <stdlib.h>

#include "health.h"
#include "tests/random.h"

#define MS		JVPN_NS_PER_MS
#define SEC		JVPN_NS_PER_S
#define NEVER		U64_MAX

/* One direction of the network. */
struct sim_link {
	u64 delay_ns;
	u64 jitter_ns;			/* even over 0 .. jitter, more than delay */
	bool reorder;			/* jitter may change the order */
	u32 loss_ppm;
	u64 dead_from_ns;		/* silently drops everything, at its entrance */
	u64 dead_to_ns;
	u64 duty_ns, duty_dead_ns;	/* dead for the first part of each period */
	bool bursts;			/* swallowed by the network's bursts of loss */
	u64 rate_ns;			/* time a packet takes on the wire; 0: none */
	u64 queue_ns;			/* longest queue before it */

	u64 last_arrival_ns;
	u64 busy_until_ns;
	u64 passed, lost;
};

enum sim_kind { SIM_DATA, SIM_HEARTBEAT, SIM_ACK };

struct sim_end {
	u64 last_inner_ns;
	struct jvpn_health health;
	struct jvpn_policy policy;
	bool standby;			/* the path is a warm candidate */
	bool held;			/* mode stays as it is, whatever the traffic */
	enum jvpn_health_mode mode;
	u64 send_every_ns;		/* inner packets; 0: none */
	u64 send_jitter_ns;		/* even over 0 .. jitter, and half of it less */
	u64 send_from_ns, send_to_ns;
	u64 poll_at_ns;
	u64 late_ns;			/* timers fire up to so much too late */
	u64 stall_gap_ns, stall_max_ns;	/* the whole machine stands still */
	u64 stall_from_ns, stall_to_ns;

	/* What was seen. */
	u32 deaths, revivals, heartbeats;
	u64 death_ns, death_heard_ns;	/* of the last death: when, and heard when */
	u32 death_len;
	u64 revival_ns;
	u64 polls;
	void (*on_death)(struct sim_end *end, u64 now_ns);
};

struct sim_event {
	u64 at_ns, order;
	enum { SIM_ARRIVES, SIM_SENDS, SIM_POLLS } what;
	u8 to;
	enum sim_kind kind;
	struct jvpn_heartbeat hb;
};

struct sim {
	u64 now_ns;
	struct sim_end end[2];
	struct sim_link link[2];	/* link[i] leads to end[i] */
	struct test_random random;
	u64 burst_gap_ns;		/* mean time between bursts of loss */
	u64 burst_min_ns, burst_max_ns;
	u64 burst_at_ns, burst_end_ns;
	bool one_machine;		/* both ends stand still when the first does */
	struct sim_event *heap;
	unsigned int events, room;
	u64 order;
	u64 hash;			/* of all that happened */
};

static inline bool sim_before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static inline void sim_push(struct sim *s, struct sim_event e)
{
	unsigned int i = s->events++;

	if (s->events > s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->heap = realloc(s->heap, s->room * sizeof(*s->heap));
		if (!s->heap)
			abort();
	}
	e.order = s->order++;
	while (i && sim_before(&e, &s->heap[(i - 1) / 2])) {
		s->heap[i] = s->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	s->heap[i] = e;
}

static inline struct sim_event sim_pop(struct sim *s)
{
	struct sim_event top = s->heap[0], last = s->heap[--s->events];
	unsigned int i = 0, child;

	while ((child = 2 * i + 1) < s->events) {
		if (child + 1 < s->events &&
		    sim_before(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!sim_before(&s->heap[child], &last))
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = last;
	return top;
}

static inline u64 sim_random_ns(struct sim *s, u64 limit)
{
	return limit ? test_random(&s->random) % limit : 0;
}

/* A burst of loss takes everything on the links that have them. */
static inline bool sim_burst(struct sim *s)
{
	while (s->now_ns >= s->burst_end_ns) {
		s->burst_at_ns = s->burst_end_ns +
				 s->burst_gap_ns / 2 + sim_random_ns(s, s->burst_gap_ns);
		s->burst_end_ns = s->burst_at_ns + s->burst_min_ns +
			sim_random_ns(s, s->burst_max_ns - s->burst_min_ns + 1);
	}
	return s->now_ns >= s->burst_at_ns;
}

/* Does the link swallow a packet that enters now? */
static inline bool sim_link_drops(struct sim *s, struct sim_link *l)
{
	u64 now = s->now_ns;

	if (now >= l->dead_from_ns && now < l->dead_to_ns)
		return true;
	if (l->duty_ns && now % l->duty_ns < l->duty_dead_ns)
		return true;
	if (l->bursts && sim_burst(s))
		return true;
	return l->loss_ppm && test_random_below(&s->random, 1000000) < l->loss_ppm;
}

static inline void sim_transmit(struct sim *s, u8 from, enum sim_kind kind,
				const struct jvpn_heartbeat *hb)
{
	struct sim_link *l = &s->link[!from];
	struct sim_event e = { .what = SIM_ARRIVES, .to = !from, .kind = kind };
	u64 leaves = s->now_ns;

	if (hb)
		e.hb = *hb;
	if (sim_link_drops(s, l)) {
		l->lost++;
		return;
	}
	if (l->rate_ns) {
		leaves = max(leaves, l->busy_until_ns);
		if (leaves - s->now_ns > l->queue_ns) {
			l->lost++;
			return;
		}
		leaves += l->rate_ns;
		l->busy_until_ns = leaves;
	}
	l->passed++;
	e.at_ns = leaves + l->delay_ns + sim_random_ns(s, l->jitter_ns);
	if (!l->reorder)
		e.at_ns = max(e.at_ns, l->last_arrival_ns);
	l->last_arrival_ns = e.at_ns;
	sim_push(s, e);
}

static inline enum jvpn_health_mode sim_mode(struct sim_end *end, u64 now_ns)
{
	bool traffic = jvpn_health_traffic(end->last_inner_ns, &end->policy, now_ns);

	if (end->held)
		return end->mode;
	if (end->standby)
		return traffic ? JVPN_HEALTH_STANDBY : JVPN_HEALTH_STANDBY_IDLE;
	return traffic ? JVPN_HEALTH_ACTIVE_TRAFFIC : JVPN_HEALTH_ACTIVE_IDLE;
}

static inline void sim_arm(struct sim *s, u8 who, u64 at_ns)
{
	struct sim_end *end = &s->end[who];
	struct sim_event e = { .what = SIM_POLLS, .to = who };

	end->poll_at_ns = at_ns;
	e.at_ns = at_ns + sim_random_ns(s, end->late_ns);
	/* An event names the deadline that it is for: later ones void it. */
	e.hb.seq = (u32)at_ns;
	e.hb.sent = (u32)(at_ns >> 32);
	sim_push(s, e);
}

static inline void sim_poll(struct sim *s, u8 who)
{
	struct sim_end *end = &s->end[who];
	struct jvpn_heartbeat hb = { };
	unsigned int verdict;
	u64 next;

	end->polls++;
	end->mode = sim_mode(end, s->now_ns);
	verdict = jvpn_health_poll(&end->health, &end->policy, end->mode,
				   s->now_ns, &next);
	if (next <= s->now_ns)
		abort();		/* the machine would spin */
	if (verdict & JVPN_HEALTH_DEAD) {
		end->deaths++;
		end->death_ns = s->now_ns;
		end->death_heard_ns = jvpn_health_heard_ns(&end->health);
		end->death_len = end->health.train_len;
		if (end->on_death)
			end->on_death(end, s->now_ns);
	}
	if (verdict & JVPN_HEALTH_SEND) {
		end->heartbeats++;
		hb.seq = jvpn_health_next_seq(&end->health);
		jvpn_health_sent(&end->health, s->now_ns, hb.seq);
		jvpn_health_fill(&end->health, &hb);
		sim_transmit(s, who, SIM_HEARTBEAT, &hb);
	}
	s->hash = (s->hash ^ s->now_ns ^ verdict << 8 ^ who) * 1099511628211ULL;
	sim_arm(s, who, next);
}

/* Inner packets are what makes a mode ACTIVE_TRAFFIC: poll when it becomes that. */
static inline void sim_inner(struct sim *s, u8 who)
{
	if (sim_mode(&s->end[who], s->now_ns) != s->end[who].mode)
		sim_poll(s, who);
}

static inline void sim_arrives(struct sim *s, const struct sim_event *e)
{
	struct sim_end *end = &s->end[e->to];
	struct jvpn_health *h = &end->health;
	bool was_up = jvpn_health_alive(h);
	struct jvpn_heartbeat hb = { };

	switch (e->kind) {
	case SIM_DATA:
		jvpn_health_rx(h, s->now_ns);
		end->last_inner_ns = s->now_ns;
		sim_inner(s, e->to);
		break;
	case SIM_HEARTBEAT:
		jvpn_health_heartbeat(h, s->now_ns, &e->hb);
		jvpn_health_tx(h);
		hb.seq = e->hb.seq;
		jvpn_health_fill(h, &hb);
		sim_transmit(s, e->to, SIM_ACK, &hb);
		break;
	case SIM_ACK:
		jvpn_health_ack(h, s->now_ns, &e->hb);
		if (!was_up && jvpn_health_alive(h)) {
			end->revivals++;
			end->revival_ns = s->now_ns;
		}
		break;
	}
	if (!was_up)
		sim_poll(s, e->to);
	s->hash = (s->hash ^ s->now_ns ^ e->kind << 16 ^ e->to) * 1099511628211ULL;
}

static inline void sim_sends(struct sim *s, u8 who)
{
	struct sim_end *end = &s->end[who];
	struct sim_event e = { .what = SIM_SENDS, .to = who };

	if (!end->send_every_ns)
		return;
	e.at_ns = s->now_ns + end->send_every_ns - end->send_jitter_ns / 2 +
		  sim_random_ns(s, end->send_jitter_ns);
	sim_push(s, e);
	if (s->now_ns < end->send_from_ns || s->now_ns >= end->send_to_ns)
		return;
	end->last_inner_ns = s->now_ns;
	if (!end->standby) {
		jvpn_health_tx(&end->health);
		sim_transmit(s, who, SIM_DATA, NULL);
	}
	sim_inner(s, who);
}

/* A machine that stands still takes everything up when it goes on, timers first. */
static inline bool sim_stalled(struct sim *s, struct sim_event *e)
{
	struct sim_end *end = &s->end[s->one_machine ? 0 : e->to];

	if (!end->stall_gap_ns)
		return false;
	while (s->now_ns >= end->stall_to_ns) {
		end->stall_from_ns = end->stall_to_ns +
				     sim_random_ns(s, 2 * end->stall_gap_ns);
		end->stall_to_ns = end->stall_from_ns +
				   sim_random_ns(s, end->stall_max_ns);
	}
	if (s->now_ns < end->stall_from_ns)
		return false;
	e->at_ns = end->stall_to_ns + (e->what == SIM_POLLS ? 0 : 1);
	sim_push(s, *e);
	return true;
}

static inline bool sim_step(struct sim *s, u64 until_ns)
{
	struct sim_event e;
	u64 deadline;

	if (!s->events || s->heap[0].at_ns > until_ns)
		return false;
	e = sim_pop(s);
	s->now_ns = e.at_ns;
	if (sim_stalled(s, &e))
		return true;
	switch (e.what) {
	case SIM_ARRIVES:
		sim_arrives(s, &e);
		break;
	case SIM_SENDS:
		sim_sends(s, e.to);
		break;
	case SIM_POLLS:
		deadline = (u64)e.hb.sent << 32 | e.hb.seq;
		if (deadline == s->end[e.to].poll_at_ns)
			sim_poll(s, e.to);
		break;
	}
	return true;
}

static inline void sim_run(struct sim *s, u64 for_ns)
{
	u64 until_ns = s->now_ns + for_ns;

	while (sim_step(s, until_ns))
		;
	s->now_ns = until_ns;
}

/* Two ends at @rtt, both proven by a handshake, 100 packets per second each way. */
static inline void sim_init(struct sim *s, u64 seed, u64 rtt_ns)
{
	int i;

	memset(s, 0, sizeof(*s));
	s->random.state = seed * 0x9e3779b97f4a7c15ULL + 1;
	s->now_ns = 5 * SEC;
	for (i = 0; i < 2; i++) {
		s->link[i].delay_ns = rtt_ns / 2;
		s->link[i].dead_from_ns = NEVER;
		s->link[i].dead_to_ns = NEVER;
		jvpn_health_init(&s->end[i].health);
		jvpn_policy_default(&s->end[i].policy);
		jvpn_health_up(&s->end[i].health, s->now_ns);
		s->end[i].send_every_ns = 10 * MS;
		s->end[i].send_to_ns = NEVER;
		s->end[i].mode = JVPN_HEALTH_ACTIVE_IDLE;
	}
}

static inline void sim_start(struct sim *s)
{
	struct sim_event e = { .what = SIM_SENDS };
	int i;

	for (i = 0; i < 2; i++) {
		e.to = i;
		e.at_ns = s->now_ns + sim_random_ns(s, s->end[i].send_every_ns);
		sim_push(s, e);
		sim_arm(s, i, s->now_ns + sim_random_ns(s, 50 * MS));
	}
}

static inline void sim_free(struct sim *s)
{
	free(s->heap);
	s->heap = NULL;
}

#endif /* _JVPN_UNIT_SIM_H */
