/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary.c - what keeps the opening of a store short, also after a kill.
 *
 * A summary is a segment whose data is the part of the map that the segments
 * since the summary before it have added.  One is due when that would not fit
 * any more, or after many segments, and when the store is closed:
 *
 *	┌──────────┬────┬─ ─┬────┬─────────┬────┬─ ─┬────┬─────────┬────┬ ─ ─
 *	│superblock│ S1 │   │ S9 │ summary │ S11│   │ S42│ summary │ S44│
 *	└────┬─────┴────┴─ ─┴────┴───▲──┬──┴────┴─ ─┴────┴──▲───┬──┴────┴ ─ ─
 *	     │             0 ◀───────┼──┘ previous          │   │
 *	     │                       └──────────────────────┼───┘
 *	     └──────────────────────────────────────────────┘ may lag behind
 *
 *  (1) The summaries are never needed: each segment tells of itself.  Whatever
 *      is wrong with one, the whole store is scanned instead.
 *  (2) No segment starts while a summary is due, so what one has to hold is
 *      bounded, whenever the store is killed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/store/store_internal.h"

int summary_init(struct summary *summary)
{
	void *runs = NULL;

	if (posix_memalign(&runs, BLOCKIO_ALIGNMENT_MAX,
		    SUMMARY_RUNS_MAX * sizeof(struct summary_run)) != 0)
		return -ENOMEM;
	*summary = (struct summary){ .runs = runs };
	return 0;
}

void summary_deinit(struct summary *summary)
{
	free(summary->runs);
}

static bool run_goes_on(
	const struct store *store, const struct summary_run *run, uint64_t block, uint32_t position)
{
	if (run->block + run->count != block || run->count == UINT32_MAX)
		return false;
	if (run->position == MAP_CHANGED || position == MAP_CHANGED)
		return run->position == position;
	return run->position + run->count * store_units_per_block(store) == position;
}

static void add_block(struct store *store, uint64_t block, uint32_t position)
{
	struct summary *summary = &store->summary;
	struct summary_run *last = summary->run_count > 0 ? &summary->runs[summary->run_count - 1]
							  : NULL;

	if (last && run_goes_on(store, last, block, position)) {
		last->count++;
	} else if (summary->run_count == store->limits->summary_runs) {
		/* After a scan of all, which had no summary to go by. */
		summary->is_off = true;
	} else {
		summary->runs[summary->run_count++] = (struct summary_run){
			.block = block,
			.position = position,
			.count = 1,
		};
	}
}

void summary_add(struct store *store, const struct segment_header *header)
{
	struct summary *summary = &store->summary;

	if (summary->is_off)
		return;
	if (header->flags & SEGMENT_FLAG_SUMMARY) {
		summary->is_off = header->summary.previous_unit != summary->unit;
		summary->unit = summary->is_off ? 0 : header->unit;
		summary->run_count = 0;
		summary->segment_count = 0;
		return;
	}
	summary->segment_count++;
	for (uint32_t i = 0; i < header->record_count && !summary->is_off; i++)
		add_block(store, header->blocks[i], segment_position(store, header, i));
	if (summary->is_off)
		summary->unit = 0;
}

bool summary_is_due(const struct store *store)
{
	const struct summary *summary = &store->summary;
	const struct store_limits *limits = store->limits;

	return !summary->is_off && (summary->run_count + limits->records > limits->summary_runs ||
					   summary->segment_count >= limits->summary_segments);
}

bool summary_is_wanted(const struct store *store)
{
	return !store->summary.is_off && store->summary.segment_count > 0;
}

void summary_fill(struct store *store, struct segment_header *header)
{
	const struct summary *summary = &store->summary;
	size_t bytes = summary->run_count * sizeof *summary->runs;

	header->flags = SEGMENT_FLAG_SUMMARY;
	header->summary = (struct segment_summary){
		.previous_unit = summary->unit,
		.run_count = summary->run_count,
		.block_count = store->blocks,
	};
	memset((char *)summary->runs + bytes, 0, segment_data_bytes(store, header) - bytes);
}

/* ------------------------------------------------------------------- reading */

