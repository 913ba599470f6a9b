// SPDX-License-Identifier: GPL-2.0
/*
 * Health of a path. The estimators are those of RFC 6298 (round-trip time) and
 * RFC 3550 (jitter); docs/health.md describes the probe machine.
 */

#include "health.h"

/* Bits of flags. */
#define ANSWERS_ONLY	BIT(0)	/* other packets do not end the train */
#define LATE		BIT(1)	/* the timer was late, and re-armed */
#define HINT		BIT(2)	/* an error was reported */
#define HAVE_OUT	BIT(3)	/* base_tx and base_peer_rx mean something */
#define HAVE_IN		BIT(4)
#define STARVED		BIT(5)	/* went down by a train, not by a fact */
#define SPURIOUS	BIT(6)	/* spurious_ms means something */
#define FORCE		BIT(7)	/* a heartbeat is due whatever the interval */
#define SPEAKS		BIT(8)	/* down, but heard: it was asked about that */

#define DEFAULT_WINDOW_MS	2000
#define LATELY_BUCKET_MS	10000
#define RTT_MAX_US		60000000U
/* A difference of counts above this is no count: some end started anew. */
#define COUNT_MAX		BIT(28)
#define BACKOFF_MAX		16
/* Packets within one or two PTOs that make silence a sign of its own. */
#define DENSE_PACKETS		2

static u32 to_ms(u64 ns)
{
	return (u32)div_u64(ns, JVPN_NS_PER_MS);
}

static u32 to_us(u64 ns)
{
	return (u32)div_u64(ns, JVPN_NS_PER_US);
}

void jvpn_health_init(struct jvpn_health *h)
{
	memset(h, 0, sizeof(*h));
	h->window_ms = DEFAULT_WINDOW_MS;
}

static void forget_train(struct jvpn_health *h)
{
	h->train = 0;
	h->flags &= ~(ANSWERS_ONLY | LATE);
}

static void forget_outstanding(struct jvpn_health *h)
{
	h->known = 0;
	h->judged = 0;
	h->answered = 0;
}

/* The next differences of counts start anew. */
static void forget_bases(struct jvpn_health *h)
{
	h->flags &= ~(HAVE_OUT | HAVE_IN);
}

void jvpn_health_restart(struct jvpn_health *h)
{
	forget_train(h);
	forget_outstanding(h);
	forget_bases(h);
	jvpn_health_counts(h, 0, 0);
	h->generation++;
	h->status = JVPN_HEALTH_UNKNOWN;
	h->backoff = 0;
	h->flags = (h->flags & ~(HINT | STARVED)) | FORCE;
	memset(h->recent, 0, sizeof(h->recent));
	memset(h->lately, 0, sizeof(h->lately));
}

static void set_status(struct jvpn_health *h, u8 status, u64 now_ns)
{
	if (h->status != status)
		h->since_ns = now_ns;
	/* What is lost while it is down says nothing about the path that is up. */
	if (status == JVPN_HEALTH_DOWN || h->status == JVPN_HEALTH_DOWN)
		forget_bases(h);
	h->status = status;
	h->backoff = 0;
	h->flags &= ~(HINT | STARVED | SPEAKS);
	forget_train(h);
}

void jvpn_health_up(struct jvpn_health *h, u64 now_ns)
{
	forget_outstanding(h);
	h->last_beat_ns = max_t(u64, h->last_beat_ns, now_ns);
	set_status(h, JVPN_HEALTH_UP, now_ns);
}

void jvpn_health_down(struct jvpn_health *h, u64 now_ns)
{
	set_status(h, JVPN_HEALTH_DOWN, now_ns);
}

void jvpn_health_slept(struct jvpn_health *h)
{
	forget_train(h);
	forget_outstanding(h);
	forget_bases(h);
	h->flags |= FORCE;
}

void jvpn_health_retry(struct jvpn_health *h)
{
	h->backoff = 0;
	h->flags |= FORCE;
}

static u32 distance(u32 a, u32 b)
{
	return a > b ? a - b : b - a;
}

