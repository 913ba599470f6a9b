// SPDX-License-Identifier: GPL-2.0
/* What the events tell of a drill, and what to think of it. */
#include "drill.h"

#include <stdio.h>

#include "json_out.h"
#include "key.h"
#include "out.h"

static void add_step(struct drill_story *story, u64 at_ns, u8 state,
		     u16 reason)
{
	story->step = xrealloc(story->step,
			       (story->steps + 1) * sizeof(*story->step));
	story->step[story->steps++] = (struct drill_step){
		.at_ns = at_ns,
		.state = state,
		.reason = reason,
	};
}

static void tell_drill(struct drill_story *story, const struct nlattr **tb)
{
	u64 boot_ns = attr_number(tb[JVPN_EVENT_A_BOOT_NS]);
	u16 reason = attr_number(tb[JVPN_EVENT_A_REASON]);

	if (reason == JVPN_REASON_DRILL_BEGAN) {
		story->began_ns = boot_ns;
		story->path = attr_number(tb[JVPN_EVENT_A_PATH_FROM]);
		add_step(story, boot_ns,
			 attr_number(tb[JVPN_EVENT_A_STATE_BEFORE]), reason);
	} else {
		story->ended_ns = boot_ns;
		story->lost = attr_number(tb[JVPN_EVENT_A_DROPPED]);
	}
}

/* The first thing that comes of the cut: a path that dies, a state that changes. */
static void tell_noticed(struct drill_story *story, const struct nlattr **tb)
{
	u16 reason = attr_number(tb[JVPN_EVENT_A_REASON]);

	if (story->noticed_ns || story->ended_ns ||
	    reason == JVPN_REASON_TRANSPORT_RESTORED)
		return;
	story->noticed_ns = attr_number(tb[JVPN_EVENT_A_BOOT_NS]);
	story->noticed_reason = reason;
}

static bool is_about_path(const struct drill_story *story,
			  const struct nlattr *path)
{
	return path && attr_number(path) == story->path;
}

static void tell_change(struct drill_story *story, const struct nlattr **tb)
{
	u64 boot_ns = attr_number(tb[JVPN_EVENT_A_BOOT_NS]);
	u8 state = attr_number(tb[JVPN_EVENT_A_STATE_AFTER]);

	add_step(story, boot_ns, state, attr_number(tb[JVPN_EVENT_A_REASON]));
	if (story->in_use)
		tell_noticed(story, tb);
	if (state == JVPN_STATE_ATTACHED)
		story->attached_ns = boot_ns;
}

void drill_tell(struct drill_story *story, const struct nlattr *event)
{
	const struct nlattr *tb[ATTR_MAX + 1], *id;
	u64 type;

	attr_index_nest(&attr_event, event, tb);
	story->gap |= attr_number(tb[JVPN_EVENT_A_LOST]);
	id = tb[JVPN_EVENT_A_SESSION_ID];
	if (!id || memcmp(mnl_attr_get_payload(id), story->session_id,
			  JVPN_SESSION_ID_LEN))
		return;
	type = attr_number(tb[JVPN_EVENT_A_TYPE]);
	if (type == JVPN_EVENT_DRILL)
		tell_drill(story, tb);
	if (!story->began_ns)
		return;
	if (type == JVPN_EVENT_STATE_CHANGE)
		tell_change(story, tb);
	else if (type == JVPN_EVENT_SWITCH)
		story->bound = attr_number(tb[JVPN_EVENT_A_PATH_TO]);
	else if (type == JVPN_EVENT_PATH &&
		 is_about_path(story, tb[JVPN_EVENT_A_PATH_FROM]))
		tell_noticed(story, tb);
}

/* Did another path take over? */
static bool is_rescued(const struct drill_story *story)
{
	return story->attached_ns && story->bound >= 0 &&
	       story->bound != story->path;
}

bool drill_is_seen(const struct drill_story *story)
{
	return story->in_use ? is_rescued(story) : story->noticed_ns != 0;
}

bool drill_is_over(const struct drill_story *story)
{
	return story->steps &&
	       story->step[story->steps - 1].state == JVPN_STATE_TERMINATED;
}

