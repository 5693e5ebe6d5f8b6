/* SPDX-License-Identifier: Apache-2.0 */
/* origins_internal.h - what the files of origins/ call of each other; for nobody else. */
#ifndef SNAPRIG_DM_ORIGINS_INTERNAL_H
#define SNAPRIG_DM_ORIGINS_INTERNAL_H

#include "simfs/doors/dm/origins/origins_state.h"

/* ---- origin.c, origin_patch.c: rigs ---- */

/* The rig of who is told to be the user's, at the start. */
int origin_join_users(struct origins *origins);

/* Ends all of them. */
void origins_leave_all(struct origins *origins);

/*
 * The origin of AREA, which lies on DISK, with a holder for it: one that is known, or a rig is
 * started.  -EUCLEAN when the area's snapshot is in another rig.  `work' is held.
 */
int origin_find(struct origins *origins, struct cow_area *area, uint64_t disk, struct origin **ret);
void origin_put(struct origin *origin);

/* Snapshot-origins over DISK are to be made anew, as its rig has come or goes. */
void origin_patch(struct origins *origins, uint64_t disk, const struct origin *origin);

/* The state of a rig that does not run goes when no area has a snapshot in it. */
void origin_forget(struct origins *origins, const char *key);

/* Ends the rig of DISK when nothing shows anything of it any more.  `work' is held. */
void origin_leave_unused(struct origins *origins);

/* ---- area.c: what lives on of areas ---- */

int cow_areas_load(struct origins *origins);
void cow_areas_free(struct origins *origins);
struct cow_area *cow_area_new(struct origins *origins);
int cow_area_keep(struct origins *origins, const struct cow_area *area);

/* The area and the engine's snapshot go; where that is open for long, in the next world. */
void cow_area_delete(struct origins *origins, struct cow_area *area);

/* The lock is held. */
struct cow_area *cow_area_with_id(struct origins *origins, const struct cow_id *id);
struct cow_area *cow_area_of(struct origins *origins, const struct dm_table *table, unsigned index);
int cow_area_use(struct origins *origins, struct cow_area *area, const struct dm_table *table,
	unsigned index);
void cow_area_unuse(struct origins *origins, const struct dm_table *table);

/*
 * ---- sweep.c ----
 *
 * Areas go that were dropped, or whose extents LVM has taken from them while they were not
 * active.  Nobody else is at work.
 */
void origins_sweep(struct origins *origins);

/* ---- show.c: a device shows an area, and leaves it ---- */

/* As origins_activate() for target INDEX of its `to`.  `work' is held. */
int cow_area_show(struct origins *origins, struct cow_area *area, const struct dm_effect *effect,
	unsigned index);
void cow_area_leave(struct origins *origins, struct cow_area *area);
/* The engine's snapshot gets the name; where that cannot be, it keeps its own. */
void cow_area_renamed(struct origins *origins, struct cow_area *area, const char *name,
	const struct patience *patience);
/* What its store may keep now, by its COW device, is told. */
void cow_area_limit(
	struct origins *origins, struct cow_area *area, const struct patience *patience);

/* From *AT on, the next area that has a snapshot which is shown, and is on DISK, as COW device or
 * as origin; *AT is behind it then.  NULL: there is none. */
struct cow_area *cow_area_next_on(
	struct origins *origins, struct list **at, uint64_t disk, bool by_cow);

/* Snapshots of the origin DISK preserve what is written, or do not. */
void cow_areas_attach(struct origins *origins, uint64_t disk, bool attach);

/* ---- cow_dead.c ---- */

/* The COW device of areas has TABLE now: another size, or errors.  `work' is held. */
void cow_areas_look(struct origins *origins, uint64_t cow_disk, const struct dm_table *table);

/* What the engine has preserved for AREA below END, in bytes, is added to RET.  0 or -errno. */
int cow_area_extents(const struct cow_area *area, const struct patience *patience, uint64_t end,
	struct extents *ret);

/* ---- activate.c ---- */

/* DISK is made of TABLE, whose areas are shown already. */
int origins_map(struct origins *origins, uint64_t disk, const struct dm_table *table);

/* ---- watch.c ---- */

int origin_watch(struct origin *origin);
void origin_unwatch(struct origin *origin);

/* ---- merge.c ---- */

/*
 * AREA, which is detached, is merged into its origin, from where it was: DISK, which shows the
 * origin and is held, shows what is left of the area in its place.  0 or -errno.
 */
int merging_start(struct origins *origins, struct cow_area *area, uint64_t disk);

/* Stops where it is, and is freed.  NULL is fine. */
void merging_stop(struct merging *merging);

/* How many chunks are left.  Any thread. */
uint64_t merging_left_chunks(const struct merging *merging);

#endif
