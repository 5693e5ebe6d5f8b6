/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requirement.h - what must be on a machine for a client to run there, one text each:
 *
 *	PROGRAM			in PATH or the sbin folders
 *	PROGRAM>=VERSION	which says with --version that it is no older: numbers with dots
 *	$VARIABLE		of the environment, with the path of something that is there
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_REQUIREMENT_H
#define SNAPRIG_SCENARIOS_CLIENTS_REQUIREMENT_H

#include <stdbool.h>

/* Can TEXT be read as one of them? */
bool requirement_is_valid(const char *text);

/*
 * Looks whether TEXT, a valid one, is met; of a version the program is asked.  NULL: it is.
 * Else what is missing, for behind "there is ": "no program 'borg'".  The caller's.
 */
char *requirement_missing(const char *text);

#endif
