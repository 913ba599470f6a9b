// SPDX-License-Identifier: GPL-2.0
/* One event as a line, for people or as JSON. */
#include "event.h"

#include <stdio.h>
#include <time.h>

#include "addr.h"
#include "json_out.h"
#include "key.h"
#include "out.h"

/* Enough of a key to tell peers apart. */
#define KEY_SHORT	8

static void print_time(const struct nlattr *wall)
{
	u64 ns = attr_number(wall);
	time_t seconds = ns / JVPN_NS_PER_S;
	char text[32] = "-";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%F %T", &tm);
	printf("%s%s.%03u%s", colour(COLOUR_FAINT), text,
	       (unsigned int)(ns / JVPN_NS_PER_MS % 1000),
	       colour(COLOUR_RESET));
}

static void print_state(const struct nlattr *attr)
{
	unsigned int state = attr_number(attr);
	const char *name = name_state(state);

	printf("%s%s%s", colour(colour_of_state(state)), name ? name : "-",
	       colour(COLOUR_RESET));
}

/* "ATTACHED -> RECOVERING", or what else is reported. */
static void print_what(const struct nlattr **tb)
{
	unsigned int type = attr_number(tb[JVPN_EVENT_A_TYPE]);
	const char *name = name_event_type(type);

	putchar(' ');
	if (type == JVPN_EVENT_STATE_CHANGE) {
		print_state(tb[JVPN_EVENT_A_STATE_BEFORE]);
		printf(" -> ");
		print_state(tb[JVPN_EVENT_A_STATE_AFTER]);
	} else if (name) {
		printf("%s", name);
	} else {
		printf("event type %u", type);
	}
}

static void print_reason(const struct nlattr *attr)
{
	unsigned int reason = attr_number(attr);
	const char *name = name_reason(reason);

	if (!reason)
		return;
	if (name)
		printf(" %s%s%s", colour(COLOUR_BOLD), name,
		       colour(COLOUR_RESET));
	else
		printf(" reason %u", reason);
}

static void print_end(const struct nlattr *path, const struct nlattr *remote)
{
	char text[ENDPOINT_TEXT_SIZE];
	struct endpoint endpoint;

	if (path)
		printf("%llu", attr_number(path));
	else
		printf("none");
	if (endpoint_from_attr(remote, &endpoint))
		printf(" (%s)", endpoint_format(text, &endpoint));
}

/* "path 0 (192.0.2.1:51820) -> 1 (198.51.100.1:51820)" */
static void print_paths(const struct nlattr **tb)
{
	const struct nlattr *from = tb[JVPN_EVENT_A_PATH_FROM];
	const struct nlattr *to = tb[JVPN_EVENT_A_PATH_TO];
	const struct nlattr *remote_from = tb[JVPN_EVENT_A_REMOTE_FROM];
	const struct nlattr *remote_to = tb[JVPN_EVENT_A_REMOTE_TO];

	if (!from && !to)
		return;
	printf(", path ");
	if (from || remote_from) {
		print_end(from, remote_from);
		if (to || remote_to)
			printf(" -> ");
	}
	if (to || remote_to)
		print_end(to, remote_to);
}

/* ", 3 packets lost", unless there are none. */
static void print_count(const struct nlattr *attr, const char *what)
{
	if (attr_number(attr))
		printf(", %llu %s", attr_number(attr), what);
}

/* What is known of the path that is gone to. */
static void print_target(const struct nlattr **tb)
{
	char text[TEXT_MAX];

	if (!attr_number(tb[JVPN_EVENT_A_SRTT_TO_US]))
		return;
	printf(", there rtt %s",
	       human_us(text, attr_number(tb[JVPN_EVENT_A_SRTT_TO_US])));
	if (attr_number(tb[JVPN_EVENT_A_LOSS_TO_PERMILLE]))
		printf(" and loss %s",
		       human_permille(text, attr_number(tb[JVPN_EVENT_A_LOSS_TO_PERMILLE])));
	if (tb[JVPN_EVENT_A_PRIORITY] &&
	    attr_number(tb[JVPN_EVENT_A_PRIORITY]) !=
	    attr_number(tb[JVPN_EVENT_A_PRIORITY_TO]))
		printf(", priority %llu -> %llu",
		       attr_number(tb[JVPN_EVENT_A_PRIORITY]),
		       attr_number(tb[JVPN_EVENT_A_PRIORITY_TO]));
}

