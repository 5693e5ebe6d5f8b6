/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/ahead_piece.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "simfs/base/check.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/way.h"

/* The most pieces with memory: per stream its window, and one that is being used up. */
static unsigned pieces_most(const struct volume *volume)
{
	return AHEAD_STREAMS *
	       (2 + (unsigned)(volume->ahead.window_most_bytes / VOLUME_REQUEST_MAX_BYTES));
}

static struct ahead_piece *piece_new(struct volume *volume)
{
	struct list *link = list_pop(&volume->ahead.spare);
	struct ahead_piece *piece;
	void *memory;

	if (link)
		return ahead_piece_of(link);
	if (volume->ahead.piece_count == pieces_most(volume))
		return NULL;
	piece = calloc(1, sizeof *piece);
	if (!piece)
		return NULL;
	memory = mmap(NULL, VOLUME_BUFFER_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED) {
		free(piece);
		return NULL;
	}
	piece->request.buffer = memory;
	volume->ahead.piece_count++;
	return piece;
}

void ahead_pieces_free(struct ahead *ahead, struct list *pieces)
{
	struct list *link;

	while ((link = list_pop(pieces))) {
		struct ahead_piece *piece = ahead_piece_of(link);

		munmap(piece->request.buffer, VOLUME_BUFFER_BYTES);
		free(piece);
		ahead->piece_count--;
	}
}

void ahead_piece_drop(struct ahead_piece *piece)
{
	struct ahead *ahead = &piece->request.volume->ahead;

	list_remove(&piece->link);
	piece->stream = NULL;
	list_prepend(piece->is_there ? &ahead->spare : &ahead->dropped, &piece->link);
}

void ahead_stream_cut(struct ahead_piece *piece)
{
	struct ahead_stream *stream = piece->stream;

	/* Otherwise the pieces left in front would end before `end`. */
	if (piece->first < stream->next) {
		ahead_stream_drop(stream);
		return;
	}
	stream->end = piece->first;
	while (piece->stream)
		ahead_piece_drop(ahead_piece_of(stream->pieces.previous));
}

void ahead_stream_drop(struct ahead_stream *stream)
{
	while (!list_empty(&stream->pieces))
		ahead_piece_drop(ahead_piece_of(stream->pieces.next));
	stream->end = stream->next;
}

/* Waiting reads now find the piece, or read themselves. */
static void waiting_go(struct volume *volume)
{
	struct list waiting;
	struct list *link;

	list_init(&waiting);
	list_splice(&waiting, &volume->ahead.waiting);
	while ((link = list_pop(&waiting)))
		snapshot_read_go(CONTAINER_OF(link, struct volume_request, link));
}

static void piece_done(struct volume_request *request, int result)
{
	struct ahead_piece *piece = CONTAINER_OF(request, struct ahead_piece, request);
	struct volume *volume = request->volume;

	piece->is_there = true;
	/* Dropped while in flight. */
	if (!piece->stream) {
		list_remove(&piece->link);
		list_prepend(&volume->ahead.spare, &piece->link);
	} else if (result < 0) {
		piece->stream->bad_end = piece->end;
		ahead_stream_cut(piece);
	}
	waiting_go(volume);
}

bool ahead_piece_start(struct ahead_stream *stream, struct snapshot *snapshot, uint64_t length)
{
	struct volume *volume = snapshot->volume;
	struct ahead_piece *piece = piece_new(volume);

	if (!piece)
		return false;
	MUST(list_empty(&stream->pieces) ||
		ahead_piece_of(stream->pieces.previous)->end == stream->end);
	piece->stream = stream;
	piece->first = stream->end;
	piece->end = stream->end + length;
	piece->left_bytes = length;
	piece->next_rule_id = volume->faults.plane.next_id;
	piece->is_there = false;
	list_append(&stream->pieces, &piece->link);
	stream->end = piece->end;
	volume->ahead.read_bytes += length;
	piece->request = (struct volume_request){
		.kind = VOLUME_READ,
		.snapshot = snapshot,
		.offset = piece->first,
		.length = length,
		.buffer = piece->request.buffer,
		.done = piece_done,
		.is_ahead = true,
		.volume = volume,
	};
	volume->reads_under_way++;
	snapshot_get(snapshot);
	volume->topology->snapshot_read(&piece->request);
	return true;
}
