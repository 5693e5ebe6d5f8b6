/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.c - writes a VHD from the first byte to the last.
 *
 *	0      512     1536        table_end   locators  first block                 end
 *	footer header  table, ff.. │ (relative, URL)     │ bitmap 2 MiB │ bitmap ... │ footer
 *
 * 1. The place of a block follows from the number of members before it: nothing is stored.
 * 2. Blocks are written whole, so a bitmap has all its sectors.
 */
#include "simfs/doors/xapi/vhd/write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"

/* The values of vhd-util, the version of XenServer's driver for the file format. */
#define CREATOR		"tap"
#define CREATOR_VERSION 0x00010003u

#define LOCATORS	2u
#define LOCATOR_SPACE	512u
#define NAME_MAX_BYTES	200u
#define PIECE_BYTES	(64u << 10)

struct layout {
	uint64_t table_offset;
	uint64_t table_end;
	uint64_t blocks_offset;
	uint64_t end; /* start of the last footer */
};

static uint64_t whole_sectors(uint64_t bytes)
{
	return (bytes + VHD_SECTOR_BYTES - 1) / VHD_SECTOR_BYTES * VHD_SECTOR_BYTES;
}

static uint64_t block_room(const struct vhd_order *order)
{
	uint32_t block_bytes = order->blocks->block_bytes;

	return vhd_bitmap_bytes(block_bytes) + (uint64_t)block_bytes;
}

static int lay_out(const struct vhd_order *order, struct layout *ret)
{
	const uint64_t locators = order->has_parent ? LOCATORS * LOCATOR_SPACE : 0;
	uint64_t last;

	MUST(order->disk_bytes % VHD_SECTOR_BYTES == 0);
	ret->table_offset = VHD_FOOTER_BYTES + VHD_HEADER_BYTES;
	ret->table_end = ret->table_offset + whole_sectors(order->blocks->count * 4ull);
	ret->blocks_offset = ret->table_end + locators;
	ret->end = ret->blocks_offset + order->blocks->members * block_room(order);
	last = order->blocks->members ? ret->end - block_room(order) : 0;
	return last / VHD_SECTOR_BYTES < VHD_ABSENT ? 0 : -EFBIG;
}

int vhd_length(const struct vhd_order *order, uint64_t *ret_bytes)
{
	struct layout layout;
	int error = lay_out(order, &layout);

	if (error == 0)
		*ret_bytes = layout.end + VHD_FOOTER_BYTES;
	return error;
}

/* ---- footer and header ---- */

static int write_footer(
	const struct vhd_order *order, enum vhd_part part, const struct vhd_sink *sink)
{
	uint8_t bytes[VHD_FOOTER_BYTES];
	struct vhd_footer footer = {
		.data_offset = VHD_FOOTER_BYTES,
		.timestamp = order->timestamp,
		.creator = CREATOR,
		.creator_version = CREATOR_VERSION,
		.original_bytes = order->disk_bytes,
		.current_bytes = order->disk_bytes,
		.type = order->has_parent ? VHD_DIFFERENCING : VHD_DYNAMIC,
	};

	vhd_geometry(order->disk_bytes, &footer);
	memcpy(footer.uuid, order->uuid, VHD_UUID_BYTES);
	vhd_footer_encode(&footer, bytes);
	return sink->bytes(sink->context, part, bytes, sizeof bytes);
}

static const char *parent_name(const struct vhd_order *order, char *room, size_t length)
{
	char uuid[VHD_UUID_TEXT];

	snprintf(room, length, "%s%s",
		order->parent_name ? order->parent_name : vhd_uuid_text(order->parent_uuid, uuid),
		order->parent_name ? "" : ".vhd");
	return room;
}

/* The path in UTF-16, little-endian. */
static uint32_t relative_path(const char *name, uint8_t *bytes)
{
	char path[NAME_MAX_BYTES + 3];
	uint32_t length = (uint32_t)snprintf(path, sizeof path, "./%s", name);

	for (uint32_t i = 0; i < length; i++)
		bytes[2 * i] = (uint8_t)path[i];
	return 2 * length;
}

static uint32_t file_url(const char *name, uint8_t *bytes)
{
	return (uint32_t)snprintf((char *)bytes, LOCATOR_SPACE, "file://./%s", name);
}

static const struct {
	uint32_t platform;
	uint32_t (*fill)(const char *name, uint8_t *bytes);
} locators[LOCATORS] = {
	{ VHD_LOCATOR_RELATIVE, relative_path },
	{ VHD_LOCATOR_URL, file_url },
};

