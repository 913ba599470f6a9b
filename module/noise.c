// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake. Every key that seals something in it is used for that one
 * thing, so all nonces are zero, and a key lives no longer than the function
 * that mixed it.
 */
#include <crypto/algapi.h>
#include <crypto/chacha20poly1305.h>
#include <crypto/curve25519.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "noise.h"

/* The raw messages stand in the wire's structs as they are. */
#define JVPN_NOISE_BYTES(type)						\
	(offsetof(type, macs) - offsetof(type, ephemeral))
static_assert(JVPN_NOISE_BYTES(struct jvpn_msg_init) ==
	      sizeof(struct jvpn_init_payload) + JVPN_NOISE_FIRST_OVERHEAD);
static_assert(JVPN_NOISE_BYTES(struct jvpn_msg_response) ==
	      sizeof(struct jvpn_response_payload) + JVPN_NOISE_SECOND_OVERHEAD);

static const struct jvpn_piece jvpn_prologue = {
	JVPN_NOISE_PROLOGUE, sizeof(JVPN_NOISE_PROLOGUE) - 1
};

/* Noise's SymmetricState. */

static void mix_hash(struct jvpn_noise_symmetric *symmetric, const void *data,
		     size_t len)
{
	const struct jvpn_piece pieces[] = {
		{ symmetric->hash, sizeof(symmetric->hash) },
		{ data, len },
	};

	jvpn_hash(symmetric->hash, pieces, ARRAY_SIZE(pieces));
}

static void mix_key(struct jvpn_noise_symmetric *symmetric, u8 *key,
		    const void *input, size_t len)
{
	jvpn_noise_hkdf(symmetric->chaining_key, key, NULL,
			symmetric->chaining_key, input, len);
}

static void mix_key_and_hash(struct jvpn_noise_symmetric *symmetric, u8 *key,
			     const u8 *psk)
{
	u8 hash[JVPN_HASH_LEN];

	jvpn_noise_hkdf(symmetric->chaining_key, hash, key,
			symmetric->chaining_key, psk, JVPN_SYMMETRIC_KEY_LEN);
	mix_hash(symmetric, hash, sizeof(hash));
	memzero_explicit(hash, sizeof(hash));
}

/* MixKey of a Diffie-Hellman result; false when that is zero. */
static bool mix_dh(struct jvpn_noise_symmetric *symmetric, u8 *key,
		   const u8 *private_key, const u8 *public_key)
{
	u8 shared[JVPN_PUBLIC_KEY_LEN];
	bool good = curve25519(shared, private_key, public_key);

	if (good)
		mix_key(symmetric, key, shared, sizeof(shared));
	memzero_explicit(shared, sizeof(shared));
	return good;
}

/* An ephemeral public key; with a PSK in the pattern it is mixed as key too. */
static void mix_ephemeral(struct jvpn_noise_symmetric *symmetric, u8 *key,
			  const u8 *ephemeral)
{
	mix_hash(symmetric, ephemeral, JVPN_PUBLIC_KEY_LEN);
	mix_key(symmetric, key, ephemeral, JVPN_PUBLIC_KEY_LEN);
}

static void seal_and_hash(struct jvpn_noise_symmetric *symmetric, const u8 *key,
			  u8 *sealed, const void *plain, size_t len)
{
	chacha20poly1305_encrypt(sealed, plain, len, symmetric->hash,
				 sizeof(symmetric->hash), 0, key);
	mix_hash(symmetric, sealed, len + JVPN_TAG_LEN);
}

/* Nothing is written to @plain unless it authenticates. */
static bool open_and_hash(struct jvpn_noise_symmetric *symmetric, const u8 *key,
			  void *plain, const u8 *sealed, size_t sealed_len)
{
	if (!chacha20poly1305_decrypt(plain, sealed, sealed_len, symmetric->hash,
				      sizeof(symmetric->hash), 0, key))
		return false;
	mix_hash(symmetric, sealed, sealed_len);
	return true;
}

/* The responder's static key is known before: it is a pre-message. */
static void symmetric_init(struct jvpn_noise_symmetric *symmetric,
			   const struct jvpn_piece *prologue, const u8 *responder)
{
	const struct jvpn_piece name = {
		JVPN_NOISE_NAME, sizeof(JVPN_NOISE_NAME) - 1
	};

	/* A name longer than a hash is hashed. */
	static_assert(sizeof(JVPN_NOISE_NAME) - 1 > JVPN_HASH_LEN);
	jvpn_hash(symmetric->hash, &name, 1);
	memcpy(symmetric->chaining_key, symmetric->hash, JVPN_HASH_LEN);
	mix_hash(symmetric, prologue->data, prologue->len);
	mix_hash(symmetric, responder, JVPN_PUBLIC_KEY_LEN);
}

