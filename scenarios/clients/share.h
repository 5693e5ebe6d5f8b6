/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share.h - where the program's data files are.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_SHARE_H
#define SNAPRIG_SCENARIOS_CLIENTS_SHARE_H

/* Returns the path of this program, or NULL if the kernel does not report it.  The caller frees
 * it. */
char *share_program(void);

/*
 * Returns the folder NAME ("clients", "catalog") with data files: the first that exists of
 * $SNAPRIG_SHARE/NAME; scenarios/NAME in the source tree that the program was built in or beside
 * the program; share/snaprig/NAME beside its bin folder; and where `make install` puts it.  NULL
 * if none exists, or if $SNAPRIG_SHARE does not exist.  The caller frees it.
 */
char *share_folder(const char *name);

/*
 * Returns the folder of the benchmark, with its jobs and scripts; or NULL.  It is searched like
 * share_folder(), but in the source tree it is bench/.  The caller frees it.
 */
char *share_bench(void);

/* Returns why share_folder(NAME) is NULL, for people.  The caller frees it. */
char *share_missing(const char *name);

#endif
