/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.c - finds the segments of a store by their headers.
 *
 * A scan ends at the first unit that is not a whole segment with the next sequence number.
 * That is the end of a closed store, or where writes were in flight when it was killed: those
 * blocks were never acknowledged, so the origin still has them. Any other reason to end there
 * is damage, which would silently lose what follows. So
 *  - a closed store must end where its superblock says, and
 *  - no segment of this store beyond the end may call one acknowledged that is missing
 *    (store.h, (3)), unless the machine went down and lost what it had not written.
 *
 * Segments that no later one calls acknowledged are unsettled: they may be torn, and still
 * have the data they were written with (store.h, (5)). A segment enters the map when it is
 * settled, or at the end if its data and those of all before it check. Not detected: damage
 * on disk, after a crash, to a segment that was in flight, unless the superblock was written
 * since it was acknowledged. It looks like a torn segment.
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

/* A scan in progress. */
struct scan {
	struct store *store;
	struct window *window;
	const struct scan_options *options;
	struct store_findings *findings;
	struct segment_header *unsettled; /* SEGMENTS_IN_FLIGHT_MAX, in order */
	unsigned unsettled_count;
	uint64_t sequence; /* of the last segment, or of the one before the scan */
	uint64_t end_unit; /* its end */
	uint32_t attempt;
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

		/* Reading ahead beyond the end is useless. */
		if (wanted > left)
			wanted = (left + STORE_UNIT_BYTES - 1) / STORE_UNIT_BYTES *
				 STORE_UNIT_BYTES;
		if (wanted < length)
			wanted = length;

		int error = blockio_do(window->io, BLOCKIO_READ, offset, window->bytes, wanted);

		/* A bad sector ahead must not hide what lies before it. */
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
	if (header->ahead_count >= SEGMENTS_IN_FLIGHT_MAX ||
		header->ahead_count >= header->sequence || header->ahead_units >= unit)
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

/* Returns 1 if the data after HEADER are those it was written with, else 0; or -errno. */
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

/* How much to read for the header at the end. */
static uint64_t header_ahead_bytes(const struct scan *scan)
{
	const struct store_limits *limits = scan->store->limits;

	if (scan->unsettled_count > 0 &&
		segment_units(scan->store, &scan->unsettled[scan->unsettled_count - 1]) *
				STORE_UNIT_BYTES >
			limits->skip_bytes)
		return STORE_UNIT_BYTES;
	return limits->ahead_bytes;
}

/* Enters the first COUNT unsettled segments into the map. 0, or -errno for the one that failed. */
static int settle(struct scan *scan, unsigned count)
{
	unsigned settled = 0;
	int error = 0;

	while (settled < count && error == 0)
		error = store_map_segment(scan->store, &scan->unsettled[settled++]);
	if (error == -EEXIST)
		error = damaged(scan->findings,
			scan->unsettled[settled - 1].unit * STORE_UNIT_BYTES,
			"segment has a block twice");
	scan->unsettled_count -= settled;
	memmove(scan->unsettled, scan->unsettled + settled,
		scan->unsettled_count * sizeof *scan->unsettled);
	return error;
}

/* The number of unsettled segments up to SEQUENCE. */
static unsigned count_up_to(const struct scan *scan, uint64_t sequence)
{
	unsigned count = 0;

	while (count < scan->unsettled_count && scan->unsettled[count].sequence <= sequence)
		count++;
	return count;
}

static bool follows(const struct scan *scan, const struct segment_header *header)
{
	return header->sequence == scan->sequence + 1 && header->attempt >= scan->attempt;
}

/* HEADER, which is the next one, is a summary's. */
static int scan_summary(struct scan *scan, const struct segment_header *header)
{
	struct store *store = scan->store;

	/* What it contains is settled by now; the rest is not in it. */
	if (header->unit != store->summary.unit)
		summary_take(store);
	return summary_take_sums(store, scan->window, header);
}

/* Takes the segment after the last one: 1, or 0 if there is no valid one. */
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
	if (!header_checks(store, &header, scan->end_unit) || !follows(scan, &header))
		return 0;
	/* Damaged data do not end the scan; verification checks them separately. */
	if (scan->options->summaries && header.flags & SEGMENT_FLAG_SUMMARY) {
		result = data_checks(scan, &header);
		if (result != 1)
			return result;
	}
	result = settle(scan, count_up_to(scan, segment_acknowledged(&header)));
	if (result == 0 && header.flags & SEGMENT_FLAG_SUMMARY)
		result = scan_summary(scan, &header);
	if (result < 0)
		return result;
	MUST(scan->unsettled_count < SEGMENTS_IN_FLIGHT_MAX);
	scan->unsettled[scan->unsettled_count++] = header;
	scan->sequence = header.sequence;
	scan->attempt = header.attempt;
	scan->end_unit += segment_units(store, &header);
	return 1;
}

