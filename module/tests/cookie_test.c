// SPDX-License-Identifier: GPL-2.0
/* MACs of handshake messages, cookies, and the rate limit per source. */
#include <crypto/chacha20poly1305.h>

#include "../cookie.h"
#include "../ratelimit.h"
#include "util.h"
#include "vectors.h"

#define MESSAGE_BYTES	200

struct message {
	u8 body[MESSAGE_BYTES];
	struct jvpn_wire_macs macs;
};

static const struct jvpn_addr source = {
	.family = 4, .port = 51820, .addr = { 192, 0, 2, 1 },
};

static void message_init(struct message *msg)
{
	int i;

	memset(msg, 0, sizeof(*msg));
	for (i = 0; i < MESSAGE_BYTES; i++)
		msg->body[i] = i;
}

/* A receiver, a sender, and a message between them. */
struct pair {
	struct jvpn_cookie_checker checker;
	struct jvpn_cookie_jar jar;
	struct message msg;
	struct jvpn_msg_cookie reply;
};

static struct pair *make_pair(struct kunit *test, u64 now_ns)
{
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	u8 public[JVPN_PUBLIC_KEY_LEN];

	KUNIT_ASSERT_NOT_NULL(test, p);
	UNHEX(test, public, NOISE_RESP_PUBLIC);
	jvpn_cookie_checker_init(&p->checker, public);
	jvpn_cookie_jar_init(&p->jar, public);
	message_init(&p->msg);
	memset(p->msg.macs.mac2, 0x5a, sizeof(p->msg.macs.mac2));
	jvpn_cookie_add_macs(&p->jar, &p->msg, sizeof(p->msg), now_ns);
	return p;
}

static enum jvpn_mac_verdict check(struct pair *p, const struct jvpn_addr *from,
				   u64 now_ns)
{
	return jvpn_cookie_check(&p->checker, &p->msg, sizeof(p->msg), from, now_ns, true);
}

/* The sender has a cookie, and its message carries mac2. */
static void give_cookie(struct kunit *test, struct pair *p, u64 now_ns)
{
	jvpn_cookie_make_reply(&p->checker, &p->msg.macs, cpu_to_le32(7), &source, now_ns,
			       &p->reply);
	KUNIT_ASSERT_EQ(test, jvpn_cookie_consume_reply(&p->jar, &p->reply, now_ns), 0);
	jvpn_cookie_add_macs(&p->jar, &p->msg, sizeof(p->msg), now_ns);
}

/* The constructions, byte by byte, against a second implementation. */
static void known_answers(struct kunit *test)
{
	u8 mac1[JVPN_MAC_LEN], mac2[JVPN_MAC_LEN];
	struct pair *p = make_pair(test, 0);

	UNHEX(test, mac1, MAC1);
	UNHEX(test, mac2, MAC2);
	p->reply.type = JVPN_MSG_COOKIE_REPLY;
	UNHEX(test, p->reply.nonce, COOKIE_NONCE);
	UNHEX(test, p->reply.sealed_cookie, SEALED_COOKIE);

	EXPECT_MEM(test, p->msg.macs.mac1, mac1, sizeof(mac1));
	expect_zeroed(test, &p->msg.macs.mac2, sizeof(p->msg.macs.mac2));
	KUNIT_EXPECT_EQ(test, check(p, &source, 0), JVPN_MAC_VALID);

	KUNIT_EXPECT_EQ(test, jvpn_cookie_consume_reply(&p->jar, &p->reply, 0), 0);
	jvpn_cookie_add_macs(&p->jar, &p->msg, sizeof(p->msg), 0);
	EXPECT_MEM(test, p->msg.macs.mac1, mac1, sizeof(mac1));
	EXPECT_MEM(test, p->msg.macs.mac2, mac2, sizeof(mac2));
}

static void round_trip(struct kunit *test)
{
	struct pair *p = make_pair(test, 0);

	KUNIT_EXPECT_EQ(test, check(p, &source, 0), JVPN_MAC_VALID);
	give_cookie(test, p, 0);
	KUNIT_EXPECT_EQ(test, p->reply.type, JVPN_MSG_COOKIE_REPLY);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(p->reply.receiver_index), 7);
	expect_zeroed(test, &p->reply.reserved, sizeof(p->reply.reserved));
	KUNIT_EXPECT_EQ(test, check(p, &source, 0), JVPN_MAC_VALID_COOKIE);
	/* Without load nobody looks. */
	KUNIT_EXPECT_EQ(test, jvpn_cookie_check(&p->checker, &p->msg, sizeof(p->msg),
						&source, 0, false), JVPN_MAC_VALID);
}

