/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rooms of floor 0 need of their surroundings. They include nothing
 * else, so that they compile unchanged in userspace, where they are tested.
 */
#ifndef _JVPN_TYPES_H
#define _JVPN_TYPES_H

#ifdef __KERNEL__

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#else /* userspace */

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

struct atomic {
	int counter;
};

#define atomic_t		struct atomic

/* With or without a text, whatever the age of the C compiler. */
#define static_assert(condition, ...) extern int static_assert_(char (*)[(condition) ? 1 : -1])
#define JVPN_ATTRIBUTE(a)	__attribute__((a))
#define __packed		JVPN_ATTRIBUTE(packed)
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof(*(a)))
#define min_t(t, a, b)		({ t _a = (a); __typeof__(_a) _b = (b); _a < _b ? _a : _b; })
#define max_t(t, a, b)		({ t _a = (a); __typeof__(_a) _b = (b); _a > _b ? _a : _b; })
#define min(a, b)		min_t(__auto_type, a, b)
#define max(a, b)		max_t(__auto_type, a, b)
#define U32_MAX			UINT32_MAX
#define U64_MAX			UINT64_MAX
#define BITS_PER_LONG		(8 * (int)sizeof(long))
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#define atomic_read(v)		__atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic_set(v, i)	__atomic_store_n(&(v)->counter, i, __ATOMIC_RELAXED)
#define atomic_add(i, v)	((void)__atomic_add_fetch(&(v)->counter, i, __ATOMIC_RELAXED))
#define hweight32(x)		((unsigned int)__builtin_popcount(x))
#define __ffs(x)		((unsigned long)__builtin_ctzl(x))
#define cpu_to_le16(x)		htole16(x)
#define cpu_to_le32(x)		htole32(x)
#define cpu_to_le64(x)		htole64(x)
#define le16_to_cpu(x)		le16toh(x)
#define le32_to_cpu(x)		le32toh(x)
#define le64_to_cpu(x)		le64toh(x)

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

#endif /* __KERNEL__ */

#define JVPN_NS_PER_US		1000ULL
#define JVPN_NS_PER_MS		1000000ULL
#define JVPN_NS_PER_S		1000000000ULL

#endif /* _JVPN_TYPES_H */
