/* SPDX-License-Identifier: Apache-2.0 */
/* daemon_ring.h - the ring of a rig, and its part of the status. */
#ifndef SNAPRIG_DAEMON_RING_H
#define SNAPRIG_DAEMON_RING_H

#include <jansson.h>

#include "simfs/blockio/ring.h"
#include "simfs/daemon.h"

/* Returns 0 or -errno, as ring_create(). */
int daemon_ring_create(const struct daemon_options *options, struct ring **ret);

/* The object `ring` of status.json, or NULL if memory ran out. */
json_t *daemon_ring_status(const struct ring *ring);

#endif
