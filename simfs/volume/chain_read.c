/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_read.c - reads of the live view and of snapshots, from whose data it is.
 *
 *   plan ─▶ parts, each from one node ─▶ round_done ─▶ next plan, or the end
 *
 * What a part reads cannot be overtaken: a base copy does not change where it
 * is seen, and a part of the live leaf meets only writes that are as old.  A
 * node stays open until the last part of it has ended.
 */
#include "simfs/volume/chain.h"

static void part_done(struct blockio_request *io, int result);

static uint64_t read_first(const struct volume_request *request)
{
	return round_down(request->offset, CHAIN_BLOCK_BYTES);
}

static uint64_t read_end(const struct volume_request *request)
{
	return round_up(request->offset + request->length, CHAIN_BLOCK_BYTES);
}

/* The same after a merge or a snapshot meanwhile: the content is, not the node. */
static struct node *view_of(const struct volume_request *request)
{
	return request->snapshot ? request->snapshot->base : chain_live(request->volume->chain);
}

static void part_plan(struct volume_request *request, uint64_t offset, uint64_t end)
{
	struct chain *chain = request->volume->chain;
	struct node *view = view_of(request);
	struct request_part *part = &request->parts[request->part_count++];
	uint64_t position;

	part->request = request;
	part->offset = offset;
	part->length = CHAIN_BLOCK_BYTES;
	part->node = view_owner(chain, view, offset / CHAIN_BLOCK_BYTES);
	position = node_position(part->node, offset / CHAIN_BLOCK_BYTES);
	while (offset + part->length < end) {
		uint64_t next = offset + part->length;

		if (view_owner(chain, view, next / CHAIN_BLOCK_BYTES) != part->node ||
			node_position(part->node, next / CHAIN_BLOCK_BYTES) !=
				position + part->length)
			break;
		part->length += CHAIN_BLOCK_BYTES;
	}
	part->io.done = part_done;
	node_request_begin(part->node);
	request->parts_under_way++;
	blockio_start(node_io(chain, part->node), &part->io, BLOCKIO_READ, position,
		request->buffer + (offset - read_first(request)), part->length);
}

static void plan(struct volume_request *request)
{
	uint64_t end = read_end(request);

	request->part_count = 0;
	while (request->cursor < end && request->part_count < VOLUME_REQUEST_PARTS) {
		part_plan(request, request->cursor, end);
		request->cursor += request->parts[request->part_count - 1].length;
	}
}

static void read_ended(struct volume_request *request)
{
	if (request->snapshot)
		snapshot_read_end(request, request->error);
	else
		live_end(request, request->error);
}

static void part_done(struct blockio_request *io, int result)
{
	struct request_part *part = CONTAINER_OF(io, struct request_part, io);
	struct volume_request *request = part->request;

	if (!part_end(part, result))
		return;
	if (request->error < 0 || request->cursor >= read_end(request))
		read_ended(request);
	else
		plan(request);
}

static void read_begin(struct volume_request *request)
{
	request->error = 0;
	request->cursor = read_first(request);
	request->data = request->buffer + (request->offset - request->cursor);
	request->parts_under_way = 0;
	plan(request);
}

void chain_live_read(struct volume_request *request)
{
	if (node_is_image(chain_live(request->volume->chain)))
		cow_live_read(request);
	else
		read_begin(request);
}

void chain_snapshot_read(struct volume_request *request)
{
	read_begin(request);
}
