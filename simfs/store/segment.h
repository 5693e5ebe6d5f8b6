/* SPDX-License-Identifier: Apache-2.0 */
/* segment.h - the layout of a segment of a store; for the files of store/ only. */
#ifndef SNAPRIG_STORE_SEGMENT_H
#define SNAPRIG_STORE_SEGMENT_H

#include "simfs/store/store_state.h"

static inline uint64_t store_units_per_block(const struct store *store)
{
	return store->facts.block_bytes / STORE_UNIT_BYTES;
}

static inline uint64_t store_block_count(const struct store_facts *facts)
{
	return (facts->volume_bytes + facts->block_bytes - 1) / facts->block_bytes;
}

/* The most records a segment with FLAGS can have, whoever wrote it. */
static inline uint32_t segment_records_max(const struct store *store, uint32_t flags)
{
	uint32_t data_max = SEGMENT_DATA_MAX_BYTES / store->facts.block_bytes;

	/* A record takes two words, plus one for each unit of its block. */
	uint32_t records_max = SEGMENT_BODY_WORDS /
			       (2 + store->facts.block_bytes / STORE_UNIT_BYTES);

	if (flags & SEGMENT_FLAG_SUMMARY)
		return 0;
	if (flags & SEGMENT_FLAG_CHANGED)
		return SEGMENT_RECORDS_MAX;
	return data_max < records_max ? data_max : records_max;
}

/* The sums of the units after HEADER, which is not a summary's. */
static inline uint32_t *segment_sums(const struct store *store, struct segment_header *header)
{
	return header->words + 2 * segment_records_max(store, header->flags);
}

/* The most records this store writes to a segment. */
static inline uint32_t segment_records_limit(const struct store *store, uint32_t flags)
{
	uint32_t records_max = segment_records_max(store, flags);
	uint32_t data_max = store->limits->data_bytes / store->facts.block_bytes;

	if (records_max > store->limits->records)
		records_max = store->limits->records;
	if (flags & SEGMENT_FLAG_CHANGED || records_max <= data_max)
		return records_max;
	return data_max > 0 ? data_max : 1;
}

/* How many more blocks with FLAGS fit in SEGMENT. */
static inline uint64_t segment_room(const struct segment *segment, uint32_t flags)
{
	uint64_t blocks_max = segment_records_limit(segment->store, flags);

	if (segment->range_count == segment->store->limits->ranges ||
		segment->header->flags != flags)
		return 0;
	return blocks_max - segment->header->record_count;
}

static inline uint64_t segment_data_bytes(
	const struct store *store, const struct segment_header *header)
{
	if (header->flags & SEGMENT_FLAG_SUMMARY) {
		uint64_t bytes = header->summary.run_count * sizeof(struct summary_run) +
				 header->summary.sum_count * sizeof(uint32_t);

		return (bytes + STORE_UNIT_BYTES - 1) / STORE_UNIT_BYTES * STORE_UNIT_BYTES;
	}
	if (header->flags & SEGMENT_FLAG_CHANGED)
		return 0;
	return (uint64_t)header->record_count * store->facts.block_bytes;
}

/* Header and data. */
static inline uint64_t segment_units(const struct store *store, const struct segment_header *header)
{
	return 1 + segment_data_bytes(store, header) / STORE_UNIT_BYTES;
}

/* The last segment acknowledged when the one with HEADER was started; 0: none. */
static inline uint64_t segment_acknowledged(const struct segment_header *header)
{
	return header->sequence - 1 - header->ahead_count;
}

/* Its end: once HEADER is acknowledged, blocks before this may be written in place. */
static inline uint64_t segment_sealed_unit(const struct segment_header *header)
{
	return header->unit - header->ahead_units;
}

/* The map's entry for record INDEX of a segment. */
static inline uint32_t segment_position(
	const struct store *store, const struct segment_header *header, uint32_t index)
{
	if (header->flags & SEGMENT_FLAG_CHANGED)
		return MAP_CHANGED;
	return (uint32_t)(header->unit + 1 + index * store_units_per_block(store));
}

#endif
