/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seek.c - where there is data: SEEK_DATA and SEEK_HOLE of the mounted files.
 *
 * The live view has data where its image has; a snapshot there, too, and where
 * its store has a block.  Of a chain with nodes all is said to be data.
 */
#include "simfs/volume/volume_internal.h"

/* A range of bytes; empty: none. */
struct extent {
	uint64_t first;
	uint64_t end;
};

static struct extent image_data(struct volume *volume, uint64_t from)
{
	struct blockio *origin = volume->origin;
	struct extent found = { from, volume_bytes(volume) };

	if (origin->ops->next_data && !volume->chain &&
		!origin->ops->next_data(origin, from, &found.first, &found.end))
		return (struct extent){ 0 };
	return found;
}

static struct extent store_data(const struct snapshot *snapshot, uint64_t from)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t first, count;

	if (!snapshot_next_run(snapshot, from / block_bytes, &first, &count))
		return (struct extent){ 0 };
	return (struct extent){ first * block_bytes, (first + count) * block_bytes };
}

static bool is_empty(const struct extent *extent)
{
	return extent->end == 0;
}

bool volume_next_data(struct volume *volume, struct snapshot *snapshot, uint64_t from,
	uint64_t *ret_first, uint64_t *ret_end)
{
	struct extent found = image_data(volume, from), stored = { 0 };

	if (snapshot && snapshot->store && !volume->chain)
		stored = store_data(snapshot, from);
	if (is_empty(&found) && is_empty(&stored))
		return false;
	if (is_empty(&found) || (!is_empty(&stored) && stored.first < found.first))
		found = stored;
	*ret_first = found.first < from ? from : found.first;
	*ret_end = found.end < volume_bytes(volume) ? found.end : volume_bytes(volume);
	return true;
}
