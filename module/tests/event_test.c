// SPDX-License-Identifier: GPL-2.0
/* The ring of events and histories: numbers, order, what is merged; nothing is lost unsaid. */
#include <kunit/test.h>
#include <linux/delay.h>

#include "../event.c"

#define TEST_SLOTS	64
#define TEST_HEARD_MAX	1024

/* What was multicast. Tests run one after the other, work items in order. */
static struct jvpn_event heard[TEST_HEARD_MAX];
static unsigned int heard_count;

/* In place of the one in netlink.c, which is not in this module. */
void jvpn_netlink_multicast(struct jvpn_device *device, const struct jvpn_event *event)
{
	if (heard_count < TEST_HEARD_MAX)
		heard[heard_count++] = *event;
}

static struct jvpn_device *make_device(struct kunit *test)
{
	struct jvpn_device *device = kunit_kzalloc(test, sizeof(*device), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, device);
	mutex_init(&device->lock);
	KUNIT_ASSERT_EQ(test, jvpn_event_ring_init(device, TEST_SLOTS), 0);
	heard_count = 0;
	return device;
}

static struct jvpn_event_history *make_history(struct kunit *test)
{
	struct jvpn_event_history *history = jvpn_event_history_create();

	KUNIT_ASSERT_NOT_NULL(test, history);
	return history;
}

static void emit(struct jvpn_device *device, u8 type, u16 reason, u32 count, bool limited)
{
	struct jvpn_event event = { .type = type, .reason = reason, .count = count };

	if (limited)
		jvpn_event_emit_limited(device, NULL, &event);
	else
		jvpn_event_emit(device, NULL, &event);
}

/* A refusal, or a transition, of the session with this number and history. */
static void emit_of(struct jvpn_device *device, struct jvpn_event_history *history, u8 id,
		    u8 type)
{
	struct jvpn_event event = {
		.type = type,
		.reason = JVPN_REASON_REPLAY_DETECTED,
		.path_from = JVPN_PATH_NONE,
		.path_to = JVPN_PATH_NONE,
	};

	memset(event.session_id, id, sizeof(event.session_id));
	if (type == JVPN_EVENT_STATE_CHANGE)
		jvpn_event_emit(device, history, &event);
	else
		jvpn_event_emit_limited(device, history, &event);
}

static void emit_times(struct jvpn_device *device, u16 reason, unsigned int times)
{
	while (times--)
		emit(device, JVPN_EVENT_SECURITY, reason, 0, true);
}

/* How many reports the multicast ones stand for. */
static unsigned int heard_reports(u16 reason)
{
	unsigned int i, sum = 0;

	for (i = 0; i < heard_count; i++) {
		if (heard[i].reason == reason)
			sum += max(heard[i].count, 1U);
	}
	return sum;
}

static void expect_no_gap(struct kunit *test, u64 first)
{
	unsigned int i;

	for (i = 0; i < heard_count; i++)
		KUNIT_EXPECT_EQ(test, heard[i].seq, first + i);
}

static void test_order(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);
	unsigned int i;

	for (i = 1; i <= 40; i++)
		emit(device, JVPN_EVENT_STATE_CHANGE, i, 0, false);
	jvpn_event_ring_destroy(device);
	KUNIT_ASSERT_EQ(test, heard_count, 40);
	expect_no_gap(test, 1);
	for (i = 0; i < heard_count; i++) {
		KUNIT_EXPECT_EQ(test, heard[i].reason, i + 1);
		KUNIT_EXPECT_TRUE(test, !i || heard[i].boot_ns >= heard[i - 1].boot_ns);
	}
}

/* What nobody could multicast in time shows as a gap in the numbers. */
static void test_overwritten(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);
	struct jvpn_event event;
	u64 oldest, newest;
	unsigned int i;

	preempt_disable();
	for (i = 1; i <= TEST_SLOTS + 10; i++)
		emit(device, JVPN_EVENT_STATE_CHANGE, i, 0, false);
	preempt_enable();
	jvpn_event_range(device, &oldest, &newest);
	KUNIT_EXPECT_EQ(test, oldest, 11);
	KUNIT_EXPECT_EQ(test, newest, TEST_SLOTS + 10);
	KUNIT_EXPECT_EQ(test, jvpn_event_read(device, 1, &event), 0);
	KUNIT_EXPECT_EQ(test, event.seq, 11);
	KUNIT_EXPECT_EQ(test, event.reason, 11);
	KUNIT_EXPECT_EQ(test, jvpn_event_read(device, newest, &event), 0);
	KUNIT_EXPECT_EQ(test, event.seq, newest);
	KUNIT_EXPECT_EQ(test, jvpn_event_read(device, newest + 1, &event), -ENOENT);
	jvpn_event_ring_destroy(device);
	KUNIT_ASSERT_EQ(test, heard_count, TEST_SLOTS);
	expect_no_gap(test, 11);
}

