/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_data.c - where a file has data.
 *
 * The kernel looks at one extent after the other, and others are served only when
 * it has done so:
 *
 *	SEEK_DATA	a hole is one step, however long it is; room that was allocated
 *			and never written is one for 128 MiB or less: 1 TiB takes 2 ms
 *	SEEK_HOLE	one for each extent of the data.  0.6 us each is nothing for most
 *			images, and 60 ms for one whose disk was full of small gaps when
 *			it was written (94,000 extents; 300 ms when they must be read)
 *
 * So the end of the data is asked of FIEMAP, which looks at so many extents and
 * no more; SEEK_HOLE is for where there is no FIEMAP, or it knows less.
 */
#include <errno.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "simfs/blockio/file_internal.h"

/* At a time: 40 us, and as a rule no more than one read of the disk. */
#define EXTENTS_AT_ONCE 64

union extents {
	struct fiemap map;
	char room[sizeof(struct fiemap) + EXTENTS_AT_ONCE * sizeof(struct fiemap_extent)];
};

/* The end of the extents in a row from FIRST on, as far as is looked at; 0: nobody knows. */
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

		/* Where nothing was written there may still be something in memory. */
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
	/* A file system that cannot tell says that all is data. */
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
	/* The last extent may go on behind the end. */
	*ret_end = end < io->size_bytes ? end : io->size_bytes;
	/* It may have been cut meanwhile, by somebody else. */
	return *ret_first < *ret_end;
}
