// SPDX-License-Identifier: GPL-2.0
/*
 * monitor: events as they happen, without gaps.
 *
 * Notifications are a hint, the kernel's history is the truth: every event of a
 * device has the number after that of the one before. A number that is skipped,
 * or a socket that overran, sends us to the history; what is no longer there
 * either is said. Of one session or peer the kernel has a history of its own,
 * which is asked instead: that of the device may be full of others by then.
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "event.h"
#include "json_out.h"
#include "key.h"
#include "monitor_policy.h"
#include "out.h"
#include "view.h"

/* A device and the number of the event that comes next. */
struct watch {
	u32 ifindex;
	char ifname[IF_NAMESIZE];
	u64 next;
	bool seen;	/* among the devices there are now */
};

struct monitor {
	const struct args *args;
	const char *only;		/* name of the one device, or NULL */
	struct nl events;
	struct nl requests;
	struct nl policies;		/* asked while a dump is under way */
	struct watch *watch;
	size_t watches;
	u64 printed;
	bool catching_up;
	const u8 *session;		/* only of this one, or NULL */
	const u8 *peer;			/* only of its sessions, or NULL */
	bool known;			/* a device has such a session or peer */
};

static atomic_bool stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = true;
}

static bool is_finished(const struct monitor *m)
{
	return stopped || ferror(stdout) ||
	       (m->args->given & OPTION_COUNT &&
		m->printed >= m->args->limit);
}

static struct watch *find_watch(struct monitor *m, u32 ifindex)
{
	size_t i;

	for (i = 0; i < m->watches; i++)
		if (m->watch[i].ifindex == ifindex)
			return &m->watch[i];
	return NULL;
}

static bool is_filtered(const struct monitor *m)
{
	return m->session || m->peer;
}

/* So that nobody takes the log for one of all events: a line for the auditor. */
static void print_filter(const struct monitor *m, const struct watch *w)
{
	struct json_object *line, *only;
	char text[KEY_BASE64_SIZE];

	if (!out_json || !is_filtered(m))
		return;
	line = json_object_new_object();
	only = json_object_new_object();
	json_add(line, "ifname", json_text(w->ifname, strlen(w->ifname)));
	json_add_u64(line, "ifindex", w->ifindex);
	if (m->session)
		hex_format(text, m->session, JVPN_SESSION_ID_LEN);
	else
		key_format(text, m->peer);
	json_add_text(only, m->session ? "session_id" : "peer", text);
	json_add(line, "only", only);
	json_print_line(line);
}

static struct watch *add_watch(struct monitor *m, u32 ifindex,
			       const char *ifname, u64 next)
{
	struct watch *w;

	m->watch = xrealloc(m->watch, (m->watches + 1) * sizeof(*m->watch));
	w = &m->watch[m->watches++];
	memset(w, 0, sizeof(*w));
	w->ifindex = ifindex;
	w->next = next;
	snprintf(w->ifname, sizeof(w->ifname), "%s", ifname);
	print_filter(m, w);
	return w;
}

static bool is_attr(const struct nlattr *attr, const u8 *value, size_t size)
{
	return attr && !memcmp(mnl_attr_get_payload(attr), value, size);
}

/* Is the event one of those that were asked for? */
static bool is_wanted(const struct monitor *m, const struct nlattr **event)
{
	if (m->session)
		return is_attr(event[JVPN_EVENT_A_SESSION_ID], m->session,
			       JVPN_SESSION_ID_LEN);
	return !m->peer ||
	       is_attr(event[JVPN_EVENT_A_PEER], m->peer, JVPN_KEY_LEN);
}

static void name_of(const struct nlattr *attr, char out[TEXT_MAX])
{
	*out = 0;
	if (attr)
		clean_text(out, mnl_attr_get_payload(attr),
			   mnl_attr_get_payload_len(attr));
}

