/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The handshake, Noise_IKpsk2_25519_ChaChaPoly_SHA256 (Noise revision 34), and
 * every key that is derived from it.
 *
 * All functions that compute on Curve25519 run in process context, never in
 * softirq. Notation in the comments: "abc" is the characters without a
 * terminating zero, u8/le16/le32/le64 are integers of that size, little-endian,
 * || joins, [0..16] is the first 16 bytes, HMAC and HKDF are with SHA-256
 * (RFC 2104, RFC 5869), HKDF(salt, ikm, info, n) gives n bytes, and an empty
 * salt is 32 zero bytes.
 */
#ifndef _JVPN_NOISE_H
#define _JVPN_NOISE_H

#include <linux/types.h>

#include "control.h"
#include "kdf.h"
#include "wire.h"

/**
 * struct jvpn_identity - the static key of a device
 * @private_key: clamped
 * @public_key: derived from it
 * @valid: both are set
 */
struct jvpn_identity {
	u8 private_key[JVPN_PUBLIC_KEY_LEN];
	u8 public_key[JVPN_PUBLIC_KEY_LEN];
	bool valid;
};

/* Noise's SymmetricState; the cipher key lives only inside one message. */
struct jvpn_noise_symmetric {
	u8 chaining_key[JVPN_HASH_LEN];
	u8 hash[JVPN_HASH_LEN];
};

/**
 * struct jvpn_noise - one handshake under way
 * @symmetric: Noise's symmetric state after the last message that was
 *	accepted or written; the initiator keeps it from before "psk"
 * @ephemeral_private: own ephemeral key
 * @remote_ephemeral: the initiator's, at the responder
 * @remote_static: the other end's static public key
 */
struct jvpn_noise {
	struct jvpn_noise_symmetric symmetric;
	u8 ephemeral_private[JVPN_PUBLIC_KEY_LEN];
	u8 remote_ephemeral[JVPN_PUBLIC_KEY_LEN];
	u8 remote_static[JVPN_PUBLIC_KEY_LEN];
};

/**
 * struct jvpn_noise_secrets - what a finished handshake gives
 * @send: Noise split, the direction in which the caller sends
 * @receive: Noise split, the other direction
 * @session_id: HKDF(ck, "", "jvpn 1 session id", 16)
 * @root: HKDF(ck, "", "jvpn 1 session root", 32)
 * @handshake_hash: Noise's final h
 *
 * ck is the final chaining key, used as salt with empty input keying material:
 * the split itself is HKDF(ck, "", "", 64), its first half from initiator to
 * responder. The labels keep the four outputs apart.
 */
struct jvpn_noise_secrets {
	u8 send[JVPN_SYMMETRIC_KEY_LEN];
	u8 receive[JVPN_SYMMETRIC_KEY_LEN];
	u8 session_id[JVPN_ID_LEN];
	u8 root[JVPN_ROOT_LEN];
	u8 handshake_hash[JVPN_HASH_LEN];
};

/* The direction byte of a traffic key. */
enum jvpn_direction {
	JVPN_TO_RESPONDER = 1,
	JVPN_TO_INITIATOR = 2,
};

/**
 * jvpn_identity_set - take a private key, clamp it, derive the public key
 * @identity: filled in; zeroed when refused
 * @private_key: 32 bytes as configured; the caller zeroizes its copy
 *
 * Context: process.
 * Return: 0, or -EINVAL for the all-zero key.
 */
int jvpn_identity_set(struct jvpn_identity *identity,
		      const u8 private_key[JVPN_PUBLIC_KEY_LEN]);
void jvpn_identity_zeroize(struct jvpn_identity *identity);

/**
 * jvpn_public_key_valid - may this be a peer's public key?
 * @public_key: 32 bytes
 *
 * Context: process.
 * Return: false for zero and for every point of low order (RFC 7748, 6.1), with
 * which each Diffie-Hellman result is zero.
 */
bool jvpn_public_key_valid(const u8 public_key[JVPN_PUBLIC_KEY_LEN]);

/**
 * jvpn_noise_create_init - initiator: write HANDSHAKE_INIT
 * @hs: filled in; zeroized when an error is returned
 * @identity: own
 * @remote_public: the responder's static public key
 * @payload: to be sealed
 * @msg: type, reserved, ephemeral, sealed_static and sealed_payload are
 *	written; the sender index and the MACs are left to the caller
 *
 * Context: process.
 * Return: 0; -ENOKEY without an identity or with a @remote_public of low order.
 */
