/* SPDX-License-Identifier: Apache-2.0 */
/* changed.h - which blocks of the live view have changed since a snapshot. */
#ifndef SNAPRIG_VOLUME_CHANGED_H
#define SNAPRIG_VOLUME_CHANGED_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/volume_faults.h"

struct snapshot;

/*
 * The blocks of the live view that have changed since SNAPSHOT was taken, in units of its own
 * blocks: exactly those that a write to the live view has touched since. If the snapshot
 * itself was written to: those where the two may differ. The record survives mounts and
 * kills.
 *
 * Returns 0, or the -errno with which the snapshot failed: its record is then incomplete, and
 * the functions below must not be called.
 */
int snapshot_changed_error(const struct snapshot *snapshot);

uint64_t snapshot_changed_blocks(const struct snapshot *snapshot);

/*
 * Finds the first changed range at or after FROM_BYTES: whole blocks, unless cut by
 * FROM_BYTES or the end of the volume. Returns false if there is none.
 */
bool snapshot_changed_next(const struct snapshot *snapshot, uint64_t from_bytes,
	uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes);

/*
 * The same for the differences between SNAPSHOT and UNTIL, an active snapshot of the same
 * volume, whichever is older; NULL is the live view. Only if snapshot_tells_of_two().
 */
uint64_t snapshot_differing_blocks(const struct snapshot *snapshot, const struct snapshot *until);
bool snapshot_differing_next(const struct snapshot *snapshot, const struct snapshot *until,
	uint64_t from_bytes, uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes);
bool snapshot_tells_of_two(const struct snapshot *snapshot);

/* ---- reporting, with faults ---- */

/* A query; the volume owns it until `done`. */
struct changed_ask {
	/* Required. RESULT 0: changed_told_*() return what SNAPSHOT reports, even if it has
	 * failed by now. Else -ENOENT (it was deleted in the meantime), -EINTR
	 * (volume_moment_cancel()) or -errno of a fault. */
	void (*done)(struct changed_ask *ask, struct snapshot *snapshot, int result);

	/* For the volume. */
	struct volume *volume;
	struct volume_moment moment;
	uint64_t snapshot_id;
};

/*
 * A hit of changed.read, if the query starts at offset 0. A fault then affects all answers
 * until the next such query, so that a client that queries in pieces gets consistent false
 * answers.
 */
void changed_ask(struct snapshot *snapshot, uint64_t from_bytes, struct changed_ask *ask);

/* How many blocks SNAPSHOT, which is active, reports as changed until UNTIL (or NULL). */
uint64_t changed_told_blocks(const struct snapshot *snapshot, const struct snapshot *until);

/* A walk over the ranges that SNAPSHOT, which is active, reports as changed. */
struct changed_walk {
	const struct snapshot *snapshot, *until;
	uint64_t from_bytes;
	uint64_t at_block;
	uint64_t changed_before; /* changed blocks before AT_BLOCK; only with a fault */
	uint64_t lies_told;	 /* missing or added blocks passed so far */
	uint64_t lies_count;
};

/* Starts with the ranges at or after FROM_BYTES. */
void changed_walk_begin(struct changed_walk *walk, const struct snapshot *snapshot,
	const struct snapshot *until, uint64_t from_bytes);

/* As snapshot_changed_next(), for what is reported; two ranges may be adjacent. */
bool changed_walk_next(
	struct changed_walk *walk, uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes);

#endif
