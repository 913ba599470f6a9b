/* SPDX-License-Identifier: GPL-2.0 */
/* The replay window of RFC 6479: a bitmap ring that slides by whole words. */
#ifndef _JVPN_REPLAY_H
#define _JVPN_REPLAY_H

#include "wire.h"

#define JVPN_REPLAY_BITS	(JVPN_REPLAY_WINDOW + BITS_PER_LONG)

struct jvpn_replay {
	u64 next;		/* one above the greatest counter accepted */
	unsigned long bits[JVPN_REPLAY_BITS / BITS_PER_LONG];
};

/**
 * jvpn_replay_accept - has this counter not been seen before?
 * @replay: the window; zeroed memory is a fresh one
 * @counter: of an authenticated packet
 * @newest: set to whether it is the greatest so far
 *
 * Context: the caller serialises calls on one window.
 * Return: true and the counter is now marked; false if it was seen, lies
 * behind the window, or is 2^64 - 1.
 */
bool jvpn_replay_accept(struct jvpn_replay *replay, u64 counter, bool *newest);

#endif /* _JVPN_REPLAY_H */
