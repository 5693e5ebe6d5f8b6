/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy.c - a clone that shares nothing: the root of a tree of its own.
 *
 *   leaf_create ─▶ chunk_start ─▶ chunk_read ─▶ chunk_done ─┐ chunk by chunk
 *                      ▲                                    │
 *                      └────────────────────────────────────┴─▶ (lock) ─▶ chain_copy_enter
 *
 * The trees are locked only at the end: a copy takes long, and a snapshot's content stays the
 * same whatever happens to the nodes that have it. Blocks of zeros are skipped, as a root
 * shows zeros anyway.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/leaf.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/life.h"

struct chain_copy {
	struct chain *chain;
	struct snapshot_create *create;
	struct node_create leaf;
	struct volume_request read;
	void *buffer;
	uint64_t offset; /* of the chunk */
	struct store_waiter written;
	struct blockio_request next; /* makes the event loop call the next chunk */
	struct order_turn turn;
	bool is_cancelled;
	struct list link;
};

static void copy_free(struct chain_copy *copy)
{
	list_remove(&copy->link);
	free(copy->buffer);
	free(copy);
}

static void copy_end(struct chain_copy *copy, int error)
{
	struct snapshot_create *create = copy->create;
	struct snapshot *of = create->of;

	leaf_undo(&copy->leaf);
	copy_free(copy);
	snapshot_create_end(create, error);
	snapshot_closed(of);
}

/* ---- chunks ---- */

static void chunk_later(struct chain_copy *copy);
static void copied(struct chain_copy *copy);

/* Why COPY is cancelled, or 0. */
static int given_up(const struct chain_copy *copy)
{
	if (copy->is_cancelled)
		return -ECANCELED;
	return copy->create->is_cancelled ? -EINTR : 0;
}

static void chunk_done(struct store_waiter *waiter, int error)
{
	struct chain_copy *copy = CONTAINER_OF(waiter, struct chain_copy, written);

	copy->offset += copy->read.length;
	if (error == 0)
		error = given_up(copy);
	if (error < 0)
		copy_end(copy, error);
	else if (copy->offset < volume_bytes(copy->chain->volume))
		chunk_later(copy);
	else
		copied(copy);
}

static bool is_zero(const char *block)
{
	return block[0] == 0 && memcmp(block, block + 1, CHAIN_BLOCK_BYTES - 1) == 0;
}

/* On LVM all the space was taken at once. */
static int charge(struct chain_copy *copy, uint64_t first, uint64_t count)
{
	if (copy->chain->sr == CHAIN_SR_FILE)
		return space_charge(copy->chain, copy->leaf.node, first, count);
	space_allocate(copy->chain, copy->leaf.node, first, count);
	return 0;
}

/* Appends the blocks of the chunk that are not zeros, run by run. */
static int runs_write(struct chain_copy *copy, uint64_t blocks)
{
	uint64_t chunk_first = copy->offset / CHAIN_BLOCK_BYTES;
	char *bytes = copy->read.data;
	int error = 0;

	for (uint64_t first = 0, end; first < blocks && error == 0; first = end + 1) {
		end = first;
		while (end < blocks && !is_zero(bytes + end * CHAIN_BLOCK_BYTES))
			end++;
		if (end == first)
			continue;
		error = charge(copy, chunk_first + first, end - first);
		if (error < 0)
			break;
		copy->chain->volume->io.copied_bytes += (end - first) * CHAIN_BLOCK_BYTES;
		store_append(copy->leaf.node->store, chunk_first + first, end - first,
			bytes + first * CHAIN_BLOCK_BYTES, &copy->written);
	}
	return error;
}

static void chunk_read(struct volume_request *request, int result)
{
	struct chain_copy *copy = CONTAINER_OF(request, struct chain_copy, read);
	uint64_t blocks = (request->length + CHAIN_BLOCK_BYTES - 1) / CHAIN_BLOCK_BYTES;

	store_waiter_arm(&copy->written, chunk_done);
	store_waiter_add(&copy->written);
	if (result == 0)
		result = runs_write(copy, blocks);
	store_waiter_release(&copy->written, result);
}

