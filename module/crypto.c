// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing and opening of packets through the kernel's crypto API.
 *
 * What the API needs while it works on a packet (the request with the driver's
 * own memory behind it, the nonce, the scatterlists) is one struct
 * jvpn_request. Each CPU keeps some of them in two pockets, one for sealing and
 * one for opening. A request is taken out of its pocket while it is used, so
 * whatever interrupts its user finds another one or allocates it; if the
 * answer comes late, the request just stays away until then.
 */
#include <crypto/aead.h>
#include <crypto/algapi.h>
#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kmod.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <asm/cpufeature.h>

#include "../include/uapi/linux/jvpn.h"
#include "compat.h"
#include "crypto.h"

#define JVPN_AAD_LEN	sizeof(struct jvpn_msg_header)

/* Associated data, linear part and all fragments of one packet. */
#define JVPN_SOURCE_ENTRIES	(MAX_SKB_FRAGS + 3)
#define JVPN_REQUEST_BYTES	2048
/* How many requests one CPU keeps for each direction. */
#define JVPN_POCKET_REQUESTS	16
/* How many answers may be late at a time: 8 MiB of requests. */
#define JVPN_REQUESTS_LATE_MAX	4096

static char *aead_driver_gcm = "gcm(aes)";
module_param(aead_driver_gcm, charp, 0400);
MODULE_PARM_DESC(aead_driver_gcm, "crypto API driver for AES-256-GCM (for tests)");

static char *aead_driver_chacha = "rfc7539(chacha20,poly1305)";
module_param(aead_driver_chacha, charp, 0400);
MODULE_PARM_DESC(aead_driver_chacha,
		 "crypto API driver for ChaCha20-Poly1305 (for tests)");

enum jvpn_pocket_id {
	JVPN_POCKET_SEAL,
	JVPN_POCKET_OPEN,
	JVPN_POCKETS,
};

/**
 * struct jvpn_request - what belongs to one packet until it is answered
 * @next: in the pocket
 * @done: for a late answer
 * @arg: for @done
 * @pocket: where it goes back to, enum jvpn_pocket_id
 * @source_last: the entry of @source that is marked as its end
 * @nonce: of this packet
 * @aad: where an opened packet's header goes, if nowhere else
 * @tag: of a packet that is opened from a copy
 * @source: header and packet
 * @dest: the linear buffer that is written
 * @aead: the crypto API's part, followed by the driver's
 */
struct jvpn_request {
	struct jvpn_request *next;
	jvpn_aead_done_t done;
	void *arg;
	u8 pocket;
	u8 source_last;
	u8 nonce[JVPN_IV_LEN];
	u8 aad[JVPN_AAD_LEN];
	u8 tag[JVPN_TAG_LEN];
	struct scatterlist source[JVPN_SOURCE_ENTRIES];
	struct scatterlist dest[2];
	struct aead_request aead;	/* last */
};

#define JVPN_DRIVER_BYTES						\
	(JVPN_REQUEST_BYTES - sizeof(struct jvpn_request))

struct jvpn_pocket {
	struct jvpn_request *first;
	unsigned int count;
};

static DEFINE_PER_CPU(struct jvpn_pocket, jvpn_pockets[JVPN_POCKETS]);
static atomic_t jvpn_requests;

/* Requests and their pockets. */

static struct jvpn_request *request_alloc(enum jvpn_pocket_id pocket, gfp_t gfp)
{
	struct jvpn_request *request;
	int max = JVPN_REQUESTS_LATE_MAX +
		  JVPN_POCKETS * JVPN_POCKET_REQUESTS * num_possible_cpus();

	if (!atomic_add_unless(&jvpn_requests, 1, max))
		return NULL;
	request = kzalloc(JVPN_REQUEST_BYTES, gfp);
	if (!request) {
		atomic_dec(&jvpn_requests);
		return NULL;
	}
	request->pocket = pocket;
	sg_init_table(request->source, JVPN_SOURCE_ENTRIES);
	request->source_last = JVPN_SOURCE_ENTRIES - 1;
	return request;
}

static void request_free(struct jvpn_request *request)
{
	memzero_explicit(request, JVPN_REQUEST_BYTES);
	kfree(request);
	atomic_dec(&jvpn_requests);
}

