/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ext4_map.h - which blocks of an image an ext file system uses, and for what.
 *
 * The image is read straight, by libext2fs, and never changed.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_EXT4_MAP_H
#define SNAPRIG_SCENARIOS_RUN_EXT4_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "scenarios/judge/oracle.h"
#include "scenarios/run/reason.h"

/*
 * The blocks (of ORACLE_BLOCK_BYTES) that the file system in IMAGE uses; of a
 * file system with smaller blocks, those that it uses altogether, because a
 * tool that saves used blocks need not save the rest of the others.  Returns
 * 0; or -EINVAL when there is no such file system, or -errno, with REASON.
 */
int ext4_used_blocks(const char *image, struct reason *reason, struct block_set **ret);

/*
 * The blocks that hold the content of regular files, in ascending order: they
 * may be overwritten in place and the file system stays a clean one.  Blocks
 * must be of ORACLE_BLOCK_BYTES.  *RET_BLOCKS is the caller's.  Errors as above.
 */
int ext4_data_blocks(
	const char *image, struct reason *reason, uint64_t **ret_blocks, size_t *ret_count);

/*
 * Sets the times of every inode to SECONDS: mke2fs copies the change time of
 * the files it is given, which nobody can set.  Errors as above.
 */
int ext4_set_times(const char *image, uint32_t seconds, struct reason *reason);

#endif