/* As snapshot_read_start(), but not counted or held as a reader. */
static void chunk_start(struct chain_copy *copy)
{
	struct volume *volume = copy->chain->volume;
	uint64_t left = volume_bytes(volume) - copy->offset;
	uint64_t chunk_max = volume->limits->coalesce_chunk_bytes;

	copy->read = (struct volume_request){
		.kind = VOLUME_READ,
		.snapshot = copy->create->of,
		.volume = volume,
		.offset = copy->offset,
		.length = left < chunk_max ? left : chunk_max,
		.buffer = copy->buffer,
		.done = chunk_read,
	};
	volume->reads_under_way++;
	snapshot_get(copy->create->of);
	chain_snapshot_read(&copy->read);
}

static void chunk_go(struct blockio_request *next, int result)
{
	(void)result;
	chunk_start(CONTAINER_OF(next, struct chain_copy, next));
}

/*
 * From the event loop: a chunk that is only a hole ends at once, so the chunks of a large
 * hole would be nested, and block everything else.
 */
static void chunk_later(struct chain_copy *copy)
{
	copy->next.done = chunk_go;
	blockio_start(copy->chain->volume->origin, &copy->next, BLOCKIO_NOTHING, 0, NULL, 0);
}

/* ---- begin and end ---- */

/* From here on everything it allocated belongs to chain->leaf. */
static void finish_go(struct order_turn *turn)
{
	struct chain_copy *copy = CONTAINER_OF(turn, struct chain_copy, turn);
	struct chain *chain = copy->chain;
	struct snapshot_create *create = copy->create;
	int error = given_up(copy);

	if (error < 0) {
		copy_end(copy, error);
		chain_unlock(chain);
		return;
	}
	chain->leaf.chain = chain;
	chain->leaf.node = copy->leaf.node;
	copy_free(copy);
	chain_copy_enter(create);
}

static void copied(struct chain_copy *copy)
{
	copy->turn.go = finish_go;
	chain_lock(copy->chain, &copy->turn);
}

static void leaf_made(struct node_create *leaf, int error)
{
	struct chain_copy *copy = CONTAINER_OF(leaf, struct chain_copy, leaf);

	if (error < 0)
		copy_end(copy, error);
	else
		chunk_start(copy);
}

void chain_copy_begin(struct snapshot_create *create)
{
	struct chain *chain = create->volume->chain;
	struct chain_copy *copy = calloc(1, sizeof *copy);
	int error = copy ? 0 : -ENOMEM;

	if (error == 0 &&
		posix_memalign(&copy->buffer, BLOCKIO_ALIGNMENT_MAX, VOLUME_BUFFER_BYTES) != 0) {
		copy->buffer = NULL;
		error = -ENOMEM;
	}
	if (error == 0)
		error = chain_snapshot_file_create(create);
	if (error < 0) {
		struct snapshot *of = create->of;

		if (copy)
			free(copy->buffer);
		free(copy);
		snapshot_create_end(create, error);
		snapshot_closed(of);
		return;
	}
	copy->chain = chain;
	copy->create = create;
	copy->leaf.done = leaf_made;
	list_append(&chain->copies, &copy->link);
	leaf_create(chain, &copy->leaf, NULL, store_facts(create->store)->order);
}

void chain_copies_cancel(struct chain *chain)
{
	list_for_each (at, &chain->copies)
		CONTAINER_OF(at, struct chain_copy, link)->is_cancelled = true;
}

void chain_copies_forget(struct chain *chain)
{
	while (!list_empty(&chain->copies)) {
		struct chain_copy *copy = CONTAINER_OF(chain->copies.next, struct chain_copy, link);

		if (copy->leaf.node)
			store_forget(TAKE_PTR(copy->leaf.node->store));
		node_free(chain, copy->leaf.node);
		copy_free(copy);
	}
}

uint64_t chain_copies_bytes(const struct chain *chain)
{
	uint64_t bytes = 0;

	list_for_each (at, &chain->copies) {
		const struct node *node = CONTAINER_OF(at, struct chain_copy, link)->leaf.node;

		if (node)
			bytes += chain_sr_bytes(chain->sr, chain->format,
				volume_bytes(chain->volume), node->unit_count, true);
	}
	return bytes;
}

json_t *chain_copies_json(const struct chain *chain)
{
	json_t *copies = json_array();

	list_for_each (at, &chain->copies) {
		const struct chain_copy *copy = CONTAINER_OF(at, struct chain_copy, link);

		json_array_append_new(
			copies, json_pack("{s:s, s:I, s:I}", "name", copy->create->copied_name,
					"done_bytes", (json_int_t)copy->offset, "total_bytes",
					(json_int_t)volume_bytes(chain->volume)));
	}
	return copies;
}
