/* SPDX-License-Identifier: Apache-2.0 */
/* file_internal.h - what the bodies of file.h share; for nobody else. */
#ifndef SNAPRIG_BLOCKIO_FILE_INTERNAL_H
#define SNAPRIG_BLOCKIO_FILE_INTERNAL_H

#include "simfs/blockio/file.h"
#include "simfs/blockio/file_leaving.h"

struct file_blockio {
	struct blockio io;
	struct ring *ring;
	int fd;
	uint64_t errors; /* that the disk answered with */
	bool is_device;	 /* a block device: as long as it is, and without times of its own */

	/* Room that is made ahead of need; see file_room.c. */
	uint64_t room_end;    /* up to here the file is written, or allocated */
	bool room_failed;     /* no more is made */
	bool cannot_allocate; /* zeros are written instead */
	bool making_room, is_allocating;
	uint64_t room_from, room_to; /* while making_room: what is being filled */
	struct list waiting;	     /* writes into what is being filled */
	struct ring_op room_op;

	/* What leaves the disk that it lies on (file_leaving.h); NULL: nothing does. */
	struct file_leaving *leaving;

	/* When it has no name any more. */
	bool is_leaving;
	struct file_leaver leaver;
};

extern const struct blockio_ops file_ops;

/* file_open.c: how long the file or device FD is: 0 or -errno. */
int file_length(int fd, bool is_device, uint64_t *ret_bytes);

void file_submit(struct blockio *io, struct blockio_request *request);

/* file_data.c: as blockio_ops.next_data. */
bool file_next_data(struct blockio *io, uint64_t from, uint64_t *ret_first, uint64_t *ret_end);

/* file_error.c: logs that the disk has answered REQUEST with ERROR, if not many have come before.
 */
void file_error_say(struct file_blockio *file, const struct blockio_request *request, int error);

/* file_room.c: as blockio_ops.reserve. */
void file_room_reserve(
	struct blockio *io, uint64_t end_bytes, uint64_t limit_bytes, enum blockio_room room);

/* Whether REQUEST writes where room is being made, and waits for that now. */
bool file_room_holds(struct file_blockio *file, struct blockio_request *request);

#endif