static int write_header(
	const struct vhd_order *order, const struct layout *layout, const struct vhd_sink *sink)
{
	uint8_t bytes[VHD_HEADER_BYTES];
	struct vhd_header header = {
		.table_offset = layout->table_offset,
		.table_entries = order->blocks->count,
		.block_bytes = order->blocks->block_bytes,
	};

	if (order->has_parent) {
		char name[NAME_MAX_BYTES];
		uint8_t room[LOCATOR_SPACE];

		memcpy(header.parent_uuid, order->parent_uuid, VHD_UUID_BYTES);
		header.parent_timestamp = order->parent_timestamp;
		parent_name(order, name, sizeof name);
		snprintf(header.parent_name, sizeof header.parent_name, "%s", name);
		for (unsigned int i = 0; i < LOCATORS; i++)
			header.locators[i] = (struct vhd_locator){
				.platform = locators[i].platform,
				.space_bytes = LOCATOR_SPACE,
				.length_bytes = locators[i].fill(name, room),
				.offset = layout->table_end + (uint64_t)i * LOCATOR_SPACE,
			};
	}
	vhd_header_encode(&header, bytes);
	return sink->bytes(sink->context, VHD_PART_HEADER, bytes, sizeof bytes);
}

static int write_locators(const struct vhd_order *order, const struct vhd_sink *sink)
{
	char name[NAME_MAX_BYTES];
	int error = 0;

	if (!order->has_parent)
		return 0;
	parent_name(order, name, sizeof name);
	for (unsigned int i = 0; i < LOCATORS && error == 0; i++) {
		uint8_t bytes[LOCATOR_SPACE] = { 0 };

		locators[i].fill(name, bytes);
		error = sink->bytes(sink->context, VHD_PART_LOCATOR, bytes, sizeof bytes);
	}
	return error;
}

/* ---- table and blocks ---- */

static int write_table(
	const struct vhd_order *order, const struct layout *layout, const struct vhd_sink *sink)
{
	AUTO(auto_free) uint8_t *piece = malloc(PIECE_BYTES);
	const uint64_t entries = (layout->table_end - layout->table_offset) / 4;
	uint64_t next = layout->blocks_offset;
	size_t used = 0;
	int error = piece ? 0 : -ENOMEM;

	for (uint64_t i = 0; i < entries && error == 0; i++) {
		bool is_there = i < order->blocks->count &&
				vhd_blocks_has(order->blocks, (uint32_t)i);

		vhd_put32(
			piece + used, is_there ? (uint32_t)(next / VHD_SECTOR_BYTES) : VHD_ABSENT);
		next += is_there ? block_room(order) : 0;
		used += 4;
		if (used < PIECE_BYTES && i + 1 < entries)
			continue;
		error = sink->bytes(sink->context, VHD_PART_TABLE, piece, used);
		used = 0;
	}
	return error;
}

static int write_padding(uint64_t length, const struct vhd_sink *sink)
{
	uint8_t piece[4096];
	int error = 0;

	while (length > 0 && error == 0) {
		size_t now = length < sizeof piece ? (size_t)length : sizeof piece;

		memset(piece, 0, now);
		error = sink->bytes(sink->context, VHD_PART_PADDING, piece, now);
		length -= now;
	}
	return error;
}

static int write_block(
	const struct vhd_order *order, uint32_t block, uint8_t *bitmap, const struct vhd_sink *sink)
{
	const uint32_t block_bytes = order->blocks->block_bytes;
	const uint32_t bitmap_bytes = vhd_bitmap_bytes(block_bytes);
	uint64_t offset = (uint64_t)block * block_bytes;
	uint64_t rest = order->disk_bytes - offset;
	uint32_t length = rest < block_bytes ? (uint32_t)rest : block_bytes;
	int error;

	memset(bitmap, 0, bitmap_bytes);
	memset(bitmap, 0xff, block_bytes / VHD_SECTOR_BYTES / 8);
	error = sink->bytes(sink->context, VHD_PART_BITMAP, bitmap, bitmap_bytes);
	if (error == 0)
		error = sink->data(sink->context, offset, length);
	if (error == 0)
		error = write_padding(block_bytes - length, sink);
	return error;
}

static int write_blocks(const struct vhd_order *order, const struct vhd_sink *sink)
{
	const struct vhd_blocks *blocks = order->blocks;
	AUTO(auto_free) uint8_t *bitmap = malloc(vhd_bitmap_bytes(blocks->block_bytes));
	int error = bitmap ? 0 : -ENOMEM;

	for (uint32_t block = vhd_blocks_next(blocks, 0); block < blocks->count && error == 0;
		block = vhd_blocks_next(blocks, block + 1))
		error = write_block(order, block, bitmap, sink);
	return error;
}

int vhd_write(const struct vhd_order *order, const struct vhd_sink *sink)
{
	struct layout layout;
	int error = lay_out(order, &layout);

	MUST(order->blocks->count ==
		vhd_block_count(order->disk_bytes, order->blocks->block_bytes));
	MUST(order->blocks->block_bytes % (8 * VHD_SECTOR_BYTES) == 0);
	if (error == 0)
		error = write_footer(order, VHD_PART_FOOTER_COPY, sink);
	if (error == 0)
		error = write_header(order, &layout, sink);
	if (error == 0)
		error = write_table(order, &layout, sink);
	if (error == 0)
		error = write_locators(order, sink);
	if (error == 0)
		error = write_blocks(order, sink);
	if (error == 0)
		error = write_footer(order, VHD_PART_FOOTER, sink);
	return error;
}
