/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/ahead.h"

#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "simfs/volume/ahead_piece.h"
#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

/* This many consecutive reads make a sequence. */
#define READS_MIN 3u

/* Up to this many reads may overtake each other on their way here. */
#define OVERTAKEN_MAX 4u

/* The first window. */
#define WINDOW_FIRST_BYTES (128u << 10)

/* ---- conditions ---- */

/* Rules at these points strike reads of files, or make a snapshot differ from what it would be. */
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

static uint64_t live_requests(const struct volume *volume)
{
	return volume->counters.live_reads + volume->counters.live_writes;
}

/* Only called for a sequence, so that other reads do not read the clock. Live requests from
 * before the sequence do not count. */
static bool live_is_asked(const struct volume *volume, struct ahead_stream *stream)
{
	return lull_is_broken(&stream->live, live_requests(volume), volume->writes_under_way > 0,
		volume->limits->ahead_beside_ns);
}

bool ahead_is_over(const struct volume_request *request)
{
	return request->is_ahead && !is_allowed(request->snapshot);
}

/* ---- streams ---- */

/* Whether STREAM has the byte at OFFSET, or is reading it. */
static bool has(const struct ahead_stream *stream, uint64_t offset)
{
	return !list_empty(&stream->pieces) && offset < stream->end &&
	       offset >= ahead_piece_of(stream->pieces.next)->first;
}

/* The stream that a read at OFFSET continues. */
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

/* The slot that records that a read of some snapshot ended at OFFSET. */
static struct ahead_start *start_at(struct ahead *ahead, uint64_t offset)
{
	return &ahead->starts[mix64(offset) % AHEAD_STARTS];
}

/* Whether REQUEST, which continues no stream, completes a sequence. *RET_LIVE_SEEN is from
 * its first read. */
static bool is_sequence(
	struct ahead *ahead, const struct volume_request *request, uint64_t *ret_live_seen)
{
	uint64_t snapshot_id = request->snapshot->id;
	struct ahead_start *start = start_at(ahead, request->offset);
	unsigned reads = 1;

	*ret_live_seen = live_requests(request->volume);
	if (start->snapshot_id == snapshot_id && start->next == request->offset) {
		reads += start->reads;
		*ret_live_seen = start->live_seen;
		start->snapshot_id = 0;
	}
	if (reads >= READS_MIN)
		return true;
	start = start_at(ahead, request->offset + request->length);
	*start = (struct ahead_start){ .snapshot_id = snapshot_id,
		.next = request->offset + request->length,
		.reads = reads,
		.live_seen = *ret_live_seen };
	return false;
}

/* Takes over the least recently used one. */
static struct ahead_stream *stream_new(struct ahead *ahead, uint64_t snapshot_id)
{
	struct ahead_stream *oldest = &ahead->streams[0];

	for (unsigned i = 1; i < AHEAD_STREAMS; i++) {
		if (ahead->streams[i].turn < oldest->turn)
			oldest = &ahead->streams[i];
	}
	ahead_stream_drop(oldest);
	oldest->snapshot_id = snapshot_id;
	oldest->window_bytes = 0;
	oldest->bad_end = 0;
	return oldest;
}

/* Whether REQUEST begins where the last one ended, or no further on than a read that has
 * overtaken a few others. */
static bool goes_on(const struct ahead_stream *stream, const struct volume_request *request)
{
	return request->offset >= stream->next &&
	       request->offset - stream->next <= OVERTAKEN_MAX * request->length;
}

struct ahead_stream *ahead_note(const struct volume_request *request)
{
	struct ahead *ahead = &request->volume->ahead;
	struct ahead_stream *stream;
	uint64_t live_seen;

	if (ahead->window_most_bytes == 0)
		return NULL;
	stream = stream_at(ahead, request->snapshot->id, request->offset);
	if (!stream && is_sequence(ahead, request, &live_seen)) {
		stream = stream_new(ahead, request->snapshot->id);
		stream->next = stream->end = request->offset;
		stream->live = lull_from(live_seen);
	}
	/* A random read may also hit what was read ahead. */
	if (!stream || !goes_on(stream, request))
		return NULL;
	stream->next = request->offset + request->length;
	stream->length = request->length;
	stream->turn = ++ahead->turn;
	if (stream->end < stream->next)
		ahead_stream_drop(stream);
	return stream;
}

/* A reader with this much in flight keeps the disk busy by itself. */
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

/* The end of the next piece: half of the window, or the longest request. */
static uint64_t piece_end(const struct ahead_stream *stream)
{
	uint64_t length = stream->window_bytes / 2;

	if (length < BLOCKIO_ALIGNMENT_MAX)
		length = BLOCKIO_ALIGNMENT_MAX;
	if (length > VOLUME_REQUEST_MAX_BYTES)
		length = VOLUME_REQUEST_MAX_BYTES;
	return round_down(stream->end + length, BLOCKIO_ALIGNMENT_MAX);
}

/* When half of the window has been requested, reads the next half. */
void ahead_fill(struct volume *volume, struct ahead_stream *stream)
{
	struct snapshot *snapshot;

	if (stream->next < stream->bad_end || stream->end - stream->next > stream->window_bytes / 2)
		return;
	snapshot = volume_snapshot_by_id(volume, stream->snapshot_id);
	if (!snapshot || !snapshot_is_readable(snapshot) || !is_allowed(snapshot) ||
		is_deep(snapshot, stream) || live_is_asked(volume, stream))
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

/* Whether all of REQUEST lies in usable pieces of STREAM; *RET_IS_THERE: all of them are read. */
static bool can_serve(
	const struct ahead_stream *stream, const struct volume_request *request, bool *ret_is_there)
{
	uint64_t at = request->offset, end = request->offset + request->length;

	*ret_is_there = true;
	if (end > stream->end || !is_allowed(request->snapshot))
		return false;
	for (struct list *link = stream->pieces.next; at < end; link = link->next) {
		const struct ahead_piece *piece = ahead_piece_of(link);

		if (piece->end <= at)
			continue;
		MUST(piece->first <= at);
		if (piece->next_rule_id != request->volume->faults.plane.next_id)
			return false;
		*ret_is_there &= piece->is_there;
		at = piece->end;
	}
	return true;
}

static void copy(struct ahead_stream *stream, struct volume_request *request)
{
	uint64_t at = request->offset, end = request->offset + request->length;

	request->data = request->buffer;
	for (struct list *link = stream->pieces.next; at < end; link = link->next) {
		struct ahead_piece *piece = ahead_piece_of(link);
		uint64_t here_end = piece->end < end ? piece->end : end;

		if (piece->end <= at)
			continue;
		memcpy(request->data + (at - request->offset),
			piece->request.data + (at - piece->first), here_end - at);
		piece->left_bytes -= here_end - at < piece->left_bytes ? here_end - at
								       : piece->left_bytes;
		at = here_end;
	}
	request->volume->ahead.served_bytes += request->length;
}

/* Drops the pieces in front that were used up: what is left is contiguous. */
static void drop_used(struct ahead_stream *stream)
{
	while (!list_empty(&stream->pieces)) {
		struct ahead_piece *first = ahead_piece_of(stream->pieces.next);

		/* A reader that skipped something does not come back for it. */
		if (first->left_bytes > 0 && first->end + stream->window_bytes > stream->next)
			return;
		ahead_piece_drop(first);
	}
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
	drop_used(stream);
	snapshot_read_end(request, 0);
	return true;
}

/* ---- ends ---- */

/* Drops the pieces of STREAM from the first that overlaps FIRST to before END. */
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
