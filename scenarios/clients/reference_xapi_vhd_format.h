/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_vhd_format.h - the format of a VHD: a footer, stored as the first and the last
 * sector; a header; a table of its blocks; and each block, preceded by the bitmap of its sectors.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_VHD_FORMAT_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_VHD_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define VHD_SECTOR_BYTES      512
#define VHD_UUID_RAW_BYTES    16
#define VHD_FIXED_OFFSET      UINT64_MAX
#define VHD_BAT_UNUSED	      UINT32_MAX
#define VHD_ENTRIES_MAX	      (UINT32_C(1) << 21) /* 2 MiB each: 4 TiB, twice the largest VHD */
#define VHD_TYPE_DYNAMIC      3
#define VHD_TYPE_DIFFERENCING 4

/* Both are big-endian on disk; members called `rest` are not used. */
struct vhd_raw_footer {
	char cookie[8];
	uint32_t features;
	uint32_t version;
	uint64_t data_offset;
	uint32_t timestamp;
	char creator[12];
	uint64_t original_bytes;
	uint64_t current_bytes;
	uint32_t geometry;
	uint32_t type;
	uint32_t checksum;
	uint8_t uuid[VHD_UUID_RAW_BYTES];
	uint8_t rest[428];
};

struct vhd_raw_header {
	char cookie[8];
	uint64_t data_offset;
	uint64_t table_offset;
	uint32_t version;
	uint32_t entries;
	uint32_t block_bytes;
	uint32_t checksum;
	uint8_t parent_uuid[VHD_UUID_RAW_BYTES];
	uint32_t parent_timestamp;
	uint32_t reserved;
	uint16_t parent_name[256];
	uint8_t rest[448];
};

_Static_assert(sizeof(struct vhd_raw_footer) == 512, "a footer is a sector");
_Static_assert(sizeof(struct vhd_raw_header) == 1024, "a header is two sectors");

/* The complement of the sum of all bytes of a part, except its checksum OWN. */
static inline uint32_t vhd_checksum(const void *part, size_t length, uint32_t own)
{
	const uint8_t *bytes = part;
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += bytes[i];
	for (size_t i = 0; i < sizeof own; i++)
		sum -= own >> (8 * i) & 0xff;
	return ~sum;
}

/* The size of the bitmap of a block of BLOCK_BYTES, in whole sectors. */
static inline size_t vhd_bitmap_bytes(size_t block_bytes)
{
	size_t bits = block_bytes / VHD_SECTOR_BYTES;

	return (bits / 8 + VHD_SECTOR_BYTES - 1) / VHD_SECTOR_BYTES * VHD_SECTOR_BYTES;
}

#endif
