/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/engine_limits.h"
#include "simfs/store/store.h"

#include <stddef.h>

#include "simfs/base/mix.h"
#include "simfs/volume/volume_limits.h"

#define UNIT_BYTES STORE_UNIT_BYTES

/* A field of 32 bits, and the unit of its values. */
struct field {
	size_t offset;
	uint32_t unit;
};

static const struct field store_fields[] = {
	{ offsetof(struct store_limits, data_bytes), 1 },
	{ offsetof(struct store_limits, records), 1 },
	{ offsetof(struct store_limits, ranges), 1 },
	{ offsetof(struct store_limits, summary_runs), 1 },
	{ offsetof(struct store_limits, summary_segments), 1 },
	{ offsetof(struct store_limits, ahead_bytes), UNIT_BYTES },
	{ offsetof(struct store_limits, skip_bytes), 1 },
	{ offsetof(struct store_limits, dense_blocks), 1 },
	{ offsetof(struct store_limits, batch_runs), 1 },
};

static const struct field volume_fields[] = {
	{ offsetof(struct volume_limits, request_parts), 1 },
	{ offsetof(struct volume_limits, ahead_bytes), UNIT_BYTES },
	{ offsetof(struct volume_limits, common_snapshots), 1 },
	{ offsetof(struct volume_limits, common_words), 1 },
	{ offsetof(struct volume_limits, chain_slots), 1 },
	{ offsetof(struct volume_limits, coalesce_chunk_bytes), UNIT_BYTES },
	{ offsetof(struct volume_limits, coalesce_chunks), 1 },
	{ offsetof(struct volume_limits, coalesce_window_bytes), UNIT_BYTES },
	{ offsetof(struct volume_limits, coalesce_reads), 1 },
	{ offsetof(struct volume_limits, coalesce_beside_bytes), UNIT_BYTES },
};

/* Chooses small values as often as large ones, from one unit up to the default. */
static void field_choose(void *limits, const struct field *field, uint64_t seed)
{
	uint32_t *value = (uint32_t *)((char *)limits + field->offset);
	uint64_t most = *value / field->unit;

	for (uint64_t halves = mix_below(seed, 2 * field->offset, 32); halves > 0 && most > 1;
		halves--)
		most = most / 2;
	*value = (uint32_t)(1 + mix_below(seed, 2 * field->offset + 1, most)) * field->unit;
}

const struct volume_limits *engine_limits_smallest(void)
{
	static struct volume_limits limits;

	limits = volume_limits_smallest;
	limits.zero_piece_bytes = volume_limits_default.zero_piece_bytes;
	return &limits;
}

void engine_limits_choose(struct engine_limits *ret, uint64_t seed)
{
	uint64_t which = mix_below(seed, 0, 4);

	ret->volume = which < 2 ? *engine_limits_smallest() : volume_limits_default;
	ret->store = *ret->volume.store;
	ret->volume.store = &ret->store;
	if (which != 3)
		return;
	for (size_t i = 0; i < sizeof store_fields / sizeof store_fields[0]; i++)
		field_choose(&ret->store, &store_fields[i], mix64(seed));
	for (size_t i = 0; i < sizeof volume_fields / sizeof volume_fields[0]; i++)
		field_choose(&ret->volume, &volume_fields[i], ~mix64(seed));
	if (ret->store.summary_runs < ret->store.records)
		ret->store.summary_runs = ret->store.records;
}
