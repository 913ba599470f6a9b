// SPDX-License-Identifier: GPL-2.0
/* Talking to the kernel's jvpn family: requests, dumps, notifications. */
#include "nl.h"

#include <linux/genetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "key.h"
#include "out.h"

/* A table that changes all the time: give up some day. */
#define DUMP_TRIES		20
/* A listener that is late for a moment should not have to ask again. */
#define EVENT_BUFFER_BYTES	(4 << 20)

#define HEADERS	(MNL_ALIGN(sizeof(struct nlmsghdr)) + \
		 MNL_ALIGN(sizeof(struct genlmsghdr)))

/* The attributes of a generic netlink message; it is long enough for them. */
static const void *attrs_of(const struct nlmsghdr *header, size_t *len)
{
	*len = header->nlmsg_len - HEADERS;
	return (const u8 *)header + HEADERS;
}

void msg_index(const struct nlmsghdr *header, const struct nlattr **tb)
{
	size_t len;
	const void *attrs = attrs_of(header, &len);

	attr_index(&attr_top, attrs, len, tb);
}

struct nlmsghdr *nl_new(struct nl *nl, u8 command, const char *device,
			u32 ifindex)
{
	struct nlmsghdr *header;
	struct genlmsghdr *genl;

	memset(nl->request, 0, HEADERS);
	header = mnl_nlmsg_put_header(nl->request);
	header->nlmsg_type = nl->family;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = command;
	genl->version = JVPN_GENL_VERSION;
	if (device)
		mnl_attr_put_strz(header, JVPN_A_IFNAME, device);
	else if (ifindex)
		mnl_attr_put_u32(header, JVPN_A_IFINDEX, ifindex);
	return header;
}

struct nlattr *nl_nest(struct nlmsghdr *header, u16 type)
{
	return mnl_attr_nest_start_check(header, NL_REQUEST_SIZE, type);
}

void nl_nest_end(struct nlmsghdr *header, struct nlattr *nest)
{
	mnl_attr_nest_end(header, nest);
}

/* One datagram from the kernel; its length, or a negative error. */
static ssize_t receive(struct nl *nl, int flags)
{
	struct iovec iov = { nl->answer, NL_REQUEST_SIZE };
	struct sockaddr_nl from = { 0 };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len;

	do {
		len = recvmsg(mnl_socket_get_fd(nl->socket), &message, flags);
		if (len < 0)
			return -errno;
		if (message.msg_flags & MSG_TRUNC)
			return -EMSGSIZE;
	} while (from.nl_pid); /* not from the kernel: not for us */
	return len;
}

/* Where the kernel has no words: what is wrong, from offsets and numbers. */
static void name_the_attribute(struct nl *nl, const struct nlmsghdr *request,
			       const struct nlattr **tb)
{
	const char *missing = NULL;
	size_t len;
	const void *attrs = attrs_of(request, &len);
	char path[80] = "";
	u32 offset;

	if (request->nlmsg_type != nl->family)
		return;
	if (tb[NLMSGERR_ATTR_OFFS]) {
		offset = mnl_attr_get_u32(tb[NLMSGERR_ATTR_OFFS]);
		if (offset >= HEADERS)
			attr_path_at(&attr_top, attrs, len, offset - HEADERS,
				     path, sizeof(path));
	} else if (tb[NLMSGERR_ATTR_MISS_TYPE]) {
		offset = tb[NLMSGERR_ATTR_MISS_NEST] ?
			 mnl_attr_get_u32(tb[NLMSGERR_ATTR_MISS_NEST]) :
			 HEADERS;
		if (offset >= HEADERS)
			missing = attr_missing_at(&attr_top, attrs, len,
						  offset - HEADERS,
						  mnl_attr_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]));
	}
	if (*path)
		snprintf(nl->text, sizeof(nl->text), "attribute %s", path);
	else if (missing)
		snprintf(nl->text, sizeof(nl->text), "attribute %s is missing",
			 missing);
}

