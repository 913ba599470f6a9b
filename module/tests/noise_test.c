// SPDX-License-Identifier: GPL-2.0
/* The handshake: the published vector, the messages on the wire, their keys. */
#include <crypto/chacha20poly1305.h>
#include <linux/random.h>

#include "../../include/uapi/linux/jvpn.h"
#include "../noise.h"
#include "util.h"
#include "vectors.h"

static void identity_from(struct kunit *test, struct jvpn_identity *identity,
			  const char *hex)
{
	u8 key[JVPN_PUBLIC_KEY_LEN];

	UNHEX(test, key, hex);
	KUNIT_ASSERT_EQ(test, jvpn_identity_set(identity, key), 0);
}

/* One of the messages that follow the handshake in the vector. */
static void check_transport(struct kunit *test, const u8 *key, u64 nonce,
			    const char *payload_hex, const char *message_hex)
{
	struct jvpn_piece payload = unhex(test, payload_hex);
	struct jvpn_piece message = unhex(test, message_hex);
	u8 out[64];

	KUNIT_ASSERT_LE(test, message.len, sizeof(out));
	chacha20poly1305_encrypt(out, payload.data, payload.len, NULL, 0, nonce, key);
	EXPECT_MEM(test, out, message.data, message.len);
}

/* Two ends of a handshake, and what goes to and fro between them. */
struct ends {
	struct jvpn_identity initiator, responder;
	struct jvpn_noise hs, responder_hs;
	struct jvpn_noise_secrets secrets, responder_secrets;
	struct jvpn_init_payload init_payload, init_opened;
	struct jvpn_response_payload response_payload, response_opened;
	struct jvpn_msg_init init;
	struct jvpn_msg_response response;
	u8 remote[JVPN_PUBLIC_KEY_LEN];
	u8 psk[JVPN_SYMMETRIC_KEY_LEN];
};

static struct ends *ends_new(struct kunit *test)
{
	struct ends *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, e);
	return e;
}

/* Both ends of the vector's handshake; their secrets in the initiator's terms. */
static void run_vector(struct kunit *test, struct jvpn_noise_secrets *secrets)
{
	struct jvpn_piece prologue = unhex(test, NOISE_PROLOGUE);
	struct jvpn_piece payload1 = unhex(test, NOISE_PAYLOAD_1);
	struct jvpn_piece payload2 = unhex(test, NOISE_PAYLOAD_2);
	struct jvpn_piece message1 = unhex(test, NOISE_MESSAGE_1);
	struct jvpn_piece message2 = unhex(test, NOISE_MESSAGE_2);
	struct ends *e = ends_new(test);
	u8 out[128];

	identity_from(test, &e->initiator, NOISE_INIT_STATIC);
	identity_from(test, &e->responder, NOISE_RESP_STATIC);
	UNHEX(test, e->remote, NOISE_RESP_PUBLIC);
	UNHEX(test, e->psk, NOISE_PSK);
	EXPECT_MEM(test, e->responder.public_key, e->remote, sizeof(e->remote));

	UNHEX(test, e->hs.ephemeral_private, NOISE_INIT_EPHEMERAL);
	KUNIT_ASSERT_EQ(test, jvpn_noise_write_first(&e->hs, &e->initiator, e->remote,
						     &prologue, &payload1, out), 0);
	EXPECT_MEM(test, out, message1.data, message1.len);

	KUNIT_ASSERT_EQ(test, jvpn_noise_read_first(&e->responder_hs, &e->responder,
						    &prologue, &message1, out), 0);
	EXPECT_MEM(test, out, payload1.data, payload1.len);
	EXPECT_MEM(test, e->responder_hs.remote_static, e->initiator.public_key,
		   JVPN_PUBLIC_KEY_LEN);

	UNHEX(test, e->responder_hs.ephemeral_private, NOISE_RESP_EPHEMERAL);
	KUNIT_ASSERT_EQ(test, jvpn_noise_write_second(&e->responder_hs, e->psk, &payload2,
						      out, &e->responder_secrets), 0);
	EXPECT_MEM(test, out, message2.data, message2.len);
	expect_zeroed(test, &e->responder_hs, sizeof(e->responder_hs));

	KUNIT_ASSERT_EQ(test, jvpn_noise_read_second(&e->hs, &e->initiator, e->psk,
						     &message2, out, secrets), 0);
	EXPECT_MEM(test, out, payload2.data, payload2.len);

	EXPECT_MEM(test, secrets->send, e->responder_secrets.receive, JVPN_HASH_LEN);
	EXPECT_MEM(test, secrets->receive, e->responder_secrets.send, JVPN_HASH_LEN);
	EXPECT_MEM(test, secrets->session_id, e->responder_secrets.session_id,
		   JVPN_ID_LEN);
	EXPECT_MEM(test, secrets->root, e->responder_secrets.root, JVPN_ROOT_LEN);
	EXPECT_MEM(test, secrets->handshake_hash, e->responder_secrets.handshake_hash,
		   JVPN_HASH_LEN);
}

