/* SPDX-License-Identifier: GPL-2.0 */
/* Locks of a program with one thread: they only know whether they are held. */
#ifndef _JVPN_SHIM_MUTEX_H
#define _JVPN_SHIM_MUTEX_H

#include <assert.h>

struct mutex {
	int held;
};

#define DEFINE_MUTEX(name)	struct mutex name

static inline void mutex_lock(struct mutex *lock)
{
	assert(!lock->held);
	lock->held = 1;
}

static inline void mutex_unlock(struct mutex *lock)
{
	assert(lock->held);
	lock->held = 0;
}

#define lockdep_is_held(lock)		((lock)->held)
#define lockdep_assert_held(lock)	assert((lock)->held)

#endif /* _JVPN_SHIM_MUTEX_H */
