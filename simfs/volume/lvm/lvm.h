/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvm.h - what device-mapper does to a snapshot of profile lvm after it was taken.
 *
 *	             detach                           rename, limit: at any time, even
 *	attached ─────────────▶ detached              of a failed one
 *	         ◀─────────────
 *	             attach
 *
 * When a dm-snapshot's table is removed, its exceptions stay on its COW volume, and the
 * origin is written without it; when the table comes back, it continues with those
 * exceptions. So a detached snapshot is not traced: it shows what its store has, and
 * otherwise the current live view. Nothing that happens to the image fails it: it shows
 * whatever the image has.
 *
 *  (1) The changes of a volume are carried out one after the other, in the order of the
 *      calls.
 *  (2) If `done` reports 0, the change is in the state folder; if the rig is killed before,
 *      it has happened completely or not at all (state_rename.c).
 *  (3) Detaching and attaching happen while no live write is in flight: each write is
 *      preserved completely or not at all.
 */
#ifndef SNAPRIG_VOLUME_LVM_LVM_H
#define SNAPRIG_VOLUME_LVM_LVM_H

#include "simfs/base/sizes.h"
#include "simfs/volume/snapshot.h"

enum lvm_change_kind { LVM_DETACH, LVM_ATTACH, LVM_RENAME, LVM_LIMIT };

struct lvm_change {
	enum lvm_change_kind kind;
	const char *to;		    /* for rename; kept until `done` */
	struct size_or_share limit; /* for limit */
	/*
	 * For attach, if `sets_overflow`: a write to the snapshot itself that does not fit
	 * into the store fails alone, and so do all later writes to it, but the snapshot can
	 * still be read (dm-snapshot's store PO). This lasts until the next such attach, or
	 * the end of the mount.
	 */
	bool sets_overflow, bears_overflow;

	/*
	 * Required. RESULT 0: the change is done, and `snapshot` stays until this returns.
	 * Else nothing has changed: -EOPNOTSUPP, the volume or the snapshot is of another
	 * profile; -EIO, the snapshot to attach has failed; -EEXIST, -EINVAL, -ENAMETOOLONG
	 * for a name; -EINVAL for a limit; -EUCLEAN, its file does not belong to this volume;
	 * or -errno of writing the store.
	 */
	void (*done)(struct lvm_change *change, int result);

	/* Out. */
	struct snapshot *snapshot;
	const char *refusal; /* the reason, for a message; or NULL */

	/* For the volume. */
	struct volume *volume;
	struct volume_barrier barrier;
	struct store_facts was;
	struct store_waiter written;
	void (*next)(struct lvm_change *change);
	struct blockio_request io;
	int error;
	struct list link;
};

/* Changes SNAPSHOT, whose deletion must not have begun. */
void volume_lvm_change(struct volume *volume, struct snapshot *snapshot, struct lvm_change *change);

#endif
