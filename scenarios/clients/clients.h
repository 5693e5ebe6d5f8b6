/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clients.h - adapters: how a backup tool is called.  Each is a file, NAME.yaml:
 *
 *	about: one line
 *	requires: [ programs, that must be in PATH ]
 *	packages: [ Debian packages, that have them ]
 *	backup: "a command for /bin/sh"		reads {snapshot}, makes {out}
 *	restore: "a command for /bin/sh"	makes {restored} of {out}
 *	cleanup: "a command for /bin/sh"	run after a backup that did not succeed
 *	compares: whole | used-blocks		what of the volume it saves
 *	publishes: [ "{out}", … ]		what a backup consists of
 *	takes: snapshot				{snapshot} is not there yet: `backup` takes it
 *
 * A command's exit status is the tool's.  {snaprig} is this program and {log}
 * a file for a log that is no part of the backup.  Values are put in quoted
 * for the shell, so the command does not quote them again.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_CLIENTS_H
#define SNAPRIG_SCENARIOS_CLIENTS_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum client_compares { CLIENT_COMPARES_WHOLE, CLIENT_COMPARES_USED_BLOCKS };

struct text_list {
	char **texts;
	size_t count;
};

struct client {
	char *name;
	char *about;
	struct text_list requires;
	struct text_list packages;
	char *backup;
	char *restore;
	char *cleanup; /* NULL: none */
	enum client_compares compares;
	struct text_list publishes;
	bool takes_snapshot;
};

/*
 * Finds and reads the adapter of the client NAME.  Returns 0; -ENOENT when
 * there is none, and -EINVAL for mistakes in its file, after printing either
 * to MESSAGES.
 */
int client_load(const char *name, FILE *messages, struct client **ret);
void client_destroy(struct client *client);

/* The first program that the client requires and that is missing; NULL for none. */
const char *client_missing(const struct client *client);

/* What stands for the {words} of a command. */
struct client_words {
	const char *snapshot;
	const char *out;
	const char *restored;
	const char *log;
	const char *snaprig;
};

/* TEMPLATE with every {word} replaced, quoted for the shell.  The caller's. */
char *client_command(const char *template, const struct client_words *words);

/* As client_command(), for a path: nothing is quoted. */
char *client_path(const char *template, const struct client_words *words);

/* The first {word} in TEMPLATE that is none of those above, the caller's; or NULL. */
char *client_unknown_word(const char *template);

#endif
