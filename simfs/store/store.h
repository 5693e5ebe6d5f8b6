/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - the bounded file that holds the blocks of a snapshot or chain node.
 *
 * Invariants of the store (those of the whole engine: docs/architecture.md 5.2):
 *  (1) A store only grows, and each position is written once, except when its owner writes in
 *      place with store_rewrite().
 *  (2) The map names a position only after the backing file has acknowledged it.
 *  (3) A few segments are in flight at a time, each after the previous one; appends that wait
 *      share the next one. Segments are acknowledged in order, and each records which were
 *      acknowledged when it was started. So a crash can only tear segments that no later one
 *      calls acknowledged. Whatever follows the first torn one was never answered, whole or
 *      not, and is not damage.
 *  (4) What follows a segment that fails its check is never read as data. If a later segment
 *      of this store calls that one acknowledged, the store is damaged.
 *  (5) A segment that no later one calls acknowledged always has the data it was written
 *      with: only that distinguishes a torn segment from a whole one. So nothing is written
 *      in place before
 *       - the superblock has STORE_FLAG_REWRITTEN: from then on ID.sums says what
 *         earlier segments must contain (sums.h);
 *       - a segment that was started after the block's was acknowledged is
 *         acknowledged itself.  If none is in flight, a seal is appended: a segment
 *         without records:
 *
 *	   ┌──────────┬────┬────┬────┬──────┬ ─ ─ ─ ─ ─ ─
 *	   │superblock│ S1 │ S2 │ S3 │ seal │ the next one
 *	   └──────────┴────┴────┴────┴──────┴ ─ ─ ─ ─ ─ ─
 *	    REWRITTEN  └── in place ──┘  ▲
 *	                                 └ as it was written
 *
 *  (6) A read returns what was stored, or an error (read.h).
 *
 * A store does not enforce limits: the caller asks the profile before it appends.
 */
#ifndef SNAPRIG_STORE_STORE_H
#define SNAPRIG_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/check.h"
#include "simfs/base/list.h"
#include "simfs/blockio/folder.h"
#include "simfs/store/format.h"
#include "simfs/store/store_limits.h"

struct store;

/* Data that an owner keeps in the superblock of its store. The store does not interpret it;
 * `length` of the bytes are used, at most all. */
struct store_owner {
	uint32_t kind;
	uint32_t length;
	uint8_t bytes[STORE_OWNER_BYTES];
};

/*
 * A store's description. store_update() replaces `name`, `order`, `limit_bytes` and `owner`;
 * store_mark() sets the fields of a failure.
 */
struct store_facts {
	char name[STORE_NAME_BYTES]; /* of the snapshot or node */
	char profile[STORE_PROFILE_BYTES];
	uint64_t volume_id;
	uint64_t store_id;
	uint64_t order;
	uint64_t volume_bytes;
	uint64_t limit_bytes;
	uint32_t block_bytes; /* a power of two, a multiple of STORE_UNIT_BYTES */
	int64_t created_seconds;
	uint32_t created_nanoseconds; /* within that second */
	bool failed;
	int error;
	uint64_t overflow_blocks;

	struct store_owner owner;
	uint64_t closing_id; /* see store_set_closing_id() */

	/* The machine's boot when it was last opened; 0 if the caller does not know. */
	uint64_t boot_id;
};

/*
 * Counts the appends, rewrites and marks of its owner that are in flight. When the last one
 * ends, `done` is called once with the first error. A store calls it from the event loop,
 * never from within a call, and after its own state is settled (answers.c); the owner's own
 * release calls it at once. The last answer of a store may destroy it. The owner holds one
 * count of its own while adding (store_waiter_add, _release).
 *
 * A zeroed waiter is free. Once armed it has one purpose until `done` is called, from which
 * it may be armed again.
 */
struct store_waiter {
	unsigned pending;
	int error;
	void (*done)(struct store_waiter *waiter, int error); /* NULL: free */

	/* For the store. */
	struct list link;
	bool is_listed;
};

static inline void store_waiter_arm(
	struct store_waiter *waiter, void (*done)(struct store_waiter *waiter, int error))
{
	MUST(!waiter->done && waiter->pending == 0 && !waiter->is_listed);
	*waiter = (struct store_waiter){ .done = done };
}

static inline void store_waiter_add(struct store_waiter *waiter)
{
	MUST(waiter->done && (waiter->pending > 0 || !waiter->is_listed));
	waiter->pending++;
}

/* For the store and the layers below: calls `done`. */
static inline void store_waiter_end(struct store_waiter *waiter)
{
	void (*done)(struct store_waiter * waiter, int error) = waiter->done;

	waiter->done = NULL;
	done(waiter, waiter->error);
}

static inline void store_waiter_release(struct store_waiter *waiter, int error)
{
	MUST(waiter->pending > 0);
	if (error < 0 && waiter->error == 0)
		waiter->error = error;
	if (--waiter->pending == 0)
		store_waiter_end(waiter);
}