/* RFC 6298, 2.2 and 2.3; RFC 3550, 6.4.1, with the round trip as transit time. */
static void sample(struct jvpn_health *h, u32 rtt_us)
{
	rtt_us = min_t(u32, max_t(u32, rtt_us, 1), RTT_MAX_US);
	if (!h->srtt_us8) {
		h->srtt_us8 = rtt_us * 8;
		h->rttvar_us4 = rtt_us * 2;
	} else {
		h->rttvar_us4 += distance(h->srtt_us8 / 8, rtt_us) -
				 h->rttvar_us4 / 4;
		h->srtt_us8 += rtt_us - h->srtt_us8 / 8;
		h->jitter_us16 += distance(h->last_rtt_us, rtt_us) -
				  h->jitter_us16 / 16;
	}
	h->last_rtt_us = rtt_us;
}

void jvpn_health_sample(struct jvpn_health *h, u64 rtt_ns)
{
	sample(h, (u32)min_t(u64, div_u64(rtt_ns, JVPN_NS_PER_US), RTT_MAX_US));
}

static u32 pto_us(const struct jvpn_health *h)
{
	u32 var = max_t(u32, h->rttvar_us4,
			JVPN_PTO_MIN_VAR_NS / JVPN_NS_PER_US);

	if (!h->srtt_us8)
		return JVPN_PTO_UNKNOWN_NS / JVPN_NS_PER_US;
	return h->srtt_us8 / 8 + var;
}

u64 jvpn_health_pto_ns(const struct jvpn_health *h)
{
	return pto_us(h) * JVPN_NS_PER_US;
}

/* The newest bucket is the first; they move on when its time is over. */
static void rotate(struct jvpn_health_bucket *bucket, u32 *began_ms,
		   u32 len_ms, u32 now_ms)
{
	u32 elapsed = now_ms - *began_ms;
	u32 steps = elapsed / len_ms;

	if (!steps)
		return;
	*began_ms = now_ms - elapsed % len_ms;
	for (steps = min_t(u32, steps, JVPN_HEALTH_BUCKETS); steps; steps--) {
		memmove(bucket + 1, bucket,
			(JVPN_HEALTH_BUCKETS - 1) * sizeof(*bucket));
		memset(bucket, 0, sizeof(*bucket));
	}
}

static void rotate_all(struct jvpn_health *h, u64 now_ns)
{
	u32 now_ms = to_ms(now_ns);

	rotate(h->recent, &h->recent_ms, h->window_ms / 2, now_ms);
	rotate(h->lately, &h->lately_ms, LATELY_BUCKET_MS, now_ms);
}

/* @sent more packets left one end, @arrived more came to the other. */
static void count(struct jvpn_health *h, u64 now_ns,
		  enum jvpn_health_direction dir, u32 sent, u32 arrived)
{
	u32 lost = sent - arrived;

	/* More arrived than were sent: so many were late before, not more. */
	if (arrived > sent)
		lost = -min_t(u32, arrived - sent, sent);
	rotate_all(h, now_ns);
	h->recent[0].sent[dir] += sent;
	h->recent[0].lost[dir] += lost;
	h->lately[0].sent[dir] += sent;
	h->lately[0].lost[dir] += lost;
}

/*
 * Difference of two counts: false if the newer one is older (the packets that
 * told them overtook each other), or so large that one of the ends began anew.
 */
static bool grown(u32 now, u32 before, u32 *by)
{
	*by = now - before;
	return *by && *by < COUNT_MAX;
}

static void watch_generation(struct jvpn_health *h,
			     const struct jvpn_heartbeat *hb)
{
	if (h->peer_generation == hb->generation)
		return;
	h->peer_generation = hb->generation;
	forget_bases(h);
}

/* What the peer says it sent, against what came. */
static void count_in(struct jvpn_health *h, u64 now_ns,
		     const struct jvpn_heartbeat *hb)
{
	u32 rx = atomic_read(&h->rx_packets);
	u32 sent;

	if (h->flags & HAVE_IN) {
		if (!grown(hb->sent, h->base_peer_tx, &sent))
			return;
		count(h, now_ns, JVPN_HEALTH_IN, sent, rx - h->base_rx);
	}
	h->flags |= HAVE_IN;
	h->base_peer_tx = hb->sent;
	h->base_rx = rx;
}

