/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.c - which node has the data that a view shows.
 *
 * The owner of a block is found by walking from the view's node to the root, and cached: one
 * byte per block of the volume, in lazily mapped memory, so that a deep chain reads as fast
 * as a shallow one. The byte is a slot, a short name of a node. When nodes merge, the slot of
 * the removed node becomes another name of the remaining one, so no cache need be searched
 * for it.
 */
#include <sys/mman.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain/chain.h"
#include "simfs/volume/chain/view.h"

static uint8_t *owners_map(const struct chain *chain)
{
	void *bytes = mmap(NULL, chain->block_count, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return bytes == MAP_FAILED ? NULL : bytes;
}

void view_drop(struct chain *chain, struct node *node)
{
	if (node->owners)
		munmap(node->owners, chain->block_count);
	node->owners = NULL;
}

void view_move(struct node *node, struct node *next)
{
	MUST(!next->owners);
	next->owners = node->owners;
	node->owners = NULL;
}

static struct node *owner_search(struct node *view, uint64_t block)
{
	while (view->parent && !store_has_data(view->store, block))
		view = view->parent;
	return view;
}

struct node *view_owner(struct chain *chain, struct node *view, uint64_t block)
{
	struct node *owner;

	if (view->owners && view->owners[block] != 0)
		return chain->slots[view->owners[block]];
	owner = owner_search(view, block);
	/* Without memory for the cache, each lookup walks the chain. */
	if (!view->owners)
		view->owners = owners_map(chain);
	if (view->owners)
		view->owners[block] = owner->slot;
	return owner;
}

void view_written(struct node *head, uint64_t first, uint64_t end)
{
	if (!head->owners || !head->store)
		return;
	for (uint64_t block = first; block < end; block++) {
		if (store_has_data(head->store, block))
			head->owners[block] = head->slot;
	}
}

static unsigned slot_free(const struct chain *chain)
{
	unsigned slot = 1;

	while (slot < VOLUME_CHAIN_SLOTS && chain->slots[slot])
		slot++;
	return slot;
}

/* Gives every node a single slot again, and drops the views, which used the old ones. */
static void slots_renew(struct chain *chain)
{
	unsigned next = 1;

	for (unsigned slot = 0; slot < VOLUME_CHAIN_SLOTS; slot++)
		chain->slots[slot] = NULL;
	list_for_each (at, &chain->nodes) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		view_drop(chain, node);
		node->slot = (uint8_t)next++;
		chain->slots[node->slot] = node;
	}
}

void view_slot_take(struct chain *chain, struct node *node)
{
	/* NODE is on the list already, so it gets one there. */
	if (slot_free(chain) >= chain->volume->limits->chain_slots) {
		slots_renew(chain);
		return;
	}
	node->slot = (uint8_t)slot_free(chain);
	chain->slots[node->slot] = node;
}

void view_slot_merge(struct chain *chain, const struct node *node, struct node *target)
{
	for (unsigned slot = 1; slot < VOLUME_CHAIN_SLOTS; slot++) {
		if (chain->slots[slot] == node)
			chain->slots[slot] = target;
	}
}
