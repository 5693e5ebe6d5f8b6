/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damage.c - damaged bytes of a store, found while the volume is serving.
 *
 * A snapshot that needs them fails, and with it those that share its area. A view that can be
 * written to, the live view or a clone, continues: only that block is unreadable, until it is
 * rewritten as a whole. The read that met the damage gets EIO.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/life.h"
#include "simfs/volume/scattered.h"
#include "simfs/volume/state.h"

/* A reader that retries must not fill the disk with messages. */
#define LINES_MAX 100u

void damage_tell(struct volume *volume, const char *file, uint64_t offset, uint64_t block)
{
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_STORE_DAMAGED,
		json_pack("{s:s, s:I, s:I}", "file", file, "offset_bytes", (json_int_t)offset,
			"block", (json_int_t)block));
	if (volume->damage_lines > LINES_MAX || volume->options.quiet)
		return;
	if (volume->damage_lines++ == LINES_MAX)
		log_error("more blocks are damaged; they are not listed any more");
	else
		log_error("'%s' at offset %" PRIu64 ": block %" PRIu64 " is not what was stored",
			file, offset, block);
}

uint64_t damage_volume_offset(const struct store_read *read, uint64_t first)
{
	return first + (read->damage_offset - read->offset);
}

void snapshot_damaged(
	struct snapshot *snapshot, const struct store_read *read, uint64_t first_bytes)
{
	char file[STORE_NAME_BYTES + 16];

	snapshot_file(snapshot, file, sizeof file);
	damage_tell(snapshot->volume, file, read->damage_offset,
		damage_volume_offset(read, first_bytes) / snapshot_block_bytes(snapshot));
	if (snapshot->state == SNAPSHOT_ACTIVE)
		snapshot_fail(snapshot, -EUCLEAN, "store.damaged");
}

/* ---- reads of parts ---- */

uint64_t part_damage_first(const struct request_part *part)
{
	uint64_t within = part->read.damage_offset - part->read.offset, before = 0;

	for (unsigned i = 0; i < part->span_count; i++) {
		const struct iovec *span = &part->spans[i];

		if (within < before + span->iov_len)
			return scattered_offset(part, span) - before;
		before += span->iov_len;
	}
	return part->offset;
}

static void part_read_done(struct store_read *read, int result)
{
	struct request_part *part = CONTAINER_OF(read, struct request_part, read);

	if (result == -EUCLEAN) {
		/* A reader that requests it finds the damage again. */
		if (!part->request->is_ahead)
			part->request->volume->topology->part_damaged(part);
		/* The damage is in wanted bytes, not in a gap. */
		part->has_gaps = false;
		result = -EIO;
	}
	part->ended(part, result);
}

static void part_io_done(struct blockio_request *io, int result)
{
	struct request_part *part = CONTAINER_OF(io, struct request_part, read.io);

	part->ended(part, result);
}

void part_read(struct request_part *part, struct store *store, uint64_t position, void *bytes)
{
	if (store) {
		part->read.done = part_read_done;
		store_read(store, &part->read, position, bytes, part->length);
		return;
	}
	part->read.io.done = part_io_done;
	blockio_start(part->request->volume->origin, &part->read.io, BLOCKIO_READ, position, bytes,
		part->length);
}

void part_read_vector(
	struct request_part *part, struct store *store, uint64_t position, struct iovec *vectors)
{
	struct blockio_request *io = &part->read.io;

	if (store) {
		part->read.done = part_read_done;
		store_read_spans(
			store, &part->read, position, part->spans, part->span_count, vectors);
		return;
	}
	memcpy(vectors, part->spans, part->span_count * sizeof *part->spans);
	io->done = part_io_done;
	io->kind = BLOCKIO_READ;
	io->offset = position;
	io->iov = vectors;
	io->iov_count = part->span_count;
	blockio_submit(part->request->volume->origin, io);
}
