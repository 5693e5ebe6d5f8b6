/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.c - writes and flushes of the live view, and of clones, in a chain.
 *
 *   chain_write ─┬─ whole blocks ────────────────────▶ blocks_write ─▶ written
 *                └─ edge_plan ─▶ edge_done ─▶ merge ─┘
 *
 * What the head has is written in place, what it lacks is appended.  The range
 * is the write's own (volume/range.c), by whole blocks, so no two meet in a block.
 */
#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/chain/view.h"
#include "simfs/volume/cow/cow.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/way.h"

/* It stays the head until the write has ended: to become a base copy takes a barrier. */
static struct node *head_of(const struct volume_request *request)
{
	return chain_head(request->volume->chain, request->snapshot);
}

static void write_end(struct volume_request *request, int error)
{
	if (!request->snapshot) {
		live_write_end(request, error);
		return;
	}
	request->error = error;
	snapshot_write_end(request);
}

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
	node_resume(head_of(request));
	view_written(head_of(request), first_block(request), end_block(request));
	write_end(request, error);
}

/* The write's blocks are at BYTES. */
static void blocks_write(struct volume_request *request, char *bytes)
{
	struct node *head = head_of(request);
	uint64_t first = first_block(request);

	store_waiter_arm(&request->preserved, written);
	store_waiter_add(&request->preserved);
	node_write(head, first, end_block(request) - first, bytes, &request->preserved);
	store_waiter_release(&request->preserved, 0);
}

/* ---- edges: the blocks that the write does not cover ---- */

static void edges_join(struct volume_request *request);

static void edge_done(struct request_part *part, int result)
{
	if (part_end(part, result))
		edges_join(part->request);
}

/* Into the scratch memory: a block that nobody has is zeros. */
static void edge_plan(struct volume_request *request, uint64_t block)
{
	struct chain *chain = request->volume->chain;
	struct request_part *part = &request->parts[request->part_count];
	struct node *owner = view_owner(chain, head_of(request), block);
	char *bytes = request->scratch + (block - first_block(request)) * CHAIN_BLOCK_BYTES;

	if (!node_has(owner, block)) {
		memset(bytes, 0, CHAIN_BLOCK_BYTES);
		return;
	}
	request->part_count++;
	part->request = request;
	part->node = owner;
	part->offset = block * CHAIN_BLOCK_BYTES;
	part->length = CHAIN_BLOCK_BYTES;
	part->ended = edge_done;
	node_request_begin(owner);
	request->parts_under_way++;
	part_read(part, owner->store, node_position(owner, block), bytes);
}

static void edges_join(struct volume_request *request)
{
	if (request->error < 0) {
		write_end(request, request->error);
		return;
	}
	memcpy(request->scratch + request->offset % CHAIN_BLOCK_BYTES, request->buffer,
		request->length);
	blocks_write(request, request->scratch);
}

static void edges_read(struct volume_request *request)
{
	uint64_t first = first_block(request), last = end_block(request) - 1;
	bool cuts_first = request->offset % CHAIN_BLOCK_BYTES != 0;
	bool cuts_last = (request->offset + request->length) % CHAIN_BLOCK_BYTES != 0;

	request->error = 0;
	request->part_count = 0;
	/* One of its own: the others may end at once. */
	request->parts_under_way = 1;
	if (cuts_first || (cuts_last && first == last))
		edge_plan(request, first);
	if (cuts_last && first != last)
		edge_plan(request, last);
	if (--request->parts_under_way == 0)
		edges_join(request);
}

void chain_write(struct volume_request *request)
{
	struct chain *chain = request->volume->chain;
	struct node *head = head_of(request);
	uint64_t first = first_block(request);
	int error;

	/* It may have failed while the write waited for its turn. */
	if (request->snapshot && request->snapshot->state != SNAPSHOT_ACTIVE) {
		write_end(request, -EIO);
		return;
	}
	error = space_charge(chain, head, first, end_block(request) - first);
	if (error < 0) {
		write_end(request, error);
		return;
	}
	if (node_is_image(head)) {
		cow_write_submit(request);
		return;
	}
	if ((request->offset | request->length) % CHAIN_BLOCK_BYTES == 0) {
		blocks_write(request, request->buffer);
		return;
	}
	request->scratch = scratch_take(request->volume);
	if (!request->scratch)
		write_end(request, -ENOMEM);
	else
		edges_read(request);
}

/* ---- flush: every node on the way to the root with writes that ended before ---- */

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
	request->part_count = 0;
	for (struct node *node = head_of(request); node && request->error == 0;
		node = node->parent) {
		if (node->dirty_since > 0 && node->dirty_since <= request->cursor &&
			request->part_count < request->volume->limits->request_parts)
			flush_start(request, node);
	}
	if (request->part_count > 0)
		return;
	chain_flush_end(request, request->error);
}

void chain_flush_end(struct volume_request *request, int result)
{
	if (request->snapshot)
		snapshot_flush_end(request, result);
	else
		live_end(request, result);
}

void chain_flush(struct volume_request *request)
{
	struct node *head = head_of(request);

	if (settle_parks(request->volume->chain, request))
		return;
	request->error = 0;
	request->parts_under_way = 0;
	request->cursor = request->volume->chain->write_sequence;
	for (struct node *node = head; node; node = node->parent) {
		/* A flush of it that is under way may not cover all that has ended by now. */
		if (node->requests_under_way > 0)
			node->dirty_since = 1;
	}
	/* Its writes are not noted, nor when they end. */
	head->dirty_since = 1;
	flush_round(request);
}
