/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cow.c - copy-on-write: the live view is the image, and a snapshot's store
 * gets what a write is about to replace in it (preserve.c).
 *
 *   cow_write ─▶ preserve_start ─▶ cow_write_submit ─▶ (edges.h: whole sectors) ─▶ ended
 */
#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/cow/cow.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/edges.h"
#include "simfs/volume/measure.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/state.h"
#include "simfs/volume/way.h"

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
	live_end(CONTAINER_OF(io, struct volume_request, io), result);
}

void cow_live_read(struct volume_request *request)
{
	uint64_t first = aligned_first(request);

	request->data = request->buffer + (request->offset - first);
	request->io.done = read_done;
	blockio_start(request->volume->origin, &request->io, BLOCKIO_READ, first, request->buffer,
		aligned_end(request) - first);
}

void cow_live_flush(struct volume_request *request)
{
	request->io.done = read_done;
	blockio_start(request->volume->origin, &request->io, BLOCKIO_FLUSH, 0, NULL, 0);
}

static void cow_write(struct volume_request *request)
{
	if (request->kind != VOLUME_DISCARD)
		memory_guard(request->volume);
	preserve_start(request);
}

static void write_done(struct blockio_request *io, int result)
{
	live_write_end(CONTAINER_OF(io, struct volume_request, io), result);
}

/* Where the file system cannot punch, zeros are written in the same turn if they fit. */
static void punch_done(struct blockio_request *io, int result)
{
	struct volume_request *request = CONTAINER_OF(io, struct volume_request, io);

	if (result != -EOPNOTSUPP || request->length > VOLUME_REQUEST_MAX_BYTES) {
		live_write_end(request, result);
		return;
	}
	request->volume->cannot_punch = true;
	request->is_punched = false;
	memset(request->buffer, 0, request->length);
	cow_write_submit(request);
}

static void sectors_write(struct volume_request *request, int error, char *bytes, uint64_t first)
{
	if (error < 0) {
		live_write_end(request, error);
		return;
	}
	request->io.done = write_done;
	blockio_start(request->volume->origin, &request->io, BLOCKIO_WRITE, first, bytes,
		aligned_end(request) - first);
}

static void sector_read(struct volume_request *request, uint64_t sector, char *bytes)
{
	uint64_t sector_bytes = request->volume->alignment_bytes;
	struct request_part *part = part_begin(request, sector * sector_bytes, sector_bytes);

	part_read(part, NULL, part->offset, bytes);
}

static const struct edges_ops write_ops = {
	.read = sector_read,
	.done = sectors_write,
};

/*
 * REQUEST's range is its own.  The sectors around an unaligned write are read
 * and written back unchanged: nobody else writes them meanwhile.
 */
void cow_write_submit(struct volume_request *request)
{
	struct volume *volume = request->volume;

	if (!request->is_punched) {
		edges_complete(request, (uint32_t)volume->alignment_bytes, &write_ops);
		return;
	}
	request->io.done = punch_done;
	blockio_start(volume->origin, &request->io, BLOCKIO_PUNCH, request->offset, NULL,
		request->length);
}

static int cow_load(struct volume *volume, const char *file)
{
	if (state_has_suffix(file, STORE_SUFFIX) || state_has_suffix(file, KEPT_SUFFIX))
		return state_load_snapshot(volume, file, ROLE_COW_SNAPSHOT);
	if (state_has_suffix(file, NODE_SUFFIX)) {
		log_error("the state holds a chain of nodes ('%s'): mount it with --profile xen",
			file);
		return -EUCLEAN;
	}
	return 0;
}

/*
 * A block is in the snapshot's store from before the first write that replaces
 * it, and stays there: so what the store knows is what has changed.
 */
static uint64_t cow_changed_blocks(const struct snapshot *snapshot)
{
	uint64_t blocks = 0, from = 0, first, count;

	if (!snapshot->profile->shares_area)
		return store_blocks(snapshot->store);
	for (; snapshot_next_run(snapshot, from, &first, &count); from = first + count) {
		MUST(count > 0);
		blocks += count;
	}
	return blocks;
}

static bool cow_changed_next(const struct snapshot *snapshot, uint64_t from_block,
	uint64_t *ret_first, uint64_t *ret_count)
{
	return snapshot_next_run(snapshot, from_block, ret_first, ret_count);
}

const struct topology topology_cow = {
	.load = cow_load,
	.live_read = cow_live_read,
	.live_write = cow_write,
	.live_flush = cow_live_flush,
	.snapshot_read = snapshot_read_cow,
	.snapshot_write = snapshot_write_turn,
	.snapshot_flush = snapshot_flush_cow,
	.snapshot_create = snapshot_create_cow,
	.changed_blocks = cow_changed_blocks,
	.changed_next = cow_changed_next,
};
