// SPDX-License-Identifier: GPL-2.0
/*
 * docs/protocol-examples.md, message by message: the module's own code gets the
 * same bytes as the implementation that the page was made by.
 */
#include <crypto/chacha20poly1305.h>
#include <linux/completion.h>
#include <linux/skbuff.h>

#include "../../include/uapi/linux/jvpn.h"
#include "../cookie.h"
#include "../crypto.h"
#include "../noise.h"
#include "util.h"
#include "examples.h"

#define HEADER_LEN	sizeof(struct jvpn_msg_header)

/* Both ends, and one handshake between them. */
struct ends {
	struct jvpn_identity initiator, responder;
	struct jvpn_cookie_jar initiator_jar, responder_jar;
	struct jvpn_noise hs, responder_hs;
	struct jvpn_noise_secrets secrets, responder_secrets;
	struct jvpn_init_payload init_opened;
	struct jvpn_response_payload response_opened;
	struct jvpn_msg_init init;
	struct jvpn_msg_response response;
	u8 psk[JVPN_SYMMETRIC_KEY_LEN];
};

static void identity_from(struct kunit *test, struct jvpn_identity *identity,
			  const char *private_hex, const char *public_hex)
{
	u8 key[JVPN_PUBLIC_KEY_LEN];

	UNHEX(test, key, private_hex);
	KUNIT_ASSERT_EQ(test, jvpn_identity_set(identity, key), 0);
	UNHEX(test, key, public_hex);
	EXPECT_MEM(test, identity->public_key, key, sizeof(key));
}

static struct ends *ends_new(struct kunit *test)
{
	struct ends *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, e);
	identity_from(test, &e->initiator, EXAMPLE_INITIATOR, EXAMPLE_INITIATOR_PUBLIC);
	identity_from(test, &e->responder, EXAMPLE_RESPONDER, EXAMPLE_RESPONDER_PUBLIC);
	jvpn_cookie_jar_init(&e->initiator_jar, e->responder.public_key);
	jvpn_cookie_jar_init(&e->responder_jar, e->initiator.public_key);
	return e;
}

static void expect_hex(struct kunit *test, const void *data, size_t len, const char *hex,
		       const char *what)
{
	struct jvpn_piece expected = unhex(test, hex);

	KUNIT_ASSERT_EQ_MSG(test, expected.len, len, "%s", what);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(data, expected.data, len), 0, "%s", what);
}

