/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - the bounded file that holds the blocks of a snapshot or chain node.
 *
 * Invariants (docs/architecture.md 5.2 has those of the whole engine; these are the store's):
 *  (1) A store only grows, and a position is written once: but for what its
 *      owner writes in place with store_rewrite().
 *  (2) The map names a position only after the backing file acknowledged it.
 *  (3) A few segments are being written at a time, each behind the one before it,
 *      and those that wait share the next one.  They are acknowledged in order, and
 *      each says which were acknowledged when it was started.  So a crash can tear
 *      those only that no later segment calls acknowledged: what lies behind the
 *      first torn one was never answered, whole or not, and is no damage.
 *  (4) What lies behind a segment that does not check is never read as data;
 *      when a later segment of this store calls that one acknowledged, the store is
 *      damaged.
 *  (5) A segment that no later one calls acknowledged has the data that it was
 *      written with, always: that is what tells a torn segment from a whole one.
 *      So nothing is written in place before
 *       - the superblock says STORE_FLAG_REWRITTEN: from then on ID.sums is asked
 *         what earlier segments have to be (sums.h);
 *       - a segment that was started when the block's was acknowledged is
 *         acknowledged itself.  If none is on its way, a seal is appended, which is
 *         a segment without records:
 *
 *	   ┌──────────┬────┬────┬────┬──────┬ ─ ─ ─ ─ ─ ─
 *	   │superblock│ S1 │ S2 │ S3 │ seal │ the next one
 *	   └──────────┴────┴────┴────┴──────┴ ─ ─ ─ ─ ─ ─
 *	    REWRITTEN  └── in place ──┘  ▲
 *	                                 └ as it was written
 *
 *  (6) What is handed out is what was stored, or an error (read.h).
 *
 * A store knows nothing of limits: who appends asks the profile first.
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

/* What an owner says in the superblock of his store, which keeps it and knows nothing of its
 * meaning: `length` of the bytes are his, at most all. */
struct store_owner {
	uint32_t kind;
	uint32_t length;
	uint8_t bytes[STORE_OWNER_BYTES];
};

/*
 * What a store says of itself.  store_update() replaces `name`, `order`,
 * `limit_bytes` and `owner`; store_mark() what a failure sets.
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
	uint32_t created_nanoseconds; /* of that second */
	bool failed;
	int error;
	uint64_t overflow_blocks;

	struct store_owner owner;
	uint64_t closing_id; /* see store_set_closing_id() */

	/* Which run of the machine opened it last; 0 when the caller does not tell. */
	uint64_t boot_id;
};

/*
 * Counts the appends, rewrites and marks of its owner that are under way.  `done` is
 * called once, when the last one ended, with the first error among them: by a store
 * from the event loop, never from within a call, and with the store settled
 * (answers.c); by its owner's own release at once.  The last answer of a store may
 * destroy it.
 * Hold one count of your own while adding (store_waiter_add, _release).
 *
 * Zeros are one that is free.  It has one purpose from when it is armed until
 * `done` is called, from where it may be armed again.
 */
struct store_waiter {
	unsigned pending;
	int error;
	void (*done)(struct store_waiter *waiter, int error); /* NULL: free */

	/* Of the store. */
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

/* Of the store, and of what is below: calls `done`. */
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
 * Makes the file NAME in FOLDER for a new store.  Nothing is written yet:
 * store_mark() does that.  LIMITS must live longer than the store; NULL: the
 * default ones.  Returns 0, -EEXIST, -ENOMEM or what the folder said.
 */
int store_create(struct blockio_folder *folder, const char *name, const struct store_facts *facts,
	const struct store_limits *limits, struct store **ret);

/* What store_open() found, for the message of a mount. */
struct store_findings {
	bool was_clean;

	/* The machine went down while the store was open.  Unless it was durable
	 * then, acknowledged blocks may be missing or torn; whoever keeps it all
	 * the same says so with store_mark() or store_update(), before which the
	 * next store_open() finds this again. */
	bool machine_restarted;
	bool was_durable;

	uint64_t segments;
	uint64_t torn_bytes;	/* cut off behind the last whole segment */
	uint64_t damage_offset; /* where -EUCLEAN was found */
	const char *damage;	/* why, when -EUCLEAN */
	bool is_map_whole;	/* with it: only data are damaged, and all of them is known */

