/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses as people write them, and as the interface carries them. */
#ifndef JVPN_TOOL_ADDR_H
#define JVPN_TOOL_ADDR_H

#include <netinet/in.h>

#include "attr.h"

/* An outer address and port; family 0 is none. */
struct endpoint {
	sa_family_t family;
	u8 address[16];		/* 4 of them for AF_INET */
	u16 port;
	u32 scope_id;
};

/* An inner address range. */
struct prefix {
	sa_family_t family;
	u8 address[16];
	u8 cidr;
};

/* "[address%interface]:port" */
#define ENDPOINT_TEXT_SIZE	96
#define PREFIX_TEXT_SIZE	64

/* How often a name that cannot be resolved for now is tried again. */
extern unsigned int resolve_retries;

/**
 * endpoint_parse - read "address:port", "[address]:port" or "name:port"
 * @text: names are resolved here and now, the first answer counts
 * @endpoint: filled on success
 * @why: what is wrong, a constant text
 */
int endpoint_parse(const char *text, struct endpoint *endpoint,
		   const char **why);

/* Read "address" alone, in brackets or not; the port becomes 0. */
int address_parse(const char *text, struct endpoint *endpoint,
		  const char **why);

/* "address/length" or "address"; bits beyond the length are cleared. */
int prefix_parse(const char *text, struct prefix *prefix, const char **why);

/* "address:port", or "address" if the port is 0. */
const char *endpoint_format(char out[ENDPOINT_TEXT_SIZE],
			    const struct endpoint *endpoint);
const char *prefix_format(char out[PREFIX_TEXT_SIZE],
			  const struct prefix *prefix);

/* From a nest that was checked; false if it holds no address. NULL is none. */
bool endpoint_from_attr(const struct nlattr *nest, struct endpoint *endpoint);
bool prefix_from_attr(const struct nlattr *nest, struct prefix *prefix);

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
bool prefix_equal(const struct prefix *a, const struct prefix *b);

#endif /* JVPN_TOOL_ADDR_H */
