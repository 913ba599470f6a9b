// SPDX-License-Identifier: GPL-2.0
/* Sealing and opening of packets, in every shape an skb has, early and late. */
#include <crypto/aead.h>
#include <crypto/algapi.h>
#include <crypto/chacha20poly1305.h>
#include <linux/completion.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>

#include "../../include/uapi/linux/jvpn.h"
#include "../crypto.h"
#include "util.h"
#include "vectors.h"

#define HEADER_LEN	sizeof(struct jvpn_msg_header)

static const u8 ciphers[] = {
	JVPN_CIPHER_AES_256_GCM,
	JVPN_CIPHER_CHACHA20_POLY1305,
};

#define CIPHERS	ARRAY_SIZE(ciphers)

/*
 * The driver that is picked for each of them, and the same behind a queue, from
 * which all answers are late. A queued one outranks the plain one from the
 * moment it exists, so both are asked for by their own names.
 */
static char drivers[CIPHERS][2][CRYPTO_MAX_ALG_NAME];

static const u8 test_key[JVPN_SYMMETRIC_KEY_LEN] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
};

static const u8 test_iv[JVPN_IV_LEN] = {
	0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab
};

/* A late answer, waited for. */
struct answer {
	struct completion completion;
	int err;
	int count;
	bool bh_was_off;
};

static void answer_init(struct answer *answer)
{
	init_completion(&answer->completion);
	answer->err = 1;
	answer->count = 0;
	answer->bh_was_off = true;
}

static void answer_done(void *arg, int err)
{
	struct answer *answer = arg;

	answer->err = err;
	answer->count++;
	answer->bh_was_off &= !!in_softirq();
	complete(&answer->completion);
}

static int await(struct answer *answer, int err)
{
	if (err != -EINPROGRESS)
		return err;
	wait_for_completion(&answer->completion);
	return answer->err;
}

/* Shapes of an skb that hold the same bytes. */
enum shape {
	LINEAR,
	CLONED,			/* somebody else looks at the same bytes */
	PAGED,			/* a little linear, the rest in page fragments */
	PAGED_ONLY,
	FRAG_LIST,		/* a list of skbs, paged and linear */
	MANY_PIECES,		/* more than a request has entries for */
	NESTED_LIST,		/* a fragment list in a fragment list */
	SHAPES
};

static struct sk_buff *linear_skb(const u8 *data, unsigned int len)
{
	struct sk_buff *skb = alloc_skb(len + 64, GFP_KERNEL);

	if (skb) {
		skb_reserve(skb, 32);
		if (len)
			skb_put_data(skb, data, len);
	}
	return skb;
}

/* The first @linear bytes linear, the rest in @pieces page fragments. */
static struct sk_buff *paged_skb(const u8 *data, unsigned int len, unsigned int linear,
				 unsigned int pieces)
{
	unsigned int part, i;
	struct sk_buff *skb;

	linear = min(linear, len);
	skb = linear_skb(data, linear);
	if (!skb)
		return NULL;
	for (i = 0; i < pieces && linear < len; i++) {
		struct page *page = alloc_page(GFP_KERNEL);
		unsigned int offset = 7 + 13 * i;

		if (!page) {
			kfree_skb(skb);
			return NULL;
		}
		part = i == pieces - 1 ? len - linear : (len - linear) / (pieces - i);
		memcpy(page_address(page) + offset, data + linear, part);
		skb_add_rx_frag(skb, i, page, offset, part, PAGE_SIZE);
		linear += part;
	}
	return skb;
}

static bool append_list(struct sk_buff *skb, struct sk_buff *part)
{
	struct sk_buff **last = &skb_shinfo(skb)->frag_list;

	if (!part)
		return false;
	while (*last)
		last = &(*last)->next;
	*last = part;
	skb->len += part->len;
	skb->data_len += part->len;
	skb->truesize += part->truesize;
	return true;
}

