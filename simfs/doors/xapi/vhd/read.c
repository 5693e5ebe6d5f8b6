/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c - reads one VHD.
 *
 * 1. In an open VHD, each block of the table lies between the table and the end of the file, and no
 *    two overlap.
 * 2. The file may end within the last block, where the disk ends.
 */
#include "simfs/doors/xapi/vhd/read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/xapi/vhd/read_internal.h"

static bool fits(const struct vhd *vhd, uint64_t offset, uint64_t length)
{
	return offset <= vhd->body_bytes && length <= vhd->body_bytes - offset;
}

static int read_at(const struct vhd *vhd, uint64_t offset, void *bytes, size_t length)
{
	MUST(fits(vhd, offset, length));
	return vhd->source.read(vhd->source.context, offset, bytes, length);
}

/* ---- footer and header ---- */

/* Reads the last footer, or else its copy. */
static int open_footer(struct vhd *vhd, struct vhd_flaw *flaw)
{
	const struct vhd_source *source = &vhd->source;
	uint8_t bytes[VHD_FOOTER_BYTES];
	struct vhd_flaw of_copy;
	int error;

	if (source->length_bytes < VHD_FOOTER_BYTES) {
		vhd_flaw_say(flaw, "it has %" PRIu64 " bytes", source->length_bytes);
		return -EBADMSG;
	}
	error = source->read(
		source->context, source->length_bytes - VHD_FOOTER_BYTES, bytes, VHD_FOOTER_BYTES);
	if (error < 0)
		return error;
	vhd->body_bytes = source->length_bytes - VHD_FOOTER_BYTES;
	vhd->has_tail = vhd_footer_decode(bytes, &vhd->footer, flaw) == 0;
	if (vhd->has_tail)
		return 0;
	vhd->body_bytes = source->length_bytes;
	error = source->read(source->context, 0, bytes, VHD_FOOTER_BYTES);
	if (error < 0)
		return error;
	error = vhd_footer_decode(bytes, &vhd->footer, &of_copy);
	if (error == 0 && vhd->footer.type == VHD_FIXED)
		error = -EBADMSG;
	return error;
}

static int open_header(struct vhd *vhd, struct vhd_flaw *flaw)
{
	uint8_t bytes[VHD_HEADER_BYTES];
	int error;

	if (!fits(vhd, vhd->footer.data_offset, VHD_HEADER_BYTES)) {
		vhd_flaw_say(flaw, "its header is at %" PRIu64 ", beyond the end",
			vhd->footer.data_offset);
		return -EBADMSG;
	}
	error = read_at(vhd, vhd->footer.data_offset, bytes, sizeof bytes);
	if (error == 0)
		error = vhd_header_decode(bytes, &vhd->footer, &vhd->header, flaw);
	return error;
}

/* ---- the table ---- */

uint32_t vhd_block_length(const struct vhd *vhd, uint32_t block)
{
	uint64_t rest = vhd->footer.current_bytes - (uint64_t)block * vhd->block_bytes;

	return rest < vhd->block_bytes ? (uint32_t)rest : vhd->block_bytes;
}

static int load_table(struct vhd *vhd, struct vhd_flaw *flaw)
{
	size_t bytes = (size_t)vhd->block_count * 4;
	AUTO(auto_free) uint8_t *raw = NULL;
	int error;

	if (!fits(vhd, vhd->header.table_offset, bytes)) {
		vhd_flaw_say(flaw, "its table extends beyond the end");
		return -EBADMSG;
	}
	raw = malloc(bytes);
	vhd->table = malloc(bytes);
	if (!raw || !vhd->table)
		return -ENOMEM;
	error = read_at(vhd, vhd->header.table_offset, raw, bytes);
	if (error < 0)
		return error;
	for (uint32_t i = 0; i < vhd->block_count; i++)
		vhd->table[i] = vhd_get32(raw + (size_t)i * 4);
	return 0;
}

static int check_entry(const struct vhd *vhd, uint32_t block, struct vhd_flaw *flaw)
{
	uint64_t offset = (uint64_t)vhd->table[block] * VHD_SECTOR_BYTES;
	uint64_t length = vhd_bitmap_bytes(vhd->block_bytes) + vhd_block_length(vhd, block);

	if (offset < vhd->header.table_offset + (uint64_t)vhd->block_count * 4)
		vhd_flaw_say(flaw, "block %" PRIu32 " lies at %" PRIu64 ", before its table ends",
			block, offset);
	else if (!fits(vhd, offset, length))
		vhd_flaw_say(flaw,
			"block %" PRIu32 " ends at %" PRIu64 ", behind its end at %" PRIu64, block,
			offset + length, vhd->body_bytes);
	else
		return 0;
	return -EBADMSG;
}