static void published_vector(struct kunit *test)
{
	struct jvpn_noise_secrets secrets;
	u8 hash[JVPN_HASH_LEN];

	run_vector(test, &secrets);
	UNHEX(test, hash, NOISE_HASH);
	EXPECT_MEM(test, secrets.handshake_hash, hash, sizeof(hash));
	check_transport(test, secrets.send, 0, NOISE_PAYLOAD_3, NOISE_MESSAGE_3);
	check_transport(test, secrets.receive, 0, NOISE_PAYLOAD_4, NOISE_MESSAGE_4);
	check_transport(test, secrets.send, 1, NOISE_PAYLOAD_5, NOISE_MESSAGE_5);
	check_transport(test, secrets.receive, 1, NOISE_PAYLOAD_6, NOISE_MESSAGE_6);
}

static void check_traffic_key(struct kunit *test, const u8 *secret, u8 cipher,
			      enum jvpn_direction direction, const char *hex)
{
	u8 expected[JVPN_SYMMETRIC_KEY_LEN + JVPN_IV_LEN];
	u8 key[JVPN_SYMMETRIC_KEY_LEN], iv[JVPN_IV_LEN];

	UNHEX(test, expected, hex);
	jvpn_traffic_key(secret, cipher, direction, key, iv);
	EXPECT_MEM(test, key, expected, sizeof(key));
	EXPECT_MEM(test, iv, expected + sizeof(key), sizeof(iv));
}

static void derived_keys(struct kunit *test)
{
	u8 expected[32], psk[32], out[32];
	struct jvpn_noise_secrets secrets;

	run_vector(test, &secrets);
	UNHEX(test, expected, SPLIT_TO_RESPONDER);
	EXPECT_MEM(test, secrets.send, expected, sizeof(expected));
	unhex_to(test, expected, JVPN_ID_LEN, SESSION_ID);
	EXPECT_MEM(test, secrets.session_id, expected, JVPN_ID_LEN);
	UNHEX(test, expected, SESSION_ROOT);
	EXPECT_MEM(test, secrets.root, expected, sizeof(expected));

	UNHEX(test, psk, NOISE_PSK);
	UNHEX(test, expected, REKEY_PSK);
	jvpn_rekey_psk(psk, secrets.root, out);
	EXPECT_MEM(test, out, expected, sizeof(expected));

	check_traffic_key(test, secrets.send, JVPN_CIPHER_AES_256_GCM,
			  JVPN_TO_RESPONDER, TRAFFIC_1_1);
	check_traffic_key(test, secrets.send, JVPN_CIPHER_AES_256_GCM,
			  JVPN_TO_INITIATOR, TRAFFIC_1_2);
	check_traffic_key(test, secrets.send, JVPN_CIPHER_CHACHA20_POLY1305,
			  JVPN_TO_RESPONDER, TRAFFIC_2_1);
	check_traffic_key(test, secrets.send, JVPN_CIPHER_CHACHA20_POLY1305,
			  JVPN_TO_INITIATOR, TRAFFIC_2_2);
}