static struct sk_buff *list_skb(const u8 *data, unsigned int len, unsigned int parts,
				bool nested)
{
	unsigned int done = min(len, 10U), part, i;
	struct sk_buff *skb = linear_skb(data, done), *next;

	if (!skb)
		return NULL;
	for (i = 0; i < parts && done < len; i++) {
		part = i == parts - 1 ? len - done : (len - done) / (parts - i);
		if (nested && part > 20)
			next = list_skb(data + done, part, 2, false);
		else if (i % 2)
			next = paged_skb(data + done, part, part / 3, 2);
		else
			next = linear_skb(data + done, part);
		if (!append_list(skb, next)) {
			kfree_skb(skb);
			return NULL;
		}
		done += part;
	}
	return skb;
}

/* @other: for CLONED, the other skb that has the same bytes; else NULL. */
static struct sk_buff *shaped_skb(struct kunit *test, enum shape shape, const u8 *data,
				  unsigned int len, struct sk_buff **other)
{
	struct sk_buff *skb = NULL;

	*other = NULL;
	switch (shape) {
	case LINEAR:
		skb = linear_skb(data, len);
		break;
	case CLONED:
		skb = linear_skb(data, len);
		if (skb)
			*other = skb_clone(skb, GFP_KERNEL);
		break;
	case PAGED:
		skb = paged_skb(data, len, 30, 5);
		break;
	case PAGED_ONLY:
		skb = paged_skb(data, len, 0, MAX_SKB_FRAGS);
		break;
	case FRAG_LIST:
		skb = list_skb(data, len, 4, false);
		break;
	case MANY_PIECES:
		skb = list_skb(data, len, 60, false);
		break;
	case NESTED_LIST:
		skb = list_skb(data, len, 3, true);
		break;
	default:
		break;
	}
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, skb->len, len);
	return skb;
}

/* A fresh linear destination with @len bytes put, full of rubbish. */
static struct sk_buff *fresh_skb(struct kunit *test, unsigned int headroom,
				 unsigned int len)
{
	struct sk_buff *skb = alloc_skb(headroom + len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, headroom);
	memset(skb_put(skb, len), 0xdb, len);
	return skb;
}

static struct sk_buff *packet_room(struct kunit *test, const u8 *header, unsigned int len)
{
	struct sk_buff *skb = fresh_skb(test, 40, len + JVPN_OVERHEAD);

	memcpy(skb->data, header, HEADER_LEN);
	return skb;
}

static void aead_init(struct kunit *test, struct jvpn_aead *aead, int i, bool late)
{
	const char *driver = drivers[i][late];

	KUNIT_ASSERT_EQ(test, jvpn_aead_init_driver(aead, ciphers[i], driver, test_key,
						    test_iv), 0);
	KUNIT_ASSERT_STREQ(test, jvpn_aead_driver(aead), driver);
}

/* Published vectors of any shape, through the key that jvpn_aead_init() set. */
static void raw_vector(struct kunit *test, u8 cipher, const char *key_hex,
		       const char *iv_hex, const char *aad_hex, const char *plain_hex,
		       const char *sealed_hex)
{
	struct jvpn_piece key = unhex(test, key_hex), iv = unhex(test, iv_hex);
	struct jvpn_piece aad = unhex(test, aad_hex), plain = unhex(test, plain_hex);
	struct jvpn_piece sealed = unhex(test, sealed_hex);
	u8 *buf = kunit_kzalloc(test, aad.len + sealed.len, GFP_KERNEL);
	struct aead_request *req;
	struct scatterlist sg;
	struct jvpn_aead aead;

	DECLARE_CRYPTO_WAIT(wait);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, jvpn_aead_init(&aead, cipher, key.data, iv.data), 0);
	KUNIT_EXPECT_EQ(test, crypto_aead_authsize(aead.tfm), JVPN_TAG_LEN);
	req = aead_request_alloc(aead.tfm, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, req);

	memcpy(buf, aad.data, aad.len);
	memcpy(buf + aad.len, plain.data, plain.len);
	sg_init_one(&sg, buf, aad.len + sealed.len);
	aead_request_set_callback(req, CRYPTO_TFM_REQ_MAY_SLEEP, crypto_req_done, &wait);
	aead_request_set_ad(req, aad.len);
	aead_request_set_crypt(req, &sg, &sg, plain.len, aead.iv);
	KUNIT_EXPECT_EQ(test, crypto_wait_req(crypto_aead_encrypt(req), &wait), 0);
	EXPECT_MEM(test, buf + aad.len, sealed.data, sealed.len);
	aead_request_free(req);
	jvpn_aead_destroy(&aead);
}

