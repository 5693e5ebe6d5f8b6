/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - the {words} of an adapter's commands, paths and names, and their values.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_WORDS_H
#define SNAPRIG_SCENARIOS_CLIENTS_WORDS_H

#include <stdbool.h>

#include "scenarios/clients/clients.h"

/* The values of the {words} of a command.  A word whose value is NULL is not replaced. */
struct client_words {
	const char *snapshot; /* the snapshot to back up */
	const char *live;     /* the live view */
	const char *mnt;      /* where the volume is mounted */
	const char *out;      /* for this backup alone */
	const char *repo;     /* for all backups of the scenario: a folder, initially empty */
	const char *restored; /* what the restore must create */
	const char *log;      /* for a log that is not part of the backup */
	const char *snaprig;  /* this program */
	const char *clients;  /* the folder of our adapters and their files */

	/* For a client that is given LVM; else NULL or "". */
	const char *vg;	 /* the volume group */
	const char *lv;	 /* its LV that contains the volume */
	const char *cow; /* the size of a snapshot, for lvcreate -L */

	/* For a client that is given XAPI; else NULL or "". */
	const char *xapi; /* the address of the pool: http://127.0.0.1:PORT */
	const char *vm;	  /* the name of the VM whose only disk is the volume */
};

/*
 * Returns the name of the snapshot LV that CLIENT, which is given LVM, takes with WORDS: a
 * star_pattern.  The caller frees it.
 */
char *client_calls(const struct client *client, const struct client_words *words);

/* Returns TEMPLATE with every {word} replaced, quoted for the shell.  The caller frees it. */
char *client_command(const char *template, const struct client_words *words);

/*
 * Returns the words that are not empty as "SNAPRIG_OUT=…" and so on, up to a NULL, for the
 * environment of the commands; made by heap_grow().  The caller frees all of it.
 */
char **client_environment(const struct client_words *words);

/*
 * Returns whether the client publishes the file at PATH.  A path of `publishes` that ends with '/'
 * is a folder with everything below it; '*', '?' and '[' are as in the shell.
 */
bool client_publishes(
	const struct client *client, const struct client_words *words, const char *path);

/* Returns the first {word} in TEMPLATE that is none of those above, or NULL.  The caller frees
 * it. */
char *client_unknown_word(const char *template);

/* Returns whether TEMPLATE contains "{word}". */
bool client_has_word(const char *template, const char *word);

/* Returns "{snapshot}, {live}, …", for messages.  The caller frees it. */
char *client_known_words(void);

#endif