/* What left before the heartbeat that is answered, against what the peer got. */
static void count_out(struct jvpn_health *h, u64 now_ns,
		      const struct jvpn_heartbeat *hb)
{
	u32 tx = h->sent_packets[hb->seq % JVPN_HEALTH_MARKS];
	u32 sent;

	if (h->flags & HAVE_OUT) {
		if (!grown(tx, h->base_tx, &sent))
			return;
		count(h, now_ns, JVPN_HEALTH_OUT, sent,
		      hb->received - h->base_peer_rx);
	}
	h->flags |= HAVE_OUT;
	h->base_tx = tx;
	h->base_peer_rx = hb->received;
}

void jvpn_health_sent(struct jvpn_health *h, u64 now_ns, u32 seq)
{
	if (seq != jvpn_health_next_seq(h))
		forget_outstanding(h);
	jvpn_health_tx(h);
	h->seq = seq;
	h->answered <<= 1;
	h->known = min_t(u8, h->known + 1, 32);
	h->judged = min_t(u8, h->judged + 1, 32);
	h->last_sent_ns = now_ns;
	h->sent_us[seq % JVPN_HEALTH_RING] = to_us(now_ns);
	h->sent_packets[seq % JVPN_HEALTH_MARKS] = atomic_read(&h->tx_packets);
}

void jvpn_health_fill(const struct jvpn_health *h, struct jvpn_heartbeat *hb)
{
	hb->sent = atomic_read(&h->tx_packets);
	hb->received = atomic_read(&h->rx_packets);
	hb->generation = h->generation;
}

/* A heartbeat or an answer: received, but not of what silence is measured by. */
static void count_received(struct jvpn_health *h)
{
	atomic_add(1, &h->rx_packets);
	h->rx_mark[0]++;
	h->rx_mark[1]++;
}

void jvpn_health_heartbeat(struct jvpn_health *h, u64 now_ns,
			   const struct jvpn_heartbeat *hb)
{
	count_received(h);
	h->last_beat_ns = max_t(u64, h->last_beat_ns, now_ns);
	watch_generation(h, hb);
	if (h->status != JVPN_HEALTH_DOWN)
		count_in(h, now_ns, hb);
}

/* A path that was given up answers: was it ever dead? */
static void revive(struct jvpn_health *h, u64 now_ns, u64 sent_ns)
{
	if (h->flags & STARVED && sent_ns <= h->since_ns &&
	    now_ns <= h->since_ns + JVPN_SPURIOUS_NS) {
		h->flags |= SPURIOUS;
		h->spurious_ms = to_ms(now_ns);
	}
	/* That heartbeats before went unanswered says no more than that. */
	h->judged = 0;
}

bool jvpn_health_ack(struct jvpn_health *h, u64 now_ns,
		     const struct jvpn_heartbeat *hb)
{
	u32 age = h->seq - hb->seq;
	u32 rtt_us = to_us(now_ns) - h->sent_us[hb->seq % JVPN_HEALTH_RING];
	u64 sent_ns = 0;

	count_received(h);
	if (age >= h->known || h->answered & BIT(age))
		return false;
	h->answered |= (u32)BIT(age);
	h->last_beat_ns = max_t(u64, h->last_beat_ns, now_ns);

	if (age < JVPN_HEALTH_RING) {
		sent_ns = now_ns - rtt_us * JVPN_NS_PER_US;
		sample(h, rtt_us);
	}
	watch_generation(h, hb);
	/* Under way when the link went: it proves nothing. */
	if (h->status == JVPN_HEALTH_DOWN && !(h->flags & STARVED) &&
	    sent_ns <= h->since_ns)
		return false;
	if (h->status == JVPN_HEALTH_DOWN)
		revive(h, now_ns, sent_ns);
	set_status(h, JVPN_HEALTH_UP, now_ns);
	count_in(h, now_ns, hb);
	if (age < JVPN_HEALTH_MARKS)
		count_out(h, now_ns, hb);
	return age < JVPN_HEALTH_RING;
}

void jvpn_health_hint(struct jvpn_health *h, u64 now_ns)
{
	/* Packets that came since make it old news. */
	if (READ_ONCE(h->last_rx_ns) < now_ns)
		h->flags |= HINT;
}

