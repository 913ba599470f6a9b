/* SPDX-License-Identifier: GPL-2.0 */
/* Event logs as `jvpn-tool --json monitor` writes them, read back. */
#ifndef JVPN_TOOL_AUDIT_LOG_H
#define JVPN_TOOL_AUDIT_LOG_H

#include "../module/policy.h"
#include "attr.h"

enum log_kind {
	LOG_EVENT,
	LOG_GAP,	/* events that are lost, and that is said */
	LOG_ONLY,	/* from here on only one session or peer of the device */
};

/* One line. Numbers of an event stand under those of its attributes. */
struct log_entry {
	enum log_kind kind;
	unsigned int file;		/* index of log->file */
	unsigned int line;		/* from 1 */
	unsigned int device;		/* index of log->device */
	u64 has;			/* mask of 1 << JVPN_EVENT_A_* */
	u64 number[JVPN_EVENT_A_MAX + 1];
	u8 session_id[JVPN_SESSION_ID_LEN];
	u8 peer[JVPN_KEY_LEN];
	u8 lineage_before[JVPN_LINEAGE_LEN];
	u8 lineage[JVPN_LINEAGE_LEN];
	u64 gap_from;			/* LOG_GAP: the first that is lost */
	u64 gap_to;			/* the last; 0 if nobody knows */
};

/* One end: a device of one machine, told apart by file, number and names. */
struct log_device {
	unsigned int file;
	u32 ifindex;
	char *ifname;
	char *node;			/* "" if it has none, NULL if not known yet */
};

/* A policy that the log shows, of a device or of one of its peers. */
struct log_policy {
	unsigned int file;
	u32 ifindex;
	bool of_peer;
	u8 peer[JVPN_KEY_LEN];
	struct jvpn_policy policy;
};

struct log {
	const char **file;
	unsigned int files;
	struct log_entry *entry;	/* in the order of files and lines */
	size_t entries;
	struct log_device *device;
	unsigned int devices;
	struct log_policy *policy;
	size_t policies;
};

/**
 * log_read - read a log, after those that were read before
 * @log: all zero at first; free with log_free(), also after errors
 * @name: of the file, "-" is standard input; must outlive @log
 *
 * Return: exit code, after having said why: EXIT_USAGE and the line for what is
 * no event log, EXIT_SYSTEM for what cannot be read.
 */
int log_read(struct log *log, const char *name);
void log_free(struct log *log);

/* Does an event have this attribute? Its number, 0 if it has not. */
static inline bool log_has(const struct log_entry *entry, unsigned int attr)
{
	return entry->has & 1ULL << attr;
}

static inline u64 log_number(const struct log_entry *entry, unsigned int attr)
{
	return entry->number[attr];
}

/**
 * log_policy_of - the policy that an event was decided by
 * @log: where it may stand
 * @entry: an event
 * @policy: filled in
 *
 * Version 0 is what a new device has. Return: whether it is known.
 */
bool log_policy_of(const struct log *log, const struct log_entry *entry,
		   struct jvpn_policy *policy);

#endif /* JVPN_TOOL_AUDIT_LOG_H */
