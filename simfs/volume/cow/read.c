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
 *	cow_snapshot_read ─▶ plan ─▶ parts ───────┐
 *	                      ▲  next, or overtaken │
 *	                      └────── round_done ◀─┘
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/life.h"
#include "simfs/volume/way.h"

static void part_done(struct request_part *part, int result);

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
 * Sets where the bytes at part->offset are, and how many of LENGTH follow on in
 * one piece.  Returns their position in the holder's store, or in the origin.
 */
static uint64_t part_choose(struct request_part *part, struct snapshot *snapshot, uint64_t length)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t block = part->offset / block_bytes;
	uint64_t within = part->offset % block_bytes;
	uint64_t run = block_bytes - within;
	uint64_t start;

	part->holder = snapshot_holder(snapshot, block);
	start = part->holder ? store_offset(part->holder->store, block) + within : part->offset;
	for (; run < length; run += block_bytes) {
		if (snapshot_holder(snapshot, ++block) != part->holder ||
			(part->holder && store_offset(part->holder->store, block) != start + run))
			break;
	}
	part->length = run < length ? run : length;
	return start;
}

/* Fills and starts the parts of one round from the cursor on. */
static void plan(struct volume_request *request)
{
	struct snapshot *snapshot = request->snapshot;
	struct volume *volume = request->volume;
	uint64_t end = read_end(request);
	uint64_t at = request->cursor;

	request->part_count = 0;
	while (at < end && request->part_count < volume->limits->request_parts) {
		struct request_part *part = &request->parts[request->part_count++];
		uint64_t position;

		part->request = request;
		part->node = NULL;
		part->offset = at;
		position = part_choose(part, snapshot, end - at);
		MUST(part->length > 0);
		part->ended = part_done;
		request->parts_under_way++;
		/* Its store must not go while it is read for another snapshot. */
		if (part->holder)
			snapshot_get(part->holder);
		part_read(part, part->holder ? part->holder->store : NULL, position,
			request->buffer + (at - read_first(request)));
		at += part->length;
	}
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

static void round_done(struct volume_request *request)
{
	struct volume *volume = request->volume;

	if (request->error < 0)
		read_failed(request);
	if (!snapshot_is_readable(request->snapshot))
		request->error = -EIO;
	if (request->error < 0) {
		snapshot_read_end(request, request->error);
		return;
	}
	for (unsigned i = 0; i < request->part_count; i++) {
		if (part_overtaken(&request->parts[i])) {
			volume->counters.snapshot_read_retries++;
			break;
		}
		request->cursor = request->parts[i].offset + request->parts[i].length;
	}
	if (request->cursor < read_end(request))
		plan(request);
	else
		snapshot_read_end(request, 0);
}

static void part_done(struct request_part *part, int result)
{
	struct volume_request *request = part->request;

	if (result < 0 && request->error == 0) {
		request->error = result;
		request->error_from_origin = !part->holder;
	}
	snapshot_put(part->holder);
	if (--request->parts_under_way == 0)
		round_done(request);
}

void cow_snapshot_read(struct volume_request *request)
{
	request->error = 0;
	request->cursor = read_first(request);
	request->data = request->buffer + (request->offset - request->cursor);
	request->parts_under_way = 0;
	plan(request);
}
