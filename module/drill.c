// SPDX-License-Identifier: GPL-2.0
/*
 * Drills: an operator cuts a path of one session at this end, for a bounded time,
 * to see that the session gets over it. What would leave by the path, or came by
 * it, is dropped where it meets the network (send.c, receive.c). Nothing else
 * knows of a drill: detection, policy and recovery are the real ones.
 */
#include "session_priv.h"

void jvpn_drill_drop(struct jvpn_session *session, bool has_inner)
{
	jvpn_count(session->device, JVPN_COUNTER_A_DRILL_DROPPED);
	if (has_inner)
		atomic_inc(&session->drill_lost);
}

static void report(struct jvpn_session *session, u8 path_id, u16 reason)
{
	struct jvpn_path *path = &session->paths[path_id];
	struct jvpn_event event;

	jvpn_session_report_init(session, &event, JVPN_EVENT_DRILL, reason);
	if (path->used)
		jvpn_session_report_path(session, &event, path);
	event.path_from = path_id;
	event.dropped = atomic_read(&session->drill_lost);
	jvpn_event_emit(session->device, session->history, &event);
}

/* Would the session find another path? The responder knows it by heartbeats only. */
static bool other_works(struct jvpn_session *session, const struct jvpn_path *cut)
{
	u32 warm = JVPN_PATH_VALIDATED | JVPN_PATH_UP;
	u64 now = jvpn_now();
	int i;

	for (i = 0; i < JVPN_MAX_PATHS; i++) {
		struct jvpn_path *path = &session->paths[i];

		if (path == cut || !jvpn_path_usable(session, path))
			continue;
		if (path == jvpn_session_active_path(session))
			return true;
		if ((path->status & warm) == warm &&
		    (session->role == JVPN_ROLE_INITIATOR || now < path->validated_until_ns))
			return true;
	}
	return false;
}

static int begin(struct jvpn_session *session, u8 path_id, u32 duration_ms, bool force)
{
	struct jvpn_path *path = jvpn_session_active_path(session);

	if (session->drill_path != JVPN_PATH_NONE)
		return -EBUSY;
	if (path_id != JVPN_PATH_NONE)
		path = &session->paths[path_id];
	else if (!path)
		return -ENETDOWN;
	if (!path->used)
		return -ENOENT;
	if (!force && !other_works(session, path))
		return -ENETUNREACH;
	atomic_set(&session->drill_lost, 0);
	report(session, path->id, JVPN_REASON_DRILL_BEGAN);
	WRITE_ONCE(session->drill_path, path->id);
	jvpn_deadline_set(session, JVPN_DL_DRILL, jvpn_now() + duration_ms * JVPN_NS_PER_MS);
	return 0;
}

void jvpn_drill_end(struct jvpn_session *session)
{
	u8 path_id = session->drill_path;

	lockdep_assert_held(&session->lock);
	if (path_id == JVPN_PATH_NONE)
		return;
	WRITE_ONCE(session->drill_path, JVPN_PATH_NONE);
	jvpn_deadline_set(session, JVPN_DL_DRILL, 0);
	report(session, path_id, JVPN_REASON_DRILL_ENDED);
}

int jvpn_session_drill(struct jvpn_session *session, u8 path_id, u32 duration_ms, bool force)
{
	int err = 0;

	spin_lock_bh(&session->lock);
	if (session->dead || session->state == JVPN_STATE_BIRTH)
		err = -ENOTCONN;
	else if (duration_ms)
		err = begin(session, path_id, duration_ms, force);
	else if (session->drill_path == JVPN_PATH_NONE)
		err = -EALREADY;
	else
		jvpn_drill_end(session);
	spin_unlock_bh(&session->lock);
	return err;
}
