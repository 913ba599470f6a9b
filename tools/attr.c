// SPDX-License-Identifier: GPL-2.0
/* Checking and reading runs of attributes by the tables of attr_tables.c. */
#include "attr.h"

#include <stdio.h>

const struct attr_desc *attr_desc_of(const struct attr_set *set,
				     const struct nlattr *attr)
{
	unsigned int type = mnl_attr_get_type(attr);

	if (type > set->max || set->desc[type].kind == ATTR_UNKNOWN)
		return NULL;
	return &set->desc[type];
}

static bool is_nest(const struct attr_desc *desc)
{
	return desc->set;
}

const struct nlattr *attr_next(const void *data, size_t len,
			       const struct nlattr *at)
{
	const u8 *end, *next = data;

	if (!len)
		return NULL;
	end = next + len;
	if (at)
		next = (const u8 *)at + MNL_ALIGN(at->nla_len);
	if (next >= end || !mnl_attr_ok((const struct nlattr *)next,
					end - next))
		return NULL;
	return (const struct nlattr *)next;
}

static bool length_fits(enum attr_kind kind, const struct nlattr *attr)
{
	static const u8 sizes[] = {
		[ATTR_U8] = 1,	 [ATTR_U16] = 2,  [ATTR_U32] = 4,
		[ATTR_U64] = 8,	 [ATTR_KEY] = 32, [ATTR_ID] = 16,
		[ATTR_IPV4] = 4, [ATTR_IPV6] = 16,
	};
	size_t len = mnl_attr_get_payload_len(attr);

	switch (kind) {
	case ATTR_STRING:
		return len > 0;
	case ATTR_NEST:
	case ATTR_ENDPOINT:
	case ATTR_PREFIX:
		return true;
	case ATTR_FLAG:
		return len == 0;
	default:
		return len == sizes[kind];
	}
}

bool attr_check(const struct attr_set *set, const void *data, size_t len,
		const char **bad)
{
	const struct nlattr *attr = NULL, *last = NULL;
	size_t used;

	if (bad)
		*bad = NULL;
	while ((attr = attr_next(data, len, attr))) {
		const struct attr_desc *desc = attr_desc_of(set, attr);

		last = attr;
		if (!desc)
			continue;
		if (bad)
			*bad = desc->name;
		if (!length_fits(desc->kind, attr))
			return false;
		if (is_nest(desc) &&
		    !attr_check(desc->set, mnl_attr_get_payload(attr),
				mnl_attr_get_payload_len(attr), bad))
			return false;
		if (bad)
			*bad = NULL;
	}
	/* What is left over is too short, or claims to be too long. */
	used = last ? (const u8 *)last - (const u8 *)data +
		      MNL_ALIGN(last->nla_len) : 0;
	return used >= len;
}

void attr_index(const struct attr_set *set, const void *data, size_t len,
		const struct nlattr **tb)
{
	const struct nlattr *attr = NULL;

	memset(tb, 0, (set->max + 1) * sizeof(*tb));
	while ((attr = attr_next(data, len, attr))) {
		unsigned int type = mnl_attr_get_type(attr);

		if (attr_desc_of(set, attr) && !tb[type])
			tb[type] = attr;
	}
}

void attr_index_nest(const struct attr_set *set, const struct nlattr *nest,
		     const struct nlattr **tb)
{
	if (nest)
		attr_index(set, mnl_attr_get_payload(nest),
			   mnl_attr_get_payload_len(nest), tb);
	else
		attr_index(set, NULL, 0, tb);
}

u64 attr_number(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		return mnl_attr_get_u64(attr); /* copies: alignment is 4 */
	default:
		return 0;
	}
}

/* Where a position in a run leads: the set it lies in and the way to it. */
struct found {
	const struct attr_set *set;	/* of what is inside, or NULL */
	char *out;
	size_t size;
};

static bool find_offset(const struct attr_set *set, const void *data,
			size_t len, const void *target, struct found *found)
{
	const struct nlattr *attr = NULL;

	while ((attr = attr_next(data, len, attr))) {
		const struct attr_desc *desc = attr_desc_of(set, attr);
		const u8 *end = (const u8 *)attr + attr->nla_len;
		int n;

		if ((const void *)attr > target || target >= (const void *)end)
			continue;
		if (!desc)
			return false;
		n = snprintf(found->out, found->size, "%s", desc->name);
		found->set = is_nest(desc) ? desc->set : NULL;
		if (target == (const void *)attr)
			return true;
		if (!found->set || n < 0 || (size_t)n + 1 >= found->size)
			return false;
		found->out[n] = '/';
		found->out += n + 1;
		found->size -= n + 1;
		return find_offset(desc->set, mnl_attr_get_payload(attr),
				   mnl_attr_get_payload_len(attr), target,
				   found);
	}
	return false;
}

void attr_path_at(const struct attr_set *set, const void *data, size_t len,
		  size_t offset, char *out, size_t size)
{
	struct found found = { NULL, out, size };

	if (!find_offset(set, data, len, (const u8 *)data + offset, &found))
		*out = 0;
}

const char *attr_missing_at(const struct attr_set *set, const void *data,
			    size_t len, size_t offset, unsigned int type)
{
	char ignored[64];
	struct found found = { set, ignored, sizeof(ignored) };

	if (offset && !find_offset(set, data, len, (const u8 *)data + offset,
				   &found))
		return NULL;
	if (!found.set || type > found.set->max)
		return NULL;
	return found.set->desc[type].name;
}
