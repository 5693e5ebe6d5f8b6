/* SPDX-License-Identifier: Apache-2.0 */
/* read_internal.h - an open VHD, for read.c and chain.c. */
#ifndef SNAPRIG_XAPI_VHD_READ_INTERNAL_H
#define SNAPRIG_XAPI_VHD_READ_INTERNAL_H

#include "simfs/doors/xapi/vhd/read.h"

struct vhd {
	struct vhd_source source;
	struct vhd_footer footer;
	struct vhd_header header; /* not if fixed */
	bool has_tail;
	uint64_t body_bytes; /* of the file, without the last footer */
	uint32_t block_bytes;
	uint32_t block_count;
	uint32_t *table; /* NULL if fixed */

	/* The bitmap read last. */
	uint8_t *bitmap;
	uint32_t bitmap_block;
};

/* The part of BLOCK that is within the disk. */
uint32_t vhd_block_length(const struct vhd *vhd, uint32_t block);

#endif
