// SPDX-License-Identifier: GPL-2.0
/* RFC 6479: a bitmap ring of one word more than the window. */

#include "replay.h"

#define REPLAY_WORDS	(JVPN_REPLAY_BITS / BITS_PER_LONG)

static_assert(JVPN_REPLAY_WINDOW % BITS_PER_LONG == 0);
static_assert(REPLAY_WORDS * BITS_PER_LONG == JVPN_REPLAY_BITS);

/* The number of words is no power of two: the window is exactly what is promised. */
static u32 ring_index(u64 block)
{
	u32 index;

	div_u64_rem(block, REPLAY_WORDS, &index);
	return index;
}

/* The words between the newest block so far and @block hold old counters: forget. */
static void slide(struct jvpn_replay *replay, u64 block)
{
	u64 newest = replay->next ? (replay->next - 1) / BITS_PER_LONG : 0;
	u64 steps = min_t(u64, block - newest, REPLAY_WORDS);
	u32 i = ring_index(block);

	while (steps--) {
		replay->bits[i] = 0;
		i = i ? i - 1 : REPLAY_WORDS - 1;
	}
}

bool jvpn_replay_accept(struct jvpn_replay *replay, u64 counter, bool *newest)
{
	u64 block = counter / BITS_PER_LONG;
	unsigned long bit = 1UL << (counter % BITS_PER_LONG);
	unsigned long *word = &replay->bits[ring_index(block)];

	*newest = false;
	if (counter == U64_MAX)
		return false;
	if (counter >= replay->next) {
		slide(replay, block);
		replay->next = counter + 1;
		*newest = true;
	} else if (replay->next - counter > JVPN_REPLAY_WINDOW) {
		return false;
	}
	if (*word & bit)
		return false;
	*word |= bit;
	return true;
}
