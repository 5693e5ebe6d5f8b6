/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recover.c - opens a store: superblock, summaries, a scan of the rest, sums.
 *
 *	superblock ──▶ summaries ──▶ scan from the newest on ──▶ ID.sums ──▶ (verified) ──▶ ready
 *	                   │ none, or one fails its check  ▲
 *	                   └──▶ scan from the start ───────┘
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/store/read.h"
#include "simfs/store/scan.h"
#include "simfs/store/store_internal.h"

static int found_damaged(void *context, const struct store_damage *damage)
{
	struct store_findings *findings = context;

	/* The next mount may be able to read it. */
	if (damage->error != -EUCLEAN)
		return damage->error;
	if (!findings->damage)
		damaged(findings, damage->offset, "data do not check");
	return 0;
}

/* Rebuilds the map and finds the end of the store. */
static int rebuild_map(struct store *store, const struct store_superblock *superblock,
	const struct scan_options *how, struct window *window, struct store_findings *findings)
{
	int error = 0;

	if (superblock->summary_unit != 0 && !how->summaries)
		error = summary_load(store, window, superblock->summary_unit);
	if (error == 0)
		error = scan_segments(store, window, how, findings);
	store->end_unit = store->acknowledged_end_unit;
	store->sequence = store->acknowledged_sequence;
	store->blocks_taken = store->blocks;
	findings->segments = store->sequence;
	if (error == 0 && findings->was_clean &&
		(superblock->end_unit != store->end_unit ||
			superblock->segment_count != store->sequence))
		return damaged(findings, store_file_bytes(store), "segment does not check");
	return error;
}

/* Only in a durable store can losses of the machine's memory be detected. */
static bool is_taken_as_found(const struct store *store, const struct store_findings *findings)
{
	return store->is_rewritten && findings->machine_restarted && findings->was_durable;
}

static int rebuild(struct store *store, const struct store_superblock *superblock,
	const struct store_open_options *options, struct store_findings *findings)
{
	void *bytes = NULL;

	store->is_read_only = options->read_only;
	if (posix_memalign(&bytes, BLOCKIO_ALIGNMENT_MAX, WINDOW_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) char *owned = bytes;
	struct window window = { .io = store->io, .bytes = owned };
	bool verify_data = options->verify_data ||
			   store->io->size_bytes <= options->verify_up_to_bytes;
	struct scan_options how = {
		.summaries = verify_data || options->verify_places,
		.may_lose = findings->was_clean || findings->machine_restarted,
		/* A power cut may keep the superblock and lose what was written before it.
		 * For a closed store, end_unit says more. */
		.acknowledged = findings->was_clean || (findings->machine_restarted &&
							       !findings->was_durable)
					? 0
					: superblock->acknowledged,
	};
	int error = rebuild_map(store, superblock, &how, &window, findings);

	/* A damaged store is not changed; all sums of what was found of it are loaded. */
	store->is_read_only |= error == -EUCLEAN;
	if (error == 0 || error == -EUCLEAN) {
		int sums_error = sums_file_load(
			store, &window, is_taken_as_found(store, findings), findings);

		error = error < 0 ? error : sums_error;
	}
	if (error == 0 && verify_data) {
		error = store_verify(store, found_damaged, findings);
		findings->is_map_whole = error == -EUCLEAN;
	}
	/* From here on missing bytes are reported as lost, and not read as zeros. */
	blockio_know(store->io, store->end_unit * STORE_UNIT_BYTES);
	return findings->is_map_whole && options->keeps_damaged_data ? 0 : error;
}

/*
 * Truncates what the scan did not accept, and marks the store in the superblock as in use, in
 * this boot of the machine. Possible losses of the previous one stay on record until the
 * owner has marked or updated the store.
 */
static int make_ready(struct store *store, const struct store_open_options *options,
	struct store_findings *findings)
{
	uint64_t end_bytes = store_file_bytes(store);
	int error = store->io->ops->resize(store->io, end_bytes);

	if (error == 0 && store->is_durable)
		error = blockio_do(store->io, BLOCKIO_FLUSH, 0, NULL, 0);
	if (error < 0 || (findings->machine_restarted && !findings->was_durable))
		return error;
	error = superblock_do(store, 0);
	/* Without a flush, a power cut could undo this mark and everything appended since:
	 * the rest would look cleanly closed, or durable. */
	store->wants_flush = error == 0 && !store->is_durable &&
			     (findings->was_clean || findings->was_durable);
	if (store->wants_flush && !options->flushes_later)
		error = blockio_do(store->io, BLOCKIO_FLUSH, 0, NULL, 0);
	return error;
}

bool store_wants_flush(const struct store *store)
{
	return store->wants_flush;
}

uint32_t store_other_version(struct blockio_folder *folder, const char *name)
{
	struct blockio *io;
	void *unit = NULL;

	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return 0;

	AUTO(auto_free) const struct store_superblock *superblock = unit;
	uint32_t version = 0;

	/* The caller that opens the store reports read errors. */
	if (folder->ops->open(folder, name, false, &io) < 0)
		return 0;
	if (blockio_do(io, BLOCKIO_READ, 0, unit, STORE_UNIT_BYTES) == 0 &&
		superblock_is_of_another_version(superblock))
		version = superblock->version;
	blockio_destroy(io);
	return version;
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

	AUTO(auto_free) struct store_superblock_unit *superblock_unit = unit;
	const struct store_superblock *superblock = &superblock_unit->superblock;
	int error = folder->ops->open(folder, name, false, &io);

	if (error < 0)
		return error;
	error = blockio_do(io, BLOCKIO_READ, 0, superblock_unit, STORE_UNIT_BYTES);

	struct store *store = NULL;
	struct store_facts facts;

	if (error == 0) {
		const char *fault = superblock_fault(superblock_unit);

		superblock_facts(superblock_unit, &facts);
		if (!fault && options->refuses)
			fault = options->refuses(&facts, options->context);
		error = fault ? damaged(findings, 0, fault)
			      : store_new(folder, io, &facts, options->limits, &store);
	}
	if (error < 0) {
		blockio_destroy(io);
		return error;
	}
	store->facts.boot_id = options->boot_id;
	store->is_durable = options->durable;
	store->superblock.flags_on_disk = superblock->flags;
	store->is_rewritten = (superblock->flags & STORE_FLAG_REWRITTEN) != 0;
	store->has_sums_file = (superblock->flags & STORE_FLAG_SUMS) != 0;
	findings->was_clean = (superblock->flags & STORE_FLAG_CLEAN) != 0;
	findings->was_durable = (superblock->flags & STORE_FLAG_DURABLE) != 0;
	findings->machine_restarted = !findings->was_clean && options->boot_id != 0 &&
				      superblock->boot_id != options->boot_id;

	if (facts.failed) {
		error = 0;
		if (options->reads_failed && options->reads_failed(&facts, options->context))
			error = rebuild(store, superblock, options, findings);
		store->error = facts.error < 0 ? facts.error : -EIO;
		store->blocks_taken = superblock->blocks_taken;
		*ret = store;
		return error;
	}
	error = rebuild(store, superblock, options, findings);
	if (error == 0 && store->has_changed && options->needs_data &&
		options->needs_data(&facts, options->context))
		error = damaged(findings, 0, "a block has no data");
	if (store->io->size_bytes > store_file_bytes(store))
		findings->torn_bytes = store->io->size_bytes - store_file_bytes(store);
	if (error == 0 && !options->read_only)
		error = make_ready(store, options, findings);
	if (error < 0 && error != -EUCLEAN) {
		store_destroy(store);
		return error;
	}
	store->error = error;
	*ret = store;
	return error;
}
