// SPDX-License-Identifier: GPL-2.0
/* Endpoints, bindings, path tokens. */
#include <crypto/algapi.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "device.h"
#include "path.h"

struct jvpn_binding *jvpn_binding_create(const struct jvpn_endpoint *endpoint, u8 path_id)
{
	struct jvpn_binding *binding = kzalloc(sizeof(*binding), GFP_ATOMIC);

	if (!binding)
		return NULL;
	if (dst_cache_init(&binding->dst_cache, GFP_ATOMIC)) {
		kfree(binding);
		return NULL;
	}
	binding->endpoint = *endpoint;
	binding->path_id = path_id;
	return binding;
}

static void binding_free_rcu(struct rcu_head *rcu)
{
	struct jvpn_binding *binding = container_of(rcu, struct jvpn_binding, rcu);

	dst_cache_destroy(&binding->dst_cache);
	kfree(binding);
}

void jvpn_binding_free(struct jvpn_binding *binding)
{
	if (binding)
		call_rcu(&binding->rcu, binding_free_rcu);
}

bool jvpn_endpoint_same_remote(const struct jvpn_endpoint *a, const struct jvpn_endpoint *b)
{
	if (a->remote.sa_family != b->remote.sa_family)
		return false;
	switch (a->remote.sa_family) {
	case AF_INET:
		return a->remote4.sin_port == b->remote4.sin_port &&
		       a->remote4.sin_addr.s_addr == b->remote4.sin_addr.s_addr;
	case AF_INET6:
		return a->remote6.sin6_port == b->remote6.sin6_port &&
		       a->remote6.sin6_scope_id == b->remote6.sin6_scope_id &&
		       ipv6_addr_equal(&a->remote6.sin6_addr, &b->remote6.sin6_addr);
	}
	return false;
}

u8 jvpn_endpoint_transport(const struct jvpn_endpoint *endpoint)
{
	return endpoint->remote.sa_family == AF_INET6 ? JVPN_TRANSPORT_UDP6 : JVPN_TRANSPORT_UDP4;
}

void jvpn_endpoint_remote(const struct jvpn_endpoint *endpoint, struct jvpn_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	switch (endpoint->remote.sa_family) {
	case AF_INET:
		addr->family = 4;
		addr->port = ntohs(endpoint->remote4.sin_port);
		memcpy(addr->addr, &endpoint->remote4.sin_addr, 4);
		break;
	case AF_INET6:
		addr->family = 6;
		addr->port = ntohs(endpoint->remote6.sin6_port);
		memcpy(addr->addr, &endpoint->remote6.sin6_addr, 16);
		break;
	}
}

u16 jvpn_endpoint_port(const struct jvpn_device *device, const struct jvpn_endpoint *endpoint)
{
	return READ_ONCE(*(endpoint->hopped ? &device->hop_port : &device->listen_port));
}

void jvpn_endpoint_local(const struct jvpn_endpoint *endpoint, u16 port, struct jvpn_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	switch (endpoint->remote.sa_family) {
	case AF_INET:
		addr->family = 4;
		memcpy(addr->addr, &endpoint->local4, 4);
		break;
	case AF_INET6:
		addr->family = 6;
		memcpy(addr->addr, &endpoint->local6, 16);
		break;
	default:
		return;
	}
	addr->port = port;
}

u64 jvpn_token_slot(u64 now_ns)
{
	return div64_u64(now_ns, JVPN_TOKEN_SLOT_NS);
}

void jvpn_path_token(struct jvpn_device *device, const u8 *session_id,
		     const struct jvpn_endpoint *endpoint, u64 slot, u8 *token)
{
	struct jvpn_wire_endpoint tuple;
	__le64 slot_le = cpu_to_le64(slot);
	struct jvpn_addr addr;
	const struct jvpn_piece pieces[] = {
		{ "jvpn 1 path", 11 },
		{ session_id, JVPN_ID_LEN },
		{ &tuple, sizeof(tuple) },
		{ &slot_le, sizeof(slot_le) },
	};

	jvpn_endpoint_remote(endpoint, &addr);
	jvpn_addr_to_wire(&addr, &tuple);
	jvpn_hmac(&device->token_key, token, JVPN_TOKEN_LEN, pieces, ARRAY_SIZE(pieces));
}

bool jvpn_path_token_valid(struct jvpn_device *device, const u8 *session_id,
			   const struct jvpn_endpoint *endpoint, u64 now_ns, const u8 *token)
{
	u64 slot = jvpn_token_slot(now_ns);
	u8 expected[JVPN_TOKEN_LEN];
	bool valid;

	jvpn_path_token(device, session_id, endpoint, slot, expected);
	valid = !crypto_memneq(expected, token, JVPN_TOKEN_LEN);
	if (!valid && slot) {
		jvpn_path_token(device, session_id, endpoint, slot - 1, expected);
		valid = !crypto_memneq(expected, token, JVPN_TOKEN_LEN);
	}
	return valid;
}
