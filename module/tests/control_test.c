// SPDX-License-Identifier: GPL-2.0
/*
 * CONTROL bodies: every kind there and back, bytes fixed by hand, every length,
 * every field out of its range, random and mutated bytes.
 */

#include <kunit/test.h>

#include "random.h"
#include "../control.h"
#include "../../include/uapi/linux/jvpn.h"

#ifndef JVPN_TEST_LINKED
#include "../control.c"
#endif

#define HEAD sizeof(struct jvpn_wire_control_head)

/* Length of each kind's body, head included; ENDPOINTS with none. */
static const u8 body_len[__JVPN_CONTROL_MAX] = {
	[JVPN_CONTROL_HEARTBEAT] = 68,
	[JVPN_CONTROL_HEARTBEAT_ACK] = 88,
	[JVPN_CONTROL_REATTACH_REQUEST] = 60,
	[JVPN_CONTROL_REATTACH_CHALLENGE] = 32,
	[JVPN_CONTROL_REATTACH_PROOF] = 36,
	[JVPN_CONTROL_REATTACH_ACK] = 116,
	[JVPN_CONTROL_REATTACH_REJECT] = 28,
	[JVPN_CONTROL_REATTACH_WANTED] = 16,
	[JVPN_CONTROL_REKEY_WANTED] = 8,
	[JVPN_CONTROL_PATH_CHALLENGE] = 44,
	[JVPN_CONTROL_PATH_CONFIRM] = 24,
	[JVPN_CONTROL_ENDPOINTS] = 16,
	[JVPN_CONTROL_ENDPOINTS_ACK] = 12,
	[JVPN_CONTROL_TERMINATE] = 12,
};

static void random_bytes(struct test_random *r, u8 *p, size_t len)
{
	while (len--)
		*p++ = (u8)(test_random(r) >> 40);
}

static void random_addr(struct test_random *r, struct jvpn_addr *addr, bool some)
{
	static const u8 families[] = { 4, 6, 0 };

	memset(addr, 0, sizeof(*addr));
	addr->family = families[test_random_below(r, some ? 2 : 3)];
	if (!addr->family)
		return;
	addr->port = (u16)test_random(r);
	random_bytes(r, addr->addr, addr->family == 4 ? 4 : 16);
}

static void random_heartbeat(struct test_random *r, struct jvpn_heartbeat *hb)
{
	hb->seq = (u32)test_random(r);
	hb->echo_clock_ms = (u32)test_random(r);
	hb->sent = (u32)test_random(r);
	hb->received = (u32)test_random(r);
	hb->generation = (u32)test_random(r);
	hb->epoch = (u32)test_random(r);
	hb->bound_path = test_random_below(r, 9);
	if (hb->bound_path == 8)
		hb->bound_path = JVPN_PATH_NONE;
	hb->state = 1 + test_random_below(r, 6);
	random_bytes(r, hb->token, sizeof(hb->token));
	random_bytes(r, hb->echo, sizeof(hb->echo));
}

