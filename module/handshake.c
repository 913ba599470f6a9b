// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes: sending INITs, answering them, and putting the keys that come out
 * in force. Everything that computes on Curve25519 runs in workers.
 */
#include <crypto/algapi.h>
#include <linux/slab.h>

#include "ratelimit.h"
#include "session_priv.h"

/* A device stays "under load" a little, so that it does not flap around the mark. */
#define UNDER_LOAD_NS		(1 * JVPN_NS_PER_S)
#define REKEY_WANTED_MIN_NS	(1 * JVPN_NS_PER_S)
/* Sessions that one peer may begin: each is reported, and nobody repeats faster. */
#define CREATES_PER_S		2
#define CREATES_BURST		10
/* Old INITs that are told so: an honest peer without a clock needs one. */
#define STALES_PER_S		1
#define STALES_BURST		3
/* Then the worker is queued again: who flushes it does not wait for the network. */
#define HANDSHAKES_PER_RUN	256
/* TAI64 label of the Unix epoch: 2^62 plus the ten seconds TAI was ahead in 1970. */
#define TAI_EPOCH		0x400000000000000aULL

/* ---- time stamps ---- */

static void tai_write(u8 stamp[JVPN_TIMESTAMP_LEN], u64 ns)
{
	u32 rest;
	u64 seconds = div_u64_rem(ns, NSEC_PER_SEC, &rest);

	put_unaligned_be64(TAI_EPOCH + seconds, stamp);
	put_unaligned_be32(rest, stamp + 8);
}

static u64 tai_read(const u8 stamp[JVPN_TIMESTAMP_LEN])
{
	return (get_unaligned_be64(stamp) - TAI_EPOCH) * NSEC_PER_SEC +
	       get_unaligned_be32(stamp + 8);
}

/* Strictly later than every one before. */
static u64 tai_next(struct jvpn_peer *peer, u8 stamp[JVPN_TIMESTAMP_LEN])
{
	u64 ns;

	spin_lock_bh(&peer->lock);
	ns = max(ktime_get_real_ns(), peer->last_tai_ns + 1);
	peer->last_tai_ns = ns;
	spin_unlock_bh(&peer->lock);
	tai_write(stamp, ns);
	return ns;
}

/* ---- what both sides put into payloads ---- */

static u8 ciphers_offered(struct jvpn_device *device)
{
	u32 mask = READ_ONCE(device->ciphers) & jvpn_aead_supported();

	if (jvpn_aes_accelerated())
		mask |= JVPN_CIPHERS_AES_FAST;
	return mask;
}

/* AES-GCM only pays where both ends have it in hardware. 0: nothing in common. */
static u8 cipher_choose(u8 ours, u8 theirs)
{
	u8 common = ours & theirs;

	if (common & BIT(JVPN_CIPHER_AES_256_GCM) &&
	    (common & JVPN_CIPHERS_AES_FAST || !(common & BIT(JVPN_CIPHER_CHACHA20_POLY1305))))
		return JVPN_CIPHER_AES_256_GCM;
	if (common & BIT(JVPN_CIPHER_CHACHA20_POLY1305))
		return JVPN_CIPHER_CHACHA20_POLY1305;
	return 0;
}

static void bounds_want(const struct jvpn_session *session, struct jvpn_wire_bounds *bounds)
{
	bounds->session_max_lifetime_ms = cpu_to_le32(session->own_max_lifetime);
	bounds->transport_loss_ttl_ms = cpu_to_le32(session->own_loss_ttl);
}

/*
 * What both ends get: the smaller of what each wants; nonsense from the peer does
 * not shorten ours to nothing.
 */
static void bounds_agree(const struct jvpn_session *session,
			 const struct jvpn_wire_bounds *theirs, struct jvpn_wire_bounds *bounds)
{
	u32 lifetime = le32_to_cpu(theirs->session_max_lifetime_ms);
	u32 loss_ttl = le32_to_cpu(theirs->transport_loss_ttl_ms);

	bounds->session_max_lifetime_ms =
		cpu_to_le32(clamp(lifetime, 60000U, session->own_max_lifetime));
	bounds->transport_loss_ttl_ms = cpu_to_le32(clamp(loss_ttl, 1000U, session->own_loss_ttl));
}

static void bounds_apply(struct jvpn_session *session, const struct jvpn_wire_bounds *theirs)
{
	struct jvpn_wire_bounds agreed;

	bounds_agree(session, theirs, &agreed);
	session->policy.session_max_lifetime = le32_to_cpu(agreed.session_max_lifetime_ms);
	session->policy.transport_loss_ttl = le32_to_cpu(agreed.transport_loss_ttl_ms);
}

static u32 clock_ms(const struct jvpn_session *session)
{
	return div_u64(jvpn_now() - session->born_ns, JVPN_NS_PER_MS);
}

/* Local ms at @now = the peer's + offset. */
static s64 clock_offset(u64 now, u32 peer_ms)
{
	return (s64)div_u64(now, JVPN_NS_PER_MS) - peer_ms;
}

static void clock_calibrate(struct jvpn_session *session, u32 peer_ms)
{
	session->clock_calibrated_ns = jvpn_now();
	session->clock_offset_ms = clock_offset(session->clock_calibrated_ns, peer_ms);
}

static void notice_token(struct jvpn_device *device, u32 index, u8 token[JVPN_TOKEN_LEN])
{
	spin_lock_bh(&device->notice_lock);
	jvpn_notice_token(&device->notice_key, cpu_to_le32(index), token);
	spin_unlock_bh(&device->notice_lock);
}

static void keys_report(struct jvpn_session *session, u16 reason)
{
	struct jvpn_event report;

	jvpn_session_report_init(session, &report, JVPN_EVENT_KEYS, reason);
	jvpn_event_emit(session->device, session->history, &report);
}

/* ---- sending INITs ---- */

static void work_queue(struct jvpn_session *session)
{
	jvpn_session_get(session);
	if (!queue_work(session->device->wq, &session->work))
		jvpn_session_put(session);
}

void jvpn_session_check_later(struct jvpn_session *session)
{
	set_bit(JVPN_WORK_CHECK, &session->work_flags);
	work_queue(session);
}

void jvpn_move_hop_later(struct jvpn_session *session, u8 path_id)
{
	lockdep_assert_held(&session->lock);
	session->move.lost = path_id;
	set_bit(JVPN_WORK_HOP, &session->work_flags);
	work_queue(session);
}

void jvpn_handshake_kick(struct jvpn_session *session)
{
	lockdep_assert_held(&session->lock);
	if (session->dead || !session->handshake_kind)
		return;
	set_bit(JVPN_WORK_INIT, &session->work_flags);
	work_queue(session);
}