/* Takes the attributes of an extended acknowledgment; keeps its text. */
static void read_ext_ack(struct nl *nl, const struct nlmsghdr *request,
			 const void *data, size_t len)
{
	const struct nlattr *tb[NLMSGERR_ATTR_MISS_NEST + 1] = { NULL };
	const struct nlattr *attr = NULL;
	char clean[TEXT_MAX];

	while ((attr = attr_next(data, len, attr))) {
		unsigned int type = mnl_attr_get_type(attr);
		size_t size = mnl_attr_get_payload_len(attr);

		if (type >= ARRAY_SIZE(tb) ||
		    (type != NLMSGERR_ATTR_MSG && size != sizeof(u32)))
			continue;
		tb[type] = attr;
	}
	attr = tb[NLMSGERR_ATTR_MSG];
	if (attr)
		snprintf(nl->text, sizeof(nl->text), "%s",
			 clean_text(clean, mnl_attr_get_payload(attr),
				    mnl_attr_get_payload_len(attr)));
	else if (nl->error)
		name_the_attribute(nl, request, tb);
}

/* The verdict over a request: NLMSG_ERROR, also for success, or NLMSG_DONE. */
static int read_verdict(struct nl *nl, const struct nlmsghdr *request,
			const struct nlmsghdr *header)
{
	const u8 *payload = mnl_nlmsg_get_payload(header);
	size_t len = mnl_nlmsg_get_payload_len(header);
	size_t skip = sizeof(s32);
	s32 error = 0;

	if (len >= sizeof(error))
		memcpy(&error, payload, sizeof(error));
	else if (header->nlmsg_type == NLMSG_ERROR)
		error = -EBADMSG;
	nl->error = error < 0 ? -error : error;
	if (header->nlmsg_type == NLMSG_ERROR) {
		skip = sizeof(struct nlmsgerr);
		if (len >= skip && !(header->nlmsg_flags & NLM_F_CAPPED)) {
			u32 echoed;

			memcpy(&echoed, payload + sizeof(s32), sizeof(echoed));
			if (echoed > sizeof(struct nlmsghdr))
				skip += MNL_ALIGN(echoed) -
					sizeof(struct nlmsghdr);
		}
	}
	if (header->nlmsg_flags & NLM_F_ACK_TLVS && len > skip)
		read_ext_ack(nl, request, payload + skip, len - skip);
	return -nl->error;
}

static int malformed(struct nl *nl, const char *what)
{
	nl->error = EBADMSG;
	snprintf(nl->text, sizeof(nl->text),
		 "the kernel's answer is malformed%s%s", what ? ": " : "",
		 what ? what : "");
	return -EBADMSG;
}

/* Is it a message of the family, with all its attributes in order? */
static int check_message(struct nl *nl, const struct nlmsghdr *header)
{
	const char *bad;
	size_t len;
	const void *attrs;

	if (header->nlmsg_len < HEADERS)
		return malformed(nl, NULL);
	if (header->nlmsg_type != nl->family)
		return 0; /* the controller's, looked at by find_family() */
	attrs = attrs_of(header, &len);
	if (!attr_check(&attr_top, attrs, len, &bad))
		return malformed(nl, bad);
	return 0;
}

struct transaction {
	struct nl *nl;
	struct nlmsghdr *request;
	nl_cb *cb;
	void *data;
	bool done;
	bool changed;	/* NLM_F_DUMP_INTR was seen */
};

static int take_message(struct transaction *t, const struct nlmsghdr *header)
{
	int err;

	if (header->nlmsg_seq != t->request->nlmsg_seq)
		return 0; /* a late answer to something given up */
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		t->changed = true;
	switch (header->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		t->done = true;
		return read_verdict(t->nl, t->request, header);
	case NLMSG_NOOP:
	case NLMSG_OVERRUN:
		return 0;
	}
	err = check_message(t->nl, header);
	if (err || !t->cb)
		return err;
	return t->cb(header, t->data);
}