#define EXPECT_HEX(test, object, hex) \
	expect_hex(test, &(object), sizeof(object), hex, #object)

/* Everything that is random when the module does it by itself is given. */
static void write_init(struct kunit *test, struct ends *e,
		       const struct example_handshake *example)
{
	const struct jvpn_piece prologue = {
		JVPN_NOISE_PROLOGUE, sizeof(JVPN_NOISE_PROLOGUE) - 1
	};
	const struct jvpn_piece payload = {
		&example->init_payload, sizeof(example->init_payload)
	};

	memset(&e->init, 0, sizeof(e->init));
	e->init.type = JVPN_MSG_HANDSHAKE_INIT;
	e->init.sender_index = cpu_to_le32(example->init_index);
	UNHEX(test, e->hs.ephemeral_private, example->init_ephemeral);
	KUNIT_ASSERT_EQ(test, jvpn_noise_write_first(&e->hs, &e->initiator,
						     e->responder.public_key, &prologue,
						     &payload, e->init.ephemeral), 0);
	EXPECT_HEX(test, e->hs.symmetric.chaining_key, example->chaining_key);
	EXPECT_HEX(test, e->hs.symmetric.hash, example->hash);
	jvpn_cookie_add_macs(&e->initiator_jar, &e->init, sizeof(e->init), 1);
	EXPECT_HEX(test, e->init, example->init);
}

static void read_init(struct kunit *test, struct ends *e,
		      const struct example_handshake *example)
{
	u8 remote[JVPN_PUBLIC_KEY_LEN];

	KUNIT_ASSERT_EQ(test, jvpn_noise_consume_init(&e->responder_hs, &e->responder,
						      &e->init, remote, &e->init_opened), 0);
	EXPECT_MEM(test, remote, e->initiator.public_key, sizeof(remote));
	EXPECT_MEM(test, &e->init_opened, &example->init_payload, sizeof(e->init_opened));
}

static void write_response(struct kunit *test, struct ends *e,
			   const struct example_handshake *example)
{
	const struct jvpn_piece payload = {
		&example->response_payload, sizeof(example->response_payload)
	};

	memset(&e->response, 0, sizeof(e->response));
	e->response.type = JVPN_MSG_HANDSHAKE_RESPONSE;
	e->response.sender_index = cpu_to_le32(example->response_index);
	e->response.receiver_index = cpu_to_le32(example->init_index);
	UNHEX(test, e->responder_hs.ephemeral_private, example->response_ephemeral);
	KUNIT_ASSERT_EQ(test, jvpn_noise_write_second(&e->responder_hs, e->psk, &payload,
						      e->response.ephemeral,
						      &e->responder_secrets), 0);
	jvpn_cookie_add_macs(&e->responder_jar, &e->response, sizeof(e->response), 1);
	EXPECT_HEX(test, e->response, example->response);
	EXPECT_HEX(test, e->responder_secrets.send, example->to_initiator);
	EXPECT_HEX(test, e->responder_secrets.receive, example->to_responder);
}

static void read_response(struct kunit *test, struct ends *e,
			  const struct example_handshake *example)
{
	KUNIT_ASSERT_EQ(test, jvpn_noise_consume_response(&e->hs, &e->initiator, e->psk,
							  &e->response, &e->response_opened,
							  &e->secrets), 0);
	EXPECT_MEM(test, &e->response_opened, &example->response_payload,
		   sizeof(e->response_opened));
	EXPECT_HEX(test, e->secrets.send, example->to_responder);
	EXPECT_HEX(test, e->secrets.receive, example->to_initiator);
	EXPECT_HEX(test, e->secrets.session_id, example->session_id);
	EXPECT_HEX(test, e->secrets.root, example->root);
	EXPECT_HEX(test, e->secrets.handshake_hash, example->final_hash);
}

/* @e->psk is set; the secrets of both ends are there afterwards. */
static void run(struct kunit *test, struct ends *e, int which)
{
	const struct example_handshake *example = &example_handshakes[which];

	EXPECT_HEX(test, e->psk, example->psk);
	write_init(test, e, example);
	read_init(test, e, example);
	write_response(test, e, example);
	read_response(test, e, example);
}

static void configured_psk(struct kunit *test, struct ends *e)
{
	UNHEX(test, e->psk, EXAMPLE_PSK);
}

static void rekey_psk(struct kunit *test, struct ends *e)
{
	u8 psk[JVPN_SYMMETRIC_KEY_LEN], root[JVPN_ROOT_LEN];

	UNHEX(test, psk, EXAMPLE_PSK);
	UNHEX(test, root, example_handshakes[EXAMPLE_CREATE].root);
	jvpn_rekey_psk(psk, root, e->psk);
}

static void handshakes(struct kunit *test)
{
	struct ends *e = ends_new(test);

	configured_psk(test, e);
	run(test, e, EXAMPLE_CREATE);
	EXPECT_MEM(test, e->response_opened.session_id, e->secrets.session_id, JVPN_ID_LEN);
	rekey_psk(test, e);
	run(test, e, EXAMPLE_REKEY);
	configured_psk(test, e);
	run(test, e, EXAMPLE_REFUSED);
}

static void cookie(struct kunit *test)
{
	struct ends *e = ends_new(test);
	struct jvpn_cookie_checker *checker = kunit_kzalloc(test, sizeof(*checker), GFP_KERNEL);
	u8 plain[JVPN_MAC_LEN], sealed[JVPN_MAC_LEN + JVPN_TAG_LEN];
	struct jvpn_msg_cookie reply;

	KUNIT_ASSERT_NOT_NULL(test, checker);
	KUNIT_ASSERT_EQ(test, strlen(EXAMPLE_COOKIE_REPLY), 2 * sizeof(reply));
	KUNIT_ASSERT_EQ(test, hex2bin((u8 *)&reply, EXAMPLE_COOKIE_REPLY, sizeof(reply)), 0);
	write_init(test, e, &example_handshakes[EXAMPLE_CREATE]);

	/* The module draws nonces by itself: seal as it does, with this one. */
	jvpn_cookie_checker_init(checker, e->responder.public_key);
	UNHEX(test, plain, EXAMPLE_COOKIE);
	xchacha20poly1305_encrypt(sealed, plain, sizeof(plain), e->init.macs.mac1,
				  JVPN_MAC_LEN, reply.nonce, checker->reply_key);
	EXPECT_MEM(test, sealed, reply.sealed_cookie, sizeof(sealed));
	KUNIT_EXPECT_EQ(test, reply.type, JVPN_MSG_COOKIE_REPLY);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(reply.receiver_index),
			le32_to_cpu(e->init.sender_index));

	KUNIT_ASSERT_EQ(test, jvpn_cookie_consume_reply(&e->initiator_jar, &reply, 1), 0);
	EXPECT_MEM(test, e->initiator_jar.cookie, plain, sizeof(plain));
	write_init(test, e, &example_handshakes[EXAMPLE_CREATE_AGAIN]);
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(e->init.macs.mac2, 0, JVPN_MAC_LEN));
}

