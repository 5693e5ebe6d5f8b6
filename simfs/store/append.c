/* SPDX-License-Identifier: Apache-2.0 */
/*
 * append.c - gathers preserved blocks into segments and writes them.
 *
 *   store_append()           segment_start()            segment_done()
 *   ──────────────▶ WAITING ────────────────▶ WRITING ────────────────▶ SPARE
 *                      │  store_stop(), or an error before it  ▲
 *                      └───────────────────────────────────────┘
 *
 * While one segment is WRITING, the last WAITING one takes all that comes; so
 * the busier the volume, the larger the writes, and no timer is needed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/store/segment.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

static void segment_start(struct store *store);
static void segment_write(struct store *store);

uint64_t segment_hash(const struct segment_header *header)
{
	/* The hash is the second word: what is before and behind it counts. */
	uint64_t behind = XXH3_64bits(
		&header->store_id, sizeof *header - offsetof(struct segment_header, store_id));

	return XXH3_64bits_withSeed(&header->magic, sizeof header->magic, behind);
}

/* An empty segment at the end of the waiting ones, or NULL without memory. */
static struct segment *segment_new(struct store *store, uint32_t flags)
{
	struct list *link = list_pop(&store->spare);
	struct segment *segment;

	if (link) {
		segment = CONTAINER_OF(link, struct segment, link);
	} else {
		void *header = NULL;

		segment = calloc(1, sizeof *segment);
		if (!segment ||
			posix_memalign(&header, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0) {
			free(segment);
			return NULL;
		}
		segment->header = header;
		segment->store = store;
	}
	memset(segment->header, 0, sizeof *segment->header);
	segment->header->flags = flags;
	segment->range_count = 0;
	list_append(&store->waiting, &segment->link);
	return segment;
}

void segment_summarize(struct store *store)
{
	struct segment *segment = segment_new(store, 0);

	if (!segment) {
		segments_stop(store, -ENOMEM);
		return;
	}
	/* Before those that wait. */
	list_remove(&segment->link);
	if (summary_fill(store, segment->header) < 0) {
		list_append(&store->spare, &segment->link);
		segments_stop(store, -ENOMEM);
		return;
	}
	segment->iov[1] = (struct iovec){ .iov_base = store->summary.data,
		.iov_len = segment_data_bytes(store, segment->header) };
	list_prepend(&store->waiting, &segment->link);
	segment_write(store);
}

/* How many more blocks SEGMENT takes of those with FLAGS. */
static uint64_t segment_room(const struct segment *segment, uint32_t flags)
{
	uint64_t blocks_max = segment_records_limit(segment->store, flags);

	if (segment->range_count == segment->store->limits->ranges ||
		segment->header->flags != flags)
		return 0;
	return blocks_max - segment->header->record_count;
}

static struct segment *segment_open(struct store *store, uint32_t flags)
{
	if (!list_empty(&store->waiting)) {
		struct segment *last = CONTAINER_OF(store->waiting.previous, struct segment, link);

		if (segment_room(last, flags) > 0)
			return last;
	}
	return segment_new(store, flags);
}

void store_append(struct store *store, uint64_t first_block, uint64_t count, void *data,
	struct store_waiter *waiter)
{
	uint32_t flags = data ? 0 : SEGMENT_FLAG_CHANGED;
	char *from = data;