/* A changed policy, before the events that are decided by it. */
static int follow_policy(struct monitor *m, u32 ifindex,
			 const struct nlattr **event)
{
	const struct nlattr *peer = event[JVPN_EVENT_A_PEER];

	if (!(m->args->given & OPTION_POLICY) ||
	    attr_number(event[JVPN_EVENT_A_TYPE]) != JVPN_EVENT_POLICY)
		return 0;
	return monitor_policy(&m->policies, ifindex,
			      peer ? mnl_attr_get_payload(peer) : NULL);
}

/* The policies of all devices that are watched from now on. */
static int show_policies(struct monitor *m)
{
	size_t i;
	int err = EXIT_DONE;

	for (i = 0; i < m->watches && !err; i++)
		if (m->args->given & OPTION_POLICY)
			err = monitor_policies(&m->policies,
					       m->watch[i].ifindex);
	return err;
}

static int catch_up(struct monitor *m, struct watch *w);

/*
 * What is missing before an event. Of all events every number must be there; a
 * history says itself what it lacks.
 */
static void say_missing(const struct monitor *m, const struct watch *w, u64 seq,
			const struct nlattr **event)
{
	u64 lost_seq = attr_number(event[JVPN_EVENT_A_LOST_SEQ]);

	if (!is_filtered(m) && seq > w->next)
		event_gap(w->ifname, w->ifindex, w->next, seq, seq - w->next);
	else if (is_filtered(m) && lost_seq >= w->next)
		event_gap(w->ifname, w->ifindex, w->next, lost_seq + 1,
			  attr_number(event[JVPN_EVENT_A_LOST]));
}

/* One event, of a notification or of the history, in the right place. */
static int take_event(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *tb[ATTR_MAX + 1], *event[ATTR_MAX + 1];
	struct monitor *m = data;
	char ifname[TEXT_MAX];
	struct watch *w;
	u32 ifindex;
	u64 seq;
	int err;

	msg_index(header, tb);
	if (!tb[JVPN_A_EVENT] || is_finished(m))
		return 0;
	ifindex = attr_number(tb[JVPN_A_IFINDEX]);
	name_of(tb[JVPN_A_IFNAME], ifname);
	w = find_watch(m, ifindex);
	if (!w) {
		if (m->only && strcmp(m->only, ifname))
			return 0;
		/* New since we looked: its history starts with 1. */
		w = add_watch(m, ifindex, ifname, 1);
	}
	attr_index_nest(&attr_event, tb[JVPN_A_EVENT], event);
	seq = attr_number(event[JVPN_EVENT_A_SEQ]);
	if (seq > w->next && !m->catching_up) {
		err = catch_up(m, w);
		if (err)
			return err;
		w = find_watch(m, ifindex);
	}
	if (seq < w->next || is_finished(m))
		return 0;
	say_missing(m, w, seq, event);
	w->next = seq + 1;
	if (is_wanted(m, event)) {
		event_print(ifname, ifindex, tb[JVPN_A_EVENT]);
		m->printed++;
	}
	return follow_policy(m, ifindex, event);
}

/* Prints what the history has from the next number on. */
static int catch_up(struct monitor *m, struct watch *w)
{
	struct nl *nl = &m->requests;
	u32 ifindex = w->ifindex;
	struct nlmsghdr *header;
	struct nlattr *nest;
	int err;

	header = nl_new(nl, JVPN_CMD_EVENT_GET, NULL, ifindex);
	nest = nl_nest(header, JVPN_A_EVENT);
	mnl_attr_put_u64(header, JVPN_EVENT_A_SEQ, w->next);
	if (m->session)
		mnl_attr_put(header, JVPN_EVENT_A_SESSION_ID,
			     JVPN_SESSION_ID_LEN, m->session);
	else if (m->peer)
		mnl_attr_put(header, JVPN_EVENT_A_PEER, JVPN_KEY_LEN, m->peer);
	nl_nest_end(header, nest);
	m->catching_up = true;
	err = nl_dump_once(nl, header, take_event, m);
	m->catching_up = false;
	m->known |= !err;
	if (err == -ENODEV) /* what is missing cannot be had any more */
		return EXIT_DONE;
	if (err == -ENOENT && is_filtered(m)) /* not on this device, or not yet */
		return EXIT_DONE;
	if (err)
		return nl_fail(nl, "reading the history");
	/* A history of sessions does not tell of policies. */
	if (is_filtered(m) && m->args->given & OPTION_POLICY)
		return monitor_policies(&m->policies, ifindex);
	return EXIT_DONE;
}