static void every_byte_counts(struct kunit *test)
{
	struct pair *p = make_pair(test, 0);
	u8 *bytes = (u8 *)&p->msg;
	size_t i;

	give_cookie(test, p, 0);
	for (i = 0; i < sizeof(p->msg); i++) {
		bool in_mac2 = i >= offsetof(struct message, macs.mac2);

		bytes[i] ^= 0x10;
		KUNIT_EXPECT_EQ_MSG(test, check(p, &source, 0),
				    in_mac2 ? JVPN_MAC_VALID : JVPN_MAC_INVALID,
				    "byte %zu", i);
		bytes[i] ^= 0x10;
	}
	for (i = 0; i <= sizeof(p->msg.macs); i++)
		KUNIT_EXPECT_EQ(test, jvpn_cookie_check(&p->checker, &p->msg, i, &source, 0,
							true), JVPN_MAC_INVALID);
}

static void bound_to_the_source(struct kunit *test)
{
	struct pair *p = make_pair(test, 0);
	struct jvpn_addr other;
	int i;

	give_cookie(test, p, 0);
	for (i = 0; i < sizeof(other.addr); i++) {
		other = source;
		other.addr[i] ^= 1;
		KUNIT_EXPECT_EQ(test, check(p, &other, 0), JVPN_MAC_VALID);
	}
	other = source;
	other.port++;
	KUNIT_EXPECT_EQ(test, check(p, &other, 0), JVPN_MAC_VALID);
	other = source;
	other.family = 6;
	KUNIT_EXPECT_EQ(test, check(p, &other, 0), JVPN_MAC_VALID);
}

/* A cookie is good for its own period and the next; its user drops it before. */
static void lifetime(struct kunit *test)
{
	const u64 slot = JVPN_COOKIE_SLOT_NS, late = slot - JVPN_COOKIE_LATENCY_NS;
	u64 start = 10 * slot;
	struct pair *p = make_pair(test, start);

	give_cookie(test, p, start);
	KUNIT_EXPECT_EQ(test, check(p, &source, start + 2 * slot - 1),
			JVPN_MAC_VALID_COOKIE);
	KUNIT_EXPECT_EQ(test, check(p, &source, start + 2 * slot), JVPN_MAC_VALID);

	/* Made in the last moment of a period: still good for a whole one. */
	p = make_pair(test, start + slot - 1);
	give_cookie(test, p, start + slot - 1);
	jvpn_cookie_add_macs(&p->jar, &p->msg, sizeof(p->msg), start + slot - 1 + late - 1);
	KUNIT_EXPECT_EQ(test, check(p, &source, start + slot - 1 + late - 1),
			JVPN_MAC_VALID_COOKIE);
	KUNIT_EXPECT_TRUE(test, p->jar.has_cookie);

	jvpn_cookie_add_macs(&p->jar, &p->msg, sizeof(p->msg), start + slot - 1 + late);
	expect_zeroed(test, &p->msg.macs.mac2, sizeof(p->msg.macs.mac2));
	expect_zeroed(test, &p->jar.cookie, sizeof(p->jar.cookie));
	KUNIT_EXPECT_FALSE(test, p->jar.has_cookie);
}

static void forged_replies(struct kunit *test)
{
	struct pair *p = make_pair(test, 0);
	u8 *byte;

	jvpn_cookie_make_reply(&p->checker, &p->msg.macs, cpu_to_le32(7), &source, 0,
			       &p->reply);
	for (byte = p->reply.nonce; byte < (u8 *)(&p->reply + 1); byte++) {
		*byte ^= 1;
		KUNIT_EXPECT_EQ(test, jvpn_cookie_consume_reply(&p->jar, &p->reply, 0),
				-EBADMSG);
		*byte ^= 1;
	}
	KUNIT_EXPECT_FALSE(test, p->jar.has_cookie);

	/* An answer to another message than the last one. */
	p->msg.body[0]++;
	jvpn_cookie_add_macs(&p->jar, &p->msg, sizeof(p->msg), 0);
	KUNIT_EXPECT_EQ(test, jvpn_cookie_consume_reply(&p->jar, &p->reply, 0), -EBADMSG);

	/* The right one is taken once. */
	give_cookie(test, p, 0);
	jvpn_cookie_make_reply(&p->checker, &p->msg.macs, cpu_to_le32(7), &source, 0,
			       &p->reply);
	KUNIT_EXPECT_EQ(test, jvpn_cookie_consume_reply(&p->jar, &p->reply, 0), 0);
	KUNIT_EXPECT_EQ(test, jvpn_cookie_consume_reply(&p->jar, &p->reply, 0), -ENOENT);
}

static void keys_are_zeroized(struct kunit *test)
{
	struct pair *p = make_pair(test, 0);

	give_cookie(test, p, 0);
	jvpn_cookie_checker_zeroize(&p->checker);
	jvpn_cookie_jar_zeroize(&p->jar);
	expect_zeroed(test, &p->checker, sizeof(p->checker));
	expect_zeroed(test, &p->jar, sizeof(p->jar));
}

/* The rate limit. */

static const struct net *const net_a = (struct net *)0x1000;
static const struct net *const net_b = (struct net *)0x2000;

