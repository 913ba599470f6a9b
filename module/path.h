/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A path: one way to reach the peer. Endpoints, the objects that bind a session
 * to one, path tokens.
 */
#ifndef _JVPN_PATH_H
#define _JVPN_PATH_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/rcupdate.h>
#include <net/dst_cache.h>

#include "control.h"
#include "health.h"

struct jvpn_device;
struct jvpn_session;

/* A tuple as the transport needs it. */
struct jvpn_endpoint {
	union {
		struct sockaddr remote;		/* sa_family 0: none */
		struct sockaddr_in remote4;
		struct sockaddr_in6 remote6;	/* sin6_scope_id for link-local */
	};
	union {
		struct in_addr local4;		/* zero: the route decides */
		struct in6_addr local6;
	};
	int ifindex;				/* leave by this one only; 0: the route decides */
	bool hopped;				/* from the device's second port */
};

/* A candidate as the operator configured it. */
struct jvpn_path_config {
	bool used;
	u8 transport;				/* enum jvpn_transport */
	u8 priority;
	struct jvpn_endpoint endpoint;
};

/* A path of a session; under the session's lock but for what health.h exempts. */
struct jvpn_path {
	struct jvpn_health health;
	struct jvpn_endpoint endpoint;
	u8 local_used[16];			/* source address the route last gave */
	int oif_used;				/* interface the route last gave */
	u32 status;				/* bits of enum jvpn_path_status */
	u32 mtu;				/* longest inner packet proven; 0: nothing known */
	u32 full_seq;				/* the last heartbeat of full length */
	u32 full_mtu;				/* inner packet of that length */
	u64 validated_until_ns;
	u64 failed_ns;				/* last death, or refusal; 0: never */
	u8 token_received[JVPN_TOKEN_LEN];	/* the peer's, to be echoed */
	bool token_known;
	u8 id;
	u8 priority;
	u8 transport;
	bool used;
	bool probe_full;			/* the last probe was of full length */
	u8 full_tries;				/* so many were */
	bool lost_now;				/* its link or address goes in this very walk */
	struct jvpn_addr observed;		/* ourselves, as the peer last reported here */
};

/*
 * What the hot path sends by. Once published only payload_max changes: a switch
 * is a new object.
 */
struct jvpn_binding {
	struct jvpn_endpoint endpoint;
	struct dst_cache dst_cache;
	struct jvpn_health *health;		/* of its path, inside the session */
	u16 payload_max;			/* of a datagram; 0: as the route says */
	u8 path_id;
	struct rcu_head rcu;
};

/* Softirq or process; NULL without memory. */
struct jvpn_binding *jvpn_binding_create(const struct jvpn_endpoint *endpoint, u8 path_id);
/* Frees after a grace period. NULL is fine. */
void jvpn_binding_free(struct jvpn_binding *binding);

bool jvpn_endpoint_same_remote(const struct jvpn_endpoint *a, const struct jvpn_endpoint *b);
/* enum jvpn_transport of the datagrams that go there. */
u8 jvpn_endpoint_transport(const struct jvpn_endpoint *endpoint);

void jvpn_endpoint_remote(const struct jvpn_endpoint *endpoint, struct jvpn_addr *addr);
void jvpn_endpoint_local(const struct jvpn_endpoint *endpoint, u16 port, struct jvpn_addr *addr);
/* From which of the device's ports datagrams to there leave; host order. */
u16 jvpn_endpoint_port(const struct jvpn_device *device, const struct jvpn_endpoint *endpoint);

/* The slot whose token is given out now. */
u64 jvpn_token_slot(u64 now_ns);

/**
 * jvpn_path_token - what proves that a tuple receives
 * @device: whose secret
 * @session_id: 16 bytes
 * @endpoint: remote address and port are what the token is bound to
 * @slot: number of the 60 s slot, boot clock
 * @token: 16 bytes out
 *
 * Context: any up to softirq.
 */
void jvpn_path_token(struct jvpn_device *device, const u8 *session_id,
		     const struct jvpn_endpoint *endpoint, u64 slot, u8 *token);

/* Is this the tuple's token of the current or the previous slot? Constant time. */
bool jvpn_path_token_valid(struct jvpn_device *device, const u8 *session_id,
			   const struct jvpn_endpoint *endpoint, u64 now_ns, const u8 *token);

#endif /* _JVPN_PATH_H */
