/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live.c - reads, writes and flushes of the live view.
 *
 * A write's way:
 *
 *   live_write_start ─▶ (behind a barrier) ─▶ range_take ─▶ (turn) ─▶ write_turn
 *     ─▶ preserve_start ─▶ live_write_submit ─┬─ aligned ──────────▶ write_end
 *                                             └─ edges_read ─▶ merge ─┘
 */
#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/volume_internal.h"

static bool is_aligned(const struct volume_request *request)
{
	return ((request->offset | request->length) & (request->volume->alignment_bytes - 1)) == 0;
}

static uint64_t aligned_first(const struct volume_request *request)
{
	return round_down(request->offset, request->volume->alignment_bytes);
}

static uint64_t aligned_end(const struct volume_request *request)
{
	return round_up(request->offset + request->length, request->volume->alignment_bytes);
}

static void read_done(struct blockio_request *io, int result)
{
	struct volume_request *request = CONTAINER_OF(io, struct volume_request, io);

	request->volume->reads_under_way--;
	request->done(request, result);
}

void live_read_start(struct volume_request *request)
{
	struct volume *volume = request->volume;
	uint64_t first = aligned_first(request);

	volume->counters.live_reads++;
	volume->counters.live_read_bytes += request->length;
	volume->reads_under_way++;
	request->data = request->buffer + (request->offset - first);
	request->io.done = read_done;
	blockio_start(volume->origin, &request->io, BLOCKIO_READ, first, request->buffer,
		aligned_end(request) - first);
}

void live_flush_start(struct volume_request *request)
{
	request->volume->counters.live_flushes++;
	request->volume->reads_under_way++;
	request->io.done = read_done;
	blockio_start(request->volume->origin, &request->io, BLOCKIO_FLUSH, 0, NULL, 0);
}

void live_write_start(struct volume_request *request)
{
	struct volume *volume = request->volume;

	if (barrier_parks(volume, request))
		return;
	volume->writes_under_way++;
	range_take(volume, request);
}

void write_turn(struct volume_request *request)
{
	request->scratch = NULL;
	if (request->snapshot) {
		snapshot_write_turn(request);
		return;
	}
	memory_guard(request->volume);
	preserve_start(request);
}

static void write_end(struct volume_request *request, int result)
{
	struct volume *volume = request->volume;

	if (request->scratch)
		scratch_give(volume, request->scratch);
	if (result == 0) {
		volume->counters.live_writes++;
		volume->counters.live_written_bytes += request->length;
	}
	range_give(volume, request);
	volume->writes_under_way--;
	request->done(request, result);
	hold_check(volume);
	barrier_check(volume);
}

static void write_done(struct blockio_request *io, int result)
{
	write_end(CONTAINER_OF(io, struct volume_request, io), result);
}

static void edges_read(struct blockio_request *io, int result)
{
	struct volume_request *request = CONTAINER_OF(io, struct volume_request, io);
	uint64_t first = aligned_first(request);

	if (result < 0) {
		write_end(request, result);
		return;
	}
	memcpy(request->scratch + (request->offset - first), request->buffer, request->length);
	request->io.done = write_done;
	blockio_start(request->volume->origin, &request->io, BLOCKIO_WRITE, first, request->scratch,
		aligned_end(request) - first);
}

/*
 * Writes REQUEST to the origin; its range is its own and what it replaces is
 * preserved.  The sectors around an unaligned write are read and written back
 * unchanged: nobody else writes them meanwhile.
 */
void live_write_submit(struct volume_request *request)
{
	struct volume *volume = request->volume;
	uint64_t first = aligned_first(request);

	if (is_aligned(request)) {
		request->io.done = write_done;
		blockio_start(volume->origin, &request->io, BLOCKIO_WRITE, request->offset,
			request->buffer, request->length);
		return;
	}
	if (!request->scratch)
		request->scratch = scratch_take(volume);
	if (!request->scratch) {
		write_end(request, -ENOMEM);
		return;
	}
	request->io.done = edges_read;
	blockio_start(volume->origin, &request->io, BLOCKIO_READ, first, request->scratch,
		aligned_end(request) - first);
}
