// SPDX-License-Identifier: GPL-2.0
/* MACs on handshake messages, and the cookies of a device under load. */
#include <crypto/algapi.h>
#include <crypto/chacha20poly1305.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/random.h>
#include <linux/string.h>

#include "cookie.h"

static_assert((int)JVPN_COOKIE_NONCE_LEN == (int)XCHACHA20POLY1305_NONCE_SIZE);

/* The two keys that follow from a receiver's public key. */
static void derive_keys(const u8 public_key[JVPN_PUBLIC_KEY_LEN],
			struct jvpn_hmac_key *mac1_key,
			u8 reply_key[JVPN_SYMMETRIC_KEY_LEN])
{
	u8 bytes[JVPN_SYMMETRIC_KEY_LEN];

	jvpn_kdf(bytes, sizeof(bytes), public_key, "jvpn 1 mac1");
	jvpn_hmac_key_init(mac1_key, bytes, sizeof(bytes));
	jvpn_kdf(reply_key, JVPN_SYMMETRIC_KEY_LEN, public_key, "jvpn 1 cookie");
	memzero_explicit(bytes, sizeof(bytes));
}

static void mac_message(const struct jvpn_hmac_key *key, const void *msg, size_t len,
			u8 mac[JVPN_MAC_LEN])
{
	jvpn_hmac(key, mac, JVPN_MAC_LEN, &(struct jvpn_piece){ msg, len }, 1);
}

/* mac2 covers mac1 too; its key is the cookie. */
static void mac_with_cookie(const u8 cookie[JVPN_MAC_LEN], const void *msg,
			    size_t len, u8 mac[JVPN_MAC_LEN])
{
	struct jvpn_hmac_key key;

	jvpn_hmac_key_init(&key, cookie, JVPN_MAC_LEN);
	mac_message(&key, msg, len, mac);
	jvpn_hmac_key_zeroize(&key);
}

/* The receiving side. */

void jvpn_cookie_checker_init(struct jvpn_cookie_checker *checker,
			      const u8 public_key[JVPN_PUBLIC_KEY_LEN])
{
	u8 secret[JVPN_SYMMETRIC_KEY_LEN];

	derive_keys(public_key, &checker->mac1_key, checker->reply_key);
	get_random_bytes(secret, sizeof(secret));
	jvpn_hmac_key_init(&checker->secret, secret, sizeof(secret));
	memzero_explicit(secret, sizeof(secret));
}

void jvpn_cookie_checker_zeroize(struct jvpn_cookie_checker *checker)
{
	memzero_explicit(checker, sizeof(*checker));
}

static void make_cookie(const struct jvpn_cookie_checker *checker,
			const struct jvpn_addr *source, u64 slot,
			u8 cookie[JVPN_MAC_LEN])
{
	__le64 slot_le = cpu_to_le64(slot);
	__le16 port = cpu_to_le16(source->port);
	const struct jvpn_piece pieces[] = {
		{ &slot_le, sizeof(slot_le) },
		{ &source->family, sizeof(source->family) },
		{ source->addr, sizeof(source->addr) },
		{ &port, sizeof(port) },
	};

	jvpn_hmac(&checker->secret, cookie, JVPN_MAC_LEN, pieces, ARRAY_SIZE(pieces));
}

static u64 cookie_slot(u64 now_ns)
{
	return div64_u64(now_ns, JVPN_COOKIE_SLOT_NS);
}

static bool mac2_valid(const struct jvpn_cookie_checker *checker, const void *msg,
		       size_t len, const u8 mac2[JVPN_MAC_LEN],
		       const struct jvpn_addr *source, u64 slot)
{
	u8 cookie[JVPN_MAC_LEN], mac[JVPN_MAC_LEN];
	bool valid;

	make_cookie(checker, source, slot, cookie);
	mac_with_cookie(cookie, msg, len, mac);
	valid = !crypto_memneq(mac, mac2, JVPN_MAC_LEN);
	memzero_explicit(cookie, sizeof(cookie));
	memzero_explicit(mac, sizeof(mac));
	return valid;
}

enum jvpn_mac_verdict jvpn_cookie_check(const struct jvpn_cookie_checker *checker,
					const void *msg, size_t len,
					const struct jvpn_addr *source, u64 now_ns,
					bool under_load)
{
	const struct jvpn_wire_macs *macs;
	size_t before_mac1, before_mac2;
	u64 slot = cookie_slot(now_ns);
	u8 mac[JVPN_MAC_LEN];
	bool valid;

	if (len <= sizeof(*macs))
		return JVPN_MAC_INVALID;
	before_mac1 = len - sizeof(*macs);
	before_mac2 = before_mac1 + offsetof(struct jvpn_wire_macs, mac2);
	macs = msg + before_mac1;

	mac_message(&checker->mac1_key, msg, before_mac1, mac);
	valid = !crypto_memneq(mac, macs->mac1, JVPN_MAC_LEN);
	memzero_explicit(mac, sizeof(mac));
	if (!valid)
		return JVPN_MAC_INVALID;

	if (under_load &&
	    (mac2_valid(checker, msg, before_mac2, macs->mac2, source, slot) ||
	     (slot && mac2_valid(checker, msg, before_mac2, macs->mac2, source,
				 slot - 1))))
		return JVPN_MAC_VALID_COOKIE;
	return JVPN_MAC_VALID;
}

