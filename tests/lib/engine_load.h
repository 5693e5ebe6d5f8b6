/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_load.h - a random load on an engine, and plain arrays that know better.
 *
 * Many requests are under way at a time.  The arrays follow what the engine
 * acknowledges: a write acts on the array of the live view when it ends, and a
 * snapshot's array is that of the live view when it is taken.  Every answer is
 * compared at once; what differs ends the test with the place and the operation.
 */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_LOAD_H
#define SNAPRIG_TESTS_LIB_ENGINE_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/lib/engine.h"

#define LOAD_DEPTH_MAX	   32
#define LOAD_SNAPSHOTS_MAX 4

enum load_kind {
	LOAD_WRITE,
	LOAD_READ_LIVE,
	LOAD_READ_SNAPSHOT,
	LOAD_WRITE_SNAPSHOT, /* where the profile has writable ones; in a chain, clones */
	LOAD_FLUSH,
	LOAD_ZERO,   /* a discard or a zeroing */
	LOAD_CREATE, /* in a chain, also of clones */
	LOAD_CLONE,  /* or a full copy, of a snapshot */
	LOAD_DELETE,
	LOAD_REOPEN, /* in order: waits for all, closes and opens */
	LOAD_KINDS,
};

struct load_options {
	uint64_t seed;
	struct engine_options engine;
	unsigned depth;	   /* requests under way at most */
	size_t length_max; /* of one of them, a power of two */
	unsigned weights[LOAD_KINDS];

	/* Requests may be answered with errors, and snapshots may fail. */
	bool may_fail;

	/* Of snapshots that are taken; 0: 4, 16 or 64 KiB, by chance. */
	uint32_t snapshot_block_bytes;
};

/* One request under way. */
struct load_slot {
	struct load *load;
	struct volume_request request;
	bool is_busy;
	bool is_disturbed; /* a read that a write to the same overlaps: anything goes */
	uint64_t operation;
	uint64_t versions; /* of a flush: how many there were when it was submitted */
	struct load_snapshot *snapshot;
};

enum load_snapshot_state { LOAD_ABSENT, LOAD_CREATING, LOAD_THERE, LOAD_DELETING };

struct load_snapshot {
	struct load *load;
	enum load_snapshot_state state;
	char name[8];
	uint8_t *content;
	bool *unsure; /* bytes of a write to it that ended badly: old or new */
	bool *doubt;  /* bytes of such a write that a kill may bring, though it was seen not to act
		       */
	bool has_unsure, has_doubt; /* any byte: else nobody needs to look through all of them */
	bool is_clone;
	struct load_snapshot *source; /* of which it is being made; NULL: the live view */
	bool was_told_failed;	      /* may be gone after a mount, when it could not be marked */
	bool has_failed;	      /* seen as failed: must not come back */
	struct snapshot_create create;
	struct snapshot_delete deletion;
};

struct load {
	struct load_options options;
	struct engine engine;
	uint8_t *live;
	struct list doubts; /* failed writes that a kill may bring: engine_load_doubt.c */
	struct load_slot slots[LOAD_DEPTH_MAX];
	unsigned busy; /* slots, creations and deletions under way */
	struct load_snapshot snapshots[LOAD_SNAPSHOTS_MAX];
	struct volume_barrier *held; /* of a creation that holds the writes */
	uint64_t operation;
	uint64_t steps;
	uint64_t clones_made;
	uint64_t clones_taken_of; /* snapshots that were taken of one */
	uint64_t snapshots_kept;  /* over power cuts, and compared */

	/* Of engine_load_power.c, with engine.power_cuts. */
	uint8_t *flushed;     /* what no power cut takes back */
	struct list versions; /* struct load_version.link, oldest first */
	uint64_t version_count;
};

void load_init(struct load *load, const struct load_options *options);
void load_deinit(struct load *load);

/*
 * Starts OPERATIONS more and goes on until all have ended: true.  False when
 * the load made STEPS_MAX steps in all before that, or could not open again.
 */
bool load_run(struct load *load, uint64_t operations, uint64_t steps_max);

/* Whether a request of KIND changes what it is of. */
static inline bool load_changes(enum volume_kind kind)
{
	return kind != VOLUME_READ && kind != VOLUME_FLUSH;
}

/* Takes snapshot INDEX with blocks of BLOCK_BYTES (0: any), under the load; wait with load_run().
 */
void load_take(struct load *load, unsigned index, uint32_t block_bytes);

/* Whether SNAPSHOT is there and may be used: one that shares an area goes of itself when it fails.
 */
bool load_is_there(struct load *load, struct load_snapshot *snapshot);

/* Kills, opens, and lets the arrays follow where the engine had the choice. */
void load_kill(struct load *load);

/* Waits for all that is under way, closes in order and opens. */
void load_reopen(struct load *load);

/*
 * Cuts the power and opens.  Each sector of the image must be what it was when
 * the last flush that ended was submitted, or as some write since has left it;
 * the arrays follow.  Snapshots are deleted: without store_set_durable() they
 * may be lost.
 */
void load_power_cut(struct load *load, uint64_t seed);

/* Reads and compares everything.  Nothing is under way, no fault is on. */
void load_check(struct load *load);

/* Ends the test: what differs, and where in the load that was. */
__attribute__((noreturn, format(printf, 2, 3))) void load_fail(
	const struct load *load, const char *format, ...);

/* Of engine_load_check.c: the result of a request against the arrays. */
void load_write_ended(struct load *load, struct load_slot *slot, int result);
void load_read_ended(struct load *load, struct load_slot *slot, int result);

/* Of engine_load_check.c: compares what snapshots there are after an opening. */
void load_settle_snapshots(struct load *load);

/* Of engine_load_check.c: the bytes of the image as they lie on the disk. */
const uint8_t *load_image(struct load *load);

/* What the live view has after an opening, to free(): the image, unless nodes lie over it. */
uint8_t *load_live_bytes(struct load *load);

/* Of engine_load_check.c: nothing is under way any more, whatever was. */
void load_drop(struct load *load);

/* Of engine_load_power.c: what a power cut may choose from; nothing without engine.power_cuts. */
void load_power_init(struct load *load);
void load_power_deinit(struct load *load);
void load_power_written(struct load *load, const struct volume_request *request);
void load_power_flushed(struct load *load, uint64_t versions);

static inline bool load_overlap(const struct volume_request *a, const struct volume_request *b)
{
	return a->offset < b->offset + b->length && b->offset < a->offset + a->length;
}

#endif
