/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.c - finds the segments of a store by their headers.
 *
 * A scan ends at the first unit that is no whole segment with the next
 * sequence number.  That is the end of a store that was closed, or the torn
 * last write of one that was not: nobody was told that those blocks were
 * preserved, so the origin still holds them.  Any other reason to end there
 * is damage, and what lies behind would silently be missing; so
 *  - a closed store must end where its superblock says, and
 *  - no later segment of this store may lie behind the end (store.h, (3)),
 *    unless the machine went down and took what it had not yet written.
 * Whether a segment is the last one is known only behind it, and only that one
 * can be torn, and has the data that it was written with (store.h, (5)); so a
 * segment enters the map when the next one was seen, or none.
 * Not found out: a last segment damaged on disk after a crash, unless the superblock
 * was written since it was acknowledged, and says so.  It looks like a torn one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/store/scan.h"
#include "simfs/store/segment.h"
#include "simfs/store/store_internal.h"

/* A scan in progress. */
struct scan {
	struct store *store;
	struct window *window;
	const struct scan_options *options;
	struct store_findings *findings;
	struct segment_header last; /* checks, and is not yet in the map; when there is one */
	bool has_last;
	uint64_t sequence; /* of the last one, or the one where the scan began */
	uint64_t end_unit; /* behind it */
};

int window_get(struct window *window, uint64_t offset, uint64_t length, uint64_t ahead_bytes,
	const void **ret)
{
	MUST(length <= WINDOW_BYTES && ahead_bytes <= WINDOW_BYTES);
	if (length > 0 &&
		(offset < window->offset || offset + length > window->offset + window->length)) {
		uint64_t size_bytes = window->io->size_bytes;
		uint64_t left = size_bytes > offset ? size_bytes - offset : 0;
		uint64_t wanted = ahead_bytes;

		/* Ahead is no use behind the end. */
		if (wanted > left)
			wanted = (left + STORE_UNIT_BYTES - 1) / STORE_UNIT_BYTES *
				 STORE_UNIT_BYTES;
		if (wanted < length)
			wanted = length;

		int error = blockio_do(window->io, BLOCKIO_READ, offset, window->bytes, wanted);

		/* One bad sector ahead is no reason to miss what lies before it. */
		if (error == -EIO && wanted > length) {
			wanted = length;
			error = blockio_do(window->io, BLOCKIO_READ, offset, window->bytes, wanted);
		}
		if (error < 0)
			return error;
		window->offset = offset;
		window->length = wanted;
	}
	*ret = length > 0 ? window->bytes + (offset - window->offset) : window->bytes;
	return 0;
}

bool header_checks(const struct store *store, const struct segment_header *header, uint64_t unit)
{
	if (header->magic != SEGMENT_MAGIC || header->store_id != store->facts.store_id ||
		header->unit != unit || header->block_bytes != store->facts.block_bytes)
		return false;
	if ((header->flags != 0 && header->flags != SEGMENT_FLAG_CHANGED &&
		    header->flags != SEGMENT_FLAG_SUMMARY) ||
		header->record_count > segment_records_max(store, header->flags))
		return false;
	if (header->hash != segment_hash(header))
		return false;
	if (header->flags == SEGMENT_FLAG_SUMMARY &&
		(header->summary.run_count > SUMMARY_RUNS_MAX ||
			header->summary.sum_count > SUMMARY_SUMS_MAX))
		return false;
	for (uint32_t i = 0; i < header->record_count; i++) {
		if (header->blocks[i] >= store->map.block_count)
			return false;
	}
	return unit + segment_units(store, header) <= UINT32_MAX;
}

/* 1 when the data behind HEADER are what it was written with, else 0. */
static int data_checks(struct scan *scan, struct segment_header *header)
{
	const struct store *store = scan->store;
	uint64_t data_bytes = segment_data_bytes(store, header);
	const void *bytes;
	int error = window_get(
		scan->window, (header->unit + 1) * STORE_UNIT_BYTES, data_bytes, 0, &bytes);

	if (error < 0)
		return error;

	const char *at = bytes;

	if (header->flags & SEGMENT_FLAG_SUMMARY)
		return XXH3_64bits(bytes, data_bytes) == header->summary.data_hash;

	const uint32_t *sums = segment_sums(store, header);

	for (uint64_t i = 0; i < data_bytes / STORE_UNIT_BYTES; i++) {
		if (unit_sum(at + i * STORE_UNIT_BYTES) != sums[i])
			return 0;
	}
	return 1;
}

