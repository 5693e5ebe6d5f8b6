/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flight.c - writes segments, a few at a time, and acknowledges them in order.
 *
 *   segment_new()          flight_go()               the write ended,
 *                                                 and those before it have
 *   ──────────▶ WAITING ───────────────▶ IN FLIGHT ──────────────────────▶ SPARE
 *                  │     store_stop(), or an error of one before it      ▲
 *                  └────────────────────────────────────────────────────┘
 *
 *  (1) Segments in flight are contiguous in the file, in the order of their sequences.
 *  (2) A segment enters the map, and its waiters are told, when it and all before it are
 *      written. If one fails, those after it fail with it.
 *  (3) While the maximum is in flight, the last waiting segment takes all new blocks. So the
 *      busier the volume, the larger the writes, without a timer. While any is in flight, a
 *      new segment waits for the end of the current batch of completions, which add more.
 *  (4) While any is in flight, the last segment also waits until it is as large as all of
 *      those together, or full: small ones cost more than they gain.
 *  (5) A segment is held back only by segments of its own store, whose completion starts it:
 *      no store waits for another one of its group.
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/store/segment.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

void segment_finish(struct segment *segment, int result)
{
	struct store *store = segment->store;

	for (unsigned i = 0; i < segment->range_count; i++)
		store_answer(store, segment->waiters[i], result);
	list_append(&store->spare, &segment->link);
}

static int segment_map(struct segment *segment)
{
	struct store *store = segment->store;
	int error = store_map_segment(store, segment->header);

	MUST(error != -EEXIST);
	blockio_know(store->io, store->acknowledged_end_unit * STORE_UNIT_BYTES);
	return error;
}

static void in_flight_change(struct store *store, int by)
{
	store->in_flight_count += (unsigned)by;
	if (store->group)
		store->group->in_flight += (unsigned)by;
}

/* SEGMENT and all before it were written. */
static void acknowledge(struct segment *segment)
{
	struct store *store = segment->store;
	int result = store->flight_error < 0 ? store->flight_error : segment->result;

	if (result == 0)
		result = segment_map(segment);
	if (result == 0 && (segment->header->flags & SEGMENT_FLAG_SUMMARY))
		superblock_write(store);
	store->flight_error = result;
	segment_finish(segment, result);
	if (result < 0)
		segments_stop(store, result);
}

static void acknowledge_in_order(struct store *store)
{
	while (!list_empty(&store->in_flight)) {
		struct segment *first = CONTAINER_OF(store->in_flight.next, struct segment, link);

		if (!first->has_ended)
			return;
		list_remove(&first->link);
		in_flight_change(store, -1);
		acknowledge(first);
	}
}

static void written(struct blockio_request *request, int result)
{
	struct segment *segment = CONTAINER_OF(request, struct segment, request);
	struct store *store = segment->store;

	if (result == 0 && store->is_durable && request->kind == BLOCKIO_WRITE) {
		blockio_start(store->io, request, BLOCKIO_FLUSH, 0, NULL, 0);
		return;
	}
	segment->has_ended = true;
	segment->result = result;
	acknowledge_in_order(store);
	flight_go_soon(store);
	rewrites_go(store);
	store_answers_go(store);
}

/* Header and data. */
static unsigned iov_count(const struct segment *segment)
{
	const struct segment_header *header = segment->header;

	if (segment_data_bytes(segment->store, header) == 0)
		return 1;
	return header->flags & SEGMENT_FLAG_SUMMARY ? 2 : 1 + segment->range_count;
}

static void header_fill(struct segment *segment)
{
	struct store *store = segment->store;
	struct segment_header *header = segment->header;

	header->magic = SEGMENT_MAGIC;
	header->store_id = store->facts.store_id;
	header->sequence = ++store->sequence;
	header->unit = store->end_unit;
	header->block_bytes = store->facts.block_bytes;
	header->ahead_count = store->in_flight_count;
	header->ahead_units = (uint32_t)(store->end_unit - store->acknowledged_end_unit);
	header->attempt = store->attempt;
	MUST(segment_acknowledged(header) == store->acknowledged_sequence);
	header->hash = segment_hash(header);
	store_hashed(store, sizeof *header);
}

/* When many files grow at once, the disk should not write all bytes twice. */
static enum blockio_room room_kind(const struct store *store)
{
	bool are_many = store->group && store->group->in_flight > store->limits->segments_in_flight;

	return are_many ? BLOCKIO_ROOM_ALLOCATED : BLOCKIO_ROOM_ZEROS;
}

void flight_write(struct store *store)
{
	struct segment *segment = CONTAINER_OF(list_pop(&store->waiting), struct segment, link);
	struct segment_header *header = segment->header;
	uint64_t end_unit = store->end_unit + segment_units(store, header);

	if (end_unit > UINT32_MAX) {
		/* Beyond the positions of the map: 16 TiB. */
		segment_finish(segment, -EFBIG);
		segments_stop(store, -EFBIG);
		return;
	}
	header_fill(segment);
	segment->has_ended = false;
	list_append(&store->in_flight, &segment->link);
	in_flight_change(store, 1);
	store->end_unit = end_unit;
	if (store->io->ops->reserve)
		store->io->ops->reserve(store->io, store->end_unit * STORE_UNIT_BYTES,
			store->facts.limit_bytes, room_kind(store));

	segment->iov[0] = (struct iovec){ .iov_base = header, .iov_len = STORE_UNIT_BYTES };
	segment->request.kind = BLOCKIO_WRITE;
	segment->request.offset = header->unit * STORE_UNIT_BYTES;
	segment->request.iov = segment->iov;
	segment->request.iov_count = iov_count(segment);
	segment->request.done = written;
	blockio_submit(store->io, &segment->request);
}

/* Whether another segment may be in flight. */
static bool may_start(const struct store *store)
{
	unsigned limit = store->limits->segments_in_flight;

	if (store->in_flight_count == 0)
		return true;
	return store->in_flight_count < limit && (!store->group || store->group->in_flight < limit);
}

/* Whether the first waiting segment is worth a write beside those in flight. */
static bool is_large_enough(const struct store *store)
{
	const struct segment *first = CONTAINER_OF(store->waiting.next, struct segment, link);
	const struct list *link = store->in_flight.next;
	uint64_t units = 0;

	if (store->waiting.next != store->waiting.previous ||
		segment_room(first, first->header->flags) == 0)
		return true;
	for (; link != &store->in_flight; link = link->next) {
		const struct segment *segment = CONTAINER_OF(link, struct segment, link);

		if (!(segment->header->flags & SEGMENT_FLAG_SUMMARY))
			units += segment_units(store, segment->header);
	}
	return segment_units(store, first->header) * 100 >= units * store->limits->beside_percent;
}

static bool has_room(const struct store *store)
{
	return !list_empty(&store->waiting) && may_start(store) && is_large_enough(store) &&
	       (!summary_is_due(store) || summary_can_start(store));
}

void flight_go(struct store *store)
{
	while (has_room(store)) {
		unsigned in_flight_count = store->in_flight_count;

		if (summary_is_due(store))
			segment_summarize(store);
		else
			flight_write(store);
		/* Either one was started, or all that waited have failed. */
		MUST(store->in_flight_count > in_flight_count || list_empty(&store->waiting));
	}
}

void flight_go_soon(struct store *store)
{
	if (store->in_flight_count == 0)
		flight_go(store);
	else if (has_room(store))
		store_come_back(store);
}
