// SPDX-License-Identifier: GPL-2.0
/*
 * Events of a session, packed. A record is a mask of the fields whose values
 * were not to be expected after the record before it, and those values. Fields
 * that few records have come last, behind a mask of their own:
 *
 *   numbers	the difference to what was expected, seven bits to a byte
 *   wall clock	likewise, as what it is ahead of the boot clock
 *   bytes	as they are
 *   lineage	before an attach: one byte if it is that of the record before
 *   addresses	family, port likewise, and as many bytes as the family has
 *
 * The first record is one behind an event that is all zero. Any record can be
 * taken out: the one behind it is written anew, as following the one before.
 */
#include "history.h"

enum field_kind { NUMBER, WALL, BYTES, CHAIN, ADDR };

struct field {
	u16 offset;
	u8 size;
	u8 kind;
};

#define FIELD(member, type, kind) \
	{ offsetof(struct jvpn_event, member), sizeof(type), kind }

/* The fields of an event that many records have. At most 31: see MASK_RARE. */
static const struct field common[] = {
	FIELD(seq, u64, NUMBER),
	FIELD(boot_ns, u64, NUMBER),
	FIELD(wall_ns, u64, WALL),
	FIELD(version, u64, NUMBER),
	FIELD(outage_us, u64, NUMBER),
	FIELD(silence_us, u64, NUMBER),
	FIELD(epoch, u32, NUMBER),
	FIELD(policy_version, u32, NUMBER),
	FIELD(srtt_us, u32, NUMBER),
	FIELD(rttvar_us, u32, NUMBER),
	FIELD(loss_permille, u32, NUMBER),
	FIELD(jitter_us, u32, NUMBER),
	FIELD(srtt_to_us, u32, NUMBER),
	FIELD(loss_to_permille, u32, NUMBER),
	FIELD(probes, u32, NUMBER),
	FIELD(train_loss_ppm, u32, NUMBER),
	FIELD(queued, u32, NUMBER),
	FIELD(dropped, u32, NUMBER),
	FIELD(reason, u16, NUMBER),
	FIELD(type, u8, NUMBER),
	FIELD(fsm_event, u8, NUMBER),
	FIELD(state_before, u8, NUMBER),
	FIELD(state_after, u8, NUMBER),
	FIELD(path_from, u8, NUMBER),
	FIELD(path_to, u8, NUMBER),
	FIELD(lineage_before, u8[JVPN_LINEAGE_VALUE_LEN], CHAIN),
	FIELD(lineage, u8[JVPN_LINEAGE_VALUE_LEN], BYTES),
	FIELD(local_from, struct jvpn_addr, ADDR),
	FIELD(remote_from, struct jvpn_addr, ADDR),
	FIELD(local_to, struct jvpn_addr, ADDR),
	FIELD(remote_to, struct jvpn_addr, ADDR),
};

/* Those that few have: the first one, what is merged, what is denied. At most 8. */
static const struct field rare[] = {
	FIELD(count, u32, NUMBER),
	FIELD(retry_ms, u32, NUMBER),
	FIELD(role, u8, NUMBER),
	FIELD(priority, u8, NUMBER),
	FIELD(priority_to, u8, NUMBER),
	FIELD(session_id, u8[JVPN_ID_LEN], BYTES),
};

#define MASK_BYTES	4
/* The last bit of the mask: there are rare fields, behind a mask of one byte. */
#define MASK_RARE	BIT(31)
static_assert(ARRAY_SIZE(common) < 8 * MASK_BYTES);
static_assert(ARRAY_SIZE(rare) <= 8);

/* Seven bits to a byte. */
#define PACKED_MAX(bytes)	((8 * (bytes) + 6) / 7)
/*
 * No record is longer, whatever the fields: both masks, all of an event packed, and
 * for each field what rounding, a family or the byte before a lineage adds.
 */
