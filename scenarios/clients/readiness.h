/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readiness.h - whether a client says of itself that all is there that it needs (`ready`), for
 * those who have no run in whose folders they could ask.
 */
#ifndef SNAPRIG_SCENARIOS_CLIENTS_READINESS_H
#define SNAPRIG_SCENARIOS_CLIENTS_READINESS_H

#include <stdint.h>

#include "scenarios/clients/clients.h"

/* Nobody waits longer for a list. */
#define READINESS_PATIENCE_NS 10000000000ull

/*
 * Runs `ready` of CLIENT, whose requirements are met, for no longer than PATIENCE_NS, in a folder
 * that is removed behind it.  NULL: it is ready, or has nothing to ask; else why not, for people.
 * The caller's.
 */
char *client_unready(const struct client *client, uint64_t patience_ns);

#endif
