/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receiver indexes, one table for each device. An index is random and names
 * either an INIT that waits for its answer or a keypair; lookups are O(1) under
 * RCU, placement is keyed.
 */
#ifndef _JVPN_TABLE_H
#define _JVPN_TABLE_H

#include <linux/rhashtable.h>
#include <linux/types.h>

enum jvpn_index_kind {
	JVPN_INDEX_HANDSHAKE,		/* owner: struct jvpn_session with an INIT out */
	JVPN_INDEX_KEYPAIR,		/* owner: struct jvpn_keypair */
};

struct jvpn_index {
	struct rhash_head node;
	u32 value;			/* host order */
	u8 kind;
	bool used;			/* it is in the table */
	struct rcu_head rcu;
	void *owner;			/* kept alive by whoever put it there, over RCU */
};

int jvpn_index_table_init(struct rhashtable *table);
void jvpn_index_table_destroy(struct rhashtable *table);

/* Picks a random free value. Any context up to softirq. -ENOMEM, -EBUSY. */
int jvpn_index_insert(struct rhashtable *table, struct jvpn_index *index,
		      enum jvpn_index_kind kind, void *owner);
/* The same with a value that is given; -EEXIST. */
int jvpn_index_insert_value(struct rhashtable *table, struct jvpn_index *index, u32 value,
			    enum jvpn_index_kind kind, void *owner);
/* No effect on one that is not in the table. Its memory must outlive a grace period. */
void jvpn_index_remove(struct rhashtable *table, struct jvpn_index *index);
/* RCU read side. */
struct jvpn_index *jvpn_index_lookup(struct rhashtable *table, u32 value);

#endif /* _JVPN_TABLE_H */
