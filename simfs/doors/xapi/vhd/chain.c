/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.c - a leaf and its parents, read as one disk.
 *
 *	leaf     ..##....##      a sector comes from the first that has it
 *	parent   .###....		a parent may be smaller
 *	root     ##..##..##
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/doors/xapi/vhd/read_internal.h"

static int load_bitmap(struct vhd *vhd, uint32_t block)
{
	const uint32_t bytes = vhd_bitmap_bytes(vhd->block_bytes);
	int error;

	if (vhd->bitmap && vhd->bitmap_block == block)
		return 0;
	if (!vhd->bitmap)
		vhd->bitmap = malloc(bytes);
	if (!vhd->bitmap)
		return -ENOMEM;
	vhd->bitmap_block = VHD_ABSENT;
	error = vhd->source.read(vhd->source.context,
		(uint64_t)vhd->table[block] * VHD_SECTOR_BYTES, vhd->bitmap, bytes);
	if (error == 0)
		vhd->bitmap_block = block;
	return error;
}

static bool has_sector(const struct vhd *vhd, uint32_t sector)
{
	return vhd->bitmap[sector / 8] >> (7 - sector % 8) & 1;
}

struct run {
	bool is_there;
	uint64_t file_offset;
	uint64_t length; /* until presence changes or the block ends */
};

/* What VHD has of the disk from OFFSET on. */
static int find_run(struct vhd *vhd, uint64_t offset, uint64_t length, struct run *ret)
{
	uint64_t rest = offset < vhd->footer.current_bytes ? vhd->footer.current_bytes - offset : 0;
	uint32_t block, within, first, end;
	int error;

	*ret = (struct run){ .length = length };
	if (rest == 0)
		return 0;
	block = (uint32_t)(offset / vhd->block_bytes);
	within = (uint32_t)(offset % vhd->block_bytes);
	if (rest > vhd->block_bytes - within)
		rest = vhd->block_bytes - within;
	if (ret->length > rest)
		ret->length = rest;
	if (vhd->footer.type == VHD_FIXED) {
		ret->is_there = true;
		ret->file_offset = offset;
		return 0;
	}
	if (!vhd_has_block(vhd, block))
		return 0;
	error = load_bitmap(vhd, block);
	if (error < 0)
		return error;
	first = within / VHD_SECTOR_BYTES;
	ret->is_there = has_sector(vhd, first);
	for (end = first + 1; (uint64_t)end * VHD_SECTOR_BYTES < within + ret->length &&
			      has_sector(vhd, end) == ret->is_there;)
		end++;
	if ((uint64_t)end * VHD_SECTOR_BYTES - within < ret->length)
		ret->length = (uint64_t)end * VHD_SECTOR_BYTES - within;
	ret->file_offset = (uint64_t)vhd->table[block] * VHD_SECTOR_BYTES +
			   vhd_bitmap_bytes(vhd->block_bytes) + within;
	return 0;
}

int vhd_chain_read(
	struct vhd *const *chain, size_t count, uint64_t offset, void *bytes, size_t length)
{
	uint8_t *to = bytes;
	int error = 0;

	MUST(count > 0 && offset <= chain[0]->footer.current_bytes &&
		length <= chain[0]->footer.current_bytes - offset);
	while (length > 0 && error == 0) {
		struct run run = { .length = length };
		size_t i = 0;

		/* Each one can only shorten the range that those before it lack. */
		for (; i < count && error == 0 && !run.is_there; i++)
			error = find_run(chain[i], offset, run.length, &run);
		if (error < 0)
			break;
		MUST(run.length > 0 && run.length <= length);
		if (run.is_there)
			error = chain[i - 1]->source.read(chain[i - 1]->source.context,
				run.file_offset, to, (size_t)run.length);
		else
			memset(to, 0, (size_t)run.length);
		to += run.length;
		offset += run.length;
		length -= (size_t)run.length;
	}
	return error;
}

/* The first block of VHD at or after FROM; false if none. */
static bool next_block(const struct vhd *vhd, uint64_t from, uint64_t *ret_begin, uint64_t *ret_end)
{
	uint32_t block = (uint32_t)(from / vhd->block_bytes);

	while (block < vhd->block_count && !vhd_has_block(vhd, block))
		block++;
	if (block >= vhd->block_count)
		return false;
	*ret_begin = (uint64_t)block * vhd->block_bytes;
	if (*ret_begin < from)
		*ret_begin = from;
	*ret_end = (uint64_t)block * vhd->block_bytes + vhd_block_length(vhd, block);
	return true;
}

bool vhd_chain_next(struct vhd *const *chain, size_t count, uint64_t from, uint64_t *ret_offset,
	uint64_t *ret_length)
{
	const uint64_t disk_end = chain[0]->footer.current_bytes;
	uint64_t first = disk_end, last = disk_end;

	if (from >= disk_end)
		return false;
	for (size_t i = 0; i < count; i++) {
		uint64_t begin, end;

		if (from >= chain[i]->footer.current_bytes ||
			!next_block(chain[i], from, &begin, &end) || begin >= first)
			continue;
		first = begin;
		last = end < disk_end ? end : disk_end;
	}
	if (first >= disk_end)
		return false;
	*ret_offset = first;
	*ret_length = last - first;
	return true;
}
