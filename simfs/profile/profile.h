/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.h - which real system a volume imitates: numbers, and what happens at them.
 *
 * A profile never touches a block.  The volume asks it whether one more block
 * fits, and tells it what happened; it answers with a number, or writes what
 * the real driver would log.
 */
#ifndef SNAPRIG_PROFILE_PROFILE_H
#define SNAPRIG_PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/sizes.h"
#include "simfs/base/text_log.h"

/* A snapshot as a profile sees it. */
struct profile_snapshot {
	uint64_t volume_bytes;
	uint32_t block_bytes;
	uint64_t limit_bytes;	  /* 0: none */
	uint64_t blocks_taken;	  /* preserved, or on their way; of a shared area: its part of it */
	uint64_t area_blocks;	  /* blocks_taken of all that share the area, or its own */
	uint64_t overflow_blocks; /* counted by the driver, though there was no room */
	bool failed;
	int error; /* -errno of the failure */

	/* Of dattobd. */
	bool tracks_only;  /* incremental: which blocks change, and not what they were */
	bool is_dormant;   /* its file system is not mounted */
	const char *label; /* path of the COW file; "": the profile's */
};

/* A source write whose next block did not fit. */
struct profile_overflow {
	const struct profile_snapshot *snapshot;
	uint64_t write_bytes; /* the whole write, rounded out to blocks */
	uint64_t blocks_done; /* blocks of it that were handled before */
};

/* How a snapshot fails other than at its limit or by the memory guard. */
enum profile_failure {
	PROFILE_OLD_READ, /* the origin's bytes that a write was about to replace */
	PROFILE_STORE_WRITE,
	PROFILE_READ_ORIGIN, /* for a reader of the snapshot */
	PROFILE_READ_STORE,
};

struct profile_chain;

struct profile {
	const char *name;
	const char *imitates;
	const char *about; /* one line: what happens at the limit */

	uint32_t block_bytes;
	bool block_is_fixed;	    /* --block is refused */
	struct size_or_share limit; /* bytes 0 and no share: none */
	unsigned snapshots_max;	    /* 0: no limit */
	bool writable_snapshots;

	/* The limit is that of one area for all snapshots of the volume, in which a
	 * block is stored once, for the newest; the newest snapshot's limit holds.  When
	 * one of them fails, all do, and are deleted. */
	bool shares_area;

	/* Discards of the live view are not traced: snapshots lose what they covered. */
	bool ignores_discards;

	/* Optional.  Whether a snapshot that has failed with ERROR is read on, stale: old blocks
	 * are no longer kept, and what is replaced from then on reads as the live view. */
	bool (*reads_on)(int error);

	/* What `state` in the status says of a failed snapshot; NULL: "failed". */
	const char *failed_state;

	/* Optional.  The limit when neither `limit` nor the user names one. */
	uint64_t (*default_limit_bytes)(uint64_t volume_bytes, uint32_t block_bytes);

	/* A limit that is a share of the volume is rounded down to these; 0: to bytes. */
	uint32_t limit_unit_bytes;

	/* Optional.  Why a limit is none for blocks of BLOCK_BYTES, or NULL. */
	const char *(*refuse_limit)(uint64_t limit_bytes, uint32_t block_bytes);

	/* Source writes fail the snapshot below this share of memory; 0: no guard. */
	uint32_t memory_available_min_per_million;

	/* What a snapshot that overflowed, or met the memory guard, carries as its error. */
	int overflow_error;
	int memory_error;

	/* Required.  Bytes of the limit that SNAPSHOT uses now. */
	uint64_t (*used_bytes)(const struct profile_snapshot *snapshot);

	/* Required.  Whether one more block fits. */
	bool (*admits)(const struct profile_snapshot *snapshot);

	/* Optional.  The error (-errno) with which the driver gives the snapshot up
	 * once the blocks taken are in its store, or 0. */
	int (*commit_error)(const struct profile_snapshot *snapshot);

