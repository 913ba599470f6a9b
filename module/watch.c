// SPDX-License-Identifier: GPL-2.0
/*
 * Watching the ways out: links, addresses, routes. Runs in process context and
 * walks all sessions of a device, which softirq never does.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "session_priv.h"
#include "transport_udp.h"

/* Status bits that say: there is no way out by this path. */
#define STATUS_GONE								\
	(JVPN_PATH_LINK_DOWN | JVPN_PATH_NO_ADDRESS | JVPN_PATH_NO_ROUTE | JVPN_PATH_LOOP)

/*
 * Calls @visit for each live session of the device, referenced. Workers and
 * notifiers (which hold the RTNL outside) come without device->lock; nobody who
 * wants it waits for more than a few sessions.
 */
static void visit_sessions(struct jvpn_device *device,
			   void (*visit)(struct jvpn_session *session, void *arg), void *arg)
{
	struct jvpn_peer *peer = NULL, *next;

	do {
		struct jvpn_session *session;

		mutex_lock(&device->lock);
		next = jvpn_peer_after(device, peer);
		if (next)
			jvpn_peer_get(next);
		mutex_unlock(&device->lock);
		jvpn_peer_put(peer);
		peer = next;
		if (!peer)
			break;

		rcu_read_lock();
		session = rcu_dereference(peer->session);
		if (session && !jvpn_session_get_unless_zero(session))
			session = NULL;
		rcu_read_unlock();
		if (session)
			visit(session, arg);
		jvpn_session_put(session);
		cond_resched();
	} while (peer);
}

static u16 reason_of(u32 status)
{
	if (status & JVPN_PATH_LINK_DOWN)
		return JVPN_REASON_LINK_DOWN;
	if (status & JVPN_PATH_NO_ADDRESS)
		return JVPN_REASON_ADDRESS_REMOVED;
	return JVPN_REASON_ROUTE_LOST;
}

/* The path has (or lost) its way out. Locked. */
static void path_status_set(struct jvpn_session *session, struct jvpn_path *path, u32 gone,
			    struct jvpn_outbox *out)
{
	u32 before = path->status & STATUS_GONE;

	path->status = (path->status & ~STATUS_GONE) | gone;
	if (gone && !before) {
		jvpn_session_path_dead(session, path, reason_of(gone), 0, out);
	} else if (!gone && before) {
		jvpn_health_retry(&path->health);
		jvpn_paths_poll_now(session);
		if (session->state == JVPN_STATE_DEGRADED && session->role == JVPN_ROLE_INITIATOR &&
		    !rcu_access_pointer(session->binding)) {
			jvpn_session_event(session, JVPN_FSM_CANDIDATE_APPEARED,
					   JVPN_REASON_RECOVERY_RETRY, NULL, out);
			jvpn_move_begin(session, path->id, JVPN_REASON_RECOVERY_RETRY, out);
		} else {
			jvpn_move_kick(session, out);
		}
	}
}

struct route_result {
	struct jvpn_endpoint endpoint;
	u8 local_before[16];
	u8 local[16];
	u32 gone;
	u32 gone_before;
	u32 generation;
	int oif;
	bool used;
};

static u32 route_status(int err)
{
	switch (err) {
	case 0:
		return 0;
	case -ENETDOWN:
		return JVPN_PATH_LINK_DOWN;
	case -EADDRNOTAVAIL:
		return JVPN_PATH_NO_ADDRESS;
	case -ELOOP:
		return JVPN_PATH_LOOP;
	}
	return JVPN_PATH_NO_ROUTE;
}

/*
 * Whoever removes an address removes its routes, too, and this may be found out
 * first. Then the reason is the address that the path used.
 */
static u32 find_way_out(struct jvpn_device *device, struct route_result *result)
{
	struct jvpn_endpoint before = result->endpoint;
	u32 gone, mtu;

	gone = route_status(jvpn_udp_route(device, &result->endpoint, result->local,
					   &result->oif, &mtu));
	if (gone != JVPN_PATH_NO_ROUTE)
		return gone;
	if (before.remote.sa_family == AF_INET6)
		memcpy(&before.local6, result->local_before, sizeof(before.local6));
	else
		memcpy(&before.local4, result->local_before, sizeof(before.local4));
	if (jvpn_udp_route(device, &before, result->local, &result->oif, &mtu) == -EADDRNOTAVAIL)
		return JVPN_PATH_NO_ADDRESS;
	return gone;
}