static int by_sector(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int check_overlaps(const struct vhd *vhd, struct vhd_flaw *flaw)
{
	const uint32_t room = (vhd_bitmap_bytes(vhd->block_bytes) + vhd->block_bytes) /
			      VHD_SECTOR_BYTES;
	AUTO(auto_free) uint32_t *sorted = NULL;

	if (vhd->block_count == 0)
		return 0;
	sorted = malloc((size_t)vhd->block_count * 4);
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, vhd->table, (size_t)vhd->block_count * 4);
	qsort(sorted, vhd->block_count, sizeof *sorted, by_sector);
	for (uint32_t i = 1; i < vhd->block_count && sorted[i] != VHD_ABSENT; i++)
		if (sorted[i] - sorted[i - 1] < room) {
			vhd_flaw_say(flaw, "two blocks lie at %" PRIu64 " and %" PRIu64,
				(uint64_t)sorted[i - 1] * VHD_SECTOR_BYTES,
				(uint64_t)sorted[i] * VHD_SECTOR_BYTES);
			return -EBADMSG;
		}
	return 0;
}

static int open_table(struct vhd *vhd, struct vhd_flaw *flaw)
{
	int error;

	vhd->block_bytes = vhd->header.block_bytes;
	vhd->block_count = vhd_block_count(vhd->footer.current_bytes, vhd->block_bytes);
	error = load_table(vhd, flaw);
	for (uint32_t i = 0; i < vhd->block_count && error == 0; i++)
		if (vhd->table[i] != VHD_ABSENT)
			error = check_entry(vhd, i, flaw);
	return error < 0 ? error : check_overlaps(vhd, flaw);
}

/* A fixed VHD contains everything. */
static int open_fixed(struct vhd *vhd, struct vhd_flaw *flaw)
{
	vhd->block_bytes = VHD_BLOCK_BYTES;
	vhd->block_count = vhd_block_count(vhd->footer.current_bytes, vhd->block_bytes);
	if (fits(vhd, 0, vhd->footer.current_bytes))
		return 0;
	vhd_flaw_say(flaw, "it is fixed and has %" PRIu64 " bytes for a disk of %" PRIu64,
		vhd->body_bytes, vhd->footer.current_bytes);
	return -EBADMSG;
}

int vhd_open(const struct vhd_source *source, struct vhd **ret, struct vhd_flaw *flaw)
{
	struct vhd *vhd = calloc(1, sizeof *vhd);
	int error;

	flaw->text[0] = '\0';
	if (!vhd)
		return -ENOMEM;
	vhd->source = *source;
	error = open_footer(vhd, flaw);
	if (error == 0 && vhd->footer.type == VHD_FIXED) {
		error = open_fixed(vhd, flaw);
	} else if (error == 0) {
		error = open_header(vhd, flaw);
		if (error == 0)
			error = open_table(vhd, flaw);
	}
	if (error < 0) {
		vhd_close(vhd);
		return error;
	}
	*ret = vhd;
	return 0;
}

void vhd_close(struct vhd *vhd)
{
	if (!vhd)
		return;
	free(vhd->bitmap);
	free(vhd->table);
	free(vhd);
}

/* ---- facts ---- */

const struct vhd_footer *vhd_footer(const struct vhd *vhd)
{
	return &vhd->footer;
}

const struct vhd_header *vhd_header(const struct vhd *vhd)
{
	return vhd->footer.type == VHD_FIXED ? NULL : &vhd->header;
}

bool vhd_has_tail(const struct vhd *vhd)
{
	return vhd->has_tail;
}

bool vhd_has_block(const struct vhd *vhd, uint32_t block)
{
	if (block >= vhd->block_count)
		return false;
	return vhd->footer.type == VHD_FIXED || vhd->table[block] != VHD_ABSENT;
}

/* ---- the parent's path ---- */

/* Converts UTF-16 that is all ASCII. */
static bool narrow(const uint8_t *bytes, size_t length, char *path, size_t room)
{
	if (length % 2 || length / 2 >= room)
		return false;
	for (size_t i = 0; i < length / 2; i++) {
		if (bytes[2 * i + 1] || bytes[2 * i] == 0 || bytes[2 * i] >= 0x80)
			return false;
		path[i] = bytes[2 * i] == '\\' ? '/' : (char)bytes[2 * i];
	}
	path[length / 2] = '\0';
	return length > 0;
}

static bool url_path(const uint8_t *bytes, size_t length, char *path, size_t room)
{
	static const char scheme[] = "file://";
	const size_t skip = sizeof scheme - 1;

	if (length <= skip || length - skip >= room || memcmp(bytes, scheme, skip) != 0 ||
		memchr(bytes, '\0', length) || memchr(bytes, '%', length))
		return false;
	memcpy(path, bytes + skip, length - skip);
	path[length - skip] = '\0';
	return true;
}

bool vhd_parent_path(const struct vhd *vhd, unsigned int index, char *path, size_t length)
{
	const struct vhd_locator *locator;
	uint8_t bytes[2 * VHD_NAME_UNITS];

	MUST(index < VHD_LOCATORS_MAX);
	locator = &vhd->header.locators[index];
	if (vhd->footer.type != VHD_DIFFERENCING || locator->length_bytes > sizeof bytes ||
		!fits(vhd, locator->offset, locator->length_bytes) ||
		read_at(vhd, locator->offset, bytes, locator->length_bytes) < 0)
		return false;
	if (locator->platform == VHD_LOCATOR_RELATIVE)
		return narrow(bytes, locator->length_bytes, path, length);
	if (locator->platform == VHD_LOCATOR_URL)
		return url_path(bytes, locator->length_bytes, path, length);
	return false;
}
