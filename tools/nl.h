/* SPDX-License-Identifier: GPL-2.0 */
/* Talking to the kernel's jvpn family: requests, dumps, notifications. */
#ifndef JVPN_TOOL_NL_H
#define JVPN_TOOL_NL_H

#include "attr.h"

/* Room for one request; a nest can hold no more anyway. */
#define NL_REQUEST_SIZE		65536

struct nl {
	struct mnl_socket *socket;
	u32 seq;
	u16 family;
	u32 group_state;
	u32 group_security;
	void *request;		/* NL_REQUEST_SIZE */
	void *answer;		/* NL_REQUEST_SIZE */
	int error;		/* of the last request, positive */
	char text[256];		/* what the kernel said about it, or "" */
};

/* A message that was checked. */
struct msg {
	struct nlmsghdr *header;
};

struct msgs {
	struct msg *msg;
	size_t count;
	size_t room;
};

/* Called for each answer; 0 to go on. The message is gone afterwards. */
typedef int nl_cb(const struct nlmsghdr *header, void *data);

/* Connects and finds the family; exit code, after having said why. */
int nl_open(struct nl *nl);
void nl_close(struct nl *nl);

/**
 * nl_new - start a request in nl->request
 * @command: JVPN_CMD_*
 * @device: name or NULL
 * @ifindex: instead of the name, or 0
 */
struct nlmsghdr *nl_new(struct nl *nl, u8 command, const char *device,
			u32 ifindex);

/* Nests, with the flag that strict kernels want. NULL if it does not fit. */
struct nlattr *nl_nest(struct nlmsghdr *header, u16 type);
void nl_nest_end(struct nlmsghdr *header, struct nlattr *nest);

/**
 * nl_do - send what nl_new() started and wait for the verdict
 * @cb: called for each answer, or NULL
 *
 * The request is wiped.
 *
 * Return: 0, or the negative error, which is then also in nl->error with the
 * kernel's words in nl->text.
 */
int nl_do(struct nl *nl, struct nlmsghdr *header, nl_cb *cb, void *data);

/**
 * nl_dump - collect a whole dump
 * @out: gets copies of all messages; free with msgs_free(), also after errors
 *
 * A dump that something changed under is thrown away and asked for again.
 */
int nl_dump(struct nl *nl, struct nlmsghdr *header, struct msgs *out);

/* The same without keeping anything, and without a second try. */
int nl_dump_once(struct nl *nl, struct nlmsghdr *header, nl_cb *cb, void *data);

void msgs_add(struct msgs *msgs, const struct nlmsghdr *header);
/* Wipes: there may be keys in them. */
void msgs_free(struct msgs *msgs);

/* The attributes of a checked message of the family. */
void msg_index(const struct nlmsghdr *header, const struct nlattr **tb);

/**
 * nl_fail - report the error of the last request
 * @format: what was to be done, in few words
 *
 * Return: the exit code that goes with it.
 */
int nl_fail(struct nl *nl, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Joins both multicast groups; exit code. */
int nl_subscribe(struct nl *nl);

/**
 * nl_receive - take the next notifications from a subscribed socket
 * @cb: called for each event
 *
 * Return: 0, -ENOBUFS if some were lost, -EINTR, or another error.
 */
int nl_receive(struct nl *nl, nl_cb *cb, void *data);

#endif /* JVPN_TOOL_NL_H */
