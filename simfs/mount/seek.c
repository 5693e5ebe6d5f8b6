/* SPDX-License-Identifier: Apache-2.0 */
/* seek.c - SEEK_DATA and SEEK_HOLE in the mounted files, as lseek(2) has them. */
#include <errno.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/mount/session_internal.h"

/* Where the data ends that FROM lies in; FROM when it lies in a hole. */
static uint64_t data_end(struct volume *volume, struct snapshot *snapshot, uint64_t from)
{
	uint64_t first, end;

	while (volume_next_data(volume, snapshot, from, &first, &end) && first == from) {
		MUST_GET_ON(from, end);
		from = end;
	}
	return from;
}

static void reply_from_view(fuse_req_t request, struct snapshot *snapshot, uint64_t from, bool data)
{
	struct volume *volume = session_of(request)->volume;
	uint64_t first, end;

	if (!data)
		fuse_reply_lseek(request, (off_t)data_end(volume, snapshot, from));
	else if (volume_next_data(volume, snapshot, from, &first, &end))
		fuse_reply_lseek(request, (off_t)first);
	else
		fuse_reply_err(request, ENXIO);
}

void files_lseek(
	fuse_req_t request, fuse_ino_t inode, off_t offset, int whence, struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	struct snapshot *snapshot = open_snapshot(inode, file);
	bool is_view = inode == NODE_LIVE || snapshot;
	uint64_t bytes = is_view ? volume_bytes(session->volume)
				 : text_file_bytes(session, inode, file);

	if (inode >= NODE_SNAPSHOT_FIRST && !snapshot)
		fuse_reply_err(request, EIO);
	else if (whence != SEEK_DATA && whence != SEEK_HOLE)
		fuse_reply_err(request, EINVAL);
	else if (offset < 0 || (uint64_t)offset >= bytes)
		fuse_reply_err(request, ENXIO);
	else if (is_view)
		reply_from_view(request, snapshot, (uint64_t)offset, whence == SEEK_DATA);
	else
		fuse_reply_lseek(request, whence == SEEK_DATA ? offset : (off_t)bytes);
}
