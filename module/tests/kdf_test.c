// SPDX-License-Identifier: GPL-2.0
/* SHA-256, HMAC and HKDF against RFC 4231 and RFC 5869. */
#include "util.h"
#include "vectors.h"

struct hmac_case {
	const char *key, *data, *mac;
};

static const struct hmac_case hmac_cases[] = {
	{ RFC4231_1_KEY, RFC4231_1_DATA, RFC4231_1_MAC },
	{ RFC4231_2_KEY, RFC4231_2_DATA, RFC4231_2_MAC },
	{ RFC4231_3_KEY, RFC4231_3_DATA, RFC4231_3_MAC },
	{ RFC4231_4_KEY, RFC4231_4_DATA, RFC4231_4_MAC },
	{ RFC4231_5_KEY, RFC4231_5_DATA, RFC4231_5_MAC },
	{ RFC4231_6_KEY, RFC4231_6_DATA, RFC4231_6_MAC },
	{ RFC4231_7_KEY, RFC4231_7_DATA, RFC4231_7_MAC },
};

static void hmac_vectors(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hmac_cases); i++) {
		struct jvpn_piece key_bytes = unhex(test, hmac_cases[i].key);
		struct jvpn_piece data = unhex(test, hmac_cases[i].data);
		struct jvpn_piece mac = unhex(test, hmac_cases[i].mac);
		struct jvpn_hmac_key key;
		u8 out[JVPN_HASH_LEN];

		jvpn_hmac_key_init(&key, key_bytes.data, key_bytes.len);
		jvpn_hmac(&key, out, mac.len, &data, 1);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(out, mac.data, mac.len), 0,
				    "RFC 4231 case %zu", i + 1);
	}
}

/* A message is the same message however it is cut into pieces. */
static void hmac_pieces(struct kunit *test)
{
	struct jvpn_piece data = unhex(test, RFC4231_7_DATA);
	u8 whole[JVPN_HASH_LEN], cut[JVPN_HASH_LEN], steps[JVPN_HASH_LEN];
	struct jvpn_hmac_key key;
	struct jvpn_hmac mac;
	size_t i;

	jvpn_hmac_key_init(&key, "key", 3);
	jvpn_hmac(&key, whole, sizeof(whole), &data, 1);
	for (i = 0; i <= data.len; i++) {
		const struct jvpn_piece pieces[] = {
			{ data.data, i },
			{ NULL, 0 },
			{ data.data + i, data.len - i },
		};

		jvpn_hmac(&key, cut, sizeof(cut), pieces, ARRAY_SIZE(pieces));
		EXPECT_MEM(test, whole, cut, sizeof(whole));

		jvpn_hmac_begin(&mac, &key);
		jvpn_hmac_update(&mac, data.data, i);
		jvpn_hmac_update(&mac, data.data + i, data.len - i);
		jvpn_hmac_finish(&mac, steps);
		EXPECT_MEM(test, whole, steps, sizeof(whole));
		expect_zeroed(test, &mac, sizeof(mac));
	}
}

/* A shorter MAC is the beginning of the full one, and no byte more is written. */
static void hmac_truncated(struct kunit *test)
{
	struct jvpn_piece data = { "abc", 3 };
	u8 full[JVPN_HASH_LEN], part[JVPN_HASH_LEN];
	struct jvpn_hmac_key key;
	size_t len;

	jvpn_hmac_key_init(&key, "key", 3);
	jvpn_hmac(&key, full, sizeof(full), &data, 1);
	for (len = 1; len < sizeof(part); len++) {
		memset(part, 0xee, sizeof(part));
		jvpn_hmac(&key, part, len, &data, 1);
		EXPECT_MEM(test, full, part, len);
		KUNIT_EXPECT_NULL(test, memchr_inv(part + len, 0xee, sizeof(part) - len));
	}
}

struct hkdf_case {
	const char *ikm, *salt, *info, *okm;
};

static const struct hkdf_case hkdf_cases[] = {
	{ RFC5869_1_IKM, RFC5869_1_SALT, RFC5869_1_INFO, RFC5869_1_OKM },
	{ RFC5869_2_IKM, RFC5869_2_SALT, RFC5869_2_INFO, RFC5869_2_OKM },
	{ RFC5869_3_IKM, RFC5869_3_SALT, RFC5869_3_INFO, RFC5869_3_OKM },
};

