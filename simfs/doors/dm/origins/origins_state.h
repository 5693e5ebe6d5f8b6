/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origins_state.h - the rigs behind origins, and the COW areas that are their snapshots.
 *
 * Two locks.  `work' is held while the snapshots that devices show change, across calls of rigs;
 * `lock' protects the lists here, and is never held while waiting.  `work' is taken before `lock'.
 * Disks are read and written with neither.
 */
#ifndef SNAPRIG_DM_ORIGINS_STATE_H
#define SNAPRIG_DM_ORIGINS_STATE_H

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
	char key[COW_ID_TEXT_BYTES]; /* "": the user's rig; others: their state is origins/KEY/ */
	uint64_t disk;		     /* for our rigs: the device that is the origin */
	struct backing *backing;
	struct rules *rules; /* for our rigs: copies the user's rules */
	uint64_t live_file;  /* in disks/: its live view */
	bool has_cut_disk;
	unsigned holders;
	atomic_bool leaving;
	pthread_t watcher;
	bool is_watched;
	json_int_t watched_from; /* position in its journal */
	struct origins *origins;
};

/* For a merge that has not begun. */
#define NOT_MERGED UINT64_MAX

/* A COW area: one of the engine's snapshots, and the device that shows it. */
struct cow_area {
	struct list link;
	struct cow_id id;
	char origin_key[COW_ID_TEXT_BYTES]; /* the rig that has the snapshot */
	char name[ENGINE_NAME_BYTES];	    /* in the engine; "": not taken yet */
	struct disk_place place;	    /* of its first sector */
	uint64_t rig_sectors;		    /* size of our rig that has it; 0: unknown */
	uint64_t merged_from;		    /* bytes: everything from there on is merged */
	uint32_t chunk_sectors;
	enum dm_persistence persistence;
	bool is_lost;	       /* it has a header, but no snapshot of ours */
	atomic_bool is_failed; /* its merge failed */
	bool is_lvms;	       /* a logical volume shows it */
	bool is_merged;	       /* its merge has ended: it is no longer needed */
	bool is_dropped;       /* must be deleted, which was not possible yet */
	unsigned uses;	       /* tables that have it */

	/* While a device shows it. */
	struct dm_device *device;
	const struct dm_table *table;
	struct origin *origin;
	uint64_t origin_disk, cow_disk;
	uint64_t file; /* in disks/: the snapshot; 0: none, its place is EIO */
	bool is_detached;
	bool is_dead;	     /* its COW device is all errors: */
	struct extents dead; /* what was preserved before that, in bytes */
	struct merging *merging;

	uint64_t left_by; /* the disk that showed it last, and is now the bare area; 0: none */
};

/* Target INDEX of TABLE is AREA. */
struct use {
	struct list link;
	const struct dm_table *table;
	unsigned index;
	struct cow_area *area;
};

struct origins {
	struct origins_order order; /* owns its strings */
	struct disks *disks;
	int areas_fd, origins_fd; /* state folders */
	uint64_t seed;		  /* of the user's rig */
	uint64_t base_disk, base_live_sectors, base_lv_sectors;
	atomic_bool stopping, is_over; /* wait for no rig; not even at the end */

	pthread_mutex_t work;
	pthread_mutex_t lock;
	struct contents contents;
	struct list areas, uses, origins;
};

#endif
