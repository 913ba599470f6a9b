// SPDX-License-Identifier: GPL-2.0
/* JSON output, over json-c. */
#include "json_out.h"

#include <stdio.h>
#include <stdlib.h>

#include "addr.h"
#include "key.h"
#include "out.h"

static struct json_object *must(struct json_object *object)
{
	if (object)
		return object;
	fputs("jvpn-tool: out of memory\n", stderr);
	exit(EXIT_SYSTEM);
}

struct json_object *json_text(const char *text, size_t len)
{
	char clean[TEXT_MAX];

	return must(json_object_new_string(clean_text(clean, text, len)));
}

void json_add(struct json_object *object, const char *key,
	      struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		must(NULL);
}

void json_add_text(struct json_object *object, const char *key,
		   const char *text)
{
	json_add(object, key, must(json_object_new_string(text)));
}

void json_add_u64(struct json_object *object, const char *key, u64 value)
{
	json_add(object, key, must(json_object_new_uint64(value)));
}

void json_need_array(struct json_object *object, const char *key)
{
	if (!json_object_object_get_ex(object, key, NULL))
		json_add(object, key, must(json_object_new_array()));
}

struct json_object *json_mask(name_fn *names, u32 mask)
{
	struct json_object *list = must(json_object_new_array());
	unsigned int bit;

	for (bit = 0; bit < 32; bit++) {
		const char *name = names(bit);

		if (!(mask & 1U << bit))
			continue;
		json_object_array_add(list,
				      must(name ? json_object_new_string(name) :
					   json_object_new_int(bit)));
	}
	return list;
}

static struct json_object *json_number(const struct attr_desc *desc,
				       const struct nlattr *attr)
{
	u64 value = attr_number(attr);
	const char *name;

	switch (desc->unit) {
	case UNIT_SWITCH:
		return must(json_object_new_boolean(value));
	case UNIT_MASK:
		return json_mask(desc->names, value);
	case UNIT_ENUM:
		name = desc->names(value);
		if (name)
			return must(json_object_new_string(name));
		break;
	default:
		break;
	}
	return must(json_object_new_uint64(value));
}

static struct json_object *json_key(const struct attr_desc *desc,
				    const u8 *key, bool secrets)
{
	struct json_object *object;
	char text[KEY_BASE64_SIZE];

	if (desc->secret && key_is_zero(key))
		return NULL;
	if (desc->secret && !secrets)
		return must(json_object_new_string("(hidden)"));
	object = must(json_object_new_string(key_format(text, key)));
	secret_wipe(text, sizeof(text));
	return object;
}

static struct json_object *json_endpoint(const struct nlattr *attr)
{
	char text[ENDPOINT_TEXT_SIZE];
	struct endpoint endpoint;

	if (!endpoint_from_attr(attr, &endpoint))
		return NULL;
	return must(json_object_new_string(endpoint_format(text, &endpoint)));
}

static struct json_object *json_prefix(const struct nlattr *attr)
{
	char text[PREFIX_TEXT_SIZE];
	struct prefix prefix;

	if (!prefix_from_attr(attr, &prefix))
		return NULL;
	return must(json_object_new_string(prefix_format(text, &prefix)));
}

static struct json_object *json_nest(const struct attr_set *set,
				     const struct nlattr *nest, bool secrets)
{
	struct json_object *object = must(json_object_new_object());

	json_attrs(object, set, nest, secrets);
	return object;
}

struct json_object *json_value(const struct attr_desc *desc,
			       const struct nlattr *attr, bool secrets)
{
	const void *payload = mnl_attr_get_payload(attr);
	char hex[2 * JVPN_SESSION_ID_LEN + 1];

	switch (desc->kind) {
	case ATTR_FLAG:
		return must(json_object_new_boolean(1));
	case ATTR_STRING:
		return json_text(payload, mnl_attr_get_payload_len(attr));
	case ATTR_KEY:
		return json_key(desc, payload, secrets);
	case ATTR_ID:
		hex_format(hex, payload, JVPN_SESSION_ID_LEN);
		return must(json_object_new_string(hex));
	case ATTR_NEST:
		return json_nest(desc->set, attr, secrets);
	case ATTR_ENDPOINT:
		return json_endpoint(attr);
	case ATTR_PREFIX:
		return json_prefix(attr);
	case ATTR_IPV4: /* only inside endpoints and prefixes */
	case ATTR_IPV6:
	case ATTR_UNKNOWN:
		return NULL;
	default:
		return json_number(desc, attr);
	}
}

static void json_append(struct json_object *object, const char *key,
			struct json_object *value)
{
	struct json_object *list;

	if (!json_object_object_get_ex(object, key, &list)) {
		list = must(json_object_new_array());
		json_add(object, key, list);
	}
	if (json_object_array_add(list, value))
		must(NULL);
}

void json_attrs(struct json_object *object, const struct attr_set *set,
		const struct nlattr *nest, bool secrets)
{
	const struct nlattr *attr = NULL;

	if (!nest)
		return;
	while ((attr = attr_next(mnl_attr_get_payload(nest),
				 mnl_attr_get_payload_len(nest), attr))) {
		const struct attr_desc *desc = attr_desc_of(set, attr);

		if (!desc)
			continue;
		if (desc->many)
			json_append(object, desc->name,
				    json_value(desc, attr, secrets));
		else
			json_add(object, desc->name,
				 json_value(desc, attr, secrets));
	}
}

static void print(FILE *file, struct json_object *object, int flags)
{
	fprintf(file, "%s\n",
		json_object_to_json_string_ext(object, flags |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

void json_print(struct json_object *object)
{
	print(stdout, object, JSON_C_TO_STRING_PRETTY |
	      JSON_C_TO_STRING_SPACED);
}

void json_print_line(struct json_object *object)
{
	print(stdout, object, JSON_C_TO_STRING_PLAIN);
}

void json_message(const char *key, const char *text, int code)
{
	struct json_object *object = must(json_object_new_object());
	size_t len = strlen(text);

	json_add(object, key, json_text(text, len));
	if (code >= 0)
		json_add_u64(object, "exit_code", code);
	print(stderr, object, JSON_C_TO_STRING_PLAIN);
}
