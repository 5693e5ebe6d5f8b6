/* SPDX-License-Identifier: Apache-2.0 */
/*
 * append.c - gathers preserved blocks into segments, which flight.c writes.
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

uint64_t segment_hash(const struct segment_header *header)
{
	/* Skips the second word, the hash; covers those before and after it. */
	uint64_t behind = XXH3_64bits(
		&header->store_id, sizeof *header - offsetof(struct segment_header, store_id));

	return XXH3_64bits_withSeed(&header->magic, sizeof header->magic, behind);
}

/* Appends an empty segment to the waiting ones; returns NULL without memory. */
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
	/* Move it before those that wait. */
	list_remove(&segment->link);
	if (summary_fill(store, segment->header) < 0) {
		list_append(&store->spare, &segment->link);
		segments_stop(store, -ENOMEM);
		return;
	}
	segment->iov[1] = (struct iovec){ .iov_base = store->summary.data,
		.iov_len = segment_data_bytes(store, segment->header) };
	segment->header->summary.data_hash = XXH3_64bits(
		segment->iov[1].iov_base, segment->iov[1].iov_len);
	store_hashed(store, segment->iov[1].iov_len);
	list_prepend(&store->waiting, &segment->link);
	flight_write(store);
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

void store_sum(const void *data, size_t length_bytes, uint32_t *sums)
{
	const char *bytes = data;

	for (size_t at = 0; at < length_bytes; at += STORE_UNIT_BYTES)
		*sums++ = unit_sum(bytes + at);
}

/* Adds LENGTH bytes of DATA as the next records; their SUMS may be known (NULL: not yet). */
static void segment_take(struct segment *segment, char *data, size_t length, const uint32_t *sums)
{
	struct store *store = segment->store;
	struct segment_header *header = segment->header;
	uint32_t *to = segment_sums(store, header) +
		       header->record_count * store_units_per_block(store);

	segment->iov[1 + segment->range_count] = (struct iovec){ .iov_base = data,
		.iov_len = length };
	if (sums) {
		memcpy(to, sums, length / STORE_UNIT_BYTES * sizeof *sums);
		return;
	}
	store_sum(data, length, to);
	store_hashed(store, length);
}

void store_append(struct store *store, uint64_t first_block, uint64_t count, void *data,
	struct store_waiter *waiter)
{
	store_append_summed(store, first_block, count, data, NULL, waiter);
}

void store_append_summed(struct store *store, uint64_t first_block, uint64_t count, void *data,
	const uint32_t *sums, struct store_waiter *waiter)
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

		if (data) {
			segment_take(segment, from, length, sums);
			from += length;
			sums += sums ? length / STORE_UNIT_BYTES : 0;
		}
		for (uint64_t i = 0; i < taken; i++)
			header->blocks[header->record_count++] = first_block + i;
		segment->waiters[segment->range_count++] = waiter;
		store->blocks_taken += taken;
		first_block += taken;
		count -= taken;
	}
	flight_go_soon(store);
	store_answers_later(store);
}

/* Takes over the sums of the segment with HEADER, which is not a summary. */
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
		/* The last one was not entered; sums of unmapped units have no meaning. */
		for (uint32_t i = 0; i + 1 < entered; i++)
			store_map_remove(&store->map, header->blocks[i]);
		return error;
	}
	store->blocks += header->record_count;
	store->has_changed |= (header->flags & SEGMENT_FLAG_CHANGED) != 0;
	store->sealed_unit = segment_sealed_unit(header);
	store->attempt = header->attempt;
	store->acknowledged_sequence = header->sequence;
	store->acknowledged_end_unit = header->unit + segment_units(store, header);
	summary_add(store, header);
	return 0;
}

void segment_seal(struct store *store)
{
	/* A segment in flight may not be a sufficient seal; rewrites check again when it is
	 * written. */
	if (store->in_flight_count == 0 && list_empty(&store->waiting) && !segment_new(store, 0))
		segments_stop(store, -ENOMEM);
	flight_go_soon(store);
}

void segments_stop(struct store *store, int error)
{
	struct list *link;

	if (store->error == 0) {
		store->error = error;
		if (store->group)
			store->group->ends++;
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
	if (store->in_flight_count > 0 || !list_empty(&store->waiting))
		return;
	store->error = 0;
	store->flight_error = 0;
	store->end_unit = store->acknowledged_end_unit;
	store->sequence = store->acknowledged_sequence;
	/* Failed segments may be whole in the file anyway, with more after them. */
	store->attempt++;
	store->blocks_taken = store->blocks;
	summary_untake(store);
	segment_seal(store);
	store_answers_later(store);
}