static void published_vectors(struct kunit *test)
{
	raw_vector(test, JVPN_CIPHER_AES_256_GCM, GCM_KEY, GCM_IV, GCM_AAD, GCM_PLAIN,
		   GCM_SEALED);
	raw_vector(test, JVPN_CIPHER_CHACHA20_POLY1305, CHACHA_KEY, CHACHA_IV, CHACHA_AAD,
		   CHACHA_PLAIN, CHACHA_SEALED);
}

/* Published vectors with 16 bytes of associated data: packets with counter 0. */
static void packet_vector(struct kunit *test, u8 cipher, const char *key_hex,
			  const char *iv_hex, const char *aad_hex, const char *plain_hex,
			  const char *sealed_hex)
{
	struct jvpn_piece key = unhex(test, key_hex), iv = unhex(test, iv_hex);
	struct jvpn_piece aad = unhex(test, aad_hex), plain = unhex(test, plain_hex);
	struct jvpn_piece sealed = unhex(test, sealed_hex);
	struct sk_buff *inner, *packet;
	struct answer answer;
	struct jvpn_aead aead;

	answer_init(&answer);
	KUNIT_ASSERT_EQ(test, aad.len, HEADER_LEN);
	KUNIT_ASSERT_EQ(test, jvpn_aead_init(&aead, cipher, key.data, iv.data), 0);
	inner = linear_skb(plain.data, plain.len);
	KUNIT_ASSERT_NOT_NULL(test, inner);
	packet = packet_room(test, aad.data, plain.len);
	KUNIT_EXPECT_EQ(test, await(&answer, jvpn_seal(&aead, inner, packet, 0, answer_done,
						       &answer)), 0);
	EXPECT_MEM(test, packet->data, aad.data, HEADER_LEN);
	EXPECT_MEM(test, packet->data + HEADER_LEN, sealed.data, sealed.len);
	kfree_skb(inner);
	kfree_skb(packet);
	jvpn_aead_destroy(&aead);
}

