/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/profile/lvm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define SECTOR_BYTES	512u
#define EXCEPTION_BYTES 16u
#define HEADER_CHUNKS	1u
#define COW_CHUNKS_MIN	3u
#define LOG_PREFIX	"device-mapper: snapshots: "

static uint64_t area_exceptions(uint32_t chunk_bytes)
{
	return chunk_bytes / EXCEPTION_BYTES;
}

uint64_t lvm_next_free(uint64_t chunks, uint32_t chunk_bytes)
{
	/* When an area is full, the chunk of the next one is already skipped. */
	return HEADER_CHUNKS + 1 + chunks + chunks / area_exceptions(chunk_bytes);
}

uint64_t lvm_full_size_bytes(uint64_t volume_bytes, uint32_t chunk_bytes)
{
	uint64_t chunks = (volume_bytes + chunk_bytes - 1) / chunk_bytes;

	/* When the last area is full, the next one must still fit: see lvm_commit_error(). */
	return lvm_next_free(chunks, chunk_bytes) * chunk_bytes;
}

static uint64_t lvm_used_bytes(const struct profile_snapshot *snapshot)
{
	return lvm_next_free(snapshot->blocks_taken, snapshot->block_bytes) * snapshot->block_bytes;
}

static bool lvm_admits(const struct profile_snapshot *snapshot)
{
	return lvm_used_bytes(snapshot) + snapshot->block_bytes <= snapshot->limit_bytes;
}

/*
 * When an exception fills its area, the driver wipes the next area before it commits.  If that is
 * beyond the end of the COW volume, the commit fails with EIO, although the data chunk itself
 * fitted.
 */
static int lvm_commit_error(const struct profile_snapshot *snapshot)
{
	bool area_is_full = snapshot->blocks_taken % area_exceptions(snapshot->block_bytes) == 0;

	return snapshot->blocks_taken > 0 && area_is_full &&
			       lvm_used_bytes(snapshot) > snapshot->limit_bytes
		       ? -EIO
		       : 0;
}

static const char *lvm_refuse_limit(uint64_t limit_bytes, uint32_t block_bytes)
{
	if (limit_bytes < (uint64_t)COW_CHUNKS_MIN * block_bytes)
		return "Snapshot volume cannot be smaller than 3 chunks";
	if (limit_bytes % SECTOR_BYTES != 0)
		return "a COW volume is a whole number of sectors";
	return NULL;
}

static void lvm_log_overflow(struct text_log *kernel_log, const struct profile_overflow *overflow)
{
	(void)overflow;
	text_log_line(
		kernel_log, LOG_PREFIX "Invalidating snapshot: Unable to allocate exception.");
}

static void lvm_log_failure(
	struct text_log *kernel_log, enum profile_failure failure, int error, uint64_t write_bytes)
{
	(void)error;
	(void)write_bytes;
	/* A reader's error affects only that reader. */
	if (failure == PROFILE_OLD_READ || failure == PROFILE_STORE_WRITE)
		text_log_line(
			kernel_log, LOG_PREFIX "Invalidating snapshot: Error reading/writing.");
}

static void lvm_log_found_failed(struct text_log *kernel_log)
{
	text_log_line(kernel_log, LOG_PREFIX "Snapshot is marked invalid.");
}

/* The line of `dmsetup status`: <used>/<total> <metadata>, in sectors. */
static void lvm_native(const struct profile_snapshot *snapshot, char *buffer, size_t length)
{
	uint64_t areas = snapshot->blocks_taken / area_exceptions(snapshot->block_bytes) + 1;

	if (snapshot->failed)
		snprintf(buffer, length, "Invalid");
	else
		snprintf(buffer, length, "%" PRIu64 "/%" PRIu64 " %" PRIu64,
			lvm_used_bytes(snapshot) / SECTOR_BYTES,
			snapshot->limit_bytes / SECTOR_BYTES,
			(HEADER_CHUNKS + areas) * snapshot->block_bytes / SECTOR_BYTES);
}

const struct profile profile_lvm = {
	.name = "lvm",
	.imitates = "dm-snapshot under LVM",
	.about = "writable; a COW volume of any size per snapshot; overflow makes it Invalid, EIO",
	.block_bytes = 4096,
	.default_limit_bytes = lvm_full_size_bytes,
	.limit_unit_bytes = SECTOR_BYTES,
	.refuse_limit = lvm_refuse_limit,
	.writable_snapshots = true,
	.failed_state = "invalid",
	.overflow_error = -ENOSPC,
	.memory_error = -ENOMEM,
	.used_bytes = lvm_used_bytes,
	.admits = lvm_admits,
	.commit_error = lvm_commit_error,
	.log_overflow = lvm_log_overflow,
	.log_failure = lvm_log_failure,
	.log_found_failed = lvm_log_found_failed,
	.native = lvm_native,
	.driver = LVM_DRIVER,
};
