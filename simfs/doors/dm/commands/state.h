/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - the devices of a world at one moment, for the journal of commands.
 *
 *	{"devices": [{"name", "uuid" ("" for none), "number": "7:3", "targets" [..] of its
 *	active table, "on" [..]: devices below, by name or number, "suspended", "mounted"}]}
 */
#ifndef SNAPRIG_DM_STATE_H
#define SNAPRIG_DM_STATE_H

#include <jansson.h>

#include <sys/types.h>

struct world;

/* With the mounts that PID sees; with none if PID is 0.  The caller owns it.  NULL: no memory. */
json_t *world_state(struct world *world, pid_t pid);

#endif
