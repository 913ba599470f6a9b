// SPDX-License-Identifier: GPL-2.0
/* Addresses as people write them, and as the interface carries them. */
#include "addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "parse.h"

unsigned int resolve_retries;

static size_t address_len(sa_family_t family)
{
	return family == AF_INET ? 4 : 16;
}

/* Cuts "host" and "port" out of @text, which is a copy that may be written. */
static bool split_port(char *text, char **host, char **port)
{
	char *colon;

	if (*text == '[') {
		char *close = strchr(text, ']');

		if (!close || close[1] != ':')
			return false;
		*close = 0;
		*host = text + 1;
		*port = close + 2;
		return true;
	}
	colon = strrchr(text, ':');
	if (!colon || strchr(text, ':') != colon)
		return false;
	*colon = 0;
	*host = text;
	*port = colon + 1;
	return true;
}

static int resolve(const char *host, int flags, struct endpoint *endpoint,
		   const char **why)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_protocol = IPPROTO_UDP,
		.ai_flags = flags,
	};
	struct addrinfo *found;
	unsigned int tries = 0;
	int err;

	while ((err = getaddrinfo(host, NULL, &hints, &found))) {
		if (err != EAI_AGAIN || flags & AI_NUMERICHOST ||
		    tries++ >= resolve_retries) {
			*why = gai_strerror(err);
			return -EINVAL;
		}
		sleep(tries);
	}
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->family = found->ai_family;
	if (found->ai_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, found->ai_addr, sizeof(in));
		memcpy(endpoint->address, &in.sin_addr, 4);
	} else {
		struct sockaddr_in6 in6;

		memcpy(&in6, found->ai_addr, sizeof(in6));
		memcpy(endpoint->address, &in6.sin6_addr, 16);
		endpoint->scope_id = in6.sin6_scope_id;
	}
	freeaddrinfo(found);
	return 0;
}

/* A numeric address first: nothing numeric is ever looked up. */
static int resolve_host(const char *host, struct endpoint *endpoint,
			const char **why)
{
	if (!resolve(host, AI_NUMERICHOST, endpoint, why))
		return 0;
	return resolve(host, AI_ADDRCONFIG, endpoint, why);
}

int endpoint_parse(const char *text, struct endpoint *endpoint,
		   const char **why)
{
	char copy[NI_MAXHOST + 16], *host, *port;
	u32 number;

	*why = "not of the form ADDRESS:PORT or [IPV6-ADDRESS]:PORT";
	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, strlen(text) + 1);
	if (!split_port(copy, &host, &port) || !*host)
		return -EINVAL;
	if (parse_u32(port, 1, 65535, &number)) {
		*why = "the port is not a number from 1 to 65535";
		return -EINVAL;
	}
	if (resolve_host(host, endpoint, why))
		return -EINVAL;
	endpoint->port = number;
	return 0;
}

int address_parse(const char *text, struct endpoint *endpoint,
		  const char **why)
{
	char copy[INET6_ADDRSTRLEN + IF_NAMESIZE + 4];
	size_t len = strlen(text);

	*why = "not an IPv4 or IPv6 address";
	if (len >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, len + 1);
	if (*copy == '[' && copy[len - 1] == ']') {
		copy[len - 1] = 0;
		memmove(copy, copy + 1, len - 1);
	}
	if (resolve(copy, AI_NUMERICHOST, endpoint, why)) {
		*why = "not an IPv4 or IPv6 address";
		return -EINVAL;
	}
	return 0;
}

static void clear_host_bits(struct prefix *prefix)
{
	size_t i, len = address_len(prefix->family);

	for (i = 0; i < len; i++) {
		unsigned int kept = prefix->cidr > 8 * i ?
				    prefix->cidr - 8 * i : 0;

		if (kept < 8)
			prefix->address[i] &= (u8)(0xff00 >> kept);
	}
}

