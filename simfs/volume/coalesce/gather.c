/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gather.c - reads the blocks of a chunk, which lie anywhere in a node's file.
 *
 *	gather_begin ─▶ reads of pieces, some at a time ─▶ all have ended ─▶ merge_gathered
 *
 * A leaf was written in any order, and while a small one is merged its writers wait:
 * piece after piece would take as many turns of the disk as it has blocks.
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain/chain.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/coalesce/merge.h"

static uint64_t chunk_end(const struct coalesce *coalesce)
{
	return coalesce->chunk_first + coalesce->chunk_count;
}

/* Reads the next piece of the chunk; false when there is none, or no use in it. */
static bool piece_start(struct chain *chain, struct merge_read *read)
{
	struct coalesce *coalesce = &chain->coalesce;
	struct store *store = coalesce->node->store;
	uint64_t first = coalesce->gathered;
	uint64_t left = (chunk_end(coalesce) - first) * CHAIN_BLOCK_BYTES;
	uint64_t run;

	if (coalesce->has_timed_out && coalesce->gather_error == 0)
		coalesce->gather_error = -ETIMEDOUT;
	if (left == 0 || coalesce->gather_error < 0)
		return false;
	run = store_run_bytes(store, first, left);
	if (run > left)
		run = left;
	MUST(run >= CHAIN_BLOCK_BYTES);
	coalesce->gathered += run / CHAIN_BLOCK_BYTES;
	coalesce->reads_under_way++;
	read->block = first;
	store_read(store, &read->read, store_offset(store, first),
		(char *)coalesce->buffer + (first - coalesce->chunk_first) * CHAIN_BLOCK_BYTES,
		run);
	return true;
}

static void piece_read(struct store_read *read, int result)
{
	struct merge_read *own = CONTAINER_OF(read, struct merge_read, read);
	struct chain *chain = own->chain;
	struct coalesce *coalesce = &chain->coalesce;

	coalesce->reads_under_way--;
	/* Copied on it would look right. */
	if (result == -EUCLEAN) {
		node_damaged(chain, coalesce->node, read, own->block * CHAIN_BLOCK_BYTES);
		result = -EIO;
	}
	if (result < 0)
		coalesce->gather_error = result;
	if (!piece_start(chain, own) && coalesce->reads_under_way == 0)
		merge_gathered(chain, coalesce->gather_error);
}

void gather_begin(struct chain *chain)
{
	struct coalesce *coalesce = &chain->coalesce;
	unsigned reads_max = chain->volume->limits->coalesce_reads;

	MUST(coalesce->reads_under_way == 0 && coalesce->chunk_count > 0);
	coalesce->gathered = coalesce->chunk_first;
	coalesce->gather_error = 0;
	for (unsigned i = 0; i < reads_max; i++) {
		coalesce->reads[i].chain = chain;
		coalesce->reads[i].read.done = piece_read;
		if (!piece_start(chain, &coalesce->reads[i]))
			break;
	}
}
