// SPDX-License-Identifier: GPL-2.0
/* Traffic keys: made in process context, dropped anywhere, freed by a worker. */
#include <linux/slab.h>

#include "device.h"
#include "keypair.h"
#include "noise.h"
#include "session.h"

/* A cipher's keys are freed in process context; no reader is left by then. */
static void keypair_free(struct work_struct *work)
{
	struct jvpn_keypair *keypair = container_of(to_rcu_work(work), struct jvpn_keypair,
						    free_work);
	struct jvpn_session *session = keypair->session;

	jvpn_aead_destroy(&keypair->send);
	jvpn_aead_destroy(&keypair->receive);
	kfree_sensitive(keypair);
	jvpn_session_put(session);
}

static void set_limits(struct jvpn_keypair *keypair)
{
	keypair->rekey_after_messages = keypair->cipher == JVPN_CIPHER_AES_256_GCM ?
		JVPN_REKEY_AFTER_MESSAGES_GCM : JVPN_REKEY_AFTER_MESSAGES_CHACHA;
	keypair->reject_after_messages =
		keypair->rekey_after_messages + JVPN_REJECT_MARGIN_MESSAGES;
}

static int aead_init(struct jvpn_aead *aead, u8 cipher, const u8 *secret,
		     enum jvpn_direction direction)
{
	u8 key[JVPN_SYMMETRIC_KEY_LEN], iv[JVPN_IV_LEN];
	int err;

	jvpn_traffic_key(secret, cipher, direction, key, iv);
	err = jvpn_aead_init(aead, cipher, key, iv);
	memzero_explicit(key, sizeof(key));
	memzero_explicit(iv, sizeof(iv));
	return err;
}

struct jvpn_keypair *jvpn_keypair_create(struct jvpn_session *session,
					 const struct jvpn_noise_secrets *secrets,
					 u8 cipher, bool initiator)
{
	enum jvpn_direction out = initiator ? JVPN_TO_RESPONDER : JVPN_TO_INITIATOR;
	enum jvpn_direction in = initiator ? JVPN_TO_INITIATOR : JVPN_TO_RESPONDER;
	struct jvpn_keypair *keypair = kzalloc(sizeof(*keypair), GFP_KERNEL);
	int err;

	if (!keypair)
		return ERR_PTR(-ENOMEM);
	err = aead_init(&keypair->send, cipher, secrets->send, out);
	if (err)
		goto free;
	err = aead_init(&keypair->receive, cipher, secrets->receive, in);
	if (err)
		goto destroy_send;

	kref_init(&keypair->ref);
	spin_lock_init(&keypair->replay_lock);
	INIT_RCU_WORK(&keypair->free_work, keypair_free);
	keypair->session = jvpn_session_get(session);
	keypair->cipher = cipher;
	keypair->initiator = initiator;
	keypair->born_ns = jvpn_now();
	keypair->valid = true;
	set_limits(keypair);
	return keypair;

destroy_send:
	jvpn_aead_destroy(&keypair->send);
free:
	kfree_sensitive(keypair);
	return ERR_PTR(err);
}

void jvpn_keypair_unhash(struct jvpn_keypair *keypair)
{
	struct jvpn_device *device = keypair->session->device;

	WRITE_ONCE(keypair->valid, false);
	jvpn_index_remove(&device->index_table, &keypair->index);
	jvpn_index_remove(&device->remote_table, &keypair->remote);
}

void jvpn_keys_replace(struct jvpn_session *session, struct jvpn_keypair __rcu **slot,
		       struct jvpn_keypair *keypair)
{
	struct jvpn_keypair *old;

	old = rcu_dereference_protected(*slot, lockdep_is_held(&session->lock));
	rcu_assign_pointer(*slot, keypair);
	if (old) {
		jvpn_keypair_unhash(old);
		jvpn_keypair_put(old);
	}
}

struct jvpn_keypair *jvpn_keypair_get(struct jvpn_keypair *keypair)
{
	kref_get(&keypair->ref);
	return keypair;
}

bool jvpn_keypair_get_unless_zero(struct jvpn_keypair *keypair)
{
	return kref_get_unless_zero(&keypair->ref);
}

static void keypair_release(struct kref *ref)
{
	struct jvpn_keypair *keypair = container_of(ref, struct jvpn_keypair, ref);

	queue_rcu_work(keypair->session->device->wq, &keypair->free_work);
}

void jvpn_keypair_put(struct jvpn_keypair *keypair)
{
	if (keypair)
		kref_put(&keypair->ref, keypair_release);
}

bool jvpn_keypair_get_many(struct jvpn_keypair *keypair, unsigned int count)
{
	return refcount_add_not_zero(count, &keypair->ref.refcount);
}

void jvpn_keypair_put_many(struct jvpn_keypair *keypair, unsigned int count)
{
	if (count && refcount_sub_and_test(count, &keypair->ref.refcount))
		keypair_release(&keypair->ref);
}

bool jvpn_keys_usable(const struct jvpn_keypair *keypair, u64 now)
{
	return READ_ONCE(keypair->valid) &&
	       jvpn_since(now, keypair->born_ns) < JVPN_REJECT_AFTER_NS &&
	       atomic64_read(&keypair->send_counter) < keypair->reject_after_messages;
}

static u64 auth_fail_limit(const struct jvpn_keypair *keypair)
{
	return keypair->cipher == JVPN_CIPHER_AES_256_GCM ? JVPN_AUTH_FAIL_LIMIT_GCM :
							    JVPN_AUTH_FAIL_LIMIT_CHACHA;
}

bool jvpn_keys_open(const struct jvpn_keypair *keypair, u64 counter)
{
	return READ_ONCE(keypair->valid) &&
	       jvpn_since(jvpn_now(), keypair->born_ns) < JVPN_REJECT_AFTER_NS &&
	       counter < keypair->reject_after_messages &&
	       atomic64_read(&keypair->auth_fails) < auth_fail_limit(keypair);
}

bool jvpn_keys_auth_failed(struct jvpn_keypair *keypair)
{
	/* Half way to the AEAD's limit there is time enough to have new keys before it. */
	return atomic64_inc_return(&keypair->auth_fails) >= auth_fail_limit(keypair) / 2;
}