/*
 * Creates the file NAME in FOLDER for a new store. Nothing is written yet: store_mark() does
 * that. LIMITS must outlive the store; NULL selects the defaults. Returns 0, -EEXIST, -ENOMEM
 * or the folder's error.
 */
int store_create(struct blockio_folder *folder, const char *name, const struct store_facts *facts,
	const struct store_limits *limits, struct store **ret);

/* What store_open() found, for the message of a mount. */
struct store_findings {
	bool was_clean;

	/* The machine went down while the store was open. Unless the store was durable then,
	 * acknowledged blocks may be missing or torn. An owner who keeps the store despite
	 * that confirms it with store_mark() or store_update(); until then, each store_open()
	 * reports this again. */
	bool machine_restarted;
	bool was_durable;

	uint64_t segments;
	uint64_t torn_bytes;	/* cut off after the last whole segment */
	uint64_t damage_offset; /* where the damage of -EUCLEAN is */
	const char *damage;	/* the reason for -EUCLEAN */
	bool is_map_whole;	/* with -EUCLEAN: only data are damaged; the map is complete */

	/* On blocks written in place: entries of ID.sums that fail their check, or the whole
	 * file missing; and units that cannot be checked after a power cut. */
	uint64_t bad_sums;
	uint64_t bad_sums_offset; /* of the first */
	bool has_lost_sums;
	uint64_t units_as_found;
};

struct store_open_options {
	/* Optional. Returns why a store with FACTS is not wanted, or NULL. A refused store is
	 * not changed. */
	const char *(*refuses)(const struct store_facts *facts, void *context);
	void *context;

	/* Optional. Whether the blocks of a failed store with FACTS will be read; otherwise
	 * its map stays empty. */
	bool (*reads_failed)(const struct store_facts *facts, void *context);

	/* Optional. Whether the owner of a store with FACTS needs the data of every block:
	 * then a block without data is damage. */
	bool (*needs_data)(const struct store_facts *facts, void *context);

	const struct store_limits *limits; /* as for store_create() */

	uint64_t boot_id; /* as in struct store_facts */
	bool durable;	  /* as store_set_durable(); also makes durable what it finds */

	/* Reads all data and checks their sums, always or if the file is no larger than
	 * verify_up_to_bytes; otherwise damage is found when the data are read. With
	 * keeps_damaged_data, a store with damaged data opens anyway: 0, with the first
	 * damage in FINDINGS. */
	bool verify_data;
	uint64_t verify_up_to_bytes;
	bool keeps_damaged_data;

	/* Reads all headers and uses no summary: as `verify_data`, but without the data. */
	bool verify_places;

	/* If store_wants_flush(), the caller must flush store_io() before anything is
	 * appended; a caller that opens many stores can flush many at once. */
	bool flushes_later;

	/* Leaves the file unchanged; the store can then only be read. */
	bool read_only;
};

/*
 * Opens the store NAME and rebuilds its map from its summaries and a scan of the later
 * headers. Blocks: for mounting only. OPTIONS may be NULL. Returns 0 or -errno. -EUCLEAN
 * means that the store is damaged, refused or not a store; FINDINGS says where and why. *RET
 * is then set if only segments are damaged, so that the snapshot can be shown as failed, else
 * NULL.
 */
int store_open(struct blockio_folder *folder, const char *name,
	const struct store_open_options *options, struct store **ret,
	struct store_findings *findings);

/* See `flushes_later`. */
bool store_wants_flush(const struct store *store);

/*
 * The format of the store NAME if its superblock checks but has a version this program cannot
 * read, else 0. Reads only the superblock. Blocks.
 */
uint32_t store_other_version(struct blockio_folder *folder, const char *name);

/* Nothing may be in flight. Does not change the file. NULL is fine. */
void store_destroy(struct store *store);

/* The same for a store whose file was removed, while the volume is serving: does not block. */
void store_abandon(struct store *store);

/* As store_destroy(), but with operations in flight: the backend must have dropped them. */
void store_forget(struct store *store);

/* Sets an ID for store_close() to write: stores closed together share it. */
void store_set_closing_id(struct store *store, uint64_t closing_id);

/* A close in progress; the caller keeps it until `done`. */
struct store_closing {
	/* Required. RESULT 0: closed cleanly, and can be destroyed. Else -errno. */
	void (*done)(struct store_closing *closing, int result);

	/* For the store. */
	struct store *store;
	struct store_waiter still;
	struct blockio_request request;
	void (*next)(struct store_closing *closing, int error);
};

/*
 * Closes the store cleanly; nothing may be in flight or begin any more. `done` is called now
 * or later. Truncates the file, which may block briefly, and waits for the disk through it.
 */
void store_close_start(struct store *store, struct store_closing *closing);

/* The same, but waits for it: 0 or -errno. */
int store_close(struct store *store);

/*
 * From now on a segment or a mark is acknowledged only after a flush: neither a kill nor a
 * power cut loses what was acknowledged. Blocks written in place become durable when the
 * owner flushes store_io(). For a new store, call it before the first mark.
 */
void store_set_durable(struct store *store, bool is_durable);

const struct store_facts *store_facts(const struct store *store);

