/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/store/store_internal.h"

uint64_t superblock_hash(const struct store_superblock *superblock)
{
	struct store_superblock copy = *superblock;

	copy.hash = 0;
	return XXH3_64bits(&copy, sizeof copy);
}

int store_new(struct blockio *io, const struct store_facts *facts, struct store **ret)
{
	AUTO(auto_free) struct store *store = calloc(1, sizeof *store);
	void *superblock = NULL;

	if (!store || posix_memalign(&superblock, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return -ENOMEM;
	store->hash_state = XXH3_createState();

	int error = store->hash_state ? store_map_init(&store->map, store_block_count(facts))
				      : -ENOMEM;

	if (error < 0) {
		XXH3_freeState(store->hash_state);
		free(superblock);
		return error;
	}
	store->io = io;
	store->facts = *facts;
	store->superblock = superblock;
	store->end_unit = 1;
	list_init(&store->waiting);
	list_init(&store->spare);
	*ret = TAKE_PTR(store);
	return 0;
}

int store_create(struct blockio_folder *folder, const char *name, const struct store_facts *facts,
	struct store **ret)
{
	struct blockio *io;
	int error = folder->ops->open(folder, name, true, &io);

	MUST(facts->block_bytes % STORE_UNIT_BYTES == 0);
	if (error < 0)
		return error;
	error = store_new(io, facts, ret);
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
	MUST(store_idle(store));
	while ((link = list_pop(&store->spare))) {
		struct segment *segment = CONTAINER_OF(link, struct segment, link);

		free(segment->header);
		free(segment);
	}
	store_map_deinit(&store->map);
	XXH3_freeState(store->hash_state);
	blockio_destroy(store->io);
	free(store->superblock);
	free(store);
}

void store_forget(struct store *store)
{
	if (!store)
		return;
	if (store->writing)
		list_append(&store->spare, &store->writing->link);
	store->writing = NULL;
	list_splice(&store->spare, &store->waiting);
	store->mark_waiter = NULL;
	store_destroy(store);
}

void store_fill_superblock(struct store *store, uint32_t flags)
{
	const struct store_facts *facts = &store->facts;
	struct store_superblock *superblock = store->superblock;

	memset(superblock, 0, STORE_UNIT_BYTES);
	*superblock = (struct store_superblock){
		.magic = STORE_MAGIC,
		.version = STORE_FORMAT_VERSION,
		.flags = flags | (facts->failed ? STORE_FLAG_FAILED : 0),
		.volume_id = facts->volume_id,
		.store_id = facts->store_id,
		.order = facts->order,
		.volume_bytes = facts->volume_bytes,
		.limit_bytes = facts->limit_bytes,
		.end_unit = store->end_unit,
		.segment_count = store->sequence,
		.created_seconds = facts->created_seconds,
		.block_bytes = facts->block_bytes,
		.error = facts->error,
		.overflow_blocks = facts->overflow_blocks,
		.blocks_taken = store->blocks_taken,
	};
	memcpy(superblock->name, facts->name, sizeof superblock->name);
	memcpy(superblock->profile, facts->profile, sizeof superblock->profile);
	superblock->hash = superblock_hash(superblock);
}

static void mark_done(struct blockio_request *request, int result)
{
	struct store *store = CONTAINER_OF(request, struct store, mark);
	struct store_waiter *waiter = TAKE_PTR(store->mark_waiter);

	store_waiter_release(waiter, result);
}

void store_mark(
	struct store *store, int error, uint64_t overflow_blocks, struct store_waiter *waiter)
{
	MUST(!store->mark_waiter);
	if (error < 0) {
		store->facts.failed = true;
		store->facts.error = error;
		store->facts.overflow_blocks = overflow_blocks;
	}
	store_fill_superblock(store, 0);
	store_waiter_add(waiter);
	store->mark_waiter = waiter;
	store->mark.done = mark_done;
	blockio_start(
		store->io, &store->mark, BLOCKIO_WRITE, 0, store->superblock, STORE_UNIT_BYTES);
}

int store_close(struct store *store)
{
	MUST(store_idle(store));

	/* Gives back the room that was reserved and not used. */
	int error = store->io->ops->resize(store->io, store->end_unit * STORE_UNIT_BYTES);

	if (error < 0)
		return error;
	error = blockio_do(store->io, BLOCKIO_FLUSH, 0, NULL, 0);
	if (error < 0)
		return error;
	store_fill_superblock(store, STORE_FLAG_CLEAN);
	return blockio_do(store->io, BLOCKIO_WRITE, 0, store->superblock, STORE_UNIT_BYTES);
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

struct blockio *store_io(struct store *store)
{
	return store->io;
}

bool store_idle(const struct store *store)
{
	return !store->writing && list_empty(&store->waiting) && !store->mark_waiter;
}

int store_error(const struct store *store)
{
	return store->error;
}
