/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hash, MAC and key derivation: SHA-256, HMAC (RFC 2104), HKDF (RFC 5869).
 * Nothing here allocates or sleeps; all of it may be called in softirq.
 */
#ifndef _JVPN_KDF_H
#define _JVPN_KDF_H

#include <linux/types.h>
#include <crypto/sha2.h>

#include "compat.h"
#include "wire.h"

#define JVPN_HKDF_MAX_BYTES	(3 * JVPN_HASH_LEN)
#define JVPN_SHA256_BLOCK_BYTES	64

/* One piece of a message that is hashed as if its pieces were contiguous. */
struct jvpn_piece {
	const void *data;
	size_t len;		/* bytes; 0 with any @data is an empty piece */
};

/**
 * struct jvpn_hmac_key - an HMAC-SHA256 key with both pads already hashed
 * @inner: the hash state after key XOR ipad
 * @outer: the hash state after key XOR opad
 *
 * As secret as the key itself: jvpn_hmac_key_zeroize() it. Read only after
 * jvpn_hmac_key_init(), so any number of CPUs may use one at once.
 */
struct jvpn_hmac_key {
	struct sha256_ctx inner;
	struct sha256_ctx outer;
};

/* One HMAC under way. Lives on the stack between begin and finish. */
struct jvpn_hmac {
	const struct jvpn_hmac_key *key;
	struct sha256_ctx ctx;
};

/**
 * jvpn_hash - SHA-256 over pieces
 * @out: 32 bytes; may overlap the pieces
 * @pieces: what to hash, in order
 * @count: how many
 */
void jvpn_hash(u8 out[JVPN_HASH_LEN], const struct jvpn_piece *pieces, size_t count);

/**
 * jvpn_hmac_key_init - prepare an HMAC-SHA256 key
 * @key: filled in
 * @data: the key's bytes
 * @len: how many; above 64 they are hashed first (RFC 2104)
 */
void jvpn_hmac_key_init(struct jvpn_hmac_key *key, const void *data, size_t len);
void jvpn_hmac_key_zeroize(struct jvpn_hmac_key *key);

/* Incremental form: begin, any number of updates, finish (which zeroizes @mac). */
void jvpn_hmac_begin(struct jvpn_hmac *mac, const struct jvpn_hmac_key *key);
void jvpn_hmac_update(struct jvpn_hmac *mac, const void *data, size_t len);
void jvpn_hmac_finish(struct jvpn_hmac *mac, u8 out[JVPN_HASH_LEN]);

/**
 * jvpn_hmac - HMAC-SHA256 over pieces, cut to the length wanted
 * @key: prepared by jvpn_hmac_key_init()
 * @out: @out_len bytes; may overlap the pieces
 * @out_len: 1 to 32; a shorter MAC is the beginning of the full one
 * @pieces: the message, in order
 * @count: how many pieces
 */
void jvpn_hmac(const struct jvpn_hmac_key *key, u8 *out, size_t out_len,
	       const struct jvpn_piece *pieces, size_t count);

/**
 * jvpn_hkdf_extract - RFC 5869, 2.2: PRK = HMAC(salt, ikm), ready to expand
 * @prk: the pseudorandom key, as a prepared HMAC key
 * @salt: may be NULL with @salt_len 0, which is a salt of 32 zero bytes
 * @salt_len: bytes
 * @ikm: input keying material
 * @ikm_len: bytes
 */
void jvpn_hkdf_extract(struct jvpn_hmac_key *prk, const void *salt, size_t salt_len,
		       const void *ikm, size_t ikm_len);

/**
 * jvpn_hkdf_expand - RFC 5869, 2.3
 * @prk: from jvpn_hkdf_extract()
 * @out: output keying material
 * @out_len: bytes, at most %JVPN_HKDF_MAX_BYTES
 * @info: pieces of the info string
 * @count: how many; 0 for an empty info
 */
void jvpn_hkdf_expand(const struct jvpn_hmac_key *prk, u8 *out, size_t out_len,
		      const struct jvpn_piece *info, size_t count);

/**
 * jvpn_kdf - the protocol's HKDF(ikm, info): without salt, info is a label
 * @out: output keying material
 * @out_len: bytes, at most %JVPN_HKDF_MAX_BYTES
 * @ikm: 32 bytes of input keying material
 * @label: info, without its terminating zero
 */
void jvpn_kdf(u8 *out, size_t out_len, const u8 ikm[JVPN_SYMMETRIC_KEY_LEN],
	      const char *label);

/**
 * jvpn_noise_hkdf - Noise's HKDF(chaining_key, input, 2 or 3)
 * @out1: 32 bytes; may be @chaining_key
 * @out2: 32 bytes
 * @out3: 32 bytes, or NULL for two outputs
 * @chaining_key: 32 bytes
 * @input: input keying material
 * @input_len: bytes; may be 0
 */
void jvpn_noise_hkdf(u8 *out1, u8 *out2, u8 *out3,
		     const u8 chaining_key[JVPN_HASH_LEN],
		     const void *input, size_t input_len);

#endif /* _JVPN_KDF_H */
