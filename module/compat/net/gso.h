/* SPDX-License-Identifier: GPL-2.0 */
/* For kernels that have no <net/gso.h>; searched after the kernel's own folders. */
#include <linux/netdevice.h>