int damaged(struct store_findings *findings, uint64_t offset, const char *why)
{
	findings->damage_offset = offset;
	findings->damage = why;
	return -EUCLEAN;
}

/* How much to read when the header at the end is asked for. */
static uint64_t header_ahead_bytes(const struct scan *scan)
{
	const struct store_limits *limits = scan->store->limits;

	if (scan->has_last &&
		segment_units(scan->store, &scan->last) * STORE_UNIT_BYTES > limits->skip_bytes)
		return STORE_UNIT_BYTES;
	return limits->ahead_bytes;
}

/* Takes the segment behind the last one: 1, or 0 when none checks there. */
static int scan_segment(struct scan *scan)
{
	struct store *store = scan->store;
	struct segment_header header;
	const void *bytes;
	int result = window_get(scan->window, scan->end_unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES,
		header_ahead_bytes(scan), &bytes);

	if (result < 0)
		return result;
	memcpy(&header, bytes, sizeof header);
	if (!header_checks(store, &header, scan->end_unit) || header.sequence != scan->sequence + 1)
		return 0;
	/* What is wrong with data costs no segment: who verifies them looks for himself. */
	if (scan->options->summaries && header.flags & SEGMENT_FLAG_SUMMARY) {
		result = data_checks(scan, &header);
		if (result != 1)
			return result;
	}
	result = scan->has_last ? store_map_segment(store, &scan->last) : 0;
	if (result == -EEXIST)
		return damaged(scan->findings, scan->last.unit * STORE_UNIT_BYTES,
			"segment has a block twice");
	if (result == 0 && header.flags & SEGMENT_FLAG_SUMMARY)
		result = summary_take_sums(store, scan->window, &header);
	if (result < 0)
		return result;
	scan->last = header;
	scan->has_last = true;
	scan->sequence = header.sequence;
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
		int error = window_get(scan->window, unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES,
			store->limits->ahead_bytes, &bytes);

		if (error < 0)
			return error;
		memcpy(&header, bytes, sizeof header);
		if (header_checks(store, &header, unit) && header.sequence > scan->sequence + 1)
			return 1;
	}
	return 0;
}

/* Nothing follows on the last segment: enters it, unless it is torn. */
static int scan_end(struct scan *scan)
{
	int result = scan->options->may_lose ? 0 : find_later_segment(scan);

	if (result < 0)
		return result;
	if (result == 1)
		return damaged(scan->findings, scan->end_unit * STORE_UNIT_BYTES,
			"segment does not check and later ones do");
	if (scan->sequence < scan->options->acknowledged)
		return damaged(scan->findings, scan->end_unit * STORE_UNIT_BYTES,
			"segment does not check");
	if (!scan->has_last)
		return 0;
	/* What is wrong with its data is found out by who reads them. */
	result = scan->sequence <= scan->options->acknowledged ? 1 : data_checks(scan, &scan->last);
	if (result == 1)
		result = store_map_segment(scan->store, &scan->last);
	return result == -EEXIST ? 0 : result;
}

int scan_segments(struct store *store, struct window *window, const struct scan_options *options,
	struct store_findings *findings)
{
	struct scan scan = {
		.store = store,
		.window = window,
		.options = options,
		.findings = findings,
		.sequence = store->acknowledged_sequence,
		.end_unit = store->acknowledged_end_unit,
	};
	uint64_t end_unit = scan.end_unit;
	int result;

	while ((result = scan_segment(&scan)) == 1) {
		MUST_GET_ON(end_unit, scan.end_unit);
		end_unit = scan.end_unit;
	}
	return result < 0 ? result : scan_end(&scan);
}
