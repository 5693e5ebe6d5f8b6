/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seek.c - SEEK_DATA and SEEK_HOLE in the mounted files, as for lseek(2).
 *
 *	files_lseek ─▶ look ─▶ (others are served) ─▶ look ─▶ found ─▶ answered
 *	                 ▲                                      │ of a snapshot
 *	                 └── struck: once more, with the lie ◀── asked (snapshot.seek)
 *
 * Faults are checked once the range that the seek passes over is known, so that a rule with a
 * range applies to the seeks that it changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/mount/session_internal.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot_cancel.h"

/* Ranges passed over in one go, before other requests are served. */
#define RANGES_AT_ONCE 32

struct seeking {
	fuse_req_t request;
	struct session *session;
	fuse_ino_t inode;
	int whence;
	uint64_t from;
	uint64_t at; /* of SEEK_HOLE: all before this is data */
	bool was_asked;
	struct fault_decision lie;
	uint64_t told;
	struct volume_moment moment;
	struct asker asker;
	struct ring_op op;
};

static void look(struct seeking *seeking);

static void answer(struct seeking *seeking, int error)
{
	seeking->session->commands_under_way--;
	asker_end(&seeking->asker);
	if (error != 0)
		fuse_reply_err(seeking->request, error);
	else if (seeking->told >= volume_bytes(seeking->session->volume) &&
		 seeking->whence == SEEK_DATA)
		fuse_reply_err(seeking->request, ENXIO);
	else
		fuse_reply_lseek(seeking->request, (off_t)seeking->told);
	free(seeking);
}

/* Only a fault delays a seek. */
static void seeker_killed(struct asker *asker)
{
	volume_moment_cancel(&CONTAINER_OF(asker, struct seeking, asker)->moment);
}

static void asked(struct volume_moment *moment, int result)
{
	struct seeking *seeking = CONTAINER_OF(moment, struct seeking, moment);

	if (result < 0) {
		answer(seeking, -result);
		return;
	}
	if (moment->decision.action == FAULT_NO_ACTION) {
		answer(seeking, 0);
		return;
	}
	/* The snapshot may differ from the one before. */
	seeking->lie = moment->decision;
	seeking->at = seeking->from;
	look(seeking);
}

/* TOLD is where the data or the hole begins, or the end if there is none. */
static void found(struct seeking *seeking, struct snapshot *snapshot, uint64_t told)
{
	struct volume *volume = seeking->session->volume;
	uint64_t last = volume_bytes(volume) - 1;

	seeking->told = told;
	if (!snapshot || seeking->was_asked) {
		answer(seeking, 0);
		return;
	}
	seeking->was_asked = true;
	volume_moment_arm(&seeking->moment, asked);
	volume_snapshot_seek(
		volume, snapshot, seeking->from, told < last ? told : last, &seeking->moment);
}

static void look_on(struct ring_op *op, int result, uint32_t flags)
{
	(void)result;
	(void)flags;
	look(CONTAINER_OF(op, struct seeking, op));
}

/* Continues after the requests that wait now. */
static void look_later(struct seeking *seeking)
{
	struct session *session = seeking->session;
	struct io_uring_sqe *sqe = ring_sqe(session->ring);

	seeking->op.done = look_on;
	io_uring_prep_nop(sqe);
	ring_start(session->ring, sqe, &seeking->op);
}

/* Finds the end of the data at the seek's offset; the offset itself if it is in a hole. */
static void hole_look(struct seeking *seeking, struct snapshot *snapshot)
{
	uint64_t first, end;

	for (unsigned i = 0; i < RANGES_AT_ONCE; i++) {
		if (!volume_next_told(seeking->session->volume, snapshot, &seeking->lie,
			    seeking->at, &first, &end) ||
			first != seeking->at) {
			found(seeking, snapshot, seeking->at);
			return;
		}
		MUST_GET_ON(seeking->at, end);
		seeking->at = end;
	}
	look_later(seeking);
}

static void look(struct seeking *seeking)
{
	struct volume *volume = seeking->session->volume;
	struct snapshot *snapshot = place_snapshot(seeking->session, seeking->inode);
	uint64_t first, end;

	if (seeking->inode != PLACE_LIVE && !snapshot)
		answer(seeking, EIO);
	else if (seeking->whence == SEEK_HOLE)
		hole_look(seeking, snapshot);
	else if (volume_next_told(volume, snapshot, &seeking->lie, seeking->from, &first, &end))
		found(seeking, snapshot, first);
	else
		found(seeking, snapshot, volume_bytes(volume));
}

static void view_seek(fuse_req_t request, fuse_ino_t inode, int whence, uint64_t from)
{
	struct session *session = session_of(request);
	struct seeking *seeking = calloc(1, sizeof *seeking);

	if (!seeking) {
		fuse_reply_err(request, ENOMEM);
		return;
	}
	seeking->request = request;
	seeking->session = session;
	seeking->inode = inode;
	seeking->whence = whence;
	seeking->from = from;
	seeking->at = from;
	seeking->asker.killed = seeker_killed;
	session_asks(session, &seeking->asker);
	session->commands_under_way++;
	look(seeking);
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
	else if (is_view)
		view_seek(request, inode, whence, (uint64_t)offset);
	else
		fuse_reply_lseek(request, whence == SEEK_DATA ? offset : (off_t)bytes);
}
