// SPDX-License-Identifier: GPL-2.0
/*
 * Messages as a kernel might send them, good and bad:
 *
 *   attr_check              tests, TAP
 *   attr_check --tables     all attributes: set, number, name, kind
 *   attr_check --event      one event as JSON and as a line, for golden files
 */
#include "check.h"

#include "attr.h"
#include "event.h"
#include "json_out.h"
#include "key.h"
#include "out.h"
#include "print.h"

#define MESSAGE_SIZE	8192
#define DAMAGED_COPIES	200000

static u8 buffer[MESSAGE_SIZE] __attribute__((aligned(8)));

/* An empty message; attributes are appended to it. */
static struct nlmsghdr *message(void)
{
	memset(buffer, 0, sizeof(buffer));
	return mnl_nlmsg_put_header(buffer);
}

static const void *attrs(const struct nlmsghdr *header, size_t *len)
{
	*len = header->nlmsg_len - MNL_NLMSG_HDRLEN;
	return (const u8 *)header + MNL_NLMSG_HDRLEN;
}

static bool accepted(const struct nlmsghdr *header, const char **bad)
{
	size_t len;
	const void *data = attrs(header, &len);

	return attr_check(&attr_top, data, len, bad);
}

static size_t good_length(enum attr_kind kind)
{
	static const size_t lengths[] = {
		[ATTR_U8] = 1, [ATTR_U16] = 2, [ATTR_U32] = 4, [ATTR_U64] = 8,
		[ATTR_STRING] = 5, [ATTR_KEY] = 32, [ATTR_ID] = 16,
		[ATTR_IPV4] = 4, [ATTR_IPV6] = 16, [ATTR_PREFIX] = 0,
	};

	return lengths[kind];
}

/* Every attribute of a set, with values that are easy to recognise. */
static void put_all(struct nlmsghdr *header, const struct attr_set *set)
{
	u8 value[32];
	unsigned int i;

	for (i = 1; i <= set->max; i++) {
		const struct attr_desc *desc = &set->desc[i];

		if (desc->kind == ATTR_UNKNOWN)
			continue;
		if (desc->set) {
			struct nlattr *nest = mnl_attr_nest_start(header, i);

			put_all(header, desc->set);
			mnl_attr_nest_end(header, nest);
			continue;
		}
		memset(value, 0, sizeof(value));
		value[0] = i;
		if (desc->kind == ATTR_STRING)
			memcpy(value, "name", 5);
		mnl_attr_put(header, i, good_length(desc->kind), value);
	}
}

static void test_complete(void)
{
	struct nlmsghdr *header = message();
	const char *bad;

	put_all(header, &attr_top);
	check(accepted(header, &bad), "a message with every attribute");
}

/* Each attribute of each set in each wrong length, alone in its nest. */
static void test_lengths(const struct attr_set *set, u16 nest_type)
{
	char name[80];
	unsigned int i;
	bool ok = true;

	for (i = 1; i <= set->max; i++) {
		const struct attr_desc *desc = &set->desc[i];
		size_t len;

		if (desc->kind == ATTR_UNKNOWN || desc->set)
			continue;
		for (len = 0; len < 40; len++) {
			bool good = desc->kind == ATTR_STRING ? len > 0 :
				    len == good_length(desc->kind);
			struct nlmsghdr *header = message();
			struct nlattr *nest = NULL;
			u8 value[40] = { 0 };
			const char *bad;

			if (nest_type)
				nest = mnl_attr_nest_start(header, nest_type);
			mnl_attr_put(header, i, len, value);
			if (nest_type)
				mnl_attr_nest_end(header, nest);
			if (accepted(header, &bad) != good ||
			    (!good && (!bad || strcmp(bad, desc->name)))) {
				printf("# %s.%s, %zu bytes\n", set->name,
				       desc->name, len);
				ok = false;
			}
		}
	}
	snprintf(name, sizeof(name), "lengths of attributes of %s", set->name);
	check(ok, name);
}

static void test_unknown(void)
{
	struct nlmsghdr *header = message();
	struct json_object *object = json_object_new_object();
	const struct nlattr *tb[ATTR_MAX + 1];
	struct nlattr *nest;
	size_t len;
	const void *data;

	nest = mnl_attr_nest_start(header, JVPN_A_EVENT);
	mnl_attr_put(header, JVPN_EVENT_A_MAX + 1, 3, "new");
	mnl_attr_put(header, 1000, 0, NULL);
	mnl_attr_put_u8(header, JVPN_EVENT_A_TYPE, 200);
	mnl_attr_nest_end(header, nest);
	mnl_attr_put(header, JVPN_A_MAX + 7, 5, "newer");
	check(accepted(header, NULL), "attributes of a newer kernel are ignored");

	data = attrs(header, &len);
	attr_index(&attr_top, data, len, tb);
	json_attrs(object, &attr_event, tb[JVPN_A_EVENT], false);
	check(!strcmp(json_object_to_json_string_ext(object, 0),
		      "{\"type\":200}"),
	      "a number that has no name stays a number");
	json_object_put(object);
}