/* Routes are looked up without the lock, and taken over if the path is still the same. */
static void check_session(struct jvpn_session *session, void *arg)
{
	struct jvpn_device *device = arg;
	struct route_result *result;
	struct jvpn_outbox out;
	int i;

	result = kcalloc(JVPN_MAX_PATHS, sizeof(*result), GFP_KERNEL);
	if (!result)
		return;

	spin_lock_bh(&session->lock);
	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		result[i].used = session->paths[i].used && !session->dead;
		result[i].endpoint = session->paths[i].endpoint;
		memcpy(result[i].local_before, session->paths[i].local_used,
		       sizeof(result[i].local_before));
		result[i].generation = session->paths[i].health.generation;
		result[i].gone_before = session->paths[i].status & STATUS_GONE;
	}
	spin_unlock_bh(&session->lock);

	local_bh_disable();
	rcu_read_lock();
	for (i = 0; i < JVPN_MAX_PATHS; i++)
		if (result[i].used)
			result[i].gone = find_way_out(device, &result[i]);
	rcu_read_unlock();
	local_bh_enable();

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	for (i = 0; i < JVPN_MAX_PATHS && !session->dead; i++) {
		struct jvpn_path *path = &session->paths[i];

		if (!result[i].used || !path->used ||
		    path->health.generation != result[i].generation)
			continue;
		/* A notifier was faster, and what was found here may be of before that. */
		if ((path->status & STATUS_GONE) != result[i].gone_before) {
			jvpn_session_check_later(session);
			continue;
		}
		if (!result[i].gone) {
			memcpy(path->local_used, result[i].local, sizeof(path->local_used));
			path->oif_used = result[i].oif;
		}
		path_status_set(session, path, result[i].gone, &out);
	}
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
	kfree(result);
}

void jvpn_session_check(struct jvpn_session *session)
{
	check_session(session, session->device);
}

void jvpn_session_check_paths(struct jvpn_device *device)
{
	visit_sessions(device, check_session, device);
}

/* What the kernel took away. */
struct loss {
	u32 status;			/* of the paths that used it: LINK_DOWN or NO_ADDRESS */
	int ifindex;
	u8 family;
	const u8 *addr;
};

static bool uses_link(const struct jvpn_path *path, const struct loss *loss)
{
	return path->endpoint.ifindex == loss->ifindex || path->oif_used == loss->ifindex;
}

static bool uses_address(const struct jvpn_path *path, const struct loss *loss)
{
	bool v6 = path->endpoint.remote.sa_family == AF_INET6;
	size_t len = v6 ? 16 : 4;

	return v6 == (loss->family == AF_INET6) &&
	       (!memcmp(&path->endpoint.local6, loss->addr, len) ||
		!memcmp(path->local_used, loss->addr, len));
}

static bool is_hit(const struct jvpn_path *path, const struct loss *loss)
{
	if (!path->used || path->status & loss->status)
		return false;
	return loss->status == JVPN_PATH_LINK_DOWN ? uses_link(path, loss) :
						     uses_address(path, loss);
}

static void lose(struct jvpn_session *session, void *arg)
{
	const struct loss *loss = arg;
	struct jvpn_outbox out;
	int i;

	jvpn_outbox_init(&out);
	spin_lock_bh(&session->lock);
	/* All of them first: a move must not be tried by another path of the same link. */
	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		struct jvpn_path *path = &session->paths[i];

		path->lost_now = is_hit(path, loss);
		if (path->lost_now)
			path->status |= loss->status;
	}
	for (i = 0; i < JVPN_MAX_PATHS && !session->dead; i++)
		if (session->paths[i].lost_now)
			jvpn_session_path_dead(session, &session->paths[i],
					       reason_of(loss->status), 0, &out);
	spin_unlock_bh(&session->lock);
	jvpn_outbox_flush(session, &out);
}

void jvpn_session_link_down(struct jvpn_device *device, int ifindex)
{
	struct loss loss = { .status = JVPN_PATH_LINK_DOWN, .ifindex = ifindex };

	visit_sessions(device, lose, &loss);
}

void jvpn_session_address_removed(struct jvpn_device *device, u8 family, const u8 *addr)
{
	struct loss loss = { .status = JVPN_PATH_NO_ADDRESS, .family = family, .addr = addr };

	visit_sessions(device, lose, &loss);
}