	/* Of what was written in place: entries of ID.sums that do not check, or all
	 * of it; and after a power cut units whose content nobody can check. */
	uint64_t bad_sums;
	uint64_t bad_sums_offset; /* of the first one */
	bool has_lost_sums;
	uint64_t units_as_found;
};

struct store_open_options {
	/* Says why a store with FACTS is not wanted, or NULL; one that is
	 * refused is not touched.  Optional. */
	const char *(*refuses)(const struct store_facts *facts, void *context);
	void *context;

	/* Whether somebody will read the blocks of a failed store with FACTS; its
	 * map is empty otherwise.  Optional. */
	bool (*reads_failed)(const struct store_facts *facts, void *context);

	/* Whether the owner of a store with FACTS needs the data of every block:
	 * a block without is damage then.  Optional. */
	bool (*needs_data)(const struct store_facts *facts, void *context);

	const struct store_limits *limits; /* as store_create() */

	uint64_t boot_id; /* of the machine, as in struct store_facts */
	bool durable;	  /* as store_set_durable(); makes durable what it finds */

	/* Reads all data and compares it with its sums; else damaged data are
	 * found out when somebody reads them.  Always, or when the file is no
	 * larger than so many bytes.  A store whose owner keeps it with damaged
	 * data opens all the same: 0, and FINDINGS say where the first are. */
	bool verify_data;
	uint64_t verify_up_to_bytes;
	bool keeps_damaged_data;

	/* Reads all headers, and believes no summary: as with `verify_data`, without data. */
	bool verify_places;

	/* Leaves it to the caller to flush store_io() before anything is appended, if
	 * store_wants_flush(): who opens many stores flushes many at a time. */
	bool flushes_later;

	/* Leaves the file as it was found; the store is then for looking at only. */
	bool read_only;
};

/*
 * Opens the store NAME and rebuilds its map, from summaries in it and by a scan
 * of the headers of what came later.  Blocks: for mounting only.  OPTIONS may be NULL.  Returns 0;
 * -EUCLEAN when the store is damaged, refused or no store (FINDINGS says where and why; *RET is set
 * all the same when only segments are damaged, so that the snapshot can be shown as failed, else
 * NULL); or -errno.
 */
int store_open(struct blockio_folder *folder, const char *name,
	const struct store_open_options *options, struct store **ret,
	struct store_findings *findings);

/* See `flushes_later`. */
bool store_wants_flush(const struct store *store);

/*
 * Of the store NAME, whose superblock checks and of which this program knows nothing more: its
 * format, else 0.  Reads that alone.  Blocks.
 */
uint32_t store_other_version(struct blockio_folder *folder, const char *name);

/* Nothing may be under way.  Does not touch the file.  NULL is fine. */
void store_destroy(struct store *store);

/* The same of a store whose file was removed, while others are served: does not block. */
void store_abandon(struct store *store);

/* As store_destroy(), in the middle of whatever it does: its backend has dropped that. */
void store_forget(struct store *store);

/* store_close() writes it; what is closed together is known by it. */
void store_set_closing_id(struct store *store, uint64_t closing_id);

/* One that is being closed; kept until `done`. */
struct store_closing {
	/* Required.  RESULT 0: it is closed in order, and can be destroyed.  Else -errno. */
	void (*done)(struct store_closing *closing, int result);

