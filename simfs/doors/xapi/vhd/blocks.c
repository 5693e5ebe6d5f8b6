/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/vhd/blocks.h"

#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/doors/xapi/vhd/format.h"

int vhd_blocks_init(struct vhd_blocks *blocks, uint64_t disk_bytes, uint32_t block_bytes)
{
	if (disk_bytes > VHD_VIRTUAL_BYTES_MAX)
		return -EFBIG;
	*blocks = (struct vhd_blocks){
		.count = vhd_block_count(disk_bytes, block_bytes),
		.block_bytes = block_bytes,
	};
	blocks->bits = calloc((size_t)blocks->count / 8 + 1, 1);
	return blocks->bits ? 0 : -ENOMEM;
}

void vhd_blocks_deinit(struct vhd_blocks *blocks)
{
	free(blocks->bits);
	*blocks = (struct vhd_blocks){ 0 };
}

bool vhd_blocks_has(const struct vhd_blocks *blocks, uint32_t block)
{
	MUST(block < blocks->count);
	return blocks->bits[block / 8] >> block % 8 & 1;
}

void vhd_blocks_add(struct vhd_blocks *blocks, uint64_t offset, uint64_t length)
{
	uint64_t end = (uint64_t)blocks->count * blocks->block_bytes;

	if (length == 0 || offset >= end)
		return;
	if (length < end - offset)
		end = offset + length;
	for (uint64_t i = offset / blocks->block_bytes; i * blocks->block_bytes < end; i++) {
		uint32_t block = (uint32_t)i;

		if (vhd_blocks_has(blocks, block))
			continue;
		blocks->bits[block / 8] |= (uint8_t)(1u << block % 8);
		blocks->members++;
	}
}

uint32_t vhd_blocks_next(const struct vhd_blocks *blocks, uint32_t block)
{
	while (block < blocks->count && !vhd_blocks_has(blocks, block))
		block += block % 8 == 0 && blocks->bits[block / 8] == 0 ? 8 : 1;
	return block < blocks->count ? block : blocks->count;
}
