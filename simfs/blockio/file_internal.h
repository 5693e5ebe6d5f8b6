/* SPDX-License-Identifier: Apache-2.0 */
/* file_internal.h - what file.c and file_open.c share; for nobody else. */
#ifndef SNAPRIG_BLOCKIO_FILE_INTERNAL_H
#define SNAPRIG_BLOCKIO_FILE_INTERNAL_H

#include "simfs/blockio/file.h"

struct file_blockio {
	struct blockio io;
	struct ring *ring;
	int fd;

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

#endif
