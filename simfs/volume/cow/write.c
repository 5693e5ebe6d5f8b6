/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.c - writes to a snapshot, if the profile has writable ones.
 *
 *	BEGIN    has the snapshot failed while the write waited for its turn? ─ yes ─┐
 *	         the blocks that it covers in part are read (edges.h)                │
 *	STORE    ║ all of its blocks are complete, and are written to the store      │
 *	STORED   ║ they are there                                                    │
 *	SETTLE   ║ no mark of a failing snapshot is being written any more ◀─────────┘
 *	         write_end()
 *
 * Written data go into the store: a block that is there already is rewritten in place, any
 * other is appended whole, the rest of it from the origin. From then on it is the snapshot's,
 * and a live write to it need not preserve anything.
 *
 * Writes to snapshots take the same turns as live writes (volume/range.c), in whole blocks.
 * So no block is preserved while a write to it is in flight, and the map of the request's
 * blocks stays valid until it ends.
 */
#include "simfs/volume/core.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/edges.h"
#include "simfs/volume/life.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/steps.h"
#include "simfs/volume/way.h"

enum snapshot_write_step { BEGIN, STORE, STORED, SETTLE };

static uint64_t bytes_end(const struct volume_request *request)
{
	return request->offset + request->length;
}

static uint64_t first_block(const struct volume_request *request)
{
	return request->offset / snapshot_block_bytes(request->snapshot);
}

static uint64_t last_block(const struct volume_request *request)
{
	return (bytes_end(request) - 1) / snapshot_block_bytes(request->snapshot);
}

/* The part of BLOCK that REQUEST writes, in bytes of the volume. */
static void part_of_block(const struct volume_request *request, uint64_t block, uint64_t *ret_first,
	uint64_t *ret_end)
{
	uint64_t block_bytes = snapshot_block_bytes(request->snapshot);
	uint64_t first = block * block_bytes;
	uint64_t end = first + block_bytes;

	*ret_first = request->offset > first ? request->offset : first;
	*ret_end = bytes_end(request) < end ? bytes_end(request) : end;
}

/* A block in the store is rewritten in units; any other is stored whole. */
static bool edge_is_needed(const struct volume_request *request, uint64_t block)
{
	uint64_t first, end;

	part_of_block(request, block, &first, &end);
	return store_offset(request->snapshot->store, block) == 0 ||
	       ((first | end) & (STORE_UNIT_BYTES - 1)) != 0;
}

static void edge_read(struct volume_request *request, uint64_t block, char *bytes)
{
	struct snapshot *snapshot = request->snapshot;
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t position = store_offset(snapshot->store, block);
	struct request_part *part = part_begin(request, block * block_bytes, block_bytes);

	if (position)
		part->holder = snapshot;
	part_read(
		part, position ? snapshot->store : NULL, position ? position : part->offset, bytes);
}

static void edges_laid(struct volume_request *request, int error, char *bytes, uint64_t bytes_first)
{
	request->edges.bytes = bytes;
	request->edges.bytes_first = bytes_first;
	request->go(request, error);
}

static const struct edges_ops write_edges = {
	.needs = edge_is_needed,
	.read = edge_read,
	.done = edges_laid,
};

static void block_rewrite(
	struct volume_request *request, uint64_t block, char *bytes, uint64_t bytes_first)
{
	struct store *store = request->snapshot->store;
	uint64_t block_first = block * snapshot_block_bytes(request->snapshot);
	uint64_t first, end;

	part_of_block(request, block, &first, &end);
	first = round_down(first, STORE_UNIT_BYTES);
	end = round_up(end, STORE_UNIT_BYTES);
	store_rewrite(store, block, (uint32_t)(first - block_first), bytes + (first - bytes_first),
		(uint32_t)(end - first), &request->stored);
}

/* BYTES are the content of the blocks of REQUEST, from BYTES_FIRST on. */
static void blocks_store(struct volume_request *request, char *bytes, uint64_t bytes_first)
{
	struct snapshot *snapshot = request->snapshot;
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t last = last_block(request);
	uint64_t block = first_block(request);

	while (block <= last && snapshot->state == SNAPSHOT_ACTIVE && !snapshot->has_overflowed) {
		uint64_t end = block;

		if (store_offset(snapshot->store, block) != 0) {
			block_rewrite(request, block++, bytes, bytes_first);
			continue;
		}
		while (end <= last && store_offset(snapshot->store, end) == 0)
			end++;
		preserve_run(snapshot, request, block, end,
			bytes + (block * block_bytes - bytes_first), NULL);
		block = end;
	}
	preserve_commit(snapshot, request);
}

/* ---- the steps ---- */

static void snapshot_write_go(struct volume_request *request, int result)
{
	struct snapshot *snapshot = request->snapshot;

	switch ((enum snapshot_write_step)request->step) {
	case BEGIN:
		if (snapshot->has_overflowed)
			result = -EIO;
		if (snapshot->state != SNAPSHOT_ACTIVE || snapshot->has_overflowed)
			break;
		request->step = STORE;
		edges_complete(request, snapshot_block_bytes(snapshot), &write_edges);
		return;
	case STORE:
		/* If an edge cannot be read, only this write fails; the snapshot is
		 * unchanged, or damaged. */
		if (result < 0 || snapshot->state != SNAPSHOT_ACTIVE)
			break;
		step_store_begin(request);
		blocks_store(request, request->edges.bytes, request->edges.bytes_first);
		step_store_end(request, STORED);
		return;
	case STORED:
		if (snapshot->state == SNAPSHOT_ACTIVE && store_error(snapshot->store) < 0)
			snapshot_fail_logged(snapshot, PROFILE_STORE_WRITE,
				store_error(snapshot->store), request);
		if (snapshot->has_overflowed)
			result = -EIO;
		break;
	case SETTLE:
		result = request->error;
		break;
	}
	request->step = SETTLE;
	request->error = result;
	if (!mark_parks(request))
		write_end(request, result);
}

void cow_snapshot_write(struct volume_request *request)
{
	steps_begin(request, snapshot_write_go);
}

static void flushed(struct blockio_request *io, int result)
{
	snapshot_flush_end(CONTAINER_OF(io, struct volume_request, io), result);
}

void cow_snapshot_flush(struct volume_request *request)
{
	request->io.done = flushed;
	blockio_start(store_io(request->snapshot->store), &request->io, BLOCKIO_FLUSH, 0, NULL, 0);
}
