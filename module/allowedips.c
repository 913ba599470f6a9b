// SPDX-License-Identifier: GPL-2.0
/*
 * Longest-prefix match. A node stands for a prefix; its two children are longer
 * prefixes that begin with it and go on with 0 and with 1. A node either
 * belongs to a peer or is a mere fork, which has two children. So a tree of n
 * entries has at most 2n - 1 nodes and is no deeper than an address is long.
 *
 * Addresses of both families are kept as 128 bits from the left, in two
 * integers of the host, so that all work is on integers.
 *
 * A writer makes a node complete before it is published with one pointer, and
 * frees it after a grace period; a reader that stands on a node that was taken
 * out still sees its children, and so finds what was true when it began.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "allowedips.h"

struct jvpn_bits {
	u64 high;
	u64 low;
};

/**
 * struct jvpn_allowedips_node - one prefix
 * @child: longer prefixes, by their next bit
 * @peer: whose it is; NULL in a fork
 * @bits: the prefix; everything after it is zero
 * @prefix_len: bits
 * @family: 4 or 6
 * @parent: writers only; NULL at the root
 * @serial: grows with each entry that is put in or moved
 * @entry: in the list of the peer's entries
 * @rcu: to free it
 */
struct jvpn_allowedips_node {
	struct jvpn_allowedips_node __rcu *child[2];
	struct jvpn_peer __rcu *peer;
	struct jvpn_bits bits;
	u8 prefix_len;
	u8 family;
	struct jvpn_allowedips_node *parent;
	u64 serial;
	struct list_head entry;
	struct rcu_head rcu;
};

static unsigned int family_bits(u8 family)
{
	return family == 4 ? 32 : 128;
}

/* @addr: network byte order, of any alignment. */
static struct jvpn_bits bits_of(u8 family, const void *addr)
{
	__be64 part[2] = {};

	memcpy(part, addr, family == 4 ? 4 : sizeof(part));
	return (struct jvpn_bits){ be64_to_cpu(part[0]), be64_to_cpu(part[1]) };
}

static void bits_to_addr(struct jvpn_bits bits, u8 addr[16])
{
	__be64 part[2] = { cpu_to_be64(bits.high), cpu_to_be64(bits.low) };

	memcpy(addr, part, sizeof(part));
}

static struct jvpn_bits truncate_bits(struct jvpn_bits bits, unsigned int len)
{
	if (len < 64)
		bits.high &= len ? ~0ULL << (64 - len) : 0;
	if (len < 128)
		bits.low &= len > 64 ? ~0ULL << (128 - len) : 0;
	return bits;
}

static unsigned int bit_at(struct jvpn_bits bits, unsigned int i)
{
	return (i < 64 ? bits.high >> (63 - i) : bits.low >> (127 - i)) & 1;
}

/* How many bits from the left are the same: 0 to 128. */
static unsigned int common_bits(struct jvpn_bits a, struct jvpn_bits b)
{
	u64 high = a.high ^ b.high, low = a.low ^ b.low;

	if (high)
		return 64 - fls64(high);
	return 128 - fls64(low);
}

static bool node_covers(const struct jvpn_allowedips_node *node, struct jvpn_bits bits)
{
	return common_bits(node->bits, bits) >= node->prefix_len;
}

/* Reading. */

/* Readers are in rcu_read_lock() or in a softirq. */
#define reading(pointer)						\
	rcu_dereference_check(pointer, rcu_read_lock_bh_held())

static struct jvpn_peer *lookup(struct jvpn_allowedips_node __rcu *const *root,
				unsigned int len, struct jvpn_bits bits)
{
	const struct jvpn_allowedips_node *node = reading(*root);
	struct jvpn_peer *peer, *best = NULL;

	while (node && node_covers(node, bits)) {
		peer = reading(node->peer);
		if (peer)
			best = peer;
		if (node->prefix_len == len)
			break;
		node = reading(node->child[bit_at(bits, node->prefix_len)]);
	}
	return best;
}