static void lineage_and_notice(struct kunit *test)
{
	const struct jvpn_lineage_step step = {
		.epoch = 7,
		.initiator = { .family = 4, .port = 51820, .addr = { 192, 0, 2, 1 } },
		.responder = { .family = 6, .port = 443,
			       .addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
		.reason = 0x123,
		.accept_time_ns = 0x0102030405060708ULL,
	};
	u8 root[JVPN_ROOT_LEN], id[JVPN_ID_LEN], value[16], expected[16];
	struct jvpn_identity identity;
	struct jvpn_hmac_key key;

	UNHEX(test, root, SESSION_ROOT);
	UNHEX(test, id, SESSION_ID);
	jvpn_lineage_key(root, &key);
	jvpn_lineage_first(&key, id, value);
	UNHEX(test, expected, LINEAGE_0);
	EXPECT_MEM(test, value, expected, sizeof(expected));
	jvpn_lineage_next(&key, value, &step, value);
	UNHEX(test, expected, LINEAGE_1);
	EXPECT_MEM(test, value, expected, sizeof(expected));

	identity_from(test, &identity, NOISE_RESP_STATIC);
	jvpn_notice_key(identity.private_key, &key);
	jvpn_notice_token(&key, cpu_to_le32(0xdeadbeef), value);
	UNHEX(test, expected, NOTICE_TOKEN);
	EXPECT_MEM(test, value, expected, sizeof(expected));
}

static void random_identity(struct kunit *test, struct jvpn_identity *identity)
{
	u8 key[JVPN_PUBLIC_KEY_LEN];

	get_random_bytes(key, sizeof(key));
	KUNIT_ASSERT_EQ(test, jvpn_identity_set(identity, key), 0);
}

/* Two ends between which an INIT has just been written. */
static struct ends *ends_after_init(struct kunit *test)
{
	struct ends *e = ends_new(test);

	random_identity(test, &e->initiator);
	random_identity(test, &e->responder);
	get_random_bytes(&e->init_payload, sizeof(e->init_payload));
	get_random_bytes(&e->response_payload, sizeof(e->response_payload));
	get_random_bytes(e->psk, sizeof(e->psk));
	memset(&e->init, 0xff, sizeof(e->init));
	memset(&e->response, 0xff, sizeof(e->response));
	KUNIT_ASSERT_EQ(test, jvpn_noise_create_init(&e->hs, &e->initiator,
						     e->responder.public_key,
						     &e->init_payload, &e->init), 0);
	return e;
}

static int consume_init(struct ends *e)
{
	return jvpn_noise_consume_init(&e->responder_hs, &e->responder, &e->init,
				       e->remote, &e->init_opened);
}

static int create_response(struct ends *e, const u8 *psk, bool fill)
{
	return jvpn_noise_create_response(&e->responder_hs, &e->responder, psk,
					  &e->response_payload, fill, &e->response,
					  &e->responder_secrets);
}

static int consume_response(struct ends *e, const u8 *psk)
{
	return jvpn_noise_consume_response(&e->hs, &e->initiator, psk, &e->response,
					   &e->response_opened, &e->secrets);
}

static void wire_messages(struct kunit *test)
{
	struct ends *e = ends_after_init(test);
	static const u8 zero[32];

	KUNIT_EXPECT_EQ(test, e->init.type, JVPN_MSG_HANDSHAKE_INIT);
	EXPECT_MEM(test, e->init.reserved, zero, sizeof(e->init.reserved));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(e->init.sender_index), U32_MAX);
	KUNIT_EXPECT_NULL(test, memchr_inv(&e->init.macs, 0xff, sizeof(e->init.macs)));

	KUNIT_ASSERT_EQ(test, consume_init(e), 0);
	EXPECT_MEM(test, e->remote, e->initiator.public_key, sizeof(e->remote));
	EXPECT_MEM(test, &e->init_opened, &e->init_payload, sizeof(e->init_payload));

	KUNIT_ASSERT_EQ(test, create_response(e, e->psk, true), 0);
	expect_zeroed(test, &e->responder_hs, sizeof(e->responder_hs));
	KUNIT_EXPECT_EQ(test, e->response.type, JVPN_MSG_HANDSHAKE_RESPONSE);
	EXPECT_MEM(test, e->response.reserved, zero, sizeof(e->response.reserved));
	KUNIT_EXPECT_NULL(test, memchr_inv(&e->response.macs, 0xff,
					   sizeof(e->response.macs)));

	KUNIT_ASSERT_EQ(test, consume_response(e, e->psk), 0);
	EXPECT_MEM(test, e->response_opened.session_id, e->secrets.session_id,
		   JVPN_ID_LEN);
	/* All else arrived as it was given. */
	memcpy(e->response_payload.session_id, e->secrets.session_id, JVPN_ID_LEN);
	EXPECT_MEM(test, &e->response_opened, &e->response_payload,
		   sizeof(e->response_payload));

	EXPECT_MEM(test, e->secrets.send, e->responder_secrets.receive, 32);
	EXPECT_MEM(test, e->secrets.receive, e->responder_secrets.send, 32);
	EXPECT_MEM(test, e->secrets.root, e->responder_secrets.root, JVPN_ROOT_LEN);
	KUNIT_EXPECT_NE(test, memcmp(e->secrets.send, e->secrets.receive, 32), 0);
	KUNIT_EXPECT_NE(test, memcmp(e->secrets.root, zero, JVPN_ROOT_LEN), 0);
}