#define RECORD_MAX	(MASK_BYTES + 1 + PACKED_MAX(sizeof(struct jvpn_event)) + \
			 ARRAY_SIZE(common) + ARRAY_SIZE(rare))
static_assert(RECORD_MAX <= JVPN_HISTORY_BYTES);

/* ---- values ---- */

static u64 number_get(const struct jvpn_event *event, const struct field *field)
{
	const u8 *at = (const u8 *)event + field->offset;

	switch (field->size) {
	case 1:
		return *at;
	case 2:
		return *(const u16 *)at;
	case 4:
		return *(const u32 *)at;
	default:
		return *(const u64 *)at;
	}
}

static void number_set(struct jvpn_event *event, const struct field *field, u64 value)
{
	u8 *at = (u8 *)event + field->offset;

	switch (field->size) {
	case 1:
		*at = value;
		break;
	case 2:
		*(u16 *)at = value;
		break;
	case 4:
		*(u32 *)at = value;
		break;
	default:
		*(u64 *)at = value;
		break;
	}
}

static unsigned int pack(u8 *to, u64 value)
{
	unsigned int len = 0;

	for (; value >= 0x80; value >>= 7)
		to[len++] = value | 0x80;
	to[len++] = value;
	return len;
}

static unsigned int unpack(const u8 *from, u64 *value)
{
	unsigned int len = 0;

	*value = 0;
	do {
		*value |= (u64)(from[len] & 0x7f) << 7 * len;
	} while (from[len++] & 0x80);
	return len;
}

/* The way from @expected to @value, short in both directions: sign in the lowest bit. */
static u64 step_between(u64 expected, u64 value, unsigned int size)
{
	unsigned int unused = 64 - 8 * size;
	s64 step = (s64)((value - expected) << unused) >> unused;

	return (u64)step << 1 ^ (u64)(step >> 63);
}

static u64 step_from(u64 expected, u64 step)
{
	return expected + (step >> 1 ^ -(step & 1));
}

static unsigned int addr_len(u8 family)
{
	return family == 4 ? 4 : 16;
}

static unsigned int addr_put(u8 *to, const struct jvpn_addr *addr)
{
	unsigned int len = 1;

	if (!addr->family)	/* what is always expected */
		return 0;
	to[0] = addr->family;
	len += pack(to + len, addr->port);
	memcpy(to + len, addr->addr, addr_len(addr->family));
	return len + addr_len(addr->family);
}

static unsigned int addr_take(const u8 *from, struct jvpn_addr *addr)
{
	unsigned int len = 1;
	u64 port;

	memset(addr, 0, sizeof(*addr));
	addr->family = from[0];
	len += unpack(from + len, &port);
	addr->port = port;
	memcpy(addr->addr, from + len, addr_len(addr->family));
	return len + addr_len(addr->family);
}

/* ---- records ---- */

/*
 * Turns an event into what is to be expected next: nothing new, of the same session.
 * Of the wall clock that is what it is ahead.
 */
static void expect_next(struct jvpn_event *event)
{
	event->wall_ns -= event->boot_ns;
	event->outage_us = 0;
	event->silence_us = 0;
	event->srtt_us = 0;
	event->rttvar_us = 0;
	event->loss_permille = 0;
	event->jitter_us = 0;
	event->srtt_to_us = 0;
	event->loss_to_permille = 0;
	event->retry_ms = 0;
	event->probes = 0;
	event->train_loss_ppm = 0;
	event->queued = 0;
	event->dropped = 0;
	event->count = 0;
	event->reason = 0;
	event->type = 0;
	event->fsm_event = 0;
	event->state_before = event->state_after;
	event->path_from = JVPN_PATH_NONE;
	event->path_to = JVPN_PATH_NONE;
	event->priority = 0;
	event->priority_to = 0;
	memset(event->lineage_before, 0, sizeof(event->lineage_before));
	memset(&event->local_from, 0, sizeof(event->local_from));
	memset(&event->remote_from, 0, sizeof(event->remote_from));
	memset(&event->local_to, 0, sizeof(event->local_to));
	memset(&event->remote_to, 0, sizeof(event->remote_to));
}

