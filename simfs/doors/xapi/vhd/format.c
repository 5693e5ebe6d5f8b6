/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/vhd/format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/check.h"

#define VERSION		  0x00010000u
#define FEATURES_RESERVED 2u

/* Offsets of the fields. */
enum footer_field {
	FOOTER_COOKIE = 0,
	FOOTER_FEATURES = 8,
	FOOTER_VERSION = 12,
	FOOTER_DATA_OFFSET = 16,
	FOOTER_TIMESTAMP = 24,
	FOOTER_CREATOR = 28,
	FOOTER_CREATOR_VERSION = 32,
	FOOTER_ORIGINAL_BYTES = 40,
	FOOTER_CURRENT_BYTES = 48,
	FOOTER_CYLINDERS = 56,
	FOOTER_HEADS = 58,
	FOOTER_SECTORS = 59,
	FOOTER_TYPE = 60,
	FOOTER_CHECKSUM = 64,
	FOOTER_UUID = 68,
	FOOTER_HIDDEN = 85,
};

enum header_field {
	HEADER_COOKIE = 0,
	HEADER_DATA_OFFSET = 8,
	HEADER_TABLE_OFFSET = 16,
	HEADER_VERSION = 24,
	HEADER_ENTRIES = 28,
	HEADER_BLOCK_BYTES = 32,
	HEADER_CHECKSUM = 36,
	HEADER_PARENT_UUID = 40,
	HEADER_PARENT_TIMESTAMP = 56,
	HEADER_PARENT_NAME = 64,
	HEADER_LOCATORS = 576,
};

#define LOCATOR_BYTES 24u

static const char footer_cookie[8] = { 'c', 'o', 'n', 'e', 'c', 't', 'i', 'x' };
static const char header_cookie[8] = { 'c', 'x', 's', 'p', 'a', 'r', 's', 'e' };

void vhd_flaw_say(struct vhd_flaw *flaw, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(flaw->text, sizeof flaw->text, format, arguments);
	va_end(arguments);
}

/* ---- numbers ---- */

uint32_t vhd_get32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

void vhd_put32(uint8_t *bytes, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint64_t get64(const uint8_t *bytes)
{
	return (uint64_t)vhd_get32(bytes) << 32 | vhd_get32(bytes + 4);
}

static void put64(uint8_t *bytes, uint64_t value)
{
	vhd_put32(bytes, (uint32_t)(value >> 32));
	vhd_put32(bytes + 4, (uint32_t)value);
}

static uint32_t checksum(const uint8_t *bytes, size_t length, size_t own)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		if (i < own || i >= own + 4)
			sum += bytes[i];
	return ~sum;
}

void vhd_footer_seal(uint8_t *bytes)
{
	vhd_put32(bytes + FOOTER_CHECKSUM, checksum(bytes, VHD_FOOTER_BYTES, FOOTER_CHECKSUM));
}

void vhd_header_seal(uint8_t *bytes)
{
	vhd_put32(bytes + HEADER_CHECKSUM, checksum(bytes, VHD_HEADER_BYTES, HEADER_CHECKSUM));
}

/* ---- sizes ---- */

void vhd_geometry(uint64_t bytes, struct vhd_footer *footer)
{
	const uint64_t most = 65535ull * 16 * 255, small = 65535ull * 16 * 63;
	uint64_t sectors = bytes / VHD_SECTOR_BYTES;
	uint64_t tracks;
	unsigned int per_track, heads;

	if (sectors > most)
		sectors = most;
	if (sectors >= small) {
		per_track = 255;
		heads = 16;
		tracks = sectors / per_track;
	} else {
		per_track = 17;
		tracks = sectors / per_track;
		heads = (unsigned int)((tracks + 1023) / 1024);
		if (heads < 4)
			heads = 4;
		if (heads > 16 || tracks >= heads * 1024ull) {
			per_track = 31;
			heads = 16;
			tracks = sectors / per_track;
		}
		if (tracks >= heads * 1024ull) {
			per_track = 63;
			tracks = sectors / per_track;
		}
	}
	footer->cylinders = (uint16_t)(tracks / heads);
	footer->heads = (uint8_t)heads;
	footer->sectors_per_track = (uint8_t)per_track;
}

