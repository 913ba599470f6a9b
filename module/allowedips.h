/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Longest-prefix match from an inner address to a peer: one binary tree per
 * family in which chains without a fork are skipped. Readers run under RCU and
 * take no lock; writers are serialised by the caller's mutex.
 */
#ifndef _JVPN_ALLOWEDIPS_H
#define _JVPN_ALLOWEDIPS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct jvpn_peer;
struct jvpn_allowedips_node;

/**
 * struct jvpn_allowedips - all allowed addresses of a device
 * @root4: tree of IPv4 prefixes
 * @root6: tree of IPv6 prefixes
 * @lock: the mutex that serialises writers
 * @serial: number of the entry put in last
 * @count: entries
 */
struct jvpn_allowedips {
	struct jvpn_allowedips_node __rcu *root4;
	struct jvpn_allowedips_node __rcu *root6;
	struct mutex *lock;	/* the device's */
	u64 serial;
	u32 count;
};

/* An entry as netlink shows it. */
struct jvpn_allowedip {
	u8 family;		/* 4 or 6 */
	u8 prefix_len;		/* bits */
	u8 addr[16];		/* network byte order; IPv4 in the first four */
};

/**
 * jvpn_allowedips_init - an empty table
 * @table: filled in
 * @lock: the mutex under which it will be changed
 */
void jvpn_allowedips_init(struct jvpn_allowedips *table, struct mutex *lock);

/**
 * jvpn_allowedips_insert - give a prefix to a peer
 * @table: the device's
 * @family: 4 or 6
 * @addr: 4 or 16 bytes in network byte order; bits past the prefix are ignored
 * @prefix_len: bits
 * @peer: who gets it
 * @list: @peer's own list of entries, in the order in which it got them
 *
 * A prefix that another peer has moves: at every moment a reader finds the one
 * or the other, never none.
 *
 * Context: process, table->lock held.
 * Return: 0; -EINVAL for a bad family or length; -ENOMEM, nothing is changed.
 */
int jvpn_allowedips_insert(struct jvpn_allowedips *table, u8 family, const void *addr,
			   u8 prefix_len, struct jvpn_peer *peer,
			   struct list_head *list);

/**
 * jvpn_allowedips_remove - take a prefix from a peer
 * @table: the device's
 * @family: 4 or 6
 * @addr: 4 or 16 bytes in network byte order
 * @prefix_len: bits
 * @peer: from whom; a prefix that another peer has is left alone
 *
 * Context: process, table->lock held.
 * Return: 0; -ENOENT; -EINVAL.
 */
int jvpn_allowedips_remove(struct jvpn_allowedips *table, u8 family, const void *addr,
			   u8 prefix_len, const struct jvpn_peer *peer);

/**
 * jvpn_allowedips_remove_peer - take all prefixes from a peer
 * @table: the device's
 * @list: the peer's; empty afterwards
 *
 * Readers may find the peer until a grace period has passed: it is to be freed
 * after one.
 *
 * Context: process, table->lock held.
 */
void jvpn_allowedips_remove_peer(struct jvpn_allowedips *table,
				 struct list_head *list);

/**
 * jvpn_allowedips_lookup4 - whose is an IPv4 address?
 * @table: the device's
 * @addr: inner address
 *
 * Context: RCU read side; the peer is valid as long as that lasts.
 * Return: the peer with the longest matching prefix, or NULL.
 */
struct jvpn_peer *jvpn_allowedips_lookup4(const struct jvpn_allowedips *table,
					  __be32 addr);

/**
 * jvpn_allowedips_lookup6 - whose is an IPv6 address?
 * @table: the device's
 * @addr: inner address, 16 bytes in network byte order
 *
 * Context: RCU read side; the peer is valid as long as that lasts.
 * Return: the peer with the longest matching prefix, or NULL.
 */
struct jvpn_peer *jvpn_allowedips_lookup6(const struct jvpn_allowedips *table,
					  const void *addr);

/**
 * jvpn_allowedips_walk - show the entries of a peer, across dump messages
 * @list: the peer's
 * @cursor: 0 to begin; goes on from where it was left, maybe much later
 * @show: called for each entry; an error ends the walk, and the next one begins
 *	with the entry that was refused
 * @arg: for @show
 *
 * An entry that is there all the time is shown exactly once, whatever else is
 * put in or taken out between two walks.
 *
 * Context: process, table->lock held.
 * Return: 0 when the last entry was shown, else the error of @show.
 */
int jvpn_allowedips_walk(const struct list_head *list, u64 *cursor,
			 int (*show)(const struct jvpn_allowedip *entry, void *arg),
			 void *arg);

#endif /* _JVPN_ALLOWEDIPS_H */
