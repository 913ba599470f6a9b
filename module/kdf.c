// SPDX-License-Identifier: GPL-2.0
/* Hash, MAC and key derivation. */
#include <linux/bug.h>
#include <linux/string.h>

#include "kdf.h"

void jvpn_hash(u8 out[JVPN_HASH_LEN], const struct jvpn_piece *pieces, size_t count)
{
	struct sha256_ctx ctx;
	size_t i;

	sha256_init(&ctx);
	for (i = 0; i < count; i++)
		sha256_update(&ctx, pieces[i].data, pieces[i].len);
	sha256_final(&ctx, out);
	memzero_explicit(&ctx, sizeof(ctx));
}

static void hash_pad(struct sha256_ctx *ctx, u8 *block, u8 pad)
{
	size_t i;

	for (i = 0; i < JVPN_SHA256_BLOCK_BYTES; i++)
		block[i] ^= pad;
	sha256_init(ctx);
	sha256_update(ctx, block, JVPN_SHA256_BLOCK_BYTES);
}

void jvpn_hmac_key_init(struct jvpn_hmac_key *key, const void *data, size_t len)
{
	u8 block[JVPN_SHA256_BLOCK_BYTES] = {};

	if (len > sizeof(block))
		jvpn_hash(block, &(struct jvpn_piece){ data, len }, 1);
	else if (len)
		memcpy(block, data, len);

	hash_pad(&key->inner, block, 0x36);
	hash_pad(&key->outer, block, 0x36 ^ 0x5c);
	memzero_explicit(block, sizeof(block));
}

void jvpn_hmac_key_zeroize(struct jvpn_hmac_key *key)
{
	memzero_explicit(key, sizeof(*key));
}

void jvpn_hmac_begin(struct jvpn_hmac *mac, const struct jvpn_hmac_key *key)
{
	mac->key = key;
	mac->ctx = key->inner;
}

void jvpn_hmac_update(struct jvpn_hmac *mac, const void *data, size_t len)
{
	sha256_update(&mac->ctx, data, len);
}

void jvpn_hmac_finish(struct jvpn_hmac *mac, u8 out[JVPN_HASH_LEN])
{
	u8 digest[JVPN_HASH_LEN];

	sha256_final(&mac->ctx, digest);
	mac->ctx = mac->key->outer;
	sha256_update(&mac->ctx, digest, sizeof(digest));
	sha256_final(&mac->ctx, out);
	memzero_explicit(digest, sizeof(digest));
	memzero_explicit(mac, sizeof(*mac));
}

void jvpn_hmac(const struct jvpn_hmac_key *key, u8 *out, size_t out_len,
	       const struct jvpn_piece *pieces, size_t count)
{
	u8 full[JVPN_HASH_LEN];
	struct jvpn_hmac mac;
	size_t i;

	if (WARN_ON_ONCE(out_len > sizeof(full)))
		out_len = sizeof(full);

	jvpn_hmac_begin(&mac, key);
	for (i = 0; i < count; i++)
		jvpn_hmac_update(&mac, pieces[i].data, pieces[i].len);
	jvpn_hmac_finish(&mac, full);
	memcpy(out, full, out_len);
	memzero_explicit(full, sizeof(full));
}

void jvpn_hkdf_extract(struct jvpn_hmac_key *prk, const void *salt, size_t salt_len,
		       const void *ikm, size_t ikm_len)
{
	struct jvpn_hmac_key salt_key;
	u8 bytes[JVPN_HASH_LEN];

	/* HMAC pads a short key with zeros: no salt is a salt of 32 of them. */
	jvpn_hmac_key_init(&salt_key, salt, salt_len);
	jvpn_hmac(&salt_key, bytes, sizeof(bytes),
		  &(struct jvpn_piece){ ikm, ikm_len }, 1);
	jvpn_hmac_key_init(prk, bytes, sizeof(bytes));
	memzero_explicit(bytes, sizeof(bytes));
	jvpn_hmac_key_zeroize(&salt_key);
}

void jvpn_hkdf_expand(const struct jvpn_hmac_key *prk, u8 *out, size_t out_len,
		      const struct jvpn_piece *info, size_t count)
{
	u8 block[JVPN_HASH_LEN];
	struct jvpn_hmac mac;
	size_t done, part, i;
	u8 number = 0;

	if (WARN_ON_ONCE(out_len > JVPN_HKDF_MAX_BYTES))
		out_len = JVPN_HKDF_MAX_BYTES;

	for (done = 0; done < out_len; done += part) {
		jvpn_hmac_begin(&mac, prk);
		if (number++)
			jvpn_hmac_update(&mac, block, sizeof(block));
		for (i = 0; i < count; i++)
			jvpn_hmac_update(&mac, info[i].data, info[i].len);
		jvpn_hmac_update(&mac, &number, sizeof(number));
		jvpn_hmac_finish(&mac, block);

		part = min(out_len - done, sizeof(block));
		memcpy(out + done, block, part);
	}
	memzero_explicit(block, sizeof(block));
}

void jvpn_kdf(u8 *out, size_t out_len, const u8 ikm[JVPN_SYMMETRIC_KEY_LEN],
	      const char *label)
{
	struct jvpn_hmac_key prk;

	jvpn_hkdf_extract(&prk, NULL, 0, ikm, JVPN_SYMMETRIC_KEY_LEN);
	jvpn_hkdf_expand(&prk, out, out_len,
			 &(struct jvpn_piece){ label, strlen(label) }, 1);
	jvpn_hmac_key_zeroize(&prk);
}

void jvpn_noise_hkdf(u8 *out1, u8 *out2, u8 *out3,
		     const u8 chaining_key[JVPN_HASH_LEN],
		     const void *input, size_t input_len)
{
	u8 okm[3 * JVPN_HASH_LEN];
	struct jvpn_hmac_key prk;

	/* Noise's HKDF is that of RFC 5869 with the chaining key as salt and
	 * an empty info.
	 */
	jvpn_hkdf_extract(&prk, chaining_key, JVPN_HASH_LEN, input, input_len);
	jvpn_hkdf_expand(&prk, okm, out3 ? sizeof(okm) : 2 * JVPN_HASH_LEN, NULL, 0);
	memcpy(out1, okm, JVPN_HASH_LEN);
	memcpy(out2, okm + JVPN_HASH_LEN, JVPN_HASH_LEN);
	if (out3)
		memcpy(out3, okm + 2 * JVPN_HASH_LEN, JVPN_HASH_LEN);
	memzero_explicit(okm, sizeof(okm));
	jvpn_hmac_key_zeroize(&prk);
}