uint32_t vhd_block_count(uint64_t bytes, uint32_t block_bytes)
{
	MUST(bytes <= VHD_VIRTUAL_BYTES_MAX);
	return (uint32_t)((bytes + block_bytes - 1) / block_bytes);
}

uint32_t vhd_bitmap_bytes(uint32_t block_bytes)
{
	uint32_t bytes = (block_bytes / VHD_SECTOR_BYTES + 7) / 8;

	return (bytes + VHD_SECTOR_BYTES - 1) / VHD_SECTOR_BYTES * VHD_SECTOR_BYTES;
}

/* ---- writing ---- */

void vhd_footer_encode(const struct vhd_footer *footer, uint8_t *bytes)
{
	memset(bytes, 0, VHD_FOOTER_BYTES);
	memcpy(bytes + FOOTER_COOKIE, footer_cookie, sizeof footer_cookie);
	vhd_put32(bytes + FOOTER_FEATURES, FEATURES_RESERVED);
	vhd_put32(bytes + FOOTER_VERSION, VERSION);
	put64(bytes + FOOTER_DATA_OFFSET, footer->data_offset);
	vhd_put32(bytes + FOOTER_TIMESTAMP, footer->timestamp);
	memcpy(bytes + FOOTER_CREATOR, footer->creator, 4);
	vhd_put32(bytes + FOOTER_CREATOR_VERSION, footer->creator_version);
	put64(bytes + FOOTER_ORIGINAL_BYTES, footer->original_bytes);
	put64(bytes + FOOTER_CURRENT_BYTES, footer->current_bytes);
	bytes[FOOTER_CYLINDERS] = (uint8_t)(footer->cylinders >> 8);
	bytes[FOOTER_CYLINDERS + 1] = (uint8_t)footer->cylinders;
	bytes[FOOTER_HEADS] = footer->heads;
	bytes[FOOTER_SECTORS] = footer->sectors_per_track;
	vhd_put32(bytes + FOOTER_TYPE, footer->type);
	memcpy(bytes + FOOTER_UUID, footer->uuid, VHD_UUID_BYTES);
	bytes[FOOTER_HIDDEN] = footer->is_hidden;
	vhd_footer_seal(bytes);
}

static void locator_encode(const struct vhd_locator *locator, uint8_t *bytes)
{
	vhd_put32(bytes, locator->platform);
	vhd_put32(bytes + 4, locator->space_bytes);
	vhd_put32(bytes + 8, locator->length_bytes);
	put64(bytes + 16, locator->offset);
}

void vhd_header_encode(const struct vhd_header *header, uint8_t *bytes)
{
	memset(bytes, 0, VHD_HEADER_BYTES);
	memcpy(bytes + HEADER_COOKIE, header_cookie, sizeof header_cookie);
	put64(bytes + HEADER_DATA_OFFSET, VHD_NO_OFFSET);
	put64(bytes + HEADER_TABLE_OFFSET, header->table_offset);
	vhd_put32(bytes + HEADER_VERSION, VERSION);
	vhd_put32(bytes + HEADER_ENTRIES, header->table_entries);
	vhd_put32(bytes + HEADER_BLOCK_BYTES, header->block_bytes);
	memcpy(bytes + HEADER_PARENT_UUID, header->parent_uuid, VHD_UUID_BYTES);
	vhd_put32(bytes + HEADER_PARENT_TIMESTAMP, header->parent_timestamp);
	for (unsigned int i = 0; i < VHD_NAME_UNITS && header->parent_name[i]; i++)
		bytes[HEADER_PARENT_NAME + 2 * i + 1] = (uint8_t)header->parent_name[i];
	for (unsigned int i = 0; i < VHD_LOCATORS_MAX; i++)
		locator_encode(
			&header->locators[i], bytes + HEADER_LOCATORS + (size_t)LOCATOR_BYTES * i);
	vhd_header_seal(bytes);
}