static void test_truncated(void)
{
	struct nlmsghdr *header = message();
	const u8 *data;
	size_t len, cut, found = 0;

	put_all(header, &attr_device);
	data = attrs(header, &len);
	/* At the end of an attribute a cut cannot be seen, elsewhere it must. */
	for (cut = 0; cut <= len; cut++) {
		u8 *copy = malloc(cut ? cut : 1);

		memcpy(copy, data, cut);
		found += attr_check(&attr_device, copy, cut, NULL);
		free(copy);
	}
	check(found > JVPN_DEVICE_A_MAX / 2 && found < len / 3,
	      "cut messages are found out");
}

static void test_empty_and_long(void)
{
	struct nlattr attr = { .nla_len = 3, .nla_type = JVPN_A_IFINDEX };

	check(attr_check(&attr_top, NULL, 0, NULL), "no attributes at all");
	check(!attr_check(&attr_top, &attr, sizeof(attr), NULL),
	      "an attribute shorter than its head");
	attr.nla_len = 0xffff;
	check(!attr_check(&attr_top, &attr, sizeof(attr), NULL),
	      "an attribute longer than its message");
}

static void test_offsets(void)
{
	struct nlmsghdr *header = message();
	struct nlattr *nest;
	const u8 *data;
	size_t len, port;
	char path[64];

	nest = mnl_attr_nest_start(header, JVPN_A_DEVICE);
	mnl_attr_put_u8(header, JVPN_DEVICE_A_NOTICE, 1);
	port = header->nlmsg_len - MNL_NLMSG_HDRLEN;
	mnl_attr_put_u16(header, JVPN_DEVICE_A_LISTEN_PORT, 1);
	mnl_attr_nest_end(header, nest);
	data = attrs(header, &len);

	attr_path_at(&attr_top, data, len, port, path, sizeof(path));
	check(!strcmp(path, "device/listen_port"), "an offset has a name");
	attr_path_at(&attr_top, data, len, 0, path, sizeof(path));
	check(!strcmp(path, "device"), "the first attribute has a name");
	attr_path_at(&attr_top, data, len, 100000, path, sizeof(path));
	check(!*path, "an offset behind the end has none");
	check(!strcmp(attr_missing_at(&attr_top, data, len, 0, JVPN_A_PEER),
		      "peer"), "a missing attribute has a name");
	check(!attr_missing_at(&attr_top, data, len, port, 1),
	      "nothing is missing in what is no nest");
}

static void test_secrets(void)
{
	struct nlmsghdr *header = message();
	struct json_object *object = json_object_new_object();
	const struct nlattr *tb[ATTR_MAX + 1];
	struct nlattr *nest;
	u8 key[32] = { 1 };
	const void *data;
	size_t len;

	nest = mnl_attr_nest_start(header, JVPN_A_DEVICE);
	mnl_attr_put(header, JVPN_DEVICE_A_PRIVATE_KEY, 32, key);
	mnl_attr_nest_end(header, nest);
	data = attrs(header, &len);
	attr_index(&attr_top, data, len, tb);
	json_attrs(object, &attr_device, tb[JVPN_A_DEVICE], false);
	check(!strcmp(json_object_to_json_string_ext(object, 0),
		      "{\"private_key\":\"(hidden)\"}"), "keys are hidden");
	json_attrs(object, &attr_device, tb[JVPN_A_DEVICE], true);
	check(strstr(json_object_to_json_string_ext(object,
						    JSON_C_TO_STRING_NOSLASHESCAPE),
		     "AQAAAAAA"), "unless they are wanted");
	json_object_put(object);
}

