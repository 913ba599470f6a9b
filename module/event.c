// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of events, the histories of sessions, and the way out. Emitting copies
 * under a leaf lock and nothing more; a work item multicasts in order. Who misses
 * a multicast asks the ring, with the numbers showing that something was missed.
 * What others drove out of the ring, a session's own history still has.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "device.h"
#include "event.h"
#include "netlink.h"

#define MERGE_ALL	(JVPN_EVENT_MERGE_SLOTS + JVPN_EVENT_MERGE_SHARED)
/* Resizing lets emitters in after so many events were copied. */
#define COPY_AT_ONCE	64

/* Oldest number still in the ring. Locked. */
static u64 ring_oldest(const struct jvpn_event_ring *ring)
{
	u64 slots = (u64)ring->mask + 1;

	return ring->next > ring->first + slots ? ring->next - slots : ring->first;
}

/* Numbers and stamps under the lock, so that both only ever grow. */
static void ring_append(struct jvpn_event_ring *ring, struct jvpn_event_history *history,
			struct jvpn_event *event)
{
	lockdep_assert_held(&ring->lock);
	event->seq = ring->next++;
	event->boot_ns = ktime_get_boottime_ns();
	event->wall_ns = ktime_get_real_ns();
	ring->slot[event->seq & ring->mask] = *event;
	if (history)
		jvpn_history_put(&history->kept, event);
}

/* Takes the next one that was not multicast; steps over those overwritten before. */
static bool ring_take_unsent(struct jvpn_event_ring *ring, struct jvpn_event *event)
{
	bool found = false;
	u64 seq;

	spin_lock_bh(&ring->lock);
	seq = max(ring->sent + 1, ring_oldest(ring));
	if (seq < ring->next) {
		*event = ring->slot[seq & ring->mask];
		ring->sent = seq;
		found = true;
	}
	spin_unlock_bh(&ring->lock);
	return found;
}

static void ring_drain(struct jvpn_device *device)
{
	struct jvpn_event event;

	while (ring_take_unsent(&device->events, &event)) {
		jvpn_netlink_multicast(device, &event);
		cond_resched();
	}
}

static void ring_work(struct work_struct *work)
{
	struct jvpn_event_ring *ring = container_of(work, struct jvpn_event_ring, work);

	ring_drain(container_of(ring, struct jvpn_device, events));
}

/* One report for all that were held back. Locked. */
static void merge_release(struct jvpn_event_ring *ring, struct jvpn_event_merge *merge)
{
	if (!merge->held)
		return;
	merge->last.count = merge->held;
	merge->held = 0;
	ring_append(ring, merge->history, &merge->last);
}

static bool merge_window_over(const struct jvpn_event_merge *merge, u64 now)
{
	return jvpn_since(now, merge->window_ns) >= JVPN_EVENT_MERGE_WINDOW_NS;
}

/* Gives the slot to another kind, reason and session. Locked. */
static void merge_take(struct jvpn_event_ring *ring, struct jvpn_event_merge *merge,
		       struct jvpn_event_history *history, const struct jvpn_event *event,
		       u64 now)
{
	merge_release(ring, merge);
	jvpn_event_history_put(merge->history);
	merge->history = history ? jvpn_event_history_get(history) : NULL;
	merge->type = event->type;
	merge->reason = event->reason;
	merge->window_ns = now;
	merge->passed = 0;
}

/* The slot among @count that is for this, or the one free for the longest time. Locked. */
static struct jvpn_event_merge *merge_find(struct jvpn_event_merge *merge, unsigned int count,
					   const struct jvpn_event_history *history,
					   const struct jvpn_event *event, bool *found)
{
	struct jvpn_event_merge *pick = merge;
	unsigned int i;

	*found = true;
	for (i = 0; i < count; i++, merge++) {
		if (merge->type == event->type && merge->reason == event->reason &&
		    merge->history == history)
			return merge;
		if (pick->type && (!merge->type || merge->window_ns < pick->window_ns))
			pick = merge;
	}
	*found = false;
	return pick;
}

/*
 * A slot for the session's reports of this kind and reason; if there are none to be
 * had, the one that all such sessions share. A slot in use is never taken from a
 * session: floods of others do not change what is told of it. Locked.
 */
