/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.c - open, read, write and flush in the mounted tree.
 *
 * The live view and the snapshots are asynchronous and keep their slot.  The rest is text, answered
 * at once: the status and datto-info are generated when they are opened, so that a reader sees one
 * state; the logs are read as they grow.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/mount/session_internal.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot.h"
#include "simfs/volume/snapshot_cancel.h"

/*
 * This libfuse has no field for parallel direct writes, without which the kernel allows one write
 * at a time to a file.  So the reply is made here.
 */
int reply_open(fuse_req_t request, uint64_t handle, uint32_t flags)
{
	struct fuse_open_out out = { .fh = handle, .open_flags = flags };
	struct session *session = session_of(request);
	int error = fuse_reply_buf(request, (const char *)&out, sizeof out);

	if (error == 0)
		session_opened(session);
	return error;
}

/*
 * `touch` opens an existing file for writing only.  Its O_NONBLOCK, which nothing else sets for a
 * regular file, distinguishes it from real writers.  The error says that the snapshot exists.
 */
static int open_snapshot_error(const struct snapshot *snapshot, int flags)
{
	int mode = flags & O_ACCMODE;

	if (mode == O_RDONLY)
		return 0;
	if (mode == O_WRONLY && (flags & O_NONBLOCK))
		return EEXIST;
	return snapshot_is_writable(snapshot) ? 0 : EROFS;
}

struct opening {
	struct snapshot_open open;
	struct asker asker;
	fuse_req_t request;
	struct session *session;
};

static void snapshot_open_done(struct snapshot_open *open, struct snapshot *snapshot, int result)
{
	struct opening *opening = CONTAINER_OF(open, struct opening, open);

	opening->session->commands_under_way--;
	asker_end(&opening->asker);
	if (result < 0)
		fuse_reply_err(opening->request, -result);
	/* The caller was interrupted, so nobody will close it. */
	else if (reply_open(opening->request, (uintptr_t)snapshot,
			 FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES) == -ENOENT)
		snapshot_closed(snapshot);
	free(opening);
}

/* Only a fault delays an open. */
static void opener_killed(struct asker *asker)
{
	struct opening *opening = CONTAINER_OF(asker, struct opening, asker);

	volume_snapshot_open_cancel(&opening->open);
}

static void files_open_snapshot(
	fuse_req_t request, struct snapshot *snapshot, const struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	int error = open_snapshot_error(snapshot, file->flags);
	struct opening *opening = error ? NULL : calloc(1, sizeof *opening);

	if (!opening) {
		fuse_reply_err(request, error ? error : ENOMEM);
		return;
	}
	opening->session = session;
	opening->request = request;
	opening->open.done = snapshot_open_done;
	opening->asker.killed = opener_killed;
	session_asks(session, &opening->asker);
	session->commands_under_way++;
	volume_snapshot_open(session->volume, snapshot, &opening->open);
}

void files_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	struct snapshot *snapshot = place_snapshot(session_of(request), inode);

	if (snapshot) {
		files_open_snapshot(request, snapshot, file);
	} else if (inode == PLACE_LIVE) {
		reply_open(request, 0, FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES);
	} else if (inode >= PLACE_TAKING_FIRST) {
		snapshots_take(request, inode, file);
	} else if (inode >= PLACE_SNAPSHOT_FIRST) {
		fuse_reply_err(request, ENOENT);
	} else if ((file->flags & O_ACCMODE) != O_RDONLY) {
		fuse_reply_err(request, EACCES);
	} else {
		text_open(request, inode);
	}
}

void files_release(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	session_closed(session_of(request));
	/* The snapshot may be deleted, and then is not found by its inode; the open file keeps
	 * it. */
	if (inode >= PLACE_SNAPSHOT_FIRST) {
		taking_released(session_of(request), inode, file);
		snapshot_closed((void *)(uintptr_t)file->fh);
	} else if (inode != PLACE_LIVE) {
		text_release(file);
	}
	fuse_reply_err(request, 0);
}

struct snapshot *open_snapshot(fuse_ino_t inode, const struct fuse_file_info *file)
{
	struct snapshot *snapshot = inode >= PLACE_SNAPSHOT_FIRST ? (void *)(uintptr_t)file->fh
								  : NULL;

	return snapshot && !snapshot_is_going(snapshot) ? snapshot : NULL;
}

static void flush_start(struct slot *slot);

static void request_done(struct volume_request *done, int result)
{
	struct slot *slot = CONTAINER_OF(done, struct slot, request);

	if (result == 0 && slot->must_flush)
		flush_start(slot);
	else if (result == 0 && done->kind == VOLUME_FLUSH && slot->flushing_length > 0)
		slot_reply_write(slot, slot->flushing_length);
	else if (result == 0 && done->kind == VOLUME_READ)
		slot_reply_data(slot, done->data, done->done_length);
	else if (result == 0 && done->kind == VOLUME_WRITE)
		slot_reply_write(slot, done->done_length);
	else
		slot_reply_error(slot, result);
}

static void submit(struct slot *slot, enum volume_kind kind, struct snapshot *snapshot,
	uint64_t offset, size_t length)
{
	slot->request.kind = kind;
	slot->request.snapshot = snapshot;
	slot->request.offset = offset;
	slot->request.length = length;
	slot->request.buffer = slot->memory + SLOT_LEAD_BYTES;
	slot->request.done = request_done;
	volume_submit(slot->session->volume, &slot->request);
}

/*
 * Flushes after a write.  An open file keeps its snapshot, but the snapshot may have been given up.
 */