/* Whether RUN, of a summary at UNIT, names blocks of the volume and of the file before it. */
static bool run_checks(const struct store *store, const struct summary_run *run, uint64_t unit)
{
	if (run->block >= store->map.block_count ||
		run->count > store->map.block_count - run->block)
		return false;
	/* So many headers would have to be there. */
	if (run->position == MAP_CHANGED)
		return run->count <= unit * SEGMENT_RECORDS_MAX;
	return run->position != MAP_ABSENT &&
	       run->position + run->count * store_units_per_block(store) <= unit;
}

/* 0, -EEXIST or -ENOMEM. */
static int enter_run(struct store *store, const struct summary_run *run)
{
	uint64_t step = run->position == MAP_CHANGED ? 0 : store_units_per_block(store);

	for (uint32_t i = 0; i < run->count; i++) {
		uint64_t block = run->block + i;
		int error = -EEXIST;

		if (store_map_get(&store->map, block) == MAP_ABSENT)
			error = store_map_add(
				&store->map, block, (uint32_t)(run->position + i * step));
		if (error < 0)
			return error;
	}
	store->blocks += run->count;
	store->has_changed |= run->position == MAP_CHANGED;
	return 0;
}

/* Enters the runs of the summary with HEADER: 0, -EUCLEAN, -EEXIST or -ENOMEM. */
static int enter_runs(
	struct store *store, const struct segment_header *header, const struct summary_run *runs)
{
	int error = 0;

	for (uint32_t i = 0; i < header->summary.run_count && error == 0; i++)
		error = run_checks(store, &runs[i], header->unit) ? enter_run(store, &runs[i])
								  : -EUCLEAN;
	return error;
}

/* No summary is longer. */
static uint64_t ahead_bytes(const struct store *store)
{
	uint64_t bytes = SUMMARY_RUNS_MAX * sizeof(struct summary_run) + STORE_UNIT_BYTES;

	return bytes < store->limits->ahead_bytes ? bytes : store->limits->ahead_bytes;
}

/* Reads the summary at UNIT: 0, -EUCLEAN when none checks there, or -errno. */
static int load_one(
	struct store *store, struct window *window, uint64_t unit, struct segment_header *ret)
{
	const void *bytes;

	/* More than a position can name, and its offset might be none. */
	if (unit > UINT32_MAX)
		return -EUCLEAN;

	int error = window_get(
		window, unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES, ahead_bytes(store), &bytes);

	if (error < 0)
		return error;
	memcpy(ret, bytes, sizeof *ret);
	if (!header_checks(store, ret, unit) || !(ret->flags & SEGMENT_FLAG_SUMMARY))
		return -EUCLEAN;
	error = window_get(
		window, (unit + 1) * STORE_UNIT_BYTES, segment_data_bytes(store, ret), 0, &bytes);
	if (error < 0)
		return error;
	if (XXH3_64bits(bytes, segment_data_bytes(store, ret)) != ret->data_hash)
		return -EUCLEAN;
	return enter_runs(store, ret, bytes);
}

/* The chain of summaries from the one at UNIT on back. */
static int load_chain(struct store *store, struct window *window, uint64_t unit)
{
	struct segment_header newest, header;
	int error = load_one(store, window, unit, &newest);

	header = newest;
	while (error == 0 && header.summary.previous_unit != 0) {
		uint64_t later_unit = header.unit, later_sequence = header.sequence;

		if (header.summary.previous_unit >= later_unit)
			return -EUCLEAN;
		error = load_one(store, window, header.summary.previous_unit, &header);
		if (error == 0 && header.sequence >= later_sequence)
			return -EUCLEAN;
	}
	if (error == 0 && store->blocks != newest.summary.block_count)
		return -EUCLEAN;
	if (error < 0)
		return error;
	store->summary.unit = newest.unit;
	store->sealed_unit = newest.unit;
	store->acknowledged_sequence = newest.sequence;
	store->acknowledged_end_unit = newest.unit + segment_units(store, &newest);
	return 0;
}

int summary_load(struct store *store, struct window *window, uint64_t unit)
{
	uint64_t block_count = store->map.block_count;
	int error = load_chain(store, window, unit);

	if (error != -EUCLEAN && error != -EEXIST)
		return error;
	store_map_deinit(&store->map);
	store->blocks = 0;
	return store_new_map(store, block_count);
}
