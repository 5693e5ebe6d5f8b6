/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.c - copies a node's data into its parent, and removes the node.
 *
 *	merge_begin ─▶ merge_copy ─▶ (window.c) ─┐ chunk by chunk, some at a time,
 *	                   ▲                     │ or at the requested rate
 *	                   └─────────────────────┴─▶ merge_flush ─▶ merge_relink ─▶ scan
 *
 * Up to the flush no visible data change: the node hides all it has, and its parent has no
 * other child. After it the parent shows the same, so the children may be relinked one by
 * one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/coalesce/giving_way.h"
#include "simfs/volume/coalesce/merge.h"

static struct coalesce *of(struct chain *chain)
{
	return &chain->coalesce;
}

static struct node *parent_of(struct chain *chain)
{
	return of(chain)->node->parent;
}

void merge_begin(struct chain *chain, struct node *node, bool is_leaf)
{
	struct coalesce *coalesce = of(chain);
	char text[NODE_TEXT_BYTES], into[NODE_TEXT_BYTES];
	int error;

	coalesce->node = node;
	coalesce->is_leaf = is_leaf;
	coalesce->has_timed_out = false;
	coalesce->cursor = 0;
	coalesce->has_no_more = false;
	coalesce->done_blocks = 0;
	coalesce->total_blocks = store_blocks(node->store);
	coalesce->begin_ns = clock_now_ns();
	chain_log(chain, "%s %s -> %s", is_leaf ? "Leaf-coalescing" : "Coalescing",
		node_text(chain, node, text, sizeof text),
		node_text(chain, parent_of(chain), into, sizeof into));
	giving_way_begin(chain);
	error = window_begin(chain);
	if (error == 0)
		error = intent_write(chain, is_leaf ? INTENT_LEAF : INTENT_COALESCE, node->id);
	if (error < 0) {
		merge_end(chain, error);
		return;
	}
	coalesce_go(chain, COALESCE_COPY, 0);
}

/* ---- copying ---- */

/* Called for each change in the window, again after a tick, and after a fault. */
void merge_copy_on(struct chain *chain, uint64_t pause_ns)
{
	struct coalesce *coalesce = of(chain);

	/* A write that failed at once has ended the merge already. */
	if (coalesce->is_being_asked || coalesce->state != COALESCE_COPY)
		return;
	if (coalesce->window.error < 0)
		coalesce->due_ns = UINT64_MAX;
	if (coalesce->due_ns != UINT64_MAX)
		return;
	if (coalesce->window.error < 0) {
		if (window_is_empty(chain))
			merge_end(chain, coalesce->window.error);
	} else if (!coalesce->has_no_more) {
		if (window_has_room(chain))
			coalesce_go(chain, COALESCE_COPY, pause_ns);
	} else if (window_is_empty(chain)) {
		coalesce_go(chain, COALESCE_FLUSH, 0);
	}
}

void merge_copy_failed(struct chain *chain, int error)
{
	window_fail(chain, error);
	merge_copy_on(chain, 0);
}

/*
 * A leaf's merge has timed out, possibly in the middle of a chunk or while a fault holds it
 * up: its writers continue at once. Copies in flight may continue, too, since the leaf hides
 * them; the merge ends when they have ended.
 */
void merge_time_out(struct chain *chain)
{
	struct coalesce *coalesce = of(chain);
	char text[NODE_TEXT_BYTES];

	coalesce_say(chain, "Timed out: leaf-coalesce of %s",
		node_text(chain, coalesce->node, text, sizeof text));
	coalesce->has_timed_out = true;
	volume_barrier_end(chain->volume, &coalesce->barrier);
}

void merge_copy(struct chain *chain)
{
	struct coalesce *coalesce = of(chain);
	uint64_t chunk_max, first, count;

	if (coalesce->abort_asked) {
		merge_copy_failed(chain, -ECANCELED);
		return;
	}
	if (coalesce->has_timed_out) {
		merge_copy_failed(chain, -ETIMEDOUT);
		return;
	}
	if (coalesce->window.error == 0 &&
		store_next_run(coalesce->node->store, coalesce->cursor, &first, &count)) {
		chunk_max = window_chunk_blocks(chain);
		count = count < chunk_max ? count : chunk_max;
		coalesce->cursor = first + count;
		window_add(chain, first, count);
	} else {
		coalesce->has_no_more = true;
	}
	merge_copy_on(chain, 0);
}

/* ---- all copied ---- */

static void flushed(struct blockio_request *io, int result)
{
	struct chain *chain = CONTAINER_OF(io, struct chain, coalesce.io);

	if (result == 0 && of(chain)->has_timed_out)
		result = -ETIMEDOUT;
	if (result < 0)
		merge_end(chain, result);
	else
		coalesce_go(chain, COALESCE_RELINK, 0);
}