/* A rekey's answer names the session's id, not the one this handshake gives. */
static void session_id_kept(struct kunit *test)
{
	struct ends *e = ends_after_init(test);

	KUNIT_ASSERT_EQ(test, consume_init(e), 0);
	KUNIT_ASSERT_EQ(test, create_response(e, e->psk, false), 0);
	KUNIT_ASSERT_EQ(test, consume_response(e, e->psk), 0);
	EXPECT_MEM(test, &e->response_opened, &e->response_payload,
		   sizeof(e->response_payload));
}

/* First the rekey's PSK, then the configured one, on the same message. */
static void two_psks(struct kunit *test)
{
	struct ends *e = ends_after_init(test);
	u8 rekey_psk[JVPN_SYMMETRIC_KEY_LEN], root[JVPN_ROOT_LEN];
	struct jvpn_response_payload untouched;
	struct jvpn_noise before = e->hs;
	int with_configured;

	get_random_bytes(root, sizeof(root));
	jvpn_rekey_psk(e->psk, root, rekey_psk);
	memset(&untouched, 0x5a, sizeof(untouched));

	for (with_configured = 0; with_configured < 2; with_configured++) {
		const u8 *right = with_configured ? e->psk : rekey_psk;
		const u8 *wrong = with_configured ? rekey_psk : e->psk;

		KUNIT_ASSERT_EQ(test, consume_init(e), 0);
		KUNIT_ASSERT_EQ(test, create_response(e, right, true), 0);

		e->response_opened = untouched;
		memset(&e->secrets, 0x5a, sizeof(e->secrets));
		KUNIT_EXPECT_EQ(test, consume_response(e, wrong), -EBADMSG);
		EXPECT_MEM(test, &e->hs, &before, sizeof(before));
		EXPECT_MEM(test, &e->response_opened, &untouched, sizeof(untouched));
		expect_zeroed(test, &e->secrets, sizeof(e->secrets));

		KUNIT_EXPECT_EQ(test, consume_response(e, right), 0);
		EXPECT_MEM(test, &e->hs, &before, sizeof(before));
		EXPECT_MEM(test, e->secrets.root, e->responder_secrets.root,
			   JVPN_ROOT_LEN);
	}
}