/* ---- reading ---- */

static int check_sum(
	const uint8_t *bytes, size_t length, size_t own, const char *part, struct vhd_flaw *flaw)
{
	uint32_t is = vhd_get32(bytes + own), wanted = checksum(bytes, length, own);

	if (is == wanted)
		return 0;
	vhd_flaw_say(flaw, "the checksum of its %s is 0x%08" PRIx32 ", not 0x%08" PRIx32, part, is,
		wanted);
	return -EBADMSG;
}

static int check_version(uint32_t version, const char *part, struct vhd_flaw *flaw)
{
	if (version == VERSION)
		return 0;
	vhd_flaw_say(
		flaw, "the version of its %s is 0x%" PRIx32 ", not 0x%x", part, version, VERSION);
	return -EBADMSG;
}

static int check_footer(const struct vhd_footer *footer, struct vhd_flaw *flaw)
{
	if (footer->type != VHD_FIXED && footer->type != VHD_DYNAMIC &&
		footer->type != VHD_DIFFERENCING)
		vhd_flaw_say(flaw, "its type is %u, not 2, 3 or 4", footer->type);
	else if (footer->current_bytes == 0 || footer->current_bytes % VHD_SECTOR_BYTES ||
		 footer->current_bytes > VHD_VIRTUAL_BYTES_MAX)
		vhd_flaw_say(flaw, "its disk has %" PRIu64 " bytes", footer->current_bytes);
	else if (footer->type == VHD_FIXED && footer->data_offset != VHD_NO_OFFSET)
		vhd_flaw_say(flaw, "it is fixed and names a header");
	else if (footer->type != VHD_FIXED &&
		 (footer->data_offset < VHD_FOOTER_BYTES || footer->data_offset % VHD_SECTOR_BYTES))
		vhd_flaw_say(flaw, "its footer names a header at %" PRIu64, footer->data_offset);
	else
		return 0;
	return -EBADMSG;
}

int vhd_footer_decode(const uint8_t *bytes, struct vhd_footer *ret, struct vhd_flaw *flaw)
{
	struct vhd_footer footer = {
		.data_offset = get64(bytes + FOOTER_DATA_OFFSET),
		.timestamp = vhd_get32(bytes + FOOTER_TIMESTAMP),
		.creator_version = vhd_get32(bytes + FOOTER_CREATOR_VERSION),
		.original_bytes = get64(bytes + FOOTER_ORIGINAL_BYTES),
		.current_bytes = get64(bytes + FOOTER_CURRENT_BYTES),
		.cylinders = (uint16_t)(bytes[FOOTER_CYLINDERS] << 8 | bytes[FOOTER_CYLINDERS + 1]),
		.heads = bytes[FOOTER_HEADS],
		.sectors_per_track = bytes[FOOTER_SECTORS],
		.type = (enum vhd_type)vhd_get32(bytes + FOOTER_TYPE),
		.is_hidden = bytes[FOOTER_HIDDEN] != 0,
	};
	int error;

	memcpy(footer.creator, bytes + FOOTER_CREATOR, 4);
	memcpy(footer.uuid, bytes + FOOTER_UUID, VHD_UUID_BYTES);
	if (memcmp(bytes, footer_cookie, sizeof footer_cookie) != 0) {
		vhd_flaw_say(flaw, "its footer does not begin with '%.8s'", footer_cookie);
		return -EBADMSG;
	}
	error = check_sum(bytes, VHD_FOOTER_BYTES, FOOTER_CHECKSUM, "footer", flaw);
	if (error == 0)
		error = check_version(vhd_get32(bytes + FOOTER_VERSION), "footer", flaw);
	if (error == 0)
		error = check_footer(&footer, flaw);
	if (error == 0)
		*ret = footer;
	return error;
}

