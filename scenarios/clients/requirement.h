/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requirement.h - what a machine must have for a client to run; one text each:
 *
 *	PROGRAM			in PATH or the sbin folders
 *	PROGRAM>=VERSION	its --version is not older: numbers with dots
 *	$VARIABLE		in the environment, with the path of something that exists
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_REQUIREMENT_H
#define SNAPRIG_SCENARIOS_CLIENTS_REQUIREMENT_H

#include <stdbool.h>

/* Returns whether TEXT is a valid requirement. */
bool requirement_is_valid(const char *text);

/*
 * Checks TEXT, a valid requirement; for a version, asks the program.  Returns NULL if it is met;
 * else what is missing, to follow "there is ": "no program 'borg'".  The caller frees it.
 */
char *requirement_missing(const char *text);

#endif