static int take_datagram(struct transaction *t, size_t len)
{
	const struct nlmsghdr *header = t->nl->answer;
	int left = len, err;

	while (!t->done && mnl_nlmsg_ok(header, left)) {
		err = take_message(t, header);
		if (err)
			return err;
		header = mnl_nlmsg_next(header, &left);
	}
	return t->done || left <= 0 ? 0 : malformed(t->nl, NULL);
}

static int run(struct transaction *t)
{
	struct nl *nl = t->nl;
	ssize_t len;
	int err = 0;

	nl->error = 0;
	*nl->text = 0;
	if (mnl_socket_sendto(nl->socket, t->request,
			      t->request->nlmsg_len) < 0)
		err = -errno;
	while (!err && !t->done) {
		len = receive(nl, 0);
		if (len == -EINTR)
			continue;
		err = len < 0 ? (int)len : take_datagram(t, len);
	}
	if (err && !nl->error)
		nl->error = -err;
	return err;
}

int nl_do(struct nl *nl, struct nlmsghdr *header, nl_cb *cb, void *data)
{
	struct transaction t = {
		.nl = nl, .request = header, .cb = cb, .data = data,
	};
	int err;

	header->nlmsg_flags |= NLM_F_ACK;
	err = run(&t);
	secret_wipe(header, header->nlmsg_len);
	return err;
}

static int keep_message(const struct nlmsghdr *header, void *data)
{
	msgs_add(data, header);
	return 0;
}

int nl_dump(struct nl *nl, struct nlmsghdr *header, struct msgs *out)
{
	unsigned int tries;
	int err;

	header->nlmsg_flags |= NLM_F_DUMP;
	for (tries = 0; tries < DUMP_TRIES; tries++) {
		struct transaction t = {
			.nl = nl, .request = header, .cb = keep_message,
			.data = out,
		};

		msgs_free(out);
		header->nlmsg_seq = ++nl->seq;
		err = run(&t);
		if (err == -EINTR)
			continue; /* dumps may also say it so */
		if (err || !t.changed)
			return err;
	}
	nl->error = EAGAIN;
	snprintf(nl->text, sizeof(nl->text),
		 "the configuration changes faster than it can be read");
	return -EAGAIN;
}

int nl_dump_once(struct nl *nl, struct nlmsghdr *header, nl_cb *cb, void *data)
{
	struct transaction t = {
		.nl = nl, .request = header, .cb = cb, .data = data,
	};

	header->nlmsg_flags |= NLM_F_DUMP;
	return run(&t);
}

void msgs_add(struct msgs *msgs, const struct nlmsghdr *header)
{
	void *copy = xalloc(header->nlmsg_len);

	memcpy(copy, header, header->nlmsg_len);
	if (msgs->count == msgs->room) {
		msgs->room = msgs->room ? 2 * msgs->room : 16;
		msgs->msg = xrealloc(msgs->msg,
				     msgs->room * sizeof(*msgs->msg));
	}
	msgs->msg[msgs->count++].header = copy;
}

void msgs_free(struct msgs *msgs)
{
	size_t i;

	for (i = 0; i < msgs->count; i++)
		secret_free(msgs->msg[i].header,
			    msgs->msg[i].header->nlmsg_len);
	free(msgs->msg);
	memset(msgs, 0, sizeof(*msgs));
}

static int exit_code_of(int error)
{
	switch (error) {
	case ENODEV:
	case ENOENT:
		return EXIT_NOT_FOUND;
	case EBADMSG:
	case ENOMEM:
	case ENOBUFS:
	case EAGAIN:
		return EXIT_SYSTEM;
	default:
		return EXIT_REFUSED;
	}
}