int jvpn_noise_create_init(struct jvpn_noise *hs, const struct jvpn_identity *identity,
			   const u8 remote_public[JVPN_PUBLIC_KEY_LEN],
			   const struct jvpn_init_payload *payload,
			   struct jvpn_msg_init *msg);

/**
 * jvpn_noise_consume_init - responder: read HANDSHAKE_INIT
 * @hs: filled in; zeroized when an error is returned
 * @identity: own
 * @msg: the message; type, reserved bytes and MACs were judged by the caller
 * @remote_public: the initiator's authenticated static key, 32 bytes
 * @payload: opened
 *
 * Nothing says yet that it is not a replay: the timestamp in @payload does.
 *
 * Context: process.
 * Return: 0; -ENOKEY without an identity; -EBADMSG when it does not
 * authenticate. @remote_public and @payload are written with 0 only.
 */
int jvpn_noise_consume_init(struct jvpn_noise *hs, const struct jvpn_identity *identity,
			    const struct jvpn_msg_init *msg,
			    u8 remote_public[JVPN_PUBLIC_KEY_LEN],
			    struct jvpn_init_payload *payload);

/**
 * jvpn_noise_create_response - responder: write HANDSHAKE_RESPONSE
 * @hs: from jvpn_noise_consume_init(); zeroized in any case
 * @identity: own
 * @psk: 32 bytes to mix; all zero where none is configured
 * @payload: to be sealed
 * @fill_session_id: seal the session id that this handshake gives (kind
 *	create, status 0) instead of the one in @payload
 * @msg: type, reserved, ephemeral and sealed_payload are written; the indexes
 *	and the MACs are left to the caller
 * @secrets: filled in; zeroized when an error is returned
 *
 * Context: process.
 * Return: 0; -EBADMSG when the initiator's keys are of low order.
 */
int jvpn_noise_create_response(struct jvpn_noise *hs,
			       const struct jvpn_identity *identity,
			       const u8 psk[JVPN_SYMMETRIC_KEY_LEN],
			       const struct jvpn_response_payload *payload,
			       bool fill_session_id,
			       struct jvpn_msg_response *msg,
			       struct jvpn_noise_secrets *secrets);

/**
 * jvpn_noise_consume_response - initiator: read HANDSHAKE_RESPONSE
 * @hs: from jvpn_noise_create_init(); not changed, so that the same message can
 *	be tried with another PSK, or the next one after a forged one
 * @identity: own
 * @psk: 32 bytes to mix; all zero where none is configured
 * @msg: the message; type, reserved bytes and MACs were judged by the caller
 * @payload: opened
 * @secrets: filled in; zeroized when an error is returned
 *
 * The caller compares the session id in @payload with the one in @secrets.
 *
 * Context: process.
 * Return: 0; -ENOKEY without an identity; -EBADMSG when it does not
 * authenticate under this PSK.
 */
int jvpn_noise_consume_response(const struct jvpn_noise *hs,
				const struct jvpn_identity *identity,
				const u8 psk[JVPN_SYMMETRIC_KEY_LEN],
				const struct jvpn_msg_response *msg,
				struct jvpn_response_payload *payload,
				struct jvpn_noise_secrets *secrets);

void jvpn_noise_zeroize(struct jvpn_noise *hs);
void jvpn_noise_secrets_zeroize(struct jvpn_noise_secrets *secrets);

/*
 * The same over raw bytes: any prologue, any length of payload, and an ephemeral
 * key that the caller has put into hs->ephemeral_private. The published vectors
 * run against these; the functions above do nothing else.
 *
 * The first message is ephemeral (32) || sealed static (48) || sealed payload
 * (length + 16), the second is ephemeral (32) || sealed payload (length + 16).
 */
#define JVPN_NOISE_FIRST_OVERHEAD	(2 * JVPN_PUBLIC_KEY_LEN + 2 * JVPN_TAG_LEN)
#define JVPN_NOISE_SECOND_OVERHEAD	(JVPN_PUBLIC_KEY_LEN + JVPN_TAG_LEN)

int jvpn_noise_write_first(struct jvpn_noise *hs, const struct jvpn_identity *identity,
			   const u8 remote_public[JVPN_PUBLIC_KEY_LEN],
			   const struct jvpn_piece *prologue,
			   const struct jvpn_piece *payload, u8 *message);
