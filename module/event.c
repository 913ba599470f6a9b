// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of events and its way out. Emitting copies under a leaf lock and
 * nothing more; a work item multicasts in order. Who misses a multicast asks
 * the ring, with the numbers showing that something was missed.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "device.h"
#include "event.h"
#include "netlink.h"

/* Oldest number still in the ring. Locked. */
static u64 ring_oldest(const struct jvpn_event_ring *ring)
{
	u64 slots = (u64)ring->mask + 1;

	return ring->next > slots ? ring->next - slots : 1;
}

/* Numbers and stamps under the lock, so that both only ever grow. */
static void ring_append(struct jvpn_event_ring *ring, struct jvpn_event *event)
{
	lockdep_assert_held(&ring->lock);
	event->seq = ring->next++;
	event->boot_ns = ktime_get_boottime_ns();
	event->wall_ns = ktime_get_real_ns();
	ring->slot[event->seq & ring->mask] = *event;
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
	ring_append(ring, &merge->last);
}

static bool merge_window_over(const struct jvpn_event_merge *merge, u64 now)
{
	return jvpn_since(now, merge->window_ns) >= JVPN_EVENT_MERGE_WINDOW_NS;
}

/* The slot of a kind and reason: its own, a free one, or that of the oldest. Locked. */
static struct jvpn_event_merge *merge_slot(struct jvpn_event_ring *ring, u8 type,
					   u16 reason, u64 now)
{
	struct jvpn_event_merge *pick = &ring->merge[0];
	unsigned int i;

	for (i = 0; i < JVPN_EVENT_MERGE_SLOTS; i++) {
		struct jvpn_event_merge *merge = &ring->merge[i];

		if (merge->type == type && merge->reason == reason)
			return merge;
		if (pick->type && (!merge->type || merge->window_ns < pick->window_ns))
			pick = merge;
	}
	merge_release(ring, pick);
	pick->type = type;
	pick->reason = reason;
	pick->window_ns = now;
	pick->passed = 0;
	return pick;
}

/* Sends what waited long enough. Returns whether something still waits. Locked. */
static bool merge_expire(struct jvpn_event_ring *ring, u64 now, bool all)
{
	bool waiting = false;
	unsigned int i;

	for (i = 0; i < JVPN_EVENT_MERGE_SLOTS; i++) {
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
	ring->merge = kvcalloc(JVPN_EVENT_MERGE_SLOTS, sizeof(*ring->merge), GFP_KERNEL);
	if (!ring->slot || !ring->merge) {
		kvfree(ring->slot);
		kvfree(ring->merge);
		ring->slot = NULL;
		ring->merge = NULL;
		return -ENOMEM;
	}
	spin_lock_init(&ring->lock);
	ring->mask = slots - 1;
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

	if (!ring->slot)
		return;
	spin_lock_bh(&ring->lock);
	ring->stopping = true;
	merge_expire(ring, 0, true);
	spin_unlock_bh(&ring->lock);
	cancel_delayed_work_sync(&ring->merge_work);
	cancel_work_sync(&ring->work);
	ring_drain(device);
	kvfree(ring->slot);
	kvfree(ring->merge);
	ring->slot = NULL;
	ring->merge = NULL;
}

void jvpn_event_emit(struct jvpn_device *device, struct jvpn_event *event)
{
	struct jvpn_event_ring *ring = &device->events;

	spin_lock_bh(&ring->lock);
	/* Work is queued under the lock: none can be once stopping is set. */
	if (!WARN_ON_ONCE(ring->stopping)) {
		ring_append(ring, event);
		schedule_work(&ring->work);
	}
	spin_unlock_bh(&ring->lock);
}

void jvpn_event_emit_limited(struct jvpn_device *device, struct jvpn_event *event)
{
	struct jvpn_event_ring *ring = &device->events;
	struct jvpn_event_merge *merge;
	bool held = false;
	u64 now;

	spin_lock_bh(&ring->lock);
	now = jvpn_now();
	if (ring->stopping)
		goto out;
	merge = merge_slot(ring, event->type, event->reason, now);
	if (merge_window_over(merge, now)) {
		merge_release(ring, merge);
		merge->window_ns = now;
		merge->passed = 0;
	}
	if (merge->passed < JVPN_EVENT_MERGE_BURST) {
		merge->passed++;
		ring_append(ring, event);
	} else {
		merge->last = *event;
		merge->held += max(event->count, 1U);
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