bool drill_verdict(const struct drill_story *story, char why[], size_t size)
{
	bool pass = false;

	if (drill_is_over(story)) {
		snprintf(why, size, "the session ended: %s",
			 name_reason(story->step[story->steps - 1].reason));
	} else if (story->gap) {
		snprintf(why, size, "events are lost, it cannot be told");
	} else if (story->in_use && is_rescued(story)) {
		snprintf(why, size, "path %d took over", story->bound);
		pass = true;
	} else if (story->stopped) {
		snprintf(why, size, "stopped before anything was seen");
	} else if (!story->noticed_ns) {
		snprintf(why, size,
			 "the cut was not noticed; without traffic a path is asked each idle_heartbeat_interval");
	} else if (story->in_use) {
		snprintf(why, size, "no other path took over");
	} else if (story->steps > 1) {
		snprintf(why, size,
			 "the session left its state, though path %u was not in use",
			 story->path);
	} else {
		snprintf(why, size,
			 "path %u was not in use: nothing was interrupted",
			 story->path);
		pass = true;
	}
	return pass;
}

static u64 us_since(const struct drill_story *story, u64 at_ns)
{
	return at_ns > story->began_ns ?
	       (at_ns - story->began_ns) / JVPN_NS_PER_US : 0;
}

static void print_states(const struct drill_story *story)
{
	char text[TEXT_MAX];
	size_t i;

	printf("states         ");
	for (i = 0; i < story->steps; i++) {
		const struct drill_step *step = &story->step[i];
		const char *state = name_state(step->state);
		const char *reason = name_reason(step->reason);

		printf("%s%s%s%s", i ? " -> " : "",
		       colour(colour_of_state(step->state)),
		       state ? state : "-", colour(COLOUR_RESET));
		if (i)
			printf(" (%s, %s)", reason ? reason : "-",
			       human_us(text, us_since(story, step->at_ns)));
	}
	putchar('\n');
}

void drill_print(const struct drill_story *story)
{
	char why[TEXT_MAX], text[TEXT_MAX];
	bool pass = drill_verdict(story, why, sizeof(why));

	if (story->noticed_ns)
		printf("noticed after  %s, %s\n",
		       human_us(text, us_since(story, story->noticed_ns)),
		       name_reason(story->noticed_reason));
	if (story->in_use && story->attached_ns)
		printf("interrupted    %s, then path %d\n",
		       human_us(text, us_since(story, story->attached_ns)),
		       story->bound);
	print_states(story);
	printf("packets lost   %llu\n", story->lost);
	printf("%s%s%s: %s\n", colour(pass ? COLOUR_GREEN : COLOUR_RED),
	       pass ? "PASS" : "FAIL", colour(COLOUR_RESET), why);
}

static struct json_object *states_as_json(const struct drill_story *story)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < story->steps; i++) {
		const struct drill_step *step = &story->step[i];
		struct json_object *object = json_object_new_object();

		json_add_u64(object, "at_us", us_since(story, step->at_ns));
		json_add_text(object, "state", name_state(step->state));
		json_add_text(object, "reason", name_reason(step->reason));
		json_object_array_add(list, object);
	}
	return list;
}

void drill_json(const struct drill_story *story, const char *ifname)
{
	struct json_object *object = json_object_new_object();
	char why[TEXT_MAX], hex[2 * JVPN_SESSION_ID_LEN + 1];
	bool pass = drill_verdict(story, why, sizeof(why));

	hex_format(hex, story->session_id, JVPN_SESSION_ID_LEN);
	json_add(object, "ifname", json_text(ifname, strlen(ifname)));
	json_add_text(object, "session_id", hex);
	json_add_u64(object, "path", story->path);
	json_add(object, "in_use", json_object_new_boolean(story->in_use));
	if (story->noticed_ns) {
		json_add_u64(object, "noticed_us",
			     us_since(story, story->noticed_ns));
		json_add_text(object, "noticed_reason",
			      name_reason(story->noticed_reason));
	}
	if (story->in_use && story->attached_ns) {
		json_add_u64(object, "interruption_us",
			     us_since(story, story->attached_ns));
		json_add_u64(object, "path_to", story->bound);
	}
	if (story->ended_ns)
		json_add_u64(object, "cut_us", us_since(story, story->ended_ns));
	json_add_u64(object, "inner_lost", story->lost);
	json_add(object, "states", states_as_json(story));
	json_add(object, "passed", json_object_new_boolean(pass));
	json_add_text(object, "why", why);
	json_print(object);
}
