/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - writes a VHD onto a disk while it arrives, byte by byte.
 *
 * Blocks may have any order on the disk, but must have ascending positions in the stream, which
 * cannot seek.  Memory: the table, and one block's bitmap.
 */
#ifndef SNAPRIG_XAPI_VHD_STREAM_H
#define SNAPRIG_XAPI_VHD_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/xapi/vhd/format.h"

struct vhd_stream {
	/* Required.  Reads exactly LENGTH bytes of the stream; -ENODATA if it ends before. */
	int (*pull)(void *context, void *bytes, size_t length);

	/*
	 * Required.  Reads on to the end, and returns the last LENGTH bytes; -ENODATA if fewer are
	 * left.
	 */
	int (*pull_tail)(void *context, void *bytes, size_t length);

	/* Required.  Writes BYTES at OFFSET of the disk.  Returns 0 or -errno. */
	int (*put)(void *context, uint64_t offset, const void *bytes, size_t length);

	/* Optional.  A block begins: LENGTH bytes of the disk at OFFSET. */
	int (*block)(void *context, uint64_t offset, uint32_t length);

	/* Required.  A stream that is not differencing has nothing for the range: it is zeros. */
	int (*zero)(void *context, uint64_t offset, uint64_t length);

	void *context;
	uint64_t disk_bytes; /* of the disk; the VHD's must not be larger */
};

/*
 * Reads the whole stream, including the last footer, which must match the first.  Returns 0;
 * -EBADMSG and *FLAW: no VHD that can be read as a stream, or too large for the disk; -ENODATA and
 * *FLAW: it ended too early; -ENOMEM; or the error of a callback.
 */
int vhd_stream_read(const struct vhd_stream *stream, struct vhd_flaw *flaw);

#endif
