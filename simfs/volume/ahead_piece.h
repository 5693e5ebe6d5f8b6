/* SPDX-License-Identifier: Apache-2.0 */
/* ahead_piece.h - a piece of what is read ahead (ahead.h); for ahead.c alone. */
#ifndef SNAPRIG_VOLUME_AHEAD_PIECE_H
#define SNAPRIG_VOLUME_AHEAD_PIECE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/request.h"

struct ahead;
struct ahead_stream;

struct ahead_piece {
	struct volume_request request;
	struct ahead_stream *stream; /* NULL: it was dropped */
	uint64_t first, end;	     /* in the volume */
	uint64_t left_bytes;	     /* that nobody has asked for */
	uint64_t next_rule_id;	     /* when it was begun: no rule is newer */
	bool is_there;
	struct list link; /* stream->pieces, ahead->spare or ->dropped */
};

static inline struct ahead_piece *ahead_piece_of(struct list *link)
{
	return CONTAINER_OF(link, struct ahead_piece, link);
}

/* Begins to read LENGTH bytes, whole units but for where the volume or the reader's are not, at
 * the end of STREAM; false without memory.  When it ends, who waits goes on. */
bool ahead_piece_start(struct ahead_stream *stream, struct snapshot *snapshot, uint64_t length);

/* PIECE, which is a stream's, is not used any more. */
void ahead_piece_drop(struct ahead_piece *piece);

/* The same of it and those of its stream behind it, which ends there. */
void ahead_stream_cut(struct ahead_piece *piece);

/* The same of all of STREAM's. */
void ahead_stream_drop(struct ahead_stream *stream);

/* Frees those on the list PIECES, none of which is under way, or all was dropped. */
void ahead_pieces_free(struct ahead *ahead, struct list *pieces);

#endif