void jvpn_cookie_make_reply(const struct jvpn_cookie_checker *checker,
			    const struct jvpn_wire_macs *macs, __le32 receiver_index,
			    const struct jvpn_addr *source, u64 now_ns,
			    struct jvpn_msg_cookie *reply)
{
	u8 cookie[JVPN_MAC_LEN];

	memset(reply, 0, sizeof(*reply));
	reply->type = JVPN_MSG_COOKIE_REPLY;
	reply->receiver_index = receiver_index;
	get_random_bytes(reply->nonce, sizeof(reply->nonce));

	make_cookie(checker, source, cookie_slot(now_ns), cookie);
	xchacha20poly1305_encrypt(reply->sealed_cookie, cookie, sizeof(cookie),
				  macs->mac1, sizeof(macs->mac1), reply->nonce,
				  checker->reply_key);
	memzero_explicit(cookie, sizeof(cookie));
}

/* The sending side. */

void jvpn_cookie_jar_init(struct jvpn_cookie_jar *jar,
			  const u8 peer_public[JVPN_PUBLIC_KEY_LEN])
{
	memset(jar, 0, sizeof(*jar));
	spin_lock_init(&jar->lock);
	derive_keys(peer_public, &jar->mac1_key, jar->reply_key);
}

void jvpn_cookie_jar_zeroize(struct jvpn_cookie_jar *jar)
{
	memzero_explicit(jar, sizeof(*jar));
}

void jvpn_cookie_add_macs(struct jvpn_cookie_jar *jar, void *msg, size_t len,
			  u64 now_ns)
{
	u8 cookie[JVPN_MAC_LEN];
	struct jvpn_wire_macs *macs;
	size_t before_mac1, before_mac2;
	bool has_cookie;

	if (WARN_ON_ONCE(len <= sizeof(*macs)))
		return;
	before_mac1 = len - sizeof(*macs);
	before_mac2 = before_mac1 + offsetof(struct jvpn_wire_macs, mac2);
	macs = msg + before_mac1;
	mac_message(&jar->mac1_key, msg, before_mac1, macs->mac1);

	spin_lock_bh(&jar->lock);
	memcpy(jar->last_mac1, macs->mac1, JVPN_MAC_LEN);
	jar->expects_reply = true;
	if (jar->has_cookie && now_ns > jar->received_ns && now_ns - jar->received_ns >=
	    JVPN_COOKIE_SLOT_NS - JVPN_COOKIE_LATENCY_NS) {
		memzero_explicit(jar->cookie, JVPN_MAC_LEN);
		jar->has_cookie = false;
	}
	has_cookie = jar->has_cookie;
	memcpy(cookie, jar->cookie, JVPN_MAC_LEN);
	spin_unlock_bh(&jar->lock);

	if (has_cookie)
		mac_with_cookie(cookie, msg, before_mac2, macs->mac2);
	else
		memset(macs->mac2, 0, JVPN_MAC_LEN);
	memzero_explicit(cookie, sizeof(cookie));
}

int jvpn_cookie_consume_reply(struct jvpn_cookie_jar *jar,
			      const struct jvpn_msg_cookie *reply, u64 now_ns)
{
	u8 mac1[JVPN_MAC_LEN], cookie[JVPN_MAC_LEN];
	bool expected;
	int err = -EBADMSG;

	spin_lock_bh(&jar->lock);
	expected = jar->expects_reply;
	memcpy(mac1, jar->last_mac1, JVPN_MAC_LEN);
	spin_unlock_bh(&jar->lock);
	if (!expected)
		return -ENOENT;

	if (!xchacha20poly1305_decrypt(cookie, reply->sealed_cookie,
				       sizeof(reply->sealed_cookie), mac1, sizeof(mac1),
				       reply->nonce, jar->reply_key))
		return err;

	/* A newer message may have left meanwhile: its reply is on the way. */
	spin_lock_bh(&jar->lock);
	if (jar->expects_reply && !memcmp(jar->last_mac1, mac1, JVPN_MAC_LEN)) {
		memcpy(jar->cookie, cookie, JVPN_MAC_LEN);
		jar->received_ns = now_ns;
		jar->has_cookie = true;
		jar->expects_reply = false;
		err = 0;
	}
	spin_unlock_bh(&jar->lock);
	memzero_explicit(cookie, sizeof(cookie));
	return err;
}