static unsigned int number_put(u8 *to, u64 expected, u64 value, unsigned int size)
{
	u64 step = step_between(expected, value, size);

	return step ? pack(to, step) : 0;
}

static unsigned int chain_put(u8 *to, const u8 *expected, const u8 *value)
{
	static const u8 none[JVPN_LINEAGE_VALUE_LEN];

	if (!memcmp(value, none, sizeof(none)))
		return 0;
	to[0] = !memcmp(value, expected, JVPN_LINEAGE_VALUE_LEN);
	if (to[0])
		return 1;
	memcpy(to + 1, value, JVPN_LINEAGE_VALUE_LEN);
	return 1 + JVPN_LINEAGE_VALUE_LEN;
}

static unsigned int bytes_put(u8 *to, const u8 *expected, const u8 *value, unsigned int size)
{
	if (!memcmp(value, expected, size))
		return 0;
	memcpy(to, value, size);
	return size;
}

/* One field, unless it is as expected. Returns the bytes that it took. */
static unsigned int field_put(u8 *to, const struct jvpn_event *expected,
			      const struct jvpn_event *event, const struct field *field)
{
	const u8 *at = (const u8 *)event + field->offset;

	switch (field->kind) {
	case NUMBER:
		return number_put(to, number_get(expected, field), number_get(event, field),
				  field->size);
	case WALL:
		return number_put(to, expected->wall_ns, event->wall_ns - event->boot_ns,
				  field->size);
	case CHAIN:
		return chain_put(to, expected->lineage, at);
	case ADDR:
		return addr_put(to, (const struct jvpn_addr *)at);
	default:
		return bytes_put(to, (const u8 *)expected + field->offset, at, field->size);
	}
}

/* The fields of a table that are not as expected. Returns the bytes that they took. */
static unsigned int fields_put(u8 *to, const struct jvpn_event *expected,
			       const struct jvpn_event *event, const struct field *fields,
			       unsigned int count, u32 *mask)
{
	unsigned int len = 0, i, more;

	*mask = 0;
	for (i = 0; i < count; i++) {
		more = field_put(to + len, expected, event, &fields[i]);
		if (more)
			*mask |= BIT(i);
		len += more;
	}
	return len;
}

/* Returns the length of the record, at most RECORD_MAX. */
static unsigned int record_put(u8 *to, const struct jvpn_event *expected,
			       const struct jvpn_event *event)
{
	unsigned int len = MASK_BYTES, more;
	u32 mask, mask_rare;

	len += fields_put(to + len, expected, event, common, ARRAY_SIZE(common), &mask);
	more = fields_put(to + len + 1, expected, event, rare, ARRAY_SIZE(rare), &mask_rare);
	if (mask_rare) {
		mask |= MASK_RARE;
		to[len] = mask_rare;
		len += 1 + more;
	}
	memcpy(to, &mask, MASK_BYTES);
	return len;
}

static unsigned int number_take(const u8 *from, struct jvpn_event *event,
				const struct field *field)
{
	unsigned int len;
	u64 step;

	len = unpack(from, &step);
	number_set(event, field, step_from(number_get(event, field), step));
	return len;
}

/* @event still has the lineage of the record before. */
static unsigned int chain_take(const u8 *from, struct jvpn_event *event)
{
	memcpy(event->lineage_before, from[0] ? event->lineage : from + 1,
	       JVPN_LINEAGE_VALUE_LEN);
	return from[0] ? 1 : 1 + JVPN_LINEAGE_VALUE_LEN;
}