static struct jvpn_request *request_get(enum jvpn_pocket_id id)
{
	struct jvpn_pocket *pocket;
	struct jvpn_request *request;

	local_bh_disable();
	pocket = this_cpu_ptr(&jvpn_pockets[id]);
	request = pocket->first;
	if (request) {
		pocket->first = request->next;
		pocket->count--;
	}
	local_bh_enable();
	return request ?: request_alloc(id, GFP_ATOMIC | __GFP_NOWARN);
}

static void request_put(struct jvpn_request *request)
{
	struct jvpn_pocket *pocket;

	/* The IV shows through. */
	memzero_explicit(request->nonce, sizeof(request->nonce));

	local_bh_disable();
	pocket = this_cpu_ptr(&jvpn_pockets[request->pocket]);
	if (pocket->count < JVPN_POCKET_REQUESTS) {
		request->next = pocket->first;
		pocket->first = request;
		pocket->count++;
		request = NULL;
	}
	local_bh_enable();
	if (request)
		request_free(request);
}

static void answer(void *data, int err)
{
	struct jvpn_request *request = data;
	jvpn_aead_done_t done = request->done;
	void *arg = request->arg;

	/* A request that waited in a backlog has begun; jvpn's never wait there. */
	if (err == -EINPROGRESS)
		return;
	request_put(request);
	done(arg, err);
}

JVPN_CRYPTO_COMPLETION(request_answer, answer)

/* Scatterlists. */

struct jvpn_mapping {
	struct scatterlist *sg;
	unsigned int used;	/* entries */
	unsigned int skip;	/* bytes before the range */
	unsigned int left;	/* bytes of the range that are not mapped yet */
};

static bool map_bytes(struct jvpn_mapping *map, struct page *page,
		      unsigned int offset, unsigned int len)
{
	if (map->skip >= len) {
		map->skip -= len;
		return true;
	}
	len = min(len - map->skip, map->left);
	if (!len)
		return true;
	if (!page || map->used == JVPN_SOURCE_ENTRIES)
		return false;
	sg_set_page(&map->sg[map->used++], page, len, offset + map->skip);
	map->skip = 0;
	map->left -= len;
	return true;
}

static bool map_buffer(struct jvpn_mapping *map, const void *data, unsigned int len)
{
	return map_bytes(map, virt_to_page(data), offset_in_page(data), len);
}

/* An skb without its fragment list. */
static bool map_skb(struct jvpn_mapping *map, const struct sk_buff *skb)
{
	int i;

	if (!map_buffer(map, skb->data, skb_headlen(skb)))
		return false;
	for (i = 0; i < skb_shinfo(skb)->nr_frags && map->left; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		if (!map_bytes(map, skb_frag_page(frag), skb_frag_off(frag),
			       skb_frag_size(frag)))
			return false;
	}
	return true;
}

/* False if the range has more pieces than a request has entries. */
static bool map_range(struct jvpn_mapping *map, const struct sk_buff *skb,
		      unsigned int offset, unsigned int len)
{
	const struct sk_buff *part;

	map->skip = offset;
	map->left = len;
	if (!map_skb(map, skb))
		return false;
	skb_walk_frags(skb, part) {
		if (!map->left)
			break;
		if (skb_has_frag_list(part) || !map_skb(map, part))
			return false;
	}
	return !map->left;
}

/* The table is initialised once; only the mark at its end moves. */
static void source_end(struct jvpn_request *request, unsigned int entries)
{
	sg_unmark_end(&request->source[request->source_last]);
	request->source_last = entries - 1;
	sg_mark_end(&request->source[request->source_last]);
}

/* One packet. */

static void set_nonce(struct jvpn_request *request, const struct jvpn_aead *aead,
		      u64 counter)
{
	__le64 number = cpu_to_le64(counter);

	memcpy(request->nonce, aead->iv, JVPN_IV_LEN);
	crypto_xor(request->nonce + JVPN_IV_LEN - sizeof(number), (u8 *)&number,
		   sizeof(number));
}

