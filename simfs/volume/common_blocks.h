/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common_blocks.h - blocks that no snapshot is known to lack: a write to them looks at none.
 *
 * Whether each of a thousand snapshots has a block takes a thousand looks, at every write to it.
 * What a write that has looked found missing nowhere is noted, and stays so:
 *
 *   (1) A snapshot that has a block keeps it as long as it is there.
 *   (2) Nothing is noted unless all snapshots that have not failed were asked: one that is not
 *       traced for now may be later.
 *   (3) Whatever makes a snapshot of another time part of them, when it is taken or attached,
 *       comes behind a barrier, and the end of a barrier forgets all.
 *   (4) Nor is it where a snapshot is asked at each write whether there is memory: it must be.
 *
 * What is noted lies in a table in which blocks that are far from each other take each other's
 * place; it is there from the first time that there are snapshots enough to be worth it.
 */
#ifndef SNAPRIG_VOLUME_COMMON_BLOCKS_H
#define SNAPRIG_VOLUME_COMMON_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

struct snapshot;
struct volume;
struct volume_request;

/* What one bit stands for. */
#define COMMON_UNIT_BYTES 4096u

struct common_word;

struct common_blocks {
	struct common_word *words; /* NULL: not yet, or no memory for it */
	uint32_t count;
	uint32_t epoch; /* words of another one are forgotten */
};

/* Whether no snapshot lacks a block that REQUEST, a write of any kind, touches; false also when
 * that is not known. */
bool common_blocks_have(const struct volume *volume, const struct volume_request *request);

/* Whether what is found can be noted, as far as SNAPSHOT is concerned, which IS_ASKED what it
 * lacks, or is not. */
bool common_blocks_suit(const struct snapshot *snapshot, bool is_asked);

/* No snapshot lacks a block that REQUEST touches, and all of them suit. */
void common_blocks_note(struct volume *volume, const struct volume_request *request);

/* Snapshots may have come. */
void common_blocks_forget(struct volume *volume);

void common_blocks_deinit(struct volume *volume);

#endif
