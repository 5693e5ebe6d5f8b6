/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - a VHD that comes by, byte after byte, is put onto a disk.
 *
 * Blocks may come in any order of the disk, but each must lie behind the one before it in the
 * stream: nothing can be sought.  Memory: the table, and one block's bitmap.
 */
#ifndef SNAPRIG_XAPI_VHD_STREAM_H
#define SNAPRIG_XAPI_VHD_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/xapi/vhd/format.h"

struct vhd_stream {
	/* Required.  Exactly LENGTH bytes of what comes; -ENODATA when it ended before. */
	int (*pull)(void *context, void *bytes, size_t length);

	/* Required.  The last LENGTH bytes of all that still comes; -ENODATA: there are fewer. */
	int (*pull_tail)(void *context, void *bytes, size_t length);

	/* Required.  BYTES lie at OFFSET of the disk.  0 or -errno. */
	int (*put)(void *context, uint64_t offset, const void *bytes, size_t length);

	/* Optional.  A block begins, LENGTH bytes of the disk from OFFSET on. */
	int (*block)(void *context, uint64_t offset, uint32_t length);

	/* Required.  Nothing of the range is in a stream that is not differencing: it is zeros. */
	int (*zero)(void *context, uint64_t offset, uint64_t length);

	void *context;
	uint64_t disk_bytes; /* of the disk: the VHD's may be smaller, and not larger */
};

/*
 * Reads all of it, up to the last footer, which must be the first one's equal.
 * 0; -EBADMSG and *FLAW: no VHD that can be read so, or too large for the disk; -ENODATA and
 * *FLAW: it ended too early; -ENOMEM; or what a call returned.
 */
int vhd_stream_read(const struct vhd_stream *stream, struct vhd_flaw *flaw);

#endif