/* *RET is the last segment that one beyond the end calls acknowledged, or 0. */
static int find_acknowledged(struct scan *scan, uint64_t *ret)
{
	struct store *store = scan->store;
	uint64_t units = store->io->size_bytes / STORE_UNIT_BYTES;

	*ret = 0;
	for (uint64_t unit = scan->end_unit; unit < units; unit++) {
		const void *bytes;
		struct segment_header header;
		int error = window_get(scan->window, unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES,
			store->limits->ahead_bytes, &bytes);

		if (error < 0)
			return error;
		memcpy(&header, bytes, sizeof header);
		if (header_checks(store, &header, unit) && segment_acknowledged(&header) > *ret)
			*ret = segment_acknowledged(&header);
	}
	return 0;
}

/* Enters the segments known to be whole, then the others up to the first torn one. */
static int settle_rest(struct scan *scan, uint64_t acknowledged)
{
	int result = settle(scan, count_up_to(scan, acknowledged));

	while (result == 0 && scan->unsettled_count > 0) {
		result = data_checks(scan, &scan->unsettled[0]);
		if (result != 1)
			return result;
		result = settle(scan, 1);
	}
	return result;
}

/* No segment follows the last one: enters those that are not torn. */
static int scan_end(struct scan *scan)
{
	uint64_t acknowledged = 0;
	int result = scan->options->may_lose ? 0 : find_acknowledged(scan, &acknowledged);

	if (result < 0)
		return result;
	if (acknowledged > scan->sequence)
		return damaged(scan->findings, scan->end_unit * STORE_UNIT_BYTES,
			"segment does not check and later ones do");
	if (scan->sequence < scan->options->acknowledged)
		return damaged(scan->findings, scan->end_unit * STORE_UNIT_BYTES,
			"segment does not check");
	/* Damaged data of an acknowledged segment are found when they are read. */
	if (acknowledged < scan->options->acknowledged)
		acknowledged = scan->options->acknowledged;
	return settle_rest(scan, acknowledged);
}

int scan_segments(struct store *store, struct window *window, const struct scan_options *options,
	struct store_findings *findings)
{
	struct scan scan = {
		.store = store,
		.window = window,
		.options = options,
		.findings = findings,
		.unsettled = malloc(SEGMENTS_IN_FLIGHT_MAX * sizeof *scan.unsettled),
		.sequence = store->acknowledged_sequence,
		.end_unit = store->acknowledged_end_unit,
		.attempt = store->attempt,
	};
	AUTO(auto_free) void *unsettled = scan.unsettled;
	uint64_t end_unit = scan.end_unit;
	int result = unsettled ? 1 : -ENOMEM;

	while (result == 1) {
		result = scan_segment(&scan);
		MUST(result != 1 || scan.end_unit > end_unit);
		end_unit = scan.end_unit;
	}
	if (result == 0)
		result = scan_end(&scan);
	/* A torn summary has taken nothing. */
	summary_untake(store);
	return result;
}
