/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clients.h - adapters: how a backup tool is called.
 *
 * Each is a YAML file, told in adapter.schema.json and in snaprig-adapter(5).
 * Values are put into commands quoted for the shell, so a command does not quote
 * them again.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_CLIENTS_H
#define SNAPRIG_SCENARIOS_CLIENTS_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "scenarios/judge/manifest.h"
#include "simfs/base/yaml/mistakes.h"

/* What of a snapshot a backup must have: all, what its file system uses, or the tree in it. */
enum client_compares {
	CLIENT_COMPARES_WHOLE,
	CLIENT_COMPARES_USED_BLOCKS,
	CLIENT_COMPARES_TREE, /* `restored` is a folder, there and empty */
};

/* What {snapshot} is. */
enum client_gives {
	CLIENT_GIVES_FILE,   /* the snapshot's file */
	CLIENT_GIVES_DEVICE, /* a read-only loop device over it */
	CLIENT_GIVES_TREE,   /* a folder, the file system in it mounted read-only */
	CLIENT_GIVES_NBD,    /* the URI of an NBD server, on a socket, that serves the file */
	CLIENT_GIVES_LVM,    /* the name for the LV that it takes, in the world of `snaprig lvm` */
	CLIENT_GIVES_XAPI,   /* nothing: the disk of {vm} in the pool at {xapi} is the volume */
};

/* WORD as an adapter has it under `gives`: 0, or -EINVAL. */
int client_gives_parse(const char *word, enum client_gives *ret);

/* Whether a client that is given this takes its snapshot there, and of one profile alone. */
static inline bool client_takes_what_is_given(enum client_gives gives)
{
	return gives == CLIENT_GIVES_LVM || gives == CLIENT_GIVES_XAPI;
}

/* How many snapshots of its own one may leave unless its adapter says more: in a pool that for
 * its next run. */
static inline uint32_t client_leaves_of(enum client_gives gives)
{
	return gives == CLIENT_GIVES_XAPI ? 1 : 0;
}

/* What must lie on the volume that it is run on. */
enum client_file_system { CLIENT_ANY_CONTENT, CLIENT_EXT4, CLIENT_NTFS, CLIENT_XFS };

struct text_list {
	char **texts;
	size_t count;
};

struct client {
	char *name;
	char *about;
	struct text_list requires; /* see requirement.h */
	struct text_list packages; /* of Debian, that have them */
	char *backup;
	char *restore;
	char *cleanup; /* run after a backup that did not succeed; NULL: none */
	char *ready;   /* fails, and says why, when what it needs is not there; NULL: it is */

	/* Run after a backup that failed: when they succeed, it looks good.  NULL: none. */
	char *lists;
	char *verify;

	enum client_compares compares;
	struct tree_losses loses; /* with CLIENT_COMPARES_TREE */
	enum client_gives gives;
	enum client_file_system file_system; /* CLIENT_EXT4 where files or used blocks count */
	struct text_list publishes;	     /* templates of paths; see client_publishes() */
	char *calls;			     /* see client_calls(); NULL: {snapshot} */
	uint32_t keeps;			     /* the latest so many backups; 0: all */
	uint32_t leaves;		     /* snapshots at most, for its next run */
	bool takes_snapshot;		     /* it is not there before the client runs */
};

/* Where adapters are looked for. */
struct client_search {
	const char *scenario_path;  /* a path is meant from beside it; NULL: from here */
	const char *const *folders; /* FOLDER_COUNT of them, before our own */
	size_t folder_count;
};

/*
 * Finds and reads the adapter of the client NAME, or at NAME when that is a path: it
 * has a '/'.  Returns 0; -ENOENT when there is none, and -EINVAL for mistakes in its
 * file, after adding either to MISTAKES at PLACE.
 */
int client_find(const char *name, const struct client_search *search, struct mistakes *mistakes,
	struct place place, struct client **ret);

/* As client_find(), of ours and from here; the mistakes are printed to MESSAGES. */
int client_load(const char *name, FILE *messages, struct client **ret);
void client_destroy(struct client *client);

/*
 * Reads the LENGTH bytes at TEXT, an adapter of the client NAME.  Returns 0, or
 * -EINVAL with every mistake added to MISTAKES, sorted.
 */
int client_parse(const char *name, const char *text, size_t length, struct mistakes *mistakes,
	struct client **ret);

/* Whether the LENGTH bytes at TEXT are meant as an adapter, by their keys. */
bool client_is_meant(const char *text, size_t length);

/* The keys of an adapter, for the test that holds adapter.schema.json against them. */
struct field_table;
extern const struct field_table client_table;

/*
 * The first of its requirements that is not met, and in words what is missing, the caller's, for
 * behind "there is "; NULL and NULL when all are.
 */
const char *client_missing(const struct client *client, char **ret_why);

/* " (of Debian: lvm2, tar)", behind what is missing; "": nobody knows.  The caller's. */
char *client_packages(const struct client *client);

#endif