static void flush_start(struct slot *slot)
{
	struct volume *volume = slot->session->volume;
	struct snapshot *snapshot = NULL;

	slot->must_flush = false;
	slot->flushing_length = slot->request.done_length;
	if (slot->snapshot_id != 0)
		snapshot = volume_snapshot_by_id(volume, slot->snapshot_id);
	if (slot->snapshot_id != 0 && !snapshot)
		slot_reply_error(slot, -EIO);
	else
		submit(slot, VOLUME_FLUSH, snapshot, 0, 0);
}

static void start(struct slot *slot, enum volume_kind kind, struct snapshot *snapshot,
	uint64_t offset, size_t length)
{
	slot->must_flush = false;
	slot->flushing_length = 0;
	latency_begin(slot, kind, snapshot != NULL);
	submit(slot, kind, snapshot, offset, length);
}

/*
 * O_DSYNC, O_SYNC and RWF_DSYNC come as flags of each write: the kernel sends no FSYNC after a
 * direct one.
 */
static void start_write(struct slot *slot, struct snapshot *snapshot, uint64_t offset,
	size_t length, const struct fuse_file_info *file)
{
	slot->must_flush = (file->flags & O_DSYNC) != 0;
	slot->flushing_length = 0;
	slot->snapshot_id = snapshot ? snapshot_id(snapshot) : 0;
	latency_begin(slot, VOLUME_WRITE, snapshot != NULL);
	submit(slot, VOLUME_WRITE, snapshot, offset, length);
}

/*
 * Whether a read fills pages of the kernel, as for a mapped file, rather than the memory of the
 * caller.  The kernel would take a short answer for the end of the file, and zeros for what
 * follows.  Only the other reads carry a lock owner.
 */
static bool fills_pages(const struct slot *slot)
{
	const struct fuse_read_in *read = (const void *)(slot_header(slot) + 1);

	return (read->read_flags & FUSE_READ_LOCKOWNER) == 0;
}

void files_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	uint64_t bytes = volume_bytes(session->volume);
	struct snapshot *snapshot = open_snapshot(inode, file);

	/* A deleted snapshot must not be taken for the live view. */
	if (inode >= PLACE_SNAPSHOT_FIRST && !snapshot) {
		fuse_reply_err(request, EIO);
		return;
	}
	if (inode != PLACE_LIVE && !snapshot) {
		text_read(request, inode, size, offset, file);
		return;
	}
	if (offset < 0 || (uint64_t)offset >= bytes || size == 0) {
		fuse_reply_buf(request, NULL, 0);
		return;
	}
	if (size > bytes - (uint64_t)offset)
		size = bytes - (uint64_t)offset;
	if (size > VOLUME_REQUEST_MAX_BYTES)
		size = VOLUME_REQUEST_MAX_BYTES;

	struct slot *slot = slot_take(session, request);

	slot->request.is_whole = fills_pages(slot);
	start(slot, VOLUME_READ, snapshot, (uint64_t)offset, size);
}

void files_write(fuse_req_t request, fuse_ino_t inode, const char *data, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	struct snapshot *snapshot = open_snapshot(inode, file);
	uint64_t bytes = volume_bytes(session->volume);

	if (inode >= PLACE_SNAPSHOT_FIRST && !snapshot) {
		fuse_reply_err(request, EIO);
		return;
	}
	if (inode != PLACE_LIVE && !(snapshot && snapshot_is_writable(snapshot))) {
		fuse_reply_err(request, EROFS);
		return;
	}
	if (offset < 0 || (uint64_t)offset >= bytes) {
		fuse_reply_err(request, ENOSPC);
		return;
	}
	if (size == 0) {
		fuse_reply_write(request, 0);
		return;
	}
	if (size > bytes - (uint64_t)offset)
		size = bytes - (uint64_t)offset;
	MUST(size <= VOLUME_REQUEST_MAX_BYTES);

	struct slot *slot = slot_take(session, request);

	/* The transport reads a write's header to end right at the page. */
	MUST(data == slot->memory + SLOT_LEAD_BYTES);
	start_write(slot, snapshot, (uint64_t)offset, size, file);
}

void files_fsync(fuse_req_t request, fuse_ino_t inode, int datasync, struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	struct snapshot *snapshot = open_snapshot(inode, file);

	(void)datasync;
	if (inode != PLACE_LIVE && !(snapshot && snapshot_is_writable(snapshot))) {
		fuse_reply_err(request, 0);
		return;
	}
	start(slot_take(session, request), VOLUME_FLUSH, snapshot, 0, 0);
}

/*
 * A discard or zeroing: what BLKDISCARD on the volume, or on a loop device on it, becomes.  Other
 * modes, and those of a snapshot, are not supported, as on a device.
 */
void files_fallocate(fuse_req_t request, fuse_ino_t inode, int mode, off_t offset, off_t length,
	struct fuse_file_info *file)
{
	struct session *session = session_of(request);
	uint64_t bytes = volume_bytes(session->volume);
	int how = mode & ~FALLOC_FL_KEEP_SIZE;

	(void)file;
	if (inode != PLACE_LIVE || (how != FALLOC_FL_PUNCH_HOLE && how != FALLOC_FL_ZERO_RANGE)) {
		fuse_reply_err(request, EOPNOTSUPP);
		return;
	}
	if (offset < 0 || length <= 0 || (uint64_t)offset >= bytes) {
		fuse_reply_err(request, how == FALLOC_FL_PUNCH_HOLE ? 0 : ENOSPC);
		return;
	}
	if ((uint64_t)length > bytes - (uint64_t)offset)
		length = (off_t)(bytes - (uint64_t)offset);
	start(slot_take(session, request),
		how == FALLOC_FL_PUNCH_HOLE ? VOLUME_DISCARD : VOLUME_ZERO, NULL, (uint64_t)offset,
		(size_t)length);
}