/* What the final chaining key gives, see struct jvpn_noise_secrets. */
static void derive_secrets(struct jvpn_noise_secrets *secrets,
			   const struct jvpn_noise_symmetric *symmetric,
			   bool initiator)
{
	static const char id_label[] = "jvpn 1 session id";
	static const char root_label[] = "jvpn 1 session root";
	const struct jvpn_piece id_info = { id_label, sizeof(id_label) - 1 };
	const struct jvpn_piece root_info = { root_label, sizeof(root_label) - 1 };
	u8 split[2 * JVPN_SYMMETRIC_KEY_LEN];
	struct jvpn_hmac_key prk;

	jvpn_hkdf_extract(&prk, symmetric->chaining_key, JVPN_HASH_LEN, "", 0);
	jvpn_hkdf_expand(&prk, split, sizeof(split), NULL, 0);
	memcpy(initiator ? secrets->send : secrets->receive, split,
	       JVPN_SYMMETRIC_KEY_LEN);
	memcpy(initiator ? secrets->receive : secrets->send,
	       split + JVPN_SYMMETRIC_KEY_LEN, JVPN_SYMMETRIC_KEY_LEN);
	jvpn_hkdf_expand(&prk, secrets->session_id, JVPN_ID_LEN, &id_info, 1);
	jvpn_hkdf_expand(&prk, secrets->root, JVPN_ROOT_LEN, &root_info, 1);
	memzero_explicit(split, sizeof(split));
	jvpn_hmac_key_zeroize(&prk);
}

/* The four halves of a handshake, over raw bytes. */

/* -> e, es, s, ss */
int jvpn_noise_write_first(struct jvpn_noise *hs, const struct jvpn_identity *identity,
			   const u8 remote_public[JVPN_PUBLIC_KEY_LEN],
			   const struct jvpn_piece *prologue,
			   const struct jvpn_piece *payload, u8 *message)
{
	struct jvpn_noise_symmetric *symmetric = &hs->symmetric;
	u8 *sealed_static = message + JVPN_PUBLIC_KEY_LEN;
	u8 *sealed_payload = sealed_static + JVPN_PUBLIC_KEY_LEN + JVPN_TAG_LEN;
	u8 key[JVPN_SYMMETRIC_KEY_LEN];
	int err = -ENOKEY;

	memcpy(hs->remote_static, remote_public, JVPN_PUBLIC_KEY_LEN);
	symmetric_init(symmetric, prologue, hs->remote_static);

	if (!identity->valid ||
	    !curve25519_generate_public(message, hs->ephemeral_private))
		goto out;
	mix_ephemeral(symmetric, key, message);

	if (!mix_dh(symmetric, key, hs->ephemeral_private, hs->remote_static))
		goto out;
	seal_and_hash(symmetric, key, sealed_static, identity->public_key,
		      JVPN_PUBLIC_KEY_LEN);

	if (!mix_dh(symmetric, key, identity->private_key, hs->remote_static))
		goto out;
	seal_and_hash(symmetric, key, sealed_payload, payload->data, payload->len);
	err = 0;
out:
	memzero_explicit(key, sizeof(key));
	if (err)
		jvpn_noise_zeroize(hs);
	return err;
}

int jvpn_noise_read_first(struct jvpn_noise *hs, const struct jvpn_identity *identity,
			  const struct jvpn_piece *prologue,
			  const struct jvpn_piece *message, void *payload)
{
	struct jvpn_noise_symmetric *symmetric = &hs->symmetric;
	const u8 *ephemeral = message->data;
	const u8 *sealed_static = ephemeral + JVPN_PUBLIC_KEY_LEN;
	const u8 *sealed_payload = sealed_static + JVPN_PUBLIC_KEY_LEN + JVPN_TAG_LEN;
	u8 key[JVPN_SYMMETRIC_KEY_LEN] = {};
	int err = -ENOKEY;

	jvpn_noise_zeroize(hs);
	if (!identity->valid)
		return err;

	err = -EBADMSG;
	if (message->len < JVPN_NOISE_FIRST_OVERHEAD)
		return err;

	symmetric_init(symmetric, prologue, identity->public_key);
	memcpy(hs->remote_ephemeral, ephemeral, JVPN_PUBLIC_KEY_LEN);
	mix_ephemeral(symmetric, key, hs->remote_ephemeral);

	if (!mix_dh(symmetric, key, identity->private_key, hs->remote_ephemeral) ||
	    !open_and_hash(symmetric, key, hs->remote_static, sealed_static,
			   JVPN_PUBLIC_KEY_LEN + JVPN_TAG_LEN))
		goto out;

	if (!mix_dh(symmetric, key, identity->private_key, hs->remote_static) ||
	    !open_and_hash(symmetric, key, payload, sealed_payload,
			   message->len - (sealed_payload - ephemeral)))
		goto out;
	err = 0;
out:
	memzero_explicit(key, sizeof(key));
	if (err)
		jvpn_noise_zeroize(hs);
	return err;
}