/* The measurements behind a decision, as far as there are any. */
static void print_measurements(const struct nlattr **tb)
{
	char text[TEXT_MAX];

	if (attr_number(tb[JVPN_EVENT_A_OUTAGE_US]))
		printf(", outage %s",
		       human_us(text, attr_number(tb[JVPN_EVENT_A_OUTAGE_US])));
	if (attr_number(tb[JVPN_EVENT_A_SILENCE_US]))
		printf(", silence %s",
		       human_us(text, attr_number(tb[JVPN_EVENT_A_SILENCE_US])));
	print_count(tb[JVPN_EVENT_A_DROPPED], "packets lost");
	print_count(tb[JVPN_EVENT_A_QUEUED], "waiting");
	if (attr_number(tb[JVPN_EVENT_A_SRTT_US]))
		printf(", rtt %s",
		       human_us(text, attr_number(tb[JVPN_EVENT_A_SRTT_US])));
	if (attr_number(tb[JVPN_EVENT_A_LOSS_PERMILLE]))
		printf(", loss %s",
		       human_permille(text, attr_number(tb[JVPN_EVENT_A_LOSS_PERMILLE])));
	if (attr_number(tb[JVPN_EVENT_A_JITTER_US]))
		printf(", jitter %s",
		       human_us(text, attr_number(tb[JVPN_EVENT_A_JITTER_US])));
	print_target(tb);
	print_count(tb[JVPN_EVENT_A_PROBES], "probes");
	if (attr_number(tb[JVPN_EVENT_A_TRAIN_LOSS_PPM]))
		printf(" for a loss of %s",
		       human_permille(text, attr_number(tb[JVPN_EVENT_A_TRAIN_LOSS_PPM]) / 1000));
	if (attr_number(tb[JVPN_EVENT_A_RETRY_MS]))
		printf(", allowed in %s",
		       human_us(text, attr_number(tb[JVPN_EVENT_A_RETRY_MS]) * 1000));
	if (attr_number(tb[JVPN_EVENT_A_COUNT]) > 1)
		print_count(tb[JVPN_EVENT_A_COUNT], "times");
}

static void print_line(const char *ifname, const struct nlattr *event)
{
	const struct nlattr *tb[ATTR_MAX + 1];
	char key[KEY_BASE64_SIZE], node[TEXT_MAX];

	attr_index_nest(&attr_event, event, tb);
	print_time(tb[JVPN_EVENT_A_WALL_NS]);
	printf(" %s", ifname);
	if (tb[JVPN_EVENT_A_NODE])
		printf("@%s", clean_text(node,
					 mnl_attr_get_payload(tb[JVPN_EVENT_A_NODE]),
					 mnl_attr_get_payload_len(tb[JVPN_EVENT_A_NODE])));
	if (tb[JVPN_EVENT_A_PEER])
		printf(" %.*s", KEY_SHORT,
		       key_format(key, mnl_attr_get_payload(tb[JVPN_EVENT_A_PEER])));
	print_what(tb);
	print_reason(tb[JVPN_EVENT_A_REASON]);
	print_paths(tb);
	print_measurements(tb);
	printf(" %s(", colour(COLOUR_FAINT));
	if (tb[JVPN_EVENT_A_SESSION_ID])
		printf("version %llu epoch %llu",
		       attr_number(tb[JVPN_EVENT_A_VERSION]),
		       attr_number(tb[JVPN_EVENT_A_EPOCH]));
	else
		printf("policy %llu",
		       attr_number(tb[JVPN_EVENT_A_POLICY_VERSION]));
	printf(" #%llu)%s\n", attr_number(tb[JVPN_EVENT_A_SEQ]),
	       colour(COLOUR_RESET));
}

static struct json_object *start_line(const char *ifname, u32 ifindex)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "ifname", json_text(ifname, strlen(ifname)));
	json_add_u64(object, "ifindex", ifindex);
	return object;
}

void event_print(const char *ifname, u32 ifindex, const struct nlattr *event)
{
	struct json_object *object;

	if (!out_json) {
		print_line(ifname, event);
		return;
	}
	object = start_line(ifname, ifindex);
	json_attrs(object, &attr_event, event, false);
	json_print_line(object);
}

void event_gap(const char *ifname, u32 ifindex, u64 from, u64 end, u64 lost)
{
	struct json_object *object, *gap;

	if (!out_json && end)
		printf("%s: %llu events are lost: %llu to %llu are no longer in the history\n",
		       ifname, lost, from, end - 1);
	else if (!out_json)
		printf("%s is gone: events from %llu on may be lost\n",
		       ifname, from);
	if (!out_json)
		return;
	object = start_line(ifname, ifindex);
	gap = json_object_new_object();
	json_add_u64(gap, "from", from);
	if (end) {
		json_add_u64(gap, "to", end - 1);
		json_add_u64(gap, "lost", lost);
	}
	json_add(object, "gap", gap);
	json_print_line(object);
}
