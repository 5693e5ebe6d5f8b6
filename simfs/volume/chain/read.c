/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.c - reads of the live view and of snapshots, from whose data it is.
 *
 *   plan ─▶ parts, each from one node ─▶ round_done ─▶ next plan, or the end
 *
 * What a part reads cannot be overtaken: a base copy does not change where it
 * is seen, and a part of the live leaf meets only writes that are as old.  A
 * node stays open until the last part of it has ended.
 */
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/view.h"
#include "simfs/volume/cow/cow.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/way.h"

static void part_done(struct request_part *part, int result);
static void round_done(struct volume_request *request);

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

/*
 * Starts the read of the blocks from OFFSET on that lie in one piece, not beyond
 * END; what nobody has is zeros, and done at once.  Returns their end.
 */
static uint64_t part_plan(struct volume_request *request, uint64_t offset, uint64_t end)
{
	struct chain *chain = request->volume->chain;
	struct node *view = view_of(request);
	struct node *owner = view_owner(chain, view, offset / CHAIN_BLOCK_BYTES);
	bool is_data = node_has(owner, offset / CHAIN_BLOCK_BYTES);
	uint64_t position = is_data ? node_position(owner, offset / CHAIN_BLOCK_BYTES) : 0;
	char *bytes = request->buffer + (offset - read_first(request));
	uint64_t length = CHAIN_BLOCK_BYTES;

	while (offset + length < end && follows(chain, view, (offset + length) / CHAIN_BLOCK_BYTES,
						owner, is_data ? position + length : 0))
		length += CHAIN_BLOCK_BYTES;
	if (!is_data) {
		memset(bytes, 0, length);
		return offset + length;
	}

	struct request_part *part = &request->parts[request->part_count++];

	part->request = request;
	part->node = owner;
	part->offset = offset;
	part->length = length;
	part->ended = part_done;
	node_request_begin(owner);
	request->parts_under_way++;
	part_read(part, owner->store, position, bytes);
	return offset + length;
}

static void read_ended(struct volume_request *request)
{
	if (request->snapshot && request->error == -EUCLEAN) {
		image_snapshot_damaged(request);
		request->error = -EIO;
	}
	if (request->snapshot)
		snapshot_read_end(request, request->error);
	else
		live_end(request, request->error);
}

static void plan(struct volume_request *request)
{
	uint64_t end = read_end(request);

	request->part_count = 0;
	/* One of its own: the others may end at once, or there may be none. */
	request->parts_under_way = 1;
	while (request->cursor < end &&
		request->part_count < request->volume->limits->request_parts) {
		uint64_t next = part_plan(request, request->cursor, end);

		MUST_GET_ON(request->cursor, next);
		request->cursor = next;
	}
	if (--request->parts_under_way == 0)
		round_done(request);
}

static void round_done(struct volume_request *request)
{
	if (request->error < 0 || request->cursor >= read_end(request))
		read_ended(request);
	else
		plan(request);
}

static void part_done(struct request_part *part, int result)
{
	if (part_end(part, result))
		round_done(part->request);
}

static void read_begin(struct volume_request *request)
{
	request->error = 0;
	request->cursor = read_first(request);
	request->data = request->buffer + (request->offset - request->cursor);
	plan(request);
}

void chain_live_read(struct volume_request *request)
{
	if (node_is_image(request->volume->chain->live))
		cow_live_read(request);
	else
		read_begin(request);
}

void chain_snapshot_read(struct volume_request *request)
{
	read_begin(request);
}
