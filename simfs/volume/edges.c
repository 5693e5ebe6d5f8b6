/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/edges.h"

#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/core.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/way.h"

static uint64_t first_block(const struct volume_request *request)
{
	return request->offset / request->edges.block_bytes;
}

static uint64_t last_block(const struct volume_request *request)
{
	return (request->offset + request->length - 1) / request->edges.block_bytes;
}

/* Whether BLOCK, the first or the last one, has an edge that is needed. */
static bool is_needed(const struct volume_request *request, uint64_t block)
{
	uint64_t block_bytes = request->edges.block_bytes;
	uint64_t first = block * block_bytes;

	if (request->offset <= first && request->offset + request->length >= first + block_bytes)
		return false;
	return !request->edges.ops->needs || request->edges.ops->needs(request, block);
}

/* The cursor is a block: the first one, the last one, then the one after it. */
static uint64_t plan(struct volume_request *request)
{
	uint64_t block = request->cursor, last = last_block(request);
	uint64_t within = (block - first_block(request)) * request->edges.block_bytes;

	if (block > last)
		return block;
	if (is_needed(request, block))
		request->edges.ops->read(request, block, request->scratch + within);
	return block < last ? last : last + 1;
}

static void part_ended(struct request_part *part, int result)
{
	if (part->request->edges.ops->ended)
		part->request->edges.ops->ended(part, result);
}

static void read_done(struct volume_request *request, int error)
{
	uint64_t first = round_down(request->offset, request->edges.block_bytes);

	if (error == 0)
		memcpy(request->scratch + (request->offset - first), request->buffer,
			request->length);
	request->edges.ops->done(request, error, request->scratch, first);
}

static const struct parts_ops edge_parts = {
	.plan = plan,
	.ended = part_ended,
	.done = read_done,
};

void edges_complete(
	struct volume_request *request, uint32_t block_bytes, const struct edges_ops *ops)
{
	MUST(block_bytes <= VOLUME_BLOCK_MAX_BYTES);
	request->edges.block_bytes = block_bytes;
	request->edges.ops = ops;
	if ((request->offset | request->length) % block_bytes == 0 ||
		(!is_needed(request, first_block(request)) &&
			!is_needed(request, last_block(request)))) {
		ops->done(request, 0, request->buffer, request->offset);
		return;
	}
	/* In copy-on-write it held the old bytes, which are preserved by now. */
	if (scratch_take(request))
		parts_start(request, first_block(request), &edge_parts);
	else
		ops->done(request, -ENOMEM, NULL, 0);
}