static void hkdf_vectors(struct kunit *test)
{
	size_t i, cut;

	for (i = 0; i < ARRAY_SIZE(hkdf_cases); i++) {
		struct jvpn_piece ikm = unhex(test, hkdf_cases[i].ikm);
		struct jvpn_piece salt = unhex(test, hkdf_cases[i].salt);
		struct jvpn_piece info = unhex(test, hkdf_cases[i].info);
		struct jvpn_piece okm = unhex(test, hkdf_cases[i].okm);
		u8 out[JVPN_HKDF_MAX_BYTES];
		struct jvpn_hmac_key prk;

		jvpn_hkdf_extract(&prk, salt.data, salt.len, ikm.data, ikm.len);
		jvpn_hkdf_expand(&prk, out, okm.len, &info, 1);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(out, okm.data, okm.len), 0,
				    "RFC 5869 A.%zu", i + 1);

		for (cut = 0; cut <= info.len; cut++) {
			const struct jvpn_piece pieces[] = {
				{ info.data, cut },
				{ info.data + cut, info.len - cut },
			};

			jvpn_hkdf_expand(&prk, out, okm.len, pieces, 2);
			EXPECT_MEM(test, out, okm.data, okm.len);
		}
	}
}

/* No salt at all is a salt of zeros, as A.3 has it. */
static void hkdf_without_salt(struct kunit *test)
{
	struct jvpn_piece ikm = unhex(test, RFC5869_3_IKM);
	struct jvpn_piece okm = unhex(test, RFC5869_3_OKM);
	static const u8 zero[JVPN_HASH_LEN];
	u8 out[JVPN_HKDF_MAX_BYTES];
	struct jvpn_hmac_key prk;

	jvpn_hkdf_extract(&prk, NULL, 0, ikm.data, ikm.len);
	jvpn_hkdf_expand(&prk, out, okm.len, NULL, 0);
	EXPECT_MEM(test, out, okm.data, okm.len);
	jvpn_hkdf_extract(&prk, zero, sizeof(zero), ikm.data, ikm.len);
	jvpn_hkdf_expand(&prk, out, okm.len, NULL, 0);
	EXPECT_MEM(test, out, okm.data, okm.len);
}

/* Noise's HKDF is HKDF without info; two outputs are the first two of three. */
static void noise_hkdf(struct kunit *test)
{
	u8 chaining_key[JVPN_HASH_LEN], one[JVPN_HASH_LEN], two[JVPN_HASH_LEN];
	u8 three[JVPN_HASH_LEN], okm[3 * JVPN_HASH_LEN];
	struct jvpn_hmac_key prk;

	memset(chaining_key, 0x42, sizeof(chaining_key));
	jvpn_hkdf_extract(&prk, chaining_key, sizeof(chaining_key), "input", 5);
	jvpn_hkdf_expand(&prk, okm, sizeof(okm), NULL, 0);

	jvpn_noise_hkdf(one, two, three, chaining_key, "input", 5);
	EXPECT_MEM(test, one, okm, JVPN_HASH_LEN);
	EXPECT_MEM(test, two, okm + JVPN_HASH_LEN, JVPN_HASH_LEN);
	EXPECT_MEM(test, three, okm + 2 * JVPN_HASH_LEN, JVPN_HASH_LEN);

	/* In place. */
	memset(two, 0, sizeof(two));
	jvpn_noise_hkdf(chaining_key, two, NULL, chaining_key, "input", 5);
	EXPECT_MEM(test, chaining_key, okm, JVPN_HASH_LEN);
	EXPECT_MEM(test, two, okm + JVPN_HASH_LEN, JVPN_HASH_LEN);
}

static void keys_are_zeroized(struct kunit *test)
{
	struct jvpn_hmac_key key;

	jvpn_hmac_key_init(&key, "key", 3);
	jvpn_hmac_key_zeroize(&key);
	expect_zeroed(test, &key, sizeof(key));
}

static struct kunit_case kdf_cases[] = {
	KUNIT_CASE(hmac_vectors),
	KUNIT_CASE(hmac_pieces),
	KUNIT_CASE(hmac_truncated),
	KUNIT_CASE(hkdf_vectors),
	KUNIT_CASE(hkdf_without_salt),
	KUNIT_CASE(noise_hkdf),
	KUNIT_CASE(keys_are_zeroized),
	{}
};

static struct kunit_suite kdf_suite = {
	.name = "jvpn_kdf",
	.test_cases = kdf_cases,
};

kunit_test_suites(&kdf_suite);