/* Gives the request to the cipher, and back to its pocket unless it is late. */
static int submit(struct jvpn_request *request, struct jvpn_aead *aead,
		  struct scatterlist *source, struct scatterlist *dest,
		  unsigned int len, u64 counter)
{
	struct aead_request *req = &request->aead;
	int err;

	set_nonce(request, aead, counter);
	aead_request_set_tfm(req, aead->tfm);
	aead_request_set_callback(req, 0, request_answer, request);
	aead_request_set_ad(req, JVPN_AAD_LEN);
	aead_request_set_crypt(req, source, dest, len, request->nonce);
	err = request->pocket == JVPN_POCKET_SEAL ? crypto_aead_encrypt(req) :
						    crypto_aead_decrypt(req);
	if (err != -EINPROGRESS)
		request_put(request);
	return err;
}

static struct jvpn_request *request_for(enum jvpn_pocket_id id, jvpn_aead_done_t done,
					void *arg)
{
	struct jvpn_request *request = request_get(id);

	if (request) {
		request->done = done;
		request->arg = arg;
	}
	return request;
}

static bool is_writable(const struct sk_buff *skb)
{
	return !skb_is_nonlinear(skb) && !skb_cloned(skb);
}

int jvpn_seal(struct jvpn_aead *aead, struct sk_buff *plain, struct sk_buff *sealed,
	      u64 counter, jvpn_aead_done_t done, void *arg)
{
	struct scatterlist *source;
	struct jvpn_request *request;
	struct jvpn_mapping map = {};
	int err;

	if (sealed->len != plain->len + JVPN_OVERHEAD || !is_writable(sealed))
		return -EINVAL;
	request = request_for(JVPN_POCKET_SEAL, done, arg);
	if (!request)
		return -ENOMEM;

	sg_init_one(request->dest, sealed->data, sealed->len);
	source = request->source;
	sg_set_buf(&source[0], sealed->data, JVPN_AAD_LEN);
	map.sg = source;
	map.used = 1;
	if (likely(map_range(&map, plain, 0, plain->len))) {
		source_end(request, map.used);
	} else {
		/* Too many pieces: copy them, and seal the copy in place. */
		source = request->dest;
		err = skb_copy_bits(plain, 0, sealed->data + JVPN_AAD_LEN, plain->len);
		if (err) {
			request_put(request);
			return err;
		}
	}
	return submit(request, aead, source, request->dest, plain->len, counter);
}

/* The destination covers the header too: into the headroom, or a scratch. */
static void map_inner(struct jvpn_request *request, struct sk_buff *inner)
{
	if (likely(skb_headroom(inner) >= JVPN_AAD_LEN)) {
		sg_init_one(request->dest, inner->data - JVPN_AAD_LEN,
			    inner->len + JVPN_AAD_LEN);
	} else if (!inner->len) {
		sg_init_one(request->dest, request->aad, JVPN_AAD_LEN);
	} else {
		sg_init_table(request->dest, 2);
		sg_set_buf(&request->dest[0], request->aad, JVPN_AAD_LEN);
		sg_set_buf(&request->dest[1], inner->data, inner->len);
	}
}

/* A packet of too many pieces: copy it, so that it is opened in place. */
static int copy_packet(struct jvpn_request *request, const struct sk_buff *packet,
		       struct sk_buff *inner)
{
	struct jvpn_mapping map = {
		.sg = request->source,
		.left = JVPN_OVERHEAD + inner->len,
	};
	int err;

	err = skb_copy_bits(packet, 0, request->aad, JVPN_AAD_LEN);
	if (!err)
		err = skb_copy_bits(packet, JVPN_AAD_LEN, inner->data, inner->len);
	if (!err)
		err = skb_copy_bits(packet, JVPN_AAD_LEN + inner->len, request->tag,
				    JVPN_TAG_LEN);
	if (err)
		return err;

	map_buffer(&map, request->aad, JVPN_AAD_LEN);
	map_buffer(&map, inner->data, inner->len);
	map_buffer(&map, request->tag, JVPN_TAG_LEN);
	source_end(request, map.used);
	return 0;
}