static void notice(struct kunit *test)
{
	u32 index = example_handshakes[EXAMPLE_REKEY].response_index;
	struct jvpn_msg_notice message = { .type = JVPN_MSG_NOTICE };
	struct ends *e = ends_new(test);
	struct jvpn_hmac_key key;

	message.receiver_index = cpu_to_le32(index);
	jvpn_notice_key(e->responder.private_key, &key);
	jvpn_notice_token(&key, message.receiver_index, message.token);
	EXPECT_HEX(test, message, EXAMPLE_NOTICE);
	/* The handshake gave it away, to be known again. */
	EXPECT_MEM(test, message.token,
		   example_handshakes[EXAMPLE_REKEY].response_payload.notice_token,
		   JVPN_TOKEN_LEN);
	jvpn_hmac_key_zeroize(&key);
}

static const struct jvpn_control *find_body(struct kunit *test, u8 kind)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(example_packets); i++)
		if (example_packets[i].body.kind == kind)
			return &example_packets[i].body;
	KUNIT_FAIL(test, "no example of kind %u", kind);
	return NULL;
}

static void every_kind(struct kunit *test)
{
	u8 kind;

	for (kind = 1; kind < __JVPN_CONTROL_MAX; kind++)
		find_body(test, kind);
}

static void lineage(struct kunit *test)
{
	const struct jvpn_control *ack = find_body(test, JVPN_CONTROL_REATTACH_ACK);
	u8 root[JVPN_ROOT_LEN], id[JVPN_ID_LEN], value[JVPN_LINEAGE_VALUE_LEN];
	struct jvpn_lineage_step step = {};
	struct jvpn_hmac_key key;

	KUNIT_ASSERT_NOT_NULL(test, ack);
	UNHEX(test, root, example_handshakes[EXAMPLE_CREATE].root);
	UNHEX(test, id, example_handshakes[EXAMPLE_CREATE].session_id);
	jvpn_lineage_key(root, &key);
	jvpn_lineage_first(&key, id, value);
	EXPECT_HEX(test, value, EXAMPLE_LINEAGE_0);
	EXPECT_MEM(test, value, ack->ack.lineage_before, sizeof(value));

	step.epoch = ack->ack.epoch;
	step.initiator = ack->ack.initiator;
	step.responder = ack->ack.responder;
	step.reason = ack->ack.reason;
	step.accept_time_ns = ack->ack.accept_time_ns;
	jvpn_lineage_next(&key, value, &step, value);
	EXPECT_MEM(test, value, ack->ack.lineage, sizeof(value));
	jvpn_hmac_key_zeroize(&key);
}

