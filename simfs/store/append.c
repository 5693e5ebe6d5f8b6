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
#include "simfs/store/store_internal.h"

static void segment_start(struct store *store);

uint64_t segment_hash(const struct segment_header *header)
{
	/* The hash is the second word: what is before and behind it counts. */
	uint64_t behind = XXH3_64bits(
		&header->data_hash, sizeof *header - offsetof(struct segment_header, data_hash));

	return XXH3_64bits_withSeed(&header->magic, sizeof header->magic, behind);
}

/* An empty segment at the end of the waiting ones, or NULL without memory. */
static struct segment *segment_new(struct store *store)
{
	struct list *link = list_pop(&store->spare);
	struct segment *segment;

	if (link) {
		segment = CONTAINER_OF(link, struct segment, link);
	} else {
		void *header = NULL;

		segment = malloc(sizeof *segment);
		if (!segment ||
			posix_memalign(&header, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0) {
			free(segment);
			return NULL;
		}
		segment->header = header;
		segment->store = store;
	}
	memset(segment->header, 0, sizeof *segment->header);
	segment->range_count = 0;
	list_append(&store->waiting, &segment->link);
	return segment;
}

/* How many more blocks SEGMENT takes. */
static uint64_t segment_room(const struct segment *segment)
{
	uint64_t data_max = SEGMENT_DATA_MAX_BYTES / segment->store->facts.block_bytes;
	uint64_t blocks_max = data_max < SEGMENT_RECORDS_MAX ? data_max : SEGMENT_RECORDS_MAX;

	if (segment->range_count == SEGMENT_RANGES_MAX)
		return 0;
	return blocks_max - segment->header->record_count;
}

static struct segment *segment_open(struct store *store)
{
	if (!list_empty(&store->waiting)) {
		struct segment *last = CONTAINER_OF(store->waiting.previous, struct segment, link);

		if (segment_room(last) > 0)
			return last;
	}
	return segment_new(store);
}

void store_append(struct store *store, uint64_t first_block, uint64_t count, void *data,
	struct store_waiter *waiter)
{
	char *from = data;

	MUST(first_block + count <= store->map.block_count);
	while (count > 0) {
		struct segment *segment = store->error < 0 ? NULL : segment_open(store);

		store_waiter_add(waiter);
		if (!segment) {
			store_stop(store, -ENOMEM);
			store_waiter_release(waiter, store->error);
			return;
		}

		uint64_t room = segment_room(segment);
		uint64_t taken = count < room ? count : room;
		struct segment_header *header = segment->header;
		size_t length = taken * store->facts.block_bytes;

		for (uint64_t i = 0; i < taken; i++)
			header->blocks[header->record_count++] = first_block + i;
		segment->iov[1 + segment->range_count] = (struct iovec){ .iov_base = from,
			.iov_len = length };
		segment->waiters[segment->range_count++] = waiter;
		store->blocks_taken += taken;
		first_block += taken;
		count -= taken;
		from += length;
	}
	segment_start(store);
}

/* Answers everyone in SEGMENT with RESULT; the segment is spare afterwards. */
static void segment_finish(struct segment *segment, int result)
{
	struct store *store = segment->store;
	struct store_waiter *waiters[SEGMENT_RANGES_MAX];
	unsigned count = segment->range_count;

	/* Spare before anyone is answered: an answer may append at once. */
	memcpy(waiters, segment->waiters, count * sizeof *waiters);
	list_append(&store->spare, &segment->link);
	for (unsigned i = 0; i < count; i++)
		store_waiter_release(waiters[i], result);
}

static void segment_map(const struct segment *segment)
{
	struct store *store = segment->store;
	const struct segment_header *header = segment->header;
	uint64_t unit = header->unit + 1;

	for (uint32_t i = 0; i < header->record_count; i++) {
		MUST(store_map_get(&store->map, header->blocks[i]) == MAP_ABSENT);
		store_map_set(&store->map, header->blocks[i], (uint32_t)unit);
		unit += store_units_per_block(store);
	}
	store->blocks += header->record_count;
}

static void segment_done(struct blockio_request *request, int result)
{
	struct segment *segment = CONTAINER_OF(request, struct segment, request);
	struct store *store = segment->store;

	store->writing = NULL;
	if (result < 0)
		store_stop(store, result);
	else
		segment_map(segment);
	segment_finish(segment, result);
	segment_start(store);
}

static uint64_t segment_data_hash(const struct segment *segment)
{
	XXH3_state_t *state = segment->store->hash_state;

	XXH3_64bits_reset(state);
	for (unsigned i = 1; i <= segment->range_count; i++)
		XXH3_64bits_update(state, segment->iov[i].iov_base, segment->iov[i].iov_len);
	return XXH3_64bits_digest(state);
}

/* Starts the first waiting segment, unless one is being written (invariant 3). */
static void segment_start(struct store *store)
{
	if (store->writing || list_empty(&store->waiting))
		return;

	struct segment *segment = CONTAINER_OF(list_pop(&store->waiting), struct segment, link);
	struct segment_header *header = segment->header;
	uint64_t data_units = header->record_count * store_units_per_block(store);

	if (store->end_unit + 1 + data_units > UINT32_MAX) {
		/* Beyond what the map can name: 16 TiB. */
		store_stop(store, -EFBIG);
		segment_finish(segment, -EFBIG);
		return;
	}
	header->magic = SEGMENT_MAGIC;
	header->store_id = store->facts.store_id;
	header->sequence = ++store->sequence;
	header->unit = store->end_unit;
	header->block_bytes = store->facts.block_bytes;
	header->data_hash = segment_data_hash(segment);
	header->hash = segment_hash(header);

	store->writing = segment;
	store->end_unit += 1 + data_units;
	if (store->io->ops->reserve)
		store->io->ops->reserve(store->io, store->end_unit * STORE_UNIT_BYTES);

	segment->iov[0] = (struct iovec){ .iov_base = header, .iov_len = STORE_UNIT_BYTES };
	segment->request.kind = BLOCKIO_WRITE;
	segment->request.offset = header->unit * STORE_UNIT_BYTES;
	segment->request.iov = segment->iov;
	segment->request.iov_count = 1 + segment->range_count;
	segment->request.done = segment_done;
	blockio_submit(store->io, &segment->request);
}

void store_stop(struct store *store, int error)
{
	struct list stopped;
	struct list *link;

	if (store->error == 0)
		store->error = error;
	list_init(&stopped);
	list_splice(&stopped, &store->waiting);
	while ((link = list_pop(&stopped)))
		segment_finish(CONTAINER_OF(link, struct segment, link), store->error);
}
