/* SPDX-License-Identifier: Apache-2.0 */
/* changed.h - what of the live view has changed since a snapshot. */
#ifndef SNAPRIG_VOLUME_CHANGED_H
#define SNAPRIG_VOLUME_CHANGED_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/volume_faults.h"

struct snapshot;

/*
 * Which blocks of the live view changed since SNAPSHOT was taken, by its own
 * blocks: every one that a write to the live view touched since, and no other.
 * Of a snapshot that was written to itself: those at which the two may differ.
 * It lasts over mounts and kills.
 *
 * Returns 0, or the -errno with which the snapshot failed: its record is then
 * not complete, and the calls below must not be made.
 */
int snapshot_changed_error(const struct snapshot *snapshot);

uint64_t snapshot_changed_blocks(const struct snapshot *snapshot);

/*
 * The first changed range at or after FROM_BYTES: whole blocks, but for one
 * that FROM_BYTES or the end of the volume cuts.  False when there is none.
 */
bool snapshot_changed_next(const struct snapshot *snapshot, uint64_t from_bytes,
	uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes);

/*
 * The same of what differs between SNAPSHOT and UNTIL, which is active and of the same volume,
 * whichever was taken first; NULL is the live view.  Only where snapshot_tells_of_two().
 */
uint64_t snapshot_differing_blocks(const struct snapshot *snapshot, const struct snapshot *until);
bool snapshot_differing_next(const struct snapshot *snapshot, const struct snapshot *until,
	uint64_t from_bytes, uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes);
bool snapshot_tells_of_two(const struct snapshot *snapshot);

/* ---- what is told of it ---- */

/* Somebody asks, of the volume and up to `done` his. */
struct changed_ask {
	/* Required.  RESULT 0: what SNAPSHOT is to tell is changed_told_*(), also if it has failed
	 * by now.  Else -ENOENT (it has gone meanwhile), -EINTR (volume_moment_cancel()) or -errno
	 * of a fault. */
	void (*done)(struct changed_ask *ask, struct snapshot *snapshot, int result);

	/* Of the volume. */
	struct volume *volume;
	struct volume_moment moment;
	uint64_t snapshot_id;
};

/*
 * A hit of changed.read, of who asks from the beginning.  A fault lies in all that is told from
 * there on, up to the next time: who asks on from where he was gets the rest of one lie.
 */
void changed_ask(struct snapshot *snapshot, uint64_t from_bytes, struct changed_ask *ask);

/* How many blocks SNAPSHOT, which is active, says have changed until UNTIL (or NULL). */
uint64_t changed_told_blocks(const struct snapshot *snapshot, const struct snapshot *until);

/* A walk over the ranges that SNAPSHOT, which is active, says have changed. */
struct changed_walk {
	const struct snapshot *snapshot, *until;
	uint64_t from_bytes;
	uint64_t at_block;
	uint64_t changed_before; /* blocks that changed, before AT_BLOCK; of a lie */
	uint64_t lies_told;	 /* of those that are missing or added */
	uint64_t lies_count;
};

/* The ranges at or after FROM_BYTES. */
void changed_walk_begin(struct changed_walk *walk, const struct snapshot *snapshot,
	const struct snapshot *until, uint64_t from_bytes);

/* As snapshot_changed_next(), of what is told; two ranges may touch. */
bool changed_walk_next(
	struct changed_walk *walk, uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes);

#endif
