/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A configuration, or a change of one: what `set`, `path add`, `policy set`
 * and configuration files ask for, and what showconf writes.
 */
#ifndef JVPN_TOOL_CONFIG_H
#define JVPN_TOOL_CONFIG_H

#include "addr.h"
#include "view.h"

struct json_object;

#define PRESET_SIZE	32

struct config_policy {
	char preset[PRESET_SIZE];	/* start from this one; "" is none */
	bool strict;			/* live sessions follow at once */
	bool own;			/* as read from the kernel: the peer has one */
	bool inherit;			/* the peer has the device's again */
	bool has[JVPN_POLICY_A_MAX + 1];
	u32 value[JVPN_POLICY_A_MAX + 1];
};

struct config_path {
	bool has_id;
	bool has_priority;
	u8 id;
	u8 priority;
	struct endpoint remote;
	struct endpoint local;
	char ifname[IF_NAMESIZE];	/* leave by this one only; "" is any */
	bool replace;			/* one with this id may be there already */
};

struct config_peer {
	u8 key[JVPN_KEY_LEN];
	bool has_key;
	bool remove;
	bool update_only;		/* it must be there already */
	bool has_psk;
	bool replace_ips;
	bool connect;
	u8 psk[JVPN_KEY_LEN];		/* zero is none */
	struct prefix *ip;
	size_t ips;
	size_t ip_room;
	struct config_path path[JVPN_MAX_PATHS];
	unsigned int paths;
	u8 remove_path;			/* mask of 1 << id */
	struct config_policy policy;
	unsigned int line;		/* of the file, for messages */
};

struct config {
	bool has_private_key;
	bool has_listen_port;
	bool has_fwmark;
	bool has_node;
	bool has_ciphers;
	bool has_notice;
	bool notice;
	bool has_event_slots;
	u32 event_slots;
	bool replace_peers;
	u16 listen_port;
	u32 fwmark;
	u32 ciphers;
	u8 private_key[JVPN_KEY_LEN];	/* zero removes it */
	char node[JVPN_NODE_NAME_LEN];
	struct config_policy policy;
	struct config_peer *peer;
	size_t peers;
	size_t peer_room;
};

/* Wipes keys. */
void config_free(struct config *config);
/* A new peer at the end; valid until the next is added. */
struct config_peer *config_add_peer(struct config *config);
void config_add_prefix(struct config_peer *peer, const struct prefix *prefix);
bool config_path_equal(const struct config_path *a,
		       const struct config_path *b);
/* Fills in every field: what @policy says, over its preset, over @base. */
void config_policy_resolve(const struct config_policy *policy,
			   const struct config_policy *base,
			   struct config_policy *full);
/* The fields in which @to differs from @from; both are complete. */
void config_policy_difference(const struct config_policy *from,
			      const struct config_policy *to,
			      struct config_policy *change);
bool config_policy_is_empty(const struct config_policy *policy);

/*
 * Values as words, for the command line and for files alike: 0, or -EINVAL
 * with a text that says what is wrong. Keys come from elsewhere.
 */
int config_set_listen_port(struct config *config, const char *text,
			   const char **why);
int config_set_fwmark(struct config *config, const char *text,
		      const char **why);
int config_set_node(struct config *config, const char *text, const char **why);
int config_set_ciphers(struct config *config, const char *text,
		       const char **why);
int config_set_notice(struct config *config, const char *text,
		      const char **why);
int config_set_event_slots(struct config *config, const char *text,
			   const char **why);
/* A comma separated list, added to what there is. */
int config_add_allowed_ips(struct config_peer *peer, const char *text,
			   const char **why);
int config_set_endpoint(struct config_peer *peer, const char *text,
			const char **why);
int config_set_path_id(struct config_path *path, const char *text,
		       const char **why);
int config_set_path_remote(struct config_path *path, const char *text,
			   const char **why);
int config_set_path_local(struct config_path *path, const char *text,
			  const char **why);
int config_set_path_ifname(struct config_path *path, const char *text,
			   const char **why);
int config_set_path_priority(struct config_path *path, const char *text,
			     const char **why);
int config_set_preset(struct config_policy *policy, const char *text,
		      const char **why);
/* -ENOENT if there is no such field. */
int config_set_field(struct config_policy *policy, const char *name,
		     const char *text, const char **why);

/**
 * config_read - read a configuration file
 * @config: empty; filled, free it also after errors
 * @file: name, "-" is standard input
 *
 * Notes what is there for others (addresses, scripts) and has no meaning here.
 *
 * Return: exit code, after having said what is wrong in which line.
 */
int config_read(struct config *config, const char *file);

/* The same for text in memory, which is written to; @text[@len] is there. */
int config_parse(struct config *config, const char *name, char *text,
		 size_t len);

/* The text form, with keys. */
void config_write(const struct config *config, FILE *file);

/* The same as JSON. */
struct json_object *config_as_json(const struct config *config);

/* Sets what the file left out to what a new device has; but for ciphers. */
void config_complete(struct config *config);

/**
 * config_trim_policy - leave of the device's policy only what differs
 *
 * So that a policy that is in force already makes no new version of it.
 *
 * Return: exit code, after having said why.
 */
int config_trim_policy(struct nl *nl, const char *device,
		       struct config *config);

/* Reads a device's; exit code. */
int config_load(struct nl *nl, const struct view *view, struct config *config);

/**
 * config_apply - tell the kernel
 * @device: name
 *
 * One request for each object, in an order in which each finds what it needs.
 * Stops at the first that is refused; what was before it stays.
 *
 * Return: exit code, after having said what was refused and why.
 */
int config_apply(struct nl *nl, const char *device,
		 const struct config *config);

/**
 * config_difference - what turns one configuration into another
 * @from: as it is
 * @to: as it should be; what it does not mention of the device stays
 * @change: empty; filled
 */
void config_difference(const struct config *from, const struct config *to,
		       struct config *change);

/* Prints what a change changes, and how many sessions end by it. */
void config_report(const struct config *change, const struct view *view);

#endif /* JVPN_TOOL_CONFIG_H */