int jvpn_open(struct jvpn_aead *aead, struct sk_buff *packet, struct sk_buff *inner,
	      u64 counter, jvpn_aead_done_t done, void *arg)
{
	struct scatterlist *dest;
	struct jvpn_request *request;
	struct jvpn_mapping map = {};
	int err;

	if (packet->len != inner->len + JVPN_OVERHEAD || !is_writable(inner))
		return -EINVAL;
	request = request_for(JVPN_POCKET_OPEN, done, arg);
	if (!request)
		return -ENOMEM;

	map.sg = request->source;
	if (likely(map_range(&map, packet, 0, packet->len))) {
		source_end(request, map.used);
		map_inner(request, inner);
		dest = request->dest;
	} else {
		err = copy_packet(request, packet, inner);
		if (err) {
			request_put(request);
			return err;
		}
		dest = request->source;
	}
	return submit(request, aead, request->source, dest, inner->len + JVPN_TAG_LEN,
		      counter);
}

static int crypt_inplace(struct jvpn_aead *aead, struct sk_buff *skb,
			 enum jvpn_pocket_id id, unsigned int len, u64 counter,
			 jvpn_aead_done_t done, void *arg)
{
	struct jvpn_request *request;

	request = request_for(id, done, arg);
	if (!request)
		return -ENOMEM;
	sg_init_one(request->dest, skb->data, skb->len);
	return submit(request, aead, request->dest, request->dest, len, counter);
}

int jvpn_seal_inplace(struct jvpn_aead *aead, struct sk_buff *skb, u64 counter,
		      jvpn_aead_done_t done, void *arg)
{
	if (skb->len < JVPN_OVERHEAD || !is_writable(skb))
		return -EINVAL;
	return crypt_inplace(aead, skb, JVPN_POCKET_SEAL, skb->len - JVPN_OVERHEAD,
			     counter, done, arg);
}

int jvpn_open_inplace(struct jvpn_aead *aead, struct sk_buff *skb, u64 counter,
		      jvpn_aead_done_t done, void *arg)
{
	if (skb->len < JVPN_OVERHEAD || !is_writable(skb))
		return -EINVAL;
	return crypt_inplace(aead, skb, JVPN_POCKET_OPEN, skb->len - JVPN_AAD_LEN,
			     counter, done, arg);
}

/* Ciphers. */

static const char *driver_name(u8 cipher)
{
	switch (cipher) {
	case JVPN_CIPHER_AES_256_GCM:
		return aead_driver_gcm;
	case JVPN_CIPHER_CHACHA20_POLY1305:
		return aead_driver_chacha;
	default:
		return NULL;
	}
}

int jvpn_aead_init_driver(struct jvpn_aead *aead, u8 cipher, const char *driver,
			  const u8 key[JVPN_SYMMETRIC_KEY_LEN],
			  const u8 iv[JVPN_IV_LEN])
{
	struct crypto_aead *tfm;
	int err;

	memset(aead, 0, sizeof(*aead));
	tfm = crypto_alloc_aead(driver, 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm) == -ENOENT ? -EOPNOTSUPP : PTR_ERR(tfm);

	err = -EOPNOTSUPP;
	if (crypto_aead_ivsize(tfm) != JVPN_IV_LEN)
		goto free;
	if (crypto_aead_reqsize(tfm) > JVPN_DRIVER_BYTES) {
		pr_warn_once("jvpn: %s needs %u bytes per request, more than %zu\n",
			     driver, crypto_aead_reqsize(tfm), JVPN_DRIVER_BYTES);
		goto free;
	}
	err = crypto_aead_setauthsize(tfm, JVPN_TAG_LEN);
	if (!err)
		err = crypto_aead_setkey(tfm, key, JVPN_SYMMETRIC_KEY_LEN);
	if (err)
		goto free;

	aead->tfm = tfm;
	aead->cipher = cipher;
	memcpy(aead->iv, iv, JVPN_IV_LEN);
	return 0;
free:
	crypto_free_aead(tfm);
	return err;
}

int jvpn_aead_init(struct jvpn_aead *aead, u8 cipher,
		   const u8 key[JVPN_SYMMETRIC_KEY_LEN], const u8 iv[JVPN_IV_LEN])
{
	const char *driver = driver_name(cipher);

	if (!driver) {
		memset(aead, 0, sizeof(*aead));
		return -EOPNOTSUPP;
	}
	return jvpn_aead_init_driver(aead, cipher, driver, key, iv);
}