/* A valid body of this kind with all its fields filled. */
static void random_control(struct test_random *r, u8 kind, struct jvpn_control *c)
{
	unsigned int i;

	memset(c, 0, sizeof(*c));
	c->kind = kind;
	c->clock_ms = (u32)test_random(r);
	switch (kind) {
	case JVPN_CONTROL_HEARTBEAT_ACK:
		random_addr(r, &c->heartbeat.observed, false);
		fallthrough;
	case JVPN_CONTROL_HEARTBEAT:
		random_heartbeat(r, &c->heartbeat);
		break;
	case JVPN_CONTROL_REATTACH_REQUEST:
		c->request.nonce = test_random(r);
		c->request.epoch = (u32)test_random(r);
		c->request.path_id = test_random_below(r, 8);
		c->request.reason = (u16)test_random(r);
		random_addr(r, &c->request.observed, false);
		random_bytes(r, c->request.token, 16);
		break;
	case JVPN_CONTROL_REATTACH_CHALLENGE:
		c->challenge.nonce = test_random(r);
		random_bytes(r, c->challenge.token, 16);
		break;
	case JVPN_CONTROL_REATTACH_PROOF:
		c->proof.nonce = test_random(r);
		c->proof.epoch = (u32)test_random(r);
		random_bytes(r, c->proof.token, 16);
		break;
	case JVPN_CONTROL_REATTACH_ACK:
		c->ack.nonce = test_random(r);
		c->ack.epoch = (u32)test_random(r);
		c->ack.version = test_random(r);
		random_addr(r, &c->ack.initiator, false);
		random_addr(r, &c->ack.responder, false);
		c->ack.reason = (u16)test_random(r);
		c->ack.accept_time_ns = test_random(r);
		random_bytes(r, c->ack.lineage_before, 16);
		random_bytes(r, c->ack.lineage, 16);
		c->ack.owner_term = (u32)test_random(r);
		break;
	case JVPN_CONTROL_REATTACH_REJECT:
		c->reject.nonce = test_random(r);
		c->reject.reason = (u16)test_random(r);
		c->reject.epoch = (u32)test_random(r);
		c->reject.retry_after_ms = (u32)test_random(r);
		break;
	case JVPN_CONTROL_REATTACH_WANTED:
		c->wanted.epoch = (u32)test_random(r);
		c->wanted.reason = (u16)test_random(r);
		break;
	case JVPN_CONTROL_PATH_CHALLENGE:
		random_addr(r, &c->path_token.observed, false);
		fallthrough;
	case JVPN_CONTROL_PATH_CONFIRM:
		random_bytes(r, c->path_token.token, 16);
		break;
	case JVPN_CONTROL_ENDPOINTS:
		c->endpoints.serial = (u32)test_random(r);
		c->endpoints.count = test_random_below(r, 9);
		for (i = 0; i < c->endpoints.count; i++) {
			random_addr(r, &c->endpoints.offer[i].endpoint, true);
			c->endpoints.offer[i].priority = (u8)test_random(r);
		}
		break;
	case JVPN_CONTROL_ENDPOINTS_ACK:
		c->endpoints_ack.serial = (u32)test_random(r);
		break;
	case JVPN_CONTROL_TERMINATE:
		c->terminate.reason = (u16)test_random(r);
		break;
	}
}

static size_t wanted_len(const struct jvpn_control *c)
{
	return body_len[c->kind] + (c->kind == JVPN_CONTROL_ENDPOINTS ?
				    24 * c->endpoints.count : 0);
}

static bool is_zero(const void *p, size_t len)
{
	const u8 *b = p;

	while (len--)
		if (*b++)
			return false;
	return true;
}

/* A refusal leaves nothing behind. */
static void refused(struct kunit *test, const u8 *body, size_t len, int err)
{
	struct jvpn_control c;

	memset(&c, 0xaa, sizeof(c));
	KUNIT_EXPECT_EQ(test, jvpn_control_parse(body, len, &c), err);
	KUNIT_EXPECT_TRUE(test, is_zero(&c, sizeof(c)));
}

static void there_and_back(struct kunit *test)
{
	struct test_random r = { .state = 5 };
	static u8 buf[JVPN_CONTROL_BODY_MAX + 1];
	static struct jvpn_control in, out;
	int i, len, kind;

	for (i = 0; i < 14000; i++) {
		kind = 1 + i % (__JVPN_CONTROL_MAX - 1);
		random_control(&r, kind, &in);
		/* Odd addresses as well. */
		len = jvpn_control_build(buf + i % 2, JVPN_CONTROL_BODY_MAX, &in);
		KUNIT_EXPECT_EQ(test, len, wanted_len(&in));
		if (len <= 0)
			continue;
		memset(&out, 0xaa, sizeof(out));
		KUNIT_EXPECT_EQ(test, jvpn_control_parse(buf + i % 2, len, &out), 0);
		KUNIT_EXPECT_MEMEQ(test, &in, &out, sizeof(in));
	}
}

