/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/scattered.h"

#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/core.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/parts.h"

#define UNIT_BYTES BLOCKIO_ALIGNMENT_MAX
#define WORD_BITS  64u

struct scattered_place {
	struct scattered_run run;
	uint64_t offset; /* in the volume */
	unsigned rank;	 /* of its file: the index of its first place */
};

/* Stores may be on another file system than the image, so units of the largest alignment are
 * used for both. */
static uint64_t read_first(const struct volume_request *request)
{
	return round_down(request->offset, UNIT_BYTES);
}

static uint64_t read_end(const struct volume_request *request)
{
	return round_up(request->offset + request->length, UNIT_BYTES);
}

static char *bytes_at(const struct volume_request *request, uint64_t offset)
{
	return request->buffer + (offset - read_first(request));
}

uint64_t scattered_offset(const struct request_part *part, const struct iovec *span)
{
	const struct volume_request *request = part->request;

	return read_first(request) + (uint64_t)((char *)span->iov_base - request->buffer);
}

/* ---- the unread units ---- */

static void mark(struct volume_request *request, uint64_t first, uint64_t end, bool is_unread)
{
	uint64_t *words = request->scattered.unread;
	uint64_t at = (first - read_first(request)) / UNIT_BYTES;
	uint64_t behind = (end - read_first(request)) / UNIT_BYTES;

	while (at < behind) {
		uint64_t left = WORD_BITS - at % WORD_BITS;
		uint64_t count = behind - at < left ? behind - at : left;
		uint64_t bits = (count == WORD_BITS ? UINT64_MAX : ((uint64_t)1 << count) - 1)
				<< at % WORD_BITS;

		if (is_unread)
			words[at / WORD_BITS] |= bits;
		else
			words[at / WORD_BITS] &= ~bits;
		at += count;
	}
}

/* The first offset from AT on that is unread (or not, if !IS_UNREAD), or the end. */
static uint64_t next(const struct volume_request *request, uint64_t at, bool is_unread)
{
	const uint64_t *words = request->scattered.unread;
	uint64_t unit = (at - read_first(request)) / UNIT_BYTES;
	uint64_t end = (read_end(request) - read_first(request)) / UNIT_BYTES;

	while (unit < end) {
		uint64_t word = words[unit / WORD_BITS];
		uint64_t left = (is_unread ? word : ~word) >> unit % WORD_BITS;

		if (left != 0) {
			unit += (uint64_t)__builtin_ctzll(left);
			break;
		}
		unit += WORD_BITS - unit % WORD_BITS;
	}
	return read_first(request) + (unit < end ? unit : end) * UNIT_BYTES;
}

uint64_t scattered_begin(struct volume_request *request)
{
	uint64_t first = read_first(request), end = read_end(request);

	MUST((end - first) / UNIT_BYTES <= sizeof request->scattered.unread * 8);
	memset(request->scattered.unread, 0,
		((end - first) / UNIT_BYTES + WORD_BITS - 1) / WORD_BITS * sizeof(uint64_t));
	mark(request, first, end, true);
	request->scattered.is_exact = false;
	request->data = request->buffer + (request->offset - first);
	return first;
}

void scattered_again(struct volume_request *request, uint64_t first, uint64_t end)
{
	MUST(first >= read_first(request) && end <= read_end(request));
	mark(request, first, end, true);
}

void scattered_round_over(struct volume_request *request)
{
	uint64_t unread = next(request, read_first(request), true);

	if (unread < request->cursor)
		request->cursor = unread;
}

/* ---- transfers ---- */

static void part_ended(struct request_part *part, int result)
{
	/* The unreadable bytes may be in a gap. */
	if (result < 0 && part->has_gaps) {
		for (unsigned i = 0; i < part->span_count; i++) {
			const struct iovec *span = &part->spans[i];
			uint64_t offset = scattered_offset(part, span);

			if (span->iov_base != store_read_over)
				scattered_again(part->request, offset, offset + span->iov_len);
		}
		part->request->scattered.is_exact = true;
		result = 0;
	}
	part_end(part, result);
}

/* The longest gap allowed between RUN and the next place in the same file. */
static uint64_t gap_most(const struct volume_request *request, const struct scattered_run *run)
{
	const struct volume *volume = request->volume;

	if (request->scattered.is_exact ||
		(!run->store && fault_is_armed(&volume->faults.plane, FAULT_ORIGIN_READ)))
		return 0;
	return volume->limits->read_over_bytes;
}

/* Adds the bytes of PLACE, and the gap before them, to what PART reads. */
static void span_add(struct parts_room *room, struct request_part *part,
	const struct scattered_place *place, uint64_t gap)
{
	struct iovec *span = &room->spans[room->span_count];

	if (gap > 0) {
		*span++ = (struct iovec){ .iov_base = store_read_over, .iov_len = gap };
		part->has_gaps = true;
	}
	*span = (struct iovec){ .iov_base = bytes_at(part->request, place->offset),
		.iov_len = place->run.length };
	part->span_count += gap > 0 ? 2 : 1;
	room->span_count += gap > 0 ? 2 : 1;
	part->length += gap + place->run.length;
}

