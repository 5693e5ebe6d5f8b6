/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume.h - a source volume with copy-on-write snapshots.
 *
 * One thread owns a volume.  Everything is asynchronous: a call starts
 * something, and `done` is called from the event loop when it took effect.
 *
 * Promises, for any interleaving of requests:
 *  (1) A snapshot reads as the live view was at one instant between the start
 *      and the end of its creation; a write that ended before the start is in
 *      it, one that starts after the end is not.
 *  (2) A block is in the store of every active snapshot before the write that
 *      replaces it is submitted; but for what a profile does not trace, as the
 *      system it imitates does not (datto/datto.h: dormant).
 *  (3) Nothing that happens to a snapshot or its store fails a live write.
 *  (4) A snapshot that has failed stays failed, also after `kill -9`: the mark
 *      is in its file before the first write that goes unpreserved.
 *  (5) A write to a writable snapshot changes that snapshot and nothing else;
 *      promises 1 and 2 are then of the bytes that nobody wrote to it.
 *  (6) Writes that do not overlap do not disturb each other, at any size and
 *      offset; overlapping ones act one after the other, in order of arrival.
 */
#ifndef SNAPRIG_VOLUME_VOLUME_H
#define SNAPRIG_VOLUME_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "faults/journal.h"
#include "simfs/base/list.h"
#include "simfs/base/sizes.h"
#include "simfs/base/text_log.h"
#include "simfs/blockio/folder.h"
#include "simfs/profile/chain.h"
#include "simfs/profile/profile.h"
#include "simfs/volume/image.h"
#include "simfs/volume/memory_source.h"
#include "simfs/volume/volume_faults.h"
#include "simfs/volume/volume_gauges.h"
#include "simfs/volume/volume_limits.h"
#include "simfs/volume/writers/writers.h"

#define VOLUME_STATUS_VERSION 1 /* `schema_version` of volume_status() */

struct volume;
struct snapshot;

struct volume_options {
	const struct profile *profile;
	bool has_limit;
	struct size_or_share limit; /* when has_limit */
	uint32_t block_bytes;	    /* 0: the profile's */

	/*
	 * Snapshots outlive a power cut: what is preserved is on the disk before
	 * what it saves is replaced.  Without it they are given up when the machine
	 * went down while they were in use, for which BOOT_ID must tell one run of
	 * the machine from another; 0: not known, and nothing is given up.
	 */
	bool durable;
	uint64_t boot_id;

	/* The data of every store is read and checked when the volume is opened; else
	 * only that of stores so small that nobody notices (state.c). */
	bool verify;

	/* Of a chain. */
	enum chain_sr sr;
	enum chain_format format;
	uint64_t coalesce_bytes_per_second; /* 0: as fast as it goes */
	bool no_coalesce;		    /* but when it is asked for */

	const struct volume_limits *limits; /* live longer than the volume; NULL: the default */
	uint64_t seed;			    /* of what faults leave to chance */
	struct volume_fault_options faults;
	struct volume_writer_options writers;
	const char *image;     /* absolute path, for status */
	const char *live_path; /* absolute path of the live view, for datto-info */
	const char *transport; /* for status */
	bool quiet;	       /* does not say what it found when it was opened */
	enum image_policy image_policy;

	/* When has_read_ahead, in place of what the limits say; 0: nothing is read ahead. */
	bool has_read_ahead;
	uint32_t read_ahead_bytes;

	/* Optional.  Of the gauge memory.used, which stays at nothing without one. */
	const struct memory_source *memory;

	/* Optional.  SNAPSHOT cannot be read any more, as when it has failed:
	 * whoever cached its content forgets it. */
	void (*snapshot_failed)(void *context, struct snapshot *snapshot);

	/* Optional.  Whoever serves the volume adds to STATUS, the object of volume_status(),
	 * what is to be said of that. */
	void (*add_status)(void *context, json_t *status);
	void *context;
};

/*
 * Opens the volume in ORIGIN with the state in FOLDER, and recovers snapshots
 * whose rig was killed.  Blocks.  ORIGIN and FOLDER stay the caller's and must
 * live longer.  What was found is said (log_info) unless OPTIONS->quiet.
 * Returns 0; -EINVAL when the size is not a multiple of 512 or is 0, or a rule cannot be read;
 * -EUCLEAN when the state belongs to another volume; -ESTALE (image_compare(), nothing was
 * touched); or -errno; all but the last said.
 */
int volume_open(struct blockio *origin, struct blockio_folder *folder,
	const struct volume_options *options, struct volume **ret);

/* Closes the stores in order and frees.  Blocks; nothing may be under way.  0 or -errno. */
int volume_close(struct volume *volume);

/*
 * Frees without touching a file, as if the process had been killed: the backends
 * have dropped what was under way, and `done` of it is never called.
 */
void volume_forget(struct volume *volume);

/* Nothing is under way, waiting or held. */
bool volume_idle(const struct volume *volume);

/* The volume does nothing more of itself, so that it becomes idle. */
void volume_stop(struct volume *volume);

/*
 * What a volume does of itself, it does at volume_tick().  That is called when
 * clock_now_ns() has reached volume_due_ns(), which may change with any call or
 * completion; UINT64_MAX is never.
 */
uint64_t volume_due_ns(const struct volume *volume);
void volume_tick(struct volume *volume);

/*
 * Has the chain made shorter at once, without the quiet period; or, with ABORT,
 * not any more.  Returns 0 when that has begun, or -EOPNOTSUPP: no chain.
 */
int volume_coalesce(struct volume *volume, bool abort);

/* How long it is; volume_grow() (grow.h) makes that more. */
uint64_t volume_bytes(const struct volume *volume);

/* The object of .snaprig/status.json, the caller's; NULL without memory. */
json_t *volume_status(struct volume *volume);

/* The element of SNAPSHOT in it. */
json_t *snapshot_status(const struct snapshot *snapshot);

const struct profile *volume_profile(const struct volume *volume);
const struct text_log *volume_kernel_log(const struct volume *volume);
struct journal *volume_journal(struct volume *volume);

#endif
