/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - the {words} of an adapter's commands, paths and names, and what stands for them.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_WORDS_H
#define SNAPRIG_SCENARIOS_CLIENTS_WORDS_H

#include <stdbool.h>

#include "scenarios/clients/clients.h"

/* What stands for the {words} of a command.  One that is NULL stands for itself. */
struct client_words {
	const char *snapshot; /* the snapshot to back up */
	const char *live;     /* the live view */
	const char *mnt;      /* where the volume is mounted */
	const char *out;      /* of this backup alone */
	const char *repo;     /* of all backups of the scenario: a folder, empty at first */
	const char *restored; /* what the restore is to make */
	const char *log;      /* for a log that is no part of the backup */
	const char *snaprig;  /* this program */
	const char *clients;  /* the folder of our adapters, and of what they bring along */

	/* Of a client that is given LVM; else NULL or "". */
	const char *vg;	 /* the volume group */
	const char *lv;	 /* its LV whose content the volume is */
	const char *cow; /* the size of a snapshot, for lvcreate -L */

	/* Of a client that is given XAPI; else NULL or "". */
	const char *xapi; /* the address of the pool: http://127.0.0.1:PORT */
	const char *vm;	  /* the name of the VM whose only disk is the volume */
};

/*
 * What CLIENT, that is given LVM, calls the LV of the snapshot that it takes as that of WORDS: a
 * star_pattern.  The caller's.
 */
char *client_calls(const struct client *client, const struct client_words *words);

/* TEMPLATE with every {word} replaced, quoted for the shell.  The caller's. */
char *client_command(const char *template, const struct client_words *words);

/*
 * Those words that are not empty as "SNAPRIG_OUT=…" and so on, for the environment of the
 * commands, up to a NULL; made by heap_grow().  All of it is the caller's.
 */
char **client_environment(const struct client_words *words);

/*
 * Does the client publish the file at PATH?  A path of `publishes` that ends with '/' is
 * a folder and all below it; '*', '?' and '[' are those of the shell.
 */
bool client_publishes(
	const struct client *client, const struct client_words *words, const char *path);

/* The first {word} in TEMPLATE that is none of those above, the caller's; or NULL. */
char *client_unknown_word(const char *template);

/* Does "{word}" stand in TEMPLATE? */
bool client_has_word(const char *template, const char *word);

/* "{snapshot}, {live}, …": for messages.  The caller's. */
char *client_known_words(void);

#endif