static void test_empty(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);
	struct jvpn_event event;
	u64 oldest, newest;

	jvpn_event_range(device, &oldest, &newest);
	KUNIT_EXPECT_EQ(test, oldest, 1);
	KUNIT_EXPECT_EQ(test, newest, 0);
	KUNIT_EXPECT_EQ(test, jvpn_event_read(device, 1, &event), -ENOENT);
	jvpn_event_ring_destroy(device);
	KUNIT_EXPECT_EQ(test, heard_count, 0);
}

/* A flood: a few one by one, then one for all the others, without a further event. */
static void test_merged(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);

	emit_times(device, JVPN_REASON_SEC_AUTH_FAILURE, 100);
	emit(device, JVPN_EVENT_SECURITY, JVPN_REASON_SEC_AUTH_FAILURE, 7, true);
	msleep(20);
	KUNIT_EXPECT_EQ(test, heard_count, JVPN_EVENT_MERGE_BURST);
	msleep(3000);
	KUNIT_ASSERT_EQ(test, heard_count, JVPN_EVENT_MERGE_BURST + 1);
	KUNIT_EXPECT_EQ(test, heard[heard_count - 1].count, 107 - JVPN_EVENT_MERGE_BURST);

	/* The next window lets them through again. */
	emit_times(device, JVPN_REASON_SEC_AUTH_FAILURE, JVPN_EVENT_MERGE_BURST);
	jvpn_event_ring_destroy(device);
	KUNIT_EXPECT_EQ(test, heard_count, 2 * JVPN_EVENT_MERGE_BURST + 1);
	expect_no_gap(test, 1);
}

/* One flood does not hide another reason, nor another kind. */
static void test_apart(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);

	emit_times(device, JVPN_REASON_SEC_AUTH_FAILURE, 50);
	emit(device, JVPN_EVENT_SECURITY, JVPN_REASON_SEC_FLOOD, 0, true);
	emit(device, JVPN_EVENT_REATTACH_REFUSED, JVPN_REASON_SEC_AUTH_FAILURE, 0, true);
	emit(device, JVPN_EVENT_STATE_CHANGE, JVPN_REASON_SEC_AUTH_FAILURE, 0, false);
	msleep(20);
	KUNIT_EXPECT_EQ(test, heard_count, JVPN_EVENT_MERGE_BURST + 3);
	jvpn_event_ring_destroy(device);
	KUNIT_EXPECT_EQ(test, heard_reports(JVPN_REASON_SEC_AUTH_FAILURE), 52);
	KUNIT_EXPECT_EQ(test, heard_reports(JVPN_REASON_SEC_FLOOD), 1);
}

/* More reasons than slots: each report is still counted once. */
static void test_crowded(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);
	u16 reason;
	int round;

	for (round = 0; round < 2; round++) {
		for (reason = 1; reason <= JVPN_EVENT_MERGE_SLOTS + 9; reason++) {
			emit_times(device, reason, JVPN_EVENT_MERGE_BURST + 3);
			usleep_range(1000, 2000);
		}
	}
	jvpn_event_ring_destroy(device);
	for (reason = 1; reason <= JVPN_EVENT_MERGE_SLOTS + 9; reason++)
		KUNIT_EXPECT_EQ(test, heard_reports(reason), 2 * (JVPN_EVENT_MERGE_BURST + 3));
	expect_no_gap(test, 1);
}

/* What is held back when the device goes is sent before. */
static void test_destroy(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);

	emit_times(device, JVPN_REASON_SEC_FLOOD, 30);
	emit(device, JVPN_EVENT_STATE_CHANGE, JVPN_REASON_DEVICE_REMOVED, 0, false);
	jvpn_event_ring_destroy(device);
	KUNIT_EXPECT_EQ(test, heard_reports(JVPN_REASON_SEC_FLOOD), 30);
	KUNIT_EXPECT_EQ(test, heard_reports(JVPN_REASON_DEVICE_REMOVED), 1);
	KUNIT_EXPECT_NULL(test, device->events.slot);
	/* And once more does no harm. */
	jvpn_event_ring_destroy(device);
}

