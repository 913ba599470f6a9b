// SPDX-License-Identifier: GPL-2.0
/*
 * drill: cuts a path on purpose and watches the session get over it.
 *
 * The kernel drops what goes by the path, and stops doing so by itself when the
 * time is over. Its history tells what came of it; a notification only says that
 * it is time to look again.
 */
#include "drill.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "event.h"
#include "json_out.h"
#include "key.h"
#include "out.h"
#include "parse.h"
#include "target.h"

#define DRILL_DEFAULT_MS	30000
/* So long the session is watched when the cut has ended and nothing took over. */
#define AFTER_MS		10000
/* A notification may be lost; the history is looked at so often in any case. */
#define LOOK_MS			1000

struct drill {
	const struct args *args;
	struct target target;
	struct nl requests;
	struct nl events;
	struct drill_story story;
	u32 duration_ms;
	u8 path;
	bool has_path;
	u64 next;		/* number of the event that comes next */
	u64 dropped;		/* by the session while it had no binding */
	bool asked_to_end;
};

static atomic_bool stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = true;
}

static u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / JVPN_NS_PER_MS;
}

static int take_session(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *tb[ATTR_MAX + 1], *session[ATTR_MAX + 1];
	struct drill *d = data;
	const struct nlattr *id, *active;

	msg_index(header, tb);
	attr_index_nest(&attr_session, tb[JVPN_A_SESSION], session);
	id = session[JVPN_SESSION_A_ID];
	if (id) {
		memcpy(d->story.session_id, mnl_attr_get_payload(id),
		       JVPN_SESSION_ID_LEN);
		/* A successor may come; the drill is about this one. */
		memcpy(d->target.id, d->story.session_id, JVPN_SESSION_ID_LEN);
		d->target.by_id = true;
	}
	d->dropped = attr_number(session[JVPN_SESSION_A_DROPPED]);
	active = session[JVPN_SESSION_A_ACTIVE_PATH];
	d->story.in_use = active && (!d->has_path ||
				     attr_number(active) == d->path);
	return 0;
}

static int ask_session(struct drill *d)
{
	struct nlmsghdr *header = nl_new(&d->requests, JVPN_CMD_SESSION_GET,
					 d->args->word[0], 0);

	nl_nest_end(header, target_nest(header, &d->target));
	return nl_do(&d->requests, header, take_session, d);
}

static int take_device(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *tb[ATTR_MAX + 1], *device[ATTR_MAX + 1];
	struct drill *d = data;

	msg_index(header, tb);
	attr_index_nest(&attr_device, tb[JVPN_A_DEVICE], device);
	d->next = attr_number(device[JVPN_DEVICE_A_EVENT_SEQ]) + 1;
	return 0;
}

/* How things are before: what is active, and where the events begin. */
static int look_before(struct drill *d)
{
	struct nlmsghdr *header;

	if (ask_session(d))
		return nl_fail(&d->requests, "%s: session %s",
			       d->args->word[0], d->args->word[1]);
	header = nl_new(&d->requests, JVPN_CMD_DEVICE_GET, d->args->word[0],
			0);
	if (nl_do(&d->requests, header, take_device, d))
		return nl_fail(&d->requests, "%s", d->args->word[0]);
	return EXIT_DONE;
}

static int ask_drill(struct drill *d, u32 duration_ms)
{
	struct nlmsghdr *header;
	struct nlattr *nest;

	header = nl_new(&d->requests, JVPN_CMD_SESSION_DRILL,
			d->args->word[0], 0);
	nest = target_nest(header, &d->target);
	mnl_attr_put_u32(header, JVPN_SESSION_A_DRILL_MS, duration_ms);
	if (d->has_path && duration_ms)
		mnl_attr_put_u8(header, JVPN_SESSION_A_TARGET_PATH, d->path);
	if (d->args->given & OPTION_FORCE && duration_ms)
		mnl_attr_put(header, JVPN_SESSION_A_FORCE, 0, NULL);
	nl_nest_end(header, nest);
	return nl_do(&d->requests, header, NULL, NULL);
}

/* The cut need not last longer; it may have ended by itself meanwhile. */
static int end_drill(struct drill *d)
{
	int err = ask_drill(d, 0);

	d->asked_to_end = true;
	if (!err || err == -EALREADY || err == -ENOENT || err == -ENOTCONN)
		return EXIT_DONE;
	return nl_fail(&d->requests, "%s: ending the drill",
		       d->args->word[0]);
}

static int take_event(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *tb[ATTR_MAX + 1], *event[ATTR_MAX + 1];
	struct drill *d = data;
	const struct nlattr *id;

	msg_index(header, tb);
	if (!tb[JVPN_A_EVENT])
		return 0;
	attr_index_nest(&attr_event, tb[JVPN_A_EVENT], event);
	d->next = attr_number(event[JVPN_EVENT_A_SEQ]) + 1;
	drill_tell(&d->story, tb[JVPN_A_EVENT]);
	id = event[JVPN_EVENT_A_SESSION_ID];
	if (!out_json && id && !memcmp(mnl_attr_get_payload(id),
				       d->story.session_id,
				       JVPN_SESSION_ID_LEN))
		event_print(d->args->word[0], attr_number(tb[JVPN_A_IFINDEX]),
			    tb[JVPN_A_EVENT]);
	return 0;
}

