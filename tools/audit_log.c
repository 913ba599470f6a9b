// SPDX-License-Identifier: GPL-2.0
/*
 * Event logs, read back. A log may come from anywhere: each line is checked
 * against the table of attributes that it was written by, and one that does not
 * fit ends the reading with its number.
 */
#include "audit_log.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "key.h"
#include "out.h"

#define LINE_MAX_BYTES	65536
#define LINE_DEPTH	8

/* Where reading is, for messages. */
struct reader {
	struct log *log;
	struct json_tokener *tokener;
	unsigned int file;
	unsigned int line;
};

__attribute__((format(printf, 2, 3)))
static int bad_line(const struct reader *r, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return fail(EXIT_USAGE, "%s:%u: %s", r->log->file[r->file], r->line,
		    text);
}

static u64 kind_max(enum attr_kind kind)
{
	switch (kind) {
	case ATTR_U8:
		return UINT8_MAX;
	case ATTR_U16:
		return UINT16_MAX;
	case ATTR_U32:
		return UINT32_MAX;
	default:
		return UINT64_MAX;
	}
}

/* A number as such, or by the name it has. */
static int take_number(const struct reader *r, const struct attr_desc *desc,
		       struct json_object *value, u64 *out)
{
	int found;

	if (json_object_is_type(value, json_type_boolean)) {
		*out = json_object_get_boolean(value);
		return EXIT_DONE;
	}
	if (json_object_is_type(value, json_type_string) && desc->names) {
		found = name_find(desc->names, json_object_get_string(value),
				  JVPN_REASON_MAX + 1);
		if (found < 0)
			return bad_line(r, "%s has an unknown name",
					desc->name);
		*out = found;
		return EXIT_DONE;
	}
	if (!json_object_is_type(value, json_type_int))
		return bad_line(r, "%s is not a number", desc->name);
	if (json_object_get_int64(value) < 0)
		return bad_line(r, "%s is below 0", desc->name);
	*out = json_object_get_uint64(value);
	if (*out > kind_max(desc->kind))
		return bad_line(r, "%s is too large", desc->name);
	return EXIT_DONE;
}

/* The bytes of the attributes that are no numbers. */
static u8 *bytes_of(struct log_entry *entry, unsigned int attr)
{
	switch (attr) {
	case JVPN_EVENT_A_SESSION_ID:
		return entry->session_id;
	case JVPN_EVENT_A_PEER:
		return entry->peer;
	case JVPN_EVENT_A_LINEAGE_BEFORE:
		return entry->lineage_before;
	case JVPN_EVENT_A_LINEAGE:
		return entry->lineage;
	default:
		return NULL;
	}
}

static int take_value(const struct reader *r, unsigned int attr,
		      struct json_object *value, struct log_entry *entry)
{
	const struct attr_desc *desc = &attr_event.desc[attr];
	const char *text = json_object_get_string(value);
	bool is_text = json_object_is_type(value, json_type_string);
	u8 *bytes = bytes_of(entry, attr);

	switch (desc->kind) {
	case ATTR_KEY:
		if (!is_text || !bytes || !key_parse(bytes, text))
			return bad_line(r, "%s is not a key", desc->name);
		break;
	case ATTR_ID:
		if (!is_text || !bytes || !session_id_parse(bytes, text))
			return bad_line(r, "%s is not 32 characters of hex",
					desc->name);
		break;
	case ATTR_STRING:
	case ATTR_ENDPOINT:
		if (!is_text)
			return bad_line(r, "%s is not a text", desc->name);
		break;
	case ATTR_U8:
	case ATTR_U16:
	case ATTR_U32:
	case ATTR_U64:
		if (take_number(r, desc, value, &entry->number[attr]))
			return EXIT_USAGE;
		break;
	default:
		return EXIT_DONE;
	}
	entry->has |= 1ULL << attr;
	return EXIT_DONE;
}

/* Text without what a terminal or a page could trip over. */
static char *clean_copy(struct json_object *value)
{
	const char *text = value ? json_object_get_string(value) : "";
	char clean[TEXT_MAX];

	return xstrdup(clean_text(clean, text, strlen(text)));
}

/* The device of a line; @node is NULL where the line does not say. Takes texts. */
static unsigned int device_index(const struct reader *r, u32 ifindex,
				 char *ifname, char *node)
{
	struct log *log = r->log;
	struct log_device *device;
	unsigned int i;

	/* The newest first: a name may have gone and come again. */
	for (i = log->devices; i-- > 0;) {
		device = &log->device[i];
		if (device->file != r->file || device->ifindex != ifindex ||
		    strcmp(device->ifname, ifname) ||
		    (node && device->node && strcmp(device->node, node)))
			continue;
		free(ifname);
		if (device->node)
			free(node);
		else
			device->node = node;
		return i;
	}
	log->device = xrealloc(log->device,
			       (log->devices + 1) * sizeof(*log->device));
	device = &log->device[log->devices];
	*device = (struct log_device){
		.file = r->file,
		.ifindex = ifindex,
		.ifname = ifname,
		.node = node,
	};
	return log->devices++;
}

