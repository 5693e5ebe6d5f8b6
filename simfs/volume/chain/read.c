/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c - reads of the live view and of snapshots, from the nodes that have the data.
 *
 * Split into parts (scattered.h), each from one node.
 *
 * The data that a part reads do not change under it: a base copy is constant where it is
 * visible, and a part of the live leaf can only race with concurrent writes. A node stays
 * open until its last part has ended.
 */
#include <errno.h>

#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/view.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/scattered.h"
#include "simfs/volume/way.h"

/* After a concurrent merge or snapshot the node may differ, but not the content. */
static struct node *view_of(const struct volume_request *request)
{
	return chain_head(request->volume->chain, request->snapshot);
}

/* Whether BLOCK continues the run before it, which belongs to OWNER and ends at POSITION. */
static bool follows(struct chain *chain, struct node *view, uint64_t block,
	const struct node *owner, uint64_t position)
{
	if (view_owner(chain, view, block) != owner)
		return false;
	return position == 0 ? !node_has(owner, block)
			     : node_has(owner, block) && node_position(owner, block) == position;
}

/* Finds a contiguous run in one node; blocks that no node has are zeros. */
static void locate(
	struct volume_request *request, uint64_t offset, uint64_t end, struct scattered_run *ret)
{
	struct chain *chain = request->volume->chain;
	struct node *view = view_of(request);
	struct node *owner = view_owner(chain, view, offset / CHAIN_BLOCK_BYTES);
	uint64_t length = CHAIN_BLOCK_BYTES;

	ret->is_zeros = !node_has(owner, offset / CHAIN_BLOCK_BYTES);
	if (!ret->is_zeros) {
		ret->node = owner;
		ret->store = owner->store;
		ret->position = node_position(owner, offset / CHAIN_BLOCK_BYTES);
	}
	while (offset + length < end && follows(chain, view, (offset + length) / CHAIN_BLOCK_BYTES,
						owner, ret->is_zeros ? 0 : ret->position + length))
		length += CHAIN_BLOCK_BYTES;
	ret->length = length;
}

static void begun(struct request_part *part)
{
	node_request_begin(part->node);
}

static const struct scattered_ops places = { .locate = locate, .begun = begun };

static uint64_t plan(struct volume_request *request)
{
	return scattered_plan(request, &places);
}

static void read_done(struct volume_request *request, int error)
{
	if (!request->snapshot) {
		live_end(request, error);
		return;
	}
	if (error == -EUCLEAN) {
		if (!request->is_ahead)
			image_snapshot_damaged(request);
		error = -EIO;
	}
	snapshot_read_end(request, error);
}

static const struct parts_ops read_ops = {
	.plan = plan,
	.ended = node_part_ended,
	.round_over = scattered_round_over,
	.done = read_done,
};

static void read_begin(struct volume_request *request)
{
	parts_start(request, scattered_begin(request), &read_ops);
}

void chain_live_read(struct volume_request *request)
{
	if (node_is_image(request->volume->chain->live))
		origin_read(request);
	else
		read_begin(request);
}

void chain_snapshot_read(struct volume_request *request)
{
	read_begin(request);
}
