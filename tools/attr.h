/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The attributes of the interface as tables: what each is called and holds.
 * Checking what the kernel sent, JSON, and the texts of refusals all read them.
 */
#ifndef JVPN_TOOL_ATTR_H
#define JVPN_TOOL_ATTR_H

#include <libmnl/libmnl.h>

#include "../include/uapi/linux/jvpn.h"
#include "names.h"

enum attr_kind {
	ATTR_UNKNOWN,		/* also padding: skipped */
	ATTR_FLAG,
	ATTR_U8,
	ATTR_U16,
	ATTR_U32,
	ATTR_U64,
	ATTR_STRING,
	ATTR_KEY,		/* 32 bytes, shown in base64 */
	ATTR_ID,		/* 16 bytes, shown in hex */
	ATTR_IPV4,
	ATTR_IPV6,
	ATTR_NEST,
	ATTR_ENDPOINT,		/* a nest, shown as "address:port" */
	ATTR_PREFIX,		/* a nest, shown as "address/length" */
};

/* What a number counts. */
enum attr_unit {
	UNIT_NONE,
	UNIT_COUNT,
	UNIT_MS,
	UNIT_PERMILLE,
	UNIT_SWITCH,		/* off, on */
	UNIT_ENUM,		/* .names of the value */
	UNIT_MASK,		/* .names of the numbers of its bits */
};

struct attr_set;

struct attr_desc {
	const char *name;	/* as in netlink/jvpn.yaml, with underscores */
	enum attr_kind kind;
	enum attr_unit unit;
	bool many;		/* may come repeatedly */
	bool secret;
	name_fn *names;
	const struct attr_set *set;	/* of a nest */
};

struct attr_set {
	const char *name;
	unsigned int max;
	const struct attr_desc *desc;	/* by attribute number, 0 to max */
};

extern const struct attr_set attr_top, attr_device, attr_peer, attr_path,
	attr_session, attr_policy, attr_event, attr_counter, attr_endpoint,
	attr_allowed_ip;

/* No attribute number of any set is larger: for arrays on the stack. */
#define ATTR_MAX	63

/**
 * attr_check - is a run of attributes well-formed, all nests included?
 * @set: what they are
 * @data: the first
 * @len: bytes; 0 is a run of none
 * @bad: name of the first that is wrong, or NULL; may be NULL itself
 *
 * Numbers that are not in @set are fine: a newer kernel sends more. Everything
 * below this line may be called for what has passed only.
 */
bool attr_check(const struct attr_set *set, const void *data, size_t len,
		const char **bad);

/* Fills tb[0..set->max] with the attributes, the first of each kind, or NULL. */
void attr_index(const struct attr_set *set, const void *data, size_t len,
		const struct nlattr **tb);
/* The same for the inside of a nest; NULL is an empty one. */
void attr_index_nest(const struct attr_set *set, const struct nlattr *nest,
		     const struct nlattr **tb);

/* Steps through a run; @at NULL starts. NULL at the end. */
const struct nlattr *attr_next(const void *data, size_t len,
			       const struct nlattr *at);

/* What it is, or NULL for what this tool does not know. */
const struct attr_desc *attr_desc_of(const struct attr_set *set,
				     const struct nlattr *attr);

/* Value of a number of any width; 0 for NULL. */
u64 attr_number(const struct nlattr *attr);

/**
 * attr_path_at - name the attribute at an offset of a request that was refused
 * @set: what the run of attributes is
 * @data: the run
 * @len: bytes
 * @offset: from @data
 * @out: "device/listen_port", or "" if there is none
 */
void attr_path_at(const struct attr_set *set, const void *data, size_t len,
		  size_t offset, char *out, size_t size);

/* Name of number @type of the nest at @offset (of the run, if 0), or NULL. */
const char *attr_missing_at(const struct attr_set *set, const void *data,
			    size_t len, size_t offset, unsigned int type);

#endif /* JVPN_TOOL_ATTR_H */
