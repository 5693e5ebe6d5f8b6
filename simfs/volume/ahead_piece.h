/* SPDX-License-Identifier: Apache-2.0 */
/* ahead_piece.h - a piece of what is read ahead (ahead.h); for ahead.c only. */
#ifndef SNAPRIG_VOLUME_AHEAD_PIECE_H
#define SNAPRIG_VOLUME_AHEAD_PIECE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/request.h"

struct ahead;
struct ahead_stream;

struct ahead_piece {
	struct volume_request request;
	struct ahead_stream *stream; /* NULL: dropped */
	uint64_t first, end;	     /* in the volume */
	uint64_t left_bytes;	     /* not requested yet */
	uint64_t next_rule_id;	     /* when it was started: no rule is newer */
	bool is_there;
	struct list link; /* stream->pieces, ahead->spare or ->dropped */
};

static inline struct ahead_piece *ahead_piece_of(struct list *link)
{
	return CONTAINER_OF(link, struct ahead_piece, link);
}

/* Starts to read LENGTH bytes at the end of STREAM: whole units, except where the volume ends
 * or the reader's offset is unaligned. Returns false without memory. When it ends, waiting
 * reads continue. */
bool ahead_piece_start(struct ahead_stream *stream, struct snapshot *snapshot, uint64_t length);

/* PIECE, which belongs to a stream, is no longer used. */
void ahead_piece_drop(struct ahead_piece *piece);

/* The same for PIECE and all later ones of its stream, which then ends there. */
void ahead_stream_cut(struct ahead_piece *piece);

/* The same for all pieces of STREAM. */
void ahead_stream_drop(struct ahead_stream *stream);

/* Frees the list PIECES; none may be in flight, unless the backend has dropped everything. */
void ahead_pieces_free(struct ahead *ahead, struct list *pieces);

#endif
