/* SPDX-License-Identifier: Apache-2.0 */
/*
 * choose.c - what the worker could do, and in which order.
 *
 * As in cleanup.py (docs/real-systems.md 7.3): nodes that are no longer needed are deleted
 * first. The candidates are then a merge that was begun, inline merges with those of the
 * tallest tree first, and finally the heads.
 */
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/coalesce/merge.h"

static unsigned children(const struct node *node)
{
	return node->child_nodes + node->child_snapshots;
}

/* Whether a child of NODE is half out of its tree: its own children may name NODE as parent
 * already, so NODE must not be removed or changed yet. */
static bool child_must_relink(const struct chain *chain, const struct node *node)
{
	list_for_each (at, &chain->nodes) {
		const struct node *child = CONTAINER_OF(at, struct node, link);

		if (child->parent == node && child->must_relink)
			return true;
	}
	return false;
}

/* It is its parent's only child (cleanup.py, isCoalesceable and isLeafCoalesceable), and a
 * base copy with children, or a head. */
bool coalesce_is_candidate(const struct chain *chain, const struct node *node)
{
	const struct node *parent = node->parent;

	if (node->clone && node->clone->deletion)
		return false;
	return parent && children(parent) == 1 && !parent->must_relink &&
	       (node_is_head(chain, node) || children(node) > 0) && !child_must_relink(chain, node);
}

unsigned coalesce_candidates(const struct chain *chain)
{
	unsigned count = 0;

	list_for_each (at, &chain->nodes)
		count += coalesce_is_candidate(chain, CONTAINER_OF(at, struct node, link));
	return count;
}

/* ---- garbage ---- */

static bool is_garbage(const struct chain *chain, const struct node *node)
{
	return node->store && children(node) == 0 && !node_is_head(chain, node) && !node->is_going;
}

/* A snapshot with an unreadable record may be a clone, and it is unknown which nodes are its
 * own. */
static bool is_somebody_unknown(const struct chain *chain)
{
	list_for_each (at, &chain->volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (!snapshot->store || (snapshot->is_clone && !snapshot->base))
			return true;
	}
	return false;
}

static struct node *garbage_find(const struct chain *chain)
{
	list_for_each (at, &chain->nodes) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		if (is_garbage(chain, node) && !node->has_failed_to_coalesce)
			return node;
	}
	return NULL;
}

void garbage_remove(struct chain *chain)
{
	struct node *node;
	char text[NODE_TEXT_BYTES];

	if (is_somebody_unknown(chain))
		return;
	while ((node = garbage_find(chain))) {
		chain_log(chain, "Deleting unlinked VDI %s",
			node_text(chain, node, text, sizeof text));
		/* Its intent stays, and means nothing without it. */
		if (chain_remove(chain, node) < 0)
			node->has_failed_to_coalesce = true;
	}
}

bool coalesce_has_work(const struct chain *chain)
{
	return coalesce_candidates(chain) > 0 ||
	       (garbage_find(chain) && !is_somebody_unknown(chain));
}

/* ---- order ---- */

/* Nodes and snapshots on the longest path from ROOT to a leaf. */
static unsigned tree_height(const struct chain *chain, const struct node *root)
{
	unsigned height = 0;

	list_for_each (at, &chain->nodes) {
		const struct node *node = CONTAINER_OF(at, struct node, link);
		unsigned depth = node_depth(node) + (node->child_snapshots > 0);

		if (node_root(node) == root && depth > height)
			height = depth;
	}
	return height;
}

/* The lowest is first; heads come after all others. */
static unsigned rank(const struct chain *chain, const struct node *node)
{
	if (node->must_relink)
		return 0;
	/* A head that was made smaller, before other heads. */
	if (node_is_head(chain, node))
		return CHAIN_DEPTH_MAX + 3 + !leaf_is_tracked(chain, node);
	return CHAIN_DEPTH_MAX + 2 - tree_height(chain, node_root(node));
}

void candidates_begin(struct chain *chain)
{
	list_for_each (at, &chain->nodes) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		node->rank = 0;
		if (coalesce_is_candidate(chain, node) && !node->has_failed_to_coalesce)
			node->rank = 1 + rank(chain, node);
	}
}

struct node *candidate_next(struct chain *chain)
{
	struct node *best = NULL;

	list_for_each (at, &chain->nodes) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		if (node->rank > 0 && (!best || node->rank < best->rank))
			best = node;
	}
	if (best)
		best->rank = 0;
	return best;
}
