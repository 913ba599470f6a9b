// SPDX-License-Identifier: GPL-2.0
/* Receiver indexes. */
#include <linux/random.h>
#include <linux/sched.h>

#include "table.h"

/* So many random values are tried: the table would have to be nearly full. */
#define INDEX_TRIES 16

static const struct rhashtable_params index_params = {
	.key_len = sizeof_field(struct jvpn_index, value),
	.key_offset = offsetof(struct jvpn_index, value),
	.head_offset = offsetof(struct jvpn_index, node),
	.automatic_shrinking = true,
};

int jvpn_index_table_init(struct rhashtable *table)
{
	return rhashtable_init(table, &index_params);
}

void jvpn_index_table_destroy(struct rhashtable *table)
{
	WARN_ON_ONCE(atomic_read(&table->nelems));
	rhashtable_destroy(table);
}

int jvpn_index_insert_value(struct rhashtable *table, struct jvpn_index *index, u32 value,
			    enum jvpn_index_kind kind, void *owner)
{
	int err;

	if (WARN_ON_ONCE(index->used))
		return -EBUSY;
	index->value = value;
	index->kind = kind;
	index->owner = owner;
	err = rhashtable_lookup_insert_fast(table, &index->node, index_params);
	index->used = !err;
	return err == -E2BIG ? -EBUSY : err;
}

int jvpn_index_insert(struct rhashtable *table, struct jvpn_index *index,
		      enum jvpn_index_kind kind, void *owner)
{
	int tries, err = -EEXIST;

	for (tries = 0; tries < INDEX_TRIES && err == -EEXIST; tries++)
		err = jvpn_index_insert_value(table, index, get_random_u32(), kind, owner);
	return err == -EEXIST ? -EBUSY : err;
}

void jvpn_index_remove(struct rhashtable *table, struct jvpn_index *index)
{
	if (!index->used)
		return;
	index->used = false;
	rhashtable_remove_fast(table, &index->node, index_params);
}

struct jvpn_index *jvpn_index_lookup(struct rhashtable *table, u32 value)
{
	return rhashtable_lookup(table, &value, index_params);
}
