/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - the bounded file that holds a snapshot's preserved blocks.
 *
 * Invariants (DESIGN §5 has them for the whole engine; these are the store's):
 *  (1) A position is written once; the store only grows.
 *  (2) The map names a position only after the backing file acknowledged it.
 *  (3) One segment is being written at a time, and those that wait share the
 *      next one.  So a crash can tear the last segment only, every segment
 *      before it was acknowledged, and a batch of blocks is one write.
 *  (4) What lies behind a segment that does not check is never read as data;
 *      when a later segment of this store is found there, the store is damaged.
 *
 * A store knows nothing of limits: who appends asks the profile first.
 */
#ifndef SNAPRIG_STORE_STORE_H
#define SNAPRIG_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/blockio/blockio.h"
#include "simfs/store/format.h"

struct store;

/* What a store says of itself; all but `flags` and `error` is constant. */
struct store_facts {
	char name[STORE_NAME_BYTES]; /* of the snapshot */
	char profile[STORE_PROFILE_BYTES];
	uint64_t volume_id;
	uint64_t store_id;
	uint64_t order;
	uint64_t volume_bytes;
	uint64_t limit_bytes;
	uint32_t block_bytes; /* a power of two, a multiple of STORE_UNIT_BYTES */
	int64_t created_seconds;
	bool failed;
	int error;
	uint64_t overflow_blocks;
};

/*
 * Counts the appends and marks of its owner that are under way.  `done` is
 * called once, when the last one ended, with the first error among them.
 * Hold one count of your own while adding (store_waiter_add, _release).
 */
struct store_waiter {
	unsigned pending;
	int error;
	void (*done)(struct store_waiter *waiter, int error);
};

static inline void store_waiter_add(struct store_waiter *waiter)
{
	waiter->pending++;
}

static inline void store_waiter_release(struct store_waiter *waiter, int error)
{
	if (error < 0 && waiter->error == 0)
		waiter->error = error;
	if (--waiter->pending == 0)
		waiter->done(waiter, waiter->error);
}

/*
 * Makes the file NAME in FOLDER for a new store.  Nothing is written yet:
 * store_mark() does that.  Returns 0, -EEXIST, -ENOMEM or what the folder said.
 */
int store_create(struct blockio_folder *folder, const char *name, const struct store_facts *facts,
	struct store **ret);

/* What store_open() found, for the message of a mount. */
struct store_findings {
	bool was_clean;
	uint64_t segments;
	uint64_t torn_bytes;	/* cut off behind the last whole segment */
	uint64_t damage_offset; /* where -EUCLEAN was found */
	const char *damage;	/* why, when -EUCLEAN */
};

/*
 * Opens the store NAME and rebuilds its map by one scan.  Blocks: for mounting
 * only.  REFUSES (optional) says why a store with FACTS is not wanted, or NULL;
 * one that it refuses is not touched.  Returns 0; -EUCLEAN when the store is
 * damaged, refused or no store (FINDINGS says where and why; *RET is set all
 * the same when only segments are damaged, so that the snapshot can be shown
 * as failed, else NULL); or -errno.
 */
int store_open(struct blockio_folder *folder, const char *name,
	const char *(*refuses)(const struct store_facts *facts, void *context), void *context,
	struct store **ret, struct store_findings *findings);

/* Nothing may be under way.  Does not touch the file.  NULL is fine. */
void store_destroy(struct store *store);

/* As store_destroy(), in the middle of whatever it does: its backend has dropped that. */
void store_forget(struct store *store);

/* Marks the store as closed in order.  Blocks; nothing may be under way.  0 or -errno. */
int store_close(struct store *store);

const struct store_facts *store_facts(const struct store *store);

/* Blocks that the map knows, and those plus the ones on their way there. */
uint64_t store_blocks(const struct store *store);
uint64_t store_blocks_taken(const struct store *store);

/* Bytes of the backing file that are in use. */
uint64_t store_file_bytes(const struct store *store);

/* Where BLOCK lies in store_io(), in bytes; 0 when the store does not have it. */
uint64_t store_offset(const struct store *store, uint64_t block);

/* For reading what store_offset() names. */
struct blockio *store_io(struct store *store);

/*
 * Appends COUNT blocks from FIRST_BLOCK on, whose content is at DATA (aligned
 * to BLOCKIO_ALIGNMENT_MAX, kept until WAITER ends).  The map must not know
 * them and nobody else may be appending them.  WAITER is counted once or more.
 * A first error ends the store: it and all that follow answer with it.
 */
void store_append(struct store *store, uint64_t first_block, uint64_t count, void *data,
	struct store_waiter *waiter);

/* Refuses what is appended from now on and what has not been written yet, with ERROR. */
void store_stop(struct store *store, int error);

/* Why nothing more is appended (-errno), or 0. */
int store_error(const struct store *store);

/* Nothing is being written. */
bool store_idle(const struct store *store);

/*
 * Writes the superblock: with ERROR 0 as it stands, else as failed with ERROR
 * (and OVERFLOW_BLOCKS counted by the profile).  WAITER ends when it is in the
 * file.  One mark at a time.
 */
void store_mark(
	struct store *store, int error, uint64_t overflow_blocks, struct store_waiter *waiter);

#endif
