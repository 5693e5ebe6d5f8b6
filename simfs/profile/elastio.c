/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elastio.c - elastio-snap, a relative of dattobd that does not give up.
 *
 * When the COW file is full, or less than 20 % of memory is available at a source write, it stops
 * keeping old blocks.  Reads continue, but return the new bytes of blocks replaced later.  The
 * driver shows no error for that.  It lasts until the snapshot is deleted.
 *
 * Source: docs/real-systems.md 2 (elastio-snap of 2022-23, its pull requests 117 and 227); PR 227
 * shows that the limit counts only data.  The COW file's name is our choice.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "simfs/base/log.h"
#include "simfs/profile/datto.h"
#include "simfs/profile/profile.h"

#define COW_BLOCK_BYTES	      4096u
#define COW_FILE_PATH	      "/.elastio"
#define STATE_ACTIVE_SNAPSHOT 3

static uint64_t elastio_used_bytes(const struct profile_snapshot *snapshot)
{
	return snapshot->blocks_taken * COW_BLOCK_BYTES;
}

/* Checked where a block begins, as in dattobd, so the last block may exceed the limit. */
static bool elastio_admits(const struct profile_snapshot *snapshot)
{
	return elastio_used_bytes(snapshot) < snapshot->limit_bytes;
}

static int elastio_refuse_snapshot(struct text_log *kernel_log)
{
	text_log_line(kernel_log, "elastio-snap: block device is already being traced: -22");
	text_log_line(kernel_log, "elastio-snap: error during setup ioctl handler: -22");
	return -EINVAL;
}

static void log_write_failed(struct text_log *kernel_log, int error)
{
	text_log_line(kernel_log, "elastio-snap: error writing cow data: %d", error);
	text_log_line(kernel_log, "elastio-snap: error writing cow data and mapping: %d", error);
	text_log_line(kernel_log, "elastio-snap: error handling write bio: %d", error);
	text_log_line(
		kernel_log, "elastio-snap: error handling write bio in kernel thread: %d", error);
}

static void elastio_log_overflow(
	struct text_log *kernel_log, const struct profile_overflow *overflow)
{
	const struct profile_snapshot *snapshot = overflow->snapshot;

	text_log_line(kernel_log,
		"elastio-snap: cow file '" COW_FILE_PATH "' max size exceeded (%" PRIu64 "/%" PRIu64
		"): %d",
		elastio_used_bytes(snapshot), snapshot->limit_bytes, -EFBIG);
	log_write_failed(kernel_log, -EFBIG);
}

static void elastio_log_no_room(
	struct text_log *kernel_log, const char *label, int error, bool is_setup)
{
	datto_log_no_room_of(kernel_log, "elastio-snap", label, error, is_setup);
}

static void elastio_log_failure(
	struct text_log *kernel_log, enum profile_failure failure, int error, uint64_t write_bytes)
{
	(void)write_bytes;
	switch (failure) {
	case PROFILE_OLD_READ:
		text_log_line(kernel_log,
			"elastio-snap: error reading from base device for copy on write: %d",
			error);
		return;
	case PROFILE_STORE_WRITE:
		log_write_failed(kernel_log, error);
		return;
	case PROFILE_READ_ORIGIN:
	case PROFILE_READ_STORE:
		text_log_line(kernel_log, "elastio-snap: error handling read bio: %d", error);
		return;
	}
}

static void elastio_log_memory(struct text_log *kernel_log)
{
	text_log_line(kernel_log,
		"elastio-snap: physical memory usage has exceeded 80%% threshold. "
		"cow file update is stopped");
}

/* At the limit, and with the memory guard. */
static bool elastio_reads_on(int error)
{
	return error == -EFBIG || error == -ENOMEM;
}

static void elastio_native(const struct profile_snapshot *snapshot, char *buffer, size_t length)
{
	if (snapshot->failed && !elastio_reads_on(snapshot->error))
		snprintf(buffer, length, "\"error\": %d, \"state\": %d", snapshot->error,
			STATE_ACTIVE_SNAPSHOT);
	else
		snprintf(buffer, length, "\"state\": %d", STATE_ACTIVE_SNAPSHOT);
}

const struct profile profile_elastio = {
	.name = "elastio",
	.imitates = "elastio-snap 2022-23",
	.about = "10 % for data; at the limit, or below 20 % of available memory, reads go on, "
		 "stale",
	.block_bytes = COW_BLOCK_BYTES,
	.block_is_fixed = true,
	.limit = { .is_share = true, .per_million = 100000 },
	.snapshots_max = 1,
	.ignores_discards = true,
	.reads_on = elastio_reads_on,
	.memory_available_min_per_million = 200000,
	.overflow_error = -EFBIG,
	.memory_error = -ENOMEM,
	.used_bytes = elastio_used_bytes,
	.admits = elastio_admits,
	.refuse_snapshot = elastio_refuse_snapshot,
	.log_overflow = elastio_log_overflow,
	.log_failure = elastio_log_failure,
	.log_no_room = elastio_log_no_room,
	.read_error_fails_snapshot = true,
	.log_memory = elastio_log_memory,
	.native = elastio_native,
};
