/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_merge.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/whole_file.h"
#include "scenarios/clients/reference_xapi_vhd.h"
#include "scenarios/clients/reference_xapi_vhd_format.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"

/* The layout of the merged file. */
#define HEADER_OFFSET VHD_SECTOR_BYTES
#define TABLE_OFFSET  (HEADER_OFFSET + sizeof(struct vhd_raw_header))

/* A block is kept in memory, up to twice. */
#define BLOCK_BYTES_MAX (16u << 20)

/* One of the two files, found to be complete. */
struct source {
	int fd;
	struct vhd_raw_footer footer;
	struct vhd_raw_header header;
	uint32_t *table; /* as it is on disk */
	size_t entries;
};

/* The merge. */
struct merging {
	struct source parent, child;
	size_t block_bytes, bitmap_bytes, entries, table_bytes;
	uint8_t *bitmap, *read,
		*block; /* bitmap of a source's block, its data, and the merged data */
	FILE *out;
};

/* ---- the sources ---- */

static int source_read(struct source *source)
{
	int error = file_read_all(source->fd, &source->footer, sizeof source->footer, 0);

	if (error == 0)
		error = file_read_all(source->fd, &source->header, sizeof source->header,
			be64toh(source->footer.data_offset));
	if (error < 0)
		return error;
	source->entries = be32toh(source->header.entries);
	source->table = heap_new((source->entries + 1) * sizeof *source->table);
	return file_read_all(source->fd, source->table, source->entries * sizeof *source->table,
		be64toh(source->header.table_offset));
}

static json_t *source_open(struct source *source, const char *path)
{
	int error;

	source->fd = open(path, O_RDONLY | O_CLOEXEC);
	error = source->fd < 0 ? -errno : source_read(source);
	return error < 0 ? xo_error_of_system(error, "read", path) : NULL;
}

static void merging_deinit(struct merging *merging)
{
	struct source *const sources[] = { &merging->parent, &merging->child };

	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
		if (sources[i]->fd >= 0)
			close(sources[i]->fd);
		free(sources[i]->table);
	}
	free(merging->bitmap);
	free(merging->read);
	free(merging->block);
}

/* Returns where block AT of SOURCE is; 0 if it is not allocated. */
static uint64_t block_place(const struct source *source, size_t at)
{
	uint32_t sector = at < source->entries ? be32toh(source->table[at]) : VHD_BAT_UNUSED;

	return sector == VHD_BAT_UNUSED ? 0 : (uint64_t)sector * VHD_SECTOR_BYTES;
}

/* Overwrites the merged block with the sectors that SOURCE has of block AT. */
static int block_overlay(struct merging *merging, const struct source *source, size_t at)
{
	uint64_t place = block_place(source, at);
	int error;

	if (place == 0)
		return 0;
	error = file_read_all(source->fd, merging->bitmap, merging->bitmap_bytes, place);
	if (error == 0)
		error = file_read_all(source->fd, merging->read, merging->block_bytes,
			place + merging->bitmap_bytes);
	for (size_t i = 0; error == 0 && i < merging->block_bytes / VHD_SECTOR_BYTES; i++) {
		if (merging->bitmap[i / 8] & 0x80 >> i % 8)
			memcpy(merging->block + i * VHD_SECTOR_BYTES,
				merging->read + i * VHD_SECTOR_BYTES, VHD_SECTOR_BYTES);
	}
	return error;
}

/* ---- what is made ---- */

/* Errors of OUT stay in its flag until the end. */
static void head_write(const struct merging *merging)
{
	struct vhd_raw_footer footer = merging->child.footer;
	struct vhd_raw_header header = merging->child.header;

	footer.type = htobe32(VHD_TYPE_DYNAMIC);
	footer.data_offset = htobe64(HEADER_OFFSET);
	footer.checksum = htobe32(vhd_checksum(&footer, sizeof footer, footer.checksum));
	header.table_offset = htobe64(TABLE_OFFSET);
	memset(header.parent_uuid, 0, sizeof header.parent_uuid);
	memset(header.parent_name, 0, sizeof header.parent_name);
	memset(header.rest, 0, sizeof header.rest);
	header.parent_timestamp = 0;
	header.checksum = htobe32(vhd_checksum(&header, sizeof header, header.checksum));
	fwrite(&footer, sizeof footer, 1, merging->out);
	fwrite(&header, sizeof header, 1, merging->out);
}

