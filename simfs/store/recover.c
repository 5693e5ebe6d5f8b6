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
 * Whether a segment is the last one is known only behind it, and it decides
 * whether its data hash holds (store.h, (5)); so a segment enters the map when
 * the next one was seen, or none.
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

/* A scan in progress. */
struct scan {
	struct store *store;
	struct window window;
	struct store_findings *findings;
	struct segment_header last; /* checks, and is not yet in the map; sequence 0: none */
	uint64_t end_unit;	    /* behind it */
};

/* Whether HEADER, found at UNIT, is a header of this store that checks. */
static bool header_checks(
	const struct store *store, const struct segment_header *header, uint64_t unit)
{
	if (header->magic != SEGMENT_MAGIC || header->store_id != store->facts.store_id ||
		header->unit != unit || header->block_bytes != store->facts.block_bytes)
		return false;
	if ((header->flags & ~SEGMENT_FLAG_CHANGED) != 0 ||
		header->record_count > segment_records_max(store, header->flags))
		return false;
	if (header->hash != segment_hash(header))
		return false;
	for (uint32_t i = 0; i < header->record_count; i++) {
		if (header->blocks[i] >= store->map.block_count)
			return false;
	}
	return unit + segment_units(store, header) <= UINT32_MAX;
}

/* 1 when the data behind HEADER checks, else 0. */
static int data_checks(struct scan *scan, const struct segment_header *header)
{
	uint64_t data_bytes = segment_data_bytes(scan->store, header);
	const void *bytes;
	int error = window_get(
		&scan->window, (header->unit + 1) * STORE_UNIT_BYTES, data_bytes, &bytes);

	return error < 0 ? error : XXH3_64bits(bytes, data_bytes) == header->data_hash;
}

static int damaged(struct store_findings *findings, uint64_t offset, const char *why)
{
	findings->damage_offset = offset;
	findings->damage = why;
	return -EUCLEAN;
}

/* Takes the segment behind the last one: 1, or 0 when none checks there. */
static int scan_segment(struct scan *scan)
{
	struct store *store = scan->store;
	struct segment_header header;
	const void *bytes;
	int result = window_get(
		&scan->window, scan->end_unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES, &bytes);

	if (result < 0)
		return result;
	memcpy(&header, bytes, sizeof header);
	if (!header_checks(store, &header, scan->end_unit) ||
		header.sequence != scan->last.sequence + 1)
		return 0;
	if (!store->is_rewritten) {
		result = data_checks(scan, &header);
		if (result != 1)
			return result;
	}
	if (scan->last.sequence > 0)
		result = store_map_segment(store, &scan->last);
	if (result == -EEXIST)
		return damaged(scan->findings, scan->last.unit * STORE_UNIT_BYTES,
			"segment has a block twice");
	if (result < 0)
		return result;
	scan->last = header;
	scan->end_unit += segment_units(store, &header);
	return 1;
}

/* 1 when a segment that came later than the last whole one lies behind it. */
static int find_later_segment(struct scan *scan)
{
	struct store *store = scan->store;
	uint64_t units = store->io->size_bytes / STORE_UNIT_BYTES;

	for (uint64_t unit = scan->end_unit; unit < units; unit++) {
		const void *bytes;
		struct segment_header header;
		int error = window_get(
			&scan->window, unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES, &bytes);

		if (error < 0)
			return error;
		memcpy(&header, bytes, sizeof header);
		if (header_checks(store, &header, unit) &&
			header.sequence > scan->last.sequence + 1)
			return 1;
	}
	return 0;
}

/* Nothing follows on the last segment: enters it, unless it is torn. */
static int scan_end(struct scan *scan, bool was_clean)
{
	int result = was_clean ? 0 : find_later_segment(scan);

	if (result < 0)
		return result;
	if (result == 1)
		return damaged(scan->findings, scan->end_unit * STORE_UNIT_BYTES,
			"segment does not check and later ones do");
	if (scan->last.sequence == 0)
		return 0;
	result = data_checks(scan, &scan->last);
	if (result == 1)
		result = store_map_segment(scan->store, &scan->last);
	return result == -EEXIST ? 0 : result;
}

static int scan(struct store *store, const struct store_superblock *superblock,
	struct store_findings *findings)
{
	bool was_clean = (superblock->flags & STORE_FLAG_CLEAN) != 0;
	void *bytes = NULL;

	if (posix_memalign(&bytes, BLOCKIO_ALIGNMENT_MAX, WINDOW_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) char *owned = bytes;
	struct scan scan = {
		.store = store,
		.window = { .io = store->io, .bytes = owned },
		.findings = findings,
		.end_unit = 1,
	};
	int result;

	while ((result = scan_segment(&scan)) == 1)
		continue;
	if (result == 0)
		result = scan_end(&scan, was_clean);
	store->end_unit = store->acknowledged_end_unit;
	store->sequence = store->acknowledged_sequence;
	store->blocks_taken = store->blocks;
	findings->segments = store->sequence;
	if (result == 0 && was_clean &&
		(superblock->end_unit != store->end_unit ||
			superblock->segment_count != store->sequence))
		return damaged(findings, store_file_bytes(store), "segment does not check");
	return result;
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
	return superblock_do(store, 0);
}

int store_open(struct blockio_folder *folder, const char *name,
	const struct store_open_options *options, struct store **ret,
	struct store_findings *findings)
{
	static const struct store_open_options defaults;
	struct blockio *io;
	void *unit = NULL;

	if (!options)
		options = &defaults;
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

		superblock_facts(superblock, &facts);
		if (!fault && options->refuses)
			fault = options->refuses(&facts, options->context);
		error = fault ? damaged(findings, 0, fault) : store_new(io, &facts, &store);
	}
	if (error < 0) {
		blockio_destroy(io);
		return error;
	}
	store->facts.boot_id = options->boot_id;
	store->superblock.flags_on_disk = superblock->flags;
	store->is_rewritten = (superblock->flags & STORE_FLAG_REWRITTEN) != 0;
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
