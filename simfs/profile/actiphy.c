/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actiphy.c - the driver of ActiveImage Protector 2018/2022 for Linux.
 *
 * It has dattobd's COW file and elastio-snap's guard: if less than 20 % of memory is available at a
 * source write, the COW file is no longer updated and the snapshot is discarded.  Source: the
 * vendor's article on exit code -314, docs/real-systems.md 3.  According to the vendor, "The COW
 * file size limit cannot be changed"; --limit still works, since tests want small volumes.
 */
#include <errno.h>

#include "simfs/profile/datto.h"

static void actiphy_log_memory(struct text_log *kernel_log)
{
	text_log_line(kernel_log, "datto: physical memory usage has exceeded 80%% threshold. "
				  "cow file update is stopped");
}

const struct profile profile_actiphy = {
	.name = "actiphy",
	.imitates = "ActiveImage Protector 2018/2022 Linux",
	.about = "as datto; below 20 % of available memory a source write discards the snapshot",
	.block_bytes = 4096,
	.block_is_fixed = true,
	.limit = { .is_share = true, .per_million = 100000 },
	.snapshots_max = 1,
	.ignores_discards = true,
	.memory_available_min_per_million = 200000,
	.overflow_error = -EFBIG,
	.memory_error = -ENOMEM,
	.used_bytes = datto_used_bytes,
	.admits = datto_admits,
	.refuse_snapshot = datto_refuse_snapshot,
	.log_overflow = datto_log_overflow,
	.log_failure = datto_log_failure,
	.log_read_error = datto_log_read_error,
	.log_no_room = datto_log_no_room,
	.read_error_fails_snapshot = true,
	.log_memory = actiphy_log_memory,
	.native = datto_native,
	.driver = DATTO_DRIVER,
};
