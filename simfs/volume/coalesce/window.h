/* SPDX-License-Identifier: Apache-2.0 */
/* window.h - the part of a merge that is in flight; part of struct coalesce, for its files only. */
#ifndef SNAPRIG_VOLUME_COALESCE_WINDOW_H
#define SNAPRIG_VOLUME_COALESCE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/store/read.h"
#include "simfs/volume/volume_limits.h"

struct chain;

/* A run of blocks being copied from the node into its parent (window.c). */
struct merge_chunk {
	struct chain *chain;
	uint64_t first, count;	  /* blocks */
	uint64_t gathered;	  /* blocks read so far or being read */
	unsigned reads_under_way; /* of its pieces */
	bool has_ended;
	uint64_t place; /* of its data in the buffer */
	struct blockio_request io;
	struct store_waiter written;
};

/* A piece of a chunk, contiguous in the node's file. */
struct merge_read {
	struct store_read read;
	struct chain *chain;
	struct merge_chunk *chunk; /* NULL: unused */
	uint64_t block;		   /* its first block */
};

/* The chunks in flight, by their numbers: first <= writing <= gathering <= end. */
struct merge_window {
	struct merge_chunk chunks[VOLUME_COALESCE_CHUNKS];
	uint64_t first;	    /* the oldest that has not ended */
	uint64_t writing;   /* the next one to write */
	uint64_t gathering; /* the one whose next piece is read */
	uint64_t end;
	uint64_t bytes; /* of the chunks from `first` to `end` */
	unsigned writes_under_way;
	int error; /* the first error; nothing more is started */
	char *buffer;
	uint64_t buffer_bytes;
};

#endif