/* The blocks in the map, and those plus the blocks in flight. */
uint64_t store_blocks(const struct store *store);
uint64_t store_blocks_taken(const struct store *store);

/* Bytes of the backing file that are in use. */
uint64_t store_file_bytes(const struct store *store);

/* store_offset() of a block that was appended without data. */
#define STORE_CHANGED STORE_UNIT_BYTES

/*
 * The offset of BLOCK in store_io(), in bytes; 0 if the store does not have it, STORE_CHANGED
 * if it only knows that the block changed.
 */
uint64_t store_offset(const struct store *store, uint64_t block);

static inline bool store_has_data(const struct store *store, uint64_t block)
{
	return store_offset(store, block) > STORE_CHANGED;
}

/*
 * Finds the first run of consecutive blocks at or after FROM_BLOCK that the store knows, with
 * data or only as changed. They may be scattered in the file. Returns false if there are
 * none.
 */
bool store_next_run(
	const struct store *store, uint64_t from_block, uint64_t *ret_first, uint64_t *ret_count);

/*
 * How many bytes of BLOCK, whose data the store has, and the next blocks are contiguous in
 * the file; looks no further than ENOUGH_BYTES.
 */
uint64_t store_run_bytes(const struct store *store, uint64_t block, uint64_t enough_bytes);

/* For flushing only; reads use store_read(). */
struct blockio *store_io(struct store *store);

/*
 * Appends COUNT blocks from FIRST_BLOCK on, with the content at DATA (aligned to
 * BLOCKIO_ALIGNMENT_MAX, kept until WAITER ends); without DATA it only records that they
 * changed. The blocks must be neither in the map nor being appended. Counts WAITER one or
 * more times. The first error ends the store: this append and all later ones fail with it,
 * until store_resume().
 */
void store_append(struct store *store, uint64_t first_block, uint64_t count, void *data,
	struct store_waiter *waiter);

/* Computes the SUMS of the units of DATA, LENGTH_BYTES in all, for store_append_summed(). */
void store_sum(const void *data, size_t length_bytes, uint32_t *sums);

/* As store_append(), for DATA whose SUMS are known: data for several stores are summed only
 * once. SUMS are not used after it returns. */
void store_append_summed(struct store *store, uint64_t first_block, uint64_t count, void *data,
	const uint32_t *sums, struct store_waiter *waiter);

/*
 * Writes LENGTH_BYTES of DATA (kept until WAITER ends) in place, from WITHIN_BYTES of BLOCK
 * on. The store must have the data of the whole range, contiguously (store_run_bytes());
 * whole units only. Several may be in flight, also beside appends, but the caller must not
 * let two overlap in a unit. Counts WAITER once. An error ends only this rewrite. It may
 * append a seal of one unit, invariant (5); if the store has ended and cannot, the rewrite
 * fails with the store's error.
 */
void store_rewrite(struct store *store, uint64_t block, uint32_t within_bytes, void *data,
	uint32_t length_bytes, struct store_waiter *waiter);

/* Fails all later appends, and those not written yet, with ERROR; their waiters are told from
 * the event loop. */
void store_stop(struct store *store, int error);

/* Why nothing can be appended any more (-errno), or 0. */
int store_error(const struct store *store);

/* Stores that one write of the volume may append to, each its own copy. */
struct store_group {
	/* How many of them have ended with an error: saves asking each. */
	unsigned ends;

	/* Segments of all stores. Once they reach one store's limit, no store has more than
	 * one in flight: a disk is faster with a few large writes than with many small ones. */
	unsigned in_flight;
};

/* Adds STORE, which has nothing in flight, to GROUP, which must outlive it. */
void store_join(struct store *store, struct store_group *group);

/*
 * Lets a store that ended with an error, but is not marked as failed, continue after its last
 * acknowledged segment. Writes a seal there: otherwise the next store_open() would find
 * appends that were answered with an error but reached the file. Does nothing while an append
 * is in flight.
 */
void store_resume(struct store *store);

/* Nothing is in flight or waiting to be, and no answer is pending: it can be destroyed. */
bool store_idle(const struct store *store);

/*
 * WAITER ends once the store is idle and all other waiters have been answered; this writes
 * nothing. (A store also writes on its own: its superblock after a summary.) The result is 0
 * even if the store fails in between: the callers of what failed get the error. Several such
 * waiters end in order, each when the store is idle again after the previous one. A waiter
 * may destroy the store unless another one still waits. Reads are not waited for: the reader
 * keeps the store alive.
 */
void store_quiesce(struct store *store, struct store_waiter *waiter);

/*
 * Writes the superblock: unchanged if ERROR is 0, else as failed with ERROR (and
 * OVERFLOW_BLOCKS as counted by the profile). WAITER ends when it is in the file.
 */
void store_mark(
	struct store *store, int error, uint64_t overflow_blocks, struct store_waiter *waiter);

/* Takes over the variable fields of FACTS (struct store_facts), then marks; WAITER may be NULL. */
void store_update(
	struct store *store, const struct store_facts *facts, struct store_waiter *waiter);

#endif
