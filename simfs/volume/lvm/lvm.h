/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvm.h - what device-mapper does to a snapshot of profile lvm after it was taken.
 *
 *	             detach                           rename, limit: at any time, also
 *	attached ─────────────▶ detached              of one that has failed
 *	         ◀─────────────
 *	             attach
 *
 * A dm-snapshot whose table goes keeps its exceptions on its COW volume, and the origin is
 * written past it; one whose table comes back goes on with those exceptions.  So a snapshot that
 * is detached is not traced: it shows what its store has, and else the live view of the present.
 * Nothing that happens to the image fails it: it is of whatever the image is.
 *
 *  (1) Changes of a volume come one after the other, in the order in which they were asked for.
 *  (2) What `done` says with 0 is in the state folder; after a kill before that it has happened
 *      or not, as a whole (state_rename.c).
 *  (3) Detaching and attaching happen while no live write is under way: each is preserved, or
 *      not, as a whole.
 */
#ifndef SNAPRIG_VOLUME_LVM_LVM_H
#define SNAPRIG_VOLUME_LVM_LVM_H

#include "simfs/base/sizes.h"
#include "simfs/volume/snapshot.h"

enum lvm_change_kind { LVM_DETACH, LVM_ATTACH, LVM_RENAME, LVM_LIMIT };

struct lvm_change {
	enum lvm_change_kind kind;
	const char *to;		    /* of rename; kept until `done` */
	struct size_or_share limit; /* of limit */
	/*
	 * Of attach, when `sets_overflow': a write to the snapshot itself that does not fit into
	 * the store fails alone, and every write to it after that, but the snapshot can be read
	 * on (dm-snapshot's store PO).  It lasts until the next such attach, or the mount's end.
	 */
	bool sets_overflow, bears_overflow;

	/*
	 * Required.  RESULT 0: `snapshot` is so, and stays until this returns.  Else nothing has
	 * changed: -EOPNOTSUPP, the volume or the snapshot is of another profile; -EIO, one to
	 * attach has failed; -EEXIST, -EINVAL, -ENAMETOOLONG of a name; -EINVAL of a limit;
	 * -EUCLEAN, its file is none of this volume's; or -errno of writing the store.
	 */
	void (*done)(struct lvm_change *change, int result);

	/* Out. */
	struct snapshot *snapshot;
	const char *refusal; /* what was wrong, for a message; or NULL */

	/* Of the volume. */
	struct volume *volume;
	struct volume_barrier barrier;
	struct store_facts was;
	struct store_waiter written;
	void (*next)(struct lvm_change *change);
	struct blockio_request io;
	int error;
	struct list link;
};

/* Changes SNAPSHOT, which is not being deleted. */
void volume_lvm_change(struct volume *volume, struct snapshot *snapshot, struct lvm_change *change);

#endif
