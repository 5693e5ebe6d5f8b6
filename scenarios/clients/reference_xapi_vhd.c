/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_vhd.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_xapi_vhd_format.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"

/* Reads LENGTH bytes at OFFSET.  Returns NULL, or the error that the stream ended before them. */
static json_t *part_read(int fd, void *part, size_t length, uint64_t offset)
{
	int error = 0;
	size_t got = file_read_up_to(fd, part, length, offset, &error);

	if (error < 0)
		return xo_error_of_system(error, "read", NULL);
	return got < length ? xo_error_short(got, length) : NULL;
}

static json_t *checksum_error(const char *part, uint32_t is, uint32_t should_be)
{
	AUTO(auto_free)
	char *message = heap_format(
		"invalid %s checksum %" PRIu32 ", expected %" PRIu32, part, is, should_be);

	return xo_error(message);
}

/* The checks are in the order in which an error should be reported. */
static json_t *footer_check(const struct vhd_raw_footer *footer)
{
	uint32_t is = be32toh(footer->checksum);
	uint32_t should_be = vhd_checksum(footer, sizeof *footer, footer->checksum);
	uint32_t type = be32toh(footer->type);

	if (is != should_be)
		return checksum_error("footer", is, should_be);
	if (memcmp(footer->cookie, "conectix", sizeof footer->cookie) != 0)
		return xo_error_not_equal(0, 1);
	if (be64toh(footer->data_offset) == VHD_FIXED_OFFSET)
		return xo_error_not_equal(type, VHD_TYPE_DYNAMIC);
	if (be32toh(footer->version) != 0x10000)
		return xo_error_not_equal(be32toh(footer->version), 0x10000);
	if (type != VHD_TYPE_DYNAMIC && type != VHD_TYPE_DIFFERENCING)
		return xo_error_not_equal(type, VHD_TYPE_DYNAMIC);
	return NULL;
}

static json_t *header_check(const struct vhd_raw_header *header, uint64_t size_bytes)
{
	uint32_t is = be32toh(header->checksum);
	uint32_t should_be = vhd_checksum(header, sizeof *header, header->checksum);
	uint32_t block_bytes = be32toh(header->block_bytes);
	uint64_t entries = be32toh(header->entries);

	if (is != should_be)
		return checksum_error("header", is, should_be);
	if (memcmp(header->cookie, "cxsparse", sizeof header->cookie) != 0)
		return xo_error_not_equal(0, 1);
	if (be32toh(header->version) != 0x10000)
		return xo_error_not_equal(be32toh(header->version), 0x10000);
	if (block_bytes < VHD_SECTOR_BYTES || (block_bytes & (block_bytes - 1)) != 0)
		return xo_error("invalid block size");
	if (entries > VHD_ENTRIES_MAX || entries * block_bytes < size_bytes)
		return xo_error("invalid number of blocks");
	return NULL;
}

/* Returns where the last block of the table ends; *RET_BLOCKS is the number of blocks. */
static json_t *table_read(
	int fd, const struct vhd_raw_header *header, uint64_t *ret_end, uint64_t *ret_blocks)
{
	size_t entries = be32toh(header->entries), block_bytes = be32toh(header->block_bytes);
	size_t bitmap_bytes = vhd_bitmap_bytes(block_bytes);
	uint64_t table = be64toh(header->table_offset), last = 0;
	AUTO(auto_free) uint32_t *bat = heap_new((entries + 1) * sizeof *bat);
	json_t *failure = part_read(fd, bat, entries * sizeof *bat, table);

	*ret_blocks = 0;
	for (size_t i = 0; !failure && i < entries; i++) {
		uint64_t at = (uint64_t)be32toh(bat[i]) * VHD_SECTOR_BYTES;

		if (be32toh(bat[i]) == VHD_BAT_UNUSED)
			continue;
		++*ret_blocks;
		last = at > last ? at : last;
	}
	if (*ret_blocks > 0)
		*ret_end = last + bitmap_bytes + block_bytes;
	else
		*ret_end = (table + entries * sizeof *bat + VHD_SECTOR_BYTES - 1) /
			   VHD_SECTOR_BYTES * VHD_SECTOR_BYTES;
	return failure;
}

static void uuid_format(const uint8_t *raw, char *ret)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < VHD_UUID_RAW_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*ret++ = '-';
		*ret++ = hex[raw[i] >> 4];
		*ret++ = hex[raw[i] & 15];
	}
	*ret = '\0';
}

/* Reads the uuids of the disk and its parent. */
static void names_read(const struct vhd_raw_footer *footer, const struct vhd_raw_header *header,
	struct xapi_vhd *ret)
{
	size_t length = 0;

	uuid_format(footer->uuid, ret->uuid);
	uuid_format(header->parent_uuid, ret->parent_uuid);
	for (; length < XAPI_NAME_BYTES - 1 && header->parent_name[length]; length++) {
		uint16_t letter = be16toh(header->parent_name[length]);

		ret->parent_name[length] = letter < 128 ? (char)letter : '?';
	}
	ret->parent_name[length] = '\0';
}

