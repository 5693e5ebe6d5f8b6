/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front.h - a mount in which each disk is a file.
 *
 * Two of them exist, each with a FUSE session of its own.  The kernel caches nothing of a file,
 * neither content nor size: every request is answered by the disk as it is now.
 */
#ifndef SNAPRIG_DM_DISKS_FRONT_H
#define SNAPRIG_DM_DISKS_FRONT_H

#include <stdbool.h>

#include "simfs/doors/dm/disks/flow.h"
#include "simfs/doors/dm/disks/pump.h"

struct front;

/* Mounts at PATH, a folder.  Calls READY(CONTEXT) once the session is initialised. */
int front_create(struct pump *pump, struct flow *flow, const char *path,
	void (*ready)(void *context), void *context, struct front **ret);

/*
 * Removes the mount.  Requests that still wait fail as for a dead server (the process is about to
 * end).  Keeps the memory, which requests in flight may still need.
 */
void front_unmount(struct front *front);

#endif
