/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changed.c - which blocks have changed since a snapshot.
 *
 * Each topology has the data for that anyway, in files that last.
 */
#include "simfs/volume/changed.h"
#include "simfs/base/check.h"
#include "simfs/volume/core.h"

int snapshot_changed_error(const struct snapshot *snapshot)
{
	return snapshot->state == SNAPSHOT_ACTIVE ? 0 : snapshot->error;
}

static void must_tell(const struct snapshot *snapshot, const struct snapshot *until)
{
	MUST(snapshot->state == SNAPSHOT_ACTIVE);
	MUST(!until || (until->state == SNAPSHOT_ACTIVE && snapshot_tells_of_two(until)));
}

bool snapshot_tells_of_two(const struct snapshot *snapshot)
{
	return snapshot->volume->topology->tells_of_two;
}

uint64_t snapshot_differing_blocks(const struct snapshot *snapshot, const struct snapshot *until)
{
	must_tell(snapshot, until);
	return snapshot->volume->topology->changed_blocks(snapshot, until);
}

uint64_t snapshot_changed_blocks(const struct snapshot *snapshot)
{
	return snapshot_differing_blocks(snapshot, NULL);
}

bool snapshot_changed_next(const struct snapshot *snapshot, uint64_t from_bytes,
	uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes)
{
	return snapshot_differing_next(
		snapshot, NULL, from_bytes, ret_offset_bytes, ret_length_bytes);
}

bool snapshot_differing_next(const struct snapshot *snapshot, const struct snapshot *until,
	uint64_t from_bytes, uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t volume_end = store_facts(snapshot->store)->volume_bytes;
	uint64_t first, count;

	must_tell(snapshot, until);
	if (from_bytes >= volume_end || !snapshot->volume->topology->changed_next(snapshot, until,
						from_bytes / block_bytes, &first, &count))
		return false;

	uint64_t begin = first * block_bytes;
	uint64_t end = (first + count) * block_bytes;

	if (begin < from_bytes)
		begin = from_bytes;
	if (end > volume_end)
		end = volume_end;
	*ret_offset_bytes = begin;
	*ret_length_bytes = end - begin;
	MUST_GET_ON(begin, end);
	return true;
}
