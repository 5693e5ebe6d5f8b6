/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter.h - the namespaces of a world: two of mounts, and one of System V semaphores.
 *
 * The supervisor's is the machine's with a tmpfs on WORLD_FOLDER.  The world's is a copy of that,
 * in which
 *
 *	/dev		is a tmpfs with the usual nodes, the devices of the world, and no disk
 *			of the machine; /dev/mapper/control is bound from a tmpfs that is nodev,
 *			so that no device-mapper of the machine is reached through it
 *	/proc/devices	calls major 7 device-mapper
 *	/sys/block, /sys/class/block, /sys/dev/block	show the devices of the world
 *	/etc/lvm	is a private one
 *	/run		is the machine's, except for udev, lvm and the locks
 *
 * Mounts made here are not seen in the machine's namespace; unmounts there take effect here, too,
 * unless the mount is in use.
 */
#ifndef SNAPRIG_DM_ENTER_H
#define SNAPRIG_DM_ENTER_H

struct world;

/*
 * Moves the calling process, which has one thread, into the supervisor's namespace.  Returns 0 or
 * -errno, after a message.
 */
int enter_supervisor(struct world *world);

/*
 * Makes the world's namespaces, in a child: sets world->namespace_fd, root_fd, ipc_fd and
 * dev_device.  Returns 0 or -errno, after a message.
 */
int enter_make_world(struct world *world);

#endif