void jvpn_handshake_rekey(struct jvpn_session *session)
{
	lockdep_assert_held(&session->lock);
	if (session->dead || session->role != JVPN_ROLE_INITIATOR ||
	    session->state == JVPN_STATE_BIRTH || session->handshake_kind)
		return;
	session->handshake_kind = JVPN_HS_REKEY;
	session->handshake_tries = 0;
	session->handshake_skewed = false;
	session->handshake_began_ns = jvpn_now();
	jvpn_handshake_kick(session);
}

void jvpn_handshake_clear(struct jvpn_session *session)
{
	lockdep_assert_held(&session->lock);
	session->handshake_kind = 0;
	session->handshake_cookied = false;
	session->handshake_stayed = false;
	jvpn_deadline_set(session, JVPN_DL_HANDSHAKE, 0);
	jvpn_index_remove(&session->device->index_table, &session->handshake_index);
	jvpn_noise_zeroize(&session->handshake);
}

/* Were keys agreed upon, and may the peer still begin to use them? */
static bool next_keys_pending(struct jvpn_session *session, u64 now)
{
	struct jvpn_keypair *next;

	next = rcu_dereference_protected(session->next_keys, lockdep_is_held(&session->lock));
	return next && jvpn_since(now, next->born_ns) <
		       session->policy.handshake_timeout * JVPN_NS_PER_MS;
}

void jvpn_session_want_rekey(struct jvpn_session *session)
{
	struct jvpn_control control = { .kind = JVPN_CONTROL_REKEY_WANTED };
	struct jvpn_outbox out;
	struct jvpn_path *active;
	u64 now = jvpn_now();

	if (READ_ONCE(session->handshake_kind) ||
	    (session->role == JVPN_ROLE_RESPONDER &&
	     jvpn_since(now, READ_ONCE(session->rekey_wanted_ns)) < REKEY_WANTED_MIN_NS))
		return;
	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	active = jvpn_session_active_path(session);
	if (session->role == JVPN_ROLE_INITIATOR) {
		jvpn_handshake_rekey(session);
	} else if (active) {
		WRITE_ONCE(session->rekey_wanted_ns, now);
		if (next_keys_pending(session, now))
			goto unlock;
		jvpn_outbox_control(session, &out, &control, &active->endpoint, active->id, 0);
	}
unlock:
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
}

/* INIT is repeated at 1, 2, 4, 5, 5 ... s. */
static u64 retry_after_ns(u8 tries)
{
	static const u8 seconds[] = { 1, 2, 4, 5 };

	return seconds[min_t(u8, tries, ARRAY_SIZE(seconds) - 1)] * JVPN_NS_PER_S;
}

/*
 * A cookie is good for the address that it was sent to, so the next INIT leaves
 * by the same path. Once: whoever reads that path can make cookies too, and must
 * not keep INITs there.
 */
static struct jvpn_path *cookie_path(struct jvpn_session *session)
{
	bool stay = session->handshake_cookied && !session->handshake_stayed &&
		    session->handshake_path < JVPN_MAX_PATHS;
	struct jvpn_path *path = &session->paths[session->handshake_path & (JVPN_MAX_PATHS - 1)];

	session->handshake_cookied = false;
	session->handshake_stayed = stay && jvpn_path_usable(session, path);
	return session->handshake_stayed ? path : NULL;
}

/* The bound path first; then one candidate after the other. */
static struct jvpn_path *init_path(struct jvpn_session *session)
{
	struct jvpn_path *active = jvpn_session_active_path(session);
	struct jvpn_path *same = cookie_path(session);
	int i;

	if (same)
		return same;
	if (active && !session->handshake_tries)
		return active;
	if (session->handshake_path == JVPN_PATH_NONE) {
		struct jvpn_path *best = jvpn_move_candidate(session, JVPN_PATH_NONE);

		if (best)
			return best;
	}
	for (i = 1; i <= JVPN_MAX_PATHS; i++) {
		struct jvpn_path *path = &session->paths[(session->handshake_path + i) &
							 (JVPN_MAX_PATHS - 1)];

		if (jvpn_path_usable(session, path))
			return path;
	}
	return NULL;
}

/* What an INIT is made of, taken under the lock. */
struct init_plan {
	struct jvpn_endpoint endpoint;
	struct jvpn_init_payload payload;
	struct jvpn_msg_init msg;
	struct jvpn_noise hs;
	u64 tai_ns;
	u8 kind;
	u8 path_id;
};

static bool init_plan(struct jvpn_session *session, struct init_plan *plan)
{
	struct jvpn_path *path;
	u64 now = jvpn_now();
	bool ready = false;

	spin_lock_bh(&session->lock);
	if (session->dead || !session->handshake_kind)
		goto unlock;
	if (READ_ONCE(session->device->frozen)) {
		/* Armed when the device thaws. */
		jvpn_deadline_set(session, JVPN_DL_HANDSHAKE, now + JVPN_NS_PER_S);
		goto unlock;
	}
	if (session->handshake_kind == JVPN_HS_REKEY &&
	    jvpn_since(now, session->handshake_began_ns) >
	    session->policy.handshake_timeout * JVPN_NS_PER_MS) {
		jvpn_handshake_clear(session);
		keys_report(session, JVPN_REASON_REKEY_TIMEOUT);
		goto unlock;
	}
	path = init_path(session);
	if (!path) {
		jvpn_deadline_set(session, JVPN_DL_HANDSHAKE, now + JVPN_NS_PER_S);
		goto unlock;
	}
	memset(plan, 0, sizeof(*plan));
	plan->kind = session->handshake_kind;
	plan->path_id = path->id;
	plan->endpoint = path->endpoint;
	plan->payload.kind = plan->kind;
	plan->payload.path_id = path->id;
	if (plan->kind == JVPN_HS_REKEY)
		memcpy(plan->payload.session_id, session->id, JVPN_ID_LEN);
	plan->payload.clock_ms = cpu_to_le32(clock_ms(session));
	bounds_want(session, &plan->payload.bounds);
	ready = true;
unlock:
	spin_unlock_bh(&session->lock);
	return ready;
}

static int init_build(struct jvpn_session *session, struct init_plan *plan)
{
	struct jvpn_device *device = session->device;
	struct jvpn_peer *peer = session->peer;
	int err = 0;

	spin_lock_bh(&session->lock);
	if (session->dead || session->handshake_kind != plan->kind)
		err = -ESTALE;
	else if (!session->handshake_index.used)
		err = jvpn_index_insert(&device->index_table, &session->handshake_index,
					JVPN_INDEX_HANDSHAKE, session);
	spin_unlock_bh(&session->lock);
	if (err)
		return err;
	plan->payload.ciphers = ciphers_offered(device);
	notice_token(device, session->handshake_index.value, plan->payload.notice_token);
	plan->tai_ns = tai_next(peer, plan->payload.timestamp);
	down_read(&device->identity_lock);
	err = jvpn_noise_create_init(&plan->hs, &device->identity, peer->public_key,
				     &plan->payload, &plan->msg);
	up_read(&device->identity_lock);
	if (err)
		return err;
	plan->msg.sender_index = cpu_to_le32(session->handshake_index.value);
	jvpn_cookie_add_macs(&peer->cookie_jar, &plan->msg, sizeof(plan->msg), jvpn_now());
	return 0;
}

