/* SPDX-License-Identifier: Apache-2.0 */
/* file_internal.h - what file.c and file_open.c share; for nobody else. */
#ifndef SNAPRIG_BLOCKIO_FILE_INTERNAL_H
#define SNAPRIG_BLOCKIO_FILE_INTERNAL_H

#include "simfs/blockio/file.h"

struct file_blockio {
	struct blockio io;
	struct ring *ring;
	int fd;
	bool is_device; /* a block device: as long as it is, and without times of its own */

	/* Room that is made ahead of need; see file_reserve() in file.c. */
	uint64_t room_end; /* up to here the file is written */
	bool room_failed;
	bool making_room;
	uint64_t room_from, room_to; /* while making_room: what is being filled */
	void *zeros;		     /* ROOM_STEP_BYTES, mapped; NULL until needed */
	struct list waiting;	     /* writes into what is being filled */
	struct ring_op room_op;
};

extern const struct blockio_ops file_ops;

/* file_open.c: how long the file or device FD is: 0 or -errno. */
int file_length(int fd, bool is_device, uint64_t *ret_bytes);

#endif
