/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.h - writes a VHD of some blocks of a disk, from the first byte to the last.
 *
 * It neither seeks nor buffers, so it can be the body of an answer: its length is known in advance,
 * and the data of a block is requested when it is due.
 */
#ifndef SNAPRIG_XAPI_VHD_WRITE_H
#define SNAPRIG_XAPI_VHD_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/xapi/vhd/blocks.h"
#include "simfs/doors/xapi/vhd/format.h"

/* The part to which the bytes for a sink belong. */
enum vhd_part {
	VHD_PART_FOOTER_COPY, /* at the beginning, whole */
	VHD_PART_HEADER,      /* whole */
	VHD_PART_TABLE,
	VHD_PART_LOCATOR,
	VHD_PART_BITMAP,
	VHD_PART_PADDING, /* zeros in the last block, beyond the end of the disk */
	VHD_PART_FOOTER,  /* whole */
};

/* Receives the VHD.  A negative result of a call ends the writing, and is its result. */
struct vhd_sink {
	/* Required.  The next LENGTH bytes of the file; the sink may change them. */
	int (*bytes)(void *context, enum vhd_part part, uint8_t *bytes, size_t length);

	/*
	 * Required.  The disk's data from OFFSET on comes next: a block, or the part of the last
	 * one that is within the disk.
	 */
	int (*data)(void *context, uint64_t offset, uint32_t length);

	void *context;
};

struct vhd_order {
	uint64_t disk_bytes; /* a multiple of VHD_SECTOR_BYTES */
	uint8_t uuid[VHD_UUID_BYTES];
	uint32_t timestamp;

	/* A differencing VHD: `blocks' are those that differ from the parent. */
	bool has_parent;
	uint8_t parent_uuid[VHD_UUID_BYTES];
	uint32_t parent_timestamp;
	const char *parent_name; /* a file name, in the same folder; NULL: UUID.vhd */

	const struct vhd_blocks *blocks; /* Required.  Must exist until the VHD is written */
};

/* The length of the VHD for ORDER; -EFBIG if it needs too large sector numbers. */
int vhd_length(const struct vhd_order *order, uint64_t *ret_bytes);

/*
 * Writes it to SINK, blocks in ascending order.  Returns 0, -EFBIG, -ENOMEM, or the error of SINK.
 */
int vhd_write(const struct vhd_order *order, const struct vhd_sink *sink);

#endif
