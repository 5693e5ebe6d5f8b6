/* SPDX-License-Identifier: Apache-2.0 */
/* core.h - struct volume and struct snapshot, for the files of volume/ and below it. */
#ifndef SNAPRIG_VOLUME_CORE_H
#define SNAPRIG_VOLUME_CORE_H

#include "simfs/blockio/fault_site.h"
#include "simfs/store/store.h"
#include "simfs/volume/ahead.h"
#include "simfs/volume/common_blocks.h"
#include "simfs/volume/event_file.h"
#include "simfs/volume/extension.h"
#include "simfs/volume/owner.h"
#include "simfs/volume/read_counts.h"
#include "simfs/volume/snapshot.h"
#include "simfs/volume/state_record.h"
#include "simfs/volume/surface.h"
#include "simfs/volume/topology.h"
#include "simfs/volume/volume.h"
#include "simfs/volume/writers/set.h"

/* The largest block of any profile; a preserved range rounds out to it on both sides. */
#define VOLUME_BLOCK_MAX_BYTES (512u << 10)

/*
 *   ACTIVE ──snapshot_fail()──▶ FAILING ──mark_done()──▶ FAILED
 *
 * FAILING: reads fail already; the mark is being written to the store's file, and live writes
 * wait for it (promise 4). A failed snapshot can only be deleted.
 */
enum snapshot_state { SNAPSHOT_ACTIVE, SNAPSHOT_FAILING, SNAPSHOT_FAILED };

struct snapshot {
	struct volume *volume;
	struct list link;
	uint64_t id;
	char name[STORE_NAME_BYTES];
	const struct profile *profile; /* that it was taken with */
	struct store *store;	       /* NULL: its file could not be read */
	enum snapshot_state state;
	int error;
	uint64_t overflow_blocks;
	struct read_progress progress;
	struct read_counts reads;
	struct fault_decision map_lie; /* the fault in what it reports as changed (changed.h) */
	uint64_t known_ns;	       /* on the rig's clock: when the volume got it ... */
	uint64_t older_ns;	       /* ... and its age at that time */
	unsigned files_open;
	unsigned references;		  /* snapshot_get() */
	struct store_waiter marked;	  /* as failed */
	struct store_waiter relinked;	  /* its parent is being changed */
	struct list waiting_for_mark;	  /* struct volume_request.link */
	struct node *base;		  /* in a chain: its parent; if a clone: its head */
	bool is_lost;			  /* its file has LOST_SUFFIX (state_lost.c) */
	bool is_clone;			  /* in a chain */
	bool is_detached;		  /* lvm: not traced (lvm/lvm.h) */
	bool bears_overflow;		  /* lvm: a write to it that does not fit fails alone ... */
	bool has_overflowed;		  /* ... and so do all later ones */
	bool tracks_only;		  /* dattobd: an incremental */
	bool is_kept;			  /* deleted, but older ones share its store (cow/area.h) */
	bool is_given_up;		  /* while the volume is opened: see cow/area_life.c */
	uint64_t counted_blocks;	  /* of a shared area, unless it is the receiver */
	uint64_t kept_blocks;		  /* those of them kept for it */
	int64_t written_ns;		  /* the last write to it; 0: never */
	struct snapshot_delete *deletion; /* when set: not found by name or id any more */
	struct snapshot_delete drop;	  /* a deletion of the volume's own (cow/area.c) */
};

struct datto_driver;
struct lvm_driver;

struct volume {
	struct blockio *origin;	       /* these two ask the fault plane */
	struct blockio_folder *folder; /* (blockio/faulty.h) */
	struct fault_site faults;
	struct volume_options options;
	const struct volume_limits *limits;    /* of the options, or the default */
	const struct topology *topology;       /* the profile's */
	const struct volume_extension *driver; /* likewise; without hooks if it has no driver */
	uint64_t volume_id;
	uint64_t size_bytes;	      /* that requests see: the image is longer while it grows */
	struct volume_growth *growth; /* in progress, or NULL */
	struct image image;
	uint64_t alignment_bytes;  /* every transfer of the origin is a multiple */
	uint64_t turn_bytes;	   /* writes within the same unit take turns ... */
	uint64_t range_unit_bytes; /* ... with the snapshots of now; 0: unknown (range.c) */

	struct list snapshots; /* oldest first; constant while a write is in flight */
	unsigned snapshot_count;
	unsigned marks_under_way; /* of snapshots that are FAILING */
	struct store_group stores;
	unsigned store_ends_seen; /* of stores.ends: how many were handled */
	uint64_t next_order;
	struct common_blocks common;
	struct list creating; /* struct snapshot_create.link */
	bool is_entering;     /* one of them is joining the list; the turns of the others: */
	struct list entering; /* struct snapshot_create.turn.link */

	/* For snapshots that share an area (cow/area.c). */
	struct snapshot *area_receiver;
	uint64_t area_older_blocks;

	struct datto_driver *datto; /* these two are NULL with another profile */
	struct lvm_driver *lvm;

	struct list ranges; /* of writes that have begun, in order of arrival */
	unsigned ranges_waiting;
	uint64_t writes_under_way;
	uint64_t reads_under_way;
	struct list barriers;
	struct list parked_writes; /* behind a barrier */
	struct list watches;	   /* struct volume_watch.link */
	uint64_t watch_count;	   /* ever begun */

	struct list zeros; /* in progress */
	bool cannot_punch; /* the image's file system does not support it */

	struct list read_holds;
	struct list held_reads;
	struct ahead ahead;
	struct reads_gone reads_gone;

	struct list scratch_spare;
	struct list rooms_spare, rooms_taken; /* struct parts_room.link */
	struct gauges gauges;
	uint64_t memory_sampled_ns;
	const struct memory_source *memory; /* NULL: that of the options */
	struct text_log kernel_log;
	struct journal journal;
	unsigned damage_lines;	      /* logged so far (damage.c) */
	struct event_file event_file; /* bypasses the fault plane, and is not counted as I/O */
	struct volume_writers writers;
	struct volume_surface surface;
	struct chain *chain; /* NULL: copy-on-write */

	struct {
		uint64_t live_reads, live_writes, live_flushes;
		uint64_t live_read_bytes, live_written_bytes;
		uint64_t live_discards, live_discarded_bytes; /* zeroing, too */
		uint64_t snapshot_reads, snapshot_read_bytes, snapshot_read_errors;
		uint64_t snapshot_writes, snapshot_written_bytes;
		uint64_t blocks_preserved, snapshot_read_retries;
	} counters;

	/* The I/O that requests caused since the volume was opened (io.c). */
	struct {
		struct blockio_counts image, stores;
		uint64_t copied_bytes; /* old data copied to stores; by coalesce and copies, too */
	} io;
};

static inline uint64_t round_down(uint64_t value, uint64_t unit)
{
	return value & ~(unit - 1);
}

static inline uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) & ~(unit - 1);
}

static inline uint32_t snapshot_block_bytes(const struct snapshot *snapshot)
{
	return store_facts(snapshot->store)->block_bytes;
}

#endif