struct jvpn_peer *jvpn_allowedips_lookup4(const struct jvpn_allowedips *table,
					  __be32 addr)
{
	return lookup(&table->root4, 32, bits_of(4, &addr));
}

struct jvpn_peer *jvpn_allowedips_lookup6(const struct jvpn_allowedips *table,
					  const void *addr)
{
	return lookup(&table->root6, 128, bits_of(6, addr));
}

/* Writing. */

#define locked(table, pointer)						\
	rcu_dereference_protected(pointer, lockdep_is_held((table)->lock))

static struct jvpn_allowedips_node __rcu **root_of(struct jvpn_allowedips *table,
						   u8 family)
{
	return family == 4 ? &table->root4 : &table->root6;
}

/* The pointer that leads to a child of @parent, or to the root. */
static struct jvpn_allowedips_node __rcu **slot_for(struct jvpn_allowedips *table,
						    struct jvpn_allowedips_node *parent,
						    u8 family, struct jvpn_bits bits)
{
	if (!parent)
		return root_of(table, family);
	return &parent->child[bit_at(bits, parent->prefix_len)];
}

static struct jvpn_allowedips_node *node_alloc(u8 family, struct jvpn_bits bits,
					       unsigned int len)
{
	struct jvpn_allowedips_node *node;

	node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
	if (node) {
		node->family = family;
		node->bits = truncate_bits(bits, len);
		node->prefix_len = len;
		INIT_LIST_HEAD(&node->entry);
	}
	return node;
}

/*
 * The node at which a prefix is, or below which it belongs: the longest that
 * covers it. NULL if not even the root does.
 */
static struct jvpn_allowedips_node *find_covering(struct jvpn_allowedips *table,
						  u8 family, struct jvpn_bits bits,
						  unsigned int len)
{
	struct jvpn_allowedips_node *node, *covering = NULL;

	node = locked(table, *root_of(table, family));
	while (node && node->prefix_len <= len && node_covers(node, bits)) {
		covering = node;
		if (node->prefix_len == len)
			break;
		node = locked(table, node->child[bit_at(bits, node->prefix_len)]);
	}
	return covering;
}

static void adopt(struct jvpn_allowedips_node *parent,
		  struct jvpn_allowedips_node *child)
{
	RCU_INIT_POINTER(parent->child[bit_at(child->bits, parent->prefix_len)], child);
	child->parent = parent;
}

/* Puts a new node below @parent (NULL: at the root). May need a fork, too. */
static int add_node(struct jvpn_allowedips *table, struct jvpn_allowedips_node *parent,
		    struct jvpn_allowedips_node *node)
{
	struct jvpn_allowedips_node __rcu **slot;
	struct jvpn_allowedips_node *below, *fork, *top = node;
	unsigned int common;

	slot = slot_for(table, parent, node->family, node->bits);
	below = locked(table, *slot);
	if (below) {
		common = min3(common_bits(node->bits, below->bits),
			      (unsigned int)node->prefix_len,
			      (unsigned int)below->prefix_len);
		if (common < node->prefix_len) {
			fork = node_alloc(node->family, node->bits, common);
			if (!fork)
				return -ENOMEM;
			adopt(fork, node);
			top = fork;
		}
		adopt(top, below);
	}
	top->parent = parent;
	rcu_assign_pointer(*slot, top);
	return 0;
}

/* Replaces a node by its only child, or by nothing. */
static void splice_out(struct jvpn_allowedips *table, struct jvpn_allowedips_node *node)
{
	struct jvpn_allowedips_node *child;

	child = locked(table, node->child[0]) ?: locked(table, node->child[1]);
	if (child)
		child->parent = node->parent;
	rcu_assign_pointer(*slot_for(table, node->parent, node->family, node->bits),
			   child);
	kfree_rcu(node, rcu);
}