/* Without memory now: try again in a second. */
static void init_later(struct jvpn_session *session)
{
	spin_lock_bh(&session->lock);
	if (session->handshake_kind)
		jvpn_deadline_set(session, JVPN_DL_HANDSHAKE, jvpn_now() + JVPN_NS_PER_S);
	spin_unlock_bh(&session->lock);
}

void jvpn_handshake_send_work(struct work_struct *work)
{
	struct jvpn_session *session = container_of(work, struct jvpn_session, work);
	struct init_plan *plan = NULL;
	bool send = false;
	u64 now;
	int err;

	if (test_and_clear_bit(JVPN_WORK_CHECK, &session->work_flags))
		jvpn_session_check(session);
	if (test_and_clear_bit(JVPN_WORK_HOP, &session->work_flags))
		jvpn_move_hop(session);
	if (!test_and_clear_bit(JVPN_WORK_INIT, &session->work_flags))
		goto out;
	plan = kmalloc(sizeof(*plan), GFP_KERNEL);
	if (!plan) {
		init_later(session);
		goto out;
	}
	if (!init_plan(session, plan))
		goto out;
	err = init_build(session, plan);
	spin_lock_bh(&session->lock);
	now = jvpn_now();
	if (!session->dead && session->handshake_kind == plan->kind) {
		jvpn_deadline_set(session, JVPN_DL_HANDSHAKE,
				  now + retry_after_ns(session->handshake_tries));
		if (session->handshake_tries < U8_MAX)
			session->handshake_tries++;
		session->handshake_path = plan->path_id;
		if (!err) {
			session->handshake = plan->hs;
			session->handshake_sent_ns = now;
			session->handshake_tai_ns = plan->tai_ns;
			send = true;
		}
	}
	spin_unlock_bh(&session->lock);
	if (send) {
		local_bh_disable();
		rcu_read_lock();
		jvpn_send_plain(session->device, &plan->msg, sizeof(plan->msg),
				&plan->endpoint);
		rcu_read_unlock();
		local_bh_enable();
	}
out:
	kfree_sensitive(plan);
	jvpn_session_put(session);
}

/* ---- putting keys in force ---- */

/* @keypair becomes current, what was current serves the packets still under way. */
static void keys_rotate(struct jvpn_session *session, struct jvpn_keypair *keypair)
{
	struct jvpn_keypair *current_keys;

	current_keys = rcu_dereference_protected(session->current_keys,
						 lockdep_is_held(&session->lock));
	jvpn_keys_replace(session, &session->previous_keys, current_keys);
	rcu_assign_pointer(session->current_keys, keypair);
	if (current_keys)
		jvpn_deadline_set(session, JVPN_DL_KEYS,
				  current_keys->born_ns + JVPN_REJECT_AFTER_NS);
	session->cipher = keypair->cipher;
}

/* The identity of a new session, from its first handshake. */
static int identity_set(struct jvpn_session *session, const struct jvpn_noise_secrets *secrets)
{
	memcpy(session->id, secrets->session_id, JVPN_ID_LEN);
	memcpy(session->root, secrets->root, JVPN_ROOT_LEN);
	jvpn_lineage_key(session->root, &session->lineage_key);
	jvpn_lineage_first(&session->lineage_key, session->id, session->lineage);
	session->linked = !rhashtable_insert_fast(&session->device->session_table,
						  &session->id_node,
						  jvpn_session_table_params);
	return session->linked ? 0 : -EEXIST;
}

/* The keypair takes over the index that the handshake was known by. */
static int index_take_over(struct jvpn_session *session, struct jvpn_keypair *keypair,
			   u32 remote_index)
{
	struct jvpn_device *device = session->device;
	u32 value = session->handshake_index.value;
	int err;

	jvpn_index_remove(&device->index_table, &session->handshake_index);
	err = jvpn_index_insert_value(&device->index_table, &keypair->index, value,
				      JVPN_INDEX_KEYPAIR, keypair);
	if (err)
		return err;
	keypair->remote.value = remote_index;
	/* Another peer may use the same number: then this one has no NOTICE. */
	if (jvpn_index_insert_value(&device->remote_table, &keypair->remote, remote_index,
				    JVPN_INDEX_KEYPAIR, keypair))
		keypair->remote.value = remote_index;
	return 0;
}

static void report_endpoints(struct jvpn_event *report, const struct jvpn_session *session,
			     const struct jvpn_endpoint *endpoint, u8 path_id)
{
	report->path_to = path_id;
	jvpn_endpoint_remote(endpoint, &report->remote_to);
	jvpn_endpoint_local(endpoint, jvpn_endpoint_port(session->device, endpoint),
			    &report->local_to);
}

/* BIRTH is over: bound to the tuple of the handshake. Locked. */
static void born(struct jvpn_session *session, struct jvpn_binding *binding,
		 struct jvpn_path *path, struct jvpn_outbox *out)
{
	struct jvpn_event report;

	jvpn_session_bind(session, binding, path, out);
	jvpn_session_report_init(session, &report, JVPN_EVENT_STATE_CHANGE,
				 JVPN_REASON_HANDSHAKE_OK);
	report_endpoints(&report, session, &path->endpoint, path->id);
	jvpn_session_event(session, JVPN_FSM_HANDSHAKE_DONE, JVPN_REASON_HANDSHAKE_OK,
			   &report, out);
	jvpn_session_established(session);
	WRITE_ONCE(session->peer->last_handshake_wall_ns, ktime_get_real_ns());
	jvpn_session_check_later(session);
	jvpn_policy_leave_forbidden(session, path, out);
}

/* ---- initiator: the answer came ---- */

