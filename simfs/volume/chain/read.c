/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c - reads of the live view and of snapshots, from whose data it is.
 *
 * Cut into parts (parts.h), each from one node.
 *
 * What a part reads cannot be overtaken: a base copy does not change where it
 * is seen, and a part of the live leaf meets only writes that are as old.  A
 * node stays open until the last part of it has ended.
 */
#include <errno.h>
#include <string.h>

#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/view.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/way.h"

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
	return chain_head(request->volume->chain, request->snapshot);
}

/* Whether BLOCK follows on the ones before it, which are OWNER's and end at POSITION. */
static bool follows(struct chain *chain, struct node *view, uint64_t block,
	const struct node *owner, uint64_t position)
{
	if (view_owner(chain, view, block) != owner)
		return false;
	return position == 0 ? !node_has(owner, block)
			     : node_has(owner, block) && node_position(owner, block) == position;
}

/* The blocks from the cursor on that lie in one piece; what nobody has is zeros. */
static uint64_t plan(struct volume_request *request)
{
	struct chain *chain = request->volume->chain;
	struct node *view = view_of(request);
	uint64_t offset = request->cursor, end = read_end(request);
	char *bytes = request->buffer + (offset - read_first(request));
	uint64_t position = 0, length = CHAIN_BLOCK_BYTES;
	struct node *owner;
	bool is_data;

	if (offset >= end)
		return offset;
	owner = view_owner(chain, view, offset / CHAIN_BLOCK_BYTES);
	is_data = node_has(owner, offset / CHAIN_BLOCK_BYTES);
	if (is_data)
		position = node_position(owner, offset / CHAIN_BLOCK_BYTES);
	while (offset + length < end && follows(chain, view, (offset + length) / CHAIN_BLOCK_BYTES,
						owner, is_data ? position + length : 0))
		length += CHAIN_BLOCK_BYTES;
	if (is_data)
		node_part_read(request, owner, offset, length, bytes);
	else
		memset(bytes, 0, length);
	return offset + length;
}

static void read_done(struct volume_request *request, int error)
{
	if (!request->snapshot) {
		live_end(request, error);
		return;
	}
	if (error == -EUCLEAN) {
		image_snapshot_damaged(request);
		error = -EIO;
	}
	snapshot_read_end(request, error);
}

static const struct parts_ops read_ops = {
	.plan = plan,
	.ended = node_part_ended,
	.done = read_done,
};

static void read_begin(struct volume_request *request)
{
	request->data = request->buffer + (request->offset - read_first(request));
	parts_start(request, read_first(request), &read_ops);
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
