/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topology.h - where the bytes of the live view and of the snapshots are stored.
 *
 * Two implementations: copy-on-write (cow/cow.c: the live view is the image, and snapshots
 * keep what it overwrites) and chain (chain/chain.h: the live view is a leaf over older
 * nodes). What they share (turns of writes, barriers, holds, names, deletion) is in the files
 * that call these functions.
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
	/* The live view is the image: discarded or zeroed ranges can be punched out of it, it
	 * can grow, and without snapshots a mount accepts an image of any length. */
	bool live_is_image;

	/* What struct snapshot_create can create besides snapshots of the live view. */
	bool has_clones;

	/* The point hit before a snapshot is taken, after snapshot.create; if it is that: no
	 * further one. */
	enum fault_point create_point;

	/* Optional. Creates what it needs before load() is called. 0 or -errno. */
	int (*init)(struct volume *volume);

	/* Required. Loads FILE of the state folder if it is one of its own. 0, or -errno
	 * after a message. */
	int (*load)(struct volume *volume, const char *file);

	/* Optional. All files were passed to load(). 0, or -errno after a message. */
	int (*loaded)(struct volume *volume);

	/* Required. The live view: starts a read or a flush; a write that has its turn. */
	void (*live_read)(struct volume_request *request);
	void (*live_write)(struct volume_request *request);
	void (*live_flush)(struct volume_request *request);

	/* Required. A read of an active snapshot, which is counted as in flight. */
	void (*snapshot_read)(struct volume_request *request);

	/* Required. A write to a snapshot that has its turn; starts a flush of an active one. */
	void (*snapshot_write)(struct volume_request *request);
	void (*snapshot_flush)(struct volume_request *request);

	/* Required. Name and number were checked; `done` is called sooner or later. */
	void (*snapshot_create)(struct snapshot_create *create);

	/* Optional. SNAPSHOT was found in the state, active and whole. */
	void (*snapshot_loaded)(struct snapshot *snapshot);

	/* Optional. All were found, and those of a changed image have failed: gives up those
	 * that depend on missing ones. 0, or -errno after a message. */
	int (*judge)(struct volume *volume);

	/* Optional. SNAPSHOT's file is removed (of a clone durably), and it is freed next. */
	void (*snapshot_deleted)(struct snapshot *snapshot);

	/* For snapshots that depend on each other; all optional. */

	/* One was added or has failed, or its deletion began or ended. */
	void (*recount)(struct volume *volume);

	/* Whether data replaced in the live view may be kept for SNAPSHOT; else they are for
	 * another. */
	bool (*receives)(const struct snapshot *snapshot);

	/* Corrects the block counts in FACTS. */
	void (*count)(const struct snapshot *snapshot, struct profile_snapshot *facts);

	/* SNAPSHOT has just failed: fails those that depend on it. */
	void (*fail_others)(struct snapshot *snapshot, int error, const char *why);

	/* Whether SNAPSHOT, which has failed, should be deleted then. */
	bool (*drops)(const struct snapshot *snapshot);

	/* Whether others need the store of SNAPSHOT, which is being deleted. Then keep() is
	 * called instead of removing its file: it sets is_kept, or not, and calls
	 * snapshot_delete_kept(), now or later. */
	bool (*needs)(const struct snapshot *snapshot);
	void (*keep)(struct snapshot *snapshot);

	/* One was deleted: removes those that are no longer needed. */
	void (*sweep)(struct volume *volume);

	/* Required. As snapshot_changed_blocks() and snapshot_changed_next(), until UNTIL was
	 * taken: NULL, or an active snapshot if tells_of_two. */
	uint64_t (*changed_blocks)(const struct snapshot *snapshot, const struct snapshot *until);
	bool (*changed_next)(const struct snapshot *snapshot, const struct snapshot *until,
		uint64_t from_block, uint64_t *ret_first, uint64_t *ret_count);
	bool tells_of_two;

	/* Where data are stored. */

	/* Required. Adds all layers of SNAPSHOT, which is readable, to SEARCH; if NULL, those
	 * of the live view. */
	void (*search)(
		struct volume *volume, const struct snapshot *snapshot, struct search *search);

	/* Required. The bytes that SNAPSHOT, or the live view, has in stores, whether visible
	 * in it or not. */
	uint64_t (*view_bytes)(const struct volume *volume, const struct snapshot *snapshot);

	/* Optional. The size of the files of its own stores. */
	uint64_t (*files_bytes)(const struct volume *volume);

	/* Required. Whether the content of SNAPSHOT, which is active, or what it reports as
	 * changed, depends on the image. */
	bool (*hangs_on_image)(const struct snapshot *snapshot);

	/* Optional. How many stores of its own do. */
	uint64_t (*stores_on_image)(const struct volume *volume);

	/* Required. PART has found its store damaged: fails everything that needs it. */
	void (*part_damaged)(struct request_part *part);

	/* Optional. Whether a store of its own was found damaged, and will not be closed. */
	bool (*is_damaged)(const struct volume *volume);

	/* Optional. Adds its part of the status to the objects of the volume and of a snapshot. */
	void (*status)(struct volume *volume, json_t *object);
	void (*snapshot_status)(const struct snapshot *snapshot, json_t *object);

	/* Optional. Updates GAUGE; returns false if it is not one of its own. */
	bool (*measure)(struct volume *volume, enum gauge gauge);

	/* Optional.  As volume_coalesce(). */
	void (*coalesce)(struct volume *volume, bool abort);

	/* Optional. When to call tick(), on the rig's clock; UINT64_MAX: never. */
	uint64_t (*due_ns)(const struct volume *volume);
	void (*tick)(struct volume *volume);

	/* Optional. Starts no more work of its own, so that it becomes idle. */
	void (*stop)(struct volume *volume);
	bool (*idle)(const struct volume *volume);

	/* Optional. Adds its own stores to those that are closed cleanly. */
	void (*close)(struct volume *volume, struct closing *closing);

	/* Optional. Frees everything; FORGET: the backend has dropped what is in flight. */
	void (*deinit)(struct volume *volume, bool forget);
};

extern const struct topology topology_cow;
extern const struct topology topology_chain;

#endif