/* What the history has since the last look. */
static int look(struct drill *d)
{
	struct nlmsghdr *header;
	struct nlattr *nest;

	header = nl_new(&d->requests, JVPN_CMD_EVENT_GET, d->args->word[0], 0);
	nest = nl_nest(header, JVPN_A_EVENT);
	mnl_attr_put_u64(header, JVPN_EVENT_A_SEQ, d->next);
	nl_nest_end(header, nest);
	if (nl_dump_once(&d->requests, header, take_event, d))
		return nl_fail(&d->requests, "%s: reading the history",
			       d->args->word[0]);
	return EXIT_DONE;
}

static int ignore(const struct nlmsghdr *header, void *data)
{
	(void)header;
	(void)data;
	return 0;
}

static void wait_for_events(struct drill *d, u64 until_ms)
{
	struct pollfd fd = {
		.fd = mnl_socket_get_fd(d->events.socket),
		.events = POLLIN,
	};
	u64 now = now_ms(), left = until_ms > now ? until_ms - now : 0;

	if (poll(&fd, 1, left < LOOK_MS ? left : LOOK_MS) <= 0)
		return;
	/* Also one that could not be delivered says that there is something. */
	while (nl_receive(&d->events, ignore, NULL) == 0)
		;
}

static bool is_finished(const struct drill *d)
{
	const struct drill_story *story = &d->story;

	return drill_is_over(story) ||
	       (story->ended_ns && (drill_is_seen(story) || stopped ||
				    story->attached_ns > story->ended_ns));
}

static int watch(struct drill *d)
{
	u64 until_ms = now_ms() + d->duration_ms + AFTER_MS;
	int err;

	for (;;) {
		err = look(d);
		if (err || is_finished(d) || now_ms() >= until_ms)
			return err;
		if ((drill_is_seen(&d->story) || stopped) && !d->asked_to_end)
			err = end_drill(d);
		else
			wait_for_events(d, until_ms);
		if (err)
			return err;
	}
}

/* What waited in vain while there was no binding is lost as well. */
static void count_lost(struct drill *d)
{
	u64 before = d->dropped;
	bool in_use = d->story.in_use;

	if (!ask_session(d) && d->dropped > before)
		d->story.lost += d->dropped - before;
	d->story.in_use = in_use;
}

static int drill(struct drill *d)
{
	struct sigaction action = { .sa_handler = stop };
	char why[TEXT_MAX];
	int err;

	err = nl_subscribe(&d->events);
	if (!err)
		err = look_before(d);
	if (err)
		return err;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (ask_drill(d, d->duration_ms))
		return nl_fail(&d->requests, "%s: session %s",
			       d->args->word[0], d->args->word[1]);
	err = watch(d);
	if (err)
		return err;
	count_lost(d);
	d->story.stopped = stopped;
	if (out_json)
		drill_json(&d->story, d->args->word[0]);
	else
		drill_print(&d->story);
	return drill_verdict(&d->story, why, sizeof(why)) ? EXIT_DONE :
							    EXIT_FAILED;
}

static int read_options(struct drill *d)
{
	const struct attr_desc *duration =
		&attr_session.desc[JVPN_SESSION_A_DRILL_MS];
	const struct args *args = d->args;
	char clean[TEXT_MAX];
	const char *expected;
	u32 path;

	d->duration_ms = DRILL_DEFAULT_MS;
	if (args->duration &&
	    (value_parse(duration, args->duration, &d->duration_ms,
			 &expected) || !d->duration_ms))
		return usage_error(args, "--for %s: not a time",
				   clean_text(clean, args->duration,
					      strlen(args->duration)));
	if (!args->path)
		return EXIT_DONE;
	if (parse_u32(args->path, 0, JVPN_MAX_PATHS - 1, &path))
		return usage_error(args, "--path takes a number from 0 to %u",
				   JVPN_MAX_PATHS - 1);
	d->path = path;
	d->has_path = true;
	return EXIT_DONE;
}

static int run_drill(const struct args *args)
{
	struct drill d = { .args = args, .story.bound = -1 };
	int err;

	err = target_read(args, &d.target);
	if (!err)
		err = read_options(&d);
	if (!err)
		err = nl_open(&d.requests);
	if (err)
		return err;
	err = nl_open(&d.events);
	if (!err) {
		err = drill(&d);
		nl_close(&d.events);
	}
	nl_close(&d.requests);
	free(d.story.step);
	return err;
}

const struct command cmd_drill = {
	.name = "drill",
	.usage = "DEV ID|PEER [--for MS] [--path ID] [--force]",
	.summary = "cut a path on purpose, to see that failover works",
	.help = "Drops all that this end sends and receives on the path in use, watches what\n"
		"the session does about it, and says how long it was interrupted, how many inner\n"
		"packets were lost, which states it passed and why. The cut ends when another\n"
		"path has taken over, or when its time is over, also if this program dies.\n"
		"Nothing but the cut is make-believe: the interruption is a real one.\n"
		"\n"
		"  --for MS    at most so long, 1 ms to 60 s; 30 s if not given\n"
		"  --path ID   another path than the one in use\n"
		"  --force     also if no other path works: an outage for the whole time\n"
		"\n"
		"Exit code 0: another path took over, 6: none did, 1: the kernel refused.",
	.options = OPTION_FOR | OPTION_PATH | OPTION_FORCE,
	.min_words = 2,
	.max_words = 2,
	.run = run_drill,
};