#define PACKET_VECTOR(test, cipher, name)				\
	packet_vector(test, cipher, name##_KEY, name##_IV, name##_AAD,	\
		      name##_PLAIN, name##_SEALED)

static void packet_vectors(struct kunit *test)
{
	PACKET_VECTOR(test, JVPN_CIPHER_AES_256_GCM, WYCHEPROOF_GCM_102);
	PACKET_VECTOR(test, JVPN_CIPHER_CHACHA20_POLY1305, WYCHEPROOF_CHACHA_106);
	PACKET_VECTOR(test, JVPN_CIPHER_CHACHA20_POLY1305, WYCHEPROOF_CHACHA_122);
	PACKET_VECTOR(test, JVPN_CIPHER_CHACHA20_POLY1305, WYCHEPROOF_CHACHA_124);
}

/* A whole packet with a counter, against a second implementation. */
static void packets_on_the_wire(struct kunit *test)
{
	static const char *const packets[] = { PACKET_GCM, PACKET_CHACHA };
	const u64 counter = 0x1122334455667788ULL;
	u8 bytes[50];
	int i, j;

	for (j = 0; j < sizeof(bytes); j++)
		bytes[j] = j;
	for (i = 0; i < CIPHERS; i++) {
		struct jvpn_piece expected = unhex(test, packets[i]);
		struct sk_buff *inner = linear_skb(bytes, sizeof(bytes));
		struct sk_buff *packet = packet_room(test, bytes, sizeof(bytes));
		struct jvpn_aead aead;
		struct answer answer;

		answer_init(&answer);
		aead_init(test, &aead, i, false);
		KUNIT_ASSERT_NOT_NULL(test, inner);
		KUNIT_EXPECT_EQ(test, await(&answer, jvpn_seal(&aead, inner, packet, counter,
							       answer_done, &answer)), 0);
		KUNIT_EXPECT_EQ(test, packet->len, expected.len);
		EXPECT_MEM(test, packet->data, expected.data, expected.len);
		kfree_skb(inner);
		kfree_skb(packet);
		jvpn_aead_destroy(&aead);
	}
}

/* What is sealed from one shape is what is sealed from any other. */
static void check_seal(struct kunit *test, struct jvpn_aead *aead, enum shape shape,
		       const u8 *data, unsigned int len, u64 counter,
		       struct sk_buff *sealed)
{
	struct sk_buff *other, *plain = shaped_skb(test, shape, data, len, &other);
	u8 header[HEADER_LEN];
	struct sk_buff *packet;
	struct answer answer;

	memcpy(header, sealed->data, sizeof(header));
	packet = packet_room(test, header, len);
	answer_init(&answer);
	KUNIT_EXPECT_EQ(test, await(&answer, jvpn_seal(aead, plain, packet, counter,
						       answer_done, &answer)), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(packet->data, sealed->data, sealed->len), 0,
			    "shape %d, %u bytes", shape, len);
	/* The source is as it was. */
	if (other)
		EXPECT_MEM(test, other->data, data, len);
	KUNIT_EXPECT_EQ(test, plain->len, len);
	kfree_skb(other);
	kfree_skb(plain);
	kfree_skb(packet);
}

static void check_open(struct kunit *test, struct jvpn_aead *aead, enum shape shape,
		       const u8 *data, unsigned int len, u64 counter,
		       struct sk_buff *sealed)
{
	static const unsigned int headrooms[] = { 0, HEADER_LEN - 1, HEADER_LEN, 64 };
	struct sk_buff *other, *packet, *inner;
	struct answer answer;
	int i;

	packet = shaped_skb(test, shape, sealed->data, sealed->len, &other);
	for (i = 0; i < ARRAY_SIZE(headrooms); i++) {
		inner = fresh_skb(test, headrooms[i], len);
		answer_init(&answer);
		KUNIT_EXPECT_EQ(test, await(&answer, jvpn_open(aead, packet, inner, counter,
							       answer_done, &answer)), 0);
		KUNIT_EXPECT_EQ(test, inner->len, len);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(inner->data, data, len), 0,
				    "shape %d, %u bytes, headroom %u", shape, len,
				    headrooms[i]);
		if (other)
			EXPECT_MEM(test, other->data, sealed->data, sealed->len);
		kfree_skb(inner);
	}
	kfree_skb(other);
	kfree_skb(packet);
}

static void check_shapes(struct kunit *test, bool late)
{
	static const unsigned int lens[] = { 0, 1, 15, 16, 17, 63, 64, 65, 1420, 9000 };
	u8 *data = kunit_kmalloc(test, 9000, GFP_KERNEL);
	unsigned int i, j, shape;
	struct sk_buff *sealed;
	struct jvpn_aead aead;
	struct answer answer;
	int err;

	KUNIT_ASSERT_NOT_NULL(test, data);
	get_random_bytes(data, 9000);
	for (i = 0; i < CIPHERS; i++) {
		aead_init(test, &aead, i, late);
		for (j = 0; j < ARRAY_SIZE(lens); j++) {
			u64 counter = 1000 + j;

			sealed = packet_room(test, data, lens[j]);
			memcpy(sealed->data + HEADER_LEN, data, lens[j]);
			answer_init(&answer);
			err = jvpn_seal_inplace(&aead, sealed, counter, answer_done, &answer);
			KUNIT_EXPECT_EQ(test, await(&answer, err), 0);
			for (shape = 0; shape < SHAPES; shape++) {
				check_seal(test, &aead, shape, data, lens[j], counter, sealed);
				check_open(test, &aead, shape, data, lens[j], counter, sealed);
			}
			answer_init(&answer);
			err = jvpn_open_inplace(&aead, sealed, counter, answer_done, &answer);
			KUNIT_EXPECT_EQ(test, await(&answer, err), 0);
			EXPECT_MEM(test, sealed->data + HEADER_LEN, data, lens[j]);
			kfree_skb(sealed);
		}
		jvpn_aead_destroy(&aead);
	}
}

