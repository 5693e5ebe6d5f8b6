/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - a private world with a device-mapper of ours, for as long as any process lives in it.
 *
 * Processes (indented below their parent):
 *
 *	snaprig lvm	world_run(): starts the others, waits for CMD and then for the world
 *	  supervisor	keeps the devices, answers the calls of CMD and its children
 *	    disks	the content of every device, a FUSE server (disks/)
 *	    rigs	of origins that are not the volume itself (origins/)
 *	  CMD		in the namespace, behind the filter (entry/join.h)
 *
 * All mounts lie in the world's namespaces, and all loop devices are held by the supervisor and
 * clear themselves: whatever is killed, nothing stays.  If the supervisor ends first, processes
 * left in the world get ENOSYS from the control node and EIO from the devices.
 */
#ifndef SNAPRIG_DM_RUN_H
#define SNAPRIG_DM_RUN_H

#include "simfs/doors/dm/world/options.h"

/*
 * Makes the world and runs COMMAND in it.  Returns its exit code (128 + N if signal N ended it, 127
 * or 126 if it cannot be run) after the last process of the world has ended; or EXIT_USAGE,
 * EXIT_RIG, or EXIT_SKIPPED if a privilege or a tool is missing, after a message.  If the volume
 * has a world already, that is a usage error.
 */
int world_run(const struct world_options *options, char *const *command);

/* Runs COMMAND in the running world of the rig at MOUNT_POINT; returns as world_run(). */
int world_enter(const char *mount_point, const char *state_folder, char *const *command);

/* How a world can be made here.  If not by traps, *RET_WHY is the reason, a constant text. */
enum world_ability {
	WORLD_TRAPS,	/* system calls can be watched */
	WORLD_PRELOADS, /* they cannot: a library is preloaded (intercept/preload_serve.h) */
	WORLD_NONE,
};

enum world_ability world_ability(const char **ret_why);

#endif
