/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter.h - the namespaces of a world: two of mounts, and one of System V's semaphores.
 *
 * The supervisor's is the machine's with a tmpfs on WORLD_FOLDER.  The world's is a copy of
 * that in which
 *
 *	/dev		is a tmpfs with the usual nodes, the devices of the world, and no disk
 *			of the machine; /dev/mapper/control is bound from a tmpfs that is nodev,
 *			so that nobody reaches a device-mapper of the machine through it
 *	/proc/devices	calls major 7 device-mapper
 *	/sys/block, /sys/class/block, /sys/dev/block	show the devices of the world
 *	/etc/lvm	is a private one
 *	/run		is the machine's, but for udev, lvm and the locks
 *
 * What is mounted in one is not seen in the machine's; what the machine unmounts goes here,
 * too, unless it is used.
 */
#ifndef SNAPRIG_DM_ENTER_H
#define SNAPRIG_DM_ENTER_H

struct world;

/* The calling process, of one thread, gets the supervisor's namespace.  0 or -errno, said. */
int enter_supervisor(struct world *world);

/*
 * Makes the world's namespace, by a child: world->namespace_fd, root_fd, ipc_fd and dev_device.
 * 0 or -errno, said.
 */
int enter_make_world(struct world *world);

#endif
