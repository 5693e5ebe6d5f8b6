/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.c - writes and flushes of the live view, and of clones, in a chain.
 *
 *   chain_write ─▶ (edges.h: whole blocks) ─▶ blocks_write ─▶ written
 *
 * Blocks that the head has are written in place, others are appended. The write owns its
 * range (volume/range.c), in whole blocks, so no two writes overlap in a block.
 */
#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/chain/view.h"
#include "simfs/volume/edges.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/way.h"

/* It stays the head until the write has ended: a snapshot needs a barrier. */
static struct node *head_of(const struct volume_request *request)
{
	return chain_head(request->volume->chain, request->snapshot);
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
	struct volume_request *request = CONTAINER_OF(waiter, struct volume_request, stored);

	/* Even after an error, some blocks may have been written. */
	node_resume(head_of(request));
	view_written(head_of(request), first_block(request), end_block(request));
	write_end(request, error);
}

/* The write's blocks are complete at BYTES. */
static void blocks_write(struct volume_request *request, int error, char *bytes, uint64_t first)
{
	struct node *head = head_of(request);
	uint64_t block = first_block(request);

	if (error < 0) {
		write_end(request, error);
		return;
	}
	MUST(first == block * CHAIN_BLOCK_BYTES);
	store_waiter_arm(&request->stored, written);
	store_waiter_add(&request->stored);
	node_write(head, block, end_block(request) - block, bytes, &request->stored);
	store_waiter_release(&request->stored, 0);
}

/* A block that no node has is zeros. */
static void edge_read(struct volume_request *request, uint64_t block, char *bytes)
{
	struct node *owner = view_owner(request->volume->chain, head_of(request), block);

	if (node_has(owner, block))
		node_part_read(request, owner, block * CHAIN_BLOCK_BYTES, CHAIN_BLOCK_BYTES, bytes);
	else
		memset(bytes, 0, CHAIN_BLOCK_BYTES);
}

static const struct edges_ops write_ops = {
	.read = edge_read,
	.ended = node_part_ended,
	.done = blocks_write,
};

void chain_write(struct volume_request *request)
{
	struct chain *chain = request->volume->chain;
	struct node *head = head_of(request);
	uint64_t first = first_block(request);
	int error;

	/* The snapshot may have failed while the write waited for its turn. */
	if (request->snapshot && request->snapshot->state != SNAPSHOT_ACTIVE) {
		write_end(request, -EIO);
		return;
	}
	error = space_charge(chain, head, first, end_block(request) - first);
	if (error < 0) {
		write_end(request, error);
		return;
	}
	if (node_is_image(head))
		origin_write(request);
	else
		edges_complete(request, CHAIN_BLOCK_BYTES, &write_ops);
}

/* ---- flush: every node up to the root that has earlier writes ---- */

static void flush_done(struct blockio_request *io, int result)
{
	struct request_part *part = CONTAINER_OF(io, struct request_part, read.io);

	part->ended(part, result);
}

static void flush_ended(struct request_part *part, int result)
{
	if (result < 0)
		part->node->dirty_since = 1;
	node_part_ended(part, result);
}

/* The cursor counts the flushes, so that it advances. */
static uint64_t flush_plan(struct volume_request *request)
{
	struct node *node = head_of(request);
	struct request_part *part;

	while (node && (node->dirty_since == 0 || node->dirty_since > request->flush_sequence))
		node = node->parent;
	if (!node)
		return request->cursor;
	node->dirty_since = 0;
	part = node_part_begin(request, node, 0, 0);
	part->read.io.done = flush_done;
	blockio_start(
		node_io(request->volume->chain, node), &part->read.io, BLOCKIO_FLUSH, 0, NULL, 0);
	return request->cursor + 1;
}

static const struct parts_ops flush_ops = {
	.plan = flush_plan,
	.ended = flush_ended,
	.done = chain_flush_end,
};

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
	request->flush_sequence = request->volume->chain->write_sequence;
	for (struct node *node = head; node; node = node->parent) {
		/* A flush already in flight may not cover everything that has ended by now. */
		if (node->requests_under_way > 0)
			node->dirty_since = 1;
	}
	/* Writes to the head are not tracked, nor their ends. */
	head->dirty_since = 1;
	parts_start(request, 0, &flush_ops);
}