static unsigned int field_take(const u8 *from, struct jvpn_event *event,
			       const struct field *field)
{
	u8 *at = (u8 *)event + field->offset;

	switch (field->kind) {
	case NUMBER:
	case WALL:
		return number_take(from, event, field);
	case CHAIN:
		return chain_take(from, event);
	case ADDR:
		return addr_take(from, (struct jvpn_addr *)at);
	default:
		memcpy(at, from, field->size);
		return field->size;
	}
}

static unsigned int fields_take(const u8 *from, struct jvpn_event *event,
				const struct field *fields, u32 mask)
{
	unsigned int len = 0;

	for (; mask; mask &= mask - 1)
		len += field_take(from + len, event, &fields[__ffs(mask)]);
	return len;
}

/* Turns the event of the record before into that of this one. Returns the record's length. */
static unsigned int record_take(const u8 *from, struct jvpn_event *event)
{
	unsigned int len = MASK_BYTES;
	u32 mask;

	expect_next(event);
	memcpy(&mask, from, MASK_BYTES);
	len += fields_take(from + len, event, common, mask & ~MASK_RARE);
	if (mask & MASK_RARE) {
		mask = from[len++];
		len += fields_take(from + len, event, rare, mask);
	}
	event->wall_ns += event->boot_ns;
	return len;
}

/* ---- the history ---- */

/* What a walk over all records finds. */
struct survey {
	struct jvpn_event last;		/* the newest event, all zero if there is none */
	unsigned int others;		/* bytes of neither transitions nor switches, and */
	unsigned int oldest_other;	/* where the oldest of these begins */
};

static void survey(const struct jvpn_history *history, struct survey *s)
{
	unsigned int at = 0, len;

	memset(s, 0, sizeof(*s));
	while (at < history->used) {
		len = record_take(history->record + at, &s->last);
		if (!jvpn_event_is_transition(&s->last)) {
			if (!s->others)
				s->oldest_other = at;
			s->others += len;
		}
		at += len;
	}
}

static void count_lost(struct jvpn_history *history, const struct jvpn_event *event)
{
	if (jvpn_event_is_transition(event)) {
		history->lost++;
		history->lost_seq = event->seq;
	} else {
		history->lost_others += max(event->count, 1U);
	}
}

/*
 * Takes out the record that begins at @victim. The one behind it, written anew,
 * always fits into the room of both: in what it differs from the one before the
 * two, one of the two differed as well, with as many bytes. Only the step of the
 * state may be there once and needed twice: less than the mask that is saved.
 */
static void take_out(struct jvpn_history *history, unsigned int victim)
{
	struct jvpn_event expected = {}, event;
	unsigned int at = 0, end;

	while (at < victim)
		at += record_take(history->record + at, &expected);
	event = expected;
	end = at + record_take(history->record + at, &event);
	count_lost(history, &event);
	if (end < history->used) {
		end += record_take(history->record + end, &event);
		expect_next(&expected);
		at += record_put(history->record + at, &expected, &event);
	}
	memmove(history->record + at, history->record + end, history->used - end);
	history->used -= end - at;
}

void jvpn_history_put(struct jvpn_history *history, const struct jvpn_event *event)
{
	u8 record[RECORD_MAX];
	unsigned int len, others;
	struct survey s;

	for (;;) {
		survey(history, &s);
		expect_next(&s.last);
		len = record_put(record, &s.last, event);
		if (history->used + len <= JVPN_HISTORY_BYTES)
			break;
		others = s.others + (jvpn_event_is_transition(event) ? 0 : len);
		take_out(history, s.others && others > JVPN_HISTORY_OTHERS ? s.oldest_other : 0);
	}
	memcpy(history->record + history->used, record, len);
	history->used += len;
}

bool jvpn_history_read(const struct jvpn_history *history, u64 seq, struct jvpn_event *event)
{
	unsigned int at = 0;

	memset(event, 0, sizeof(*event));
	while (at < history->used) {
		at += record_take(history->record + at, event);
		if (event->seq >= seq)
			return true;
	}
	return false;
}
