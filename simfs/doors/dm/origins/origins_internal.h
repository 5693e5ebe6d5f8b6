/* SPDX-License-Identifier: Apache-2.0 */
/* origins_internal.h - functions that the files of origins/ share; private to them. */
#ifndef SNAPRIG_DM_ORIGINS_INTERNAL_H
#define SNAPRIG_DM_ORIGINS_INTERNAL_H

#include "simfs/doors/dm/origins/origins_state.h"

/* ---- origin.c, origin_patch.c: rigs ---- */

/* Joins the user's rig, at the start. */
int origin_join_users(struct origins *origins);

/* Leaves all of them. */
void origins_leave_all(struct origins *origins);

/*
 * The origin of AREA, which lies on DISK, with a reference: a known one, or one whose rig is
 * started now.  -EUCLEAN if the area's snapshot is in another rig.  `work' is held.
 */
int origin_find(struct origins *origins, struct cow_area *area, uint64_t disk, struct origin **ret);
void origin_put(struct origin *origin);

/* Maps the snapshot-origins over DISK anew, as its rig has come or goes. */
void origin_patch(struct origins *origins, uint64_t disk, const struct origin *origin);

/* Removes the state of rig KEY if it does not run and no area has a snapshot in it. */
void origin_forget(struct origins *origins, const char *key);

/* Ends our rigs that no device shows anything of any more.  `work' is held. */
void origin_leave_unused(struct origins *origins);

/* ---- cow_area.c: the persistent state of areas ---- */

int cow_areas_load(struct origins *origins);
void cow_areas_free(struct origins *origins);
struct cow_area *cow_area_new(struct origins *origins);
int cow_area_keep(struct origins *origins, const struct cow_area *area);

/* Removes the area and the engine's snapshot; if that stays open for long, the next world does. */
void cow_area_delete(struct origins *origins, struct cow_area *area);

/* These need the lock. */
struct cow_area *cow_area_with_id(struct origins *origins, const struct cow_id *id);
struct cow_area *cow_area_of(struct origins *origins, const struct dm_table *table, unsigned index);
int cow_area_use(struct origins *origins, struct cow_area *area, const struct dm_table *table,
	unsigned index);
void cow_area_unuse(struct origins *origins, const struct dm_table *table);

/*
 * ---- sweep.c ----
 *
 * Deletes areas that were dropped, or whose extents LVM has freed while they were not active.
 * No other thread may be at work.
 */
void origins_sweep(struct origins *origins);

/* ---- show.c: a device starts and stops showing an area ---- */

/* As origins_activate() for target INDEX of its `to'.  `work' is held. */
int cow_area_show(struct origins *origins, struct cow_area *area, const struct dm_effect *effect,
	unsigned index);
void cow_area_leave(struct origins *origins, struct cow_area *area);
/* Renames the engine's snapshot; if that fails, it keeps its name. */
void cow_area_renamed(struct origins *origins, struct cow_area *area, const char *name,
	const struct patience *patience);
/* Tells the engine how much the store may keep now, given its COW device. */
void cow_area_limit(
	struct origins *origins, struct cow_area *area, const struct patience *patience);

/*
 * The next area from *AT on that is shown, has a snapshot, and is on DISK, as COW device or as
 * origin; *AT is moved past it.  NULL: no more.
 */
struct cow_area *cow_area_next_on(
	struct origins *origins, struct list **at, uint64_t disk, bool by_cow);

/* Makes snapshots of the origin DISK preserve writes to it, or stop doing so. */
void cow_areas_attach(struct origins *origins, uint64_t disk, bool attach);

/* ---- cow_dead.c ---- */

/* The COW device of areas has TABLE now: another size, or errors.  `work' is held. */
void cow_areas_look(struct origins *origins, uint64_t cow_disk, const struct dm_table *table);

/* Adds what the engine has preserved for AREA below END, in bytes, to RET.  Returns 0 or -errno. */
int cow_area_extents(const struct cow_area *area, const struct patience *patience, uint64_t end,
	struct extents *ret);

/* ---- activate.c ---- */

/* Maps DISK to TABLE, whose areas are shown already. */
int origins_map(struct origins *origins, uint64_t disk, const struct dm_table *table);

/* ---- watch.c ---- */

int origin_watch(struct origin *origin);
void origin_unwatch(struct origin *origin);

/* ---- merging.c ---- */

/*
 * Merges AREA, which is detached, into its origin, from where it stopped.  DISK, which shows the
 * origin and is held, shows the rest of the area on top of it.  Returns 0 or -errno.
 */
int merging_start(struct origins *origins, struct cow_area *area, uint64_t disk);

/* Stops where it is, and frees it.  NULL is fine. */
void merging_stop(struct merging *merging);

/* How many chunks are left.  Any thread may call. */
uint64_t merging_left_chunks(const struct merging *merging);

#endif
