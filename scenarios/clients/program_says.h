/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program_says.h - asks other programs: the version of a tool, the numbers of a profile.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_PROGRAM_SAYS_H
#define SNAPRIG_SCENARIOS_CLIENTS_PROGRAM_SAYS_H

#include "scenarios/clients/clients.h"

/* Returns what ARGV (up to a NULL) prints; NULL if it fails or cannot be run.  The caller frees
 * it. */
char *program_says(const char *const *argv);

/* Returns the version of the Debian package of CLIENT's tool; NULL if unknown.  The caller frees
 * it. */
char *client_version(const struct client *client);

#endif