int jvpn_noise_read_first(struct jvpn_noise *hs, const struct jvpn_identity *identity,
			  const struct jvpn_piece *prologue,
			  const struct jvpn_piece *message, void *payload);
int jvpn_noise_write_second(struct jvpn_noise *hs,
			    const u8 psk[JVPN_SYMMETRIC_KEY_LEN],
			    const struct jvpn_piece *payload, u8 *message,
			    struct jvpn_noise_secrets *secrets);
int jvpn_noise_read_second(const struct jvpn_noise *hs,
			   const struct jvpn_identity *identity,
			   const u8 psk[JVPN_SYMMETRIC_KEY_LEN],
			   const struct jvpn_piece *message, void *payload,
			   struct jvpn_noise_secrets *secrets);

/* Keys derived later. None of these sleeps; any context. */

/**
 * jvpn_traffic_key - (key, IV) of one direction from a secret of the split
 * @secret: send or receive of struct jvpn_noise_secrets
 * @cipher: enum jvpn_cipher
 * @direction: the direction in which packets under this key travel
 * @key: 32 bytes, the first 32 of
 *	HKDF("", @secret, "jvpn 1" || u8 cipher || u8 direction, 44)
 * @iv: 12 bytes, the rest of it
 */
void jvpn_traffic_key(const u8 secret[JVPN_SYMMETRIC_KEY_LEN], u8 cipher,
		      enum jvpn_direction direction,
		      u8 key[JVPN_SYMMETRIC_KEY_LEN], u8 iv[JVPN_IV_LEN]);

/**
 * jvpn_rekey_psk - the PSK of a rekey: only who holds the session has it
 * @configured_psk: 32 bytes; all zero where none is configured
 * @root: session root
 * @out: HKDF(@root, @configured_psk, "jvpn 1 rekey", 32)
 */
void jvpn_rekey_psk(const u8 configured_psk[JVPN_SYMMETRIC_KEY_LEN],
		    const u8 root[JVPN_ROOT_LEN], u8 out[JVPN_SYMMETRIC_KEY_LEN]);

/**
 * jvpn_lineage_key - the key of a session's lineage
 * @root: session root
 * @key: prepared HMAC key over HKDF("", @root, "jvpn 1 lineage", 32)
 */
void jvpn_lineage_key(const u8 root[JVPN_ROOT_LEN], struct jvpn_hmac_key *key);

/* One accepted attach, as in the REATTACH_ACK. */
struct jvpn_lineage_step {
	u32 epoch;
	struct jvpn_addr initiator;
	struct jvpn_addr responder;
	u16 reason;
	u64 accept_time_ns;
};

/**
 * jvpn_lineage_first - L0 = HMAC(lineage key, session id)[0..16]
 * @key: from jvpn_lineage_key()
 * @session_id: 16 bytes
 * @out: 16 bytes
 */
void jvpn_lineage_first(const struct jvpn_hmac_key *key,
			const u8 session_id[JVPN_ID_LEN],
			u8 out[JVPN_LINEAGE_VALUE_LEN]);

/**
 * jvpn_lineage_next - Ln from Ln-1 and one accepted attach
 * @key: from jvpn_lineage_key()
 * @before: Ln-1, 16 bytes
 * @step: the attach
 * @out: HMAC(lineage key, @before || le32 epoch || initiator || responder ||
 *	le16 reason || le64 accept_time_ns)[0..16]; both endpoints as the 20
 *	bytes of struct jvpn_wire_endpoint; may be @before
 */
void jvpn_lineage_next(const struct jvpn_hmac_key *key,
		       const u8 before[JVPN_LINEAGE_VALUE_LEN],
		       const struct jvpn_lineage_step *step,
		       u8 out[JVPN_LINEAGE_VALUE_LEN]);

/**
 * jvpn_notice_key - what a device computes its NOTICE tokens with
 * @private_key: the device's static private key, clamped
 * @key: prepared HMAC key over HKDF("", @private_key, "jvpn notice", 32)
 */
void jvpn_notice_key(const u8 private_key[JVPN_PUBLIC_KEY_LEN],
		     struct jvpn_hmac_key *key);

/**
 * jvpn_notice_token - the token for one receiver index
 * @key: from jvpn_notice_key()
 * @index: as it stands on the wire
 * @out: HMAC(notice key, le32 index)[0..16]
 */
void jvpn_notice_token(const struct jvpn_hmac_key *key, __le32 index,
		       u8 out[JVPN_TOKEN_LEN]);

#endif /* _JVPN_NOISE_H */
