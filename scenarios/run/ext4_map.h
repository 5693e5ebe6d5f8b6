/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ext4_map.h - which blocks of an image an ext file system uses, and for what.
 *
 * Reads the image directly with libext2fs, and never changes it.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_EXT4_MAP_H
#define SNAPRIG_SCENARIOS_RUN_EXT4_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "scenarios/judge/oracle.h"
#include "scenarios/run/reason.h"

/*
 * Finds the blocks (of ORACLE_BLOCK_BYTES) that the file system in IMAGE uses.  If its own blocks
 * are smaller, only those that are used completely count, because a tool that saves used blocks
 * need not save the rest.  Returns 0; or -EINVAL if there is no such file system, or -errno, with
 * REASON.
 */
int ext4_used_blocks(const char *image, struct reason *reason, struct block_set **ret);

/*
 * Finds the blocks with the content of regular files, in ascending order: they may be overwritten
 * in place, and the file system stays clean.  Its blocks must have ORACLE_BLOCK_BYTES.  The caller
 * frees *RET_BLOCKS.  Errors as above.
 */
int ext4_data_blocks(
	const char *image, struct reason *reason, uint64_t **ret_blocks, size_t *ret_count);

/*
 * Sets the times of every inode to SECONDS: mke2fs copies the change time of its source files,
 * which cannot be set.  Errors as above.
 */
int ext4_set_times(const char *image, uint32_t seconds, struct reason *reason);

#endif