static bool create_done(struct jvpn_session *session, struct jvpn_keypair *keypair,
			const struct jvpn_noise_secrets *secrets,
			const struct jvpn_response_payload *payload, u32 remote_index)
{
	struct jvpn_peer *peer = session->peer;
	struct jvpn_session *old = NULL;
	struct jvpn_binding *binding;
	struct jvpn_outbox out;
	struct jvpn_path *path;
	bool done = false;

	jvpn_outbox_init(&out);
	spin_lock_bh(&peer->lock);
	spin_lock(&session->lock);
	if (session->dead || peer->dead || peer->outbound != session ||
	    session->handshake_kind != JVPN_HS_CREATE ||
	    session->handshake_path >= JVPN_MAX_PATHS)
		goto unlock;
	path = &session->paths[session->handshake_path];
	if (!path->used)
		goto unlock;
	binding = jvpn_binding_create(&path->endpoint, path->id);
	if (!binding)
		goto unlock;
	if (index_take_over(session, keypair, remote_index) || identity_set(session, secrets)) {
		jvpn_keypair_unhash(keypair);
		jvpn_binding_free(binding);
		goto unlock;
	}
	jvpn_handshake_clear(session);
	bounds_apply(session, &payload->bounds);
	clock_calibrate(session, le32_to_cpu(payload->clock_ms));
	session->owner_term = le32_to_cpu(payload->owner_term);
	keys_rotate(session, jvpn_keypair_get(keypair));
	if (jvpn_addr_from_wire(&payload->observed, &path->observed))
		memset(&path->observed, 0, sizeof(path->observed));
	born(session, binding, path, &out);
	/* Confirms the keys to the responder, which waits for that. */
	jvpn_heartbeat_send(session, path, &out);

	old = rcu_dereference_protected(peer->session, lockdep_is_held(&peer->lock));
	if (old == session)
		old = NULL;
	else
		rcu_assign_pointer(peer->session, jvpn_session_get(session));
	if (peer->outbound == session) {
		peer->outbound = NULL;
		jvpn_session_put(session);
	}
	peer->persist_backoff_ms = 0;
	peer->stopped = false;
	done = true;
unlock:
	spin_unlock(&session->lock);
	spin_unlock_bh(&peer->lock);
	jvpn_outbox_flush(session, &out);
	if (old) {
		jvpn_session_supersede(old);
		jvpn_session_put(old);
	}
	return done;
}

static bool rekey_done(struct jvpn_session *session, struct jvpn_keypair *keypair,
		       const struct jvpn_response_payload *payload, u32 remote_index)
{
	u32 owner_term = le32_to_cpu(payload->owner_term);
	struct jvpn_outbox out;
	struct jvpn_path *path;
	bool done = false;

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	if (session->dead || session->handshake_kind != JVPN_HS_REKEY ||
	    !jvpn_session_owner_valid(session, owner_term) ||
	    index_take_over(session, keypair, remote_index))
		goto unlock;
	path = &session->paths[session->handshake_path & (JVPN_MAX_PATHS - 1)];
	jvpn_handshake_clear(session);
	bounds_apply(session, &payload->bounds);
	clock_calibrate(session, le32_to_cpu(payload->clock_ms));
	session->owner_term = owner_term;
	keys_rotate(session, jvpn_keypair_get(keypair));
	session->rekeys++;
	jvpn_session_established(session);
	WRITE_ONCE(session->peer->last_handshake_wall_ns, ktime_get_real_ns());
	keys_report(session, JVPN_REASON_KEY_ROTATED);
	if (path->used)
		jvpn_heartbeat_send(session, path, &out);
	jvpn_paths_poll_now(session);
	if (session->move.open)
		jvpn_deadline_set(session, JVPN_DL_REQUEST, jvpn_now());
	out.flush_queue = true;
	done = true;
unlock:
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
	return done;
}

/*
 * The responder has seen a later time stamp: go on from there, at once, but only
 * once. An answer that names no later one than ours is about a copy of our INIT,
 * and the true answer may still come.
 */
static void freshness_refused(struct jvpn_session *session, u64 seen_ns)
{
	if (seen_ns <= session->handshake_tai_ns || session->handshake_skewed)
		return;
	session->handshake_skewed = true;
	session->handshake_tries = 0;
	jvpn_handshake_kick(session);
}

/* The responder knows us and says no. */
static void status_received(struct jvpn_session *session,
			    const struct jvpn_response_payload *payload)
{
	u16 status = le16_to_cpu(payload->status);
	struct jvpn_outbox out;

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	if (session->dead || !session->handshake_kind)
		goto unlock;
	if (status == JVPN_REASON_FRESHNESS_INVALID) {
		freshness_refused(session, tai_read(payload->timestamp));
	} else if (session->handshake_kind == JVPN_HS_CREATE) {
		jvpn_session_event(session, JVPN_FSM_HANDSHAKE_FAILED,
				   JVPN_REASON_HANDSHAKE_FAIL, NULL, &out);
	} else if (status == JVPN_REASON_SESSION_NOT_FOUND) {
		/* Only if the session is not alive after all: an answer may be old. */
		if (READ_ONCE(session->valid_rx_ns) <= session->handshake_sent_ns)
			jvpn_session_event(session, JVPN_FSM_PEER_LOST, JVPN_REASON_PEER_LOST,
					   NULL, &out);
	} else {
		keys_report(session, JVPN_REASON_REKEY_DENIED);
		/* The old keys may still live, and their session over there. */
		jvpn_session_say_terminate(session, JVPN_REASON_KEY_EXPIRED, &out);
		jvpn_session_event(session, JVPN_FSM_KEYS_REFUSED, JVPN_REASON_KEY_EXPIRED,
				   NULL, &out);
	}
unlock:
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
}

/* What an answer is opened with: several KiB of secrets are not for the stack. */
struct response_state {
	struct jvpn_noise hs;
	struct jvpn_noise_secrets secrets;
	struct jvpn_response_payload payload;
	u8 psk[JVPN_SYMMETRIC_KEY_LEN];
	u8 rekey_psk[JVPN_SYMMETRIC_KEY_LEN];
	u8 kind;
};

/*
 * Under the rekey PSK anything may be said; under the configured one, which the
 * other end needs when it has lost the session, only that it refuses.
 */
static int response_open(struct jvpn_session *session, const struct jvpn_msg_response *msg,
			 struct response_state *state)
{
	struct jvpn_device *device = session->device;
	int err = -EBADMSG;

	spin_lock_bh(&session->peer->lock);
	memcpy(state->psk, session->peer->psk, sizeof(state->psk));
	spin_unlock_bh(&session->peer->lock);
	spin_lock_bh(&session->lock);
	state->kind = session->dead ? 0 : session->handshake_kind;
	state->hs = session->handshake;
	if (state->kind == JVPN_HS_REKEY)
		jvpn_rekey_psk(state->psk, session->root, state->rekey_psk);
	spin_unlock_bh(&session->lock);
	if (!state->kind)
		return -ENOENT;

	down_read(&device->identity_lock);
	if (state->kind == JVPN_HS_REKEY)
		err = jvpn_noise_consume_response(&state->hs, &device->identity,
						  state->rekey_psk, msg, &state->payload,
						  &state->secrets);
	if (err)
		err = jvpn_noise_consume_response(&state->hs, &device->identity, state->psk,
						  msg, &state->payload, &state->secrets);
	else
		goto unlock;
	if (!err && state->kind == JVPN_HS_REKEY && !state->payload.status)
		err = -EBADMSG;
unlock:
	up_read(&device->identity_lock);
	return err;
}