void merge_flush(struct chain *chain)
{
	of(chain)->io.done = flushed;
	blockio_start(node_io(chain, parent_of(chain)), &of(chain)->io, BLOCKIO_FLUSH, 0, NULL, 0);
}

static void speed_add(struct coalesce *coalesce)
{
	uint64_t took_ns = clock_now_ns() - coalesce->begin_ns;
	size_t count = sizeof coalesce->speeds / sizeof coalesce->speeds[0];

	if (took_ns == 0 || coalesce->done_blocks == 0)
		return;
	coalesce->speeds[coalesce->speed_count++ % count] =
		(uint64_t)((unsigned __int128)coalesce->done_blocks * CHAIN_BLOCK_BYTES * NS_PER_S /
			   took_ns);
}

/* The file is removed, or could not be: then the next mount needs the intent to do it. */
static void node_out(struct chain *chain, bool has_file)
{
	struct coalesce *coalesce = of(chain);
	uint64_t id = coalesce->node->id;

	chain_take_out(chain, coalesce->node);
	speed_add(coalesce);
	coalesce->node = NULL;
	coalesce->merges++;
	/* An intent without its node means nothing. */
	if (!has_file)
		(void)intent_remove(chain, coalesce->is_leaf ? INTENT_LEAF : INTENT_RELINK, id);
}

/* No child names the node any more: removes it, then its intent. */
void merge_node_out(struct chain *chain)
{
	struct coalesce *coalesce = of(chain);
	int error = node_file_remove(chain, coalesce->node);

	if (coalesce->is_leaf && error < 0) {
		merge_end(chain, error);
		return;
	}
	node_out(chain, error < 0);
	if (coalesce->is_leaf)
		settle_begin(chain);
	else
		merge_end(chain, 0);
}

static void inherited(struct store_waiter *waiter, int error)
{
	struct chain *chain = CONTAINER_OF(waiter, struct chain, coalesce.written);

	if (error == 0 && of(chain)->has_timed_out)
		error = -ETIMEDOUT;
	if (error < 0) {
		merge_end(chain, error);
		return;
	}
	parent_of(chain)->must_inherit = false;
	merge_node_out(chain);
}

/*
 * The parent becomes the head once the leaf's file is removed, and must have its lineage by
 * then. Until then its lineage is unused: it belongs to a deleted clone.
 */
static void leaf_inherit(struct chain *chain)
{
	struct coalesce *coalesce = of(chain);
	struct node *parent = parent_of(chain);
	uint64_t lineage = node_lineage(coalesce->node);

	if (node_lineage(parent) == lineage && !parent->must_inherit) {
		merge_node_out(chain);
		return;
	}
	parent->must_inherit = true;

	struct store_facts facts = *store_facts(parent->store);

	owner_set_lineage(&facts, lineage);
	store_waiter_arm(&coalesce->written, inherited);
	store_update(parent->store, &facts, &coalesce->written);
}

void merge_relink(struct chain *chain)
{
	struct coalesce *coalesce = of(chain);

	if (coalesce->has_timed_out)
		merge_end(chain, -ETIMEDOUT);
	else if (coalesce->is_leaf)
		leaf_inherit(chain);
	else
		relink_begin(chain);
}

/* ---- the end ---- */

static void failed(struct chain *chain, int error)
{
	struct coalesce *coalesce = of(chain);
	char text[NODE_TEXT_BYTES];

	node_text(chain, coalesce->node, text, sizeof text);
	if (!coalesce->node->must_relink)
		(void)intent_remove(chain, coalesce->is_leaf ? INTENT_LEAF : INTENT_COALESCE,
			coalesce->node->id);
	if (error == -ECANCELED) {
		coalesce_say(chain, "Aborted coalesce of %s", text);
		return;
	}
	coalesce->node->has_failed_to_coalesce = true;
	if (!coalesce->has_timed_out)
		coalesce_say(chain, "%s while coalescing: %s (%s)",
			error == -ENOSPC ? "Run out of space" : "I/O error", text,
			error_name(error));
}

void merge_end(struct chain *chain, int error)
{
	struct coalesce *coalesce = of(chain);
	bool was_leaf = coalesce->is_leaf, has_timed_out = coalesce->has_timed_out;

	if (error < 0)
		failed(chain, error);
	coalesce->node = NULL;
	coalesce->is_leaf = coalesce->has_timed_out = false;
	if (was_leaf && !has_timed_out)
		volume_barrier_end(chain->volume, &coalesce->barrier);
	if (was_leaf || coalesce->is_locked) {
		coalesce->is_locked = false;
		chain_unlock(chain);
	}
	leaf_release(chain);
	if (error == -ECANCELED)
		coalesce_end(chain);
	else
		coalesce_go(chain, COALESCE_SCAN, 0);
}
