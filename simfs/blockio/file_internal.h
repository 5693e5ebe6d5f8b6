/* SPDX-License-Identifier: Apache-2.0 */
/* file_internal.h - shared by the .c files behind file.h only. */
#ifndef SNAPRIG_BLOCKIO_FILE_INTERNAL_H
#define SNAPRIG_BLOCKIO_FILE_INTERNAL_H

#include "simfs/blockio/file.h"
#include "simfs/blockio/file_leaving.h"

struct file_blockio {
	struct blockio io;
	struct ring *ring;
	int fd;
	uint64_t errors; /* that the disk returned */
	bool is_device;	 /* a block device: fixed length, no times of its own */

	/* Space prepared ahead of need; see file_room.c. */
	uint64_t room_end;    /* up to here the file is written or allocated */
	bool room_failed;     /* no more is prepared */
	bool cannot_allocate; /* zeros are written instead */
	bool making_room, is_allocating;
	uint64_t room_from, room_to; /* the range being filled, while making_room */
	struct list waiting;	     /* writes into the range being filled */
	struct ring_op room_op;

	/* Frees the space of removed files on the same disk (file_leaving.h); may be NULL. */
	struct file_leaving *leaving;

	/* After the file was removed. */
	bool is_leaving;
	struct file_leaver leaver;
};

extern const struct blockio_ops file_ops;

/* file_open.c: stores the length of the file or device FD; returns 0 or -errno. */
int file_length(int fd, bool is_device, uint64_t *ret_bytes);

void file_submit(struct blockio *io, struct blockio_request *request);

/* file_data.c: as blockio_ops.next_data. */
bool file_next_data(struct blockio *io, uint64_t from, uint64_t *ret_first, uint64_t *ret_end);

/* file_error.c: logs that the disk returned ERROR for REQUEST, more rarely as errors repeat. */
void file_error_say(struct file_blockio *file, const struct blockio_request *request, int error);

/* file_room.c: as blockio_ops.reserve. */
void file_room_reserve(
	struct blockio *io, uint64_t end_bytes, uint64_t limit_bytes, enum blockio_room room);

/* Returns true if REQUEST writes into the range being filled; it is then queued until that is
 * done. */
bool file_room_holds(struct file_blockio *file, struct blockio_request *request);

#endif