static bool response_valid(const struct jvpn_session *session, const struct response_state *state)
{
	u8 cipher = state->payload.cipher;
	const u8 *expected = state->kind == JVPN_HS_CREATE ? state->secrets.session_id :
							      session->id;

	return (cipher == JVPN_CIPHER_AES_256_GCM || cipher == JVPN_CIPHER_CHACHA20_POLY1305) &&
	       READ_ONCE(session->device->ciphers) & BIT(cipher) &&
	       !memcmp(state->payload.session_id, expected, JVPN_ID_LEN) &&
	       !state->payload.features;
}

static void response_received(struct jvpn_device *device, const struct jvpn_msg_response *msg)
{
	struct jvpn_session *session = NULL;
	struct jvpn_keypair *keypair;
	struct response_state *state;
	struct jvpn_index *index;
	u32 remote_index = le32_to_cpu(msg->sender_index);
	bool done;

	rcu_read_lock();
	index = jvpn_index_lookup(&device->index_table, le32_to_cpu(msg->receiver_index));
	if (index && index->kind == JVPN_INDEX_HANDSHAKE &&
	    jvpn_session_get_unless_zero(index->owner))
		session = index->owner;
	rcu_read_unlock();
	if (!session) {
		jvpn_count(device, JVPN_COUNTER_A_RX_UNKNOWN_INDEX);
		return;
	}
	state = kzalloc(sizeof(*state), GFP_KERNEL);
	if (!state)
		goto put;
	if (response_open(session, msg, state)) {
		jvpn_count(device, JVPN_COUNTER_A_HS_INVALID);
		goto free;
	}
	if (state->payload.status) {
		if (le16_to_cpu(state->payload.status) == JVPN_REASON_FRESHNESS_INVALID) {
			u64 seen_ns = tai_read(state->payload.timestamp);

			spin_lock_bh(&session->peer->lock);
			if (seen_ns < U64_MAX / 2)
				session->peer->last_tai_ns = max(session->peer->last_tai_ns,
								 seen_ns);
			spin_unlock_bh(&session->peer->lock);
		}
		status_received(session, &state->payload);
		goto free;
	}
	if (!response_valid(session, state)) {
		jvpn_count(device, JVPN_COUNTER_A_HS_INVALID);
		goto free;
	}
	keypair = jvpn_keypair_create(session, &state->secrets, state->payload.cipher, true);
	if (IS_ERR(keypair))
		goto free;
	memcpy(keypair->notice_token, state->payload.notice_token, JVPN_TOKEN_LEN);
	if (state->kind == JVPN_HS_CREATE)
		done = create_done(session, keypair, &state->secrets, &state->payload,
				   remote_index);
	else
		done = rekey_done(session, keypair, &state->payload, remote_index);
	if (!done)
		jvpn_count(device, JVPN_COUNTER_A_HS_INVALID);
	jvpn_keypair_put(keypair);
free:
	kfree_sensitive(state);
put:
	jvpn_session_put(session);
}

/* ---- responder: an INIT came ---- */

struct init_state {
	struct jvpn_noise hs;
	struct jvpn_noise_secrets secrets;
	struct jvpn_init_payload init;
	struct jvpn_response_payload payload;
	struct jvpn_msg_response msg;
	struct jvpn_endpoint source;
	u8 remote[JVPN_PUBLIC_KEY_LEN];
	u8 psk[JVPN_SYMMETRIC_KEY_LEN];
	u8 mac1[JVPN_MAC_LEN];
	u32 remote_index;
	bool own_key_larger;
};

/* Writes and sends the RESPONSE; with status 0 its secrets are left in @state. */
static int response_send(struct jvpn_peer *peer, struct init_state *state, u16 status,
			 u32 local_index, const u8 *psk)
{
	struct jvpn_device *device = peer->device;
	struct jvpn_addr observed;
	bool create = state->init.kind == JVPN_HS_CREATE && !status;
	int err;

	state->payload.status = cpu_to_le16(status);
	jvpn_endpoint_remote(&state->source, &observed);
	jvpn_addr_to_wire(&observed, &state->payload.observed);
	if (local_index)
		notice_token(device, local_index, state->payload.notice_token);
	down_read(&device->identity_lock);
	err = jvpn_noise_create_response(&state->hs, &device->identity, psk, &state->payload,
					 create, &state->msg, &state->secrets);
	up_read(&device->identity_lock);
	if (err)
		return err;
	state->msg.sender_index = cpu_to_le32(local_index);
	state->msg.receiver_index = cpu_to_le32(state->remote_index);
	jvpn_cookie_add_macs(&peer->cookie_jar, &state->msg, sizeof(state->msg), jvpn_now());
	return 0;
}

static void response_transmit(struct jvpn_device *device, const struct init_state *state)
{
	local_bh_disable();
	rcu_read_lock();
	jvpn_send_plain(device, &state->msg, sizeof(state->msg), &state->source);
	rcu_read_unlock();
	local_bh_enable();
}

/*
 * The answer to an INIT is kept: whoever copies a rekey first must not keep it
 * from its sender. That of a create goes only to where it went first, because
 * that tuple becomes the first binding: one tuple only may have received it.
 */
static void answer_keep(struct jvpn_peer *peer, const struct init_state *state)
{
	spin_lock_bh(&peer->lock);
	memcpy(peer->answered_mac1, state->mac1, sizeof(peer->answered_mac1));
	peer->answer = state->msg;
	peer->answered_to = state->source;
	peer->has_answer = true;
	spin_unlock_bh(&peer->lock);
}

static bool answer_again(struct jvpn_peer *peer, struct init_state *state)
{
	bool again;

	spin_lock_bh(&peer->lock);
	again = peer->has_answer &&
		!crypto_memneq(peer->answered_mac1, state->mac1, sizeof(state->mac1)) &&
		(state->init.kind == JVPN_HS_REKEY ||
		 jvpn_endpoint_same_remote(&peer->answered_to, &state->source));
	if (again)
		state->msg = peer->answer;
	spin_unlock_bh(&peer->lock);
	if (again)
		response_transmit(peer->device, state);
	return again;
}

static void refuse_init(struct jvpn_peer *peer, struct init_state *state, u16 status)
{
	if (!response_send(peer, state, status, 0, state->psk))
		response_transmit(peer->device, state);
}

/* The answered create waits in the peer's slot until its keys are used. */
static bool inbound_publish(struct jvpn_session *session)
{
	struct jvpn_peer *peer = session->peer;
	struct jvpn_session *old = NULL;
	bool published = false;

	spin_lock_bh(&peer->lock);
	spin_lock(&session->lock);
	/* Its timer runs already: one that is over must not come back into a slot. */
	if (!peer->dead && !session->dead) {
		old = peer->inbound;
		peer->inbound = jvpn_session_get(session);
		session->simultaneous = peer->outbound;
		published = true;
	}
	spin_unlock(&session->lock);
	spin_unlock_bh(&peer->lock);
	if (published)
		jvpn_policy_recheck(session);
	if (old) {
		jvpn_session_supersede(old);
		jvpn_session_put(old);
	}
	return published;
}