static void every_shape(struct kunit *test)
{
	check_shapes(test, false);
}

static void every_shape_late(struct kunit *test)
{
	check_shapes(test, true);
}

/* Each byte of header, ciphertext and tag, the counter and the key. */
static void check_tampering(struct kunit *test, int i, bool late)
{
	struct jvpn_aead aead, other;
	struct sk_buff *packet, *inner;
	u8 data[40], wrong_key[JVPN_SYMMETRIC_KEY_LEN];
	struct answer answer;
	unsigned int j;
	int err;

	get_random_bytes(data, sizeof(data));
	get_random_bytes(wrong_key, sizeof(wrong_key));
	aead_init(test, &aead, i, late);
	KUNIT_ASSERT_EQ(test, jvpn_aead_init(&other, ciphers[i], wrong_key, test_iv), 0);
	packet = packet_room(test, data, sizeof(data));
	memcpy(packet->data + HEADER_LEN, data, sizeof(data));
	answer_init(&answer);
	KUNIT_ASSERT_EQ(test, await(&answer, jvpn_seal_inplace(&aead, packet, 5, answer_done,
							       &answer)), 0);
	inner = fresh_skb(test, 64, sizeof(data));

	for (j = 0; j <= packet->len; j++) {
		if (j < packet->len)
			packet->data[j] ^= 0x04;
		answer_init(&answer);
		err = await(&answer, jvpn_open(&aead, packet, inner, 5, answer_done, &answer));
		KUNIT_EXPECT_EQ_MSG(test, err, j < packet->len ? -EBADMSG : 0, "byte %u", j);
		if (j < packet->len)
			packet->data[j] ^= 0x04;
	}
	answer_init(&answer);
	KUNIT_EXPECT_EQ(test, await(&answer, jvpn_open(&aead, packet, inner, 6, answer_done,
						       &answer)), -EBADMSG);
	answer_init(&answer);
	KUNIT_EXPECT_EQ(test, await(&answer, jvpn_open(&other, packet, inner, 5, answer_done,
						       &answer)), -EBADMSG);
	packet->data[20] ^= 1;
	answer_init(&answer);
	KUNIT_EXPECT_EQ(test, await(&answer, jvpn_open_inplace(&aead, packet, 5, answer_done,
							       &answer)), -EBADMSG);
	kfree_skb(inner);
	kfree_skb(packet);
	jvpn_aead_destroy(&aead);
	jvpn_aead_destroy(&other);
}

static void tampered_packets(struct kunit *test)
{
	int i;

	for (i = 0; i < CIPHERS; i++) {
		check_tampering(test, i, false);
		check_tampering(test, i, true);
	}
}