static struct log_entry *new_entry(const struct reader *r)
{
	struct log *log = r->log;
	struct log_entry *entry;

	/* Twice as many each time there are a power of two of them. */
	if (!(log->entries & (log->entries - 1)))
		log->entry = xrealloc(log->entry, (log->entries ?
						   2 * log->entries : 1) *
				      sizeof(*log->entry));
	entry = &log->entry[log->entries++];
	memset(entry, 0, sizeof(*entry));
	entry->file = r->file;
	entry->line = r->line;
	return entry;
}

static int need_u64(const struct reader *r, struct json_object *object,
		    const char *key, u64 *out)
{
	const struct attr_desc desc = { .name = key, .kind = ATTR_U64 };
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		return bad_line(r, "has no %s", key);
	return take_number(r, &desc, value, out);
}

/* Reads the head of every line. */
static int take_head(const struct reader *r, struct json_object *line,
		     u32 *ifindex, struct json_object **ifname)
{
	u64 number;

	if (need_u64(r, line, "ifindex", &number))
		return EXIT_USAGE;
	if (number > UINT32_MAX)
		return bad_line(r, "ifindex is too large");
	*ifindex = number;
	if (!json_object_object_get_ex(line, "ifname", ifname) ||
	    !json_object_is_type(*ifname, json_type_string))
		return bad_line(r, "has no ifname");
	return EXIT_DONE;
}

static int take_gap(const struct reader *r, struct json_object *line,
		    struct json_object *gap)
{
	struct json_object *ifname;
	struct log_entry *entry;
	u64 from, to = 0;
	u32 ifindex;

	if (take_head(r, line, &ifindex, &ifname))
		return EXIT_USAGE;
	if (!json_object_is_type(gap, json_type_object))
		return bad_line(r, "gap is not an object");
	if (need_u64(r, gap, "from", &from))
		return EXIT_USAGE;
	if (json_object_object_get_ex(gap, "to", NULL) &&
	    need_u64(r, gap, "to", &to))
		return EXIT_USAGE;
	entry = new_entry(r);
	entry->kind = LOG_GAP;
	entry->gap_from = from;
	entry->gap_to = to;
	entry->device = device_index(r, ifindex, clean_copy(ifname), NULL);
	return EXIT_DONE;
}

static int take_only(const struct reader *r, struct json_object *line)
{
	struct json_object *ifname;
	struct log_entry *entry;
	u32 ifindex;

	if (take_head(r, line, &ifindex, &ifname))
		return EXIT_USAGE;
	entry = new_entry(r);
	entry->kind = LOG_ONLY;
	entry->device = device_index(r, ifindex, clean_copy(ifname), NULL);
	return EXIT_DONE;
}

static int take_policy(const struct reader *r, struct json_object *line,
		       struct json_object *fields)
{
	struct log_policy taken = { .file = r->file };
	struct json_object *ifname, *value;
	struct log *log = r->log;
	unsigned int i;
	u64 number;

	if (take_head(r, line, &taken.ifindex, &ifname))
		return EXIT_USAGE;
	if (!json_object_is_type(fields, json_type_object))
		return bad_line(r, "policy is not an object");
	if (need_u64(r, fields, "version", &number))
		return EXIT_USAGE;
	taken.policy.version = number;
	for (i = 0; i < jvpn_policy_field_count; i++) {
		const struct jvpn_policy_field *field = &jvpn_policy_fields[i];

		/* The set of transports is a list, and bounds nothing here. */
		if (field->attr == JVPN_POLICY_A_ALLOWED_TRANSPORTS)
			continue;
		if (!json_object_object_get_ex(fields, field->name, &value))
			return bad_line(r, "the policy has no %s", field->name);
		if (take_number(r, &attr_policy.desc[field->attr], value,
				&number))
			return EXIT_USAGE;
		jvpn_policy_put(&taken.policy, field, number);
	}
	if (json_object_object_get_ex(fields, "peer", &value)) {
		taken.of_peer = true;
		if (!key_parse(taken.peer, json_object_get_string(value)))
			return bad_line(r, "peer is not a key");
	}
	log->policy = xrealloc(log->policy,
			       (log->policies + 1) * sizeof(*log->policy));
	log->policy[log->policies++] = taken;
	return EXIT_DONE;
}