static void tampered_init(struct kunit *test)
{
	struct ends *e = ends_after_init(test);
	struct jvpn_init_payload untouched;
	u8 *byte;

	memset(&untouched, 0x5a, sizeof(untouched));
	e->init_opened = untouched;
	memset(e->remote, 0x5a, sizeof(e->remote));
	for (byte = e->init.ephemeral; byte < (u8 *)&e->init.macs; byte++) {
		*byte ^= 0x80;
		KUNIT_EXPECT_EQ_MSG(test, consume_init(e), -EBADMSG, "byte %td",
				    byte - (u8 *)&e->init);
		expect_zeroed(test, &e->responder_hs, sizeof(e->responder_hs));
		*byte ^= 0x80;
	}
	EXPECT_MEM(test, &e->init_opened, &untouched, sizeof(untouched));
	EXPECT_MEM(test, e->remote, &untouched, sizeof(e->remote));
	KUNIT_EXPECT_EQ(test, consume_init(e), 0);
}

static void tampered_response(struct kunit *test)
{
	struct ends *e = ends_after_init(test);
	u8 *byte;

	KUNIT_ASSERT_EQ(test, consume_init(e), 0);
	KUNIT_ASSERT_EQ(test, create_response(e, e->psk, true), 0);
	for (byte = e->response.ephemeral; byte < (u8 *)&e->response.macs; byte++) {
		*byte ^= 1;
		memset(&e->secrets, 0x5a, sizeof(e->secrets));
		KUNIT_EXPECT_EQ_MSG(test, consume_response(e, e->psk), -EBADMSG,
				    "byte %td", byte - (u8 *)&e->response);
		expect_zeroed(test, &e->secrets, sizeof(e->secrets));
		*byte ^= 1;
	}
	KUNIT_EXPECT_EQ(test, consume_response(e, e->psk), 0);
}

/* An INIT for somebody else, a response from somebody else, another prologue. */
static void wrong_ends(struct kunit *test)
{
	struct ends *e = ends_after_init(test), *other = ends_after_init(test);
	struct jvpn_piece prologue = { "jvpn v2", 7 }, message = {
		e->init.ephemeral,
		offsetof(struct jvpn_msg_init, macs) -
		offsetof(struct jvpn_msg_init, ephemeral)
	};

	swap(e->responder, other->responder);
	KUNIT_EXPECT_EQ(test, consume_init(e), -EBADMSG);
	swap(e->responder, other->responder);
	KUNIT_EXPECT_EQ(test, jvpn_noise_read_first(&e->responder_hs, &e->responder,
						    &prologue, &message,
						    &e->init_opened), -EBADMSG);

	KUNIT_ASSERT_EQ(test, consume_init(e), 0);
	KUNIT_ASSERT_EQ(test, consume_init(other), 0);
	KUNIT_ASSERT_EQ(test, create_response(e, e->psk, true), 0);
	KUNIT_ASSERT_EQ(test, create_response(other, e->psk, true), 0);
	swap(e->response, other->response);
	KUNIT_EXPECT_EQ(test, consume_response(e, e->psk), -EBADMSG);
}

/* No message shorter than its fixed part is looked at. */
static void short_messages(struct kunit *test)
{
	struct ends *e = ends_after_init(test);
	struct jvpn_piece prologue = { "", 0 };
	struct jvpn_piece message = { &e->init, JVPN_NOISE_FIRST_OVERHEAD - 1 };

	KUNIT_EXPECT_EQ(test, jvpn_noise_read_first(&e->responder_hs, &e->responder,
						    &prologue, &message,
						    &e->init_opened), -EBADMSG);
	message.len = JVPN_NOISE_SECOND_OVERHEAD - 1;
	KUNIT_EXPECT_EQ(test, jvpn_noise_read_second(&e->hs, &e->initiator, e->psk,
						     &message, &e->response_opened,
						     &e->secrets), -EBADMSG);
}

