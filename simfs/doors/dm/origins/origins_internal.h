/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origins_internal.h - the rigs behind origins, and the COW areas that are their snapshots.
 *
 * Two locks.  `work` is held by who changes what snapshots are shown by which device, over
 * calls of rigs; `lock` protects what is listed here, and nobody waits for anything with it.
 * Who has both took `work` first.  Reading and writing disks is done with neither.
 */
#ifndef SNAPRIG_DM_ORIGINS_INTERNAL_H
#define SNAPRIG_DM_ORIGINS_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/disks/disks.h"
#include "simfs/doors/dm/model/call.h"
#include "simfs/doors/dm/origins/backing.h"
#include "simfs/doors/dm/origins/contents.h"
#include "simfs/doors/dm/origins/cow_header.h"
#include "simfs/doors/dm/origins/extents.h"
#include "simfs/doors/dm/origins/names.h"
#include "simfs/doors/dm/origins/origins.h"

struct merging;
struct rules;

/* An origin that has a rig. */
struct origin {
	struct list link;
	char key[COW_ID_TEXT_BYTES]; /* "" is the user's rig; else its state is in origins/KEY/ */
	uint64_t disk;		     /* of ours: the device that is the origin */
	struct backing *backing;
	struct rules *rules; /* of ours: it has those of the user's */
	uint64_t live_file;  /* of disks/: its live view */
	bool has_cut_disk;
	unsigned holders;
	atomic_bool leaving;
	pthread_t watcher;
	bool is_watched;
	json_int_t watched_from; /* in its journal */
	struct origins *origins;
};

/* Of a merge that has not begun. */
#define NOT_MERGED UINT64_MAX

/* A COW area: one of the engine's snapshots, and the device that shows it. */
struct cow_area {
	struct list link;
	struct cow_id id;
	char origin_key[COW_ID_TEXT_BYTES]; /* whose rig has the snapshot */
	char name[ENGINE_NAME_BYTES];	    /* in the engine; "": it was not taken yet */
	struct disk_place place;	    /* of its first sector */
	uint64_t rig_sectors;		    /* of the rig of ours that has it; 0: not known */
	uint64_t merged_from;		    /* bytes: from there on all is merged */
	uint32_t chunk_sectors;
	enum dm_persistence persistence;
	bool is_lost;	       /* there is a header, and no snapshot of ours */
	atomic_bool is_failed; /* its merge failed */
	bool is_lvms;	       /* a logical volume shows it */
	bool is_merged;	       /* its merge ended: nobody needs it any more */
	bool is_dropped;       /* it was to be deleted, and could not be yet */
	unsigned uses;	       /* tables that have it */

	/* While a device shows it. */
	struct dm_device *device;
	const struct dm_table *table;
	struct origin *origin;
	uint64_t origin_disk, cow_disk;
	uint64_t file; /* of disks/: the snapshot; 0: none, its place is EIO */
	bool is_detached;
	bool is_dead;	     /* its COW device is all errors: */
	struct extents dead; /* what was preserved by then, in bytes */
	struct merging *merging;

	uint64_t left_by; /* the disk that showed it last, and is the bare area now; 0: none */
};

/* Target INDEX of TABLE is AREA. */
struct use {
	struct list link;
	const struct dm_table *table;
	unsigned index;
	struct cow_area *area;
};

struct origins {
	struct origins_order order; /* texts are ours */
	struct disks *disks;
	int areas_fd, origins_fd; /* folders of the state */
	uint64_t seed;		  /* of the user's rig */
	uint64_t base_disk, base_live_sectors, base_lv_sectors;
	atomic_bool stopping, is_over; /* nobody waits for a rig; not even at the end */

	pthread_mutex_t work;
	pthread_mutex_t lock;
	struct contents contents;
	struct list areas, uses, origins;
};

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
