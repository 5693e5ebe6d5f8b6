/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_write.c - writes and flushes of the live view in a chain.
 *
 *   chain_live_write ─┬─ whole blocks ────────────────────▶ blocks_write ─▶ written
 *                     └─ edge_plan ─▶ edge_done ─▶ merge ─┘
 *
 * What the leaf has is written in place, what it lacks is appended.  The range
 * is the write's own (range.c), by whole blocks, so no two meet in a block.
 */
#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain.h"

static uint64_t first_block(const struct volume_request *request)
{
	return request->offset / CHAIN_BLOCK_BYTES;
}

static uint64_t end_block(const struct volume_request *request)
{
	return (request->offset + request->length + CHAIN_BLOCK_BYTES - 1) / CHAIN_BLOCK_BYTES;
}

static void written(struct store_waiter *waiter, int error)
{
	struct volume_request *request = CONTAINER_OF(waiter, struct volume_request, preserved);

	/* An error too may leave blocks behind that were written. */
	node_resume(chain_live(request->volume->chain));
	view_written(request->volume->chain, first_block(request), end_block(request));
	live_write_end(request, error);
}

/* The write's blocks are at BYTES. */
static void blocks_write(struct volume_request *request, char *bytes)
{
	struct chain *chain = request->volume->chain;
	uint64_t first = first_block(request);

	node_dirtied(chain, chain_live(chain));
	request->preserved = (struct store_waiter){ .done = written };
	store_waiter_add(&request->preserved);
	node_write(
		chain_live(chain), first, end_block(request) - first, bytes, &request->preserved);
	store_waiter_release(&request->preserved, 0);
}

/* ---- edges: the blocks that the write does not cover ---- */

static void edge_done(struct blockio_request *io, int result)
{
	struct request_part *part = CONTAINER_OF(io, struct request_part, io);
	struct volume_request *request = part->request;

	if (!part_end(part, result))
		return;
	if (request->error < 0) {
		live_write_end(request, request->error);
		return;
	}
	memcpy(request->scratch + request->offset % CHAIN_BLOCK_BYTES, request->buffer,
		request->length);
	blocks_write(request, request->scratch);
}

static void edge_plan(struct volume_request *request, uint64_t block)
{
	struct chain *chain = request->volume->chain;
	struct request_part *part = &request->parts[request->part_count++];
	struct node *owner = view_owner(chain, chain_live(chain), block);

	part->request = request;
	part->node = owner;
	part->io.done = edge_done;
	node_request_begin(owner);
	request->parts_under_way++;
	blockio_start(node_io(chain, owner), &part->io, BLOCKIO_READ, node_position(owner, block),
		request->scratch + (block - first_block(request)) * CHAIN_BLOCK_BYTES,
		CHAIN_BLOCK_BYTES);
}

static void edges_read(struct volume_request *request)
{
	uint64_t last = end_block(request) - 1;

	request->error = 0;
	request->part_count = 0;
	request->parts_under_way = 0;
	if (request->offset % CHAIN_BLOCK_BYTES != 0 || request->length < CHAIN_BLOCK_BYTES)
		edge_plan(request, first_block(request));
	if ((request->offset + request->length) % CHAIN_BLOCK_BYTES != 0 &&
		(request->part_count == 0 || last != first_block(request)))
		edge_plan(request, last);
}

void chain_live_write(struct volume_request *request)
{
	struct chain *chain = request->volume->chain;
	struct node *live = chain_live(chain);
	uint64_t first = first_block(request);
	int error = space_charge(chain, live, first, end_block(request) - first);

	if (error < 0) {
		live_write_end(request, error);
		return;
	}
	if (node_is_image(live)) {
		node_dirtied(chain, live);
		cow_write_submit(request);
		return;
	}
	if ((request->offset | request->length) % CHAIN_BLOCK_BYTES == 0) {
		blocks_write(request, request->buffer);
		return;
	}
	request->scratch = scratch_take(request->volume);
	if (!request->scratch)
		live_write_end(request, -ENOMEM);
	else
		edges_read(request);
}

/* ---- flush: every node with writes that ended before ---- */

static void flush_round(struct volume_request *request);

static void flush_done(struct blockio_request *io, int result)
{
	struct request_part *part = CONTAINER_OF(io, struct request_part, io);
	struct volume_request *request = part->request;

	if (result < 0)
		part->node->dirty_since = 1;
	if (part_end(part, result))
		flush_round(request);
}

static void flush_start(struct volume_request *request, struct node *node)
{
	struct request_part *part = &request->parts[request->part_count++];

	part->request = request;
	part->node = node;
	part->io.done = flush_done;
	node->dirty_since = 0;
	node_request_begin(node);
	request->parts_under_way++;
	blockio_start(node_io(request->volume->chain, node), &part->io, BLOCKIO_FLUSH, 0, NULL, 0);
}

static void flush_round(struct volume_request *request)
{
	struct chain *chain = request->volume->chain;

	request->part_count = 0;
	for (unsigned level = 0; level < chain->depth && request->error == 0; level++) {
		struct node *node = chain->spine[level];

		if (node->dirty_since > 0 && node->dirty_since <= request->cursor &&
			request->part_count < VOLUME_REQUEST_PARTS)
			flush_start(request, node);
	}
	if (request->part_count == 0)
		live_end(request, request->error);
}

void chain_live_flush(struct volume_request *request)
{
	struct chain *chain = request->volume->chain;

	request->error = 0;
	request->parts_under_way = 0;
	request->cursor = chain->write_sequence;
	for (unsigned level = 0; level < chain->depth; level++) {
		/* A flush of it that is under way may not cover all that has ended by now. */
		if (chain->spine[level]->requests_under_way > 0)
			chain->spine[level]->dirty_since = 1;
	}
	/* Its writes are noted when they begin, and may have ended since it was flushed. */
	chain_live(chain)->dirty_since = 1;
	flush_round(request);
}
