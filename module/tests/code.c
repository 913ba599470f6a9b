// SPDX-License-Identifier: GPL-2.0
/*
 * The code under test, once more, so that the test module stands alone and
 * needs nothing exported from the module proper.
 */
#include <linux/module.h>

#include "../allowedips.c"
#include "../cookie.c"
#include "../crypto.c"
#include "../kdf.c"
#include "../noise.c"
#include "../ratelimit.c"

MODULE_DESCRIPTION("KUnit tests of jvpn");
MODULE_LICENSE("GPL");