/* Looks at all devices: adds those that are new, marks those that are there. */
static int look_around(struct monitor *m, bool first)
{
	const struct nlattr *tb[ATTR_MAX + 1], *device[ATTR_MAX + 1];
	struct msgs devices = { 0 };
	char ifname[TEXT_MAX];
	size_t i;
	int err;

	for (i = 0; i < m->watches; i++)
		m->watch[i].seen = false;
	err = view_devices(&m->requests, &devices);
	for (i = 0; i < devices.count && !err; i++) {
		struct watch *w;
		u64 next = 1;
		u32 ifindex;

		msg_index(devices.msg[i].header, tb);
		name_of(tb[JVPN_A_IFNAME], ifname);
		ifindex = attr_number(tb[JVPN_A_IFINDEX]);
		attr_index_nest(&attr_device, tb[JVPN_A_DEVICE], device);
		w = find_watch(m, ifindex);
		if (!w && m->only && strcmp(m->only, ifname))
			continue;
		if (m->args->given & OPTION_SINCE)
			next = m->args->since ? m->args->since : 1;
		else if (first && m->args->given & OPTION_HISTORY)
			next = attr_number(device[JVPN_DEVICE_A_EVENT_OLDEST]);
		else if (first)
			next = attr_number(device[JVPN_DEVICE_A_EVENT_SEQ]) + 1;
		if (!w)
			w = add_watch(m, ifindex, ifname, next ? next : 1);
		w->seen = true;
	}
	msgs_free(&devices);
	return err;
}

static int catch_up_all(struct monitor *m)
{
	size_t i;
	int err = EXIT_DONE;

	for (i = 0; i < m->watches && !err && !is_finished(m); i++)
		if (m->watch[i].seen)
			err = catch_up(m, &m->watch[i]);
	return err;
}

/* Events were lost on the way: the history has them, but for devices gone. */
static int recover(struct monitor *m)
{
	size_t i = 0;
	int err;

	err = look_around(m, false);
	if (!err)
		err = catch_up_all(m);
	while (i < m->watches && !err) {
		struct watch *w = &m->watch[i];

		if (w->seen) {
			i++;
			continue;
		}
		event_gap(w->ifname, w->ifindex, w->next, 0, 0);
		*w = m->watch[--m->watches];
	}
	return err;
}

/*
 * Until something is to be done; false when it is time to end. A signal comes
 * before the look at @stopped or ends the wait: it cannot fall in between.
 */
static bool wait_for_events(struct monitor *m)
{
	struct pollfd fds[] = {
		{ .fd = mnl_socket_get_fd(m->events.socket), .events = POLLIN },
		{ .fd = STDOUT_FILENO }, /* a reader that has gone */
	};

	sigset_t block, mask;
	bool go_on = true;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &mask);
	if (is_finished(m))
		go_on = false;
	else if (ppoll(fds, ARRAY_SIZE(fds), NULL, &mask) < 0)
		go_on = errno == EINTR;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return go_on && !stopped && !(fds[1].revents & POLLERR);
}

static int follow(struct monitor *m)
{
	int err = EXIT_DONE;

	while (!err && wait_for_events(m)) {
		err = nl_receive(&m->events, take_event, m);
		if (err == -ENOBUFS)
			err = recover(m);
		else if (err == -EAGAIN || err == -EINTR)
			err = EXIT_DONE;
		else if (err < 0)
			err = fail(EXIT_SYSTEM, "listening to events: %s",
				   strerror(-err));
	}
	return err;
}

