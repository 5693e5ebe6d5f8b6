/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c - reads a snapshot while the live view is being written.
 *
 * A block is read from the snapshot's store, or that of a newer snapshot that shares an area
 * with it, else from the origin. A write may preserve a block and replace it in the origin
 * while the origin is being read. So the map is checked again after the read, and blocks that
 * are in the store by then are read from there. A block in the store stays there, so each
 * block needs at most one more round, for the overtaken ones only.
 *
 *	cow_snapshot_read ─▶ plan ─▶ parts (scattered.h) ─▶ round_over ─▶ snapshot_read_end
 *	                      ▲                                  │ the next, or overtaken
 *	                      └──────────────────────────────────┘
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/life.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/scattered.h"
#include "simfs/volume/way.h"

/*
 * How many of LENGTH bytes at OFFSET, whose first block HOLDER has at POSITION, are
 * contiguous there.
 */
static uint64_t held_bytes(struct snapshot *snapshot, const struct snapshot *holder,
	uint64_t offset, uint64_t position, uint64_t length)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t block = offset / block_bytes;
	uint64_t run = block_bytes - offset % block_bytes;

	for (; run < length; run += block_bytes) {
		if (store_offset(holder->store, ++block) != position + run ||
			(holder != snapshot && snapshot_holder(snapshot, block) != holder))
			break;
	}
	return run < length ? run : length;
}

/* Finds the first bytes from FIRST to before END that some store has; false if none has any. */
static bool next_held(struct snapshot *snapshot, uint64_t first, uint64_t end, uint64_t *ret_first,
	uint64_t *ret_end)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t block, count;

	/* Most reads are of a single block and need no search for runs. */
	if (end - first <= block_bytes - first % block_bytes) {
		*ret_first = first;
		*ret_end = end;
		return snapshot_holder(snapshot, first / block_bytes) != NULL;
	}
	if (!snapshot_next_run(snapshot, first / block_bytes, &block, &count) ||
		block * block_bytes >= end)
		return false;
	*ret_first = block * block_bytes > first ? block * block_bytes : first;
	*ret_end = (block + count) * block_bytes < end ? (block + count) * block_bytes : end;
	return true;
}

/* Finds a contiguous run in one store or in the origin. */
static void locate(
	struct volume_request *request, uint64_t offset, uint64_t end, struct scattered_run *ret)
{
	struct snapshot *snapshot = request->snapshot;
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	struct snapshot *holder = snapshot_holder(snapshot, offset / block_bytes);
	uint64_t held_first, held_end;

	if (!holder) {
		uint64_t block_end = round_down(offset, block_bytes) + block_bytes;

		ret->position = offset;
		ret->length = end - offset;
		if (block_end < end && next_held(snapshot, block_end, end, &held_first, &held_end))
			ret->length = held_first - offset;
		return;
	}
	ret->holder = holder;
	ret->store = holder->store;
	ret->position = store_offset(holder->store, offset / block_bytes) + offset % block_bytes;
	ret->length = held_bytes(snapshot, holder, offset, ret->position, end - offset);
}

/* Its store must not be freed while it is read for another snapshot. */
static void begun(struct request_part *part)
{
	snapshot_get(part->holder);
}

static const struct scattered_ops places = { .locate = locate, .begun = begun };

static uint64_t plan(struct volume_request *request)
{
	return scattered_plan(request, &places);
}

/* Repeats the blocks of PART, read from the origin, that a write has preserved since it was
 * planned. */
static void read_overtaken(struct request_part *part)
{
	bool is_overtaken = false;

	for (unsigned i = 0; i < part->span_count; i++) {
		const struct iovec *span = &part->spans[i];
		uint64_t at, end, held_first, held_end;

		if (span->iov_base == store_read_over)
			continue;
		at = scattered_offset(part, span);
		end = at + span->iov_len;
		while (at < end &&
			next_held(part->request->snapshot, at, end, &held_first, &held_end)) {
			MUST_GET_ON(at, held_end);
			scattered_again(part->request, held_first, held_end);
			is_overtaken = true;
			at = held_end;
		}
	}
	part->request->volume->counters.snapshot_read_retries += is_overtaken;
}

static void part_ended(struct request_part *part, int result)
{
	if (result < 0 && part->request->error == 0)
		part->request->error_from_origin = !part->holder;
	if (result == 0 && !part->holder)
		read_overtaken(part);
	snapshot_put(part->holder);
}

/* On a disk error some drivers give the whole snapshot up; lost data of the image always fail
 * it. */
static void read_failed(struct volume_request *request)
{
	struct snapshot *snapshot = request->snapshot;

	if (request->is_ahead)
		return;
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
	scattered_round_over(request);
}

static const struct parts_ops read_ops = {
	.plan = plan,
	.ended = part_ended,
	.round_over = round_over,
	.done = snapshot_read_end,
};

void cow_snapshot_read(struct volume_request *request)
{
	parts_start(request, scattered_begin(request), &read_ops);
}
