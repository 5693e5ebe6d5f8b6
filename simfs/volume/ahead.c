/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/ahead.h"

#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/ahead_piece.h"
#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

/* So many reads one behind the other are a sequence. */
#define READS_MIN 3u

/* The first window. */
#define WINDOW_FIRST_BYTES (128u << 10)

/* ---- whether ---- */

/* A rule here strikes what is read of files, or makes of a snapshot what it would not be. */
static bool files_are_struck(const struct volume *volume)
{
	static const enum fault_point points[] = { FAULT_ORIGIN_READ, FAULT_ORIGIN_WRITE,
		FAULT_COW_READ_OLD, FAULT_COW_STORE, FAULT_COW_AFTER_STORE, FAULT_STORE_APPEND,
		FAULT_STORE_FLUSH, FAULT_CHAIN_SNAPSHOT, FAULT_COALESCE_START, FAULT_COALESCE_COPY,
		FAULT_COALESCE_RELINK };

	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
		if (fault_is_armed(&volume->faults.plane, points[i]))
			return true;
	}
	return false;
}

static bool is_allowed(const struct snapshot *snapshot)
{
	return snapshot->state == SNAPSHOT_ACTIVE && !snapshot->is_detached &&
	       !files_are_struck(snapshot->volume);
}

bool ahead_is_over(const struct volume_request *request)
{
	return request->is_ahead && !is_allowed(request->snapshot);
}

/* ---- streams ---- */

/* Whether STREAM has what is at OFFSET, or will have it. */
static bool has(const struct ahead_stream *stream, uint64_t offset)
{
	return !list_empty(&stream->pieces) && offset < stream->end &&
	       offset >= ahead_piece_of(stream->pieces.next)->first;
}

/* A stream that a read at OFFSET goes on with. */
static struct ahead_stream *stream_at(struct ahead *ahead, uint64_t snapshot_id, uint64_t offset)
{
	for (unsigned i = 0; i < AHEAD_STREAMS; i++) {
		struct ahead_stream *stream = &ahead->streams[i];

		if (stream->snapshot_id == snapshot_id &&
			(stream->next == offset || has(stream, offset)))
			return stream;
	}
	return NULL;
}

static bool is_sequence(const struct ahead_stream *stream)
{
	return stream->reads >= READS_MIN;
}

/* The one that was read least lately: who reads at random takes those of sequences last. */
static struct ahead_stream *stream_new(struct ahead *ahead)
{
	struct ahead_stream *worst = &ahead->streams[0];

	for (unsigned i = 1; i < AHEAD_STREAMS; i++) {
		struct ahead_stream *stream = &ahead->streams[i];

		if (is_sequence(stream) != is_sequence(worst) ? is_sequence(worst)
							      : stream->turn < worst->turn)
			worst = stream;
	}
	ahead_stream_drop(worst);
	return worst;
}

struct ahead_stream *ahead_note(const struct volume_request *request)
{
	struct ahead *ahead = &request->volume->ahead;
	uint64_t end = request->offset + request->length;
	uint64_t snapshot_id = request->snapshot->id;
	struct ahead_stream *stream;

	if (ahead->window_most_bytes == 0)
		return NULL;
	stream = stream_at(ahead, snapshot_id, request->offset);
	if (!stream) {
		stream = stream_new(ahead);
		stream->snapshot_id = snapshot_id;
		stream->window_bytes = 0;
		stream->bad_end = 0;
		stream->reads = 1;
		stream->next = stream->end = end;
	} else if (end > stream->next) {
		stream->reads++;
		stream->next = end;
	}
	stream->length = request->length;
	stream->turn = ++ahead->turn;
	/* Who has left something out does not come back for it. */
	while (!list_empty(&stream->pieces) &&
		ahead_piece_of(stream->pieces.next)->end + stream->window_bytes <= stream->next)
		ahead_piece_drop(ahead_piece_of(stream->pieces.next));
	if (stream->end < stream->next)
		ahead_stream_drop(stream);
	return stream;
}

/* A reader who has so much under way himself keeps the disk busy without us. */
static bool is_deep(const struct snapshot *snapshot, const struct ahead_stream *stream)
{
	uint64_t in_flight = snapshot->reads.in_flight;

	return in_flight > 1 &&
	       in_flight * stream->length > snapshot->volume->ahead.window_most_bytes / 2;
}

static void widen(struct ahead_stream *stream, uint64_t most_bytes)
{
	uint64_t least = round_up(2 * stream->length, 2 * BLOCKIO_ALIGNMENT_MAX);

	stream->window_bytes *= 2;
	if (stream->window_bytes < WINDOW_FIRST_BYTES)
		stream->window_bytes = WINDOW_FIRST_BYTES;
	if (stream->window_bytes < least)
		stream->window_bytes = least;
	if (stream->window_bytes > most_bytes)
		stream->window_bytes = most_bytes;
}

/* Of the next one: half of the window, or as much as one request may have. */
static uint64_t piece_end(const struct ahead_stream *stream)
{
	uint64_t length = stream->window_bytes / 2;

	if (length < BLOCKIO_ALIGNMENT_MAX)
		length = BLOCKIO_ALIGNMENT_MAX;
	if (length > VOLUME_REQUEST_MAX_BYTES)
		length = VOLUME_REQUEST_MAX_BYTES;
	return round_down(stream->end + length, BLOCKIO_ALIGNMENT_MAX);
}