	/* Optional.  The error and the log lines of taking a snapshot beyond
	 * snapshots_max; without it, -ENOSPC and none. */
	int (*refuse_snapshot)(struct text_log *kernel_log);

	/* Optional.  The driver takes room for a whole limit from the disk when a
	 * snapshot is taken, and this is what it logs when it gets none: with
	 * -EOPNOTSUPP the snapshot is taken all the same, with another ERROR it is
	 * not.  LABEL as in struct profile_snapshot; IS_SETUP: it was asked for
	 * anew, and did not come of a change of its device's state. */
	void (*log_no_room)(
		struct text_log *kernel_log, const char *label, int error, bool is_setup);

	/* Optional, with shares_area.  Beyond snapshots_max no snapshot is refused, but the oldest
	 * is deleted, and this is what it logs of that. */
	void (*log_oldest_dropped)(struct text_log *kernel_log);

	/* Optional.  What the driver logs. */
	void (*log_overflow)(struct text_log *kernel_log, const struct profile_overflow *overflow);
	void (*log_memory)(struct text_log *kernel_log);

	/* Optional.  What it logs of FAILURE with ERROR (-errno).  WRITE_BYTES is
	 * the source write that met it, rounded out to blocks; 0 for a reader's. */
	void (*log_failure)(struct text_log *kernel_log, enum profile_failure failure, int error,
		uint64_t write_bytes);

	/* Optional.  What the kernel logs of the first read of a snapshot, the device MINOR, that
	 * fails: it begins at OFFSET. */
	void (*log_read_error)(struct text_log *kernel_log, uint32_t minor, uint64_t offset);

	/* Optional.  What it logs of a failed snapshot that it finds when mounted. */
	void (*log_found_failed)(struct text_log *kernel_log);

	/* Optional.  A snapshot holds live writes for no longer than WRITER_HOLD_NS of
	 * volume/writers/writers.h even when there is no writer, and this is what it logs
	 * when it does: WAS_HELD, or not even flushed by then. */
	void (*log_hold_timeout)(struct text_log *kernel_log, bool was_held);

	/* A snapshot set whose requester dies before it is done stays in progress, with no
	 * snapshot, for so long on the rig's clock (volume/writers/set.h); 0: it ends with him. */
	uint64_t dead_set_limit_ns;

	/* Optional.  What the system logs of such a set. */
	void (*log_dead_set)(struct text_log *kernel_log);

	/* A read error that a reader of the snapshot meets fails all of it. */
	bool read_error_fails_snapshot;

	/* Required.  The line that the imitated system would print for SNAPSHOT. */
	void (*native)(const struct profile_snapshot *snapshot, char *buffer, size_t length);

	/* What its driver has beside snapshots, by the name of its struct volume_extension
	 * (volume/extension.h); NULL: nothing. */
	const char *driver;

	/* Its topology is a chain, with these numbers; NULL: copy-on-write. */
	const struct profile_chain *chain;
};

/* The profile of this NAME, or NULL. */
const struct profile *profile_find(const char *name);

/* All of them in order; NULL behind the last. */
const struct profile *profile_at(size_t index);

/*
 * The limit in bytes of a volume of VOLUME_BYTES; a share is rounded down, as
 * the drivers do.  Returns 0, or -EINVAL when it is nothing or more than one store could ever
 * need (as large as twice); what all snapshots share, and what refuse_limit() judges, may be
 * larger.
 */
int profile_limit_bytes(const struct profile *profile, const struct size_or_share *limit,
	uint64_t volume_bytes, uint64_t *ret);

extern const struct profile profile_plain;
extern const struct profile profile_datto;
extern const struct profile profile_actiphy;
extern const struct profile profile_elastio;
extern const struct profile profile_lvm;
extern const struct profile profile_vss;
extern const struct profile profile_xen;

#endif