/* Without SA_RESTART: they also end a write that nobody reads. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int watch_events(struct monitor *m)
{
	bool history = m->args->given & OPTION_HISTORY;
	int err;

	catch_signals();
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Listen first, then look: nothing falls in between. */
	err = history ? EXIT_DONE : nl_subscribe(&m->events);
	if (!err)
		err = look_around(m, true);
	if (!err && m->only && !m->watches)
		err = fail(EXIT_NOT_FOUND, "%s: no such device", m->only);
	if (!err)
		err = show_policies(m);
	if (!err && (history || m->args->given & OPTION_SINCE))
		err = catch_up_all(m);
	if (!err && history && is_filtered(m) && !m->known)
		err = fail(EXIT_NOT_FOUND, "there is no history of this %s",
			   m->session ? "session" : "peer");
	if (!err && !history)
		err = follow(m);
	if (stopped)
		clearerr(stdout);
	free(m->watch);
	return err;
}

/* Whose events are wanted; @id and @key have room for it. */
static int take_filter(struct monitor *m, u8 *id, u8 *key)
{
	const struct args *args = m->args;

	if (args->session && args->peer)
		return usage_error(args, "takes one of --session and --peer");
	if (args->session && !session_id_parse(id, args->session))
		return usage_error(args,
				   "--session takes 32 characters of hex");
	if (args->peer && word_is_peer(args, args->peer, key))
		return EXIT_USAGE;
	m->session = args->session ? id : NULL;
	m->peer = args->peer ? key : NULL;
	return EXIT_DONE;
}

static int run_monitor(const struct args *args)
{
	struct monitor m = {
		.args = args,
		.only = args->count ? args->word[0] : NULL,
	};
	u8 id[JVPN_SESSION_ID_LEN], key[JVPN_KEY_LEN];
	int err;

	err = m.only ? word_is_device(args, m.only) : EXIT_DONE;
	if (!err)
		err = take_filter(&m, id, key);
	if (!err && args->given & OPTION_POLICY && !out_json)
		err = usage_error(args, "--policy goes with --json");
	if (!err)
		err = nl_open(&m.events);
	if (err)
		return err;
	err = nl_open(&m.requests);
	if (err)
		goto close_events;
	err = nl_open(&m.policies);
	if (err)
		goto close_requests;
	err = watch_events(&m);
	nl_close(&m.policies);
close_requests:
	nl_close(&m.requests);
close_events:
	nl_close(&m.events);
	return err;
}

const struct command cmd_monitor = {
	.name = "monitor",
	.usage = "[DEV] [--session ID | --peer KEY] [--since N] [--count N]\n"
		 " [--history] [--policy]",
	.summary = "events as they happen, none lost",
	.help = "Prints one line for each event: time, device, peer, what happened, the reason,\n"
		"the paths, milliseconds without a path, packets lost. What is missed is fetched\n"
		"from the kernel's history; what is no longer there is said.\n"
		"\n"
		"  --session ID  only of this session, and from its own history: there events stay\n"
		"                when those of other sessions have filled that of the device\n"
		"  --peer KEY    the same for all sessions of a peer, the last that ended included\n"
		"  --since N     start with event number N of each device\n"
		"  --count N     end after N events\n"
		"  --history     print what the history has, and end\n"
		"  --policy      with --json: also the policies, at first and when they change\n"
		"\n"
		"With --json each line is an object with all attributes of the event. SIGINT and\n"
		"SIGTERM end it with exit code 0.",
	.options = OPTION_SINCE | OPTION_COUNT | OPTION_HISTORY |
		   OPTION_POLICY | OPTION_SESSION | OPTION_PEER,
	.max_words = 1,
	.run = run_monitor,
};
