/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.h - a VHD of some blocks of a disk, from its first byte to its last.
 *
 * Nothing is sought and nothing is kept, so it can be the body of an answer: how long it becomes
 * is known before, and what a block holds is asked for when its turn has come.
 */
#ifndef SNAPRIG_XAPI_VHD_WRITE_H
#define SNAPRIG_XAPI_VHD_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/xapi/vhd/blocks.h"
#include "simfs/doors/xapi/vhd/format.h"

/* Of which part the bytes are that a sink gets. */
enum vhd_part {
	VHD_PART_FOOTER_COPY, /* the one at the beginning, whole */
	VHD_PART_HEADER,      /* whole */
	VHD_PART_TABLE,
	VHD_PART_LOCATOR,
	VHD_PART_BITMAP,
	VHD_PART_PADDING, /* zeros of the last block, behind the end of the disk */
	VHD_PART_FOOTER,  /* whole */
};

/* Where the VHD goes.  What a call returns below 0 ends the writing, and is its result. */
struct vhd_sink {
	/* Required.  The next LENGTH bytes of the file; they are the sink's to change. */
	int (*bytes)(void *context, enum vhd_part part, uint8_t *bytes, size_t length);

	/* Required.  What the disk holds from OFFSET on comes next; a block, or what the disk has
	 * of its last. */
	int (*data)(void *context, uint64_t offset, uint32_t length);

	void *context;
};

struct vhd_order {
	uint64_t disk_bytes; /* a multiple of VHD_SECTOR_BYTES */
	uint8_t uuid[VHD_UUID_BYTES];
	uint32_t timestamp;

	/* A differencing one: `blocks` are what differs from the parent. */
	bool has_parent;
	uint8_t parent_uuid[VHD_UUID_BYTES];
	uint32_t parent_timestamp;
	const char *parent_name; /* a file's, beside it; NULL: UUID.vhd */

	const struct vhd_blocks *blocks; /* Required.  Lives until it is written */
};

/* How long the VHD is that ORDER makes; -EFBIG: its blocks cannot be numbered. */
int vhd_length(const struct vhd_order *order, uint64_t *ret_bytes);

/* Writes it into SINK, blocks in ascending order.  0, -EFBIG, -ENOMEM, or what SINK returned. */
int vhd_write(const struct vhd_order *order, const struct vhd_sink *sink);

#endif
