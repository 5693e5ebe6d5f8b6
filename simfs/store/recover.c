/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recover.c - opens a store: superblock, then one scan of the segments.
 *
 * The scan ends at the first unit that is no whole segment with the next
 * sequence number.  That is the end of a store that was closed, or the torn
 * last write of one that was not: nobody was told that those blocks were
 * preserved, so the origin still holds them.  Any other reason to end there
 * is damage, and what lies behind would silently be missing; so
 *  - a closed store must end where its superblock says, and
 *  - no later segment of this store may lie behind the end (store.h, (3)).
 * Not found out: a last segment damaged on disk after a crash.  It looks like
 * a torn one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/store/store_internal.h"

/* The kernel's highest. */
#define ERRNO_MAX    4095

#define WINDOW_BYTES (SEGMENT_DATA_MAX_BYTES + STORE_UNIT_BYTES)

/* The part of the file that is in memory. */
struct window {
	struct blockio *io;
	char *bytes; /* WINDOW_BYTES, aligned */
	uint64_t offset;
	uint64_t length; /* 0: nothing read yet */
};

/* *RET points to LENGTH bytes of the file at OFFSET; zeros behind its end. */
static int window_get(struct window *window, uint64_t offset, uint64_t length, const void **ret)
{
	MUST(length <= WINDOW_BYTES);
	if (offset < window->offset || offset + length > window->offset + window->length) {
		int error = blockio_do(
			window->io, BLOCKIO_READ, offset, window->bytes, WINDOW_BYTES);

		if (error < 0)
			return error;
		window->offset = offset;
		window->length = WINDOW_BYTES;
	}
	*ret = window->bytes + (offset - window->offset);
	return 0;
}

/* Whether HEADER, found at UNIT, is a header of this store that checks. */
static bool header_checks(
	const struct store *store, const struct segment_header *header, uint64_t unit)
{
	if (header->magic != SEGMENT_MAGIC || header->store_id != store->facts.store_id ||
		header->unit != unit || header->block_bytes != store->facts.block_bytes)
		return false;
	if (header->record_count == 0 || header->record_count > SEGMENT_RECORDS_MAX ||
		(uint64_t)header->record_count * header->block_bytes > SEGMENT_DATA_MAX_BYTES)
		return false;
	if (header->hash != segment_hash(header))
		return false;
	for (uint32_t i = 0; i < header->record_count; i++) {
		if (header->blocks[i] >= store->map.block_count)
			return false;
	}
	return true;
}

/* Enters the segment at the store's end into the map: 1, or 0 when none checks there. */
static int scan_segment(struct store *store, struct window *window)
{
	uint64_t offset = store->end_unit * STORE_UNIT_BYTES;
	struct segment_header header;
	const void *bytes;
	int error = window_get(window, offset, STORE_UNIT_BYTES, &bytes);

	if (error < 0)
		return error;
	memcpy(&header, bytes, sizeof header);
	if (!header_checks(store, &header, store->end_unit) ||
		header.sequence != store->sequence + 1)
		return 0;

	uint64_t data_bytes = (uint64_t)header.record_count * header.block_bytes;

	error = window_get(window, offset, STORE_UNIT_BYTES + data_bytes, &bytes);
	if (error < 0)
		return error;
	if (XXH3_64bits((const char *)bytes + STORE_UNIT_BYTES, data_bytes) != header.data_hash)
		return 0;

	uint64_t unit = store->end_unit + 1;

	for (uint32_t i = 0; i < header.record_count; i++) {
		if (store_map_get(&store->map, header.blocks[i]) != MAP_ABSENT) {
			while (i-- > 0)
				store_map_set(&store->map, header.blocks[i], MAP_ABSENT);
			return 0;
		}
		store_map_set(&store->map, header.blocks[i], (uint32_t)unit);
		unit += store_units_per_block(store);
	}
	store->blocks += header.record_count;
	store->sequence = header.sequence;
	store->end_unit = unit;
	return 1;
}

/* 1 when a segment that came later than the last whole one lies behind it. */
static int find_later_segment(struct store *store, struct window *window)
{
	uint64_t units = store->io->size_bytes / STORE_UNIT_BYTES;

	for (uint64_t unit = store->end_unit; unit < units; unit++) {
		const void *bytes;
		struct segment_header header;
		int error = window_get(window, unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES, &bytes);

		if (error < 0)
			return error;
		memcpy(&header, bytes, sizeof header);
		if (header_checks(store, &header, unit) && header.sequence > store->sequence + 1)
			return 1;
	}
	return 0;
}

static int damaged(struct store_findings *findings, uint64_t offset, const char *why)
{
	findings->damage_offset = offset;
	findings->damage = why;
	return -EUCLEAN;
}

static int scan(struct store *store, const struct store_superblock *superblock,
	struct store_findings *findings)
{
	void *bytes = NULL;

