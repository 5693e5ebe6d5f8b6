/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readiness.h - asks a client whether everything it needs is there (`ready`), for callers that
 * have no run with folders for it.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_READINESS_H
#define SNAPRIG_SCENARIOS_CLIENTS_READINESS_H

#include <stdint.h>

#include "scenarios/clients/clients.h"

/* The longest that a list of clients should take. */
#define READINESS_PATIENCE_NS 10000000000ull

/*
 * Runs `ready` of CLIENT, whose requirements are met, for at most PATIENCE_NS, in a temporary
 * folder.  Returns NULL if it is ready or has no `ready`; else why it is not, for people.  The
 * caller frees it.
 */
char *client_unready(const struct client *client, uint64_t patience_ns);

#endif