json_t *xapi_vhd_check(int fd, uint64_t length, struct xapi_vhd *ret)
{
	struct vhd_raw_footer footer, end;
	struct vhd_raw_header header;
	uint64_t data_end = 0, end_footer;
	json_t *failure = part_read(fd, &footer, sizeof footer, 0);

	if (!failure)
		failure = footer_check(&footer);
	if (!failure)
		failure = part_read(fd, &header, sizeof header, be64toh(footer.data_offset));
	if (!failure)
		failure = header_check(&header, be64toh(footer.current_bytes));
	if (!failure)
		failure = table_read(fd, &header, &data_end, &ret->blocks);
	if (!failure && length < data_end) {
		uint64_t block = be32toh(header.block_bytes), missing = data_end - length;

		return xo_error_short(missing < block ? block - missing : 0, block);
	}
	/*
	 * A complete stream ends with a second footer.  The locators of the parent may be between
	 * the last block and that footer.
	 */
	end_footer = length - (length < sizeof end ? length : sizeof end);
	if (!failure && end_footer < data_end)
		failure = xo_error_not_equal(length, data_end + sizeof end);
	if (!failure)
		failure = part_read(fd, &end, sizeof end, end_footer);
	if (!failure && memcmp(&end, &footer, sizeof end) != 0)
		failure = xo_error_not_equal(0, 1);
	if (failure)
		return failure;
	names_read(&footer, &header, ret);
	ret->size_bytes = be64toh(footer.current_bytes);
	ret->is_differencing = be32toh(footer.type) == VHD_TYPE_DIFFERENCING;
	ret->header_offset = be64toh(footer.data_offset);
	ret->end_footer = end_footer;
	return NULL;
}

json_t *xapi_vhd_check_file(const char *path, struct xapi_vhd *ret)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct vhd_raw_footer first, last;
	struct stat facts;
	json_t *failure;

	if (fd < 0 || fstat(fd, &facts) < 0)
		return xo_error_of_system(-errno, "open", path);
	failure = part_read(fd, &first, sizeof first, 0);
	if (!failure)
		failure = part_read(fd, &last, sizeof last, (uint64_t)facts.st_size - sizeof last);
	if (!failure && memcmp(&first, &last, sizeof first) != 0)
		failure = xo_error_not_equal(0, 1);
	return failure ? failure : xapi_vhd_check(fd, (uint64_t)facts.st_size, ret);
}

/* ---- names ---- */

static int uuid_parse(const char *text, uint8_t *ret)
{
	size_t digits = 0;

	for (; *text; text++) {
		const char *hex = "0123456789abcdef", *found;

		if (*text == '-')
			continue;
		found = strchr(hex, *text);
		if (!found || digits == 2 * VHD_UUID_RAW_BYTES)
			return -EINVAL;
		ret[digits / 2] = (uint8_t)(ret[digits / 2] << 4 | (found - hex));
		digits++;
	}
	return digits == 2 * VHD_UUID_RAW_BYTES ? 0 : -EINVAL;
}

static int footer_name(int fd, uint64_t offset, const uint8_t *uuid)
{
	struct vhd_raw_footer footer;
	int error = 0;

	if (file_read_up_to(fd, &footer, sizeof footer, offset, &error) < sizeof footer)
		return error < 0 ? error : -EIO;
	memcpy(footer.uuid, uuid, sizeof footer.uuid);
	footer.checksum = htobe32(vhd_checksum(&footer, sizeof footer, footer.checksum));
	return file_write_all(fd, &footer, sizeof footer, offset);
}

static int parent_name(int fd, uint64_t offset, const uint8_t *uuid, const char *name)
{
	struct vhd_raw_header header;
	size_t length = strlen(name);
	int error = 0;

	if (length >= sizeof header.parent_name / sizeof header.parent_name[0])
		return -ENAMETOOLONG;
	if (file_read_up_to(fd, &header, sizeof header, offset, &error) < sizeof header)
		return error < 0 ? error : -EIO;
	memcpy(header.parent_uuid, uuid, sizeof header.parent_uuid);
	memset(header.parent_name, 0, sizeof header.parent_name);
	/* The name is a date in ASCII: each byte is one UTF-16 unit. */
	for (size_t i = 0; i < length; i++)
		header.parent_name[i] = htobe16((uint8_t)name[i]);
	header.checksum = htobe32(vhd_checksum(&header, sizeof header, header.checksum));
	return file_write_all(fd, &header, sizeof header, offset);
}

int xapi_vhd_name(int fd, const struct xapi_vhd *vhd, const char *uuid, const char *parent_uuid,
	const char *parent)
{
	uint8_t raw[VHD_UUID_RAW_BYTES] = { 0 }, parent_raw[VHD_UUID_RAW_BYTES] = { 0 };
	int error = uuid_parse(uuid, raw);

	if (error == 0 && vhd->is_differencing)
		error = uuid_parse(parent_uuid, parent_raw);
	if (error == 0 && vhd->is_differencing)
		error = parent_name(fd, vhd->header_offset, parent_raw, parent);
	if (error == 0)
		error = footer_name(fd, 0, raw);
	return error < 0 ? error : footer_name(fd, vhd->end_footer, raw);
}

int xapi_vhd_uuid(const char *path, char *ret)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct vhd_raw_footer footer;
	int error = 0;

	if (fd < 0)
		return -errno;
	if (file_read_up_to(fd, &footer, sizeof footer, 0, &error) < sizeof footer)
		return error < 0 ? error : -EINVAL;

	json_t *failure = footer_check(&footer);

	if (failure) {
		json_decref(failure);
		return -EINVAL;
	}
	uuid_format(footer.uuid, ret);
	return 0;
}
