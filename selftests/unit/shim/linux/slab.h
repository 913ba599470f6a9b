/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is counted, and that runs out when a test wants it to. */
#ifndef _JVPN_SHIM_SLAB_H
#define _JVPN_SHIM_SLAB_H

#include <stdlib.h>

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	1

extern unsigned int shim_accounted;	/* objects charged to the one who asked */
extern int shim_fail_after;		/* this many more succeed; negative: all */

struct shim_object {
	int gfp;
	int unused[3];		/* keeps data aligned */
	char data[];
};

static inline void *kzalloc(size_t size, int gfp)
{
	struct shim_object *object;

	if (!shim_fail_after)
		return NULL;
	if (shim_fail_after > 0)
		shim_fail_after--;
	object = calloc(1, sizeof(*object) + size);
	if (!object)
		abort();
	object->gfp = gfp;
	shim_accounted += gfp == GFP_KERNEL_ACCOUNT;
	return object->data;
}

static inline void kfree(const void *data)
{
	struct shim_object *object;

	object = (struct shim_object *)((char *)data - offsetof(struct shim_object, data));
	shim_accounted -= object->gfp == GFP_KERNEL_ACCOUNT;
	free(object);
}

#endif /* _JVPN_SHIM_SLAB_H */