int nl_fail(struct nl *nl, const char *format, ...)
{
	const char *hint = "";
	char context[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(context, sizeof(context), format, args);
	va_end(args);
	if (nl->error == EPERM && geteuid())
		hint = "; this needs CAP_NET_ADMIN";
	if (*nl->text)
		return fail(exit_code_of(nl->error), "%s: %s (%s%s)", context,
			    nl->text, strerror(nl->error), hint);
	return fail(exit_code_of(nl->error), "%s: %s%s", context,
		    strerror(nl->error), hint);
}

static void read_groups(struct nl *nl, const struct nlattr *list)
{
	const struct nlattr *group, *attr;
	static const struct {
		const char *name;
		size_t offset;
	} groups[] = {
		{ JVPN_MCGRP_STATE, offsetof(struct nl, group_state) },
		{ JVPN_MCGRP_SECURITY, offsetof(struct nl, group_security) },
	};
	unsigned int i;

	mnl_attr_for_each_nested(group, list) {
		const char *name = NULL;
		u32 id = 0;

		mnl_attr_for_each_nested(attr, group) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
			    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
				name = mnl_attr_get_str(attr);
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
			    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
				id = mnl_attr_get_u32(attr);
		}
		for (i = 0; name && i < ARRAY_SIZE(groups); i++)
			if (!strcmp(name, groups[i].name))
				memcpy((u8 *)nl + groups[i].offset, &id,
				       sizeof(id));
	}
}

static int read_family(const struct nlmsghdr *header, void *data)
{
	struct nl *nl = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, header, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
				nl->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			read_groups(nl, attr);
			break;
		}
	}
	return 0;
}

static int find_family(struct nl *nl)
{
	struct nlmsghdr *header = nl_new(nl, 0, NULL, 0);
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(header);
	int err;

	header->nlmsg_type = GENL_ID_CTRL;
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, JVPN_GENL_NAME);
	err = nl_do(nl, header, read_family, nl);
	if (err == -ENOENT || (!err && !nl->family))
		return fail(EXIT_NO_MODULE,
			    "this kernel has no jvpn: load the module (modprobe jvpn)");
	if (err)
		return nl_fail(nl, "looking for jvpn in the kernel");
	return EXIT_DONE;
}

int nl_open(struct nl *nl)
{
	int on = 1, err;

	memset(nl, 0, sizeof(*nl));
	nl->request = xalloc(NL_REQUEST_SIZE);
	nl->answer = xalloc(NL_REQUEST_SIZE);
	nl->seq = time(NULL);
	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket ||
	    mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = fail(EXIT_SYSTEM, "cannot open a netlink socket: %s",
			   strerror(errno));
		nl_close(nl);
		return err;
	}
	/* Without these, only the texts of refusals are missing. */
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	err = find_family(nl);
	if (err)
		nl_close(nl);
	return err;
}

void nl_close(struct nl *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	secret_free(nl->request, NL_REQUEST_SIZE);
	secret_free(nl->answer, NL_REQUEST_SIZE);
	memset(nl, 0, sizeof(*nl));
}

int nl_subscribe(struct nl *nl)
{
	const u32 groups[] = { nl->group_state, nl->group_security };
	const char *wanted = getenv("JVPN_EVENT_BUFFER");
	int size = wanted ? atoi(wanted) : EVENT_BUFFER_BYTES;
	unsigned int i;

	if (setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET,
		       SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET,
			   SO_RCVBUF, &size, sizeof(size));
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (groups[i] &&
		    !mnl_socket_setsockopt(nl->socket, NETLINK_ADD_MEMBERSHIP,
					   (void *)&groups[i],
					   sizeof(groups[i])))
			continue;
		nl->error = groups[i] ? errno : EOPNOTSUPP;
		*nl->text = 0;
		return nl_fail(nl, "listening to events");
	}
	return EXIT_DONE;
}

int nl_receive(struct nl *nl, nl_cb *cb, void *data)
{
	ssize_t len = receive(nl, MSG_DONTWAIT);
	const struct nlmsghdr *header = nl->answer;
	int left = len, err;

	if (len < 0)
		return len;
	for (; mnl_nlmsg_ok(header, left);
	     header = mnl_nlmsg_next(header, &left)) {
		if (header->nlmsg_type != nl->family)
			continue;
		err = check_message(nl, header);
		if (!err)
			err = cb(header, data);
		if (err)
			return err;
	}
	return 0;
}
