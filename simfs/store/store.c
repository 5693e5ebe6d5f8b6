/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/store/read.h"
#include "simfs/store/segment.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

int store_new_map(struct store *store, uint64_t block_count)
{
	int error = store_map_init(&store->map, block_count);

	store->map.dense_blocks = store->limits->dense_blocks;
	return error;
}

int store_new(struct blockio_folder *folder, struct blockio *io, const struct store_facts *facts,
	const struct store_limits *limits, struct store **ret)
{
	AUTO(auto_free) struct store *store = calloc(1, sizeof *store);
	void *superblock = NULL;

	if (!store || posix_memalign(&superblock, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return -ENOMEM;
	store->limits = limits ? limits : &store_limits_default;

	int error = store_new_map(store, store_block_count(facts));

	if (error == 0) {
		error = summary_init(&store->summary);
		if (error < 0)
			store_map_deinit(&store->map);
	}
	if (error < 0) {
		free(superblock);
		return error;
	}
	store->folder = folder;
	store->io = io;
	store->facts = *facts;
	store->superblock.unit = superblock;
	store->end_unit = store->acknowledged_end_unit = 1;
	list_init(&store->in_flight);
	list_init(&store->waiting);
	list_init(&store->spare);
	list_init(&store->superblock.asking);
	list_init(&store->superblock.answered);
	list_init(&store->rewrites_waiting);
	list_init(&store->rewrites_under_way);
	list_init(&store->rewrites_spare);
	list_init(&store->answers);
	list_init(&store->wanting_idle);
	list_init(&store->reads);
	*ret = TAKE_PTR(store);
	return 0;
}

int store_create(struct blockio_folder *folder, const char *name, const struct store_facts *facts,
	const struct store_limits *limits, struct store **ret)
{
	struct blockio *io;
	int error = folder->ops->open(folder, name, true, &io);

	MUST(facts->block_bytes % STORE_UNIT_BYTES == 0);
	if (error < 0)
		return error;
	error = store_new(folder, io, facts, limits, ret);
	if (error < 0) {
		blockio_destroy(io);
		folder->ops->remove(folder, name);
	}
	return error;
}

void store_destroy(struct store *store)
{
	struct list *link;

	if (!store)
		return;
	MUST(store_idle(store) && list_empty(&store->wanting_idle) && list_empty(&store->reads));
	if (store->is_answering) {
		store->is_destroyed = true;
		return;
	}
	while ((link = list_pop(&store->spare))) {
		struct segment *segment = CONTAINER_OF(link, struct segment, link);

		free(segment->header);
		free(segment);
	}
	while ((link = list_pop(&store->rewrites_spare))) {
		struct rewrite *rewrite = CONTAINER_OF(link, struct rewrite, link);

		/* A rewrite that store_forget() dropped still has its memory. */
		free(rewrite->many_sums);
		free(rewrite->found);
		free(rewrite);
	}
	store_map_deinit(&store->map);
	sums_deinit(&store->sums);
	summary_deinit(&store->summary);
	sums_file_close(store);
	if (store->is_abandoned)
		blockio_abandon(store->io);
	else
		blockio_destroy(store->io);
	free(store->superblock.unit);
	free(store);
}

void store_abandon(struct store *store)
{
	if (!store)
		return;
	store->is_abandoned = true;
	store_drop_sums(store);
	store_destroy(store);
}

void store_forget(struct store *store)
{
	if (!store)
		return;
	list_splice(&store->spare, &store->in_flight);
	store->in_flight_count = 0;
	list_splice(&store->spare, &store->waiting);
	list_splice(&store->rewrites_spare, &store->rewrites_waiting);
	list_splice(&store->rewrites_spare, &store->rewrites_under_way);
	store->superblock.is_writing = false;
	store->is_nothing_under_way = false;
	/* Readers and waiters may have been freed already. */
	list_init(&store->reads);
	list_init(&store->answers);
	list_init(&store->wanting_idle);
	store_destroy(store);
}

void store_set_closing_id(struct store *store, uint64_t closing_id)
{
	store->facts.closing_id = closing_id;
}

void store_set_durable(struct store *store, bool is_durable)
{
	store->is_durable = is_durable;
}

const struct store_facts *store_facts(const struct store *store)
{
	return &store->facts;
}

uint64_t store_blocks(const struct store *store)
{
	return store->blocks;
}

uint64_t store_blocks_taken(const struct store *store)
{
	return store->blocks_taken;
}

uint64_t store_file_bytes(const struct store *store)
{
	return store->end_unit * STORE_UNIT_BYTES;
}

uint64_t store_offset(const struct store *store, uint64_t block)
{
	MUST(block < store->map.block_count);
	return (uint64_t)store_map_get(&store->map, block) * STORE_UNIT_BYTES;
}

bool store_next_run(
	const struct store *store, uint64_t from_block, uint64_t *ret_first, uint64_t *ret_count)
{
	uint64_t first = store_map_next(&store->map, from_block, true);

	if (first == store->map.block_count)
		return false;
	*ret_first = first;
	*ret_count = store_map_next(&store->map, first, false) - first;
	MUST(first >= from_block && *ret_count > 0);
	return true;
}

struct blockio *store_io(struct store *store)
{
	return store->io;
}

bool store_idle(const struct store *store)
{
	return store->in_flight_count == 0 && list_empty(&store->waiting) &&
	       !store->superblock.is_writing && list_empty(&store->rewrites_waiting) &&
	       list_empty(&store->rewrites_under_way) && list_empty(&store->answers) &&
	       !store->is_nothing_under_way;
}

void store_join(struct store *store, struct store_group *group)
{
	MUST(store->in_flight_count == 0);
	store->group = group;
	if (store->error < 0)
		group->ends++;
}

int store_error(const struct store *store)
{
	return store->error;
}
