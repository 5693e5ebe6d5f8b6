/* SPDX-License-Identifier: Apache-2.0 */
/* changed.h - what of the live view has changed since a snapshot. */
#ifndef SNAPRIG_VOLUME_CHANGED_H
#define SNAPRIG_VOLUME_CHANGED_H

#include <stdbool.h>
#include <stdint.h>

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

#endif