static void answer_create(struct jvpn_peer *peer, struct init_state *state)
{
	struct jvpn_device *device = peer->device;
	struct jvpn_keypair *keypair = NULL;
	struct jvpn_session *session;
	struct jvpn_policy policy;
	int err;

	jvpn_peer_policy(peer, &policy);
	/* No refusal, which would end the peer's attempt: another path may be allowed. */
	if (!(policy.allowed_transports & BIT(jvpn_endpoint_transport(&state->source)))) {
		jvpn_count(device, JVPN_COUNTER_A_HS_INVALID);
		return;
	}
	session = jvpn_session_create(peer, JVPN_ROLE_RESPONDER, &policy);
	if (!session)
		return;
	session->born_at = state->source;
	session->born_path = state->init.path_id;
	session->own_key_larger = state->own_key_larger;
	bounds_agree(session, &state->init.bounds, &state->payload.bounds);
	bounds_apply(session, &state->init.bounds);
	clock_calibrate(session, le32_to_cpu(state->init.clock_ms));
	spin_lock_bh(&session->lock);
	err = jvpn_index_insert(&device->index_table, &session->handshake_index,
				JVPN_INDEX_HANDSHAKE, session);
	spin_unlock_bh(&session->lock);
	if (!err)
		err = response_send(peer, state, 0, session->handshake_index.value, state->psk);
	if (!err) {
		keypair = jvpn_keypair_create(session, &state->secrets, state->payload.cipher,
					      false);
		err = PTR_ERR_OR_ZERO(keypair);
	}
	if (err)
		goto fail;
	memcpy(keypair->notice_token, state->init.notice_token, JVPN_TOKEN_LEN);
	spin_lock_bh(&session->lock);
	err = index_take_over(session, keypair, state->remote_index) ?:
	      identity_set(session, &state->secrets);
	if (!err) {
		rcu_assign_pointer(session->next_keys, jvpn_keypair_get(keypair));
		session->cipher = keypair->cipher;
		jvpn_deadline_set(session, JVPN_DL_BIRTH, session->born_ns +
				  session->policy.handshake_timeout * JVPN_NS_PER_MS);
	}
	spin_unlock_bh(&session->lock);
	if (!err && inbound_publish(session)) {
		answer_keep(peer, state);
		response_transmit(device, state);
	} else {
		err = err ?: -ESHUTDOWN;
	}
fail:
	if (err)
		jvpn_session_supersede(session);
	if (!IS_ERR_OR_NULL(keypair)) {
		if (err)
			jvpn_keypair_unhash(keypair);
		jvpn_keypair_put(keypair);
	}
	jvpn_session_put(session);
}

static void answer_rekey(struct jvpn_peer *peer, struct init_state *state)
{
	struct jvpn_device *device = peer->device;
	u8 psk[JVPN_SYMMETRIC_KEY_LEN];
	struct jvpn_keypair *keypair;
	struct jvpn_session *session;
	u64 now = jvpn_now();
	bool known;
	int err;

	session = jvpn_session_lookup(device, state->init.session_id);
	if (session && session->peer != peer) {
		jvpn_session_put(session);
		session = NULL;
	}
	if (!session) {
		refuse_init(peer, state, JVPN_REASON_SESSION_NOT_FOUND);
		return;
	}
	spin_lock_bh(&session->lock);
	known = !session->dead && session->role == JVPN_ROLE_RESPONDER &&
		session->state != JVPN_STATE_BIRTH;
	err = known ? 0 : -ENOENT;
	if (known) {
		jvpn_rekey_psk(state->psk, session->root, psk);
		/* Nothing applies before the peer shows that it has the session's root. */
		bounds_agree(session, &state->init.bounds, &state->payload.bounds);
		state->payload.clock_ms = cpu_to_le32(clock_ms(session));
		jvpn_index_remove(&device->index_table, &session->handshake_index);
		err = jvpn_index_insert(&device->index_table, &session->handshake_index,
					JVPN_INDEX_HANDSHAKE, session);
	}
	spin_unlock_bh(&session->lock);
	if (!known)
		refuse_init(peer, state, JVPN_REASON_SESSION_NOT_FOUND);
	if (err)
		goto put;
	memcpy(state->payload.session_id, session->id, JVPN_ID_LEN);
	err = response_send(peer, state, 0, session->handshake_index.value, psk);
	if (err)
		goto put;
	keypair = jvpn_keypair_create(session, &state->secrets, state->payload.cipher, false);
	if (IS_ERR(keypair))
		goto put;
	memcpy(keypair->notice_token, state->init.notice_token, JVPN_TOKEN_LEN);
	keypair->bounds = state->init.bounds;
	keypair->clock_calibrated_ns = now;
	keypair->clock_offset_ms = clock_offset(now, le32_to_cpu(state->init.clock_ms));
	spin_lock_bh(&session->lock);
	err = session->dead ? -ESHUTDOWN :
	      index_take_over(session, keypair, state->remote_index);
	if (!err)
		jvpn_keys_replace(session, &session->next_keys, jvpn_keypair_get(keypair));
	spin_unlock_bh(&session->lock);
	if (!err) {
		answer_keep(peer, state);
		response_transmit(device, state);
	}
	jvpn_keypair_put(keypair);
put:
	memzero_explicit(psk, sizeof(psk));
	jvpn_session_put(session);
}

/* Strictly newer than what was accepted before: this is the replay protection. */
static bool timestamp_accept(struct jvpn_peer *peer, struct init_state *state)
{
	bool newer;

	spin_lock_bh(&peer->lock);
	memcpy(state->psk, peer->psk, sizeof(state->psk));
	newer = memcmp(state->init.timestamp, peer->last_timestamp, JVPN_TIMESTAMP_LEN) > 0;
	if (newer)
		memcpy(peer->last_timestamp, state->init.timestamp, JVPN_TIMESTAMP_LEN);
	else
		memcpy(state->payload.timestamp, peer->last_timestamp, JVPN_TIMESTAMP_LEN);
	spin_unlock_bh(&peer->lock);
	return newer;
}

/* More than a limit lets through. @peer: NULL while it is not known who sends it. */
static void flooded(struct jvpn_device *device, const struct jvpn_peer *peer,
		    const struct jvpn_endpoint *from)
{
	struct jvpn_event report = {
		.type = JVPN_EVENT_SECURITY,
		.reason = JVPN_REASON_SEC_FLOOD,
		.path_from = JVPN_PATH_NONE,
		.path_to = JVPN_PATH_NONE,
	};

	jvpn_count(device, JVPN_COUNTER_A_HS_RATELIMITED);
	if (peer)
		memcpy(report.peer, peer->public_key, JVPN_PUBLIC_KEY_LEN);
	jvpn_endpoint_remote(from, &report.remote_from);
	jvpn_event_emit_limited(device, NULL, &report);
}

