/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the room of netlink: requests, dumps, what may be asked, what is
 * answered. One file for each topic: netlink_device.c, _peer.c, _path.c,
 * _session.c, _policy.c, _event.c; netlink_schema.c knows the attributes.
 */
#ifndef _JVPN_NETLINK_PRIV_H
#define _JVPN_NETLINK_PRIV_H

#include <linux/bits.h>
#include <net/genetlink.h>

#include "device.h"
#include "event.h"
#include "netlink.h"
#include "peer.h"
#include "session.h"

/* Longest name of a preset. */
#define JVPN_NL_PRESET_LEN	31

/* The largest set of attributes that a command's nest may be parsed by. */
#define JVPN_NL_NEST_MAX	JVPN_EVENT_A_MAX
/* Room for an event with everything in it. */
#define JVPN_NL_EVENT_SIZE	1024

/* ---- netlink_schema.c ---- */

struct jvpn_nl_set;

/* An attribute as messages name it; @nest: what stands in it. */
struct jvpn_nl_name {
	const char *name;
	const struct jvpn_nl_set *nest;
};

/* A set of attributes. */
struct jvpn_nl_set {
	const struct jvpn_nl_name *attr;
	unsigned int max;
};

extern const struct jvpn_nl_set jvpn_nl_top_set;
extern const struct nla_policy jvpn_nl_top_policy[JVPN_A_MAX + 1];

struct jvpn_nl_request;
struct jvpn_nl_dump;

/**
 * struct jvpn_nl_command - what the family knows of a command
 * @name: as in the UAPI, lower case
 * @nest: the one nest it takes, JVPN_A_...; 0 for none
 * @policy: of that nest: what is not in it is refused
 * @required: bits of attributes of the nest that must be there
 * @any_device: the dump shows all devices if none is named
 * @doit: with the device locked
 * @start: begins a dump: looks at its request; may be NULL
 * @dumpit: writes objects, with the device locked; 0 when there are no more,
 *	    -EMSGSIZE to be called again with a new message
 */
struct jvpn_nl_command {
	const char *name;
	u16 nest;
	const struct nla_policy *policy;
	u64 required;
	bool any_device;
	int (*doit)(struct jvpn_nl_request *request);
	int (*start)(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump);
	int (*dumpit)(struct jvpn_nl_dump *dump, struct jvpn_device *device);
};

extern const struct jvpn_nl_command jvpn_nl_commands[JVPN_CMD_MAX + 1];

/* ---- netlink.c ---- */

/* A request that passed validation. */
struct jvpn_nl_request {
	const struct jvpn_nl_command *command;
	const struct nlmsghdr *nlh;
	struct netlink_ext_ack *extack;
	struct genl_info *info;			/* not for dumps */
	struct jvpn_device *device;		/* locked */
	struct nlattr *top[JVPN_A_MAX + 1];
	struct nlattr *nest;			/* the command's, or NULL */
	struct nlattr *tb[JVPN_NL_NEST_MAX + 1]; /* what stands in it */
};

/* A dump, from its request to its last message. Holds no reference on the device. */
struct jvpn_nl_dump {
	const struct jvpn_nl_command *command;
	struct sk_buff *skb;			/* message being filled, and */
	struct netlink_callback *cb;		/* its request: in dumpit only */
	int ifindex;				/* the device; 0: all */
	struct jvpn_peer *peer;			/* last one shown, referenced */
	bool one_peer;				/* only the one with this key */
	u8 peer_key[JVPN_PUBLIC_KEY_LEN];
	u64 allowedip;				/* cursor within the next peer's, if that is */
	u64 partial;				/* still the one with this serial */
	u8 path;				/* the next peer's next path */
	u64 seq;				/* next event */
	u64 seq_end;				/* last event */
	bool of_history;			/* events of these only: */
	struct jvpn_event_history *history[JVPN_PEER_HISTORIES]; /* referenced */
	unsigned int histories;
	struct jvpn_event_lost lost;		/* to be said with the next event */
	struct jvpn_session_info info;		/* too large for the stack */
};

/**
 * jvpn_nl_refuse - say why a request is refused
 * @extack: where to
 * @attr: which attribute it is about, or NULL
 * @err: negative error number
 * @fmt: the words, at most 79 characters
 *
 * Return: @err.
 */
__printf(4, 5)
int jvpn_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int err,
		   const char *fmt, ...);

