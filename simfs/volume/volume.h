/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume.h - a source volume with copy-on-write snapshots.
 *
 * One thread owns a volume. Everything is asynchronous: a call starts an operation, and
 * `done` is called from the event loop after it took effect.
 *
 * Promises, for any interleaving of requests:
 *  (1) A snapshot reads as the live view was at one instant between the start and the end of
 *      its creation: a write that ended before the start is in it, one that starts after the
 *      end is not.
 *  (2) A block is in the store of every active snapshot before the write that replaces it is
 *      submitted, except where a profile does not trace, like the system it imitates
 *      (datto/datto.h: dormant).
 *  (3) Nothing that happens to a snapshot or its store fails a live write.
 *  (4) A failed snapshot stays failed, even after `kill -9`: the mark is in its file before
 *      the first write that is not preserved for it.
 *  (5) A write to a writable snapshot changes only that snapshot; promises 1 and 2 then cover
 *      the bytes that were not written to it.
 *  (6) Writes that do not overlap do not affect each other, at any size and offset;
 *      overlapping ones act one after the other, in order of arrival.
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
	 * Snapshots survive a power cut: preserved data are on disk before the write that
	 * replaces them. Without it, snapshots in use when the machine went down are given
	 * up. To detect that, BOOT_ID must differ between boots; 0: unknown, and no snapshot
	 * is given up.
	 */
	bool durable;
	uint64_t boot_id;

	/* Read and check the data of every store when the volume is opened; otherwise only
	 * those of stores small enough that it takes no noticeable time (state.c). */
	bool verify;

	/* For a chain. */
	enum chain_sr sr;
	enum chain_format format;
	uint64_t coalesce_bytes_per_second; /* 0: unlimited */
	bool no_coalesce;		    /* only on request */

	const struct volume_limits *limits; /* must outlive the volume; NULL: the defaults */
	uint64_t seed;			    /* for the random choices of faults */
	struct volume_fault_options faults;
	struct volume_writer_options writers;
	const char *image;     /* absolute path, for status */
	const char *live_path; /* absolute path of the live view, for datto-info */
	const char *transport; /* for status */
	bool quiet;	       /* do not log what was found when it was opened */
	enum image_policy image_policy;

	/* If has_read_ahead, replaces the limits' value; 0: no read-ahead. */
	bool has_read_ahead;
	uint32_t read_ahead_bytes;

	/* Optional. For the gauge memory.used, which stays at 0 without one. */
	const struct memory_source *memory;

	/* Optional. SNAPSHOT can no longer be read, as when it has failed: caches of its
	 * content must be dropped. */
	void (*snapshot_failed)(void *context, struct snapshot *snapshot);

	/* Optional. Lets the code that serves the volume add to STATUS, the object of
	 * volume_status(). */
	void (*add_status)(void *context, json_t *status);
	void *context;
};

/*
 * Opens the volume in ORIGIN with the state in FOLDER, and recovers snapshots after a kill.
 * Blocks. ORIGIN and FOLDER stay the caller's and must outlive it. Logs what was found
 * (log_info) unless OPTIONS->quiet. Returns 0; -EINVAL if the size is 0 or not a multiple of
 * 512, or a rule is invalid; -EUCLEAN if the state belongs to another volume; -ESTALE
 * (image_compare(), nothing was changed); or -errno; each but the last after a message.
 */
int volume_open(struct blockio *origin, struct blockio_folder *folder,
	const struct volume_options *options, struct volume **ret);

/* Closes the stores cleanly and frees the volume. Blocks; nothing may be in flight. 0 or -errno. */
int volume_close(struct volume *volume);

/*
 * Frees the volume without touching a file, as if the process had been killed: the backends
 * have dropped what was in flight, and the `done` of those requests is never called.
 */
void volume_forget(struct volume *volume);

/* Nothing is in flight, waiting or held. */
bool volume_idle(const struct volume *volume);

/* The volume starts no more work of its own, so that it becomes idle. */
void volume_stop(struct volume *volume);

/*
 * All work of the volume's own happens in volume_tick(). Call it when clock_now_ns() has
 * reached volume_due_ns(), which may change with any call or completion; UINT64_MAX is never.
 */
uint64_t volume_due_ns(const struct volume *volume);
void volume_tick(struct volume *volume);

/*
 * Starts to shorten the chain at once, without the quiet period; with ABORT, stops it.
 * Returns 0 when that has begun, or -EOPNOTSUPP if it is not a chain.
 */
int volume_coalesce(struct volume *volume, bool abort);

/* Its size; volume_grow() (grow.h) increases it. */
uint64_t volume_bytes(const struct volume *volume);

/* The object of .snaprig/status.json, which the caller frees; NULL without memory. */
json_t *volume_status(struct volume *volume);

/* The element for SNAPSHOT in it. */
json_t *snapshot_status(const struct snapshot *snapshot);

const struct profile *volume_profile(const struct volume *volume);
const struct text_log *volume_kernel_log(const struct volume *volume);
struct journal *volume_journal(struct volume *volume);

#endif
