/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MACs on handshake messages, and cookies while a device is under load.
 *
 * mac1 proves that the sender knows the receiver's public key:
 *	mac1 key = HKDF("", receiver's public key, "jvpn 1 mac1", 32)
 *	mac1 = HMAC(mac1 key, all bytes of the message before mac1)[0..16]
 * A receiver under load answers a message that has no valid mac2 with a
 * COOKIE_REPLY instead of working on it:
 *	cookie = HMAC(cookie secret, le64 slot || u8 family (4 or 6) ||
 *		      16 bytes of address, IPv4 in the first four ||
 *		      le16 port)[0..16]
 *	sealed_cookie = XChaCha20-Poly1305(
 *		key = HKDF("", receiver's public key, "jvpn 1 cookie", 32),
 *		nonce, associated data = mac1 answered, plaintext = cookie)
 * slot counts periods of 120 s of the receiver's own clock, and the cookie of
 * the slot before is accepted too; secret and slot never leave the receiver.
 * The next message of the sender then proves its address:
 *	mac2 = HMAC(cookie, all bytes of the message before mac2)[0..16]
 * and is zero without a cookie.
 *
 * All clocks are nanoseconds of boot time. Everything may run in softirq.
 */
#ifndef _JVPN_COOKIE_H
#define _JVPN_COOKIE_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "control.h"
#include "kdf.h"
#include "wire.h"

#define JVPN_COOKIE_SLOT_NS	(120 * JVPN_NS_PER_S)
/* How much younger a cookie must be at its user's: time on the way. */
#define JVPN_COOKIE_LATENCY_NS	(5 * JVPN_NS_PER_S)

/**
 * struct jvpn_cookie_checker - the receiving side, one per device
 * @mac1_key: of the device's own public key
 * @secret: random; cookies are made with it
 * @reply_key: seals the cookies
 *
 * Changes only with the device's key, in jvpn_cookie_checker_init(): the caller
 * keeps readers out meanwhile (its handshake lock, or RCU with a new object).
 */
struct jvpn_cookie_checker {
	struct jvpn_hmac_key mac1_key;
	struct jvpn_hmac_key secret;
	u8 reply_key[JVPN_SYMMETRIC_KEY_LEN];
};

/* What the MACs of a message say. */
enum jvpn_mac_verdict {
	JVPN_MAC_INVALID,	/* drop */
	JVPN_MAC_VALID,		/* mac1 is right; under load answer with a cookie */
	JVPN_MAC_VALID_COOKIE,	/* mac2 too: the source address is real */
};

/**
 * jvpn_cookie_checker_init - for a (new) public key of the device
 * @checker: filled in
 * @public_key: the device's own, 32 bytes
 */
void jvpn_cookie_checker_init(struct jvpn_cookie_checker *checker,
			      const u8 public_key[JVPN_PUBLIC_KEY_LEN]);
void jvpn_cookie_checker_zeroize(struct jvpn_cookie_checker *checker);

/**
 * jvpn_cookie_check - judge the MACs of a handshake message
 * @checker: the device's
 * @msg: the whole message; its last 32 bytes are struct jvpn_wire_macs
 * @len: its length in bytes, more than 32
 * @source: where it came from
 * @now_ns: boot time
 * @under_load: look at mac2; without load it is not worth its cost
 *
 * Context: any.
 */
enum jvpn_mac_verdict jvpn_cookie_check(const struct jvpn_cookie_checker *checker,
					const void *msg, size_t len,
					const struct jvpn_addr *source, u64 now_ns,
					bool under_load);

/**
 * jvpn_cookie_make_reply - write the COOKIE_REPLY to a handshake message
 * @checker: the device's
 * @macs: of the message that is answered
 * @receiver_index: its sender index
 * @source: where it came from
 * @now_ns: boot time
 * @reply: written completely
 *
 * Context: any.
 */
void jvpn_cookie_make_reply(const struct jvpn_cookie_checker *checker,
			    const struct jvpn_wire_macs *macs, __le32 receiver_index,
			    const struct jvpn_addr *source, u64 now_ns,
			    struct jvpn_msg_cookie *reply);

/**
 * struct jvpn_cookie_jar - the sending side, one per peer
 * @lock: protects what follows the keys; bottom halves off
 * @mac1_key: of the peer's public key
 * @reply_key: opens its cookies
 * @received_ns: boot time at which @cookie came
 * @cookie: the last one
 * @has_cookie: there is one
 * @last_mac1: of the message sent last, which a reply must name
 * @expects_reply: @last_mac1 is set and was not answered yet
 */
struct jvpn_cookie_jar {
	spinlock_t lock;		/* leaf */
	struct jvpn_hmac_key mac1_key;
	u8 reply_key[JVPN_SYMMETRIC_KEY_LEN];
	u64 received_ns;
	u8 cookie[JVPN_MAC_LEN];
	u8 last_mac1[JVPN_MAC_LEN];
	bool has_cookie;
	bool expects_reply;
};

/**
 * jvpn_cookie_jar_init - for a peer
 * @jar: filled in
 * @peer_public: its static public key, 32 bytes
 */
void jvpn_cookie_jar_init(struct jvpn_cookie_jar *jar,
			  const u8 peer_public[JVPN_PUBLIC_KEY_LEN]);
void jvpn_cookie_jar_zeroize(struct jvpn_cookie_jar *jar);

/**
 * jvpn_cookie_add_macs - put mac1 and mac2 into a finished handshake message
 * @jar: of the peer it goes to
 * @msg: the whole message; its last 32 bytes are struct jvpn_wire_macs
 * @len: its length in bytes, more than 32
 * @now_ns: boot time
 *
 * Context: any.
 */
void jvpn_cookie_add_macs(struct jvpn_cookie_jar *jar, void *msg, size_t len,
			  u64 now_ns);

/**
 * jvpn_cookie_consume_reply - take the cookie out of a COOKIE_REPLY
 * @jar: of the peer whose handshake its receiver index names
 * @reply: the message
 * @now_ns: boot time
 *
 * Context: any.
 * Return: 0; -ENOENT when none is expected; -EBADMSG when it does not
 * authenticate.
 */
int jvpn_cookie_consume_reply(struct jvpn_cookie_jar *jar,
			      const struct jvpn_msg_cookie *reply, u64 now_ns);

#endif /* _JVPN_COOKIE_H */
