/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/parts.h"

#include <sys/mman.h>

#include "simfs/base/check.h"
#include "simfs/volume/core.h"

/* ---- memory ---- */

void parts_rooms_init(struct volume *volume)
{
	list_init(&volume->rooms_spare);
	list_init(&volume->rooms_taken);
}

struct parts_room *parts_room(struct volume_request *request)
{
	struct volume *volume = request->volume;
	struct list *link;
	void *room;

	if (request->room)
		return request->room;
	/* The most recently freed one is taken first: it is in the CPU's cache. */
	link = list_pop(&volume->rooms_spare);
	room = link ? CONTAINER_OF(link, struct parts_room, link)
		    : mmap(NULL, sizeof(struct parts_room), PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return NULL;
	request->room = room;
	request->room->span_count = 0;
	list_append(&volume->rooms_taken, &request->room->link);
	return request->room;
}

static void room_give(struct volume_request *request)
{
	struct parts_room *room = request->room;

	if (!room)
		return;
	request->room = NULL;
	list_remove(&room->link);
	list_prepend(&request->volume->rooms_spare, &room->link);
}

/* Those still taken belong to requests that a kill has dropped. */
void parts_rooms_free(struct volume *volume)
{
	struct list *link;

	while ((link = list_pop(&volume->rooms_spare)) || (link = list_pop(&volume->rooms_taken)))
		munmap(CONTAINER_OF(link, struct parts_room, link), sizeof(struct parts_room));
}

/* ---- rounds ---- */

unsigned parts_left(const struct volume_request *request)
{
	return request->volume->limits->request_parts - request->part_count;
}

unsigned parts_left_inline(const struct volume_request *request)
{
	unsigned left = parts_left(request);
	unsigned left_inline = VOLUME_PARTS_INLINE > request->part_count
				       ? VOLUME_PARTS_INLINE - request->part_count
				       : 0;

	return left < left_inline ? left : left_inline;
}

static bool can_begin(struct volume_request *request)
{
	return parts_left(request) > 0 && (parts_left_inline(request) > 0 || parts_room(request));
}

/* Starts as many parts as may be in flight, from the cursor on; false if nothing is left. */
static bool round_start(struct volume_request *request)
{
	bool has_planned = false;

	request->part_count = 0;
	request->is_planned = false;
	if (request->room)
		request->room->span_count = 0;
	while (request->error == 0 && can_begin(request)) {
		unsigned part_count = request->part_count;
		uint64_t next = request->parts_ops->plan(request);

		/* All parts begun lie before the cursor, and no round begins them again. */
		if (next == request->cursor && request->part_count == part_count) {
			request->is_planned = true;
			break;
		}
		MUST_GET_ON(request->cursor, next);
		request->cursor = next;
		has_planned = true;
	}
	return has_planned;
}

static void finish(struct volume_request *request)
{
	room_give(request);
	request->parts_ops->done(request, request->error);
}

/* Whether another round must follow; otherwise REQUEST has ended and may be freed. */
static bool round_end(struct volume_request *request)
{
	uint64_t cursor = request->cursor;

	if (request->parts_ops->round_over)
		request->parts_ops->round_over(request);
	if (request->error == 0 && !(request->is_planned && request->cursor == cursor))
		return true;
	finish(request);
	return false;
}

static void rounds_go(struct volume_request *request)
{
	do {
		/* A count of its own: parts may end at once, or there may be none. */
		request->parts_under_way = 1;
		if (!round_start(request)) {
			finish(request);
			return;
		}
	} while (--request->parts_under_way == 0 && round_end(request));
}

void part_end(struct request_part *part, int result)
{
	struct volume_request *request = part->request;

	MUST(request->parts_under_way > 0);
	if (request->parts_ops->ended)
		request->parts_ops->ended(part, result);
	if (result < 0 && request->error == 0)
		request->error = result;
	if (--request->parts_under_way == 0 && round_end(request))
		rounds_go(request);
}

struct request_part *part_begin(struct volume_request *request, uint64_t offset, size_t length)
{
	struct request_part *part;

	MUST(parts_left(request) > 0);
	if (request->part_count < VOLUME_PARTS_INLINE)
		part = &request->parts[request->part_count];
	else
		part = &parts_room(request)->parts[request->part_count];
	request->part_count++;
	request->parts_under_way++;
	part->request = request;
	part->node = NULL;
	part->holder = NULL;
	part->offset = offset;
	part->length = length;
	part->span_count = 0;
	part->has_gaps = false;
	part->ended = part_end;
	return part;
}

void parts_start(struct volume_request *request, uint64_t cursor, const struct parts_ops *ops)
{
	request->parts_ops = ops;
	request->cursor = cursor;
	request->error = 0;
	request->room = NULL;
	rounds_go(request);
}