/* Returns -EFBIG if there are more sectors than a table can address. */
static int table_write(const struct merging *merging)
{
	AUTO(auto_free) uint8_t *bytes = heap_new(merging->table_bytes);
	uint64_t place = TABLE_OFFSET + merging->table_bytes;

	memset(bytes, 0xff, merging->table_bytes);
	for (size_t i = 0; i < merging->entries; i++) {
		uint32_t sector = htobe32((uint32_t)(place / VHD_SECTOR_BYTES));

		if (!block_place(&merging->parent, i) && !block_place(&merging->child, i))
			continue;
		if (place / VHD_SECTOR_BYTES >= VHD_BAT_UNUSED)
			return -EFBIG;
		memcpy(bytes + i * sizeof sector, &sector, sizeof sector);
		place += merging->bitmap_bytes + merging->block_bytes;
	}
	fwrite(bytes, 1, merging->table_bytes, merging->out);
	return 0;
}

static int blocks_write(struct merging *merging)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < merging->entries; i++) {
		if (!block_place(&merging->parent, i) && !block_place(&merging->child, i))
			continue;
		memset(merging->block, 0, merging->block_bytes);
		error = block_overlay(merging, &merging->parent, i);
		if (error == 0)
			error = block_overlay(merging, &merging->child, i);
		memset(merging->bitmap, 0xff, merging->bitmap_bytes);
		fwrite(merging->bitmap, 1, merging->bitmap_bytes, merging->out);
		fwrite(merging->block, 1, merging->block_bytes, merging->out);
		if (error == 0 && ferror(merging->out))
			error = errno ? -errno : -EIO;
	}
	return error;
}

static int all_write(struct merging *merging)
{
	struct vhd_raw_footer footer = merging->child.footer;
	int error;

	head_write(merging);
	error = table_write(merging);
	if (error == 0)
		error = blocks_write(merging);
	if (error < 0)
		return error;
	footer.type = htobe32(VHD_TYPE_DYNAMIC);
	footer.data_offset = htobe64(HEADER_OFFSET);
	footer.checksum = htobe32(vhd_checksum(&footer, sizeof footer, footer.checksum));
	fwrite(&footer, sizeof footer, 1, merging->out);
	/* Durable now, because the parent is deleted after this. */
	return fflush(merging->out) < 0 || fsync(fileno(merging->out)) < 0 ? -errno : 0;
}

/* ---- the merge ---- */

static json_t *sizes_set(struct merging *merging)
{
	size_t block_bytes = be32toh(merging->child.header.block_bytes);

	if (block_bytes != be32toh(merging->parent.header.block_bytes) ||
		block_bytes > BLOCK_BYTES_MAX)
		return xo_error("invalid block size");
	merging->block_bytes = block_bytes;
	merging->bitmap_bytes = vhd_bitmap_bytes(block_bytes);
	merging->entries = merging->child.entries;
	merging->table_bytes = (merging->entries * sizeof(uint32_t) + VHD_SECTOR_BYTES - 1) /
			       VHD_SECTOR_BYTES * VHD_SECTOR_BYTES;
	merging->bitmap = heap_new(merging->bitmap_bytes);
	merging->read = heap_new(block_bytes);
	merging->block = heap_new(block_bytes);
	return NULL;
}

static json_t *child_replace(struct merging *merging, const char *path)
{
	struct whole_file whole;
	int error = whole_file_begin(&whole, path);

	if (error < 0)
		return xo_error_of_system(error, "open", path);
	merging->out = whole.file;
	errno = 0;
	error = all_write(merging);
	if (error < 0)
		whole_file_drop(&whole);
	else
		error = whole_file_end(&whole);
	return error < 0 ? xo_error_of_system(error, "write", path) : NULL;
}

json_t *xapi_vhd_merge(const char *parent, const char *child)
{
	AUTO(merging_deinit)
	struct merging merging = { .parent = { .fd = -1 }, .child = { .fd = -1 } };
	struct xapi_vhd above, below;
	json_t *failure = xapi_vhd_check_file(parent, &below);

	if (!failure)
		failure = xapi_vhd_check_file(child, &above);
	if (failure)
		return failure;
	if (below.is_differencing || !above.is_differencing ||
		strcmp(above.parent_uuid, below.uuid) != 0)
		return xo_error("two VHDs are no parent and child");
	failure = source_open(&merging.parent, parent);
	if (!failure)
		failure = source_open(&merging.child, child);
	if (!failure)
		failure = sizes_set(&merging);
	return failure ? failure : child_replace(&merging, child);
}
