/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/parts.h"

#include "simfs/base/check.h"
#include "simfs/volume/core.h"

/* Starts what may be under way at a time, from the cursor on; false when nothing is left. */
static bool round_start(struct volume_request *request)
{
	bool has_planned = false;

	request->part_count = 0;
	request->is_planned = false;
	while (request->part_count < request->volume->limits->request_parts &&
		request->error == 0) {
		unsigned part_count = request->part_count;
		uint64_t next = request->parts_ops->plan(request);

		/* What was begun lies in front of the cursor, and no round begins it again. */
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

/* Whether another round is to follow; else REQUEST is done with, and may be gone. */
static bool round_end(struct volume_request *request)
{
	uint64_t cursor = request->cursor;

	if (request->parts_ops->round_over)
		request->parts_ops->round_over(request);
	if (request->error == 0 && !(request->is_planned && request->cursor == cursor))
		return true;
	request->parts_ops->done(request, request->error);
	return false;
}

static void rounds_go(struct volume_request *request)
{
	do {
		/* One of its own: the others may end at once, or there may be none. */
		request->parts_under_way = 1;
		if (!round_start(request)) {
			request->parts_ops->done(request, request->error);
			return;
		}
	} while (--request->parts_under_way == 0 && round_end(request));
}

static void part_ended(struct request_part *part, int result)
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
	struct request_part *part = &request->parts[request->part_count++];

	MUST(request->part_count <= request->volume->limits->request_parts);
	request->parts_under_way++;
	part->request = request;
	part->node = NULL;
	part->holder = NULL;
	part->offset = offset;
	part->length = length;
	part->ended = part_ended;
	return part;
}

void parts_start(struct volume_request *request, uint64_t cursor, const struct parts_ops *ops)
{
	request->parts_ops = ops;
	request->cursor = cursor;
	request->error = 0;
	rounds_go(request);
}
