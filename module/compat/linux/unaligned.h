/* SPDX-License-Identifier: GPL-2.0 */
/* For kernels that have no <linux/unaligned.h>; searched after the kernel's own folders. */
#include <asm/unaligned.h>