/*
 * <- e, ee, se, psk, up to the point where the payload is sealed under @key.
 * All secrets but the handshake hash are known here.
 */
static int begin_second(struct jvpn_noise *hs, const u8 *psk, u8 *ephemeral,
			u8 *key, struct jvpn_noise_secrets *secrets)
{
	struct jvpn_noise_symmetric *symmetric = &hs->symmetric;

	if (!curve25519_generate_public(ephemeral, hs->ephemeral_private))
		return -EBADMSG;
	mix_ephemeral(symmetric, key, ephemeral);

	if (!mix_dh(symmetric, key, hs->ephemeral_private, hs->remote_ephemeral) ||
	    !mix_dh(symmetric, key, hs->ephemeral_private, hs->remote_static))
		return -EBADMSG;
	mix_key_and_hash(symmetric, key, psk);
	derive_secrets(secrets, symmetric, false);
	return 0;
}

static void finish_second(struct jvpn_noise *hs, const u8 *key,
			  const struct jvpn_piece *payload, u8 *sealed_payload,
			  struct jvpn_noise_secrets *secrets)
{
	seal_and_hash(&hs->symmetric, key, sealed_payload, payload->data,
		      payload->len);
	memcpy(secrets->handshake_hash, hs->symmetric.hash, JVPN_HASH_LEN);
}

int jvpn_noise_write_second(struct jvpn_noise *hs,
			    const u8 psk[JVPN_SYMMETRIC_KEY_LEN],
			    const struct jvpn_piece *payload, u8 *message,
			    struct jvpn_noise_secrets *secrets)
{
	u8 key[JVPN_SYMMETRIC_KEY_LEN];
	int err = begin_second(hs, psk, message, key, secrets);

	if (err)
		jvpn_noise_secrets_zeroize(secrets);
	else
		finish_second(hs, key, payload, message + JVPN_PUBLIC_KEY_LEN,
			      secrets);
	memzero_explicit(key, sizeof(key));
	jvpn_noise_zeroize(hs);
	return err;
}

int jvpn_noise_read_second(const struct jvpn_noise *hs,
			   const struct jvpn_identity *identity,
			   const u8 psk[JVPN_SYMMETRIC_KEY_LEN],
			   const struct jvpn_piece *message, void *payload,
			   struct jvpn_noise_secrets *secrets)
{
	struct jvpn_noise_symmetric symmetric = hs->symmetric;
	const u8 *ephemeral = message->data;
	const u8 *sealed_payload = ephemeral + JVPN_PUBLIC_KEY_LEN;
	u8 key[JVPN_SYMMETRIC_KEY_LEN] = {};
	int err = -ENOKEY;

	if (!identity->valid)
		goto out;

	err = -EBADMSG;
	if (message->len < JVPN_NOISE_SECOND_OVERHEAD)
		goto out;

	mix_ephemeral(&symmetric, key, ephemeral);
	if (!mix_dh(&symmetric, key, hs->ephemeral_private, ephemeral) ||
	    !mix_dh(&symmetric, key, identity->private_key, ephemeral))
		goto out;
	mix_key_and_hash(&symmetric, key, psk);
	if (!open_and_hash(&symmetric, key, payload, sealed_payload,
			   message->len - JVPN_PUBLIC_KEY_LEN))
		goto out;

	derive_secrets(secrets, &symmetric, true);
	memcpy(secrets->handshake_hash, symmetric.hash, JVPN_HASH_LEN);
	err = 0;
out:
	memzero_explicit(key, sizeof(key));
	memzero_explicit(&symmetric, sizeof(symmetric));
	if (err)
		jvpn_noise_secrets_zeroize(secrets);
	return err;
}

/* The same over the wire's structs. */

int jvpn_noise_create_init(struct jvpn_noise *hs, const struct jvpn_identity *identity,
			   const u8 remote_public[JVPN_PUBLIC_KEY_LEN],
			   const struct jvpn_init_payload *payload,
			   struct jvpn_msg_init *msg)
{
	const struct jvpn_piece plain = { payload, sizeof(*payload) };

