/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _JVPN_SHIM_BITOPS_H
#define _JVPN_SHIM_BITOPS_H

#include <endian.h>

static inline int fls64(unsigned long long x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

#define min3(a, b, c)		min(min(a, b), c)
#define cpu_to_be32(x)		htobe32(x)
#define cpu_to_be64(x)		htobe64(x)
#define be64_to_cpu(x)		be64toh(x)

#endif /* _JVPN_SHIM_BITOPS_H */
