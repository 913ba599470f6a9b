/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rooms of floor 0 need of their surroundings. They include nothing
 * else, so that they compile unchanged in userspace, where they are tested.
 */
#ifndef _JVPN_TYPES_H
#define _JVPN_TYPES_H

#ifdef __KERNEL__

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#else /* userspace */

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define __packed		__attribute__((__packed__))
#define static_assert		_Static_assert
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min_t(t, a, b)		min((t)(a), (t)(b))
#define max_t(t, a, b)		max((t)(a), (t)(b))
#define BITS_PER_LONG		(8 * (int)sizeof(long))
#define div_u64(a, b)		((a) / (b))
#define div64_u64(a, b)		((a) / (b))
#define cpu_to_le16(x)		htole16(x)
#define cpu_to_le32(x)		htole32(x)
#define cpu_to_le64(x)		htole64(x)
#define le16_to_cpu(x)		le16toh(x)
#define le32_to_cpu(x)		le32toh(x)
#define le64_to_cpu(x)		le64toh(x)

#endif /* __KERNEL__ */

#define JVPN_NS_PER_US		1000ULL
#define JVPN_NS_PER_MS		1000000ULL
#define JVPN_NS_PER_S		1000000000ULL

#endif /* _JVPN_TYPES_H */
