/* SPDX-License-Identifier: Apache-2.0 */
/* window.h - what is under way of a merge; for the files of coalesce, and part of struct coalesce.
 */
#ifndef SNAPRIG_VOLUME_COALESCE_WINDOW_H
#define SNAPRIG_VOLUME_COALESCE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/store/read.h"
#include "simfs/volume/volume_limits.h"

struct chain;

/* A run of blocks on its way from the node into its parent (window.c). */
struct merge_chunk {
	struct chain *chain;
	uint64_t first, count;	  /* blocks */
	uint64_t gathered;	  /* so many of them have been read or are being */
	unsigned reads_under_way; /* of its pieces */
	bool has_ended;
	uint64_t place; /* of its bytes in the buffer */
	struct blockio_request io;
	struct store_waiter written;
};

/* A piece of a chunk, which lies in one piece in the node's file. */
struct merge_read {
	struct store_read read;
	struct chain *chain;
	struct merge_chunk *chunk; /* NULL: it is free */
	uint64_t block;		   /* the first of it */
};

/* The chunks that are under way, by their numbers: first <= writing <= gathering <= end. */
struct merge_window {
	struct merge_chunk chunks[VOLUME_COALESCE_CHUNKS];
	uint64_t first;	    /* that has not ended, or has one before it that has not */
	uint64_t writing;   /* the next one to be written */
	uint64_t gathering; /* of which the next piece is read */
	uint64_t end;
	uint64_t bytes; /* of those from `first` to `end` */
	unsigned writes_under_way;
	int error; /* what failed first; nothing more is begun */
	char *buffer;
	uint64_t buffer_bytes;
};

#endif
