/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c - reads a snapshot while the live view is being written.
 *
 * The store's copy of a block, or that of a newer snapshot which shares an area
 * with it, else the origin's.  A write may preserve a
 * block and replace it in the origin while the origin is being read; so after
 * the read the map is asked again, and what has meanwhile come into the store
 * is read from there.  A block that is in the store stays there, so at most
 * one more round per block is needed.
 *
 *	cow_snapshot_read ─▶ plan ─▶ parts (parts.h) ─▶ round_over ─▶ snapshot_read_end
 *	                      ▲                              │ the next, or overtaken
 *	                      └──────────────────────────────┘
 */
#include <errno.h>

#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/life.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/way.h"

/* The stores may lie on another file system than the origin: what suits any suits both. */
static uint64_t read_end(const struct volume_request *request)
{
	return round_up(request->offset + request->length, BLOCKIO_ALIGNMENT_MAX);
}

static uint64_t read_first(const struct volume_request *request)
{
	return round_down(request->offset, BLOCKIO_ALIGNMENT_MAX);
}

/*
 * How many of LENGTH bytes at OFFSET, of which HOLDER (NULL: the origin) has the first
 * block at POSITION, follow on there in one piece.
 */
static uint64_t run_bytes(struct snapshot *snapshot, const struct snapshot *holder, uint64_t offset,
	uint64_t position, uint64_t length)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t block = offset / block_bytes;
	uint64_t run = block_bytes - offset % block_bytes;

	for (; run < length; run += block_bytes) {
		if (snapshot_holder(snapshot, ++block) != holder ||
			(holder && store_offset(holder->store, block) != position + run))
			break;
	}
	return run < length ? run : length;
}

/* The bytes from the cursor on that lie in one piece, in one store or in the origin. */
static uint64_t plan(struct volume_request *request)
{
	struct snapshot *snapshot = request->snapshot;
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t offset = request->cursor, position = offset, end = read_end(request);
	struct request_part *part;
	struct snapshot *holder;

	if (offset >= end)
		return offset;
	holder = snapshot_holder(snapshot, offset / block_bytes);
	if (holder)
		position = store_offset(holder->store, offset / block_bytes) + offset % block_bytes;
	part = part_begin(
		request, offset, run_bytes(snapshot, holder, offset, position, end - offset));
	part->holder = holder;
	/* Its store must not go while it is read for another snapshot. */
	snapshot_get(holder);
	part_read(part, holder ? holder->store : NULL, position,
		request->buffer + (offset - read_first(request)));
	return offset + part->length;
}

static void part_ended(struct request_part *part, int result)
{
	if (result < 0 && part->request->error == 0)
		part->request->error_from_origin = !part->holder;
	snapshot_put(part->holder);
}

/* Whether a write has preserved a block of PART since it was planned. */
static bool part_overtaken(const struct request_part *part)
{
	struct snapshot *snapshot = part->request->snapshot;
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t last = (part->offset + part->length - 1) / block_bytes;

	if (part->holder)
		return false;
	for (uint64_t block = part->offset / block_bytes; block <= last; block++) {
		if (snapshot_holder(snapshot, block))
			return true;
	}
	return false;
}

/* A disk error: some drivers give the whole snapshot up; what is lost nobody has. */
static void read_failed(struct volume_request *request)
{
	struct snapshot *snapshot = request->snapshot;

	if (request->error == -EUCLEAN)
		image_snapshot_damaged(request);
	if (snapshot->profile->read_error_fails_snapshot && snapshot->state == SNAPSHOT_ACTIVE)
		snapshot_fail_logged(snapshot,
			request->error_from_origin ? PROFILE_READ_ORIGIN : PROFILE_READ_STORE,
			request->error, NULL);
}

static void round_over(struct volume_request *request)
{
	if (request->error < 0)
		read_failed(request);
	if (!snapshot_is_readable(request->snapshot))
		request->error = -EIO;
	for (unsigned i = 0; i < request->part_count && request->error == 0; i++) {
		if (part_overtaken(&request->parts[i])) {
			request->volume->counters.snapshot_read_retries++;
			request->cursor = request->parts[i].offset;
			break;
		}
	}
}

static const struct parts_ops read_ops = {
	.plan = plan,
	.ended = part_ended,
	.round_over = round_over,
	.done = snapshot_read_end,
};

void cow_snapshot_read(struct volume_request *request)
{
	request->data = request->buffer + (request->offset - read_first(request));
	parts_start(request, read_first(request), &read_ops);
}
