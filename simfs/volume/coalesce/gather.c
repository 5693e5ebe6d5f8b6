/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gather.c - reads the blocks of chunks, which are scattered in a node's file.
 *
 *	gather_go ─▶ reads of pieces, some at a time ─▶ each: window_go, and the next one
 *
 * A leaf was written in any order, and while a small one is merged its writers wait: reading
 * piece after piece could take one disk access per block. So several reads are in flight.
 * They are started in the order of their blocks, but end in any order.
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain/chain.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/coalesce/merge.h"

/* The chunk whose next piece should be read, or NULL. */
static struct merge_chunk *chunk_next(struct merge_window *window)
{
	while (window->gathering < window->end) {
		struct merge_chunk *chunk = window_chunk(window, window->gathering);

		if (chunk->gathered < chunk->count)
			return chunk;
		window->gathering++;
	}
	return NULL;
}

static struct merge_read *read_next(struct chain *chain)
{
	for (unsigned i = 0; i < chain->volume->limits->coalesce_reads; i++)
		if (!chain->coalesce.reads[i].chunk)
			return &chain->coalesce.reads[i];
	return NULL;
}

static void piece_read(struct store_read *read, int result)
{
	struct merge_read *own = CONTAINER_OF(read, struct merge_read, read);
	struct chain *chain = own->chain;
	struct coalesce *coalesce = &chain->coalesce;

	coalesce->reads_under_way--;
	own->chunk->reads_under_way--;
	own->chunk = NULL;
	/* If it were copied, it would look valid. */
	if (result == -EUCLEAN) {
		node_damaged(chain, coalesce->node, read, own->block * CHAIN_BLOCK_BYTES);
		result = -EIO;
	}
	if (result < 0)
		window_fail(chain, result);
	gather_go(chain);
	window_go(chain);
}

static void piece_start(struct chain *chain, struct merge_chunk *chunk, struct merge_read *read)
{
	struct coalesce *coalesce = &chain->coalesce;
	struct store *store = coalesce->node->store;
	uint64_t first = chunk->first + chunk->gathered;
	uint64_t left = (chunk->count - chunk->gathered) * CHAIN_BLOCK_BYTES;
	uint64_t run = store_run_bytes(store, first, left);

	if (run > left)
		run = left;
	MUST(run >= CHAIN_BLOCK_BYTES);
	*read = (struct merge_read){
		.read.done = piece_read,
		.chain = chain,
		.chunk = chunk,
		.block = first,
	};
	coalesce->reads_under_way++;
	chunk->reads_under_way++;
	store_read(store, &read->read, store_offset(store, first),
		coalesce->window.buffer + chunk->place + chunk->gathered * CHAIN_BLOCK_BYTES, run);
	chunk->gathered += run / CHAIN_BLOCK_BYTES;
}

void gather_go(struct chain *chain)
{
	struct coalesce *coalesce = &chain->coalesce;
	struct merge_chunk *chunk;
	struct merge_read *read;

	if (coalesce->has_timed_out)
		window_fail(chain, -ETIMEDOUT);
	while (coalesce->window.error == 0 && (chunk = chunk_next(&coalesce->window)) &&
		(read = read_next(chain)))
		piece_start(chain, chunk, read);
}
