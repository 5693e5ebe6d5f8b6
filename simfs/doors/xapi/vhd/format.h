/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.h - the parts of a VHD file: footer, header, parent locators.
 *
 *	0	footer, a copy		512 bytes
 *	512	header			1024 bytes
 *	table	block table (BAT)	a sector number for each block, or VHD_ABSENT
 *	...	parent locators		in a differencing one: where the parent may be
 *	...	blocks			a bitmap of its sectors, then the block
 *	end	footer			512 bytes
 *
 * All numbers are big-endian.  A checksum is the complement of the sum of the part's bytes, except
 * its own.  Source: Microsoft, "Virtual Hard Disk Image Format Specification", 2006.
 */
#ifndef SNAPRIG_XAPI_VHD_FORMAT_H
#define SNAPRIG_XAPI_VHD_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VHD_SECTOR_BYTES 512u
#define VHD_FOOTER_BYTES 512u
#define VHD_HEADER_BYTES 1024u
#define VHD_ABSENT	 UINT32_MAX
#define VHD_NO_OFFSET	 UINT64_MAX

/*
 * The size that is written, and the limits of those that are read, powers of two: the table of a 2
 * TiB disk fits in memory.
 */
#define VHD_BLOCK_BYTES	    (2u << 20)
#define VHD_BLOCK_BYTES_MIN 4096u
#define VHD_BLOCK_BYTES_MAX (64u << 20)

/* Sector numbers have 32 bits. */
#define VHD_VIRTUAL_BYTES_MAX ((uint64_t)1 << 41)

#define VHD_UUID_BYTES	      16u
#define VHD_UUID_TEXT	      37u /* with its end */

/* A parent's name, in UTF-16 units; ours are all ASCII. */
#define VHD_NAME_UNITS	 256u
#define VHD_LOCATORS_MAX 8u

enum vhd_type {
	VHD_FIXED = 2,
	VHD_DYNAMIC = 3,
	VHD_DIFFERENCING = 4,
};

struct vhd_footer {
	uint64_t data_offset; /* of the header; VHD_NO_OFFSET if fixed */
	uint32_t timestamp;   /* seconds since 2000 */
	char creator[5];
	uint32_t creator_version;
	uint64_t original_bytes;
	uint64_t current_bytes; /* the disk's size */
	uint16_t cylinders;
	uint8_t heads;
	uint8_t sectors_per_track;
	enum vhd_type type;
	uint8_t uuid[VHD_UUID_BYTES];
	bool is_hidden; /* XenServer's: a base copy */
};

struct vhd_locator {
	uint32_t platform; /* VHD_LOCATOR_*; 0: none */
	uint32_t space_bytes;
	uint32_t length_bytes;
	uint64_t offset;
};

#define VHD_LOCATOR_RELATIVE 0x57327275u /* "W2ru": a path in UTF-16, little-endian */
#define VHD_LOCATOR_URL	     0x4d616358u /* "MacX": a file URL in UTF-8 */

struct vhd_header {
	uint64_t table_offset;
	uint32_t table_entries;
	uint32_t block_bytes;
	uint8_t parent_uuid[VHD_UUID_BYTES];
	uint32_t parent_timestamp;
	char parent_name[VHD_NAME_UNITS + 1]; /* '?' for anything but ASCII */
	struct vhd_locator locators[VHD_LOCATORS_MAX];
};

/* Why something is no VHD: a message without a subject, "checksum of the footer is 0x0, not …". */
struct vhd_flaw {
	char text[160];
};

__attribute__((format(printf, 2, 3))) void vhd_flaw_say(
	struct vhd_flaw *flaw, const char *format, ...);

/* Encode into BYTES, which has the part's size, and set the checksum. */
void vhd_footer_encode(const struct vhd_footer *footer, uint8_t *bytes);
void vhd_header_encode(const struct vhd_header *header, uint8_t *bytes);

/*
 * Decode, and check every field that a reader relies on; a header also against its FOOTER.  Return
 * 0, or -EBADMSG and *FLAW.
 */
int vhd_footer_decode(const uint8_t *bytes, struct vhd_footer *ret, struct vhd_flaw *flaw);
int vhd_header_decode(const uint8_t *bytes, const struct vhd_footer *footer, struct vhd_header *ret,
	struct vhd_flaw *flaw);

/* Sets the checksum of an encoded footer or header that was changed. */
void vhd_footer_seal(uint8_t *bytes);
void vhd_header_seal(uint8_t *bytes);

/* Sets the cylinders, heads and sectors for a disk of BYTES, as in the specification. */
void vhd_geometry(uint64_t bytes, struct vhd_footer *footer);

/*
 * The number of blocks of BLOCK_BYTES in a disk of BYTES, and the size of one's bitmap in the file.
 */
uint32_t vhd_block_count(uint64_t bytes, uint32_t block_bytes);
uint32_t vhd_bitmap_bytes(uint32_t block_bytes);

/* "01234567-89ab-…" and back; -EINVAL. */
const char *vhd_uuid_text(const uint8_t *uuid, char *text);
int vhd_uuid_parse(const char *text, uint8_t *uuid);

/* Big-endian numbers in bytes. */
uint32_t vhd_get32(const uint8_t *bytes);
void vhd_put32(uint8_t *bytes, uint32_t value);

#endif