/* How many reports of a session's refusals were heard; @id 0: of none in particular. */
static unsigned int heard_of(u8 id)
{
	unsigned int i, sum = 0;

	for (i = 0; i < heard_count; i++) {
		if (heard[i].type == JVPN_EVENT_REATTACH_REFUSED && heard[i].session_id[0] == id)
			sum += max(heard[i].count, 1U);
	}
	return sum;
}

/* A neighbour fills the ring many times: the quiet session's history is whole. */
static void test_history(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);
	struct jvpn_event_history *quiet = make_history(test), *noisy = make_history(test);
	struct jvpn_event_lost lost;
	struct jvpn_event event;
	unsigned int i;
	u64 seq = 0;

	emit_of(device, quiet, 1, JVPN_EVENT_STATE_CHANGE);
	for (i = 0; i < 10 * TEST_SLOTS; i++)
		emit_of(device, noisy, 2, JVPN_EVENT_STATE_CHANGE);
	emit_of(device, quiet, 1, JVPN_EVENT_STATE_CHANGE);

	KUNIT_EXPECT_EQ(test, jvpn_event_history_read(device, quiet, 0, &event), 0);
	KUNIT_EXPECT_EQ(test, event.seq, 1);
	KUNIT_EXPECT_EQ(test, event.session_id[0], 1);
	KUNIT_EXPECT_EQ(test, jvpn_event_history_read(device, quiet, 2, &event), 0);
	KUNIT_EXPECT_EQ(test, event.seq, 10 * TEST_SLOTS + 2);
	KUNIT_EXPECT_EQ(test, jvpn_event_history_read(device, quiet, event.seq + 1, &event),
			-ENOENT);
	jvpn_event_history_lost(device, quiet, &lost);
	KUNIT_EXPECT_EQ(test, lost.count, 0);
	KUNIT_EXPECT_EQ(test, lost.seq, 0);

	/* The noisy one says what it had to give up; the rest has no gap. */
	jvpn_event_history_lost(device, noisy, &lost);
	KUNIT_EXPECT_GT(test, lost.count, 0);
	KUNIT_EXPECT_EQ(test, lost.seq, lost.count + 1);
	for (seq = lost.seq + 1; seq <= 10 * TEST_SLOTS + 1; seq++) {
		KUNIT_ASSERT_EQ(test, jvpn_event_history_read(device, noisy, seq, &event), 0);
		KUNIT_ASSERT_EQ(test, event.seq, seq);
	}
	jvpn_event_ring_destroy(device);
	jvpn_event_history_put(quiet);
	jvpn_event_history_put(noisy);
}

/* One session is refused all the time: what is told of another is as ever. */
static void test_merged_apart(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);
	struct jvpn_event_history *flood = make_history(test), *other = make_history(test);
	struct jvpn_event_lost lost;
	struct jvpn_event event;
	unsigned int i;

	emit_of(device, flood, 1, JVPN_EVENT_STATE_CHANGE);
	for (i = 0; i < 1000; i++)
		emit_of(device, flood, 1, JVPN_EVENT_REATTACH_REFUSED);
	emit_of(device, other, 2, JVPN_EVENT_REATTACH_REFUSED);
	msleep(20);
	KUNIT_EXPECT_EQ(test, heard_of(1), JVPN_EVENT_MERGE_BURST);
	KUNIT_EXPECT_EQ(test, heard_of(2), 1);
	KUNIT_EXPECT_EQ(test, jvpn_event_history_read(device, other, 0, &event), 0);
	KUNIT_EXPECT_EQ(test, event.type, JVPN_EVENT_REATTACH_REFUSED);

	/* Its session may end before the merged report: nothing goes astray. */
	jvpn_event_history_put(flood);
	msleep(3000);
	KUNIT_EXPECT_EQ(test, heard_of(1), 1000);
	KUNIT_EXPECT_EQ(test, heard_of(0), 0);
	KUNIT_EXPECT_EQ(test, jvpn_event_history_read(device, flood, 0, &event), 0);
	KUNIT_EXPECT_EQ(test, event.type, JVPN_EVENT_STATE_CHANGE);
	jvpn_event_history_lost(device, flood, &lost);
	KUNIT_EXPECT_EQ(test, lost.count, 0);
	jvpn_event_ring_destroy(device);
	jvpn_event_history_put(other);
}

