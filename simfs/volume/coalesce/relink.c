/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relink.c - gives the children of a merged node its parent.
 *
 *	(lock) ─▶ intent ─▶ it is durable ─▶ an update of each child's store ─▶ all written
 *		─▶ the node is removed
 *
 * While some children are relinked and some are not, both paths are right. A snapshot may
 * fail in the meantime, or have failed without being marked yet: its mark and its new parent
 * are two writes of its store with a waiter each. A snapshot that is deleted in the meantime
 * is freed after its own write.
 */
#include <inttypes.h>

#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/coalesce/merge.h"
#include "simfs/volume/life.h"

static void relinked(struct store_waiter *waiter, int error)
{
	struct chain *chain = CONTAINER_OF(waiter, struct chain, coalesce.written);

	/* Some of them name the parent: both paths are right, and a later merge retries. */
	if (error < 0)
		merge_end(chain, error);
	else
		merge_node_out(chain);
}

static void snapshot_relinked(struct store_waiter *waiter, int error)
{
	struct snapshot *snapshot = CONTAINER_OF(waiter, struct snapshot, relinked);
	struct chain *chain = snapshot->volume->chain;

	snapshot_put(snapshot);
	store_waiter_release(&chain->coalesce.written, error);
}

static void node_relinked(struct store_waiter *waiter, int error)
{
	struct node *node = CONTAINER_OF(waiter, struct node, relinked);

	store_waiter_release(&node->chain->coalesce.written, error);
}

/* Nodes are durable stores: their updates need no flush. */
static void children_relink(struct chain *chain)
{
	struct store_waiter *written = &chain->coalesce.written;
	const struct node *node = chain->coalesce.node;

	list_for_each (at, &chain->nodes) {
		struct node *child = CONTAINER_OF(at, struct node, link);

		if (child->parent != node)
			continue;

		struct store_facts facts = *store_facts(child->store);

		owner_set_parent(&facts, node->parent->id);
		store_waiter_arm(&child->relinked, node_relinked);
		store_waiter_add(written);
		store_update(child->store, &facts, &child->relinked);
	}
	list_for_each (at, &chain->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->base != node)
			continue;

		struct store_facts facts = *store_facts(snapshot->store);

		owner_set_parent(&facts, node->parent->id);
		snapshot_get(snapshot);
		store_waiter_arm(&snapshot->relinked, snapshot_relinked);
		store_waiter_add(written);
		store_update(snapshot->store, &facts, &snapshot->relinked);
	}
}

static void intent_synced(struct blockio_request *io, int result)
{
	struct chain *chain = CONTAINER_OF(io, struct chain, coalesce.io);
	struct coalesce *coalesce = &chain->coalesce;

	if (result < 0) {
		merge_end(chain, result);
		return;
	}
	(void)intent_remove(chain, INTENT_COALESCE, coalesce->node->id);
	chain_log(chain, "Relinking children of %016" PRIx64, coalesce->node->id);
	store_waiter_arm(&coalesce->written, relinked);
	store_waiter_add(&coalesce->written);
	children_relink(chain);
	store_waiter_release(&coalesce->written, 0);
}

static void relink_go(struct order_turn *turn)
{
	struct chain *chain = CONTAINER_OF(turn, struct chain, coalesce.turn);
	struct coalesce *coalesce = &chain->coalesce;
	struct blockio_folder *folder = chain->volume->folder;
	int error = intent_write(chain, INTENT_RELINK, coalesce->node->id);

	coalesce->is_locked = true;
	if (error < 0) {
		merge_end(chain, error);
		return;
	}
	/* From here on the next mount would drop the node: it must get no more data. */
	coalesce->node->must_relink = true;
	coalesce->io.done = intent_synced;
	folder->ops->start_sync(folder, &coalesce->io);
}

void relink_begin(struct chain *chain)
{
	chain->coalesce.turn.go = relink_go;
	chain_lock(chain, &chain->coalesce.turn);
}