static void sum(const struct jvpn_health_bucket *bucket,
		enum jvpn_health_direction dir, u64 *sent, u64 *lost)
{
	s64 all = 0;
	unsigned int i;

	*sent = 0;
	for (i = 0; i < JVPN_HEALTH_BUCKETS; i++) {
		*sent += bucket[i].sent[dir];
		all += (s32)bucket[i].lost[dir];
	}
	*lost = min_t(u64, max_t(s64, all, 0), *sent);
}

/* How many of the newest heartbeats in a row are unanswered. */
static u32 unanswered(const struct jvpn_health *h)
{
	u32 n = 0;

	while (n < h->judged && !(h->answered & BIT(n)))
		n++;
	return n;
}

/* How many of 16 heartbeats went unanswered, not looking at the @skip newest. */
static u32 missed(const struct jvpn_health *h, u32 skip)
{
	u64 missing = ~h->answered & (BIT_ULL(h->judged) - 1);

	return hweight32((missing >> skip) & (BIT(JVPN_LOSS_SAMPLES) - 1));
}

u32 jvpn_health_loss_permille(const struct jvpn_health *h)
{
	u64 sent, lost, worst = 0;
	bool enough = false;
	int dir;

	for (dir = JVPN_HEALTH_OUT; dir <= JVPN_HEALTH_IN; dir++) {
		sum(h->recent, dir, &sent, &lost);
		if (sent < JVPN_LOSS_SAMPLES)
			continue;
		enough = true;
		worst = max_t(u64, worst, div64_u64(lost * 1000, sent));
	}
	if (h->mode >= JVPN_HEALTH_STANDBY || !enough)
		/* The newest may still be answered. */
		return missed(h, h->judged && !(h->answered & 1)) * 1000 /
		       JVPN_LOSS_SAMPLES;
	return (u32)worst;
}

static u32 square_root(u64 x)
{
	u64 root = 0, bit = 1ULL << 62;

	while (bit > x)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (u32)root;
}

/*
 * Upper bound, with 90 % confidence (z = 1.28), of a share of which @lost of
 * @sent were seen: (k + z^2/2 + z sqrt(k + z^2/4)) / n, of the Poisson
 * distribution. None lost is none: a path without loss needs no patience.
 */
static u32 upper_ppm(u64 lost, u64 sent)
{
	u64 milli;

	if (!lost)
		return 0;
	milli = lost * 1000 + 820 +
		square_root((lost * 1000 + 410) * 1000) * 1280ULL / 1000;
	return (u32)min_t(u64, div64_u64(milli * 1000, sent), 1000000);
}

/*
 * Loss of the round trip in ppm; @sure is whether enough packets were counted in
 * both directions, @seen whether any was lost. Where few came, that direction is
 * taken to be as bad as the other one.
 */
static u32 round_trip_loss(const struct jvpn_health *h, bool *sure, bool *seen)
{
	bool known[2];
	u64 sent, lost;
	u32 ppm[2];
	int dir;

	*seen = false;
	for (dir = JVPN_HEALTH_OUT; dir <= JVPN_HEALTH_IN; dir++) {
		sum(h->lately, dir, &sent, &lost);
		*seen |= lost > 0;
		known[dir] = sent >= JVPN_TRAIN_SAMPLES;
		ppm[dir] = known[dir] ? upper_ppm(lost, sent) : 0;
	}
	*sure = known[JVPN_HEALTH_OUT] && known[JVPN_HEALTH_IN];
	if (!*sure) {
		ppm[JVPN_HEALTH_OUT] += ppm[JVPN_HEALTH_IN];
		ppm[JVPN_HEALTH_IN] = ppm[JVPN_HEALTH_OUT];
	}
	return 1000000 - (u32)div_u64((u64)(1000000 - ppm[JVPN_HEALTH_OUT]) *
				      (1000000 - ppm[JVPN_HEALTH_IN]), 1000000);
}

u32 jvpn_health_round_trip_loss_ppm(const struct jvpn_health *h)
{
	bool sure, seen;

	return round_trip_loss(h, &sure, &seen);
}

