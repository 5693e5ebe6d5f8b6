/* SPDX-License-Identifier: Apache-2.0 */
/*
 * area.h - the area that the snapshots of some profiles share (struct profile, shares_area):
 * which has which block (area.c), how they fail and are deleted (area_life.c), and which are
 * kept for others (area_keep.c).
 */
#ifndef SNAPRIG_VOLUME_COW_AREA_H
#define SNAPRIG_VOLUME_COW_AREA_H

#include <stdbool.h>
#include <stdint.h>

struct profile_snapshot;
struct snapshot;
struct store_waiter;
struct volume;

/* Whether SNAPSHOT, kept or not, has a usable store in the area. */
bool area_has(const struct snapshot *snapshot);

/* The next older snapshot that has one, or NULL. */
struct snapshot *area_before(const struct snapshot *snapshot);

/* The next newer one that has one; NULL if there is none, or SNAPSHOT shares no area. */
struct snapshot *area_next(const struct snapshot *snapshot);

/* The snapshot whose store has what SNAPSHOT, of any profile, shows at BLOCK; NULL: the image. */
struct snapshot *snapshot_holder(struct snapshot *snapshot, uint64_t block);

/* As store_next_run(), for all blocks that snapshot_holder() would find. */
bool snapshot_next_run(const struct snapshot *snapshot, uint64_t from_block, uint64_t *ret_first,
	uint64_t *ret_count);

/* Counts the blocks kept for OWNER, which is not kept itself; looks at each of them. */
void area_count_kept(struct snapshot *owner);

/* Call when SNAPSHOT is on the list: if there is one too many, deletes the oldest. */
void area_drop_oldest(struct volume *volume);

/* Records SNAPSHOT, which is new, in the next older one. Counts WAITER once, or not at all. */
void area_link(struct snapshot *snapshot, struct store_waiter *waiter);

/* ---- hooks of struct topology; no effect on snapshots that share no area ---- */

/* Visits each snapshot. */
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
