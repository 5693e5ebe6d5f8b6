/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.h - takes, finds and deletes snapshots; promises (1) to (5) of volume.h. */
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

#define VOLUME_SNAPSHOT_NAME_MAX 64 /* it is a file name in three places */

/* Stops live writes: calls `drained` when those in flight have ended; new ones wait until
 * volume_barrier_end(). Several barriers may be in force at once. */
struct volume_barrier {
	void (*drained)(struct volume_barrier *barrier);
	bool is_drained;
	struct list link;
};

void volume_barrier_begin(struct volume *volume, struct volume_barrier *barrier);

/* May be called before `drained`, which is then never called. */
void volume_barrier_end(struct volume *volume, struct volume_barrier *barrier);

/* Returns 0, or why NAME cannot name a snapshot: -EINVAL, -ENAMETOOLONG. */
int snapshot_name_check(const char *name);

/* Waits until no one else is changing the order of a chain's nodes, or that of the snapshots. */
struct order_turn {
	void (*go)(struct order_turn *turn);
	struct list link;
};

/* In a chain: what to create. */
enum snapshot_kind {
	SNAPSHOT_TAKEN,	 /* a snapshot of the live view or of a clone */
	SNAPSHOT_CLONED, /* a writable clone of a snapshot, sharing its data */
	SNAPSHOT_COPIED, /* a clone that shares nothing: all data are copied first */
};

struct snapshot_create {
	/* In. */
	const char *name; /* copied */
	enum snapshot_kind kind;
	struct snapshot *of; /* NULL: the live view; kept open while the snapshot is taken */
	bool has_limit;
	bool with_writers; /* they freeze for it (writers/writers.h) */
	struct size_or_share limit;
	uint32_t block_bytes; /* 0: the volume's */

	/* For dattobd's commands (datto/datto.h). */
	uint32_t minor;
	const char *label;	   /* kept until `done`; NULL: "" */
	struct snapshot *replaces; /* an incremental of that name, with one reference */

	/* Required. RESULT 0: `snapshot` was taken. It may have failed since, and may be
	 * deleted as soon as this returns if none of its files is open then. Unless writers
	 * are thawing, no live write has begun since its instant; if `hold_writes` was set,
	 * `barrier` is in force and the caller must end it. Else -EEXIST; -EINVAL (name,
	 * limit, block, or the profile refuses a second one, or `of` does not allow this
	 * kind); -ENOENT (`of` or `replaces` was deleted while a fault or writers held this
	 * up); -ENAMETOOLONG; -ENOSPC; -EMLINK (a chain is too long); -EOPNOTSUPP (only a
	 * chain can); -ECANCELED (a copy, or with writers: the volume is being closed); the
	 * code in vss_codes.h of a writer that failed, or of flushing and holding writes;
	 * -EBUSY (the writers are busy); -errno of the store's file. */
	void (*done)(struct snapshot_create *create, int result);
	bool hold_writes;

	/* Out. */
	struct snapshot *snapshot;
	struct volume_barrier barrier;
	const char *refusal; /* the reason, for a message; or NULL */
	bool was_logged;     /* it is in the kernel log */

	/* For the volume. */
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
	/* Required. Called when the reads of it in flight have ended and the creator's `done`
	 * was called, which thawing writers delay. No read may begin any more. RESULT 0: it
	 * and its file are gone. Else it stays: -EBUSY (a file of it is open, or it is being
	 * deleted already), -ENOENT (it was deleted while a fault held this up), or -errno of
	 * removing its file or of a fault. */
	void (*done)(struct snapshot_delete *command, int result);

	/* For the volume. */
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

/* The snapshot with this id, or NULL. Ids are not reused during a mount. */
struct snapshot *volume_snapshot_by_id(struct volume *volume, uint64_t id);

/* The snapshot after SNAPSHOT (NULL: the first), oldest first, or NULL. */
struct snapshot *volume_snapshot_next(struct volume *volume, struct snapshot *snapshot);

const char *snapshot_name(const struct snapshot *snapshot);
uint64_t snapshot_id(const struct snapshot *snapshot);
int64_t snapshot_created_seconds(const struct snapshot *snapshot);

/* Whether writes to SNAPSHOT may be submitted; they affect only it. */
bool snapshot_is_writable(const struct snapshot *snapshot);

/* In a chain: it is a clone, which can be snapshotted. */
bool snapshot_is_clone(const struct snapshot *snapshot);

/* Counts the open files of SNAPSHOT, which prevent its deletion. */
void snapshot_opened(struct snapshot *snapshot);
void snapshot_closed(struct snapshot *snapshot);

#endif