/**
 * jvpn_nl_transport_admin - may the caller decide about the sockets' namespace?
 * @request: about a device; the module's policy of GENL_UNS_ADMIN_PERM was passed
 * @attr: what needs it
 * @name: of the attribute, for the answer
 *
 * A device may have been moved to a namespace whose root is nobody where its
 * sockets are: ports, marks and interfaces there are not his to choose.
 *
 * Return: 0 or -EPERM, said in the extended ack.
 */
int jvpn_nl_transport_admin(struct jvpn_nl_request *request, const struct nlattr *attr,
			    const char *name);

/* The peer whose key stands in this attribute of the nest: a reference, or ERR_PTR. */
struct jvpn_peer *jvpn_nl_peer(struct jvpn_nl_request *request, unsigned int attr);

/* The session of a peer: a reference, or NULL. */
struct jvpn_session *jvpn_nl_session(struct jvpn_peer *peer);

/* An answer to a request: begin, put, end (which sends it unless @err). */
struct sk_buff *jvpn_nl_reply_begin(struct jvpn_nl_request *request, void **header);
int jvpn_nl_reply_end(struct jvpn_nl_request *request, struct sk_buff *skb, void *header,
		      int err);

/* The header of one object of a dump, or NULL when the message is full. */
void *jvpn_nl_dump_begin(struct jvpn_nl_dump *dump);
/* Ends the object, or takes it back if @err. Returns @err. */
int jvpn_nl_dump_end(struct jvpn_nl_dump *dump, void *header, int err);

/* The peer behind the last one shown, or NULL; no reference, device locked. */
struct jvpn_peer *jvpn_nl_dump_peer(struct jvpn_nl_dump *dump, struct jvpn_device *device);
/* This peer was shown completely. */
void jvpn_nl_dump_peer_done(struct jvpn_nl_dump *dump, struct jvpn_peer *peer);
/* For start: show only the peer whose key stands in this attribute, if it is there. */
int jvpn_nl_dump_filter(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump,
			unsigned int attr);

/* Interface of the device: index and name, or -EMSGSIZE. */
int jvpn_nl_put_device_name(struct sk_buff *skb, const struct jvpn_device *device);

/* Several numbers of one kind; -EMSGSIZE when they do not fit. */
struct jvpn_nl_number {
	u16 attr;
	u64 value;
};

int jvpn_nl_put_u8s(struct sk_buff *skb, const struct jvpn_nl_number *number,
		    unsigned int count);
int jvpn_nl_put_u32s(struct sk_buff *skb, const struct jvpn_nl_number *number,
		     unsigned int count);
int jvpn_nl_put_u64s(struct sk_buff *skb, const struct jvpn_nl_number *number,
		     unsigned int count, u16 pad);

/* An address and port as a nest; nothing for family 0. */
int jvpn_nl_put_endpoint(struct sk_buff *skb, u16 attr, const struct jvpn_addr *addr,
			 u32 scope_id);

/* ---- one topic each ---- */

int jvpn_nl_device_get(struct jvpn_nl_request *request);
int jvpn_nl_device_set(struct jvpn_nl_request *request);
int jvpn_nl_device_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device);

int jvpn_nl_peer_set(struct jvpn_nl_request *request);
int jvpn_nl_peer_del(struct jvpn_nl_request *request);
int jvpn_nl_peer_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump);
int jvpn_nl_peer_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device);

int jvpn_nl_path_add(struct jvpn_nl_request *request);
int jvpn_nl_path_del(struct jvpn_nl_request *request);
int jvpn_nl_path_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump);
int jvpn_nl_path_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device);

int jvpn_nl_session_get(struct jvpn_nl_request *request);
int jvpn_nl_session_switch(struct jvpn_nl_request *request);
int jvpn_nl_session_terminate(struct jvpn_nl_request *request);
int jvpn_nl_session_drill(struct jvpn_nl_request *request);
int jvpn_nl_session_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump);
int jvpn_nl_session_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device);

int jvpn_nl_policy_get(struct jvpn_nl_request *request);
int jvpn_nl_policy_set(struct jvpn_nl_request *request);

int jvpn_nl_event_start(struct jvpn_nl_request *request, struct jvpn_nl_dump *dump);
int jvpn_nl_event_dump(struct jvpn_nl_dump *dump, struct jvpn_device *device);
void jvpn_nl_event_done(struct jvpn_nl_dump *dump);
/* @lost: what is missing before this one; NULL where nothing was asked for. */
int jvpn_nl_put_event(struct sk_buff *skb, struct jvpn_device *device,
		      const struct jvpn_event *event, const struct jvpn_event_lost *lost);

#endif /* _JVPN_NETLINK_PRIV_H */
