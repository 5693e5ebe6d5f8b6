/* SPDX-License-Identifier: Apache-2.0 */
/* topology.c - opens and closes the chain; its struct topology. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/closing.h"

/* Counts the image's data as allocated; all of it if the file system cannot report holes. */
static void image_units(struct chain *chain, struct node *image)
{
	struct blockio *origin = chain->volume->origin;
	uint64_t from = 0, first, end;

	if (!origin->ops->next_data) {
		space_allocate(chain, image, 0, chain->block_count);
		return;
	}
	while (from < origin->size_bytes && origin->ops->next_data(origin, from, &first, &end)) {
		uint64_t first_block = first / CHAIN_BLOCK_BYTES;
		uint64_t end_block = (end + CHAIN_BLOCK_BYTES - 1) / CHAIN_BLOCK_BYTES;

		space_allocate(chain, image, first_block, end_block - first_block);
		MUST_GET_ON(from, end);
		from = end;
	}
}

static int chain_init(struct volume *volume)
{
	const struct volume_options *options = &volume->options;
	struct chain *chain = calloc(1, sizeof *chain);
	const struct size_or_share *limit = &options->limit;

	if (!chain)
		return -ENOMEM;
	chain->volume = volume;
	chain->profile = options->profile->chain;
	chain->sr = options->sr;
	chain->format = options->format;
	chain->block_count = (volume_bytes(volume) + CHAIN_BLOCK_BYTES - 1) / CHAIN_BLOCK_BYTES;
	chain->write_sequence = 1;
	list_init(&chain->nodes);
	list_init(&chain->leaving);
	list_init(&chain->loading);
	list_init(&chain->intents);
	list_init(&chain->turns);
	list_init(&chain->copies);
	volume->chain = chain;
	volume->turn_bytes = CHAIN_BLOCK_BYTES;
	if (options->has_limit && profile_limit_bytes(options->profile, limit, volume_bytes(volume),
					  &chain->capacity_bytes) < 0)
		return -EINVAL;

	struct node *image = node_new(chain, 0, NULL);

	if (!image)
		return -ENOMEM;
	node_hang(chain, image, NULL);
	chain->live = image;
	image_units(chain, image);
	coalesce_init(chain);
	return 0;
}

static bool chain_idle(const struct volume *volume)
{
	const struct chain *chain = volume->chain;

	list_for_each (at, &chain->nodes) {
		const struct node *node = CONTAINER_OF(at, struct node, link);

		if (node->requests_under_way > 0 || (node->store && !store_idle(node->store)))
			return false;
	}
	return !chain->is_locked && list_empty(&chain->leaving) && coalesce_idle(chain);
}

static void chain_close(struct volume *volume, struct closing *closing)
{
	char what[64];

	list_for_each (at, &volume->chain->nodes) {
		const struct node *node = CONTAINER_OF(at, struct node, link);

		if (!node->store || node->is_damaged)
			continue;
		snprintf(what, sizeof what, "node %016" PRIx64, node->id);
		closing_add(closing, node->store, what);
	}
}

static void node_drop(struct chain *chain, struct node *node, bool forget)
{
	if (node && forget)
		store_forget(TAKE_PTR(node->store));
	node_free(chain, node);
}

static void list_drop(struct chain *chain, struct list *nodes, bool forget)
{
	struct list *link;

	while ((link = list_pop(nodes)))
		node_drop(chain, CONTAINER_OF(link, struct node, link), forget);
}

static void chain_deinit(struct volume *volume, bool forget)
{
	struct chain *chain = volume->chain;
	struct list *link;

	if (!chain)
		return;
	chain_copies_forget(chain);
	list_drop(chain, &chain->nodes, forget);
	list_drop(chain, &chain->leaving, forget);
	list_drop(chain, &chain->loading, forget);
	node_drop(chain, chain->leaf.node, forget);
	while ((link = list_pop(&chain->intents)))
		free(CONTAINER_OF(link, struct chain_intent, link));
	coalesce_deinit(chain);
	free(chain);
	volume->chain = NULL;
}

static bool chain_measure(struct volume *volume, enum gauge gauge)
{
	const struct chain *chain = volume->chain;
	uint64_t value;

	if (gauge == GAUGE_CHAIN_DEPTH)
		value = node_depth(chain->live);
	else if (gauge == GAUGE_CHAIN_COALESCABLE)
		value = coalesce_candidates(chain);
	else if (gauge == GAUGE_STORE_BYTES)
		value = space_used_bytes(chain);
	else if (gauge == GAUGE_STORE_USED && chain->capacity_bytes > 0)
		value = (uint64_t)((unsigned __int128)space_used_bytes(chain) * 1000000 /
				   chain->capacity_bytes);
	else
		return false;
	gauge_measure(&volume->gauges, gauge, value);
	return true;
}

static uint64_t chain_due_ns(const struct volume *volume)
{
	return coalesce_due_ns(volume->chain);
}

static void chain_tick(struct volume *volume)
{
	coalesce_tick(volume->chain);
}

static void chain_coalesce(struct volume *volume, bool abort)
{
	if (abort)
		coalesce_abort(volume->chain);
	else
		coalesce_kick(volume->chain, true);
}

static void chain_stop(struct volume *volume)
{
	chain_copies_cancel(volume->chain);
	coalesce_stop(volume->chain);
}

static bool chain_is_damaged(const struct volume *volume)
{
	return volume->chain->is_damaged;
}

const struct topology topology_chain = {
	.has_clones = true,
	.create_point = FAULT_CHAIN_SNAPSHOT,
	.init = chain_init,
	.load = chain_load,
	.loaded = chain_loaded,
	.live_read = chain_live_read,
	.live_write = chain_write,
	.live_flush = chain_flush,
	.snapshot_read = chain_snapshot_read,
	.snapshot_write = chain_write,
	.snapshot_flush = chain_flush,
	.snapshot_create = chain_snapshot_create,
	.snapshot_deleted = chain_snapshot_deleted,
	.changed_blocks = chain_changed_blocks,
	.changed_next = chain_changed_next,
	.tells_of_two = true,
	.search = chain_search,
	.view_bytes = chain_view_bytes,
	.files_bytes = chain_files_bytes,
	.hangs_on_image = chain_hangs_on_image,
	.stores_on_image = chain_stores_on_image,
	.part_damaged = chain_part_damaged,
	.is_damaged = chain_is_damaged,
	.status = chain_status,
	.snapshot_status = chain_snapshot_status,
	.measure = chain_measure,
	.coalesce = chain_coalesce,
	.due_ns = chain_due_ns,
	.tick = chain_tick,
	.stop = chain_stop,
	.idle = chain_idle,
	.close = chain_close,
	.deinit = chain_deinit,
};