static bool create_allowed(struct jvpn_peer *peer, const struct jvpn_endpoint *from)
{
	bool allowed;

	spin_lock_bh(&peer->lock);
	allowed = jvpn_bucket_take(&peer->create_tokens_ns, jvpn_now(), CREATES_PER_S,
				   CREATES_BURST);
	spin_unlock_bh(&peer->lock);
	if (!allowed)
		flooded(peer->device, peer, from);
	return allowed;
}

/* A refusal costs as much as an answer, and whoever captured an INIT can ask for it. */
static bool stale_allowed(struct jvpn_peer *peer, const struct jvpn_endpoint *from)
{
	bool allowed;

	spin_lock_bh(&peer->lock);
	allowed = jvpn_bucket_take(&peer->stale_tokens_ns, jvpn_now(), STALES_PER_S, STALES_BURST);
	spin_unlock_bh(&peer->lock);
	if (!allowed)
		flooded(peer->device, peer, from);
	return allowed;
}

static void init_received(struct jvpn_device *device, const struct jvpn_msg_init *msg,
			  const struct jvpn_endpoint *source)
{
	struct init_state *state = kzalloc(sizeof(*state), GFP_KERNEL);
	struct jvpn_peer *peer = NULL;
	int err;

	if (!state)
		return;
	state->source = *source;
	state->remote_index = le32_to_cpu(msg->sender_index);
	memcpy(state->mac1, msg->macs.mac1, sizeof(state->mac1));
	down_read(&device->identity_lock);
	err = jvpn_noise_consume_init(&state->hs, &device->identity, msg, state->remote,
				      &state->init);
	state->own_key_larger = memcmp(device->identity.public_key, state->remote,
				       JVPN_PUBLIC_KEY_LEN) > 0;
	up_read(&device->identity_lock);
	if (!err)
		peer = jvpn_peer_lookup(device, state->remote);
	if (!peer) {
		jvpn_count(device, JVPN_COUNTER_A_HS_INVALID);
		goto out;
	}
	if (!timestamp_accept(peer, state)) {
		jvpn_count(device, JVPN_COUNTER_A_HS_REPLAY);
		if (!answer_again(peer, state) && stale_allowed(peer, source))
			refuse_init(peer, state, JVPN_REASON_FRESHNESS_INVALID);
		goto put;
	}
	if (state->init.kind == JVPN_HS_CREATE && !create_allowed(peer, source))
		goto put;
	state->payload.cipher = cipher_choose(ciphers_offered(device), state->init.ciphers);
	if (!state->payload.cipher)
		refuse_init(peer, state, JVPN_REASON_POLICY_DENY);
	else if (state->init.kind == JVPN_HS_CREATE && state->init.path_id < JVPN_MAX_PATHS)
		answer_create(peer, state);
	else if (state->init.kind == JVPN_HS_REKEY)
		answer_rekey(peer, state);
	else
		jvpn_count(device, JVPN_COUNTER_A_HS_INVALID);
put:
	jvpn_peer_put(peer);
out:
	kfree_sensitive(state);
}

/* ---- responder: the keys are used ---- */

/*
 * The confirmed session takes the peer's slot. What it replaces is handed back
 * in @ended (up to two, referenced) to be ended after the locks are dropped.
 */
static bool inbound_take_over(struct jvpn_session *session, struct jvpn_session *ended[2])
{
	struct jvpn_peer *peer = session->peer;
	struct jvpn_session *old;

	lockdep_assert_held(&peer->lock);
	if (peer->dead || peer->inbound != session)
		return false;
	old = rcu_dereference_protected(peer->session, lockdep_is_held(&peer->lock));
	if (session->simultaneous && old && old->role == JVPN_ROLE_INITIATOR &&
	    old != peer->outbound && READ_ONCE(old->state) != JVPN_STATE_BIRTH &&
	    !session->own_key_larger) {
		/* Ours completed first and our key is the smaller: ours stays. */
		ended[0] = jvpn_session_get(session);
		return false;
	}
	peer->inbound = NULL;
	rcu_assign_pointer(peer->session, session);	/* the slot's reference moves along */
	if (old && old != peer->outbound)
		ended[0] = old;
	else if (old)
		jvpn_session_put(old);
	/* Both ends began one at once: the larger key yields. Its answer comes too late. */
	if (session->own_key_larger) {
		ended[1] = peer->outbound;
		peer->outbound = NULL;
	}
	peer->stopped = false;
	return true;
}

static void confirm_create(struct jvpn_keypair *keypair)
{
	struct jvpn_session *session = keypair->session;
	struct jvpn_session *ended[2] = { NULL, NULL };
	struct jvpn_session *waiting = NULL;
	struct jvpn_peer *peer = session->peer;
	/*
	 * Who can use the keys has received there. Where this packet came from is
	 * proven by nothing yet, and it may be on another path: if the tuple is
	 * another one the usual contest decides.
	 */
	struct jvpn_endpoint from = session->born_at;
	struct jvpn_binding *binding;
	struct jvpn_outbox out;
	int i;

	from.ifindex = 0;
	if (from.remote.sa_family == AF_INET6 && from.remote6.sin6_scope_id)
		from.ifindex = session->born_at.ifindex;
	binding = jvpn_binding_create(&from, session->born_path);
	if (!binding)
		return;
	jvpn_outbox_init(&out);
	spin_lock_bh(&peer->lock);
	spin_lock(&session->lock);
	if (!session->dead && session->state == JVPN_STATE_BIRTH &&
	    rcu_access_pointer(session->next_keys) == keypair &&
	    inbound_take_over(session, ended)) {
		struct jvpn_path *path;

		path = jvpn_session_path_setup(session, session->born_path, &from);
		RCU_INIT_POINTER(session->next_keys, NULL);
		keys_rotate(session, keypair);
		born(session, binding, path, &out);
		jvpn_path_validated(session, path);
		binding = NULL;
		waiting = ended[1] ?: peer->outbound;
		if (waiting)
			jvpn_session_get(waiting);
	}
	spin_unlock(&session->lock);
	spin_unlock_bh(&peer->lock);
	jvpn_binding_free(binding);
	jvpn_session_queue_inherit(session, waiting);
	jvpn_session_put(waiting);
	jvpn_outbox_flush(session, &out);
	for (i = 0; i < ARRAY_SIZE(ended); i++) {
		if (!ended[i])
			continue;
		jvpn_session_supersede(ended[i]);
		jvpn_session_put(ended[i]);
	}
}

static void confirm_rekey(struct jvpn_keypair *keypair)
{
	struct jvpn_session *session = keypair->session;
	struct jvpn_outbox out;

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	if (!session->dead && rcu_access_pointer(session->next_keys) == keypair) {
		RCU_INIT_POINTER(session->next_keys, NULL);
		keys_rotate(session, keypair);
		session->rekeys++;
		bounds_apply(session, &keypair->bounds);
		session->clock_offset_ms = keypair->clock_offset_ms;
		session->clock_calibrated_ns = keypair->clock_calibrated_ns;
		jvpn_session_established(session);
		keys_report(session, JVPN_REASON_KEY_ROTATED);
		jvpn_paths_poll_now(session);
		out.flush_queue = true;
	}
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
}