static struct request_part *begin(struct volume_request *request,
	const struct scattered_place *place, const struct scattered_ops *ops)
{
	struct request_part *part = part_begin(request, place->offset, place->run.length);

	part->holder = place->run.holder;
	part->node = place->run.node;
	part->ended = part_ended;
	part->single = (struct iovec){ .iov_base = bytes_at(request, place->offset),
		.iov_len = place->run.length };
	part->spans = &part->single;
	part->span_count = 1;
	ops->begun(part);
	return part;
}

static void begin_one(struct volume_request *request, const struct scattered_place *place,
	const struct scattered_ops *ops)
{
	struct request_part *part = begin(request, place, ops);

	part_read(part, place->run.store, place->run.position, part->single.iov_base);
}

/* Starts a transfer for COUNT places, in the ORDER of their positions in the file. */
static void begin_vector(struct volume_request *request, const struct scattered_place *places,
	const uint16_t *order, unsigned count, const struct scattered_ops *ops)
{
	const struct scattered_place *first = &places[order[0]];
	struct request_part *part = begin(request, first, ops);
	struct parts_room *room = parts_room(request);
	struct iovec *spans = &room->spans[room->span_count];
	struct iovec *vectors = &room->vectors[room->span_count];
	uint64_t end = first->run.position;

	part->spans = spans;
	part->span_count = 0;
	part->length = 0;
	for (unsigned i = 0; i < count; i++) {
		const struct scattered_place *place = &places[order[i]];

		span_add(room, part, place, place->run.position - end);
		end = place->run.position + place->run.length;
	}
	MUST(room->span_count <= PARTS_SPANS);
	part_read_vector(part, first->run.store, first->run.position, vectors);
}

/* The rank of the place after COUNT others. It searches backwards: a file usually recurs soon. */
static unsigned rank(const struct scattered_place *places, unsigned count)
{
	for (unsigned i = count; i > 0; i--) {
		if (places[i - 1].run.store == places[count].run.store)
			return places[i - 1].rank;
	}
	return count;
}

static bool lies_behind(const struct scattered_place *behind, const struct scattered_place *place)
{
	if (behind->rank != place->rank)
		return behind->rank > place->rank;
	return behind->run.position > place->run.position;
}

/* Sorts by file and position. Places of the image, and of blocks that were appended in order,
 * are sorted already. */
static void sort(const struct scattered_place *places, uint16_t *order, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned at = i;

		while (at > 0 && lies_behind(&places[order[at - 1]], &places[i])) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = (uint16_t)i;
	}
}

/* Whether BEHIND, the next in the order after RUN, belongs to the same transfer. */
static bool goes_with(const struct volume_request *request, const struct scattered_run *run,
	const struct scattered_run *behind)
{
	return behind->store == run->store &&
	       behind->position - (run->position + run->length) <= gap_most(request, run);
}

static void begin_all(struct volume_request *request, const struct scattered_place *places,
	unsigned count, const struct scattered_ops *ops)
{
	uint16_t order[VOLUME_REQUEST_PARTS];
	unsigned first = 0;

	sort(places, order, count);
	while (first < count) {
		unsigned end = first + 1;

		while (end < count &&
			goes_with(request, &places[order[end - 1]].run, &places[order[end]].run))
			end++;
		if (end == first + 1)
			begin_one(request, &places[order[first]], ops);
		else
			begin_vector(request, places, &order[first], end - first, ops);
		first = end;
	}
}

/* ---- a round ---- */

/* The next place of REQUEST from *AT on, and where to continue; false if nothing is left. */
static bool place_next(struct volume_request *request, const struct scattered_ops *ops,
	uint64_t *at, struct scattered_place *ret)
{
	uint64_t first, end = read_end(request);

	while ((first = next(request, *at, true)) < end) {
		*ret = (struct scattered_place){ .offset = first };
		ops->locate(request, first, next(request, first, false), &ret->run);
		MUST_GET_ON(first, first + ret->run.length);
		*at = first + ret->run.length;
		mark(request, first, *at, false);
		if (!ret->run.is_zeros)
			return true;
		memset(bytes_at(request, first), 0, ret->run.length);
	}
	*at = end;
	return false;
}

uint64_t scattered_plan(struct volume_request *request, const struct scattered_ops *ops)
{
	struct scattered_place places[VOLUME_REQUEST_PARTS];
	unsigned count = 0, most = parts_left(request);
	uint64_t at = request->cursor;

	if (ahead_is_over(request)) {
		request->error = -ECANCELED;
		return at;
	}
	while (count < most && place_next(request, ops, &at, &places[count])) {
		places[count].rank = rank(places, count);
		count++;
		/* Most reads have a single place, and need no memory. */
		if (count == parts_left_inline(request) && !parts_room(request))
			most = count;
	}
	if (request->room)
		begin_all(request, places, count, ops);
	else
		for (unsigned i = 0; i < count; i++)
			begin_one(request, &places[i], ops);
	return at;
}
