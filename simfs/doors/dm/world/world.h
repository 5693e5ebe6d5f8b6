/* SPDX-License-Identifier: Apache-2.0 */
/* world.h - the supervisor's own state, and the folders of a world. */
#ifndef SNAPRIG_DM_WORLD_H
#define SNAPRIG_DM_WORLD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "simfs/doors/dm/world/options.h"

struct command_journal;
struct disks;
struct dm_model;
struct group;
struct effects;
struct freezer;
struct origins;
struct strikes;
struct trap;

/*
 * Folders.  All lie on a tmpfs at this path in the supervisor's namespace only; the world has each
 * of them bound over its counterpart.
 */
#define WORLD_FOLDER "/run/snaprig-world"
#define WORLD_DEV    WORLD_FOLDER "/dev"   /* its /dev: nodes of devices, mapper/ */
#define WORLD_NODEV  WORLD_FOLDER "/nodev" /* has the control node, on a nodev tmpfs */
#define WORLD_SYS    WORLD_FOLDER "/sys"   /* block/, dev/block/, class/block/ */
#define WORLD_LVM    WORLD_FOLDER "/lvm"   /* its /etc/lvm */
#define WORLD_DISKS  WORLD_FOLDER "/disks" /* of disks/: sockets, devices/, exports/ */
#define WORLD_RIGS   WORLD_FOLDER "/rigs"  /* of origins/: mount points, logs */

/* Programs that come first in the world's PATH; at the same path there. */
#define WORLD_TOOLS "/run/snaprig-tools"

struct world {
	struct world_options options;
	char *state_folder; /* IMAGE.snaprig/lvm, which outlives the world */

	/*
	 * The model and its parts.  `turned` is signalled when a call has ended and when an event
	 * has happened.
	 */
	pthread_mutex_t lock;
	pthread_cond_t turned;
	struct dm_model *model;

	struct disks *disks;
	struct origins *origins;
	struct group *group;
	struct effects *effects;
	struct freezer *freezer; /* started before other threads */
	struct command_journal *command_journal;
	struct strikes *strikes;
	struct trap *trap;

	int host_dev;	     /* the machine's /dev, O_PATH: has loop-control and loopN */
	int host_sys_block;  /* the machine's /sys/block, O_PATH */
	int namespace_fd;    /* the mount namespace that processes join */
	int root_fd;	     /* their root in it, O_PATH: differs in a chroot */
	int ipc_fd;	     /* and the namespace of System V semaphores */
	bool has_udev;	     /* programs see a udev, whose events dm.udev can lose */
	uint64_t dev_device; /* st_dev of its /dev: processes with that mounted belong to it */
};

#endif