void jvpn_handshake_confirm(struct jvpn_keypair *keypair)
{
	if (READ_ONCE(keypair->session->state) == JVPN_STATE_BIRTH)
		confirm_create(keypair);
	else
		confirm_rekey(keypair);
}

/* ---- NOTICE ---- */

void jvpn_session_notice(struct jvpn_device *device, u32 remote_index, const u8 *token)
{
	struct jvpn_keypair *keypair;
	struct jvpn_session *session;
	struct jvpn_index *index;
	struct jvpn_path *path;
	u64 now = jvpn_now();
	bool valid;

	index = jvpn_index_lookup(&device->remote_table, remote_index);
	keypair = index ? index->owner : NULL;
	valid = keypair && !crypto_memneq(keypair->notice_token, token, JVPN_TOKEN_LEN);
	if (!valid) {
		jvpn_count(device, JVPN_COUNTER_A_NOTICE_BAD);
		return;
	}
	session = keypair->session;
	spin_lock_bh(&session->lock);
	/* While it recovers, the path that it had says how long silence may be. */
	path = jvpn_session_active_path(session);
	if (!path && session->last_bound_path != JVPN_PATH_NONE)
		path = &session->paths[session->last_bound_path];
	if (!session->dead && session->role == JVPN_ROLE_INITIATOR &&
	    (!session->notice_ns ||
	     jvpn_since(now, session->notice_ns) >= JVPN_NOTICE_MIN_INTERVAL_NS) &&
	    jvpn_since(now, READ_ONCE(session->valid_rx_ns)) > jvpn_session_pto(session, path)) {
		session->notice_ns = now;
		jvpn_count(device, JVPN_COUNTER_A_NOTICE_ACCEPTED);
		jvpn_handshake_rekey(session);
	}
	spin_unlock_bh(&session->lock);
}

/* ---- messages from the network ---- */

static void cookie_received(struct jvpn_device *device, const struct jvpn_msg_cookie *msg)
{
	struct jvpn_session *session = NULL;
	struct jvpn_index *index;

	rcu_read_lock();
	index = jvpn_index_lookup(&device->index_table, le32_to_cpu(msg->receiver_index));
	if (index && index->kind == JVPN_INDEX_HANDSHAKE)
		session = index->owner;
	else if (index)
		session = ((struct jvpn_keypair *)index->owner)->session;
	if (!session || jvpn_cookie_consume_reply(&session->peer->cookie_jar, msg, jvpn_now())) {
		jvpn_count(device, JVPN_COUNTER_A_HS_INVALID);
	} else {
		spin_lock_bh(&session->lock);
		session->handshake_cookied = session->handshake_kind;
		spin_unlock_bh(&session->lock);
	}
	rcu_read_unlock();
}

static bool under_load(struct jvpn_device *device, u64 now)
{
	if (skb_queue_len_lockless(&device->handshake_queue) >= JVPN_HANDSHAKE_QUEUE_LOADED)
		WRITE_ONCE(device->loaded_until_ns, now + UNDER_LOAD_NS);
	return now < READ_ONCE(device->loaded_until_ns);
}

/* Is this message worth a Diffie-Hellman? Answers with a cookie when loaded. */
static bool macs_accept(struct jvpn_device *device, struct sk_buff *skb,
			const struct jvpn_endpoint *from, __le32 sender_index)
{
	enum jvpn_mac_verdict verdict;
	struct jvpn_msg_cookie reply;
	struct jvpn_addr source;
	u64 now = jvpn_now();
	bool loaded = under_load(device, now);
	bool allowed;

	jvpn_endpoint_remote(from, &source);
	down_read(&device->identity_lock);
	verdict = jvpn_cookie_check(&device->cookie_checker, skb->data, skb->len, &source, now,
				    loaded);
	if (verdict == JVPN_MAC_VALID && loaded)
		jvpn_cookie_make_reply(&device->cookie_checker,
				       (void *)(skb_tail_pointer(skb) -
						sizeof(struct jvpn_wire_macs)),
				       sender_index, &source, now, &reply);
	up_read(&device->identity_lock);

	if (verdict == JVPN_MAC_INVALID) {
		jvpn_count(device, JVPN_COUNTER_A_HS_MAC1);
		return false;
	}
	local_bh_disable();
	rcu_read_lock();
	/*
	 * Only who returned a cookie is where he says: others must not use up a
	 * source's share. They get a cookie, which is smaller than what they sent.
	 */
	allowed = !loaded || verdict == JVPN_MAC_VALID ||
		  jvpn_ratelimit_allow(&device->handshake_limit,
				       rcu_dereference(device->transport_net), &source, now);
	if (loaded && verdict == JVPN_MAC_VALID) {
		jvpn_count(device, JVPN_COUNTER_A_HS_COOKIE_SENT);
		jvpn_send_plain(device, &reply, sizeof(reply), from);
	}
	rcu_read_unlock();
	local_bh_enable();
	if (!allowed)
		flooded(device, NULL, from);
	return allowed && (!loaded || verdict == JVPN_MAC_VALID_COOKIE);
}

/* Sizes, types and reserved bytes were judged before it was queued; it is linear. */
static void message_received(struct jvpn_device *device, struct sk_buff *skb)
{
	struct jvpn_endpoint from;
	const u8 *data = skb->data;

	if (READ_ONCE(device->frozen) || jvpn_receive_endpoint(skb, &from))
		return;
	switch (data[0]) {
	case JVPN_MSG_COOKIE_REPLY:
		cookie_received(device, (const struct jvpn_msg_cookie *)data);
		break;
	case JVPN_MSG_HANDSHAKE_INIT: {
		const struct jvpn_msg_init *msg = (const struct jvpn_msg_init *)data;

		if (macs_accept(device, skb, &from, msg->sender_index))
			init_received(device, msg, &from);
		break;
	}
	case JVPN_MSG_HANDSHAKE_RESPONSE: {
		const struct jvpn_msg_response *msg = (const struct jvpn_msg_response *)data;

		if (macs_accept(device, skb, &from, msg->sender_index))
			response_received(device, msg);
		break;
	}
	}
}

void jvpn_handshake_worker(struct work_struct *work)
{
	struct jvpn_device *device = container_of(work, struct jvpn_device, handshake_work);
	int budget = HANDSHAKES_PER_RUN;
	struct sk_buff *skb;

	while (budget-- && (skb = skb_dequeue(&device->handshake_queue))) {
		message_received(device, skb);
		dev_kfree_skb(skb);
		cond_resched();
	}
	if (!skb_queue_empty_lockless(&device->handshake_queue))
		queue_work(device->wq, &device->handshake_work);
}