static int take_event(const struct reader *r, struct json_object *line)
{
	static const u8 needed[] = {
		JVPN_EVENT_A_SEQ, JVPN_EVENT_A_TYPE, JVPN_EVENT_A_BOOT_NS,
		JVPN_EVENT_A_WALL_NS,
	};
	struct json_object *ifname, *value, *node = NULL;
	struct log_entry *entry;
	u32 ifindex;
	unsigned int i;

	if (take_head(r, line, &ifindex, &ifname))
		return EXIT_USAGE;
	entry = new_entry(r);
	for (i = 1; i <= attr_event.max; i++)
		if (attr_event.desc[i].name &&
		    json_object_object_get_ex(line, attr_event.desc[i].name,
					      &value) &&
		    take_value(r, i, value, entry))
			return EXIT_USAGE;
	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!log_has(entry, needed[i]))
			return bad_line(r, "is no event: it has no %s",
					attr_event.desc[needed[i]].name);
	if (!log_number(entry, JVPN_EVENT_A_SEQ))
		return bad_line(r, "seq is 0");
	json_object_object_get_ex(line, "node", &node);
	entry->device = device_index(r, ifindex, clean_copy(ifname),
				     clean_copy(node));
	return EXIT_DONE;
}

static int take_object(const struct reader *r, struct json_object *line)
{
	struct json_object *inner;

	if (!json_object_is_type(line, json_type_object))
		return bad_line(r, "is no JSON object");
	if (json_object_object_get_ex(line, "gap", &inner))
		return take_gap(r, line, inner);
	if (json_object_object_get_ex(line, "only", NULL))
		return take_only(r, line);
	if (json_object_object_get_ex(line, "policy", &inner))
		return take_policy(r, line, inner);
	return take_event(r, line);
}

static int take_line(struct reader *r, const char *text, size_t len)
{
	enum json_tokener_error error;
	struct json_object *object;
	int err;

	if (len > LINE_MAX_BYTES)
		return bad_line(r, "is longer than %u bytes", LINE_MAX_BYTES);
	if (strlen(text) != len)
		return bad_line(r, "holds a zero byte");
	if (strspn(text, " \t\r") == len)
		return EXIT_DONE;
	json_tokener_reset(r->tokener);
	/* With its end, so that a number at the end is known to be whole. */
	object = json_tokener_parse_ex(r->tokener, text, len + 1);
	error = json_tokener_get_error(r->tokener);
	if (!object)
		return bad_line(r, "is not JSON: %s",
				error == json_tokener_success ||
				error == json_tokener_continue ?
				"it ends too early" :
				json_tokener_error_desc(error));
	err = take_object(r, object);
	json_object_put(object);
	return err;
}

static int take_file(struct reader *r, FILE *file)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int err = EXIT_DONE;

	while (!err && (len = getline(&text, &size, file)) >= 0) {
		if (len && text[len - 1] == '\n')
			text[--len] = 0;
		r->line++;
		err = take_line(r, text, len);
	}
	free(text);
	if (!err && ferror(file))
		err = fail(EXIT_SYSTEM, "%s: %s", r->log->file[r->file],
			   strerror(errno));
	return err;
}

int log_read(struct log *log, const char *name)
{
	struct reader reader = { .log = log, .file = log->files };
	bool is_stdin = !strcmp(name, "-");
	FILE *file;
	int err;

	log->file = xrealloc(log->file, (log->files + 1) * sizeof(*log->file));
	log->file[log->files++] = is_stdin ? "standard input" : name;
	file = is_stdin ? stdin : fopen(name, "re");
	if (!file)
		return fail(EXIT_SYSTEM, "%s: %s", name, strerror(errno));
	reader.tokener = json_tokener_new_ex(LINE_DEPTH);
	if (reader.tokener) {
		json_tokener_set_flags(reader.tokener, JSON_TOKENER_STRICT |
				       JSON_TOKENER_VALIDATE_UTF8);
		err = take_file(&reader, file);
		json_tokener_free(reader.tokener);
	} else {
		err = fail(EXIT_SYSTEM, "out of memory");
	}
	if (!is_stdin)
		fclose(file);
	return err;
}

void log_free(struct log *log)
{
	unsigned int i;

	for (i = 0; i < log->devices; i++) {
		free(log->device[i].ifname);
		free(log->device[i].node);
	}
	free(log->file);
	free(log->entry);
	free(log->device);
	free(log->policy);
	memset(log, 0, sizeof(*log));
}

bool log_policy_of(const struct log *log, const struct log_entry *entry,
		   struct jvpn_policy *policy)
{
	u64 version = log_number(entry, JVPN_EVENT_A_POLICY_VERSION);
	const struct log_device *device = &log->device[entry->device];
	bool found = false;
	size_t i;

	if (!log_has(entry, JVPN_EVENT_A_POLICY_VERSION))
		return false;
	if (!version) {
		jvpn_policy_default(policy);
		return true;
	}
	for (i = 0; i < log->policies; i++) {
		const struct log_policy *known = &log->policy[i];

		if (known->file != device->file ||
		    known->ifindex != device->ifindex ||
		    known->policy.version != version ||
		    (known->of_peer && !key_equal(known->peer, entry->peer)))
			continue;
		*policy = known->policy;
		found = true;
		/* A peer's own goes before the device's. */
		if (known->of_peer)
			break;
	}
	return found;
}
