/* SPDX-License-Identifier: Apache-2.0 */
/* delete.c - deletes a snapshot or a clone of a chain. */
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"

static void head_remove(struct order_turn *turn)
{
	struct node *node = CONTAINER_OF(turn, struct node, removal);
	struct chain *chain = node->chain;

	/* If it cannot be removed now, coalesce removes it as garbage. */
	node->is_going = false;
	(void)chain_remove(chain, node);
	chain_unlock(chain);
}

void chain_snapshot_deleted(struct snapshot *snapshot)
{
	struct volume *volume = snapshot->volume;
	struct chain *chain = volume->chain;
	struct node *head = snapshot->is_clone ? snapshot->base : NULL;

	text_log_line(&volume->kernel_log, "SM: deleted %s '%s'",
		snapshot->is_clone ? "clone" : "snapshot", snapshot->name);
	if (head) {
		/* A change of its parent may be in progress. */
		head->clone = NULL;
		head->is_going = true;
		head->removal.go = head_remove;
		snapshot->base = NULL;
		chain_lock(chain, &head->removal);
	} else {
		snapshot_hang(snapshot, NULL);
	}
	coalesce_kick(chain, false);
}
