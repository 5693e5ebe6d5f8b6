/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share.h - where the data files of the program lie.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_SHARE_H
#define SNAPRIG_SCENARIOS_CLIENTS_SHARE_H

/* The path of this program, the caller's; or NULL when the kernel does not tell. */
char *share_program(void);

/*
 * The folder NAME ("clients", "catalog") with data files in it, the caller's:
 * the first there is of $SNAPRIG_SHARE/NAME, scenarios/NAME in the source tree
 * that the program was built in or beside the program, share/snaprig/NAME
 * beside its bin folder, and where `make install` puts it.  NULL for none; and when
 * $SNAPRIG_SHARE is not there at all.
 */
char *share_folder(const char *name);

/*
 * The folder of the benchmark, with its jobs and what runs them, the caller's; or NULL.
 * It is looked for as share_folder() does, but that it is bench/ in the source tree.
 */
char *share_bench(void);

/* Why share_folder(NAME) is NULL, for people.  The caller's. */
char *share_missing(const char *name);

#endif
