/* SPDX-License-Identifier: Apache-2.0 */
/*
 * area.h - the one area that the snapshots of some profiles share (struct
 * profile, shares_area): who has which block (area.c), and how they fail and
 * go (area_life.c).
 */
#ifndef SNAPRIG_VOLUME_COW_AREA_H
#define SNAPRIG_VOLUME_COW_AREA_H

#include <stdbool.h>
#include <stdint.h>

struct snapshot;
struct store_waiter;
struct volume;

/* Whether SNAPSHOT, kept or not, has a store in the area that is to be believed. */
bool area_has(const struct snapshot *snapshot);

/* The next newer one that has; NULL: there is none, or SNAPSHOT shares no area. */
struct snapshot *area_next(const struct snapshot *snapshot);

/* Whose store has what SNAPSHOT, of any profile, shows at BLOCK; NULL: the image has it. */
struct snapshot *snapshot_holder(struct snapshot *snapshot, uint64_t block);

/* As store_next_run(), of all that snapshot_holder() would find. */
bool snapshot_next_run(const struct snapshot *snapshot, uint64_t from_block, uint64_t *ret_first,
	uint64_t *ret_count);

/* Counts anew: a snapshot came, went or failed.  Takes time for each snapshot. */
void area_recount(struct volume *volume);

/* Counts what is kept for OWNER, which is not kept itself; takes time for each block of that. */
void area_count_kept(struct snapshot *owner);

/* What SNAPSHOT has of the area, and what all have. */
uint64_t area_blocks_of(const struct snapshot *snapshot);
uint64_t area_blocks(const struct volume *volume);

/* Fails all that have not failed yet. */
void area_fail_others(struct volume *volume, int error, const char *why);

/* Deletes SNAPSHOT, which has failed, is one too many or is kept for nobody, of itself. */
void area_drop(struct snapshot *snapshot);
void area_drop_oldest(struct volume *volume);

/* Whether an older one shares the store of SNAPSHOT. */
bool area_needs(const struct snapshot *snapshot);

/* SNAPSHOT, whose store is needed, is kept from now on and has no name: 0, or -errno and nothing
 * is changed.  No live write is under way until it is durable; then it is counted, or undone. */
int area_keep(struct snapshot *snapshot);
int area_keep_undo(struct snapshot *snapshot);
void area_kept(struct snapshot *snapshot);

/* Deletes what is kept for nobody any more, one after the other. */
void area_drop_unneeded(struct volume *volume);

/* Tells the next older one of SNAPSHOT, which is new.  WAITER is counted once, or not at all. */
void area_link(struct snapshot *snapshot, struct store_waiter *waiter);

/* Ends at the opening of the volume what a kill interrupted: 0, or -errno after a message. */
int area_loaded(struct volume *volume);

#endif