static void sealed(void *arg, int err)
{
	complete(arg);
}

/* With the key that the handshake's secret gives; a late answer is waited for. */
static void check_packet(struct kunit *test, const struct example_packet *example,
			 const struct jvpn_piece *plain)
{
	const struct example_handshake *handshake =
		&example_handshakes[example->keys ? EXAMPLE_REKEY : EXAMPLE_CREATE];
	const struct example_traffic *traffic = &example_traffic[example->keys];
	const int way = example->direction - JVPN_TO_RESPONDER;
	u8 secret[JVPN_SYMMETRIC_KEY_LEN], key[JVPN_SYMMETRIC_KEY_LEN], iv[JVPN_IV_LEN];
	DECLARE_COMPLETION_ONSTACK(done);
	struct jvpn_msg_header *header;
	struct jvpn_aead aead;
	struct sk_buff *skb;
	int err;

	UNHEX(test, secret, way ? handshake->to_initiator : handshake->to_responder);
	jvpn_traffic_key(secret, traffic->cipher, example->direction, key, iv);
	EXPECT_HEX(test, key, traffic->key[way]);
	EXPECT_HEX(test, iv, traffic->iv[way]);

	KUNIT_ASSERT_EQ(test, jvpn_aead_init(&aead, traffic->cipher, key, iv), 0);
	skb = alloc_skb(plain->len + JVPN_OVERHEAD, GFP_KERNEL);
	if (!skb) {
		jvpn_aead_destroy(&aead);
		KUNIT_FAIL(test, "no memory");
		return;
	}
	header = skb_put_zero(skb, sizeof(*header));
	header->type = example->type;
	header->path_id = example->path_id;
	header->receiver_index = cpu_to_le32(example->receiver_index);
	header->counter = cpu_to_le64(example->counter);
	if (plain->len)
		skb_put_data(skb, plain->data, plain->len);
	skb_put(skb, JVPN_TAG_LEN);

	err = jvpn_seal_inplace(&aead, skb, example->counter, sealed, &done);
	if (err == -EINPROGRESS) {
		wait_for_completion(&done);
		err = 0;
	}
	KUNIT_EXPECT_EQ_MSG(test, err, 0, "%s", example->name);
	expect_hex(test, skb->data, skb->len, example->message, example->name);
	kfree_skb(skb);
	jvpn_aead_destroy(&aead);
}

static void packets(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(example_packets); i++) {
		const struct example_packet *example = &example_packets[i];
		struct jvpn_piece plain = unhex(test, example->plain);
		u8 body[JVPN_CONTROL_BODY_MAX];
		struct jvpn_control parsed;
		int len;

		if (example->type == JVPN_MSG_CONTROL) {
			len = jvpn_control_build(body, sizeof(body), &example->body);
			KUNIT_ASSERT_GT_MSG(test, len, 0, "%s", example->name);
			expect_hex(test, body, len, example->plain, example->name);
			KUNIT_EXPECT_EQ(test, jvpn_control_parse(plain.data, plain.len,
								 &parsed), 0);
			KUNIT_EXPECT_EQ(test, parsed.kind, example->body.kind);
		}
		check_packet(test, example, &plain);
	}
}

static int crypto_setup(struct kunit_suite *suite)
{
	return jvpn_crypto_init();
}

static void crypto_teardown(struct kunit_suite *suite)
{
	jvpn_crypto_exit();
}

static struct kunit_case examples_cases[] = {
	KUNIT_CASE(handshakes),
	KUNIT_CASE(cookie),
	KUNIT_CASE(notice),
	KUNIT_CASE(every_kind),
	KUNIT_CASE(lineage),
	KUNIT_CASE(packets),
	{}
};

static struct kunit_suite examples_suite = {
	.name = "jvpn_examples",
	.suite_init = crypto_setup,
	.suite_exit = crypto_teardown,
	.test_cases = examples_cases,
};

kunit_test_suites(&examples_suite);