/* So many probes that all of them are lost about once in a million trains. */
static const struct {
	u32 ppm;
	u8 probes;
} train_table[] = {
	{ 10000, 0 },		/* as many as the policy says */
	{ 30000, 4 },
	{ 60000, 5 },
	{ 100000, 6 },
	{ 130000, 7 },
	{ 170000, 8 },
	{ 210000, 9 },
	{ 250000, 10 },
	{ 310000, 12 },
	{ 1000000, JVPN_TRAIN_MAX },
};

static unsigned int probes_for(u32 ppm)
{
	unsigned int i = 0;

	while (ppm > train_table[i].ppm)
		i++;
	return train_table[i].probes;
}

/*
 * Others arrive while heartbeats go unanswered: loss both ways in turn looks
 * like that, and a full queue that has room for everything but heartbeats. There
 * is time to make sure: half of the path works.
 */
static unsigned int probes_for_half(const struct jvpn_health *h)
{
	u32 lost = missed(h, unanswered(h));

	return max_t(unsigned int, JVPN_TRAIN_UNSURE,
		     probes_for(upper_ppm(lost, JVPN_LOSS_SAMPLES)));
}

unsigned int jvpn_health_train_len(const struct jvpn_health *h,
				   const struct jvpn_policy *policy)
{
	unsigned int n = policy->max_consecutive_drops;
	bool sure, seen;

	n = max_t(unsigned int, n,
		  probes_for(round_trip_loss(h, &sure, &seen)));
	if (!sure && seen)
		n = max_t(unsigned int, n, JVPN_TRAIN_UNSURE);
	if (h->train && h->flags & ANSWERS_ONLY &&
	    jvpn_health_heard_ns(h) >= h->train_ns)
		n = max_t(unsigned int, n, probes_for_half(h));
	if (h->flags & SPURIOUS)
		n *= 2;
	return min_t(unsigned int, n, JVPN_TRAIN_MAX);
}

/* How long the oldest of them is out, in microseconds; 0 if there is none. */
static u32 outstanding_us(const struct jvpn_health *h, u64 now_ns)
{
	u32 n = min_t(u32, unanswered(h), JVPN_HEALTH_RING);
	s32 age;

	if (!n)
		return 0;
	/* It may have left after the caller looked at the clock. */
	age = (s32)(to_us(now_ns) - h->sent_us[(h->seq - n + 1) % JVPN_HEALTH_RING]);
	return max(age, 0);
}

u16 jvpn_health_violation(const struct jvpn_health *h,
			  const struct jvpn_policy *policy, u64 now_ns)
{
	if (jvpn_health_loss_permille(h) >= policy->loss_volatile)
		return JVPN_REASON_LOSS_THRESHOLD_EXCEEDED;
	if (policy->latency_volatile &&
	    jvpn_health_srtt_us(h) >= policy->latency_volatile * 1000)
		return JVPN_REASON_LATENCY_THRESHOLD_EXCEEDED;
	if (policy->jitter_volatile &&
	    jvpn_health_jitter_us(h) >= policy->jitter_volatile * 1000)
		return JVPN_REASON_JITTER_THRESHOLD_EXCEEDED;
	if (outstanding_us(h, now_ns) >= policy->heartbeat_volatile * 1000)
		return JVPN_REASON_HEARTBEAT_TIMEOUT;
	if (h->train > policy->max_consecutive_drops)
		return JVPN_REASON_CONSECUTIVE_DROPS_EXCEEDED;
	return JVPN_REASON_NONE;
}

bool jvpn_health_traffic(u64 last_inner_ns, const struct jvpn_policy *policy, u64 now_ns)
{
	return last_inner_ns &&
	       now_ns <= last_inner_ns + 2 * policy->heartbeat_interval * JVPN_NS_PER_MS;
}

static u64 interval_ns(const struct jvpn_health *h,
		       const struct jvpn_policy *policy)
{
	switch (h->mode) {
	case JVPN_HEALTH_ACTIVE_TRAFFIC:
	case JVPN_HEALTH_ACTIVE_WATCHED:
		return policy->heartbeat_interval * JVPN_NS_PER_MS;
	case JVPN_HEALTH_STANDBY:
		return policy->standby_interval * JVPN_NS_PER_MS;
	default:
		return policy->idle_heartbeat_interval * JVPN_NS_PER_MS;
	}
}

