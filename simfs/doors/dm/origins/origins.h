/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origins.h - what a dm device contains: every active table becomes a map of its disk.
 *
 * Plain targets are pieces of other disks.  Behind snapshot targets stand rigs of profile
 * `lvm`, one for each origin: the user's own one for the logical volume that is the whole
 * of its live view, and one of ours for each other origin.  A snapshot is one of the
 * engine's, of the dm device's name; what a store contains belongs to the place of its COW
 * area, as dm-snapshot's does.
 *
 * The functions perform effects of the model.  They are called without the supervisor's
 * lock, by any of its threads at the same time; they may take long (a rig starts), and they
 * call nobody back but `event`.  Devices and tables are kept by the call that has the
 * effect, until it has been performed.  Errors are -errno.
 */
#ifndef SNAPRIG_DM_ORIGINS_H
#define SNAPRIG_DM_ORIGINS_H

#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

struct disks;
struct dm_device;
struct dm_table;
struct origins;

struct origins_order {
	struct disks *disks;	 /* borrowed */
	const char *mount_point; /* of the user's rig; NULL: there is none, nothing is its live */
	const char *exports;	 /* the folder that shows each disk as a file, for rigs on top */
	const char *state;	 /* the folder of what lives on: IMAGE.snaprig/lvm; it exists */
	const char *scratch;	 /* an empty private folder: mount points, sockets, logs */

	/*
	 * A snapshot of DEVICE's table became invalid, or its merge ended: its status is
	 * another one and its event number rises.  Called by a thread of ours without a lock;
	 * MINOR may be of a device that has gone in the meantime.
	 */
	void (*event)(void *context, uint32_t minor);
	void *context;
};

/*
 * Returns 0; -EOPNOTSUPP when the user's rig is not of profile lvm; -ENOTCONN when it does
 * not answer; or another -errno.  It has said why.
 */
int origins_start(const struct origins_order *order, struct origins **ret);

/*
 * Ends what was started: merges stop where they are and go on in the next world, the rigs
 * of ours end.  Nobody calls or waits any more, and no disk is mounted.  NULL is fine.
 */
void origins_end(struct origins *origins);

/*
 * The base disk DISK is the volume group's physical volume: its pieces are known to us and
 * one of them may be the user's live view (group.h makes them).
 */
struct group;
int origins_add_base(
	struct origins *origins, uint32_t major, uint32_t minor, const struct group *group);

/*
 * PREPARE: TABLE is to be loaded into DEVICE.  For a persistent `snapshot` the header on
 * its COW device is read, or written where there is none.  -EINVAL when it is a header of
 * another chunk size or version; -EIO; else the load may go on.
 */
int origins_prepare(
	struct origins *origins, const struct dm_device *device, const struct dm_table *table);

/*
 * ACTIVATE: DEVICE, whose I/O is held, has TABLE from now on; OLD is its present one, or
 * NULL.  Snapshots of TABLE are taken or attached at this moment, those of OLD alone are
 * let go.  TABLE NULL: the device has no content any more (DESTROY).
 * On an error the disk answers EIO where the snapshot should be, and status says Invalid.
 */
int origins_activate(struct origins *origins, const struct dm_device *device,
	const struct dm_table *old, const struct dm_table *table);

/* DESTROY: as origins_activate() without a table.  The disk itself is the caller's. */
void origins_destroy(
	struct origins *origins, const struct dm_device *device, const struct dm_table *old);

/* RENAME: DEVICE is called NAME from now on, and so are its snapshots in the engine. */
int origins_rename(struct origins *origins, const struct dm_device *device, const char *name);

/*
 * STATUS: what dm-snapshot would say for target number INDEX of TABLE, which is DEVICE's
 * active or inactive one: "16/32768 16", "Invalid", "Overflow", "Merge failed", "Unknown".
 */
int origins_status(struct origins *origins, const struct dm_device *device,
	const struct dm_table *table, size_t index, char *text, size_t size);

#endif