/* More sessions than can be told apart: few reports, each refusal counted once. */
static void test_many_sessions(struct kunit *test)
{
	enum { SESSIONS = 3 * JVPN_EVENT_MERGE_SLOTS, EACH = 50 };
	struct jvpn_device *device = make_device(test);
	struct jvpn_event_history *history[SESSIONS];
	unsigned int i, round, sum = 0;

	for (i = 0; i < SESSIONS; i++)
		history[i] = make_history(test);
	for (round = 0; round < EACH; round++) {
		for (i = 0; i < SESSIONS; i++)
			emit_of(device, history[i], i + 1, JVPN_EVENT_REATTACH_REFUSED);
		/* So that none leaves the ring unheard. */
		usleep_range(1000, 2000);
	}
	for (i = 0; i < SESSIONS; i++)
		jvpn_event_history_put(history[i]);
	msleep(3000);
	jvpn_event_ring_destroy(device);
	for (i = 0; i <= SESSIONS; i++)
		sum += heard_of(i);
	KUNIT_EXPECT_EQ(test, sum, SESSIONS * EACH);
	KUNIT_EXPECT_GT(test, heard_of(0), 0);
	KUNIT_EXPECT_EQ(test, heard_of(1), EACH);
	KUNIT_EXPECT_LE(test, heard_count, (JVPN_EVENT_MERGE_SLOTS + 1) *
					   (JVPN_EVENT_MERGE_BURST + 1));
}

static void expect_range(struct kunit *test, struct jvpn_device *device, u64 first, u64 last)
{
	struct jvpn_event event;
	u64 oldest, newest, seq;

	jvpn_event_range(device, &oldest, &newest);
	KUNIT_EXPECT_EQ(test, oldest, first);
	KUNIT_EXPECT_EQ(test, newest, last);
	for (seq = first; seq <= last; seq++) {
		KUNIT_ASSERT_EQ(test, jvpn_event_read(device, seq, &event), 0);
		KUNIT_ASSERT_EQ(test, event.seq, seq);
		KUNIT_ASSERT_EQ(test, event.reason, seq);
	}
}

/* The newest stay, in a larger ring and in a smaller one; later ones follow them. */
static void test_resize(struct kunit *test)
{
	struct jvpn_device *device = make_device(test);
	unsigned int i = 0;

	mutex_lock(&device->lock);
	KUNIT_EXPECT_EQ(test, jvpn_event_ring_resize(device, 4 * TEST_SLOTS), 0);
	KUNIT_EXPECT_EQ(test, jvpn_event_ring_resize(device, TEST_SLOTS), 0);
	while (++i <= TEST_SLOTS + 10)
		emit(device, JVPN_EVENT_STATE_CHANGE, i, 0, false);
	expect_range(test, device, 11, TEST_SLOTS + 10);

	KUNIT_EXPECT_EQ(test, jvpn_event_ring_resize(device, 4 * TEST_SLOTS - 1), 0);
	KUNIT_EXPECT_EQ(test, jvpn_event_ring_slots(device), 4 * TEST_SLOTS);
	expect_range(test, device, 11, TEST_SLOTS + 10);
	for (; i <= 4 * TEST_SLOTS + 10; i++)
		emit(device, JVPN_EVENT_STATE_CHANGE, i, 0, false);
	expect_range(test, device, 11, 4 * TEST_SLOTS + 10);
	emit(device, JVPN_EVENT_STATE_CHANGE, i++, 0, false);
	expect_range(test, device, 12, 4 * TEST_SLOTS + 11);

	KUNIT_EXPECT_EQ(test, jvpn_event_ring_resize(device, TEST_SLOTS), 0);
	expect_range(test, device, 3 * TEST_SLOTS + 12, 4 * TEST_SLOTS + 11);
	mutex_unlock(&device->lock);
	jvpn_event_ring_destroy(device);
}

static struct kunit_case event_cases[] = {
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_overwritten),
	KUNIT_CASE(test_empty),
	KUNIT_CASE(test_merged),
	KUNIT_CASE(test_apart),
	KUNIT_CASE(test_crowded),
	KUNIT_CASE(test_destroy),
	KUNIT_CASE(test_history),
	KUNIT_CASE(test_merged_apart),
	KUNIT_CASE(test_many_sessions),
	KUNIT_CASE(test_resize),
	{}
};

static struct kunit_suite event_suite = {
	.name = "jvpn_event",
	.test_cases = event_cases,
};

kunit_test_suite(event_suite);
