/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vss.c - the shadow copies of a Windows volume (VolSnap).
 *
 * One diff area serves all copies of a volume.  When it has no room for a block, all copies are
 * lost, and the volume goes on.  The 65th copy costs the oldest.
 *
 * Source: docs/real-systems.md 5.3 and 5.4: event numbers and texts, MaxShadowCopies,
 * MinDiffAreaFileSize.  The volume is called C:, as it would be there.  Our choices: 16 KiB are
 * counted for each block, without VolSnap's own tables; the area may grow to 10 % of the volume, or
 * to its minimum size if that is more; and --limit may be smaller.
 *
 * A set whose requester is gone stays in progress for as long as creating a shadow copy may take,
 * 10 minutes (5.3, CreateTimeout).  Our choices: that this limit ends it, and the line in the log,
 * which has no number.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "simfs/base/clock.h"
#include "simfs/profile/profile.h"

#define BLOCK_BYTES	  16384u
#define SMALL_VOLUME	  (500ull << 20)
#define AREA_MIN_SMALL	  (32ull << 20)
#define AREA_MIN	  (320ull << 20)
#define AREA_SHARE	  10 /* one tenth */
#define SHADOW_COPIES_MAX 64
#define DEAD_SET_LIMIT_NS (600 * NS_PER_S)

enum volsnap_event {
	VOLSNAP_HOLD_TIMEOUT = 8,
	VOLSNAP_FLUSH_TIMEOUT = 9,
	VOLSNAP_IO_FAILURE = 14,
	VOLSNAP_NO_HEAP = 15,
	VOLSNAP_GROW_FAILED = 35,
	VOLSNAP_USER_LIMIT = 36,
	VOLSNAP_OLDEST_DELETED = 58,
};

static uint64_t vss_default_limit_bytes(uint64_t volume_bytes, uint32_t block_bytes)
{
	uint64_t share = volume_bytes / AREA_SHARE;
	uint64_t least = volume_bytes < SMALL_VOLUME ? AREA_MIN_SMALL : AREA_MIN;

	(void)block_bytes;
	return share > least ? share : least;
}

static uint64_t vss_used_bytes(const struct profile_snapshot *snapshot)
{
	return snapshot->blocks_taken * BLOCK_BYTES;
}

static bool vss_admits(const struct profile_snapshot *snapshot)
{
	return (snapshot->area_blocks + 1) * BLOCK_BYTES <= snapshot->limit_bytes;
}

static void log_aborted(struct text_log *kernel_log, enum volsnap_event event, const char *why)
{
	text_log_line(kernel_log,
		"VolSnap %d: The shadow copies of volume C: were aborted because %s", event, why);
}

static void vss_log_overflow(struct text_log *kernel_log, const struct profile_overflow *overflow)
{
	(void)overflow;
	log_aborted(kernel_log, VOLSNAP_USER_LIMIT,
		"the shadow copy storage could not grow due to a user imposed limit.");
}

static void vss_log_failure(
	struct text_log *kernel_log, enum profile_failure failure, int error, uint64_t write_bytes)
{
	(void)write_bytes;
	/* A reader's error affects only that reader. */
	if (failure == PROFILE_READ_ORIGIN || failure == PROFILE_READ_STORE)
		return;
	if (error == -ENOMEM)
		log_aborted(kernel_log, VOLSNAP_NO_HEAP, "of insufficient paged heap.");
	else if (failure == PROFILE_STORE_WRITE && (error == -ENOSPC || error == -EDQUOT))
		log_aborted(
			kernel_log, VOLSNAP_GROW_FAILED, "the shadow copy storage failed to grow.");
	else
		log_aborted(kernel_log, VOLSNAP_IO_FAILURE, "of an IO failure on volume C:.");
}

static void vss_log_oldest_dropped(struct text_log *kernel_log)
{
	text_log_line(kernel_log,
		"VolSnap %d: The oldest shadow copy of volume C: was deleted to keep the total "
		"number of shadow copies of volume C: below a limit.",
		VOLSNAP_OLDEST_DELETED);
}

static void vss_log_hold_timeout(struct text_log *kernel_log, bool was_held)
{
	text_log_line(kernel_log,
		"VolSnap %d: The flush and hold writes operation on volume C: timed out while "
		"waiting for %s.",
		was_held ? VOLSNAP_HOLD_TIMEOUT : VOLSNAP_FLUSH_TIMEOUT,
		was_held ? "a release writes command" : "file system cleanup");
	text_log_line(kernel_log,
		"VSS 12298: Volume Shadow Copy Service error: The I/O writes cannot be held during "
		"the shadow copy creation period on volume C:\\.");
}

static void vss_log_dead_set(struct text_log *kernel_log)
{
	text_log_line(kernel_log,
		"VSS: The requester of a shadow copy set of volume C: ended before the set was "
		"complete. Others get 0x80042316, VSS_E_SNAPSHOT_SET_IN_PROGRESS.");
}

/* As `vssadmin list shadowstorage` reports it: for the area, not for one copy. */
static void vss_native(const struct profile_snapshot *snapshot, char *buffer, size_t length)
{
	uint64_t used = snapshot->area_blocks * BLOCK_BYTES;

	snprintf(buffer, length, "Used Shadow Copy Storage space: %.1f MB (%" PRIu64 "%%)",
		(double)used / (1 << 20), used * 100 / snapshot->volume_bytes);
}

const struct profile profile_vss = {
	.name = "vss",
	.imitates = "Windows shadow copies (VolSnap)",
	.about = "one diff area for all; at its limit every snapshot goes; the 65th costs the "
		 "oldest",
	.block_bytes = BLOCK_BYTES,
	.block_is_fixed = true,
	.default_limit_bytes = vss_default_limit_bytes,
	.snapshots_max = SHADOW_COPIES_MAX,
	.shares_area = true,
	.overflow_error = -ENOSPC,
	.memory_error = -ENOMEM,
	.used_bytes = vss_used_bytes,
	.admits = vss_admits,
	.log_overflow = vss_log_overflow,
	.log_failure = vss_log_failure,
	.log_oldest_dropped = vss_log_oldest_dropped,
	.log_hold_timeout = vss_log_hold_timeout,
	.dead_set_limit_ns = DEAD_SET_LIMIT_NS,
	.log_dead_set = vss_log_dead_set,
	.native = vss_native,
};
