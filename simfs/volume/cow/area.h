/* SPDX-License-Identifier: Apache-2.0 */
/*
 * area.h - the one area that the snapshots of some profiles share (struct
 * profile, shares_area): who has which block (area.c), how they fail and go
 * (area_life.c), and who is kept for others (area_keep.c).
 */
#ifndef SNAPRIG_VOLUME_COW_AREA_H
#define SNAPRIG_VOLUME_COW_AREA_H

#include <stdbool.h>
#include <stdint.h>

struct profile_snapshot;
struct snapshot;
struct store_waiter;
struct volume;

/* Whether SNAPSHOT, kept or not, has a store in the area that is to be believed. */
bool area_has(const struct snapshot *snapshot);

/* The next older one that has, or NULL. */
struct snapshot *area_before(const struct snapshot *snapshot);

/* The next newer one that has; NULL: there is none, or SNAPSHOT shares no area. */
struct snapshot *area_next(const struct snapshot *snapshot);

/* Whose store has what SNAPSHOT, of any profile, shows at BLOCK; NULL: the image has it. */
struct snapshot *snapshot_holder(struct snapshot *snapshot, uint64_t block);

/* As store_next_run(), of all that snapshot_holder() would find. */
bool snapshot_next_run(const struct snapshot *snapshot, uint64_t from_block, uint64_t *ret_first,
	uint64_t *ret_count);

/* Counts what is kept for OWNER, which is not kept itself; takes time for each block of that. */
void area_count_kept(struct snapshot *owner);

/* SNAPSHOT is on the list: with one too many, the oldest goes. */
void area_drop_oldest(struct volume *volume);

/* Tells the next older one of SNAPSHOT, which is new.  WAITER is counted once, or not at all. */
void area_link(struct snapshot *snapshot, struct store_waiter *waiter);

/* ---- hooks of struct topology; of snapshots that share no area they do nothing ---- */

/* Takes time for each snapshot. */
void area_recount(struct volume *volume);
bool area_receives(const struct snapshot *snapshot);
void area_count(const struct snapshot *snapshot, struct profile_snapshot *facts);

/* area_life.c */
void area_fail_others(struct snapshot *snapshot, int error, const char *why);
bool area_drops(const struct snapshot *snapshot);
int area_judge(struct volume *volume);

/* area_keep.c */
bool area_needs(const struct snapshot *snapshot);
void area_keep(struct snapshot *snapshot);
void area_sweep(struct volume *volume);

#endif
