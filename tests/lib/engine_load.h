/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_load.h - a random load on an engine, compared with plain arrays.
 *
 * Many requests are in flight at the same time.  The arrays follow what the engine acknowledges: a
 * write changes the array of the live view when it ends, and a snapshot's array is a copy of that
 * from when it is taken.  Every answer is compared immediately; a difference ends the test with
 * the place and the operation.
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
	LOAD_WRITE_SNAPSHOT, /* if the profile's snapshots are writable; in a chain, clones */
	LOAD_FLUSH,
	LOAD_ZERO,   /* a discard or a zeroing */
	LOAD_CREATE, /* in a chain, also of clones */
	LOAD_CLONE,  /* or a full copy, of a snapshot */
	LOAD_DELETE,
	LOAD_REOPEN, /* orderly: waits for everything, closes and opens */
	LOAD_KINDS,
};

struct load_options {
	uint64_t seed;
	struct engine_options engine;
	unsigned depth;	   /* the most requests in flight */
	size_t length_max; /* of a request, a power of two */
	unsigned weights[LOAD_KINDS];

	/* Requests may be answered with errors, and snapshots may fail. */
	bool may_fail;

	/* Of snapshots that are taken; 0: 4, 16 or 64 KiB at random. */
	uint32_t snapshot_block_bytes;
};

/* A request in flight. */
struct load_slot {
	struct load *load;
	struct volume_request request;
	bool is_busy;
	bool is_disturbed; /* a read that a write to the same view overlaps: any result is right */
	uint64_t operation;
	uint64_t versions; /* of a flush: how many existed when it was submitted */
	struct load_snapshot *snapshot;
};

enum load_snapshot_state { LOAD_ABSENT, LOAD_CREATING, LOAD_THERE, LOAD_DELETING };

struct load_snapshot {
	struct load *load;
	enum load_snapshot_state state;
	char name[8];
	uint8_t *content;
	bool *unsure; /* bytes of a failed write to it: old or new */
	bool *doubt;  /* bytes of such a write that a kill may bring, though not seen yet */
	bool has_unsure, has_doubt; /* any byte of these, to avoid a search through all of them */
	bool is_clone;
	struct load_snapshot *source; /* that it is being made of; NULL: the live view */
	bool was_told_failed;	      /* may be gone after a mount, if it could not be marked */
	bool has_failed;	      /* seen as failed: must stay so */
	struct snapshot_create create;
	struct snapshot_delete deletion;
};

struct load {
	struct load_options options;
	struct engine engine;
	uint8_t *live;
	struct list doubts; /* failed writes that a kill may bring: engine_load_doubt.c */
	struct load_slot slots[LOAD_DEPTH_MAX];
	unsigned busy; /* slots, creations and deletions in flight */
	struct load_snapshot snapshots[LOAD_SNAPSHOTS_MAX];
	struct volume_barrier *held; /* of a creation that holds writes */
	uint64_t operation;
	uint64_t steps;
	uint64_t clones_made;
	uint64_t clones_taken_of; /* snapshots taken of a clone */
	uint64_t snapshots_kept;  /* after power cuts, and compared */

	/* Of engine_load_power.c, with engine.power_cuts. */
	uint8_t *flushed;     /* what no power cut can revert */
	struct list versions; /* struct load_version.link, oldest first */
	uint64_t version_count;
};

void load_init(struct load *load, const struct load_options *options);
void load_deinit(struct load *load);

/*
 * Starts OPERATIONS more and runs until all have ended: returns true.  Returns false if the load
 * reached STEPS_MAX steps in all before that, or could not reopen the volume.
 */
bool load_run(struct load *load, uint64_t operations, uint64_t steps_max);

/* Returns whether a request of KIND changes its view. */
static inline bool load_changes(enum volume_kind kind)
{
	return kind != VOLUME_READ && kind != VOLUME_FLUSH;
}

/* Takes snapshot INDEX with blocks of BLOCK_BYTES (0: any), under the load; wait with
 * load_run(). */
void load_take(struct load *load, unsigned index, uint32_t block_bytes);

/* Returns whether SNAPSHOT exists and may be used: one that shares an area disappears when it
 * fails. */
bool load_is_there(struct load *load, struct load_snapshot *snapshot);

/* Kills, reopens, and updates the arrays where the engine had a choice. */
void load_kill(struct load *load);

/* Waits for everything in flight, closes orderly and reopens. */
void load_reopen(struct load *load);

/*
 * Cuts the power and reopens.  Each sector of the image must be as it was when the last completed
 * flush was submitted, or as some write since has left it; the arrays follow.  Snapshots are
 * deleted: without store_set_durable() they may be lost.
 */
void load_power_cut(struct load *load, uint64_t seed);

/* Reads and compares everything.  Nothing may be in flight, and no fault active. */
void load_check(struct load *load);

/* Ends the test with what differs, and where in the load. */
__attribute__((noreturn, format(printf, 2, 3))) void load_fail(
	const struct load *load, const char *format, ...);

/* In engine_load_check.c: compare the result of a request with the arrays. */
void load_write_ended(struct load *load, struct load_slot *slot, int result);
void load_read_ended(struct load *load, struct load_slot *slot, int result);

/* In engine_load_check.c: compares the existing snapshots after a reopening. */
void load_settle_snapshots(struct load *load);

/* In engine_load_check.c: returns the bytes of the image on the disk. */
const uint8_t *load_image(struct load *load);

/* Returns the bytes of the live view after a reopening: the image, unless nodes are above it.  The
 * caller frees them. */
uint8_t *load_live_bytes(struct load *load);

/* In engine_load_check.c: forgets everything in flight. */
void load_drop(struct load *load);

/* In engine_load_power.c: what a power cut may choose from; nothing without engine.power_cuts. */
void load_power_init(struct load *load);
void load_power_deinit(struct load *load);
void load_power_written(struct load *load, const struct volume_request *request);
void load_power_flushed(struct load *load, uint64_t versions);

static inline bool load_overlap(const struct volume_request *a, const struct volume_request *b)
{
	return a->offset < b->offset + b->length && b->offset < a->offset + a->length;
}

#endif