static void test_text(void)
{
	static const struct {
		const char *in, *out;
	} texts[] = {
		{ "plain", "plain" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\033[31mred", "?[31mred" },
		{ "a\nb\tc", "a?b?c" },
		{ "\xff\xfe", "??" },
		{ "\xc0\xaf", "??" },			/* overlong */
		{ "\xed\xa0\x80", "???" },		/* surrogate */
		{ "\xc2\x9b", "??" },			/* C1 control */
		{ "cut \xe2\x82", "cut ??" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "\xf4\x90\x80\x80", "????" },		/* beyond Unicode */
	};
	char out[TEXT_MAX], longer[2 * TEXT_MAX];
	unsigned int i;
	bool ok = true;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		clean_text(out, texts[i].in, strlen(texts[i].in));
		if (strcmp(out, texts[i].out)) {
			printf("# text %u becomes %s\n", i, out);
			ok = false;
		}
	}
	check(ok, "text from elsewhere is made fit to print");
	memset(longer, 'x', sizeof(longer));
	clean_text(out, longer, sizeof(longer));
	check(strlen(out) < TEXT_MAX, "long text is cut");
}

/* Everything that looks at messages, at one that may be anything. */
static bool look_at(const u8 *data, size_t len)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	struct json_object *object;

	if (!attr_check(&attr_top, data, len, NULL))
		return false;
	attr_index(&attr_top, data, len, tb);
	object = json_object_new_object();
	json_attrs(object, &attr_device, tb[JVPN_A_DEVICE], true);
	json_attrs(object, &attr_peer, tb[JVPN_A_PEER], true);
	json_attrs(object, &attr_session, tb[JVPN_A_SESSION], true);
	json_attrs(object, &attr_policy, tb[JVPN_A_POLICY], true);
	json_object_put(object);
	if (tb[JVPN_A_SESSION])
		print_session(tb[JVPN_A_SESSION], "");
	print_path(tb[JVPN_A_PATH], NULL);
	if (tb[JVPN_A_EVENT]) {
		out_json = false;
		event_print("jvpn0", 1, tb[JVPN_A_EVENT]);
		out_json = true;
		event_print("jvpn0", 1, tb[JVPN_A_EVENT]);
		out_json = false;
	}
	return true;
}

static void test_damaged(void)
{
	struct nlmsghdr *header = message();
	unsigned int i, n, good = 0;
	u32 seed = 0x6a76706e;
	const u8 *data;
	FILE *tap;
	size_t len;
	int fd;

	put_all(header, &attr_top);
	data = attrs(header, &len);
	/* What is printed is of no interest; that nothing breaks is. */
	fflush(stdout);
	fd = dup(STDOUT_FILENO);
	if (!freopen("/dev/null", "w", stdout))
		exit(EXIT_FAILURE);
	for (i = 0; i < DAMAGED_COPIES; i++) {
		size_t copy_len = len;
		u8 *copy = malloc(len);

		memcpy(copy, data, len);
		n = 1 + check_random(&seed) % 3;
		while (n--)
			copy[check_random(&seed) % len] = check_random(&seed);
		if (check_random(&seed) % 8 == 0)
			copy_len = check_random(&seed) % len;
		good += look_at(copy, copy_len);
		free(copy);
	}
	fflush(stdout);
	tap = fdopen(fd, "w");
	dup2(fd, STDOUT_FILENO);
	stdout = tap;
	printf("# %u of %u damaged messages were well-formed\n", good,
	       DAMAGED_COPIES);
	check(good > DAMAGED_COPIES / 10 && good < DAMAGED_COPIES,
	      "damaged messages break nothing");
}

static void print_tables(const struct attr_set *set)
{
	static const char *const kinds[] = {
		[ATTR_FLAG] = "flag", [ATTR_U8] = "u8", [ATTR_U16] = "u16",
		[ATTR_U32] = "u32", [ATTR_U64] = "u64",
		[ATTR_STRING] = "string", [ATTR_KEY] = "binary",
		[ATTR_ID] = "binary", [ATTR_IPV4] = "binary",
		[ATTR_IPV6] = "binary", [ATTR_NEST] = "nest",
		[ATTR_ENDPOINT] = "nest", [ATTR_PREFIX] = "nest",
	};
	unsigned int i;

	for (i = 1; i <= set->max; i++)
		if (set->desc[i].kind != ATTR_UNKNOWN)
			printf("%s %u %s %s %u\n", set->name, i,
			       set->desc[i].name, kinds[set->desc[i].kind],
			       set->desc[i].many);
}

static void print_event(void)
{
	struct nlmsghdr *header = message();
	const struct nlattr *tb[ATTR_MAX + 1];
	const void *data;
	size_t len;

	put_all(header, &attr_top);
	data = attrs(header, &len);
	attr_index(&attr_top, data, len, tb);
	event_print("jvpn0", 7, tb[JVPN_A_EVENT]);
	event_gap("jvpn0", 7, 3, 9, 6);
	event_gap("jvpn0", 7, 3, 0, 0);
	out_json = true;
	event_print("jvpn0", 7, tb[JVPN_A_EVENT]);
	event_gap("jvpn0", 7, 3, 9, 6);
	event_gap("jvpn0", 7, 3, 0, 0);
}

static const struct attr_set *const sets[] = {
	&attr_top, &attr_device, &attr_peer, &attr_path, &attr_session,
	&attr_policy, &attr_event, &attr_counter, &attr_endpoint,
	&attr_allowed_ip,
};

int main(int argc, char **argv)
{
	static const u16 nests[] = {
		0, JVPN_A_DEVICE, JVPN_A_PEER, JVPN_A_PATH, JVPN_A_SESSION,
		JVPN_A_POLICY, JVPN_A_EVENT,
	};
	unsigned int i;

	if (key_init())
		return EXIT_FAILURE;
	if (argc > 1 && !strcmp(argv[1], "--tables")) {
		for (i = 0; i < ARRAY_SIZE(sets); i++)
			print_tables(sets[i]);
		return EXIT_SUCCESS;
	}
	if (argc > 1 && !strcmp(argv[1], "--event")) {
		print_event();
		return EXIT_SUCCESS;
	}
	test_complete();
	for (i = 0; i < ARRAY_SIZE(nests); i++)
		test_lengths(sets[i], nests[i]);
	test_unknown();
	test_truncated();
	test_empty_and_long();
	test_offsets();
	test_secrets();
	test_text();
	test_damaged();
	return check_end();
}
