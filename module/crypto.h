/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sealing and opening of packets under a traffic key.
 *
 * A packet is header (16 bytes, the associated data), ciphertext, tag (16).
 * The nonce is IV XOR (32 zero bits, then the 64-bit counter, little-endian).
 * The cipher is the copy: source and destination are different buffers, the
 * source is only read and may be cloned, paged, or a list of fragments.
 *
 * An answer may come late: the crypto API hands a request to another context
 * when SIMD cannot be used at this moment. Then -EINPROGRESS is returned and
 * @done is called once, with bottom halves off, maybe before the call that
 * submitted the packet has returned, maybe on another CPU. Until then both
 * buffers and the struct jvpn_aead belong to the request: the caller keeps a
 * reference on each and drops it in @done.
 */
#ifndef _JVPN_CRYPTO_H
#define _JVPN_CRYPTO_H

#include <linux/skbuff.h>
#include <linux/types.h>

#include "wire.h"

struct crypto_aead;

/**
 * struct jvpn_aead - one direction of a keypair
 * @tfm: the keyed cipher; NULL when not initialised
 * @iv: secret part of the nonce
 * @cipher: enum jvpn_cipher
 */
struct jvpn_aead {
	struct crypto_aead *tfm;
	u8 iv[JVPN_IV_LEN];
	u8 cipher;
};

/* @err: 0; -EBADMSG when the tag is wrong; another error of the cipher. */
typedef void (*jvpn_aead_done_t)(void *arg, int err);

/**
 * jvpn_crypto_init - load fast ciphers, set up the requests that each CPU keeps
 *
 * Context: process; loads modules.
 * Return: 0 or -ENOMEM.
 */
int jvpn_crypto_init(void);

/**
 * jvpn_crypto_exit - give them back
 *
 * Context: process. All struct jvpn_aead are destroyed. Waits for the last
 * late answer to leave the module's text.
 */
void jvpn_crypto_exit(void);

/**
 * jvpn_aead_init - get a cipher and give it its key
 * @aead: filled in; zeroed when an error is returned
 * @cipher: enum jvpn_cipher
 * @key: 32 bytes; the caller zeroizes its copy
 * @iv: 12 bytes; the caller zeroizes its copy
 *
 * Context: process; may load modules. Not under RTNL where that matters.
 * Return: 0; -EOPNOTSUPP for a cipher that is unknown or that this kernel
 * does not have; another error of the crypto API.
 */
int jvpn_aead_init(struct jvpn_aead *aead, u8 cipher,
		   const u8 key[JVPN_SYMMETRIC_KEY_LEN], const u8 iv[JVPN_IV_LEN]);

/**
 * jvpn_aead_init_driver - the same with a driver of the caller's choice
 * @aead: filled in; zeroed when an error is returned
 * @cipher: enum jvpn_cipher that the driver implements
 * @driver: name for the crypto API, e.g. "cryptd(gcm_base(...))" to have late
 *	answers
 * @key: 32 bytes
 * @iv: 12 bytes
 *
 * A queue outranks what is behind it: from the moment that a "cryptd(...)" was
 * made, everybody on this machine who asks for the cipher by its plain name gets
 * late answers, until crypto_unregister_instance() or a reboot.
 *
 * Context: process.
 * Return: as jvpn_aead_init().
 */
int jvpn_aead_init_driver(struct jvpn_aead *aead, u8 cipher, const char *driver,
			  const u8 key[JVPN_SYMMETRIC_KEY_LEN],
			  const u8 iv[JVPN_IV_LEN]);

/**
 * jvpn_aead_destroy - free the cipher and zeroize
 * @aead: may be zeroed or destroyed already
 *
 * Context: process. Nothing is in flight under @aead.
 */
void jvpn_aead_destroy(struct jvpn_aead *aead);

/* Name of the driver the crypto API picked, e.g. "generic-gcm-aesni". */
const char *jvpn_aead_driver(const struct jvpn_aead *aead);

/**
 * jvpn_aead_supported - which ciphers this kernel has
 *
 * Context: process; gets each cipher once to see, and remembers what it found.
 * Return: mask of 1 << enum jvpn_cipher.
 */
u32 jvpn_aead_supported(void);

/**
 * jvpn_aes_accelerated - is AES-GCM more than portable C on this machine?
 *
 * Context: process; as jvpn_aead_supported().
 */
bool jvpn_aes_accelerated(void);

/**
 * jvpn_seal - encrypt a packet from one buffer into another
 * @aead: sending half of the keypair
 * @plain: the inner plaintext is all of it (@plain->len bytes, also none);
 *	only read; may be cloned, paged, a fragment list
 * @sealed: linear and not shared; the header stands at its data, and room for
 *	header, plaintext and tag is already put (@plain->len + 32 bytes)
 * @counter: of this packet, never used before under this key
 * @done: called when the answer comes late, not otherwise
 * @arg: for @done
 *
 * Context: any but hard interrupt.
 * Return: 0 when sealed; -EINPROGRESS when @done will be called; -EINVAL when
 * the sizes do not fit; -ENOMEM, -ENOSPC, -EBUSY when there is no request or
 * no place in the cipher's queue (count and drop); another error.
 */
int jvpn_seal(struct jvpn_aead *aead, struct sk_buff *plain, struct sk_buff *sealed,
	      u64 counter, jvpn_aead_done_t done, void *arg);

/**
 * jvpn_open - verify and decrypt a packet from one buffer into another
 * @aead: receiving half of the keypair
 * @packet: from its header to the end of its tag, @packet->len bytes, all of
 *	it; only read; may be cloned, paged, a fragment list
 * @inner: linear and not shared, @packet->len - 32 bytes are already put;
 *	16 bytes of headroom save one scatterlist entry and are overwritten
 * @counter: as in the header
 * @done: called when the answer comes late, not otherwise
 * @arg: for @done
 *
 * After an error @inner may hold unauthenticated bytes: it is to be dropped.
 *
 * Context: any but hard interrupt.
 * Return: as jvpn_seal(), and -EBADMSG when the tag is wrong.
 */
int jvpn_open(struct jvpn_aead *aead, struct sk_buff *packet, struct sk_buff *inner,
	      u64 counter, jvpn_aead_done_t done, void *arg);

/**
 * jvpn_seal_inplace - encrypt a packet that was built where it will leave from
 * @aead: sending half of the keypair
 * @skb: linear and not shared: header, plaintext, 16 bytes put for the tag
 * @counter: of this packet, never used before under this key
 * @done: called when the answer comes late, not otherwise
 * @arg: for @done
 *
 * Context: any but hard interrupt.
 * Return: as jvpn_seal().
 */
int jvpn_seal_inplace(struct jvpn_aead *aead, struct sk_buff *skb, u64 counter,
		      jvpn_aead_done_t done, void *arg);

/**
 * jvpn_open_inplace - verify and decrypt a packet where it stands
 * @aead: receiving half of the keypair
 * @skb: linear and not shared: header, ciphertext, tag; its length is left as
 *	it is, the plaintext stands after the header
 * @counter: as in the header
 * @done: called when the answer comes late, not otherwise
 * @arg: for @done
 *
 * Context: any but hard interrupt.
 * Return: as jvpn_open().
 */
int jvpn_open_inplace(struct jvpn_aead *aead, struct sk_buff *skb, u64 counter,
		      jvpn_aead_done_t done, void *arg);

#endif /* _JVPN_CRYPTO_H */
