/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origins.h - the content of dm devices: every active table becomes a map of its disk.
 *
 * Plain targets are pieces of other disks.  Snapshot targets are served by rigs of profile `lvm',
 * one for each origin: the user's for the logical volume that is the whole of its live view, and
 * one of ours for each other origin.  A snapshot is one of the engine's, with the dm device's name;
 * the content of a store belongs to the place of its COW area, as dm-snapshot's does.
 *
 * The functions perform effects of the model (model/call.h).  Several threads of the supervisor may
 * call them at once, without its lock.  They may take long (a rig starts, a fault delays), and call
 * back only `event' and `waits'.  Errors are -errno.
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
	const char *mount_point; /* of the user's rig, of profile lvm, which runs */
	const char *state;	 /* the folder that outlives the world: IMAGE.snaprig/lvm; exists */
	const char *scratch;	 /* an empty private folder: mount points and logs of our rigs */

	/*
	 * A snapshot of DEVICE has become invalid: raise its event number (dm_model_event()).  The
	 * end of a merge is no event.  Called on a thread of ours; takes the supervisor's lock.
	 */
	void (*event)(void *context, struct dm_device *device);

	/* Whether the CALLER of an effect still waits for it.  Polled while the effect lasts. */
	bool (*waits)(void *context, void *caller);
	void *context;
};

/* Returns 0, or -errno after a message: -ENOTCONN if the user's rig does not answer. */
int origins_start(const struct origins_order *order, struct origins **ret);

/*
 * From now on nothing new starts, and calls that wait for a rig fail with -EINTR.  Merges stop
 * where they are and continue in the next world.
 */
void origins_stop(struct origins *origins);

/*
 * Ends what was started, including rigs.  No other thread may call, and no request may need their
 * files (disks_fail_all()).  Snapshots stay as they are.  NULL is fine.
 */
void origins_end(struct origins *origins);

/* Disk ID is the physical volume of GROUP, which stays open: live is a piece of it. */
int origins_add_base(struct origins *origins, uint64_t id, const struct group *group);

/*
 * PREPARE: for each persistent snapshot of the table, reads the header on its COW device, or writes
 * one if there is none.  On an error the load must be refused: -ENXIO if something else lies there,
 * -EINVAL for another version, -EIO.
 */
int origins_prepare(struct origins *origins, const struct dm_effect *effect);

/*
 * ACTIVATE: makes the disk, whose I/O is held, consist of the effect's `to'.  Takes new snapshots
 * in it at this moment, attaches known ones, and releases those that only `from' has.  On an error
 * (of the rig, or a fault) nothing has changed.
 */
int origins_activate(struct origins *origins, const struct dm_effect *effect);

/* DISCARD. */
void origins_discard(struct origins *origins, const struct dm_effect *effect);

/* DESTROY, when the device is no longer open; the caller then removes its disk. */
void origins_destroy(struct origins *origins, const struct dm_effect *effect);

/* RENAME: renames its snapshots in the engine, too. */
void origins_rename(struct origins *origins, const struct dm_effect *effect);

/*
 * STATUS: the text that dm-snapshot has for the effect's target: "16/32768 16", "Invalid", "Merge
 * failed", "Unknown", or "Overflow": a write to a snapshot of kind PO did not fit.
 */
void origins_status(struct origins *origins, struct dm_effect *effect);

#endif
