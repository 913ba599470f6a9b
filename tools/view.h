/* SPDX-License-Identifier: GPL-2.0 */
/* A device as the kernel shows it: peers with their paths and sessions. */
#ifndef JVPN_TOOL_VIEW_H
#define JVPN_TOOL_VIEW_H

#include <net/if.h>

#include "nl.h"

/* One object of a dump, with the key of the peer it belongs to. */
struct view_item {
	const u8 *key;			/* 32 bytes */
	u8 order;			/* path id */
	const struct nlattr *nest;
};

struct view_items {
	struct view_item *item;		/* sorted by key, then order */
	size_t count;
};

/* A peer; one whose addresses fill several messages has several nests. */
struct view_peer {
	const u8 *key;
	const struct nlattr *const *nest;
	size_t nests;
	const struct view_item *path;	/* configured candidates */
	size_t paths;
	const struct view_item *session;	/* NULL without one */
};

struct view {
	char ifname[IF_NAMESIZE];
	u32 ifindex;
	const struct nlattr *device;	/* nest */
	struct view_peer *peer;
	size_t peers;
	struct view_items sessions;
	struct view_items paths;

	struct msgs messages[4];	/* what all of it points into */
	const struct nlattr **nests;
};

/**
 * view_load - read a device and everything on it
 * @nl: open connection
 * @view: free with view_free(), also after errors
 * @name: of the device, or NULL
 * @ifindex: if there is no name
 *
 * Return: exit code, after having said why.
 */
int view_load(struct nl *nl, struct view *view, const char *name, u32 ifindex);
void view_free(struct view *view);

/* NULL if the device has no such peer. */
const struct view_peer *view_find_peer(const struct view *view, const u8 *key);
/* The session with this id, or the peer's; NULL if there is none. */
const struct view_item *view_find_session(const struct view *view,
					  const u8 *id, const u8 *key);

/* All devices, as DEVICE_GET messages; exit code. */
int view_devices(struct nl *nl, struct msgs *devices);

/**
 * view_each - do something for one device, or for each there is
 * @name: the one, or NULL
 * @fn: gets what view_load() read; exit code
 */
int view_each(struct nl *nl, const char *name,
	      int (*fn)(const struct view *view, void *data), void *data);

/* The name of an interface of this namespace, or "#number". */
const char *ifname_of(u32 ifindex, char out[IF_NAMESIZE + 8]);

#endif /* JVPN_TOOL_VIEW_H */