/* A lost path is probed for ever, first soon, then as seldom as a standby one. */
static u64 backoff_ns(const struct jvpn_health *h,
		      const struct jvpn_policy *policy)
{
	u64 cap = h->mode == JVPN_HEALTH_STANDBY_IDLE ?
		  policy->idle_heartbeat_interval : policy->standby_interval;

	return min_t(u64, jvpn_health_pto_ns(h) << h->backoff,
		     cap * JVPN_NS_PER_MS);
}

/* Have packets come, of those that silence is measured by, since it was asked about? */
static bool spoke_since(const struct jvpn_health *h)
{
	return !h->train_ns || READ_ONCE(h->last_rx_ns) >= h->train_ns;
}

/* When silence, in a session with traffic, has to be asked about; U64_MAX: never. */
static u64 silence_ns(const struct jvpn_health *h)
{
	u64 heard = jvpn_health_heard_ns(h);

	if (h->mode != JVPN_HEALTH_ACTIVE_TRAFFIC || !heard || !spoke_since(h))
		return U64_MAX;
	return heard + jvpn_health_pto_ns(h);
}

/* When a reported error has to be; they can be forged as fast as one likes. */
static u64 hint_ns(const struct jvpn_health *h,
		   const struct jvpn_policy *policy)
{
	if (!(h->flags & HINT))
		return U64_MAX;
	if (spoke_since(h))
		return 0;
	return h->train_ns + policy->heartbeat_interval * JVPN_NS_PER_MS;
}

/*
 * Did several packets come within each PTO, before there was silence? Only then
 * a PTO of silence says anything: where few come, loss must be seen on
 * heartbeats alone, and a burst of it must not swallow all of them.
 */
static bool was_dense(const struct jvpn_health *h)
{
	return (u16)(atomic_read(&h->rx_packets) - h->rx_mark[1]) >= DENSE_PACKETS;
}

static void mark_received(struct jvpn_health *h, u64 now_ns)
{
	u32 now_us = to_us(now_ns);

	if (now_us - h->mark_us < pto_us(h))
		return;
	h->mark_us = now_us;
	h->rx_mark[1] = h->rx_mark[0];
	h->rx_mark[0] = (u16)atomic_read(&h->rx_packets);
}

/* When an unanswered heartbeat would start one. */
static u64 unanswered_ns(const struct jvpn_health *h, u64 now_ns)
{
	u32 pto = pto_us(h);
	u32 out = outstanding_us(h, now_ns);

	if (!unanswered(h))
		return U64_MAX;
	if (out >= pto)
		return now_ns;
	/* Whole microseconds, as that is what is known of the time of sending. */
	now_ns = div_u64(now_ns, JVPN_NS_PER_US) * JVPN_NS_PER_US;
	return now_ns + (pto - out) * JVPN_NS_PER_US;
}

static u64 heartbeat_ns(const struct jvpn_health *h,
			const struct jvpn_policy *policy)
{
	if (!h->last_sent_ns || h->flags & FORCE)
		return 0;
	return h->last_sent_ns + interval_ns(h, policy);
}

static unsigned int send_now(struct jvpn_health *h, u64 now_ns)
{
	h->last_sent_ns = now_ns;
	h->flags &= ~FORCE;
	return JVPN_HEALTH_SEND;
}

static unsigned int start_train(struct jvpn_health *h, u64 now_ns, u8 how)
{
	h->train = 1;
	h->train_ns = now_ns;
	h->deadline_ns = now_ns + jvpn_health_pto_ns(h);
	h->flags = (h->flags & ~(ANSWERS_ONLY | LATE | HINT)) | how;
	return send_now(h, now_ns);
}

static unsigned int poll_quiet(struct jvpn_health *h,
			       const struct jvpn_policy *policy, u64 now_ns)
{
	if (unanswered_ns(h, now_ns) <= now_ns)
		return start_train(h, now_ns, ANSWERS_ONLY);
	if (hint_ns(h, policy) <= now_ns)
		return start_train(h, now_ns, 0);
	if (silence_ns(h) <= now_ns) {
		if (was_dense(h))
			return start_train(h, now_ns, 0);
		h->train_ns = now_ns;
		return send_now(h, now_ns);
	}
	if (heartbeat_ns(h, policy) <= now_ns)
		return send_now(h, now_ns);
	return 0;
}