/* When half of the window has been asked for, the next half is read. */
void ahead_fill(struct volume *volume, struct ahead_stream *stream)
{
	struct snapshot *snapshot;

	if (!is_sequence(stream) || stream->next < stream->bad_end ||
		stream->end - stream->next > stream->window_bytes / 2)
		return;
	snapshot = volume_snapshot_by_id(volume, stream->snapshot_id);
	if (!snapshot || !snapshot_is_readable(snapshot) || !is_allowed(snapshot) ||
		is_deep(snapshot, stream))
		return;
	widen(stream, volume->ahead.window_most_bytes);
	while (stream->end < volume_bytes(volume) &&
		stream->end - stream->next <= stream->window_bytes / 2) {
		uint64_t end = piece_end(stream);

		if (end > volume_bytes(volume))
			end = volume_bytes(volume);
		MUST_GET_ON(stream->end, end);
		if (!ahead_piece_start(stream, snapshot, end - stream->end))
			return;
	}
}

/* ---- reads ---- */

/* All of a read up to END lies in pieces of STREAM that may be used. */
static bool can_serve(
	const struct ahead_stream *stream, const struct volume_request *request, bool *ret_is_there)
{
	uint64_t end = request->offset + request->length;

	*ret_is_there = true;
	if (end > stream->end || !is_allowed(request->snapshot))
		return false;
	list_for_each (link, &stream->pieces) {
		const struct ahead_piece *piece = ahead_piece_of(link);

		if (piece->end <= request->offset || piece->first >= end)
			continue;
		*ret_is_there &= piece->is_there;
		if (piece->next_rule_id != request->volume->faults.plane.next_id)
			return false;
	}
	return true;
}

/* Into REQUEST what of PIECE it wants, which has got as far as AT; where to go on. */
static uint64_t piece_copy(struct ahead_piece *piece, struct volume_request *request, uint64_t at)
{
	uint64_t request_end = request->offset + request->length;
	uint64_t end = piece->end < request_end ? piece->end : request_end;

	memcpy(request->data + (at - request->offset), piece->request.data + (at - piece->first),
		end - at);
	piece->left_bytes -= end - at < piece->left_bytes ? end - at : piece->left_bytes;
	if (piece->left_bytes == 0)
		ahead_piece_drop(piece);
	return end;
}

static void copy(struct ahead_stream *stream, struct volume_request *request)
{
	uint64_t at = request->offset, end = request->offset + request->length;
	struct list *link = stream->pieces.next;

	request->data = request->buffer;
	while (at < end) {
		struct ahead_piece *piece = ahead_piece_of(link);

		link = link->next;
		if (piece->end > at)
			at = piece_copy(piece, request, at);
	}
	request->volume->ahead.served_bytes += request->length;
}

bool ahead_serves(struct volume_request *request)
{
	struct ahead *ahead = &request->volume->ahead;
	struct ahead_stream *stream;
	bool is_there;

	if (ahead->piece_count == 0)
		return false;
	stream = stream_at(ahead, request->snapshot->id, request->offset);
	if (!stream || !has(stream, request->offset))
		return false;
	if (!can_serve(stream, request, &is_there)) {
		ahead_stream_drop(stream);
		return false;
	}
	if (!is_there) {
		list_append(&ahead->waiting, &request->link);
		return true;
	}
	copy(stream, request);
	snapshot_read_end(request, 0);
	return true;
}

/* ---- ends ---- */

/* What of STREAM lies from FIRST to before END, and what is behind that. */
static void drop_from(struct ahead_stream *stream, uint64_t first, uint64_t end)
{
	list_for_each (link, &stream->pieces) {
		struct ahead_piece *piece = ahead_piece_of(link);

		if (piece->end <= first || piece->first >= end)
			continue;
		ahead_stream_cut(piece);
		stream->window_bytes = 0;
		return;
	}
}

void ahead_drop(struct snapshot *snapshot, uint64_t first, uint64_t end)
{
	struct ahead *ahead = &snapshot->volume->ahead;

	for (unsigned i = 0; i < AHEAD_STREAMS; i++) {
		if (ahead->streams[i].snapshot_id == snapshot->id)
			drop_from(&ahead->streams[i], first, end);
	}
}

void ahead_close(struct snapshot *snapshot)
{
	struct ahead *ahead = &snapshot->volume->ahead;

	for (unsigned i = 0; i < AHEAD_STREAMS; i++) {
		struct ahead_stream *stream = &ahead->streams[i];

		if (stream->snapshot_id != snapshot->id)
			continue;
		ahead_stream_drop(stream);
		stream->snapshot_id = 0;
		stream->reads = 0;
	}
	ahead_pieces_free(ahead, &ahead->spare);
}

void ahead_init(struct volume *volume)
{
	struct ahead *ahead = &volume->ahead;

	ahead->window_most_bytes = volume->options.has_read_ahead ? volume->options.read_ahead_bytes
								  : volume->limits->ahead_bytes;
	list_init(&ahead->spare);
	list_init(&ahead->dropped);
	list_init(&ahead->waiting);
	for (unsigned i = 0; i < AHEAD_STREAMS; i++)
		list_init(&ahead->streams[i].pieces);
}

void ahead_deinit(struct volume *volume)
{
	struct ahead *ahead = &volume->ahead;

	for (unsigned i = 0; i < AHEAD_STREAMS; i++)
		ahead_pieces_free(ahead, &ahead->streams[i].pieces);
	ahead_pieces_free(ahead, &ahead->spare);
	ahead_pieces_free(ahead, &ahead->dropped);
	MUST(ahead->piece_count == 0);
}
