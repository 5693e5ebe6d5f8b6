/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clients.h - adapters: how a backup tool is called.
 *
 * Each adapter is a YAML file, described in adapter.schema.json and snaprig-adapter(5). Values are
 * quoted for the shell when they are put into commands, so commands must not quote them again.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_CLIENTS_H
#define SNAPRIG_SCENARIOS_CLIENTS_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "scenarios/judge/manifest.h"
#include "simfs/base/yaml/mistakes.h"

/* What a backup must contain of a snapshot: everything, the blocks its file system uses, or its
 * tree. */
enum client_compares {
	CLIENT_COMPARES_WHOLE,
	CLIENT_COMPARES_USED_BLOCKS,
	CLIENT_COMPARES_TREE, /* `restored` is an existing empty folder */
};

/* What {snapshot} is. */
enum client_gives {
	CLIENT_GIVES_FILE,   /* the snapshot's file */
	CLIENT_GIVES_DEVICE, /* a read-only loop device over the file */
	CLIENT_GIVES_TREE,   /* a folder with the file system mounted read-only */
	CLIENT_GIVES_NBD,    /* the URI of an NBD server, on a socket, that serves the file */
	CLIENT_GIVES_LVM,    /* a name for the LV that the client takes in `snaprig lvm` */
	CLIENT_GIVES_XAPI,   /* nothing: the disk of {vm} in the pool at {xapi} is the volume */
};

/* Reads WORD, a value of `gives` in an adapter.  Returns 0, or -EINVAL. */
int client_gives_parse(const char *word, enum client_gives *ret);

/* Returns whether a client that is given this takes its own snapshot there, which only one profile
 * allows. */
static inline bool client_takes_what_is_given(enum client_gives gives)
{
	return gives == CLIENT_GIVES_LVM || gives == CLIENT_GIVES_XAPI;
}

/* Returns how many of its own snapshots a client may leave by default: in a pool, the one for its
 * next run. */
static inline uint32_t client_leaves_of(enum client_gives gives)
{
	return gives == CLIENT_GIVES_XAPI ? 1 : 0;
}

/* What the volume must contain for the client. */
enum client_file_system { CLIENT_ANY_CONTENT, CLIENT_EXT4, CLIENT_NTFS, CLIENT_XFS };

struct text_list {
	char **texts;
	size_t count;
};

struct client {
	char *name;
	char *about;
	struct text_list requires; /* see requirement.h */
	struct text_list packages; /* Debian packages that contain them */
	char *backup;
	char *restore;
	char *cleanup; /* run after a backup that did not succeed; or NULL */
	char *ready;   /* fails, and says why, if it lacks something; NULL: nothing to check */

	/* Run after a backup that failed: if they succeed, it looks good.  NULL: none. */
	char *lists;
	char *verify;

	enum client_compares compares;
	struct tree_losses loses; /* with CLIENT_COMPARES_TREE */
	enum client_gives gives;
	enum client_file_system file_system; /* CLIENT_EXT4 if files or used blocks are compared */
	struct text_list publishes;	     /* path templates; see client_publishes() */
	char *calls;			     /* see client_calls(); NULL: {snapshot} */
	uint32_t keeps;			     /* how many of the latest backups; 0: all */
	uint32_t leaves;     /* the most snapshots that it may leave for its next run */
	bool takes_snapshot; /* it does not exist before the client runs */
};

/* Where to look for adapters. */
struct client_search {
	const char *scenario_path;  /* paths are relative to it; NULL: to the current directory */
	const char *const *folders; /* FOLDER_COUNT folders, searched before our own */
	size_t folder_count;
};

/*
 * Finds and reads the adapter of the client NAME, or the adapter at NAME if that is a path
 * (contains a '/').  Returns 0; or, after adding a mistake at PLACE to MISTAKES, -ENOENT if there
 * is none, or -EINVAL for mistakes in its file.
 */
int client_find(const char *name, const struct client_search *search, struct mistakes *mistakes,
	struct place place, struct client **ret);

/* Like client_find(), for our own adapters and paths relative to the current directory; prints the
 * mistakes to MESSAGES. */
int client_load(const char *name, FILE *messages, struct client **ret);
void client_destroy(struct client *client);

/*
 * Reads the LENGTH bytes at TEXT, the adapter of the client NAME.  Returns 0, or -EINVAL with
 * every mistake added to MISTAKES, sorted.
 */
int client_parse(const char *name, const char *text, size_t length, struct mistakes *mistakes,
	struct client **ret);

/* Returns whether the LENGTH bytes at TEXT look like an adapter, judged by their keys. */
bool client_is_meant(const char *text, size_t length);

/* The keys of an adapter, for the test that compares them with adapter.schema.json. */
struct field_table;
extern const struct field_table client_table;

/*
 * Returns the first requirement that is not met, with a description of what is missing that
 * follows "there is "; NULL and NULL if all are met.  The caller frees *RET_WHY.
 */
const char *client_missing(const struct client *client, char **ret_why);

/* Returns " (of Debian: lvm2, tar)", to follow what is missing; "" if unknown.  The caller frees
 * it. */
char *client_packages(const struct client *client);

#endif
