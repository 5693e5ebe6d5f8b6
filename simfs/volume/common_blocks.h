/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common_blocks.h - blocks that no snapshot lacks: a write to them need not check the
 * snapshots.
 *
 * With a thousand snapshots, every write takes a thousand lookups to see which of them lack
 * the block. If a write finds that none lacks it, that is recorded, and stays true:
 *
 *   (1) A snapshot that has a block keeps it for its lifetime.
 *   (2) It is recorded only if all snapshots that have not failed were checked: one that is
 *       not traced now may be traced later.
 *   (3) Whenever another snapshot joins them, being taken or attached, that happens behind a
 *       barrier, and the end of a barrier clears the record.
 *   (4) It is not recorded if a snapshot must check the available memory on each write.
 *
 * The record is a table in which distant blocks may overwrite each other. It is allocated
 * once there are enough snapshots to be worth it.
 */
#ifndef SNAPRIG_VOLUME_COMMON_BLOCKS_H
#define SNAPRIG_VOLUME_COMMON_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

struct snapshot;
struct volume;
struct volume_request;

/* The bytes that one bit covers. */
#define COMMON_UNIT_BYTES 4096u

struct common_word;

struct common_blocks {
	struct common_word *words; /* NULL: not yet, or no memory for it */
	uint32_t count;
	uint32_t epoch; /* words of another epoch are invalid */
};

/* Whether no snapshot lacks a block that REQUEST, any kind of write, touches; false also if
 * unknown. */
bool common_blocks_have(const struct volume *volume, const struct volume_request *request);

/* Whether SNAPSHOT allows the result to be recorded. IS_ASKED: it was checked for missing
 * blocks. */
bool common_blocks_suit(const struct snapshot *snapshot, bool is_asked);

/* Records that no snapshot lacks a block that REQUEST touches; all of them must suit. */
void common_blocks_note(struct volume *volume, const struct volume_request *request);

/* Clears the record, as snapshots may have been added. */
void common_blocks_forget(struct volume *volume);

void common_blocks_deinit(struct volume *volume);

#endif
