/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RCU of a program with one thread: nobody reads while something is freed, so
 * it is freed at once, and the sanitizer sees whoever still uses it.
 */
#ifndef _JVPN_SHIM_RCUPDATE_H
#define _JVPN_SHIM_RCUPDATE_H

#include <assert.h>

#define __rcu

struct rcu_head {
	int unused;
};

extern int shim_rcu_depth;

static inline void rcu_read_lock(void)
{
	shim_rcu_depth++;
}

static inline void rcu_read_unlock(void)
{
	shim_rcu_depth--;
}

#define rcu_read_lock_bh_held()	0
#define rcu_dereference_check(p, also)					\
	({								\
		assert(shim_rcu_depth || (also));			\
		(p);							\
	})
#define rcu_dereference_protected(p, condition)				\
	({								\
		assert(condition);					\
		(p);							\
	})
#define rcu_access_pointer(p)		(p)
#define rcu_assign_pointer(p, v)	((p) = (v))
#define RCU_INIT_POINTER(p, v)		((p) = (v))
#define kfree_rcu(p, member)						\
	do {								\
		(void)&(p)->member;					\
		kfree(p);						\
	} while (0)

#endif /* _JVPN_SHIM_RCUPDATE_H */
