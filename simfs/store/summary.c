/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary.c - keeps the opening of a store short, even after a kill.
 *
 * A summary is a segment whose data are the part of the map that the segments since the
 * previous summary have added, with the sums of their units. One is due before that would no
 * longer fit, or after many segments, and when the store is closed:
 *
 *	┌──────────┬────┬─ ─┬────┬─────────┬────┬─ ─┬────┬─────────┬────┬ ─ ─
 *	│superblock│ S1 │   │ S9 │ summary │ S11│   │ S42│ summary │ S44│
 *	└────┬─────┴────┴─ ─┴────┴───▲──┬──┴────┴─ ─┴────┴──▲───┬──┴────┴ ─ ─
 *	     │             0 ◀───────┼──┘ previous          │   │
 *	     │                       └──────────────────────┼───┘
 *	     └──────────────────────────────────────────────┘ may lag behind
 *
 *  (1) Summaries are never required: each segment describes itself. If anything is wrong with
 *      one, the whole store is scanned instead.
 *  (2) While a summary is due, only that summary may start. So its contents are bounded,
 *      whenever the store is killed.
 *  (3) It contains what was acknowledged when it was started, as its header says; segments in
 *      flight then are left to the next one. So nothing waits for it, and it waits for
 *      nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/store/scan.h"
#include "simfs/store/segment.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/summary_batch.h"

int summary_init(struct summary *summary)
{
	/* Those in the summary in flight, and as many for the next. */
	*summary = (struct summary){
		.runs = malloc(2 * SUMMARY_RUNS_MAX * sizeof *summary->runs),
	};
	return summary->runs ? 0 : -ENOMEM;
}