	memset(hs, 0, sizeof(*hs));
	curve25519_generate_secret(hs->ephemeral_private);
	msg->type = JVPN_MSG_HANDSHAKE_INIT;
	memset(msg->reserved, 0, sizeof(msg->reserved));
	return jvpn_noise_write_first(hs, identity, remote_public, &jvpn_prologue,
				      &plain, msg->ephemeral);
}

int jvpn_noise_consume_init(struct jvpn_noise *hs, const struct jvpn_identity *identity,
			    const struct jvpn_msg_init *msg,
			    u8 remote_public[JVPN_PUBLIC_KEY_LEN],
			    struct jvpn_init_payload *payload)
{
	const struct jvpn_piece message = {
		msg->ephemeral, JVPN_NOISE_BYTES(struct jvpn_msg_init)
	};
	int err;

	err = jvpn_noise_read_first(hs, identity, &jvpn_prologue, &message, payload);
	if (!err)
		memcpy(remote_public, hs->remote_static, JVPN_PUBLIC_KEY_LEN);
	return err;
}

int jvpn_noise_create_response(struct jvpn_noise *hs,
			       const struct jvpn_identity *identity,
			       const u8 psk[JVPN_SYMMETRIC_KEY_LEN],
			       const struct jvpn_response_payload *payload,
			       bool fill_session_id,
			       struct jvpn_msg_response *msg,
			       struct jvpn_noise_secrets *secrets)
{
	struct jvpn_response_payload copy = *payload;
	const struct jvpn_piece plain = { &copy, sizeof(copy) };
	u8 key[JVPN_SYMMETRIC_KEY_LEN];
	int err;

	curve25519_generate_secret(hs->ephemeral_private);
	msg->type = JVPN_MSG_HANDSHAKE_RESPONSE;
	memset(msg->reserved, 0, sizeof(msg->reserved));

	err = begin_second(hs, psk, msg->ephemeral, key, secrets);
	if (err) {
		jvpn_noise_secrets_zeroize(secrets);
	} else {
		if (fill_session_id)
			memcpy(copy.session_id, secrets->session_id, JVPN_ID_LEN);
		finish_second(hs, key, &plain, msg->sealed_payload, secrets);
	}
	memzero_explicit(key, sizeof(key));
	memzero_explicit(&copy, sizeof(copy));
	jvpn_noise_zeroize(hs);
	return err;
}

int jvpn_noise_consume_response(const struct jvpn_noise *hs,
				const struct jvpn_identity *identity,
				const u8 psk[JVPN_SYMMETRIC_KEY_LEN],
				const struct jvpn_msg_response *msg,
				struct jvpn_response_payload *payload,
				struct jvpn_noise_secrets *secrets)
{
	const struct jvpn_piece message = {
		msg->ephemeral, JVPN_NOISE_BYTES(struct jvpn_msg_response)
	};

	return jvpn_noise_read_second(hs, identity, psk, &message, payload, secrets);
}

void jvpn_noise_zeroize(struct jvpn_noise *hs)
{
	memzero_explicit(hs, sizeof(*hs));
}

void jvpn_noise_secrets_zeroize(struct jvpn_noise_secrets *secrets)
{
	memzero_explicit(secrets, sizeof(*secrets));
}

/* Static keys. */

int jvpn_identity_set(struct jvpn_identity *identity,
		      const u8 private_key[JVPN_PUBLIC_KEY_LEN])
{
	static const u8 zero[JVPN_PUBLIC_KEY_LEN];

	/* Clamping would make a key of the zero that stands for "none". */
	identity->valid = crypto_memneq(private_key, zero, sizeof(zero));
	if (identity->valid) {
		memcpy(identity->private_key, private_key, JVPN_PUBLIC_KEY_LEN);
		curve25519_clamp_secret(identity->private_key);
		identity->valid = curve25519_generate_public(identity->public_key,
							     identity->private_key);
	}
	if (!identity->valid) {
		jvpn_identity_zeroize(identity);
		return -EINVAL;
	}
	return 0;
}

void jvpn_identity_zeroize(struct jvpn_identity *identity)
{
	memzero_explicit(identity, sizeof(*identity));
}

bool jvpn_public_key_valid(const u8 public_key[JVPN_PUBLIC_KEY_LEN])
{
	/* A scalar is a multiple of the cofactor, so any of them sends a point
	 * of low order to zero.
	 */
	u8 scalar[JVPN_PUBLIC_KEY_LEN] = { 1 };
	u8 product[JVPN_PUBLIC_KEY_LEN];

	curve25519_clamp_secret(scalar);
	return curve25519(product, scalar, public_key);
}

/* Keys derived later. */