/* Bytes written by hand: the layout is what docs/protocol.md says. */
static void fixed_bytes(struct kunit *test)
{
	static const u8 request[] = {
		3, 0, 60, 0, 0x44, 0x33, 0x22, 0x11,
		8, 7, 6, 5, 4, 3, 2, 1, 0x0d, 0x0c, 0x0b, 0x0a,
		5, 0, 65, 0,
		4, 0, 0x6c, 0xca, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	};
	static const u8 endpoints[] = {
		12, 0, 40, 0, 1, 0, 0, 0,
		0xef, 0xbe, 0xad, 0xde, 1, 0, 0, 0,
		6, 0, 0x35, 0x00, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 9, 200, 0, 0, 0,
	};
	struct jvpn_control c;
	u8 buf[64];

	KUNIT_EXPECT_EQ(test, jvpn_control_parse(request, sizeof(request), &c), 0);
	KUNIT_EXPECT_EQ(test, c.kind, JVPN_CONTROL_REATTACH_REQUEST);
	KUNIT_EXPECT_EQ(test, c.clock_ms, 0x11223344);
	KUNIT_EXPECT_EQ(test, c.request.nonce, 0x0102030405060708);
	KUNIT_EXPECT_EQ(test, c.request.epoch, 0x0a0b0c0d);
	KUNIT_EXPECT_EQ(test, c.request.path_id, 5);
	KUNIT_EXPECT_EQ(test, c.request.reason, JVPN_REASON_LINK_DOWN);
	KUNIT_EXPECT_EQ(test, c.request.observed.family, 4);
	KUNIT_EXPECT_EQ(test, c.request.observed.port, 51820);
	KUNIT_EXPECT_EQ(test, c.request.observed.addr[0], 192);
	KUNIT_EXPECT_EQ(test, c.request.token[15], 16);
	KUNIT_EXPECT_EQ(test, jvpn_control_build(buf, sizeof(buf), &c),
			sizeof(request));
	KUNIT_EXPECT_MEMEQ(test, buf, request, sizeof(request));

	KUNIT_EXPECT_EQ(test, jvpn_control_parse(endpoints, sizeof(endpoints), &c), 0);
	KUNIT_EXPECT_EQ(test, c.endpoints.serial, 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, c.endpoints.count, 1);
	KUNIT_EXPECT_EQ(test, c.endpoints.offer[0].endpoint.family, 6);
	KUNIT_EXPECT_EQ(test, c.endpoints.offer[0].endpoint.port, 53);
	KUNIT_EXPECT_EQ(test, c.endpoints.offer[0].priority, 200);
	KUNIT_EXPECT_EQ(test, jvpn_control_build(buf, sizeof(buf), &c),
			sizeof(endpoints));
	KUNIT_EXPECT_MEMEQ(test, buf, endpoints, sizeof(endpoints));
}

/* Every length of every kind: too short, cut, exact, padded, with a tail. */
static void lengths(struct kunit *test)
{
	struct test_random r = { .state = 6 };
	static struct jvpn_control in, out;
	static u8 buf[512];
	int kind;
	size_t len, full, said;

	for (kind = 1; kind < __JVPN_CONTROL_MAX; kind++) {
		random_control(&r, kind, &in);
		full = jvpn_control_build(buf, sizeof(buf), &in);
		memset(buf + full, 0x5a, sizeof(buf) - full);
		for (len = 0; len < full; len++)
			refused(test, buf, len, -EBADMSG);
		for (len = full; len < sizeof(buf); len++) {
			KUNIT_EXPECT_EQ(test, jvpn_control_parse(buf, len, &out), 0);
			KUNIT_EXPECT_MEMEQ(test, &in, &out, sizeof(in));
		}
		/* A later version's longer body; then lengths that lie. */
		for (said = 0; said < sizeof(buf) + 10; said++) {
			buf[2] = said & 0xff;
			buf[3] = said >> 8;
			if (said < full || said > sizeof(buf)) {
				refused(test, buf, sizeof(buf), -EBADMSG);
				continue;
			}
			KUNIT_EXPECT_EQ(test, 0,
					jvpn_control_parse(buf, sizeof(buf), &out));
			KUNIT_EXPECT_MEMEQ(test, &in, &out, sizeof(in));
		}
	}
}

static void kinds(struct kunit *test)
{
	struct jvpn_control c = { };
	u8 buf[512];
	int kind;

	for (kind = 0; kind < 256; kind++) {
		if (kind && kind < __JVPN_CONTROL_MAX)
			continue;
		memset(buf, 0xff, sizeof(buf));
		buf[0] = kind;
		refused(test, buf, sizeof(buf), -EOPNOTSUPP);
		refused(test, buf, HEAD, -EOPNOTSUPP);
		refused(test, buf, HEAD - 1, -EBADMSG);
		c.kind = kind;
		KUNIT_EXPECT_EQ(test, jvpn_control_build(buf, sizeof(buf), &c),
				-EINVAL);
	}
}