static struct jvpn_event_merge *merge_slot(struct jvpn_event_ring *ring,
					   struct jvpn_event_history *history,
					   const struct jvpn_event *event, u64 now)
{
	struct jvpn_event_merge *merge;
	bool found;

	merge = merge_find(ring->merge, JVPN_EVENT_MERGE_SLOTS, history, event, &found);
	if (found)
		return merge;
	if (!merge->type || merge_window_over(merge, now)) {
		merge_take(ring, merge, history, event, now);
		return merge;
	}
	merge = merge_find(ring->merge + JVPN_EVENT_MERGE_SLOTS, JVPN_EVENT_MERGE_SHARED, NULL,
			   event, &found);
	if (!found)
		merge_take(ring, merge, NULL, event, now);
	return merge;
}

/* Keeps a report for later: of a shared slot only that there was one. Locked. */
static void merge_hold(struct jvpn_event_merge *merge, const struct jvpn_event *event)
{
	if (merge->history)
		merge->last = *event;
	else
		merge->last = (struct jvpn_event) {
			.type = event->type,
			.reason = event->reason,
			.path_from = JVPN_PATH_NONE,
			.path_to = JVPN_PATH_NONE,
		};
	merge->held += max(event->count, 1U);
}

/* Sends what waited long enough. Returns whether something still waits. Locked. */
static bool merge_expire(struct jvpn_event_ring *ring, u64 now, bool all)
{
	bool waiting = false;
	unsigned int i;

	for (i = 0; i < MERGE_ALL; i++) {
		struct jvpn_event_merge *merge = &ring->merge[i];

		if (all || merge_window_over(merge, now))
			merge_release(ring, merge);
		waiting |= merge->held;
	}
	return waiting;
}

static void merge_work(struct work_struct *work)
{
	struct jvpn_event_ring *ring = container_of(to_delayed_work(work),
						    struct jvpn_event_ring, merge_work);
	bool waiting;

	spin_lock_bh(&ring->lock);
	waiting = merge_expire(ring, jvpn_now(), false);
	spin_unlock_bh(&ring->lock);
	if (waiting)
		schedule_delayed_work(&ring->merge_work, HZ);
	schedule_work(&ring->work);
}

int jvpn_event_ring_init(struct jvpn_device *device, u32 slots)
{
	struct jvpn_event_ring *ring = &device->events;

	slots = roundup_pow_of_two(max(slots, 2U));
	ring->slot = kvcalloc(slots, sizeof(*ring->slot), GFP_KERNEL);
	ring->merge = kvcalloc(MERGE_ALL, sizeof(*ring->merge), GFP_KERNEL);
	if (!ring->slot || !ring->merge) {
		kvfree(ring->slot);
		kvfree(ring->merge);
		ring->slot = NULL;
		ring->merge = NULL;
		return -ENOMEM;
	}
	spin_lock_init(&ring->lock);
	ring->mask = slots - 1;
	ring->first = 1;
	ring->next = 1;
	ring->sent = 0;
	ring->stopping = false;
	INIT_WORK(&ring->work, ring_work);
	INIT_DELAYED_WORK(&ring->merge_work, merge_work);
	return 0;
}

void jvpn_event_ring_destroy(struct jvpn_device *device)
{
	struct jvpn_event_ring *ring = &device->events;
	unsigned int i;

	if (!ring->slot)
		return;
	spin_lock_bh(&ring->lock);
	ring->stopping = true;
	merge_expire(ring, 0, true);
	spin_unlock_bh(&ring->lock);
	cancel_delayed_work_sync(&ring->merge_work);
	cancel_work_sync(&ring->work);
	ring_drain(device);
	for (i = 0; i < MERGE_ALL; i++)
		jvpn_event_history_put(ring->merge[i].history);
	kvfree(ring->slot);
	kvfree(ring->merge);
	ring->slot = NULL;
	ring->merge = NULL;
}

u32 jvpn_event_ring_slots(struct jvpn_device *device)
{
	lockdep_assert_held(&device->lock);
	return device->events.mask + 1;
}

int jvpn_event_ring_resize(struct jvpn_device *device, u32 slots)
{
	struct jvpn_event_ring *ring = &device->events;
	u64 oldest, end, first = 0, seq = 0;
	struct jvpn_event *slot;
	bool done;

	lockdep_assert_held(&device->lock);
	slots = roundup_pow_of_two(max(slots, 2U));
	if (slots == jvpn_event_ring_slots(device))
		return 0;
	/* Who may configure the device may be the root of a container. */
	slot = kvcalloc(slots, sizeof(*slot), GFP_KERNEL_ACCOUNT);
	if (!slot)
		return -ENOMEM;
	do {
		spin_lock_bh(&ring->lock);
		oldest = ring_oldest(ring);
		if (ring->next > slots)
			oldest = max(oldest, ring->next - slots);
		if (seq < oldest) {
			first = oldest;
			seq = oldest;
		}
		end = min(ring->next, seq + COPY_AT_ONCE);
		for (; seq < end; seq++)
			slot[seq & (slots - 1)] = ring->slot[seq & ring->mask];
		done = seq == ring->next;
		if (done) {
			swap(ring->slot, slot);
			ring->mask = slots - 1;
			ring->first = first;
		}
		spin_unlock_bh(&ring->lock);
	} while (!done);
	kvfree(slot);
	return 0;
}

