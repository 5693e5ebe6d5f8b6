/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_data.c - where a file has data.
 *
 * The kernel walks the extents one by one, and the thread serves nobody until it is done:
 *
 *	SEEK_DATA	a hole is one step, however long it is; space that is allocated
 *			but never written is one per 128 MiB or less: 1 TiB takes 2 ms
 *	SEEK_HOLE	one per extent of the data.  0.6 us each is nothing for most
 *			images, but 60 ms for one whose disk was full of small gaps when
 *			it was written (94,000 extents; 300 ms if they must be read)
 *
 * So FIEMAP, which walks a limited number of extents, is asked for the end of the data.
 * SEEK_HOLE is used where FIEMAP is missing or knows less.
 */
#include <errno.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "simfs/blockio/file_internal.h"

/* Per call: 40 us, and usually no more than one read of the disk. */
#define EXTENTS_AT_ONCE 64

union extents {
	struct fiemap map;
	char room[sizeof(struct fiemap) + EXTENTS_AT_ONCE * sizeof(struct fiemap_extent)];
};

/* The end of the contiguous extents from FIRST on, as far as one call reports; 0: unknown. */
static uint64_t extents_end(int fd, uint64_t first)
{
	union extents extents;
	uint64_t end = first;

	memset(&extents, 0, sizeof extents);
	extents.map.fm_start = first;
	extents.map.fm_length = FIEMAP_MAX_OFFSET - first;
	extents.map.fm_extent_count = EXTENTS_AT_ONCE;
	if (ioctl(fd, FS_IOC_FIEMAP, &extents.map) < 0)
		return 0;
	for (uint32_t i = 0; i < extents.map.fm_mapped_extents; i++) {
		const struct fiemap_extent *extent = &extents.map.fm_extents[i];

		/* An unwritten extent may still have dirty pages in memory. */
		if (extent->fe_logical > end || extent->fe_flags & FIEMAP_EXTENT_UNWRITTEN)
			break;
		end = extent->fe_logical + extent->fe_length;
	}
	return end > first ? end : 0;
}

bool file_next_data(struct blockio *io, uint64_t from, uint64_t *ret_first, uint64_t *ret_end)
{
	int fd = CONTAINER_OF(io, struct file_blockio, io)->fd;
	off_t first = lseek(fd, (off_t)from, SEEK_DATA);
	uint64_t end;
	off_t hole;

	if (first < 0 && errno == ENXIO)
		return false;
	/* A file system without SEEK_DATA: everything counts as data. */
	if (first < 0) {
		*ret_first = from;
		*ret_end = io->size_bytes;
		return from < io->size_bytes;
	}
	end = extents_end(fd, (uint64_t)first);
	if (end == 0) {
		hole = lseek(fd, first, SEEK_HOLE);
		end = hole < 0 ? io->size_bytes : (uint64_t)hole;
	}
	*ret_first = (uint64_t)first;
	/* The last extent may extend beyond the end. */
	*ret_end = end < io->size_bytes ? end : io->size_bytes;
	/* Another process may have truncated the file in between. */
	return *ret_first < *ret_end;
}