/* All points of low order, and how else they can be written (RFC 7748, 5). */
static const char *const low_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static void low_order_keys(struct kunit *test)
{
	struct ends *e = ends_after_init(test);
	u8 key[JVPN_PUBLIC_KEY_LEN];
	size_t i;

	KUNIT_EXPECT_TRUE(test, jvpn_public_key_valid(e->initiator.public_key));
	for (i = 0; i < ARRAY_SIZE(low_order); i++) {
		struct jvpn_noise hs;
		struct jvpn_msg_init msg;

		UNHEX(test, key, low_order[i]);
		KUNIT_EXPECT_FALSE_MSG(test, jvpn_public_key_valid(key), "%s", low_order[i]);
		KUNIT_EXPECT_EQ(test, jvpn_noise_create_init(&hs, &e->initiator, key,
							     &e->init_payload, &msg),
				-ENOKEY);
		expect_zeroed(test, &hs, sizeof(hs));

		memcpy(e->init.ephemeral, key, sizeof(key));
		KUNIT_EXPECT_EQ(test, consume_init(e), -EBADMSG);
	}
}

static void identities(struct kunit *test)
{
	u8 key[JVPN_PUBLIC_KEY_LEN] = {}, expected[JVPN_PUBLIC_KEY_LEN];
	struct ends *e = ends_after_init(test);
	struct jvpn_identity identity;

	memset(&identity, 0x5a, sizeof(identity));
	KUNIT_EXPECT_EQ(test, jvpn_identity_set(&identity, key), -EINVAL);
	expect_zeroed(test, &identity, sizeof(identity));

	/* RFC 7748, 6.1: Alice's keys; the private one is clamped. */
	UNHEX(test, key,
	      "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
	UNHEX(test, expected,
	      "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
	KUNIT_EXPECT_EQ(test, jvpn_identity_set(&identity, key), 0);
	KUNIT_EXPECT_TRUE(test, identity.valid);
	EXPECT_MEM(test, identity.public_key, expected, sizeof(expected));
	KUNIT_EXPECT_EQ(test, identity.private_key[0], key[0] & 248);
	KUNIT_EXPECT_EQ(test, identity.private_key[31], (key[31] & 127) | 64);

	jvpn_identity_zeroize(&identity);
	expect_zeroed(test, &identity, sizeof(identity));

	/* Without an identity nothing works. */
	KUNIT_EXPECT_EQ(test, jvpn_noise_create_init(&e->hs, &identity,
						     e->responder.public_key,
						     &e->init_payload, &e->init), -ENOKEY);
	e->responder = identity;
	KUNIT_EXPECT_EQ(test, consume_init(e), -ENOKEY);
	e->initiator = identity;
	KUNIT_EXPECT_EQ(test, consume_response(e, e->psk), -ENOKEY);
}

static void zeroization(struct kunit *test)
{
	struct ends *e = ends_after_init(test);

	KUNIT_ASSERT_EQ(test, consume_init(e), 0);
	KUNIT_ASSERT_EQ(test, create_response(e, e->psk, true), 0);
	KUNIT_ASSERT_EQ(test, consume_response(e, e->psk), 0);
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(&e->hs, 0, sizeof(e->hs)));
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(&e->secrets, 0, sizeof(e->secrets)));
	jvpn_noise_zeroize(&e->hs);
	jvpn_noise_secrets_zeroize(&e->secrets);
	jvpn_identity_zeroize(&e->initiator);
	expect_zeroed(test, &e->hs, sizeof(e->hs));
	expect_zeroed(test, &e->secrets, sizeof(e->secrets));
	expect_zeroed(test, &e->initiator, sizeof(e->initiator));
}

static struct kunit_case noise_cases[] = {
	KUNIT_CASE(published_vector),
	KUNIT_CASE(derived_keys),
	KUNIT_CASE(lineage_and_notice),
	KUNIT_CASE(wire_messages),
	KUNIT_CASE(session_id_kept),
	KUNIT_CASE(two_psks),
	KUNIT_CASE(tampered_init),
	KUNIT_CASE(tampered_response),
	KUNIT_CASE(wrong_ends),
	KUNIT_CASE(short_messages),
	KUNIT_CASE(low_order_keys),
	KUNIT_CASE(identities),
	KUNIT_CASE(zeroization),
	{}
};

static struct kunit_suite noise_suite = {
	.name = "jvpn_noise",
	.test_cases = noise_cases,
};

kunit_test_suites(&noise_suite);