/* One byte that must be zero, or is out of range, at each place there is one. */
static void fields(struct kunit *test)
{
	static const struct {
		u8 kind;
		u8 at;		/* offset in the body, head included */
		u8 value;
	} bad[] = {
		{ JVPN_CONTROL_HEARTBEAT, 1, 1 },
		{ JVPN_CONTROL_HEARTBEAT, 32, 8 },	/* bound path */
		{ JVPN_CONTROL_HEARTBEAT, 32, 0xfe },
		{ JVPN_CONTROL_HEARTBEAT, 33, 0 },	/* state */
		{ JVPN_CONTROL_HEARTBEAT, 33, 7 },
		{ JVPN_CONTROL_HEARTBEAT, 34, 1 },
		{ JVPN_CONTROL_HEARTBEAT, 35, 0x80 },
		{ JVPN_CONTROL_HEARTBEAT_ACK, 32, 8 },
		{ JVPN_CONTROL_HEARTBEAT_ACK, 68, 5 },	/* family */
		{ JVPN_CONTROL_HEARTBEAT_ACK, 69, 1 },
		{ JVPN_CONTROL_REATTACH_REQUEST, 20, 8 }, /* path id */
		{ JVPN_CONTROL_REATTACH_REQUEST, 20, 0xff },
		{ JVPN_CONTROL_REATTACH_REQUEST, 21, 1 },
		{ JVPN_CONTROL_REATTACH_REQUEST, 24, 1 }, /* family */
		{ JVPN_CONTROL_REATTACH_REQUEST, 25, 1 },
		{ JVPN_CONTROL_REATTACH_ACK, 28, 2 },
		{ JVPN_CONTROL_REATTACH_ACK, 29, 1 },
		{ JVPN_CONTROL_REATTACH_ACK, 48, 10 },
		{ JVPN_CONTROL_REATTACH_ACK, 49, 1 },
		{ JVPN_CONTROL_REATTACH_ACK, 70, 1 },
		{ JVPN_CONTROL_REATTACH_ACK, 71, 1 },
		{ JVPN_CONTROL_REATTACH_REJECT, 18, 1 },
		{ JVPN_CONTROL_REATTACH_REJECT, 19, 1 },
		{ JVPN_CONTROL_REATTACH_WANTED, 14, 1 },
		{ JVPN_CONTROL_REATTACH_WANTED, 15, 1 },
		{ JVPN_CONTROL_REKEY_WANTED, 1, 1 },
		{ JVPN_CONTROL_PATH_CHALLENGE, 24, 3 },
		{ JVPN_CONTROL_PATH_CHALLENGE, 25, 1 },
		{ JVPN_CONTROL_ENDPOINTS, 12, 9 },	/* count */
		{ JVPN_CONTROL_ENDPOINTS, 12, 255 },
		{ JVPN_CONTROL_ENDPOINTS, 13, 1 },
		{ JVPN_CONTROL_ENDPOINTS, 15, 1 },
		{ JVPN_CONTROL_ENDPOINTS, 16, 0 },	/* an offer of nothing */
		{ JVPN_CONTROL_ENDPOINTS, 16, 7 },
		{ JVPN_CONTROL_ENDPOINTS, 17, 1 },
		{ JVPN_CONTROL_ENDPOINTS, 37, 1 },
		{ JVPN_CONTROL_ENDPOINTS, 39, 1 },
		{ JVPN_CONTROL_TERMINATE, 10, 1 },
		{ JVPN_CONTROL_TERMINATE, 11, 1 },
	};
	struct test_random r = { .state = 7 };
	struct jvpn_control c;
	u8 buf[512];
	unsigned int i;
	int len;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		do
			random_control(&r, bad[i].kind, &c);
		while (bad[i].kind == JVPN_CONTROL_ENDPOINTS && !c.endpoints.count);
		len = jvpn_control_build(buf, sizeof(buf), &c);
		KUNIT_EXPECT_EQ(test, jvpn_control_parse(buf, len, &c), 0);
		buf[bad[i].at] = bad[i].value;
		refused(test, buf, len, -EBADMSG);
	}
}

