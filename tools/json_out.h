/* SPDX-License-Identifier: GPL-2.0 */
/* JSON output, over json-c. */
#ifndef JVPN_TOOL_JSON_OUT_H
#define JVPN_TOOL_JSON_OUT_H

#include <json-c/json.h>

#include "attr.h"

/* A string that is valid UTF-8 whatever the bytes are. */
struct json_object *json_text(const char *text, size_t len);

/* Adds @value, which passes over to @object; runs out of memory loudly. */
void json_add(struct json_object *object, const char *key,
	      struct json_object *value);
void json_add_text(struct json_object *object, const char *key,
		   const char *text);
void json_add_u64(struct json_object *object, const char *key, u64 value);

/* An empty array under @key if nothing is there. */
void json_need_array(struct json_object *object, const char *key);

/* The names of the bits that are set, numbers for unknown ones. */
struct json_object *json_mask(name_fn *names, u32 mask);

/* One attribute's value. Secrets that are not wanted become "(hidden)". */
struct json_object *json_value(const struct attr_desc *desc,
			       const struct nlattr *attr, bool secrets);

/**
 * json_attrs - add a run of checked attributes to an object
 * @object: gets one key for each kind; those that may come repeatedly become
 *	    an array, also if there is one only
 * @set: what they are
 * @nest: holds them; NULL is none
 * @secrets: show keys
 */
void json_attrs(struct json_object *object, const struct attr_set *set,
		const struct nlattr *nest, bool secrets);

/* Prints and frees: over several lines, or as one. */
void json_print(struct json_object *object);
void json_print_line(struct json_object *object);

/* An error or a note, as an object on stderr. @code below 0 is left out. */
void json_message(const char *key, const char *text, int code);

#endif /* JVPN_TOOL_JSON_OUT_H */
