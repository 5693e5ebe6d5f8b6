/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.h - the real system that a volume imitates: its numbers, and what happens at its limits.
 *
 * A profile never touches a block.  The volume asks it whether one more block fits, and reports
 * what happened; the profile answers with a number, or writes what the real driver would log.
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
	uint64_t blocks_taken;	  /* stored or in flight; with a shared area, its part of it */
	uint64_t area_blocks;	  /* blocks_taken of all that share its area, or its own */
	uint64_t overflow_blocks; /* counted by the driver although they did not fit */
	bool failed;
	int error; /* -errno of the failure */

	/* For dattobd: */
	bool tracks_only;  /* incremental: records which blocks change, not their content */
	bool is_dormant;   /* its file system is not mounted */
	const char *label; /* path of the COW file; "": the profile's */
};

/* A source write with a block that did not fit. */
struct profile_overflow {
	const struct profile_snapshot *snapshot;
	uint64_t write_bytes; /* the whole write, rounded out to blocks */
	uint64_t blocks_done; /* its blocks handled before that one */
};

/* How a snapshot fails, apart from its limit and the memory guard. */
enum profile_failure {
	PROFILE_OLD_READ, /* of the origin's bytes that a write was about to replace */
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
	struct size_or_share limit; /* bytes 0 and no share: no limit */
	unsigned snapshots_max;	    /* 0: no limit */
	bool writable_snapshots;

	/* One area with one limit serves all snapshots of the volume.  It stores a block once, for
	 * the newest snapshot, and the newest snapshot's limit applies.  If one of them fails, all
	 * fail and are deleted. */
	bool shares_area;

	/* Discards of the live view are not tracked: snapshots lose what they covered. */
	bool ignores_discards;

	/* Optional.  Whether a snapshot that failed with ERROR can still be read, stale: old blocks
	 * are no longer kept, and blocks replaced later read as the live view. */
	bool (*reads_on)(int error);

	/* The `state` of a failed snapshot in the status; NULL: "failed". */
	const char *failed_state;

	/* Optional.  The limit if neither `limit` nor the user gives one. */
	uint64_t (*default_limit_bytes)(uint64_t volume_bytes, uint32_t block_bytes);

	/* A limit that is a share of the volume is rounded down to a multiple of this; 0: to
	 * bytes. */
	uint32_t limit_unit_bytes;

	/* Optional.  Why a limit is invalid for blocks of BLOCK_BYTES, or NULL. */
	const char *(*refuse_limit)(uint64_t limit_bytes, uint32_t block_bytes);

	/* With less than this share of memory available, source writes fail the snapshot; 0: no
	 * guard. */
	uint32_t memory_available_min_per_million;

	/* The error of a snapshot that overflowed, or met the memory guard. */
	int overflow_error;
	int memory_error;

	/* Required.  How much of the limit SNAPSHOT uses now. */
	uint64_t (*used_bytes)(const struct profile_snapshot *snapshot);

	/* Required.  Whether one more block fits. */
	bool (*admits)(const struct profile_snapshot *snapshot);

	/* Optional.  The error (-errno) with which the driver gives up the snapshot once the blocks
	 * taken are in its store, or 0. */
	int (*commit_error)(const struct profile_snapshot *snapshot);

	/* Optional.  Returns the error of a snapshot beyond snapshots_max, and logs it.  Without
	 * it, the error is -ENOSPC and nothing is logged. */
	int (*refuse_snapshot)(struct text_log *kernel_log);

	/* Optional.  Present if the driver reserves disk space for the whole limit when a snapshot
	 * is taken; logs that this failed.  With -EOPNOTSUPP the snapshot is still taken, with
	 * another ERROR it is not.  LABEL is as in struct profile_snapshot.  IS_SETUP: the snapshot
	 * was requested, rather than the result of a change of its device's state. */
	void (*log_no_room)(
		struct text_log *kernel_log, const char *label, int error, bool is_setup);

	/* Optional, with shares_area.  Beyond snapshots_max, the oldest snapshot is deleted instead
	 * of refusing the new one; logs this. */
	void (*log_oldest_dropped)(struct text_log *kernel_log);

	/* Optional.  What the driver logs. */
	void (*log_overflow)(struct text_log *kernel_log, const struct profile_overflow *overflow);
	void (*log_memory)(struct text_log *kernel_log);

	/* Optional.  Logs FAILURE with ERROR (-errno).  WRITE_BYTES is the size of the source write
	 * that met it, rounded out to blocks, or 0 for a reader. */
	void (*log_failure)(struct text_log *kernel_log, enum profile_failure failure, int error,
		uint64_t write_bytes);

	/* Optional.  What the kernel logs for the first failed read of a snapshot, device MINOR,
	 * which begins at OFFSET. */
	void (*log_read_error)(struct text_log *kernel_log, uint32_t minor, uint64_t offset);

	/* Optional.  What it logs for a failed snapshot found when mounting. */
	void (*log_found_failed)(struct text_log *kernel_log);

	/* Optional.  Present if a snapshot holds live writes for at most WRITER_HOLD_NS of
	 * volume/writers/writers.h even without writers; logs that this was exceeded.  WAS_HELD, or
	 * not even flushed by then. */
	void (*log_hold_timeout)(struct text_log *kernel_log, bool was_held);

	/* How long, on the rig's clock, a snapshot set stays in progress, without a snapshot, after
	 * its requester died early (volume/writers/set.h); 0: it ends with the requester. */
	uint64_t dead_set_limit_ns;

	/* Optional.  What the system logs for such a set. */
	void (*log_dead_set)(struct text_log *kernel_log);

	/* A read error seen by a reader fails the whole snapshot. */
	bool read_error_fails_snapshot;

	/* Required.  The line that the imitated system would print for SNAPSHOT. */
	void (*native)(const struct profile_snapshot *snapshot, char *buffer, size_t length);

	/* What its driver offers besides snapshots: the name of a struct volume_extension
	 * (volume/extension.h); NULL: nothing. */
	const char *driver;

	/* For a chain, its numbers; NULL: copy-on-write. */
	const struct profile_chain *chain;
};

/* The profile of this NAME, or NULL. */
const struct profile *profile_find(const char *name);

/* All profiles in order; NULL after the last. */
const struct profile *profile_at(size_t index);

/*
 * The limit in bytes for a volume of VOLUME_BYTES.  A share is rounded down, as in the drivers.
 * Returns 0, or -EINVAL if the limit is 0, or more than one store could ever need (twice the
 * volume).  A limit that all snapshots share, or that refuse_limit() judges, may be larger.
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