static int check_header(
	const struct vhd_header *header, const struct vhd_footer *footer, struct vhd_flaw *flaw)
{
	uint32_t bytes = header->block_bytes;

	if (bytes < VHD_BLOCK_BYTES_MIN || bytes > VHD_BLOCK_BYTES_MAX || (bytes & (bytes - 1)))
		vhd_flaw_say(flaw, "its blocks have %" PRIu32 " bytes", bytes);
	else if (header->table_entries < vhd_block_count(footer->current_bytes, bytes))
		vhd_flaw_say(flaw,
			"its table has %" PRIu32 " entries for a disk of %" PRIu32 " blocks",
			header->table_entries, vhd_block_count(footer->current_bytes, bytes));
	else if (header->table_offset % VHD_SECTOR_BYTES ||
		 header->table_offset < footer->data_offset + VHD_HEADER_BYTES)
		vhd_flaw_say(flaw, "its table is at %" PRIu64, header->table_offset);
	else
		return 0;
	return -EBADMSG;
}

static void name_decode(const uint8_t *bytes, char *name)
{
	for (unsigned int i = 0; i < VHD_NAME_UNITS; i++) {
		unsigned int unit = (unsigned int)(bytes[2 * i] << 8 | bytes[2 * i + 1]);

		name[i] = unit < 0x80 ? (char)unit : '?';
	}
}

int vhd_header_decode(const uint8_t *bytes, const struct vhd_footer *footer, struct vhd_header *ret,
	struct vhd_flaw *flaw)
{
	struct vhd_header header = {
		.table_offset = get64(bytes + HEADER_TABLE_OFFSET),
		.table_entries = vhd_get32(bytes + HEADER_ENTRIES),
		.block_bytes = vhd_get32(bytes + HEADER_BLOCK_BYTES),
		.parent_timestamp = vhd_get32(bytes + HEADER_PARENT_TIMESTAMP),
	};
	int error;

	memcpy(header.parent_uuid, bytes + HEADER_PARENT_UUID, VHD_UUID_BYTES);
	name_decode(bytes + HEADER_PARENT_NAME, header.parent_name);
	for (unsigned int i = 0; i < VHD_LOCATORS_MAX; i++) {
		const uint8_t *locator = bytes + HEADER_LOCATORS + (size_t)LOCATOR_BYTES * i;

		header.locators[i] = (struct vhd_locator){ vhd_get32(locator),
			vhd_get32(locator + 4), vhd_get32(locator + 8), get64(locator + 16) };
	}
	if (memcmp(bytes, header_cookie, sizeof header_cookie) != 0) {
		vhd_flaw_say(flaw, "its header does not begin with '%.8s'", header_cookie);
		return -EBADMSG;
	}
	error = check_sum(bytes, VHD_HEADER_BYTES, HEADER_CHECKSUM, "header", flaw);
	if (error == 0)
		error = check_version(vhd_get32(bytes + HEADER_VERSION), "header", flaw);
	if (error == 0)
		error = check_header(&header, footer, flaw);
	if (error == 0)
		*ret = header;
	return error;
}

/* ---- uuids ---- */

const char *vhd_uuid_text(const uint8_t *uuid, char *text)
{
	size_t used = 0;

	for (unsigned int i = 0; i < VHD_UUID_BYTES; i++) {
		const char *dash = i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "";

		used += (size_t)snprintf(
			text + used, VHD_UUID_TEXT - used, "%s%02x", dash, uuid[i]);
	}
	return text;
}

static int digit(char letter)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *found = letter ? strchr(digits, letter) : NULL;
	int place = found ? (int)(found - digits) : -1;

	return place < 16 ? place : place - 6;
}

int vhd_uuid_parse(const char *text, uint8_t *uuid)
{
	uint8_t bytes[VHD_UUID_BYTES];

	for (unsigned int i = 0; i < VHD_UUID_BYTES; i++) {
		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return -EINVAL;

		int high = digit(text[0]);
		int low = high < 0 ? -1 : digit(text[1]);

		if (low < 0)
			return -EINVAL;
		bytes[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	if (*text)
		return -EINVAL;
	memcpy(uuid, bytes, VHD_UUID_BYTES);
	return 0;
}
