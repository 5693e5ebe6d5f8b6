/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changed.c - where a snapshot and the live view, or another snapshot, may differ: the
 * blocks in the nodes that belong to only one of the two.
 *
 *	image ◀── A ◀── B ◀── live		for s0: A, B and live
 *	  ▲       ▲				for c0: B, live and the clone's leaf
 *	  s0      └─── leaf = c0
 *
 * Trees with different roots have nothing in common.
 */
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"

static bool is_above(const struct node *node, const struct node *ancestor)
{
	while (node && node != ancestor)
		node = node->parent;
	return node != NULL;
}

/* [first, end) in blocks; empty while `first` is UINT64_MAX. */
struct run {
	uint64_t first;
	uint64_t end;
};

/* RUN becomes the first run at or after FROM in itself or NODE; the rest follows later. */
static void join(const struct node *node, uint64_t from, struct run *run)
{
	uint64_t first, count;

	if (!store_next_run(node->store, from, &first, &count))
		return;

	uint64_t end = first + count;
	bool touches = run->first != UINT64_MAX && first <= run->end && run->first <= end;

	if (touches)
		*run = (struct run){ first < run->first ? first : run->first,
			end > run->end ? end : run->end };
	else if (first < run->first)
		*run = (struct run){ first, end };
}

/* Joins the nodes from VIEW down to before the first that is also in OTHER's line. */
static void join_branch(
	const struct node *view, const struct node *other, uint64_t from, struct run *run)
{
	for (const struct node *node = view; node && !is_above(other, node); node = node->parent)
		join(node, from, run);
}

bool chain_changed_next(const struct snapshot *snapshot, const struct snapshot *until,
	uint64_t from_block, uint64_t *ret_first, uint64_t *ret_count)
{
	const struct chain *chain = snapshot->volume->chain;
	const struct node *base = snapshot->base, *other = until ? until->base : chain->live;
	struct run run = { UINT64_MAX, 0 };

	if (node_root(base) != node_root(other)) {
		run = (struct run){ from_block, chain->block_count };
	} else {
		join_branch(other, base, from_block, &run);
		join_branch(base, other, from_block, &run);
	}
	if (run.first >= run.end)
		return false;
	*ret_first = run.first;
	*ret_count = run.end - run.first;
	return true;
}

uint64_t chain_changed_blocks(const struct snapshot *snapshot, const struct snapshot *until)
{
	uint64_t blocks = 0, first = 0, count = 0;

	while (chain_changed_next(snapshot, until, first + count, &first, &count))
		blocks += count;
	return blocks;
}