/* Unused bytes of an address are zero, or it is not one. */
static void addresses(struct kunit *test)
{
	struct jvpn_wire_endpoint wire = { .family = 4, .port = cpu_to_le16(7) };
	struct jvpn_addr a, b;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, sizeof(wire), 20);
	KUNIT_EXPECT_EQ(test, jvpn_addr_from_wire(&wire, &a), 0);
	KUNIT_EXPECT_EQ(test, a.port, 7);
	for (i = 0; i < 16; i++) {
		memset(wire.addr, 0, sizeof(wire.addr));
		wire.addr[i] = 1;
		wire.family = 4;
		KUNIT_EXPECT_EQ(test, jvpn_addr_from_wire(&wire, &a),
				i < 4 ? 0 : -EBADMSG);
		wire.family = 6;
		KUNIT_EXPECT_EQ(test, jvpn_addr_from_wire(&wire, &a), 0);
		wire.family = 0;
		wire.port = 0;
		KUNIT_EXPECT_EQ(test, jvpn_addr_from_wire(&wire, &b), -EBADMSG);
		KUNIT_EXPECT_TRUE(test, is_zero(&b, sizeof(b)));
		KUNIT_EXPECT_FALSE(test, jvpn_addr_equal(&a, &b));
		wire.port = cpu_to_le16(7);
	}
	memset(&wire, 0, sizeof(wire));
	KUNIT_EXPECT_EQ(test, jvpn_addr_from_wire(&wire, &a), 0);
	wire.port = cpu_to_le16(1);
	KUNIT_EXPECT_EQ(test, jvpn_addr_from_wire(&wire, &a), -EBADMSG);

	memset(&a, 0, sizeof(a));
	a.family = 4;
	a.port = 0x1234;
	a.addr[3] = 9;
	b = a;
	KUNIT_EXPECT_TRUE(test, jvpn_addr_equal(&a, &b));
	b.port++;
	KUNIT_EXPECT_FALSE(test, jvpn_addr_equal(&a, &b));
	b = a;
	b.family = 6;
	KUNIT_EXPECT_FALSE(test, jvpn_addr_equal(&a, &b));
	b = a;
	b.addr[0] = 1;
	KUNIT_EXPECT_FALSE(test, jvpn_addr_equal(&a, &b));
	memset(&wire, 0xff, sizeof(wire));
	jvpn_addr_to_wire(&a, &wire);
	KUNIT_EXPECT_EQ(test, wire.reserved, 0);
	KUNIT_EXPECT_EQ(test, jvpn_addr_from_wire(&wire, &b), 0);
	KUNIT_EXPECT_TRUE(test, jvpn_addr_equal(&a, &b));
}

/* What must not be built. */
static void bad_input(struct kunit *test)
{
	struct test_random r = { .state = 8 };
	struct jvpn_control c;
	u8 buf[512];

#define REFUSED(k, change)							\
	do {									\
		random_control(&r, k, &c);					\
		change;								\
		KUNIT_EXPECT_EQ(test, -EINVAL,					\
				jvpn_control_build(buf, sizeof(buf), &c));	\
	} while (0)

	REFUSED(JVPN_CONTROL_HEARTBEAT, c.heartbeat.bound_path = 8);
	REFUSED(JVPN_CONTROL_HEARTBEAT, c.heartbeat.state = 0);
	REFUSED(JVPN_CONTROL_HEARTBEAT, c.heartbeat.state = 7);
	REFUSED(JVPN_CONTROL_HEARTBEAT_ACK, c.heartbeat.state = 7);
	REFUSED(JVPN_CONTROL_HEARTBEAT_ACK, c.heartbeat.observed.family = 5);
	REFUSED(JVPN_CONTROL_REATTACH_REQUEST, c.request.path_id = 8);
	REFUSED(JVPN_CONTROL_REATTACH_REQUEST, c.request.observed.family = 1);
	REFUSED(JVPN_CONTROL_REATTACH_ACK, c.ack.initiator.family = 255);
	REFUSED(JVPN_CONTROL_REATTACH_ACK, c.ack.responder.family = 255);
	REFUSED(JVPN_CONTROL_PATH_CHALLENGE, c.path_token.observed.family = 9);
	REFUSED(JVPN_CONTROL_ENDPOINTS, c.endpoints.count = 9);
	REFUSED(JVPN_CONTROL_ENDPOINTS, c.endpoints.count = 1;
		c.endpoints.offer[0].endpoint.family = 0);
	REFUSED(JVPN_CONTROL_ENDPOINTS, c.endpoints.count = 1;
		c.endpoints.offer[0].endpoint.family = 3);
	REFUSED(JVPN_CONTROL_HEARTBEAT_ACK, c.heartbeat.observed.family = 4;
		c.heartbeat.observed.addr[15] = 1);
	REFUSED(JVPN_CONTROL_HEARTBEAT_ACK, c.heartbeat.observed.family = 0;
		c.heartbeat.observed.port = 1);
#undef REFUSED
}