void summary_deinit(struct summary *summary)
{
	free(summary->runs);
	free(summary->data);
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

/* What is in neither an acknowledged summary nor the one in flight. */
static struct summary_counts untaken(const struct summary *summary)
{
	return (struct summary_counts){
		.runs = summary->counts.runs - summary->taken.runs,
		.units = summary->counts.units - summary->taken.units,
		.segments = summary->counts.segments - summary->taken.segments,
	};
}

static void add_block(struct store *store, uint64_t block, uint32_t position)
{
	struct summary *summary = &store->summary;
	struct summary_counts now = untaken(summary);
	struct summary_run *last = now.runs > 0 ? &summary->runs[summary->counts.runs - 1] : NULL;

	if (position != MAP_CHANGED) {
		now.units += (uint32_t)store_units_per_block(store);
		summary->counts.units += (uint32_t)store_units_per_block(store);
	}
	if (last && run_goes_on(store, last, block, position)) {
		last->count++;
		summary->is_off = now.units > SUMMARY_SUMS_MAX;
	} else if (now.runs == store->limits->summary_runs || now.units > SUMMARY_SUMS_MAX) {
		/* Happens after a scan of the whole store without summaries. */
		summary->is_off = true;
	} else {
		summary->runs[summary->counts.runs++] = (struct summary_run){
			.block = block,
			.position = position,
			.count = 1,
		};
	}
}

/* The summary with HEADER was acknowledged: drops what it contains. */
static void taken_drop(struct summary *summary, const struct segment_header *header)
{
	struct summary_counts left = untaken(summary);

	summary->is_off = header->summary.previous_unit != summary->unit;
	summary->unit = summary->is_off ? 0 : header->unit;
	memmove(summary->runs, summary->runs + summary->taken.runs,
		left.runs * sizeof *summary->runs);
	summary->counts = left;
	summary->taken = (struct summary_counts){ 0 };
	summary->is_on_its_way = false;
	free(TAKE_PTR(summary->data));
}

void summary_add(struct store *store, const struct segment_header *header)
{
	struct summary *summary = &store->summary;

	if (summary->is_off)
		return;
	if (header->flags & SEGMENT_FLAG_SUMMARY) {
		/* A scan that started from a summary meets it again. */
		if (header->unit != summary->unit)
			taken_drop(summary, header);
		return;
	}
	summary->counts.segments++;
	for (uint32_t i = 0; i < header->record_count && !summary->is_off; i++)
		add_block(store, header->blocks[i], segment_position(store, header, i));
	if (summary->is_off)
		summary->unit = 0;
}

void summary_take(struct store *store)
{
	store->summary.taken = store->summary.counts;
	store->summary.is_on_its_way = true;
}

void summary_untake(struct store *store)
{
	store->summary.taken = (struct summary_counts){ 0 };
	store->summary.is_on_its_way = false;
}

bool summary_is_due(const struct store *store)
{
	const struct summary *summary = &store->summary;
	const struct store_limits *limits = store->limits;
	struct summary_counts then = untaken(summary);

	/* Counts the segments in flight, too: they may exceed the limits once acknowledged. */
	list_for_each (at, &store->in_flight) {
		const struct segment_header *header =
			CONTAINER_OF(at, struct segment, link)->header;

		if (header->flags & SEGMENT_FLAG_SUMMARY)
			continue;
		then.runs += header->record_count;
		then.units += (uint32_t)(segment_data_bytes(store, header) / STORE_UNIT_BYTES);
		then.segments++;
	}
	return !summary->is_off && (then.runs + limits->records > limits->summary_runs ||
					   then.units >= limits->summary_units ||
					   then.segments >= limits->summary_segments);
}

bool summary_can_start(const struct store *store)
{
	return !store->summary.is_on_its_way && store->summary.counts.segments > 0;
}

bool summary_is_wanted(const struct store *store)
{
	return !store->summary.is_off && store->summary.counts.segments > 0;
}

/* The number of units of RUN; 0 for blocks that only changed. */
static uint64_t run_units(const struct store *store, const struct summary_run *run)
{
	return run->position == MAP_CHANGED ? 0 : run->count * store_units_per_block(store);
}

int summary_fill(struct store *store, struct segment_header *header)
{
	struct summary *summary = &store->summary;
	size_t runs_bytes = summary->counts.runs * sizeof *summary->runs, data_bytes;
	uint32_t *sum;

	header->flags = SEGMENT_FLAG_SUMMARY;
	header->summary = (struct segment_summary){
		.previous_unit = summary->unit,
		.run_count = summary->counts.runs,
		.sum_count = summary->counts.units,
		.block_count = store->blocks,
	};
	MUST(!summary->is_on_its_way);
	data_bytes = segment_data_bytes(store, header);
	/* A summary that could not be written left its data. */
	free(TAKE_PTR(summary->data));
	if (data_bytes > 0 &&
		posix_memalign(&summary->data, BLOCKIO_ALIGNMENT_MAX, data_bytes) != 0) {
		summary->data = NULL;
		return -ENOMEM;
	}
	summary_take(store);
	if (data_bytes == 0)
		return 0;
	memset(summary->data, 0, data_bytes);
	memcpy(summary->data, summary->runs, runs_bytes);
	sum = (uint32_t *)((char *)summary->data + runs_bytes);
	for (uint32_t i = 0; i < summary->counts.runs; i++) {
		const struct summary_run *run = &summary->runs[i];

		for (uint64_t unit = 0; unit < run_units(store, run); unit++)
			*sum++ = sums_get(&store->sums, run->position + unit);
	}
	return 0;
}

/* ------------------------------------------------------------------- reading */

/* Whether RUN, of a summary at UNIT, names blocks of the volume and units before it. */
static bool run_checks(const struct store *store, const struct summary_run *run, uint64_t unit)
{
	if (run->block >= store->map.block_count ||
		run->count > store->map.block_count - run->block)
		return false;
	/* The headers for that many blocks must fit before it. */
	if (run->position == MAP_CHANGED)
		return run->count <= unit * SEGMENT_RECORDS_MAX;
	return run->position != MAP_ABSENT &&
	       run->position + run->count * store_units_per_block(store) <= unit;
}

/* Sets the sums of RUN's units to SUMS: 0 or -ENOMEM. */
static int enter_sums(struct store *store, const struct summary_run *run, const uint32_t *sums)
{
	uint64_t count = run_units(store, run);
	int error = count > 0 ? sums_reserve(&store->sums, run->position + count) : 0;

	for (uint64_t i = 0; i < count && error == 0; i++)
		sums_set(&store->sums, run->position + i, sums[i]);
	return error;
}

/* Enters the runs of the summary with HEADER, and the sums after them: 0, -EUCLEAN, -EEXIST
 * or -ENOMEM. */
static int enter_runs(struct store *store, struct summary_batch *batch,
	const struct segment_header *header, const struct summary_run *runs)
{
	const uint32_t *sums = (const uint32_t *)(runs + header->summary.run_count);
	uint64_t sum_count = 0;
	int error = 0;

	for (uint32_t i = 0; i < header->summary.run_count && error == 0; i++) {
		const struct summary_run *run = &runs[i];
		uint64_t units = run_units(store, run);

		if (!run_checks(store, run, header->unit) ||
			units > header->summary.sum_count - sum_count)
			return -EUCLEAN;
		error = summary_batch_add(store, batch, run);
		if (error == 0)
			error = enter_sums(store, run, sums + sum_count);
		sum_count += units;
	}
	return error == 0 && sum_count != header->summary.sum_count ? -EUCLEAN : error;
}

/* About the length of a summary of scattered blocks. */
static uint64_t ahead_bytes(const struct store *store)
{
	uint64_t bytes = SUMMARY_RUNS_MAX * (sizeof(struct summary_run) + sizeof(uint32_t)) +
			 STORE_UNIT_BYTES;

	return bytes < store->limits->ahead_bytes ? bytes : store->limits->ahead_bytes;
}

/* Gets the data of the summary with HEADER: 0, -EUCLEAN if they fail the check, or -errno. */
static int data_get(const struct store *store, struct window *window,
	const struct segment_header *header, const void **ret)
{
	uint64_t data_bytes = segment_data_bytes(store, header);
	int error = window_get(window, (header->unit + 1) * STORE_UNIT_BYTES, data_bytes, 0, ret);

	if (error == 0 && XXH3_64bits(*ret, data_bytes) != header->summary.data_hash)
		error = -EUCLEAN;
	return error;
}

/* Loads the summary at UNIT: 0, -EUCLEAN if there is no valid one, or -errno. */
static int load_one(struct store *store, struct summary_batch *batch, struct window *window,
	uint64_t unit, struct segment_header *ret)
{
	const void *bytes;

	/* No position is this large, and its offset could overflow. */
	if (unit > UINT32_MAX)
		return -EUCLEAN;

	int error = window_get(
		window, unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES, ahead_bytes(store), &bytes);

	if (error < 0)
		return error;
	memcpy(ret, bytes, sizeof *ret);
	if (!header_checks(store, ret, unit) || !(ret->flags & SEGMENT_FLAG_SUMMARY))
		return -EUCLEAN;
	error = data_get(store, window, ret, &bytes);
	return error < 0 ? error : enter_runs(store, batch, ret, bytes);
}

int summary_take_sums(
	struct store *store, struct window *window, const struct segment_header *header)
{
	const struct summary_run *runs;
	const uint32_t *sums;
	const void *bytes;
	uint64_t left = header->summary.sum_count;
	int error = data_get(store, window, header, &bytes);

	if (error < 0)
		return error == -EUCLEAN ? 0 : error;
	runs = bytes;
	sums = (const uint32_t *)(runs + header->summary.run_count);
	for (uint32_t i = 0; i < header->summary.run_count && error == 0; i++) {
		uint64_t units = run_units(store, &runs[i]);

		/* An opening that uses this summary rejects it, too. */
		if (!run_checks(store, &runs[i], header->unit) || units > left)
			return 0;
		error = enter_sums(store, &runs[i], sums);
		sums += units;
		left -= units;
	}
	return error;
}

/* Loads the chain of summaries from the one at UNIT back; *RET is the header of that one. */
static int load_all(struct store *store, struct summary_batch *batch, struct window *window,
	uint64_t unit, struct segment_header *ret)
{
	struct segment_header header;
	int error = load_one(store, batch, window, unit, ret);

	header = *ret;
	while (error == 0 && header.summary.previous_unit != 0) {
		uint64_t later_unit = header.unit, later_sequence = header.sequence;

		if (header.summary.previous_unit >= later_unit)
			return -EUCLEAN;
		error = load_one(store, batch, window, header.summary.previous_unit, &header);
		if (error == 0 && header.sequence >= later_sequence)
			return -EUCLEAN;
	}
	return error == 0 ? summary_batch_enter(store, batch) : error;
}

static int load_chain(struct store *store, struct window *window, uint64_t unit)
{
	struct summary_batch batch = { 0 };
	struct segment_header newest;
	int error = load_all(store, &batch, window, unit, &newest);

	summary_batch_deinit(&batch);
	if (error == 0 && store->blocks != newest.summary.block_count)
		return -EUCLEAN;
	if (error < 0)
		return error;
	/* It does not contain what was in flight before it: the scan continues from there. */
	store->summary.unit = newest.unit;
	store->sealed_unit = segment_sealed_unit(&newest);
	store->attempt = newest.attempt;
	store->acknowledged_sequence = segment_acknowledged(&newest);
	store->acknowledged_end_unit = store->sealed_unit;
	return 0;
}

int summary_load(struct store *store, struct window *window, uint64_t unit)
{
	uint64_t block_count = store->map.block_count;
	int error = load_chain(store, window, unit);

	if (error != -EUCLEAN && error != -EEXIST)
		return error;
	store_map_deinit(&store->map);
	sums_deinit(&store->sums);
	store->blocks = 0;
	return store_new_map(store, block_count);
}
