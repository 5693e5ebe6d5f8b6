/* SPDX-License-Identifier: Apache-2.0 */
/* seek.c - SEEK_DATA and SEEK_HOLE in the mounted files, as lseek(2) has them. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/mount/session_internal.h"
#include "simfs/volume/request.h"

/* Ranges that are passed over in one go; then others are served first. */
#define RANGES_AT_ONCE 32

struct seeking {
	fuse_req_t request;
	fuse_ino_t inode;
	uint64_t from;
	struct ring_op op;
};

static void hole_look(fuse_req_t request, fuse_ino_t inode, uint64_t from);

static void hole_look_on(struct ring_op *op, int result, uint32_t flags)
{
	struct seeking *seeking = CONTAINER_OF(op, struct seeking, op);
	struct seeking now = *seeking;

	(void)result;
	(void)flags;
	free(seeking);
	session_of(now.request)->commands_under_way--;
	hole_look(now.request, now.inode, now.from);
}

/* Goes on from FROM when what waits now has been served. */
static void hole_look_later(fuse_req_t request, fuse_ino_t inode, uint64_t from)
{
	struct session *session = session_of(request);
	struct seeking *seeking = malloc(sizeof *seeking);
	struct io_uring_sqe *sqe;

	if (!seeking) {
		fuse_reply_err(request, ENOMEM);
		return;
	}
	*seeking = (struct seeking){ request, inode, from, { .done = hole_look_on } };
	session->commands_under_way++;
	sqe = ring_sqe(session->ring);
	io_uring_prep_nop(sqe);
	ring_start(session->ring, sqe, &seeking->op);
}

/* Answers where the data ends that FROM lies in; with FROM when it lies in a hole. */
static void hole_look(fuse_req_t request, fuse_ino_t inode, uint64_t from)
{
	struct volume *volume = session_of(request)->volume;
	struct snapshot *snapshot = place_snapshot(session_of(request), inode);
	uint64_t first, end;

	if (inode != PLACE_LIVE && !snapshot) {
		fuse_reply_err(request, EIO);
		return;
	}
	for (unsigned i = 0; i < RANGES_AT_ONCE; i++) {
		if (!volume_next_data(volume, snapshot, from, &first, &end) || first != from) {
			fuse_reply_lseek(request, (off_t)from);
			return;
		}
		MUST_GET_ON(from, end);
		from = end;
	}
	hole_look_later(request, inode, from);
}

static void data_look(fuse_req_t request, struct snapshot *snapshot, uint64_t from)
{
	uint64_t first, end;

	if (volume_next_data(session_of(request)->volume, snapshot, from, &first, &end))
		fuse_reply_lseek(request, (off_t)first);
	else
		fuse_reply_err(request, ENXIO);
}

void files_lseek(
	fuse_req_t request, fuse_ino_t inode, off_t offset, int whence, struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	struct snapshot *snapshot = open_snapshot(inode, file);
	bool is_view = inode == PLACE_LIVE || snapshot;
	uint64_t bytes = is_view ? volume_bytes(session->volume)
				 : text_file_bytes(session, inode, file);

	if (inode >= PLACE_SNAPSHOT_FIRST && !snapshot)
		fuse_reply_err(request, EIO);
	else if (whence != SEEK_DATA && whence != SEEK_HOLE)
		fuse_reply_err(request, EINVAL);
	else if (offset < 0 || (uint64_t)offset >= bytes)
		fuse_reply_err(request, ENXIO);
	else if (is_view && whence == SEEK_DATA)
		data_look(request, snapshot, (uint64_t)offset);
	else if (is_view)
		hole_look(request, inode, (uint64_t)offset);
	else
		fuse_reply_lseek(request, whence == SEEK_DATA ? offset : (off_t)bytes);
}