void jvpn_traffic_key(const u8 secret[JVPN_SYMMETRIC_KEY_LEN], u8 cipher,
		      enum jvpn_direction direction,
		      u8 key[JVPN_SYMMETRIC_KEY_LEN], u8 iv[JVPN_IV_LEN])
{
	const u8 info[] = { 'j', 'v', 'p', 'n', ' ', '1', cipher, direction };
	u8 okm[JVPN_SYMMETRIC_KEY_LEN + JVPN_IV_LEN];
	struct jvpn_hmac_key prk;

	jvpn_hkdf_extract(&prk, NULL, 0, secret, JVPN_SYMMETRIC_KEY_LEN);
	jvpn_hkdf_expand(&prk, okm, sizeof(okm),
			 &(struct jvpn_piece){ info, sizeof(info) }, 1);
	memcpy(key, okm, JVPN_SYMMETRIC_KEY_LEN);
	memcpy(iv, okm + JVPN_SYMMETRIC_KEY_LEN, JVPN_IV_LEN);
	memzero_explicit(okm, sizeof(okm));
	jvpn_hmac_key_zeroize(&prk);
}

void jvpn_rekey_psk(const u8 configured_psk[JVPN_SYMMETRIC_KEY_LEN],
		    const u8 root[JVPN_ROOT_LEN], u8 out[JVPN_SYMMETRIC_KEY_LEN])
{
	static const char label[] = "jvpn 1 rekey";
	struct jvpn_hmac_key prk;

	jvpn_hkdf_extract(&prk, root, JVPN_ROOT_LEN, configured_psk,
			  JVPN_SYMMETRIC_KEY_LEN);
	jvpn_hkdf_expand(&prk, out, JVPN_SYMMETRIC_KEY_LEN,
			 &(struct jvpn_piece){ label, sizeof(label) - 1 }, 1);
	jvpn_hmac_key_zeroize(&prk);
}

/* HKDF("", ikm, label, 32), prepared as a key for HMAC. */
static void derive_hmac_key(struct jvpn_hmac_key *key, const u8 *ikm,
			    const char *label)
{
	u8 bytes[JVPN_SYMMETRIC_KEY_LEN];

	jvpn_kdf(bytes, sizeof(bytes), ikm, label);
	jvpn_hmac_key_init(key, bytes, sizeof(bytes));
	memzero_explicit(bytes, sizeof(bytes));
}

void jvpn_lineage_key(const u8 root[JVPN_ROOT_LEN], struct jvpn_hmac_key *key)
{
	derive_hmac_key(key, root, "jvpn 1 lineage");
}

void jvpn_lineage_first(const struct jvpn_hmac_key *key,
			const u8 session_id[JVPN_ID_LEN],
			u8 out[JVPN_LINEAGE_VALUE_LEN])
{
	jvpn_hmac(key, out, JVPN_LINEAGE_VALUE_LEN,
		  &(struct jvpn_piece){ session_id, JVPN_ID_LEN }, 1);
}

void jvpn_lineage_next(const struct jvpn_hmac_key *key,
		       const u8 before[JVPN_LINEAGE_VALUE_LEN],
		       const struct jvpn_lineage_step *step,
		       u8 out[JVPN_LINEAGE_VALUE_LEN])
{
	struct jvpn_wire_endpoint initiator, responder;
	__le32 epoch = cpu_to_le32(step->epoch);
	__le16 reason = cpu_to_le16(step->reason);
	__le64 accept_time = cpu_to_le64(step->accept_time_ns);
	const struct jvpn_piece pieces[] = {
		{ before, JVPN_LINEAGE_VALUE_LEN },
		{ &epoch, sizeof(epoch) },
		{ &initiator, sizeof(initiator) },
		{ &responder, sizeof(responder) },
		{ &reason, sizeof(reason) },
		{ &accept_time, sizeof(accept_time) },
	};

	jvpn_addr_to_wire(&step->initiator, &initiator);
	jvpn_addr_to_wire(&step->responder, &responder);
	jvpn_hmac(key, out, JVPN_LINEAGE_VALUE_LEN, pieces, ARRAY_SIZE(pieces));
}

void jvpn_notice_key(const u8 private_key[JVPN_PUBLIC_KEY_LEN],
		     struct jvpn_hmac_key *key)
{
	derive_hmac_key(key, private_key, "jvpn notice");
}

void jvpn_notice_token(const struct jvpn_hmac_key *key, __le32 index,
		       u8 out[JVPN_TOKEN_LEN])
{
	jvpn_hmac(key, out, JVPN_TOKEN_LEN,
		  &(struct jvpn_piece){ &index, sizeof(index) }, 1);
}