	MUST(first_block + count <= store->map.block_count);
	while (count > 0) {
		struct segment *segment = store->error < 0 ? NULL : segment_open(store, flags);

		store_waiter_add(waiter);
		if (!segment) {
			segments_stop(store, -ENOMEM);
			store_answer(store, waiter, store->error);
			break;
		}

		uint64_t room = segment_room(segment, flags);
		uint64_t taken = count < room ? count : room;

		MUST(taken > 0);

		struct segment_header *header = segment->header;
		size_t length = taken * store->facts.block_bytes;

		for (uint64_t i = 0; i < taken; i++)
			header->blocks[header->record_count++] = first_block + i;
		if (data) {
			segment->iov[1 + segment->range_count] = (struct iovec){ .iov_base = from,
				.iov_len = length };
			from += length;
		}
		segment->waiters[segment->range_count++] = waiter;
		store->blocks_taken += taken;
		first_block += taken;
		count -= taken;
	}
	segment_start(store);
	store_answers_later(store);
}

/* Everyone in SEGMENT is answered with RESULT, later; the segment is spare. */
static void segment_finish(struct segment *segment, int result)
{
	struct store *store = segment->store;

	for (unsigned i = 0; i < segment->range_count; i++)
		store_answer(store, segment->waiters[i], result);
	list_append(&store->spare, &segment->link);
}

/* Data units of the segment with HEADER, which is no summary, become what it says. */
static int sums_enter(struct store *store, struct segment_header *header)
{
	const uint32_t *sums = segment_sums(store, header);
	uint64_t count = segment_data_bytes(store, header) / STORE_UNIT_BYTES;
	int error = count > 0 ? sums_reserve(&store->sums, header->unit + 1 + count) : 0;

	for (uint64_t i = 0; i < count && error == 0; i++)
		sums_set(&store->sums, header->unit + 1 + i, sums[i]);
	return error;
}

int store_map_segment(struct store *store, struct segment_header *header)
{
	int error = header->flags & SEGMENT_FLAG_SUMMARY ? 0 : sums_enter(store, header);
	uint32_t entered = 0;

	for (; entered < header->record_count && error == 0; entered++) {
		uint64_t block = header->blocks[entered];

		if (store_map_get(&store->map, block) != MAP_ABSENT)
			error = -EEXIST;
		else
			error = store_map_add(
				&store->map, block, segment_position(store, header, entered));
	}
	if (error < 0) {
		/* The last one was not entered, and sums that nothing names mean nothing. */
		for (uint32_t i = 0; i + 1 < entered; i++)
			store_map_remove(&store->map, header->blocks[i]);
		return error;
	}
	store->blocks += header->record_count;
	store->has_changed |= (header->flags & SEGMENT_FLAG_CHANGED) != 0;
	store->sealed_unit = header->unit;
	store->acknowledged_sequence = header->sequence;
	store->acknowledged_end_unit = header->unit + segment_units(store, header);
	summary_add(store, header);
	return 0;
}

static int segment_map(struct segment *segment)
{
	struct store *store = segment->store;
	int error = store_map_segment(store, segment->header);

	MUST(error != -EEXIST);
	blockio_know(store->io, store->acknowledged_end_unit * STORE_UNIT_BYTES);
	return error;
}

static void segment_done(struct blockio_request *request, int result)
{
	struct segment *segment = CONTAINER_OF(request, struct segment, request);
	struct store *store = segment->store;

	if (result == 0 && store->is_durable && request->kind == BLOCKIO_WRITE) {
		blockio_start(store->io, request, BLOCKIO_FLUSH, 0, NULL, 0);
		return;
	}
	store->writing = NULL;
	if (result == 0)
		result = segment_map(segment);
	if (result == 0 && (segment->header->flags & SEGMENT_FLAG_SUMMARY))
		superblock_write(store);
	segment_finish(segment, result);
	if (result < 0)
		segments_stop(store, result);
	segment_start(store);
	rewrites_go(store);
	store_answers_go(store);
}

/* Header and data. */
static unsigned segment_iov_count(const struct segment *segment)
{
	const struct segment_header *header = segment->header;

	if (segment_data_bytes(segment->store, header) == 0)
		return 1;
	return header->flags & SEGMENT_FLAG_SUMMARY ? 2 : 1 + segment->range_count;
}

/* Of the blocks of SEGMENT, or of what it sums up. */
static void segment_sum(struct segment *segment)
{
	struct segment_header *header = segment->header;
	uint32_t *sums = segment_sums(segment->store, header);

	if (header->flags & SEGMENT_FLAG_SUMMARY) {
		header->summary.data_hash = XXH3_64bits(
			segment->iov[1].iov_base, segment->iov[1].iov_len);
		return;
	}
	for (unsigned i = 1; i < segment_iov_count(segment); i++) {
		const char *bytes = segment->iov[i].iov_base;
		const char *end = bytes + segment->iov[i].iov_len;

		for (; bytes < end; bytes += STORE_UNIT_BYTES)
			*sums++ = unit_sum(bytes);
	}
}

/* Starts the first waiting segment. */
static void segment_write(struct store *store)
{
	struct segment *segment = CONTAINER_OF(list_pop(&store->waiting), struct segment, link);
	struct segment_header *header = segment->header;
	uint64_t end_unit = store->end_unit + segment_units(store, header);

	if (end_unit > UINT32_MAX) {
		/* Beyond what the map can name: 16 TiB. */
		segment_finish(segment, -EFBIG);
		segments_stop(store, -EFBIG);
		return;
	}
	header->magic = SEGMENT_MAGIC;
	header->store_id = store->facts.store_id;
	header->sequence = ++store->sequence;
	header->unit = store->end_unit;
	header->block_bytes = store->facts.block_bytes;
	segment_sum(segment);
	header->hash = segment_hash(header);

	store->writing = segment;
	store->end_unit = end_unit;
	if (store->io->ops->reserve)
		store->io->ops->reserve(
			store->io, store->end_unit * STORE_UNIT_BYTES, store->facts.limit_bytes);

	segment->iov[0] = (struct iovec){ .iov_base = header, .iov_len = STORE_UNIT_BYTES };
	segment->request.kind = BLOCKIO_WRITE;
	segment->request.offset = header->unit * STORE_UNIT_BYTES;
	segment->request.iov = segment->iov;
	segment->request.iov_count = segment_iov_count(segment);
	segment->request.done = segment_done;
	blockio_submit(store->io, &segment->request);
}

/* Starts the next segment, unless one is being written (invariant 3). */
static void segment_start(struct store *store)
{
	if (store->writing || list_empty(&store->waiting))
		return;
	if (summary_is_due(store))
		segment_summarize(store);
	else
		segment_write(store);
}

void segment_seal(struct store *store)
{
	if (!store->writing && list_empty(&store->waiting) && !segment_new(store, 0))
		segments_stop(store, -ENOMEM);
	segment_start(store);
}

void segments_stop(struct store *store, int error)
{
	struct list *link;

	if (store->error == 0) {
		store->error = error;
		if (store->ends)
			(*store->ends)++;
	}
	while ((link = list_pop(&store->waiting)))
		segment_finish(CONTAINER_OF(link, struct segment, link), store->error);
	rewrites_go(store);
}

void store_stop(struct store *store, int error)
{
	segments_stop(store, error);
	store_answers_later(store);
}

void store_resume(struct store *store)
{
	MUST(!store->facts.failed);
	if (store->writing || !list_empty(&store->waiting))
		return;
	store->error = 0;
	store->end_unit = store->acknowledged_end_unit;
	store->sequence = store->acknowledged_sequence;
	store->blocks_taken = store->blocks;
	segment_seal(store);
	store_answers_later(store);
}
