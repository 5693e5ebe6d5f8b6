/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - a private world in which a device-mapper of ours exists, for as long as any
 * process of it lives.
 *
 * Processes (each the child of the one before, as far as it is indented):
 *
 *	snaprig lvm	world_run(): starts the others, waits for CMD and then for the world
 *	  supervisor	keeps the devices, answers what CMD and its children ask
 *	    disks	the content of every device, a FUSE server (disks/)
 *	    rigs	of origins that are not the volume itself (origins/)
 *	  CMD		in the namespace, behind the filter (entry/join.h)
 *
 * All mounts lie in namespaces of the world, all loop devices are held by the supervisor and
 * clear themselves: whoever is killed, nothing stays.  When the supervisor goes first, what
 * lives on in the world gets ENOSYS from the control node and EIO from the devices.
 */
#ifndef SNAPRIG_DM_RUN_H
#define SNAPRIG_DM_RUN_H

#include "simfs/doors/dm/world/options.h"

/*
 * Makes the world and runs COMMAND in it.  Returns its exit code (128 + N when signal N ended
 * it, 127 or 126 when it cannot be run) after the last process of the world has ended, or
 * EXIT_USAGE, EXIT_RIG, or EXIT_SKIPPED when a privilege or a tool is missing, after a message.
 * Another world of that volume is a usage error.
 */
int world_run(const struct world_options *options, char *const *command);

/* Runs COMMAND in the world of the rig at MOUNT_POINT, which runs already; as world_run(). */
int world_enter(const char *mount_point, const char *state_folder, char *const *command);

/* How worlds can be made here.  If not by traps, *RET_WHY tells why, a constant text. */
enum world_ability {
	WORLD_TRAPS,	/* system calls can be watched */
	WORLD_PRELOADS, /* they cannot: a library is preloaded (intercept/preload_serve.h) */
	WORLD_NONE,
};

enum world_ability world_ability(const char **ret_why);

#endif
