/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_room.c - prepares space beyond the end of a file that is appended to.
 *
 * An O_DIRECT write into a hole, beyond the end or into space that was only allocated waits
 * while ext4 changes its metadata: it takes 2 to 3 times as long as a write over zeros
 * (bench: first-touch-4k, 10 k against 18 k a second). So zeros are written ahead, in large
 * pieces: a quarter of the file's size, so that a small file takes little, and at most
 * ROOM_STEP_BYTES.
 *
 * When many files grow at once, a disk has no time to write all bytes twice. Their space is
 * allocated instead (bench: snapshots-16, 1.3 times as many), in larger pieces, since writes
 * to the file are held while it is done.
 */
#include <fcntl.h>

#include "simfs/base/check.h"
#include "simfs/blockio/file_internal.h"

/*
 * Space is prepared in steps, two of them ahead of the end: enough for the segments that are
 * written while one step is in flight.
 */
#define ROOM_STEP_BYTES	 (2u << 20)
#define ROOM_STEPS_AHEAD 2u
#define ROOM_SHARE	 4u
#define ROOM_STEP_MIN	 (64u << 10)

/* The same for allocated space: as much as the file holds, once half of that is left. */
#define ROOM_ALLOCATED_STEP_BYTES (8u << 20)

/* Shared by all files and never written, so it takes no memory. */
static _Alignas(BLOCKIO_ALIGNMENT_MAX) char zeros[ROOM_STEP_BYTES];

static uint64_t round_to(uint64_t bytes, uint64_t unit)
{
	return bytes / unit * unit;
}

/* The size of one step beyond END (0: none yet). *RET_AHEAD is how much space should be ready. */
static uint64_t step_bytes(uint64_t end, enum blockio_room room, uint64_t *ret_ahead)
{
	bool is_allocated = room == BLOCKIO_ROOM_ALLOCATED;
	uint64_t step_max = is_allocated ? ROOM_ALLOCATED_STEP_BYTES : ROOM_STEP_BYTES;
	uint64_t step = round_to(is_allocated ? end : end / ROOM_SHARE, ROOM_STEP_MIN);

	if (step > step_max)
		step = step_max;
	*ret_ahead = is_allocated ? step / 2 : ROOM_STEPS_AHEAD * step;
	return step;
}

bool file_room_holds(struct file_blockio *file, struct blockio_request *request)
{
	uint64_t end = request->offset;

	if (!file->making_room || request->kind != BLOCKIO_WRITE)
		return false;
	for (unsigned i = 0; i < request->iov_count; i++)
		end += request->iov[i].iov_len;
	/* The zeros must not overwrite it. */
	if (request->offset >= file->room_to || file->room_from >= end)
		return false;
	list_append(&file->waiting, &request->link);
	return true;
}

static void room_made(struct ring_op *op, int result, uint32_t flags)
{
	struct file_blockio *file = CONTAINER_OF(op, struct file_blockio, room_op);
	struct list waiting;
	struct list *link;

	(void)flags;
	if (file->is_allocating && result == 0)
		file->room_end = file->room_to;
	else if (file->is_allocating)
		file->cannot_allocate = true;
	else if (result > 0)
		file->room_end = file->room_from + (uint32_t)result;
	else
		/* On a full disk the writes themselves report the error; preparing more is
		 * useless, unless space is being freed. */
		file->room_failed = !file->leaving || file->leaving->room_bytes == 0;
	file->making_room = false;
	if (file->is_leaving) {
		file_leaving_ready(file->leaving, &file->leaver);
		return;
	}
	list_init(&waiting);
	list_splice(&waiting, &file->waiting);
	while ((link = list_pop(&waiting)))
		file_submit(&file->io, CONTAINER_OF(link, struct blockio_request, link));
}

/* Fills room_from..room_to. */
static void room_make(struct file_blockio *file)
{
	struct io_uring_sqe *sqe = ring_sqe(file->ring);
	uint64_t length = file->room_to - file->room_from;

	if (file->is_allocating) {
		io_uring_prep_fallocate(sqe, file->fd, 0, (off_t)file->room_from, (off_t)length);
	} else {
		io_uring_prep_write(sqe, file->fd, zeros, (unsigned)length, file->room_from);
		if (file->io.counts)
			file->io.counts->ahead_bytes += length;
	}
	file->making_room = true;
	file->room_op.done = room_made;
	ring_start(file->ring, sqe, &file->room_op);
}

void file_room_reserve(
	struct blockio *io, uint64_t end_bytes, uint64_t limit_bytes, enum blockio_room room)
{
	struct file_blockio *file = CONTAINER_OF(io, struct file_blockio, io);
	enum blockio_room kind = file->cannot_allocate ? BLOCKIO_ROOM_ZEROS : room;
	uint64_t end = round_to(end_bytes + BLOCKIO_ALIGNMENT_MAX - 1, BLOCKIO_ALIGNMENT_MAX);
	uint64_t ahead, step = step_bytes(end, kind, &ahead);
	uint64_t limit = limit_bytes == 0 ? UINT64_MAX
					  : round_to(limit_bytes, BLOCKIO_ALIGNMENT_MAX);
	uint64_t from = end > file->room_end ? end : file->room_end;
	uint64_t to = from + step < limit ? from + step : limit;

	if (file->making_room || file->room_failed || end + ahead <= file->room_end || from >= to)
		return;
	file->room_from = from;
	file->room_to = to;
	file->is_allocating = kind == BLOCKIO_ROOM_ALLOCATED;
	room_make(file);
}