void jvpn_aead_destroy(struct jvpn_aead *aead)
{
	/* The crypto API zeroizes the key schedule with the tfm. */
	if (aead->tfm)
		crypto_free_aead(aead->tfm);
	memzero_explicit(aead, sizeof(*aead));
}

const char *jvpn_aead_driver(const struct jvpn_aead *aead)
{
	return crypto_tfm_alg_driver_name(crypto_aead_tfm(aead->tfm));
}

/* What has been found out about the ciphers; failures are looked at again. */
static DEFINE_MUTEX(jvpn_ciphers_lock);
static u32 jvpn_ciphers_known;
static bool jvpn_ciphers_aes_fast;

/* Does the crypto library, too, have instructions for AES to use? */
static bool library_is_fast(void)
{
#if defined(CONFIG_X86)
	return boot_cpu_has(X86_FEATURE_AES);
#elif defined(CONFIG_ARM64)
	return cpu_have_named_feature(AES);
#else
	return false;
#endif
}

/* "generic-gcm-aesni" is fast, "gcm_base(ctr(aes-generic),ghash-generic)" not. */
static bool aes_is_fast(const char *driver)
{
	if (strstr(driver, "-generic") || strstr(driver, "-fixed-time"))
		return false;
	return !strstr(driver, "-lib") || library_is_fast();
}

static void look_at_cipher(u8 cipher)
{
	static const u8 zero[JVPN_SYMMETRIC_KEY_LEN];
	struct jvpn_aead aead;

	if (jvpn_ciphers_known & 1U << cipher ||
	    jvpn_aead_init(&aead, cipher, zero, zero))
		return;
	jvpn_ciphers_known |= 1U << cipher;
	if (cipher == JVPN_CIPHER_AES_256_GCM)
		jvpn_ciphers_aes_fast = aes_is_fast(jvpn_aead_driver(&aead));
	jvpn_aead_destroy(&aead);
}

u32 jvpn_aead_supported(void)
{
	u32 known;

	mutex_lock(&jvpn_ciphers_lock);
	look_at_cipher(JVPN_CIPHER_AES_256_GCM);
	look_at_cipher(JVPN_CIPHER_CHACHA20_POLY1305);
	known = jvpn_ciphers_known;
	mutex_unlock(&jvpn_ciphers_lock);
	return known;
}

bool jvpn_aes_accelerated(void)
{
	jvpn_aead_supported();
	return READ_ONCE(jvpn_ciphers_aes_fast);
}

/* Setting up and taking down. */

static void empty_pockets(void)
{
	struct jvpn_request *request;
	struct jvpn_pocket *pocket;
	int cpu, id;

	for_each_possible_cpu(cpu) {
		for (id = 0; id < JVPN_POCKETS; id++) {
			pocket = per_cpu_ptr(&jvpn_pockets[id], cpu);
			while ((request = pocket->first)) {
				pocket->first = request->next;
				request_free(request);
			}
			pocket->count = 0;
		}
	}
}

/*
 * What is built into the kernel is found before what is in modules, so that the
 * crypto API asks for the fast one only where the slow one is missing too. Ask
 * for them by the names under which they would be asked for then.
 */
static void load_fast_drivers(void)
{
	static const char *const names[] = { "aes", "ghash", "chacha20", "poly1305" };
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		request_module("crypto-%s", names[i]);
}

int jvpn_crypto_init(void)
{
	struct jvpn_pocket *pocket;
	int cpu, id;

	load_fast_drivers();
	for_each_possible_cpu(cpu) {
		for (id = 0; id < JVPN_POCKETS; id++) {
			pocket = per_cpu_ptr(&jvpn_pockets[id], cpu);
			pocket->first = request_alloc(id, GFP_KERNEL);
			if (!pocket->first) {
				empty_pockets();
				return -ENOMEM;
			}
			pocket->count = 1;
		}
	}
	return 0;
}

void jvpn_crypto_exit(void)
{
	/* A late answer that has let go of the last reference may still be on
	 * its way out of answer(), with bottom halves off.
	 */
	synchronize_rcu();
	empty_pockets();
	WARN_ON(atomic_read(&jvpn_requests));
}
