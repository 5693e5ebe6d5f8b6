/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

/* The kernel's maximum. */
#define ERRNO_MAX 4095

#define FLAGS_KNOWN                                                                                \
	(STORE_FLAG_CLEAN | STORE_FLAG_FAILED | STORE_FLAG_REWRITTEN | STORE_FLAG_DURABLE |        \
		STORE_FLAG_SUMS)

uint64_t superblock_hash(const struct store_superblock *superblock)
{
	struct store_superblock copy = *superblock;

	copy.hash = 0;
	return XXH3_64bits(&copy, sizeof copy);
}

bool superblock_is_of_another_version(const struct store_superblock *superblock)
{
	return superblock->magic == STORE_MAGIC &&
	       superblock->hash == superblock_hash(superblock) &&
	       (superblock->version < STORE_FORMAT_OLDEST ||
		       superblock->version > STORE_FORMAT_VERSION);
}

const char *superblock_fault(const struct store_superblock_unit *unit)
{
	const struct store_superblock *superblock = &unit->superblock;

	if (superblock->magic != STORE_MAGIC)
		return "no snaprig store";
	if (superblock->hash != superblock_hash(superblock))
		return "superblock does not check";
	if (superblock_is_of_another_version(superblock))
		return "store of another version";
	if (superblock->block_bytes < STORE_UNIT_BYTES ||
		superblock->block_bytes > SEGMENT_DATA_MAX_BYTES ||
		(superblock->block_bytes & (superblock->block_bytes - 1)) != 0 ||
		superblock->volume_bytes == 0 || superblock->volume_bytes > INT64_MAX ||
		superblock->order == 0 || superblock->order > INT64_MAX || superblock->error > 0 ||
		superblock->error < -ERRNO_MAX || (superblock->flags & ~FLAGS_KNOWN) != 0 ||
		((superblock->flags & STORE_FLAG_FAILED) != 0) != (superblock->error < 0) ||
		superblock->name[STORE_NAME_BYTES - 1] != '\0' ||
		superblock->profile[STORE_PROFILE_BYTES - 1] != '\0' ||
		superblock->owner_length > STORE_OWNER_BYTES)
		return "superblock makes no sense";
	return NULL;
}

void superblock_facts(const struct store_superblock_unit *unit, struct store_facts *facts)
{
	const struct store_superblock *superblock = &unit->superblock;

	*facts = (struct store_facts){
		.volume_id = superblock->volume_id,
		.store_id = superblock->store_id,
		.order = superblock->order,
		.volume_bytes = superblock->volume_bytes,
		.limit_bytes = superblock->limit_bytes,
		.block_bytes = superblock->block_bytes,
		.created_seconds = superblock->created_seconds,
		.created_nanoseconds = superblock->created_nanoseconds,
		.failed = (superblock->flags & STORE_FLAG_FAILED) != 0,
		.error = superblock->error,
		.overflow_blocks = superblock->overflow_blocks,
		.boot_id = superblock->boot_id,
		.owner = { .kind = superblock->owner_kind, .length = superblock->owner_length },
		.closing_id = superblock->closing_id,
	};
	memcpy(facts->owner.bytes, superblock->owner_bytes, sizeof facts->owner.bytes);
	memcpy(facts->name, superblock->name, sizeof facts->name);
	memcpy(facts->profile, superblock->profile, sizeof facts->profile);
}

