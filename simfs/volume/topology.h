/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topology.h - where the bytes of the live view and of the snapshots lie.
 *
 * Two bodies: copy-on-write (cow/cow.c: the live view is the image, snapshots keep
 * what it loses) and chain (chain/chain.h: the live view is a leaf over older nodes).
 * What they share - turns of writes, barriers, holds, names, deletion - is in
 * the files that call these.
 */
#ifndef SNAPRIG_VOLUME_TOPOLOGY_H
#define SNAPRIG_VOLUME_TOPOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "faults/fault.h"
#include "faults/gauge.h"
#include "simfs/profile/profile.h"

struct closing;
struct request_part;
struct search;
struct snapshot;
struct snapshot_create;
struct volume;
struct volume_request;

struct topology {
	/* The live view is the image: what is discarded or zeroed can be punched out of it, it can
	 * become longer, and without snapshots it is the image of whatever length. */
	bool live_is_image;

	/* What struct snapshot_create can ask for beside snapshots of the live view. */
	bool has_clones;

	/* Hit when a snapshot is about to be taken, after snapshot.create; that: no further one. */
	enum fault_point create_point;

	/* Optional.  Makes what it needs before the files are shown.  0 or -errno. */
	int (*init)(struct volume *volume);

	/* Required.  Takes FILE of the state folder when it is one of its own.
	 * 0, or -errno after a message. */
	int (*load)(struct volume *volume, const char *file);

	/* Optional.  All files were shown.  0, or -errno after a message. */
	int (*loaded)(struct volume *volume);

	/* Required.  The live view: a read and a flush start, a write has its turn. */
	void (*live_read)(struct volume_request *request);
	void (*live_write)(struct volume_request *request);
	void (*live_flush)(struct volume_request *request);

	/* Required.  A read of an active snapshot, which is counted as under way. */
	void (*snapshot_read)(struct volume_request *request);

	/* Required.  A write to a snapshot has its turn; a flush of an active one starts. */
	void (*snapshot_write)(struct volume_request *request);
	void (*snapshot_flush)(struct volume_request *request);

	/* Required.  Name and number are in order; `done` is called sooner or later. */
	void (*snapshot_create)(struct snapshot_create *create);

	/* Optional.  SNAPSHOT was found in the state, active and whole. */
	void (*snapshot_loaded)(struct snapshot *snapshot);

	/* Optional.  All were found, and those of a changed image have failed: gives up who cannot
	 * be without others.  0, or -errno after a message. */
	int (*judge)(struct volume *volume);

	/* Optional.  SNAPSHOT's file is gone, of a clone for good, and it goes next. */
	void (*snapshot_deleted)(struct snapshot *snapshot);

	/*
	 * Of snapshots that hang on each other; all optional.
	 */

	/* One came, failed, or its deletion began or ended. */
	void (*recount)(struct volume *volume);

	/* Whether what is replaced in the live view may be kept for SNAPSHOT; else for another. */
	bool (*receives)(const struct snapshot *snapshot);

	/* Corrects in FACTS how many blocks count. */
	void (*count)(const struct snapshot *snapshot, struct profile_snapshot *facts);

	/* SNAPSHOT has just failed: those fail that cannot be without it. */
	void (*fail_others)(struct snapshot *snapshot, int error, const char *why);

	/* Whether SNAPSHOT, which has failed, is deleted then. */
	bool (*drops)(const struct snapshot *snapshot);

	/* Whether others need the store of SNAPSHOT, that is deleted.  Then keep() is called in
	 * place of removing its file: it sets is_kept, or not, and calls snapshot_delete_kept(),
	 * now or later. */
	bool (*needs)(const struct snapshot *snapshot);
	void (*keep)(struct snapshot *snapshot);

	/* One is gone: those go that nobody needs any more. */
	void (*sweep)(struct volume *volume);

	/* Required.  As snapshot_changed_blocks() and snapshot_changed_next(), until UNTIL was
	 * taken: NULL, or one that is active if this topology tells of two snapshots. */
	uint64_t (*changed_blocks)(const struct snapshot *snapshot, const struct snapshot *until);
	bool (*changed_next)(const struct snapshot *snapshot, const struct snapshot *until,
		uint64_t from_block, uint64_t *ret_first, uint64_t *ret_count);
	bool tells_of_two;

	/*
	 * What lies where.
	 */

	/* Required.  Tells SEARCH of all layers of SNAPSHOT, which can be read, or of the live view
	 * when that is NULL. */
	void (*search)(
		struct volume *volume, const struct snapshot *snapshot, struct search *search);

	/* Required.  Bytes that SNAPSHOT, or the live view, has in stores, whether it shows them or
	 * not. */
	uint64_t (*view_bytes)(const struct volume *volume, const struct snapshot *snapshot);

	/* Optional.  Bytes of the files of its own stores. */
	uint64_t (*files_bytes)(const struct volume *volume);

	/* Required.  Whether some of what SNAPSHOT, which is active, shows or says to have changed
	 * hangs on the image. */
	bool (*hangs_on_image)(const struct snapshot *snapshot);

	/* Optional.  How many stores of its own do. */
	uint64_t (*stores_on_image)(const struct volume *volume);

	/* Required.  PART has found that its store is damaged: whoever needs that has failed. */
	void (*part_damaged)(struct request_part *part);

	/* Optional.  Whether a store of its own was found damaged, and is not closed. */
	bool (*is_damaged)(const struct volume *volume);

	/* Optional.  Its own part of the status, into the objects of the volume
	 * and of a snapshot. */
	void (*status)(struct volume *volume, json_t *object);
	void (*snapshot_status)(const struct snapshot *snapshot, json_t *object);

	/* Optional.  Brings GAUGE up to date; false: it is none of its own. */
	bool (*measure)(struct volume *volume, enum gauge gauge);

	/* Optional.  As volume_coalesce(). */
	void (*coalesce)(struct volume *volume, bool abort);

	/* Optional.  When it has to be ticked, on the rig's clock; UINT64_MAX: never. */
	uint64_t (*due_ns)(const struct volume *volume);
	void (*tick)(struct volume *volume);

	/* Optional.  Starts nothing more of itself, so that it becomes idle. */
	void (*stop)(struct volume *volume);
	bool (*idle)(const struct volume *volume);

	/* Optional.  Adds its own stores to those that are closed in order. */
	void (*close)(struct volume *volume, struct closing *closing);

	/* Optional.  Frees what it has; FORGET: in the middle of whatever is under way. */
	void (*deinit)(struct volume *volume, bool forget);
};

extern const struct topology topology_cow;
extern const struct topology topology_chain;

#endif
