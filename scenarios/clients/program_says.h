/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program_says.h - what other programs know: the version of a tool, the numbers of a profile.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_PROGRAM_SAYS_H
#define SNAPRIG_SCENARIOS_CLIENTS_PROGRAM_SAYS_H

#include "scenarios/clients/clients.h"

/* All that ARGV prints, up to a NULL; NULL when it cannot be run, or fails.  The caller's. */
char *program_says(const char *const *argv);

/* The version of the Debian package of CLIENT's tool, the caller's; NULL: nobody knows. */
char *client_version(const struct client *client);

#endif
