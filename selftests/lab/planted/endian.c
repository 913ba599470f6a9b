// SPDX-License-Identifier: GPL-2.0
/* An endian error on purpose: sparse must report it, or it did not run. */
#include <linux/module.h>

__be32 planted_endian(u32 host);

__be32 planted_endian(u32 host)
{
	return host;
}

MODULE_DESCRIPTION("Planted endian error");
MODULE_LICENSE("GPL");
