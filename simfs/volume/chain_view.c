/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_view.c - which node has the data that a view shows.
 *
 * The answer is found by walking from the view's node to the root, and kept: a
 * byte per block of the volume, in lazily mapped memory, so a deep chain is
 * read as fast as a shallow one.  The byte is a slot, a short name of a node.
 * When nodes merge, the slot of the one that goes becomes another name of the
 * one that stays; so nothing has to be searched for it.
 */
#include <sys/mman.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain.h"

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

static struct node *owner_search(const struct chain *chain, struct node *view, uint64_t block)
{
	unsigned level = view->level;

	while (level > 0 && !store_has_data(chain->spine[level]->store, block))
		level--;
	return chain->spine[level];
}

struct node *view_owner(struct chain *chain, struct node *view, uint64_t block)
{
	struct node *owner;

	if (view->owners && view->owners[block] != 0)
		return chain->slots[view->owners[block]];
	owner = owner_search(chain, view, block);
	/* Without memory for it every answer is searched for. */
	if (!view->owners)
		view->owners = owners_map(chain);
	if (view->owners)
		view->owners[block] = owner->slot;
	return owner;
}

void view_written(struct chain *chain, uint64_t first, uint64_t end)
{
	struct node *live = chain_live(chain);

	if (!live->owners || !live->store)
		return;
	for (uint64_t block = first; block < end; block++) {
		if (store_has_data(live->store, block))
			live->owners[block] = live->slot;
	}
}

static unsigned slot_free(const struct chain *chain)
{
	unsigned slot = 1;

	while (slot < CHAIN_SLOTS && chain->slots[slot])
		slot++;
	return slot;
}

/* Every node gets one name again, and what used the others is forgotten. */
static void slots_renew(struct chain *chain)
{
	for (unsigned slot = 0; slot < CHAIN_SLOTS; slot++)
		chain->slots[slot] = NULL;
	for (unsigned level = 0; level < chain->depth; level++) {
		struct node *node = chain->spine[level];

		view_drop(chain, node);
		node->slot = (uint8_t)(level + 1);
		chain->slots[level + 1] = node;
	}
}

void view_slot_take(struct chain *chain, struct node *node)
{
	if (slot_free(chain) == CHAIN_SLOTS)
		slots_renew(chain);
	node->slot = (uint8_t)slot_free(chain);
	chain->slots[node->slot] = node;
}

void view_slot_merge(struct chain *chain, const struct node *node, struct node *target)
{
	for (unsigned slot = 1; slot < CHAIN_SLOTS; slot++) {
		if (chain->slots[slot] == node)
			chain->slots[slot] = target;
	}
}