int prefix_parse(const char *text, struct prefix *prefix, const char **why)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char copy[INET6_ADDRSTRLEN];
	u32 cidr;

	*why = "not of the form ADDRESS/LENGTH";
	if (len >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, len);
	copy[len] = 0;
	memset(prefix, 0, sizeof(*prefix));
	prefix->family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(prefix->family, copy, prefix->address) != 1)
		return -EINVAL;
	cidr = 8 * address_len(prefix->family);
	if (slash && parse_u32(slash + 1, 0, cidr, &cidr)) {
		*why = "the length is not a number, or is too large";
		return -EINVAL;
	}
	prefix->cidr = cidr;
	clear_host_bits(prefix);
	return 0;
}

const char *endpoint_format(char out[ENDPOINT_TEXT_SIZE],
			    const struct endpoint *endpoint)
{
	char address[INET6_ADDRSTRLEN], scope[IF_NAMESIZE + 12] = "";
	char port[8] = "";
	bool v6 = endpoint->family == AF_INET6;

	if (!inet_ntop(endpoint->family, endpoint->address, address,
		       sizeof(address)))
		return memcpy(out, "none", sizeof("none"));
	if (endpoint->scope_id)
		snprintf(scope, sizeof(scope), "%%%u", endpoint->scope_id);
	if (endpoint->port)
		snprintf(port, sizeof(port), ":%u", endpoint->port);
	snprintf(out, ENDPOINT_TEXT_SIZE, "%s%s%s%s%s",
		 v6 && endpoint->port ? "[" : "", address, scope,
		 v6 && endpoint->port ? "]" : "", port);
	return out;
}

const char *prefix_format(char out[PREFIX_TEXT_SIZE],
			  const struct prefix *prefix)
{
	char address[INET6_ADDRSTRLEN];

	if (!inet_ntop(prefix->family, prefix->address, address,
		       sizeof(address)))
		return memcpy(out, "none", sizeof("none"));
	snprintf(out, PREFIX_TEXT_SIZE, "%s/%u", address, prefix->cidr);
	return out;
}

bool endpoint_from_attr(const struct nlattr *nest, struct endpoint *endpoint)
{
	const struct nlattr *tb[ATTR_MAX + 1], *address;

	memset(endpoint, 0, sizeof(*endpoint));
	attr_index_nest(&attr_endpoint, nest, tb);
	address = tb[JVPN_ENDPOINT_A_IPV4];
	endpoint->family = AF_INET;
	if (!address) {
		address = tb[JVPN_ENDPOINT_A_IPV6];
		endpoint->family = AF_INET6;
	}
	if (!address) {
		endpoint->family = 0;
		return false;
	}
	memcpy(endpoint->address, mnl_attr_get_payload(address),
	       address_len(endpoint->family));
	endpoint->port = attr_number(tb[JVPN_ENDPOINT_A_PORT]);
	endpoint->scope_id = attr_number(tb[JVPN_ENDPOINT_A_SCOPE_ID]);
	return true;
}

bool prefix_from_attr(const struct nlattr *nest, struct prefix *prefix)
{
	const struct nlattr *tb[ATTR_MAX + 1], *address;

	memset(prefix, 0, sizeof(*prefix));
	attr_index_nest(&attr_allowed_ip, nest, tb);
	address = tb[JVPN_ALLOWED_IP_A_IPV4];
	prefix->family = AF_INET;
	if (!address) {
		address = tb[JVPN_ALLOWED_IP_A_IPV6];
		prefix->family = AF_INET6;
	}
	if (!address)
		return false;
	memcpy(prefix->address, mnl_attr_get_payload(address),
	       address_len(prefix->family));
	prefix->cidr = attr_number(tb[JVPN_ALLOWED_IP_A_CIDR]);
	return true;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->family == b->family && a->port == b->port &&
	       a->scope_id == b->scope_id &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return a->family == b->family && a->cidr == b->cidr &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}
