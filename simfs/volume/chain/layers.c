/* SPDX-License-Identifier: Apache-2.0 */
/* layers.c - the nodes behind a view, for functions that need all of it. */
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/seek.h"

void chain_search(struct volume *volume, const struct snapshot *snapshot, struct search *search)
{
	uint64_t first, count;

	for (const struct node *node = chain_head(volume->chain, snapshot); node;
		node = node->parent) {
		if (node_is_image(node))
			search_image(search, volume);
		else if (store_next_run(
				 node->store, search->from / CHAIN_BLOCK_BYTES, &first, &count))
			search_meets_blocks(search, first, count, CHAIN_BLOCK_BYTES);
	}
}

uint64_t chain_view_bytes(const struct volume *volume, const struct snapshot *snapshot)
{
	uint64_t bytes = 0;

	for (const struct node *node = chain_head(volume->chain, snapshot); node;
		node = node->parent)
		bytes += node->store ? store_blocks_taken(node->store) * CHAIN_BLOCK_BYTES : 0;
	return bytes;
}

uint64_t chain_files_bytes(const struct volume *volume)
{
	uint64_t bytes = 0;

	list_for_each (at, &volume->chain->nodes) {
		const struct node *node = CONTAINER_OF(at, struct node, link);

		bytes += node->store ? store_file_bytes(node->store) : 0;
	}
	return bytes;
}

bool chain_hangs_on_image(const struct snapshot *snapshot)
{
	return snapshot->base && node_is_image(node_root(snapshot->base));
}

uint64_t chain_stores_on_image(const struct volume *volume)
{
	uint64_t count = 0;

	list_for_each (at, &volume->chain->nodes) {
		const struct node *node = CONTAINER_OF(at, struct node, link);

		count += !node_is_image(node) && node_is_image(node_root(node));
	}
	return count;
}
