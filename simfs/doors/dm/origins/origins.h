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
 * The functions perform effects of the model (model/call.h).  They are called without the
 * supervisor's lock, by any of its threads at the same time; they may take long (a rig
 * starts, a fault delays), and call nobody back but `event` and `waits`.  Errors are -errno.
 */
#ifndef SNAPRIG_DM_ORIGINS_H
#define SNAPRIG_DM_ORIGINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disks;
struct dm_device;
struct dm_effect;
struct group;
struct origins;

struct origins_order {
	struct disks *disks;	 /* borrowed */
	const char *mount_point; /* of the user's rig, of profile lvm; it runs */
	const char *state;	 /* the folder of what lives on: IMAGE.snaprig/lvm; it exists */
	const char *scratch;	 /* an empty private folder: mount points and logs of our rigs */

	/*
	 * A snapshot of DEVICE became invalid: its event number is to rise (dm_model_event()).
	 * The end of a merge is none.  Called by a thread of ours; takes the supervisor's lock.
	 */
	void (*event)(void *context, struct dm_device *device);

	/* Does the CALLER of an effect still wait for it?  Asked now and then while it lasts. */
	bool (*waits)(void *context, void *caller);
	void *context;
};

/* Returns 0, or -errno after a message: -ENOTCONN when the user's rig does not answer. */
int origins_start(const struct origins_order *order, struct origins **ret);

/*
 * From now on nothing is begun, and whatever waits for a rig gives up with -EINTR.  Merges
 * stop where they are and go on in the next world.
 */
void origins_stop(struct origins *origins);

/*
 * Ends what was started, rigs too.  Nobody calls any more, and nothing is under way that
 * needs their files (disks_fail_all()).  Snapshots stay as they are.  NULL is fine.
 */
void origins_end(struct origins *origins);

/* Disk ID is the physical volume of GROUP, which stays open: live is a piece of it. */
int origins_add_base(struct origins *origins, uint64_t id, const struct group *group);

/*
 * PREPARE: for each persistent snapshot of the table the header on its COW device is read, or
 * written where there is none.  -ENXIO where something else lies, -EINVAL for a version that
 * is not ours, -EIO: the load is to be refused.
 */
int origins_prepare(struct origins *origins, const struct dm_effect *effect);

/*
 * ACTIVATE: the disk, whose I/O is held, is made of the effect's `to`.  New snapshots in it
 * are taken at this moment, known ones attached, those of `from` alone are let go.  On an
 * error (of the rig, or of a fault that strikes there) all is as it was.
 */
int origins_activate(struct origins *origins, const struct dm_effect *effect);

/* DISCARD. */
void origins_discard(struct origins *origins, const struct dm_effect *effect);

/* DESTROY, once nobody has the device open; its disk is removed by the caller, then. */
void origins_destroy(struct origins *origins, const struct dm_effect *effect);

/* RENAME: its snapshots have the new name in the engine, too. */
void origins_rename(struct origins *origins, const struct dm_effect *effect);

/*
 * STATUS: what dm-snapshot says of the effect's target: "16/32768 16", "Invalid",
 * "Merge failed", "Unknown", or "Overflow": a write to a snapshot of kind PO found no room.
 */
void origins_status(struct origins *origins, struct dm_effect *effect);

#endif