struct jvpn_event_history *jvpn_event_history_create(void)
{
	struct jvpn_event_history *history = kzalloc(sizeof(*history), GFP_ATOMIC);

	if (history)
		refcount_set(&history->refs, 1);
	return history;
}

struct jvpn_event_history *jvpn_event_history_get(struct jvpn_event_history *history)
{
	refcount_inc(&history->refs);
	return history;
}

void jvpn_event_history_put(struct jvpn_event_history *history)
{
	if (history && refcount_dec_and_test(&history->refs))
		kfree(history);
}

void jvpn_event_emit(struct jvpn_device *device, struct jvpn_event_history *history,
		     struct jvpn_event *event)
{
	struct jvpn_event_ring *ring = &device->events;

	spin_lock_bh(&ring->lock);
	/* Work is queued under the lock: none can be once stopping is set. */
	if (!WARN_ON_ONCE(ring->stopping)) {
		ring_append(ring, history, event);
		schedule_work(&ring->work);
	}
	spin_unlock_bh(&ring->lock);
}

void jvpn_event_emit_limited(struct jvpn_device *device, struct jvpn_event_history *history,
			     struct jvpn_event *event)
{
	struct jvpn_event_ring *ring = &device->events;
	struct jvpn_event_merge *merge;
	bool held = false;
	u64 now;

	spin_lock_bh(&ring->lock);
	now = jvpn_now();
	if (ring->stopping)
		goto out;
	merge = merge_slot(ring, history, event, now);
	if (merge_window_over(merge, now)) {
		merge_release(ring, merge);
		merge->window_ns = now;
		merge->passed = 0;
	}
	if (merge->passed < JVPN_EVENT_MERGE_BURST) {
		merge->passed++;
		ring_append(ring, history, event);
	} else {
		merge_hold(merge, event);
		held = true;
	}
	if (held)
		schedule_delayed_work(&ring->merge_work, HZ);
	else
		schedule_work(&ring->work);
out:
	spin_unlock_bh(&ring->lock);
}

void jvpn_event_range(struct jvpn_device *device, u64 *oldest, u64 *newest)
{
	struct jvpn_event_ring *ring = &device->events;

	spin_lock_bh(&ring->lock);
	*oldest = ring_oldest(ring);
	*newest = ring->next - 1;
	spin_unlock_bh(&ring->lock);
}

int jvpn_event_read(struct jvpn_device *device, u64 seq, struct jvpn_event *event)
{
	struct jvpn_event_ring *ring = &device->events;
	int err = -ENOENT;

	spin_lock_bh(&ring->lock);
	seq = max(seq, ring_oldest(ring));
	if (seq < ring->next) {
		*event = ring->slot[seq & ring->mask];
		err = 0;
	}
	spin_unlock_bh(&ring->lock);
	return err;
}

int jvpn_event_history_read(struct jvpn_device *device,
			    const struct jvpn_event_history *history, u64 seq,
			    struct jvpn_event *event)
{
	bool found;

	spin_lock_bh(&device->events.lock);
	found = jvpn_history_read(&history->kept, seq, event);
	spin_unlock_bh(&device->events.lock);
	return found ? 0 : -ENOENT;
}

void jvpn_event_history_lost(struct jvpn_device *device,
			     const struct jvpn_event_history *history,
			     struct jvpn_event_lost *lost)
{
	spin_lock_bh(&device->events.lock);
	lost->count = history->kept.lost;
	lost->seq = history->kept.lost_seq;
	lost->others = history->kept.lost_others;
	spin_unlock_bh(&device->events.lock);
}

void jvpn_event_set_node(struct jvpn_device *device, const char *node)
{
	lockdep_assert_held(&device->lock);
	spin_lock_bh(&device->events.lock);
	strscpy(device->node, node, sizeof(device->node));
	spin_unlock_bh(&device->events.lock);
}

void jvpn_event_node(struct jvpn_device *device, char node[JVPN_NODE_NAME_LEN])
{
	spin_lock_bh(&device->events.lock);
	strscpy(node, device->node, sizeof(device->node));
	spin_unlock_bh(&device->events.lock);
}
