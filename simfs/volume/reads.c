/* SPDX-License-Identifier: Apache-2.0 */
/* reads.c - the read statistics of a snapshot, even if it has just been deleted. */
#include "simfs/volume/reads.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/volume/core.h"
#include "simfs/volume/life.h"

/* How many of the answered bytes had been answered before: those that exceed the blocks read,
 * each counted once. */
static uint64_t bytes_again(const struct read_counts *counts, const struct read_progress *progress)
{
	uint64_t once = progress->blocks_read << progress->block_shift;

	return counts->bytes > once ? counts->bytes - once : 0;
}

json_t *read_counts_json(const struct read_counts *counts, const struct read_progress *progress)
{
	json_t *sizes = json_object();

	for (unsigned i = 0; i < READ_SIZES; i++) {
		char size[24];

		if (counts->sizes[i] == 0)
			continue;
		snprintf(size, sizeof size, "%" PRIu64, (uint64_t)1 << (READ_SIZE_SHIFT_MIN + i));
		json_object_set_new(sizes, size, json_integer((json_int_t)counts->sizes[i]));
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "count", (json_int_t)counts->begun,
		"bytes", (json_int_t)counts->bytes, "errors", (json_int_t)counts->errors,
		"in_sequence", (json_int_t)counts->in_sequence, "bytes_again",
		(json_int_t)bytes_again(counts, progress), "in_flight_max",
		(json_int_t)counts->in_flight_max, "sizes", sizes);
}

static uint64_t store_bytes(const struct snapshot *snapshot)
{
	struct profile_snapshot facts = snapshot_for_profile(snapshot);

	return snapshot->profile->used_bytes(&facts);
}

void reads_keep(struct snapshot *snapshot)
{
	struct reads_gone *gone = &snapshot->volume->reads_gone;

	if (snapshot->reads.begun == 0)
		return;
	progress_deinit(&gone->progress);
	memcpy(gone->name, snapshot->name, sizeof gone->name);
	gone->progress = snapshot->progress;
	gone->counts = snapshot->reads;
	gone->store_bytes = store_bytes(snapshot);
	snapshot->progress = (struct read_progress){ 0 };
}

/* A snapshot that is being deleted is no longer found by name, and its statistics are not
 * kept yet. */
static const struct snapshot *going_find(struct volume *volume, const char *name)
{
	for (struct list *link = volume->snapshots.next; link != &volume->snapshots;
		link = link->next) {
		const struct snapshot *at = CONTAINER_OF(link, struct snapshot, link);

		if (at->deletion && snapshot_keeps_name(at) && strcmp(at->name, name) == 0)
			return at;
	}
	return NULL;
}

bool volume_reads(struct volume *volume, const char *name, struct reads *ret)
{
	const struct snapshot *snapshot = volume_snapshot_find(volume, name);
	const struct reads_gone *gone = &volume->reads_gone;

	if (!snapshot)
		snapshot = going_find(volume, name);
	if (snapshot)
		*ret = (struct reads){ &snapshot->reads, &snapshot->progress,
			store_bytes(snapshot) };
	else if (gone->name[0] && strcmp(gone->name, name) == 0)
		*ret = (struct reads){ &gone->counts, &gone->progress, gone->store_bytes };
	else
		return false;
	return true;
}

bool reads_next(const struct volume *volume, const struct reads *reads, uint64_t from_bytes,
	uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes)
{
	const struct read_progress *progress = reads->progress;
	uint64_t first, end;

	if (!progress_next(progress, from_bytes >> progress->block_shift, &first, &end))
		return false;
	first <<= progress->block_shift;
	end <<= progress->block_shift;
	first = first < from_bytes ? from_bytes : first;
	end = end > volume_bytes(volume) ? volume_bytes(volume) : end;
	if (first >= end)
		return false;
	*ret_offset_bytes = first;
	*ret_length_bytes = end - first;
	return true;
}

json_t *reads_json(const struct reads *reads)
{
	return read_counts_json(reads->counts, reads->progress);
}
