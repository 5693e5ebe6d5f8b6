/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front.h - a mount in which each disk is a file.
 *
 * There are two of them, each with a FUSE session of its own.  Nothing of a file is cached
 * by the kernel, neither content nor size: who asks is answered by the disk as it is now.
 */
#ifndef SNAPRIG_DM_DISKS_FRONT_H
#define SNAPRIG_DM_DISKS_FRONT_H

#include <stdbool.h>

#include "simfs/doors/dm/disks/flow.h"
#include "simfs/doors/dm/disks/pump.h"

struct front;

/* Mounts at PATH, a folder.  READY(CONTEXT) is called once the kernel and we agree. */
int front_create(struct pump *pump, struct flow *flow, const char *path,
	void (*ready)(void *context), void *context, struct front **ret);

/*
 * Takes the mount away.  Whatever still waits for an answer is told that nobody is there
 * (as the process ends).  Memory is not given back: what is under way may still need it.
 */
void front_unmount(struct front *front);

#endif
