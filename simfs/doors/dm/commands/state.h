/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - what devices a world has at a moment, for the journal of commands.
 *
 *	{"devices": [{"name", "uuid" ("" for none), "number": "7:3", "targets" [..] of its
 *	active table, "on" [..]: what that lies on, by name or number, "suspended", "mounted"}]}
 */
#ifndef SNAPRIG_DM_STATE_H
#define SNAPRIG_DM_STATE_H

#include <jansson.h>

#include <sys/types.h>

struct world;

/* As PID sees what is mounted; 0: nothing is.  The caller's, or NULL: no memory. */
json_t *world_state(struct world *world, pid_t pid);

#endif
