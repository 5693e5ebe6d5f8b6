/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.h - snapshots are taken, found and deleted; promises (1) to (5) of volume.h. */
#ifndef SNAPRIG_VOLUME_SNAPSHOT_H
#define SNAPRIG_VOLUME_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/base/sizes.h"
#include "simfs/blockio/blockio.h"
#include "simfs/store/store.h"
#include "simfs/volume/snapshot_hold.h"
#include "simfs/volume/volume_faults.h"

struct node;
struct volume;

#define VOLUME_SNAPSHOT_NAME_MAX 64 /* longest; it is a file name in three places */

/* Stops live writes: those under way end, `drained` is called, those that come wait until
 * volume_barrier_end().  Several may stand at once. */
struct volume_barrier {
	void (*drained)(struct volume_barrier *barrier);
	bool is_drained;
	struct list link;
};

void volume_barrier_begin(struct volume *volume, struct volume_barrier *barrier);

/* Also before `drained`: then it is not called any more. */
void volume_barrier_end(struct volume *volume, struct volume_barrier *barrier);

/* Why NAME cannot name a snapshot (-EINVAL, -ENAMETOOLONG), or 0. */
int snapshot_name_check(const char *name);

/* Waits until nobody else changes the order of a chain's nodes, or that of the snapshots. */
struct order_turn {
	void (*go)(struct order_turn *turn);
	struct list link;
};

/* Of a chain: what one can make of what is there. */
enum snapshot_kind {
	SNAPSHOT_TAKEN,	 /* a snapshot of the live view or of a clone */
	SNAPSHOT_CLONED, /* a clone of a snapshot: it can be written to, and shares its data */
	SNAPSHOT_COPIED, /* a clone that shares nothing: all data is copied before it is there */
};

struct snapshot_create {
	/* In. */
	const char *name; /* copied */
	enum snapshot_kind kind;
	struct snapshot *of; /* NULL: the live view; it is not deleted meanwhile */
	bool has_limit;
	bool with_writers; /* they freeze for it (writers/writers.h) */
	struct size_or_share limit;
	uint32_t block_bytes; /* 0: the volume's */

	/* Of dattobd's commands (datto/datto.h). */
	uint32_t minor;
	const char *label;	   /* kept until `done`; NULL: "" */
	struct snapshot *replaces; /* an incremental of that name, kept by one reference */

	/* Required.  RESULT 0: `snapshot` is taken (it may have failed since, and it may be
	 * deleted as soon as this returns, if no file of it is open then); without writers that
	 * thaw no live write has begun since its instant, and when `hold_writes` was set, `barrier`
	 * stands and is the caller's to end. Else -EEXIST; -EINVAL (name, limit, block, or the
	 * profile refuses a second one, or nothing of this kind can be made of `of`);
	 * -ENAMETOOLONG; -ENOSPC; -EMLINK (a chain is too long); -EOPNOTSUPP (of a chain only);
	 * -ECANCELED (a copy, or with writers: the volume is being closed); of a writer that
	 * failed, or of flushing and holding writes, what vss_codes.h has; -EBUSY (the writers are
	 * busy); -errno of the store's file. */
	void (*done)(struct snapshot_create *create, int result);
	bool hold_writes;

	/* Out. */
	struct snapshot *snapshot;
	struct volume_barrier barrier;
	const char *refusal; /* what was wrong, for a message; or NULL */
	bool was_logged;     /* it is in the kernel log */

	/* Of the volume. */
	bool hold_is_limited, is_in_set, is_cancelled;
	struct volume *volume;
	struct store *store;
	struct store_waiter written, still;
	struct blockio_request io;
	void (*has_room)(struct snapshot_create *create, int result);
	void (*entered)(struct snapshot_create *create, int result);
	struct snapshot *entering; /* not on the list yet */
	int sync_error;
	struct order_turn turn;
	struct volume_moment moment;
	struct snapshot_hold hold;
	struct node *base; /* in a chain */
	char copied_name[STORE_NAME_BYTES];
	uint64_t of_id, replaces_id;
	struct list link;
};

void volume_snapshot_create(struct volume *volume, struct snapshot_create *create);

struct snapshot_delete {
	/* Required.  Called when the reads of it that are under way have ended, and when whoever
	 * takes it was told of it, which writers that thaw hold up; none may begin any more.
	 * RESULT 0: it and its file are gone.  Else it stays: -EBUSY (a file of it is open, or it
	 * is being deleted already), -ENOENT (it went while a fault held this up), or -errno of
	 * removing its file or of a fault. */
	void (*done)(struct snapshot_delete *command, int result);

	/* Of the volume. */
	struct volume *volume;
	struct volume_moment moment;
	uint64_t snapshot_id;
	struct volume_barrier barrier;
	bool has_begun; /* the barrier */
	bool is_syncing, is_removed;
	struct blockio_request io;
	struct store_waiter still;
	struct snapshot *snapshot;
};

void volume_snapshot_delete(
	struct volume *volume, struct snapshot *snapshot, struct snapshot_delete *command);

/* The snapshot of this name, or NULL. */
struct snapshot *volume_snapshot_find(struct volume *volume, const char *name);

/* The snapshot of this id, or NULL.  Ids are not used again while mounted. */
struct snapshot *volume_snapshot_by_id(struct volume *volume, uint64_t id);

/* The snapshot after SNAPSHOT (NULL: the first), oldest first, or NULL. */
struct snapshot *volume_snapshot_next(struct volume *volume, struct snapshot *snapshot);

const char *snapshot_name(const struct snapshot *snapshot);
uint64_t snapshot_id(const struct snapshot *snapshot);
int64_t snapshot_created_seconds(const struct snapshot *snapshot);

/* Whether writes to SNAPSHOT may be submitted; they act on it alone. */
bool snapshot_is_writable(const struct snapshot *snapshot);

/* Of a chain: it is a clone, of which snapshots can be taken. */
bool snapshot_is_clone(const struct snapshot *snapshot);

/* Counts the files open on SNAPSHOT, which keep it from being deleted. */
void snapshot_opened(struct snapshot *snapshot);
void snapshot_closed(struct snapshot *snapshot);

#endif