/* Sizes that do not fit together and buffers that are not ours are refused. */
static void refused_buffers(struct kunit *test)
{
	struct sk_buff *plain, *room, *clone, *paged, *inner, *packet;
	u8 data[64] = {};
	struct jvpn_aead aead;

	aead_init(test, &aead, 1, false);
	plain = linear_skb(data, 20);
	room = packet_room(test, data, 20);
	KUNIT_ASSERT_NOT_NULL(test, plain);

	skb_trim(room, room->len - 1);
	KUNIT_EXPECT_EQ(test, jvpn_seal(&aead, plain, room, 0, answer_done, NULL), -EINVAL);
	skb_put(room, 1);
	clone = skb_clone(room, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	KUNIT_EXPECT_EQ(test, jvpn_seal(&aead, plain, room, 0, answer_done, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, jvpn_seal_inplace(&aead, room, 0, answer_done, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, jvpn_open_inplace(&aead, room, 0, answer_done, NULL), -EINVAL);
	kfree_skb(clone);
	paged = paged_skb(data, 20 + JVPN_OVERHEAD, 20, 1);
	KUNIT_ASSERT_NOT_NULL(test, paged);
	KUNIT_EXPECT_EQ(test, jvpn_seal(&aead, plain, paged, 0, answer_done, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, jvpn_seal_inplace(&aead, paged, 0, answer_done, NULL), -EINVAL);

	/* Packets shorter than header and tag. */
	inner = fresh_skb(test, 16, 0);
	packet = linear_skb(data, JVPN_OVERHEAD - 1);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_EXPECT_EQ(test, jvpn_open(&aead, packet, inner, 0, answer_done, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, jvpn_open_inplace(&aead, packet, 0, answer_done, NULL), -EINVAL);
	kfree_skb(plain);
	kfree_skb(room);
	kfree_skb(paged);
	kfree_skb(inner);
	kfree_skb(packet);
	jvpn_aead_destroy(&aead);
}

/*
 * More late answers than the cipher's queue holds (1,000 in cryptd). What was
 * accepted is answered exactly once, with bottom halves off, and is right; what
 * was not is refused and never answered.
 */
#define FLOOD	1100

struct flood {
	struct answer answer;
	struct sk_buff *packet;
	int err;
};

static void late_flood(struct kunit *test)
{
	struct flood *flood = kvcalloc(FLOOD, sizeof(*flood), GFP_KERNEL);
	int i, accepted = 0, refused = 0;
	struct sk_buff *plain, *inner;
	struct jvpn_aead aead, check;
	u8 data[100] = { 1, 2, 3 };

	KUNIT_ASSERT_NOT_NULL(test, flood);
	plain = linear_skb(data, sizeof(data));
	KUNIT_ASSERT_NOT_NULL(test, plain);
	aead_init(test, &aead, 1, true);
	aead_init(test, &check, 1, false);
	for (i = 0; i < FLOOD; i++) {
		answer_init(&flood[i].answer);
		flood[i].packet = packet_room(test, data, sizeof(data));
	}

	/* The queue's worker cannot run meanwhile. */
	local_bh_disable();
	preempt_disable();
	for (i = 0; i < FLOOD; i++)
		flood[i].err = jvpn_seal(&aead, plain, flood[i].packet, i, answer_done,
					 &flood[i].answer);
	preempt_enable();
	local_bh_enable();

	inner = fresh_skb(test, 16, sizeof(data));
	for (i = 0; i < FLOOD; i++) {
		struct answer *answer = &flood[i].answer;

		if (flood[i].err == -EINPROGRESS) {
			wait_for_completion(&answer->completion);
			KUNIT_EXPECT_EQ(test, answer->err, 0);
			KUNIT_EXPECT_EQ(test, answer->count, 1);
			KUNIT_EXPECT_TRUE(test, answer->bh_was_off);
			KUNIT_EXPECT_EQ(test, jvpn_open(&check, flood[i].packet, inner, i,
							answer_done, NULL), 0);
			EXPECT_MEM(test, inner->data, data, sizeof(data));
			accepted++;
		} else {
			KUNIT_EXPECT_EQ(test, flood[i].err, -ENOSPC);
			KUNIT_EXPECT_EQ(test, answer->count, 0);
			refused++;
		}
		kfree_skb(flood[i].packet);
	}
	kunit_info(test, "%d answered late, %d refused\n", accepted, refused);
	KUNIT_EXPECT_GT(test, accepted, 0);
	KUNIT_EXPECT_GT(test, refused, 0);
	kfree_skb(inner);
	kfree_skb(plain);
	jvpn_aead_destroy(&aead);
	jvpn_aead_destroy(&check);
	kvfree(flood);
}

static void ciphers_known(struct kunit *test)
{
	struct jvpn_aead aead;

	KUNIT_EXPECT_EQ(test, jvpn_aead_supported(),
			1U << JVPN_CIPHER_AES_256_GCM | 1U << JVPN_CIPHER_CHACHA20_POLY1305);
	/* User-Mode Linux has portable AES only. */
	kunit_info(test, "%s, %s\n", drivers[0][0], drivers[1][0]);
	if (IS_ENABLED(CONFIG_UML))
		KUNIT_EXPECT_FALSE(test, jvpn_aes_accelerated());

	memset(&aead, 0x5a, sizeof(aead));
	KUNIT_EXPECT_EQ(test, jvpn_aead_init(&aead, 0, test_key, test_iv), -EOPNOTSUPP);
	expect_zeroed(test, &aead, sizeof(aead));
	memset(&aead, 0x5a, sizeof(aead));
	KUNIT_EXPECT_EQ(test, jvpn_aead_init(&aead, 3, test_key, test_iv), -EOPNOTSUPP);
	expect_zeroed(test, &aead, sizeof(aead));
	memset(&aead, 0x5a, sizeof(aead));
	KUNIT_EXPECT_EQ(test, jvpn_aead_init_driver(&aead, ciphers[0], "no-such-cipher",
						    test_key, test_iv), -EOPNOTSUPP);
	expect_zeroed(test, &aead, sizeof(aead));

	aead_init(test, &aead, 0, true);
	KUNIT_EXPECT_NOT_NULL(test, strstr(jvpn_aead_driver(&aead), "cryptd("));
	jvpn_aead_destroy(&aead);
	expect_zeroed(test, &aead, sizeof(aead));
	jvpn_aead_destroy(&aead);
}

/*
 * Whoever asks for a cipher in this machine from now on shall get the plain one
 * again: the queued ones have to go.
 */
static void queues_go(struct kunit *test)
{
	struct jvpn_aead aead;
	int i;

	for (i = 0; i < CIPHERS; i++) {
		aead_init(test, &aead, i, true);
		crypto_unregister_instance(crypto_tfm_alg_instance(&aead.tfm->base));
		jvpn_aead_destroy(&aead);

		KUNIT_ASSERT_EQ(test, jvpn_aead_init(&aead, ciphers[i], test_key, test_iv), 0);
		KUNIT_EXPECT_STREQ(test, jvpn_aead_driver(&aead), drivers[i][0]);
		jvpn_aead_destroy(&aead);
	}
}

static int crypto_suite_init(struct kunit_suite *suite)
{
	struct jvpn_aead aead;
	int i, err;

	for (i = 0; i < CIPHERS; i++) {
		err = jvpn_aead_init(&aead, ciphers[i], test_key, test_iv);
		if (err)
			return err;
		strscpy(drivers[i][0], jvpn_aead_driver(&aead), CRYPTO_MAX_ALG_NAME);
		snprintf(drivers[i][1], CRYPTO_MAX_ALG_NAME, "cryptd(%s)", drivers[i][0]);
		jvpn_aead_destroy(&aead);
	}
	return jvpn_crypto_init();
}

/* Also warns if a request is missing. */
static void crypto_suite_exit(struct kunit_suite *suite)
{
	jvpn_crypto_exit();
}

static struct kunit_case crypto_cases[] = {
	KUNIT_CASE(ciphers_known),
	KUNIT_CASE(published_vectors),
	KUNIT_CASE(packet_vectors),
	KUNIT_CASE(packets_on_the_wire),
	KUNIT_CASE(every_shape),
	KUNIT_CASE(every_shape_late),
	KUNIT_CASE(tampered_packets),
	KUNIT_CASE(refused_buffers),
	KUNIT_CASE(late_flood),
	KUNIT_CASE(queues_go),
	{}
};

static struct kunit_suite crypto_suite = {
	.name = "jvpn_crypto",
	.suite_init = crypto_suite_init,
	.suite_exit = crypto_suite_exit,
	.test_cases = crypto_cases,
};

kunit_test_suites(&crypto_suite);
