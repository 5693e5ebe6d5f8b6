/* SPDX-License-Identifier: Apache-2.0 */
/* plain.c - imitates nothing: neutral defaults for looking at the engine itself. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "simfs/base/log.h"
#include "simfs/profile/profile.h"

static uint64_t plain_used_bytes(const struct profile_snapshot *snapshot)
{
	return snapshot->blocks_taken * snapshot->block_bytes;
}

static bool plain_admits(const struct profile_snapshot *snapshot)
{
	return snapshot->limit_bytes == 0 ||
	       plain_used_bytes(snapshot) + snapshot->block_bytes <= snapshot->limit_bytes;
}

static void plain_native(const struct profile_snapshot *snapshot, char *buffer, size_t length)
{
	if (snapshot->failed)
		snprintf(buffer, length, "failed %s", error_name(snapshot->error));
	else if (snapshot->limit_bytes == 0)
		snprintf(buffer, length, "%" PRIu64, plain_used_bytes(snapshot));
	else
		snprintf(buffer, length, "%" PRIu64 "/%" PRIu64, plain_used_bytes(snapshot),
			snapshot->limit_bytes);
}

const struct profile profile_plain = {
	.name = "plain",
	.imitates = "nothing",
	.about = "no limit unless one is given; at the limit the snapshot fails, reads EIO",
	.block_bytes = 4096,
	.overflow_error = -ENOSPC,
	.memory_error = -ENOMEM,
	.used_bytes = plain_used_bytes,
	.admits = plain_admits,
	.native = plain_native,
};