	/* Of the store. */
	struct store *store;
	struct store_waiter still;
	struct blockio_request request;
	void (*next)(struct store_closing *closing, int error);
};

/*
 * Marks the store as closed in order; nothing may be under way, and nothing else
 * begins any more.  `done` is called now or later.  Truncates the file, which may
 * block shortly, and waits for the disk through it.
 */
void store_close_start(struct store *store, struct store_closing *closing);

/* The same, and waits for it: 0 or -errno. */
int store_close(struct store *store);

/*
 * From now on a segment or a mark is acknowledged only when it was flushed:
 * neither a kill nor a power cut takes back what was acknowledged.  What was
 * written in place is durable when the owner flushes store_io().  For a store
 * that was just created: before its first mark.
 */
void store_set_durable(struct store *store, bool is_durable);

const struct store_facts *store_facts(const struct store *store);

/* Blocks that the map knows, and those plus the ones on their way there. */
uint64_t store_blocks(const struct store *store);
uint64_t store_blocks_taken(const struct store *store);

/* Bytes of the backing file that are in use. */
uint64_t store_file_bytes(const struct store *store);

/* store_offset() of a block that was appended without data. */
#define STORE_CHANGED STORE_UNIT_BYTES

/*
 * Where BLOCK lies in store_io(), in bytes; 0 when the store does not know it,
 * STORE_CHANGED when it only knows that it changed.
 */
uint64_t store_offset(const struct store *store, uint64_t block);

static inline bool store_has_data(const struct store *store, uint64_t block)
{
	return store_offset(store, block) > STORE_CHANGED;
}

/*
 * The next blocks that the store knows, with data or only as changed: the
 * first run of consecutive ones at or after FROM_BLOCK.  They need not lie
 * together in the file.  False when there is none.
 */
bool store_next_run(
	const struct store *store, uint64_t from_block, uint64_t *ret_first, uint64_t *ret_count);

/*
 * How many bytes of BLOCK, of which the store has data, and the blocks behind
 * it lie in one piece in the file; looks no further than ENOUGH_BYTES.
 */
uint64_t store_run_bytes(const struct store *store, uint64_t block, uint64_t enough_bytes);

/* For flushing; who reads uses store_read(). */
struct blockio *store_io(struct store *store);

/*
 * Appends COUNT blocks from FIRST_BLOCK on, whose content is at DATA (aligned
 * to BLOCKIO_ALIGNMENT_MAX, kept until WAITER ends); without DATA it records
 * that they changed.  The map must not know them and nobody else may be
 * appending them.  WAITER is counted once or more.  A first error ends the
 * store: it and all that follow answer with it, until store_resume().
 */
void store_append(struct store *store, uint64_t first_block, uint64_t count, void *data,
	struct store_waiter *waiter);

/* Makes SUMS those of the units of DATA, LENGTH_BYTES in all, for store_append_summed(). */
void store_sum(const void *data, size_t length_bytes, uint32_t *sums);

/* As store_append(), of DATA whose SUMS are known: what goes into many stores is summed up once.
 * They are not looked at any more when it returns. */
void store_append_summed(struct store *store, uint64_t first_block, uint64_t count, void *data,
	const uint32_t *sums, struct store_waiter *waiter);

/*
 * Writes LENGTH_BYTES of DATA (kept until WAITER ends) into BLOCK, from its
 * WITHIN_BYTES on, in place: the store has data of it, and of the blocks behind
 * it as far as that reaches (store_run_bytes()); whole units.  Several may be
 * under way, beside appends, but the caller lets no two meet in the same unit.  WAITER is counted
 * once.  An error ends this rewrite only.  It may cost one unit of the file, invariant (5); a store
 * that has ended for want of it answers with that error.
 */
void store_rewrite(struct store *store, uint64_t block, uint32_t within_bytes, void *data,
	uint32_t length_bytes, struct store_waiter *waiter);

/* Refuses what is appended from now on and what has not been written yet, with ERROR; who waits
 * for that is told later, from the event loop. */
void store_stop(struct store *store, int error);

/* Why nothing more is appended (-errno), or 0. */
int store_error(const struct store *store);

/* Stores to which one write may append, each its copy. */
struct store_group {
	/* Of them that ended with an error: so that each need not be asked. */
	unsigned ends;

	/* Segments of all.  While they are as many as the limits of one store allow, none has
	 * more than one: a disk does a few large writes faster than many small ones. */
	unsigned in_flight;
};

/* STORE, of which nothing is under way, is one of GROUP, which lives longer. */
void store_join(struct store *store, struct store_group *group);

/*
 * Lets a store that ended with an error, and is not failed, go on after its
 * last acknowledged segment, and writes a seal there: else what was answered
 * with an error and reached the file all the same would be found by the next
 * store_open().  While an append is under way it does nothing.
 */
void store_resume(struct store *store);

/* Nothing is being written or waits for that, and nobody waits for an answer: it may go. */
bool store_idle(const struct store *store);

/*
 * WAITER ends when the store is idle and everybody else was answered; nothing is written
 * for it.  A store also writes of itself: its superblock after a summary.  It ends with 0, and
 * when the store fails meanwhile, too: what failed is told to whoever asked for that.  Several
 * are told in order, each one when the store is idle again after the one before.  Whoever is
 * told may destroy the store, unless another one still waits for it.  Reads are not waited for:
 * who reads keeps the store.
 */
void store_quiesce(struct store *store, struct store_waiter *waiter);

/*
 * Writes the superblock: with ERROR 0 as it stands, else as failed with ERROR
 * (and OVERFLOW_BLOCKS counted by the profile).  WAITER ends when it is in the
 * file.
 */
void store_mark(
	struct store *store, int error, uint64_t overflow_blocks, struct store_waiter *waiter);

/* Takes over from FACTS what is not constant (struct store_facts), and marks; WAITER may be NULL.
 */
void store_update(
	struct store *store, const struct store_facts *facts, struct store_waiter *waiter);

#endif