static unsigned int poll_train(struct jvpn_health *h,
			       const struct jvpn_policy *policy, u64 now_ns)
{
	unsigned int len = jvpn_health_train_len(h, policy);

	if (now_ns < h->deadline_ns)
		return 0;
	/* Answers may wait unread: not the path is late, but this machine. */
	if (!(h->flags & LATE) &&
	    now_ns > h->deadline_ns + JVPN_TIMER_LATE_NS) {
		h->flags |= LATE;
		h->deadline_ns = now_ns + jvpn_health_pto_ns(h);
		return 0;
	}
	h->flags &= ~LATE;
	if (h->train < len) {
		h->train++;
		h->deadline_ns = now_ns + jvpn_health_pto_ns(h);
		return send_now(h, now_ns);
	}
	set_status(h, JVPN_HEALTH_DOWN, now_ns);
	h->flags |= STARVED;
	h->train_len = len;
	return JVPN_HEALTH_DEAD;
}

/* It is heard, since the last heartbeat went there: does it also hear? */
static bool speaks(const struct jvpn_health *h)
{
	return jvpn_health_heard_ns(h) > max_t(u64, h->last_sent_ns, h->since_ns);
}

/* When the next heartbeat goes to a path that is down. */
static u64 lost_ns(const struct jvpn_health *h,
		   const struct jvpn_policy *policy)
{
	if (h->flags & FORCE)
		return 0;
	if (speaks(h) && !(h->flags & SPEAKS))
		return h->last_sent_ns + jvpn_health_pto_ns(h);
	return max_t(u64, h->last_sent_ns, h->since_ns) + backoff_ns(h, policy);
}

static unsigned int poll_lost(struct jvpn_health *h,
			      const struct jvpn_policy *policy, u64 now_ns)
{
	if (lost_ns(h, policy) > now_ns)
		return 0;
	h->backoff = min_t(u8, h->backoff + 1, BACKOFF_MAX);
	/* News, after silence, is worth asking about anew; once. */
	if (!speaks(h)) {
		h->flags &= ~SPEAKS;
	} else if (!(h->flags & SPEAKS)) {
		h->flags |= SPEAKS;
		h->backoff = 0;
	}
	return send_now(h, now_ns);
}

static u64 next_poll(const struct jvpn_health *h,
		     const struct jvpn_policy *policy, u64 now_ns, bool sent)
{
	u64 next;

	if (h->status == JVPN_HEALTH_DOWN)
		return lost_ns(h, policy);
	if (h->train)
		return h->deadline_ns;
	next = min_t(u64, heartbeat_ns(h, policy), silence_ns(h));
	next = min_t(u64, next, hint_ns(h, policy));
	/* The heartbeat that leaves now is not in the ring yet. */
	if (sent)
		next = min_t(u64, next, now_ns + jvpn_health_pto_ns(h));
	return min_t(u64, next, unanswered_ns(h, now_ns));
}

unsigned int jvpn_health_poll(struct jvpn_health *h,
			      const struct jvpn_policy *policy,
			      enum jvpn_health_mode mode, u64 now_ns,
			      u64 *next_ns)
{
	unsigned int verdict;

	h->mode = mode;
	h->window_ms = policy->loss_window;
	rotate_all(h, now_ns);
	if (h->flags & SPURIOUS &&
	    to_ms(now_ns) - h->spurious_ms >= JVPN_SPURIOUS_HOLD_MS)
		h->flags &= ~SPURIOUS;

	/* A silence that is over is no silence. */
	if (h->train && !(h->flags & ANSWERS_ONLY) &&
	    jvpn_health_heard_ns(h) >= h->train_ns)
		forget_train(h);

	if (h->status == JVPN_HEALTH_DOWN)
		verdict = poll_lost(h, policy, now_ns);
	else if (h->train)
		verdict = poll_train(h, policy, now_ns);
	else
		verdict = poll_quiet(h, policy, now_ns);
	mark_received(h, now_ns);
	*next_ns = next_poll(h, policy, now_ns, verdict & JVPN_HEALTH_SEND);
	return verdict;
}
