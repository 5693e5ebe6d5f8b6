/* SPDX-License-Identifier: Apache-2.0 */
/*
 * space.c - the space that the chain takes in its storage repository (SR).
 *
 * Counted in the format's units, not in the size of our own files: a write of 4 KiB allocates
 * a block of 2 MiB in a VHD.
 */
#include <errno.h>

#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"

static uint64_t unit_blocks(const struct chain *chain)
{
	return chain_unit_bytes(chain->format) / CHAIN_BLOCK_BYTES;
}

static bool unit_is_set(const struct node *node, uint64_t unit)
{
	return node->units[unit / 64] >> unit % 64 & 1;
}

void space_allocate(struct chain *chain, struct node *node, uint64_t first, uint64_t count)
{
	uint64_t last = (first + count - 1) / unit_blocks(chain);

	for (uint64_t unit = first / unit_blocks(chain); unit <= last; unit++) {
		if (!unit_is_set(node, unit)) {
			node->units[unit / 64] |= 1ull << unit % 64;
			node->unit_count++;
		}
	}
}

int space_charge(struct chain *chain, struct node *node, uint64_t first, uint64_t count)
{
	uint64_t last = (first + count - 1) / unit_blocks(chain);
	uint64_t bytes = volume_bytes(chain->volume);
	uint64_t units = node->unit_count;

	for (uint64_t unit = first / unit_blocks(chain); unit <= last; unit++)
		units += !unit_is_set(node, unit);
	if (units == node->unit_count)
		return 0;
	/* A thick leaf has its space already. */
	if (chain_sr_bytes(chain->sr, chain->format, bytes, units, true) -
			space_node_bytes(chain, node) >
		space_free_bytes(chain))
		return -ENOSPC;
	space_allocate(chain, node, first, count);
	return 0;
}

uint64_t space_union(const struct chain *chain, const struct node *node, const struct node *other)
{
	uint64_t words = (chain->block_count + unit_blocks(chain) * 64 - 1) /
			 (unit_blocks(chain) * 64);
	uint64_t units = 0;

	for (uint64_t i = 0; i < words; i++)
		units += (unsigned)__builtin_popcountll(node->units[i] | other->units[i]);
	return units;
}

uint64_t space_node_bytes(const struct chain *chain, const struct node *node)
{
	return chain_sr_bytes(chain->sr, chain->format, volume_bytes(chain->volume),
		node->unit_count, node_is_head(chain, node));
}

uint64_t space_leaf_bytes(const struct chain *chain)
{
	return chain_sr_bytes(chain->sr, chain->format, volume_bytes(chain->volume), 0, false);
}

uint64_t space_used_bytes(const struct chain *chain)
{
	uint64_t bytes = 0;

	/* A clone's leaf is a node, which is counted below. */
	list_for_each (at, &chain->volume->snapshots)
		bytes += CONTAINER_OF(at, struct snapshot, link)->is_clone
				 ? 0
				 : space_leaf_bytes(chain);
	list_for_each (at, &chain->nodes)
		bytes += space_node_bytes(chain, CONTAINER_OF(at, struct node, link));
	return bytes + chain_copies_bytes(chain);
}

uint64_t space_free_bytes(const struct chain *chain)
{
	uint64_t used = space_used_bytes(chain);

	if (chain->capacity_bytes == 0)
		return UINT64_MAX;
	return used < chain->capacity_bytes ? chain->capacity_bytes - used : 0;
}

/*
 * On LVM: a full new leaf, a thin one for the snapshot and 8 MiB for journals, less what the
 * old leaf frees (LVHDSR._snapshot, docs/real-systems.md 7.4). A file only takes space when
 * it is written.
 */
uint64_t space_snapshot_demand_bytes(const struct chain *chain, const struct node *head)
{
	uint64_t bytes = volume_bytes(chain->volume);
	uint64_t full = chain_sr_bytes(chain->sr, chain->format, bytes, 0, true);

	if (chain->sr == CHAIN_SR_FILE)
		return 2 * space_leaf_bytes(chain);
	return full + space_leaf_bytes(chain) + (8u << 20) -
	       (full - chain_sr_bytes(chain->sr, chain->format, bytes, head->unit_count, false));
}

/* On LVM a full leaf and 8 MiB for journals; the snapshot's own leaf does not change. */
uint64_t space_clone_demand_bytes(const struct chain *chain)
{
	if (chain->sr == CHAIN_SR_FILE)
		return space_leaf_bytes(chain);
	return chain_sr_bytes(chain->sr, chain->format, volume_bytes(chain->volume), 0, true) +
	       (8u << 20);
}

/*
 * On LVM the parent is inflated for the merge (lvhdutil.calcExtraSpaceForCoalescing); in a
 * file it grows by the blocks that only its child has.
 */
uint64_t space_merge_demand_bytes(const struct chain *chain, const struct node *node)
{
	const struct node *parent = node->parent;
	uint64_t bytes = volume_bytes(chain->volume);
	uint64_t merged = chain_sr_bytes(chain->sr, chain->format, bytes,
		space_union(chain, node, parent), chain->sr == CHAIN_SR_LVM);
	uint64_t now = space_node_bytes(chain, parent);

	return merged > now ? merged - now : 0;
}
