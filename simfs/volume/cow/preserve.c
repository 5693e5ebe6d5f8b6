/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preserve.c - puts the data that a write replaces into the stores that lack it: which blocks
 * these are, and whether the profile has room for them.
 */
#include <errno.h>

#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/life.h"
#include "simfs/volume/way.h"

void extent_add(struct extent *extent, const struct extent *more)
{
	if (extent->end == 0 || more->first < extent->first)
		extent->first = more->first;
	if (more->end > extent->end)
		extent->end = more->end;
}

static bool snapshot_lacks(struct snapshot *snapshot, uint64_t block)
{
	return !snapshot_holder(snapshot, block);
}

bool preserve_lacks(
	struct snapshot *snapshot, const struct volume_request *request, struct extent *ret)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t first = request->offset / block_bytes;
	uint64_t last = (request->offset + request->length - 1) / block_bytes;

	while (first <= last && !snapshot_lacks(snapshot, first))
		first++;
	if (first > last)
		return false;
	while (last > first && !snapshot_lacks(snapshot, last))
		last--;
	ret->first = first * block_bytes;
	ret->end = (last + 1) * block_bytes;
	return true;
}

/* Reports that BLOCK of REQUEST, a write to any view, did not fit, as the profile does. */
static void overflow(struct snapshot *snapshot, struct volume_request *request, uint64_t block)
{
	const struct profile *profile = snapshot->profile;

	if (snapshot->bears_overflow && request->snapshot == snapshot) {
		snapshot->has_overflowed = true;
		return;
	}

	struct profile_snapshot facts = snapshot_for_profile(snapshot);
	uint64_t first = round_down(request->offset, facts.block_bytes);
	uint64_t end = round_up(request->offset + request->length, facts.block_bytes);
	struct profile_overflow overflow = {
		.snapshot = &facts,
		.write_bytes = end - first,
		.blocks_done = block - first / facts.block_bytes,
	};

	if (profile->log_overflow)
		profile->log_overflow(&snapshot->volume->kernel_log, &overflow);
	snapshot->overflow_blocks = 1;
	snapshot_fail(snapshot, profile->overflow_error, "store.limit");
}

void preserve_run(struct snapshot *snapshot, struct volume_request *request, uint64_t first,
	uint64_t end, char *bytes, const uint32_t *sums)
{
	const struct profile *profile = snapshot->profile;
	struct profile_snapshot facts = snapshot_for_profile(snapshot);
	uint64_t block = first;

	while (block < end) {
		if (profile->admits(&facts)) {
			facts.blocks_taken++;
			facts.area_blocks++;
			block++;
		} else if (snapshot_expand(snapshot)) {
			uint64_t limit_bytes = store_facts(snapshot->store)->limit_bytes;

			/* A step that exceeds all bounds. */
			if (limit_bytes <= facts.limit_bytes)
				break;
			facts.limit_bytes = limit_bytes;
		} else {
			break;
		}
	}
	if (block > first) {
		snapshot->volume->io.copied_bytes += (block - first) * facts.block_bytes;
		store_append_summed(
			snapshot->store, first, block - first, bytes, sums, &request->stored);
	}
	if (block < end)
		overflow(snapshot, request, block);
}

void preserve_commit(struct snapshot *snapshot, const struct volume_request *request)
{
	struct profile_snapshot facts = snapshot_for_profile(snapshot);
	int error = snapshot->profile->commit_error ? snapshot->profile->commit_error(&facts) : 0;

	if (error < 0 && snapshot->state == SNAPSHOT_ACTIVE)
		snapshot_fail_logged(snapshot, PROFILE_STORE_WRITE, error, request);
}

/* Preserves old bytes, starting WITHIN them. */
static void preserve_old(struct snapshot *snapshot, struct volume_request *request, uint64_t first,
	uint64_t end, uint64_t within)
{
	preserve_run(snapshot, request, first, end, request->scratch + within,
		scratch_sums(request) + within / STORE_UNIT_BYTES);
}

void preserve_into(struct snapshot *snapshot, struct volume_request *request, uint64_t old_first)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t last = (request->offset + request->length - 1) / block_bytes;
	uint64_t before = store_blocks_taken(snapshot->store);

	for (uint64_t block = request->offset / block_bytes; block <= last; block++) {
		uint64_t first = block;

		while (block <= last && snapshot_lacks(snapshot, block))
			block++;
		if (block > first && snapshot->tracks_only)
			store_append(snapshot->store, first, block - first, NULL, &request->stored);
		else if (block > first)
			preserve_old(
				snapshot, request, first, block, first * block_bytes - old_first);
		if (snapshot->state != SNAPSHOT_ACTIVE)
			break;
	}
	snapshot->volume->counters.blocks_preserved += store_blocks_taken(snapshot->store) - before;
	preserve_commit(snapshot, request);
}
