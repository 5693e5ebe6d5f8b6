/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.h - a set of blocks of a disk: one bit each, 128 KiB for the largest disk, of 2 TiB. */
#ifndef SNAPRIG_XAPI_VHD_BLOCKS_H
#define SNAPRIG_XAPI_VHD_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

struct vhd_blocks {
	uint32_t count;	  /* on the disk */
	uint32_t members; /* in the set */
	uint32_t block_bytes;
	uint8_t *bits;
};

/*
 * Makes the empty set for a disk of DISK_BYTES, up to VHD_VIRTUAL_BYTES_MAX.  Returns 0, -ENOMEM or
 * -EFBIG.
 */
int vhd_blocks_init(struct vhd_blocks *blocks, uint64_t disk_bytes, uint32_t block_bytes);
void vhd_blocks_deinit(struct vhd_blocks *blocks);

/* Adds every block that overlaps the range; ignores anything beyond the disk. */
void vhd_blocks_add(struct vhd_blocks *blocks, uint64_t offset, uint64_t length);

bool vhd_blocks_has(const struct vhd_blocks *blocks, uint32_t block);

/* The first member at or after BLOCK; `count' if none. */
uint32_t vhd_blocks_next(const struct vhd_blocks *blocks, uint32_t block);

#endif
