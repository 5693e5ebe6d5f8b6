/* SPDX-License-Identifier: Apache-2.0 */
/* world.h - the supervisor's own state, and the folders that a world consists of. */
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
 * Folders.  All lie on a tmpfs that only the supervisor's namespace has, with that name;
 * the world has each of them bound over what it stands for.
 */
#define WORLD_FOLDER "/run/snaprig-world"
#define WORLD_DEV    WORLD_FOLDER "/dev"   /* /dev there: nodes of devices, mapper/ */
#define WORLD_NODEV  WORLD_FOLDER "/nodev" /* has the control node, on a nodev tmpfs */
#define WORLD_SYS    WORLD_FOLDER "/sys"   /* block/, dev/block/, class/block/ */
#define WORLD_LVM    WORLD_FOLDER "/lvm"   /* /etc/lvm there */
#define WORLD_DISKS  WORLD_FOLDER "/disks" /* of disks/: sockets, devices/, exports/ */
#define WORLD_RIGS   WORLD_FOLDER "/rigs"  /* of origins/: mount points, logs */

/* Programs that come first in PATH there; the same name in the world. */
#define WORLD_TOOLS "/run/snaprig-tools"

struct world {
	struct world_options options;
	char *state_folder; /* IMAGE.snaprig/lvm, which lives on */

	/*
	 * The model and what it consists of.  `turned` is signalled when any call has ended and
	 * when an event has happened.
	 */
	pthread_mutex_t lock;
	pthread_cond_t turned;
	struct dm_model *model;

	struct disks *disks;
	struct origins *origins;
	struct group *group;
	struct effects *effects;
	struct freezer *freezer; /* started before there are threads */
	struct command_journal *command_journal;
	struct strikes *strikes;
	struct trap *trap;

	int host_dev;	     /* the machine's /dev, O_PATH: loop-control and loopN are there */
	int host_sys_block;  /* the machine's /sys/block, O_PATH */
	int namespace_fd;    /* the mount namespace that processes join */
	int root_fd;	     /* their root in it, O_PATH: another one in a chroot */
	int ipc_fd;	     /* and that of System V's semaphores */
	bool has_udev;	     /* its programs see one, which dm.udev can keep silent */
	uint64_t dev_device; /* st_dev of the world's /dev: who has that mounted belongs to it */
};

#endif