static bool is_needed(struct jvpn_allowedips *table, struct jvpn_allowedips_node *node)
{
	return locked(table, node->peer) ||
	       (locked(table, node->child[0]) && locked(table, node->child[1]));
}

static void remove_entry(struct jvpn_allowedips *table, struct jvpn_allowedips_node *node)
{
	struct jvpn_allowedips_node *parent = node->parent;

	list_del_init(&node->entry);
	table->count--;
	RCU_INIT_POINTER(node->peer, NULL);
	if (is_needed(table, node))
		return;
	splice_out(table, node);
	/* The fork above may have lost one of its two ways. */
	if (parent && !is_needed(table, parent))
		splice_out(table, parent);
}

static bool valid_prefix(u8 family, unsigned int prefix_len)
{
	return (family == 4 || family == 6) && prefix_len <= family_bits(family);
}

void jvpn_allowedips_init(struct jvpn_allowedips *table, struct mutex *lock)
{
	memset(table, 0, sizeof(*table));
	table->lock = lock;
}

int jvpn_allowedips_insert(struct jvpn_allowedips *table, u8 family, const void *addr,
			   u8 prefix_len, struct jvpn_peer *peer,
			   struct list_head *list)
{
	struct jvpn_allowedips_node *node, *covering;
	struct jvpn_bits bits;
	int err;

	lockdep_assert_held(table->lock);
	if (!valid_prefix(family, prefix_len))
		return -EINVAL;
	bits = truncate_bits(bits_of(family, addr), prefix_len);

	covering = find_covering(table, family, bits, prefix_len);
	if (covering && covering->prefix_len == prefix_len) {
		node = covering;
		if (locked(table, node->peer) == peer)
			return 0;
		if (list_empty(&node->entry))
			table->count++;
		rcu_assign_pointer(node->peer, peer);
	} else {
		node = node_alloc(family, bits, prefix_len);
		if (!node)
			return -ENOMEM;
		RCU_INIT_POINTER(node->peer, peer);
		err = add_node(table, covering, node);
		if (err) {
			kfree(node);
			return err;
		}
		table->count++;
	}
	node->serial = ++table->serial;
	list_move_tail(&node->entry, list);
	return 0;
}

int jvpn_allowedips_remove(struct jvpn_allowedips *table, u8 family, const void *addr,
			   u8 prefix_len, const struct jvpn_peer *peer)
{
	struct jvpn_allowedips_node *node;
	struct jvpn_bits bits;

	lockdep_assert_held(table->lock);
	if (!valid_prefix(family, prefix_len))
		return -EINVAL;
	bits = truncate_bits(bits_of(family, addr), prefix_len);

	node = find_covering(table, family, bits, prefix_len);
	if (!node || node->prefix_len != prefix_len || locked(table, node->peer) != peer)
		return -ENOENT;
	remove_entry(table, node);
	return 0;
}

void jvpn_allowedips_remove_peer(struct jvpn_allowedips *table, struct list_head *list)
{
	struct jvpn_allowedips_node *node, *next;

	lockdep_assert_held(table->lock);
	list_for_each_entry_safe(node, next, list, entry)
		remove_entry(table, node);
}

int jvpn_allowedips_walk(const struct list_head *list, u64 *cursor,
			 int (*show)(const struct jvpn_allowedip *entry, void *arg),
			 void *arg)
{
	const struct jvpn_allowedips_node *node;
	struct jvpn_allowedip shown;
	int err;

	/* Later entries stand later in the list and have greater serials. */
	list_for_each_entry(node, list, entry) {
		if (node->serial <= *cursor)
			continue;
		shown.family = node->family;
		shown.prefix_len = node->prefix_len;
		bits_to_addr(node->bits, shown.addr);
		err = show(&shown, arg);
		if (err)
			return err;
		*cursor = node->serial;
	}
	return 0;
}