static void limit_rate(struct kunit *test)
{
	const u64 start = 5 * JVPN_NS_PER_S, interval = JVPN_NS_PER_S / 20;
	struct jvpn_ratelimit limit;
	int i;

	KUNIT_ASSERT_EQ(test, jvpn_ratelimit_init(&limit, 1000, JVPN_HANDSHAKE_RATE_PER_S,
						  JVPN_HANDSHAKE_BURST), 0);
	for (i = 0; i < JVPN_HANDSHAKE_BURST; i++)
		KUNIT_EXPECT_TRUE(test, jvpn_ratelimit_allow(&limit, net_a, &source, start));
	KUNIT_EXPECT_FALSE(test, jvpn_ratelimit_allow(&limit, net_a, &source, start));
	/* One tick before a token is back, and at it; a refusal takes none. */
	KUNIT_EXPECT_FALSE(test, jvpn_ratelimit_allow(&limit, net_a, &source,
						      start + interval - 1));
	KUNIT_EXPECT_TRUE(test, jvpn_ratelimit_allow(&limit, net_a, &source,
						     start + interval));
	KUNIT_EXPECT_FALSE(test, jvpn_ratelimit_allow(&limit, net_a, &source,
						      start + interval));
	/* However long it was quiet, the burst is not larger. */
	for (i = 0; i < JVPN_HANDSHAKE_BURST; i++)
		KUNIT_EXPECT_TRUE(test, jvpn_ratelimit_allow(&limit, net_a, &source,
							     1000 * start));
	KUNIT_EXPECT_FALSE(test, jvpn_ratelimit_allow(&limit, net_a, &source, 1000 * start));
	jvpn_ratelimit_destroy(&limit);
	jvpn_ratelimit_destroy(&limit);
}

static bool drain(struct jvpn_ratelimit *limit, const struct net *net,
		  const struct jvpn_addr *from)
{
	int n = 0;

	while (jvpn_ratelimit_allow(limit, net, from, JVPN_NS_PER_S))
		n++;
	return n == JVPN_HANDSHAKE_BURST;
}

/* What is one source and what is another. */
static void limit_sources(struct kunit *test)
{
	struct jvpn_addr other = source;
	struct jvpn_addr six = { .family = 6, .addr = { 0x20, 1, 0xd, 0xb8 } };
	struct jvpn_ratelimit limit;

	KUNIT_ASSERT_EQ(test, jvpn_ratelimit_init(&limit, 1000, JVPN_HANDSHAKE_RATE_PER_S,
						  JVPN_HANDSHAKE_BURST), 0);
	KUNIT_EXPECT_TRUE(test, drain(&limit, net_a, &source));
	other.port++;
	KUNIT_EXPECT_FALSE(test, drain(&limit, net_a, &other));
	KUNIT_EXPECT_TRUE(test, drain(&limit, net_b, &source));
	other.addr[3]++;
	KUNIT_EXPECT_TRUE(test, drain(&limit, net_a, &other));

	KUNIT_EXPECT_TRUE(test, drain(&limit, net_a, &six));
	six.addr[8]++;
	KUNIT_EXPECT_FALSE(test, drain(&limit, net_a, &six));
	six.addr[7]++;
	KUNIT_EXPECT_TRUE(test, drain(&limit, net_a, &six));
	jvpn_ratelimit_destroy(&limit);
}

/* More sources than the table has places: it neither grows nor refuses. */
static void limit_bounded(struct kunit *test)
{
	struct jvpn_addr from = { .family = 4 };
	struct jvpn_ratelimit limit;
	__be32 addr;
	u32 i;

	KUNIT_ASSERT_EQ(test, jvpn_ratelimit_init(&limit, 16, 1, 1), 0);
	for (i = 0; i < 10000; i++) {
		addr = cpu_to_be32(i);
		memcpy(from.addr, &addr, sizeof(addr));
		KUNIT_EXPECT_TRUE(test, jvpn_ratelimit_allow(&limit, net_a, &from,
							     JVPN_NS_PER_S));
		KUNIT_EXPECT_FALSE(test, jvpn_ratelimit_allow(&limit, net_a, &from,
							      JVPN_NS_PER_S));
	}
	jvpn_ratelimit_destroy(&limit);

	KUNIT_EXPECT_EQ(test, jvpn_ratelimit_init(&limit, 0, 1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, jvpn_ratelimit_init(&limit, 1, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, jvpn_ratelimit_init(&limit, 1, 1000001, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, jvpn_ratelimit_init(&limit, 1, 1, 0), -EINVAL);
	jvpn_ratelimit_destroy(&limit);
}

static struct kunit_case cookie_cases[] = {
	KUNIT_CASE(known_answers),
	KUNIT_CASE(round_trip),
	KUNIT_CASE(every_byte_counts),
	KUNIT_CASE(bound_to_the_source),
	KUNIT_CASE(lifetime),
	KUNIT_CASE(forged_replies),
	KUNIT_CASE(keys_are_zeroized),
	KUNIT_CASE(limit_rate),
	KUNIT_CASE(limit_sources),
	KUNIT_CASE(limit_bounded),
	{}
};

static struct kunit_suite cookie_suite = {
	.name = "jvpn_cookie",
	.test_cases = cookie_cases,
};

kunit_test_suites(&cookie_suite);
