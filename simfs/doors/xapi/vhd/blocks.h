/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.h - a set of blocks of a disk: a bit for each, 128 KiB for the 2 TiB of the largest. */
#ifndef SNAPRIG_XAPI_VHD_BLOCKS_H
#define SNAPRIG_XAPI_VHD_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

struct vhd_blocks {
	uint32_t count;	  /* of the disk */
	uint32_t members; /* of those in the set */
	uint32_t block_bytes;
	uint8_t *bits;
};

/* The empty set for a disk of DISK_BYTES, up to VHD_VIRTUAL_BYTES_MAX.  0 or -ENOMEM, -EFBIG. */
int vhd_blocks_init(struct vhd_blocks *blocks, uint64_t disk_bytes, uint32_t block_bytes);
void vhd_blocks_deinit(struct vhd_blocks *blocks);

/* Adds every block that holds a byte of the range; what lies behind the disk is cut off. */
void vhd_blocks_add(struct vhd_blocks *blocks, uint64_t offset, uint64_t length);

bool vhd_blocks_has(const struct vhd_blocks *blocks, uint32_t block);

/* The first member at or after BLOCK; `count` when there is none. */
uint32_t vhd_blocks_next(const struct vhd_blocks *blocks, uint32_t block);

#endif