	if (posix_memalign(&bytes, BLOCKIO_ALIGNMENT_MAX, WINDOW_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) char *owned = bytes;
	struct window window = { .io = store->io, .bytes = owned };
	int result;

	while ((result = scan_segment(store, &window)) == 1)
		continue;
	if (result < 0)
		return result;

	uint64_t end_bytes = store_file_bytes(store);

	findings->segments = store->sequence;
	store->blocks_taken = store->blocks;
	if (superblock->flags & STORE_FLAG_CLEAN) {
		if (superblock->end_unit != store->end_unit ||
			superblock->segment_count != store->sequence)
			return damaged(findings, end_bytes, "segment does not check");
		return 0;
	}
	result = find_later_segment(store, &window);
	if (result < 0)
		return result;
	if (result == 1)
		return damaged(findings, end_bytes, "segment does not check and later ones do");
	return 0;
}

/* Why SUPERBLOCK cannot be used, or NULL. */
static const char *superblock_fault(const struct store_superblock *superblock)
{
	if (superblock->magic != STORE_MAGIC)
		return "no snaprig store";
	if (superblock->hash != superblock_hash(superblock))
		return "superblock does not check";
	if (superblock->version != STORE_FORMAT_VERSION)
		return "store of another version";
	if (superblock->block_bytes < STORE_UNIT_BYTES ||
		superblock->block_bytes > SEGMENT_DATA_MAX_BYTES ||
		(superblock->block_bytes & (superblock->block_bytes - 1)) != 0 ||
		superblock->volume_bytes == 0 || superblock->volume_bytes > INT64_MAX ||
		superblock->order == 0 || superblock->order > INT64_MAX || superblock->error > 0 ||
		superblock->error < -ERRNO_MAX ||
		((superblock->flags & STORE_FLAG_FAILED) != 0) != (superblock->error < 0) ||
		superblock->name[STORE_NAME_BYTES - 1] != '\0' ||
		superblock->profile[STORE_PROFILE_BYTES - 1] != '\0')
		return "superblock makes no sense";
	return NULL;
}

static void facts_of_superblock(
	const struct store_superblock *superblock, struct store_facts *facts)
{
	*facts = (struct store_facts){
		.volume_id = superblock->volume_id,
		.store_id = superblock->store_id,
		.order = superblock->order,
		.volume_bytes = superblock->volume_bytes,
		.limit_bytes = superblock->limit_bytes,
		.block_bytes = superblock->block_bytes,
		.created_seconds = superblock->created_seconds,
		.failed = (superblock->flags & STORE_FLAG_FAILED) != 0,
		.error = superblock->error,
		.overflow_blocks = superblock->overflow_blocks,
	};
	memcpy(facts->name, superblock->name, sizeof facts->name);
	memcpy(facts->profile, superblock->profile, sizeof facts->profile);
}

/* Cuts off what the scan did not take, and takes the mark of a closed store away. */
static int make_ready(struct store *store, struct store_findings *findings)
{
	uint64_t end_bytes = store_file_bytes(store);

	if (store->io->size_bytes > end_bytes)
		findings->torn_bytes = store->io->size_bytes - end_bytes;

	int error = store->io->ops->resize(store->io, end_bytes);

	if (error < 0)
		return error;
	store_fill_superblock(store, 0);
	return blockio_do(store->io, BLOCKIO_WRITE, 0, store->superblock, STORE_UNIT_BYTES);
}

int store_open(struct blockio_folder *folder, const char *name,
	const char *(*refuses)(const struct store_facts *facts, void *context), void *context,
	struct store **ret, struct store_findings *findings)
{
	struct blockio *io;
	void *unit = NULL;

	*findings = (struct store_findings){ 0 };
	*ret = NULL;
	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) struct store_superblock *superblock = unit;
	int error = folder->ops->open(folder, name, false, &io);

	if (error < 0)
		return error;
	error = blockio_do(io, BLOCKIO_READ, 0, superblock, STORE_UNIT_BYTES);

	struct store *store = NULL;
	struct store_facts facts;

	if (error == 0) {
		const char *fault = superblock_fault(superblock);

		facts_of_superblock(superblock, &facts);
		if (!fault && refuses)
			fault = refuses(&facts, context);
		error = fault ? damaged(findings, 0, fault) : store_new(io, &facts, &store);
	}
	if (error < 0) {
		blockio_destroy(io);
		return error;
	}
	findings->was_clean = (superblock->flags & STORE_FLAG_CLEAN) != 0;

	/* Nobody will read a failed snapshot's blocks again. */
	if (facts.failed) {
		store->error = facts.error < 0 ? facts.error : -EIO;
		store->blocks_taken = superblock->blocks_taken;
		*ret = store;
		return 0;
	}
	error = scan(store, superblock, findings);
	if (error == 0)
		error = make_ready(store, findings);
	if (error < 0 && error != -EUCLEAN) {
		store_destroy(store);
		return error;
	}
	store->error = error;
	*ret = store;
	return error;
}