/* Nothing is written beyond the room there is, nor into too little. */
static void room(struct kunit *test)
{
	struct test_random r = { .state = 9 };
	struct jvpn_control c;
	u8 buf[512];
	int kind;
	size_t full, size;

	for (kind = 1; kind < __JVPN_CONTROL_MAX; kind++) {
		random_control(&r, kind, &c);
		full = wanted_len(&c);
		KUNIT_EXPECT_LE(test, full, JVPN_CONTROL_BODY_MAX);
		for (size = 0; size <= full; size++) {
			memset(buf, 0xee, sizeof(buf));
			KUNIT_EXPECT_EQ(test, jvpn_control_build(buf, size, &c),
					size < full ? -ENOSPC : (int)full);
			KUNIT_EXPECT_EQ(test, buf[size < full ? 0 : full], 0xee);
		}
	}
}

/*
 * Whatever is accepted is valid: it can be built again, and what is built says
 * the same. Random bytes under each kind, and bodies with a few bytes changed.
 */
static void judge_fuzzed(struct kunit *test, const u8 *body, size_t len,
			 u32 *accepted)
{
	static u8 again[JVPN_CONTROL_BODY_MAX];
	static struct jvpn_control c, d;
	int err, built;

	err = jvpn_control_parse(body, len, &c);
	if (err) {
		KUNIT_EXPECT_TRUE(test, err == -EBADMSG || err == -EOPNOTSUPP);
		KUNIT_EXPECT_TRUE(test, is_zero(&c, sizeof(c)));
		return;
	}
	++*accepted;
	built = jvpn_control_build(again, sizeof(again), &c);
	KUNIT_EXPECT_GT(test, built, 0);
	KUNIT_EXPECT_LE(test, built, (int)len);
	KUNIT_EXPECT_EQ(test, jvpn_control_parse(again, built, &d), 0);
	KUNIT_EXPECT_MEMEQ(test, &c, &d, sizeof(c));
}

static void fuzz(struct kunit *test)
{
	struct test_random r = { .state = 10 };
	struct jvpn_control c;
	u32 accepted = 0;
	u8 body[256];
	size_t len;
	int i, k;

	for (i = 0; i < 100000; i++) {
		len = test_random_below(&r, sizeof(body) + 1);
		random_bytes(&r, body, len);
		if (len)
			body[0] = test_random_below(&r, __JVPN_CONTROL_MAX + 2);
		if (len > 3 && i % 2) {
			body[1] = 0;
			body[2] = len;
			body[3] = 0;
		}
		judge_fuzzed(test, body, len, &accepted);
	}
	for (i = 0; i < 100000; i++) {
		random_control(&r, 1 + i % (__JVPN_CONTROL_MAX - 1), &c);
		len = jvpn_control_build(body, sizeof(body), &c);
		for (k = test_random_below(&r, 4); k >= 0; k--)
			body[test_random_below(&r, len)] =
				test_random_below(&r, 2) ? (u8)test_random(&r) :
				(u8)(1 << test_random_below(&r, 8));
		judge_fuzzed(test, body, len, &accepted);
	}
	/* Neither everything nor nothing got through: both sides were tried. */
	KUNIT_EXPECT_GT(test, accepted, 20000);
	KUNIT_EXPECT_LT(test, accepted, 180000);
}

static struct kunit_case control_cases[] = {
	KUNIT_CASE(there_and_back),
	KUNIT_CASE(fixed_bytes),
	KUNIT_CASE(lengths),
	KUNIT_CASE(kinds),
	KUNIT_CASE(fields),
	KUNIT_CASE(addresses),
	KUNIT_CASE(bad_input),
	KUNIT_CASE(room),
	KUNIT_CASE(fuzz),
	{ }
};

static struct kunit_suite control_suite = {
	.name = "jvpn_control",
	.test_cases = control_cases,
};

kunit_test_suite(control_suite);