void superblock_fill(struct store *store, uint32_t flags)
{
	const struct store_facts *facts = &store->facts;
	struct store_superblock_unit *unit = store->superblock.unit;
	struct store_superblock *superblock = &unit->superblock;

	memset(unit, 0, STORE_UNIT_BYTES);
	*superblock = (struct store_superblock){
		.magic = STORE_MAGIC,
		.version = STORE_FORMAT_VERSION,
		.flags = flags | (facts->failed ? STORE_FLAG_FAILED : 0) |
			 (store->is_rewritten ? STORE_FLAG_REWRITTEN : 0) |
			 (store->has_sums_file ? STORE_FLAG_SUMS : 0) |
			 (store->is_durable ? STORE_FLAG_DURABLE : 0),
		.volume_id = facts->volume_id,
		.store_id = facts->store_id,
		.order = facts->order,
		.volume_bytes = facts->volume_bytes,
		.limit_bytes = facts->limit_bytes,
		.end_unit = store->end_unit,
		.segment_count = store->sequence,
		.acknowledged = store->acknowledged_sequence,
		.created_seconds = facts->created_seconds,
		.created_nanoseconds = facts->created_nanoseconds,
		.block_bytes = facts->block_bytes,
		.error = facts->error,
		.overflow_blocks = facts->overflow_blocks,
		.blocks_taken = store->blocks_taken,
		.boot_id = facts->boot_id,
		.summary_unit = store->summary.unit,
		.owner_kind = facts->owner.kind,
		.owner_length = facts->owner.length,
		.closing_id = facts->closing_id,
	};
	memcpy(superblock->name, facts->name, sizeof superblock->name);
	memcpy(superblock->owner_bytes, facts->owner.bytes, sizeof superblock->owner_bytes);
	memcpy(superblock->profile, facts->profile, sizeof superblock->profile);
	store_hashed(store, sizeof *superblock);
	superblock->hash = superblock_hash(superblock);
}

int superblock_do(struct store *store, uint32_t flags)
{
	struct superblock_writer *writer = &store->superblock;

	superblock_fill(store, flags);

	int error = blockio_do(store->io, BLOCKIO_WRITE, 0, writer->unit, STORE_UNIT_BYTES);

	if (error == 0 && store->is_durable)
		error = blockio_do(store->io, BLOCKIO_FLUSH, 0, NULL, 0);
	if (error == 0)
		writer->flags_on_disk = writer->unit->superblock.flags;
	return error;
}

static void superblock_written(struct blockio_request *request, int result)
{
	struct superblock_writer *writer = CONTAINER_OF(request, struct superblock_writer, request);
	struct store *store = CONTAINER_OF(writer, struct store, superblock);
	struct list *link;
	bool lost_flag = result < 0 && (writer->unit->superblock.flags & ~writer->flags_on_disk &
					       STORE_FLAG_REWRITTEN) != 0;

	if (result == 0 && store->is_durable && request->kind == BLOCKIO_WRITE) {
		blockio_start(store->io, request, BLOCKIO_FLUSH, 0, NULL, 0);
		return;
	}

	writer->is_writing = false;
	if (result == 0)
		writer->flags_on_disk = writer->unit->superblock.flags;
	if (lost_flag)
		store->is_rewritten = false; /* whoever rewrites next asks again */
	while ((link = list_pop(&writer->answered))) {
		struct store_waiter *waiter = CONTAINER_OF(link, struct store_waiter, link);

		waiter->is_listed = false;
		store_answer(store, waiter, result);
	}
	if (writer->is_wanted)
		superblock_write(store);
	if (lost_flag)
		rewrites_fail(store, result);
	else
		rewrites_go(store);
	store_answers_go(store);
}

void superblock_write(struct store *store)
{
	struct superblock_writer *writer = &store->superblock;

	writer->is_wanted = true;
	if (writer->is_writing)
		return;
	writer->is_wanted = false;
	writer->is_writing = true;
	list_splice(&writer->answered, &writer->asking);
	superblock_fill(store, 0);
	writer->request.done = superblock_written;
	blockio_start(
		store->io, &writer->request, BLOCKIO_WRITE, 0, writer->unit, STORE_UNIT_BYTES);
}

static void mark(struct store *store, struct store_waiter *waiter)
{
	if (waiter) {
		store_waiter_add(waiter);
		MUST(!waiter->is_listed);
		waiter->is_listed = true;
		list_append(&store->superblock.asking, &waiter->link);
	}
	superblock_write(store);
}

void store_mark(
	struct store *store, int error, uint64_t overflow_blocks, struct store_waiter *waiter)
{
	if (error < 0) {
		store->facts.failed = true;
		store->facts.error = error;
		store->facts.overflow_blocks = overflow_blocks;
	}
	mark(store, waiter);
}

void store_update(struct store *store, const struct store_facts *facts, struct store_waiter *waiter)
{
	memcpy(store->facts.name, facts->name, sizeof store->facts.name);
	store->facts.order = facts->order;
	store->facts.limit_bytes = facts->limit_bytes;
	store->facts.owner = facts->owner;
	mark(store, waiter);
}
